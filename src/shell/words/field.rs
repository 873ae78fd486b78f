//! Joining the pieces of a word into the words that it becomes.

use super::{
    super::{
        cursor::{begins_name, continues_name},
        tree::{Parameter, Part},
    },
    State, arithmetic, names,
    operation::{elements, is_joined},
    parameter,
    pattern::{escape, has_glob},
};
use crate::effect::{Bytes, Form, Value};
use crate::path;
use alloc::{rc::Rc, vec, vec::Vec};
use core::borrow::Borrow;

/// What happens to unquoted values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Split {
    /// They are split, then file names are looked up.
    Fields,
    /// File names are looked up.
    Globs,
    /// Nothing.
    Never,
}

/// A piece of one field.
pub(super) enum Atom {
    /// Known text.
    Text { bytes: Bytes, quoted: bool },
    /// One of several.
    OneOf(Rc<[Bytes]>),
    /// Any text, inside this one word.
    Any,
    /// A value whose shape is only kept where it is the whole word.
    Whole(Value),
    /// Any number of words that are known only where nothing stands around them.
    Words(Value),
    /// Any number of words, the first and last of which join what stands around.
    AnyWords,
}

/// Most alternatives of one word before it is only known by its ends.
const MAX_ALTERNATIVES: usize = 64;

/// Builds the words that one word without braces becomes.
pub(super) struct Builder<'s> {
    split: Split,
    state: &'s dyn State,
    /// The words before the last, and the last.
    done: Vec<Value>,
    last: Option<Value>,
    /// What the word holds so far.
    field: Vec<Atom>,
    /// Whether a word has begun: an empty unquoted value leaves none.
    begun: bool,
}

impl<'s> Builder<'s> {
    pub(super) fn new(split: Split, state: &'s dyn State) -> Self {
        Self { split, state, done: Vec::new(), last: None, field: Vec::new(), begun: false }
    }

    /// Adds all pieces; `from_braces` where a brace expression made them, so that tildes were not looked for in what it joined.
    pub(super) fn parts<P: Borrow<Part>>(&mut self, parts: &[P], from_braces: bool) {
        let mut suffix = false;
        for (index, part) in parts.iter().enumerate() {
            let next = parts.get(index + 1).map(Borrow::borrow);
            match part.borrow() {
                // zsh reads `$x[1]`, `$x:h` and `$#x` as one expansion
                Part::Text { .. } if suffix => {
                    self.push(Atom::AnyWords);
                    continue;
                }
                Part::Text { bytes, quoted } => {
                    // zsh looks for tildes at the start of what the word has become
                    let start = if index == 0 { from_braces } else { self.may_be_at_start() };
                    let open = if *quoted || next.is_none() { None } else { open_tilde(bytes) };
                    if start && !quoted && bytes.first() == Some(&b'~') {
                        self.push(Atom::Any);
                    } else if let Some(before) = open {
                        self.text(before, false);
                        self.push(Atom::Any);
                    } else {
                        self.text(bytes, *quoted);
                    }
                }
                Part::Glob(bytes) => self.text(bytes, false),
                Part::Tilde(name) => self.tilde(name, next),
                Part::Parameter(parameter) => {
                    suffix = takes_suffix(parameter, next);
                    if suffix {
                        self.push(Atom::AnyWords);
                    } else {
                        self.parameter(parameter);
                    }
                    continue;
                }
                Part::Command { quoted: false, .. } if self.split == Split::Fields => self.push(Atom::AnyWords),
                // digits and a sign, which are split only by an odd IFS
                Part::Arithmetic { quoted: false, .. } if self.split == Split::Fields && self.splits_numbers() => {
                    self.push(Atom::AnyWords);
                }
                Part::Arithmetic { expression, .. } => self.quoted_value(arithmetic::value(expression, self.state)),
                Part::Command { .. } => self.push(Atom::Any),
                Part::Process { .. } => {
                    let (dir, suffix) = (b"/dev/fd".to_vec(), Vec::new());
                    self.push(Atom::Whole(Value::Below { dir: dir.into(), suffix: suffix.into() }));
                }
                Part::Braces(_) | Part::Sequence(_) | Part::Unread(_) => self.push(Atom::AnyWords),
            }
            suffix = false;
        }
    }

    /// The words, finished.
    pub(super) fn finish(mut self) -> impl Iterator<Item = Value> {
        self.end_field();
        self.done.into_iter().chain(self.last)
    }

    fn push(&mut self, atom: Atom) {
        self.begun = true;
        self.field.push(atom);
    }

    fn text(&mut self, bytes: &[u8], quoted: bool) {
        let quoted = quoted || self.split == Split::Never;
        self.begun = true;
        match self.field.last_mut() {
            Some(Atom::Text { bytes: before, quoted: same }) if *same == quoted => before.extend(bytes),
            _ => self.field.push(Atom::Text { bytes: bytes.into(), quoted }),
        }
    }

    /// Whether what stands in the field so far may be empty.
    fn may_be_at_start(&self) -> bool {
        self.field.iter().all(|atom| match atom {
            Atom::Text { bytes, .. } => bytes.is_empty(),
            Atom::OneOf(all) => all.iter().any(|one| one.is_empty()),
            Atom::Any | Atom::AnyWords | Atom::Whole(_) | Atom::Words(_) => true,
        })
    }

    fn tilde(&mut self, name: &[u8], next: Option<&Part>) {
        let ends = match next {
            None => true,
            Some(Part::Text { bytes, quoted }) => !quoted && matches!(bytes.first(), Some(b'/' | b':')),
            Some(_) => false,
        };
        match self.state.home(name).filter(|_| ends) {
            Some(value) => self.quoted_value(value),
            None => self.push(Atom::Any),
        }
    }

    fn parameter(&mut self, expansion: &Parameter) {
        let all = matches!(expansion.name.as_slice(), b"@" | b"*")
            || expansion
                .subscript
                .as_ref()
                .is_some_and(|subscript| matches!(plain(&subscript.parts), Some(b"@" | b"*")))
            || expansion.indirect;
        let quoted = expansion.quoted || self.split != Split::Fields;
        // `"$*"` is one word
        let words = if all && !(quoted && is_joined(expansion)) && self.split == Split::Fields {
            elements(expansion, self.state)
        } else {
            None
        };
        match parameter(expansion, self.state) {
            // bash looks for file names, other shells open the value itself
            Some(value) if self.split == Split::Globs && !expansion.quoted && may_glob(&value) => self.push(Atom::Any),
            Some(value) if quoted => self.quoted_value(value),
            Some(value) => self.unquoted_value(&value),
            None if words.is_some() => self.elements(words.unwrap_or_default(), quoted),
            // `"$@"` and its like are any number of words in quotes, too
            None if quoted && is_joined(expansion) => self.push(Atom::Any),
            None if quoted && !(all && self.split == Split::Fields && !expansion.length) => self.push(Atom::Any),
            None => self.push(Atom::AnyWords),
        }
    }

    /// The elements of an array, of which the first and the last join what stands around them.
    fn elements(&mut self, elements: Vec<Value>, quoted: bool) {
        let may_be_empty = |value: &Value| match value {
            Value::Unknown { may_be_empty, .. } => *may_be_empty,
            value => value.alternatives().is_some_and(|all| all.iter().any(|one| one.is_empty())),
        };
        // What separates words otherwise keeps those that are empty, in bash only.
        let splits = !quoted && elements.len() > 1 && self.state.separators().as_deref() != Some(b" \t\n");
        if splits && elements.iter().any(may_be_empty) {
            return self.push(Atom::AnyWords);
        }
        for (index, value) in elements.into_iter().enumerate() {
            if index > 0 {
                self.end_field();
            }
            match value {
                value if !quoted => self.unquoted_value(&value),
                value if value.is_one_word() => self.quoted_value(value),
                value => self.push(Atom::Words(value)),
            }
        }
    }

    /// A value that stays inside its word.
    fn quoted_value(&mut self, value: Value) {
        match value {
            Value::Known(bytes) => self.text(&bytes, true),
            Value::Set(all) => self.push(Atom::OneOf(all)),
            Value::Affix { prefix, suffix } => {
                self.text(&prefix, true);
                self.push(Atom::Any);
                self.text(&suffix, true);
            }
            value @ (Value::Pattern(_) | Value::Name(_) | Value::Below { .. }) => self.push(Atom::Whole(value)),
            Value::Unknown { may_split: false, form: Form::Integer | Form::Digits, may_be_empty }
                if !may_be_empty || self.split == Split::Never =>
            {
                self.push(Atom::Whole(value));
            }
            Value::Unknown { may_split: false, form: Form::Digits | Form::DigitsOrNothing, .. } => {
                let form = Form::DigitsOrNothing;
                self.push(Atom::Whole(Value::Unknown { may_split: false, may_be_empty: false, form }));
            }
            Value::Unknown { may_split: false, form: form @ Form::Commit, .. } => {
                self.push(Atom::Whole(Value::Unknown { may_split: false, may_be_empty: false, form }));
            }
            Value::Unknown { .. } => self.push(Atom::Any),
        }
    }

    /// A value that is split and may hold globs. Where either would change it, bash and dash make other words of it than zsh,
    /// which does neither: then the words are not known.
    fn unquoted_value(&mut self, value: &Value) {
        let separators = self.state.separators();
        let plain = |bytes: &[u8]| {
            let splits = separators.as_ref().is_none_or(|all| bytes.iter().any(|byte| all.contains(byte)));
            !bytes.is_empty() && !splits && !has_glob(bytes) && !bytes.contains(&b'\\')
        };
        match value {
            // no word of its own, in any shell
            Value::Known(bytes) if bytes.is_empty() => {}
            Value::Known(bytes) if plain(bytes) => self.text(bytes, true),
            // file names are looked up for it in bash and dash, and it is its own text in zsh
            Value::Known(bytes) if is_one_glob(bytes) && separators.as_deref() == Some(b" \t\n") => {
                self.text(bytes, false);
            }
            Value::Set(all) if all.iter().all(|bytes| plain(bytes)) => self.push(Atom::OneOf(all.clone())),
            Value::Unknown { may_split: false, form: Form::Integer | Form::Digits, .. } if !self.splits_numbers() => {
                self.push(Atom::Whole(value.clone()));
            }
            Value::Unknown { may_split: false, form: Form::Commit, .. }
                if separators.as_ref().is_some_and(|all| !all.iter().any(u8::is_ascii_alphanumeric)) =>
            {
                self.push(Atom::Whole(value.clone()));
            }
            // Nothing in it is a glob, and nothing in it is split as a rule.
            Value::Name(name)
                if !path::temporary::may_be_nothing(name)
                    && separators.is_some_and(|all| !all.iter().copied().any(names::is_in_name)) =>
            {
                self.push(Atom::Whole(value.clone()));
            }
            _ => self.push(Atom::AnyWords),
        }
    }

    fn splits_numbers(&self) -> bool {
        self.state.separators().is_none_or(|all| all.iter().any(|byte| byte.is_ascii_digit() || *byte == b'-'))
    }

    fn end_field(&mut self) {
        if core::mem::take(&mut self.begun) {
            let word = join(&self.field, self.split);
            self.field.clear();
            self.done.extend(self.last.replace(word));
        }
    }
}

/// Whether a text is a glob of the simplest kind, without anything that splits it or that quotes.
fn is_one_glob(bytes: &[u8]) -> bool {
    has_glob(bytes)
        && bytes.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'?' | b'.' | b'/' | b'_' | b'-' | b',' | b'+' | b'=')
        })
}

/// What stands before a tilde at the start or after a colon whose name goes on behind this text: zsh expands `~""/x`, in which
/// bash and dash keep the tilde.
fn open_tilde(text: &[u8]) -> Option<&[u8]> {
    let tilde = text.iter().rposition(|byte| *byte == b'~')?;
    let (before, name) = text.split_at_checked(tilde)?;
    (matches!(before.last(), None | Some(b':' | b'=')) && !name.contains(&b'/')).then_some(before)
}

/// Whether a value, unquoted, could be taken for a glob.
fn may_glob(value: &Value) -> bool {
    let glob = |bytes: &Bytes| bytes.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[' | b'\\' | b'('));
    match value {
        Value::Affix { prefix, suffix } | Value::Below { dir: prefix, suffix } => glob(prefix) || glob(suffix),
        Value::Name(_) => false,
        Value::Unknown { may_split: false, form, .. } => *form == Form::Anything,
        other => other.alternatives().is_none_or(|all| all.iter().any(glob)),
    }
}

/// Whether a shell takes what follows an unbraced expansion as a part of it: zsh its subscripts and modifiers.
fn takes_suffix(parameter: &Parameter, next: Option<&Part>) -> bool {
    let Some(Part::Text { bytes, quoted }) = next else { return false };
    if parameter.braced || *quoted != parameter.quoted {
        return false;
    }
    // only a brace expression puts text here that bash, too, takes for more of the name: `$x{1,2}` is `$x1 $x2`
    let name = parameter.name.first().copied().is_some_and(begins_name);
    if name && !quoted && bytes.first().copied().is_some_and(continues_name) {
        return true;
    }
    // letters outside ASCII belong to names in zsh
    if name && bytes.first().is_some_and(|byte| !byte.is_ascii()) {
        return true;
    }
    match (parameter.name.as_slice(), bytes.as_slice()) {
        (b"#", [b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'@' | b'*' | b'?' | b'-', ..]) | (_, [b'[', ..])
        // `$11` is one parameter
        | ([b'0'..=b'9'], [b'0'..=b'9', ..]) => true,
        (_, [b':', modifier, ..]) => b"aAcefFghlpPqQrstuwWxX&".contains(modifier),
        _ => false,
    }
}

/// The text of parts that are nothing but text.
pub(super) fn plain(parts: &[Part]) -> Option<&[u8]> {
    match parts {
        [Part::Text { bytes, .. }] => Some(bytes),
        _ => None,
    }
}

/// The value of a field.
fn join(field: &[Atom], split: Split) -> Value {
    // most words are one text
    if let [Atom::Text { bytes, quoted }] = field
        && (*quoted || split == Split::Never || !has_glob(bytes))
    {
        return Value::Known(bytes.clone());
    }
    let mut solid = field.iter().filter(|atom| !matches!(atom, Atom::Text { bytes, .. } if bytes.is_empty()));
    if let (Some(Atom::Whole(value) | Atom::Words(value)), None) = (solid.next(), solid.next()) {
        return match value {
            // Beside `''` nothing is an empty word.
            Value::Unknown { may_split, may_be_empty: true, .. } if field.len() > 1 => {
                Value::Unknown { may_split: *may_split, may_be_empty: false, form: Form::Anything }
            }
            value => value.clone(),
        };
    }
    let globs = split != Split::Never
        && field.iter().any(|atom| matches!(atom, Atom::Text { quoted: false, .. }))
        && has_glob(&unquoted(field));
    let words = field.iter().any(|atom| matches!(atom, Atom::AnyWords | Atom::Words(_)));
    let any = words || field.iter().any(|atom| matches!(atom, Atom::Any | Atom::Whole(_)));
    let text = field.iter().any(|atom| matches!(atom, Atom::Text { bytes, .. } if !bytes.is_empty()));
    if split == Split::Fields && (words || (any && globs)) {
        return Value::Unknown { may_split: true, may_be_empty: globs || !text, form: Form::Anything };
    }
    if !any && globs {
        let several = field.iter().any(|atom| matches!(atom, Atom::OneOf(_)));
        return if several { Value::ANY_WORDS } else { Value::Pattern(pattern(field).into()) };
    }
    if any && globs {
        return Value::ANY_WORD;
    }
    if let Some(value) = names::numbered(field) {
        return value;
    }
    if let Some(value) = names::range(field) {
        return value;
    }
    if let Some(value) = names::joined(field, split == Split::Globs) {
        return value;
    }
    if !any {
        if field.iter().all(|atom| matches!(atom, Atom::Text { .. })) {
            let mut whole = Vec::new();
            for atom in field {
                if let Atom::Text { bytes, .. } = atom {
                    whole.extend_from_slice(bytes);
                }
            }
            return Value::Known(whole.into());
        }
        let mut all = vec![Vec::new()];
        for atom in field {
            match atom {
                Atom::Text { bytes, .. } => all.iter_mut().for_each(|one| one.extend_from_slice(bytes)),
                Atom::OneOf(choices) if all.len() * choices.len() <= MAX_ALTERNATIVES => {
                    all = all
                        .iter()
                        .flat_map(|one| choices.iter().map(move |choice| [one.as_slice(), choice].concat()))
                        .collect();
                }
                _ => return ends(field),
            }
        }
        return Value::one_of(all, usize::MAX).unwrap_or(Value::ANY_WORD);
    }
    ends(field)
}

/// A value of which only beginning and end are known.
fn ends(field: &[Atom]) -> Value {
    let mut prefix = Vec::new();
    for atom in field {
        let Atom::Text { bytes, .. } = atom else { break };
        prefix.extend_from_slice(bytes);
    }
    let mut tail = Vec::new();
    for atom in field.iter().rev() {
        let Atom::Text { bytes, .. } = atom else { break };
        tail.push(bytes.as_slice());
    }
    tail.reverse();
    let suffix = tail.concat();
    if prefix.is_empty() && suffix.is_empty() {
        Value::ANY_WORD
    } else {
        Value::Affix { prefix: prefix.into(), suffix: suffix.into() }
    }
}

/// The field as glob text: a backslash quotes what was quoted.
fn pattern(field: &[Atom]) -> Vec<u8> {
    let mut out = Vec::new();
    for atom in field {
        match atom {
            Atom::Text { bytes, quoted: true } => escape(bytes, &mut out),
            Atom::Text { bytes, quoted: false } => out.extend_from_slice(bytes),
            _ => {}
        }
    }
    out
}

/// The unquoted text of a field: what decides whether it is a glob.
fn unquoted(field: &[Atom]) -> Vec<u8> {
    let mut out = Vec::new();
    for atom in field {
        match atom {
            Atom::Text { bytes, quoted: false } => out.extend_from_slice(bytes),
            // something that is no bracket
            _ => out.push(b'x'),
        }
    }
    out
}

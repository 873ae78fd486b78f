//! The words of a command -> options with their arguments, and operands, as its program reads them.

use crate::{
    effect::{Form, Span, Value, Word},
    tables::{
        Abbreviated, OptionSpec, Program,
        words::{Role, Runs, Style, flags, traits},
    },
};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

/// An option that is used.
#[derive(Debug)]
pub(super) struct Use<'t> {
    pub(super) spec: OptionSpec<'t>,
    /// Its arguments, as many as there were.
    pub(super) arguments: Vec<Word>,
    pub(super) span: Span,
}

/// Something that keeps the reading from being certain.
#[derive(Debug)]
pub(super) struct Doubt {
    pub(super) code: &'static str,
    pub(super) detail: String,
    pub(super) span: Span,
    /// Only a file with an unusual name makes it.
    pub(super) by_name: bool,
}

/// What became of the words.
#[derive(Debug, Default)]
pub(super) struct Parsed<'t> {
    pub(super) uses: Vec<Use<'t>>,
    pub(super) operands: Vec<Word>,
    /// Index of the first operand in the words.
    pub(super) rest: usize,
    pub(super) doubts: Vec<Doubt>,
    /// Options that the row does not name and that make no doubt.
    pub(super) strange: Vec<Word>,
    /// A word may be any option of a program of which all are known.
    pub(super) any_option: Option<Span>,
}

impl Parsed<'_> {
    /// Whether an option with that bit is used.
    pub(super) fn has(&self, bit: u32) -> bool {
        self.uses.iter().any(|u| u.spec.traits & bit != 0)
    }

    /// Whether one of those options is used.
    pub(super) fn uses(&self, names: &[&[u8]]) -> bool {
        self.uses.iter().any(|u| names.contains(&u.spec.name))
    }
}

/// Reads `words` (without the program) by the program's row. `stops`: the first operand ends the options whatever the row says.
pub(super) fn parse<'t>(program: &Program<'t>, words: &[Word], stops: bool) -> Parsed<'t> {
    let mut parser = Parser {
        program,
        style: program.style(),
        // What an unknown option of such a program does is covered otherwise: nothing, or the program as a whole is opaque.
        lenient: program.has(flags::OPEN) || program.has(flags::INERT),
        words,
        next: 0,
        out: Parsed { rest: words.len(), ..Parsed::default() },
    };
    let stops = stops || program.has(flags::STOPS);
    let mut ended = false;
    while let Some(word) = parser.take() {
        if !ended && parser.option(word) {
            ended = parser.out.uses.last().is_some_and(|u| u.spec.traits & traits::ENDS != 0);
            continue;
        }
        let stops = stops || ended;
        if parser.out.operands.is_empty() {
            parser.out.rest = parser.next - 1;
        }
        let dashes = word.value.known() == Some(b"--") && parser.style != Style::Words;
        if dashes {
            parser.out.rest = if parser.out.operands.is_empty() { parser.next } else { parser.out.rest };
        } else {
            parser.out.operands.push(word.clone());
        }
        if dashes || stops {
            parser.out.operands.extend_from_slice(words.get(parser.next..).unwrap_or(&[]));
            break;
        }
    }
    parser.out
}

/// Whether the word could begin with one of `marks`.
fn may_begin(value: &Value, marks: &[u8]) -> bool {
    let begins = |text: &[u8]| text.first().is_some_and(|b| marks.contains(b));
    match value {
        Value::Known(text) => begins(text),
        Value::Set(all) => all.iter().any(|text| begins(text)),
        Value::Affix { prefix, .. } | Value::Below { dir: prefix, .. } => prefix.is_empty() || begins(prefix),
        // One of a few letters, or this text itself.
        Value::Pattern(text) if begins_with_letters(text) => false,
        Value::Pattern(text) => {
            !text.first().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'_' | b'~'))
        }
        Value::Unknown { form: Form::Digits, .. } => marks.iter().any(u8::is_ascii_digit),
        Value::Unknown { .. } => true,
    }
}

/// Whether glob text begins with a bracket of letters and digits that are no range.
fn begins_with_letters(pattern: &[u8]) -> bool {
    let Some(inside) = pattern.strip_prefix(b"[") else { return false };
    let end = inside.iter().position(|b| !b.is_ascii_alphanumeric());
    end.is_some_and(|end| end > 0 && inside.get(end) == Some(&b']'))
}

/// Whether a word is names of files, each of which begins as a name of the shell's directory does or not as an option.
fn is_names(value: &Value) -> bool {
    matches!(value, Value::Pattern(text) if super::names::begins_openly(text) || !may_begin(value, b"-"))
}

/// Whether glob text ends in a literal extension (`*.o`).
fn ends_like_a_file(pattern: &[u8]) -> bool {
    let special = |b: &u8| matches!(b, b'*' | b'?' | b'[' | b']' | b'\\' | b'(' | b')');
    let end = pattern.iter().rposition(special).map_or(0, |at| at + 1);
    pattern.get(end..).is_some_and(|literal| literal.contains(&b'.'))
}

struct Parser<'p, 't> {
    program: &'p Program<'t>,
    style: Style,
    lenient: bool,
    words: &'p [Word],
    next: usize,
    out: Parsed<'t>,
}

impl<'p, 't> Parser<'p, 't> {
    fn take(&mut self) -> Option<&'p Word> {
        let word = self.words.get(self.next)?;
        self.next += 1;
        Some(word)
    }

    /// Takes the word as an option where it is one; false for an operand (also one that is only feared to be an option).
    fn option(&mut self, word: &Word) -> bool {
        let marks: &[u8] = if self.program.has(flags::PLUS) { b"-+" } else { b"-" };
        match &word.value {
            _ if self.style == Style::Words => false,
            Value::Known(text) => self.known(text, word),
            _ if self.style == Style::Keys => {
                self.partial(word) || {
                    self.doubt("dynamic-word", "a word may be any operand".into(), word.span);
                    false
                }
            }
            value if !may_begin(value, marks) => false,
            _ if self.partial(word) => true,
            value => {
                if !self.harmless_as_option(value) && !self.any_option(value, word.span) {
                    let by = String::from_utf8_lossy(self.program.name()).into_owned();
                    self.doubt("dynamic-word", format!("a word of `{by}` may be an option"), word.span);
                    self.blame_names(value);
                }
                false
            }
        }
    }

    /// Notes that the word may be any option; false where not all are known, or where it is one only if a name of a file is odd.
    fn any_option(&mut self, value: &Value, span: Span) -> bool {
        let any = (self.program.is_complete() || self.is_only_a_test(value)) && !is_names(value);
        if any {
            self.out.any_option = Some(span);
        }
        any
    }

    /// `find "$dir" -name x`: one word, before one that begins a test and so is no program. It may delete, or write to a file that
    /// the next word names, and starts nothing.
    fn is_only_a_test(&self, value: &Value) -> bool {
        let next = self.words.get(self.next).map(|word| word.value.known());
        let test = next.is_none_or(|text| text.is_some_and(|text| matches!(text.first(), Some(b'-' | b'(' | b'!'))));
        self.program.runs() == Runs::Find && value.is_one_word() && test && self.out.operands.is_empty()
    }

    /// Whether nothing changes if the word is an option after all: no option of the program has an effect that is not there
    /// already.
    fn harmless_as_option(&self, value: &Value) -> bool {
        if self.program.has(flags::PASSIVE) || self.program.has(flags::INERT) {
            return true;
        }
        if self.program.runs() != Runs::Nothing {
            // An option moves the place where the inner command begins.
            return false;
        }
        let used = self.out.uses.iter().fold(traits::ABOUT, |bits, u| bits | u.spec.traits);
        // `rm *.o`: a name such as `-r.o` is no option where no option takes an argument and none is called `-.`.
        let no_name =
            matches!(value, Value::Pattern(text) if ends_like_a_file(text)) && self.program.option(b"-.").is_none();
        let quiet = |r: &Role| matches!(r, Role::Flag | Role::Value | Role::Pattern | Role::Stat | Role::List);
        (0..self.program.option_count()).map_while(|n| self.program.option_at(n)).all(|option| {
            let silent = option.roles.iter().all(quiet);
            silent && ((no_name && option.arguments == 0) || option.traits & !used == 0)
        }) && !(no_name && self.takes_arguments_with_traits(used))
    }

    fn takes_arguments_with_traits(&self, used: u32) -> bool {
        (0..self.program.option_count())
            .map_while(|n| self.program.option_at(n))
            .any(|option| option.arguments > 0 && option.traits & !used != 0)
    }

    fn known(&mut self, text: &[u8], word: &Word) -> bool {
        if self.style == Style::Keys {
            return self.key(text, word);
        }
        let find = self.program.runs() == Runs::Find;
        match text {
            b"--" => false,
            _ if find && matches!(text, b"(" | b")" | b"!" | b",") => self.exact(text, word),
            b"-" => self.exact(text, word),
            [b'+', ..] if self.program.has(flags::PLUS) => self.plus(text, word),
            [b'-', b'-', ..] => {
                self.long(text, word);
                true
            }
            [b'-', ..] if self.style == Style::Long => {
                self.long(text, word);
                true
            }
            [b'-', letters @ ..] => {
                if !self.exact(text, word) {
                    self.cluster(letters, None, word);
                }
                true
            }
            _ if self.style == Style::Bundle && self.next == 1 => {
                self.bundle(text, word);
                true
            }
            _ => false,
        }
    }

    /// An option whose name is the whole word.
    fn exact(&mut self, text: &[u8], word: &Word) -> bool {
        let Some(spec) = self.program.option(text) else { return false };
        self.used(spec, None, word);
        true
    }

    fn plus(&mut self, text: &[u8], word: &Word) -> bool {
        if self.exact(text, word) {
            return true;
        }
        let rest = text.get(1..).unwrap_or(&[]);
        if let Some(spec) = self.program.option(b"+") {
            // `+12` is the number of a line wherever `+` takes an argument.
            if spec.arguments == 0 || !rest.iter().all(u8::is_ascii_digit) {
                self.used(spec, (spec.arguments > 0).then(|| Value::Known(rest.into())), word);
            }
        } else if self.program.runs() == Runs::Shell {
            let letters = text.iter().skip(1).map(|b| [b'+', *b]);
            for letter in letters {
                match self.program.option(&letter) {
                    Some(spec) => self.used(spec, None, word),
                    None => self.unknown(&letter, word),
                }
            }
        } else {
            return false;
        }
        true
    }

    fn key(&mut self, text: &[u8], word: &Word) -> bool {
        if text.starts_with(b"--") {
            self.long(text, word);
            return true;
        }
        let (key, value) = split(text, b'=');
        match (self.program.option(key), value) {
            (Some(spec), Some(value)) => self.used(spec, Some(Value::Known(value.into())), word),
            _ => self.unknown(text, word),
        }
        true
    }

    fn long(&mut self, text: &[u8], word: &Word) {
        let (name, attached) = split(text, b'=');
        let attached = attached.map(|v| Value::Known(v.into()));
        match self.named(name) {
            Abbreviated::One(spec) => self.used(spec, attached, word),
            Abbreviated::Several => {
                self.doubt("unknown-option", format!("`{}` is ambiguous", shown(name)), word.span);
            }
            Abbreviated::Nothing if self.style == Style::Long && !text.starts_with(b"--") => self.joined(text, word),
            Abbreviated::Nothing => self.unknown(name, word),
        }
    }

    /// The option of that name, abbreviated or with one dash for two as the style allows.
    fn named(&self, name: &[u8]) -> Abbreviated<'t> {
        if let Some(spec) = self.program.option(name) {
            return Abbreviated::One(spec);
        }
        if self.style == Style::Long {
            let single = name.strip_prefix(b"-").filter(|n| n.starts_with(b"-"));
            return single.and_then(|n| self.program.option(n)).map_or(Abbreviated::Nothing, Abbreviated::One);
        }
        if name.starts_with(b"--") { self.program.abbreviated(name) } else { Abbreviated::Nothing }
    }

    /// `-Ifoo` in the style of compilers: one letter with its argument attached.
    fn joined(&mut self, text: &[u8], word: &Word) {
        let (Some(letter), Some(value)) = (text.get(..2), text.get(2..)) else { return self.unknown(text, word) };
        match self.program.option(letter) {
            Some(spec) if spec.arguments > 0 && self.program.has(flags::OPEN) => {
                self.used(spec, Some(Value::Known(value.into())), word);
            }
            _ => self.unknown(text, word),
        }
    }

    /// Letters after a dash; `end` is what is known of the word behind them (`None`: they are all of it).
    fn cluster(&mut self, letters: &[u8], end: Option<&[u8]>, word: &Word) {
        let mut at = 0;
        while let Some(letter) = letters.get(at) {
            at += 1;
            if letter.is_ascii_digit()
                && self.program.has(flags::NUMERIC)
                && self.program.option(&[b'-', *letter]).is_none()
            {
                continue;
            }
            let name = [b'-', *letter];
            let Some(spec) = self.program.option(&name) else {
                return self.unknown(&name, word);
            };
            if spec.arguments == 0 || (self.program.runs() == Runs::Shell && at < letters.len()) {
                self.used_in_cluster(spec, word);
                continue;
            }
            let tail = letters.get(at..).unwrap_or(&[]);
            let attached = match end {
                None if tail.is_empty() => None,
                None => Some(Value::Known(tail.into())),
                Some(suffix) => Some(Value::Affix { prefix: tail.into(), suffix: suffix.into() }),
            };
            return self.used(spec, attached, word);
        }
    }

    fn used_in_cluster(&mut self, spec: OptionSpec<'t>, word: &Word) {
        self.used(spec, None, word);
    }

    /// The first word without a dash: letters whose arguments are the next words, in order.
    fn bundle(&mut self, letters: &[u8], word: &Word) {
        for letter in letters {
            let name = [b'-', *letter];
            match self.program.option(&name) {
                Some(spec) => self.used(spec, None, word),
                None => self.unknown(&name, word),
            }
        }
    }

    /// A word of which only the beginning is known, where that settles the option.
    fn partial(&mut self, word: &Word) -> bool {
        let Value::Affix { prefix, suffix } = &word.value else { return self.expanded(word) };
        let rest = |from: &[u8]| Value::Affix { prefix: from.into(), suffix: suffix.clone() };
        if let (name, Some(value)) = split(prefix, b'=') {
            let key = self.style == Style::Keys || name.starts_with(b"--") || self.style == Style::Long;
            if let (true, Abbreviated::One(spec)) = (key, self.named(name)) {
                self.used(spec, Some(rest(value)), word);
                return true;
            }
            if name.starts_with(b"--") && self.lenient {
                self.out.strange.push(word.clone());
                return true;
            }
        }
        let Some(letters) = prefix.strip_prefix(b"-").filter(|l| !l.starts_with(b"-")) else { return false };
        if matches!(self.style, Style::Long | Style::Keys | Style::Words) {
            return false;
        }
        // Only where an argument has surely begun: `-ofi$x`, not `-o$x`, which may be two words.
        let flags_first = letters.iter().position(|b| self.program.option(&[b'-', *b]).is_none_or(|s| s.arguments > 0));
        // Or where there is no other word that the argument could be: `-j$x`.
        let attached_only = |at: usize| {
            let spec = letters.get(at).and_then(|b| self.program.option(&[b'-', *b]));
            spec.is_some_and(|s| s.optional && s.roles[0] == Role::Value)
        };
        let Some(at) = flags_first.filter(|at| at + 1 < letters.len() || attached_only(*at)) else { return false };
        if letters.get(at).is_none_or(|b| self.program.option(&[b'-', *b]).is_none()) {
            return false;
        }
        self.cluster(letters, Some(suffix), word);
        true
    }

    /// `--include=*.rs`: whatever names a shell makes of it, each begins and ends as it does.
    fn expanded(&mut self, word: &Word) -> bool {
        let Value::Pattern(text) = &word.value else { return false };
        let special =
            |b: &u8| matches!(b, b'*' | b'?' | b'[' | b']' | b'\\' | b'(' | b')' | b'|' | b'~' | b'<' | b'#' | b'^');
        let (Some(first), Some(last)) = (text.iter().position(special), text.iter().rposition(special)) else {
            return false;
        };
        let (prefix, suffix) = (text.get(..first).unwrap_or_default(), text.get(last + 1..).unwrap_or_default());
        let (name, Some(value)) = split(prefix, b'=') else { return false };
        match self.named(name) {
            Abbreviated::One(spec) if name.starts_with(b"--") && spec.arguments == 1 => {
                let value = Value::Affix { prefix: value.into(), suffix: suffix.into() };
                self.used(spec, Some(value), word);
                true
            }
            _ => false,
        }
    }

    /// Notes an option, taking its arguments from the word itself or from the next words.
    fn used(&mut self, spec: OptionSpec<'t>, attached: Option<Value>, word: &Word) {
        let mut arguments = Vec::new();
        let wanted = usize::from(spec.arguments);
        let attached_there = attached.is_some();
        if spec.arguments > 0 && spec.roles[0] == Role::Rest {
            arguments = self.command_words(attached, word.span);
        } else if let Some(value) = attached.filter(|_| wanted > 0) {
            arguments.push(Word { value, span: word.span });
        }
        while !spec.optional && spec.roles[0] != Role::Rest && arguments.len() < wanted {
            let Some(next) = self.take() else { break };
            if !next.value.is_one_word() && !self.program.has(flags::INERT) {
                // It may be several words or none: then other words are the argument, and these are operands. `find` refuses names
                // behind its first test.
                if self.program.runs() != Runs::Find || !is_names(&next.value) {
                    self.out.operands.push(next.clone());
                }
                if !self.program.has(flags::PASSIVE) && !self.any_option(&next.value, next.span) {
                    self.doubt(
                        "dynamic-word",
                        format!("an argument of `{}` may be several words", shown(spec.name)),
                        next.span,
                    );
                    // The first of them is the argument, the others are operands.
                    let runs = self.program.runs();
                    let quiet = matches!(spec.roles[0], Role::Value | Role::Pattern);
                    if (matches!(runs, Runs::Nothing | Runs::Find) || (runs == Runs::Project && quiet))
                        && !self.program.has(flags::STOPS)
                        && !self.program.has(flags::SUBCOMMANDS)
                    {
                        self.blame_names(&next.value);
                    }
                }
            }
            arguments.push(next.clone());
        }
        if spec.roles[0] == Role::Patterns && spec.arguments > 0 && !attached_there {
            self.more_patterns(&mut arguments);
        }
        self.out.uses.push(Use { spec, arguments, span: word.span });
    }

    /// The words of a list behind its first one.
    fn more_patterns(&mut self, list: &mut Vec<Word>) {
        while let Some(word) = self.words.get(self.next) {
            match word.value.known() {
                Some(b"@") => {
                    self.next += 1;
                    return;
                }
                Some(text) if !text.starts_with(b"-") => list.push(word.clone()),
                Some(_) => return,
                // Names that are certainly no option are of the list as well. Others may end it.
                None if word.value.is_one_word() && !may_begin(&word.value, b"-@") => list.push(word.clone()),
                None => {
                    let names = is_names(&word.value);
                    self.doubt("dynamic-word", "a list of patterns may end here".into(), word.span);
                    if let Some(last) = self.out.doubts.last_mut() {
                        last.by_name = names;
                    }
                    list.push(word.clone());
                }
            }
            self.next += 1;
        }
    }

    /// The words of a command inside an expression, up to `;` (or `{} +` for find) or the end.
    fn command_words(&mut self, attached: Option<Value>, span: Span) -> Vec<Word> {
        let mut words: Vec<Word> = attached.map(|value| Word { value, span }).into_iter().collect();
        let find = self.program.runs() == Runs::Find;
        while let Some(word) = self.take() {
            let text = word.value.known();
            let plus = find && text == Some(b"+") && words.last().is_some_and(|w| w.value.known() == Some(b"{}"));
            if text == Some(b";") {
                break;
            }
            words.push(word.clone());
            if plus {
                break;
            }
        }
        words
    }

    fn unknown(&mut self, name: &[u8], word: &Word) {
        if self.lenient {
            self.out.strange.push(word.clone());
        } else {
            let by = String::from_utf8_lossy(self.program.name()).into_owned();
            let detail = format!("nothing is known of the option `{}` of `{by}`", shown(name));
            self.doubt("unknown-option", detail, word.span);
        }
    }

    fn doubt(&mut self, code: &'static str, detail: String, span: Span) {
        self.out.doubts.push(Doubt { code, detail, span, by_name: false });
    }

    /// The last doubt is none where the files that a pathname expansion gives have usual names.
    fn blame_names(&mut self, value: &Value) {
        if let Some(last) = self.out.doubts.last_mut() {
            last.by_name = is_names(value);
        }
    }
}

fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).to_string()
}

/// Splits at the first `at`.
pub(super) fn split(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|b| *b == at) {
        Some(i) => (text.get(..i).unwrap_or(text), text.get(i + 1..)),
        None => (text, None),
    }
}

//! Words of which not all is known: which option one certainly is, whether it could be one, and whether that would matter.

use super::options::{Parser, split};
use crate::{
    effect::{Form, Span, Value, Word},
    tables::{
        Abbreviated,
        words::{Role, Runs, Style, flags, traits},
    },
};

impl Parser<'_, '_> {
    /// Notes that the word may be any option; false where not all are known, or where it is one only if a name of a file is odd.
    pub(super) fn any_option(&mut self, value: &Value, span: Span) -> bool {
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
    pub(super) fn harmless_as_option(&self, value: &Value) -> bool {
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

    /// A word of which only the beginning is known, where that settles the option.
    pub(super) fn partial(&mut self, word: &Word) -> bool {
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
}

/// Whether the word could begin with one of `marks`.
pub(super) fn may_begin(value: &Value, marks: &[u8]) -> bool {
    let begins = |text: &[u8]| text.first().is_some_and(|b| marks.contains(b));
    match value {
        Value::Known(text) => begins(text),
        Value::Set(all) => all.iter().any(|text| begins(text)),
        Value::Affix { prefix, .. } | Value::Below { dir: prefix, .. } => prefix.is_empty() || begins(prefix),
        // One of a few letters, or this text itself.
        Value::Pattern(text) if begins_with_letters(text) => false,
        Value::Pattern(text) if text.first().is_some_and(|b| !b.is_ascii()) => false,
        Value::Pattern(text) if text.starts_with(b"\\") => text.get(1..).is_none_or(begins),
        Value::Pattern(text) => {
            !text.first().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'_' | b'~'))
        }
        // It begins with a number, a letter or the name of a directory.
        Value::Name(text) => {
            let digit = text.first().is_none_or(|b| *b == b'[') && marks.iter().any(u8::is_ascii_digit);
            digit || begins(text)
        }
        Value::Unknown { form: Form::Commit, .. } => marks.iter().any(|b| b.is_ascii_hexdigit() || *b == b'H'),
        Value::Unknown { form: Form::Digits | Form::DigitsOrNothing, .. } => marks.iter().any(u8::is_ascii_digit),
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
pub(super) fn is_names(value: &Value) -> bool {
    match value {
        Value::Pattern(text) => super::names::begins_openly(text) || !may_begin(value, b"-"),
        // As a program wrote them that searched this directory.
        Value::Below { dir, .. } => dir.is_empty(),
        _ => false,
    }
}

/// Whether glob text ends in a literal extension (`*.o`).
fn ends_like_a_file(pattern: &[u8]) -> bool {
    let special = |b: &u8| matches!(b, b'*' | b'?' | b'[' | b']' | b'\\' | b'(' | b')');
    let end = pattern.iter().rposition(special).map_or(0, |at| at + 1);
    pattern.get(end..).is_some_and(|literal| literal.contains(&b'.'))
}

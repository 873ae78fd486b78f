//! How a word that is known spells options: long ones and their abbreviations, letters after one dash, keys.

use super::options::{Parser, shown, split};
use crate::{
    effect::{Value, Word},
    tables::{
        Abbreviated, OptionSpec,
        words::{Runs, Style, flags},
    },
};
use alloc::format;

impl<'t> Parser<'_, 't> {
    pub(super) fn known(&mut self, text: &[u8], word: &Word) -> bool {
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
            // Where such a value is taken after all, the table does not know what it does; else the program refuses it. `--fix=false`
            // is a flag to many.
            Abbreviated::One(spec) if spec.arguments == 0 && !self.lenient && !is_plain(attached.as_ref()) => {
                self.unknown(name, word);
            }
            Abbreviated::One(spec) => self.used(spec, attached, word),
            Abbreviated::Several => {
                self.doubt("unknown-option", format!("`{}` is ambiguous", shown(name)), word.span);
            }
            Abbreviated::Nothing if self.is_refused(text) => {}
            Abbreviated::Nothing if self.style == Style::Long && !text.starts_with(b"--") => self.joined(text, word),
            Abbreviated::Nothing => self.unknown(name, word),
        }
    }

    /// The option of that name, abbreviated or with one dash for two as the style allows.
    pub(super) fn named(&self, name: &[u8]) -> Abbreviated<'t> {
        if let Some(spec) = self.program.option(name) {
            return Abbreviated::One(spec);
        }
        if self.style == Style::Long {
            let single = name.strip_prefix(b"-").filter(|n| n.starts_with(b"-"));
            return single.and_then(|n| self.program.option(n)).map_or(Abbreviated::Nothing, Abbreviated::One);
        }
        if name.starts_with(b"--") { self.program.abbreviated(name) } else { Abbreviated::Nothing }
    }

    /// A letter that no `find` knows behind its first operand (`find . type -f`): it reads all words before it does anything, and
    /// then only complains. In front of it `-f` would name a directory for some.
    fn is_refused(&self, text: &[u8]) -> bool {
        let letter = matches!(text, [b'-', b'c' | b'e' | b'f' | b'i' | b'l' | b'n' | b'r' | b't' | b'v' | b'w']);
        letter && self.program.runs() == Runs::Find && !self.out.operands.is_empty()
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
    pub(super) fn cluster(&mut self, letters: &[u8], end: Option<&[u8]>, word: &Word) {
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
}

/// Whether nothing is attached to a flag, or nothing that may name a file.
fn is_plain(attached: Option<&Value>) -> bool {
    let plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
    attached.is_none_or(|value| value.known().is_some_and(|text| text.iter().all(plain)))
}

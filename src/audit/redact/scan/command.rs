//! What the options of a command make a secret.

use crate::tables::secrets::{OPTIONS, Options, options_of};

/// What is known of the command that is gone through.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Command {
    /// The rows of its program, one bit each.
    rows: u32,
    /// Those of them whose words `with` were seen.
    with: u32,
}

impl Command {
    /// Takes a word that is no option.
    pub(super) fn word(&mut self, word: &[u8]) {
        let rows = rows_of(word);
        if rows != 0 {
            *self = Self { rows, with: 0 };
        } else if self.rows != 0 {
            for (row, options) in self.all() {
                if options.with.iter().any(|with| with.as_bytes() == word) {
                    self.with |= 1 << row;
                }
            }
        }
    }

    fn all(self) -> impl Iterator<Item = (usize, &'static Options)> {
        OPTIONS.iter().enumerate().filter(move |(row, _)| self.rows >> row & 1 == 1)
    }

    /// The rows that count.
    fn options(self) -> impl Iterator<Item = &'static Options> {
        self.all()
            .filter(move |(row, options)| options.with.is_empty() || self.with >> row & 1 == 1)
            .map(|(_, options)| options)
    }

    /// What an operand holds, where the program takes a secret as one: `NAME/PASSWORD`, no path and no setting.
    pub(super) fn operand(self, word: &[u8]) -> Taken {
        if self.rows == 0 {
            return Taken::Nothing;
        }
        for options in self.options().filter(|options| options.operands) {
            let Some(at) = options.after.and_then(|after| word.iter().position(|byte| *byte == after)) else {
                continue;
            };
            let name = word.get(..at).unwrap_or_default();
            if name.first().is_some_and(u8::is_ascii_alphanumeric) && !name.contains(&b'=') {
                return Taken::From(at + 1, options.hint, None);
            }
        }
        Taken::Nothing
    }

    /// What an option makes a secret. `quote`: one is opened right behind the word.
    pub(super) fn option(self, word: &[u8], quote: bool) -> Taken {
        if self.rows == 0 {
            return Taken::Nothing;
        }
        for options in self.options() {
            let is = |option: &&str| option.as_bytes() == word;
            // `-sSu` ends in an option that takes a value.
            let bundled = |option: &&str| {
                let [b'-', letter] = option.as_bytes() else { return false };
                let [b'-', letters @ .., last] = word else { return false };
                last == letter && letters.len() < 8 && letters.iter().all(u8::is_ascii_alphabetic)
            };
            if !quote && options.separate.iter().any(|option| is(option) || bundled(option)) {
                return Taken::Next(options.hint, options.after);
            }
            let joined = |option: &&str| {
                option.starts_with("--")
                    && word.strip_prefix(option.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'='))
            };
            if let Some(option) = options.separate.iter().find(|option| joined(option)) {
                return Taken::From(option.len() + 1, options.hint, options.after);
            }
            let attached =
                |option: &&str| word.len() + usize::from(quote) > option.len() && word.starts_with(option.as_bytes());
            if let Some(option) = options.attached.iter().find(|option| attached(option)) {
                return Taken::From(option.len(), options.hint, options.after);
            }
        }
        Taken::Nothing
    }
}

fn rows_of(word: &[u8]) -> u32 {
    let base = word.iter().rposition(|byte| *byte == b'/').map_or(word, |at| word.get(at + 1..).unwrap_or_default());
    if word.contains(&b':') { 0 } else { options_of(base) }
}

/// Whether a word is a program whose options are known.
pub(super) fn is_program(word: &[u8]) -> bool {
    rows_of(word) != 0
}

/// What an option makes a secret, by which hint, and behind which byte.
#[derive(Clone, Copy, Debug)]
pub(super) enum Taken {
    Nothing,
    /// The next word.
    Next(&'static str, Option<u8>),
    /// The rest of the option's word from here.
    From(usize, &'static str, Option<u8>),
}

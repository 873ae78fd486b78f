//! Globs in a compiled policy: the text, and the automaton as it is, so that nothing is parsed when a call is decided.

use super::{
    Glob, PathGlob,
    bytes::{ByteSet, Test},
    nfa::{MAX_POSITIONS, Nfa},
    pattern::Anchor,
};
use crate::record::{Cursor, Record, codes, fields};
use alloc::vec::Vec;

codes!(Anchor { Root = 0, Home = 1, Workspace = 2, Anywhere = 3 });
fields!(Glob { text, nfa });
fields!(PathGlob { text, anchor, glob });

impl Record for Test {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Byte(byte) => out.extend([0, *byte]),
            Self::NotSlash => out.push(1),
            Self::Any => out.push(2),
            Self::Class { set, negated } => {
                out.push(3 + u8::from(*negated));
                set.words().iter().for_each(|word| word.put(out));
            }
        }
    }

    fn take(from: &mut Cursor<'_>) -> Option<Self> {
        Some(match u8::take(from)? {
            0 => Self::Byte(u8::take(from)?),
            1 => Self::NotSlash,
            2 => Self::Any,
            tag @ (3 | 4) => {
                let mut words = [0; 4];
                for word in &mut words {
                    *word = u64::take(from)?;
                }
                Self::Class { set: ByteSet::from_words(words), negated: tag == 4 }
            }
            _ => return None,
        })
    }
}

impl Record for Nfa {
    fn put(&self, out: &mut Vec<u8>) {
        self.tests().to_vec().put(out);
        self.start().iter().for_each(|word| word.put(out));
        (0..self.len()).flat_map(|position| self.follow(position)).for_each(|word| word.put(out));
    }

    fn take(from: &mut Cursor<'_>) -> Option<Self> {
        let tests: Vec<Test> = Record::take(from)?;
        // The end of every automaton is two positions.
        if tests.len() < 2 || tests.len() > MAX_POSITIONS {
            return None;
        }
        let words = tests.len().div_ceil(64);
        let start = bits(from, words)?;
        let follow = bits(from, words * tests.len())?;
        Some(Self::from_parts(tests, follow, start))
    }
}

fn bits(from: &mut Cursor<'_>, words: usize) -> Option<Vec<u64>> {
    let bytes = from.bytes(words.checked_mul(8)?)?;
    let words = bytes.chunks_exact(8).map(|word| word.try_into().map_or(0, u64::from_le_bytes));
    Some(words.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_back_is_what_was_written() {
        let set = ByteSet::of(b'a');
        let tests = [
            Test::Byte(b'x'),
            Test::NotSlash,
            Test::Any,
            Test::Class { set, negated: false },
            Test::Class { set, negated: true },
        ];
        let mut bytes = Vec::new();
        tests.to_vec().put(&mut bytes);
        let read: Option<Vec<Test>> = Record::take(&mut Cursor::new(&bytes));
        assert_eq!(read.as_deref(), Some(tests.as_slice()));
    }

    #[test]
    fn an_automaton_has_two_positions_at_least() {
        let mut bytes = Vec::new();
        alloc::vec![Test::Any].put(&mut bytes);
        bytes.extend([0; 16]);
        assert!(Nfa::take(&mut Cursor::new(&bytes)).is_none());
    }
}

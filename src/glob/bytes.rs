//! Sets of bytes, and the tests that one position of an automaton makes.

/// A set of bytes, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    pub(super) const EMPTY: Self = Self([0; 4]);
    pub(super) const ALL: Self = Self([u64::MAX; 4]);
    pub(super) const ASCII: Self = Self([u64::MAX, u64::MAX, 0, 0]);

    pub(super) fn words(&self) -> [u64; 4] {
        self.0
    }

    pub(super) fn from_words(words: [u64; 4]) -> Self {
        Self(words)
    }

    pub(super) fn contains(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 == 1)
    }

    pub(super) fn insert(&mut self, byte: u8) {
        if let Some(word) = self.0.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }

    pub(super) fn insert_range(&mut self, from: u8, to: u8) {
        (from..=to).for_each(|byte| self.insert(byte));
    }

    pub(super) fn of(byte: u8) -> Self {
        let mut set = Self::EMPTY;
        set.insert(byte);
        set
    }

    #[must_use]
    pub(super) fn and(&self, other: &Self) -> Self {
        // Written out: the compiler makes calls of the array's own methods.
        let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (self.0, other.0);
        Self([a0 & b0, a1 & b1, a2 & b2, a3 & b3])
    }

    #[must_use]
    pub(super) fn or(&self, other: &Self) -> Self {
        let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (self.0, other.0);
        Self([a0 | b0, a1 | b1, a2 | b2, a3 | b3])
    }

    #[must_use]
    pub(super) fn not(&self) -> Self {
        let [a, b, c, d] = self.0;
        Self([!a, !b, !c, !d])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }

    /// With the other case of every ASCII letter in it.
    #[must_use]
    pub(super) fn folded(&self) -> Self {
        // Both alphabets lie in the second word, 32 bits apart.
        const UPPER: u64 = 0x07ff_fffe;
        let [a, letters, c, d] = self.0;
        Self([a, letters | (letters & UPPER) << 32 | (letters >> 32) & UPPER, c, d])
    }
}

/// What one position of an automaton accepts as its byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// This byte.
    Byte(u8),
    /// Any byte but `/`.
    NotSlash,
    /// Any byte.
    Any,
    /// A byte in the set, or (negated) one that is not.
    Class { set: ByteSet, negated: bool },
}

impl Test {
    /// Whether it accepts `byte`; with `fold` the case of ASCII letters does not count. As in a regular expression, a set is
    /// folded before it is negated.
    pub(super) fn accepts(&self, byte: u8, fold: bool) -> bool {
        match self {
            Self::Byte(own) => *own == byte || fold && own.eq_ignore_ascii_case(&byte),
            Self::NotSlash => byte != b'/',
            Self::Any => true,
            Self::Class { set, negated } => {
                let within = set.contains(byte) || fold && set.contains(other_case(byte));
                within != *negated
            }
        }
    }

    /// All bytes that it accepts.
    pub(super) fn bytes(&self, fold: bool) -> ByteSet {
        let plain = match self {
            Self::Byte(byte) => ByteSet::of(*byte),
            Self::NotSlash => return ByteSet::of(b'/').not(),
            Self::Any => return ByteSet::ALL,
            Self::Class { set, .. } => *set,
        };
        let set = if fold { plain.folded() } else { plain };
        if matches!(self, Self::Class { negated: true, .. }) { set.not() } else { set }
    }
}

fn other_case(byte: u8) -> u8 {
    if byte.is_ascii_alphabetic() { byte ^ 0x20 } else { byte }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_set_of_a_test_is_what_it_accepts() {
        let mut set = ByteSet::EMPTY;
        set.insert_range(b'X', b'c');
        set.insert(0xff);
        // Both cases of a letter.
        let mut both = ByteSet::of(b'q');
        both.insert(b'Q');
        let tests = [
            Test::Byte(b'a'),
            Test::Byte(b'Z'),
            Test::Byte(b'@'),
            Test::Byte(b'['),
            Test::Byte(0xe1),
            Test::NotSlash,
            Test::Any,
            Test::Class { set, negated: false },
            Test::Class { set, negated: true },
            Test::Class { set: both, negated: false },
        ];
        for test in tests {
            for fold in [false, true] {
                for byte in 0..=u8::MAX {
                    assert_eq!(test.bytes(fold).contains(byte), test.accepts(byte, fold), "{test:?} {byte} {fold}");
                }
            }
        }
        assert!(Test::Byte(b'a').accepts(b'A', true) && !Test::Byte(b'a').accepts(b'A', false));
        assert!(!Test::Class { set: ByteSet::of(b'a'), negated: true }.accepts(b'A', true));
    }
}

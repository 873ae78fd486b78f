//! What is known of a word before the script runs.

use super::Span;
use alloc::vec::Vec;

/// The value of one word, as far as it can be worked out. Bytes, not text: a script can build any bytes but NUL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Exactly these bytes.
    Known(Vec<u8>),
    /// One of these, two or more, each different.
    Set(Vec<Vec<u8>>),
    /// One word that begins with `prefix` and ends with `suffix`, with anything between (also nothing).
    Affix {
        /// Known beginning; may be empty.
        prefix: Vec<u8>,
        /// Known end; may be empty. It does not overlap the prefix.
        suffix: Vec<u8>,
    },
    /// A path at or below a directory, such as `find` gives it: no `..` in what is not known.
    Below {
        /// The directory, as written or absolute.
        dir: Vec<u8>,
        /// Known end; may be empty.
        suffix: Vec<u8>,
    },
    /// A pathname expansion that is not carried out: glob text in which a backslash quotes the next byte. It becomes the
    /// matching paths, zero or more words, or its own text where nothing matches.
    Pattern(Vec<u8>),
    /// Nothing is known.
    Unknown {
        /// It may become more than one word.
        may_split: bool,
        /// It may become no word at all.
        may_be_empty: bool,
    },
}

impl Value {
    /// Any one word.
    pub const ANY_WORD: Self = Self::Unknown { may_split: false, may_be_empty: false };
    /// Any number of words.
    pub const ANY_WORDS: Self = Self::Unknown { may_split: true, may_be_empty: true };

    /// The value where it is exactly one.
    pub fn known(&self) -> Option<&[u8]> {
        match self {
            Self::Known(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Bytes of all its texts together.
    pub fn size(&self) -> usize {
        match self {
            Self::Known(text) | Self::Pattern(text) => text.len(),
            Self::Set(all) => all.iter().map(Vec::len).sum(),
            Self::Affix { prefix, suffix } | Self::Below { dir: prefix, suffix } => prefix.len() + suffix.len(),
            Self::Unknown { .. } => 0,
        }
    }

    /// Whether it always stands for exactly one word of argv.
    pub fn is_one_word(&self) -> bool {
        !matches!(
            self,
            Self::Pattern(_) | Self::Unknown { may_split: true, .. } | Self::Unknown { may_be_empty: true, .. }
        )
    }

    /// The finite alternatives, where there are such: one for a known value, all of a set.
    pub fn alternatives(&self) -> Option<&[Vec<u8>]> {
        match self {
            Self::Known(one) => Some(core::slice::from_ref(one)),
            Self::Set(all) => Some(all),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Known(text.as_bytes().to_vec())
    }
}

/// A word of argv: its value, and where it stands in the outermost script.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Word {
    /// What is known of it.
    pub value: Value,
    /// Its place.
    pub span: Span,
}

impl Word {
    /// A word with a known value.
    pub fn known(bytes: impl Into<Vec<u8>>, span: Span) -> Self {
        Self { value: Value::Known(bytes.into()), span }
    }
}

//! What is known of a word before the script runs.

use super::{Bytes, Span};
use alloc::{rc::Rc, vec::Vec};

/// The value of one word, as far as it can be worked out. Bytes, not text: a script can build any bytes but NUL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Exactly these bytes.
    Known(Bytes),
    /// One of these, two or more, each different.
    Set(Rc<[Bytes]>),
    /// One word that begins with `prefix` and ends with `suffix`, with anything between (also nothing).
    Affix {
        /// Known beginning; may be empty.
        prefix: Bytes,
        /// Known end; may be empty. It does not overlap the prefix.
        suffix: Bytes,
    },
    /// A path at or below a directory, such as `find` gives it: no `..` in what is not known.
    Below {
        /// The directory, as written or absolute.
        dir: Bytes,
        /// Known end; may be empty.
        suffix: Bytes,
    },
    /// A pathname expansion that is not carried out: glob text in which a backslash quotes the next byte. It becomes the
    /// matching paths, zero or more words, or its own text where nothing matches.
    Pattern(Bytes),
    /// One word, which glob text matches: a name that a program makes up (`log-$(date +%F)`, `$(mktemp)`). Nothing expands it; as a path
    /// it may be any that matches, whether it stands there or not. One for which [`may_be_nothing`](crate::path::temporary::may_be_nothing)
    /// holds may be nothing instead, where making it fails: it is a word by itself in quotes only, and no directory that anything
    /// happens in.
    Name(Bytes),
    /// Nothing is known.
    Unknown {
        /// It may become more than one word.
        may_split: bool,
        /// It may become no word at all.
        may_be_empty: bool,
        /// What its bytes are in any case.
        form: Form,
    },
}

/// What is known of the bytes of a value that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Nothing.
    Anything,
    /// A decimal number, perhaps with a minus sign.
    Integer,
    /// A decimal number without a sign: no option of any program.
    Digits,
    /// The same, or nothing: what a number that may be nothing is in quotes.
    DigitsOrNothing,
    /// Hexadecimal digits, `HEAD`, or nothing: the number of a commit, as git prints it. No option of any program.
    Commit,
}

impl Form {
    /// Whether a text of this form is a number, as far as it is anything.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Digits | Self::DigitsOrNothing)
    }

    /// Whether a text has this form.
    pub fn fits(self, text: &[u8]) -> bool {
        let digits = match self {
            Self::Anything => return true,
            Self::Integer => text.strip_prefix(b"-").unwrap_or(text),
            Self::Commit => return text == b"HEAD" || text.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
            Self::DigitsOrNothing if text.is_empty() => return true,
            Self::Digits | Self::DigitsOrNothing => text,
        };
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
    }
}

impl Value {
    /// Any one word.
    pub const ANY_WORD: Self = Self::Unknown { may_split: false, may_be_empty: false, form: Form::Anything };
    /// Any number of words.
    pub const ANY_WORDS: Self = Self::Unknown { may_split: true, may_be_empty: true, form: Form::Anything };
    /// One word that is a decimal number.
    pub const INTEGER: Self = Self::Unknown { may_split: false, may_be_empty: false, form: Form::Integer };
    /// One word that is a decimal number without a sign.
    pub const DIGITS: Self = Self::Unknown { may_split: false, may_be_empty: false, form: Form::Digits };

    /// One of these, in order and each once; `None` where there are none or more than `most`.
    pub fn one_of<T: Into<Bytes>>(all: impl IntoIterator<Item = T>, most: usize) -> Option<Self> {
        let mut all: Vec<Bytes> = all.into_iter().map(Into::into).collect();
        all.sort_unstable();
        all.dedup();
        match all.len() {
            1 => all.pop().map(Self::Known),
            several if several > 1 && several <= most => Some(Self::Set(all.into())),
            _ => None,
        }
    }

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
            Self::Known(text) | Self::Pattern(text) | Self::Name(text) => text.len(),
            Self::Set(all) => all.iter().map(|one| one.len()).sum(),
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
    pub fn alternatives(&self) -> Option<&[Bytes]> {
        match self {
            Self::Known(one) => Some(core::slice::from_ref(one)),
            Self::Set(all) => Some(all),
            _ => None,
        }
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Known(bytes.into())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Known(bytes.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Known(text.as_bytes().into())
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
    pub fn known(bytes: impl Into<Bytes>, span: Span) -> Self {
        Self { value: Value::Known(bytes.into()), span }
    }
}

//! The positional parameters of a shell: `$1` and so on.

use crate::effect::Word;
use alloc::{rc::Rc, vec::Vec};

/// Words that are shared by all states that have them, also after `shift`.
#[derive(Clone, Debug)]
pub(super) struct Positional {
    words: Rc<[Word]>,
    /// How many of them have been shifted away.
    shifted: usize,
    /// The first of the words is `$0`.
    named: bool,
}

impl Positional {
    /// The parameters, where each word certainly is one.
    pub(super) fn certain(words: &[Word]) -> Option<Self> {
        words.iter().all(|word| word.value.is_one_word()).then(|| words.to_vec().into())
    }

    /// The arguments of `sh -c`: the first is `$0`.
    pub(super) fn of_script(words: &[Word]) -> Option<Self> {
        let all = Self::certain(words)?.shift(1)?;
        Some(Self { named: true, ..all })
    }

    /// `$0`, where the script was given one.
    pub(super) fn zero(&self) -> Option<&Word> {
        self.words.first().filter(|_| self.named)
    }

    /// `$1` is at 0.
    pub(super) fn get(&self, index: usize) -> Option<&Word> {
        self.left().get(index)
    }

    /// What is left after `shift COUNT`; `None` where there are fewer.
    pub(super) fn shift(&self, count: usize) -> Option<Self> {
        let shifted = self.shifted.checked_add(count).filter(|shifted| *shifted <= self.words.len())?;
        Some(Self { words: self.words.clone(), shifted, named: self.named })
    }

    pub(super) fn left(&self) -> &[Word] {
        self.words.get(self.shifted..).unwrap_or_default()
    }
}

impl From<Vec<Word>> for Positional {
    fn from(words: Vec<Word>) -> Self {
        Self { words: words.into(), shifted: 0, named: false }
    }
}

impl PartialEq for Positional {
    fn eq(&self, other: &Self) -> bool {
        if Rc::ptr_eq(&self.words, &other.words) {
            return self.shifted == other.shifted && self.named == other.named;
        }
        self.left() == other.left() && self.zero() == other.zero()
    }
}

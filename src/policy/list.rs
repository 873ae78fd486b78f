//! The rules of one kind in a layer: in memory, or in a compiled policy that is read only where it is asked.

use crate::effect::Word;
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::{fmt, mem, ops};
use once_cell::race::OnceBox;

/// Rules that stand in a compiled policy.
pub trait Stored<T>: fmt::Debug + Send + Sync {
    /// How many there are.
    fn count(&self) -> usize;

    /// One of them; none where the bytes are damaged, which whoever owns them remembers.
    fn get(&self, number: u32) -> Option<T>;

    /// Whether all that was read so far is what was written.
    fn is_sound(&self) -> bool;

    /// The numbers, in order, of all that can match; none where that takes asking each.
    fn near(&self, question: &Question<'_>) -> Option<Vec<u32>>;
}

/// What rules are asked about.
#[derive(Clone, Copy, Debug)]
pub enum Question<'q> {
    /// A command, as its words are written or as they are meant.
    Command(&'q [Word]),
    /// Files that are known by their paths, where case counts. No rule speaks of one of them by a directory that is not known.
    Paths(&'q [&'q [u8]]),
}

/// A list of rules.
pub enum List<T> {
    /// All of them.
    Here(Vec<T>),
    /// They are read when they are needed.
    Stored {
        /// Where they stand.
        stored: Arc<dyn Stored<T>>,
        /// All of them, once something needed all.
        all: OnceBox<Vec<T>>,
    },
}

impl<T> List<T> {
    /// Rules that are read when they are needed.
    pub fn stored(stored: Arc<dyn Stored<T>>) -> Self {
        Self::Stored { stored, all: OnceBox::new() }
    }

    /// How many there are, without reading them.
    pub fn count(&self) -> usize {
        match self {
            Self::Here(all) => all.len(),
            Self::Stored { stored, .. } => stored.count(),
        }
    }

    /// Whether all that was read of them so far is what was written.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Here(_) => true,
            Self::Stored { stored, .. } => stored.is_sound(),
        }
    }

    /// Adds one at the end.
    pub fn push(&mut self, rule: T) {
        self.extend([rule]);
    }

    /// Gives `take` every rule that can match one of `questions`, and perhaps others, in their order.
    pub fn near(&self, questions: &[Question<'_>], take: &mut dyn FnMut(&T)) {
        let Self::Stored { stored, all } = self else { return self.iter().for_each(take) };
        let mut numbers = Vec::new();
        for question in questions {
            match stored.near(question).filter(|_| all.get().is_none()) {
                Some(near) => numbers.extend(near),
                None => return self.iter().for_each(take),
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().filter_map(|number| stored.get(number)).for_each(|rule| take(&rule));
    }

    fn into_vec(self) -> Vec<T> {
        match self {
            Self::Here(all) => all,
            Self::Stored { stored, .. } => read_all(&*stored),
        }
    }
}

fn read_all<T>(stored: &dyn Stored<T>) -> Vec<T> {
    let count = u32::try_from(stored.count()).unwrap_or(u32::MAX);
    (0..count).map_while(|number| stored.get(number)).collect()
}

impl<T: Clone> Clone for List<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Here(all) => Self::Here(all.clone()),
            Self::Stored { stored, .. } => Self::stored(stored.clone()),
        }
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::Here(Vec::new())
    }
}

impl<T> ops::Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Here(all) => all,
            Self::Stored { stored, all } => all.get_or_init(|| Box::new(read_all(&**stored))),
        }
    }
}

impl<T> Extend<T> for List<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, rules: I) {
        let mut all = mem::take(self).into_vec();
        all.extend(rules);
        *self = Self::Here(all);
    }
}

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = alloc::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.into_vec().into_iter()
    }
}

impl<'l, T> IntoIterator for &'l List<T> {
    type Item = &'l T;
    type IntoIter = core::slice::Iter<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

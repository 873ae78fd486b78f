//! Counts by name that stay small whatever stands in the records.

use std::collections::HashMap;
use std::string::{String, ToString};
use std::vec::Vec;

/// More names are counted together.
const MOST_NAMES: usize = 50_000;
/// More bytes of a name are not kept.
const LONGEST_NAME: usize = 512;

/// How often each name came.
#[derive(Debug, Default)]
pub(super) struct Counts<T> {
    by_name: HashMap<String, T>,
    /// Names that came when there was no place left, each time.
    pub(super) others: u64,
}

impl<T: Default> Counts<T> {
    /// Where that name is counted; none where there is no place for it.
    pub(super) fn of(&mut self, name: &str) -> Option<&mut T> {
        let name = cut(name);
        if self.by_name.len() >= MOST_NAMES && !self.by_name.contains_key(name) {
            self.others += 1;
            return None;
        }
        if !self.by_name.contains_key(name) {
            self.by_name.insert(name.to_string(), T::default());
        }
        self.by_name.get_mut(name)
    }

    /// How many different names there are.
    pub(super) fn names(&self) -> usize {
        self.by_name.len()
    }

    /// All that `weigh` gives a weight, the heaviest first; names of the same weight by name.
    pub(super) fn sorted(&self, weigh: impl Fn(&T) -> u64) -> Vec<(&str, &T)> {
        let mut all: Vec<(&str, &T)> = self.by_name.iter().map(|(name, value)| (name.as_str(), value)).collect();
        all.retain(|(_, value)| weigh(value) > 0);
        all.sort_by(|(one, a), (other, b)| weigh(b).cmp(&weigh(a)).then_with(|| one.cmp(other)));
        all
    }
}

impl Counts<u64> {
    /// One more of that name.
    pub(super) fn add(&mut self, name: &str) {
        if let Some(count) = self.of(name) {
            *count += 1;
        }
    }
}

/// The beginning of a name that is kept.
pub(super) fn cut(name: &str) -> &str {
    let end = (0..=LONGEST_NAME.min(name.len())).rev().find(|end| name.is_char_boundary(*end));
    end.and_then(|end| name.get(..end)).unwrap_or(name)
}

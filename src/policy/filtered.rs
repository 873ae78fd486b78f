//! Names that a recursive reader passes over because options say so.

use crate::effect::{Filter, Says};
use crate::glob::Glob;
use alloc::vec::Vec;

/// Filters made ready for many names.
pub(super) struct Filtered(Vec<(Says, Glob)>);

impl Filtered {
    pub(super) fn new(filters: &[Filter]) -> Self {
        // A pattern that cannot be read says nothing, unless it asks for files: then it may ask for any.
        let ready = filters.iter().filter_map(|filter| {
            let any = || if filter.says == Says::File { Glob::parse("*").ok() } else { None };
            Some((filter.says, Glob::parse(&filter.pattern).ok().or_else(any)?))
        });
        Self(ready.collect())
    }

    /// Whether nothing below a directory is read; `rest` is its path below the top.
    pub(super) fn closes(&self, rest: &[u8]) -> bool {
        let mut names = rest.split(|b| *b == b'/').filter(|name| !name.is_empty());
        names.any(|name| self.says(name, &[Says::NoDirectory, Says::Nothing]))
    }

    /// Whether nothing of a file or directory is read; `rest` is its path below the top.
    pub(super) fn covers(&self, rest: &[u8], directory: bool) -> bool {
        let mut names = rest.split(|b| *b == b'/').filter(|name| !name.is_empty());
        let Some(last) = names.next_back() else { return false };
        let above = |name: &[u8]| self.says(name, &[Says::NoDirectory, Says::Nothing]);
        // What is in a directory that is not passed over is asked about by itself.
        names.any(above) || above(last) && directory || self.passes_over(last)
    }

    fn says(&self, name: &[u8], what: &[Says]) -> bool {
        self.0.iter().any(|(says, glob)| what.contains(says) && glob.matches(name, false))
    }

    /// Of what is said of files the last counts; where nothing is said, whether the first asks for some.
    fn passes_over(&self, name: &[u8]) -> bool {
        let of_files = || self.0.iter().filter(|(says, _)| *says != Says::NoDirectory);
        match of_files().rev().find(|(_, glob)| glob.matches(name, false)) {
            Some((says, _)) => *says != Says::File,
            None => of_files().next().is_some_and(|(says, _)| *says == Says::File),
        }
    }
}

//! Which globs can cover something in a tree, by the names that stand in it. A large tree holds tens of thousands of paths, and most
//! globs of a policy speak of names of which it has none.

use crate::glob::{Mark, PathGlob};
use crate::path;
use alloc::vec::Vec;

/// With fewer paths than this, asking each is no more work. Debug builds always sieve, so that every test goes through it.
const WORTH: usize = if cfg!(debug_assertions) { 1 } else { 64 };

/// The names of a tree, and of the directories above it.
pub(super) struct Sieve {
    /// In lower case, as marks are; sorted.
    names: Vec<Vec<u8>>,
    /// The same backwards, sorted by their ends.
    ends: Vec<Vec<u8>>,
    /// Letters outside ASCII may count as others where case does not.
    ascii: bool,
}

impl Sieve {
    /// Of `paths` that stand below `tops`; `listed`: each directory below is one of the paths itself. None where it is not worth it.
    pub(super) fn of(tops: &[&[u8]], paths: &[Vec<u8>], listed: bool) -> Option<Self> {
        if paths.len() < WORTH {
            return None;
        }
        let last = if listed { 1 } else { usize::MAX };
        let below = paths.iter().flat_map(|path| path::components(path).rev().take(last));
        let above = tops.iter().flat_map(|top| path::components(top));
        let mut names: Vec<Vec<u8>> = below.chain(above).map(<[u8]>::to_ascii_lowercase).collect();
        names.sort_unstable();
        names.dedup();
        let mut ends: Vec<Vec<u8>> = names.iter().map(|name| name.iter().rev().copied().collect()).collect();
        ends.sort_unstable();
        let ascii = paths.iter().map(Vec::as_slice).chain(tops.iter().copied()).all(<[u8]>::is_ascii);
        Some(Self { names, ends, ascii })
    }

    /// Whether a glob may cover one of the paths: some path may have everything that it asks for. `fold`: case does not count.
    pub(super) fn may_cover(&self, glob: &PathGlob, fold: bool) -> bool {
        if fold && !self.ascii {
            return true;
        }
        let has = |mark: &Mark| match mark {
            // Its names are marks, too.
            Mark::Top(_) => true,
            Mark::Name(name) => self.names.binary_search(name).is_ok(),
            Mark::Begins(beginning) => begins(&self.names, beginning),
            Mark::Ends(end) => begins(&self.ends, &end.iter().rev().copied().collect::<Vec<u8>>()),
        };
        glob.marks().is_none_or(|alternatives| alternatives.iter().any(|marks| marks.iter().all(has)))
    }
}

/// Whether one of the sorted names begins so.
fn begins(names: &[Vec<u8>], beginning: &[u8]) -> bool {
    let at = names.partition_point(|name| name.as_slice() < beginning);
    names.get(at).is_some_and(|name| name.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::glob::Places;
    use proptest::prelude::*;
    use std::string::String;

    fn glob() -> impl Strategy<Value = String> {
        let name = "(a|B|ab|\\.env|k\\.key|\\*|\\*\\.key|a\\*|\\*b|\\?b|\\[ab\\]|\\{a,k\\}\\.key|\\*\\*|x\\*y)";
        (prop_oneof!["/", "~/", "./", "\\*\\*/"], proptest::collection::vec(name, 1..4))
            .prop_map(|(anchor, names)| anchor + &names.join("/"))
    }

    proptest! {
        #[test]
        fn no_glob_that_covers_something_is_passed_over(
            globs in proptest::collection::vec(glob(), 1..20),
            paths in proptest::collection::vec("(/(a|A|b|ab|\\.env|K\\.key|k\\.key|xy|xay|\u{e4}|\u{212a}\\.key)){1,3}", 64..80),
            listed: bool,
            fold: bool,
        ) {
            let top = b"/w/p".as_slice();
            let mut all: Vec<Vec<u8>> = paths.iter().map(|path| [top, path.as_bytes()].concat()).collect();
            if listed {
                // As a look into a directory does it.
                let above: Vec<Vec<u8>> = all
                    .iter()
                    .flat_map(|path| core::iter::successors(path::parent(path), |at| path::parent(at)))
                    .filter(|dir| dir.len() > top.len())
                    .map(<[u8]>::to_vec)
                    .collect();
                all.extend(above);
            }
            let sieve = Sieve::of(&[top], &all, listed).unwrap();
            let places = Places { homes: &[b"/w"], roots: &[top] };
            for glob in globs.iter().filter_map(|glob| PathGlob::parse(glob).ok()) {
                let covers = all.iter().any(|path| glob.covers(path, &places, fold));
                prop_assert!(!covers || sieve.may_cover(&glob, fold), "{:?}", glob);
            }
        }
    }

    #[test]
    fn names_that_are_not_there_are_passed_over() {
        let paths: Vec<Vec<u8>> = (0..100).map(|n| std::format!("/w/src/file{n}.rs").into_bytes()).collect();
        let sieve = Sieve::of(&[b"/w/src"], &paths, true).unwrap();
        for (glob, may) in [
            ("**/.env", false),
            ("**/*.pem", false),
            ("**/*.rs", true),
            ("**/FILE7.rs", true),
            // All that is asked for, and nothing more.
            ("**/file99.rs*", true),
            ("**/file7.rs", true),
            ("**/src/**", true),
            ("/w/src/secret/*.rs", false),
            ("/w/*/file*", true),
            ("**/id_*", false),
            ("**/{id_*,file1.*}", true),
        ] {
            assert_eq!(sieve.may_cover(&PathGlob::parse(glob).unwrap(), false), may, "{glob}");
        }
        assert!(Sieve::of(&[b"/w"], &paths[..WORTH - 1], true).is_none());
    }
}

//! Rules that stand in a compiled policy.

use super::nothing;
use crate::policy::list::{List, Question, Stored};
use alloc::{sync::Arc, vec::Vec};

/// Rules of which nothing can be read, and whether that was noticed.
#[derive(Debug)]
struct Bytes {
    sound: bool,
}

impl<T> Stored<T> for Bytes {
    fn count(&self) -> usize {
        1
    }

    fn get(&self, _: u32) -> Option<T> {
        None
    }

    fn is_sound(&self) -> bool {
        self.sound
    }

    fn near(&self, _: &Question<'_>) -> Option<Vec<u32>> {
        None
    }
}

#[test]
fn one_damaged_list_makes_the_policy_unsound() {
    for (commands, globs) in [(true, true), (true, false), (false, true), (false, false)] {
        let mut policy = nothing();
        let layer = policy.layers.first_mut().unwrap();
        layer.prefix_rules = List::stored(Arc::new(Bytes { sound: commands }));
        layer.glob_rules = List::stored(Arc::new(Bytes { sound: globs }));
        assert_eq!(policy.is_sound(), commands && globs, "commands {commands}, globs {globs}");
    }
}

//! Finding a key that stands twice.

use crate::call::Json;
use alloc::{string::String, vec::Vec};
use core::cmp::Ordering;

/// Up to this many keys comparing each with each costs less than sorting.
const FEW: usize = 12;

/// The position of the first entry whose key an earlier entry has too. Keys are compared unescaped. It takes n log n comparisons, so
/// that no number of keys makes it slow.
pub(super) fn first_repeated(entries: &[(String, Json)]) -> Option<usize> {
    if entries.len() <= FEW {
        return entries
            .iter()
            .enumerate()
            .position(|(at, (key, _))| entries.iter().take(at).any(|(other, _)| other == key));
    }
    let mut sorted: Vec<(&str, usize)> = entries.iter().enumerate().map(|(at, (key, _))| (key.as_str(), at)).collect();
    sorted.sort_unstable();
    let repeated = sorted.iter().zip(sorted.iter().skip(1)).filter(|(one, next)| one.0.cmp(next.0) == Ordering::Equal);
    repeated.map(|(_, later)| later.1).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{collections::BTreeSet, format};

    fn entries(keys: &[String]) -> Vec<(String, Json)> {
        keys.iter().map(|key| (key.clone(), Json::Null)).collect()
    }

    proptest! {
        #[test]
        fn the_first_repeated_key_is_found(keys in prop::collection::vec("[ab]{0,4}", 0..40)) {
            let mut seen = BTreeSet::new();
            let expected = keys.iter().position(|key| !seen.insert(key.clone()));
            prop_assert_eq!(first_repeated(&entries(&keys)), expected);
        }
    }

    #[test]
    fn many_keys_with_a_long_common_beginning_are_quick() {
        let mut keys: Vec<String> = (0..100_000).map(|n| format!("a-key-that-begins-like-the-others-{n}")).collect();
        assert_eq!(first_repeated(&entries(&keys)), None);
        keys.push(keys[77].clone());
        assert_eq!(first_repeated(&entries(&keys)), Some(100_000));
    }
}

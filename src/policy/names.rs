//! Globs over names (hosts, variables, tools) held against values that may be known only in part.

use crate::effect::Value;
use crate::glob::Answer;
use crate::glob::Glob;

/// Whether one of `globs` matches the name.
pub(super) fn answer(globs: &[Glob], name: &Value) -> Answer {
    let matches = |name: &[u8]| globs.iter().any(|g| g.matches(name, false));
    match name.alternatives() {
        None => Answer::Maybe, // names are hardly ever known in part: no finer answer is worth its code
        Some(all) => match all.iter().filter(|n| matches(n)).count() {
            0 => Answer::No,
            n if n == all.len() => Answer::Yes,
            _ => Answer::Maybe,
        },
    }
}

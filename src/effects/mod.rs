//! Folds a call into effects: wrappers, program tables, the directory and variables, patches, tool arguments.

pub mod command;

use alloc::string::String;

/// A limit on steps or depth was reached: the call cannot be judged, so it must not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitReached {
    /// The limit's name in verdicts, such as `command-depth`.
    pub name: &'static str,
    /// One lower-case sentence for people.
    pub message: String,
}

//! How large a script may be.

use alloc::{format, string::String};

/// The bounds of one parse. Reaching one is a deny, never a shorter tree.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of script text.
    pub bytes: usize,
    /// Constructs inside each other, also a bound on the call stack: a compound command counts 2, a substitution 2, quotes 1.
    /// At the default, the deepest script needs less than 256 KiB of stack in a debug build.
    pub depth: usize,
    /// Nodes of the tree.
    pub nodes: usize,
    /// Words of the tree.
    pub words: usize,
    /// Here-documents.
    pub here_documents: usize,
    /// Steps of the parser per byte of text: what keeps every input linear.
    pub steps_per_byte: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 256 * 1024,
            depth: 48,
            nodes: 100_000,
            words: 200_000,
            here_documents: 10_000,
            steps_per_byte: 64,
        }
    }
}

/// A bound that a script went over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitReached {
    /// A stable name, such as `script-bytes`, `script-depth`, `script-nodes`, `script-words`, `script-steps`.
    pub name: &'static str,
    /// One lower-case sentence for people.
    pub message: String,
}

impl LimitReached {
    /// The script needs more than `limit` of what `unit` names.
    pub(super) fn new(name: &'static str, limit: usize, unit: &str) -> Self {
        Self { name, message: format!("the script has over {limit} {unit}; split it into smaller calls") }
    }
}

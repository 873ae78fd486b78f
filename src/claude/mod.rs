//! Another wire: the hooks of Claude Code, by their documentation and as seen with Claude Code 2.1.197 (`tests/real_claude.rs`). The input
//! has the shape of Codex's, with tools of its own; a refusal is the same (status 2 and a sentence), and a prompt really asks.

mod answer;
mod tools;

pub use answer::answer;

use crate::call::Call;
use crate::codex::{self, Fault};

/// Reads one call: every byte strictly, then every field by its type.
///
/// # Errors
/// The input is anything but one whole call; see [`crate::codex::codes`].
pub fn read(input: &[u8]) -> Result<Call, Fault> {
    codex::type_call(codex::read_json(input)?, tools::read)
}

#[cfg(test)]
mod tests;

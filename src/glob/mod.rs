//! Globs over paths: our own small language, with the syntax and meaning of the `globset` crate, and one linear-time engine.
//!
//! - [`Glob`] is the bare language: does this text match?
//! - [`PathGlob`] is a glob of a policy: anchored (`/`, `~/`, `./`, `**/`), and covering the whole tree of what it matches.
//! - [`Subject`] is what a call touches, as far as it is known; [`applies`] asks whether a rule's globs apply to it.

mod applies;
mod budget;
mod bytes;
mod error;
mod expansion;
mod index;
mod lane;
mod mark;
mod nfa;
mod normal;
mod pattern;
mod search;
mod shell;
mod stored;
mod subject;
mod syntax;

pub use applies::{Answer, PathRule, Reading, applies, applies_within};
pub use budget::Budget;
pub use error::GlobError;
pub use expansion::Step;
pub use index::{Index, Near};
pub use mark::Mark;
pub use pattern::{Anchor, PathGlob, Places};
pub use subject::Subject;

use alloc::{format, string::String};
use nfa::{MAX_POSITIONS, Nfa};

/// A glob, held against whole texts.
#[derive(Clone, Debug)]
pub struct Glob {
    text: String,
    nfa: Nfa,
}

impl Glob {
    /// Reads a glob: what `globset` accepts with `literal_separator(true)`, up to 4096 bytes, 32 nested braces and 1024
    /// positions of the compiled form.
    ///
    /// # Errors
    ///
    /// Names the place and the fault: an unclosed class or brace, a range that runs backwards, a dangling backslash, a limit.
    pub fn parse(text: &str) -> Result<Self, GlobError> {
        let re = syntax::parse(text)?;
        let nfa = Nfa::build(&re)
            .ok_or_else(|| GlobError::new(0, format!("this glob is too large: over {MAX_POSITIONS} positions")))?;
        Ok(Self { text: text.into(), nfa })
    }

    /// The text that it was read from.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the whole text matches. With `ignore_case` ASCII letters match in either case; others never fold.
    pub fn matches(&self, text: &[u8], ignore_case: bool) -> bool {
        self.nfa.run(text, ignore_case).accepted
    }
}

#[cfg(test)]
mod tests;

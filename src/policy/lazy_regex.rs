//! A regular expression that is compiled when it is first needed: most calls never reach the rule that holds it.

use alloc::{boxed::Box, string::String};
use core::fmt;
use once_cell::race::OnceBox;
use regex::{Regex, RegexBuilder};

/// Largest compiled form, in bytes; a rule that needs more is refused when the policy is loaded.
const SIZE_LIMIT: usize = 1 << 20;

/// A regex in the syntax of the `regex` crate (linear time, no look-around), unanchored.
pub struct LazyRegex {
    source: String,
    compiled: OnceBox<Regex>,
}

impl LazyRegex {
    /// Takes the text after checking that it compiles within the size limit.
    ///
    /// # Errors
    /// The engine's own words on what is wrong with the text.
    pub fn parse(source: &str) -> Result<Self, String> {
        build(source).map_err(|e| alloc::format!("{e}"))?;
        Ok(Self::checked(source.into()))
    }

    /// Takes text that was checked before, such as that of a compiled policy.
    pub fn checked(source: String) -> Self {
        Self { source, compiled: OnceBox::new() }
    }

    /// The text as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it matches anywhere in `text`; `None` where the text of the regex turns out not to compile.
    pub fn is_match(&self, text: &str) -> Option<bool> {
        let compiled = self.compiled.get_or_try_init(|| build(&self.source).map(Box::new)).ok()?;
        Some(compiled.is_match(text))
    }
}

fn build(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source).size_limit(SIZE_LIMIT).build()
}

impl Clone for LazyRegex {
    fn clone(&self) -> Self {
        Self::checked(self.source.clone())
    }
}

impl fmt::Debug for LazyRegex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LazyRegex").field(&self.source).finish()
    }
}

//! A regular expression that is compiled when it is first needed: most calls never reach the rule that holds it.
//!
//! Without the administrator's verbs there is no engine for it, whose code and tables would be a third of the executable: then
//! nothing matches, and whoever decides asks [`Policy::needs_regexes`] whether somebody else has to.
//!
//! [`Policy::needs_regexes`]: super::Policy::needs_regexes

use alloc::string::String;
use core::fmt;

/// A regex in the syntax of the `regex` crate (linear time, no look-around), unanchored.
pub struct LazyRegex {
    source: String,
    #[cfg(feature = "admin")]
    compiled: engine::Compiled,
}

impl LazyRegex {
    /// Takes the text after checking that it compiles within the size limit.
    ///
    /// # Errors
    /// The engine's own words on what is wrong with the text.
    #[cfg(feature = "admin")]
    pub fn parse(source: &str) -> Result<Self, String> {
        engine::build(source).map_err(|e| alloc::format!("{e}"))?;
        Ok(Self::checked(source.into()))
    }

    /// Takes text that was checked before, such as that of a compiled policy.
    pub fn checked(source: String) -> Self {
        Self {
            source,
            #[cfg(feature = "admin")]
            compiled: engine::Compiled::new(),
        }
    }

    /// The text as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it matches anywhere in `text`; `None` where the text of the regex turns out not to compile.
    #[cfg(feature = "admin")]
    pub fn is_match(&self, text: &str) -> Option<bool> {
        engine::is_match(&self.compiled, &self.source, text)
    }

    /// Whether it matches anywhere in `text`: nobody here can say.
    #[cfg(not(feature = "admin"))]
    pub fn is_match(&self, _: &str) -> Option<bool> {
        None
    }
}

#[cfg(feature = "admin")]
mod engine {
    use alloc::boxed::Box;
    use once_cell::race::OnceBox;
    use regex::{Regex, RegexBuilder};

    /// Largest compiled form, in bytes; a rule that needs more is refused when the policy is loaded.
    const SIZE_LIMIT: usize = 1 << 20;

    pub(super) type Compiled = OnceBox<Regex>;

    pub(super) fn build(source: &str) -> Result<Regex, regex::Error> {
        RegexBuilder::new(source).size_limit(SIZE_LIMIT).build()
    }

    pub(super) fn is_match(compiled: &Compiled, source: &str, text: &str) -> Option<bool> {
        let regex = compiled.get_or_try_init(|| build(source).map(Box::new)).ok()?;
        Some(regex.is_match(text))
    }
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

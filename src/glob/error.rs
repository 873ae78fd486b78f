//! What is wrong with a glob.

use alloc::string::String;
use core::fmt;

/// A glob that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobError {
    /// Where in the glob's text, in bytes.
    pub offset: usize,
    /// One lower-case sentence.
    pub message: String,
    /// What to write instead, where that is clear; one lower-case sentence.
    pub help: Option<String>,
}

impl GlobError {
    pub(super) fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { offset, message: message.into(), help: None }
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for GlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {})", self.message, self.offset)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for GlobError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn says_where_and_what_to_write() {
        let error = GlobError::new(3, "this is wrong");
        assert_eq!(error.to_string(), "this is wrong (byte 3)");
        assert_eq!(error.help("write that").to_string(), "this is wrong (byte 3); write that");
    }
}

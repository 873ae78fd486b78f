//! Globs. (Interface only until the room is merged.)
use alloc::string::{String, ToString};

/// Why a glob is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobError {
    /// Byte offset in the glob.
    pub offset: usize,
    /// One lower-case sentence.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// A glob over names (hosts, tools, variables).
#[derive(Clone, Debug)]
pub struct Glob(String);
impl Glob {
    /// Reads glob text.
    pub fn parse(text: &str) -> Result<Self, GlobError> {
        Ok(Self(text.to_string()))
    }
    /// As written.
    pub fn source(&self) -> &str {
        &self.0
    }
}

/// An anchored glob over paths.
#[derive(Clone, Debug)]
pub struct PathGlob(String);
impl PathGlob {
    /// Reads an anchored glob.
    pub fn parse(text: &str) -> Result<Self, GlobError> {
        Ok(Self(text.to_string()))
    }
    /// As written.
    pub fn source(&self) -> &str {
        &self.0
    }
}

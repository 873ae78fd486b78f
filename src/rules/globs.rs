//! Globs as rules write them: read by our own matcher and by `globset`, which is the reference for what they mean; a glob that
//! only one of them takes is refused.

use super::diagnostics::{Problem, sentence};
use crate::glob::{Glob, GlobError, PathGlob};
use globset::GlobBuilder;
use std::{format, string::ToString, vec::Vec};

/// Whether the reference reads a glob. Its matcher is not built: that takes a thousand times as long.
fn reference(glob: &str) -> Result<(), globset::Error> {
    GlobBuilder::new(glob).literal_separator(true).backslash_escape(true).build().map(|_| ())
}

fn refused(glob: &str, error: GlobError) -> Problem {
    let message = format!("bad glob `{glob}`: {} at byte {}", error.message, error.offset);
    Problem { message, help: error.help }
}

fn agreed<T>(glob: &str, parsed: Result<T, GlobError>) -> Result<T, Problem> {
    let parsed = parsed.map_err(|error| refused(glob, error))?;
    match reference(glob) {
        Ok(()) => Ok(parsed),
        Err(error) => {
            let message = format!("bad glob `{glob}`: {}", sentence(&error.kind().to_string()));
            Err(Problem::new(message, "escape special characters with a backslash"))
        }
    }
}

/// Globs of paths.
pub(super) fn paths(globs: &[&str]) -> Result<Vec<PathGlob>, Problem> {
    globs.iter().map(|glob| agreed(glob, PathGlob::parse(glob))).collect()
}

/// A glob of names.
pub(super) fn name(glob: &str) -> Result<Glob, Problem> {
    agreed(glob, Glob::parse(glob))
}

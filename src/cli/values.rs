//! Arguments of several verbs, as they are read.

use crate::text::date;
use clap::builder::{PathBufValueParser, TypedValueParser};
use std::path::{self, PathBuf};

/// A directory, from the root: what is registered or kept must not depend on where the verb was started.
pub(super) fn directory() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(path::absolute)
}

/// A day as ISO 8601 writes it.
pub(super) fn day(text: &str) -> Result<String, String> {
    if date::is_day(text) { Ok(text.into()) } else { Err("it is no day; write it as 2027-01-31".into()) }
}

/// `1 file`, `2 files`.
pub(super) fn number_of(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

//! The head of the chain of closed files: it goes with every batch, so that it is known elsewhere than on this machine.

use crate::trail::chain::{Chain, Link, digest};
use std::path::Path;
use std::string::String;

/// The last line of `chain.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// It, byte by byte.
    pub line: String,
    /// The file that it tells of: the one that was closed last, or an old one that was removed.
    pub file: String,
    /// That file's digest.
    pub digest: String,
    /// The digest of the line, which the next line will name as the one before it.
    pub link: String,
}

/// The head of the chain of a directory of records; none where no file is closed yet, or where the last line is none of a chain.
pub fn head(directory: &Path) -> Option<Head> {
    let (line, Link { file, digest: of_file, .. }) = Chain::last(directory)?;
    let link = digest(&line);
    Some(Head { line: String::from_utf8(line).ok()?, file, digest: of_file, link })
}

/// How many bytes a file had when it was closed; none where the chain does not say.
pub fn closed(directory: &Path, name: &str) -> Option<u64> {
    let chain = Chain::read(directory).ok()?;
    chain.links().filter(|link| link.file == name).last().map(|link| link.bytes)
}

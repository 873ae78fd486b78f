//! The condition of a directory of records at a glance: what can be said without reading all of it.

use super::chain::{CHAIN, Chain, digest, measure};
use super::keep::{self, Rules, name, overdue};
use super::{Moment, day_files};
use std::fs;
use std::path::Path;
use std::string::String;
use std::vec::Vec;
use std::{format, io};

/// The newest files are read for lines that are no records, up to so many bytes.
const READ: u64 = 32 << 20;
/// A file that is over for a day and not closed was not just missed by the last session.
const DAY: i64 = 86_400_000_000;

/// What stands there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Files of records.
    pub files: usize,
    /// What all files take.
    pub bytes: u64,
    /// Records that could not be written since the last one that could.
    pub lost: u64,
    /// Files that are over for more than a day and not closed.
    pub overdue: Vec<String>,
    /// Lines of the newest files that are no records.
    pub torn: usize,
    /// What speaks of tampering, or keeps from closing and pruning.
    pub faults: Vec<String>,
}

/// Looks at a directory.
///
/// # Errors
/// It cannot be read.
pub fn condition(directory: &Path, now: Moment) -> Result<Condition, String> {
    let unread = |e: io::Error| format!("`{}` cannot be read: {e}", directory.display());
    let chain = Chain::read(directory)?;
    let files = day_files(directory).map_err(unread)?;
    let mut found = Condition {
        files: files.len(),
        bytes: keep::size(directory).map_err(unread)?,
        lost: fs::symlink_metadata(directory.join("lost")).map_or(0, |metadata| metadata.len()),
        overdue: overdue(directory, &chain, now.before(DAY)).map_err(unread)?,
        ..Condition::default()
    };
    let mut read = 0;
    for file in files.iter().rev() {
        let length = fs::symlink_metadata(&file.path).map_or(0, |metadata| metadata.len());
        read += length;
        if read > READ {
            break;
        }
        found.torn += measure(&file.path, None, &mut |_| ()).map_or(0, |content| content.torn.len());
    }
    found.faults.extend(Rules::of(directory).err());
    let mut previous = None;
    for (number, (line, link)) in chain.lines.iter().enumerate() {
        if link.as_ref().is_none_or(|link| link.previous != previous) {
            found.faults.push(format!("line {} of `{CHAIN}` does not fit: the chain was changed", number + 1));
            break;
        }
        previous = Some(digest(line));
    }
    let there: Vec<String> = files.iter().filter_map(name).collect();
    let gone = chain.links().filter(|link| link.pruned.is_none() && !there.contains(&link.file));
    for link in gone.filter(|link| !chain.is_pruned(&link.file)).take(3) {
        found.faults.push(format!("`{}` is gone, and was not pruned", link.file));
    }
    Ok(found)
}

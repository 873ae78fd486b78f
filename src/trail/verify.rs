//! Whether the closed files of a directory are as they were closed, and the chain hangs together.
//!
//! What this cannot find: a chain that the account itself has written anew, and changes of files that are not closed yet. Against the
//! first a head helps that was kept elsewhere.

use super::chain::{Chain, Link, digest, measure};
use super::keep::{is_older, name, overdue};
use super::{Day, DayFile, Moment, day_files};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, io};

/// Names the form of what is printed as JSON.
pub const VERIFY_SCHEMA: &str = "prexec/verify/1";

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// In which file.
    pub file: String,
    /// On which line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What.
    pub what: String,
}

/// What came out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// [`VERIFY_SCHEMA`].
    pub schema: String,
    /// The directory.
    pub directory: String,
    /// Whether nothing speaks of tampering or loss.
    pub sound: bool,
    /// Files that are closed and there.
    pub closed: usize,
    /// Files that were pruned.
    pub pruned: usize,
    /// Files that are not closed: nothing is known of changes in them.
    pub open: Vec<String>,
    /// Records in all files that are there.
    pub records: u64,
    /// Records that could not be written since the last one that could.
    pub lost: u64,
    /// The digest of the last line of the chain.
    pub head: Option<String>,
    /// What speaks of tampering or loss.
    pub faults: Vec<Finding>,
    /// What does not, and is worth knowing.
    pub notes: Vec<Finding>,
}

impl Verified {
    fn fault(&mut self, file: &str, line: Option<usize>, what: impl Into<String>) {
        self.faults.push(Finding { file: file.into(), line, what: what.into() });
    }

    fn note(&mut self, file: &str, line: Option<usize>, what: impl Into<String>) {
        self.notes.push(Finding { file: file.into(), line, what: what.into() });
    }
}

/// Looks through a directory. `heads` are digests of lines that were kept elsewhere. `tick` is told of bytes that were read.
///
/// # Errors
/// It cannot be read.
pub fn verify(directory: &Path, heads: &[String], now: Moment, tick: &mut dyn FnMut(u64)) -> Result<Verified, String> {
    let unread = |e: io::Error| format!("`{}` cannot be read: {e}", directory.display());
    let chain = Chain::read(directory)?;
    let files = day_files(directory).map_err(unread)?;
    let mut found = Verified {
        schema: VERIFY_SCHEMA.into(),
        directory: crate::text::visible(&directory.to_string_lossy()).into_owned(),
        head: chain.head(),
        lost: fs::symlink_metadata(directory.join("lost")).map_or(0, |metadata| metadata.len()),
        ..Verified::default()
    };
    lines(&chain, &mut found);
    known_heads(&chain, heads, &mut found);
    let owner = fs::metadata(directory).map_err(unread)?.uid();
    let mut there = BTreeMap::new();
    for file in &files {
        if let Some(name) = name(file) {
            there.insert(name, file);
        }
    }
    let names: BTreeSet<&str> = chain.links().map(|link| link.file.as_str()).collect();
    for name in &names {
        closed(name, &chain, there.get(*name).copied(), &mut found, tick);
    }
    let last = chain.links().filter_map(|link| day_file(&link.file)).max();
    for (name, file) in &there {
        guarded(name, file, owner, &mut found);
        if names.contains(name.as_str()) {
            continue;
        }
        found.open.push(name.clone());
        match measure(&file.path, None, tick) {
            Ok(content) => {
                found.records += content.records;
                torn(name, &content.torn, &mut found);
            }
            Err(error) => found.fault(name, None, format!("it cannot be read: {error}")),
        }
        let at = (file.day.clone(), file.part);
        if last.as_ref().is_some_and(|last| at < *last) {
            found.note(name, None, "it is not closed, though later files are: it came later, or closing it failed");
        }
    }
    parts(&files, &names, &mut found);
    for name in overdue(directory, &chain, now).map_err(unread)? {
        found.note(&name, None, "it is over and not closed yet: changes in it would not be found");
    }
    found.sound = found.faults.is_empty();
    Ok(found)
}

/// The chain by itself.
fn lines(chain: &Chain, found: &mut Verified) {
    let mut before: Option<&[u8]> = None;
    let mut time = String::new();
    let mut closed: BTreeSet<&str> = BTreeSet::new();
    let mut pruned: BTreeSet<&str> = BTreeSet::new();
    for (index, (line, link)) in chain.lines.iter().enumerate() {
        let number = Some(index + 1);
        let previous = before.replace(line.as_slice()).map(digest);
        let Some(link) = link else {
            found.fault(super::chain::CHAIN, number, "it was changed: it is no line of a chain any more");
            continue;
        };
        if link.previous != previous {
            let what = if index == 0 {
                "the beginning of the chain was taken out"
            } else {
                "it does not follow the line before: a line was changed, taken out, put in or moved"
            };
            found.fault(super::chain::CHAIN, number, what);
        }
        if link.time < time {
            found.note(super::chain::CHAIN, number, "it is older than the line before: the clock was set back");
        }
        time.clone_from(&link.time);
        match &link.pruned {
            None if day_file(&link.file).is_none() => {
                found.fault(super::chain::CHAIN, number, "it names no file of records");
            }
            None if !closed.insert(&link.file) => {
                found.fault(super::chain::CHAIN, number, format!("`{}` was closed before", link.file));
            }
            None => {}
            Some(why) => prune(chain, link, why, pruned.insert(&link.file), number, found),
        }
    }
    if !chain.torn.is_empty() {
        let what = "a line that was being written is not whole; the next closing takes it out";
        found.note(super::chain::CHAIN, Some(chain.lines.len() + 1), what);
    }
}

/// Whether a file may have been pruned as the chain says.
fn prune(chain: &Chain, link: &Link, why: &str, first: bool, number: Option<usize>, found: &mut Verified) {
    let wrong = |found: &mut Verified, what: String| found.fault(super::chain::CHAIN, number, what);
    match chain.closing(&link.file) {
        None => wrong(found, format!("`{}` was pruned and never closed", link.file)),
        Some(closing) if (&closing.digest, closing.bytes) != (&link.digest, link.bytes) => {
            wrong(found, format!("what was pruned is not what was closed as `{}`", link.file));
        }
        Some(_) if !first => wrong(found, format!("`{}` was pruned before", link.file)),
        Some(_) => {}
    }
    let days = why.strip_prefix("age ").and_then(|rest| rest.strip_suffix('d')?.parse().ok());
    let time = Moment::read(&link.time);
    if let (Some(days), Some(time), Some((day, part))) = (days, time, day_file(&link.file))
        && !is_older(&DayFile { day, part, path: PathBuf::new() }, days, time)
    {
        wrong(found, format!("`{}` was not {days} days old when it was pruned", link.file));
    }
}

fn known_heads(chain: &Chain, heads: &[String], found: &mut Verified) {
    let lines: Vec<String> = chain.lines.iter().map(|(line, _)| digest(line)).collect();
    for head in heads {
        let wanted = if head.starts_with("blake3:") { head.clone() } else { format!("blake3:{head}") };
        if !lines.contains(&wanted) {
            let what =
                format!("no line has the digest {wanted} that was kept elsewhere: the chain was replaced or cut");
            found.fault(super::chain::CHAIN, None, what);
        }
    }
}

/// A file that the chain knows.
fn closed(name: &str, chain: &Chain, file: Option<&DayFile>, found: &mut Verified, tick: &mut dyn FnMut(u64)) {
    let Some(link) = chain.closing(name) else { return };
    let pruned = chain.is_pruned(name);
    let Some(file) = file else {
        if pruned {
            found.pruned += 1;
        } else {
            found.fault(name, None, "it is gone, and was not pruned");
        }
        return;
    };
    found.closed += 1;
    let content = match measure(&file.path, Some(link.bytes), tick) {
        Ok(content) => content,
        Err(error) => return found.fault(name, None, format!("it cannot be read: {error}")),
    };
    found.records += content.records;
    if content.length < link.bytes {
        let what = format!("it was cut: {} of {} bytes are left", content.length, link.bytes);
        return found.fault(name, None, what);
    }
    if content.digest != link.digest {
        let what = "it was changed after it was closed: records were edited, put in, taken out or moved";
        let what = if content.records == link.records {
            what.to_string()
        } else {
            format!("{what}; {} records are there, {} were", content.records, link.records)
        };
        return found.fault(name, None, what);
    }
    if content.length > link.bytes {
        let more = content.length - link.bytes;
        return found.fault(name, None, format!("{more} bytes were added after it was closed"));
    }
    if pruned {
        found.note(name, None, "it is pruned in the chain and still there; the next run removes it");
    }
    torn(name, &content.torn, found);
}

/// What a writer left that was killed, or for which the disk had no room.
fn torn(name: &str, lines: &[usize], found: &mut Verified) {
    if let Some(first) = lines.first() {
        let what = format!("{} lines are no records, as a writer leaves that is stopped", lines.len());
        found.note(name, Some(*first), what);
    }
}

/// Whose a file is, and that nobody else writes it.
fn guarded(name: &str, file: &DayFile, owner: u32, found: &mut Verified) {
    let Ok(metadata) = fs::symlink_metadata(&file.path) else { return };
    if metadata.is_symlink() || !metadata.is_file() {
        return found.fault(name, None, "it is no regular file");
    }
    if metadata.uid() != owner {
        found.fault(name, None, "it belongs to another account than its directory");
    }
    if metadata.mode() & 0o022 != 0 {
        found.fault(name, None, "others may write it");
    } else if metadata.mode() & 0o044 != 0 {
        found.note(name, None, "others may read it");
    }
}

/// A day that has a part has those before it.
fn parts(files: &[DayFile], names: &BTreeSet<&str>, found: &mut Verified) {
    let mut days: BTreeMap<Day, BTreeSet<u32>> = BTreeMap::new();
    let there = files.iter().map(|file| (file.day.clone(), file.part));
    for (day, part) in there.chain(names.iter().filter_map(|name| day_file(name))) {
        days.entry(day).or_default().insert(part);
    }
    for (day, parts) in days {
        let most = parts.iter().next_back().copied().unwrap_or_default();
        for part in (0..most).filter(|part| !parts.contains(part)) {
            let name =
                if part == 0 { format!("{}.jsonl", day.as_str()) } else { format!("{}.{part}.jsonl", day.as_str()) };
            found.fault(&name, None, "it is missing, though a later part of its day is there");
            if part > 1_000 {
                break;
            }
        }
    }
}

/// The day and the part that a name stands for.
fn day_file(name: &str) -> Option<(Day, u32)> {
    super::files::name(std::ffi::OsStr::new(name))
}

#[cfg(test)]
mod tests;

//! Closes files of records that nobody writes any more, and removes those that are kept long enough. Both are told in the chain.

use super::chain::{CHAIN, CHAIN_SCHEMA, Chain, Held, Link, is_ours, measure, step};
use super::{DayFile, Moment, day_files};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::path::Path;
use std::string::String;
use std::vec::Vec;
use std::{format, io};

/// The name of the file that says how long records are kept.
pub const RULES: &str = "keep.json";
/// Names the form of that file.
const RULES_SCHEMA: &str = "prexec/keep/1";

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// After the end of a day a writer may still be at work that looked at the clock before.
const AFTER: i64 = 600 * SECOND;
/// The same after a day went on in another file.
const AFTER_PART: i64 = 60 * SECOND;
/// A writer takes the first file of the day that is shorter: only what is longer is never written again on its day.
const FULL: u64 = 64 << 20;
/// Bytes after which no other file is begun where a session waits: one file is at most a little over 64 MiB.
const BOUNDED: u64 = 64 << 20;
/// A file that is so large was not written by prexec, and is left to `prexec audit verify`.
const TOO_LARGE: u64 = 256 << 20;

/// How long records are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Names the form.
    pub schema: String,
    /// Days.
    pub days: u32,
    /// Bytes of the whole directory.
    pub bytes: u64,
}

impl Default for Rules {
    fn default() -> Self {
        Self { schema: RULES_SCHEMA.into(), days: 90, bytes: 4 << 30 }
    }
}

impl Rules {
    /// What `keep.json` says: the administrator's beside the directories of all accounts, else the directory's own.
    ///
    /// # Errors
    /// A file that is not of this form: then nobody knows how long to keep anything.
    pub fn of(directory: &Path) -> Result<Self, String> {
        let shared = directory.parent().map(|above| above.join(RULES)).filter(|path| is_roots(path));
        for path in shared.into_iter().chain([directory.join(RULES)]) {
            match fs::read_to_string(&path) {
                Ok(text) => {
                    let rules: Self = serde_json::from_str(&text)
                        .map_err(|e| format!("`{}` does not say how long records are kept: {e}", path.display()))?;
                    return if rules.schema == RULES_SCHEMA && rules.days > 0 {
                        Ok(rules)
                    } else {
                        Err(format!("`{}` does not say how long records are kept", path.display()))
                    };
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(format!("`{}` cannot be read: {error}", path.display())),
            }
        }
        Ok(Self::default())
    }

    /// Writes them down for the directory.
    ///
    /// # Errors
    /// What the system says.
    pub fn save(&self, directory: &Path) -> Result<(), String> {
        let text = serde_json::to_string(self).map_err(|e| e.to_string())?;
        crate::install::files::write(&directory.join(RULES), (text + "\n").as_bytes(), 0o600)
    }
}

fn is_roots(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::symlink_metadata(path).is_ok_and(|m| m.is_file() && m.uid() == 0 && m.mode() & 0o022 == 0)
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Files that were closed.
    pub closed: Vec<String>,
    /// Files that were removed.
    pub pruned: Vec<String>,
    /// Files that are over and were left for the next time.
    pub left: usize,
    /// What stood in the way of one of them.
    pub faults: Vec<String>,
}

/// Closes and prunes what is due, in bounded time: for where a session waits. What is not finished goes on the next time. Nothing is
/// done where another process is at it, or where the directory is another account's.
///
/// # Errors
/// What stood in the way.
pub fn keep(directory: &Path, now: Moment) -> Result<Kept, String> {
    let rules = Rules::of(directory);
    run(directory, now, rules.as_ref().ok(), Some(BOUNDED)).and_then(|kept| rules.map(|_| kept))
}

/// The same without bounds, for where a person waits.
///
/// # Errors
/// What stood in the way.
pub fn keep_all(directory: &Path, now: Moment, rules: &Rules) -> Result<Kept, String> {
    run(directory, now, Some(rules), None)
}

/// Closes what is over, in bounded time, and removes nothing: for verbs that only read.
///
/// # Errors
/// What stood in the way.
pub fn close_due(directory: &Path, now: Moment) -> Result<Kept, String> {
    run(directory, now, None, Some(BOUNDED))
}

/// Closes what is over, without bounds, and removes nothing.
///
/// # Errors
/// What stood in the way.
pub fn close_all(directory: &Path, now: Moment) -> Result<Kept, String> {
    run(directory, now, None, None)
}

fn run(directory: &Path, now: Moment, rules: Option<&Rules>, bound: Option<u64>) -> Result<Kept, String> {
    let mut kept = Kept::default();
    let unread = |e: io::Error| format!("`{}` cannot be read: {e}", directory.display());
    if !is_ours(directory).map_err(unread)? {
        return Ok(kept);
    }
    let files = day_files(directory).map_err(unread)?;
    if files.is_empty() && !directory.join(CHAIN).exists() {
        return Ok(kept);
    }
    let Some(mut held) = Held::take(directory, bound.is_none())? else { return Ok(kept) };
    let mut done = 0;
    for file in &files {
        let Some(name) = name(file).filter(|name| held.chain.closing(name).is_none()) else { continue };
        if !is_over(file, &files, now) {
            continue;
        }
        if bound.is_some_and(|bound| done >= bound) {
            kept.left += 1;
            continue;
        }
        match close(file, &name, now, &mut held, bound.is_some()) {
            Ok(bytes) => {
                done += bytes;
                kept.closed.push(name);
            }
            Err(why) => kept.faults.push(why),
        }
    }
    if let Some(rules) = rules {
        prune(directory, now, rules, &mut held, &mut kept)?;
    }
    Ok(kept)
}

/// The file's name as the chain has it.
pub(super) fn name(file: &DayFile) -> Option<String> {
    Some(file.path.file_name()?.to_str()?.to_owned())
}

/// Whether nobody writes to it any more.
pub(super) fn is_over(file: &DayFile, all: &[DayFile], now: Moment) -> bool {
    let later = || all.iter().any(|other| other.day == file.day && other.part > file.part);
    day_is_over(file, now) || (later() && is_full(file, now).unwrap_or(false))
}

fn day_is_over(file: &DayFile, now: Moment) -> bool {
    Moment::read(file.day.as_str()).is_some_and(|start| start.0.saturating_add(DAY + AFTER) <= now.0)
}

/// Whether it is so long that nobody writes to it, and nobody did lately.
fn is_full(file: &DayFile, now: Moment) -> Option<bool> {
    let metadata = fs::symlink_metadata(&file.path).ok()?;
    let changed = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    let changed = i64::try_from(changed.as_micros()).ok()?;
    Some(metadata.len() >= FULL && changed.saturating_add(AFTER_PART) <= now.0)
}

fn close(file: &DayFile, name: &str, now: Moment, held: &mut Held, bounded: bool) -> Result<u64, String> {
    let wrong = |error: io::Error| format!("`{}` cannot be closed: {error}", file.path.display());
    let length = fs::symlink_metadata(&file.path).map_err(wrong)?.len();
    if bounded && length > TOO_LARGE {
        return Err(format!(
            "`{}` is too large to be closed in passing: run `prexec audit prune`",
            file.path.display()
        ));
    }
    let content = measure(&file.path, None, &mut |_| ()).map_err(wrong)?;
    // What the chain speaks of must outlive a crash, if the line does.
    File::open(&file.path).and_then(|file| file.sync_data()).map_err(wrong)?;
    let (records, bytes, digest) = (content.records, content.length, content.digest);
    held.append(link(name, records, bytes, digest, now, None))?;
    Ok(bytes)
}

fn link(file: &str, records: u64, bytes: u64, digest: String, now: Moment, pruned: Option<String>) -> Link {
    let (schema, time) = (CHAIN_SCHEMA.into(), now.text());
    Link { schema, file: file.into(), records, bytes, digest, previous: None, time, pruned, seal: String::new() }
}

/// Removes closed files that are kept long enough, the oldest first. The chain is told before, so that a crash leaves a file that the
/// next run removes, never one that is gone without a word.
fn prune(directory: &Path, now: Moment, rules: &Rules, held: &mut Held, kept: &mut Kept) -> Result<(), String> {
    let unread = |e: io::Error| format!("`{}` cannot be read: {e}", directory.display());
    let mut size = size(directory).map_err(unread)?;
    for file in day_files(directory).map_err(unread)? {
        let Some(name) = name(&file) else { continue };
        let Some(closing) = held.chain.closing(&name).cloned() else { continue };
        let told = held.chain.is_pruned(&name);
        let why = match () {
            () if told => String::new(),
            () if is_older(&file, rules.days, now) => age(rules.days),
            // A part of today would be begun anew.
            () if size > rules.bytes && day_is_over(&file, now) => format!("size {}", rules.bytes),
            () => continue,
        };
        if told {
            // It stands there again with the same name: only what was pruned may go.
            let same = measure(&file.path, None, &mut |_| ()).is_ok_and(|content| content.digest == closing.digest);
            if !same {
                kept.faults.push(format!("`{}` was pruned and is there again, as another file", file.path.display()));
                continue;
            }
        } else {
            held.append(link(&name, closing.records, closing.bytes, closing.digest, now, Some(why)))?;
        }
        fs::remove_file(&file.path).map_err(|e| format!("`{}` cannot be removed: {e}", file.path.display()))?;
        step();
        size = size.saturating_sub(closing.bytes);
        kept.pruned.push(name);
    }
    if !kept.pruned.is_empty() {
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(unread)?;
    }
    Ok(())
}

/// Why a file goes that is so many days old.
pub(super) fn age(days: u32) -> String {
    format!("age {days}d")
}

/// Whether so many days have gone by since the file's day was over.
pub(super) fn is_older(file: &DayFile, days: u32, now: Moment) -> bool {
    Moment::read(file.day.as_str()).is_some_and(|start| start.0.saturating_add((i64::from(days) + 1) * DAY) <= now.0)
}

/// The bytes of all files in a directory.
pub(super) fn size(directory: &Path) -> io::Result<u64> {
    let mut size = 0;
    for entry in fs::read_dir(directory)? {
        let metadata = entry?.metadata()?;
        size += if metadata.is_file() { blocks(&metadata) } else { 0 };
    }
    Ok(size)
}

/// What a file takes: the counter of lost records is long and takes nothing.
fn blocks(metadata: &fs::Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    metadata.len().min(metadata.blocks().saturating_mul(512))
}

/// The files that are over and not closed, and the chain: for those who only look.
pub(super) fn overdue(directory: &Path, chain: &Chain, now: Moment) -> io::Result<Vec<String>> {
    let files = day_files(directory)?;
    let open = files.iter().filter(|file| is_over(file, &files, now)).filter_map(name);
    Ok(open.filter(|name| chain.closing(name).is_none()).collect())
}

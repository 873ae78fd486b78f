//! One record, one write at the end of the day's file.
//!
//! A line begins and ends with a line feed: what a writer left that was killed, or that the disk had no room for, stays a line of its
//! own and spoils nobody else's. A record that could not be written is counted by the size of an empty file, which takes no room on
//! the disk; the next one that can be written says how many there were.

use super::disk::Disk;
use super::place::{self, Opened, Place};
use super::{MOST_LINE, Time};
use crate::path;
use crate::text::visible_bytes;
use crate::world::Errno;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

/// Bytes after which a day goes on in a file of its own.
pub const MOST_BYTES: u64 = 64 << 20;
/// The most files of a day.
pub const MOST_PARTS: u32 = 16;
/// How often another process is waited for that is counting.
const WAITS: u32 = 20;
/// Its size is the number of records that could not be written.
const LOST: &[u8] = b"lost";

/// Why a record could not be written: what stands in the way, and why, as the end of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed(String);

impl Failed {
    pub(super) fn of(path: &[u8], error: Errno) -> Self {
        Self(format!("`{}`: {}", visible_bytes(path), said(error)))
    }

    pub(super) fn refused(path: &[u8], why: &str) -> Self {
        Self(format!("`{}`: {why}", visible_bytes(path)))
    }

    /// Nothing is recorded here.
    pub fn nowhere(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An error in the same words whoever met it: only one of the executables has the system's.
fn said(error: Errno) -> String {
    let known = match error {
        Errno::MISSING => "it is not there",
        Errno::DENIED | Errno(1) => "permission denied",
        Errno::NO_DIRECTORY => "it is no directory",
        Errno::READ_ONLY => "the file system is read only",
        Errno::TOO_LARGE => "a limit on the size of files is reached",
        Errno::FULL => "the disk is full",
        Errno(number) => return format!("error {number}"),
    };
    known.to_string()
}

/// Writes the record that `line` makes of the number of records that were lost before it. False where nobody has set up a directory
/// for records.
///
/// # Errors
/// It is not written; it was counted where that could be done.
pub fn append<D: Disk>(
    disk: &D,
    place: Place<'_>,
    time: Time,
    line: impl FnOnce(u32) -> String,
) -> Result<bool, Failed> {
    let Some(opened) = place.open(disk)? else { return Ok(false) };
    let written = write(disk, &opened, time, line);
    if written.is_err() {
        count(disk, &opened.directory);
    }
    written.map(|()| true)
}

fn write<D: Disk>(
    disk: &D,
    opened: &Opened<D::File>,
    time: Time,
    line: impl FnOnce(u32) -> String,
) -> Result<(), Failed> {
    let Opened { directory, path } = opened;
    let (file, name) = file_of_day(disk, directory, path, &time.day())?;
    let before = Lost::take(disk, directory);
    let line = line(before.as_ref().map_or(0, |lost| lost.number));
    let mut bytes = Vec::with_capacity(line.len().saturating_add(2));
    bytes.push(b'\n');
    bytes.extend_from_slice(line.as_bytes());
    bytes.push(b'\n');
    debug_assert!(line.len() <= MOST_LINE && !line.contains('\n'), "{} bytes", line.len());
    let failed = |error| Failed::of(&path::join(path, name.as_bytes()), error);
    match disk.append(&file, &bytes) {
        Ok(length) if length == bytes.len() => {}
        // The rest would be a line of its own, behind whatever others have written meanwhile.
        Ok(_) => return Err(failed(Errno::FULL)),
        Err(error) => return Err(failed(error)),
    }
    if let Some(lost) = before {
        lost.reported(disk);
    }
    Ok(())
}

/// The file into which a record of that day goes.
fn file_of_day<D: Disk>(disk: &D, directory: &D::File, path: &[u8], day: &str) -> Result<(D::File, String), Failed> {
    let mut name = String::new();
    for part in 0..MOST_PARTS {
        name = if part == 0 { format!("{day}.jsonl") } else { format!("{day}.{part}.jsonl") };
        let whole = || path::join(path, name.as_bytes());
        let file = disk.open_in(directory, name.as_bytes()).map_err(|error| Failed::of(&whole(), error))?;
        let facts = disk.opened(&file).map_err(|error| Failed::of(&whole(), error))?;
        if !place::is_in_order(disk, &facts) {
            return Err(Failed::refused(&whole(), "it is no file of this account alone"));
        }
        if facts.size < MOST_BYTES {
            return Ok((file, name));
        }
    }
    Err(Failed::refused(&path::join(path, name.as_bytes()), "there are too many records of this day"))
}

/// Records that were lost, and that nobody else is about to report.
struct Lost<F> {
    file: F,
    number: u32,
}

impl<F> Lost<F> {
    /// None where there are none, or somebody else is at it.
    fn take<D: Disk<File = F>>(disk: &D, directory: &F) -> Option<Self> {
        disk.size_in(directory, LOST).ok().filter(|size| *size > 0)?;
        let file = counter(disk, directory)?;
        if !disk.lock(&file) {
            return None;
        }
        let number = u32::try_from(disk.opened(&file).ok()?.size).unwrap_or(u32::MAX);
        Some(Self { file, number }).filter(|lost| lost.number > 0)
    }

    /// They stand in a record now.
    fn reported<D: Disk<File = F>>(self, disk: &D) {
        // Where it cannot be made smaller they are reported once more, which is better than not at all.
        let _ = disk.resize(&self.file, 0);
    }
}

fn counter<D: Disk>(disk: &D, directory: &D::File) -> Option<D::File> {
    let file = disk.open_in(directory, LOST).ok()?;
    let facts = disk.opened(&file).ok()?;
    place::is_in_order(disk, &facts).then_some(file)
}

/// Counts one more record that is lost, as well as that can be done.
fn count<D: Disk>(disk: &D, directory: &D::File) {
    let Some(file) = counter(disk, directory) else { return };
    for _ in 0..WAITS {
        if disk.lock(&file) {
            if let Ok(facts) = disk.opened(&file) {
                let _ = disk.resize(&file, facts.size.saturating_add(1));
            }
            return;
        }
        disk.pause();
    }
}

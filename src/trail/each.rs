//! Records one after the other, out of files and directories of them.

use super::{Record, Span, day_files, read_line};
use nix::fcntl::OFlag;
use std::fs::OpenOptions;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::string::String;
use std::vec::Vec;
use std::{format, fs};

/// Twice as long as any record.
const LONGEST: u64 = 64 << 10;

/// What a directory or a file held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records within the span.
    pub records: u64,
    /// Lines that are no records.
    pub unread: u64,
}

/// Gives each record of the span to `take`, which says whether to go on. A path is a file of records or a directory of them; `tick`
/// is told of bytes that were read.
///
/// # Errors
/// What cannot be read, or what `take` says.
pub fn each(
    paths: &[PathBuf],
    span: &Span,
    tick: &mut dyn FnMut(u64),
    take: &mut dyn FnMut(Record) -> Result<(), String>,
) -> Result<Tally, String> {
    let mut read = Tally::default();
    for path in paths {
        let unread = |e: io::Error| format!("`{}` cannot be read: {e}", path.display());
        if fs::metadata(path).map_err(unread)?.is_dir() {
            for file in day_files(path).map_err(unread)? {
                if span.touches(&file.day) {
                    of_file(&file.path, span, tick, take, &mut read)?;
                }
            }
        } else {
            of_file(path, span, tick, take, &mut read)?;
        }
    }
    Ok(read)
}

fn of_file(
    path: &Path,
    span: &Span,
    tick: &mut dyn FnMut(u64),
    take: &mut dyn FnMut(Record) -> Result<(), String>,
    read: &mut Tally,
) -> Result<(), String> {
    let unread = |e: io::Error| format!("`{}` cannot be read: {e}", path.display());
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path).map_err(unread)?;
    if !file.metadata().map_err(unread)?.is_file() {
        return Err(format!("`{}` is no regular file", path.display()));
    }
    let mut from = BufReader::with_capacity(128 << 10, file);
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = from.by_ref().take(LONGEST).read_until(b'\n', &mut line).map_err(unread)?;
        if length == 0 {
            return Ok(());
        }
        tick(length as u64);
        if line.last() == Some(&b'\n') {
            line.pop();
        } else {
            tick(from.skip_until(b'\n').map_err(unread)? as u64);
        }
        if line.is_empty() {
            continue;
        }
        match read_line(&line) {
            Some(record) if super::Moment::read(&record.time).is_none_or(|time| span.contains(time)) => {
                read.records += 1;
                take(record)?;
            }
            Some(_) => {}
            None => read.unread += 1,
        }
    }
}

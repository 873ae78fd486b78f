//! Records as a stream: line by line through the files of record directories, with a bounded amount of memory whatever stands in
//! them.

use super::{DayFile, Moment, Record, Span, day_files, read_line};
use nix::fcntl::OFlag;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::vec::Vec;

/// Longer lines are no records: a record has at most half as much.
pub const LONGEST_LINE: usize = 64 * 1024;

/// Opens a file of records for reading: a regular file, not through a link, and without waiting for whoever made it a pipe.
///
/// # Errors
/// It cannot be opened or is no regular file.
pub fn open(path: &Path) -> io::Result<File> {
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no regular file")) }
}

/// The record directories that `named` stands for: itself, or, where it holds one directory per account (`/var/log/prexec`),
/// those of the accounts.
///
/// # Errors
/// It cannot be read.
pub fn places(named: &Path) -> io::Result<Vec<PathBuf>> {
    let mut accounts = Vec::new();
    for entry in fs::read_dir(named)? {
        let entry = entry?;
        let number = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
        if let Some(number) = number.filter(|_| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            accounts.push((number, entry.path()));
        }
    }
    accounts.sort();
    if accounts.is_empty() || !day_files(named)?.is_empty() {
        return Ok(Vec::from([named.to_path_buf()]));
    }
    Ok(accounts.into_iter().map(|(_, path)| path).collect())
}

/// One line and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Offset of its first byte.
    pub start: u64,
    /// Offset after its line end.
    pub end: u64,
    /// It is longer than [`LONGEST_LINE`]; what was kept of it is no record.
    pub long: bool,
}

/// The lines of a file from an offset on.
#[derive(Debug)]
pub struct Lines<R = File> {
    from: BufReader<R>,
    at: u64,
}

impl Lines {
    /// From `offset` on, which is where a line starts.
    ///
    /// # Errors
    /// The file cannot be read there.
    pub fn new(mut file: File, offset: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(offset))?;
        Ok(Self::of(file, offset))
    }

    /// Goes to `offset`, which is where a line starts.
    ///
    /// # Errors
    /// The file cannot be read there.
    pub fn go_to(&mut self, offset: u64) -> io::Result<()> {
        // What lies near is in the buffer.
        match (i64::try_from(offset), i64::try_from(self.at)) {
            (Ok(to), Ok(at)) => self.from.seek_relative(to - at)?,
            _ => return Err(io::ErrorKind::InvalidInput.into()),
        }
        self.at = offset;
        Ok(())
    }
}

impl<R: Read> Lines<R> {
    /// Of anything that is read, where `offset` is its place in the file.
    pub fn of(from: R, offset: u64) -> Self {
        Self { from: BufReader::with_capacity(128 * 1024, from), at: offset }
    }

    /// The next whole line into `line`, without its end; none where there is no other that has an end. What is still being written
    /// has none: it is read when it is whole.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn next(&mut self, line: &mut Vec<u8>) -> io::Result<Option<Line>> {
        line.clear();
        let (start, mut long, mut read) = (self.at, false, 0);
        loop {
            let some = match self.from.fill_buf() {
                Ok(some) => some,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if some.is_empty() {
                return Ok(None);
            }
            let found = memchr::memchr(b'\n', some);
            let part = some.get(..found.unwrap_or(some.len())).unwrap_or_default();
            let room = LONGEST_LINE.saturating_sub(line.len());
            long |= part.len() > room;
            line.extend_from_slice(part.get(..room).unwrap_or(part));
            let used = part.len() + usize::from(found.is_some());
            self.from.consume(used);
            read += used;
            if found.is_some() {
                self.at += read as u64;
                return Ok(Some(Line { start, end: self.at, long }));
            }
        }
    }
}

/// What a pass over files saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Records that were handed out.
    pub records: u64,
    /// Lines that are no records.
    pub torn: u64,
}

/// Hands out every record of `places` in `span`, a file after the other; `tick` hears of every bit of progress, in bytes.
///
/// # Errors
/// A file cannot be read, or what `each` says.
pub fn for_each(
    places: &[PathBuf],
    span: &Span,
    mut tick: impl FnMut(u64, u64),
    mut each: impl FnMut(Record) -> io::Result<()>,
) -> io::Result<Seen> {
    let named = |path: &Path, e: io::Error| io::Error::new(e.kind(), std::format!("`{}`: {e}", path.display()));
    let mut files: Vec<DayFile> = Vec::new();
    for place in places {
        files.extend(day_files(place).map_err(|e| named(place, e))?.into_iter().filter(|file| span.touches(&file.day)));
    }
    let total: u64 = files.iter().filter_map(|file| fs::metadata(&file.path).ok()).map(|data| data.len()).sum();
    let (mut seen, mut done, mut line) = (Seen::default(), 0, Vec::new());
    for DayFile { path, .. } in files {
        let mut lines = open(&path).and_then(|file| Lines::new(file, 0)).map_err(|e| named(&path, e))?;
        let (mut last, mut count) = (0, 0_u32);
        while let Some(place) = lines.next(&mut line).map_err(|e| named(&path, e))? {
            last = place.end;
            count += 1;
            if count.is_multiple_of(1024) {
                tick(done + last, total);
            }
            if line.is_empty() {
                continue;
            }
            let record = read_line(&line).filter(|_| !place.long);
            match record.and_then(|record| Some((Moment::read(&record.time)?, record))) {
                None => seen.torn += 1,
                Some((moment, record)) if span.contains(moment) => {
                    seen.records += 1;
                    each(record)?;
                }
                Some(_) => {}
            }
        }
        done += last;
        tick(done, total);
    }
    Ok(seen)
}

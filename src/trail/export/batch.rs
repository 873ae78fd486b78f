//! Records that are sent together: a run of lines of one file.

use super::cursor::Place;
use crate::trail::source::{Lines, open};
use crate::trail::{Moment, Record, Span, read_line};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

/// How much a batch may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Records.
    pub records: usize,
    /// Bytes as they are recorded.
    pub bytes: u64,
}

/// A run of lines.
#[derive(Debug)]
pub struct Run {
    /// Its records.
    pub records: Vec<Record>,
    /// Where its first record's line starts.
    pub from: u64,
    /// The place after it.
    pub to: Place,
    /// Lines in it that are no records.
    pub torn: u64,
    /// The digest of its bytes.
    pub digest: String,
}

/// The next records of `span` from `place` on. Every line of a run from its first record on belongs to it, so that its bytes say
/// all of it.
///
/// # Errors
/// The file cannot be read.
pub fn next(path: &Path, place: &Place, span: &Span, limits: &Limits) -> io::Result<Run> {
    let mut lines = Lines::new(open(path)?, place.offset)?;
    let mut run = Run { records: Vec::new(), from: place.offset, to: place.clone(), torn: 0, digest: String::new() };
    let mut digest = blake3::Hasher::new();
    let mut line = Vec::new();
    while run.records.len() < limits.records && run.to.offset - run.from < limits.bytes {
        let Some(at) = lines.next(&mut line)? else { break };
        let record = read_line(&line).filter(|_| !at.long);
        let moment = record.as_ref().and_then(|record| Moment::read(&record.time));
        let wanted = moment.is_some_and(|moment| span.contains(moment));
        if moment.is_some() && !wanted && !run.records.is_empty() {
            break;
        }
        if run.records.is_empty() {
            run.from = at.start;
            digest.reset();
        }
        digest.update(&line).update(b"\n");
        run.to.offset = at.end;
        match record.zip(moment) {
            Some((record, _)) => {
                run.to.line = at.start;
                run.to.id.clone_from(&record.id);
                if wanted {
                    run.records.push(super::clean(record));
                }
            }
            None => run.torn += u64::from(!line.is_empty()),
        }
    }
    run.digest = digest.finalize().to_hex().to_string();
    Ok(run)
}

/// The same records again; none where the bytes are no longer there.
pub fn again(path: &Path, from: u64, to: u64, digest: &str) -> Option<Vec<Record>> {
    let mut lines = Lines::new(open(path).ok()?, from).ok()?;
    let (mut found, mut hash, mut line) = (Vec::new(), blake3::Hasher::new(), Vec::new());
    let mut end = from;
    while end < to {
        let at = lines.next(&mut line).ok()??;
        end = at.end;
        hash.update(&line).update(b"\n");
        let record = read_line(&line).filter(|record| !at.long && Moment::read(&record.time).is_some());
        found.extend(record.map(super::clean));
    }
    (end == to && hash.finalize().to_hex().as_str() == digest).then_some(found)
}

/// Whether the file still has, before `place`, what was handed on.
///
/// # Errors
/// The file cannot be read.
pub fn holds(path: &Path, place: &Place) -> io::Result<bool> {
    let file = open(path)?;
    if file.metadata()?.len() < place.offset {
        return Ok(false);
    }
    if place.offset > 0 {
        // A line ends there.
        let (mut byte, mut file) = ([0], file.try_clone()?);
        file.seek(SeekFrom::Start(place.offset - 1))?;
        file.read_exact(&mut byte)?;
        if byte != *b"\n" {
            return Ok(false);
        }
    }
    if place.id.is_empty() {
        return Ok(true);
    }
    let mut line = Vec::new();
    let found = Lines::new(file, place.line)?.next(&mut line)?;
    Ok(found.is_some() && read_line(&line).is_some_and(|record| record.id == place.id))
}

/// The place after the record of that id; none where the file does not have it.
///
/// # Errors
/// The file cannot be read.
pub fn after(path: &Path, id: &str) -> io::Result<Option<Place>> {
    let mut lines = Lines::new(open(path)?, 0)?;
    let mut line = Vec::new();
    while let Some(at) = lines.next(&mut line)? {
        if read_line(&line).is_some_and(|record| record.id == id) {
            return Ok(Some(Place { offset: at.end, line: at.start, id: id.to_string() }));
        }
    }
    Ok(None)
}

//! Takes a file of records into segments: all of it, or what was added since it was taken.

use super::column;
use super::segment::{Builder, Head, MOST, Segment};
use crate::trail::query::facts::Facts;
use crate::trail::source::{self, Lines};
use crate::trail::{Moment, read_line};
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::vec::Vec;

/// A change so soon after another may have the same time.
const SOON: i64 = 2_000_000_000;

/// What changes with a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) device: i64,
    pub(super) inode: i64,
    pub(super) size: i64,
    /// When anything of it changed last, in nanoseconds; negative where it may change again without a change of this.
    pub(super) changed: i64,
}

impl State {
    pub(super) fn of(data: &Metadata) -> Self {
        Self::seen(data, Moment::now().0.saturating_mul(1_000))
    }

    /// As it is at a time, in nanoseconds.
    fn seen(data: &Metadata, now: i64) -> Self {
        let changed = data.ctime().wrapping_mul(1_000_000_000).wrapping_add(data.ctime_nsec());
        Self {
            device: data.dev().cast_signed(),
            inode: data.ino().cast_signed(),
            size: data.len().cast_signed(),
            changed: if now.saturating_sub(changed) > SOON { changed } else { -1 },
        }
    }

    /// Whether this is certainly the state in which it was taken.
    pub(super) fn is_still(&self, before: &Self) -> bool {
        self == before && self.changed >= 0
    }
}

/// A file as it is stored.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub(super) state: State,
    /// So many bytes were read.
    pub(super) seen: u64,
    /// The digest of these.
    pub(super) digest: Vec<u8>,
    /// Where the last whole line ends.
    pub(super) done: u64,
    /// Its segments, in their order.
    pub(super) segments: Vec<Head>,
}

impl Known {
    /// The digest of it, without its segments but with how many there are, as of the file of that name.
    pub(super) fn seal(&self, name: &str, segments: i64) -> u64 {
        let State { device, inode, size, changed } = self.state;
        let (seen, done) = (self.seen.cast_signed(), self.done.cast_signed());
        column::seal(name, &[device, inode, size, changed, seen, done, segments], &self.digest)
    }

    /// From where on a file of that size is taken: small segments at its end are made anew with what follows, so that a file that is
    /// asked about all the time has few of them, and none is made anew often.
    fn from(&self, size: u64) -> u64 {
        let mut from = self.done;
        for head in self.segments.iter().rev() {
            if head.records >= MOST / 2 || from - head.start.min(from) > 2 * size.saturating_sub(from) {
                break;
            }
            from = head.start;
        }
        from
    }
}

/// What was taken.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) state: State,
    /// The segments from there on are new.
    pub(super) from: u64,
    pub(super) segments: Vec<Segment>,
    pub(super) seen: u64,
    pub(super) digest: Vec<u8>,
    pub(super) done: u64,
}

impl Taken {
    /// Whether all of it is stored already.
    pub(super) fn is_nothing_new(&self, known: &Known) -> bool {
        let same = (self.state, self.seen, self.done) == (known.state, known.seen, known.done);
        same && self.from == self.done && self.segments.is_empty() && self.digest == known.digest
    }
}

/// Takes a file; `read` counts the bytes that are read.
///
/// # Errors
/// It cannot be read.
pub(super) fn take(path: &Path, known: Option<&Known>, read: &AtomicU64) -> io::Result<Taken> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let mut file = source::open(path)?;
    let data = file.metadata()?;
    let state = State::of(&data);
    if let Some(known) = known.filter(|known| known.seen <= data.len()) {
        if let Some(taken) = go_on(&file, name, state, known, known.from(data.len()), read)? {
            return Ok(taken);
        }
        file.rewind()?;
    }
    let nothing = Known::default();
    go_on(&file, name, state, &nothing, 0, read)?.ok_or_else(|| io::Error::other("it changes while it is read"))
}

/// Takes what follows; nothing where the file no longer begins as it did.
fn go_on(
    file: &File,
    name: &str,
    state: State,
    known: &Known,
    from: u64,
    read: &AtomicU64,
) -> io::Result<Option<Taken>> {
    let mut follow = Follow { file, hasher: blake3::Hasher::new(), at: 0, known: Some(known), read };
    follow.check();
    io::copy(&mut (&mut follow).take(from), &mut io::sink())?;
    let (mut segments, mut builder, mut line) = (Vec::new(), Builder::new(from), Vec::new());
    let mut done = from;
    let mut lines = Lines::of(&mut follow, from);
    while let Some(place) = lines.next(&mut line)? {
        if builder.is_full() {
            segments.push(core::mem::replace(&mut builder, Builder::new(place.start)).finish(name));
        }
        done = place.end;
        builder.up_to(done);
        if line.is_empty() {
            continue;
        }
        let record = read_line(&line).filter(|_| !place.long);
        match record.as_ref().and_then(Facts::of) {
            Some(facts) => builder.push(&facts, place.start),
            None => builder.torn(),
        }
    }
    if !builder.is_empty() {
        segments.push(builder.finish(name));
    }
    if follow.known.is_some() {
        return Ok(None);
    }
    let digest = follow.hasher.finalize().as_bytes().to_vec();
    Ok(Some(Taken { state, from, segments, seen: follow.at, digest, done }))
}

/// Reads a file and digests what is read. At the place where the last reader stopped it looks whether all was the same.
struct Follow<'f> {
    file: &'f File,
    hasher: blake3::Hasher,
    at: u64,
    /// None when it was the same.
    known: Option<&'f Known>,
    read: &'f AtomicU64,
}

impl Follow<'_> {
    fn check(&mut self) {
        if self.known.is_some_and(|known| {
            self.at == known.seen && (known.seen == 0 || *self.hasher.finalize().as_bytes() == *known.digest)
        }) {
            self.known = None;
        }
    }
}

impl Read for Follow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Stops where it is to look; where it looked in vain, nothing is worth reading.
        let left = match self.known.map(|known| known.seen - self.at) {
            Some(0) => return Ok(0),
            Some(left) => usize::try_from(left).unwrap_or(usize::MAX),
            None => usize::MAX,
        };
        let room = left.min(buffer.len());
        let count = self.file.read(buffer.get_mut(..room).unwrap_or_default())?;
        self.hasher.update(buffer.get(..count).unwrap_or_default());
        self.at += count as u64;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        self.check();
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_just_now_may_change_again_unseen() {
        let data = tempfile::tempfile().unwrap().metadata().unwrap();
        let changed = data.ctime() * 1_000_000_000 + data.ctime_nsec();
        for (after, certain) in [(-SOON, false), (0, false), (SOON, false), (SOON + 1, true)] {
            let state = State::seen(&data, changed + after);
            assert_eq!(state.is_still(&state), certain, "{after}");
        }
        let (later, other) =
            (State::seen(&data, changed + SOON + 1), State { size: 1, ..State::seen(&data, i64::MAX) });
        assert!(!other.is_still(&later));
    }
}

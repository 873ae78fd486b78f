//! The index in its file, as `SQLite` keeps it: a killed writer leaves what was there before.

use super::Trouble;
use super::place::Place;
use super::segment::{Head, PARTS, Segment};
use super::take::{Known, State, Taken};
use crate::trail::files::name as day_of;
use crate::trail::{Day, DayFile};
use rusqlite::{Connection, OpenFlags, Row, Transaction, TransactionBehavior, params};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::string::{String, ToString};
use std::time::Duration;
use std::vec::Vec;

/// Changes with everything by which an index of another version would be misread. One of another release is made anew as well.
const VERSION: &str = concat!("1 of ", env!("CARGO_PKG_VERSION"));
/// Room for the parts of a segment.
const ROOM: i64 = 64;
const _: () = assert!(PARTS <= 64, "the parts of a segment have their room");
/// How long to wait for another that reads or writes.
const PATIENCE: Duration = Duration::from_secs(60);

const TABLES: &str = "
    CREATE TABLE about(version TEXT NOT NULL, records BLOB NOT NULL);
    CREATE TABLE file(
        id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, device INTEGER, inode INTEGER, size INTEGER, changed INTEGER,
        seen INTEGER, digest BLOB, done INTEGER, segments INTEGER, seal INTEGER);
    CREATE TABLE segment(
        id INTEGER PRIMARY KEY, file INTEGER NOT NULL, start INTEGER, finish INTEGER, records INTEGER, torn INTEGER, lost INTEGER,
        first INTEGER, last INTEGER, seal INTEGER);
    CREATE INDEX segments ON segment(file, start);
    CREATE TABLE part(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
";

/// An index that is open.
#[derive(Debug)]
pub(super) struct Store {
    base: Connection,
}

/// A file as the index has it.
#[derive(Clone, Debug)]
pub(super) struct Filed {
    pub(super) day: Day,
    pub(super) part: u32,
    pub(super) name: String,
    pub(super) id: i64,
    pub(super) known: Known,
    /// The number of each segment.
    pub(super) numbers: Vec<i64>,
}

impl Store {
    /// Opens the index that stands there, or a new one.
    pub(super) fn open(place: &Place) -> Result<Self, Trouble> {
        place.make().map_err(|e| Trouble::of(&place.file, &e))?;
        let flags =
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let mut base = Connection::open_with_flags(&place.file, flags)?;
        base.busy_timeout(PATIENCE)?;
        base.execute_batch(
            "PRAGMA page_size = 16384; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
             PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -32768;",
        )?;
        let change = base.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let records = place.records.as_os_str().as_encoded_bytes();
        if change.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get::<_, i64>(0))? == 0 {
            change.execute_batch(TABLES)?;
            change.execute("INSERT INTO about(version, records) VALUES(?, ?)", params![VERSION, records])?;
        }
        let about = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?));
        let (version, of) = change.query_row("SELECT version, records FROM about", [], about)?;
        if version != VERSION || of != records {
            return Err(Trouble::Damaged);
        }
        change.commit()?;
        Ok(Self { base })
    }

    /// One state of the index: nobody changes it while this is there.
    pub(super) fn read(&mut self) -> Result<Reading<'_>, Trouble> {
        let base = self.base.transaction_with_behavior(TransactionBehavior::Deferred)?;
        // It begins with what is read first.
        base.query_row("SELECT count(*) FROM about", [], |row| row.get::<_, i64>(0))?;
        Ok(Reading { base })
    }

    /// Puts in what was taken of a file, in place of what there was of it: all of it or nothing.
    pub(super) fn put(&mut self, name: &str, taken: &Taken) -> Result<(), Trouble> {
        let change = self.base.transaction_with_behavior(TransactionBehavior::Immediate)?;
        change.execute("INSERT OR IGNORE INTO file(name) VALUES(?)", params![name])?;
        let file: i64 = change.query_row("SELECT id FROM file WHERE name = ?", params![name], |row| row.get(0))?;
        drop_from(&change, file, taken.from)?;
        for segment in &taken.segments {
            put_segment(&change, file, segment)?;
        }
        let count = "SELECT count(*) FROM segment WHERE file = ?";
        let segments: i64 = change.query_row(count, params![file], |row| row.get(0))?;
        let Taken { state, seen, done, .. } = *taken;
        let known = Known { state, seen, digest: taken.digest.clone(), done, segments: Vec::new() };
        let State { device, inode, size, changed } = state;
        let (seal, seen, done) = (known.seal(name, segments).cast_signed(), signed(seen), signed(done));
        change.execute(
            "UPDATE file SET device = ?, inode = ?, size = ?, changed = ?, seen = ?, digest = ?, done = ?, segments = ?,
             seal = ? WHERE id = ?",
            params![device, inode, size, changed, seen, known.digest, done, segments, seal, file],
        )?;
        Ok(change.commit()?)
    }

    /// Forgets every file that is not among these.
    pub(super) fn keep(&mut self, there: &[DayFile]) -> Result<(), Trouble> {
        let is_there = |filed: &Filed| there.iter().any(|file| (&file.day, file.part) == (&filed.day, filed.part));
        let gone: Vec<Filed> = self.read()?.files()?.into_iter().filter(|filed| !is_there(filed)).collect();
        if gone.is_empty() {
            return Ok(());
        }
        let change = self.base.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for filed in gone {
            drop_from(&change, filed.id, 0)?;
            change.execute("DELETE FROM file WHERE id = ?", params![filed.id])?;
        }
        Ok(change.commit()?)
    }
}

/// By file the number of each segment, what is known of it, and the digest of that.
type Segments = BTreeMap<i64, Vec<(i64, Head, u64)>>;

/// One state of an index.
#[derive(Debug)]
pub(super) struct Reading<'s> {
    base: Transaction<'s>,
}

impl Reading<'_> {
    /// Its files, oldest first, with their segments.
    pub(super) fn files(&self) -> Result<Vec<Filed>, Trouble> {
        let mut segments = self.segments()?;
        let mut all = self
            .base
            .prepare("SELECT id, name, device, inode, size, changed, seen, digest, done, segments, seal FROM file")?;
        let mut rows = all.query([])?;
        let mut files = Vec::new();
        while let Some(row) = rows.next()? {
            let (id, name) = (row.get(0)?, row.get::<_, String>(1)?);
            let (day, part) = day_of(OsStr::new(&name)).ok_or(Trouble::Damaged)?;
            let (mut numbers, mut heads) = (Vec::new(), Vec::new());
            for (number, head, seal) in segments.remove(&id).unwrap_or_default() {
                if head.seal(&name) != seal {
                    return Err(Trouble::Damaged);
                }
                numbers.push(number);
                heads.push(head);
            }
            let count: i64 = row.get(9)?;
            let state = State { device: row.get(2)?, inode: row.get(3)?, size: row.get(4)?, changed: row.get(5)? };
            let (seen, done) = (unsigned(row.get(6)?)?, unsigned(row.get(8)?)?);
            let known = Known { state, seen, digest: row.get(7)?, done, segments: heads };
            if known.seal(&name, count) != row.get::<_, i64>(10)?.cast_unsigned()
                || i64::try_from(known.segments.len()) != Ok(count)
            {
                return Err(Trouble::Damaged);
            }
            files.push(Filed { day, part, name, id, known, numbers });
        }
        if !segments.is_empty() {
            return Err(Trouble::Damaged);
        }
        files.sort_by(|one, other| (&one.day, one.part).cmp(&(&other.day, other.part)));
        Ok(files)
    }

    fn segments(&self) -> Result<Segments, Trouble> {
        let mut all = self.base.prepare(
            "SELECT id, file, start, finish, records, torn, lost, first, last, seal FROM segment ORDER BY file, start",
        )?;
        let mut rows = all.query([])?;
        let mut segments = Segments::new();
        while let Some(row) = rows.next()? {
            let head = Head {
                start: unsigned(row.get(2)?)?,
                end: unsigned(row.get(3)?)?,
                records: usize::try_from(row.get::<_, i64>(4)?).map_err(|_| Trouble::Damaged)?,
                torn: unsigned(row.get(5)?)?,
                lost: unsigned(row.get(6)?)?,
                first: row.get(7)?,
                last: row.get(8)?,
            };
            segments.entry(row.get(1)?).or_default().push((row.get(0)?, head, row.get::<_, i64>(9)?.cast_unsigned()));
        }
        Ok(segments)
    }

    /// Hands over a part of a segment.
    pub(super) fn part<T>(&self, segment: i64, part: usize, of: impl FnOnce(&[u8]) -> Option<T>) -> Result<T, Trouble> {
        let mut found = self.base.prepare("SELECT bytes FROM part WHERE id = ?")?;
        let mut rows = found.query(params![part_id(segment, part)])?;
        let row = rows.next()?.ok_or(Trouble::Damaged)?;
        let bytes = row.get_ref(0)?.as_blob().map_err(|_| Trouble::Damaged)?;
        of(bytes).ok_or(Trouble::Damaged)
    }
}

fn put_segment(change: &Transaction<'_>, file: i64, segment: &Segment) -> Result<(), Trouble> {
    let Head { start, end, records, torn, lost, first, last } = segment.head;
    let mut put = change.prepare(
        "INSERT INTO segment(file, start, finish, records, torn, lost, first, last, seal) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let records = signed(records as u64);
    let (torn, lost, seal) = (signed(torn), signed(lost), segment.seal.cast_signed());
    put.execute(params![file, signed(start), signed(end), records, torn, lost, first, last, seal])?;
    let id = change.last_insert_rowid();
    let mut put = change.prepare("INSERT INTO part(id, bytes) VALUES(?, ?)")?;
    for (part, bytes) in segment.parts.iter().enumerate() {
        put.execute(params![part_id(id, part), bytes])?;
    }
    Ok(())
}

/// Forgets the segments of a file that begin there or later.
fn drop_from(change: &Transaction<'_>, file: i64, start: u64) -> Result<(), Trouble> {
    let gone: Vec<i64> = change
        .prepare("SELECT id FROM segment WHERE file = ? AND start >= ?")?
        .query_map(params![file, signed(start)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for segment in gone {
        let (first, after) = (part_id(segment, 0), part_id(segment + 1, 0));
        change.prepare("DELETE FROM part WHERE id >= ? AND id < ?")?.execute(params![first, after])?;
        change.prepare("DELETE FROM segment WHERE id = ?")?.execute(params![segment])?;
    }
    Ok(())
}

/// The parts of a segment follow each other.
fn part_id(segment: i64, part: usize) -> i64 {
    segment.wrapping_mul(ROOM).wrapping_add(i64::try_from(part).unwrap_or(0))
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> Result<u64, Trouble> {
    u64::try_from(number).map_err(|_| Trouble::Damaged)
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(
                Code::DatabaseBusy
                | Code::DatabaseLocked
                | Code::DiskFull
                | Code::SystemIoFailure
                | Code::ReadOnly
                | Code::CannotOpen
                | Code::PermissionDenied
                | Code::OutOfMemory
                | Code::FileLockingProtocolFailed
                | Code::NoLargeFileSupport,
            ) => Self::Other(error.to_string()),
            // Everything else is a file that does not hold what was written into it.
            _ => Self::Damaged,
        }
    }
}

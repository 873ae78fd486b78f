//! An index of a directory of records, so that a question about a quarter takes seconds. It is derived from the files, follows them
//! while they grow, and answers as a pass over the lines would: whoever deletes it loses nothing but time.
//!
//! ```text
//! file of records -> segments of some ten thousand records -> a column per field, and its texts -> SQLite
//! ```
//!
//! Nothing of it is on the path of a call.

mod ask;
mod column;
mod place;
mod segment;
mod store;
mod take;
mod update;

use super::query::facts::Facts;
use super::query::{Answer, Asked, Counts};
use super::source::{self, Lines};
use super::{Moment, Record, read_line};
use ask::Hits;
use place::Place;
use std::format;
use std::io;
use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::vec::Vec;
use store::Store;

/// Where indexes are, under the home directory of the account that asks.
pub const USER: &str = ".local/state/prexec/index";

/// What a reader is at, for those who wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Another question brings the index up to date.
    Waiting,
    /// Files are taken into the index, in bytes.
    Indexing,
    /// Records are listed.
    Listing,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Unanswered {
    /// The index cannot be used; the lines can be asked. Nothing was listed yet.
    Index(String),
    /// Listing the records failed.
    Listing(io::Error),
}

/// What stands in the way of an index.
#[derive(Debug)]
enum Trouble {
    /// It does not hold what was written into it, or another version wrote it: it is made anew.
    Damaged,
    /// Another process has it.
    Busy,
    /// Anything else.
    Other(String),
}

impl Trouble {
    fn of(path: &Path, error: &io::Error) -> Self {
        Self::Other(format!("`{}`: {error}", path.display()))
    }

    fn told(self) -> String {
        match self {
            Self::Damaged => "it is damaged again as soon as it is made anew".to_string(),
            Self::Busy => "another question has it, and does not go on".to_string(),
            Self::Other(why) => why,
        }
    }
}

/// Asks the indexes of these directories of records, which are brought up to date before; they are kept in `directory`. `each` gets
/// the records that are listed, in the order of the lines.
///
/// # Errors
/// See [`Unanswered`].
pub fn answer(
    directory: &Path,
    places: &[PathBuf],
    asked: &mut Asked,
    mut tick: impl FnMut(Stage, u64, u64),
    each: impl FnMut(Record) -> io::Result<()>,
) -> Result<Answer, Unanswered> {
    let mut made_anew: Vec<&PathBuf> = Vec::new();
    let (answer, hits) = 'anew: loop {
        // Nothing of an index that turns out to be damaged stays in the answer.
        let mut answer = Answer { counts: Counts::by(&asked.keys), ..Answer::default() };
        let mut hits = Vec::new();
        for records in places {
            let taken = one(directory, records, asked, &mut tick, &mut answer, &mut hits);
            match taken {
                Ok(()) => {}
                Err(Trouble::Damaged) if !made_anew.contains(&records) => {
                    made_anew.push(records);
                    remove(directory, records).map_err(|trouble| Unanswered::Index(trouble.told()))?;
                    continue 'anew;
                }
                Err(trouble) => return Err(Unanswered::Index(trouble.told())),
            }
        }
        break (answer, hits);
    };
    list(&hits, asked, &mut tick, each).map_err(Unanswered::Listing)?;
    Ok(answer)
}

/// Forgets what is no longer in the directory of records, where there is an index of it.
///
/// # Errors
/// What stood in the way.
pub fn forget(directory: &Path, records: &Path) -> Result<(), String> {
    if !directory.is_dir() {
        return Ok(());
    }
    let forget = || {
        let place = Place::of(directory, records)?;
        if !place.file.exists() {
            return Ok(());
        }
        let held = place.hold(&mut || ())?;
        let files = super::day_files(records).map_err(|e| Trouble::of(records, &e))?;
        let kept = Store::open(&place).and_then(|mut store| store.keep(&files));
        match kept {
            Err(Trouble::Damaged) => place.remove().map_err(|e| Trouble::of(&place.file, &e)),
            other => other,
        }
        .map(|()| drop(held))
    };
    forget().map_err(Trouble::told)
}

fn one(
    directory: &Path,
    records: &Path,
    asked: &mut Asked,
    tick: &mut dyn FnMut(Stage, u64, u64),
    answer: &mut Answer,
    hits: &mut Vec<Hits>,
) -> Result<(), Trouble> {
    let place = Place::of(directory, records)?;
    let held = place.hold(&mut || tick(Stage::Waiting, 0, 0))?;
    place.sweep();
    let mut store = Store::open(&place)?;
    update::update(&mut store, records, &mut |done, total| tick(Stage::Indexing, done, total))?;
    let reading = store.read()?;
    drop(held);
    ask::ask(&reading, records, asked, answer, hits)
}

fn remove(directory: &Path, records: &Path) -> Result<(), Trouble> {
    let place = Place::of(directory, records)?;
    let _held = place.hold(&mut || ())?;
    place.remove().map_err(|e| Trouble::of(&place.file, &e))
}

/// Lists the newest records of those that were found. Each is looked at again: the line, not the index, says what it is.
fn list(
    hits: &[Hits],
    asked: &mut Asked,
    tick: &mut dyn FnMut(Stage, u64, u64),
    mut each: impl FnMut(Record) -> io::Result<()>,
) -> io::Result<()> {
    let found: usize = hits.iter().map(|hits| hits.count).sum();
    let mut skipped = found.saturating_sub(asked.limit.unwrap_or(usize::MAX));
    let (total, mut done, mut line) = ((found - skipped) as u64, 0, Vec::new());
    for hits in hits {
        if skipped >= hits.count {
            skipped -= hits.count;
            continue;
        }
        let named = |e: io::Error| io::Error::new(e.kind(), format!("`{}`: {e}", hits.path.display()));
        let changed = || named(io::Error::other("it was changed while it was read; ask again"));
        let mut lines = Lines::new(source::open(&hits.path).map_err(named)?, 0).map_err(named)?;
        for start in hits.starts().skip(core::mem::take(&mut skipped)) {
            lines.go_to(start).map_err(named)?;
            let whole = lines.next(&mut line).map_err(named)?.is_some_and(|place| !place.long);
            let record = read_line(&line).filter(|_| whole).ok_or_else(changed)?;
            let is_meant = Facts::of(&record)
                .is_some_and(|facts| asked.span.contains(Moment(facts.time)) && asked.query.takes(&facts));
            if !is_meant {
                return Err(changed());
            }
            each(record)?;
            done += 1;
            if done % 256 == 0 {
                tick(Stage::Listing, done, total);
            }
        }
    }
    Ok(())
}

//! Hands records on, each once: batch by batch, with a cursor that says before a batch is sent that it is in flight, and after the
//! answer that it is there.
//!
//! Every file of the directories has a place of its own in the cursor, not only the newest: a process that found its file just
//! before midnight, or before the file was full, may append to it when the next one has begun.

use super::batch::{self, Limits, Run};
use super::chain;
use super::cursor::{CursorFile, InFlight, Place};
use super::target::{Batch, Failure, Target};
use crate::trail::{DayFile, Record, Span, day_files};
use std::collections::BTreeSet;
use std::format;
use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::time::Duration;
use std::vec::Vec;

/// Waits that somebody may end.
pub trait Stop {
    /// Whether it is to end.
    fn asked(&self) -> bool;
    /// Waits so long, or until it is to end.
    fn wait(&self, length: Duration);
}

/// How to ship.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Records of that time only.
    pub span: Span,
    /// How much is sent together.
    pub limits: Limits,
    /// Go on when all is sent, and try without end.
    pub follow: bool,
    /// How long to wait between looks, and before a second attempt.
    pub pause: Duration,
}

/// Attempts to send a batch, unless it goes on without end.
const ATTEMPTS: u32 = 6;
/// No wait between attempts is longer, unless the receiver asks for it.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Nor than this, whatever the receiver asks for.
const LONGEST_ASKED: Duration = Duration::from_secs(600);

/// One that ships.
pub struct Shipper<'s> {
    /// The directories of records.
    pub places: &'s [PathBuf],
    /// How far it is.
    pub cursor: CursorFile,
    /// To whom.
    pub target: &'s mut dyn Target,
    /// How.
    pub manner: Manner,
    /// When to end.
    pub stop: &'s dyn Stop,
    /// Hears what a person should know.
    pub say: &'s mut dyn FnMut(&str),
}

impl Shipper<'_> {
    /// Sends what is there; with `follow`, until it is asked to stop.
    ///
    /// # Errors
    /// The receiver did not take a batch, or a file cannot be read or written. What was not sent is sent by the next run.
    pub fn run(&mut self) -> Result<(), String> {
        self.again()?;
        let mut checked = BTreeSet::new();
        loop {
            let places = self.places;
            for place in places {
                if self.directory(place, &mut checked)?.is_none() {
                    return self.cursor.save();
                }
            }
            if !self.manner.follow || self.stop.asked() {
                return self.cursor.save();
            }
            self.stop.wait(self.manner.pause);
        }
    }

    /// What was in flight when the last run ended goes first, as it was.
    fn again(&mut self) -> Result<(), String> {
        let Some(flight) = self.cursor.cursor.in_flight.clone() else { return Ok(()) };
        let directory = PathBuf::from(&flight.directory);
        let path = directory.join(&flight.file);
        if let Some(records) = batch::again(&path, flight.from, flight.to.offset, &flight.digest) {
            return self.send(&directory, flight, &records).map(|_| ());
        }
        (self.say)(&format!(
            "batch {} was being sent when the last run ended, and its {} records are no longer in `{}`: whether they arrived is not known",
            flight.batch, flight.records, flight.file
        ));
        self.cursor.cursor.unsure += flight.records.saturating_sub(flight.sent);
        self.cursor.cursor.in_flight = None;
        self.cursor.save()
    }

    /// Sends what a directory has; none where it was asked to stop meanwhile.
    fn directory(&mut self, place: &Path, checked: &mut BTreeSet<PathBuf>) -> Result<Option<()>, String> {
        let directory = place.to_string_lossy().into_owned();
        let files = day_files(place).map_err(|e| format!("the records in `{directory}` cannot be read: {e}"))?;
        self.forget(&directory, &files);
        for file in files {
            let Some(name) = file.path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
            let unread = |e: std::io::Error| format!("`{}` cannot be read: {e}", file.path.display());
            let mut at = self.cursor.cursor.place(&directory, &name);
            let length = std::fs::symlink_metadata(&file.path).map_or(0, |data| data.len());
            if !checked.contains(&file.path) || length < at.offset {
                at = self.verified(&file.path, at).map_err(unread)?;
                checked.insert(file.path.clone());
            }
            while length > at.offset {
                let run = batch::next(&file.path, &at, &self.manner.span, &self.manner.limits).map_err(unread)?;
                if run.to == at {
                    break;
                }
                self.cursor.cursor.torn += run.torn;
                at = run.to.clone();
                if run.records.is_empty() {
                    self.cursor.cursor.advance(&directory, &name, at.clone());
                    continue;
                }
                let flight = in_flight(&directory, &name, &run);
                if self.send(place, flight, &run.records)?.is_none() {
                    return Ok(None);
                }
                if self.stop.asked() {
                    return Ok(None);
                }
            }
        }
        Ok(Some(()))
    }

    /// Forgets files that are no more, and says where one had more than was sent.
    fn forget(&mut self, directory: &str, files: &[DayFile]) {
        let there: BTreeSet<String> =
            files.iter().filter_map(|file| Some(file.path.file_name()?.to_string_lossy().into_owned())).collect();
        let Some(known) = self.cursor.cursor.files.get_mut(directory) else { return };
        let gone = |name: &&String| !there.contains(*name);
        let gone: Vec<String> = known.keys().filter(gone).cloned().collect();
        for name in gone {
            let Some(place) = known.remove(&name) else { continue };
            let bytes = chain::closed(Path::new(directory), &name).unwrap_or(0);
            if bytes > place.offset {
                (self.say)(&format!(
                    "`{directory}/{name}` was removed when {} of its {bytes} bytes had not been sent",
                    bytes - place.offset
                ));
            }
        }
    }

    /// The place in this file, unless it is another file by now.
    fn verified(&mut self, path: &Path, at: Place) -> std::io::Result<Place> {
        if batch::holds(path, &at)? {
            return Ok(at);
        }
        if let Some(found) = batch::after(path, &at.id)? {
            (self.say)(&format!(
                "`{}` was changed before the place that was reached; it goes on after record {}",
                path.display(),
                at.id
            ));
            return Ok(found);
        }
        (self.say)(&format!(
            "`{}` is not the file that was being sent: it was replaced or cut; it is sent from its beginning",
            path.display()
        ));
        Ok(Place::default())
    }

    /// Sends a batch until the receiver has it; none where it was asked to stop before.
    fn send(&mut self, place: &Path, flight: InFlight, records: &[Record]) -> Result<Option<()>, String> {
        self.cursor.cursor.in_flight = Some(flight.clone());
        self.cursor.save()?;
        let head = chain::head(place);
        let mut attempt = 0;
        let taken = loop {
            attempt += 1;
            let sent = self.cursor.cursor.in_flight.as_ref().map_or(0, |flight| flight.sent);
            let batch = Batch {
                id: &flight.batch,
                records,
                head: head.as_ref(),
                sent: usize::try_from(sent).unwrap_or(usize::MAX),
            };
            let cursor = &mut self.cursor;
            let mut note = |sent: u64| {
                if let Some(flight) = &mut cursor.cursor.in_flight {
                    flight.sent = sent;
                }
                cursor.note()
            };
            let (after, why, passing) = match self.target.send(&batch, &mut note) {
                Ok(taken) => break taken,
                Err(Failure::Ours(why)) => return Err(why),
                Err(Failure::Later { after, why }) => (after, why, true),
                Err(Failure::Never { why }) => (None, why, false),
            };
            let waiting = flight.records.saturating_sub(self.cursor.cursor.in_flight.as_ref().map_or(0, |f| f.sent));
            if !self.manner.follow && (!passing || attempt >= ATTEMPTS) {
                return Err(format!("{why}; {waiting} records of batch {} wait for the next run", flight.batch));
            }
            (self.say)(&format!("{why}; {waiting} records of batch {} wait (attempt {attempt})", flight.batch));
            let backoff = self.manner.pause.saturating_mul(1 << attempt.min(10));
            let backoff = if passing { backoff.min(LONGEST_PAUSE) } else { LONGEST_PAUSE.max(self.manner.pause) };
            self.stop.wait(after.map_or(backoff, |asked| asked.min(LONGEST_ASKED)));
            if self.stop.asked() {
                return Ok(None);
            }
        };
        if taken.rejected > 0 {
            let said = taken.said.as_deref().unwrap_or("it gave no reason");
            (self.say)(&format!(
                "the receiver did not take {} records of batch {}: {said}",
                taken.rejected, flight.batch
            ));
        }
        let state = &mut self.cursor.cursor;
        state.sent += flight.records.saturating_sub(taken.rejected);
        state.rejected += taken.rejected;
        state.advance(&flight.directory, &flight.file, flight.to);
        state.in_flight = None;
        self.cursor.save()?;
        Ok(Some(()))
    }
}

fn in_flight(directory: &str, file: &str, run: &Run) -> InFlight {
    let mut name = blake3::Hasher::new();
    for record in &run.records {
        name.update(record.id.as_bytes()).update(b"\n");
    }
    InFlight {
        batch: name.finalize().to_hex().chars().take(32).collect(),
        directory: directory.to_string(),
        file: file.to_string(),
        from: run.from,
        to: run.to.clone(),
        records: run.records.len() as u64,
        digest: run.digest.clone(),
        sent: 0,
    }
}

/// So many records wait for the next run at least: those of the batch in flight.
pub fn waiting(cursor: &CursorFile) -> u64 {
    cursor.cursor.in_flight.as_ref().map_or(0, |flight| flight.records.saturating_sub(flight.sent))
}

/// The directories as the cursor names them.
pub fn resolved(places: &[PathBuf]) -> Vec<PathBuf> {
    places.iter().map(|place| std::fs::canonicalize(place).unwrap_or_else(|_| place.clone())).collect()
}

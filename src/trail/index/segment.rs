//! Some ten thousand records of one file as columns of numbers: what a question does not speak of is not read. Each field has its
//! texts once per segment, so that a file comes and goes without a trace in the others.

use super::column::{self, encode, encode_texts, folded};
use crate::trail::query::facts::{Facts, Field, LISTS, WORDS};
use std::boxed::Box;
use std::collections::HashMap;
use std::vec::Vec;

/// Records of a segment at most.
pub(super) const MOST: usize = 65_536;

/// The columns that are no field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Microseconds, as differences.
    Time = 0,
    /// [`Facts::flags`].
    Flags = 1,
    /// [`Facts::effects`].
    Effects = 2,
    /// [`Facts::lost`].
    Lost = 3,
    /// Where the line begins, as differences.
    Start = 4,
}

const OWN: usize = 5;
const FIELDS: usize = WORDS + LISTS;
/// How many parts a segment has.
pub(super) const PARTS: usize = OWN + 2 * FIELDS;

/// The column of a field: the numbers of its texts from 1 on, 0 for none; where a record has any number of texts, how many, and of
/// each its number with two bits below.
pub(super) fn column_of(field: Field) -> usize {
    OWN + field.number()
}

/// The part that has the texts of a field.
pub(super) fn texts_of(field: Field) -> usize {
    OWN + FIELDS + field.number()
}

/// What goes into the digest of a part besides its bytes: which one it is, of which segment of which file.
pub(super) fn seed(seal: u64, part: usize) -> u64 {
    seal.wrapping_add(part as u64)
}

/// What is known of a segment without its columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// Where its first line begins.
    pub(super) start: u64,
    /// Where its last line ends.
    pub(super) end: u64,
    /// Records.
    pub(super) records: usize,
    /// Lines that are none.
    pub(super) torn: u64,
    /// Records that were lost.
    pub(super) lost: u64,
    /// The earliest moment.
    pub(super) first: i64,
    /// The latest.
    pub(super) last: i64,
}

impl Head {
    /// The digest of it, as one of the file of that name.
    pub(super) fn seal(&self, name: &str) -> u64 {
        let [start, end, torn, lost] = [self.start, self.end, self.torn, self.lost].map(u64::cast_signed);
        let records = (self.records as u64).cast_signed();
        column::seal(name, &[start, end, records, torn, lost, self.first, self.last], &[])
    }
}

/// A segment as it is stored.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    /// What is known of it.
    pub(super) head: Head,
    /// Its digest.
    pub(super) seal: u64,
    /// Its parts, by number.
    pub(super) parts: Vec<Vec<u8>>,
}

/// A segment that is being made.
pub(super) struct Builder {
    head: Head,
    columns: Vec<Vec<u64>>,
    texts: Vec<HashMap<Box<str>, u64>>,
    time: i64,
    line: u64,
}

impl Builder {
    /// One whose lines begin there.
    pub(super) fn new(start: u64) -> Self {
        Self {
            head: Head { start, end: start, first: i64::MAX, last: i64::MIN, ..Head::default() },
            columns: (0..OWN + FIELDS).map(|_| Vec::new()).collect(),
            texts: (0..FIELDS).map(|_| HashMap::new()).collect(),
            time: 0,
            line: start,
        }
    }

    /// Whether there is no more room.
    pub(super) fn is_full(&self) -> bool {
        self.head.records >= MOST
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.head.records == 0 && self.head.torn == 0
    }

    /// All up to there is taken.
    pub(super) fn up_to(&mut self, end: u64) {
        self.head.end = end;
    }

    /// Counts a line that is no record.
    pub(super) fn torn(&mut self) {
        self.head.torn += 1;
    }

    /// Adds a record whose line begins there.
    pub(super) fn push(&mut self, facts: &Facts<'_>, start: u64) {
        self.put(Part::Time as usize, folded(facts.time.wrapping_sub(self.time)));
        self.put(Part::Flags as usize, u64::from(facts.flags));
        self.put(Part::Effects as usize, u64::from(facts.effects));
        self.put(Part::Lost as usize, u64::from(facts.lost));
        self.put(Part::Start as usize, start - self.line);
        for (field, word) in Field::ALL.iter().zip(&facts.words) {
            let number = word.as_deref().map_or(0, |text| self.number(*field, text));
            self.put(column_of(*field), number);
        }
        for (field, list) in Field::ALL.iter().skip(WORDS).zip(&facts.lists) {
            self.put(column_of(*field), list.len() as u64);
            for (text, bits) in list {
                let number = self.number(*field, text);
                self.put(column_of(*field), number << 2 | u64::from(*bits));
            }
        }
        (self.time, self.line) = (facts.time, start);
        let head = &mut self.head;
        head.records += 1;
        head.lost += u64::from(facts.lost);
        (head.first, head.last) = (head.first.min(facts.time), head.last.max(facts.time));
    }

    fn put(&mut self, part: usize, number: u64) {
        if let Some(column) = self.columns.get_mut(part) {
            column.push(number);
        }
    }

    fn number(&mut self, field: Field, text: &str) -> u64 {
        let Some(texts) = self.texts.get_mut(field.number()) else { return 0 };
        if let Some(number) = texts.get(text) {
            return *number;
        }
        let number = texts.len() as u64 + 1;
        texts.insert(text.into(), number);
        number
    }

    /// The segment as it is stored, of the file of that name.
    pub(super) fn finish(self, name: &str) -> Segment {
        let seal = self.head.seal(name);
        let columns = self.columns.iter().enumerate().map(|(part, column)| encode(column, seed(seal, part)));
        let texts = self.texts.iter().enumerate().map(|(field, texts)| {
            let mut all: Vec<(&str, u64)> = texts.iter().map(|(text, number)| (text.as_ref(), *number)).collect();
            all.sort_unstable_by_key(|(_, number)| *number);
            encode_texts(all.into_iter().map(|(text, _)| text), seed(seal, OWN + FIELDS + field))
        });
        let parts = columns.chain(texts).collect();
        Segment { head: self.head, seal, parts }
    }
}

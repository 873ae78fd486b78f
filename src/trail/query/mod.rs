//! Questions about records: which there are, and how many of each kind.

pub mod facts;
mod wanted;

pub use wanted::{Query, Wanted};

use super::Moment;
use facts::{DECISIONS, Facts, Field, KINDS, decision_of, kind_of};
use std::collections::BTreeMap;
use std::string::{String, ToString};
use std::vec::Vec;

/// By what records are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The day in UTC.
    Day,
    /// The decision.
    Decision,
    /// The kind of record.
    Kind,
    /// The text of a field; a record counts once for each that it has.
    Text(Field),
}

impl Key {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Decision => "decision",
            Self::Kind => "kind",
            Self::Text(field) => field.name(),
        }
    }

    /// What a record has, each once; nothing but none where it has none.
    fn of(self, facts: &Facts<'_>) -> Vec<Option<String>> {
        let mut all: Vec<String> = match self {
            Self::Day => Vec::from([Moment(facts.time).day()]),
            Self::Decision => {
                let name = DECISIONS.get(decision_of(facts.flags)).copied().unwrap_or_default();
                if name.is_empty() { Vec::new() } else { Vec::from([name.to_string()]) }
            }
            Self::Kind => KINDS.get(kind_of(facts.flags)).map(ToString::to_string).into_iter().collect(),
            Self::Text(field) => match field.list() {
                None => {
                    let word = facts.words.get(field.number()).and_then(|word| word.as_deref());
                    word.map(ToString::to_string).into_iter().collect()
                }
                Some(list) => {
                    let list = facts.lists.get(list).map(Vec::as_slice).unwrap_or_default();
                    list.iter().map(|(text, _)| plain(field, text)).collect()
                }
            },
        };
        all.sort_unstable();
        all.dedup();
        if all.is_empty() { Vec::from([None]) } else { all.into_iter().map(Some).collect() }
    }
}

/// A program counts by its name alone.
fn plain(field: Field, text: &str) -> String {
    let name = |text: &str| text.split(' ').next().and_then(|name| name.rsplit('/').next()).unwrap_or(text).to_string();
    if field == Field::Program { name(text) } else { text.to_string() }
}

/// How many records there are of each.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    keys: Vec<Key>,
    counts: BTreeMap<Vec<Option<String>>, u64>,
}

impl Counts {
    /// By these keys together.
    pub fn by(keys: &[Key]) -> Self {
        Self { keys: keys.to_vec(), counts: BTreeMap::new() }
    }

    /// Counts a record.
    pub fn add(&mut self, facts: &Facts<'_>) {
        let mut rows: Vec<Vec<Option<String>>> = Vec::from([Vec::new()]);
        for key in &self.keys {
            let values = key.of(facts);
            let with = |row: &Vec<Option<String>>| {
                values.iter().map(|value| row.iter().cloned().chain([value.clone()]).collect()).collect::<Vec<_>>()
            };
            rows = rows.iter().flat_map(with).collect();
        }
        for row in rows {
            *self.counts.entry(row).or_default() += 1;
        }
    }

    /// The rows, the largest first; days in their order.
    pub fn rows(self) -> Vec<(Vec<Option<String>>, u64)> {
        let by_day = self.keys.first() == Some(&Key::Day);
        let mut rows: Vec<_> = self.counts.into_iter().collect();
        if !by_day {
            rows.sort_by(|(one, first), (other, second)| second.cmp(first).then_with(|| one.cmp(other)));
        }
        rows
    }
}

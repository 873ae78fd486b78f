//! How many records there are of each kind.

use super::facts::{DECISIONS, Facts, Field, KINDS, decision_of, kind_of};
use crate::trail::Moment;
use std::collections::HashMap;
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

    /// As what a text of its field counts: a program by its name alone.
    pub fn plain(self, text: &str) -> &str {
        if self != Self::Text(Field::Program) {
            return text;
        }
        text.split(' ').next().and_then(|name| name.rsplit('/').next()).unwrap_or(text)
    }
}

/// The texts that a key has taken, numbered from 1 on; 0 is none.
#[derive(Clone, Debug, Default)]
struct Names {
    numbers: HashMap<String, u32>,
    names: Vec<String>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.names.push(name.to_string());
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.numbers.insert(name.to_string(), number);
        number
    }

    fn name(&self, number: u32) -> Option<String> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        self.names.get(at).cloned()
    }
}

/// How many records there are of each.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    keys: Vec<Key>,
    names: Vec<Names>,
    rows: HashMap<Vec<u32>, u64>,
    /// The day that was asked for last: most records are of the same day as the one before.
    day: Option<(usize, i64, u32)>,
}

impl Counts {
    /// By these keys together.
    pub fn by(keys: &[Key]) -> Self {
        Self { keys: keys.to_vec(), names: keys.iter().map(|_| Names::default()).collect(), ..Self::default() }
    }

    /// Its keys.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The number of what a key has, for [`Self::count`].
    pub fn number(&mut self, key: usize, name: &str) -> u32 {
        self.names.get_mut(key).map_or(0, |names| names.number(name))
    }

    /// The number of what a key has that is no text: of a day, a decision or a kind.
    pub fn number_of(&mut self, key: usize, time: i64, flags: u32) -> u32 {
        match self.keys.get(key) {
            Some(Key::Day) => {
                let day = time.div_euclid(86_400_000_000);
                if let Some((_, _, number)) = self.day.filter(|(of, known, _)| (*of, *known) == (key, day)) {
                    return number;
                }
                let number = self.number(key, &Moment(time).day());
                self.day = Some((key, day, number));
                number
            }
            Some(Key::Decision) => match DECISIONS.get(decision_of(flags)).copied().unwrap_or_default() {
                "" => 0,
                name => self.number(key, name),
            },
            Some(Key::Kind) => KINDS.get(kind_of(flags)).map_or(0, |name| self.number(key, name)),
            Some(Key::Text(_)) | None => 0,
        }
    }

    /// Counts a record that has these numbers, a list per key: once for every combination. An empty list stands for none.
    pub fn count(&mut self, lists: &mut [Vec<u32>]) {
        for list in lists.iter_mut() {
            list.sort_unstable();
            list.dedup();
            if list.is_empty() {
                list.push(0);
            }
        }
        let mut row = Vec::with_capacity(lists.len());
        self.combine(lists, &mut row);
    }

    fn combine(&mut self, lists: &[Vec<u32>], row: &mut Vec<u32>) {
        let Some((first, rest)) = lists.split_first() else {
            if let Some(count) = self.rows.get_mut(row.as_slice()) {
                *count += 1;
            } else {
                self.rows.insert(row.clone(), 1);
            }
            return;
        };
        for number in first {
            row.push(*number);
            self.combine(rest, row);
            row.pop();
        }
    }

    /// Counts a record.
    pub fn add(&mut self, facts: &Facts<'_>) {
        let mut lists: Vec<Vec<u32>> = Vec::with_capacity(self.keys.len());
        for at in 0..self.keys.len() {
            let Some(key) = self.keys.get(at).copied() else { continue };
            let Key::Text(field) = key else {
                lists.push(Vec::from([self.number_of(at, facts.time, facts.flags)]));
                continue;
            };
            let texts: Vec<&str> = match field.list() {
                None => facts.words.get(field.number()).and_then(|word| word.as_deref()).into_iter().collect(),
                Some(list) => facts.lists.get(list).into_iter().flatten().map(|(text, _)| text.as_ref()).collect(),
            };
            lists.push(texts.into_iter().map(|text| self.number(at, key.plain(text))).collect());
        }
        self.count(&mut lists);
    }

    /// The rows, the largest first; days in their order.
    pub fn rows(self) -> Vec<(Vec<Option<String>>, u64)> {
        let by_day = self.keys.first() == Some(&Key::Day);
        let named = |row: &[u32]| row.iter().zip(&self.names).map(|(number, names)| names.name(*number)).collect();
        let mut rows: Vec<(Vec<Option<String>>, u64)> =
            self.rows.iter().map(|(row, count)| (named(row), *count)).collect();
        rows.sort_by(|(one, first), (other, second)| {
            let size = if by_day { core::cmp::Ordering::Equal } else { second.cmp(first) };
            size.then_with(|| one.cmp(other))
        });
        rows
    }
}

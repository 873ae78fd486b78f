//! Asks an index: column by column, each text once per segment, by the same code that asks the lines.

use super::Trouble;
use super::column::{decode, decode_texts, folded, unfolded};
use super::segment::{Head, Part, column_of, seed, texts_of};
use super::store::Reading;
use crate::trail::Moment;
use crate::trail::query::facts::{Field, TREE};
use crate::trail::query::{Answer, Asked, Counts, Key, Query, Wanted, accessed};
use std::path::{Path, PathBuf};
use std::vec;
use std::vec::Vec;

/// Where the records of a file stand that are meant.
#[derive(Debug)]
pub(super) struct Hits {
    pub(super) path: PathBuf,
    /// Where their lines begin, as differences that are written in as few bytes as it takes.
    starts: Vec<u8>,
    last: u64,
    pub(super) count: usize,
}

impl Hits {
    fn new(path: PathBuf) -> Self {
        Self { path, starts: Vec::new(), last: 0, count: 0 }
    }

    fn push(&mut self, start: u64) {
        let mut rest = folded(start.wrapping_sub(self.last).cast_signed());
        while rest >= 0x80 {
            self.starts.push((rest & 0x7f | 0x80).to_le_bytes().first().copied().unwrap_or_default());
            rest >>= 7;
        }
        self.starts.push(rest.to_le_bytes().first().copied().unwrap_or_default());
        self.last = start;
        self.count += 1;
    }

    /// Where the lines begin.
    pub(super) fn starts(&self) -> impl Iterator<Item = u64> {
        let (mut bytes, mut at) = (self.starts.iter(), 0_u64);
        core::iter::from_fn(move || {
            let (mut number, mut shift) = (0, 0);
            loop {
                let byte = bytes.next()?;
                number |= u64::from(byte & 0x7f) << shift;
                shift += 7;
                if *byte < 0x80 {
                    at = at.wrapping_add(unfolded(number).cast_unsigned());
                    return Some(at);
                }
            }
        })
    }
}

/// Asks about the files of one directory of records. What is found is added to `answer` and `hits`.
pub(super) fn ask(
    reading: &Reading<'_>,
    records: &Path,
    asked: &mut Asked,
    answer: &mut Answer,
    hits: &mut Vec<Hits>,
) -> Result<(), Trouble> {
    let span = asked.span;
    for filed in reading.files()?.into_iter().filter(|filed| span.touches(&filed.day)) {
        let mut found = Hits::new(records.join(&filed.name));
        for (number, head) in filed.numbers.into_iter().zip(filed.known.segments) {
            answer.torn += head.torn;
            if head.records == 0 || !overlaps(&head, asked) {
                continue;
            }
            let seal = head.seal(&filed.name);
            let mut columns = Columns { reading, number, head, seal, numbers: Vec::new() };
            let mask = columns.meant(asked, answer)?;
            let meant = mask.iter().filter(|is| **is).count();
            answer.found += meant as u64;
            if meant == 0 {
                continue;
            }
            if asked.keys.is_empty() {
                columns.starts(&mask, &mut found)?;
            } else {
                columns.count(&mask, &mut answer.counts)?;
            }
        }
        if found.count > 0 {
            hits.push(found);
        }
    }
    Ok(())
}

fn overlaps(head: &Head, asked: &Asked) -> bool {
    asked.span.since.is_none_or(|since| since.0 <= head.last)
        && asked.span.until.is_none_or(|until| head.first < until.0)
}

/// A segment that is asked.
struct Columns<'r, 's> {
    reading: &'r Reading<'s>,
    number: i64,
    head: Head,
    seal: u64,
    /// The column that was read last.
    numbers: Vec<u64>,
}

impl Columns<'_, '_> {
    /// Reads a column: a number per record, or, of a list, any number.
    fn column(&mut self, part: usize, is_list: bool) -> Result<(), Trouble> {
        let (records, seed) = (self.head.records, seed(self.seal, part));
        let most = if is_list { records.saturating_mul(1 << 12) } else { records };
        let numbers = &mut self.numbers;
        self.reading.part(self.number, part, |bytes| decode(bytes, seed, most, numbers))?;
        if is_list || self.numbers.len() == records { Ok(()) } else { Err(Trouble::Damaged) }
    }

    /// Hands over the texts of a field.
    fn texts<T>(&self, field: Field, of: impl FnOnce(&[&str]) -> T) -> Result<T, Trouble> {
        let part = texts_of(field);
        let seed = seed(self.seal, part);
        self.reading.part(self.number, part, |bytes| decode_texts(bytes, seed).map(|texts| of(&texts)))
    }

    /// The moments of the records.
    fn times(&mut self) -> Result<Vec<i64>, Trouble> {
        self.column(Part::Time as usize, false)?;
        let mut time = 0_i64;
        let next = |number: &u64| {
            time = time.wrapping_add(unfolded(*number));
            time
        };
        Ok(self.numbers.iter().map(next).collect())
    }

    /// Which records are meant.
    fn meant(&mut self, asked: &mut Asked, answer: &mut Answer) -> Result<Vec<bool>, Trouble> {
        let Asked { query, span, .. } = asked;
        let mut mask = vec![true; self.head.records];
        if span.contains(Moment(self.head.first)) && span.contains(Moment(self.head.last)) {
            answer.lost += self.head.lost;
        } else {
            for (is, time) in mask.iter_mut().zip(self.times()?) {
                *is = span.contains(Moment(time));
            }
            self.column(Part::Lost as usize, false)?;
            answer.lost += mask.iter().zip(&self.numbers).filter(|(is, _)| **is).map(|(_, lost)| *lost).sum::<u64>();
        }
        self.narrow(Part::Flags, &mut mask, |flags| query.takes_flags(flags))?;
        if query.effects != 0 {
            self.narrow(Part::Effects, &mut mask, |effects| query.takes_effects(effects))?;
        }
        let Query { written, wanted, .. } = query;
        if written.is_some() {
            self.column(column_of(Field::Path), true)?;
            let has = |list: &[u64]| list.iter().any(|number| accessed(Field::Path, bits(*number), *written));
            each_list(&self.numbers, &mut mask, |is, list| *is = *is && has(list))?;
        }
        for wanted in wanted.iter_mut() {
            if !mask.iter().any(|is| *is) {
                break;
            }
            self.wanted(wanted, *written, &mut mask)?;
        }
        Ok(mask)
    }

    fn narrow(&mut self, part: Part, mask: &mut [bool], takes: impl Fn(u32) -> bool) -> Result<(), Trouble> {
        self.column(part as usize, false)?;
        for (is, number) in mask.iter_mut().zip(&self.numbers) {
            *is = *is && takes(u32::try_from(*number).map_err(|_| Trouble::Damaged)?);
        }
        Ok(())
    }

    fn wanted(&mut self, wanted: &mut Wanted, written: Option<bool>, mask: &mut [bool]) -> Result<(), Trouble> {
        let field = wanted.field();
        // Of each text, whether it is meant: by itself, and as a tree. Only texts that are looked at are matched.
        let is_list = field.list().is_some();
        self.column(column_of(field), is_list)?;
        let numbers = core::mem::take(&mut self.numbers);
        let result = self.texts(field, |texts| {
            let mut known: Vec<[Option<bool>; 2]> = vec![[None; 2]; texts.len()];
            let mut has = |number: u64, tree: bool| -> Option<bool> {
                let at = usize::try_from(number).ok()?.checked_sub(1)?;
                let known = known.get_mut(at)?.get_mut(usize::from(tree))?;
                let text = texts.get(at)?;
                Some(*known.get_or_insert_with(|| wanted.has(text, tree)))
            };
            if !is_list {
                for (is, number) in mask.iter_mut().zip(&numbers) {
                    *is = *is && *number > 0 && has(*number, false)?;
                }
                return Some(());
            }
            let mut sound = true;
            let ended = each_list(&numbers, mask, |is, list| {
                *is = *is
                    && list.iter().any(|number| {
                        accessed(field, bits(*number), written)
                            && has(number >> 2, bits(*number) & TREE != 0).unwrap_or_else(|| {
                                sound = false;
                                false
                            })
                    });
            });
            (ended.is_ok() && sound).then_some(())
        })?;
        self.numbers = numbers;
        result.ok_or(Trouble::Damaged)
    }

    /// Where the lines of the records begin.
    fn starts(&mut self, mask: &[bool], hits: &mut Hits) -> Result<(), Trouble> {
        self.column(Part::Start as usize, false)?;
        let mut start = self.head.start;
        for (is, further) in mask.iter().zip(&self.numbers) {
            start = start.wrapping_add(*further);
            if *is {
                hits.push(start);
            }
        }
        Ok(())
    }

    /// Counts the records.
    fn count(&mut self, mask: &[bool], counts: &mut Counts) -> Result<(), Trouble> {
        let keys = counts.keys().to_vec();
        let mut values = Vec::with_capacity(keys.len());
        for (at, key) in keys.iter().enumerate() {
            values.push(self.values(at, *key, mask, counts)?.into_iter());
        }
        let mut lists: Vec<Vec<u32>> = keys.iter().map(|_| Vec::new()).collect();
        for _ in mask.iter().filter(|is| **is) {
            for (list, values) in lists.iter_mut().zip(&mut values) {
                list.clear();
                let count = values.next().ok_or(Trouble::Damaged)?;
                list.extend(values.by_ref().take(count as usize));
            }
            counts.count(&mut lists);
        }
        Ok(())
    }

    /// Of each record that is meant, how many values of a key it has, and their numbers.
    fn values(&mut self, at: usize, key: Key, mask: &[bool], counts: &mut Counts) -> Result<Vec<u32>, Trouble> {
        let Key::Text(field) = key else {
            let times = if key == Key::Day { self.times()? } else { Vec::new() };
            self.column(Part::Flags as usize, false)?;
            let mut values = Vec::with_capacity(2 * mask.len());
            for (record, (is, flags)) in mask.iter().zip(&self.numbers).enumerate() {
                if *is {
                    let flags = u32::try_from(*flags).map_err(|_| Trouble::Damaged)?;
                    let time = times.get(record).copied().unwrap_or_default();
                    values.extend([1, counts.number_of(at, time, flags)]);
                }
            }
            return Ok(values);
        };
        let is_list = field.list().is_some();
        self.column(column_of(field), is_list)?;
        let numbers = core::mem::take(&mut self.numbers);
        let values = self.texts(field, |texts| {
            let mut known: Vec<Option<u32>> = vec![None; texts.len()];
            let mut value = |number: u64| -> Option<u32> {
                let place = usize::try_from(number).ok()?.checked_sub(1)?;
                let text: &&str = texts.get(place)?;
                Some(*known.get_mut(place)?.get_or_insert_with(|| counts.number(at, key.plain(text))))
            };
            let mut values = Vec::with_capacity(2 * mask.len());
            if !is_list {
                for (is, number) in mask.iter().zip(&numbers) {
                    if *is {
                        values.extend([1, if *number == 0 { 0 } else { value(*number)? }]);
                    }
                }
                return Some(values);
            }
            let (mut mask, mut sound) = (mask.to_vec(), true);
            let ended = each_list(&numbers, &mut mask, |is, list| {
                if *is {
                    values.push(u32::try_from(list.len()).unwrap_or(u32::MAX));
                    values.extend(list.iter().map(|number| {
                        value(number >> 2).unwrap_or_else(|| {
                            sound = false;
                            0
                        })
                    }));
                }
            });
            (ended.is_ok() && sound).then_some(values)
        })?;
        self.numbers = numbers;
        values.ok_or(Trouble::Damaged)
    }
}

/// The bits that stand with the number of a text.
fn bits(number: u64) -> u32 {
    u32::try_from(number & 3).unwrap_or_default()
}

/// Hands over the list of each record.
fn each_list(numbers: &[u64], mask: &mut [bool], mut each: impl FnMut(&mut bool, &[u64])) -> Result<(), Trouble> {
    let mut rest = numbers;
    for is in mask {
        let (count, after) = rest.split_first().ok_or(Trouble::Damaged)?;
        let count = usize::try_from(*count).map_err(|_| Trouble::Damaged)?;
        let (list, after) = after.split_at_checked(count).ok_or(Trouble::Damaged)?;
        each(is, list);
        rest = after;
    }
    if rest.is_empty() { Ok(()) } else { Err(Trouble::Damaged) }
}

//! Answers by reading every line of the days that are asked about. What is found here is what is true.

use super::facts::Facts;
use super::{Answer, Asked, Counts};
use crate::trail::{Record, source};
use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;

/// Asks the lines. `tick` hears of progress in bytes, `each` gets the records that are listed, in the order of the lines.
///
/// # Errors
/// A file cannot be read, or what `each` says.
pub fn scan(
    places: &[PathBuf],
    asked: &mut Asked,
    tick: impl FnMut(u64, u64),
    mut each: impl FnMut(Record) -> io::Result<()>,
) -> io::Result<Answer> {
    let mut answer = Answer { counts: Counts::by(&asked.keys), ..Answer::default() };
    let (mut last, query, span) = (VecDeque::new(), &mut asked.query, asked.span);
    let seen = source::for_each(places, &span, tick, |record| {
        answer.lost += u64::from(record.lost);
        let Some(facts) = Facts::of(&record).filter(|facts| query.takes(facts)) else { return Ok(()) };
        answer.found += 1;
        if !asked.keys.is_empty() {
            answer.counts.add(&facts);
            return Ok(());
        }
        drop(facts);
        match asked.limit {
            None => each(record),
            Some(limit) => {
                last.push_back(record);
                if last.len() > limit {
                    last.pop_front();
                }
                Ok(())
            }
        }
    })?;
    answer.torn = seen.torn;
    last.into_iter().try_for_each(each)?;
    Ok(answer)
}

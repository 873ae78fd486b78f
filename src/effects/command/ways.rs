//! Commands of which a word is one of several: `for t in git jq; do "$t" --version; done`, `for o in O2 O3; do gcc -$o x.c; done`.
//!
//! Each way is a command by itself where that decides how the words are read: another program, another subcommand, another option.

use super::Outcome;
use crate::{
    effect::{Value, Word},
    tables::{Tables, words::flags},
};
use alloc::vec::Vec;

/// Most ways of one command that are looked at one by one; with more, a word that may be an option is one that is not known.
const MOST: usize = 16;

/// The command with each of the values of its first word that decides; none where there is no such word, or too many values.
///
/// Programs are always looked at one by one: of a program that is not known nothing is.
pub(super) fn of(tables: &Tables<'_>, argv: &[Word]) -> Option<Vec<Vec<Word>>> {
    let (first, rest) = argv.split_first()?;
    if let Value::Set(_) = first.value {
        return Some(each(argv, 0));
    }
    let name = first.value.known()?;
    let branches = || tables.program(name).is_some_and(|program| program.has(flags::SUBCOMMANDS));
    let may_be_option = |all: &[crate::effect::Bytes]| all.iter().any(|one| one.starts_with(b"-"));
    let decides = |(at, word): (usize, &Word)| match &word.value {
        Value::Set(all) => (may_be_option(all) || at == 0 && branches()).then_some((at + 1, all.len())),
        _ => None,
    };
    let deciding: Vec<(usize, usize)> = rest.iter().enumerate().filter_map(decides).collect();
    let ways = deciding.iter().try_fold(1_usize, |ways, (_, values)| ways.checked_mul(*values))?;
    let (at, _) = deciding.first().filter(|_| ways <= MOST)?;
    Some(each(argv, *at))
}

/// The command once for each value of the word at `at`.
fn each(argv: &[Word], at: usize) -> Vec<Vec<Word>> {
    let Some(Word { value: Value::Set(all), span }) = argv.get(at) else { return Vec::new() };
    let way = |one: &crate::effect::Bytes| {
        let mut words = argv.to_vec();
        if let Some(word) = words.get_mut(at) {
            *word = Word::known(one.clone(), *span);
        }
        words
    };
    all.iter().map(way).collect()
}

/// What is left behind, whichever of the ways was gone.
pub(super) fn outcome(all: Vec<Outcome>) -> Outcome {
    let mut all = all.into_iter();
    let Some(first) = all.next() else { return Outcome { anything: true, ..Outcome::default() } };
    if all.as_slice().iter().all(|other| *other == first) {
        return first;
    }
    all.fold(Outcome { anything: true, ..first }, |mut outcome, other| {
        outcome.merge(other);
        outcome
    })
}

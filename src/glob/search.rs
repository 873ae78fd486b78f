//! Looks for a path that a rule covers, and for one that it does not, among the paths of a language.
//!
//! Both at once is a question about a difference of languages, so the globs are made deterministic on the way: a state is a place
//! in the language, a place in a normal path, and for every glob the *set* of its places.

use super::{
    budget::Budget,
    bytes::{ByteSet, Test},
    lane::Lane,
    nfa::{Nfa, bits, has_bit, set_bit},
    normal::Normal,
};
use alloc::{collections::BTreeSet, vec, vec::Vec};

/// The steps (one glob, one byte) that one question may take.
const MAX_STEPS: usize = 1 << 17;

/// What there is among the paths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// A path that a pattern covers and no carve-out does.
    pub(super) hit: bool,
    /// A path of which that is not so.
    pub(super) miss: bool,
}

/// Looks through the normal paths of `shape` (with `tree`, and all below them). None where that takes too many steps.
pub(super) fn search(
    shape: &Nfa,
    tree: bool,
    patterns: &[Lane<'_>],
    unless: &[Lane<'_>],
    budget: &Budget,
) -> Option<Found> {
    let lanes: Vec<Lane<'_>> = patterns.iter().chain(unless).copied().collect();
    let bytes = representatives(shape, &lanes);
    let begin: Vec<u64> = lanes.iter().flat_map(Lane::begin).collect();
    let mut found = Found::default();
    let mut seen: BTreeSet<Vec<u64>> = BTreeSet::new();
    let mut left: Vec<(usize, Normal, Vec<u64>)> = Vec::new();
    let mut push = |left: &mut Vec<_>, place: usize, at: Normal, sets: &[u64]| {
        let mut key = sets.to_vec();
        key.push((place * Normal::COUNT + at as usize) as u64);
        if seen.insert(key) {
            left.push((place, at, sets.to_vec()));
        }
    };
    bits(shape.start()).for_each(|place| push(&mut left, place, Normal::Start, &begin));
    let mut steps = 0;
    while let Some((place, at, sets)) = left.pop() {
        let ends = place == shape.accept() || tree && place == shape.below();
        if ends && at.is_end() {
            let mut covered = covered(&lanes, &sets);
            let pattern = covered.by_ref().take(patterns.len()).fold(false, |any, one| any | one);
            let hit = pattern && !covered.any(|one| one);
            found.hit |= hit;
            found.miss |= !hit;
            if found.hit && found.miss {
                break;
            }
        }
        let Some(test) = shape.test(place).filter(|_| tree || place < shape.accept()) else { continue };
        for byte in bytes.iter().filter(|byte| test.accepts(**byte, false)) {
            let Some(next) = at.next(*byte) else { continue };
            steps += lanes.len();
            if steps > MAX_STEPS || !budget.take(lanes.len()) {
                return None;
            }
            let sets = step(&lanes, &sets, *byte);
            bits(shape.follow(place)).for_each(|place| push(&mut left, place, next, &sets));
        }
    }
    Some(found)
}

impl Lane<'_> {
    /// The words of its part of a state: how much of the directory is read, then the set of positions.
    fn width(&self) -> usize {
        1 + self.nfa.words()
    }

    fn begin(&self) -> Vec<u64> {
        let mut state = vec![0; self.width()];
        if self.base.is_empty() {
            self.enter(&mut state);
        }
        state
    }

    /// Goes on to the glob once the directory is read.
    fn enter(&self, state: &mut [u64]) {
        state.iter_mut().skip(1).zip(self.nfa.start()).for_each(|(to, from)| *to = *from);
    }

    fn step(&self, from: &[u64], byte: u8, to: &mut [u64]) {
        let Some((read, live)) = from.split_first() else { return };
        let next = usize::try_from(*read).ok().and_then(|read| self.base.get(read));
        let Some(wanted) = next else {
            let Some((same, set)) = to.split_first_mut() else { return };
            *same = *read;
            self.nfa.step(live, byte, self.fold, set);
            if has_bit(set, self.nfa.below()) {
                // It stays covered, whatever else is alive.
                set.fill(0);
                set_bit(set, self.nfa.below());
            }
            return;
        };
        let matches = Test::Byte(*wanted).accepts(byte, self.fold);
        // After a byte that is not the directory's, the glob is entered with nothing alive.
        let read = if matches { read + 1 } else { self.base.len() as u64 };
        if let Some(first) = to.first_mut() {
            *first = read;
        }
        if matches && read == self.base.len() as u64 {
            self.enter(to);
        }
    }
}

fn step(lanes: &[Lane<'_>], from: &[u64], byte: u8) -> Vec<u64> {
    let mut all = vec![0; from.len()];
    let (mut from, mut to) = (from, all.as_mut_slice());
    for lane in lanes {
        let (Some((own, rest)), Some((new, after))) =
            (from.split_at_checked(lane.width()), to.split_at_mut_checked(lane.width()))
        else {
            break;
        };
        lane.step(own, byte, new);
        (from, to) = (rest, after);
    }
    all
}

/// For each lane, whether it covers what was read.
fn covered<'a>(lanes: &'a [Lane<'_>], sets: &'a [u64]) -> impl Iterator<Item = bool> + 'a {
    let mut rest = sets;
    lanes.iter().map(move |lane| {
        let (own, after) = rest.split_at_checked(lane.width()).unwrap_or_default();
        rest = after;
        let outcome = lane.nfa.outcome(own.get(1..).unwrap_or_default());
        outcome.accepted || outcome.below
    })
}

/// One byte for each group of bytes that none of the automata tells apart.
fn representatives(shape: &Nfa, lanes: &[Lane<'_>]) -> Vec<u8> {
    let mut alone = ByteSet::of(b'/');
    alone.insert(b'.');
    alone.insert(0);
    let mut classes: Vec<ByteSet> = Vec::new();
    let mut note = |test: &Test, fold: bool| match test {
        Test::Byte(byte) => {
            alone.insert(*byte);
            if fold {
                alone = alone.or(&test.bytes(fold));
            }
        }
        Test::NotSlash | Test::Any => {}
        Test::Class { .. } => {
            let set = test.bytes(fold);
            if !classes.contains(&set) {
                classes.push(set);
            }
        }
    };
    shape.tests().iter().for_each(|test| note(test, false));
    for lane in lanes {
        lane.nfa.tests().iter().for_each(|test| note(test, lane.fold));
        lane.base.iter().for_each(|byte| note(&Test::Byte(*byte), lane.fold));
    }
    // With more classes than bits in a word, every byte stands for itself.
    let grouped = classes.len() <= 64;
    let mut groups: Vec<u64> = Vec::new();
    let mut all = Vec::new();
    for byte in 1..=u8::MAX {
        if grouped && !alone.contains(byte) {
            let group = classes.iter().fold(0, |bits, set| bits << 1 | u64::from(set.contains(byte)));
            if groups.contains(&group) {
                continue;
            }
            groups.push(group);
        }
        all.push(byte);
    }
    all
}

//! One concrete glob: an automaton behind a literal directory; and whether it has a path in common with a shape.

use super::{
    budget::Budget,
    bytes::{ByteSet, Test},
    nfa::{Nfa, bits},
    normal::Normal,
};
use alloc::{vec, vec::Vec};

/// The most triples of (place in the shape, place in the glob, place in a normal path) that one question may mark: 512 KiB.
const MAX_TRIPLES: usize = 1 << 22;
/// The most of them that it may visit.
const MAX_VISITS: usize = 1 << 16;

/// A glob with the directory that its anchor stands for.
#[derive(Clone, Copy)]
pub(super) struct Lane<'a> {
    /// The directory, without a `/` at its end; empty for the root, and for a glob over whole paths.
    pub(super) base: &'a [u8],
    pub(super) nfa: &'a Nfa,
    /// Whether the case of ASCII letters does not count.
    pub(super) fold: bool,
}

impl Lane<'_> {
    pub(super) fn covers(&self, path: &[u8]) -> bool {
        let Some((head, tail)) = path.split_at_checked(self.base.len()) else { return false };
        let same = if self.fold { head.eq_ignore_ascii_case(self.base) } else { head == self.base };
        if !same {
            return false;
        }
        let outcome = self.nfa.run(tail, self.fold);
        outcome.accepted || outcome.below
    }

    /// Its places are numbered: first the bytes of the directory, then the positions of the automaton.
    fn len(&self) -> usize {
        self.base.len() + self.nfa.len()
    }

    fn bytes(&self, place: usize) -> ByteSet {
        if let Some(byte) = self.base.get(place) {
            return Test::Byte(*byte).bytes(self.fold);
        }
        let test = self.nfa.test(place.saturating_sub(self.base.len()));
        test.map_or(ByteSet::EMPTY, |test| test.bytes(self.fold))
    }

    fn start(&self) -> Vec<usize> {
        if self.base.is_empty() { bits(self.nfa.start()).collect() } else { vec![0] }
    }

    fn after(&self, place: usize) -> Vec<usize> {
        let offset = self.base.len();
        match place.checked_sub(offset) {
            Some(position) => bits(self.nfa.follow(position)).map(|p| p + offset).collect(),
            None if place + 1 == offset => bits(self.nfa.start()).map(|p| p + offset).collect(),
            None => vec![place + 1],
        }
    }

    fn is_end(&self, place: usize) -> bool {
        place >= self.base.len() + self.nfa.accept()
    }
}

/// Whether some normal path is in `shape` (with `tree`: or below something in it) and covered by `lane`. `before` is how much of
/// a normal path stands before both. None where the question is too large.
pub(super) fn meets(shape: &Nfa, tree: bool, before: Normal, lane: &Lane<'_>, budget: &Budget) -> Option<bool> {
    let places = lane.len();
    let size = shape.len() * places * Normal::COUNT;
    if size > MAX_TRIPLES || !budget.take(places + size / 64) {
        return None;
    }
    let lane_bytes: Vec<ByteSet> = (0..places).map(|place| lane.bytes(place)).collect();
    let kinds = [ByteSet::of(b'/'), ByteSet::of(b'.'), plain_bytes()];
    let mut seen = vec![0_u64; size.div_ceil(64)];
    let mut left: Vec<(usize, usize, Normal)> = Vec::new();
    let mut visits = 0;
    let mut push = |left: &mut Vec<_>, s: usize, p: usize, at: Normal| {
        let index = (s * places + p) * Normal::COUNT + at as usize;
        if let Some(word) = seen.get_mut(index / 64) {
            let bit = 1 << (index % 64);
            if *word & bit == 0 {
                *word |= bit;
                left.push((s, p, at));
            }
        }
    };
    for s in bits(shape.start()) {
        lane.start().into_iter().for_each(|p| push(&mut left, s, p, before));
    }
    while let Some((s, p, at)) = left.pop() {
        visits += 1;
        if visits > MAX_VISITS || !budget.take(1) {
            return None;
        }
        let shape_ends = s == shape.accept() || tree && s == shape.below();
        if at.is_end() && shape_ends && lane.is_end(p) {
            return Some(true);
        }
        if s >= shape.accept() && !tree {
            continue;
        }
        let bytes = shape.test(s).map_or(ByteSet::EMPTY, |test| test.bytes(false));
        let both = bytes.and(&lane_bytes.get(p).copied().unwrap_or_default());
        if both.is_empty() {
            continue;
        }
        let after = lane.after(p);
        for (kind, example) in kinds.iter().zip([b'/', b'.', b'a']) {
            let Some(next) = at.next(example).filter(|_| !both.and(kind).is_empty()) else { continue };
            for s in bits(shape.follow(s)) {
                for p in &after {
                    push(&mut left, s, *p, next);
                }
            }
        }
    }
    Some(false)
}

/// The bytes that normal paths do not tell apart.
fn plain_bytes() -> ByteSet {
    let mut special = ByteSet::of(b'/');
    special.insert(b'.');
    special.insert(0);
    special.not()
}

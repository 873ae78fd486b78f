//! The one engine: a position automaton over bytes, simulated with bit sets in linear time.
//!
//! Every position tests one byte; `follow` says which positions may come after it. Two positions stand at the end of every
//! automaton: *accept*, which is reached when the expression has matched and which reads a `/`, and *below*, which it leads
//! to and which reads anything. So after a text, accept says "matched" and below says "an ancestor directory matched".

use super::bytes::{ByteSet, Test};
use alloc::{vec, vec::Vec};

/// The positions that one automaton may have; its follow table is quadratic in them (128 KiB at the limit).
pub(super) const MAX_POSITIONS: usize = 1024;
/// The words of a set of positions at the limit.
const MAX_WORDS: usize = MAX_POSITIONS / 64;

/// A regular expression in the few forms that globs and shell words need.
#[derive(Clone, Debug)]
pub(super) enum Re {
    One(Test),
    /// Any number, also none.
    Many(Test),
    Seq(Vec<Re>),
    /// One of these; none of them for an empty list.
    Alt(Vec<Re>),
    /// Any number of components, each behind a `/`, none of which begins with a `.`: what `**` stands for.
    Visible,
}

impl Re {
    pub(super) const EMPTY: Self = Self::Seq(Vec::new());

    /// Any absolute path (and any text after a `/`).
    pub(super) fn any_absolute() -> Self {
        Self::Seq(vec![Self::One(Test::Byte(b'/')), Self::Many(Test::Any)])
    }
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub(super) struct Nfa {
    tests: Vec<Test>,
    /// `words` words for each position.
    follow: Vec<u64>,
    start: Vec<u64>,
    words: usize,
}

/// How a text stands to an automaton.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// It matches.
    pub(super) accepted: bool,
    /// Something that ends before one of its `/` matches.
    pub(super) below: bool,
}

impl Nfa {
    /// None where it would have more than [`MAX_POSITIONS`].
    pub(super) fn build(re: &Re) -> Option<Self> {
        let mut builder = Builder { tests: Vec::new(), edges: Vec::new(), entries: Vec::new() };
        let end = builder.add(re, vec![START])?;
        let end = builder.place(Test::Byte(b'/'), &end)?;
        let below = builder.place(Test::Any, &[end])?;
        builder.link(below, below);
        let words = builder.tests.len().div_ceil(64);
        let mut follow = vec![0; words * builder.tests.len()];
        for (from, to) in &builder.edges {
            set_bit(follow.get_mut(from * words..).unwrap_or_default(), *to);
        }
        let mut start = vec![0; words];
        builder.entries.iter().for_each(|to| set_bit(&mut start, *to));
        Some(Self { tests: builder.tests, follow, start, words })
    }

    /// What was written by a build: as many words for `start` as positions take, and as many again for each position.
    pub(super) fn from_parts(tests: Vec<Test>, follow: Vec<u64>, start: Vec<u64>) -> Self {
        Self { words: tests.len().div_ceil(64), tests, follow, start }
    }

    pub(super) fn len(&self) -> usize {
        self.tests.len()
    }

    /// The words of a set of its positions.
    pub(super) fn words(&self) -> usize {
        self.words
    }

    pub(super) fn test(&self, position: usize) -> Option<&Test> {
        self.tests.get(position)
    }

    pub(super) fn tests(&self) -> &[Test] {
        &self.tests
    }

    pub(super) fn start(&self) -> &[u64] {
        &self.start
    }

    pub(super) fn follow(&self, position: usize) -> &[u64] {
        self.follow.get(position * self.words..(position + 1) * self.words).unwrap_or_default()
    }

    pub(super) fn accept(&self) -> usize {
        self.tests.len().saturating_sub(2)
    }

    pub(super) fn below(&self) -> usize {
        self.tests.len().saturating_sub(1)
    }

    /// Whether the text is matched, and whether it lies below what is matched.
    pub(super) fn run(&self, text: &[u8], fold: bool) -> Outcome {
        if self.words == 1 { self.run_narrow(text, fold) } else { self.run_wide(text, fold) }
    }

    pub(super) fn outcome(&self, live: &[u64]) -> Outcome {
        Outcome { accepted: has_bit(live, self.accept()), below: has_bit(live, self.below()) }
    }

    /// At most 64 positions: a set of them is one word.
    fn run_narrow(&self, text: &[u8], fold: bool) -> Outcome {
        let mut live = self.start.first().copied().unwrap_or(0);
        for byte in text {
            let mut next = 0;
            let mut left = live;
            while left != 0 {
                let position = left.trailing_zeros() as usize;
                left &= left - 1;
                if self.tests.get(position).is_some_and(|test| test.accepts(*byte, fold)) {
                    next |= self.follow.get(position).copied().unwrap_or(0);
                }
            }
            live = next;
            if live == 0 {
                break;
            }
        }
        self.outcome(&[live])
    }

    fn run_wide(&self, text: &[u8], fold: bool) -> Outcome {
        let mut live = [0; MAX_WORDS];
        live.iter_mut().zip(&self.start).for_each(|(to, from)| *to = *from);
        for byte in text {
            let mut next = [0; MAX_WORDS];
            self.step(&live, *byte, fold, &mut next);
            live = next;
            if live.iter().all(|word| *word == 0) {
                break;
            }
        }
        self.outcome(&live)
    }

    /// Adds to `next` the positions that may come after one of `live` has read `byte`.
    pub(super) fn step(&self, live: &[u64], byte: u8, fold: bool, next: &mut [u64]) {
        for position in bits(live) {
            if self.tests.get(position).is_some_and(|test| test.accepts(byte, fold)) {
                next.iter_mut().zip(self.follow(position)).for_each(|(to, from)| *to |= *from);
            }
        }
    }
}

/// The numbers of the bits that are set.
pub(super) fn bits(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(index, word)| {
        let mut left = *word;
        core::iter::from_fn(move || {
            (left != 0).then(|| {
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                index * 64 + bit
            })
        })
    })
}

pub(super) fn has_bit(words: &[u64], bit: usize) -> bool {
    words.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
}

pub(super) fn set_bit(words: &mut [u64], bit: usize) {
    if let Some(word) = words.get_mut(bit / 64) {
        *word |= 1 << (bit % 64);
    }
}

/// The place before the first byte, which is no position of its own.
const START: usize = usize::MAX;

struct Builder {
    tests: Vec<Test>,
    edges: Vec<(usize, usize)>,
    entries: Vec<usize>,
}

impl Builder {
    /// Adds an expression that may come after any of `before`; gives the places after which it has matched. The depth of the
    /// recursion is that of the expression, which its makers bound.
    fn add(&mut self, re: &Re, before: Vec<usize>) -> Option<Vec<usize>> {
        match re {
            Re::One(test) => Some(vec![self.place(*test, &before)?]),
            Re::Many(test) => {
                let new = self.place(*test, &before)?;
                self.link(new, new);
                let mut after = before;
                after.push(new);
                Some(after)
            }
            Re::Seq(parts) => parts.iter().try_fold(before, |at, part| self.add(part, at)),
            Re::Alt(parts) => {
                let mut after = Vec::new();
                for part in parts {
                    after.extend(self.add(part, before.clone())?);
                }
                after.sort_unstable();
                after.dedup();
                Some(after)
            }
            Re::Visible => {
                let slash = self.place(Test::Byte(b'/'), &before)?;
                let hidden = ByteSet::of(b'/').or(&ByteSet::of(b'.'));
                let first = self.place(Test::Class { set: hidden, negated: true }, &[slash])?;
                let more = self.place(Test::NotSlash, &[first])?;
                self.link(more, more);
                self.link(first, slash);
                self.link(more, slash);
                Some(before.into_iter().chain([first, more]).collect())
            }
        }
    }

    fn place(&mut self, test: Test, before: &[usize]) -> Option<usize> {
        let new = self.tests.len();
        if new >= MAX_POSITIONS {
            return None;
        }
        self.tests.push(test);
        for from in before {
            self.link(*from, new);
        }
        Some(new)
    }

    fn link(&mut self, from: usize, to: usize) {
        if from == START { self.entries.push(to) } else { self.edges.push((from, to)) }
    }
}

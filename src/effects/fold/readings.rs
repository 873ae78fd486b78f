//! The effects of several readings of one script: what one reading has shown is not said again for the next.

use crate::effect::{Effect, Span};
use alloc::{vec, vec::Vec};

/// How many places with the same span are compared: readings mostly say the same in the same order, so that the first fits.
const MOST_TRIED: usize = 32;

/// Forgets what stands from `before` on and has its like between `start` and `before`: an effect by itself, or all effects of one
/// command together.
pub(super) fn forget_repeated(effects: &mut Vec<Effect>, start: usize, before: usize) {
    if start == before || before == effects.len() {
        return;
    }
    let known = Units::new(effects, start, before);
    let mut places: Vec<(Span, usize)> =
        known.first.iter().filter_map(|first| Some((effects.get(*first)?.span, *first))).collect();
    // In the order of the text; units of one place stay in the order in which they were found.
    places.sort_unstable();
    // Which unit of a place comes next, by the first of them.
    let mut next = vec![0; places.len()];
    let new = Units::new(effects, before, effects.len());
    let mut repeated = vec![false; effects.len()];
    for unit in &new.first {
        let Some(span) = effects.get(*unit).map(|effect| effect.span) else { continue };
        let from = places.partition_point(|(place, _)| *place < span);
        let like = places.get(from..places.partition_point(|(place, _)| *place <= span)).unwrap_or_default();
        let count = like.len();
        let Some(next) = next.get_mut(from).filter(|_| count > 0) else { continue };
        let tried = (0..count.min(MOST_TRIED)).map(|step| (*next + step) % count);
        let alike =
            |at: &usize| like.get(*at).is_some_and(|(_, one)| are_alike(effects, (&known, *one), (&new, *unit)));
        if let Some(at) = tried.into_iter().find(alike) {
            *next = at + 1;
            for index in new.effects_of(*unit) {
                if let Some(gone) = repeated.get_mut(index) {
                    *gone = true;
                }
            }
        }
    }
    let mut gone = repeated.into_iter();
    effects.retain(|_| !gone.next().unwrap_or_default());
}

/// The effects of a range, those of one command together.
struct Units {
    start: usize,
    /// The first effect of each, in order.
    first: Vec<usize>,
    /// For each effect of the range the next one of its unit; itself where there is none.
    next: Vec<usize>,
}

impl Units {
    fn new(effects: &[Effect], start: usize, end: usize) -> Self {
        let range = effects.get(start..end).unwrap_or_default();
        let ids = || range.iter().filter_map(|effect| effect.command);
        let least = ids().min().map_or(0, |id| id.0);
        let most = ids().max().map_or(0, |id| id.0);
        // The last effect of each command so far: their numbers are given one after the other.
        let mut last: Vec<Option<usize>> = vec![None; most.abs_diff(least) as usize + 1];
        let mut units = Self { start, first: Vec::with_capacity(range.len()), next: (start..end).collect() };
        for (index, effect) in (start..).zip(range) {
            let last = effect.command.and_then(|id| last.get_mut(id.0.abs_diff(least) as usize));
            let Some(last) = last else {
                units.first.push(index);
                continue;
            };
            match last.replace(index) {
                Some(before) => {
                    if let Some(next) = units.next.get_mut(before - start) {
                        *next = index;
                    }
                }
                None => units.first.push(index),
            }
        }
        units
    }

    /// The effects of the unit that begins with this one.
    fn effects_of(&self, first: usize) -> impl Iterator<Item = usize> {
        core::iter::successors(Some(first), |at| {
            self.next.get(at.checked_sub(self.start)?).copied().filter(|next| next != at)
        })
    }
}

fn are_alike(effects: &[Effect], (known, one): (&Units, usize), (new, other): (&Units, usize)) -> bool {
    let (mut ones, mut others) = (known.effects_of(one), new.effects_of(other));
    loop {
        match (ones.next(), others.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) => match (effects.get(a), effects.get(b)) {
                (Some(a), Some(b)) if is_alike(a, b) => {}
                _ => return false,
            },
            _ => return false,
        }
    }
}

fn is_alike(a: &Effect, b: &Effect) -> bool {
    a.span == b.span
        && a.certainty == b.certainty
        && a.by == b.by
        && a.command.is_some() == b.command.is_some()
        && a.kind == b.kind
}

//! The effects of several readings of one script: what one reading has shown is not said again for the next.

use crate::effect::{CommandId, Effect, Span};
use alloc::{collections::BTreeMap, vec::Vec};

/// How many places with the same span are compared: readings mostly say the same in the same order, so that the first fits.
const MOST_TRIED: usize = 32;

/// Forgets what stands from `before` on and has its like between `start` and `before`: an effect by itself, or all effects of one
/// command together.
pub(super) fn forget_repeated(effects: &mut Vec<Effect>, start: usize, before: usize) {
    if start == before || before == effects.len() {
        return;
    }
    let mut known: BTreeMap<Span, (usize, Vec<Vec<usize>>)> = BTreeMap::new();
    for unit in units(effects, start, before) {
        if let Some(span) = span_of(effects, &unit) {
            known.entry(span).or_default().1.push(unit);
        }
    }
    let mut repeated = Vec::new();
    for unit in units(effects, before, effects.len()) {
        let Some((next, like)) = span_of(effects, &unit).and_then(|span| known.get_mut(&span)) else { continue };
        let tried = (0..like.len().min(MOST_TRIED)).map(|step| (*next + step) % like.len());
        let found = tried.into_iter().find(|at| like.get(*at).is_some_and(|one| are_alike(effects, one, &unit)));
        if let Some(at) = found {
            *next = at + 1;
            repeated.extend(unit);
        }
    }
    repeated.sort_unstable();
    let mut index = 0;
    effects.retain(|_| {
        let gone = repeated.binary_search(&index).is_ok();
        index += 1;
        !gone
    });
}

/// The effects of the range, those of one command together.
fn units(effects: &[Effect], from: usize, to: usize) -> Vec<Vec<usize>> {
    let mut units: Vec<Vec<usize>> = Vec::new();
    let mut of: BTreeMap<CommandId, usize> = BTreeMap::new();
    for (index, effect) in effects.iter().enumerate().take(to).skip(from) {
        let place = effect.command.map(|id| *of.entry(id).or_insert(units.len()));
        match place.and_then(|at| units.get_mut(at)) {
            Some(unit) => unit.push(index),
            None => units.push(Vec::from([index])),
        }
    }
    units
}

fn span_of(effects: &[Effect], unit: &[usize]) -> Option<Span> {
    effects.get(*unit.first()?).map(|effect| effect.span)
}

fn are_alike(effects: &[Effect], one: &[usize], other: &[usize]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|(a, b)| match (effects.get(*a), effects.get(*b)) {
            (Some(a), Some(b)) => {
                a.span == b.span
                    && a.certainty == b.certainty
                    && a.by == b.by
                    && a.command.is_some() == b.command.is_some()
                    && a.kind == b.kind
            }
            _ => false,
        })
}

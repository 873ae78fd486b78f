//! How the names end that come to an action of `find`, or to the end of its expression, as its tests say.

use super::options::{Parsed, Use};
use crate::tables::words::Role;
use alloc::{vec, vec::Vec};

/// Most endings of which a name has one.
const MAX_ENDINGS: usize = 8;
/// How deep groups and negations may stand inside each other.
const MAX_DEPTH: u32 = 32;
/// Actions that write names; with any action the whole expression is not printed by itself.
const PRINTS: [&[u8]; 2] = [b"-print", b"-print0"];

/// What a name ends with: one of these, or anything.
type Ends = Option<Vec<Vec<u8>>>;

/// The endings of names in an expression.
pub(super) struct Endings {
    /// Those at each action: where it stands among the options, and what comes to it.
    actions: Vec<(usize, Ends)>,
    /// Those of names for which all of it is true.
    all: Ends,
}

impl Endings {
    /// What an expression says; nothing where it is none.
    pub(super) fn of(parsed: &Parsed<'_>) -> Self {
        let mut reader = Reader { parsed, next: 0, actions: Vec::new() };
        let read = reader.sequence(&None, 0);
        match read.filter(|_| reader.next >= parsed.uses.len()) {
            Some(outcome) => Self { actions: reader.actions, all: outcome.when_true },
            None => Self { actions: Vec::new(), all: None },
        }
    }

    /// Of the names that come to an action, which is one of the options.
    pub(super) fn at(&self, parsed: &Parsed<'_>, action: &Use<'_>) -> Vec<Vec<u8>> {
        let is_it = |index: &usize| parsed.uses.get(*index).is_some_and(|one| core::ptr::eq(one, action));
        let ends = self.actions.iter().find(|(index, _)| is_it(index)).and_then(|(_, ends)| ends.clone());
        or_anything(ends)
    }

    /// Of the names that are written: by actions where there are such, or because there is none.
    pub(super) fn printed(&self, parsed: &Parsed<'_>) -> Vec<Vec<u8>> {
        let prints = |index: usize| parsed.uses.get(index).is_some_and(|one| PRINTS.contains(&one.spec.name));
        let mut written = self.actions.iter().filter(|(index, _)| prints(*index)).map(|(_, ends)| ends.clone());
        let ends = match written.next() {
            Some(first) => written.fold(first, |all, more| either(&all, &more)),
            None => self.all.clone(),
        };
        or_anything(ends)
    }
}

fn or_anything(ends: Ends) -> Vec<Vec<u8>> {
    ends.filter(|all| !all.is_empty()).unwrap_or_else(|| vec![Vec::new()])
}

/// What is known of a name for which a part of the expression was true, and of one for which it was false.
struct Outcome {
    when_true: Ends,
    when_false: Ends,
}

impl Outcome {
    /// Nothing new.
    fn same(ends: &Ends) -> Self {
        Self { when_true: ends.clone(), when_false: ends.clone() }
    }
}

/// The reading of an expression: `!` binds before what stands side by side, that before `-o`, and that before `,`.
struct Reader<'p, 't> {
    parsed: &'p Parsed<'t>,
    next: usize,
    actions: Vec<(usize, Ends)>,
}

impl<'p, 't> Reader<'p, 't> {
    fn peek(&self) -> Option<&'p Use<'t>> {
        self.parsed.uses.get(self.next)
    }

    fn skip(&mut self, names: &[&[u8]]) -> bool {
        let found = self.peek().is_some_and(|one| names.contains(&one.spec.name));
        self.next += usize::from(found);
        found
    }

    /// `a , b`: both are looked at, the last one counts.
    fn sequence(&mut self, before: &Ends, depth: u32) -> Option<Outcome> {
        let mut outcome = self.either(before, depth)?;
        while self.skip(&[b","]) {
            outcome = self.either(before, depth)?;
        }
        Some(outcome)
    }

    /// `a -o b`: what comes to `b` made `a` false.
    fn either(&mut self, before: &Ends, depth: u32) -> Option<Outcome> {
        let mut outcome = self.both(before, depth)?;
        while self.skip(&[b"-o", b"-or"]) {
            let other = self.both(&outcome.when_false, depth)?;
            outcome = Outcome { when_true: either(&outcome.when_true, &other.when_true), when_false: other.when_false };
        }
        Some(outcome)
    }

    /// `a b`: what comes to `b` made `a` true.
    fn both(&mut self, before: &Ends, depth: u32) -> Option<Outcome> {
        let mut outcome = self.negated(before, depth)?;
        while self.peek().is_some_and(|one| !matches!(one.spec.name, b"-o" | b"-or" | b"," | b")")) {
            self.skip(&[b"-a", b"-and"]);
            let other = self.negated(&outcome.when_true, depth)?;
            outcome =
                Outcome { when_true: other.when_true, when_false: either(&outcome.when_false, &other.when_false) };
        }
        Some(outcome)
    }

    fn negated(&mut self, before: &Ends, depth: u32) -> Option<Outcome> {
        if depth >= MAX_DEPTH {
            return None;
        }
        if self.skip(&[b"!", b"-not"]) {
            let Outcome { when_true, when_false } = self.negated(before, depth + 1)?;
            return Some(Outcome { when_true: when_false, when_false: when_true });
        }
        if self.skip(&[b"("]) {
            let inside = self.sequence(before, depth + 1)?;
            return self.skip(&[b")"]).then_some(inside);
        }
        // Nothing but what tests a name may stand here.
        let index = self.next;
        let one = self.peek().filter(|one| !is_operator(one.spec.name))?;
        self.next += 1;
        let acts = one.spec.name == b"-delete"
            || PRINTS.contains(&one.spec.name)
            || one.spec.roles.iter().any(|role| matches!(role, Role::Rest | Role::Write));
        if acts {
            self.actions.push((index, before.clone()));
        }
        let mut outcome = Outcome::same(before);
        if let Some(end) = named(one) {
            // Both hold; the one that says more is kept.
            let better = before.as_ref().is_none_or(|all| all.len() > 1);
            outcome.when_true = if better { Some(vec![end]) } else { before.clone() };
        }
        Some(outcome)
    }
}

/// Those with another name than usual are no operators everywhere.
fn is_operator(name: &[u8]) -> bool {
    matches!(name, b"-o" | b"-or" | b"-a" | b"-and" | b"," | b")" | b"-!" | b"-(" | b"-)")
}

/// A name that has an ending of the one or of the other.
fn either(one: &Ends, other: &Ends) -> Ends {
    let (Some(one), Some(other)) = (one, other) else { return None };
    let mut all = one.clone();
    all.extend(other.iter().filter(|end| !one.contains(end)).cloned());
    (all.len() <= MAX_ENDINGS).then_some(all)
}

/// The literal end of the pattern of `-name '*END'`, and of the last name of `-path '*/END'`.
fn named(one: &Use<'_>) -> Option<Vec<u8>> {
    if !matches!(one.spec.name, b"-name" | b"-path" | b"-wholename") {
        return None;
    }
    let pattern = one.arguments.first()?.value.known()?;
    let end = pattern.rsplit(|b| matches!(b, b'*' | b'?' | b'/')).next()?;
    // Classes and quotes may hold what looks like an end.
    let literal = !pattern.iter().any(|b| matches!(b, b'[' | b'\\' | b']'));
    (literal && !end.is_empty()).then(|| end.to_vec())
}

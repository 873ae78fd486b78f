//! Whether a rule's globs apply to what a call touches: surely, possibly, or not at all.

use super::{
    budget::Budget,
    lane::{Lane, meets},
    normal::Normal,
    pattern::{PathGlob, Places},
    search::{Found, search},
    subject::Subject,
};
use alloc::vec::Vec;

/// Whether something matches that may be only partly known. Ordered, so that "any of" is the maximum and "all of" the minimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// Nothing that it could be.
    No,
    /// For some of what it could be, or it was too much to work out.
    Maybe,
    /// Whatever it turns out to be.
    Yes,
}

/// What the answer is for. It makes a difference for whole trees and for directories that are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A rule that forbids or prompts: yes, where something that is certainly touched matches; no, where nothing that may be
    /// touched does.
    Restrict,
    /// A rule that allows: yes, where everything that may be touched matches.
    Permit,
}

/// The globs of one rule, for one call.
#[derive(Clone, Copy, Debug)]
pub struct PathRule<'a> {
    /// What the rule covers.
    pub patterns: &'a [PathGlob],
    /// What is carved out of it.
    pub unless: &'a [PathGlob],
    /// What `~/` and `./` stand for. Where that is not known, a pattern of a restricting rule could match, one of a permitting
    /// rule does not; a carve-out does not soften a restricting rule, and makes a permitting one uncertain.
    pub places: Places<'a>,
    /// The same for the carve-outs: a place that the agent chooses must not soften a rule, nor widen one that permits.
    pub unless_places: Places<'a>,
    /// What the answer is for.
    pub reading: Reading,
    /// The file system ignores case. Letters outside ASCII in a *glob* never fold; in a *path* they could be anything then.
    pub ignore_case: bool,
}

/// Whether the rule applies to the subject: it is covered by a pattern and by no carve-out.
pub fn applies(rule: &PathRule<'_>, subject: &Subject) -> Answer {
    applies_within(rule, subject, &Budget::default())
}

/// The same, for one of many questions that share a budget.
pub fn applies_within(rule: &PathRule<'_>, subject: &Subject, budget: &Budget) -> Answer {
    let unplaced = |globs: &[PathGlob], places| globs.iter().any(|glob| glob.bases(places).is_empty());
    match (rule.reading, placed(rule, subject, budget)) {
        (Reading::Restrict, Answer::No) if unplaced(rule.patterns, &rule.places) => Answer::Maybe,
        (Reading::Permit, Answer::Yes) if unplaced(rule.unless, &rule.unless_places) => Answer::Maybe,
        (_, answer) => answer,
    }
}

/// The answer from the globs whose directories are known.
fn placed(rule: &PathRule<'_>, subject: &Subject, budget: &Budget) -> Answer {
    let fold = rule.ignore_case;
    if let Some(paths) = &subject.exact {
        let covered = |globs: &[PathGlob], places, path: &[u8]| globs.iter().any(|g| g.covers(path, places, fold));
        let hit = |path: &&Vec<u8>| {
            covered(rule.patterns, &rule.places, path) && !covered(rule.unless, &rule.unless_places, path)
        };
        let hits = paths.iter().filter(hit).count();
        let exact = !(fold && subject.outside_ascii);
        match rule.reading {
            Reading::Restrict if hits == paths.len() => return Answer::Yes,
            Reading::Restrict if hits > 0 => return Answer::Maybe,
            _ if subject.tree => {}
            _ if hits == paths.len() => return Answer::Yes,
            _ if hits > 0 => return Answer::Maybe,
            _ if exact => return Answer::No,
            _ => {}
        }
    }
    by_language(rule, subject, budget)
}

fn by_language(rule: &PathRule<'_>, subject: &Subject, budget: &Budget) -> Answer {
    let fold = rule.ignore_case;
    let Some(shape) = subject.shape(fold) else { return Answer::Maybe };
    // Only what has a path in common with the subject can change the answer.
    let meets = |lane: &Lane<'_>| meets(shape, subject.tree, Normal::Start, lane, budget);
    let near = |lane: &Lane<'_>| meets(lane) != Some(false);
    let patterns: Vec<Lane<'_>> =
        rule.patterns.iter().flat_map(|glob| glob.lanes(&rule.places, fold)).filter(near).collect();
    if patterns.is_empty() {
        return Answer::No;
    }
    let unless: Vec<Lane<'_>> =
        rule.unless.iter().flat_map(|glob| glob.lanes(&rule.unless_places, fold)).filter(near).collect();
    let ask = |tree| search(shape, tree, &patterns, &unless, budget);
    let answer = |found: Found| match found {
        Found { hit: true, miss: false } => Answer::Yes,
        Found { hit: false, miss: true } => Answer::No,
        // Nothing found at all: the language has no normal path, which no value means.
        Found { .. } => Answer::Maybe,
    };
    match rule.reading {
        // That no known path itself is hit was seen before; without a carve-out, a pattern that is near hits one below.
        Reading::Restrict if subject.exact.is_some() && subject.tree && unless.is_empty() => Answer::Maybe,
        Reading::Permit => ask(subject.tree).map_or(Answer::Maybe, answer),
        Reading::Restrict => match ask(false).map_or(Answer::Maybe, answer) {
            Answer::No if subject.tree => match ask(true) {
                Some(Found { hit: false, miss: true }) => Answer::No,
                _ => Answer::Maybe,
            },
            other => other,
        },
    }
}

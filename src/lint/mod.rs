//! What loads but hardly means what its author thinks: findings about policies, each with a code, a place and what to do.

mod commands;
mod render;
mod settings;

pub use render::{github, human, json, sarif};

use crate::glob::PathGlob;
use crate::policy::Layer;
use crate::rules::{Loaded, RuleNote};
use std::{borrow::ToOwned, format, string::String, vec::Vec};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Probably wrong, or a weakness.
    Warning,
}

/// Every code, with what it stands for.
pub const CODES: &[(&str, Level, &str)] = &[
    ("unknown-allow", Level::Warning, "what could not be worked out is allowed"),
    ("unreachable", Level::Warning, "a stricter rule matches whatever this one matches"),
    ("duplicate", Level::Warning, "another rule says the same"),
    ("runs-others", Level::Warning, "an allow of a program that can run other programs"),
    ("matches-nothing", Level::Warning, "a glob that no path can match"),
    ("overdue", Level::Warning, "the day of review is over"),
    ("no-justification", Level::Note, "a rule that stops calls and does not say why"),
    ("no-example", Level::Note, "a rule without an example of each side"),
];

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// One of [`CODES`].
    pub code: &'static str,
    /// `FILE:LINE:COLUMN`.
    pub place: String,
    /// One lower-case sentence.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Finding {
    fn new(code: &'static str, place: &str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, place: place.to_owned(), message: message.into(), help: help.into() }
    }

    /// How much it matters.
    pub fn level(&self) -> Level {
        CODES.iter().find(|(code, ..)| *code == self.code).map_or(Level::Warning, |(_, level, _)| *level)
    }

    /// The file, the line and the column, from 1.
    pub fn position(&self) -> (&str, usize, usize) {
        let mut parts = self.place.rsplitn(3, ':');
        let mut number = || parts.next().and_then(|n| n.parse().ok()).unwrap_or(1);
        let (column, line) = (number(), number());
        (parts.next().unwrap_or(&self.place), line, column)
    }
}

/// Everything about a policy, in the order of its places; `today` is `YYYY-MM-DD`.
pub fn findings(loaded: &Loaded, today: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for layer in &loaded.policy.layers {
        commands::look(layer, &mut found);
        settings::defaults(layer, loaded, &mut found);
        globs(layer, &mut found);
    }
    for rule in &loaded.rules {
        settings::note(rule, today, &mut found);
    }
    found.sort_by(|a, b| a.position().cmp(&b.position()).then_with(|| a.code.cmp(b.code)));
    found.dedup();
    found
}

/// Globs that no path can match, because `unless` takes back all of what they cover.
fn globs(layer: &Layer, found: &mut Vec<Finding>) {
    let is_literal = |text: &str| !text.contains(['*', '?', '[', '{', '\\']);
    for rule in &layer.glob_rules {
        for pattern in rule.patterns.iter().map(PathGlob::as_str) {
            let takes_back = |unless: &str| {
                let tree = unless.trim_end_matches('/');
                pattern == unless
                    || (is_literal(tree) && pattern.strip_prefix(tree).is_some_and(|below| below.starts_with('/')))
            };
            if let Some(unless) = rule.unless.iter().map(PathGlob::as_str).find(|unless| takes_back(unless)) {
                let message =
                    format!("the glob `{pattern}` matches nothing: `unless` takes all of it back by `{unless}`");
                found.push(Finding::new("matches-nothing", &rule.head.place, message, "remove one of them"));
            }
        }
    }
}

/// A rule's text, cut where it is long.
fn shown(rule: &RuleNote) -> String {
    let text: String = rule.subject.chars().take(60).collect();
    format!("{}({text})", rule.function)
}

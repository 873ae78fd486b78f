//! What loads but hardly means what its author thinks: findings about policies, each with a code, a place and what to do.

mod codes;
mod commands;
mod fix;
mod others;
mod render;
mod settings;

pub use codes::{CODES, Code, code};
pub use fix::{Fix, apply};
pub use render::{explain, github, human, json, sarif};

use crate::glob::PathGlob;
use crate::policy::Layer;
use crate::rules::{Loaded, RuleNote, SourceFile};
use std::{borrow::ToOwned, format, string::String, vec::Vec};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Probably wrong, or a weakness.
    Warning,
}

/// The justification of a suggested rule, until a person has written one.
pub const PLACEHOLDER: &str = "TODO: who looked at this and when, and why it may run unasked";

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
    /// The change that puts it right, where there is exactly one.
    pub fix: Option<Fix>,
}

impl Finding {
    fn new(code: &'static str, place: &str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, place: place.to_owned(), message: message.into(), help: help.into(), fix: None }
    }

    /// The same with the fix that `make` finds in the file, by line and column of the place.
    fn fixed(mut self, sources: &[SourceFile], make: impl Fn(&SourceFile, usize, usize) -> Option<Fix>) -> Self {
        let (file, line, column) = self.position();
        // Only what stands in a file can be changed there.
        let source = sources.iter().find(|source| source.name == file && source.path.is_some());
        self.fix = source.and_then(|source| make(source, line, column));
        self
    }

    /// How much it matters.
    pub fn level(&self) -> Level {
        code(self.code).map_or(Level::Warning, |code| code.level)
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
        commands::look(layer, &loaded.sources, &mut found);
        others::look(layer, &loaded.sources, &mut found);
        settings::defaults(layer, loaded, &mut found);
        globs(layer, &mut found);
    }
    settings::contradictions(loaded, &mut found);
    commands::described(&loaded.programs, &mut found);
    for rule in &loaded.rules {
        settings::note(rule, today, &mut found);
    }
    found.sort_by(|a, b| a.position().cmp(&b.position()).then_with(|| a.code.cmp(b.code)));
    // One reason why a rule never counts is enough.
    found.dedup_by(|later, first| {
        let once = matches!(first.code, "unreachable" | "duplicate");
        later == first || (once && later.code == first.code && later.place == first.place)
    });
    found
}

/// Globs that no path can match, because `unless` takes back all of what they cover.
fn globs(layer: &Layer, found: &mut Vec<Finding>) {
    let is_literal = |text: &str| !text.contains(['*', '?', '[', '{', '\\']);
    for rule in &layer.glob_rules {
        for pattern in rule.patterns.iter().chain(&rule.unless).map(PathGlob::as_str) {
            if has_empty_alternative(pattern) {
                let message = format!("an alternative of `{pattern}` is empty, and matches nothing");
                found.push(Finding::new("empty-alternative", &rule.head.place, message, "write each name in full"));
            }
        }
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

/// Whether one of the alternatives in braces is empty; a class in brackets has none.
fn has_empty_alternative(pattern: &str) -> bool {
    let (mut depth, mut in_class, mut begins) = (0_usize, false, false);
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        let began = core::mem::take(&mut begins);
        match character {
            '\\' => drop(characters.next()),
            ']' => in_class = false,
            _ if in_class => {}
            '[' => in_class = true,
            '{' => (depth, begins) = (depth + 1, true),
            ',' | '}' if depth > 0 && began => return true,
            ',' if depth > 0 => begins = true,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// The file of a place.
fn file(place: &str) -> &str {
    place.rsplitn(3, ':').nth(2).unwrap_or(place)
}

/// A rule's text, cut where it is long.
fn shown(rule: &RuleNote) -> String {
    let text: String = rule.subject.chars().take(60).collect();
    format!("{}({text})", rule.function)
}

#[cfg(test)]
mod tests {
    use super::has_empty_alternative;

    #[test]
    fn empty_alternatives() {
        for pattern in ["/bin/tool{,-helper}", "**/{a,}", "**/{a,,b}", "**/{}", "**/{a,{b,}}"] {
            assert!(has_empty_alternative(pattern), "{pattern}");
        }
        for pattern in ["**/{a,b}", "**/a,b", "**/[{,}]", "**/a\\{,b", "**/{a,[,]}", "**/{a,{b,c}}"] {
            assert!(!has_empty_alternative(pattern), "{pattern}");
        }
    }
}

//! Which rules have an example that they match, and one that they nearly match.

use crate::decision::EffectId;
use crate::glob::Answer;
use crate::report::Derivation;
use crate::rules::RuleNote;
use std::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

/// The rules, by place, that a case asked.
#[derive(Clone, Debug, Default)]
pub struct Covered {
    matched: BTreeSet<String>,
    missed: BTreeSet<String>,
}

impl Covered {
    pub(super) fn of(derivation: &Derivation, effects: usize) -> Self {
        let mut covered = Self::default();
        for tried in (0..effects).filter_map(|id| derivation.of(EffectId(id))).flat_map(|steps| &steps.tried) {
            match tried.answer {
                Answer::Yes => covered.matched.insert(tried.rule.clone()),
                Answer::Maybe => false,
                Answer::No => covered.missed.insert(tried.rule.clone()),
            };
        }
        covered
    }
}

/// What is known of every rule.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    rules: BTreeMap<String, (String, bool, bool)>,
}

impl Coverage {
    /// Adds rules with the examples that they carry.
    pub fn rules(&mut self, rules: &[RuleNote]) {
        for rule in rules {
            let shown = format!("{}({})", rule.function, rule.subject);
            let known = self.rules.entry(rule.place.clone()).or_insert((shown, false, false));
            known.1 |= !rule.matches.is_empty();
            known.2 |= !rule.not_matches.is_empty();
        }
    }

    /// Adds what a case asked. A shipped rule has the same place without the directory that it was loaded from.
    pub fn case(&mut self, covered: &Covered) {
        for (place, known) in &mut self.rules {
            let named = |all: &BTreeSet<String>| {
                all.contains(place)
                    || all.iter().any(|p| place.strip_suffix(p.as_str()).is_some_and(|d| d.ends_with('/')))
            };
            known.1 |= named(&covered.matched);
            known.2 |= named(&covered.missed);
        }
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Place and text of each rule that lacks something, and what.
    pub fn gaps(&self) -> Vec<(&str, &str, &'static str)> {
        let lacks = |matched: &bool, missed: &bool| match (matched, missed) {
            (true, true) => None,
            (false, true) => Some("nothing that it matches"),
            (true, false) => Some("no near miss"),
            (false, false) => Some("neither a match nor a near miss"),
        };

        let gap = |(place, (shown, matched, missed))| Some((place, shown, lacks(matched, missed)?));
        let rules = self.rules.iter().map(|(place, (shown, yes, no))| (place.as_str(), (shown.as_str(), yes, no)));
        rules.filter_map(gap).collect()
    }
}

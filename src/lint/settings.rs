//! Findings about defaults, and about what a rule says of itself.

use super::{Finding, Fix, PLACEHOLDER, shown};
use crate::decision::Decision;
use crate::policy::Layer;
use crate::rules::{Loaded, RuleNote};
use std::{collections::BTreeMap, format, ops::Range, string::String, vec::Vec};

/// `unknown = "allow"`: whoever hides what a call does is let through.
pub(super) fn defaults(layer: &Layer, loaded: &Loaded, found: &mut Vec<Finding>) {
    if layer.defaults.unknown != Some(Decision::Allow) {
        return;
    }
    let (place, range) = written(loaded).unwrap_or_else(|| ("policy:1:1".into(), None));
    let message = "`unknown = \"allow\"` lets through whatever hides what it does";
    let help = "write \"prompt\", and allow by name what is asked about too often";
    let finding = Finding::new("unknown-allow", &place, message, help);
    found.push(finding.fixed(&loaded.sources, |_, _, _| {
        let range = range.clone()?;
        Some(Fix { what: "ask about what is not known", range, text: "\"prompt\"".into() })
    }));
}

/// Where `unknown = "allow"` stands, and the bytes of its word.
fn written(loaded: &Loaded) -> Option<(String, Option<Range<usize>>)> {
    loaded.sources.iter().find_map(|source| {
        let mut at = 0;
        for (number, line) in source.text.split_inclusive('\n').enumerate() {
            let code = line.split('#').next().unwrap_or_default();
            if code.replace(' ', "").contains("unknown=\"allow\"") {
                let key = code.find("unknown")?;
                let word = code.get(key..)?.find("\"allow\"").map(|word| at + key + word);
                let place = format!("{}:{}:1", source.name, number + 1);
                return Some((place, word.map(|word| word..word + "\"allow\"".len())));
            }
            at += line.len();
        }
        None
    })
}

/// A key of `default(...)` that one file writes twice, with different words.
pub(super) fn contradictions(loaded: &Loaded, found: &mut Vec<Finding>) {
    for source in &loaded.sources {
        let mut seen: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
        let mut inside = false;
        for (number, line) in source.text.lines().enumerate() {
            let code = line.split('#').next().unwrap_or_default();
            inside |= code.starts_with("default(");
            let pairs = code.trim_start_matches("default(").split(',').filter(|_| inside);
            for (key, word) in pairs.filter_map(|pair| pair.split_once('=')) {
                let (key, word) = (key.trim(), word.trim().trim_end_matches(')').trim());
                let first = *seen.entry(key).or_insert((word, number + 1));
                if first.0 != word {
                    let place = format!("{}:{}:1", source.name, number + 1);
                    let message = format!(
                        "the default of `{key}` is {word} here and {} at line {}: the strictest counts",
                        first.0, first.1
                    );
                    found.push(Finding::new("contradiction", &place, message, "keep the one that is meant"));
                }
            }
            inside &= !code.contains(')');
        }
    }
}

/// What is missing or over in what a rule says of itself.
pub(super) fn note(rule: &RuleNote, today: &str, found: &mut Vec<Finding>) {
    let shown = shown(rule);
    if let Some(day) = rule.review.as_deref().filter(|day| *day < today) {
        let owner = rule.owner.as_deref().map(|owner| format!(" by {owner}")).unwrap_or_default();
        let message = format!("`{shown}` was to be reviewed{owner} on {day}");
        found.push(Finding::new(
            "overdue",
            &rule.place,
            message,
            "look at it again, and set the next day, or remove it",
        ));
    }
    if rule.justification.as_deref() == Some(PLACEHOLDER) {
        let message = format!("nobody has written why `{shown}` may run unasked");
        found.push(Finding::new("unwritten", &rule.place, message, "write who looked at it, when, and why"));
    }
    if rule.decision != Decision::Allow && rule.justification.is_none() {
        let message = format!("`{shown}` stops calls and does not say why");
        found.push(Finding::new(
            "no-justification",
            &rule.place,
            message,
            "add justification = \"why; what to do instead\"",
        ));
    }
    let can_have = !matches!(rule.function, "flow_rule" | "network_rule");
    if can_have && (rule.matches.is_empty() || rule.not_matches.is_empty()) {
        let message = format!("`{shown}` has no example of each side");
        found.push(Finding::new("no-example", &rule.place, message, "add match = [...] and not_match = [...]"));
    }
}

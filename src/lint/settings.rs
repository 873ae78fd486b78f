//! Findings about defaults, and about what a rule says of itself.

use super::{Finding, shown};
use crate::decision::Decision;
use crate::policy::Layer;
use crate::rules::{Loaded, RuleNote};
use std::{format, vec::Vec};

/// `unknown = "allow"`: whoever hides what a call does is let through.
pub(super) fn defaults(layer: &Layer, loaded: &Loaded, found: &mut Vec<Finding>) {
    if layer.defaults.unknown != Some(Decision::Allow) {
        return;
    }
    let written = loaded.sources.iter().find_map(|source| {
        let line = source.text.lines().position(|line| {
            let code = line.split('#').next().unwrap_or_default();
            code.replace(' ', "").contains("unknown=\"allow\"")
        })?;
        Some(format!("{}:{}:1", source.name, line + 1))
    });
    let place = written.unwrap_or_else(|| "policy:1:1".into());
    let message = "`unknown = \"allow\"` lets through whatever hides what it does";
    found.push(Finding::new(
        "unknown-allow",
        &place,
        message,
        "write \"prompt\", and allow by name what is asked about too often",
    ));
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

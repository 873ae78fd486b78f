//! Findings about rules on commands: what can never count, what is said twice, what lets other programs through.

use super::Finding;
use crate::decision::Decision;
use crate::policy::{Layer, PrefixRule};
use crate::tables::{Tables, words::Runs};
use std::{collections::BTreeMap, format, string::String, vec::Vec};

pub(super) fn look(layer: &Layer, found: &mut Vec<Finding>) {
    let tables = Tables::built_in();
    // Only rules that share a first word can speak of the same command.
    let mut by_program: BTreeMap<&str, Vec<&PrefixRule>> = BTreeMap::new();
    for rule in &layer.prefix_rules {
        for name in rule.pattern.first().into_iter().flatten() {
            by_program.entry(name).or_default().push(rule);
        }
        runs_others(rule, &tables, found);
    }
    for rules in by_program.values() {
        for (index, rule) in rules.iter().enumerate() {
            for (other, against) in rules.iter().enumerate() {
                if index != other && !core::ptr::eq(*rule, *against) {
                    compare(rule, against, index > other, found);
                }
            }
        }
    }
}

/// What `against` makes of `rule`; `later` where `rule` comes after it.
fn compare(rule: &PrefixRule, against: &PrefixRule, later: bool, found: &mut Vec<Finding>) {
    if !covers(against, rule) {
        return;
    }
    let (place, by) = (&rule.head.place, &against.head.place);
    let words = words(rule);
    // What one file says more strictly than another that it includes is meant so: that is what overlays are for.
    if against.head.decision > rule.head.decision {
        if file(place) != file(by) {
            return;
        }
        let word = against.head.decision.as_rule_word();
        let message = format!(
            "`{words}` never counts: the rule at {by} is {word} for the same commands, and the strictest decides"
        );
        let help = "remove one of them, or make the stricter one's pattern longer";
        found.push(Finding::new("unreachable", place, message, help));
    } else if against.head.decision == rule.head.decision && later && covers(rule, against) {
        let message = format!("`{words}` is said by the rule at {by} already");
        found.push(Finding::new("duplicate", place, message, "remove one of them"));
    }
}

/// Whether `wide` matches every command that `narrow` matches.
fn covers(wide: &PrefixRule, narrow: &PrefixRule) -> bool {
    let words = wide.pattern.len() <= narrow.pattern.len()
        && wide.pattern.iter().zip(&narrow.pattern).all(|(wide, narrow)| narrow.iter().all(|word| wide.contains(word)));
    let tiers = wide.head.tiers.is_empty()
        || (!narrow.head.tiers.is_empty() && narrow.head.tiers.iter().all(|tier| wide.head.tiers.contains(tier)));
    let reading = (wide.options_anywhere || !narrow.options_anywhere) && (wide.ignore_case || !narrow.ignore_case);
    words && tiers && reading
}

/// An allow of a bare program that starts what its words name.
fn runs_others(rule: &PrefixRule, tables: &Tables<'_>, found: &mut Vec<Finding>) {
    let [programs] = rule.pattern.as_slice() else { return };
    if rule.head.decision != Decision::Allow {
        return;
    }
    // Builds and the like run code of the workspace, which is what an allow of them means.
    let runs = |name: &&String| {
        let runs = tables.program(name.as_bytes()).map(|program| program.runs());
        runs.is_some_and(|runs| !matches!(runs, Runs::Nothing | Runs::Project | Runs::Trap))
    };
    let names: Vec<&str> = programs.iter().filter(runs).map(String::as_str).collect();
    if let Some(first) = names.first() {
        let message = format!("`{}` can run any other program or code, and all of it is allowed", names.join("`, `"));
        let help = format!(
            "name what may be run: [\"{first}\", \"WORD\"]; or allow the script by a `glob_rule` with access = \"execute\""
        );
        found.push(Finding::new("runs-others", &rule.head.place, message, help));
    }
}

/// The file of a place.
fn file(place: &str) -> &str {
    place.rsplitn(3, ':').nth(2).unwrap_or(place)
}

fn words(rule: &PrefixRule) -> String {
    let word = |all: &Vec<String>| if all.len() == 1 { all.concat() } else { format!("[{}]", all.join("|")) };
    let text = rule.pattern.iter().map(word).collect::<Vec<_>>().join(" ");
    text.chars().take(60).collect()
}

//! Findings about rules on commands: what can never count, what is said twice, what lets other programs through.

use super::{Finding, Fix, file};
use crate::decision::Decision;
use crate::policy::{Layer, PrefixRule};
use crate::rules::SourceFile;
use crate::tables::{
    Tables,
    words::{Runs, flags},
};
use std::{collections::BTreeMap, format, string::String, vec::Vec};

pub(super) fn look(layer: &Layer, sources: &[SourceFile], found: &mut Vec<Finding>) {
    let own = [layer.knowledge.as_slice()];
    let tables = Tables::built_in().with_added(&own);
    // Only rules that share a first word can speak of the same command.
    let mut by_program: BTreeMap<&str, Vec<&PrefixRule>> = BTreeMap::new();
    for rule in &layer.prefix_rules {
        for name in rule.pattern.first().into_iter().flatten() {
            by_program.entry(name).or_default().push(rule);
        }
        runs_others(rule, &tables, found);
        impossible(rule, sources, found);
    }
    for rules in by_program.values() {
        for (index, rule) in rules.iter().enumerate() {
            for (other, against) in rules.iter().enumerate() {
                if index != other && !core::ptr::eq(*rule, *against) {
                    compare(rule, against, index > other, sources, found);
                }
            }
        }
    }
}

/// Programs that are described although they are known; not those whose description begins with what is known of another.
pub(super) fn described(programs: &[(String, String)], found: &mut Vec<Finding>) {
    for (name, place) in programs {
        if Tables::built_in().program(name.as_bytes()).is_some() {
            let message = format!("`{name}` is a program that prexec knows; this takes the place of what it knows");
            found.push(Finding::new("known-program", place, message, "remove it, or begin with `same_as`"));
        }
    }
}

/// What `against` makes of `rule`; `later` where `rule` comes after it.
fn compare(rule: &PrefixRule, against: &PrefixRule, later: bool, sources: &[SourceFile], found: &mut Vec<Finding>) {
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
        let finding = Finding::new("duplicate", place, message, "remove one of them");
        // A rule of another file may be there for those who use that file alone.
        let same_file = file(place) == file(by);
        found.push(
            finding
                .fixed(sources, |source, line, column| same_file.then(|| Fix::remove(source, line, column)).flatten()),
        );
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

/// Words that no command has: a blank inside, or an operator of the shell.
fn impossible(rule: &PrefixRule, sources: &[SourceFile], found: &mut Vec<Finding>) {
    let place = &rule.head.place;
    for word in rule.pattern.iter().flatten() {
        if matches!(word.as_str(), "|" | "||" | "&&" | ";" | "&" | ">" | ">>" | "<" | "<<") {
            let message = format!("`{word}` is an operator of the shell and no word of a command");
            let help = "write one rule for each command; every command of a line is asked about";
            found.push(Finding::new("matches-nothing", place, message, help));
        }
    }
    let [first, ..] = rule.pattern.as_slice() else { return };
    for word in first.iter().filter(|word| word.contains(' ') && !word.contains('/')) {
        let parts: Vec<&str> = word.split_whitespace().collect();
        let message = format!("no program is named `{word}`: each word of a command is an entry of its own");
        let split = format!("\"{}\"", parts.join("\", \""));
        let finding = Finding::new("matches-nothing", place, message, format!("write [{split}]"));
        // Among alternatives it could be split in more than one way.
        let alone = first.len() == 1 && parts.iter().all(|part| !part.contains(['"', '\\']));
        found.push(finding.fixed(sources, |source, line, column| {
            let old = format!("[\"{word}\"");
            let new = format!("[{split}");
            alone.then(|| Fix::replace(source, (line, column), &old, new, "split the word")).flatten()
        }));
    }
}

/// An allow of a bare program that starts what its words name.
fn runs_others(rule: &PrefixRule, tables: &Tables<'_>, found: &mut Vec<Finding>) {
    let [programs] = rule.pattern.as_slice() else { return };
    if rule.head.decision != Decision::Allow {
        return;
    }
    // Builds and the like run code of the workspace, which is what an allow of them means; what they start is judged by itself.
    let runs = |name: &&String| {
        tables.program(name.as_bytes()).is_some_and(|program| match program.runs() {
            Runs::Nothing | Runs::Project | Runs::Trap => false,
            Runs::ProjectArgv | Runs::InstalledArgv => program.has(flags::NETWORK),
            _ => true,
        })
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

fn words(rule: &PrefixRule) -> String {
    let word = |all: &Vec<String>| if all.len() == 1 { all.concat() } else { format!("[{}]", all.join("|")) };
    let text = rule.pattern.iter().map(word).collect::<Vec<_>>().join(" ");
    text.chars().take(60).collect()
}

//! Findings about rules on files, hosts, variables and tools: what never counts, is said twice, or lets too much through.

use super::{Finding, Fix, file};
use crate::decision::Decision;
use crate::glob::PathGlob;
use crate::policy::{Head, Layer};
use crate::rules::SourceFile;
use std::{collections::BTreeSet, format, string::String, string::ToString, vec::Vec};

pub(super) fn look(layer: &Layer, sources: &[SourceFile], found: &mut Vec<Finding>) {
    let rules: Vec<Extent<'_>> = extents(layer);
    for (index, rule) in rules.iter().enumerate() {
        for (other, against) in rules.iter().enumerate() {
            if index != other && against.covers(rule) {
                compare(rule, against, index > other, against.covers(rule) && rule.covers(against), sources, found);
            }
        }
    }
    for rule in &layer.tool_rules {
        tool(rule.tool.as_str(), &rule.head, rule.arguments.is_empty(), sources, found);
    }
}

/// What a rule speaks of, as sets of texts that can be compared without asking what they mean.
struct Extent<'a> {
    head: &'a Head,
    kind: &'static str,
    /// It speaks of one of these ...
    of: BTreeSet<String>,
    /// ... in one of these manners (empty: in any) ...
    how: BTreeSet<String>,
    /// ... but of none of these, or only where these hold.
    but: BTreeSet<String>,
}

fn extents(layer: &Layer) -> Vec<Extent<'_>> {
    let globs = |all: &[PathGlob]| all.iter().map(|glob| glob.as_str().to_string()).collect::<BTreeSet<_>>();
    let none = BTreeSet::new;
    let mut all = Vec::new();
    all.extend(layer.glob_rules.iter().map(|rule| Extent {
        head: &rule.head,
        kind: "paths",
        of: globs(&rule.patterns),
        how: rule.access.iter().map(|access| format!("{access:?}")).collect(),
        but: globs(&rule.unless),
    }));
    all.extend(layer.host_rules.iter().map(|rule| Extent {
        head: &rule.head,
        kind: "hosts",
        of: rule.hosts.iter().map(|glob| glob.as_str().to_string()).collect(),
        how: rule.methods.iter().cloned().collect(),
        but: none(),
    }));
    all.extend(layer.env_rules.iter().map(|rule| Extent {
        head: &rule.head,
        kind: "variables",
        of: rule.names.iter().map(|glob| glob.as_str().to_string()).collect(),
        how: rule.access.iter().map(|access| format!("{access:?}")).collect(),
        but: none(),
    }));
    all.extend(layer.tool_rules.iter().map(|rule| Extent {
        head: &rule.head,
        kind: "tools",
        of: BTreeSet::from([rule.tool.as_str().to_string()]),
        how: none(),
        but: rule.arguments.iter().map(|(name, regex)| format!("{name}: {}", regex.source())).collect(),
    }));
    all
}

impl Extent<'_> {
    /// Whether it surely speaks of everything that `narrow` speaks of.
    fn covers(&self, narrow: &Self) -> bool {
        let how = self.how.is_empty() || (!narrow.how.is_empty() && narrow.how.is_subset(&self.how));
        let tiers = self.head.tiers.is_empty()
            || (!narrow.head.tiers.is_empty() && narrow.head.tiers.iter().all(|tier| self.head.tiers.contains(tier)));
        self.kind == narrow.kind && how && tiers && narrow.of.is_subset(&self.of) && self.but.is_subset(&narrow.but)
    }
}

fn compare(
    rule: &Extent<'_>,
    against: &Extent<'_>,
    later: bool,
    same: bool,
    sources: &[SourceFile],
    found: &mut Vec<Finding>,
) {
    let (place, by) = (&rule.head.place, &against.head.place);
    // What one file says more strictly than another that it includes is meant so.
    if file(place) != file(by) {
        return;
    }
    let (kind, some) = (rule.kind, rule.of.iter().next().map(String::as_str).unwrap_or_default());
    let some: String = some.chars().take(60).collect();
    if against.head.decision > rule.head.decision {
        let word = against.head.decision.as_rule_word();
        let message = format!(
            "the rule on `{some}` never counts: the rule at {by} is {word} for the same {kind}, and the strictest decides"
        );
        found.push(Finding::new(
            "unreachable",
            place,
            message,
            "remove one of them, or make the stricter one narrower",
        ));
    } else if against.head.decision == rule.head.decision && same && later {
        let message = format!("the rule on `{some}` is said by the rule at {by} already");
        let finding = Finding::new("duplicate", place, message, "remove one of them");
        found.push(finding.fixed(sources, Fix::remove));
    }
}

/// A rule on tools: whether any tool has such a name, and whether an allow names one.
fn tool(glob: &str, head: &Head, whatever: bool, sources: &[SourceFile], found: &mut Vec<Finding>) {
    let literal = !glob.contains(['*', '?', '[', '{', '\\']);
    let rest = glob.strip_prefix("mcp__");
    let incomplete = rest.is_some_and(|rest| literal && !rest.contains("__"));
    if incomplete || (glob.starts_with("mcp_") && rest.is_none() && !glob.starts_with("mcp_*")) {
        let message = format!("no tool has the name `{glob}`: tools of servers are named `mcp__SERVER__TOOL`");
        let finding =
            Finding::new("matches-nothing", &head.place, message, "write the whole name, or `mcp__SERVER__*`");
        found.push(finding.fixed(sources, |source, line, column| {
            // What is incomplete can only mean all tools of the server; where that is allowed, a person has to say which.
            let meant = incomplete && head.decision != Decision::Allow;
            let (old, new) = (format!("\"{glob}\""), format!("\"{glob}__*\""));
            meant.then(|| Fix::replace(source, (line, column), &old, new, "name all tools of the server")).flatten()
        }));
    }
    if head.decision == Decision::Allow && whatever && allows_any(glob) {
        let message = format!("`{glob}` allows every tool of a server, those that it gains later as well");
        let help = "name the tools that may run unasked, such as \"mcp__SERVER__search\" or \"mcp__SERVER__get_*\"";
        found.push(Finding::new("any-tool", &head.place, message, help));
    }
}

/// Whether an allow names a server only, or less.
fn allows_any(glob: &str) -> bool {
    match glob.strip_prefix("mcp__") {
        Some(rest) => {
            rest.split_once("__").is_none_or(|(_, tool)| tool.chars().all(|c| c == '*')) && rest.contains('*')
        }
        None => glob.chars().all(|c| c == '*') || glob.starts_with("mcp_*") || glob == "mcp*",
    }
}

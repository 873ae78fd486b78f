//! A policy as text, for the golden files.

use prexec::glob::{Glob, PathGlob};
use prexec::policy::{FlowFrom, Head, Policy};
use std::fmt::Write as _;

fn head(head: &Head) -> String {
    let mut text = format!("{} {}", head.place, head.decision.as_rule_word());
    if !head.tiers.is_empty() {
        write!(text, " tiers={:?}", head.tiers).unwrap();
    }
    if let Some(why) = &head.justification {
        write!(text, " why={why:?}").unwrap();
    }
    text
}

fn paths(globs: &[PathGlob]) -> Vec<&str> {
    globs.iter().map(PathGlob::as_str).collect()
}

fn names(globs: &[Glob]) -> Vec<&str> {
    globs.iter().map(Glob::as_str).collect()
}

/// One line for each rule.
pub(crate) fn policy(policy: &Policy) -> String {
    let mut lines = Vec::new();
    for layer in &policy.layers {
        for r in &layer.prefix_rules {
            let case = if r.ignore_case { " ignore_case" } else { "" };
            lines.push(format!("prefix {} {:?}{case}", head(&r.head), r.pattern));
        }
        for e in &layer.host_executables {
            lines.push(format!("host_executable {} {:?}", e.name, e.paths));
        }
        for r in &layer.glob_rules {
            let (patterns, unless) = (paths(&r.patterns), paths(&r.unless));
            lines.push(format!("glob {} {:?} {patterns:?} unless={unless:?}", head(&r.head), r.access));
        }
        for r in &layer.network_rules {
            lines.push(format!("network {} {} {:?}", head(&r.head), r.host, r.protocol));
        }
        for r in &layer.host_rules {
            lines.push(format!("host {} {:?} methods={:?}", head(&r.head), names(&r.hosts), r.methods));
        }
        for r in &layer.flow_rules {
            let source = match &r.source {
                FlowFrom::Files(globs) => format!("{:?}", paths(globs)),
                FlowFrom::Protected => "protected".to_owned(),
                FlowFrom::Network => "network".to_owned(),
                FlowFrom::Credentials => "credentials".to_owned(),
            };
            lines.push(format!("flow {} {source} -> {:?}", head(&r.head), r.sink));
        }
        for r in &layer.env_rules {
            lines.push(format!("env {} {:?} {:?}", head(&r.head), names(&r.names), r.access));
        }
        for r in &layer.tool_rules {
            let arguments: Vec<_> = r.arguments.iter().map(|(n, regex)| (n, regex.source())).collect();
            lines.push(format!("tool {} {} {arguments:?}", head(&r.head), r.tool.as_str()));
        }
        for t in &layer.tiers {
            lines.push(format!("tier {} {:?} {:?}", t.name, paths(&t.paths), names(&t.remotes)));
        }
        let d = &layer.defaults;
        for (key, value) in [
            ("commands", d.commands),
            ("reads", d.reads),
            ("writes", d.writes),
            ("network", d.network),
            ("tools", d.tools),
            ("environment", d.environment),
            ("interactive", d.interactive),
            ("unknown", d.unknown),
        ] {
            if let Some(decision) = value {
                lines.push(format!("default {key} {}", decision.as_rule_word()));
            }
        }
    }
    lines.iter().fold(String::new(), |text, line| text + line + "\n")
}

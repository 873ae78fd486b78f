//! `glob_rule`, `deny_read` and `flow_rule`: files by path, and what is read from them.

use super::super::arguments::{Call, Signature};
use super::super::diagnostics::Problem;
use super::super::examples::{path_example_matches, verdict};
use super::super::globs;
use super::super::session::{Site, State};
use crate::decision::Decision;
use crate::effect::FlowSink;
use crate::policy::{Access, FlowFrom, FlowRule, GlobRule, Head};
use std::{format, vec::Vec};

pub(super) const GLOB_RULE: Signature = Signature {
    function: "glob_rule",
    parameters: &[
        "pattern",
        "access",
        "decision",
        "unless",
        "match",
        "not_match",
        "justification",
        "tiers",
        "owner",
        "review",
    ],
    required: 1,
};
pub(super) const DENY_READ: Signature = Signature {
    function: "deny_read",
    parameters: &["pattern", "unless", "match", "not_match", "justification", "tiers", "owner", "review"],
    required: 1,
};
pub(super) const FLOW_RULE: Signature = Signature {
    function: "flow_rule",
    parameters: &["source", "sink", "decision", "match", "not_match", "justification", "tiers", "owner", "review"],
    required: 3,
};

const ACCESS: &[(&str, Access)] = &[
    ("read", Access::Read),
    ("write", Access::Write),
    ("edit", Access::Edit),
    ("write-tree", Access::WriteTree),
    ("execute", Access::Execute),
];

pub(super) fn glob_rule(call: &Call<'_>, site: &Site, state: &mut State) -> Result<(), Problem> {
    let head = call.head(&site.place, Decision::Deny)?;
    let mut access = Vec::new();
    for word in call.one_or_more("access")? {
        let (_, kind) = ACCESS.iter().find(|(name, _)| *name == word).ok_or_else(|| {
            Problem::new(
                format!("unknown access `{word}`"),
                "write \"read\", \"write\", \"edit\", \"write-tree\" or \"execute\"",
            )
        })?;
        if !access.contains(kind) {
            access.push(*kind);
        }
    }
    if access.is_empty() {
        access.push(Access::Read);
    }
    register(call, site, state, head, access)
}

pub(super) fn deny_read(call: &Call<'_>, site: &Site, state: &mut State) -> Result<(), Problem> {
    let head = call.head_with(&site.place, Decision::Deny)?;
    register(call, site, state, head, Vec::from([Access::Read]))
}

fn register(call: &Call<'_>, site: &Site, state: &mut State, head: Head, access: Vec<Access>) -> Result<(), Problem> {
    let (written, exempt) = (call.one_or_more("pattern")?, call.texts("unless")?);
    let rule = GlobRule { head, access, patterns: globs::paths(&written)?, unless: globs::paths(&exempt)? };
    let covers = |path: &str| path_example_matches(&rule.patterns, path) && !path_example_matches(&rule.unless, path);
    examples(call, covers)?;
    state.use_tiers(site, &rule.head);
    state.layer.glob_rules.push(rule);
    Ok(())
}

/// Checks the example strings of a rule.
pub(super) fn examples(call: &Call<'_>, matches: impl Fn(&str) -> bool) -> Result<(), Problem> {
    for (name, wanted) in [("match", true), ("not_match", false)] {
        for example in call.texts(name)? {
            if example.trim().is_empty() {
                return Err(Problem::new("an example is blank", format!("remove it from `{name}`")));
            }
            verdict(example, wanted, matches(example))?;
        }
    }
    Ok(())
}

pub(super) fn flow_rule(call: &Call<'_>, site: &Site, state: &mut State) -> Result<(), Problem> {
    let head = call.head(&site.place, Decision::Deny)?;
    let written = call.one_or_more("source")?;
    let source = match written.as_slice() {
        ["protected"] => FlowFrom::Protected,
        ["network"] => FlowFrom::Network,
        ["credentials"] => FlowFrom::Credentials,
        files => FlowFrom::Files(globs::paths(files)?),
    };
    let sink = match call.needed_text("sink")? {
        "network" => FlowSink::Network,
        "interpreter" => FlowSink::Interpreter,
        "file" => FlowSink::File,
        "tool" => FlowSink::Tool,
        word => {
            let help = "write \"network\", \"interpreter\", \"file\" or \"tool\"";
            return Err(Problem::new(format!("unknown sink `{word}`"), help));
        }
    };
    if matches!(sink, FlowSink::File | FlowSink::Tool) && !matches!(source, FlowFrom::Credentials) {
        let help = "only \"credentials\" are followed into files and tools; for paths, write `glob_rule`";
        return Err(Problem::new("this source is not followed into that sink", help));
    }
    match &source {
        FlowFrom::Files(globs) => examples(call, |path| path_example_matches(globs, path))?,
        FlowFrom::Protected | FlowFrom::Network | FlowFrom::Credentials
            if call.value("match").or(call.value("not_match")).is_some() =>
        {
            return Err(Problem::new("examples are paths, but the source is not", "leave `match` and `not_match` out"));
        }
        FlowFrom::Protected | FlowFrom::Network | FlowFrom::Credentials => {}
    }
    state.use_tiers(site, &head);
    state.layer.flow_rules.push(FlowRule { head, source, sink });
    Ok(())
}

//! Tool rules held against tool calls.

use super::rule::{Policy, ToolRule};
use crate::decision::Decision;
use crate::effect::{Effect, Kind, Tool};
use crate::glob::Answer;

/// Whether `rule` matches the call: its name, and every argument that the rule names. A missing argument does not match.
pub(super) fn answer(rule: &ToolRule, tool: &Tool) -> Answer {
    if !is_of(rule, tool) {
        return Answer::No;
    }
    // A regex that was checked at load and does not compile now is a fault; it must not loosen anything.
    let at_fault = rule.head.decision != Decision::Allow;
    let all_match = rule.arguments.iter().all(|(name, regex)| {
        tool.arguments.iter().any(|(n, value)| n == name && regex.is_match(value).unwrap_or(at_fault))
    });
    if all_match { Answer::Yes } else { Answer::No }
}

fn is_of(rule: &ToolRule, tool: &Tool) -> bool {
    rule.tool.matches(tool.name.as_bytes(), false)
}

impl Policy {
    /// Whether regexes decide which rules are about a call with these effects: where there is no engine for them, somebody else
    /// has to decide.
    pub fn needs_regexes(&self, effects: &[Effect]) -> bool {
        let asks = |tool: &Tool| {
            let rules = self.layers.iter().flat_map(|layer| &layer.tool_rules);
            rules.into_iter().any(|rule| !rule.arguments.is_empty() && is_of(rule, tool))
        };
        effects.iter().any(|effect| matches!(&effect.kind, Kind::Tool(tool) if asks(tool)))
    }
}

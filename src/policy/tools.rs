//! Tool rules held against tool calls.

use super::rule::ToolRule;
use crate::decision::Decision;
use crate::effect::Tool;
use crate::glob::Answer;

/// Whether `rule` matches the call: its name, and every argument that the rule names. A missing argument does not match.
pub(super) fn answer(rule: &ToolRule, tool: &Tool) -> Answer {
    if !rule.tool.matches(tool.name.as_bytes(), false) {
        return Answer::No;
    }
    // A regex that was checked at load and does not compile now is a fault; it must not loosen anything.
    let at_fault = rule.head.decision != Decision::Allow;
    let all_match = rule.arguments.iter().all(|(name, regex)| {
        tool.arguments.iter().any(|(n, value)| n == name && regex.is_match(value).unwrap_or(at_fault))
    });
    if all_match { Answer::Yes } else { Answer::No }
}

//! Decides a case on a machine in memory, by the same line as every call.

use super::coverage::Covered;
use super::parse::Case;
use crate::call::PermissionMode;
use crate::codex;
use crate::decision::Decision;
use crate::gate;
use crate::policy::Policy;
use crate::report::Derivation;
use serde_json::json;
use std::string::{String, ToString};

/// What a case got.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The verdict; a prompt where nobody can be asked is a denial.
    pub decision: Decision,
    /// The rule of its first reason.
    pub rule: String,
    /// Why, where the rule says it.
    pub why: Option<String>,
    /// The rules that matched or did not.
    pub covered: Covered,
}

impl Outcome {
    /// Whether that is what the case expects.
    pub fn is_as_expected(&self, case: &Case) -> bool {
        let same_rule = case.rule.as_ref().is_none_or(|rule| self.rule.starts_with(rule) || self.is_of_file(rule));
        case.expected.is_met_by(self.decision) && same_rule
    }

    /// Whether the rule stands in a file of which `name` is the end: files are named as they were loaded.
    fn is_of_file(&self, name: &str) -> bool {
        self.rule.match_indices(name).any(|(at, _)| self.rule.get(..at).is_some_and(|before| before.ends_with('/')))
    }
}

/// Decides a case.
pub fn judge(case: &Case, policy: &Policy) -> Outcome {
    let place = &case.place;
    let payload = json!({
        "hook_event_name": "PreToolUse", "session_id": "test", "turn_id": "test", "transcript_path": null, "cwd": place.cwd,
        "model": "", "permission_mode": place.mode, "tool_name": case.tool, "tool_input": case.arguments, "tool_use_id": "test",
    });
    let mut derivation = Derivation::new(true);
    let call = codex::read(payload.to_string().as_bytes());
    let judged = gate::judge_traced(&call, policy, &place.machine(), &mut derivation);
    let first = judged.verdict.reasons().first();
    let decision = match judged.verdict.decision() {
        Decision::Prompt if !PermissionMode::from_name(&place.mode).can_ask() => Decision::Deny,
        decision => decision,
    };
    Outcome {
        decision,
        rule: first.map(|reason| reason.rule.to_string()).unwrap_or_default(),
        why: first.and_then(|reason| reason.justification.clone()),
        covered: Covered::of(&derivation, judged.effects.len()),
    }
}

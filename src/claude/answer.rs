//! From a verdict to what Claude Code must see.

use crate::call::{Event, PermissionMode};
use crate::codex::{self, Answer, Occasion, Question};
use crate::decision::Decision;

/// The answer to a call. Before it runs: allow is silence, after which the agent's own permissions decide; prompt asks the person;
/// deny refuses. On a permission request: prompt is silence, after which the agent asks.
pub fn answer(question: &Question<'_>) -> Answer {
    match (question.verdict.decision(), question.occasion) {
        (Decision::Prompt, Occasion::Asked { event, mode }) if asks(mode) => match event {
            Event::PreToolUse => codex::ask(question),
            Event::PermissionRequest => codex::silence(),
        },
        _ => codex::answer(question),
    }
}

/// Whether the agent asks a person in this mode. In one that is not known nobody is.
fn asks(mode: &PermissionMode) -> bool {
    matches!(mode.as_str(), "default" | "plan" | "acceptEdits")
}

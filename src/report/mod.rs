//! Verdicts as people and programs read them: the JSON of `--json` and `--jsonl`, and short phrases for messages.

mod derivation;
mod explain_json;
mod json;
mod ordered;
mod phrase;

pub use derivation::{Derivation, Explained, Lift, Steps, Tried};
pub use explain_json::{EXPLAIN_SCHEMA, explain_json};
pub use json::{SCHEMA, verdict_json};
pub(crate) use phrase::path_text;
pub use phrase::{phrase, value_text};

use crate::decision::{RuleRef, Verdict};
use crate::effect::Effect;
use alloc::{string::String, vec::Vec};

/// A call that has been decided: everything that a report speaks of.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The tool's name as Codex gave it; empty where the call could not be read so far.
    pub tool: String,
    /// What was decided and why.
    pub verdict: Verdict,
    /// What the call would do; reasons point into it.
    pub effects: Vec<Effect>,
    /// The trust tiers that the call is in.
    pub tiers: Vec<String>,
    /// What the policy decided, where an administrator's override has lifted it.
    pub lifted: Option<Verdict>,
}

impl Judged {
    /// Who lifted what the policy decided, until when and why, as records say it; none where nobody did.
    pub fn lifted_by(&self) -> Option<&str> {
        let reason = self.verdict.reasons().iter().find(|reason| reason.rule == RuleRef::BreakGlass)?;
        reason.justification.as_deref()
    }
}

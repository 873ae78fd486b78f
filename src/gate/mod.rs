//! One call from what was read to its verdict. Every verb and executable decides by [`judge`], so that the same call has the
//! same verdict everywhere.

mod alternative;

pub use alternative::alternative;

use crate::call::Call;
use crate::codex::Fault;
use crate::decision::{Reason, RuleRef, Verdict};
use crate::effect::{Certainty, Effect};
use crate::effects::{self, Analysed};
use crate::path;
use crate::policy::{NoTrace, Policy, Scene, Trace, decide_traced};
use crate::report::Judged;
use crate::tables::Tables;
use crate::world::{Looked, World};
use alloc::{string::String, vec::Vec};

/// Decides about what `codex::read` made of an input. Whatever goes wrong on the way is a deny.
pub fn judge(call: &Result<Call, Fault>, policy: &Policy, world: &dyn World) -> Judged {
    judge_traced(call, policy, world, &mut NoTrace)
}

/// As [`judge`], telling the steps of the decision to `trace`.
pub fn judge_traced(call: &Result<Call, Fault>, policy: &Policy, world: &dyn World, trace: &mut impl Trace) -> Judged {
    match call {
        Ok(call) => judge_call(call, policy, world, trace),
        Err(fault) => deny("", RuleRef::Input(fault.code), &fault.message),
    }
}

/// Judges a call by everything that the layers of the policy know of programs; the strictest verdict counts.
fn judge_call(call: &Call, policy: &Policy, world: &dyn World, trace: &mut impl Trace) -> Judged {
    let world = &Looked::new(world);
    let readings = policy.knowledge();
    let Some((reading, others)) = readings.split_first() else {
        return judge_by(call, policy, world, trace, Tables::built_in());
    };
    let tables = |reading| Tables::built_in().with_added(reading);
    if others.is_empty() {
        return judge_by(call, policy, world, trace, tables(reading));
    }
    let decision = |added| judge_by(call, policy, world, &mut NoTrace, tables(added)).verdict.decision();
    // Of equally strict ones the most trusted.
    let strictest = readings.iter().rev().max_by_key(|added| decision(added)).unwrap_or(reading);
    judge_by(call, policy, world, trace, tables(strictest))
}

/// call -> effects -> verdict
fn judge_by(call: &Call, policy: &Policy, world: &dyn World, trace: &mut impl Trace, tables: Tables<'_>) -> Judged {
    let cwd = path::normalize(call.cwd.as_bytes());
    match effects::analyse(call, &cwd, world, tables) {
        Ok(Analysed { effects, directories }) => {
            boundary!("analysed");
            let scene = Scene::at(policy, world, &cwd, &effects, &directories);
            let verdict = decide_traced(policy, &effects, &scene, trace);
            let tiers = scene.tiers().map(String::from).collect();
            Judged { tool: call.tool_name.clone(), verdict, effects, tiers, lifted: None }
        }
        Err(limit) => deny(&call.tool_name, RuleRef::Limit(limit.name), &limit.message),
    }
}

/// Decides about effects that were found out before, such as those of a record.
pub fn judge_effects(tool: &str, cwd: &str, effects: Vec<Effect>, policy: &Policy, world: &dyn World) -> Judged {
    let world = &Looked::new(world);
    let cwd = path::normalize(cwd.as_bytes());
    let scene = Scene::at(policy, world, &cwd, &effects, &[]);
    let verdict = decide_traced(policy, &effects, &scene, &mut NoTrace);
    let tiers = scene.tiers().map(String::from).collect();
    Judged { tool: tool.into(), verdict, effects, tiers, lifted: None }
}

fn deny(tool: &str, rule: RuleRef, why: &str) -> Judged {
    Judged {
        tool: tool.into(),
        verdict: Verdict::deny(rule, why),
        effects: Vec::new(),
        tiers: Vec::new(),
        lifted: None,
    }
}

/// Whether explicit allow rules, not defaults, cover every effect of a call with certainty: what an approval in the person's
/// place needs.
pub fn covered_by_allow_rules(judged: &Judged) -> bool {
    let by_rules = judged.verdict.reasons().iter().all(|r| matches!(r.rule, RuleRef::Rule(_)));
    by_rules && !judged.effects.is_empty() && judged.effects.iter().all(|e| e.certainty == Certainty::Known)
}

/// The same verdict with the reasons that tell a person most in front: what a rule says of an effect of which nothing is known
/// (`$cmd x` could be any program) comes after why nothing is known.
pub fn for_people(judged: &Judged) -> Verdict {
    let says_little = |reason: &Reason| {
        let effect = reason.effect.and_then(|id| judged.effects.get(id.0));
        matches!(reason.rule, RuleRef::Rule(_)) && effect.is_some_and(|e| e.certainty == Certainty::Unknown)
    };
    let mut reasons = judged.verdict.reasons().to_vec();
    reasons.sort_by_key(says_little);
    Verdict::strictest(reasons)
}

/// What a reason speaks of, in a few words.
pub fn describe(judged: &Judged, reason: &Reason) -> Option<String> {
    let effect = judged.effects.get(reason.effect?.0)?;
    Some(crate::report::phrase(effect))
}

#[cfg(test)]
mod tests;

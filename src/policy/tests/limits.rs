//! What a decision may cost, and what is told of its steps.

use super::known;
use crate::decision::{Decision, EffectId, RuleRef};
use crate::effect::{Cause, Certainty, Effect, Kind, Span};
use crate::policy::{Policy, Scene, Trace, Trial, decide, decide_traced};
use crate::rules::Loader;
use crate::world::memory::MemoryWorld;
use alloc::{string::String, string::ToString, vec, vec::Vec};

fn effect(kind: Kind) -> Effect {
    Effect { kind, certainty: Certainty::Known, span: Span::default(), by: None, command: None }
}

fn load(text: &str) -> Policy {
    Loader::new().load_text("t.rules", text).unwrap().policy
}

#[test]
fn every_rule_counts_against_the_limit() {
    let mut policy = load(
        "prefix_rule(['a'])\ndeny_read('**/a')\nnetwork_rule('a.b', 'https', 'deny')\nhost_rule('a.b', 'forbidden')\n\
         flow_rule('network', 'interpreter', 'forbidden')\nenv_rule('A', 'read', 'forbidden')\ntool_rule('a', 'forbidden')\n",
    );
    let layer = &mut policy.layers[0];
    // 3 + 5 + 7 + 11 + 13 + 17 + 19,944 rules are 20,000; none of them speaks of what is unknown.
    layer.prefix_rules.extend(vec![layer.prefix_rules[0].clone(); 2]);
    layer.glob_rules.extend(vec![layer.glob_rules[0].clone(); 4]);
    layer.network_rules = vec![layer.network_rules[0].clone(); 7];
    layer.host_rules = vec![layer.host_rules[0].clone(); 11];
    layer.flow_rules = vec![layer.flow_rules[0].clone(); 13];
    layer.env_rules = vec![layer.env_rules[0].clone(); 17];
    layer.tool_rules = vec![layer.tool_rules[0].clone(); 19_944];
    let world = MemoryWorld::new().session("/w");
    let first_rule = |effects: usize| {
        let unknown = Kind::Unknown(Cause { code: "x", detail: String::new() });
        let effects = vec![effect(unknown); effects];
        let verdict = decide(&policy, &effects, &Scene::new(&policy, &world, b"/w", &effects));
        (verdict.decision(), verdict.reasons()[0].rule.to_string())
    };
    assert_eq!(first_rule(1000), (Decision::Prompt, "default:unknown".to_string()));
    assert_eq!(first_rule(1001), (Decision::Deny, "limit:policy-steps".to_string()));
}

/// Notes for which effects a rule was tried.
struct Tried {
    every: Vec<usize>,
}

impl Trace for Tried {
    const EVERY_STEP: bool = true;

    fn tried(&mut self, effect: EffectId, _: &Trial<'_>) {
        self.every.push(effect.0);
    }
}

#[test]
fn a_path_that_is_touched_again_is_told_of_again() {
    let policy = load("deny_read('**/a')\n");
    let effects = vec![effect(Kind::Read(known("/w/a"))); 2];
    let world = MemoryWorld::new().session("/w");
    let scene = Scene::new(&policy, &world, b"/w", &effects);
    let mut tried = Tried { every: Vec::new() };
    let verdict = decide_traced(&policy, &effects, &scene, &mut tried);
    assert_eq!(tried.every, [0, 1]);
    let told = |verdict: &crate::decision::Verdict| {
        let reasons = verdict.reasons().iter().filter(|reason| matches!(reason.rule, RuleRef::Rule(_)));
        reasons.map(|reason| reason.effect.unwrap().0).collect::<Vec<_>>()
    };
    assert_eq!(told(&verdict), [0, 1]);
    assert_eq!(told(&decide(&policy, &effects, &scene)), [0, 1]);
}

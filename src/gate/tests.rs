use super::*;
use crate::decision::{Decision, EffectId};
use crate::effect::{Kind, Span, Value};
use std::string::ToString;
use std::vec;

fn effect(certainty: Certainty) -> Effect {
    let kind = Kind::ReadEnv(Value::Known("HOME".into()));
    Effect { kind, certainty, span: Span::default(), by: None, command: None }
}

fn reason(rule: RuleRef, effect: Option<usize>) -> Reason {
    Reason { decision: Decision::Allow, rule, effect: effect.map(EffectId), justification: None }
}

fn judged(rules: Vec<(RuleRef, Option<usize>)>, effects: Vec<Effect>) -> Judged {
    let reasons = rules.into_iter().map(|(rule, effect)| reason(rule, effect)).collect();
    Judged { tool: "Bash".into(), verdict: Verdict::strictest(reasons), effects, tiers: Vec::new(), lifted: None }
}

fn rule(place: &str) -> RuleRef {
    RuleRef::Rule(place.into())
}

#[test]
fn an_approval_needs_a_rule_for_everything_and_no_doubt() {
    let known = || vec![effect(Certainty::Known), effect(Certainty::Known)];
    let both = |first: RuleRef, second: RuleRef| vec![(first, Some(0)), (second, Some(1))];
    assert!(covered_by_allow_rules(&judged(both(rule("a"), rule("b")), known())));
    assert!(!covered_by_allow_rules(&judged(both(rule("a"), RuleRef::NoEffect), known())));
    assert!(!covered_by_allow_rules(&judged(both(rule("a"), RuleRef::Default("reads")), known())));
    // A rule for nothing, and a rule for something else than what may happen.
    assert!(!covered_by_allow_rules(&judged(vec![(rule("a"), None)], Vec::new())));
    for doubt in [Certainty::Partial, Certainty::Unknown] {
        let effects = vec![effect(Certainty::Known), effect(doubt)];
        assert!(!covered_by_allow_rules(&judged(both(rule("a"), rule("b")), effects)), "{doubt:?}");
    }
}

#[test]
fn what_tells_a_person_most_comes_first() {
    let effects = vec![effect(Certainty::Unknown), effect(Certainty::Known), effect(Certainty::Unknown)];
    let rules = vec![
        (rule("little"), Some(0)),
        (rule("much"), Some(1)),
        (RuleRef::Default("unknown"), Some(2)),
        (rule("whole"), None),
    ];
    let order = |verdict: &Verdict| verdict.reasons().iter().map(|r| r.rule.to_string()).collect::<Vec<_>>();
    let shown = order(&for_people(&judged(rules, effects)));
    assert_eq!(shown, ["much", "default:unknown", "whole", "little"]);
}

#[test]
fn a_reason_is_described_by_its_effect() {
    let judged = judged(vec![(rule("a"), Some(0)), (rule("b"), None)], vec![effect(Certainty::Known)]);
    let described: Vec<_> = judged.verdict.reasons().iter().map(|reason| describe(&judged, reason)).collect();
    assert_eq!(described.len(), 2);
    assert!(described[0].as_deref().is_some_and(|text| text.contains("HOME")), "{described:?}");
    assert_eq!(described[1], None);
    assert_eq!(describe(&judged, &reason(rule("c"), Some(7))), None);
}

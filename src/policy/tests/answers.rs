//! What single rules answer.

use super::nothing;
use crate::decision::Decision;
use crate::effect::{Effect, Kind, Tool, Value};
use crate::glob::{Answer, Glob};
use crate::policy::{Head, Layer, LazyRegex, List, Policy, PrefixRule, Recording, ToolRule, Trust, names, tools};
use alloc::{format, vec, vec::Vec};

fn head(decision: Decision) -> Head {
    Head { place: "t:1:1".into(), decision, justification: None, tiers: vec![] }
}

#[test]
fn of_several_names_all_have_to_match() {
    let globs = [Glob::parse("A*").unwrap(), Glob::parse("B").unwrap()];
    let answer = |all: &[&str]| names::answer(&globs, &Value::one_of(all.iter().map(|n| n.as_bytes()), 9).unwrap());
    assert_eq!(answer(&["A1"]), Answer::Yes);
    assert_eq!(answer(&["A1", "B"]), Answer::Yes);
    assert_eq!(answer(&["A1", "C"]), Answer::Maybe);
    assert_eq!(answer(&["C", "D"]), Answer::No);
    assert_eq!(names::answer(&globs, &Value::ANY_WORD), Answer::Maybe);
}

fn tool(name: &str, value: &str) -> Tool {
    Tool { name: name.into(), arguments: vec![("q".into(), value.into())], modelled: false }
}

fn rule(decision: Decision, arguments: &[&str]) -> ToolRule {
    let regex = |text: &&str| ("q".into(), LazyRegex::checked((*text).into()));
    ToolRule {
        head: head(decision),
        tool: Glob::parse("a*").unwrap(),
        arguments: arguments.iter().map(regex).collect(),
    }
}

#[test]
fn a_regex_that_does_not_compile_any_more_loosens_nothing() {
    for (decision, expected) in
        [(Decision::Allow, Answer::No), (Decision::Prompt, Answer::Yes), (Decision::Deny, Answer::Yes)]
    {
        assert_eq!(tools::answer(&rule(decision, &["["]), &tool("ab", "x")), expected, "{decision:?}");
        assert_eq!(tools::answer(&rule(decision, &["^x"]), &tool("ab", "x")), Answer::Yes);
        assert_eq!(tools::answer(&rule(decision, &["^x", "["]), &tool("ab", "y")), Answer::No);
        assert_eq!(tools::answer(&rule(decision, &["["]), &tool("b", "x")), Answer::No);
    }
}

#[test]
fn regexes_are_needed_where_one_may_decide() {
    let needs = |arguments: &[&str], name: &str| {
        let mut policy: Policy = nothing();
        policy.layers[0].tool_rules.push(rule(Decision::Deny, arguments));
        let kind = Kind::Tool(tool(name, "x"));
        policy.needs_regexes(&[Effect { kind, ..super::write(super::known("/w/a")) }])
    };
    assert_eq!(
        (needs(&["^x"], "ab"), needs(&["^x"], "b"), needs(&[], "ab"), needs(&[], "b")),
        (true, false, false, false)
    );
}

#[test]
fn rules_are_shown_with_what_they_say() {
    let regex = LazyRegex::checked("^x".into());
    assert_eq!((format!("{regex:?}"), regex.source()), ("LazyRegex(\"^x\")".into(), "^x"));
    let rule = PrefixRule {
        head: head(Decision::Deny),
        pattern: vec![vec!["git".into()]],
        ignore_case: false,
        options_anywhere: false,
        unless: vec![],
    };
    let mut list = List::default();
    list.push(rule);
    let shown = format!("{list:?}");
    assert!(shown.starts_with('[') && shown.contains("\"git\""), "{shown}");
    list.push(list[0].clone());
    assert_eq!(list.count(), 2);
    let copy: Vec<PrefixRule> = list.clone().into_iter().take(1).collect();
    assert_eq!((copy.len(), copy[0].pattern[0][0].as_str()), (1, "git"));
}

#[test]
fn what_one_layer_demands_of_records_is_demanded() {
    let layer = |trust, required, text| Layer { recording: Recording { required, text }, ..Layer::new(trust) };
    let asked = |one: (bool, bool), other: (bool, bool)| {
        let layers = vec![layer(Trust::Managed, one.0, one.1), layer(Trust::User, other.0, other.1)];
        let recording = Policy { layers, digest: String::new() }.recording();
        (recording.required, recording.text)
    };
    assert_eq!(asked((false, false), (false, false)), (false, false));
    assert_eq!(asked((true, false), (false, true)), (true, true));
    assert_eq!(asked((false, false), (true, false)), (true, false));
    assert_eq!([Trust::Managed, Trust::User, Trust::Repository].map(Trust::as_str), ["managed", "user", "repository"]);
}

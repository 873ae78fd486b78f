//! Verdicts and explanations have the form that the committed schemas say, for every end-to-end case.

#![cfg(feature = "admin")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

#[path = "cases/suite.rs"]
#[allow(dead_code, reason = "the tests that share it use different parts of it")]
mod suite;

use jsonschema::{Registry, Validator};
use prexec::decision::{Decision, EffectId, Reason, RuleRef, Verdict};
use prexec::effect::{
    Cause, Certainty, Connect, Effect, Flow, FlowSink, FlowSource, Kind, PathValue, Run, Span, Tool, Value as Held,
    Word,
};
use prexec::report::{Derivation, Explained, Judged, explain_json, verdict_json};
use serde_json::{Value, json};
use suite::Bench;

/// The validators of verdicts and of explanations.
fn validators() -> [Validator; 2] {
    let read = |text: &str| serde_json::from_str::<Value>(text).expect("a schema is JSON");
    let verdict = read(include_str!("schema/verdict-1.json"));
    let explain = read(include_str!("schema/explain-1.json"));
    for schema in [&verdict, &explain] {
        jsonschema::meta::validate(schema).unwrap_or_else(|e| panic!("{}: {e}", schema["$id"]));
    }
    let registry = Registry::new().add("urn:prexec:verdict:1", verdict.clone()).expect("a resource").prepare();
    let registry = registry.expect("a registry");
    [&verdict, &explain].map(|schema| {
        jsonschema::options()
            .with_registry(&registry)
            .build(schema)
            .unwrap_or_else(|e| panic!("{}: {e}", schema["$id"]))
    })
}

fn faults(validator: &Validator, text: &str) -> Vec<String> {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"));
    validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

#[test]
fn every_case_has_a_verdict_and_an_explanation_of_the_right_form() {
    let [verdicts, explanations] = validators();
    let mut bench = Bench::default();
    let mut judged = 0;
    for case in suite::all() {
        let Some((explanation, verdict)) = bench.explain(&case) else { continue };
        let (in_verdict, in_explanation) = (faults(&verdicts, &verdict), faults(&explanations, &explanation));
        let place = format!("{} ({})", case.place, case.name);
        assert!(in_verdict.is_empty(), "{place}: {in_verdict:?}\n{verdict}");
        assert!(in_explanation.is_empty(), "{place}: {in_explanation:?}\n{explanation}");
        assert!(explanation.ends_with(&format!("\"verdict\":{verdict}}}")), "{place}: another verdict\n{explanation}");
        for line in [&verdict, &explanation] {
            assert!(!line.chars().any(prexec::text::is_hidden), "{place}: hidden characters");
        }
        judged += 1;
    }
    assert!(judged > 900, "only {judged} cases were judged");
}

/// The forms of an effect that few calls or none have.
#[test]
fn every_kind_of_effect_has_the_right_form() {
    let path = |value: Held, tree| PathValue::standing(value, tree);
    let values = || {
        let affix = Held::Affix { prefix: b"/a".into(), suffix: b"\xff".into() };
        let set = Held::Set([b"/a".into(), b"/b".into()].into());
        [Held::from("/a"), set, affix, Held::Pattern(b"/*".into()), Held::ANY_WORD, Held::ANY_WORDS]
    };
    let mut kinds = vec![
        Kind::Tool(Tool { name: "t".into(), arguments: vec![("a".into(), "b".into())], modelled: false }),
        Kind::Unknown(Cause { code: "unparsed", detail: "it cannot be read".into() }),
        Kind::Flow(Flow { source: FlowSource::Network, sink: FlowSink::Interpreter }),
        Kind::Flow(Flow { source: FlowSource::Credential("npm token"), sink: FlowSink::File }),
        Kind::Flow(Flow { source: FlowSource::Credential("npm token"), sink: FlowSink::Tool }),
    ];
    for value in values() {
        let word = Word { value: value.clone(), span: Span::new(1, 2) };
        let program = Some(path(value.clone(), false));
        kinds.push(Kind::Run(Box::new(Run {
            argv: vec![word.clone(), word.clone()],
            more: None,
            canonical: Some(vec![word]),
            shape: None,
            loads: Vec::new(),
            program,
        })));
        kinds.push(Kind::Read(path(value.clone(), true)));
        kinds.push(Kind::Write(path(value.clone(), false)));
        for (scheme, port, method) in [(None, None, None), (Some("https"), Some(443), Some("GET"))] {
            let (scheme, method) = (scheme.map(String::from), method.map(String::from));
            kinds.push(Kind::Connect(Connect { scheme, host: value.clone(), port, method }));
        }
        kinds.push(Kind::ReadEnv(value.clone()));
        kinds.push(Kind::SetEnv(value.clone()));
        kinds.push(Kind::Flow(Flow { source: FlowSource::File(path(value.clone(), false)), sink: FlowSink::Network }));
        kinds.push(Kind::Interactive(value));
    }
    let names: std::collections::BTreeSet<_> = kinds.iter().map(Kind::name).collect();
    assert_eq!(names.len(), 10, "{names:?}");
    let [verdicts, explanations] = validators();
    let policy = format!("blake3:{}", "0".repeat(64));
    for kind in kinds {
        let shown = format!("{kind:?}");
        let effects =
            vec![Effect { kind, certainty: Certainty::Partial, span: Span::default(), by: None, command: None }];
        let rule = RuleRef::Default("unknown");
        let reason = Reason { decision: Decision::Prompt, rule, effect: Some(EffectId(0)), justification: None };
        let judged = Judged {
            tool: "t".into(),
            verdict: Verdict::of(reason),
            effects,
            tiers: vec!["open".into()],
            lifted: None,
        };
        let explained = Explained {
            call: None,
            judged: &judged,
            derivation: &Derivation::new(false),
            digest: &policy,
            source: &|_| None,
        };
        let in_verdict = faults(&verdicts, &verdict_json(&judged, &policy));
        let in_explanation = faults(&explanations, &explain_json(&explained));
        assert!(in_verdict.is_empty() && in_explanation.is_empty(), "{shown}: {in_verdict:?} {in_explanation:?}");
    }
}

/// What each explanation says of its parts agrees with the verdict in it.
#[test]
fn explanations_agree_with_their_verdicts() {
    let mut bench = Bench::default();
    for case in suite::all() {
        let Some((explanation, _)) = bench.explain(&case) else { continue };
        let whole: Value = serde_json::from_str(&explanation).expect("JSON");
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let verdict = &whole["verdict"];
        let effects: Vec<Value> = list(&whole["effects"]).iter().map(|e| e["effect"].clone()).collect();
        assert_eq!(effects, list(&verdict["effects"]), "{}", case.place);
        assert_eq!(whole["decided_by"]["rule"], verdict["reasons"][0]["rule"], "{}", case.place);
        // Every rule that adds something is a reason, and every reason by a rule is a rule that adds something.
        let mut adding: Vec<String> = Vec::new();
        for effect in list(&whole["effects"]) {
            let tried = |answer: &str| effect["tried"][answer].as_u64().unwrap_or(0);
            let all = list(&effect["rules"]);
            assert_eq!(all.len() as u64, tried("yes") + tried("maybe") + tried("no"), "{}", case.place);
            for rule in all.iter().filter(|r| !r["adds"].is_null()) {
                adding.push(format!("{} {} {}", rule["adds"], rule["rule"], effect["effect"]));
            }
            for default in list(&effect["defaults"]).iter().filter(|d| !d["replaced_by"].is_null()) {
                let by = all.iter().chain(&[]).any(|r| r["rule"] == default["replaced_by"] && r["adds"] == "allow");
                let by_command = list(&whole["effects"]).iter().any(|other| {
                    other["command"] == effect["command"]
                        && list(&other["rules"])
                            .iter()
                            .any(|r| r["rule"] == default["replaced_by"] && r["adds"] == "allow")
                });
                assert!(by || by_command, "{}: {default}", case.place);
            }
        }
        let mut reasons: Vec<String> = list(&verdict["reasons"])
            .iter()
            .filter(|r| r["rule"].as_str().is_some_and(|rule| rule.ends_with(|c: char| c.is_ascii_digit())))
            .map(|r| format!("{} {} {}", r["decision"], r["rule"], r["effect"]))
            .collect();
        adding.sort();
        reasons.sort();
        assert_eq!(adding, reasons, "{}", case.place);
    }
}

#[test]
fn the_schemas_refuse_what_is_not_of_the_form() {
    let [verdicts, explanations] = validators();
    let effect = json!({"kind": "read", "path": "/a", "certainty": "known", "by": "cat", "span": [0, 4]});
    let reason = json!({"decision": "deny", "rule": "a.rules:1:2", "effect": effect, "justification": "why"});
    let digest = format!("blake3:{}", "0".repeat(64));
    let verdict = json!({"schema": "prexec/verdict/1", "decision": "deny", "tool": "Bash", "reasons": [reason],
        "effects": [effect], "policy": digest});
    assert!(verdicts.is_valid(&verdict));
    let explanation = json!({"schema": "prexec/explain/1", "effects": [],
        "decided_by": {"rule": "a.rules:1:2", "effect": 0, "source": null}, "verdict": verdict});
    assert!(explanations.is_valid(&explanation));
    for (pointer, wrong) in [
        ("/schema", json!("prexec/verdict/2")),
        ("/decision", json!("forbidden")),
        ("/decision", json!(null)),
        ("/tool", json!(1)),
        ("/reasons", json!([])),
        ("/reasons/0/rule", json!("default:other")),
        ("/reasons/0/rule", json!("a.rules")),
        ("/reasons/0/rule", json!("input:Not Kebab")),
        ("/reasons/0/more", json!(1)),
        ("/reasons/0/justification", json!("")),
        ("/effects/0/kind", json!("eat")),
        ("/effects/0/kind", json!("run")),
        ("/effects/0/path", json!(["a"])),
        ("/effects/0/tree", json!(false)),
        ("/effects/0/host", json!("h")),
        ("/effects/0/certainty", json!("sure")),
        ("/effects/0/span", json!([0])),
        ("/effects/0/span", json!([0, -1])),
        ("/policy", json!("blake3:0")),
        ("/more", json!(1)),
    ] {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let mut other = verdict.clone();
        other.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object").insert(key.into(), wrong.clone());
        assert!(!verdicts.is_valid(&other), "{pointer} = {wrong}");
        let mut other_explanation = explanation.clone();
        other_explanation["verdict"] = other;
        assert!(!explanations.is_valid(&other_explanation), "verdict{pointer} = {wrong}");
    }
    for key in ["schema", "decision", "tool", "reasons", "effects", "policy"] {
        let mut other = verdict.clone();
        other.as_object_mut().expect("an object").remove(key);
        assert!(!verdicts.is_valid(&other), "without {key}");
    }
}

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
use prexec::audit::{self, Asker, Entry, MOST_LINE, Time};
use prexec::decision::{Decision, EffectId, Reason, RuleRef, Verdict};
use prexec::effect::{
    Cause, Certainty, Connect, Effect, Flow, FlowSink, FlowSource, Kind, PathValue, Run, Span, Tool, Value as Held,
    Word,
};
use prexec::report::{Derivation, Explained, Judged, explain_json, verdict_json};
use prexec::trail::read_line;
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
                // What a repository allows adds nothing, and replaces that repository's own defaults.
                let own = default["layer"] == "repository";
                let allows =
                    |r: &Value| r["adds"] == "allow" || own && r["decision"] == "allow" && r["answer"] == "yes";
                let replaces = |r: &Value| r["rule"] == default["replaced_by"] && allows(r);
                let by = all.iter().any(replaces);
                let by_command = list(&whole["effects"])
                    .iter()
                    .any(|other| other["command"] == effect["command"] && list(&other["rules"]).iter().any(replaces));
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

fn record_validator() -> Validator {
    let schema: Value = serde_json::from_str(include_str!("schema/record-1.json")).expect("a schema is JSON");
    jsonschema::meta::validate(&schema).unwrap_or_else(|e| panic!("{e}"));
    jsonschema::validator_for(&schema).expect("a schema")
}

const ASKER: Asker<'_> = Asker {
    agent: "codex",
    time: Time { seconds: 1_795_222_471, nanos: 5000 },
    process: 7,
    account: 1000,
    user: Some(b"u"),
    host: b"host",
};

#[test]
fn every_case_has_a_record_of_the_right_form() {
    let validator = record_validator();
    let (mut bench, mut seen) = (Bench::default(), 0);
    for case in suite::all() {
        let Some((call, judged)) = bench.judged(&case) else { continue };
        for text in [false, true] {
            let cwd = call.as_ref().map(|call| call.cwd.as_bytes().to_vec()).unwrap_or_default();
            let entry = match &call {
                Ok(call) => Entry::of_call(call, &cwd, &judged, text),
                Err(_) => Entry { event: "unread", judged: Some(&judged), ..Entry::default() },
            };
            let entry = Entry { answer: Some("deny"), micros: Some(1), policy: Some("blake3:0"), ..entry };
            let line = audit::line(&ASKER, &entry, u32::from(text));
            let place = format!("{} ({})", case.place, case.name);
            assert_eq!(faults(&validator, &line), Vec::<String>::new(), "{place}: {line}");
            assert!(line.len() <= MOST_LINE, "{place}: {} bytes", line.len());
            assert!(!line.chars().any(prexec::text::is_hidden), "{place}: {line}");
            let record = read_line(line.as_bytes()).unwrap_or_else(|| panic!("{place}: {line}"));
            assert_eq!(record.decision.as_deref(), Some(judged.verdict.decision().as_str()), "{place}");
            assert_eq!(
                record.cut,
                record.reasons.len() < judged.verdict.reasons().len() || record.effects.len() < judged.effects.len(),
                "{place}: {line}"
            );
            for (told, reason) in record.reasons.iter().zip(judged.verdict.reasons()) {
                assert_eq!(told.rule, reason.rule.to_string(), "{place}");
                let kind = |at: usize| record.effects[at].kind.clone();
                let meant = reason.effect.map(|id| judged.effects[id.0].kind.name().to_owned());
                assert!(told.effect.map(kind).is_none_or(|kind| Some(kind) == meant), "{place}: {line}");
                assert!(told.effect.is_some() || meant.is_none() || record.cut, "{place}: {line}");
            }
            let words = record.effects.iter().any(|effect| effect.argv.is_some());
            assert!(text || (record.text.is_none() && !words), "{place}: {line}");
            assert!(!text || call.is_err() || record.text.is_some(), "{place}: {line}");
            seen += 1;
        }
    }
    assert!(seen > 3000, "{seen}");
}

#[test]
fn a_record_is_short_whatever_it_tells_of() {
    let validator = record_validator();
    let long = "\u{1}\"\u{202e}".repeat(20_000);
    let written = |n: usize| Effect {
        kind: Kind::Write(PathValue::file(format!("/{n}/{long}").as_str().into())),
        certainty: Certainty::Known,
        span: Span::default(),
        by: Some(long.as_str().into()),
        command: None,
    };
    let effects: Vec<Effect> = (0..50).map(written).collect();
    let reason = |n: usize| Reason {
        decision: Decision::Deny,
        rule: RuleRef::Rule(format!("{n}{long}")),
        effect: Some(EffectId(49 - n)),
        justification: Some(long.clone()),
    };
    let verdict = Verdict::strictest((0..50).map(reason).collect());
    let tiers = vec![long.clone(); 100];
    let judged = Judged { tool: long.clone(), verdict, effects, tiers, lifted: None };
    let entry = Entry {
        event: &long,
        session: Some(&long),
        turn: Some(&long),
        subagent: Some((&long, Some(&long))),
        model: Some(&long),
        mode: Some(&long),
        call: Some(&long),
        cwd: Some(long.as_bytes()),
        repository: Some(long.as_bytes()),
        tool: Some(&long),
        judged: Some(&judged),
        answer: Some("deny"),
        observed: true,
        policy: Some(&long),
        micros: Some(u64::MAX),
        text: Some(long.as_str().into()),
        status: Some(i32::MIN),
        detail: Some(&long),
        ..Entry::default()
    };
    let asker = Asker { user: Some(long.as_bytes()), host: long.as_bytes(), process: u32::MAX, ..ASKER };
    let line = audit::line(&asker, &entry, u32::MAX);
    assert!(line.len() <= MOST_LINE && line.len() > MOST_LINE / 2, "{} bytes", line.len());
    assert_eq!(faults(&validator, &line), Vec::<String>::new());
    let record = read_line(line.as_bytes()).expect("a record");
    assert!(record.cut && !record.effects.is_empty() && !record.reasons.is_empty());
    // The effects that are spoken of are there, before others.
    assert_eq!(record.reasons[0].effect, Some(record.effects.len() - 1));
}

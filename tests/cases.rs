//! The end-to-end cases: every call gets the verdict that is written beside it, for the reason that is written beside it.

#![cfg(feature = "admin")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

#[path = "cases/suite.rs"]
#[allow(dead_code, reason = "the two tests that share it use different parts of it")]
mod suite;

use serde_json::Value;
use suite::{Ask, Bench, Case, Outcome};

/// Bytes of a script that a failure shows; some cases have very long ones.
const SHOWN: usize = 400;

#[test]
fn every_case_gets_its_verdict_and_reason() {
    let cases = suite::all();
    let mut bench = Bench::default();
    let failures: Vec<String> = cases.iter().filter_map(|case| failure(case, &bench.judge(case))).collect();
    assert!(failures.is_empty(), "{} of {} cases fail:\n\n{}\n", failures.len(), cases.len(), failures.join("\n\n"));
}

/// What is wrong with an outcome, with everything that explains it.
fn failure(case: &Case, outcome: &Outcome) -> Option<String> {
    let (wrong, got) = match outcome {
        Outcome::LoadError(findings) => {
            let wanted = case.expects_load_error() && case.rules.iter().any(|r| findings.starts_with(r.as_str()));
            (if wanted { Vec::new() } else { vec!["policy"] }, format!("the policy does not load:\n{findings}"))
        }
        Outcome::Judged(decision, json) => {
            let first = &json["reasons"][0];
            let rule = first["rule"].as_str().unwrap_or_default();
            let mut wrong = Vec::new();
            if !case.expect.iter().any(|e| e == decision.as_str()) {
                wrong.push("verdict");
            }
            if !case.rules.iter().any(|r| rule.starts_with(r.as_str())) {
                wrong.push("rule");
            }
            if case.effect.iter().any(|(key, value)| first["effect"].get(key) != Some(value)) {
                wrong.push("effect");
            }
            (wrong, format!("{decision:?}\n{}", reasons(json)).to_lowercase())
        }
    };
    (!wrong.is_empty()).then(|| {
        let effect =
            if case.effect.is_empty() { String::new() } else { format!(" on {}", Value::from(case.effect.clone())) };
        format!(
            "{}: {}: wrong {}\n  call: {}\n  expected: {} by {}{effect}\n  got: {got}",
            case.place,
            case.name,
            wrong.join(", "),
            call(&case.ask),
            case.expect.join(" or "),
            case.rules.join(" or "),
        )
    })
}

/// Every reason of a verdict on a line of its own.
fn reasons(json: &Value) -> String {
    let lines = json["reasons"].as_array().into_iter().flatten().map(|reason| {
        let text = |key: &str| reason[key].as_str().unwrap_or("-");
        let effect = reason.get("effect").map_or_else(String::new, |e| format!(" on {e}"));
        format!("    {} by {}{effect}", text("decision"), text("rule"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn call(ask: &Ask) -> String {
    let text = match ask {
        Ask::Script(script) => format!("{script:?}"),
        Ask::Tool(name, input) => format!("{name} {input}"),
        Ask::Raw(text) => format!("payload {text:?}"),
    };
    if text.chars().count() <= SHOWN { text } else { text.chars().take(SHOWN).chain("...".chars()).collect() }
}

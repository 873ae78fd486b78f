//! `prexec hook --agent claude`: calls in the shape that Claude Code's documentation gives them, and at the end as version 2.1.197 sent them; and what
//! it is answered.

use crate::harness::Place;
use serde_json::Value;

const CALLS: &str = include_str!("claude.jsonl");

#[test]
fn each_call_gets_the_answer_of_its_verdict() {
    let place = Place::new();
    std::fs::create_dir_all(place.path().join("src")).unwrap();
    std::fs::create_dir(place.path().join(".git")).unwrap();
    for file in [".env", "README.md", "src/a.py", "n.ipynb"] {
        place.write(file, "x");
    }
    place.write("policy.rules", "include(\"@prexec/controlled.rules\")\n");
    // Compiled, so that no call comes near its deadline on a busy machine.
    let compiled = place.run(&["compile", "--policy", "policy.rules", "-o", "policy.bin"], b"");
    assert_eq!(compiled.status, Some(0), "{compiled:?}");
    let here = place.path().to_str().unwrap();
    let mut wrong = Vec::new();
    for line in CALLS.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let payload = case["payload"].to_string().replace("CWD", here);
        let arguments = ["hook", "--agent", "claude", "--policy", "policy.bin", "--home", "/home/u"];
        let ended = place.run(&arguments, payload.as_bytes());
        let json: Value = serde_json::from_str(&ended.stdout).unwrap_or_default();
        let output = &json["hookSpecificOutput"];
        let found = match (ended.status, &*ended.stdout, &*ended.stderr) {
            (Some(0), "", "") => "allow",
            (Some(2), "", text) if !text.trim().is_empty() => "deny",
            (Some(0), _, "") if output["permissionDecision"] == "ask" => "ask",
            _ => "nothing that Claude Code understands",
        };
        let expected = case["expect"].as_str().unwrap();
        let says = format!("{}{}", ended.stderr, output["permissionDecisionReason"].as_str().unwrap_or_default());
        let stopped = expected == "stopped" && matches!(found, "ask" | "deny");
        let named = case["says"].as_str().is_none_or(|part| says.contains(part));
        if found == "ask" {
            let keys: Vec<&String> = output.as_object().unwrap().keys().collect();
            assert_eq!(keys, ["hookEventName", "permissionDecision", "permissionDecisionReason"]);
            assert_eq!(output["hookEventName"], "PreToolUse");
        }
        if !(found == expected || stopped) || !named {
            wrong.push(format!("{line}\n  got {found}: {says}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn an_agent_that_is_not_known_blocks() {
    let place = Place::new();
    let ended = place.with_policy("hook", &["--agent", "other"], &place.shell("true"));
    ended.assert_blocks("an unknown agent");
    assert!(ended.stderr.contains("invalid value 'other' for '--agent <AGENT>'"), "{}", ended.stderr);
}

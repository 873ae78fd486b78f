use super::{Learner, Suggestions, render};
use crate::rules::Loader;
use crate::world::memory::MemoryWorld;
use serde_json::{Value as Json, json};
use std::{format, string::String, string::ToString, vec::Vec};

const HERE: &str = "/w/p";

fn call(tool: &str, input: &Json, mode: &str) -> Vec<u8> {
    json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": HERE, "model": "m",
        "permission_mode": mode, "tool_name": tool, "tool_input": input, "tool_use_id": "u",
    })
    .to_string()
    .into_bytes()
}

fn learn(policy: &str, calls: &[Vec<u8>]) -> Suggestions {
    let policy = Loader::new().load_text("a.rules", policy).unwrap().policy;
    let world = MemoryWorld::new().session(HERE).home("/home/u").repository(HERE, &[]).directory("/usr/bin");
    let world = world.text("/w/p/tools/gen.py", "x").program("/w/p/run");
    let mut learner = Learner::new(&policy, &world);
    for line in calls {
        learner.line(line);
    }
    learner.finish().unwrap()
}

fn asked(command: &str) -> Vec<u8> {
    call("Bash", &json!({ "command": command }), "default")
}

fn unattended(command: &str) -> Vec<u8> {
    call("Bash", &json!({ "command": command }), "bypassPermissions")
}

/// The rules for one call under the posture.
fn rules(policy: &str, commands: &[&str]) -> Vec<String> {
    let calls: Vec<_> = commands.iter().map(|command| asked(command)).collect();
    learn(policy, &calls).rules.into_iter().map(|rule| rule.rule).collect()
}

const CONTROLLED: &str = "include(\"@prexec/controlled.rules\")\n";
const STRICT: &str = "default(commands = \"prompt\", writes = \"prompt\", reads = \"allow\")\n";

#[test]
fn the_narrowest_rule_that_helps() {
    for (policy, command, rule) in [
        (
            CONTROLLED,
            "curl -s https://docs.example.com/x",
            "host_rule(\"docs.example.com\", \"allow\", methods = [\"GET\"], match = [\"GET docs.example.com\"]",
        ),
        (STRICT, "git status -sb", "prefix_rule([\"git\", \"status\"], match = [\"git status\"]"),
        (STRICT, "git -C sub status", "prefix_rule([\"git\", \"status\"], match = [\"git status\"]"),
        (STRICT, "frobnicate build --all", "prefix_rule([\"frobnicate\", \"build\"], match = [\"frobnicate build\"]"),
        (STRICT, "docker image ls -a", "prefix_rule([\"docker\", \"image\", \"ls\"], match = [\"docker image ls\"]"),
        (STRICT, "./run x", "glob_rule(\"./run\", \"execute\", \"allow\", match = [\"run\"]"),
    ] {
        assert_eq!(rules(policy, &[command]), [rule], "{command}");
    }
}

#[test]
fn no_rule_for_what_can_run_anything_or_was_asked_on_purpose() {
    for (policy, command) in [
        (CONTROLLED, "git push origin main"),
        (CONTROLLED, "npm publish"),
        (CONTROLLED, "cat .env"),
        (CONTROLLED, "$x status"),
        (CONTROLLED, "curl -s https://$HOST/x"),
        (STRICT, "env ls"),
        (STRICT, "sudo id"),
        (STRICT, "bash -c 'id'"),
        (STRICT, "python3 -c 'print(1)'"),
        (STRICT, "xargs ls"),
        (STRICT, "docker run alpine"),
        (STRICT, "kubectl exec x -- id"),
        (STRICT, "npx cowsay"),
        (STRICT, "ssh host id"),
        (STRICT, "find . -exec id {} +"),
        (STRICT, "frobnicate sh -c id"),
        (STRICT, "frobnicate"),
        (STRICT, "frobnicate --all"),
        (STRICT, "/opt/x/tool a"),
        (STRICT, "git status > /home/u/x"),
        (STRICT, "frobnicate 'a\", decision=\"allow'"),
        (STRICT, "'fro\"b' x"),
    ] {
        let found = learn(policy, &[asked(command)]);
        assert!(found.rules.is_empty(), "{command}: {:?}", found.rules);
    }
}

#[test]
fn nothing_that_was_denied_or_asked_unattended_is_opened() {
    let get = "curl -s https://docs.example.com/x";
    for mode in ["bypassPermissions", "dontAsk", "plan", ""] {
        let calls = [asked(get), call("Bash", &json!({ "command": get }), mode)];
        let found = learn(CONTROLLED, &calls);
        assert!(found.rules.is_empty() && found.withdrawn == 1, "{mode}: {:?}", found.rules);
    }
    // Not even as a part of another call.
    let found = learn(CONTROLLED, &[asked(get), unattended(&format!("{get}; git push"))]);
    assert!(found.rules.is_empty() && found.withdrawn == 1, "{:?}", found.rules);
    let found = learn(CONTROLLED, &[asked(get), asked(&format!("{get}; cat .env"))]);
    assert!(found.rules.is_empty() && found.counts.denied == 1, "{:?}", found.rules);
    let found = learn(CONTROLLED, &[unattended(get)]);
    assert!(found.rules.is_empty() && found.counts.unattended == 1, "{:?}", found.rules);
}

#[test]
fn what_does_not_help_is_left_out() {
    // One part asks by a rule, so that the host alone changes nothing.
    let found = learn(CONTROLLED, &[asked("curl -s https://docs.example.com/x; git push")]);
    assert!(found.rules.is_empty() && found.left.values().sum::<usize>() == 1, "{found:?}");
    // Two hosts are two rules, and both are needed.
    let two = "curl -s https://a.example.com/; curl -s https://b.example.com/";
    assert_eq!(rules(CONTROLLED, &[two]).len(), 2);
}

#[test]
fn tools_are_named_in_full() {
    let calls = [
        call("mcp__docs__search", &json!({"q": "x"}), "default"),
        call("mcp__docs__search", &json!({"q": "y"}), "default"),
    ];
    let found = learn(CONTROLLED, &calls);
    assert_eq!(found.rules.len(), 1, "{found:?}");
    assert!(found.rules[0].rule.starts_with("tool_rule(\"mcp__docs__search\", \"allow\""), "{found:?}");
    assert_eq!(found.rules[0].helps, 2);
}

#[test]
fn the_text_loads_and_no_example_ends_its_comment() {
    let hostile = "curl -s https://docs.example.com/x #\nprefix_rule([\"rm\"])\r\u{202e}\nx=1";
    let found = learn(CONTROLLED, &[asked(hostile), asked("curl -s https://docs.example.com/x"), b"{}".to_vec()]);
    let text = render(&found, "calls\nprefix_rule([\"rm\"])");
    let loaded = Loader::new().load_text("s.rules", &text).unwrap();
    assert_eq!(loaded.rules.len(), 1, "{text}");
    assert!(loaded.policy.layers[0].prefix_rules.is_empty(), "{text}");
    assert!(text.contains("TODO: who looked at this") && text.contains("1 line is no hook call"), "{text}");
}

#[test]
fn credentials_are_not_shown() {
    let secret =
        "curl -s -H 'Authorization: Bearer ghp_q7Rt2Lm9Zx4Bv6Nc8Wd1Ky3Hp5Jf0Gs7Qa2T' https://docs.example.com/x";
    let text = render(&learn("default(network = \"prompt\")\n", &[asked(secret)]), "calls");
    assert!(!text.contains("ghp_"), "{text}");
    // Told by their options and names: neither a rule, nor an example, nor what is said of a command shows them.
    let ask = "default(commands = \"prompt\", reads = \"prompt\", writes = \"prompt\")\n";
    let told = ["make API_KEY=Tr0ub4dor-3x", "heroku config:set PASSWORD=Tr0ub4dor-3x", "openssl -k 'Tr0ub4dor-3x' x"];
    let text = render(&learn(ask, &told.map(asked)), "calls");
    assert!(!text.contains("Tr0ub"), "{text}");
    assert!(text.contains("a secret stands in what it asks about"), "{text}");
}

/// A record of a decision, with `more` of its fields.
fn record(decision: &str, mode: &str, more: &Json) -> crate::trail::Record {
    let mut record = json!({
        "schema": "prexec/record/1", "kind": "decision", "time": "2026-11-21T00:45:12.123456Z", "id": "0", "agent": "codex",
        "event": "PreToolUse", "uid": 1, "host": "h", "version": "0", "cwd": HERE, "mode": mode, "decision": decision,
        "tool": "Bash",
    });
    for (key, value) in more.as_object().unwrap() {
        record[key] = value.clone();
    }
    crate::trail::read_line(record.to_string().as_bytes()).unwrap()
}

/// The rules for these records under the strict policy, and how many were withdrawn.
fn learn_records(records: &[crate::trail::Record]) -> (Vec<String>, usize) {
    let policy = Loader::new().load_text("a.rules", STRICT).unwrap().policy;
    let world = MemoryWorld::new().session(HERE).home("/home/u").repository(HERE, &[]).directory("/usr/bin");
    let mut learner = Learner::new(&policy, &world);
    for record in records {
        learner.record(record);
    }
    let found = learner.finish().unwrap();
    (found.rules.into_iter().map(|rule| rule.rule).collect(), found.withdrawn)
}

#[test]
fn records_with_their_texts_are_as_good_as_calls() {
    let asked = |text: &str| record("prompt", "default", &json!({ "text": text }));
    let rule = "prefix_rule([\"git\", \"status\"], match = [\"git status\"]".to_string();
    assert_eq!(learn_records(&[asked("git status -sb")]), (Vec::from([rule.clone()]), 0));
    // What was denied then, or could not be asked about, stays closed whatever the policy says now.
    for (decision, mode) in [("deny", "default"), ("prompt", "bypassPermissions"), ("deny", "bypassPermissions")] {
        let closed = record(decision, mode, &json!({ "text": "git status -x" }));
        assert_eq!(learn_records(&[asked("git status -sb"), closed]), (Vec::new(), 1), "{decision} {mode}");
    }
    // What ran says nothing against a rule, and neither does what became of a call.
    let ran = record("allow", "default", &json!({ "text": "git status -x" }));
    let outcome =
        record("deny", "default", &json!({ "kind": "outcome", "event": "PostToolUse", "text": "git status -x" }));
    assert_eq!(learn_records(&[asked("git status -sb"), ran, outcome]), (Vec::from([rule]), 0));
}

/// A denied call of which only a part is recorded counts against every rule that could speak of it.
#[test]
fn what_is_known_in_part_counts_against_a_rule() {
    let asked = record("prompt", "default", &json!({ "text": "git status -sb" }));
    let denied = |effects: Json, more: &Json| {
        let mut fields = json!({ "effects": effects });
        for (key, value) in more.as_object().unwrap() {
            fields[key] = value.clone();
        }
        learn_records(&[asked.clone(), record("deny", "default", &fields)]).1
    };
    let run = |program: &str| json!([{ "kind": "run", "certainty": "known", "program": program }]);
    let none = &json!({});
    for (effects, more, withdrawn) in [
        (run("git"), none, 1),
        (run("cargo"), none, 0),
        (run("git"), &json!({ "text": "git [cut]" }), 1),
        (run("git"), &json!({ "text": "git push", "redacted": 1 }), 1),
        (run("cargo"), &json!({ "cut": true }), 1),
        (json!([{ "kind": "run", "certainty": "unknown" }]), none, 1),
        (json!([{ "kind": "unknown", "certainty": "unknown", "code": "unparsed" }]), none, 1),
        (json!([{ "kind": "read", "certainty": "known", "path": "/w/p/.env" }]), none, 0),
        (json!([]), none, 1),
        // Rules have no say in these.
        (json!([]), &json!({ "reasons": [{ "decision": "deny", "rule": "limit:depth" }] }), 0),
        (json!([]), &json!({ "tool": null, "event": "unread" }), 0),
        (run("git"), &json!({ "agent": "claude", "text": "git push" }), 1),
    ] {
        assert_eq!(denied(effects.clone(), more), withdrawn, "{effects} {more}");
    }
}

#[test]
fn every_candidate_can_ask_instead() {
    let policy = "default(commands = \"prompt\", network = \"prompt\", tools = \"prompt\", writes = \"prompt\")\n";
    let calls =
        [asked("git status"), asked("curl -s https://docs.example.com/x"), asked("./run x"), asked("touch new")];
    let tool = call("mcp__github__list", &json!({}), "default");
    let rules = learn(policy, &[calls.as_slice(), &[tool]].concat()).rules;
    assert!(rules.len() >= 4, "{rules:?}");
    for rule in rules {
        let asking = super::Candidate { rule: rule.rule, note: None }.asking();
        let loaded = Loader::new().load_text("a.rules", &format!("{asking})\n"));
        assert!(loaded.is_ok() && asking.contains("\"prompt\""), "{asking}: {:?}", loaded.err());
    }
}

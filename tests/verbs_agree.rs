//! One call, one verdict: through `hook`, `check`, `check --jsonl` and `explain`, by the sources of a policy and compiled.

#![cfg(feature = "admin")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Every so many of the lines of the corpora.
const STEP: usize = 70;

const POLICIES: [&str; 3] = [
    "include(\"@prexec/controlled.rules\")\n",
    "include(\"@prexec/open.rules\")\ndeny_read(\"**/*.md\")\nprefix_rule([\"git\"], decision = \"prompt\")\n",
    "default(commands = \"prompt\", reads = \"prompt\", unknown = \"forbidden\")\nprefix_rule([[\"ls\", \"git\", \"cargo\"]])\n",
];

fn scripts() -> Vec<String> {
    let corpora = [include_str!("corpus/benign.jsonl"), include_str!("corpus/hostile.jsonl")];
    let lines = corpora.iter().flat_map(|corpus| corpus.lines()).filter(|line| line.starts_with('{'));
    let script = |line: &str| {
        let row: Value = serde_json::from_str(line).expect("a row is JSON");
        row.get("command").or_else(|| row.get("script")).and_then(Value::as_str).map(String::from)
    };
    lines.step_by(STEP).filter_map(script).collect()
}

fn prexec(directory: &Path, arguments: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prexec"));
    command.args(arguments).current_dir(directory).env_clear().env("PATH", "/usr/bin:/bin");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("prexec starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    std::thread::scope(|scope| {
        scope.spawn(move || pipe.write_all(stdin.as_bytes()));
        child.wait_with_output().expect("it ends")
    })
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

#[test]
fn every_verb_says_the_same() {
    let place = tempfile::tempdir().expect("a directory");
    let (directory, scripts) = (place.path(), scripts());
    assert!(scripts.len() > 20, "only {} scripts", scripts.len());
    let call = |script: &str| {
        json!({
            "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": directory,
            "model": "m", "permission_mode": "default", "tool_name": "Bash", "tool_input": { "command": script },
            "tool_use_id": "u",
        })
        .to_string()
    };
    let calls: String = scripts.iter().map(|script| call(script) + "\n").collect();
    for (index, policy) in POLICIES.iter().enumerate() {
        let (sources, compiled) = (format!("p{index}.rules"), format!("p{index}.bin"));
        std::fs::write(directory.join(&sources), policy).expect("a policy");
        let made = prexec(directory, &["compile", "--policy", &sources, "-o", &compiled], "");
        assert!(made.status.success(), "{made:?}");
        let all = |policy: &str| text(&prexec(directory, &["check", "--policy", policy, "--jsonl"], &calls));
        let verdicts = all(&sources);
        assert_eq!(verdicts, all(&compiled), "compiled, policy {index}");
        assert_eq!(verdicts.lines().count(), scripts.len());
        // Each of the other verbs is a process of its own: they take turns.
        for (at, (script, verdict)) in scripts.iter().zip(verdicts.lines()).enumerate() {
            let policy = if at % 2 == 0 { &sources } else { &compiled };
            let whole: Value = serde_json::from_str(verdict).expect("JSON");
            let decision = whole["decision"].as_str().expect("a decision");
            let hook = prexec(directory, &["hook", "--policy", policy], &call(script));
            let expected = if decision == "allow" { Some(0) } else { Some(2) };
            assert_eq!(hook.status.code(), expected, "hook, policy {index}: {script:?}: {verdict}");
            let check = prexec(directory, &["check", "--policy", policy, "--json", "--", script], "");
            assert_eq!(text(&check).trim_end(), verdict, "check, policy {index}: {script:?}");
            if at % 4 == 0 {
                let explain = prexec(directory, &["explain", "--policy", policy, "--json", "--", script], "");
                let explained: Value = serde_json::from_str(&text(&explain)).expect("JSON");
                assert_eq!(explained["verdict"]["decision"], decision, "explain, policy {index}: {script:?}");
            }
        }
    }
}

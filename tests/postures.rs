//! What the postures do with labelled commands and with the everyday commands of public projects. Run with `--nocapture` to see the
//! figures and every row that is not as it should be.

#![cfg(feature = "admin")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot read its rows has no other way to say so"
)]

use prexec::codex;
use prexec::decision::Decision;
use prexec::gate;
use prexec::policy::Policy;
use prexec::report::verdict_json;
use prexec::rules::Loader;
use prexec::world::memory::MemoryWorld;
use serde_json::{Value, json};
use std::path::Path;

const HERE: &str = "/srv/project";

fn posture(name: &str) -> Policy {
    Loader::new().embedded(name).map_err(|d| d.to_string()).unwrap().policy
}

fn rows(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{name}: {e}: {line}"))).collect()
}

fn machine() -> MemoryWorld {
    let mut world =
        MemoryWorld::new().session(HERE).home("/home/test").account("test", "/home/test").repository(HERE, &[]);
    for directory in ["/tmp", "/var/tmp", "/dev", "/etc", "/usr/bin"] {
        world = world.directory(directory);
    }
    for directory in ["src", "tests", "docs", "scripts"] {
        world = world.directory(format!("{HERE}/{directory}"));
    }
    // A package of Python.
    world.file(format!("{HERE}/tests/__init__.py"))
}

/// The machine with a `package.json` that has the scripts which a command of a `package.json` calls by their names, as that file has.
fn machine_of(row: &Value) -> MemoryWorld {
    let mut names = serde_json::Map::new();
    if row["from"].as_str().is_some_and(|from| from.ends_with("package.json")) {
        let words: Vec<&str> = row["command"].as_str().unwrap().split_whitespace().collect();
        for two in words.windows(2).filter(|two| matches!(two[0], "yarn" | "pnpm" | "start-server-and-test")) {
            names.insert(two[1].into(), json!("node x.js"));
        }
    }
    machine().text(format!("{HERE}/package.json"), json!({ "scripts": names }).to_string())
}

/// The decision, and the first reason.
fn judge(row: &Value, policy: &Policy, world: &MemoryWorld) -> (Decision, String) {
    let payload = json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": HERE, "model": "m",
        "permission_mode": "default", "tool_name": "Bash", "tool_input": { "command": row["command"] }, "tool_use_id": "u",
    });
    let judged = gate::judge(&codex::read(payload.to_string().as_bytes()), policy, world);
    let verdict: Value = serde_json::from_str(&verdict_json(&judged, &policy.digest)).unwrap();
    let reason = &verdict["reasons"][0];
    (judged.verdict.decision(), format!("{} {}", reason["rule"].as_str().unwrap_or_default(), reason["effect"]))
}

/// Rows with this label and how many of them are stopped, and denied.
fn stopped(rows: &[Value], label: &str, policy: &Policy, show: bool) -> (usize, usize, usize) {
    let world = machine();
    let (mut all, mut stopped, mut denied) = (0, 0, 0);
    for row in rows.iter().filter(|row| row["expected"] == label) {
        let (decision, reason) = judge(row, policy, &world);
        all += 1;
        stopped += usize::from(decision != Decision::Allow);
        denied += usize::from(decision == Decision::Deny);
        if show && (decision == Decision::Allow) == (label == "deny") {
            println!("{label}: {} {:?} {reason}", decision.as_str(), row["command"].as_str().unwrap());
        }
    }
    (all, stopped, denied)
}

#[test]
fn labelled_commands_under_each_posture() {
    let rows = rows("commands.jsonl");
    // The least share of what must be stopped, and the most of what must not be, in percent.
    for (name, least, most) in [("lockdown.rules", 97, 100), ("controlled.rules", 97, 5), ("open.rules", 50, 5)] {
        let policy = posture(name);
        let (bad, caught, denied) = stopped(&rows, "deny", &policy, name == "controlled.rules");
        let (good, disturbed, wrong) = stopped(&rows, "allow", &policy, name == "controlled.rules");
        println!(
            "{name}: {caught} of {bad} stopped ({denied} denied); {disturbed} of {good} disturbed ({wrong} denied)"
        );
        assert!(caught * 100 >= bad * least, "{name}: only {caught} of {bad} are stopped");
        assert!(disturbed * 100 <= good * most, "{name}: {disturbed} of {good} are disturbed");
        if name == "controlled.rules" {
            // Rows with a reason were labelled `allow` first; asking about them is a judgement, and counts here.
            let first: Vec<Value> = rows.iter().filter(|row| row["why"].is_string()).cloned().collect();
            let (asks, more, _) = stopped(&first, "ask", &policy, false);
            println!("as first labelled: {} of {} disturbed", disturbed + more, good + asks);
            for row in &first {
                let (decision, _) = judge(row, &policy, &machine());
                println!(
                    "  {} {:?}: {}",
                    decision.as_str(),
                    row["command"].as_str().unwrap(),
                    row["why"].as_str().unwrap()
                );
            }
            let bypass: Vec<Value> = rows.iter().filter(|row| row["kind"] == "bypass").cloned().collect();
            let (all, caught, _) = stopped(&bypass, "deny", &policy, false);
            assert!(caught * 100 >= all * 95, "{name}: only {caught} of {all} bypasses are stopped");
        }
    }
}

#[test]
fn everyday_commands_of_public_projects_are_not_denied() {
    let (rows, policy) = (rows("public.jsonl"), posture("controlled.rules"));
    let (mut all, mut asked, mut denied) = (0, 0, Vec::new());
    for row in rows.iter().filter(|row| row["asks"] != true) {
        let (decision, reason) = judge(row, &policy, &machine_of(row));
        all += 1;
        asked += usize::from(decision == Decision::Prompt);
        if decision != Decision::Allow {
            println!("{} [{}] {:?} {reason}", decision.as_str(), row["kind"], row["command"].as_str().unwrap());
        }
        if decision == Decision::Deny {
            denied.push(format!("{} {reason}", row["command"]));
        }
    }
    println!("{all} everyday commands: {asked} asked about, {} denied", denied.len());
    assert!(all >= 1500, "only {all} rows");
    assert!(denied.len() * 200 <= all, "{} of {all} are denied:\n{}", denied.len(), denied.join("\n"));
    // What is left: archives that are unpacked where git or an agent would act upon what they hold, names of programs that are not
    // known, and code in words that uses packages.
    assert!(asked * 100 <= all * 3, "{asked} of {all} are asked about");
}

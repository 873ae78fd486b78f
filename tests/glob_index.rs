//! Many glob rules: the index over them changes no verdict, whatever is called.

#![cfg(feature = "admin")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot read its rows has no other way to say so")]

use prexec::codex;
use prexec::gate;
use prexec::policy::Policy;
use prexec::report::verdict_json;
use prexec::rules::Loader;
use prexec::world::memory::MemoryWorld;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Rules of all kinds over the places that the rows of the corpora touch, and as many again that are never near.
fn policy() -> String {
    let mut text = String::from("default(unknown = \"prompt\", network = \"prompt\")\n");
    let globs = [
        "./.env",
        "./secrets",
        "~/.ssh",
        "~/.aws/*",
        "**/*.pem",
        "**/id_*",
        "**/{.env,.envrc}.local",
        "/etc/**",
        "/etc/shadow",
        "./src/**/*.rs",
        "./src",
        "**/Makefile",
        "./docs/*.md",
        "~/.bashrc",
        "**/.git",
        "./{out,build}",
        "/tmp/*",
        "**/README*",
        "./tests/[a-m]*",
        "**/*.{json,csv}",
        "/w/p/logs",
        "**/node_modules/**",
        "./Cargo.???k",
        "/",
    ];
    for (n, glob) in globs.iter().enumerate() {
        for (access, decision) in [("read", "forbidden"), ("write", "prompt"), ("execute", "prompt"), ("read", "allow")]
        {
            let unless = if n % 3 == 0 { ", unless = [\"**/*.pub\", \"**/.env.example\", \"./src/util\"]" } else { "" };
            let _ = writeln!(text, "glob_rule(\"{glob}\", access = \"{access}\", decision = \"{decision}\"{unless})");
        }
    }
    for n in 0..100 {
        let _ = writeln!(text, "deny_read([\"**/far{n}\", \"/srv/far{n}/**\", \"~/.far{n}/x*\", \"**/*.far{n}\"])");
    }
    text.push_str("flow_rule(\"protected\", \"network\", \"forbidden\")\n");
    text
}

fn machine() -> MemoryWorld {
    let mut world = MemoryWorld::new().session("/w/p").home("/home/u").account("u", "/home/u").repository("/w/p", &[]);
    for file in [
        "/w/p/.env",
        "/w/p/secrets/key.pem",
        "/w/p/README.md",
        "/w/p/src/main.rs",
        "/w/p/src/util/mod.rs",
        "/w/p/docs/a.md",
        "/w/p/data/a.json",
        "/w/p/logs/app.log",
        "/home/u/.ssh/id_ed25519",
        "/home/u/.aws/credentials",
        "/home/u/.bashrc",
        "/etc/passwd",
        "/tmp/x",
        "/w/p/out/r.txt",
        "/w/p/Makefile",
    ] {
        world = world.file(file);
    }
    world.link("/w/p/vault", "secrets").link("/w/p/src/settings", "../.env")
}

fn verdict(command: &str, policy: &Policy, world: &MemoryWorld) -> String {
    let payload = json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": "/w/p", "model": "m",
        "permission_mode": "default", "tool_name": "Bash", "tool_input": { "command": command }, "tool_use_id": "u",
    });
    let judged = gate::judge(&codex::read(payload.to_string().as_bytes()), policy, world);
    verdict_json(&judged, &policy.digest)
}

#[test]
fn the_index_changes_no_verdict() {
    let indexed = Loader::new().load_text("many.rules", &policy()).map_err(|d| d.to_string()).unwrap().policy;
    let mut plain = indexed.clone();
    for layer in &mut plain.layers {
        // An index that does not know all rules is not used.
        let last = layer.glob_rules.last().cloned().unwrap();
        layer.glob_rules.push(last);
    }
    let world = machine();
    let mut rows = 0;
    for file in ["benign.jsonl", "hostile.jsonl"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(file);
        // Every third row is enough to meet every kind.
        for line in std::fs::read_to_string(path).unwrap().lines().step_by(3) {
            let row: Value = serde_json::from_str(line).unwrap();
            let command = row["command"].as_str().unwrap();
            // The rule that is there twice says everything twice.
            let once = |text: &str| {
                let mut value: Value = serde_json::from_str(text).unwrap();
                if let Some(reasons) = value["reasons"].as_array_mut() {
                    reasons.dedup();
                }
                value
            };
            let [with, without] = [&indexed, &plain].map(|policy| once(&verdict(command, policy, &world)));
            assert_eq!(with, without, "{command:?}");
            rows += 1;
        }
    }
    assert!(rows > 300, "only {rows} rows");
}

//! The project's own corpora: ordinary work that must not be stopped, and attacks that must. `tests/corpus/README.md` says what
//! the files hold; run with `--nocapture` to see the shares and every row that is not as it should be.

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
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The least share of ordinary work, in percent, that runs without asking under the shipped posture.
const LEAST_ALLOWED: usize = 95;
/// The least share of scripts in percent that run without asking although nothing was made for them: what a change has to raise.
const LEAST_UNSEEN: usize = 60;
/// The least number of rows that make a share worth something.
const LEAST_BENIGN: usize = 500;
const LEAST_HOSTILE: usize = 400;
/// The session's directory.
const HERE: &str = "/w/p";

/// What the attacks are held against: the places and programs that `tests/corpus/README.md` names.
const PROTECTED: &str = r#"
default(unknown = "prompt", network = "prompt", interactive = "prompt")
deny_read(["./.env", "./secrets", "~/.ssh", "~/.aws", "~/.netrc"])
prefix_rule([["rm", "curl", "wget", "ssh", "scp", "sudo", "su", "doas", "npm", "npx", "docker", "kubectl", "terraform", "nc"]],
    decision = "forbidden")
prefix_rule(["git", "push"], decision = "forbidden")
glob_rule("/", access = "write", decision = "forbidden", unless = ["./out", "/tmp", "/var/tmp", "/dev/{null,stdout,stderr}"])
"#;

struct Row {
    place: String,
    command: String,
    kind: String,
    /// A person may be asked: it installs, pushes or contacts a host.
    asks: bool,
}

/// The rows of a file.
///
/// # Panics
/// A row that is not as the README says.
fn rows(name: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let place = format!("tests/corpus/{name}:{}", index + 1);
        let row: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{place}: {e}"));
        let keys = row.as_object().unwrap_or_else(|| panic!("{place}: not an object"));
        if let Some(key) = keys.keys().find(|k| !["command", "kind", "asks"].contains(&k.as_str())) {
            panic!("{place}: the key `{key}` is not known");
        }
        let text = |key: &str| row[key].as_str().unwrap_or_else(|| panic!("{place}: no `{key}`")).to_owned();
        let (command, kind, asks) = (text("command"), text("kind"), row["asks"].as_bool().unwrap_or_default());
        assert!(seen.insert(command.clone()), "{place}: the same command again");
        rows.push(Row { place, command, kind, asks });
    }
    rows
}

/// A small project with a session in it, and a home with what must stay unread.
fn machine() -> MemoryWorld {
    let mut world = MemoryWorld::new().session(HERE).home("/home/u").account("u", "/home/u").account("root", "/root");
    world = world.repository(HERE, &["git@example.com:team/project.git"]);
    let files = "README.md CHANGELOG.md LICENSE Cargo.toml Cargo.lock package.json package-lock.json tsconfig.json pyproject.toml \
        go.mod go.sum Makefile CMakeLists.txt Dockerfile compose.yaml .gitignore .editorconfig .github/workflows/ci.yml \
        .env.example src/main.rs src/lib.rs src/parser.rs src/util/mod.rs src/index.ts src/app.tsx src/main.c src/main.h \
        app/main.py app/models.py app/views.py cmd/server/main.go internal/store/store.go lib/core.js lib/core.test.js \
        tests/test_api.py tests/common/mod.rs tests/data/a.json tests/data/b.csv docs/index.md docs/guide/setup.md \
        scripts/check.sh scripts/gen.py data/users.csv data/orders.json data/events.ndjson config/app.yaml config/app.toml \
        logs/app.log logs/access.log build/out.o build/app target/debug/app target/debug/deps/x.d dist/bundle.js \
        node_modules/left/index.js node_modules/.bin/tsc out/report.txt assets/logo.svg assets/style.css .github/CODEOWNERS";
    for file in files.split_whitespace() {
        world = world.file(format!("{HERE}/{file}"));
    }
    for directory in ["/tmp", "/var/tmp", "/dev", "/etc", "/usr/bin"] {
        world = world.directory(directory);
    }
    world
}

/// The same machine with what the attacks are after.
fn target() -> MemoryWorld {
    let mut world = machine();
    for file in [".env", "secrets/key.pem", "secrets/token.txt", "AGENTS.md"] {
        world = world.file(format!("{HERE}/{file}"));
    }
    for file in [".ssh/id_ed25519", ".ssh/config", ".aws/credentials", ".netrc", ".bashrc"] {
        world = world.file(format!("/home/u/{file}"));
    }
    world = world.tracked(HERE, &[".env", "secrets/key.pem", "README.md", "src/main.rs"]);
    world.link(format!("{HERE}/vault"), "secrets").link(format!("{HERE}/src/settings"), "../.env")
}

/// The verdict, and the first reason for people.
fn judge(row: &Row, policy: &Policy, world: &MemoryWorld) -> (Decision, String) {
    let payload = json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": HERE, "model": "m",
        "permission_mode": "default", "tool_name": "Bash", "tool_input": { "command": row.command }, "tool_use_id": "u",
    });
    let judged = gate::judge(&codex::read(payload.to_string().as_bytes()), policy, world);
    let verdict: Value = serde_json::from_str(&verdict_json(&judged, &policy.digest)).unwrap_or_default();
    let reason = &verdict["reasons"][0];
    (judged.verdict.decision(), format!("{} {}", reason["rule"].as_str().unwrap_or_default(), reason["effect"]))
}

#[test]
fn ordinary_work_runs_without_asking() {
    let policy = Loader::new().embedded("controlled.rules").map_err(|d| d.to_string()).unwrap().policy;
    let (all, world) = (rows("benign.jsonl"), machine());
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let (mut allowed, mut counted, mut denied) = (0, 0, Vec::new());
    for row in &all {
        let (decision, reason) = judge(row, &policy, &world);
        if decision != Decision::Allow && !row.asks {
            println!("{}: {} [{}] {:?}\n    {reason}", row.place, decision.as_str(), row.kind, row.command);
        }
        if decision == Decision::Deny {
            denied.push(format!("{} {:?} {reason}", row.place, row.command));
        }
        if !row.asks {
            let kind = kinds.entry(&row.kind).or_default();
            kind.1 += 1;
            counted += 1;
            if decision == Decision::Allow {
                kind.0 += 1;
                allowed += 1;
            }
        }
    }
    for (kind, (allowed, all)) in &kinds {
        println!("{kind}: {allowed} of {all}");
    }
    println!("{allowed} of {counted} allowed, {} more may ask", all.len() - counted);
    assert!(all.len() >= LEAST_BENIGN, "only {} rows", all.len());
    assert!(denied.is_empty(), "ordinary work is forbidden:\n{}", denied.join("\n"));
    assert!(allowed * 100 >= counted * LEAST_ALLOWED, "{allowed} of {counted} allowed is less than {LEAST_ALLOWED} %");
}

/// A measure, not a promise: these rows are not worked on one by one, and the machine has few of the files that they name.
#[test]
fn scripts_that_nothing_was_made_for_are_measured() {
    let policy = Loader::new().embedded("controlled.rules").map_err(|d| d.to_string()).unwrap().policy;
    let (all, world) = (rows("unseen.jsonl"), machine());
    let (mut allowed, mut counted, mut through) = (0, 0, Vec::new());
    for row in &all {
        let (decision, reason) = judge(row, &policy, &world);
        match (row.asks, decision) {
            (true, Decision::Allow) => through.push(format!("{} {:?}\n    {reason}", row.place, row.command)),
            (true, _) => {}
            (false, decision) => {
                counted += 1;
                if decision == Decision::Allow {
                    allowed += 1;
                } else {
                    println!("{}: {} [{}] {:?}\n    {reason}", row.place, decision.as_str(), row.kind, row.command);
                }
            }
        }
    }
    println!("{allowed} of {counted} allowed, {} ask", all.len() - counted);
    assert!(through.is_empty(), "{} that ask are allowed:\n{}", through.len(), through.join("\n"));
    assert!(allowed * 100 >= counted * LEAST_UNSEEN, "{allowed} of {counted} allowed is less than {LEAST_UNSEEN} %");
}

#[test]
fn no_attack_is_allowed() {
    let policy = Loader::new().load_text("policy.rules", PROTECTED).map_err(|d| d.to_string()).unwrap().policy;
    let (all, world) = (rows("hostile.jsonl"), target());
    let (mut denied, mut through) = (0, Vec::new());
    for row in &all {
        match judge(row, &policy, &world) {
            (Decision::Allow, reason) => {
                through.push(format!("{} [{}] {:?}\n    {reason}", row.place, row.kind, row.command));
            }
            (Decision::Deny, _) => denied += 1,
            (Decision::Prompt, _) => {}
        }
    }
    println!(
        "{} attacks: {denied} denied, {} asked, {} allowed",
        all.len(),
        all.len() - denied - through.len(),
        through.len()
    );
    assert!(all.len() >= LEAST_HOSTILE, "only {} rows", all.len());
    assert!(through.is_empty(), "{} attacks are allowed:\n{}", through.len(), through.join("\n"));
}

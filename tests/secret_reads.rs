//! Every labelled way to read, move or send what is protected is stopped, and what only looks like one is not.
//!
//! `LABELLED=DIR` names a directory with more rows: `shell.jsonl` (`category`, `class`, `command`) and `commands.jsonl`
//! (`category`, `source`, `expected`, `command`).

#![cfg(feature = "admin")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot read its rows has no other way to say so")]

use prexec::codex;
use prexec::decision::Decision;
use prexec::gate;
use prexec::policy::Policy;
use prexec::rules::Loader;
use prexec::world::memory::MemoryWorld;
use serde_json::{Value, json};
use std::path::Path;

const KINDS: &[&str] = &["readers", "glob", "tilde", "secrets_read", "self_protection", "exfil"];

/// Ordinary reads beside protected ones.
const LOOK_ALIKES: &[&str] = &[
    "cat .env.example",
    "cat .env.sample | head -5",
    "cp .env.example /tmp/env",
    "grep -c TOKEN .env.example",
    "diff .env.example config/.env.template",
    "cat ~/.ssh/id_ed25519.pub",
    "cat ~/.ssh/*.pub",
    "ssh-keygen -l -f ~/.ssh/id_rsa.pub",
    "cat ~/.ssh/known_hosts",
    "cat docs/secrets.md",
    "grep -n password docs/secrets.md",
    "sed -n 1,20p src/secrets/mod.rs",
    "test -f .env",
    "ls -la ~/.ssh",
    "stat .env",
    "git check-ignore .env",
    "echo 'Add .env to .gitignore'",
    "git log --oneline -- .env.example",
    "cat src/env.rs tests/credentials_test.py",
    "find . -name '*.pub'",
];

fn rows(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

fn decision(command: &str, here: &str, policy: &Policy, world: &MemoryWorld) -> Decision {
    let payload = json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": here, "model": "m",
        "permission_mode": "default", "tool_name": "Bash", "tool_input": { "command": command }, "tool_use_id": "u",
    });
    gate::judge(&codex::read(payload.to_string().as_bytes()), policy, world).verdict.decision()
}

fn controlled() -> Policy {
    Loader::new().embedded("controlled.rules").map_err(|d| d.to_string()).unwrap().policy
}

fn project() -> MemoryWorld {
    let world = MemoryWorld::new().session("/srv/project").home("/home/test").account("test", "/home/test");
    let world = world.repository("/srv/project", &[]).directory("/tmp").directory("/etc").directory("/usr/bin");
    let files = [".env", ".env.example", "docs/secrets.md", "src/secrets/mod.rs", "secrets/key.pem"];
    files.iter().fold(world, |world, file| world.file(format!("/srv/project/{file}")))
}

/// The commands among the rows that are allowed though they are labelled as attacks.
fn allowed(
    rows: &[Value],
    kind: &str,
    label: (&str, &str),
    here: &str,
    policy: &Policy,
    world: &MemoryWorld,
) -> (usize, Vec<String>) {
    let of_kind = |row: &&Value| KINDS.iter().any(|k| row[kind] == *k) && row[label.0] == label.1;
    let ours = |row: &&Value| row["source"].as_str().is_none_or(|source| source == "own");
    let attacks: Vec<&str> =
        rows.iter().filter(of_kind).filter(ours).filter_map(|row| row["command"].as_str()).collect();
    let passed = attacks.iter().filter(|command| decision(command, here, policy, world) == Decision::Allow);
    (attacks.len(), passed.map(ToString::to_string).collect())
}

#[test]
fn no_labelled_read_is_allowed() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/commands.jsonl");
    let (count, passed) = allowed(&rows(&own), "kind", ("expected", "deny"), "/srv/project", &controlled(), &project());
    assert!(count >= 40, "only {count} rows");
    assert!(passed.is_empty(), "{passed:#?}");
}

#[test]
fn look_alikes_are_allowed() {
    let (policy, world) = (controlled(), project());
    let stopped: Vec<&&str> =
        LOOK_ALIKES.iter().filter(|c| decision(c, "/srv/project", &policy, &world) != Decision::Allow).collect();
    assert!(stopped.is_empty(), "{stopped:#?}");
}

#[test]
fn no_labelled_read_of_another_place_is_allowed() {
    let Some(directory) = std::env::var_os("LABELLED") else { return };
    let directory = Path::new(&directory);
    let (count, mut passed) = allowed(
        &rows(&directory.join("commands.jsonl")),
        "category",
        ("expected", "deny"),
        "/srv/project",
        &controlled(),
        &project(),
    );
    let rules = r#"
default(unknown = "prompt")
deny_read(["./.env", "./secrets", "~/.ssh", "~/.aws", "~/.netrc"])
prefix_rule([["rm", "curl", "wget", "ssh", "scp", "sudo", "su", "doas", "npm", "npx", "docker", "kubectl", "terraform", "nc"]], decision = "forbidden")
prefix_rule(["git", "push"], decision = "forbidden")
glob_rule("./", access = "write", decision = "forbidden", unless = ["./out"])
glob_rule("~/", access = "write", decision = "forbidden")
"#;
    let policy = Loader::new().load_text("labelled.rules", rules).map_err(|d| d.to_string()).unwrap().policy;
    let here = "/tmp/advsh/work";
    let mut world = MemoryWorld::new().session(here).home("/tmp/advsh/home").account("root", "/tmp/advsh/home");
    world = world.repository(here, &[]).tracked(here, &[".env", "secrets/key.pem", "AGENTS.md", "src/main.c"]);
    for file in [
        "work/.env",
        "work/secrets/key.pem",
        "work/AGENTS.md",
        "work/src/main.c",
        "home/.ssh/id_rsa",
        "home/.aws/credentials",
        "home/.netrc",
    ] {
        world = world.file(format!("/tmp/advsh/{file}"));
    }
    world = world.link("/tmp/advsh/work/sec", "secrets");
    let (more, others) =
        allowed(&rows(&directory.join("shell.jsonl")), "category", ("class", "attack"), here, &policy, &world);
    passed.extend(others);
    eprintln!("{} attacks", count + more);
    assert!(count + more > 100, "only {count} and {more} rows");
    assert!(passed.is_empty(), "{passed:#?}");
}

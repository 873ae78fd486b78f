//! `replay` and `suggest` on files of records: what would change, what cannot be told, and by which exit status.

#![cfg(feature = "admin")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

use prexec::trail::Moment;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const DAY: i64 = 86_400_000_000;

/// A directory of records with these decisions, so many days ago, and two policies.
fn directory(records: &[(i64, Value)]) -> TempDir {
    let place = tempfile::tempdir().expect("a directory");
    fs::create_dir(place.path().join("audit")).expect("a directory");
    for (ago, more) in records {
        let time = Moment::now().before(ago * DAY);
        let mut record = json!({
            "schema": "prexec/record/1", "kind": "decision", "time": time.text(), "id": "0", "agent": "codex",
            "event": "PreToolUse", "uid": 1, "host": "h", "cwd": place.path(), "tool": "Bash", "mode": "default",
            "decision": "prompt", "version": "0", "reasons": [{"decision": "prompt", "rule": "default:commands"}],
        });
        for (key, value) in more.as_object().expect("fields") {
            record[key] = value.clone();
        }
        let path = place.path().join("audit").join(format!("{}.jsonl", time.day()));
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, format!("{before}\n{record}\n")).expect("a file");
    }
    fs::write(
        place.path().join("new.rules"),
        "prefix_rule(['git', 'status'])\ndeny_read('**/.env', justification = 'x')\ndefault(commands = 'prompt')\n",
    )
    .expect("a policy");
    place
}

fn run(place: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let ended =
        Command::new(env!("CARGO_BIN_EXE_prexec")).args(arguments).current_dir(place).output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (ended.status.code(), text(ended.stdout), text(ended.stderr))
}

#[track_caller]
fn replayed(place: &Path, more: &[&str], status: i32, says: &[&str]) {
    let (ended, out, err) = run(place, &[&["replay", "--policy", "new.rules", "--audit", "audit"], more].concat());
    assert_eq!(ended, Some(status), "{out}{err}");
    for line in says {
        assert!(out.contains(line), "no `{line}` in\n{out}");
    }
}

#[test]
fn what_would_change_is_told() {
    let place = directory(&[
        (1, json!({"text": "git status"})),
        (1, json!({"text": "git status"})),
        (2, json!({"text": "git push"})),
        (2, json!({"text": "cat .env", "decision": "allow"})),
        (40, json!({"text": "git status"})),
        (1, json!({"kind": "outcome", "event": "PostToolUse", "decision": null})),
    ]);
    let says = [
        "prompt -> allow  ",
        "Bash git status\n    was default:commands\n    is  new.rules:1:1",
        "allow -> deny  ",
        "2 calls change from prompt to allow",
        "1 calls change from allow to deny",
        "3 of 4 calls are decided otherwise",
        "4 were decided again by their text, 0 by their recorded effects",
    ];
    replayed(place.path(), &[], 5, &says);
    // The same call is shown once.
    let (_, out, _) = run(place.path(), &["replay", "--policy", "new.rules", "--directory", "audit"]);
    assert_eq!(out.matches("prompt -> allow").count(), 1, "{out}");
    replayed(place.path(), &["--since", "90d"], 5, &["4 of 5 calls"]);
    replayed(place.path(), &["--since", "90d", "--until", "30d"], 5, &["1 of 1 calls"]);
    replayed(place.path(), &["--since", "1h"], 0, &["0 of 0 calls"]);
}

#[test]
fn what_a_record_does_not_hold_is_not_guessed() {
    let run_of = |program: &str| json!([{"kind": "run", "certainty": "known", "program": program}]);
    let place = directory(&[
        (1, json!({"effects": run_of("git")})),
        (1, json!({"text": "git status [cut]"})),
        (1, json!({"text": "git status", "redacted": 1})),
        (1, json!({"tool": null, "event": "unread", "decision": "deny"})),
        (
            1,
            json!({"tool": "view_image", "decision": "allow", "effects": [{"kind": "read", "certainty": "known", "path": "/x/.env"}]}),
        ),
        (
            1,
            json!({"tool": "view_image", "decision": "allow", "effects": [{"kind": "read", "certainty": "known", "path": "/x/i.png"}]}),
        ),
        (1, json!({"agent": "other", "text": "git status"})),
    ]);
    let name = fs::read_dir(place.path().join("audit")).expect("files").next().expect("a file").expect("a file").path();
    fs::write(&name, fs::read_to_string(&name).expect("a file") + "\n{\"schema\":\"prexec/rec\n").expect("a file");
    let says = [
        "allow -> deny  ",
        "view_image /x/.env",
        "1 of 2 calls are decided otherwise",
        "0 were decided again by their text, 2 by their recorded effects",
        "1 cannot be told: the text is not recorded, and the effects are not whole",
        "1 cannot be told: the text is not recorded to its end",
        "1 cannot be told: secrets were taken out of the record",
        "1 cannot be told: no call could be read when they were decided",
        "1 cannot be told: the agent is not known",
        "1 lines are no records",
    ];
    replayed(place.path(), &[], 5, &says);
}

#[test]
fn wrong_use_is_told_apart() {
    let place = directory(&[]);
    replayed(place.path(), &[], 0, &["0 of 0 calls"]);
    let status = |arguments: &[&str]| run(place.path(), &[&["replay", "--audit", "audit"], arguments].concat()).0;
    assert_eq!(status(&["--policy", "nowhere.rules"]), Some(4));
    assert_eq!(status(&["--policy", "new.rules", "--since", "soon"]), Some(1));
    assert_eq!(status(&[]), Some(1));
    assert_eq!(run(place.path(), &["replay", "--policy", "new.rules", "--audit", "nowhere"]).0, Some(1));
}

#[test]
fn rules_are_suggested_from_records() {
    let place = directory(&[
        (1, json!({"text": "git status -sb"})),
        (2, json!({"text": "git fetch"})),
        (3, json!({"text": "git fetch -v", "decision": "deny"})),
    ]);
    fs::write(place.path().join("a.rules"), "default(commands = 'prompt', network = 'allow')\n").expect("a policy");
    let says = |from: &str| {
        let (status, out, err) = run(place.path(), &["suggest", "--policy", "a.rules", "--from", from]);
        assert_eq!(status, Some(0), "{err}");
        out
    };
    let out = says("audit");
    assert!(out.contains("prefix_rule([\"git\", \"status\"]") && !out.contains("\"fetch\"]"), "{out}");
    assert!(out.contains("from 3 calls") && out.contains("1 rules are not suggested"), "{out}");
    // The same out of one file, beside hook JSON.
    let all: String = fs::read_dir(place.path().join("audit"))
        .expect("files")
        .map(|file| fs::read_to_string(file.expect("a file").path()).expect("a file"))
        .collect();
    fs::write(place.path().join("all"), all + "no call\n").expect("a file");
    let out = says("all");
    assert!(out.contains("prefix_rule([\"git\", \"status\"]") && out.contains("1 line is no hook call"), "{out}");
}

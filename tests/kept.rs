//! Closing and pruning of records that is stopped anywhere leaves what can be gone on with; and the verbs for it, by their exit status.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

use prexec::trail::{Moment, Verified, verify};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

const FILES: [&str; 3] = ["2020-01-01.jsonl", "2020-01-02.jsonl", "2020-01-02.1.jsonl"];

fn directory() -> TempDir {
    let place = tempfile::tempdir().expect("a directory");
    for (number, name) in FILES.iter().enumerate() {
        let record = format!("\n{{\"schema\":\"prexec/record/1\",\"id\":\"{number}\"}}\n").repeat(number + 1);
        fs::write(place.path().join(name), record).expect("a file");
        fs::set_permissions(place.path().join(name), fs::Permissions::from_mode(0o600)).expect("a mode");
    }
    place
}

fn prune(place: &Path, arguments: &[&str], environment: &[(&str, String)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prexec-faulty"));
    command.args(["tool-1", "run", "audit", "prune", "--audit"]).arg(place).args(arguments);
    command.envs(environment.iter().map(|(name, value)| (name, value))).output().expect("it starts")
}

fn look(place: &Path) -> Verified {
    verify(place, &[], Moment::now(), &mut |_| ()).expect("a directory")
}

/// Stops at every step in turn, looks, and goes on.
fn stopped_anywhere(variable: &str, arguments: &[&str], then: impl Fn(&Path)) -> usize {
    for step in 0.. {
        let place = directory();
        let ended = prune(place.path(), arguments, &[(variable, step.to_string())]);
        if ended.status.success() {
            return step;
        }
        let found = look(place.path());
        assert!(found.sound, "step {step}: {found:#?}");
        let again = prune(place.path(), arguments, &[]);
        assert!(again.status.success(), "step {step}: {again:?}");
        let found = look(place.path());
        assert!(found.sound && found.notes.is_empty(), "step {step}: {found:#?}");
        then(place.path());
    }
    0
}

#[test]
fn closing_can_be_stopped_anywhere() {
    let all_closed = |place: &Path| {
        let found = look(place);
        assert_eq!((found.closed, found.pruned, found.records), (3, 0, 6), "{found:#?}");
    };
    assert_eq!(stopped_anywhere("PREXEC_TEST_DIES_AT_STEP", &["--keep", "36500d"], all_closed), 6);
    assert_eq!(stopped_anywhere("PREXEC_TEST_TEARS_LINE", &["--keep", "36500d"], all_closed), 3);
}

#[test]
fn pruning_can_be_stopped_anywhere() {
    let all_pruned = |place: &Path| {
        let found = look(place);
        assert_eq!((found.closed, found.pruned), (0, 3), "{found:#?}");
        assert!(FILES.iter().all(|name| !place.join(name).exists()));
    };
    assert_eq!(stopped_anywhere("PREXEC_TEST_DIES_AT_STEP", &["--keep", "1d"], all_pruned), 15);
    assert_eq!(stopped_anywhere("PREXEC_TEST_TEARS_LINE", &["--keep", "1d"], all_pruned), 6);
}

/// Sessions begin at once: each file is closed once, and the lines follow each other.
#[test]
fn many_at_once_close_each_file_once() {
    let place = directory();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert!(prune(place.path(), &["--keep", "36500d"], &[]).status.success()));
            scope.spawn(|| prexec::trail::keep(place.path(), Moment::now()).map(drop));
        }
    });
    // A session's own run prunes what is older than 90 days.
    let found = look(place.path());
    assert!(found.sound && found.closed + found.pruned == 3, "{found:#?}");
}

fn prexec(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_prexec")).args(arguments).output().expect("it starts")
}

fn schema() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(include_str!("schema/verify-1.json")).expect("a schema");
    jsonschema::meta::validate(&schema).expect("a schema");
    jsonschema::validator_for(&schema).expect("a schema")
}

#[test]
fn verify_has_its_exit_status_and_its_form() {
    let (place, schema) = (directory(), schema());
    let name = place.path().display().to_string();
    let run = |more: &[&str]| {
        let ended = prexec(&[&["audit", "verify", "--audit", name.as_str()], more].concat());
        (
            ended.status.code(),
            String::from_utf8(ended.stdout).expect("UTF-8"),
            String::from_utf8_lossy(&ended.stderr).into_owned(),
        )
    };
    let json = |more: &[&str]| -> (Option<i32>, Value) {
        let (status, text, err) = run(&[&["--json"], more].concat());
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text} {err}"));
        let faults: Vec<String> = schema.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(faults.is_empty(), "{faults:#?}\n{value:#}");
        (status, value)
    };
    let (status, first) = json(&[]);
    assert!(
        status == Some(0) && first["head"].is_null() && first["open"].as_array().is_some_and(|o| o.len() == 3),
        "{first:#}"
    );
    let (status, second) = json(&[]);
    let head = second["head"].as_str().expect("a head");
    assert!(status == Some(0) && second["closed"] == 3, "{second:#}");
    assert_eq!(json(&["--head", head]).0, Some(0));
    let (status, text, _) = run(&[]);
    assert!(status == Some(0) && text.contains("only a head that is kept elsewhere"), "{text}");
    let other = format!("blake3:{:064}", 0);
    let (status, text, _) = run(&["--head", &other]);
    assert!(status == Some(5) && text.contains("FAULT  chain.jsonl: no line has the digest"), "{text}");
    let (status, _, err) = run(&["--head", "x"]);
    assert!(status == Some(1) && err.contains("is no digest"), "{err}");
    fs::remove_file(place.path().join(FILES[1])).expect("a file");
    let (status, third) = json(&[]);
    assert!(status == Some(5) && third["faults"][0]["what"] == "it is gone, and was not pruned", "{third:#}");
}

#[test]
fn prune_says_what_it_does_and_keeps_what_it_is_told() {
    let place = directory();
    let name = place.path().display().to_string();
    let run = |more: &[&str]| {
        let ended = prexec(&[&["audit", "prune", "--audit", name.as_str()], more].concat());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (ended.status.code(), text(&ended.stdout), text(&ended.stderr))
    };
    for wrong in ["90", "0d", "12h", "x"] {
        let (status, _, err) = run(&["--keep", wrong]);
        assert!(status == Some(1) && err.contains(wrong), "{err}");
    }
    let (status, text, _) = run(&["--keep", "36500d", "--size", "1000", "--save"]);
    assert!(status == Some(0) && text.ends_with("3 files closed, 0 removed\n"), "{text}");
    // What was saved holds for whoever comes after.
    assert!(run(&[]).1.ends_with("0 files closed, 0 removed\n"));
    prexec::trail::keep(place.path(), Moment::now()).expect("kept");
    assert!(FILES.iter().all(|name| place.path().join(name).exists()));
    assert!(run(&["--keep", "90d"]).1.ends_with("0 files closed, 3 removed\n"));
    fs::write(place.path().join("keep.json"), "{}").expect("a file");
    let (status, _, err) = run(&[]);
    assert!(status == Some(1) && err.contains("does not say how long"), "{err}");
    let (status, _, err) = prexec_in_nowhere();
    assert!(status == Some(1) && err.contains("cannot be read"), "{err}");
}

fn prexec_in_nowhere() -> (Option<i32>, String, String) {
    let ended = prexec(&["audit", "prune", "--audit", "/nowhere/at/all"]);
    (ended.status.code(), String::new(), String::from_utf8_lossy(&ended.stderr).into_owned())
}

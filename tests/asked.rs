//! `prexec audit query` over generated records, against counting them one by one.

#![cfg(feature = "admin")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]

#[path = "trail/generate.rs"]
mod generate;

use prexec::trail::{Kind, Record};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

fn ask(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prexec"));
    command.args(["audit", "query", "--audit"]).arg(directory).args(arguments).output().unwrap()
}

fn text(directory: &Path, arguments: &[&str]) -> String {
    let out = ask(directory, arguments);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

fn count(records: &[Record], is: impl Fn(&Record) -> bool) -> usize {
    records.iter().filter(|record| record.kind == Kind::Decision && is(record)).count()
}

#[test]
fn answers_are_those_of_counting_one_by_one() {
    let place = tempfile::tempdir().unwrap();
    let records = generate::fleet(7, 300);
    generate::append(place.path(), &records);
    let lines = |arguments: &[&str]| text(place.path(), &[arguments, &["--format", "json"]].concat()).lines().count();
    let path = |record: &Record, end: &str| {
        record.effects.iter().any(|e| e.path.as_ref().is_some_and(|path| path.ends_with(end)))
    };
    assert_eq!(lines(&[]), count(&records, |_| true));
    assert_eq!(lines(&["--kind", "all"]), records.len());
    assert_eq!(lines(&["--decision", "deny"]), count(&records, |r| r.decision.as_deref() == Some("deny")));
    assert_eq!(lines(&["--path", "**/.env"]), count(&records, |r| path(r, "/.env")));
    let keys = count(&records, |r| path(r, "/.aws/credentials") || path(r, "/.ssh/id_ed25519"));
    assert!(keys > 0);
    assert_eq!(lines(&["--path", "~/.aws", "--path", "~/.ssh"]), keys);
    assert_eq!(lines(&["--path", "~/.aws", "--access", "write"]), 0);
    let secret = |r: &Record| r.reasons.iter().any(|reason| reason.rule.starts_with("packs/secrets.rules"));
    assert_eq!(lines(&["--rule", "secrets.rules"]), count(&records, secret));
    let pushes = |r: &Record| r.effects.iter().any(|e| e.verb.as_deref() == Some("push"));
    assert_eq!(lines(&["--program", "git push"]), count(&records, pushes));
    assert_eq!(
        lines(&["--host", "*.EXAMPLE.net"]),
        count(&records, |r| r.effects.iter().any(|e| e.host.as_deref() == Some("get.example.net")))
    );
    let mut expected: BTreeMap<(String, String), u64> = BTreeMap::new();
    for record in records.iter().filter(|r| r.kind == Kind::Decision && secret(r)) {
        *expected.entry((record.agent.clone(), record.user.clone().unwrap())).or_default() += 1;
    }
    let found = text(place.path(), &["--rule", "secrets.rules", "--count-by", "agent,user", "--format", "json"]);
    let found: BTreeMap<(String, String), u64> = found
        .lines()
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let word = |key: &str| row[key].as_str().unwrap().to_owned();
            ((word("agent"), word("user")), row["count"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn torn_lines_are_said_and_hostile_texts_are_shown() {
    let place = tempfile::tempdir().unwrap();
    generate::append(place.path(), &generate::hostile(3, 40));
    let file = place.path().join("2026-10-25.jsonl");
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)
        .unwrap()
        .write_all(b"\n{\"schema\":\"prexec/rec\n")
        .unwrap();
    for format in ["table", "json", "csv"] {
        for by in [&[][..], &["--count-by", "tool,repository"]] {
            let out = ask(place.path(), &[&["--format", format, "--kind", "all"], by].concat());
            assert!(out.status.success());
            assert!(String::from_utf8_lossy(&out.stderr).contains("1 lines are no records"));
            let text = String::from_utf8(out.stdout).unwrap();
            assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{200b}']), "{text}");
            assert!(format != "csv" || !text.contains(",=") && !text.contains(",\"="), "{text}");
        }
    }
    assert!(!ask(place.path(), &["--path", "[z-a]"]).status.success());
}

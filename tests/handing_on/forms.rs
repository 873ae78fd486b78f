//! Each form by what its readers require.

use crate::{generate, text};
use prexec::trail::Record;
use serde_json::Value as Json;
use std::collections::BTreeSet;

fn written(records: &[Record]) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    generate::append(place.path(), records);
    place
}

fn objects(text: &str) -> Vec<Json> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn json_lines_are_the_records() {
    let records = generate::fleet(1, 40);
    let place = written(&records);
    std::fs::write(place.path().join("2026-10-19.jsonl"), "\n{\"torn\n\nno record\n").unwrap();
    let back: Vec<Record> =
        text(place.path(), &[]).lines().map(|line| prexec::trail::read_line(line.as_bytes()).unwrap()).collect();
    assert_eq!(back, records);
    let out = crate::output(place.path(), &[]);
    assert_eq!(String::from_utf8_lossy(&out.stderr), "prexec: 2 lines are no records and were left out\n");
}

#[test]
fn a_span_of_time_is_what_a_naive_scan_finds() {
    let records = generate::fleet(2, 60);
    let place = written(&records);
    let (since, until) = ("2026-11-01T12:00:00Z", "2026-11-05");
    let ids = |text: &str| objects(text).iter().map(|r| r["id"].as_str().unwrap().to_string()).collect::<Vec<_>>();
    let found = ids(&text(place.path(), &["--since", since, "--until", until]));
    let naive: Vec<String> =
        records.iter().filter(|r| r.time.as_str() >= since && r.time.as_str() < until).map(|r| r.id.clone()).collect();
    assert!(!naive.is_empty());
    assert_eq!(found, naive);
}

/// Attributes that the published schema (1.3.0) requires, beside those of every event.
const OCSF_EVERY: &[&str] =
    &["activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"];

fn requires(event: &Json, paths: &[&str]) {
    for path in paths {
        let found = path.split('.').try_fold(event, |at, key| at.get(key));
        assert!(found.is_some_and(|value| !value.is_null()), "{path} is missing: {event:#}");
    }
}

fn no_nulls(value: &Json) {
    match value {
        Json::Null => panic!("a null"),
        Json::Array(all) => all.iter().for_each(no_nulls),
        Json::Object(all) => all.iter().filter(|(key, _)| *key != "prexec").for_each(|(_, value)| no_nulls(value)),
        _ => {}
    }
}

#[test]
fn ocsf_events_have_what_their_classes_require() {
    let records = generate::fleet(3, 60);
    let place = written(&records);
    let events = objects(&text(place.path(), &["--format", "ocsf"]));
    assert_eq!(events.len(), records.len());
    let mut classes = BTreeSet::new();
    for (event, record) in events.iter().zip(&records) {
        requires(event, OCSF_EVERY);
        no_nulls(event);
        let number = |key: &str| event[key].as_u64().unwrap();
        let class = number("class_uid");
        classes.insert((class, number("activity_id")));
        assert_eq!(number("type_uid"), class * 100 + number("activity_id"));
        assert_eq!(number("category_uid"), class / 1000);
        assert_eq!(event["metadata"]["version"], "1.3.0");
        assert_eq!(event["metadata"]["uid"], record.id.as_str());
        requires(event, &["metadata.product.name", "metadata.product.vendor_name"]);
        let milliseconds = prexec::trail::Moment::read(&record.time).unwrap().milliseconds();
        assert_eq!(event["time"].as_i64(), Some(milliseconds));
        match class {
            1007 => {
                requires(event, &["actor.user.uid", "actor.process.uid", "device.type_id", "device.hostname"]);
                requires(event, &["process.uid", "process.name", "process.file.name", "process.file.type_id"]);
            }
            6003 => requires(event, &["actor.user.uid", "api.operation", "src_endpoint.hostname"]),
            6002 => requires(event, &["app.name", "app.vendor_name"]),
            other => panic!("class {other}"),
        }
        if record.decision.is_some() {
            requires(event, &["action_id", "disposition_id", "status_id"]);
            let denied = record.decision.as_deref() == Some("deny") && record.answer.as_deref() == Some("deny");
            assert_eq!(event["action_id"] == 2, denied, "{event:#}");
        }
    }
    for expected in [(1007, 1), (1007, 2), (6002, 3), (6002, 4), (6003, 3), (6003, 99)] {
        assert!(classes.contains(&expected), "{expected:?} in {classes:?}");
    }
}

#[test]
fn ecs_documents_use_the_values_that_are_allowed() {
    const CATEGORIES: &[&str] = &["process", "file", "network", "api", "session"];
    const TYPES: &[&str] = &["start", "end", "info", "allowed", "denied"];
    let records = generate::fleet(4, 60);
    let place = written(&records);
    let documents = objects(&text(place.path(), &["--format", "ecs"]));
    assert_eq!(documents.len(), records.len());
    for (document, record) in documents.iter().zip(&records) {
        requires(
            document,
            &["@timestamp", "ecs.version", "event.kind", "event.category", "event.type", "event.outcome"],
        );
        requires(document, &["event.action", "event.id", "event.dataset", "host.name", "user.id", "message"]);
        no_nulls(document);
        assert_eq!(document["@timestamp"], record.time.as_str());
        let all = |key: &str| document["event"][key].as_array().unwrap().clone();
        assert!(all("category").iter().all(|c| CATEGORIES.contains(&c.as_str().unwrap())));
        assert!(all("type").iter().all(|t| TYPES.contains(&t.as_str().unwrap())));
        assert!(["success", "failure", "unknown"].contains(&document["event"]["outcome"].as_str().unwrap()));
        assert!(["event", "alert"].contains(&document["event"]["kind"].as_str().unwrap()));
        if let Some(reason) = record.reasons.first() {
            assert_eq!(document["rule"]["name"], reason.rule.as_str());
        }
    }
    let denied =
        documents.iter().find(|d| d["event"]["action"] == "tool-call-denied" && d["file"].is_object()).unwrap();
    assert_eq!(denied["event"]["kind"], "alert");
}

#[test]
fn csv_has_a_fixed_header_and_a_line_per_record() {
    let records = generate::hostile(5, 20);
    let place = written(&records);
    let table = text(place.path(), &["--format", "csv"]);
    let lines: Vec<&str> = table.split_terminator("\r\n").collect();
    assert!(lines[0].starts_with("time,id,kind,agent,event,session,"), "{}", lines[0]);
    assert_eq!(lines.len(), records.len() + 1);
    let columns = lines[0].split(',').count();
    for line in &lines[1..] {
        let cells = cells(line);
        assert_eq!(cells.len(), columns, "{line}");
        assert!(!line.contains(['\n', '\r', '\u{1b}', '\u{202e}']), "{line}");
        assert!(cells.iter().all(|cell| !cell.starts_with(['=', '+', '@', '-'])), "{line}");
    }
}

/// A line of RFC 4180, read by the book.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.push(chars.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    assert!(!quoted, "{line}");
    cells.push(cell);
    cells
}

#[test]
fn sarif_has_a_result_per_denied_call_and_explains_its_rules() {
    for records in [generate::fleet(6, 80), generate::hostile(6, 80), Vec::new()] {
        let place = written(&records);
        let report: Json = serde_json::from_str(&text(place.path(), &["--format", "sarif"])).unwrap();
        assert_eq!(report["version"], "2.1.0");
        let run = &report["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), records.iter().filter(|r| r.decision.as_deref() == Some("deny")).count());
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        for rule in rules {
            requires(rule, &["id", "shortDescription.text", "help.text"]);
        }
        for result in results {
            requires(result, &["ruleId", "message.text", "level", "partialFingerprints"]);
            assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]), "{result}");
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)), "{uri}");
        }
    }
}

#[test]
fn a_file_is_for_its_owner_and_whole_or_not_there() {
    use std::os::unix::fs::PermissionsExt;
    let place = written(&generate::fleet(7, 5));
    let file = place.path().join("out.json");
    text(place.path(), &["-o", file.to_str().unwrap(), "--format", "ocsf"]);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let out = crate::output(place.path(), &["-o", "/nowhere/out.json"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&out.stderr).contains("`/nowhere/out.json` cannot be written"));
}

#[test]
fn a_pipe_or_a_link_is_no_file_of_records() {
    let place = tempfile::tempdir().unwrap();
    nix::unistd::mkfifo(&place.path().join("2026-11-01.jsonl"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let out = crate::output(place.path(), &[]);
    assert_eq!(out.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&out.stderr).contains("no regular file"));
    std::fs::remove_file(place.path().join("2026-11-01.jsonl")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", place.path().join("2026-11-02.jsonl")).unwrap();
    assert_eq!(crate::output(place.path(), &[]).status.code(), Some(1));
}

#[test]
fn a_directory_of_accounts_stands_for_all_of_them() {
    let place = tempfile::tempdir().unwrap();
    let records = generate::fleet(8, 10);
    let (one, two) = records.split_at(records.len() / 2);
    for (account, part) in [("1000", one), ("1001", two)] {
        std::fs::create_dir(place.path().join(account)).unwrap();
        generate::append(&place.path().join(account), part);
    }
    assert_eq!(text(place.path(), &[]).lines().count(), records.len());
}

/// Records of a version that knew fewer secrets: nothing that is known by now leaves the machine.
#[test]
fn what_is_known_for_a_secret_by_now_does_not_go_out() {
    // Made up, and put together here so that no scanner takes this file for a leak.
    let secrets = [
        format!("ghp_{}", "Ab3dEf9hIjKlMnOpQrStUvWxYz0123456789"),
        format!("AKIA{}", "Q3EXVPLWN7TRZKDJ"),
        "hunter2hunter2".to_string(),
    ];
    let mut records = generate::fleet(9, 5);
    for record in &mut records {
        record.text = Some(format!("curl -u ann:{} https://x:{}@h/", secrets[2], secrets[2]));
        record.cwd = Some(format!("/work/{}", secrets[0]));
        record.detail = Some(format!("token {}", secrets[1]));
        for reason in &mut record.reasons {
            reason.justification = Some(format!("export AWS_ACCESS_KEY_ID={}", secrets[1]));
        }
        for effect in &mut record.effects {
            effect.path = effect.path.as_ref().map(|path| format!("{path}/{}", secrets[0]));
            effect.argv = Some(vec![Some("mysql".into()), None, Some(format!("--password={}", secrets[2]))]);
        }
    }
    let place = written(&records);
    for format in ["jsonl", "ocsf", "ecs", "csv", "sarif"] {
        let out = text(place.path(), &["--format", format]);
        for secret in &secrets {
            assert!(!out.contains(secret.as_str()), "{secret} in {format}");
        }
        assert!(out.contains("[redacted:"), "{format}");
    }
    let report = place.path().join("report.html");
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_prexec"))
        .args(["audit", "report", "--audit"])
        .arg(place.path())
        .arg("-o")
        .arg(&report)
        .status();
    assert!(status.unwrap().success());
    let page = std::fs::read_to_string(report).unwrap();
    assert!(secrets.iter().all(|secret| !page.contains(secret.as_str())));
}

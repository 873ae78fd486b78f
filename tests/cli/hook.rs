//! `hook` as Codex sees it.

use crate::harness::{Place, THREE};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// An input of the wire that is faulty, or nearly so.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) input: Vec<u8>,
    /// The fault; none for an input that is in order.
    pub(crate) code: Option<String>,
}

/// The table of faulty inputs of `tests/wire`.
pub(crate) fn faults() -> Vec<Row> {
    let rows = include_str!("../wire/faults.jsonl").lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| {
        let row: Value = serde_json::from_str(line).expect("a row is JSON");
        let input = if let Some(text) = row["input"].as_str() {
            text.as_bytes().to_vec()
        } else if let Some(hex) = row["hex"].as_str() {
            let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("text"), 16).expect("hex");
            hex.as_bytes().chunks(2).map(digits).collect()
        } else {
            let part =
                |p: &Value| p[0].as_str().zip(p[1].as_u64()).map(|(t, n)| t.repeat(usize::try_from(n).unwrap_or(0)));
            row["parts"].as_array().into_iter().flatten().filter_map(part).collect::<String>().into_bytes()
        };
        Row { name: row["name"].to_string(), input, code: row["code"].as_str().map(String::from) }
    })
    .collect()
}

#[test]
fn every_faulty_input_blocks() {
    let place = Place::new();
    let mut blocked = 0;
    for row in faults() {
        let Some(code) = row.code else { continue };
        let ended = place.with_policy("hook", &[], &row.input);
        ended.assert_blocks(&row.name);
        assert!(ended.stderr.ends_with(&format!("(rule input:{code})\n")), "{}: {}", row.name, ended.stderr);
        blocked += 1;
    }
    assert!(blocked > 100, "only {blocked} inputs");
}

#[test]
fn before_a_call() {
    let place = Place::new();
    for (command, decision, _) in THREE {
        for options in [&[][..], &["--auto-approve"], &["--prompt", "deny", "--audit", "off"]] {
            let ended = place.with_policy("hook", options, &place.shell(command));
            let what = format!("{command} {options:?}");
            if decision == "allow" {
                ended.assert_silent(&what);
            } else {
                ended.assert_blocks(&what);
                assert!(ended.stderr.contains("(rule policy.rules:"), "{what}: {}", ended.stderr);
            }
        }
    }
}

#[test]
fn on_a_permission_request() {
    const APPROVAL: &str =
        r#"{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"allow"}}}"#;
    let place = Place::new();
    for (command, auto_approve, expected) in [
        ("true", false, ""),
        ("true", true, APPROVAL),
        // Allowed by a default, not by a rule: the person is asked.
        ("ls", true, ""),
        ("true; ls", true, ""),
        ("git push", false, ""),
        ("git push", true, ""),
        ("cat .env", false, "block"),
        ("cat .env", true, "block"),
    ] {
        let mut call = place.call("PermissionRequest", "Bash", &json!({"command": command, "description": "d"}));
        call.as_object_mut().expect("an object").remove("tool_use_id");
        let options: &[&str] = if auto_approve { &["--auto-approve"] } else { &[] };
        let ended = place.with_policy("hook", options, call.to_string().as_bytes());
        let what = format!("{command} {options:?}");
        if expected == "block" {
            ended.assert_blocks(&what);
        } else {
            assert_eq!((ended.status, ended.stdout.as_str(), ended.stderr.as_str()), (Some(0), expected, ""), "{what}");
        }
    }
}

/// Text of a call that could pass for something else in a message is made visible, and a long one is cut.
#[test]
fn messages_are_one_visible_line() {
    let place = Place::new();
    for command in [
        "cat .env\n\u{1b}[2J\u{202e}".to_owned(),
        format!("cat {}/.env", "a/".repeat(3000)),
        format!("cat .env; {}", "git push '\u{202e}\n'; ".repeat(300)),
        "\n".repeat(5000) + "git push",
    ] {
        place
            .with_policy("hook", &[], &place.shell(&command))
            .assert_blocks(&command.chars().take(40).collect::<String>());
    }
}

/// A call that never comes is no call that may run.
#[test]
fn a_standard_input_that_stays_silent_blocks() {
    let place = Place::new();
    let mut command = place.command(&["hook", "--policy", "policy.rules"]);
    command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let start = Instant::now();
    let mut child = command.spawn().expect("start");
    let held = child.stdin.take();
    let output = child.wait_with_output().expect("wait");
    drop(held);
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("no decision within 1000 ms while reading the call"), "{stderr}");
}

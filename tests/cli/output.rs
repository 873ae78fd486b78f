//! Colours, readers that go away, and that every verb says the same of a call.

use crate::harness::{Place, THREE, end};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

/// Every verb and option that prints, with a command that is denied.
const PRINTING: [&[&str]; 4] = [
    &["check", "cat .env"],
    &["explain", "cat .env"],
    &["check", "--json", "cat .env"],
    &["explain", "--json", "cat .env"],
];

#[test]
fn colours_come_only_when_asked_for_without_a_terminal() {
    let place = Place::new();
    for arguments in PRINTING {
        let json = arguments.contains(&"--json");
        for (color, no_color, colored) in [
            (None, None, false),
            (Some("auto"), None, false),
            (Some("always"), None, !json),
            (Some("always"), Some("1"), !json),
            (Some("never"), None, false),
            (None, Some("1"), false),
        ] {
            let mut rest = vec!["--policy", "policy.rules"];
            rest.extend(color.iter().flat_map(|c| ["--color", c]));
            let mut command = place.command(&[&arguments[..1], &rest, &arguments[1..]].concat());
            command.envs(no_color.map(|v| ("NO_COLOR", v))).env("TERM", "xterm-256color");
            let ended = end(&mut command, b"");
            let what = format!("{arguments:?} --color {color:?} NO_COLOR={no_color:?}");
            assert_eq!((ended.status, ended.stderr.as_str()), (Some(2), ""), "{what}");
            assert_eq!(ended.stdout.contains('\u{1b}'), colored, "{what}: {}", ended.stdout);
        }
    }
}

#[test]
fn diagnostics_have_colours_too_when_asked_for() {
    let place = Place::new();
    place.write("broken.rules", "deny_read(\".env\")\n");
    for (color, colored) in [("auto", false), ("always", true), ("never", false)] {
        let ended = place.run(&["check", "--policy", "broken.rules", "--color", color, "true"], b"");
        assert_eq!(ended.status, Some(4));
        assert_eq!(ended.stderr.contains('\u{1b}'), colored, "{color}: {}", ended.stderr);
    }
}

/// Colours of text on a terminal are only ours: whatever a script holds is shown as an escape.
#[test]
fn hostile_text_is_visible() {
    let place = Place::new();
    let script = "cat '\u{202e}\u{1b}[2Jx/.env'; \u{9b}31m; git push '\u{1b}]0;t\u{7}'";
    for arguments in PRINTING {
        let arguments = [&arguments[..arguments.len() - 1], &["--color", "never", script]].concat();
        let ended = place.with_policy(arguments[0], &arguments[1..], b"");
        assert_eq!(ended.status, Some(2), "{ended:?}");
        let hidden: Vec<char> = ended.stdout.chars().filter(|c| *c != '\n' && prexec::text::is_hidden(*c)).collect();
        assert!(hidden.is_empty(), "{arguments:?}: {hidden:?}");
        assert!(ended.stdout.contains("202e"), "{arguments:?}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let place = Place::new();
    let lines = [place.shell("true"), b"\n".to_vec()].concat().repeat(2000);
    let mut command = place.command(&["check", "--policy", "policy.rules", "--jsonl"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("start");
    let mut stdin = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || std::io::Write::write_all(&mut stdin, &lines));
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut first).expect("a line");
    let output = child.wait_with_output().expect("wait");
    assert!(writer.join().expect("the writer").is_err(), "it read everything though nobody listened");
    assert!(first.starts_with("{\"schema\""), "{first}");
    assert_eq!((output.status.signal(), output.stderr.as_slice()), (Some(libc::SIGPIPE), &b""[..]));
}

/// Whoever asks for the status only may close the streams.
#[test]
fn closed_streams_change_no_status() {
    let place = Place::new();
    for (command, _, status) in THREE {
        for verb in ["check", "explain"] {
            let mut process = Command::new("/bin/sh");
            process.args(["-c", "exec \"$0\" \"$@\" >&- 2>&-", env!("CARGO_BIN_EXE_prexec")]);
            process.args([verb, "--policy", "policy.rules", command]).current_dir(place.path()).env_clear();
            let ended = process.stdin(Stdio::null()).status().expect("start");
            assert_eq!(ended.code(), Some(status), "{verb} {command}");
        }
    }
}

#[test]
fn an_answer_that_cannot_be_written_is_an_error() {
    let place = Place::new();
    for arguments in PRINTING {
        let mut command = place.command(&[&arguments[..1], &["--policy", "policy.rules"], &arguments[1..]].concat());
        let full = std::fs::File::options().write(true).open("/dev/full").expect("open");
        let output = command.stdin(Stdio::null()).stdout(full).output().expect("start");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        assert!(stderr.starts_with("prexec: standard output cannot be written: "), "{arguments:?}: {stderr}");
    }
}

/// Tool, what stands for COMMAND, and the tool's input.
#[test]
fn every_verb_says_the_same_of_a_call() {
    let place = Place::new();
    let patch = "*** Begin Patch\n*** Add File: .env\n+x\n*** End Patch";
    for (tool, command, input) in [
        ("Bash", "true", json!({"command": "true"})),
        ("Bash", "git push && cat .env # ü\n\"$(x)\"", json!({"command": "git push && cat .env # ü\n\"$(x)\""})),
        ("Bash", "", json!({"command": ""})),
        ("Bash", "if then", json!({"command": "if then"})),
        ("apply_patch", patch, json!({"command": patch})),
        ("view_image", "a/.env", json!({"path": "a/.env"})),
        ("mcp__a__b", r#"{"path": ".env", "n": 1}"#, json!({"path": ".env", "n": 1})),
        ("spawn_agent", r#"{"message": "m"}"#, json!({"message": "m"})),
        ("something_new", r#"{"x": [1, "https://h/"]}"#, json!({"x": [1, "https://h/"]})),
    ] {
        let what = format!("{tool} {command}");
        let json = place.with_policy("check", &["--json", "--tool", tool, command], b"");
        let call = place.call("PreToolUse", tool, &input).to_string();
        let line = place.with_policy("check", &["--jsonl"], format!("{call}\n").as_bytes());
        assert_eq!(json.stdout, line.stdout, "{what}");
        assert_eq!(line.status, Some(0), "{what}");
        let explained = place.with_policy("explain", &["--json", "--tool", tool, command], b"");
        let end = format!("\"verdict\":{}}}\n", json.stdout.trim_end());
        assert!(explained.stdout.ends_with(&end), "{what}: {}", explained.stdout);
        assert_eq!(explained.status, json.status, "{what}");
        let hook = place.with_policy("hook", &[], call.as_bytes());
        match json.status {
            Some(0) => hook.assert_silent(&what),
            Some(2 | 3) => hook.assert_blocks(&what),
            other => panic!("{what}: {other:?} {}", json.stderr),
        }
    }
}

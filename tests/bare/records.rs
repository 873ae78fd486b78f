//! Both executables write the same records, and each call has one, whoever answers it.

use crate::built::{Ended, Installed, decided, end};
use prexec::trail::day_files;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Command;

/// What differs from process to process.
const OF_THE_PROCESS: [&str; 3] = ["time", "id", "micros"];

const POLICY: &str =
    "recording(text = True)\nprefix_rule([\"true\"])\ndeny_read(\"**/.env\", justification = \"no secrets\")\n";

struct Place {
    installed: Installed,
}

impl Place {
    fn new() -> Self {
        let place = Self { installed: Installed::new() };
        place.policy(POLICY);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.installed.path().join(name)
    }

    fn policy(&self, text: &str) {
        std::fs::write(self.path("p.rules"), text).expect("a file");
        let mut compile = Command::new(env!("CARGO_BIN_EXE_prexec"));
        compile.args(["compile", "--policy", "p.rules", "-o", "p.bin"]).current_dir(self.installed.path());
        assert_eq!(end(&mut compile, b"").status.0, Some(0));
    }

    /// What each executable answers, and the records that it writes.
    fn both(&self, options: &[&str], input: &[u8]) -> [(Ended, Vec<Value>); 2] {
        let runs = ["alone", "whole"].map(|name| {
            let records = self.path(name);
            let directory = records.display().to_string();
            let [alone, whole] = self.installed.both(&[&["--audit", &directory], options].concat());
            let mut command = if name == "alone" { alone } else { whole };
            command.current_dir(self.installed.path()).env_clear().env("PATH", "/usr/bin:/bin");
            let ended = decided(&mut command, input);
            let mut lines = Vec::new();
            for file in day_files(&records).unwrap_or_default() {
                let text = std::fs::read_to_string(file.path).expect("a file");
                lines.extend(text.lines().filter(|line| !line.is_empty()).map(String::from));
            }
            // None where there was nothing to be written to.
            let _ = std::fs::remove_dir_all(&records);
            (ended, lines)
        });
        runs.map(|(ended, lines)| {
            let read = |line: &String| {
                let mut record: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
                let keys = record.as_object_mut().expect("an object");
                for key in OF_THE_PROCESS {
                    keys.remove(key);
                }
                record
            };
            (ended, lines.iter().map(read).collect())
        })
    }

    #[track_caller]
    fn same(&self, options: &[&str], input: &[u8]) -> Vec<Value> {
        let [(alone, in_alone), (whole, in_whole)] = self.both(options, input);
        assert_eq!(alone, whole, "{options:?}");
        assert_eq!(in_alone, in_whole, "{options:?}");
        in_whole
    }
}

fn call(event: &str, command: &str) -> Value {
    json!({
        "hook_event_name": event, "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": "/usr/share",
        "model": "m", "permission_mode": "default", "tool_name": "Bash", "tool_input": {"command": command}, "tool_use_id": "u",
    })
}

#[test]
fn the_same_call_has_the_same_record() {
    let place = Place::new();
    let policy = ["--policy", "p.bin"];
    for command in [
        "true",
        "cat .env ../x | head -3; git -C /tmp push origin main",
        "curl -X POST https://example.com:8443/a -d @x",
        "$x; echo $HOME > ~/y; python3 -i",
        "cat ~root/.profile; eval \"$y\"",
        "if then",
        "\u{e4}\u{202e} 'a\nb'",
    ] {
        for event in ["PreToolUse", "PermissionRequest"] {
            let records = place.same(&policy, call(event, command).to_string().as_bytes());
            assert_eq!(records.len(), 1, "{command}: {records:?}");
            assert_eq!(records[0]["text"], command);
        }
    }
    let mut more = call("PreToolUse", "true");
    more["agent_id"] = "a".into();
    more["agent_type"] = "b".into();
    more["tool_name"] = "mcp__a__b".into();
    assert_eq!(place.same(&policy, more.to_string().as_bytes()).len(), 1);
    for options in [
        &["--policy", "p.bin", "--home", "/h"][..],
        &["--policy", "p.bin", "--observe"],
        &["--policy", "p.bin", "--agent", "claude"],
    ] {
        assert_eq!(place.same(options, call("PreToolUse", "cat .env").to_string().as_bytes()).len(), 1, "{options:?}");
    }
}

#[test]
fn two_policies_have_the_same_digest() {
    let place = Place::new();
    std::fs::copy(place.path("p.bin"), place.path("q.bin")).expect("a copy");
    let records =
        place.same(&["--policy", "p.bin", "--policy", "q.bin"], call("PreToolUse", "true").to_string().as_bytes());
    let digest = records[0]["policy"].as_str().unwrap_or_default();
    let alone = place.same(&["--policy", "p.bin"], call("PreToolUse", "true").to_string().as_bytes());
    assert!(digest.len() == "blake3:".len() + 64 && alone[0]["policy"] != digest, "{records:?}");
}

#[test]
fn what_was_not_judged_has_the_same_record() {
    let place = Place::new();
    for (options, input) in [
        (&["--policy", "p.bin", "--wrong"][..], "x"),
        (&["--policy", "p.bin"], ""),
        (&["--policy", "p.bin"], "{\"hook_event_name\":\"PreToolUse\",\"session_id\":\"\\u0000\"}"),
        (&["--policy", "missing.bin"], "{}"),
    ] {
        assert_eq!(place.same(options, input.as_bytes()).len(), 1, "{options:?} {input}");
    }
}

#[test]
fn what_is_handed_over_is_recorded_once() {
    let place = Place::new();
    for (options, command) in
        [(&["--policy", "p.rules"][..], "cat .env"), (&["--policy", "p.bin", "--prompt", "gate"], "curl x")]
    {
        let records = place.same(options, call("PreToolUse", command).to_string().as_bytes());
        assert_eq!(records.len(), 1, "{options:?}");
        assert_eq!(records[0]["answer"], "deny", "{options:?}");
    }
}

#[test]
fn what_is_told_has_the_same_record() {
    let place = Place::new();
    let mut ended = call("PostToolUse", "true");
    ended["tool_response"] = "some \0 output".into();
    let start =
        json!({"session_id": "s", "cwd": "/usr", "hook_event_name": "SessionStart", "model": "m", "source": "startup"});
    let end = json!({"session_id": "s", "cwd": "/usr", "hook_event_name": "SessionEnd", "reason": "other"});
    for told in [ended, start, end] {
        let records = place.same(&["--policy", "p.bin"], told.to_string().as_bytes());
        assert_eq!(records.len(), 1, "{told}");
        let [(alone, _), _] = place.both(&["--policy", "missing"], told.to_string().as_bytes());
        assert_eq!((alone.status, alone.stdout.as_str(), alone.stderr.as_str()), ((Some(0), None), "", ""), "{told}");
    }
}

#[test]
fn what_is_demanded_is_demanded_by_both() {
    let place = Place::new();
    place.policy("recording(audit = \"required\")\nprefix_rule([\"true\"])\n");
    let call = call("PreToolUse", "true");
    let input = call.to_string();
    assert_eq!(place.same(&["--policy", "p.bin"], input.as_bytes()).len(), 1);
    for name in ["alone", "whole"] {
        let wrong = place.path("file");
        std::fs::write(&wrong, "").expect("a file");
        let [alone, whole] = place.installed.both(&["--policy", "p.bin", "--audit", &wrong.display().to_string()]);
        let mut command = if name == "alone" { alone } else { whole };
        let ended = end(command.current_dir(place.installed.path()), input.as_bytes());
        let expected = format!("`{}`: it is no directory; tell", wrong.display());
        assert!(ended.status.0 == Some(2) && ended.stderr.contains(&expected), "{name}: {ended:?}");
        let [alone, whole] =
            place.installed.both(&["--policy", "p.bin", "--audit", &place.path("r").display().to_string()]);
        let command = if name == "alone" { alone } else { whole };
        // A limit on the size of files would end the process by a signal.
        let mut limited = Command::new("/bin/bash");
        limited.args(["-c", "ulimit -f 0; exec \"$@\"", "-"]).arg(command.get_program()).args(command.get_args());
        let ended = end(limited.current_dir(place.installed.path()), input.as_bytes());
        let said =
            ended.stderr.contains("a limit on the size of files is reached") && ended.stderr.contains("audit:required");
        assert!(ended.status.0 == Some(2) && said, "{name}: {ended:?}");
    }
}

//! The answer, and the last message, reach Codex through whichever stream still works.

use crate::harness::{
    FAULTS, assert_blocked, assert_blocked_by_json, close, faulty, full_pipe, limit, prepared, run, text, with,
};
use nix::sys::resource::Resource;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::process::ExitStatusExt;
use std::thread;
use std::time::Duration;

#[test]
fn an_answer_is_written_as_it_is() {
    let cases: [(&[&str], i32, &str, &str); 5] = [
        (&["silence"], 0, "", ""),
        (&["json={\"a\":1}"], 0, "{\"a\":1}", ""),
        (&["deny=no: é"], 2, "", "no: é\n"),
        (&["deny= \n"], 2, "", "prexec: denied without a reason; blocked\n"),
        (&["json="], 2, "", "prexec: cannot write the answer while starting; blocked\n"),
    ];
    for (arguments, status, stdout, stderr) in cases {
        let output = run(&mut faulty(&[&["hook"], arguments].concat()));
        assert_eq!(output.status.code(), Some(status), "{arguments:?}");
        assert_eq!((text(&output.stdout), text(&output.stderr)), (stdout, stderr), "{arguments:?}");
    }
}

#[test]
fn an_answer_that_cannot_be_written_blocks() {
    let output = with(|| close(1), &mut faulty(&["hook", "json={}"]));
    assert_blocked(&output, "cannot write the answer", "starting", "stdout closed");
    let full = OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let output = run(faulty(&["hook", "json={}"]).stdout(full));
    assert_blocked(&output, "cannot write the answer", "starting", "stdout full");
    let (reader, writer) = io::pipe().expect("pipe");
    drop(reader);
    let output = run(faulty(&["hook", "json={}"]).stdout(writer));
    assert_blocked(&output, "cannot write the answer", "starting", "stdout without a reader");
}

#[test]
fn half_an_answer_is_not_followed_by_another() {
    let answer = format!("json={}", "x".repeat(100 << 10));
    let mut command = faulty(&["hook", &answer]);
    let mut child = prepared(|| close(2), &mut command).spawn().expect("start");
    // The pipe takes 64 KiB. By now the rest has been given up, and a deny would still be waited for.
    thread::sleep(Duration::from_millis(380));
    let mut stdout = Vec::new();
    child.stdout.take().expect("a pipe").read_to_end(&mut stdout).expect("read");
    assert_eq!(child.wait().expect("wait").code(), Some(2));
    assert!(!stdout.is_empty() && stdout.iter().all(|byte| *byte == b'x'), "{}", stdout.len());
}

#[test]
fn without_standard_error_json_blocks() {
    for (fault, about) in FAULTS {
        if *fault != "print" {
            let output = with(|| close(2), &mut faulty(&["hook", fault]));
            assert_blocked_by_json(&output, about, fault);
            assert!(output.stderr.is_empty());
        }
    }
    let output = with(|| close(2), &mut faulty(&["hook", "deny=prexec: \"no\"\u{1}\\"]));
    assert_blocked_by_json(&output, "\"no\"\u{1}\\", "deny");
}

#[test]
fn a_permission_request_is_denied_in_its_own_form() {
    let output = with(|| close(2), &mut faulty(&["hook", "permission", "deciding", "panic"]));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let message = json["hookSpecificOutput"]["decision"]["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("prexec: internal error") && message.ends_with("while deciding; blocked"), "{json}");
    let expected = serde_json::json!({"hookSpecificOutput": {
        "hookEventName": "PermissionRequest", "decision": {"behavior": "deny", "message": message}}});
    assert_eq!((json, output.status.code()), (expected, Some(0)));
}

#[test]
fn standard_error_that_reaches_nobody_is_like_none() {
    for device in ["/dev/null", "/dev/full"] {
        let file = OpenOptions::new().write(true).open(device).expect("device");
        let output = run(faulty(&["hook", "null"]).stderr(file));
        assert_blocked_by_json(&output, "crashed (SIGSEGV)", device);
    }
    let (reader, writer) = io::pipe().expect("pipe");
    drop(reader);
    let output = run(faulty(&["hook", "null"]).stderr(writer));
    assert_blocked_by_json(&output, "crashed (SIGSEGV)", "a pipe without a reader");
    // The write itself raises SIGXFSZ.
    let directory = tempfile::tempdir().expect("directory");
    let file = File::create(directory.path().join("stderr")).expect("file");
    let mut command = faulty(&["hook", "null"]);
    let output = with(|| limit(Resource::RLIMIT_FSIZE, 0, 0), command.stderr(file));
    assert_blocked_by_json(&output, "crashed (SIGSEGV)", "a file over the limit");
}

#[test]
fn a_full_pipe_is_given_up_or_waited_for() {
    for blocking in [true, false] {
        let (reader, writer) = full_pipe(blocking);
        let output = run(faulty(&["hook", "null"]).stderr(writer));
        assert_blocked_by_json(&output, "crashed (SIGSEGV)", "a full pipe");
        drop(reader);

        let (mut reader, writer) = full_pipe(blocking);
        let mut command = faulty(&["hook", "null"]);
        let child = command.stderr(writer).spawn().expect("start");
        drop(command);
        thread::sleep(Duration::from_millis(60));
        let mut written = String::new();
        reader.read_to_string(&mut written).expect("read");
        let output = child.wait_with_output().expect("wait");
        assert_eq!(output.status.code(), Some(2), "{:?}", text(&output.stdout));
        assert_eq!(written.trim_start(), "prexec: crashed (SIGSEGV) while starting; blocked\n");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn with_both_streams_gone_the_status_is_still_2() {
    let both = || {
        close(1);
        close(2);
    };
    for fault in ["panic", "null", "abort", "loop", "deny=no", "exit-0"] {
        let output = with(both, &mut faulty(&["hook", fault]));
        assert_eq!((output.status.signal(), output.status.code()), (None, Some(2)), "{fault}");
    }
    let output = with(|| (0..3).for_each(close), &mut faulty(&["hook", "panic"]));
    assert_eq!((output.status.signal(), output.status.code()), (None, Some(2)));
}

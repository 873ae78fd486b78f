//! The registered command line keeps blocking when prexec itself is broken.

use std::fs;

use crate::calls::shell;
use crate::hooks::{Hook, fail_closed};
use crate::prexec::{command_line, executable};
use crate::session::{Registration, Session, exists};

/// What the fallback says; prexec's own words differ.
const FALLBACK: &str = "policy hook failed; blocking";

/// Runs one permitted call with `command` registered, and gives back what the model was told where it was blocked.
fn blocked(session: &Session, command: &str) -> Option<String> {
    let outcome = session.exec(Registration::Managed, &[Hook::new(command)], vec![vec![shell("a", "mkdir made")]]);
    let told = outcome.told["a"].clone();
    let made = exists(&session.work(), "made");
    assert_ne!(made, told.contains("blocked by PreToolUse hook: "), "with {command}, the model was told {told:?}");
    (!made).then_some(told)
}

fn assert_falls_back(session: &Session, command: &str) {
    let told = blocked(session, &fail_closed(command));
    assert!(told.as_ref().is_some_and(|told| told.contains(FALLBACK)), "with {command}: {told:?}");
}

/// A copy of prexec with `mode` that keeps the first `keep` bytes.
fn copy(session: &Session, mode: u32, keep: usize) -> String {
    use std::os::unix::fs::PermissionsExt;
    let program = fs::read(executable()).expect("prexec can be read");
    let path = session.write("prexec", &program[..keep.min(program.len())]);
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("the copy's mode");
    path.to_string_lossy().into_owned()
}

#[test]
fn a_whole_prexec_lets_a_permitted_call_run() {
    let session = Session::new();
    let program = copy(&session, 0o755, usize::MAX);
    assert_eq!(blocked(&session, &fail_closed(&command_line(&program, &session, ""))), None);
}

#[test]
fn a_missing_prexec_blocks() {
    let session = Session::new();
    assert_falls_back(&session, &command_line("/no/such/prexec", &session, ""));
}

#[test]
fn a_prexec_that_may_not_be_executed_blocks() {
    let session = Session::new();
    let program = copy(&session, 0o644, usize::MAX);
    assert_falls_back(&session, &command_line(&program, &session, ""));
}

#[test]
fn a_prexec_that_crashes_blocks() {
    let session = Session::new();
    // Its headers ask the kernel for code that is not there.
    let program = copy(&session, 0o755, 4096);
    assert_falls_back(&session, &command_line(&program, &session, ""));
}

#[test]
fn a_prexec_without_memory_blocks() {
    let session = Session::new();
    let command = format!("(ulimit -v 1500; exec {})", command_line(&executable(), &session, ""));
    assert!(blocked(&session, &fail_closed(&command)).is_some());
}

#[test]
fn a_prexec_that_is_killed_blocks() {
    let session = Session::new();
    // It waits for the rest of its input until it is killed.
    let command = format!("sleep 1 | timeout -s KILL 0.4 {}", command_line(&executable(), &session, ""));
    assert_falls_back(&session, &command);
}

#[test]
fn a_policy_that_is_missing_or_does_not_load_blocks_by_itself() {
    for rules in [None, Some("prefix_rule([]")] {
        let session = Session::new();
        let command = command_line(&executable(), &session, rules.unwrap_or_default());
        if rules.is_none() {
            fs::remove_file(session.file("policy.rules")).expect("the policy just written");
        }
        let told = blocked(&session, &command);
        assert!(told.is_some(), "with the policy {rules:?}");
    }
}

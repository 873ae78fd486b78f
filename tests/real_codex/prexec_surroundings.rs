//! The registered command line among hostile surroundings: what still blocks, and what cannot be blocked from inside.

use std::path::Path;

use crate::calls::shell;
use crate::hooks::{Hook, fail_closed};
use crate::prexec::{command_line, executable};
use crate::session::{Registration, Session, exists};

/// What is said where prexec itself cannot.
const FALLBACK: &str = "policy hook failed; blocking";
const FORBIDDEN: &str = "prefix_rule([\"mkdir\"], decision = \"forbidden\", justification = \"by policy\")\n";

/// Whether the one call ran, and what the model was told.
fn call(session: &Session, hooks: &[Hook]) -> (bool, String) {
    let outcome = session.exec(Registration::Managed, hooks, vec![vec![shell("a", "mkdir made")]]);
    (exists(&session.work(), "made"), outcome.told["a"].clone())
}

/// Blocked, and the model is told `why`.
#[track_caller]
fn assert_blocked(session: &Session, command: &str, why: &str) {
    let (ran, told) = call(session, &[Hook::new(command)]);
    assert!(!ran && told.contains("blocked by PreToolUse hook: ") && told.contains(why), "with {command}: {told}");
}

#[test]
fn a_prexec_whose_input_never_ends_blocks_by_itself() {
    let session = Session::new();
    let command = format!("{} < <(sleep 20 2>/dev/null)", command_line(&executable(), &session, ""));
    assert_blocked(&session, &command, "no decision within 1000 ms");
}

/// Whatever stands in prexec's place and hangs, `timeout` in front of it turns into a block.
#[test]
fn something_that_hangs_in_its_place_blocks() {
    let session = Session::new();
    let program = session.write_program("hangs", "#!/bin/bash\ntrap '' TERM\nwhile :; do sleep 1; done\n");
    let command = fail_closed(&format!("/usr/bin/timeout -k 1 1 '{}'", program.display()));
    assert_blocked(&session, &command, FALLBACK);
}

#[test]
fn garbage_on_standard_output_blocks_unless_it_claims_an_answer() {
    // Status 2 says that the reason stands on standard error already; nothing but prexec ends so, and never in silence.
    for (status, runs) in [(1, false), (101, false), (127, false), (139, false), (2, true), (0, true)] {
        let session = Session::new();
        let program = session.write_program("garbage", &format!("#!/bin/bash\necho '}}{{ garbage'\nexit {status}\n"));
        let (ran, told) = call(&session, &[Hook::new(fail_closed(&program.to_string_lossy()))]);
        // Exit 0 is prexec's to give: its guard leaves with it only after it has decided.
        assert_eq!(ran, runs, "with status {status}: {told}");
    }
}

/// Faults at the boundaries of a real call, as Codex sees them.
#[test]
fn faults_inside_block() {
    let Some(faulty) = option_env!("CARGO_BIN_EXE_prexec-faulty") else { return };
    for (boundary, fault) in [
        ("read", "panic"),
        ("evaluating", "overflow"),
        ("loaded", "print"),
        ("analysed", "leak"),
        ("matched", "loop"),
        ("answered", "null"),
    ] {
        let session = Session::new();
        let line = command_line(faulty, &session, "");
        let command = line.replace(" hook --policy ", &format!(" hook at={boundary}:{fault} run hook --policy "));
        assert_blocked(&session, &command, "prexec: ");
    }
}

#[test]
fn exported_functions_do_not_help() {
    for name in ["exit", "[", "echo", "exec", "bash", "command"] {
        let mut session = Session::new();
        session.set_environment(&format!("BASH_FUNC_{name}%%"), "() { builtin exit 0; }");
        assert_blocked(&session, &fail_closed("/no/such/prexec"), FALLBACK);
        assert_blocked(&session, &fail_closed(&command_line(&executable(), &session, FORBIDDEN)), "by policy");
    }
}

/// Codex starts hooks by bash, whatever the account's shell is.
#[test]
fn every_shell_of_the_account_blocks() {
    for shell in ["/bin/bash", "/bin/dash", "/usr/bin/zsh", "/usr/bin/fish"] {
        if !Path::new(shell).exists() {
            eprintln!("{shell} is not installed");
            continue;
        }
        let mut session = Session::new();
        session.set_account_shell(shell);
        assert_blocked(&session, &fail_closed(&command_line(&executable(), &session, FORBIDDEN)), "by policy");
        assert_blocked(&session, &fail_closed("/no/such/prexec"), FALLBACK);
        let (ran, told) = call(&session, &[Hook::new(fail_closed(&command_line(&executable(), &session, "")))]);
        assert!(ran, "with {shell}: {told}");
    }
}

/// What SECURITY.md says: a second hook rewrites what prexec has allowed, and nobody asks prexec about that.
#[test]
fn another_hook_may_rewrite_what_was_allowed() {
    let session = Session::new();
    let rewriting = r#"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow","updatedInput":{"command":"touch rewritten"}}}"#;
    let other = session.write_program("other", &format!("#!/bin/bash\necho '{rewriting}'\n"));
    let forbidden = "prefix_rule([\"touch\"], decision = \"forbidden\")\n";
    let ours = Hook::new(fail_closed(&command_line(&executable(), &session, forbidden)));
    let (ran, told) = call(&session, &[ours, Hook::new(other.to_string_lossy())]);
    assert!(!ran && exists(&session.work(), "rewritten"), "{told}");
}

//! That the harness itself sees what it claims to see.

use crate::calls::shell;
use crate::hooks::Hook;
use crate::process::run;
use crate::session::{Registration, Session, exists};
use crate::client;
use std::time::Duration;

const BLOCK: &str = "echo no by harness >&2; exit 2";

fn blocked_by(registration: Registration) -> bool {
    let session = Session::new();
    let outcome = session.exec(registration, &[Hook::new(BLOCK)], vec![vec![shell("a", "touch ran")]]);
    let ran = exists(&session.work(), "ran");
    assert_ne!(ran, outcome.told["a"].contains("no by harness"), "the model was told {:?}", outcome.told["a"]);
    !ran
}

#[test]
fn a_trusted_user_hook_blocks() {
    assert!(blocked_by(Registration::User));
}

#[test]
fn a_user_hook_without_trust_is_skipped() {
    assert!(!blocked_by(Registration::UserUntrusted));
}

#[test]
fn a_managed_hook_blocks() {
    assert!(blocked_by(Registration::Managed));
}

#[test]
fn the_client_has_the_version_that_is_asked_for() {
    let session = Session::new();
    let finished = run(session.client().arg("--version"), &session.file(""), Duration::from_secs(20));
    assert_eq!(finished.stdout.trim(), format!("codex-cli {}", client::version()), "{}", finished.stderr);
}

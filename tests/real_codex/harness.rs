//! That the harness itself sees what it claims to see.

use std::process::Stdio;
use std::time::Duration;

use crate::calls::shell;
use crate::client;
use crate::hooks::{Hook, user_config};
use crate::process::run;
use crate::session::{Registration, Session, exists};

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
fn a_user_cannot_switch_a_managed_hook_off_while_the_feature_is_pinned() {
    for arguments in [vec!["--disable", "hooks"], vec!["-c", "features.hooks=false"]] {
        let mut session = Session::new();
        session.arguments.clone_from(&arguments);
        let outcome = session.exec(Registration::Managed, &[Hook::new(BLOCK)], vec![vec![shell("a", "touch ran")]]);
        assert!(!exists(&session.work(), "ran"), "with {arguments:?}, the model was told {:?}", outcome.told["a"]);
    }
}

#[test]
fn where_only_managed_hooks_are_admitted_a_trusted_user_hook_is_not_started() {
    let mut session = Session::new();
    let started = |name| session.file(name).to_string_lossy().into_owned();
    let (managed, user) = (started("managed"), started("user"));
    session.more_config = user_config(&[Hook::new(format!("touch '{user}'"))], &session.config(), true);
    let hooks = [Hook::new(format!("touch '{managed}'"))];
    session.exec(Registration::Managed, &hooks, vec![vec![shell("a", "touch ran")]]);
    assert!(exists(&session.work(), "ran") && exists(&session.file(""), "managed"));
    assert!(!exists(&session.file(""), "user"));
}

#[test]
fn the_client_has_the_version_that_is_asked_for() {
    let session = Session::new();
    let finished =
        run(session.client().arg("--version").stdin(Stdio::null()), &session.file(""), Duration::from_secs(20));
    assert_eq!(finished.stdout.trim(), format!("codex-cli {}", client::version()), "{}", finished.stderr);
}

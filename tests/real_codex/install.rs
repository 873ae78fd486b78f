//! From nothing to enforced: what `prexec install` registers is what the client asks, and what `uninstall` takes out is gone.

use std::fs;
use std::process::Command;

use crate::calls::{Call, shell};
use crate::model::ScriptedModel;
use crate::prexec;
use crate::session::{Registration, Session, exists};

/// A call that every posture denies, and one beside it that nobody needs to stop. The first would leave a file, too.
fn turns() -> Vec<Vec<Call>> {
    vec![vec![shell("secret", "cat .env; touch leaked")], vec![shell("harmless", "mkdir made")]]
}

fn prexec(session: &Session, arguments: &[&str]) -> String {
    let home = session.home();
    let mut command = Command::new(prexec::executable());
    command.args(arguments).arg("--home").arg(&home).env("HOME", &home).env_remove("CODEX_HOME");
    let ended = command.output().expect("prexec starts");
    assert!(ended.status.success(), "{arguments:?}: {ended:?}");
    String::from_utf8_lossy(&ended.stdout).into_owned()
}

/// Plays the calls; gives back whether the secret was blocked. The harmless one must always run.
fn blocks(session: &Session, model: &ScriptedModel) -> bool {
    for name in ["leaked", "made"] {
        let path = session.work().join(name);
        let _ = fs::remove_file(&path);
        let _ = fs::remove_dir(&path);
    }
    let outcome = session.play(model, 2);
    assert!(exists(&session.work(), "made"), "{:?}", outcome.told);
    let blocked = outcome.told["secret"].contains("blocked by PreToolUse hook: prexec");
    assert_ne!(blocked, exists(&session.work(), "leaked"), "{:?}", outcome.told);
    blocked
}

#[test]
fn a_user_is_protected_after_install_and_as_before_after_uninstall() {
    let session = Session::new();
    fs::write(session.work().join(".env"), "TOKEN=x\n").expect("a secret");
    let again = || ScriptedModel::start([turns(), turns(), turns(), turns()].concat());
    let model = again();
    session.configure(&model, Registration::Nowhere, &[]);
    assert!(!blocks(&session, &model));

    // What Codex itself has written meanwhile belongs to what stood there.
    let model = again();
    session.configure(&model, Registration::Nowhere, &[]);
    let before = fs::read(session.config()).expect("a configuration");
    prexec(&session, &["install", "--user"]);
    assert!(blocks(&session, &model));
    prexec(&session, &["install", "--user"]);

    let after = fs::read_to_string(session.config()).expect("a configuration");
    fs::write(session.config(), &after).expect("the same again");
    prexec(&session, &["uninstall", "--user"]);
    assert_eq!(String::from_utf8(fs::read(session.config()).expect("a configuration")), String::from_utf8(before));
    let model = again();
    session.configure(&model, Registration::Nowhere, &[]);
    assert!(!blocks(&session, &model));
}

//! From nothing to enforced: what `prexec install` registers is what the client asks, and what `uninstall` takes out is gone.

use std::fs;
use std::process::Command;

use nix::unistd::geteuid;
use serde_json::Value;

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

/// The script that puts prexec where nobody else can write it, and does `then` there. What is said goes to files of the test.
pub(crate) fn as_root(session: &Session, then: &str) -> String {
    let (files, program) = (session.file(""), prexec::executable());
    format!(
        "set -e\nmkdir -p /opt\nmount -t tmpfs -o mode=755 tmpfs /opt\nmkdir /opt/prexec\n\
         install -m 755 '{program}' /opt/prexec/prexec\n\
         [ ! -s '{program}-hook' ] || install -m 755 '{program}-hook' /opt/prexec/prexec-hook\ncd '{}'\n{then}\ncd '{}'\n",
        files.display(),
        session.work().display()
    )
}

fn doctor(session: &Session, name: &str) -> Value {
    let text = fs::read_to_string(session.file(name)).expect("what doctor said");
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// Plays the calls on a machine that root has set up by `then`, with `arguments` of the person's.
fn managed(then: &str, arguments: &[&'static str]) -> (Session, bool) {
    let mut session = Session::new();
    fs::write(session.work().join(".env"), "TOKEN=x\n").expect("a secret");
    session.before = as_root(&session, then);
    session.arguments = arguments.to_vec();
    let model = ScriptedModel::start(turns());
    session.configure(&model, Registration::Nowhere, &[]);
    let blocked = blocks(&session, &model);
    (session, blocked)
}

const INSTALL: &str = "/opt/prexec/prexec doctor --json > before || true
/opt/prexec/prexec install --managed --prompt gate > said
/opt/prexec/prexec doctor --json > after
/opt/prexec/prexec install --managed --prompt gate > again";

#[test]
fn a_machine_is_enforced_for_a_user_who_did_nothing_and_cannot_switch_it_off() {
    if !geteuid().is_root() {
        eprintln!("files of root's can only be made by root: not tested");
        return;
    }
    for arguments in [vec![], vec!["--disable", "hooks"], vec!["-c", "features.hooks=false"]] {
        let (session, blocked) = managed(INSTALL, &arguments);
        assert!(blocked, "{arguments:?}");
        assert_eq!(doctor(&session, "before")["status"], "failure");
        let after = doctor(&session, "after");
        assert_ne!(after["status"], "failure", "{after:#}");
        for id in ["registered", "trusted", "pinned", "only-hook", "executable", "policy", "canary", "files", "gate"] {
            let check = after["checks"].as_array().into_iter().flatten().find(|check| check["id"] == id);
            assert!(check.is_some_and(|check| check["status"] == "ok"), "{id}: {after:#}");
        }
        assert!(after.to_string().contains("Codex asks about `/opt/prexec/prexec run`"), "{after:#}");
        let said = |name: &str| fs::read_to_string(session.file(name)).expect("what install said");
        assert!(
            said("said").contains("a canary was put to the command line") && said("said").contains("registered in"),
            "{}",
            said("said")
        );
        assert!(said("again").contains("already registered in"), "{}", said("again"));
    }
}

#[test]
fn a_machine_is_as_before_after_uninstall() {
    if !geteuid().is_root() {
        eprintln!("files of root's can only be made by root: not tested");
        return;
    }
    let then = "printf '# ours\nallowed_web_search_modes = [\"disabled\"] # no web\n' > /etc/codex/requirements.toml
cp /etc/codex/requirements.toml was
/opt/prexec/prexec install --managed --posture lockdown
grep -q 'no web' /etc/codex/requirements.toml && grep -q prompt-user /etc/codex/requirements.toml
/opt/prexec/prexec uninstall --managed
cmp was /etc/codex/requirements.toml
[ ! -e /etc/prexec ]";
    assert!(!managed(then, &[]).1);
}

/// The sandbox itself keeps them unread, too; what cannot be said in Codex's words would keep it from starting.
#[test]
fn a_machine_with_native_reads_starts() {
    if !geteuid().is_root() {
        eprintln!("files of root's can only be made by root: not tested");
        return;
    }
    let mut session = Session::new();
    session.before = as_root(&session, "/opt/prexec/prexec install --managed --native-reads > said");
    let model = ScriptedModel::start(turns());
    session.configure(&model, Registration::Nowhere, &[]);
    let mut command = session.client();
    let ended =
        command.args(["exec", "--json", "--sandbox", "workspace-write", "go"]).output().expect("the client starts");
    assert!(ended.status.success() && exists(&session.work(), "made"), "{ended:?} {:?}", model.told());
    assert!(model.told()["secret"].contains("blocked by PreToolUse hook"), "{:?}", model.told());
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

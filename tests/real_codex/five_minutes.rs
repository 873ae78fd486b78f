//! From nothing to enforced in one go, on a fresh machine of root's with the real client: `doctor` before, an installation, `doctor`
//! after, and a call that a person must approve, with yes, with no, and with nobody there. What was seen goes to
//! `target/codex/five-minutes-*.txt`.

use std::fs;
use std::time::Duration;

use nix::unistd::geteuid;

use crate::calls::shell;
use crate::client;
use crate::hooks::toml_string;
use crate::install::as_root;
use crate::model::ScriptedModel;
use crate::session::{Registration, Session, exists};
use crate::terminal::Terminal;

/// All that an administrator does. The policy is a posture and a rule of his own.
const SET_UP: &str = r#"/opt/prexec/prexec doctor > before || echo "exit status $?" >> before
start=$(date +%s%3N)
mkdir -p /etc/prexec
cat > /etc/prexec/policy.rules <<'POLICY'
include("@prexec/controlled.rules")
prefix_rule(["mkdir"], "prompt", justification = "a person decides about directories")
POLICY
/opt/prexec/prexec install --managed --prompt gate > said
echo $(($(date +%s%3N) - start)) > took
/opt/prexec/prexec doctor > after || echo "exit status $?" >> after"#;
const SCRIPT: &str = "mkdir made";
const QUESTION: &str = "Would you like to run the following command?";

fn session() -> Option<Session> {
    if !geteuid().is_root() {
        eprintln!("files of root's can only be made by root: not tested");
        return None;
    }
    let mut session = Session::new();
    session.before = as_root(&session, SET_UP);
    let work = toml_string(&session.work().to_string_lossy());
    session.more_config = format!("[projects.{work}]\ntrust_level = \"trusted\"\n");
    Some(session)
}

/// What was seen, for people; and what must have been seen in any case.
fn written(session: &Session, name: &str, seen: &[(&str, &str)]) {
    let file = |name: &str| fs::read_to_string(session.file(name)).expect("what was said");
    let (before, said, after) = (file("before"), file("said"), file("after"));
    assert!(before.contains("FAILURE") && before.ends_with("exit status 5\n"), "{before}");
    assert!(said.contains("a canary was put to the command line") && said.contains("registered in"), "{said}");
    assert!(after.contains(" 0 failures") && after.contains("Codex asks about `/opt/prexec/prexec run`"), "{after}");
    let took = Duration::from_millis(file("took").trim().parse().expect("milliseconds"));
    assert!(took < Duration::from_secs(60), "{took:?}");
    let took = format!("{took:?}");
    let parts =
        [("doctor before", before.as_str()), ("install", &said), ("which took", &took), ("doctor after", &after)];
    let text = parts
        .iter()
        .chain(seen)
        .fold(String::new(), |text, (title, part)| text + "== " + title + "\n" + part.trim_end() + "\n\n");
    fs::write(client::place().join(format!("five-minutes-{name}.txt")), text).expect("a transcript");
}

#[test]
fn a_person_is_asked_and_says_yes_or_no() {
    for (name, key, said, runs) in [("yes", "y", "✔ You approved", true), ("no", "d", "✗ You", false)] {
        let Some(session) = session() else { return };
        let model = ScriptedModel::start(vec![vec![shell("a", SCRIPT)]]);
        session.configure(&model, Registration::Nowhere, &[]);
        let arguments = ["--ask-for-approval", "on-request", "--sandbox", "workspace-write", "go"];
        let terminal = Terminal::start(&session, &arguments, 50);
        if terminal.wait_for(&[QUESTION, "Use existing model"]).contains("Use existing model") {
            terminal.press_until("Down", "› 2. Use existing model");
            terminal.press_until("Enter", "› go");
        }
        let question = terminal.wait_for(&[QUESTION, "• done"]);
        assert!(question.contains(QUESTION), "nobody was asked: {:?}", model.told());
        terminal.press_until(key, said);
        let end = terminal.wait_for(&["• done"]);
        let told = model.told().remove("a").unwrap_or_default();
        written(
            &session,
            name,
            &[("the question", &question), ("the answer", &end), ("what the model is told", &told)],
        );
        assert!(question.contains("a person decides about directories") && question.contains(SCRIPT), "{question}");
        assert_eq!(exists(&session.work(), "made"), runs, "{told}");
    }
}

#[test]
fn where_nobody_is_there_it_does_not_run() {
    let Some(session) = session() else { return };
    let outcome = session.exec(Registration::Nowhere, &[], vec![vec![shell("a", SCRIPT)]]);
    let told = &outcome.told["a"];
    written(&session, "unattended", &[("what the model is told", told)]);
    assert!(told.contains("blocked by PreToolUse hook: prexec") && told.contains("nobody can be asked"), "{told}");
    assert!(!exists(&session.work(), "made"));
}

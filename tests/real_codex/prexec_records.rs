//! What an installed prexec records of a session of the real client: decisions, what became of them, the session's two ends.

use std::process::Command;

use ::prexec::trail::{Kind, Record, day_files, read_line};

use crate::calls::{patch, shell};
use crate::model::ScriptedModel;
use crate::prexec;
use crate::session::{Registration, Session, exists};

fn records(session: &Session) -> Vec<Record> {
    let mut all = Vec::new();
    for file in day_files(&session.home().join(".local/state/prexec/audit")).expect("a directory for records") {
        let text = std::fs::read_to_string(file.path).expect("a file of records");
        all.extend(text.lines().filter(|l| !l.is_empty()).map(|l| read_line(l.as_bytes()).expect("a record")));
    }
    // Those of the call by which the installation tried the hook.
    all.retain(|record| record.session.as_deref() != Some("canary"));
    all
}

#[test]
fn a_session_is_recorded_from_its_start_to_its_end() {
    let session = Session::new();
    std::fs::write(session.work().join(".env"), "TOKEN=x\n").expect("a secret");
    let add = "*** Begin Patch\n*** Add File: a.txt\n+one\n*** End Patch";
    let turns = vec![
        vec![shell("secret", "cat .env; touch leaked")],
        vec![shell("harmless", "mkdir made")],
        vec![shell("fails", "printf 'a-word\\0'; exit 7")],
        vec![patch("patched", add)],
    ];
    let expected = turns.len();
    let model = ScriptedModel::start(turns);
    session.configure(&model, Registration::Nowhere, &[]);
    let home = session.home();
    let mut install = Command::new(prexec::executable());
    install.args(["install", "--user", "--home"]).arg(&home).env("HOME", &home).env_remove("CODEX_HOME");
    let ended = install.output().expect("prexec starts");
    assert!(ended.status.success(), "{ended:?}");
    let outcome = session.play(&model, expected);
    assert!(exists(&session.work(), "made") && !exists(&session.work(), "leaked"), "{:?}", outcome.told);

    let records = records(&session);
    let short = |r: &'_ Record| (r.kind, r.event.clone(), r.call.clone(), r.answer.clone(), r.detail.clone());
    let told: Vec<_> = records.iter().map(short).collect();
    let some = |text: &str| Some(text.to_owned());
    let decision = |call, answer| (Kind::Decision, "PreToolUse".to_owned(), some(call), some(answer), None);
    let end = |call| (Kind::Outcome, "PostToolUse".to_owned(), some(call), None, None);
    let session_is = |event: &str, detail| (Kind::Session, event.to_owned(), None, None, some(detail));
    let expected = [
        session_is("SessionStart", "startup"),
        decision("secret", "deny"),
        decision("harmless", "silence"),
        end("harmless"),
        decision("fails", "silence"),
        end("fails"),
        decision("patched", "silence"),
        end("patched"),
        session_is("SessionEnd", "other"),
    ];
    assert_eq!(told, expected, "{records:#?}");
    assert!(records.iter().all(|record| record.session == records[0].session && record.session.is_some()));
    assert_eq!(records[7].status, Some(0), "{:?}", records[7]);
    let here = std::fs::canonicalize(session.work()).expect("a directory");
    assert!(records.iter().all(|record| record.repository.as_deref() == here.to_str()), "{records:#?}");
    // What a tool wrote is nobody's business.
    assert!(!format!("{records:?}").contains("a-word"));
    // Nothing of it was shown to anybody.
    assert!(!outcome.finished.stdout.contains("hook") || outcome.finished.stdout.contains("PreToolUse hook"));
}

//! How a `prompt` becomes a question: the hook rewrites the command into a call of a gate, and a managed rule makes Codex ask
//! a person about every call of the gate.

use serde_json::json;

use crate::app_server::{Person, converse};
use crate::calls::{Call, shell};
use crate::hooks::{Hook, toml_string};
use crate::session::{Registration, Session, exists};

/// No native rule can read this script.
const SCRIPT: &str = r#"mkdir "$(echo ma)de""#;

/// `[rules]` of a `requirements.toml`: a person is asked about every command that starts with `gate run`.
pub(crate) fn ask_about(gate: &str) -> String {
    let pattern = format!(r#"[{{token={}}},{{token="run"}}]"#, toml_string(gate));
    let rule = format!(r#"{{pattern={pattern}, decision="prompt-user", justification="policy asks"}}"#);
    format!("[rules]\nprefix_rules = [{rule}]\n")
}

/// A gate that runs its script, and a hook that sends every command through it.
fn bridged() -> (Session, Hook) {
    let mut session = Session::new();
    let gate = session.write_program("gate", "#!/bin/bash\n# run REASON -- SCRIPT\nexec /bin/bash -c \"$4\"\n");
    let gate = gate.to_string_lossy().into_owned();
    let command = format!("{gate} run 'because of policy' -- '{SCRIPT}'");
    let rewritten = json!({"hookSpecificOutput": {
        "hookEventName": "PreToolUse", "permissionDecision": "allow", "updatedInput": {"command": command},
    }});
    let answer = session.write("answer", rewritten.to_string());
    session.more_requirements = ask_about(&gate);
    session.sandbox = "workspace-write";
    (session, Hook::new(format!("cat '{}'", answer.display())))
}

fn call() -> Vec<Vec<Call>> {
    vec![vec![shell("a", SCRIPT)]]
}

#[test]
fn a_person_decides_about_the_gate() {
    for (person, runs) in [(Person::Accepts, true), (Person::Declines, false)] {
        let (session, hook) = bridged();
        let conversation = converse(&session, Registration::Managed, &[hook], call(), person);
        let told = &conversation.told["a"];
        let [(_, question)] = conversation.questions.as_slice() else { panic!("the model was told {told:?}") };
        let shown = question["command"].as_str().unwrap_or_default();
        assert!(shown.contains("because of policy") && shown.contains("ma)de"), "{question}");
        assert_eq!(question["availableDecisions"], json!(["accept", "decline", "cancel"]));
        assert_eq!(exists(&session.work(), "made"), runs, "the model was told {told:?}");
    }
}

#[test]
fn a_client_that_cannot_ask_a_person_rejects_the_gate() {
    let (session, hook) = bridged();
    let conversation = converse(&session, Registration::Managed, &[hook], call(), Person::Absent);
    assert!(conversation.told["a"].contains("approval request failed"), "{:?}", conversation.told);
    assert!(!exists(&session.work(), "made"));
}

#[test]
fn where_nobody_is_ever_asked_the_gate_is_rejected() {
    let (session, hook) = bridged();
    let outcome = session.exec(Registration::Managed, &[hook], call());
    assert!(outcome.told["a"].contains("approval required by policy"), "{:?}", outcome.told);
    assert!(!exists(&session.work(), "made"));
}

#[test]
fn without_the_rule_the_rewritten_command_runs_unasked() {
    let (mut session, hook) = bridged();
    session.more_requirements.clear();
    let outcome = session.exec(Registration::Managed, &[hook], call());
    assert!(exists(&session.work(), "made"), "the model was told {:?}", outcome.told);
}

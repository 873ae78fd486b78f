//! `prexec hook --prompt gate`: Codex's own question puts what the policy prompts for to a person.

use crate::app_server::{Person, converse};
use crate::bridge::ask_about;
use crate::calls::{Call, shell};
use crate::hooks::Hook;
use crate::prexec;
use crate::session::{Registration, Session, exists};

const RULES: &str =
    r#"prefix_rule(["mkdir"], decision = "prompt", justification = "a person decides about directories")"#;
const REASON: &str = "a person decides about directories";

/// A session in which the rule that the gate relies on is in force.
fn gated() -> (Session, Hook) {
    let mut session = Session::new();
    session.sandbox = "workspace-write";
    session.more_requirements = ask_about(&prexec::executable());
    let command = prexec::command_line(&prexec::executable(), &session, RULES);
    (session, Hook::new(format!("{command} --prompt gate")))
}

fn call() -> Vec<Vec<Call>> {
    vec![vec![shell("a", "mkdir made && echo 'it is' > \"made/$USER.txt\"")]]
}

#[test]
fn a_person_is_shown_the_reason_and_decides() {
    for (person, runs) in [(Person::Accepts, true), (Person::Declines, false)] {
        let (session, hook) = gated();
        let conversation = converse(&session, Registration::Managed, &[hook], call(), person);
        let told = &conversation.told["a"];
        let [(_, question)] = conversation.questions.as_slice() else { panic!("the model was told {told:?}") };
        let shown = question["command"].as_str().unwrap_or_default();
        assert!(shown.contains(REASON) && shown.contains("mkdir made"), "{question}");
        assert_eq!(exists(&session.work(), "made/.txt"), runs, "the model was told {told:?}");
    }
}

#[test]
fn without_the_rule_in_force_a_prompt_is_a_block() {
    let (mut session, hook) = gated();
    session.more_requirements.clear();
    let conversation = converse(&session, Registration::Managed, &[hook], call(), Person::Accepts);
    assert_eq!(conversation.questions, []);
    assert!(conversation.told["a"].contains(REASON), "{:?}", conversation.told);
    assert!(!exists(&session.work(), "made"));
}

#[test]
fn where_nobody_is_ever_asked_a_prompt_is_a_block() {
    let (session, hook) = gated();
    let outcome = session.exec(Registration::Managed, &[hook], call());
    assert!(outcome.told["a"].contains(REASON), "{:?}", outcome.told);
    assert!(!exists(&session.work(), "made"));
}

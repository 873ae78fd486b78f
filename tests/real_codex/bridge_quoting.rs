//! Which spellings of a gate call Codex's native rules can read. One that they cannot read runs, unasked.

use crate::app_server::{Person, converse};
use crate::bridge::ask_about;
use crate::calls::{shell, shell_in};
use crate::session::{Registration, Session, exists};

/// A session with a rule that a person is asked about the gate, and the gate: it leaves a file named by its reason.
fn gated() -> (Session, String) {
    let mut session = Session::new();
    session.sandbox = "workspace-write";
    let gate = session.write_program("gate", "#!/bin/bash\n# run REASON -- SCRIPT\ntouch \"ran-$2\"\n");
    let gate = gate.to_string_lossy().into_owned();
    session.more_requirements = ask_about(&gate);
    (session, gate)
}

/// Spellings of the script after which a person is asked.
const ASKED: &[&str] = &[
    "'a'",
    "''",
    "'a b'",
    "'it'\"'\"'s'",
    "\"'\"",
    "\"a b\"",
    "\"a'b\"",
    "'a'\"\"'b'",
    "'two\nlines'",
    "\"two\nlines\"",
    "'carriage\r\nreturn'",
    "'back\\\nslash'",
    "'tab\t'",
    "'\u{1}'",
    "'\u{202e}'",
    "'\u{e4} \u{6f22}'",
    "'$(x) `y` $z'",
    "'a!b'",
    "'#'",
    "'<<EOF'",
    "'a' ''",
    "'a' ",
    "'a'\n",
    "'a';",
];

/// Spellings of the script that run unasked, however plain they look: the usual way to quote a quote is among them.
const UNASKED: &[&str] =
    &["'it'\\''s'", "\"a \\\"b\\\" c\"", "\"a \\$b\"", "$'a'", "a\\ b", "'a' # c", "'a' >&2", "$HOME"];

#[test]
fn a_person_is_asked_only_where_native_rules_can_read_the_gate_call() {
    let (session, gate) = gated();
    let spellings: Vec<(&str, bool)> =
        ASKED.iter().map(|script| (*script, true)).chain(UNASKED.iter().map(|script| (*script, false))).collect();
    let call = |(index, (script, _)): (usize, &(&str, bool))| {
        vec![shell(&index.to_string(), &format!("{gate} run {index} -- {script}"))]
    };
    let turns = spellings.iter().enumerate().map(call).collect();
    let conversation = converse(&session, Registration::Managed, &[], turns, Person::Declines);
    let mut differences = Vec::new();
    for (index, (script, expected)) in spellings.iter().enumerate() {
        let id = index.to_string();
        let asked = conversation.questions.iter().any(|(_, question)| question["itemId"] == id.as_str());
        let ran = exists(&session.work(), &format!("ran-{id}"));
        if (asked, ran) != (*expected, !expected) {
            differences.push(format!("{script:?}: asked: {asked}, ran: {ran}; {}", conversation.told[&id]));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn a_person_is_asked_whatever_shell_the_model_names() {
    let (session, gate) = gated();
    let shells = ["sh", "/usr/bin/sh", "bash", "/bin/dash", "zsh", "pwsh", "/usr/bin/env", "python3", "./bash", ""];
    let call =
        |(index, name): (usize, &&str)| vec![shell_in(&index.to_string(), name, &format!("{gate} run {index} -- 'a'"))];
    let turns = shells.iter().enumerate().map(call).collect();
    let conversation = converse(&session, Registration::Managed, &[], turns, Person::Declines);
    assert_eq!(conversation.questions.len(), shells.len(), "{:?}", conversation.told);
    for index in 0..shells.len() {
        assert!(!exists(&session.work(), &format!("ran-{index}")), "{:?}", conversation.told);
    }
}

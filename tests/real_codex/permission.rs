//! What Codex does with the answers of a `PermissionRequest` hook.

use crate::app_server::{Person, converse};
use crate::calls::escalated_shell;
use crate::hooks::{Event, Hook, fail_closed};
use crate::session::{Registration, Session, exists};

/// What becomes of a call that a person would have to be asked about.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Runs,
    Blocks,
    /// The person is asked, and the person decides.
    Asks,
}

const ALLOW: &str = r#"{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"allow"}}}"#;
const DENY: &str = r#"{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"deny","message":"no by hook"}}}"#;
const WRONG_EVENT: &str = r#"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"no by hook"}}"#;

fn fate(command: &str, timeout: u64) -> Fate {
    let session = Session::new();
    let hook = Hook { event: Event::PermissionRequest, timeout, ..Hook::new(command) };
    let turns = vec![vec![escalated_shell("a", "mkdir made", "because")]];
    let conversation = converse(&session, Registration::User, &[hook], turns, Person::Declines);
    let (made, asked) = (exists(&session.work(), "made"), !conversation.questions.is_empty());
    match (made, asked) {
        (true, false) => Fate::Runs,
        (false, false) => Fate::Blocks,
        (false, true) => Fate::Asks,
        (true, true) => panic!("{command}: it ran although the person declined: {:?}", conversation.told),
    }
}

#[test]
fn only_a_plain_allow_or_deny_spares_the_question() {
    assert_eq!(fate(&format!("echo '{ALLOW}'; sleep 30"), 1), Fate::Asks, "after a timeout");
    let table = [
        (format!("echo '{ALLOW}'"), Fate::Runs),
        (format!("echo '{DENY}'"), Fate::Blocks),
        ("echo no by hook >&2; exit 2".to_owned(), Fate::Blocks),
        ("true".to_owned(), Fate::Asks),
        ("exit 2".to_owned(), Fate::Asks),
        ("echo no by hook >&2; exit 1".to_owned(), Fate::Asks),
        (format!("echo '{DENY}'; exit 1"), Fate::Asks),
        (format!("echo '{ALLOW}'; exit 1"), Fate::Asks),
        (format!("echo '{DENY}'; kill -KILL $$"), Fate::Asks),
        (format!("echo log; echo '{ALLOW}'"), Fate::Asks),
        (format!("echo '{WRONG_EVENT}'"), Fate::Asks),
        ("/no/such/hook".to_owned(), Fate::Asks),
        (fail_closed("/no/such/hook"), Fate::Blocks),
    ];
    let differences: Vec<String> = table
        .iter()
        .map(|(command, expected)| (command, expected, fate(command, 60)))
        .filter(|(_, expected, found)| *expected != found)
        .map(|(command, expected, found)| format!("{command}: expected {expected:?}, found {found:?}"))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

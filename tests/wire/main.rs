//! The wire from end to end: captured payloads, faulty inputs, and what Codex gets to see.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

mod answers;
mod faults;
mod payloads;
mod properties;

use prexec::codex::{self, Answer, Exit, MAX_MESSAGE, Occasion, Question};
use prexec::decision::{Reason, Verdict};
use prexec::text::is_hidden;
use serde_json::Value;

/// What Codex takes as the approval of a permission request.
const APPROVAL: &str =
    r#"{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"allow"}}}"#;

/// Name, bytes and expectation of every captured payload.
fn payloads() -> Vec<(&'static str, &'static str, Value)> {
    let lines: Vec<&str> =
        include_str!("payloads.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    lines
        .chunks(3)
        .map(|row| {
            let [name, payload, expected] = row else { panic!("a row of three lines, not {row:?}") };
            (name.strip_prefix("= ").unwrap(), *payload, serde_json::from_str(expected).unwrap())
        })
        .collect()
}

fn answer_to_fault(fault: codex::Fault) -> Answer {
    let verdict = Verdict::from(fault);
    answer(Occasion::Unread, &verdict, false, false)
}

fn answer(occasion: Occasion<'_>, verdict: &Verdict, auto_approve: bool, covered: bool) -> Answer {
    let describe = |_: &Reason| None;
    codex::answer(&Question {
        occasion,
        verdict,
        auto_approve,
        covered_by_allow_rules: covered,
        describe: &describe,
        instead: None,
    })
}

fn assert_refused(answer: &Answer) {
    assert_eq!(answer.exit(), Exit::Two);
    assert_eq!(answer.exit().code(), 2);
    assert_eq!(answer.stdout(), b"");
    let message = std::str::from_utf8(answer.stderr()).expect("UTF-8");
    assert!(!message.trim().is_empty());
    assert!(message.len() <= MAX_MESSAGE, "{} bytes", message.len());
    assert!(!message.chars().any(is_hidden), "{message:?}");
}

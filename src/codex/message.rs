//! The sentence that says why a call does not run.

use crate::decision::{Decision, Reason, Verdict};
use crate::text::visible_up_to;
use alloc::{format, string::String, vec::Vec};
use core::fmt::Write;

/// The most bytes of a message, escapes included.
pub const MAX_MESSAGE: usize = 4096;

/// How many reasons a message names; that many with a tail fit into [`MAX_MESSAGE`] even where each part has its full length.
const REASONS: usize = 3;
/// The most bytes of what a reason speaks of.
const WHAT: usize = 300;
/// The most bytes of a justification.
const JUSTIFICATION: usize = 600;
/// The most bytes of a rule's place.
const RULE: usize = 200;

/// A text on one line without hidden characters, never blank and at most [`MAX_MESSAGE`] bytes. Codex ignores a block without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message(String);

impl Message {
    /// Makes any text fit.
    pub(super) fn new(text: &str) -> Self {
        let text = visible_up_to(text, MAX_MESSAGE);
        Self(if text.trim().is_empty() { "prexec: denied".into() } else { text })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// What the reasons of a verdict amount to: those that are as strict as the whole, with `describe` naming what each speaks of.
/// `headline` stands in front, `tail` behind.
pub(super) fn compose(
    headline: &str,
    verdict: &Verdict,
    describe: &dyn Fn(&Reason) -> Option<String>,
    tail: &str,
) -> Message {
    Message::new(&format!("prexec: {headline}: {}{tail}", reasons(verdict, describe)))
}

/// The reasons that are as strict as the whole, on one line without hidden characters; `describe` names what each speaks of.
pub fn reasons(verdict: &Verdict, describe: &dyn Fn(&Reason) -> Option<String>) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut more = 0_usize;
    for reason in verdict.reasons().iter().filter(|reason| reason.decision == verdict.decision()) {
        if lines.len() == REASONS {
            // Describing every reason of a call with thousands of effects would cost more than judging them.
            more += 1;
            continue;
        }
        let line = one(reason, describe(reason).as_deref());
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let mut text = lines.join("; ");
    if more > 0 {
        // Writing to a string cannot fail.
        let _ = write!(text, "; and {more} more");
    }
    text
}

/// Whether a reason says itself why, and so what to do instead.
pub(super) fn is_justified(verdict: &Verdict) -> bool {
    let decision = verdict.decision();
    verdict
        .reasons()
        .iter()
        .filter(|reason| reason.decision == decision)
        .take(REASONS)
        .any(|r| justification(r).is_some())
}

fn justification(reason: &Reason) -> Option<&str> {
    reason.justification.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

fn one(reason: &Reason, what: Option<&str>) -> String {
    let what = what.map(str::trim).filter(|text| !text.is_empty()).map(|text| visible_up_to(text, WHAT));
    let why = justification(reason).map(|text| visible_up_to(text, JUSTIFICATION));
    let rule = visible_up_to(&format!("{}", reason.rule), RULE);
    match (what, why) {
        (Some(what), Some(why)) => format!("{what}: {why} (rule {rule})"),
        (Some(text), None) | (None, Some(text)) => format!("{text} (rule {rule})"),
        (None, None) if reason.decision == Decision::Prompt => format!("this call must be approved (rule {rule})"),
        (None, None) => format!("the policy forbids this call (rule {rule})"),
    }
}

//! What is recorded of a call, made as the hook and the gate make it.

use super::generate::Dice;
use super::places::Planted;
use prexec::audit::{self, Asker, Entry, Kind, Time};
use prexec::decision::{Decision, Reason, RuleRef, Verdict};
use prexec::policy::Policy;
use prexec::report::Judged;
use prexec::rules::Loader;
use prexec::world::memory::MemoryWorld;
use prexec::{codex, gate, path};
use serde_json::{Value, json};

/// A policy that asks, denies, speaks of paths and wants texts.
pub(crate) const POLICY: &str = "recording(text = True)\nprefix_rule([\"git\", \"status\"])\nprefix_rule([\"echo\"])\n\
    deny_read(\"**/.env\", justification = \"settings stay unread\")\nprefix_rule([\"curl\"], decision = \"prompt\")\n\
    default(reads = \"prompt\", writes = \"prompt\", commands = \"prompt\", tools = \"prompt\", network = \"prompt\")\n";

pub(crate) fn policy() -> Policy {
    Loader::new().load_text("planted.rules", POLICY).unwrap_or_else(|found| panic!("{found}")).policy
}

/// What the agent sends.
pub(crate) fn wire(planted: &Planted) -> Value {
    let mut call = json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": "/work/p",
        "model": "m", "permission_mode": "default", "tool_name": planted.tool, "tool_input": planted.input, "tool_use_id": "u",
    });
    for (key, value) in &planted.fields {
        call[*key] = value.as_str().into();
    }
    call
}

/// The line of a record.
pub(crate) fn line(planted: &Planted, policy: &Policy, dice: &mut Dice, time: Time) -> String {
    let input = wire(planted).to_string();
    let call = codex::read(input.as_bytes());
    let world =
        MemoryWorld::new().session("/work/p").home("/home/u").account("user", "/home/u").repository("/work/p", &[]);
    let mut judged = gate::judge(&call, policy, &world);
    let (fact, said) = planted.fact.as_ref().map_or(("", ""), |(fact, said)| (fact, said.as_str()));
    told(fact, said, &mut judged);
    let cwd = call.as_ref().map(|call| path::normalize(call.cwd.as_bytes())).unwrap_or_default();
    let text = dice.roll(8) != 0;
    let entry = match &call {
        Ok(call) => Entry::of_call(call, &cwd, &judged, text),
        Err(_) => Entry { event: "unread", judged: Some(&judged), ..Entry::default() },
    };
    let entry =
        Entry { answer: Some("deny"), policy: Some("0123"), repository: Some(b"/work/p"), micros: Some(7), ..entry };
    let (kind, field) = fact.split_once(' ').unwrap_or_default();
    let of = |name: &str, usual: &'static str| if field == name { said } else { usual };
    let entry = match kind {
        "outcome" => Entry {
            kind: Kind::Outcome,
            event: "PostToolUse",
            session: Some(of("session", "s")),
            tool: Some(of("tool", "Bash")),
            status: Some(1),
            detail: Some(of("detail", "x")),
            ..Entry::default()
        },
        "session" => Entry {
            kind: Kind::Session,
            event: "SessionStart",
            cwd: Some(of("cwd", "/work").as_bytes()),
            detail: Some(of("detail", "startup")),
            ..Entry::default()
        },
        "gate" => Entry {
            kind: Kind::Gate,
            event: "run",
            text: Some(of("text", "make").into()),
            detail: Some(of("detail", "run")),
            ..entry
        },
        _ if fact == "repository" => Entry { repository: Some(said.as_bytes()), ..entry },
        _ => entry,
    };
    let user = if fact == "user" { said } else { "u" };
    let host = if fact == "host" { said } else { "h" };
    let asker =
        Asker { agent: "codex", time, process: 7, account: 1000, user: Some(user.as_bytes()), host: host.as_bytes() };
    audit::line(&asker, &entry, 0)
}

/// Puts a text into a verdict as policies and overrides do.
fn told(fact: &str, said: &str, judged: &mut Judged) {
    let reason =
        |rule, decision| Reason { decision, rule, effect: None, justification: Some(format!("this is why: {said}")) };
    match fact {
        "justification" => judged.verdict = Verdict::of(reason(RuleRef::Audit("required"), Decision::Deny)),
        "lifted" => judged.lifted = Some(Verdict::of(reason(RuleRef::Audit("required"), Decision::Deny))),
        "override" => judged.verdict = Verdict::of(reason(RuleRef::BreakGlass, Decision::Allow)),
        "tier" => judged.tiers.push(said.to_owned()),
        _ => {}
    }
}

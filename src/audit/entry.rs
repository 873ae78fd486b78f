//! One line: the object that `tests/schema/record-1.json` describes, on at most 32 KiB.

use super::effects::{self, Said};
use super::json::Object;
use super::{MOST_LINE, SCHEMA, Time};
use crate::call::{Call, ToolCall};
use crate::decision::RuleRef;
use crate::report::Judged;
use crate::text::visible_bytes;
use alloc::{borrow::Cow, format, string::String};

/// The most bytes of the command.
const MOST_TEXT: usize = 6 << 10;
/// The most bytes of all reasons.
const MOST_REASONS: usize = 8 << 10;
/// The most bytes of a path.
const MOST_PATH: usize = 1 << 10;
/// Bytes that most lines fit in.
const USUAL_LINE: usize = 3 << 10;
/// Bytes for the brackets and keys around the lists.
const AROUND: usize = 128;

/// What a line tells of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A call was decided.
    #[default]
    Decision,
    /// A call came to its end.
    Outcome,
    /// A session began or ended.
    Session,
    /// The gate ran, or refused, what a person had approved.
    Gate,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Outcome => "outcome",
            Self::Session => "session",
            Self::Gate => "gate",
        }
    }
}

/// Who records, where and when.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// Whose call: the agent's name.
    pub agent: &'a str,
    /// When it came.
    pub time: Time,
    /// The number of this process.
    pub process: u32,
    /// The account that this process acts for.
    pub account: u32,
    /// Its name, where that is known.
    pub user: Option<&'a [u8]>,
    /// The name of the machine.
    pub host: &'a [u8],
}

/// What is recorded. What a kind of record does not have is left out.
#[derive(Clone, Debug, Default)]
pub struct Entry<'a> {
    /// What it tells of.
    pub kind: Kind,
    /// The hook event; `run` for the gate.
    pub event: &'a str,
    /// The session.
    pub session: Option<&'a str>,
    /// The turn within the session.
    pub turn: Option<&'a str>,
    /// The name and the kind of the sub-agent.
    pub subagent: Option<(&'a str, Option<&'a str>)>,
    /// The model.
    pub model: Option<&'a str>,
    /// The permission mode.
    pub mode: Option<&'a str>,
    /// Names the call.
    pub call: Option<&'a str>,
    /// The directory.
    pub cwd: Option<&'a [u8]>,
    /// The root of the repository that it is in.
    pub repository: Option<&'a [u8]>,
    /// The tool.
    pub tool: Option<&'a str>,
    /// What was decided.
    pub judged: Option<&'a Judged>,
    /// What the hook answered.
    pub answer: Option<&'a str>,
    /// The hook only observes.
    pub observed: bool,
    /// The digest of the policy that decided.
    pub policy: Option<&'a str>,
    /// Microseconds that the decision took.
    pub micros: Option<u64>,
    /// The command, where a policy wants it.
    pub text: Option<Cow<'a, str>>,
    /// What the call says: what it names as secret is no path.
    pub said: Said<'a>,
    /// The exit status of what ran.
    pub status: Option<i32>,
    /// How a session began or ended, or what became of a run.
    pub detail: Option<&'a str>,
}

impl<'a> Entry<'a> {
    /// The decision about a call that was read, in the directory `cwd`; with its command where `text` is wanted.
    pub fn of_call(call: &'a Call, cwd: &'a [u8], judged: &'a Judged, text: bool) -> Self {
        let script = || match &call.tool {
            ToolCall::Shell { script } => Cow::Borrowed(script.as_str()),
            _ => Cow::Owned(call.arguments.to_compact()),
        };
        Self {
            event: call.event.as_str(),
            session: Some(&call.session_id),
            turn: call.turn_id.as_deref(),
            subagent: call.agent_id.as_deref().map(|id| (id, call.agent_type.as_deref())),
            model: call.model.as_deref(),
            mode: Some(call.permission_mode.as_str()),
            call: call.tool_use_id.as_deref(),
            cwd: Some(cwd),
            tool: Some(&call.tool_name),
            judged: Some(judged),
            text: text.then(script),
            said: Said::of(call),
            ..Self::default()
        }
    }
}

/// The line of an entry, without line feeds; `lost` records before it could not be written.
pub fn line(asker: &Asker<'_>, entry: &Entry<'_>, lost: u32) -> String {
    let mut line = head(asker, entry);
    let mut rest = Object::new();
    rest.name("policy", entry.policy.filter(|digest| !digest.is_empty()));
    rest.word("version", env!("CARGO_PKG_VERSION"));
    if let Some(micros) = entry.micros {
        rest.number("micros", micros);
    }
    if let Some(text) = &entry.text {
        rest.text_up_to("text", text, MOST_TEXT);
    }
    let mut end = Object::new();
    if lost > 0 {
        end.number("lost", lost);
    }
    if let Some(status) = entry.status {
        end.number("status", status);
    }
    end.name("detail", entry.detail);
    if let Some(judged) = entry.judged {
        let room = MOST_LINE.saturating_sub([&line, &rest, &end].iter().map(|part| part.len()).sum::<usize>() + AROUND);
        let reasons = MOST_REASONS.min(room / 2);
        let lists = effects::lists(
            judged,
            &effects::secrets(judged, &entry.said),
            reasons,
            room.saturating_sub(reasons),
            entry.text.is_some(),
        );
        line.raw("reasons", &lists.reasons);
        if !judged.effects.is_empty() {
            line.raw("effects", &lists.effects);
        }
        if lists.cut {
            line.flag("cut");
        }
        line.redacted = line.redacted.saturating_add(lists.redacted);
    }
    line.join(&rest);
    let redacted = line.redacted.saturating_add(end.redacted);
    if redacted > 0 {
        line.number("redacted", redacted);
    }
    line.join(&end);
    line.end()
}

/// What stands before the reasons.
fn head(asker: &Asker<'_>, entry: &Entry<'_>) -> Object {
    let mut line = Object::with_room(USUAL_LINE);
    line.word("schema", SCHEMA);
    line.word("kind", entry.kind.as_str());
    line.word("time", &asker.time.text());
    line.word("id", &format!("{:016x}{:08x}", asker.time.in_nanos(), asker.process));
    line.word("agent", asker.agent);
    line.name("event", Some(entry.event));
    line.name("session", entry.session);
    line.name("turn", entry.turn);
    if let Some((id, kind)) = entry.subagent {
        let mut agent = Object::new();
        agent.name("id", Some(id));
        agent.name("type", kind);
        line.redacted = line.redacted.saturating_add(agent.redacted);
        line.raw("subagent", &agent.end());
    }
    line.name("model", entry.model);
    line.name("mode", entry.mode);
    line.name("call", entry.call);
    line.number("uid", asker.account);
    line.name("user", asker.user.map(visible_bytes).as_deref());
    line.name("host", Some(&visible_bytes(asker.host)));
    for (key, path) in [("cwd", entry.cwd), ("repository", entry.repository)] {
        if let Some(path) = path {
            line.text_up_to(key, &visible_bytes(path), MOST_PATH);
        }
    }
    if let Some(judged) = entry.judged.filter(|judged| !judged.tiers.is_empty()) {
        let (tiers, redacted) = super::json::texts(&judged.tiers, MOST_PATH);
        line.redacted = line.redacted.saturating_add(redacted);
        line.raw("tiers", &tiers);
    }
    line.name("tool", entry.tool.filter(|tool| !tool.is_empty()));
    if let Some(judged) = entry.judged {
        line.word("decision", judged.verdict.decision().as_str());
    }
    line.name("answer", entry.answer);
    if entry.observed {
        line.flag("observed");
    }
    let by = |judged: &'_ Judged| -> Option<String> {
        let mut reasons = judged.verdict.reasons().iter();
        reasons.find(|reason| reason.rule == RuleRef::BreakGlass)?.justification.clone()
    };
    line.optional("override", entry.judged.and_then(by).as_deref());
    line
}

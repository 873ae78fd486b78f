//! From a verdict to what Codex must see.
//!
//! Codex blocks a call on exit status 2 with a text on standard error and runs it on nearly everything else, so an [`Answer`]
//! can only be one of four things: silence, a refusal with its sentence, the one fixed approval of a permission request, or a
//! command in the place of the script, about which Codex then asks a person.

use super::message::{Message, compose, is_justified};
use crate::approval::{Asked, Rewritten};
use crate::call::{Call, Event, Json, PermissionMode};
use crate::decision::{Decision, Reason, Verdict};
use crate::text::visible_up_to;
use alloc::{format, string::String, vec::Vec};
use core::fmt;

/// The only output that makes Codex run a call without asking the person; every byte counts.
const APPROVAL: &[u8] =
    br#"{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"allow"}}}"#;

/// The most bytes of a script that is proposed: with as many reasons as a message names it fits into [`super::MAX_MESSAGE`].
pub const MAX_INSTEAD: usize = 700;
/// The most bytes of a directory's name.
const DIRECTORY: usize = 300;

/// What would be let through in place of a call. The texts were made of the call's, so they may be hostile, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instead {
    /// A script of at most [`MAX_INSTEAD`] bytes that does nearly the same, and is allowed.
    Script(String),
    /// The same in smaller directories than this one, which holds too much to be looked at.
    Smaller(String),
}

impl fmt::Display for Instead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Script(script) => write!(f, "allowed instead: {}", visible_up_to(script, MAX_INSTEAD)),
            Self::Smaller(directory) => write!(
                f,
                "what is below {} is too much to be looked at, or cannot be read: name the directories in it that are needed",
                visible_up_to(directory, DIRECTORY)
            ),
        }
    }
}

/// The exit statuses that a hook may end with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: Codex goes on, or reads standard output.
    Zero,
    /// 2: Codex does not run the call.
    Two,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Zero => 0,
            Self::Two => 2,
        }
    }
}

/// What the hook process is to print and to end with. There is no way to make another than through [`answer`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Answer(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Silence,
    Approval,
    Json(String),
    Refusal(Message),
}

impl Answer {
    /// What it comes to, in a word: `silence`, `approve`, `ask` or `deny`.
    pub const fn word(&self) -> &'static str {
        match self.0 {
            Kind::Silence => "silence",
            Kind::Approval => "approve",
            Kind::Json(_) => "ask",
            Kind::Refusal(_) => "deny",
        }
    }

    /// The exit status.
    pub const fn exit(&self) -> Exit {
        match self.0 {
            Kind::Silence | Kind::Approval | Kind::Json(_) => Exit::Zero,
            Kind::Refusal(_) => Exit::Two,
        }
    }

    /// All of standard output: nothing, the approval of a permission request, or the command in the place of the script.
    pub const fn stdout(&self) -> &[u8] {
        match &self.0 {
            Kind::Approval => APPROVAL,
            Kind::Json(json) => json.as_bytes(),
            Kind::Silence | Kind::Refusal(_) => b"",
        }
    }

    /// All of standard error: one line without its end, never blank, for a refusal; otherwise nothing.
    pub fn stderr(&self) -> &[u8] {
        match &self.0 {
            Kind::Refusal(message) => message.as_bytes(),
            Kind::Silence | Kind::Approval | Kind::Json(_) => b"",
        }
    }
}

/// When Codex asked, as far as the input says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion<'a> {
    /// The input was read.
    Asked {
        /// The moment.
        event: Event,
        /// Whether a person can be asked.
        mode: &'a PermissionMode,
    },
    /// The input could not be read: nothing is ever let through.
    Unread,
}

impl<'a> From<&'a Call> for Occasion<'a> {
    fn from(call: &'a Call) -> Self {
        Self::Asked { event: call.event, mode: &call.permission_mode }
    }
}

/// All that an answer depends on.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// When Codex asked.
    pub occasion: Occasion<'a>,
    /// What was decided, and why.
    pub verdict: &'a Verdict,
    /// The owner wants permission requests approved where the policy allows the call (`--auto-approve`).
    pub auto_approve: bool,
    /// Explicit allow rules cover every effect of the call with certainty; an allow by defaults is none.
    pub covered_by_allow_rules: bool,
    /// Says in a few words what a reason speaks of, such as `cat reads /home/u/.env`; none where it speaks of the whole call.
    /// The text may be hostile and of any length. It is asked for the few reasons that a message names.
    pub describe: &'a dyn Fn(&Reason) -> Option<String>,
    /// What would be let through, where that is known.
    pub instead: Option<&'a Instead>,
}

/// The answer where nobody is asked before a call.
pub fn answer(question: &Question<'_>) -> Answer {
    answer_asking(question, &Asked::No)
}

/// The answer to a call; every answer is made here.
///
/// Before a call: allow is silence; deny refuses; prompt refuses as well, because Codex gives no hook a way to ask, unless there is
/// a gate and somebody to be asked. On a permission request: deny refuses; prompt is silence, after which Codex asks the person,
/// and refuses where nobody can be asked; allow is silence too, or the approval where the owner wants it and explicit rules cover
/// all of the call.
pub fn answer_asking(question: &Question<'_>, asked: &Asked) -> Answer {
    let Question { occasion, verdict, .. } = *question;
    let Occasion::Asked { event, mode } = occasion else { return Answer(refuse_unread(question)) };
    Answer(match (verdict.decision(), event) {
        (Decision::Deny, _) => deny(question),
        (Decision::Prompt, Event::PermissionRequest) if mode.can_ask() => Kind::Silence,
        (Decision::Prompt, Event::PreToolUse) if mode.can_ask() => match asked {
            Asked::Gate(rewritten) => rewrite(rewritten),
            Asked::Impossible(why) => unasked(question, why),
            Asked::No | Asked::Closed(_) => prompt(question, mode),
        },
        (Decision::Prompt, _) => prompt(question, mode),
        (Decision::Allow, Event::PermissionRequest) if question.auto_approve && question.covered_by_allow_rules => {
            Kind::Approval
        }
        (Decision::Allow, Event::PreToolUse) => match asked {
            Asked::Closed(closed) => rewrite(closed),
            Asked::No | Asked::Gate(_) | Asked::Impossible(_) => Kind::Silence,
        },
        (Decision::Allow, Event::PermissionRequest) => Kind::Silence,
    })
}

fn deny(question: &Question<'_>) -> Kind {
    let verdict = question.verdict;
    let tail = match question.instead {
        Some(instead) => format!("; {instead}"),
        None if is_justified(verdict) => String::new(),
        None => "; do it another way, or ask the person to change the policy".into(),
    };
    Kind::Refusal(compose("denied", verdict, question.describe, &tail))
}

/// The exact bytes that Codex takes for a rewriting; anything else would run the script as it is.
fn rewrite(rewritten: &Rewritten) -> Kind {
    let input = Json::Object(Vec::from([("command".into(), Json::String(rewritten.command().into()))]));
    Kind::Json(format!(
        r#"{{"hookSpecificOutput":{{"hookEventName":"PreToolUse","permissionDecision":"allow","updatedInput":{}}}}}"#,
        input.to_compact()
    ))
}

/// The question of an agent that lets its hooks ask: the person is shown the reasons.
pub(crate) fn ask(question: &Question<'_>) -> Answer {
    let why = compose("needs approval", question.verdict, question.describe, "");
    let why = Json::String(String::from_utf8_lossy(why.as_bytes()).into_owned());
    Answer(Kind::Json(format!(
        r#"{{"hookSpecificOutput":{{"hookEventName":"PreToolUse","permissionDecision":"ask","permissionDecisionReason":{}}}}}"#,
        why.to_compact()
    )))
}

/// No word: the agent goes on as it would.
pub(crate) const fn silence() -> Answer {
    Answer(Kind::Silence)
}

fn unasked(question: &Question<'_>, why: &str) -> Kind {
    // Room for an instruction with a path in it.
    const WHY: usize = 1200;
    let tail = match question.instead {
        Some(instead) => format!("; {instead}"),
        None => format!("; {}", visible_up_to(why, WHY)),
    };
    Kind::Refusal(compose("needs approval", question.verdict, question.describe, &tail))
}

fn prompt(question: &Question<'_>, mode: &PermissionMode) -> Kind {
    let tail = if let Some(instead) = question.instead {
        format!("; {instead}")
    } else if mode.can_ask() {
        "; only a person can approve this and a hook cannot ask: tell them what you want to do and why, so that they do it \
         themselves or allow it in the policy"
            .into()
    } else {
        // More of an invented mode's name is of no use to anybody.
        const MODE: usize = 40;
        format!(
            "; nobody can be asked in permission mode `{}`: do without it, or name it at the end, so that a person can do it or \
             allow it in the policy",
            visible_up_to(mode.as_str(), MODE)
        )
    };
    Kind::Refusal(compose("needs approval", question.verdict, question.describe, &tail))
}

/// A call that was not read is refused even by a verdict that would let it pass.
fn refuse_unread(question: &Question<'_>) -> Kind {
    match question.verdict.decision() {
        Decision::Deny => deny(question),
        Decision::Allow | Decision::Prompt => {
            Kind::Refusal(Message::new("prexec: denied: the call could not be read (rule internal:unread-call)"))
        }
    }
}

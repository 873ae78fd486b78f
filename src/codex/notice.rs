//! What an agent tells its hooks without asking anything: a tool has ended, a session begins.
//!
//! Nothing is decided by it, so that nothing about it may stand in the agent's way: where a call must be read to its last byte or be
//! denied, here what can be read counts, and the rest (the output of a tool may be long, cut, or hold anything) is passed over. That a
//! call is not taken for such a message is for its event to say, which stands outside of everything that a model writes.

#[cfg(test)]
use crate::call::Json;
use alloc::{string::String, vec::Vec};

/// What is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// The event.
    pub event: Moment,
    /// The session.
    pub session: Option<String>,
    /// The turn within the session.
    pub turn: Option<String>,
    /// The sub-agent, and its kind.
    pub agent: Option<String>,
    /// The kind of the sub-agent.
    pub agent_kind: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// The permission mode.
    pub mode: Option<String>,
    /// Names the call that ended.
    pub call: Option<String>,
    /// The directory.
    pub cwd: Option<String>,
    /// The tool that ended.
    pub tool: Option<String>,
    /// Its exit status, where the agent says it apart from what the tool wrote.
    pub status: Option<i32>,
    /// How a session began or ended, or that a tool failed.
    pub detail: Option<String>,
}

/// The events that decide nothing and are recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Moment {
    /// A tool has ended.
    #[default]
    PostToolUse,
    /// A tool has ended, and failed.
    PostToolUseFailure,
    /// A session begins.
    SessionStart,
    /// A session ends.
    SessionEnd,
    /// A sub-agent begins.
    SubagentStart,
    /// A sub-agent ends.
    SubagentStop,
    /// A person stopped the agent.
    Interrupt,
}

const MOMENTS: &[(&str, Moment)] = &[
    ("PostToolUse", Moment::PostToolUse),
    ("PostToolUseFailure", Moment::PostToolUseFailure),
    ("SessionStart", Moment::SessionStart),
    ("SessionEnd", Moment::SessionEnd),
    ("SubagentStart", Moment::SubagentStart),
    ("SubagentStop", Moment::SubagentStop),
    ("Interrupt", Moment::Interrupt),
];

/// The most bytes of an identifier, escapes included; a longer one is none.
const MOST: usize = 8 << 10;
/// The tool of which the agent itself writes the first line of the response.
const PATCH: &str = "apply_patch";
/// What that line begins with.
const STATUS: &str = "Exit code: ";

impl Moment {
    /// The name that agents use.
    pub fn as_str(self) -> &'static str {
        MOMENTS.iter().find(|(_, moment)| *moment == self).map_or("", |(name, _)| name)
    }

    /// Whether it tells of a tool, not of a session.
    pub const fn is_of_a_tool(self) -> bool {
        matches!(self, Self::PostToolUse | Self::PostToolUseFailure)
    }
}

/// Reads a message that asks for no decision; none where the input is anything else.
pub fn notice(input: &[u8]) -> Option<Notice> {
    let mut notice = Notice::default();
    let (mut events, mut response) = (Vec::new(), None);
    members(input, &mut |key, value| {
        let slot = match key.as_slice() {
            b"hook_event_name" => {
                events.push(value.text());
                return;
            }
            b"tool_response" => {
                response = Some(value);
                return;
            }
            b"session_id" => &mut notice.session,
            b"turn_id" => &mut notice.turn,
            b"agent_id" => &mut notice.agent,
            b"agent_type" => &mut notice.agent_kind,
            b"model" => &mut notice.model,
            b"permission_mode" => &mut notice.mode,
            b"tool_use_id" => &mut notice.call,
            b"cwd" => &mut notice.cwd,
            b"tool_name" => &mut notice.tool,
            b"source" | b"reason" => &mut notice.detail,
            _ => return,
        };
        // Of a key that stands twice the first counts.
        if slot.is_none() {
            *slot = value.text();
        }
    })?;
    let [Some(event)] = events.as_slice() else { return None };
    notice.event = MOMENTS.iter().find(|(name, _)| name == event)?.1;
    if notice.event.is_of_a_tool() {
        let failed = notice.event == Moment::PostToolUseFailure || response.is_some_and(Value::is_failure);
        notice.detail = failed.then(|| "failed".into());
        if notice.tool.as_deref() == Some(PATCH) {
            notice.status = response.and_then(Value::status);
        }
    }
    Some(notice)
}

/// A value, as it stands in the input.
#[derive(Clone, Copy)]
enum Value<'i> {
    /// Between its quotes.
    Text(&'i [u8]),
    /// Anything else.
    Other(&'i [u8]),
}

impl Value<'_> {
    /// A text that is as long as an identifier may be.
    fn text(self) -> Option<String> {
        let Self::Text(raw) = self else { return None };
        let text = decoded(raw.get(..raw.len().min(MOST))?);
        (raw.len() <= MOST).then_some(text)
    }

    /// Whether a response says of itself that it is an error, as those of MCP do.
    fn is_failure(self) -> bool {
        let Self::Other(raw) = self else { return false };
        let mut failed = false;
        let _ = members(raw, &mut |key, value| {
            let says = matches!(key.as_slice(), b"isError" | b"is_error");
            failed |= says && matches!(value, Value::Other(b"true"));
        });
        failed
    }

    /// The exit status that the agent writes in front of a response.
    fn status(self) -> Option<i32> {
        let Self::Text(raw) = self else { return None };
        let first = decoded(raw.get(..raw.len().min(64))?);
        first.strip_prefix(STATUS)?.lines().next()?.trim().parse().ok()
    }
}

/// What the escapes stand for; what is none stands for itself.
fn decoded(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match rest.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('u') => {
                let digits: String = rest.by_ref().take(4).collect();
                let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                // Half a character: no identifier holds one.
                out.push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

/// Gives `take` each key and value of an object, as far as the input goes; nothing where it is no object.
fn members<'i>(input: &'i [u8], take: &mut dyn FnMut(Vec<u8>, Value<'i>)) -> Option<()> {
    let mut rest = trimmed(input).strip_prefix(b"{")?;
    while let Some((key, after)) = member(rest) {
        let (name, value) = key;
        take(decoded(name).into_bytes(), value);
        match trimmed(after).strip_prefix(b",") {
            Some(next) => rest = next,
            None => break,
        }
    }
    Some(())
}

/// The first key and value, and what stands behind them.
#[expect(clippy::type_complexity, reason = "a key, its value, and the rest")]
fn member(input: &[u8]) -> Option<((&[u8], Value<'_>), &[u8])> {
    let (key, rest) = string(trimmed(input))?;
    let rest = trimmed(trimmed(rest).strip_prefix(b":")?);
    if let Some((text, rest)) = string(rest) {
        return Some(((key, Value::Text(text)), rest));
    }
    let length = length_of_other(rest)?;
    let (value, rest) = rest.split_at_checked(length)?;
    Some(((key, Value::Other(value)), rest))
}

fn trimmed(input: &[u8]) -> &[u8] {
    input.trim_ascii_start()
}

/// What stands between the quotes, and what stands behind them.
fn string(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = input.strip_prefix(b"\"")?;
    let mut quoted = false;
    let end = inner.iter().position(|byte| {
        let ends = *byte == b'"' && !quoted;
        quoted = *byte == b'\\' && !quoted;
        ends
    })?;
    Some((inner.get(..end)?, inner.get(end.saturating_add(1)..)?))
}

/// Bytes of a list, an object, a number or a word; none where it does not end.
fn length_of_other(input: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0_usize, 0_usize);
    while let Some(byte) = input.get(at) {
        match byte {
            b'"' => {
                let (inner, _) = string(input.get(at..)?)?;
                at = at.saturating_add(inner.len()).saturating_add(1);
            }
            b'{' | b'[' => depth = depth.saturating_add(1),
            b'}' | b']' | b',' if depth == 0 => return Some(at),
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at.saturating_add(1));
                }
            }
            byte if depth == 0 && byte.is_ascii_whitespace() => return Some(at),
            _ => {}
        }
        at = at.saturating_add(1);
    }
    None
}

/// Whether an input that was read asks for a decision and so is no notice; for tests.
#[cfg(test)]
fn asks(value: &Json) -> bool {
    matches!(value.get("hook_event_name").and_then(Json::as_str), Some("PreToolUse" | "PermissionRequest"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{format, string::ToString};

    const ENDED: &str = r#"{"session_id":"s","turn_id":"t","transcript_path":"/h/x.jsonl","cwd":"/w","hook_event_name":"PostToolUse","model":"m","permission_mode":"bypassPermissions","tool_name":"Bash","tool_input":{"command":"echo no >&2; exit 7","hook_event_name":"PreToolUse"},"tool_response":"no\n","tool_use_id":"fails"}"#;

    #[test]
    fn what_codex_sends() {
        let found = notice(ENDED.as_bytes()).unwrap();
        let text = |text: &str| Some(text.to_string());
        let expected = Notice {
            event: Moment::PostToolUse,
            session: text("s"),
            turn: text("t"),
            model: text("m"),
            mode: text("bypassPermissions"),
            call: text("fails"),
            cwd: text("/w"),
            tool: text("Bash"),
            ..Notice::default()
        };
        assert_eq!(found, expected);
        let agent = ENDED.replace(r#""model":"m""#, r#""agent_id":"a","agent_type":"worker","model":"m""#);
        let found = notice(agent.as_bytes()).unwrap();
        assert_eq!((found.agent, found.agent_kind, found.model), (text("a"), text("worker"), text("m")));
        let start = r#"{"session_id":"s","transcript_path":null,"cwd":"/w","hook_event_name":"SessionStart","model":"m","permission_mode":"default","source":"startup"}"#;
        let found = notice(start.as_bytes()).unwrap();
        assert_eq!((found.event, found.detail.as_deref()), (Moment::SessionStart, Some("startup")));
        let end =
            r#"{"session_id":"s","transcript_path":null,"cwd":"/w","hook_event_name":"SessionEnd","reason":"other"}"#;
        let found = notice(end.as_bytes()).unwrap();
        assert_eq!((found.event, found.detail.as_deref(), found.model), (Moment::SessionEnd, Some("other"), None));
    }

    #[test]
    fn only_what_the_agent_itself_says_of_the_end_is_taken() {
        let ended = |tool: &str, response: &str| {
            let input = ENDED.replace("\"Bash\"", &format!("\"{tool}\"")).replace(r#""no\n""#, response);
            let found = notice(input.as_bytes()).unwrap();
            (found.status, found.detail)
        };
        assert_eq!(ended("apply_patch", r#""Exit code: 0\nWall time: 0 seconds\nOutput:\n""#), (Some(0), None));
        assert_eq!(ended("apply_patch", r#""Exit code: 12\n""#), (Some(12), None));
        assert_eq!(ended("apply_patch", r#""Exit code: x\n""#), (None, None));
        assert_eq!(ended("Bash", r#""Exit code: 0\n""#), (None, None));
        let failed = (None, Some("failed".to_string()));
        assert_eq!(ended("mcp__a__b", r#"{"content":[{"isError":true}],"isError" : true }"#), failed);
        // What stands in texts neither ends a text nor closes a list.
        assert_eq!(ended("mcp__a__b", r#"{"x":"\"","isError":true}"#), failed);
        assert_eq!(ended("mcp__a__b", r#"{"x":["]"],"isError":true}"#), failed);
        assert_eq!(ended("mcp__a__b", r#"{"content":[{"isError":true}],"isError":false}"#), (None, None));
        assert_eq!(ended("mcp__a__b", r#"{"x":"\",\"isError\":true"}"#), (None, None));
    }

    #[test]
    fn what_a_tool_wrote_cannot_make_it_unreadable() {
        for response in [r#""\u0000""#, r#""\ud800""#, "\"\u{1}\"", &"[".repeat(1000), "[1,}", "\"\\\"", "nul"] {
            let input = ENDED.replace(r#""no\n""#, response);
            let found = notice(input.as_bytes()).unwrap();
            assert_eq!((found.event, found.session.as_deref()), (Moment::PostToolUse, Some("s")), "{response}");
        }
        let mut bytes = ENDED.as_bytes().to_vec();
        bytes.truncate(ENDED.find("no\\n").unwrap());
        bytes.push(0xff);
        assert_eq!(notice(&bytes).unwrap().call, None);
    }

    #[test]
    fn what_asks_for_a_decision_is_none() {
        for input in [
            ENDED.replace("\"hook_event_name\":\"PostToolUse\"", "\"hook_event_name\":\"PreToolUse\""),
            ENDED.replace("\"hook_event_name\":\"PostToolUse\"", "\"x\":1"),
            ENDED.replace("\"turn_id\":\"t\"", "\"hook_event_name\":\"PreToolUse\""),
            ENDED.replace("\"turn_id\":\"t\"", r#""hook\u005fevent_name":"PreToolUse""#),
            ENDED.replace("\"PostToolUse\"", "\"UserPromptSubmit\""),
            ENDED.replace("\"PostToolUse\"", "[\"PostToolUse\"]"),
            format!("[{ENDED}]"),
            String::new(),
            "{".into(),
        ] {
            assert_eq!(notice(input.as_bytes()), None, "{input}");
        }
    }

    proptest! {
        /// Whatever a model writes into the arguments of a call, however it is damaged.
        #[test]
        fn no_call_is_taken_for_one(
            text in r#"([ -~]|"hook_event_name":"PostToolUse"|[{}\[\]",\\]){0,60}"#, raw in any::<bool>(), cut in 0..400_usize,
        ) {
            let value = if raw { text } else { serde_json::to_string(&text).unwrap() };
            let input = format!(
                r#"{{"session_id":"s","cwd":"/w","hook_event_name":"PreToolUse","tool_name":"T","tool_input":{{"a":{value}}},"tool_use_id":"u"}}"#
            );
            let input = input.get(..cut.min(input.len())).unwrap_or(&input);
            if let Ok(read) = crate::codex::read_json(input.as_bytes()) {
                prop_assert!(asks(&read));
            }
            prop_assert_eq!(notice(input.as_bytes()), None);
        }

        #[test]
        fn any_bytes_are_read_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = notice(&bytes);
            let _ = notice(&[b"{\"hook_event_name\":\"SessionEnd\",", bytes.as_slice()].concat());
        }
    }
}

//! Recorded calls as they can be decided again: by their text where a record holds all of it, else by their effects where all of them
//! are whole. Nothing that a record does not hold is made up.

use super::{Effect as Recorded, Kind as RecordKind, Record};
use crate::call::PermissionMode;
use crate::decision::Decision;
use crate::effect::{Certainty, Connect, Effect, Kind, PathValue, Run, Span, Tool, Value, Word};
use serde_json::{Value as Json, json};
use std::string::{String, ToString};
use std::vec::Vec;

/// What stands at the end of a text that the record holds in part.
const CUT: &str = "[cut]";
/// The shell of both agents.
const SHELL: &str = "Bash";

impl Record {
    /// What was decided of a call.
    pub fn decided(&self) -> Option<Decision> {
        let decision = self.decision.as_deref().filter(|_| self.kind == RecordKind::Decision)?;
        [Decision::Allow, Decision::Prompt, Decision::Deny].into_iter().find(|known| known.as_str() == decision)
    }

    /// Whether a person could be asked about it.
    pub fn could_ask(&self) -> bool {
        self.mode.as_deref().is_some_and(|mode| PermissionMode::from_name(mode).can_ask())
    }

    /// Whether it was denied because it could not be read, or because a limit was reached: no rule has a say in that.
    pub fn is_beyond_rules(&self) -> bool {
        let beyond = |rule: &str| rule.starts_with("input:") || rule.starts_with("limit:");
        self.tool.is_none() || (!self.reasons.is_empty() && self.reasons.iter().all(|reason| beyond(&reason.rule)))
    }

    /// Whether nothing was taken out of it or shortened, but for the lists of effects and reasons.
    fn is_whole(&self) -> bool {
        let places = [&self.text, &self.cwd];
        // A path with a character that does not show stands there with an escape.
        let plain = self.cwd.as_deref().is_some_and(|cwd| cwd.starts_with('/') && !cwd.contains('\\'));
        self.redacted == 0 && plain && places.into_iter().flatten().all(|text| !text.ends_with(CUT))
    }

    /// The call as the agent sent it; none where the record does not hold all of its text.
    pub fn call_again(&self) -> Option<Vec<u8>> {
        let (tool, text) = (self.tool.as_deref()?, self.text.as_deref()?);
        let before = matches!(self.event.as_str(), "PreToolUse" | "PermissionRequest");
        if self.decided().is_none() || !before || !self.is_whole() {
            return None;
        }
        let input: Json = if tool == SHELL { json!({ "command": text }) } else { serde_json::from_str(text).ok()? };
        let mut call = json!({
            "hook_event_name": self.event, "session_id": "replay", "turn_id": "replay", "transcript_path": null,
            "cwd": self.cwd, "model": "", "permission_mode": self.mode.as_deref()?, "tool_name": tool,
            "tool_input": input,
        });
        if let (true, Some(map)) = (self.event == "PreToolUse", call.as_object_mut()) {
            map.insert("tool_use_id".into(), "replay".into());
        }
        Some(call.to_string().into_bytes())
    }

    /// All effects of the call; none where one of them is not whole. Those of a shell depend on more than the record holds.
    pub fn effects_again(&self) -> Option<Vec<Effect>> {
        let is_whole = self.is_whole() && !self.cut && !self.effects.is_empty();
        if self.decided().is_none() || !is_whole || self.tool.as_deref().is_none_or(|tool| tool == SHELL) {
            return None;
        }
        self.effects.iter().map(exactly).collect()
    }

    /// What the call may have done at most, as far as the record says: what it does not say could be anything.
    pub fn effects_at_most(&self) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.effects.iter().flat_map(at_most).collect();
        if self.cut || self.effects.is_empty() {
            effects.extend([any_run(), effect(Kind::Read(any_path())), effect(Kind::Write(any_path()))]);
            effects.push(effect(Kind::Connect(connect(Value::ANY_WORD, None))));
        }
        if let Some(tool) = self.tool.as_deref().filter(|tool| *tool != SHELL) {
            effects.push(effect(Kind::Tool(Tool { name: tool.into(), arguments: Vec::new(), modelled: false })));
        }
        effects
    }
}

fn effect(kind: Kind) -> Effect {
    Effect { kind, certainty: Certainty::Partial, span: Span::default(), by: None, command: None }
}

fn word(value: Value) -> Word {
    Word { value, span: Span::default() }
}

fn any_path() -> PathValue {
    PathValue::standing(Value::ANY_WORD, true)
}

fn any_run() -> Effect {
    run(Value::ANY_WORD)
}

/// A program with any words.
fn run(program: Value) -> Effect {
    effect(Kind::Run(
        Run {
            argv: Vec::from([word(program), word(Value::ANY_WORDS)]),
            more: None,
            canonical: None,
            shape: None,
            program: None,
            loads: Vec::new(),
        }
        .into(),
    ))
}

fn connect(host: Value, method: Option<String>) -> Connect {
    Connect { scheme: None, host, port: None, method }
}

/// A text that is what it was.
fn whole(text: Option<&str>) -> Option<Value> {
    text.filter(|text| !text.ends_with(CUT) && !text.contains('\\')).map(Value::from)
}

fn exactly(recorded: &Recorded) -> Option<Effect> {
    if recorded.certainty != Certainty::Known.as_str() {
        return None;
    }
    let path = || whole(recorded.path.as_deref()).filter(|_| !recorded.tree).map(PathValue::file);
    let kind = match recorded.kind.as_str() {
        "read" => Kind::Read(path()?),
        "write" => Kind::Write(path()?),
        "connect" => Kind::Connect(Connect {
            scheme: recorded.scheme.clone(),
            host: whole(recorded.host.as_deref())?,
            port: recorded.port,
            method: Some(recorded.method.clone()?),
        }),
        // Words, arguments and what belongs to which command are not in the record.
        _ => return None,
    };
    Some(Effect { certainty: Certainty::Known, by: recorded.by.as_deref().map(Into::into), ..effect(kind) })
}

fn at_most(recorded: &Recorded) -> Vec<Effect> {
    let known = |text: Option<&str>| {
        let is = recorded.certainty == Certainty::Known.as_str();
        whole(text).filter(|_| is).unwrap_or(Value::ANY_WORD)
    };
    let path = || PathValue::standing(known(recorded.path.as_deref()), recorded.tree);
    Vec::from([match recorded.kind.as_str() {
        "run" | "interactive" => run(known(recorded.program.as_deref())),
        "read" => effect(Kind::Read(path())),
        "write" => effect(Kind::Write(path())),
        "connect" => effect(Kind::Connect(connect(known(recorded.host.as_deref()), None))),
        "readenv" => effect(Kind::ReadEnv(known(recorded.name.as_deref()))),
        "setenv" => effect(Kind::SetEnv(known(recorded.name.as_deref()))),
        "tool" => {
            let name = recorded.name.as_deref().unwrap_or_default().to_string();
            effect(Kind::Tool(Tool { name, arguments: Vec::new(), modelled: false }))
        }
        // Neither moves or hides anything that is not named beside it, but what is unknown may be any program.
        "flow" => return Vec::new(),
        _ => any_run(),
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codex;

    fn record(more: &str) -> Record {
        let line = std::format!(
            r#"{{"schema":"prexec/record/1","kind":"decision","time":"2026-11-21T00:45:12.123456Z","id":"0","agent":"codex","event":"PreToolUse","uid":1,"host":"h","version":"0","cwd":"/w","mode":"default","decision":"deny",{more}}}"#
        );
        crate::trail::read_line(line.as_bytes()).expect("a record")
    }

    #[test]
    fn a_whole_text_is_the_call() {
        for (more, expected) in [
            (r#""tool":"Bash","text":"ls 'a b'""#, Some(r#"{"command":"ls 'a b'"}"#)),
            (r#""tool":"apply_patch","text":"{\"command\":\"x\"}""#, Some(r#"{"command":"x"}"#)),
            (r#""tool":"Bash","text":"ls","cut":true"#, Some(r#"{"command":"ls"}"#)),
            (r#""tool":"Bash","text":"ls","redacted":1"#, None),
            (r#""tool":"Bash","text":"ls [cut]""#, None),
            (r#""tool":"Bash""#, None),
            (r#""text":"ls""#, None),
            (r#""tool":"mcp__a__b","text":"no JSON""#, None),
        ] {
            let call = record(more).call_again();
            let read = call.as_ref().map(|call| codex::read(call).expect("a call"));
            assert_eq!(read.map(|call| call.arguments.to_compact()).as_deref(), expected, "{more}");
        }
        let mut elsewhere = record(r#""tool":"Bash","text":"ls""#);
        for cwd in [None, Some("/w\\u{202e}"), Some("w"), Some("/w [cut]")] {
            elsewhere.cwd = cwd.map(String::from);
            assert_eq!(elsewhere.call_again(), None, "{cwd:?}");
        }
    }

    #[test]
    fn effects_count_only_where_all_are_whole() {
        let known = r#""tool":"view_image","effects":[{"kind":"read","certainty":"known","path":"/w/i.png"}]"#;
        assert_eq!(record(known).effects_again().map(|effects| effects.len()), Some(1));
        for (from, to) in [
            ("known", "partial"),
            ("view_image", "Bash"),
            ("i.png", "i [cut]"),
            ("\"path\"", "\"tree\":true,\"path\""),
            ("\"read\"", "\"run\""),
            ("[{", "[{\"kind\":\"tool\",\"certainty\":\"known\",\"name\":\"x\"},{"),
        ] {
            assert_eq!(record(&known.replace(from, to)).effects_again(), None, "{from} {to}");
        }
        assert_eq!(record(&(known.to_owned() + r#","cut":true"#)).effects_again(), None);
        assert_eq!(record(&(known.to_owned() + r#","redacted":1"#)).effects_again(), None);
        assert_eq!(record(r#""tool":"x""#).effects_again(), None);
    }
}

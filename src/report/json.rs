//! The JSON form of a verdict. Its schema is committed as `tests/schema/verdict-1.json`; [`SCHEMA`] changes with it.

use super::Judged;
use super::ordered::Ordered;
use super::phrase::path_text;
use crate::decision::Reason;
use crate::effect::{Effect, FlowSink, FlowSource, Kind, Value, Word};
use alloc::{string::String, string::ToString, vec, vec::Vec};
use serde_json::Value as Json;

/// Names the form of the JSON.
pub const SCHEMA: &str = "prexec/verdict/1";

/// One line of JSON without a newline: `schema`, `decision`, `tool`, `tiers` (where there are any), `reasons`, `effects`, `policy`, in that order.
///
/// Controls and characters that change the direction or visibility of text are written as `\uXXXX`, so that the line can be shown
/// on a terminal.
pub fn verdict_json(judged: &Judged, policy_digest: &str) -> String {
    let reasons: Vec<Ordered> = judged.verdict.reasons().iter().map(|r| reason(r, &judged.effects)).collect();
    let effects: Vec<Ordered> = judged.effects.iter().map(effect).collect();
    let mut whole = Ordered::default();
    whole.put("schema", SCHEMA);
    whole.put("decision", judged.verdict.decision().as_str());
    whole.put("tool", judged.tool.as_str());
    if !judged.tiers.is_empty() {
        whole.put("tiers", judged.tiers.clone());
    }
    whole.list("reasons", reasons);
    whole.list("effects", effects);
    whole.put("policy", policy_digest);
    whole.text()
}

fn reason(reason: &Reason, effects: &[Effect]) -> Ordered {
    let mut o = Ordered::default();
    o.put("decision", reason.decision.as_str());
    o.put("rule", reason.rule.to_string());
    if let Some(e) = reason.effect.and_then(|id| effects.get(id.0)) {
        o.object("effect", effect(e));
    }
    if let Some(justification) = &reason.justification {
        o.put("justification", justification.as_str());
    }
    o
}

/// An effect as verdicts show it.
pub(super) fn effect(effect: &Effect) -> Ordered {
    let mut o = Ordered::default();
    o.put("kind", effect.kind.name());
    match &effect.kind {
        Kind::Run(run) => o.put("argv", argv(&run.argv)),
        Kind::Read(path) | Kind::Write(path) => {
            o.put("path", optional(path_text(&path.value)));
            if path.tree {
                o.put("tree", true);
            }
        }
        Kind::Connect(connect) => {
            o.put("scheme", optional(connect.scheme.clone()));
            o.put("host", optional(path_text(&connect.host)));
            if let Some(port) = connect.port {
                o.put("port", port);
            }
            if let Some(method) = &connect.method {
                o.put("method", method.as_str());
            }
        }
        Kind::ReadEnv(name) | Kind::SetEnv(name) => o.put("name", optional(path_text(name))),
        Kind::Tool(tool) => o.put("name", tool.name.as_str()),
        Kind::Flow(flow) => {
            match &flow.source {
                FlowSource::File(path) => o.put("source", optional(path_text(&path.value))),
                FlowSource::Network => o.put("source", "network"),
                FlowSource::Credential(format) => {
                    o.put("source", "credentials");
                    o.put("format", *format);
                }
            }
            o.put(
                "sink",
                match flow.sink {
                    FlowSink::Network => "network",
                    FlowSink::Interpreter => "interpreter",
                    FlowSink::File => "file",
                    FlowSink::Tool => "tool",
                },
            );
        }
        Kind::Interactive(program) => o.put("program", optional(path_text(program))),
        Kind::Unknown(cause) => {
            o.put("code", cause.code);
            o.put("detail", cause.detail.as_str());
        }
    }
    o.put("certainty", effect.certainty.as_str());
    if let Some(by) = &effect.by {
        o.put("by", &**by);
    }
    o.put("span", vec![Json::from(effect.span.start), Json::from(effect.span.end)]);
    o
}

/// Known words as text, all others as `null`.
fn argv(words: &[Word]) -> Vec<Json> {
    words
        .iter()
        .map(|w| w.value.known().map_or(Json::Null, |b| Json::from(path_text(&Value::Known(b.into())))))
        .collect()
}

fn optional(text: Option<String>) -> Json {
    text.map_or(Json::Null, Json::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::{Decision, EffectId, RuleRef, Verdict};
    use crate::effect::{Certainty, PathValue, Run, Span};
    use crate::text::is_hidden;

    fn word(text: &str) -> Word {
        Word { value: text.into(), span: Span::default() }
    }

    fn judged(argv: Vec<Word>, path: Value) -> Judged {
        let span = Span::new(0, 8);
        let run =
            Kind::Run(Run { argv, more: None, canonical: None, shape: None, program: None, loads: Vec::new() }.into());
        let read = Kind::Read(PathValue::file(path));
        let by = Some("cat".into());
        let effects = vec![
            Effect { kind: run, certainty: Certainty::Known, span, by: None, command: None },
            Effect { kind: read, certainty: Certainty::Known, span: Span::new(4, 8), by, command: None },
        ];
        let reason = Reason {
            decision: Decision::Deny,
            rule: RuleRef::Rule("packs/secrets.rules:12:1".into()),
            effect: Some(EffectId(1)),
            justification: Some("secrets stay unread".into()),
        };
        Judged { tool: "Bash".into(), verdict: Verdict::of(reason), effects, tiers: Vec::new(), lifted: None }
    }

    #[test]
    fn the_form_of_the_interface_page() {
        let line = verdict_json(&judged(vec![word("cat"), word(".env")], "/home/u/p/.env".into()), "blake3:00");
        assert_eq!(
            line,
            concat!(
                r#"{"schema":"prexec/verdict/1","decision":"deny","tool":"Bash","reasons":[{"decision":"deny","#,
                r#""rule":"packs/secrets.rules:12:1","effect":{"kind":"read","path":"/home/u/p/.env","certainty":"known","#,
                r#""by":"cat","span":[4,8]},"justification":"secrets stay unread"}],"effects":[{"kind":"run","#,
                r#""argv":["cat",".env"],"certainty":"known","span":[0,8]},{"kind":"read","path":"/home/u/p/.env","#,
                r#""certainty":"known","by":"cat","span":[4,8]}],"policy":"blake3:00"}"#
            )
        );
    }

    #[test]
    fn unknown_words_are_null_and_hostile_text_is_escaped() {
        let unknown = Word { value: Value::ANY_WORDS, span: Span::default() };
        let line = verdict_json(&judged(vec![word("cat\u{202e}\u{1b}[2J"), unknown], Value::ANY_WORD), "");
        assert!(line.contains(r#""argv":["cat\u202e\u001b[2J",null]"#), "{line}");
        assert!(line.contains(r#""path":null"#), "{line}");
        assert!(!line.chars().any(is_hidden));
        assert!(serde_json::from_str::<Json>(&line).is_ok());
    }
}

//! The JSON form of an explanation. Its schema is committed as `tests/schema/explain-1.json`; [`EXPLAIN_SCHEMA`] changes with it.

use super::derivation::{Explained, Steps, Tried};
use super::json::{effect, verdict_json};
use super::ordered::Ordered;
use super::phrase::{path_text, phrase};
use crate::call::{Call, ToolCall};
use crate::decision::{EffectId, RuleRef};
use crate::effect::{Effect, Kind, Value, Word};
use crate::glob::Answer;
use crate::shell;
use alloc::{string::String, string::ToString, vec::Vec};
use serde_json::Value as Json;

/// Names the form of the JSON.
pub const EXPLAIN_SCHEMA: &str = "prexec/explain/1";

/// One line of JSON without a newline; under `verdict` stands what [`verdict_json`] says of the same call, byte for byte.
pub fn explain_json(explained: &Explained<'_>) -> String {
    let Explained { judged, derivation, .. } = *explained;
    let mut whole = Ordered::default();
    whole.put("schema", EXPLAIN_SCHEMA);
    if let Some(call) = explained.call {
        let mut o = self::call(call);
        o.put("tiers", derivation.tiers.clone());
        o.put("roots", texts(&derivation.roots));
        o.put("homes", texts(&derivation.homes));
        whole.object("call", o);
        if let Some(script) = script(call) {
            whole.object("script", script);
        }
    }
    let effects = judged.effects.iter().enumerate();
    whole.list("effects", effects.map(|(index, e)| one_effect(explained, EffectId(index), e)).collect());
    if let Some(decisive) = judged.verdict.reasons().first() {
        let mut o = Ordered::default();
        o.put("rule", decisive.rule.to_string());
        o.put("effect", decisive.effect.map_or(Json::Null, |id| id.0.into()));
        o.put("source", source(explained, &decisive.rule));
        whole.object("decided_by", o);
    }
    whole.raw("verdict", verdict_json(judged, explained.digest));
    whole.text()
}

fn call(call: &Call) -> Ordered {
    let mut o = Ordered::default();
    o.put("event", call.event.as_str());
    o.put("tool", call.tool_name.as_str());
    o.put("kind", call.tool.kind());
    o.put("cwd", path_text(&Value::Known(call.cwd.as_bytes().into())));
    o.put("mode", call.permission_mode.as_str());
    o
}

/// The script and its tree; `null` for the tree where a limit was reached.
fn script(call: &Call) -> Option<Ordered> {
    let ToolCall::Shell { script } = &call.tool else { return None };
    let tree = shell::parse(script, &shell::Limits::default()).map(|tree| shell::dump(&tree));
    let mut o = Ordered::default();
    o.put("text", script.as_str());
    o.put("tree", tree.map_or(Json::Null, Json::from));
    Some(o)
}

fn one_effect(explained: &Explained<'_>, id: EffectId, of: &Effect) -> Ordered {
    let mut o = Ordered::default();
    o.object("effect", effect(of));
    o.put("phrase", phrase(of));
    o.put("command", of.command.map_or(Json::Null, |command| command.0.into()));
    if let Kind::Run(run) = &of.kind {
        o.list("words", run.argv.iter().map(word).collect());
        if let Some(canonical) = &run.canonical {
            o.list("canonical", canonical.iter().map(word).collect());
        }
    }
    let Some(Steps { tried, counts: [yes, maybe, no], defaults }) = explained.derivation.of(id) else { return o };
    let mut counts = Ordered::default();
    counts.put("yes", *yes);
    counts.put("maybe", *maybe);
    counts.put("no", *no);
    o.object("tried", counts);
    o.list("rules", tried.iter().map(|t| rule(explained, t)).collect());
    let defaults = defaults.iter().map(|default| {
        let lift = explained.derivation.lift(&explained.judged.effects, id, default);
        let mut d = Ordered::default();
        d.put("key", default.key);
        d.put("layer", default.layer.map_or(Json::Null, |layer| layer.as_str().into()));
        d.put("decision", default.decision.as_str());
        d.put("replaced_by", lift.map_or(Json::Null, |lift| lift.rule.rule.as_str().into()));
        d
    });
    o.list("defaults", defaults.collect());
    o
}

fn rule(explained: &Explained<'_>, tried: &Tried) -> Ordered {
    let mut o = Ordered::default();
    o.put("rule", tried.rule.as_str());
    o.put("layer", tried.layer.as_str());
    o.put("decision", tried.decision.as_rule_word());
    o.put(
        "answer",
        match tried.answer {
            Answer::Yes => "yes",
            Answer::Maybe => "maybe",
            Answer::No => "no",
        },
    );
    o.put("adds", tried.counts.map_or(Json::Null, |decision| decision.as_str().into()));
    o.put("source", (explained.source)(&tried.rule).map_or(Json::Null, Json::from));
    o
}

fn source(explained: &Explained<'_>, rule: &RuleRef) -> Json {
    match rule {
        RuleRef::Rule(place) => (explained.source)(place).map_or(Json::Null, Json::from),
        _ => Json::Null,
    }
}

/// A word with everything that is known of it.
fn word(word: &Word) -> Ordered {
    let text = |bytes: &[u8]| path_text(&Value::Known(bytes.into()));
    let mut o = Ordered::default();
    match &word.value {
        Value::Known(bytes) => o.put("known", text(bytes)),
        Value::Set(all) => o.put("one_of", texts(all)),
        Value::Affix { prefix, suffix } => {
            o.put("prefix", text(prefix));
            o.put("suffix", text(suffix));
        }
        Value::Below { dir, suffix } => {
            o.put("below", text(dir));
            o.put("suffix", text(suffix));
        }
        Value::Pattern(pattern) => o.put("pattern", text(pattern)),
        Value::Name(pattern) => o.put("name_like", text(pattern)),
        Value::Unknown { may_split, may_be_empty, .. } => {
            o.put("unknown", true);
            o.put("may_split", *may_split);
            o.put("may_be_empty", *may_be_empty);
        }
    }
    o.put("span", Vec::from([word.span.start, word.span.end]));
    o
}

fn texts<T: AsRef<[u8]>>(all: &[T]) -> Vec<String> {
    all.iter().filter_map(|bytes| path_text(&Value::from(bytes.as_ref()))).collect()
}

//! Effects and reasons as a record shows them: what is touched, in which words only where a policy wants texts.

use super::json::{self, Object};
use crate::decision::{Reason, Verdict};
use crate::effect::{Effect, FlowSink, FlowSource, Kind, Run, Value, Word};
use crate::path;
use crate::report::{Judged, path_text};
use crate::tables::{Tables, words::flags};
use alloc::{format, string::String, string::ToString, vec, vec::Vec};

/// The most bytes of all words of a command.
const MOST_WORDS: usize = 2 << 10;

/// The lists of a record.
pub(super) struct Lists {
    pub(super) reasons: String,
    pub(super) effects: String,
    /// Something was left out.
    pub(super) cut: bool,
    pub(super) redacted: u32,
}

/// Reasons and effects in at most so many bytes each. The effects of which reasons speak come before others.
pub(super) fn lists(judged: &Judged, most_reasons: usize, most_effects: usize, words: bool) -> Lists {
    let mut lists = Lists { reasons: String::from("["), effects: String::from("["), cut: false, redacted: 0 };
    // How many of them there is room for is known once they are written, which place an effect has only then.
    let mut told: Vec<(&Reason, Object)> = Vec::new();
    let mut length = 0_usize;
    let decisive = judged.verdict.reasons();
    // What an override has lifted is told as well, behind it.
    let lifted = judged.lifted.iter().flat_map(Verdict::reasons).filter(|reason| !decisive.contains(reason));
    for reason in decisive.iter().chain(lifted) {
        let object = of_reason(reason);
        length = length.saturating_add(object.len()).saturating_add(16);
        if length > most_reasons {
            lists.cut = true;
            break;
        }
        told.push((reason, object));
    }
    let mut kept: Vec<Option<String>> = vec![None; judged.effects.len()];
    let spoken_of = told.iter().filter_map(|(reason, _)| reason.effect).map(|id| id.0);
    let mut room = most_effects;
    for place in spoken_of.chain(0..judged.effects.len()) {
        let (Some(effect), Some(slot)) = (judged.effects.get(place), kept.get_mut(place)) else { continue };
        if slot.is_some() {
            continue;
        }
        let object = of_effect(effect, words);
        let Some(left) = room.checked_sub(object.len().saturating_add(2)) else {
            lists.cut = true;
            break;
        };
        room = left;
        lists.redacted = lists.redacted.saturating_add(object.redacted);
        *slot = Some(object.end());
    }
    let mut places: Vec<Option<usize>> = Vec::with_capacity(kept.len());
    let mut next = 0_usize;
    for effect in kept {
        places.push(effect.as_ref().map(|_| next));
        if let Some(effect) = effect {
            next = next.saturating_add(1);
            push(&mut lists.effects, &effect);
        }
    }
    for (reason, mut object) in told {
        if let Some(place) = reason.effect.and_then(|id| places.get(id.0).copied().flatten()) {
            object.number("effect", place);
        }
        lists.redacted = lists.redacted.saturating_add(object.redacted);
        push(&mut lists.reasons, &object.end());
    }
    lists.effects.push(']');
    lists.reasons.push(']');
    lists
}

fn push(list: &mut String, item: &str) {
    if list.len() > 1 {
        list.push(',');
    }
    list.push_str(item);
}

fn of_reason(reason: &Reason) -> Object {
    let mut object = Object::new();
    object.word("decision", reason.decision.as_str());
    object.text("rule", &reason.rule.to_string());
    object.optional("justification", reason.justification.as_deref());
    object
}

fn of_effect(effect: &Effect, words: bool) -> Object {
    let mut object = Object::new();
    object.word("kind", effect.kind.name());
    object.word("certainty", effect.certainty.as_str());
    let value = |value: &Value| path_text(value);
    match &effect.kind {
        Kind::Run(run) => {
            let program = run.argv.first().and_then(|word| value(&word.value));
            object.optional("program", program.as_deref());
            if let Some(verb) = verb(run) {
                object.word("verb", &verb);
            }
            if words {
                let text = |word: &Word| word.value.known().and_then(|bytes| path_text(&Value::Known(bytes.into())));
                let all: Vec<Option<String>> = run.argv.iter().map(text).collect();
                let (list, redacted) = json::words(&all, MOST_WORDS);
                object.redacted = object.redacted.saturating_add(redacted);
                object.raw("argv", &list);
            }
        }
        Kind::Interactive(program) => object.optional("program", value(program).as_deref()),
        Kind::Read(path) | Kind::Write(path) => {
            object.optional("path", value(&path.value).as_deref());
            if path.tree {
                object.flag("tree");
            }
        }
        Kind::Connect(connect) => {
            object.optional("scheme", connect.scheme.as_deref());
            object.optional("host", value(&connect.host).as_deref());
            if let Some(port) = connect.port {
                object.number("port", port);
            }
            object.optional("method", connect.method.as_deref());
        }
        Kind::ReadEnv(name) | Kind::SetEnv(name) => object.optional("name", value(name).as_deref()),
        Kind::Tool(tool) => object.text("name", &tool.name),
        Kind::Flow(flow) => {
            match &flow.source {
                FlowSource::File(path) => object.optional("source", value(&path.value).as_deref()),
                FlowSource::Network => object.word("source", "network"),
                FlowSource::Credential(_) => object.word("source", "credentials"),
            }
            let sink = match flow.sink {
                FlowSink::Network => "network",
                FlowSink::Interpreter => "interpreter",
                FlowSink::File => "file",
                FlowSink::Tool => "tool",
            };
            object.word("sink", sink);
        }
        Kind::Unknown(cause) => object.word("code", cause.code),
    }
    object.optional("by", effect.by.as_deref());
    object
}

/// The sub-command of a program, where the tables have a row for it: no word that the call made up.
fn verb(run: &Run) -> Option<String> {
    let words = match (&run.shape, &run.canonical) {
        (Some(shape), _) => &shape.words,
        (None, Some(canonical)) => canonical,
        (None, None) => &run.argv,
    };
    let [program, verb, ..] = words.as_slice() else { return None };
    let written = program.value.known()?;
    let name = if written.contains(&b'/') { path::file_name(written)? } else { written };
    let tables = Tables::built_in();
    if !tables.program(name)?.has(flags::SUBCOMMANDS) {
        return None;
    }
    let (name, verb) = (core::str::from_utf8(name).ok()?, core::str::from_utf8(verb.value.known()?).ok()?);
    tables.program(format!("{name} {verb}").as_bytes()).map(|_| verb.into())
}

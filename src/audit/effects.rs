//! Effects and reasons as a record shows them: what is touched, in which words only where a policy wants texts.

use super::json::{self, Object};
use super::redact::Secrets;
use crate::call::{Call, ToolCall};
use crate::decision::{Reason, RuleRef, Verdict};
use crate::effect::{Effect, FlowSink, FlowSource, Kind, Run, Value, Word};
use crate::path;
use crate::report::{Judged, path_text};
use crate::tables::{Tables, words::flags};
use alloc::{format, string::String, string::ToString, vec, vec::Vec};

/// The most bytes of all words of a command.
const MOST_WORDS: usize = 2 << 10;

/// Bytes that most lists fit in.
const USUAL_LIST: usize = 1 << 10;
/// Reasons for which there is a place before they are counted.
const MOST_TOLD: usize = 32;

/// What a call says.
#[derive(Clone, Debug, Default)]
pub enum Said<'a> {
    /// What nobody has to look through: its effects hold nothing that names tell.
    #[default]
    Nothing,
    /// A script.
    Script(&'a str),
    /// The arguments of a tool that is no shell, as JSON.
    Arguments(String),
}

impl<'a> Said<'a> {
    /// What a call says.
    pub fn of(call: &'a Call) -> Self {
        match &call.tool {
            ToolCall::Shell { script } => Self::Script(script),
            ToolCall::Mcp(_) | ToolCall::Unknown | ToolCall::Resource(_) => {
                Self::Arguments(call.arguments.to_compact())
            }
            _ => Self::Nothing,
        }
    }
}

/// The lists of a record.
pub(super) struct Lists {
    pub(super) reasons: String,
    pub(super) effects: String,
    /// Something was left out.
    pub(super) cut: bool,
    pub(super) redacted: u32,
}

/// Reasons and effects in at most so many bytes each. The effects of which reasons speak come before others.
pub(super) fn lists(
    judged: &Judged,
    secrets: &Secrets,
    most_reasons: usize,
    most_effects: usize,
    words: bool,
) -> Lists {
    let list = |most: usize| {
        let mut list = String::with_capacity(USUAL_LIST.min(most));
        list.push('[');
        list
    };
    let mut lists = Lists { reasons: list(most_reasons), effects: list(most_effects), cut: false, redacted: 0 };
    // How many of them there is room for is known once they are written, which place an effect has only then.
    let decisive = judged.verdict.reasons();
    let mut told: Vec<(&Reason, Object)> = Vec::with_capacity(decisive.len().min(MOST_TOLD));
    let mut length = 0_usize;
    // What an override has lifted is told as well, behind it.
    let lifted = judged.lifted.iter().flat_map(Verdict::reasons).filter(|reason| !decisive.contains(reason));
    for reason in decisive.iter().chain(lifted) {
        let object = of_reason(reason, secrets);
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
        let object = of_effect(effect, words, secrets);
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

/// The secrets of a call that options and names tell, in its commands and in the arguments of a tool that is no shell.
pub(crate) fn secrets(judged: &Judged, said: &Said<'_>) -> Secrets {
    let mut secrets = Secrets::default();
    match said {
        Said::Nothing => {}
        Said::Script(script) => secrets.of_script(json::looked_through(script)),
        Said::Arguments(arguments) => secrets.of_text(json::looked_through(arguments)),
    }
    for effect in &judged.effects {
        if let Kind::Run(run) = &effect.kind {
            let words: Vec<Option<&str>> = run.argv.iter().map(known).collect();
            secrets.of_words(&words);
        }
    }
    secrets.end();
    secrets
}

fn known(word: &Word) -> Option<&str> {
    let text = word.value.known().and_then(|bytes| core::str::from_utf8(bytes).ok())?;
    Some(json::looked_through(text))
}

fn of_reason(reason: &Reason, secrets: &Secrets) -> Object {
    let mut object = Object::new();
    object.word("decision", reason.decision.as_str());
    match &reason.rule {
        RuleRef::Rule(place) => object.text("rule", place),
        RuleRef::Default(name) => object.word_of("rule", "default:", name),
        // What else decides is named by words of ours.
        other => object.word("rule", &other.to_string()),
    }
    object.touched("justification", reason.justification.as_deref(), secrets);
    object
}

fn of_effect(effect: &Effect, words: bool, secrets: &Secrets) -> Object {
    let mut object = Object::new();
    object.word("kind", effect.kind.name());
    object.word("certainty", effect.certainty.as_str());
    let value = |value: &Value| path_text(value);
    match &effect.kind {
        Kind::Run(run) => {
            let program = run.argv.first().and_then(|word| value(&word.value));
            object.touched("program", program.as_deref(), secrets);
            if let Some(verb) = verb(run) {
                object.word("verb", &verb);
            }
            if words {
                let text = |word: &Word| word.value.known().and_then(|bytes| path_text(&Value::Known(bytes.into())));
                let all: Vec<Option<String>> = run.argv.iter().map(text).collect();
                let (list, redacted) = json::words(&all, MOST_WORDS, secrets);
                object.redacted = object.redacted.saturating_add(redacted);
                object.raw("argv", &list);
            }
        }
        Kind::Interactive(program) => object.touched("program", value(program).as_deref(), secrets),
        Kind::Read(path) | Kind::Write(path) => {
            object.touched("path", value(&path.value).as_deref(), secrets);
            if path.tree {
                object.flag("tree");
            }
        }
        Kind::Connect(connect) => {
            object.optional("scheme", connect.scheme.as_deref());
            let host = value(&connect.host);
            if host.as_deref().is_none_or(may_be_host) {
                object.touched("host", host.as_deref(), secrets);
            } else {
                // A line of a private key without quotes, say, to which a host is anything.
                object.word("host", "[redacted:secret]");
                object.redacted = object.redacted.saturating_add(1);
            }
            if let Some(port) = connect.port {
                object.number("port", port);
            }
            object.optional("method", connect.method.as_deref());
        }
        Kind::ReadEnv(name) | Kind::SetEnv(name) => object.touched("name", value(name).as_deref(), secrets),
        Kind::Tool(tool) => object.text("name", &tool.name),
        Kind::Flow(flow) => {
            match &flow.source {
                FlowSource::File(path) => object.touched("source", value(&path.value).as_deref(), secrets),
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
    object.touched("by", effect.by.as_deref(), secrets);
    object
}

/// Whether a text can name a host, or a part of one: as long as names and their parts may be (RFC 1035), without signs that no
/// name, address or pattern has.
fn may_be_host(text: &str) -> bool {
    const LONGEST: usize = 253;
    const LONGEST_PART: usize = 63;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || b".-_:[]%*?$".contains(&byte);
    // The line before a private key, which a shell and a URL have taken apart.
    let is_key = text.contains("-----");
    text.len() <= LONGEST && !is_key && text.bytes().all(fits) && text.split('.').all(|part| part.len() <= LONGEST_PART)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_host_is_not_told_as_one() {
        for host in ["example.com", "10.0.0.1", "[::1]:80", "*.example.com", "bücher.example", "..."] {
            assert!(may_be_host(host), "{host}");
        }
        let long = "a".repeat(64);
        for text in ["key-----\nqfap0b", "key-----nqfap0b", "a+b", "a b", "a/b=", &long, &"a.".repeat(130)] {
            assert!(!may_be_host(text), "{text}");
        }
    }
}

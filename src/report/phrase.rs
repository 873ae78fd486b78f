//! Effects in a few words, for messages: `read /home/u/p/.env (by cat)`.

use crate::effect::{Effect, FlowSink, FlowSource, Kind, PathValue, Run, Value};
use alloc::{format, string::String, vec::Vec};
use core::fmt::Write;

/// An effect in a few words. The text may hold hostile characters: whoever shows it makes them visible.
pub fn phrase(effect: &Effect) -> String {
    let what = match &effect.kind {
        Kind::Run(run) => format!("run {}", argv_text(run)),
        Kind::Read(path) => format!("read {}", place(path)),
        Kind::Write(path) => format!("write {}", place(path)),
        Kind::Connect(connect) => match &connect.scheme {
            Some(scheme) => format!("connect to {scheme}://{}", value_text(&connect.host)),
            None => format!("connect to {}", value_text(&connect.host)),
        },
        Kind::ReadEnv(name) => format!("read the variable {}", value_text(name)),
        Kind::SetEnv(name) => format!("set the variable {}", value_text(name)),
        Kind::Tool(tool) => format!("call the tool {}", tool.name),
        Kind::Flow(flow) => {
            let source = match &flow.source {
                FlowSource::File(path) => place(path),
                FlowSource::Network => "the network".into(),
                FlowSource::Credential(format) => format!("what looks like a credential ({format})"),
            };
            let sink = match flow.sink {
                FlowSink::Network => "the network",
                FlowSink::Interpreter => "an interpreter",
                FlowSink::File => "a file or a command",
                FlowSink::Tool => "a tool",
            };
            format!("carry {source} into {sink}")
        }
        Kind::Interactive(program) => format!("read commands from a terminal by {}", value_text(program)),
        Kind::Unknown(cause) => return cause.detail.clone(),
    };
    match &effect.by {
        Some(by) if !matches!(effect.kind, Kind::Run(_)) => format!("{what} (by {by})"),
        _ => what,
    }
}

fn place(path: &PathValue) -> String {
    let text = value_text(&path.value);
    if path.tree { format!("{text} and what is below") } else { text }
}

fn argv_text(run: &Run) -> String {
    let words: Vec<String> = run.argv.iter().map(|w| value_text(&w.value)).collect();
    words.join(" ")
}

/// A value for people: unknown parts as `...`, alternatives in braces, bytes that are not UTF-8 as `\xNN`.
pub fn value_text(value: &Value) -> String {
    path_text(value).unwrap_or_else(|| "...".into())
}

/// As [`value_text`], `None` where nothing is known.
pub(crate) fn path_text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Known(bytes) | Value::Pattern(bytes) | Value::Name(bytes) => text(bytes),
        Value::Set(all) => {
            let all: Vec<String> = all.iter().map(|b| text(b)).collect();
            format!("{{{}}}", all.join(","))
        }
        Value::Below { dir, suffix } if dir.is_empty() => format!("...{}", text(suffix)),
        Value::Below { dir, suffix } => format!("{}/...{}", text(dir.strip_suffix(b"/").unwrap_or(dir)), text(suffix)),
        Value::Affix { prefix, suffix } => format!("{}...{}", text(prefix), text(suffix)),
        Value::Unknown { .. } => return None,
    })
}

fn text(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}"); // writing to a string cannot fail
        }
    }
    out
}

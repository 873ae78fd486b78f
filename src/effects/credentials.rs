//! Credentials in the text of a call: formats of `policies/tables/secrets.jsonl` that are known by how they begin. Where one stands is
//! said, never the text itself.

use super::command::Analysis;
use super::patch;
use crate::call::{Call, Json, ToolCall};
use crate::effect::{Certainty, Effect, Flow, FlowSink, FlowSource, Kind, Span};
use crate::tables::secrets::{FORMATS, format_at, may_begin};
use alloc::vec::Vec;
use core::cell::Cell;

/// No credential is shorter than this.
#[allow(clippy::indexing_slicing, reason = "an index that is wrong does not build")]
const LEAST_LENGTH: usize = {
    let mut least = PRIVATE_KEY.len() + "PRIVATE KEY".len();
    let mut at = 0;
    while at < FORMATS.len() {
        let length = FORMATS[at].begins.len() + FORMATS[at].least;
        if length < least {
            least = length;
        }
        at += 1;
    }
    least
};

/// How the line before a private key begins.
const PRIVATE_KEY: &str = "-----BEGIN ";

/// Fewer different characters than this are no random text.
const LEAST_DIFFERENT: usize = 7;
/// Findings of one call; one is enough for a rule.
const MOST: usize = 16;

/// Adds a flow for each credential in a call's text: into a file for patches and scripts (into a host, too, where the script
/// contacts one), into the tool for other tools.
pub(super) fn add(call: &Call, analysis: &mut Analysis<'_>) {
    let mut found: Vec<(&'static str, Span, FlowSink)> = Vec::new();
    match &call.tool {
        ToolCall::Shell { script } => {
            in_text(script, 0, FlowSink::File, &mut found);
            // Put together from pieces: `AKIA""...`.
            for effect in &analysis.effects {
                if let Kind::Run(run) = &effect.kind {
                    let words = run.argv.iter().filter_map(|word| word.value.known());
                    let long = words.filter(|word| word.len() >= LEAST_LENGTH);
                    let texts = long.filter_map(|word| core::str::from_utf8(word).ok());
                    texts.for_each(|word| in_word(word, effect.span, &mut found));
                }
            }
            if analysis.effects.iter().any(|effect| matches!(effect.kind, Kind::Connect(_))) {
                let sent: Vec<_> = found.iter().map(|(name, span, _)| (*name, *span, FlowSink::Network)).collect();
                found.extend(sent);
            }
        }
        ToolCall::ApplyPatch { patch } => {
            for (start, line) in patch::added_lines(patch) {
                in_text(line, start, FlowSink::File, &mut found);
            }
        }
        ToolCall::Mcp(_) | ToolCall::Unknown | ToolCall::Resource(_) => in_arguments(&call.arguments, &mut found),
        ToolCall::Files(_) => {
            // What is written into a file, by any name that an agent's tools have for it.
            for text in
                ["content", "new_string", "new_source"].iter().filter_map(|key| call.arguments.get(key)?.as_str())
            {
                in_text(text, 0, FlowSink::File, &mut found);
            }
        }
        _ => {}
    }
    for (name, span, sink) in found {
        let kind = Kind::Flow(Flow { source: FlowSource::Credential(name), sink });
        analysis.effects.push(Effect { kind, certainty: Certainty::Known, span, by: None, command: None });
    }
}

fn in_arguments(value: &Json, found: &mut Vec<(&'static str, Span, FlowSink)>) {
    match value {
        Json::String(text) => {
            let before = found.len();
            in_text(text, 0, FlowSink::Tool, found);
            found.iter_mut().skip(before).for_each(|(_, span, _)| *span = Span::default());
        }
        Json::Array(items) => items.iter().for_each(|item| in_arguments(item, found)),
        Json::Object(entries) => entries.iter().for_each(|(_, value)| in_arguments(value, found)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// A word after quotes are removed; what the text of the script shows is found there.
fn in_word(word: &str, span: Span, found: &mut Vec<(&'static str, Span, FlowSink)>) {
    let mut own = Vec::new();
    in_text(word, 0, FlowSink::File, &mut own);
    for (name, _, sink) in own {
        if found.len() < MOST
            && !found.iter().any(|(other, at, _)| *other == name && span.start <= at.start && at.end <= span.end)
        {
            found.push((name, span, sink));
        }
    }
}

/// Looks for credentials in a text that stands at `start`.
fn in_text(text: &str, start: usize, sink: FlowSink, found: &mut Vec<(&'static str, Span, FlowSink)>) {
    if text.len() < LEAST_LENGTH {
        return;
    }
    let mut push = |name, at: usize, length: usize| {
        if found.len() < MOST {
            found.push((name, Span::new(start + at, start + at + length), sink));
        }
    };
    let bytes = text.as_bytes();
    let (dotless, mut marked, mut end) = (Cell::new(0), false, 0);
    let mut word = false;
    // One pass over the text, because every text of every call is looked at.
    for (at, two) in bytes.windows(2).enumerate() {
        let [first, second] = *two else { continue };
        let inside = core::mem::replace(&mut word, first.is_ascii_alphanumeric());
        marked |= first == b'-' && second == b'B';
        // Inside a word nothing begins, and what is a credential is no other.
        if inside || !may_begin(first, second) || at < end {
            continue;
        }
        let Some((format, length)) = format_at(bytes, at, true, &dotless).filter(|(format, _)| !format.record) else {
            continue;
        };
        let body = text.get(at + format.begins.len()..at + length).unwrap_or_default();
        if is_random(body) {
            push(format.says, at, length);
            end = at + length;
        }
    }
    if marked {
        for (at, _) in text.match_indices(PRIVATE_KEY) {
            let line = text.get(at..).unwrap_or_default().lines().next().unwrap_or_default();
            if line.contains("PRIVATE KEY") {
                push("private key", at, line.len());
            }
        }
    }
}

/// Whether a text may be a secret, and not what stands for one in an example.
fn is_random(body: &str) -> bool {
    let mut seen = [false; 256];
    body.bytes().for_each(|b| {
        if let Some(seen) = seen.get_mut(usize::from(b)) {
            *seen = true;
        }
    });
    let mixed = body.bytes().any(|b| b.is_ascii_digit()) && body.bytes().any(|b| b.is_ascii_alphabetic());
    let different = seen.iter().filter(|seen| **seen).count();
    let upper = body.to_ascii_uppercase();
    mixed
        && different >= LEAST_DIFFERENT
        && !["EXAMPLE", "XXXX", "PLACEHOLDER", "YOUR", "0123456789", "ABCDEFGH"].iter().any(|word| upper.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::secrets::{Body, Format};

    fn names(text: &str) -> Vec<&'static str> {
        let mut found = Vec::new();
        in_text(text, 0, FlowSink::File, &mut found);
        found.into_iter().map(|(name, ..)| name).collect()
    }

    #[test]
    fn formats_are_known_and_examples_are_not() {
        let body = "q7Rt2Lm9Zx4Bv6Nc8Wd1Ky3Hp5Jf0Gs7Qa2Te4Ui9Oo6Pl1Mn3";
        for format in FORMATS.iter().filter(|format| !format.record) {
            let of_kind = |byte: &u8| format.body.has(*byte);
            let body: Vec<u8> = body
                .bytes()
                .map(|byte| if matches!(format.body, Body::Upper) { byte.to_ascii_uppercase() } else { byte })
                .filter(of_kind)
                .collect();
            let body = core::str::from_utf8(&body).unwrap().repeat(20);
            let parts: Vec<&str> = format.parts.iter().map(|(least, _)| body.split_at(*least).0).collect();
            let body = if parts.is_empty() { body.split_at(format.least + 2).0 } else { &parts.join(".") };
            let text = alloc::format!("x = \"{}{body}\"", format.begins);
            assert_eq!(names(&text), [format.says], "{text}");
            // But behind a dot within it another may.
            let ends = |other: &&Format| other.begins != format.begins && format.begins.ends_with(other.begins);
            if !FORMATS.iter().any(|other| ends(&other)) {
                let inside = alloc::format!("word{}{body}", format.begins);
                assert!(names(&inside).is_empty(), "{inside}");
            }
        }
        assert_eq!(names("-----BEGIN OPENSSH PRIVATE KEY-----\nabc"), ["private key"]);
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "ghp_0000000000000000000000000000000000000000",
            "sk-proj-your-key-goes-here-and-is-long-enough-to-match",
            "-----BEGIN CERTIFICATE-----",
            "-----BEGIN PUBLIC KEY-----",
            "AKIA",
            "ghp_short",
            "npm_config_cache=/x",
            "hf_hub_download(repo_id=x)",
        ] {
            assert!(names(text).is_empty(), "{text}: {:?}", names(text));
        }
    }
}

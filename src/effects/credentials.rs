//! Credentials in the text of a call: formats that are known by how they begin. Where one stands is said, never the text itself.

use super::command::Analysis;
use super::patch;
use crate::call::{Call, Json, ToolCall};
use crate::effect::{Certainty, Effect, Flow, FlowSink, FlowSource, Kind, Span};
use alloc::vec::Vec;

/// A format: what it is, how it begins, and at least how many letters, digits, `_` or `-` follow.
struct Format {
    name: &'static str,
    begins: &'static str,
    least: usize,
}

const fn format(name: &'static str, begins: &'static str, least: usize) -> Format {
    Format { name, begins, least }
}

const FORMATS: [Format; 27] = [
    format("AWS access key", "AKIA", 16),
    format("AWS access key", "ASIA", 16),
    format("Anthropic key", "sk-ant-", 20),
    format("crates.io token", "cio", 32),
    format("DigitalOcean token", "dop_v1_", 64),
    format("GitHub token", "ghp_", 36),
    format("GitHub token", "gho_", 36),
    format("GitHub token", "ghu_", 36),
    format("GitHub token", "ghs_", 36),
    format("GitHub token", "ghr_", 36),
    format("GitHub token", "github_pat_", 22),
    format("GitLab token", "glpat-", 20),
    format("Google key", "AIza", 35),
    format("Hugging Face token", "hf_", 34),
    format("npm token", "npm_", 36),
    format("OpenAI key", "sk-proj-", 40),
    format("OpenAI key", "sk-svcacct-", 40),
    format("PyPI token", "pypi-AgEI", 50),
    format("SendGrid key", "SG.", 22),
    format("Shopify token", "shpat_", 32),
    format("Slack token", "xoxb-", 20),
    format("Slack token", "xoxp-", 20),
    format("Slack token", "xoxa-", 20),
    format("Stripe key", "sk_live_", 16),
    format("Stripe key", "rk_live_", 16),
    format("Vault token", "hvs.", 24),
    format("Doppler token", "dp.pt.", 40),
];

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

/// The formats, one bit each, that have a byte at a place, by the byte: for the first and the second place.
#[allow(clippy::indexing_slicing, reason = "an index that is wrong does not build")]
const BEGINNINGS: [[u32; 256]; 2] = {
    let mut formats = [[0; 256]; 2];
    let mut at = 0;
    while at < FORMATS.len() {
        let begins = FORMATS[at].begins.as_bytes();
        formats[0][begins[0] as usize] |= 1 << at;
        formats[1][begins[1] as usize] |= 1 << at;
        at += 1;
    }
    formats
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
    let (marked, begun) = begun(text);
    if marked {
        for (at, _) in text.match_indices(PRIVATE_KEY) {
            let line = text.get(at..).unwrap_or_default().lines().next().unwrap_or_default();
            if line.contains("PRIVATE KEY") {
                push("private key", at, line.len());
            }
        }
    }
    for (format, at) in begun {
        let Some(Format { name, begins, least }) = FORMATS.get(format) else { continue };
        let rest = text.get(at + begins.len()..).unwrap_or_default();
        // The others have letters and digits only.
        let marks: &[u8] = if begins.ends_with(['-', '.']) || matches!(*begins, "github_pat_" | "AIza" | "pypi-AgEI") {
            b"_-"
        } else {
            b""
        };
        let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || marks.contains(b)).count();
        let body = rest.get(..length).unwrap_or_default();
        if length >= *least && is_random(body) {
            push(name, at, begins.len() + length);
        }
    }
}

/// Whether a line may say that a private key follows, and where formats begin: by format, then by place. One pass over the text,
/// because every text of every call is looked at.
fn begun(text: &str) -> (bool, Vec<(usize, usize)>) {
    let (mut marked, mut begun) = (false, Vec::new());
    let [firsts, seconds] = &BEGINNINGS;
    let with = |formats: &[u32; 256], byte: u8| formats.get(usize::from(byte)).copied().unwrap_or_default();
    let bytes = text.as_bytes();
    let (mut first, mut beginning) = (0, 0);
    for (end, second) in bytes.iter().copied().enumerate() {
        let possible = beginning & with(seconds, second);
        let (before, at) = (first, end.wrapping_sub(1));
        (first, beginning) = (second, with(firsts, second));
        // Inside a word nothing begins.
        let inside = || bytes.get(at.wrapping_sub(1)).is_some_and(u8::is_ascii_alphanumeric);
        if possible != 0 && !inside() {
            let rest = bytes.get(at..).unwrap_or_default();
            let begins = |(place, format): &(usize, &Format)| {
                possible >> place & 1 == 1 && rest.starts_with(format.begins.as_bytes())
            };
            begun.extend(FORMATS.iter().enumerate().filter(begins).map(|(format, _)| (format, at)));
        }
        marked |= second == b'B' && before == b'-';
    }
    begun.sort_unstable();
    (marked, begun)
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

    fn names(text: &str) -> Vec<&'static str> {
        let mut found = Vec::new();
        in_text(text, 0, FlowSink::File, &mut found);
        found.into_iter().map(|(name, ..)| name).collect()
    }

    #[test]
    fn formats_are_known_and_examples_are_not() {
        let body = "q7Rt2Lm9Zx4Bv6Nc8Wd1Ky3Hp5Jf0Gs7Qa2Te4Ui9Oo6Pl1Mn3";
        for format in &FORMATS {
            let body = if format.begins.starts_with('A') && format.least == 16 { "Q7RT2LM9ZX4BV6NC" } else { body };
            let text = alloc::format!("x = \"{}{body}{body}\"", format.begins);
            assert!(names(&text).contains(&format.name), "{text}");
            let inside = alloc::format!("word{}{body}{body}", format.begins);
            assert!(names(&inside).is_empty(), "{inside}");
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

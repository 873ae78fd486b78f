//! Messages of syslog, RFC 5424: facility `authpriv`, the decisive facts as structured data, the record as JSON in the text.

use super::chain::Head;
use super::facts::{Fate, decisive, fate, kind};
use super::{Form, json, summary};
use crate::trail::Record;
use std::fmt::Write;
use std::format;
use std::string::String;
use std::vec::Vec;

/// Security messages of this machine.
const FACILITY: u8 = 10;
/// No value of structured data is longer.
const LONGEST_VALUE: usize = 256;

/// A record as a message of at most `limit` bytes: a long record loses effects and reasons, and says so by `cut`.
pub(super) fn message(record: &Record, head: Option<&Head>, form: Form, limit: usize) -> Vec<u8> {
    let severity = match fate(record) {
        Fate::Passed => 6,
        Fate::Asked => 5,
        Fate::Lifted | Fate::Blocked => 4,
    };
    let host = printable(&record.host, 255);
    let time = super::facts::moment(record).text();
    let start = format!("<{}>1 {time} {host} prexec - {} ", FACILITY * 8 + severity, kind(record));
    // Nobody who receives it knows a number of ours: this one is set aside for examples (RFC 5612).
    let mut data = String::from("[prexec@32473");
    let rule = decisive(record).map(|reason| reason.rule.as_str());
    for (name, value) in [
        ("id", Some(record.id.as_str())),
        ("decision", record.decision.as_deref()),
        ("tool", record.tool.as_deref()),
        ("rule", rule),
        ("user", record.user.as_deref()),
        ("session", record.session.as_deref()),
        ("chain", head.map(|head| head.link.as_str())),
    ] {
        if let Some(value) = value {
            let _ = write!(data, " {name}=\"{}\"", escaped(value));
        }
    }
    data.push_str("] ");
    let room = limit.saturating_sub(start.len() + data.len());
    let mut bytes = start.into_bytes();
    bytes.extend(data.bytes());
    bytes.extend(text(record, form, room).bytes());
    bytes.truncate(limit);
    bytes
}

/// The record as JSON that fits, in ASCII, so that no receiver takes it for another encoding.
fn text(record: &Record, form: Form, room: usize) -> String {
    let shown = ascii(&json(form, record).to_string());
    if shown.len() <= room {
        return shown;
    }
    let mut less = record.clone();
    less.cut = true;
    less.text = None;
    while ascii(&json(form, &less).to_string()).len() > room {
        if less.effects.len() >= less.reasons.len() && !less.effects.is_empty() {
            less.effects.truncate(less.effects.len() / 2);
        } else if !less.reasons.is_empty() {
            less.reasons.truncate(less.reasons.len() / 2);
        } else {
            let mut short = ascii(&summary(record));
            short.truncate(room);
            return short;
        }
        let kept = less.effects.len();
        for reason in &mut less.reasons {
            reason.effect = reason.effect.filter(|effect| *effect < kept);
        }
    }
    ascii(&json(form, &less).to_string())
}

/// JSON with every other character as an escape.
fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() && !c.is_ascii_control() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

/// A value of structured data: quotation marks, backslashes and brackets are escaped, what does not show is made visible.
fn escaped(value: &str) -> String {
    let value = crate::text::visible_up_to(value, LONGEST_VALUE);
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, '"' | '\\' | ']') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A field of the head: printable ASCII without spaces, `-` where nothing is left.
fn printable(text: &str, limit: usize) -> String {
    let kept: String = text.chars().filter(char::is_ascii_graphic).take(limit).collect();
    if kept.is_empty() { "-".into() } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_ends_its_quotation_marks() {
        assert_eq!(escaped("a\"b]c\\d\n"), "a\\\"b\\]c\\\\d\\\\u{a}");
        assert_eq!(printable("a b\né", 255), "ab");
        assert_eq!(printable("\n", 255), "-");
        assert_eq!(ascii("é\u{1f600}"), "\\u00e9\\ud83d\\ude00");
    }

    #[test]
    fn a_long_record_is_cut_and_says_so() {
        let line = r#"{"schema":"prexec/record/1","kind":"decision","time":"2026-11-21T00:45:12.123456Z","id":"1","agent":"codex","event":"PreToolUse","uid":1,"host":"h","version":"0.1.0","decision":"deny","reasons":[{"decision":"deny","rule":"r:1:1","effect":399}]}"#;
        let mut record = crate::trail::read_line(line.as_bytes()).expect("a record");
        let effect = crate::trail::Effect {
            kind: "read".into(),
            certainty: "known".into(),
            path: Some("/é".repeat(20)),
            ..crate::trail::Effect::default()
        };
        record.effects = std::vec![effect; 400];
        let bytes = message(&record, None, Form::Own, 2048);
        let text = String::from_utf8(bytes).expect("text");
        assert!(
            text.len() <= 2048
                && text.starts_with("<84>1 2026-11-21T00:45:12.123456Z h prexec - decision [prexec@32473 id=\"1\"")
        );
        let (_, json) = text.split_once("] ").expect("a text");
        let back = crate::trail::read_line(json.as_bytes()).expect("a record");
        assert!(back.cut && !back.effects.is_empty() && back.reasons[0].effect.is_none());
    }
}

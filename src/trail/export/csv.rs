//! A table for spreadsheets: RFC 4180 with a fixed header.

use super::facts::{decisive, kind, values};
use crate::trail::Record;
use std::string::{String, ToString};
use std::vec::Vec;

/// The names of the columns, in their order.
pub const HEADER: &[&str] = &[
    "time",
    "id",
    "kind",
    "agent",
    "event",
    "session",
    "turn",
    "subagent",
    "model",
    "mode",
    "call",
    "uid",
    "user",
    "host",
    "cwd",
    "repository",
    "tiers",
    "tool",
    "decision",
    "answer",
    "observed",
    "override",
    "rule",
    "justification",
    "programs",
    "reads",
    "writes",
    "hosts",
    "unknowns",
    "policy",
    "version",
    "micros",
    "status",
    "detail",
    "redacted",
    "lost",
    "cut",
    "text",
];

/// The line of the header.
pub fn header() -> String {
    line(HEADER.iter().map(ToString::to_string))
}

/// The line of a record.
pub fn row(record: &Record) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let number = |value: Option<String>| value.unwrap_or_default();
    let flag = |value: bool| if value { "true".to_string() } else { String::new() };
    let several = |list: Vec<&str>| list.join(" ");
    let decisive = decisive(record);
    let cells = [
        record.time.clone(),
        record.id.clone(),
        kind(record).to_string(),
        record.agent.clone(),
        record.event.clone(),
        text(&record.session),
        text(&record.turn),
        record.subagent.as_ref().map(|agent| agent.id.clone()).unwrap_or_default(),
        text(&record.model),
        text(&record.mode),
        text(&record.call),
        record.uid.to_string(),
        text(&record.user),
        record.host.clone(),
        text(&record.cwd),
        text(&record.repository),
        record.tiers.join(" "),
        text(&record.tool),
        text(&record.decision),
        text(&record.answer),
        flag(record.observed),
        text(&record.lifted),
        decisive.map(|reason| reason.rule.clone()).unwrap_or_default(),
        decisive.and_then(|reason| reason.justification.clone()).unwrap_or_default(),
        several(values(record, "run", |effect| effect.program.as_ref())),
        several(values(record, "read", |effect| effect.path.as_ref())),
        several(values(record, "write", |effect| effect.path.as_ref())),
        several(values(record, "connect", |effect| effect.host.as_ref())),
        several(values(record, "unknown", |effect| effect.code.as_ref())),
        text(&record.policy),
        record.version.clone(),
        number(record.micros.map(|micros| micros.to_string())),
        number(record.status.map(|status| status.to_string())),
        text(&record.detail),
        record.redacted.to_string(),
        record.lost.to_string(),
        flag(record.cut),
        text(&record.text),
    ];
    line(cells.into_iter())
}

fn line(cells: impl Iterator<Item = String>) -> String {
    cells.map(|cell| quoted(&cell)).collect::<Vec<_>>().join(",") + "\r\n"
}

/// A cell. What a spreadsheet would take for a formula gets an apostrophe before it; characters that do not show are escaped.
fn quoted(cell: &str) -> String {
    let mut cell = crate::text::visible(cell).into_owned();
    let formula = cell.starts_with(['=', '+', '-', '@']);
    if formula && cell.parse::<i64>().is_err() {
        cell.insert(0, '\'');
    }
    if cell.contains([',', '"', '\'', ' ']) { std::format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_a_second_cell() {
        for (cell, expected) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""),
            ("@SUM(1)", "\"'@SUM(1)\""),
            ("-1", "-1"),
            ("two\r\nlines", "two\\u{d}\\u{a}lines"),
        ] {
            assert_eq!(quoted(cell), expected, "{cell}");
        }
    }

    #[test]
    fn a_row_has_the_cells_of_the_header() {
        let line = r#"{"schema":"prexec/record/1","kind":"decision","time":"2026-11-21T00:45:12.123456Z","id":"1","agent":"codex","event":"PreToolUse","uid":1,"host":"h","version":"0.1.0"}"#;
        let record = crate::trail::read_line(line.as_bytes()).expect("a record");
        assert_eq!(row(&record).matches(',').count(), header().matches(',').count());
    }
}

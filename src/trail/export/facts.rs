//! What every form asks of a record.

use crate::trail::{Effect, Kind, Moment, Reason, Record};
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// What became of the call by this decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It went on.
    Passed,
    /// It went on although the decision was another, because the hook only observes or an administrator lifted it.
    Lifted,
    /// A person is asked.
    Asked,
    /// It was stopped.
    Blocked,
}

pub(super) fn fate(record: &Record) -> Fate {
    let stricter = matches!(record.decision.as_deref(), Some("deny" | "prompt"));
    match record.answer.as_deref() {
        _ if stricter && (record.observed || record.lifted.is_some()) => Fate::Lifted,
        Some("deny") => Fate::Blocked,
        Some("ask") => Fate::Asked,
        Some(_) if record.decision.as_deref() == Some("prompt") => Fate::Asked,
        None if record.decision.as_deref() == Some("deny") => Fate::Blocked,
        _ => Fate::Passed,
    }
}

/// The moment of the record; 1970 where it has none.
pub(super) fn moment(record: &Record) -> Moment {
    Moment::read(&record.time).unwrap_or(Moment(0))
}

/// `decision`, `outcome`, `session` or `gate`.
pub(super) fn kind(record: &Record) -> &'static str {
    match record.kind {
        Kind::Decision => "decision",
        Kind::Outcome => "outcome",
        Kind::Session => "session",
        Kind::Gate => "gate",
    }
}

/// The reason that decided: the first, since the strictest comes first.
pub(super) fn decisive(record: &Record) -> Option<&Reason> {
    record.reasons.first()
}

/// Every different value of the effects of a kind.
pub(super) fn values<'r>(
    record: &'r Record,
    kind: &str,
    of: impl Fn(&'r Effect) -> Option<&'r String>,
) -> Vec<&'r str> {
    let mut found: Vec<&str> = Vec::new();
    for value in record.effects.iter().filter(|effect| effect.kind == kind).filter_map(of) {
        if !found.contains(&value.as_str()) {
            found.push(value);
        }
    }
    found
}

/// The first program that the call runs.
pub(super) fn program(record: &Record) -> Option<&str> {
    values(record, "run", |effect| effect.program.as_ref()).first().copied()
}

/// The last component of a path.
pub(super) fn base(path: &str) -> &str {
    path.rsplit('/').find(|part| !part.is_empty()).unwrap_or(path)
}

/// One sentence for people, such as `deny: Bash (cat), by packs/secrets.rules:12:1`.
pub fn summary(record: &Record) -> String {
    let tool = record.tool.as_deref().unwrap_or("a call");
    let what = program(record).map_or_else(|| tool.to_string(), |program| format!("{tool} ({program})"));
    let text = match record.kind {
        Kind::Decision => {
            let mode = match fate(record) {
                Fate::Lifted if record.observed => ", only observed",
                Fate::Lifted => ", lifted by an override",
                _ => "",
            };
            let by = decisive(record).map_or_else(String::new, |reason| format!(", by {}", reason.rule));
            format!("{}: {what}{by}{mode}", record.decision.as_deref().unwrap_or("decided"))
        }
        Kind::Outcome => match record.status {
            Some(status) => format!("ended with status {status}: {what}"),
            None => format!("ended: {what}"),
        },
        Kind::Session => format!("session: {} {}", record.event, record.detail.as_deref().unwrap_or_default()),
        Kind::Gate => format!("gate: {what} {}", record.detail.as_deref().unwrap_or_default()),
    };
    crate::text::visible_up_to(text.trim_end(), 1024)
}

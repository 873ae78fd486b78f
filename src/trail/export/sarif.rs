//! Denied calls as SARIF 2.1.0, for a run in CI: one result per denied call. Results are written as they come; the rules that they
//! name, and what these rules are for, follow when all are known.

use super::facts::{Fate, decisive, fate, summary, values};
use crate::trail::{Kind, Reason, Record};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::string::{String, ToString};
use std::vec::Vec;

const HEAD: &str =
    r#"{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"results":["#;

/// More rules than any policy has are not explained, so that no file of records makes the list grow without end.
const MOST_RULES: usize = 100_000;

/// A report that is being written.
#[derive(Debug)]
pub struct Sarif<W> {
    out: W,
    results: u64,
    rules: BTreeMap<String, Option<String>>,
}

impl<W: Write> Sarif<W> {
    /// Begins it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(HEAD.as_bytes())?;
        Ok(Self { out, results: 0, rules: BTreeMap::new() })
    }

    /// Adds a record, where it tells of a denied call.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add(&mut self, record: &Record) -> io::Result<()> {
        if record.kind != Kind::Decision || record.decision.as_deref() != Some("deny") {
            return Ok(());
        }
        let deny = |reason: &&Reason| reason.decision == "deny";
        let reason = record.reasons.iter().find(deny).or_else(|| decisive(record));
        let rule = reason.map_or("unknown", |reason| reason.rule.as_str());
        if self.rules.len() < MOST_RULES && !self.rules.contains_key(rule) {
            self.rules.insert(rule.to_string(), reason.and_then(|reason| reason.justification.clone()));
        }
        let separator = if self.results == 0 { "" } else { "," };
        self.results += 1;
        write!(self.out, "{separator}\n{}", result(record, reason, rule))
    }

    /// Ends it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        let rules: Vec<Json> = self.rules.iter().map(|(id, text)| descriptor(id, text.as_deref())).collect();
        let tool = json!({ "driver": {
            "name": "prexec", "version": env!("CARGO_PKG_VERSION"), "rules": rules,
        } });
        writeln!(self.out, "],\n\"columnKind\":\"unicodeCodePoints\",\"tool\":{tool}}}]}}")?;
        self.out.flush()?;
        Ok(self.out)
    }
}

fn descriptor(id: &str, justification: Option<&str>) -> Json {
    let text = justification.unwrap_or("A call was denied by this rule.");
    let help = std::format!(
        "{text}\n\nThe rule stands at {id}. `prexec explain COMMAND` shows what a command would do and which rules match it."
    );
    json!({
        "id": id,
        "shortDescription": { "text": text },
        "fullDescription": { "text": text },
        "help": { "text": help },
        "defaultConfiguration": { "level": "error" },
    })
}

fn result(record: &Record, reason: Option<&Reason>, rule: &str) -> Json {
    let level = if fate(record) == Fate::Lifted { "warning" } else { "error" };
    let why = reason.and_then(|reason| reason.justification.as_deref());
    let message = why.map_or_else(|| summary(record), |why| std::format!("{}; {why}", summary(record)));
    json!({
        "ruleId": rule,
        "level": level,
        "message": { "text": message },
        "locations": [{ "physicalLocation": location(record, reason, rule) }],
        "partialFingerprints": { "prexecRecord/v1": record.id },
        "properties": {
            "id": record.id, "time": record.time, "agent": record.agent, "session": record.session, "call": record.call,
            "tool": record.tool, "cwd": record.cwd, "host": record.host, "user": record.user, "observed": record.observed,
            "programs": values(record, "run", |effect| effect.program.as_ref()),
            "reads": values(record, "read", |effect| effect.path.as_ref()),
            "writes": values(record, "write", |effect| effect.path.as_ref()),
        },
    })
}

/// The file of the repository that the rule speaks of; otherwise the rule itself.
fn location(record: &Record, reason: Option<&Reason>, rule: &str) -> Json {
    let path = reason.and_then(|reason| record.effects.get(reason.effect?)?.path.as_deref());
    let root = record.repository.as_deref().or(record.cwd.as_deref());
    let inside = path.zip(root).and_then(|(path, root)| path.strip_prefix(root)?.strip_prefix('/'));
    if let Some(inside) = inside.filter(|inside| !inside.is_empty()) {
        return json!({ "artifactLocation": { "uri": uri(inside), "uriBaseId": "%SRCROOT%" } });
    }
    let mut parts = rule.rsplitn(3, ':');
    let (column, line) = (parts.next().and_then(number), parts.next().and_then(number));
    match (parts.next(), line, column) {
        (Some(file), Some(line), Some(column)) => json!({
            "artifactLocation": { "uri": uri(file) }, "region": { "startLine": line, "startColumn": column },
        }),
        // What is no rule of a file (`default:unknown`) has no place.
        _ => json!({ "artifactLocation": { "uri": uri(rule) } }),
    }
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| *number > 0)
}

/// A path as a reference of RFC 3986.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = std::fmt::Write::write_fmt(&mut uri, format_args!("%{byte:02X}"));
        }
    }
    uri
}

//! OTLP logs over HTTP with JSON: `POST /v1/logs`.
//!
//! The record's `id` is the attribute `log.record.uid`; a receiver that stores each uid once has each record once. The batch and the
//! head of the chain are attributes of the scope.

use super::chain::Head;
use super::facts::{Fate, decisive, fate, kind, moment, summary, values};
use super::http::Client;
use super::target::{Batch, Failure, Taken, Target};
use crate::trail::Record;
use serde_json::{Value as Json, json};
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// A collector.
#[derive(Debug)]
pub struct Otlp {
    client: Client,
    url: String,
}

impl Otlp {
    /// The collector at that URL; `/v1/logs` is added where it names no path.
    pub fn new(client: Client, url: &str) -> Self {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let bare = rest.trim_end_matches('/');
        let url = if bare.contains('/') { url.to_string() } else { format!("{}/v1/logs", url.trim_end_matches('/')) };
        Self { client, url }
    }
}

impl Target for Otlp {
    fn send(&mut self, batch: &Batch<'_>, _: &mut dyn FnMut(u64) -> Result<(), String>) -> Result<Taken, Failure> {
        let body = request(batch.records, batch.id, batch.head).to_string();
        let name = ("prexec-batch", batch.id.to_string());
        let answer = self.client.post(&self.url, body.as_bytes(), &[name])?;
        Ok(partial(&answer.body))
    }
}

/// What an answer of success says of records that were not taken. They are not sent again, as the specification has it.
fn partial(body: &str) -> Taken {
    let answer: Json = serde_json::from_str(body).unwrap_or_default();
    let partial = answer.get("partialSuccess");
    let rejected = partial.and_then(|partial| partial.get("rejectedLogRecords"));
    let number = |value: &Json| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let said =
        partial.and_then(|partial| partial.get("errorMessage")).and_then(Json::as_str).filter(|said| !said.is_empty());
    Taken {
        rejected: rejected.and_then(number).unwrap_or(0),
        said: said.map(|said| crate::text::visible_up_to(said, 300)),
    }
}

/// An `ExportLogsServiceRequest`.
pub fn request(records: &[Record], batch: &str, head: Option<&Head>) -> Json {
    let mut scope = Vec::from([text("prexec.batch.id", batch)]);
    if let Some(head) = head {
        scope.push(text("prexec.chain.file", &head.file));
        scope.push(text("prexec.chain.digest", &head.digest));
        scope.push(text("prexec.chain.head", &head.link));
    }
    let scope = json!({ "name": "prexec.audit", "version": env!("CARGO_PKG_VERSION"), "attributes": scope });
    // A directory holds the records of one machine; where its name or the version changed, they make a resource of their own.
    let same = |one: &Record, other: &Record| one.host == other.host && one.version == other.version;
    let resources = records.chunk_by(same).map(|group| {
        let first = group.first();
        let host = first.map_or("", |record| record.host.as_str());
        let version = first.map_or("", |record| record.version.as_str());
        json!({
            "resource": { "attributes": [
                text("service.name", "prexec"), text("service.version", version), text("host.name", host),
            ] },
            "scopeLogs": [{ "scope": scope, "logRecords": group.iter().map(log).collect::<Vec<_>>() }],
        })
    });
    json!({ "resourceLogs": resources.collect::<Vec<_>>() })
}

fn log(record: &Record) -> Json {
    let time = format!("{}000", moment(record).0.max(0));
    let (number, name) = match fate(record) {
        Fate::Passed => (9, "INFO"),
        Fate::Asked => (13, "WARN"),
        Fate::Lifted => (14, "WARN2"),
        Fate::Blocked => (17, "ERROR"),
    };
    json!({
        "timeUnixNano": time,
        // prexec saw it when it happened.
        "observedTimeUnixNano": time,
        "severityNumber": number,
        "severityText": name,
        "body": { "stringValue": summary(record) },
        "attributes": attributes(record),
        "eventName": format!("prexec.{}", kind(record)),
    })
}

fn attributes(record: &Record) -> Vec<Json> {
    let mut all = Vec::from([
        text("log.record.uid", &record.id),
        text("event.name", &format!("prexec.{}", kind(record))),
        text("prexec.agent", &record.agent),
        text("prexec.event", &record.event),
        text("user.id", &record.uid.to_string()),
    ]);
    for (key, value) in [
        ("user.name", &record.user),
        ("session.id", &record.session),
        ("prexec.turn", &record.turn),
        ("gen_ai.request.model", &record.model),
        ("prexec.mode", &record.mode),
        ("gen_ai.tool.call.id", &record.call),
        ("gen_ai.tool.name", &record.tool),
        ("process.working_directory", &record.cwd),
        ("prexec.repository", &record.repository),
        ("prexec.decision", &record.decision),
        ("prexec.answer", &record.answer),
        ("prexec.override", &record.lifted),
        ("prexec.policy", &record.policy),
        ("prexec.detail", &record.detail),
        ("prexec.text", &record.text),
    ] {
        all.extend(value.as_deref().map(|value| text(key, value)));
    }
    if let Some(agent) = &record.subagent {
        all.push(text("prexec.subagent", &agent.id));
    }
    if let Some(reason) = decisive(record) {
        all.push(text("prexec.rule", &reason.rule));
        all.extend(reason.justification.as_deref().map(|why| text("prexec.justification", why)));
    }
    for (key, kind, of) in [
        ("prexec.programs", "run", (|e| e.program.as_ref()) as fn(&crate::trail::Effect) -> Option<&String>),
        ("prexec.reads", "read", |e| e.path.as_ref()),
        ("prexec.writes", "write", |e| e.path.as_ref()),
        ("prexec.hosts", "connect", |e| e.host.as_ref()),
        ("prexec.unknowns", "unknown", |e| e.code.as_ref()),
    ] {
        all.extend(list(key, &values(record, kind, of)));
    }
    all.extend(list("prexec.tiers", &record.tiers.iter().map(String::as_str).collect::<Vec<_>>()));
    for (key, value) in [("prexec.observed", record.observed), ("prexec.cut", record.cut)] {
        if value {
            all.push(json!({ "key": key, "value": { "boolValue": true } }));
        }
    }
    for (key, value) in [
        ("prexec.micros", record.micros.and_then(|micros| i64::try_from(micros).ok())),
        ("process.exit.code", record.status.map(i64::from)),
        ("prexec.lost", Some(i64::from(record.lost)).filter(|lost| *lost > 0)),
        ("prexec.redacted", Some(i64::from(record.redacted)).filter(|redacted| *redacted > 0)),
    ] {
        // 64-bit numbers are text in the JSON of Protocol Buffers.
        all.extend(value.map(|value| json!({ "key": key, "value": { "intValue": value.to_string() } })));
    }
    all
}

fn text(key: &str, value: &str) -> Json {
    json!({ "key": key, "value": { "stringValue": value } })
}

fn list(key: &str, values: &[&str]) -> Option<Json> {
    let values: Vec<Json> = values.iter().map(|value| json!({ "stringValue": value })).collect();
    (!values.is_empty()).then(|| json!({ "key": key, "value": { "arrayValue": { "values": values } } }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_may_say_what_was_not_taken() {
        for (body, rejected) in [
            ("", 0),
            ("{}", 0),
            (r#"{"partialSuccess":{}}"#, 0),
            (r#"{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"too old"}}"#, 3),
            (r#"{"partialSuccess":{"rejectedLogRecords":2}}"#, 2),
        ] {
            assert_eq!(partial(body).rejected, rejected, "{body}");
        }
    }

    #[test]
    fn a_url_without_a_path_gets_the_usual_one() {
        let url = |url| Otlp::new(Client::new(super::super::http::Settings::default()).expect("a client"), url).url;
        assert_eq!(url("http://h:4318"), "http://h:4318/v1/logs");
        assert_eq!(url("http://h:4318/"), "http://h:4318/v1/logs");
        assert_eq!(url("https://h/otlp/v1/logs"), "https://h/otlp/v1/logs");
    }
}

//! The Elastic Common Schema, version 8.17. What it has no field for is under `prexec`.

use super::facts::{Fate, base, decisive, fate, kind, moment, program, summary, values};
use crate::trail::{Effect, Kind, Record};
use serde_json::{Map, Value as Json, json};
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

const VERSION: &str = "8.17.0";

pub(super) fn document(record: &Record) -> Json {
    let mut document = Map::new();
    let mut put = |path: &str, value: Json| insert(&mut document, path, value);
    put("@timestamp", json!(moment(record).text()));
    put("ecs.version", json!(VERSION));
    put("message", json!(summary(record)));
    put("event.id", json!(record.id));
    put("event.kind", json!(if fate(record) == Fate::Blocked { "alert" } else { "event" }));
    put("event.module", json!("prexec"));
    put("event.dataset", json!(format!("prexec.{}", kind(record))));
    put("event.provider", json!("prexec"));
    put("event.code", json!(record.event));
    let (categories, types, action, outcome) = classified(record);
    put("event.category", json!(categories));
    put("event.type", json!(types));
    put("event.action", json!(action));
    put("event.outcome", json!(outcome));
    if let Some(micros) = record.micros {
        put("event.duration", json!(micros.saturating_mul(1000)));
    }
    put("observer.product", json!("prexec"));
    put("observer.vendor", json!("prexec"));
    put("observer.version", json!(record.version));
    put("host.name", json!(record.host));
    put("host.hostname", json!(record.host));
    put("user.id", json!(record.uid.to_string()));
    if let Some(user) = &record.user {
        put("user.name", json!(user));
        put("related.user", json!([user]));
    }
    if let Some(reason) = decisive(record) {
        put("rule.id", json!(reason.rule));
        put("rule.name", json!(reason.rule));
        let file = reason.rule.split(':').next().unwrap_or_default();
        put("rule.ruleset", json!(file));
        if let Some(text) = &reason.justification {
            put("rule.description", json!(text));
            put("event.reason", json!(text));
        }
    }
    if let Some(program) = program(record) {
        put("process.name", json!(base(program)));
        if program.contains('/') {
            put("process.executable", json!(program));
        }
        if let Some(cwd) = &record.cwd {
            put("process.working_directory", json!(cwd));
        }
        if let Some(text) = &record.text {
            put("process.command_line", json!(text));
        }
        if let Some(status) = record.status {
            put("process.exit_code", json!(status));
        }
    }
    // The file that the deciding rule speaks of, else the first that is touched.
    let touched = |effect: &&Effect| effect.path.is_some();
    let named = decisive(record).and_then(|reason| record.effects.get(reason.effect?)).filter(touched);
    if let Some(path) = named.or_else(|| record.effects.iter().find(touched)).and_then(|effect| effect.path.as_deref())
    {
        put("file.path", json!(path));
        put("file.name", json!(base(path)));
    }
    let hosts = values(record, "connect", |effect| effect.host.as_ref());
    if let Some(first) = hosts.first() {
        put("destination.domain", json!(first));
        put("related.hosts", json!(hosts));
    }
    put("prexec", own(record));
    Json::Object(document)
}

fn classified(record: &Record) -> (Vec<&'static str>, Vec<&'static str>, &'static str, &'static str) {
    let runs = program(record).is_some();
    let mut categories = vec![if runs { "process" } else { "api" }];
    let has = |kinds: &[&str]| record.effects.iter().any(|effect| kinds.contains(&effect.kind.as_str()));
    if has(&["read", "write"]) {
        categories.push("file");
    }
    if has(&["connect"]) {
        categories.push("network");
    }
    match record.kind {
        Kind::Session if record.event.contains("End") => (vec!["session"], vec!["end"], "session-ended", "unknown"),
        Kind::Session => (vec!["session"], vec!["start"], "session-started", "unknown"),
        Kind::Outcome => {
            let outcome = record.status.map_or("unknown", |status| if status == 0 { "success" } else { "failure" });
            (categories, vec!["end"], "tool-call-ended", outcome)
        }
        Kind::Gate => (categories, vec!["info"], "approval-gate", "unknown"),
        Kind::Decision => match fate(record) {
            Fate::Passed => (categories, vec!["start", "allowed"], "tool-call-allowed", "success"),
            Fate::Lifted => (categories, vec!["start", "allowed"], "tool-call-denial-lifted", "success"),
            Fate::Asked => (categories, vec!["info"], "tool-call-asked", "unknown"),
            Fate::Blocked => (categories, vec!["denied"], "tool-call-denied", "failure"),
        },
    }
}

fn own(record: &Record) -> Json {
    let mut own = super::json(super::Form::Own, record);
    if let Some(own) = own.as_object_mut() {
        for key in ["time", "id", "uid", "user", "host", "version", "text"] {
            own.remove(key);
        }
    }
    own
}

/// Puts a value where a path of names with points leads.
fn insert(into: &mut Map<String, Json>, path: &str, value: Json) {
    let Some((first, rest)) = path.split_once('.') else {
        into.insert(path.to_string(), value);
        return;
    };
    if let Some(inner) = into.entry(first).or_insert_with(|| json!({})).as_object_mut() {
        insert(inner, rest, value);
    }
}

//! The Open Cybersecurity Schema Framework, version 1.3.0.
//!
//! A shell command is Process Activity (1007): a decision is a request to launch, an outcome the end. Any other tool is API Activity
//! (6003), and a session's begin and end Application Lifecycle (6002). What was decided is in the attributes of the profile
//! `security_control`; what has no attribute there is under `unmapped`.

use super::facts::{Fate, base, decisive, fate, moment, program, summary, values};
use crate::trail::{Kind, Record};
use serde_json::{Map, Value as Json, json};
use std::format;
use std::string::ToString;

const VERSION: &str = "1.3.0";

pub(super) fn event(record: &Record) -> Json {
    let mut event = Map::new();
    let (class, category, activity, activity_name) = class(record);
    for (key, value) in [
        ("class_uid", json!(class)),
        ("class_name", json!(class_name(class))),
        ("category_uid", json!(category)),
        ("category_name", json!(if category == 1 { "System Activity" } else { "Application Activity" })),
        ("activity_id", json!(activity)),
        ("activity_name", json!(activity_name)),
        ("type_uid", json!(class * 100 + activity)),
        ("type_name", json!(format!("{}: {activity_name}", class_name(class)))),
        ("time", json!(moment(record).milliseconds())),
        ("timezone_offset", json!(0)),
        ("message", json!(summary(record))),
        ("metadata", metadata(record)),
        ("device", json!({ "hostname": record.host, "type_id": 0, "type": "Unknown" })),
        ("actor", actor(record)),
        ("unmapped", unmapped(record)),
    ] {
        event.insert(key.to_string(), value);
    }
    control(record, &mut event);
    match class {
        1007 => {
            event.insert("process".into(), process(record));
            if let Some(status) = record.status {
                event.insert("exit_code".into(), json!(status));
            }
        }
        6003 => {
            let tool = record.tool.as_deref().unwrap_or("unknown");
            event.insert("api".into(), json!({ "operation": tool, "service": { "name": record.agent } }));
            event.insert("src_endpoint".into(), json!({ "hostname": record.host }));
            let paths = values(record, "write", |e| e.path.as_ref()).into_iter();
            let resources: Json = paths
                .chain(values(record, "read", |e| e.path.as_ref()))
                .map(|path| json!({ "name": path, "type": "file" }))
                .collect();
            event.insert("resources".into(), resources);
        }
        _ => {
            event.insert("app".into(), json!({ "name": record.agent, "vendor_name": vendor(&record.agent) }));
        }
    }
    Json::Object(event)
}

fn class(record: &Record) -> (u32, u32, u32, &'static str) {
    let shell = record.effects.iter().any(|effect| effect.kind == "run") || is_shell(record.tool.as_deref());
    match record.kind {
        Kind::Session if record.event.contains("End") => (6002, 6, 4, "Stop"),
        Kind::Session => (6002, 6, 3, "Start"),
        Kind::Outcome if shell => (1007, 1, 2, "Terminate"),
        Kind::Gate => (1007, 1, 1, "Launch"),
        Kind::Decision if shell => (1007, 1, 1, "Launch"),
        _ => {
            let writes = record.effects.iter().any(|effect| effect.kind == "write");
            let reads = record.effects.iter().any(|effect| effect.kind == "read");
            match (writes, reads) {
                (true, _) => (6003, 6, 3, "Update"),
                (false, true) => (6003, 6, 2, "Read"),
                _ => (6003, 6, 99, "Other"),
            }
        }
    }
}

fn is_shell(tool: Option<&str>) -> bool {
    matches!(tool, Some("Bash" | "shell" | "local_shell" | "exec_command" | "unified_exec"))
}

fn class_name(class: u32) -> &'static str {
    match class {
        1007 => "Process Activity",
        6002 => "Application Lifecycle",
        _ => "API Activity",
    }
}

fn vendor(agent: &str) -> &'static str {
    match agent {
        "codex" => "OpenAI",
        "claude" => "Anthropic",
        _ => "unknown",
    }
}

fn metadata(record: &Record) -> Json {
    json!({
        "version": VERSION,
        "uid": record.id,
        "original_time": record.time,
        "event_code": record.event,
        "correlation_uid": record.call.as_ref().or(record.session.as_ref()),
        "log_name": record.schema,
        "profiles": ["host", "security_control"],
        "product": { "name": "prexec", "vendor_name": "prexec", "version": record.version },
    })
}

fn actor(record: &Record) -> Json {
    let name = record.user.clone().unwrap_or_else(|| record.uid.to_string());
    let mut actor = json!({
        "app_name": record.agent,
        "user": { "uid": record.uid.to_string(), "name": name, "type_id": 0, "type": "Unknown" },
        "process": { "name": record.agent, "uid": record.session.as_deref().unwrap_or("unknown") },
    });
    if let (Some(session), Some(actor)) = (&record.session, actor.as_object_mut()) {
        actor.insert("session".into(), json!({ "uid": session }));
    }
    actor
}

fn process(record: &Record) -> Json {
    let program = program(record).or(record.tool.as_deref()).unwrap_or("unknown");
    let mut process = json!({
        "name": base(program),
        // Names the call, since no process is there yet.
        "uid": record.call.as_ref().unwrap_or(&record.id),
        "file": { "name": base(program), "path": program, "type_id": 1, "type": "Regular File" },
        "user": { "uid": record.uid.to_string(), "type_id": 0 },
    });
    if let Some(process) = process.as_object_mut() {
        if let Some(text) = &record.text {
            process.insert("cmd_line".into(), json!(text));
        }
        if let Some(cwd) = &record.cwd {
            process.insert("working_directory".into(), json!(cwd));
        }
    }
    process
}

fn control(record: &Record, event: &mut Map<std::string::String, Json>) {
    let mut set = |key: &str, value: Json| event.insert(key.to_string(), value);
    if record.kind != Kind::Decision {
        set("severity_id", json!(1));
        set("severity", json!("Informational"));
        let (id, name) = match record.status {
            Some(0) => (1, "Success"),
            Some(_) => (2, "Failure"),
            None => (0, "Unknown"),
        };
        set("status_id", json!(id));
        set("status", json!(name));
        return;
    }
    let (action, disposition, severity, status) = match fate(record) {
        Fate::Passed => ((1, "Allowed"), (1, "Allowed"), (1, "Informational"), (1, "Success")),
        Fate::Lifted => ((1, "Allowed"), (17, "Logged"), (3, "Medium"), (1, "Success")),
        Fate::Asked => ((0, "Unknown"), (23, "Challenge"), (2, "Low"), (0, "Unknown")),
        Fate::Blocked => ((2, "Denied"), (2, "Blocked"), (3, "Medium"), (2, "Failure")),
    };
    for (key, (id, name)) in
        [("action", action), ("disposition", disposition), ("severity", severity), ("status", status)]
    {
        set(&format!("{key}_id"), json!(id));
        set(key, json!(name));
    }
    set("is_alert", json!(matches!(fate(record), Fate::Blocked | Fate::Lifted)));
    if let Some(reason) = decisive(record) {
        set("status_detail", json!(reason.justification.as_ref().unwrap_or(&reason.rule)));
        set("policy", json!({ "name": reason.rule, "uid": record.policy, "is_applied": true }));
    }
    if let Some(micros) = record.micros {
        set("duration", json!(micros / 1000));
    }
}

fn unmapped(record: &Record) -> Json {
    let mut own = super::json(super::Form::Own, record);
    if let Some(own) = own.as_object_mut() {
        for key in ["schema", "time", "id", "uid", "user", "host", "version", "text"] {
            own.remove(key);
        }
    }
    json!({ "prexec": own })
}

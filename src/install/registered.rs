//! The hooks that a file registers, as Codex reads them: in TOML or in JSON.

use serde_json::Value;
use std::path::Path;
use toml_edit::{Document, Item, Value as TomlValue};

/// When a hook is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// Before a tool is called.
    PreToolUse,
    /// When a person is about to be asked.
    PermissionRequest,
    /// After a tool has ended.
    PostToolUse,
    /// When a session begins.
    SessionStart,
    /// When a session ends.
    SessionEnd,
}

impl Event {
    /// All events for which prexec is registered.
    pub const ALL: [Self; 5] =
        [Self::PreToolUse, Self::PermissionRequest, Self::PostToolUse, Self::SessionStart, Self::SessionEnd];
    /// Those in which it decides. Of the others it keeps records, and never stands in the way.
    pub const DECIDING: [Self; 2] = [Self::PreToolUse, Self::PermissionRequest];

    /// Whether prexec decides there.
    pub fn decides(self) -> bool {
        Self::DECIDING.contains(&self)
    }

    /// The seconds after which Codex is to give up on prexec; at the end of a session it waits no longer than three anyway.
    pub const fn timeout(self) -> u64 {
        match self {
            Self::SessionEnd => 3,
            _ => super::command::TIMEOUT,
        }
    }

    /// As files spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PreToolUse => "PreToolUse",
            Self::PermissionRequest => "PermissionRequest",
            Self::PostToolUse => "PostToolUse",
            Self::SessionStart => "SessionStart",
            Self::SessionEnd => "SessionEnd",
        }
    }

    /// As keys of trust and the hash spell it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::PreToolUse => "pre_tool_use",
            Self::PermissionRequest => "permission_request",
            Self::PostToolUse => "post_tool_use",
            Self::SessionStart => "session_start",
            Self::SessionEnd => "session_end",
        }
    }
}

/// One handler of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handler {
    /// When it is started.
    pub event: Event,
    /// The position of its group among those of the event.
    pub group: usize,
    /// Its own position in the group.
    pub index: usize,
    /// For which tools; none for all.
    pub matcher: Option<String>,
    /// `command`, or what cannot block.
    pub kind: String,
    /// What is started.
    pub command: String,
    /// Seconds; Codex takes 600 where none are given.
    pub timeout: u64,
    /// Whether Codex goes on without waiting, so that it cannot block.
    pub is_async: bool,
    /// What is shown while it runs.
    pub status_message: Option<String>,
}

impl Handler {
    /// Whether every tool starts it.
    pub fn matches_every_tool(&self) -> bool {
        self.matcher.as_deref().is_none_or(|matcher| matches!(matcher, "" | "*" | ".*"))
    }
}

/// The hooks of a `config.toml` or `requirements.toml`.
///
/// # Errors
/// What is no TOML.
pub fn of_toml(path: &Path, text: &str) -> Result<Vec<Handler>, String> {
    let document = Document::parse(text).map_err(|e| no_toml(path, &e))?;
    Ok(document.get("hooks").map(|hooks| all(&json(hooks))).unwrap_or_default())
}

/// The hooks of a `hooks.json`.
///
/// # Errors
/// What Codex does not read: it passes such a file over with a warning.
pub fn of_json(path: &Path, text: &str) -> Result<Vec<Handler>, String> {
    let wrong = |what: String| format!("Codex does not read `{}`: {what}", path.display());
    let value: Value = serde_json::from_str(text).map_err(|e| wrong(e.to_string()))?;
    let root = value.as_object().ok_or_else(|| wrong("it is no JSON object".into()))?;
    if let Some(other) = root.keys().find(|key| !matches!(key.as_str(), "hooks" | "description")) {
        return Err(wrong(format!("it knows no key `{other}` there")));
    }
    Ok(root.get("hooks").map(all).unwrap_or_default())
}

/// The hooks of a `settings.json` of Claude Code, which has the same shape below other keys.
///
/// # Errors
/// What is no JSON object.
pub fn of_settings(path: &Path, text: &str) -> Result<Vec<Handler>, String> {
    let value: Value = serde_json::from_str(text)
        .map_err(|e| format!("`{}` is no valid JSON, so that nothing in it counts: {e}", path.display()))?;
    let root = value.as_object().ok_or_else(|| format!("`{}` is no JSON object", path.display()))?;
    Ok(root.get("hooks").map(all).unwrap_or_default())
}

pub(super) fn no_toml(path: &Path, error: &toml_edit::TomlError) -> String {
    format!("`{}` is no valid TOML: {}", path.display(), error.message().lines().next().unwrap_or_default())
}

fn all(hooks: &Value) -> Vec<Handler> {
    let mut found = Vec::new();
    for event in Event::ALL {
        let groups = hooks.get(event.name()).and_then(Value::as_array);
        for (group, value) in groups.into_iter().flatten().enumerate() {
            let handlers = value.get("hooks").and_then(Value::as_array);
            for (index, handler) in handlers.into_iter().flatten().enumerate() {
                found.push(Handler {
                    event,
                    group,
                    index,
                    matcher: text(value, "matcher"),
                    kind: text(handler, "type").unwrap_or_default(),
                    command: text(handler, "command").unwrap_or_default(),
                    timeout: handler.get("timeout").and_then(Value::as_u64).unwrap_or(600).max(1),
                    is_async: handler.get("async").and_then(Value::as_bool).unwrap_or(false),
                    status_message: text(handler, "statusMessage"),
                });
            }
        }
    }
    found
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(String::from)
}

/// A whole TOML text as JSON; nothing where it is no TOML.
pub(super) fn json_of_text(text: &str) -> Option<Value> {
    let document = Document::parse(text).ok()?;
    Some(json(document.as_item()))
}

/// TOML as JSON, so that both are read in one way. What JSON does not know is left out.
pub(crate) fn json(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(value) => json_of_value(value),
        Item::Table(table) => Value::Object(table.iter().map(|(key, item)| (key.to_owned(), json(item))).collect()),
        Item::ArrayOfTables(tables) => {
            let table = |table: &toml_edit::Table| json(&Item::Table(table.clone()));
            Value::Array(tables.iter().map(table).collect())
        }
    }
}

fn json_of_value(value: &TomlValue) -> Value {
    match value {
        TomlValue::String(text) => Value::from(text.value().as_str()),
        TomlValue::Integer(number) => Value::from(*number.value()),
        TomlValue::Float(number) => Value::from(*number.value()),
        TomlValue::Boolean(truth) => Value::from(*truth.value()),
        TomlValue::Datetime(when) => Value::from(when.value().to_string()),
        TomlValue::Array(array) => Value::Array(array.iter().map(json_of_value).collect()),
        TomlValue::InlineTable(table) => {
            Value::Object(table.iter().map(|(key, value)| (key.to_owned(), json_of_value(value))).collect())
        }
    }
}

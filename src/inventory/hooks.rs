//! The hooks of a file, whatever event starts them.

use super::{documents, mcp};
use serde_json::Value;
use std::collections::BTreeMap;

/// One hook.
pub(super) struct Found {
    pub(super) name: String,
    /// Where in the file, for the line.
    pub(super) keys: Vec<String>,
    pub(super) table: String,
    pub(super) digest: String,
    pub(super) detail: BTreeMap<String, String>,
}

/// Every handler of every event: `hooks.EVENT[group].hooks[handler]`.
pub(super) fn of(document: &Value) -> Vec<Found> {
    let mut found = Vec::new();
    let events = document.get("hooks").and_then(Value::as_object);
    for (event, groups) in events.into_iter().flatten() {
        for (group, value) in groups.as_array().into_iter().flatten().enumerate() {
            let matcher = value.get("matcher").and_then(Value::as_str);
            let handlers = value.get("hooks").and_then(Value::as_array);
            for (index, handler) in handlers.into_iter().flatten().enumerate() {
                let text = |key: &str| handler.get(key).and_then(Value::as_str);
                let mut detail = BTreeMap::new();
                if let Some(command) = text("command") {
                    detail.insert("command".to_owned(), mcp::program(command));
                }
                detail.extend(matcher.map(|matcher| ("matcher".to_owned(), super::table::shown(matcher))));
                detail.extend(text("type").map(|kind| ("type".to_owned(), super::table::shown(kind))));
                let both = serde_json::json!([matcher, handler]);
                found.push(Found {
                    name: format!("{event} {group}:{index}"),
                    keys: Vec::from(["hooks".to_owned(), event.clone(), group.to_string()]),
                    table: format!("hooks.{event}[{group}].hooks[{index}]"),
                    digest: documents::digest(&both, mcp::HIDDEN),
                    detail,
                });
            }
        }
    }
    found
}

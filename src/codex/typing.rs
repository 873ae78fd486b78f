//! From a JSON object to a typed [`Call`].
//!
//! Keys that are not known are passed over: a later Codex may send more. What decides about the call must be there and have its
//! type; identifiers that only the record of the call needs may be missing.

use super::fault::{Fault, codes, quoted};
use crate::call::{AbsolutePath, Call, Event, Json, PathFault, PermissionMode, ToolCall};
use alloc::string::String;

/// Makes a call of the arguments of a tool, and of a shell command's description, where there is one.
pub(crate) type Tools = fn(&str, &Json) -> Result<(ToolCall, Option<String>), Fault>;

/// Types a call, whose tools are those of the agent that makes it.
///
/// # Errors
/// A field that decides about the call is missing or has another type.
pub(crate) fn call(value: Json, tools: Tools) -> Result<Call, Fault> {
    let event_name = required(&value, "hook_event_name")?;
    let event = Event::from_name(event_name).ok_or_else(|| {
        Fault::new(
            codes::UNKNOWN_EVENT,
            format_args!("the event {} asks for no decision on a call", quoted(event_name)),
        )
    })?;
    let tool_name = String::from(required(&value, "tool_name")?);
    if tool_name.trim().is_empty() {
        return Err(Fault::new(codes::EMPTY_TOOL_NAME, format_args!("the key `tool_name` is blank")));
    }
    let cwd = cwd(required(&value, "cwd")?)?;
    let permission_mode = PermissionMode::from_name(required(&value, "permission_mode")?);
    let session_id = required(&value, "session_id")?.into();
    let turn_id = optional(&value, "turn_id")?;
    let agent_id = optional(&value, "agent_id")?;
    let agent_type = optional(&value, "agent_type")?;
    let model = optional(&value, "model")?;
    let tool_use_id = optional(&value, "tool_use_id")?;
    let arguments = take(value, "tool_input").ok_or_else(|| missing("tool_input"))?;
    let (tool, description) = tools(&tool_name, &arguments)?;
    Ok(Call {
        event,
        tool_name,
        tool,
        arguments,
        cwd,
        permission_mode,
        session_id,
        turn_id,
        agent_id,
        agent_type,
        model,
        tool_use_id,
        description,
    })
}

fn cwd(text: &str) -> Result<AbsolutePath, Fault> {
    AbsolutePath::new(text).map_err(|fault| match fault {
        PathFault::Relative => {
            Fault::new(codes::RELATIVE_CWD, format_args!("the key `cwd` is {}, not an absolute path", quoted(text)))
        }
        PathFault::Nul => Fault::new(codes::NUL, format_args!("the key `cwd` holds a NUL")),
    })
}

fn required<'a>(value: &'a Json, key: &str) -> Result<&'a str, Fault> {
    let field = value.get(key).ok_or_else(|| missing(key))?;
    field.as_str().ok_or_else(|| wrong_type(key, field))
}

fn optional(value: &Json, key: &str) -> Result<Option<String>, Fault> {
    match value.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(wrong_type(key, other)),
    }
}

fn take(value: Json, key: &str) -> Option<Json> {
    match value {
        Json::Object(entries) => entries.into_iter().find(|(name, _)| name == key).map(|(_, value)| value),
        _ => None,
    }
}

fn missing(key: &str) -> Fault {
    Fault::new(codes::MISSING_FIELD, format_args!("the input lacks the key `{key}`"))
}

fn wrong_type(key: &str, found: &Json) -> Fault {
    Fault::new(codes::WRONG_TYPE, format_args!("the key `{key}` is {}, not a string", found.kind()))
}

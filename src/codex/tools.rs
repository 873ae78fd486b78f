//! The tools of Codex 0.169.0 as hooks see them, and what their arguments are called.
//!
//! Hooks see a tool of a namespace as namespace and name written together: `clock` and `sleep` make `clocksleep`.

use super::fault::{
    Fault,
    codes::{self, Code},
    quoted,
};
use crate::call::{AgentAction, ClockAction, Json, McpName, ResourceAction, ToolCall};
use alloc::{format, string::String, vec::Vec};

/// Makes a call of its arguments.
type Typist = fn(Arguments<'_>) -> Result<ToolCall, Fault>;

const TOOLS: &[(&str, Typist)] = &[
    ("Bash", shell),
    ("apply_patch", patch),
    ("view_image", image),
    ("read_mcp_resource", resource),
    ("list_mcp_resources", resources),
    ("list_mcp_resource_templates", resource_templates),
    ("request_permissions", permissions),
];

/// The tools for other agents have no namespace, or that of one of the two generations.
const AGENT_NAMESPACES: &[&str] = &["", "collaboration", "multi_agent_v1"];

const AGENT_TOOLS: &[(&str, AgentAction)] = &[
    ("spawn_agent", AgentAction::Spawn),
    ("send_input", AgentAction::SendInput),
    ("send_message", AgentAction::SendMessage),
    ("followup_task", AgentAction::FollowUp),
    ("wait_agent", AgentAction::Wait),
    ("resume_agent", AgentAction::Resume),
    ("interrupt_agent", AgentAction::Interrupt),
    ("close_agent", AgentAction::Close),
    ("list_agents", AgentAction::List),
];

const CLOCK_TOOLS: &[(&str, ClockAction)] = &[("clocksleep", ClockAction::Sleep), ("clockcurr_time", ClockAction::Now)];

/// Types the arguments of a tool; with a shell command's description, where there is one.
///
/// A tool that is known and whose arguments do not fit is a fault and never an unknown tool: what it would do is known to matter.
///
/// # Errors
/// An argument that a known tool needs is missing, or one that decides what it does has another type.
pub(super) fn read(tool: &str, value: &Json) -> Result<(ToolCall, Option<String>), Fault> {
    if let Some((_, typist)) = TOOLS.iter().find(|(name, _)| *name == tool) {
        let arguments = Arguments::new(tool, value)?;
        let call = typist(arguments)?;
        let description = match call {
            ToolCall::Shell { .. } => arguments.optional("description")?,
            _ => None,
        };
        return Ok((call, description));
    }
    if let Some(action) = agent_action(tool) {
        let message = Arguments::new(tool, value)?.optional("message")?;
        return Ok((ToolCall::Agent { action, message }, None));
    }
    if let Some((_, action)) = CLOCK_TOOLS.iter().find(|(name, _)| *name == tool) {
        return Ok((ToolCall::Clock(*action), None));
    }
    match McpName::parse(tool) {
        Some(name) => Arguments::new(tool, value).map(|_| (ToolCall::Mcp(name), None)),
        None => Ok((ToolCall::Unknown, None)),
    }
}

fn agent_action(tool: &str) -> Option<AgentAction> {
    let names = AGENT_NAMESPACES.iter().filter_map(|namespace| tool.strip_prefix(namespace));
    names.filter_map(|rest| AGENT_TOOLS.iter().find(|(name, _)| *name == rest)).map(|(_, action)| *action).next()
}

fn shell(arguments: Arguments<'_>) -> Result<ToolCall, Fault> {
    Ok(ToolCall::Shell { script: arguments.command()? })
}

fn patch(arguments: Arguments<'_>) -> Result<ToolCall, Fault> {
    Ok(ToolCall::ApplyPatch { patch: arguments.command()? })
}

fn image(arguments: Arguments<'_>) -> Result<ToolCall, Fault> {
    Ok(ToolCall::ViewImage { path: arguments.required("path")? })
}

fn resource(arguments: Arguments<'_>) -> Result<ToolCall, Fault> {
    let (server, uri) = (arguments.required("server")?, arguments.required("uri")?);
    Ok(ToolCall::Resource(ResourceAction::Read { server, uri }))
}

fn resources(arguments: Arguments<'_>) -> Result<ToolCall, Fault> {
    Ok(ToolCall::Resource(ResourceAction::List { server: arguments.optional("server")? }))
}

fn resource_templates(arguments: Arguments<'_>) -> Result<ToolCall, Fault> {
    Ok(ToolCall::Resource(ResourceAction::ListTemplates { server: arguments.optional("server")? }))
}

fn permissions(arguments: Arguments<'_>) -> Result<ToolCall, Fault> {
    let reason = arguments.optional("reason")?;
    let (mut reads, mut writes, mut network, mut unmodelled) = (Vec::new(), Vec::new(), false, Vec::new());
    for (area, granted) in arguments.group("permissions", arguments.value.get("permissions"))? {
        let area_path = format!("permissions.{area}");
        match area.as_str() {
            "file_system" => {
                for (access, paths) in arguments.group(&area_path, Some(granted))? {
                    match access.as_str() {
                        "read" => reads = arguments.texts(&area_path, access, paths)?,
                        "write" => writes = arguments.texts(&area_path, access, paths)?,
                        _ => unmodelled.push(format!("{area}.{access}")),
                    }
                }
            }
            "network" => {
                for (switch, state) in arguments.group(&area_path, Some(granted))? {
                    match (switch.as_str(), state) {
                        ("enabled", Json::Bool(on)) => network = *on,
                        ("enabled", Json::Null) => {}
                        ("enabled", other) => {
                            return Err(arguments.wrong_type(&format!("{area_path}.{switch}"), "a boolean", other));
                        }
                        _ => unmodelled.push(format!("{area}.{switch}")),
                    }
                }
            }
            _ => unmodelled.push(area.clone()),
        }
    }
    Ok(ToolCall::RequestPermissions { reason, reads, writes, network, unmodelled })
}

/// The arguments of one tool, and its name for messages.
#[derive(Clone, Copy)]
pub(crate) struct Arguments<'a> {
    tool: &'a str,
    value: &'a Json,
}

impl<'a> Arguments<'a> {
    /// Arguments are an object; `null` stands for none.
    pub(crate) fn new(tool: &'a str, value: &'a Json) -> Result<Self, Fault> {
        let arguments = Self { tool, value };
        match value {
            Json::Object(_) | Json::Null => Ok(arguments),
            other => Err(arguments.wrong_type("tool_input", "an object", other)),
        }
    }

    /// The script or patch.
    pub(crate) fn command(self) -> Result<String, Fault> {
        self.needed("command", codes::MISSING_COMMAND, codes::COMMAND_NOT_A_STRING)
    }

    pub(crate) fn required(self, key: &str) -> Result<String, Fault> {
        self.needed(key, codes::MISSING_ARGUMENT, codes::WRONG_ARGUMENT_TYPE)
    }

    fn needed(self, key: &str, missing: Code, wrong_type: Code) -> Result<String, Fault> {
        match self.value.get(key) {
            Some(Json::String(text)) => Ok(text.clone()),
            Some(other) => Err(self.mistyped(wrong_type, key, "a string", other)),
            None => Err(Fault::new(missing, format_args!("the argument `{key}` of {} is missing", quoted(self.tool)))),
        }
    }

    pub(crate) fn optional(self, key: &str) -> Result<Option<String>, Fault> {
        match self.value.get(key) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(self.wrong_type(key, "a string", other)),
        }
    }

    /// The entries of an object within the arguments, named by its keys from the outermost.
    fn group(self, path: &str, value: Option<&'a Json>) -> Result<&'a [(String, Json)], Fault> {
        match value {
            None | Some(Json::Null) => Ok(&[]),
            Some(Json::Object(entries)) => Ok(entries),
            Some(other) => Err(self.wrong_type(path, "an object", other)),
        }
    }

    /// The texts of an array within the arguments.
    fn texts(self, path: &str, key: &str, value: &Json) -> Result<Vec<String>, Fault> {
        let wrong = |other| self.wrong_type(&format!("{path}.{key}"), "an array of strings", other);
        match value {
            Json::Null => Ok(Vec::new()),
            Json::Array(values) => {
                values.iter().map(|value| value.as_str().map(String::from).ok_or_else(|| wrong(value))).collect()
            }
            other => Err(wrong(other)),
        }
    }

    fn wrong_type(self, key: &str, wanted: &str, found: &Json) -> Fault {
        self.mistyped(codes::WRONG_ARGUMENT_TYPE, key, wanted, found)
    }

    fn mistyped(self, code: Code, key: &str, wanted: &str, found: &Json) -> Fault {
        let (tool, found) = (quoted(self.tool), found.kind());
        Fault::new(code, format_args!("the argument {} of {tool} is {found}, not {wanted}", quoted(key)))
    }
}

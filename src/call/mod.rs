//! What was asked: one tool call, typed. Text and paths in it were checked once, at the door; nothing here knows the wire.

mod json;
mod mcp;
mod path;
mod tool;

pub use json::Json;
pub use mcp::McpName;
pub use path::{AbsolutePath, PathFault};
pub use tool::{AgentAction, ClockAction, FileUse, ResourceAction, ToolCall};

use alloc::string::String;

/// One tool call that Codex asks about.
///
/// The path of the session's transcript, which Codex also sends, is left out on purpose: what an agent said earlier is nothing
/// to decide by, and a path that is not there cannot be opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// At which moment Codex asks.
    pub event: Event,
    /// The tool's name as Codex gives it, such as `Bash` or `mcp__github__create_issue`; never empty.
    pub tool_name: String,
    /// What the tool would be made to do.
    pub tool: ToolCall,
    /// The tool's whole input as it came, for rules on arguments by name. [`Call::tool`] says the same, typed, where the tool is
    /// known.
    pub arguments: Json,
    /// The directory that the call works in; Codex has already resolved the call's own directory into it.
    pub cwd: AbsolutePath,
    /// Whether a person sits there.
    pub permission_mode: PermissionMode,
    /// The session; inside a sub-agent the parent's.
    pub session_id: String,
    /// The turn within the session, where Codex sends it.
    pub turn_id: Option<String>,
    /// The sub-agent that makes the call; none for the main agent.
    pub agent_id: Option<String>,
    /// The kind of that sub-agent, such as `default`.
    pub agent_type: Option<String>,
    /// The model that makes the call, where Codex sends it.
    pub model: Option<String>,
    /// Names this one call; Codex sends none with [`Event::PermissionRequest`].
    pub tool_use_id: Option<String>,
    /// Why the model wants a shell command, in its own words (hostile text, nothing to decide by); Codex sends it only with
    /// [`Event::PermissionRequest`].
    pub description: Option<String>,
}

/// The moments at which Codex asks about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// Before every call.
    PreToolUse,
    /// When Codex is about to ask a person.
    PermissionRequest,
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::PreToolUse, Self::PermissionRequest];

    /// The name that Codex uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PreToolUse => "PreToolUse",
            Self::PermissionRequest => "PermissionRequest",
        }
    }

    /// The event of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }
}

/// What Codex says about asking a person. Codex 0.169.0 sends `default` and `bypassPermissions` only; its schema also knows
/// `acceptEdits`, `plan` and `dontAsk`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PermissionMode {
    /// A person can be asked.
    Default,
    /// Approval policy `never`, and all of `codex exec`: nobody is asked.
    BypassPermissions,
    /// Another mode, by its name.
    Other(String),
}

impl PermissionMode {
    /// The mode of that name.
    pub fn from_name(name: &str) -> Self {
        match name {
            "default" => Self::Default,
            "bypassPermissions" => Self::BypassPermissions,
            other => Self::Other(other.into()),
        }
    }

    /// The name that Codex uses.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Default => "default",
            Self::BypassPermissions => "bypassPermissions",
            Self::Other(name) => name,
        }
    }

    /// Whether a person can be asked. Only where that is certain: a mode that is not known counts as one in which nobody can.
    pub const fn can_ask(&self) -> bool {
        matches!(self, Self::Default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for event in Event::ALL {
            assert_eq!(Event::from_name(event.as_str()), Some(event));
        }
        assert_eq!(Event::from_name("PostToolUse"), None);
        for name in ["default", "bypassPermissions", "acceptEdits", ""] {
            assert_eq!(PermissionMode::from_name(name).as_str(), name);
        }
    }

    #[test]
    fn only_the_default_mode_can_ask() {
        for (name, can_ask) in
            [("default", true), ("bypassPermissions", false), ("plan", false), ("Default", false), ("", false)]
        {
            assert_eq!(PermissionMode::from_name(name).can_ask(), can_ask, "{name}");
        }
    }
}

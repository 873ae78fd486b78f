//! What a tool would be made to do, by tool.

use super::McpName;
use alloc::{string::String, vec::Vec};

/// One tool with the arguments that decide what it does. Arguments that are not typed here are in [`super::Call::arguments`].
#[derive(Clone, Debug, PartialEq)]
pub enum ToolCall {
    /// Runs a script. Codex does not say in which shell: bash is usual, sh and zsh are run on request.
    Shell {
        /// The script as the model wrote it.
        script: String,
    },
    /// Changes files.
    ApplyPatch {
        /// The patch in Codex's own format.
        patch: String,
    },
    /// Shows an image file to the model.
    ViewImage {
        /// The path, relative to the call's directory unless absolute.
        path: String,
    },
    /// Works on files and contacts hosts in ways that its name says: an agent's own tool for it. Without any it touches nothing.
    Files(Vec<FileUse>),
    /// A tool of an MCP server; its arguments are [`super::Call::arguments`].
    Mcp(McpName),
    /// Looks at the resources of MCP servers.
    Resource(ResourceAction),
    /// Asks for more permissions for the commands that follow.
    RequestPermissions {
        /// Why, in the model's words.
        reason: Option<String>,
        /// Paths to be readable, as written.
        reads: Vec<String>,
        /// Paths to be writable, as written.
        writes: Vec<String>,
        /// Whether the network is asked for.
        network: bool,
        /// Permissions that are asked for and that no field above says, by their keys (`file_system.entries`). What they grant
        /// is unknown.
        unmodelled: Vec<String>,
    },
    /// Starts, steers or watches another agent, whose own calls are asked about one by one.
    Agent {
        /// What is done.
        action: AgentAction,
        /// What the other agent is told; none where nothing is, or where it is not a plain text.
        message: Option<String>,
    },
    /// Reads the clock or waits.
    Clock(ClockAction),
    /// A tool that prexec does not know; its name is [`super::Call::tool_name`].
    Unknown,
}

impl ToolCall {
    /// A word for the kind of tool.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Shell { .. } => "shell",
            Self::ApplyPatch { .. } => "apply-patch",
            Self::ViewImage { .. } => "view-image",
            Self::Files(_) => "files",
            Self::Mcp(_) => "mcp",
            Self::Resource(_) => "resource",
            Self::RequestPermissions { .. } => "request-permissions",
            Self::Agent { .. } => "agent",
            Self::Clock(_) => "clock",
            Self::Unknown => "unknown",
        }
    }
}

/// One thing that an agent's own tool does. Paths are as written, relative to the call's directory unless absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileUse {
    /// Reads a file.
    Read(String),
    /// Writes a file.
    Write(String),
    /// Reads every file below a directory, or one file, as `rg` does; with a glob that names must match, where there is one.
    Search {
        /// Where; the call's directory where there is none.
        path: Option<String>,
        /// Which names.
        glob: Option<String>,
    },
    /// Contacts the host of a URL.
    Contact(String),
}

/// What is done with MCP resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceAction {
    /// Reads one.
    Read {
        /// The server.
        server: String,
        /// The resource.
        uri: String,
    },
    /// Lists them.
    List {
        /// The server; all servers where there is none.
        server: Option<String>,
    },
    /// Lists their templates.
    ListTemplates {
        /// The server; all servers where there is none.
        server: Option<String>,
    },
}

/// What is done with another agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgentAction {
    /// Starts one.
    Spawn,
    /// Gives a running one more input.
    SendInput,
    /// Leaves a message for one.
    SendMessage,
    /// Gives one another task.
    FollowUp,
    /// Waits for one.
    Wait,
    /// Wakes one that was closed.
    Resume,
    /// Stops what one is doing.
    Interrupt,
    /// Ends one.
    Close,
    /// Lists them.
    List,
}

/// What is done with the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockAction {
    /// Reads it.
    Now,
    /// Waits.
    Sleep,
}

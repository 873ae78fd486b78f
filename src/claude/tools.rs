//! The tools of Claude Code as its hooks see them.

use crate::call::{AgentAction, FileUse, Json, McpName, ResourceAction, ToolCall};
use crate::codex::{Arguments, Fault};
use alloc::{string::String, vec, vec::Vec};

/// Tools that show or ask the person something, keep lists, or watch what runs already.
const TOUCHING_NOTHING: &[&str] = &[
    "AskUserQuestion",
    "BashOutput",
    "EnterPlanMode",
    "ExitPlanMode",
    "Glob",
    "KillBash",
    "KillShell",
    "LS",
    "TaskCreate",
    "TaskGet",
    "TaskList",
    "TaskOutput",
    "TaskStop",
    "TaskUpdate",
    "TodoRead",
    "TodoWrite",
    "ToolSearch",
];

/// Types the arguments of a tool; with a shell command's description, where there is one.
///
/// # Errors
/// An argument that a known tool needs is missing, or one that decides what it does has another type.
pub(super) fn read(tool: &str, value: &Json) -> Result<(ToolCall, Option<String>), Fault> {
    if let Some(name) = McpName::parse(tool) {
        return Arguments::new(tool, value).map(|_| (ToolCall::Mcp(name), None));
    }
    let arguments = Arguments::new(tool, value)?;
    let path = |key: &str| arguments.required(key);
    let call = match tool {
        "Bash" => ToolCall::Shell { script: arguments.command()? },
        "Read" | "NotebookRead" => {
            let key = if tool == "Read" { "file_path" } else { "notebook_path" };
            ToolCall::Files(vec![FileUse::Read(path(key)?)])
        }
        "Write" => ToolCall::Files(vec![FileUse::Write(path("file_path")?)]),
        "Edit" | "MultiEdit" => edited(path("file_path")?),
        "NotebookEdit" => edited(path("notebook_path")?),
        "Grep" => {
            let glob = arguments.optional("glob")?.filter(|glob| is_one_glob(glob));
            ToolCall::Files(vec![FileUse::Search { path: arguments.optional("path")?, glob }])
        }
        "WebFetch" => ToolCall::Files(vec![FileUse::Contact(path("url")?)]),
        "Task" | "Agent" => ToolCall::Agent { action: AgentAction::Spawn, message: arguments.optional("prompt")? },
        "ListMcpResourcesTool" => ToolCall::Resource(ResourceAction::List { server: arguments.optional("server")? }),
        "ReadMcpResourceTool" => {
            ToolCall::Resource(ResourceAction::Read { server: path("server")?, uri: path("uri")? })
        }
        name if TOUCHING_NOTHING.contains(&name) => ToolCall::Files(Vec::new()),
        _ => ToolCall::Unknown,
    };
    let description = match call {
        ToolCall::Shell { .. } => arguments.optional("description")?,
        _ => None,
    };
    Ok((call, description))
}

/// What is changed is shown as well.
fn edited(path: String) -> ToolCall {
    ToolCall::Files(vec![FileUse::Read(path.clone()), FileUse::Write(path)])
}

/// Whether a glob surely limits what is searched: one pattern, not negated. Without it more is taken to be read.
fn is_one_glob(glob: &str) -> bool {
    !glob.is_empty() && !glob.starts_with('!') && !glob.contains([' ', ',', '\\'])
}

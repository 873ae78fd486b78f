//! The tool calls that a scripted model makes, in the shapes that Codex 0.169.0 offers to a gpt-5.5 model.

use serde_json::{Value, json};

/// One tool call: an output item of the Responses API. `id` names the call, also in [`crate::model::Told`].
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) item: Value,
}

fn function(id: &str, name: &str, arguments: &Value) -> Call {
    let item = json!({"type": "function_call", "call_id": id, "name": name, "arguments": arguments.to_string()});
    Call { id: id.to_owned(), item }
}

/// A shell command.
pub(crate) fn shell(id: &str, command: &str) -> Call {
    function(id, "exec_command", &json!({"cmd": command}))
}

/// A shell command in a terminal, which goes on while the model does something else.
pub(crate) fn terminal(id: &str, command: &str) -> Call {
    function(id, "exec_command", &json!({"cmd": command, "tty": true, "yield_time_ms": 1000}))
}

/// What stands for the number of the terminal that was started last.
pub(crate) const LAST_TERMINAL: i64 = -4321;

/// Text that is typed into the terminal that was started last.
pub(crate) fn write_stdin(id: &str, text: &str) -> Call {
    function(id, "write_stdin", &json!({"session_id": LAST_TERMINAL, "chars": text, "yield_time_ms": 1000}))
}

/// A shell command for the shell that the model names.
pub(crate) fn shell_in(id: &str, shell: &str, command: &str) -> Call {
    function(id, "exec_command", &json!({"cmd": command, "shell": shell}))
}

/// A shell command that asks to run outside the sandbox, so that a person has to be asked.
pub(crate) fn escalated_shell(id: &str, command: &str, why: &str) -> Call {
    let arguments = json!({"cmd": command, "sandbox_permissions": "require_escalated", "justification": why});
    function(id, "exec_command", &arguments)
}

/// A patch through the `apply_patch` tool, which takes free text.
pub(crate) fn patch(id: &str, text: &str) -> Call {
    let item = json!({"type": "custom_tool_call", "call_id": id, "name": "apply_patch", "input": text});
    Call { id: id.to_owned(), item }
}

/// An image shown to the model.
pub(crate) fn view_image(id: &str, path: &str) -> Call {
    function(id, "view_image", &json!({"path": path}))
}

/// A tool of the MCP server `server`. Codex offers such tools in a namespace, `mcp__SERVER`.
pub(crate) fn mcp(id: &str, server: &str, tool: &str, arguments: &Value) -> Call {
    let mut call = function(id, tool, arguments);
    call.item["namespace"] = format!("mcp__{server}").into();
    call
}

/// A resource of an MCP server.
pub(crate) fn read_mcp_resource(id: &str, server: &str, uri: &str) -> Call {
    function(id, "read_mcp_resource", &json!({"server": server, "uri": uri}))
}

/// The text of a patch that adds `path` with one line.
pub(crate) fn add_file(path: &str) -> String {
    format!("*** Begin Patch\n*** Add File: {path}\n+one line\n*** End Patch")
}

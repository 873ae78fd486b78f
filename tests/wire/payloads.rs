//! Captured payloads, and the tools that only differ by name.

use super::payloads;
use prexec::call::{AgentAction, Call, ClockAction, ResourceAction, ToolCall};
use prexec::codex;
use serde_json::{Value, json};

fn summary(call: &Call) -> Value {
    let mut out = json!({
        "event": call.event.as_str(),
        "tool": call.tool_name,
        "kind": call.tool.kind(),
        "cwd": std::str::from_utf8(call.cwd.as_bytes()).unwrap(),
        "mode": call.permission_mode.as_str(),
        "can_ask": call.permission_mode.can_ask(),
        "session": call.session_id,
    });
    for (key, value) in [
        ("turn", &call.turn_id),
        ("agent", &call.agent_id),
        ("agent_type", &call.agent_type),
        ("model", &call.model),
        ("id", &call.tool_use_id),
        ("description", &call.description),
    ] {
        if let Some(value) = value {
            out[key] = json!(value);
        }
    }
    let typed = match &call.tool {
        ToolCall::Shell { script } => json!({"script": script}),
        ToolCall::ApplyPatch { patch } => json!({"patch": patch}),
        ToolCall::Files(uses) => json!({"files": format!("{uses:?}")}),
        ToolCall::ViewImage { path } => json!({"path": path}),
        ToolCall::Mcp(name) => {
            json!({"server": name.server(), "mcp_tool": name.tool(), "arguments": call.arguments.to_compact()})
        }
        ToolCall::Resource(ResourceAction::Read { server, uri }) => {
            json!({"action": "read", "server": server, "uri": uri})
        }
        ToolCall::Resource(ResourceAction::List { server }) => json!({"action": "list", "server": server}),
        ToolCall::Resource(ResourceAction::ListTemplates { server }) => {
            json!({"action": "list-templates", "server": server})
        }
        ToolCall::RequestPermissions { reason, reads, writes, network, unmodelled } => {
            json!({"reason": reason, "reads": reads, "writes": writes, "network": network, "unmodelled": unmodelled})
        }
        ToolCall::Agent { action, message } => json!({"action": format!("{action:?}"), "message": message}),
        ToolCall::Clock(action) => json!({"action": format!("{action:?}")}),
        ToolCall::Unknown => json!({"arguments": call.arguments.to_compact()}),
    };
    out.as_object_mut().unwrap().extend(typed.as_object().unwrap().clone());
    out
}

#[test]
fn captured_payloads_are_read_as_they_are_meant() {
    let payloads = payloads();
    assert!(payloads.len() >= 20, "{} payloads", payloads.len());
    for (name, payload, expected) in payloads {
        let call = codex::read(payload.as_bytes()).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(summary(&call), expected, "{name}");
    }
}

#[test]
fn all_agent_and_clock_tools_are_known_in_every_namespace() {
    let payload = payloads()[0].1;
    for namespace in ["", "collaboration", "multi_agent_v1"] {
        for (name, expected) in [
            ("spawn_agent", AgentAction::Spawn),
            ("send_input", AgentAction::SendInput),
            ("send_message", AgentAction::SendMessage),
            ("followup_task", AgentAction::FollowUp),
            ("wait_agent", AgentAction::Wait),
            ("resume_agent", AgentAction::Resume),
            ("interrupt_agent", AgentAction::Interrupt),
            ("close_agent", AgentAction::Close),
            ("list_agents", AgentAction::List),
        ] {
            let payload = payload.replace("\"Bash\"", &format!("\"{namespace}{name}\""));
            let tool = codex::read(payload.as_bytes()).unwrap().tool;
            assert!(
                matches!(tool, ToolCall::Agent { action, .. } if action == expected),
                "{namespace}{name}: {tool:?}"
            );
        }
    }
    let tool = |name: &str| codex::read(payload.replace("\"Bash\"", &format!("\"{name}\"")).as_bytes()).unwrap().tool;
    assert_eq!(tool("clocksleep"), ToolCall::Clock(ClockAction::Sleep));
    assert_eq!(tool("clockcurr_time"), ToolCall::Clock(ClockAction::Now));
    for name in ["bash", "Bash ", "exec_command", "otherspawn_agent", "collaboration", "mcp__x", "Edit"] {
        assert_eq!(tool(name), ToolCall::Unknown, "{name}");
    }
}

use super::*;
use crate::call::{AgentAction, Event, FileUse, PermissionMode, ResourceAction, ToolCall};
use crate::codex::{Occasion, Question};
use crate::decision::{Decision, Reason, RuleRef, Verdict};
use std::format;
use std::string::{String, ToString};
use std::vec;

fn called(tool: &str, input: &str) -> Result<Call, Fault> {
    let payload = format!(
        r#"{{"session_id":"s","transcript_path":"/t","cwd":"/w","permission_mode":"default","hook_event_name":"PreToolUse",
            "tool_name":"{tool}","tool_input":{input},"tool_use_id":"u"}}"#
    );
    read(payload.as_bytes())
}

fn files(uses: &[FileUse]) -> ToolCall {
    ToolCall::Files(uses.to_vec())
}

#[test]
fn each_tool_does_what_its_name_says() {
    let reads = |path: &str| FileUse::Read(path.into());
    let writes = |path: &str| FileUse::Write(path.into());
    let search = |path: Option<&str>, glob: Option<&str>| FileUse::Search {
        path: path.map(String::from),
        glob: glob.map(String::from),
    };
    let agent =
        |message: Option<&str>| ToolCall::Agent { action: AgentAction::Spawn, message: message.map(String::from) };
    for (tool, input, expected) in [
        ("Bash", r#"{"command":"ls","description":"d"}"#, ToolCall::Shell { script: "ls".into() }),
        ("Read", r#"{"file_path":"/a"}"#, files(&[reads("/a")])),
        ("NotebookRead", r#"{"notebook_path":"/a"}"#, files(&[reads("/a")])),
        ("Write", r#"{"file_path":"/a","content":"x"}"#, files(&[writes("/a")])),
        ("Edit", r#"{"file_path":"/a"}"#, files(&[reads("/a"), writes("/a")])),
        ("MultiEdit", r#"{"file_path":"/a"}"#, files(&[reads("/a"), writes("/a")])),
        ("NotebookEdit", r#"{"notebook_path":"/a"}"#, files(&[reads("/a"), writes("/a")])),
        ("Grep", r#"{"pattern":"x"}"#, files(&[search(None, None)])),
        ("Grep", r#"{"pattern":"x","path":"/a","glob":"*.rs"}"#, files(&[search(Some("/a"), Some("*.rs"))])),
        // What is not surely one pattern limits nothing.
        ("Grep", r#"{"pattern":"x","glob":""}"#, files(&[search(None, None)])),
        ("Grep", r#"{"pattern":"x","glob":"!*.rs"}"#, files(&[search(None, None)])),
        ("Grep", r#"{"pattern":"x","glob":"*.rs *.c"}"#, files(&[search(None, None)])),
        ("Grep", r#"{"pattern":"x","glob":"*.rs,*.c"}"#, files(&[search(None, None)])),
        ("Grep", r#"{"pattern":"x","glob":"a\\b"}"#, files(&[search(None, None)])),
        ("WebFetch", r#"{"url":"https://a.b/"}"#, files(&[FileUse::Contact("https://a.b/".into())])),
        ("Task", r#"{"prompt":"p"}"#, agent(Some("p"))),
        ("Agent", r"{}", agent(None)),
        (
            "ListMcpResourcesTool",
            r#"{"server":"s"}"#,
            ToolCall::Resource(ResourceAction::List { server: Some("s".into()) }),
        ),
        (
            "ReadMcpResourceTool",
            r#"{"server":"s","uri":"u:"}"#,
            ToolCall::Resource(ResourceAction::Read { server: "s".into(), uri: "u:".into() }),
        ),
        ("TodoWrite", r#"{"todos":[]}"#, files(&[])),
        ("Glob", r#"{"pattern":"**"}"#, files(&[])),
        ("Bash2", r#"{"command":"ls"}"#, ToolCall::Unknown),
        ("WebSearch", r#"{"query":"x"}"#, ToolCall::Unknown),
    ] {
        assert_eq!(called(tool, input).unwrap().tool, expected, "{tool} {input}");
    }
    assert!(matches!(called("mcp__a__b", "{}").unwrap().tool, ToolCall::Mcp(_)));
}

#[test]
fn what_decides_has_to_be_there_and_of_its_type() {
    for (tool, input) in [
        ("Bash", r#"{"description":"d"}"#),
        ("Bash", r#"{"command":"ls","description":1}"#),
        ("Read", r#"{"notebook_path":"/a"}"#),
        ("NotebookRead", r#"{"file_path":"/a"}"#),
        ("Write", r"{}"),
        ("Edit", r#"{"notebook_path":"/a"}"#),
        ("NotebookEdit", r#"{"file_path":"/a"}"#),
        ("Grep", r#"{"path":1}"#),
        ("WebFetch", r"{}"),
        ("ReadMcpResourceTool", r#"{"server":"s"}"#),
        ("TodoWrite", r"[]"),
    ] {
        assert!(called(tool, input).is_err(), "{tool} {input}");
    }
    // Only a command has a description that is looked at.
    assert!(called("Read", r#"{"file_path":"/a","description":1}"#).is_ok());
}

#[test]
fn a_prompt_asks_where_a_person_is_asked() {
    let said = |decision: Decision, event: Event, mode: &str| {
        let reason = Reason { decision, rule: RuleRef::Rule("t:1:1".into()), effect: None, justification: None };
        let verdict = Verdict::strictest(vec![reason]);
        let mode = PermissionMode::from_name(mode);
        let question = Question {
            occasion: Occasion::Asked { event, mode: &mode },
            verdict: &verdict,
            auto_approve: false,
            covered_by_allow_rules: false,
            describe: &|_| None,
            instead: None,
        };
        answer(&question).word().to_string()
    };
    let (before, request) = (Event::PreToolUse, Event::PermissionRequest);
    for mode in ["default", "plan", "acceptEdits"] {
        assert_eq!(said(Decision::Prompt, before, mode), "ask", "{mode}");
        assert_eq!(said(Decision::Prompt, request, mode), "silence", "{mode}");
    }
    for mode in ["bypassPermissions", "dontAsk", "another"] {
        assert_eq!(said(Decision::Prompt, before, mode), "deny", "{mode}");
    }
    for mode in ["default", "bypassPermissions"] {
        assert_eq!(said(Decision::Deny, before, mode), "deny");
        assert_eq!(said(Decision::Allow, before, mode), "silence");
    }
}

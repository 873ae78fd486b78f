//! prexec where Codex is about to ask a person: what is forbidden is rejected unasked, what is permitted is still asked.

use serde_json::json;

use crate::app_server::{Conversation, Person, converse};
use crate::calls::{Call, add_file, escalated_shell, mcp, patch};
use crate::hooks::Event;
use crate::prexec;
use crate::session::{Registration, Session, exists};

const RULES: &str = r#"
prefix_rule(["mkdir"], decision = "forbidden", justification = "no directories")
prefix_rule(["touch"], decision = "prompt", justification = "a person decides about touching")
glob_rule(["**/kept/**"], access = "write", decision = "forbidden", justification = "kept stays as it is")
tool_rule("mcp__tiny__*", "forbidden", arguments = {"text": "^launch"}, justification = "launches are off limits")
"#;

fn ask(session: &Session, event: Event, calls: Vec<Call>) -> Conversation {
    let hook = prexec::hook(event, session, RULES);
    converse(session, Registration::User, &[hook], calls.into_iter().map(|call| vec![call]).collect(), Person::Accepts)
}

#[test]
fn forbidden_calls_are_rejected_before_anybody_is_asked() {
    let session = Session::new();
    let calls = vec![
        escalated_shell("shell", "mkdir made", "because"),
        patch("patch", &add_file("kept/file")),
        mcp("mcp", "tiny", "echo", &json!({"text": "launch it"})),
    ];
    let conversation = ask(&session, Event::PermissionRequest, calls);
    assert_eq!(conversation.questions, []);
    let told = &conversation.told;
    assert!(told["shell"].contains("no directories"), "{told:?}");
    assert!(told["patch"].contains("kept stays as it is"), "{told:?}");
    assert!(told["mcp"].contains("launches are off limits"), "{told:?}");
    assert!(!exists(&session.work(), "made") && !exists(&session.work(), "kept"));
    assert_eq!(session.mcp_log(), "");
}

#[test]
fn permitted_calls_and_prompts_are_left_to_the_person() {
    let session = Session::new();
    let calls = vec![
        escalated_shell("shell", "echo one > written", "because"),
        escalated_shell("prompt", "touch touched", "because"),
        patch("patch", &add_file("patched")),
        mcp("mcp", "tiny", "echo", &json!({"text": "hello"})),
    ];
    let conversation = ask(&session, Event::PermissionRequest, calls);
    let methods: Vec<&str> = conversation.questions.iter().map(|(method, _)| method.as_str()).collect();
    let [command, file] = ["item/commandExecution/requestApproval", "item/fileChange/requestApproval"];
    assert_eq!(methods, [command, command, file, "mcpServer/elicitation/request"]);
    for name in ["written", "touched", "patched"] {
        assert!(exists(&session.work(), name), "{name} is missing; {:?}", conversation.told);
    }
    assert!(session.mcp_log().contains("hello"));
}

#[test]
fn before_the_tool_a_prompt_without_a_gate_is_a_block() {
    let session = Session::new();
    let calls = vec![escalated_shell("prompt", "touch touched", "because")];
    let conversation = ask(&session, Event::PreToolUse, calls);
    assert_eq!(conversation.questions, []);
    let told = &conversation.told["prompt"];
    assert!(told.contains("a person decides about touching"), "{told}");
    assert!(!exists(&session.work(), "touched"));
}

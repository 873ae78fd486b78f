//! Calls of every kind that prexec forbids never happen and the model is told why; their permitted siblings do happen.

use std::fs;

use serde_json::json;

use crate::calls::{Call, add_file, mcp, patch, read_mcp_resource, shell, view_image};
use crate::hooks::Event;
use crate::prexec;
use crate::session::{Outcome, Registration, Session, exists};
use crate::transcript::Transcript;
use crate::witness::{payload_of, witness};

const RULES: &str = r#"
prefix_rule(["touch"], decision = "forbidden", justification = "nothing is touched here")
prefix_rule(["chmod"], decision = "prompt", justification = "a person decides about modes")
glob_rule(["**/kept/**"], access = "write", decision = "forbidden", justification = "kept stays as it is")
glob_rule(["**/secret.png"], access = "read", decision = "forbidden", justification = "that picture is private")
tool_rule("mcp__tiny__*", "forbidden", arguments = {"text": "^launch"}, justification = "launches are off limits")
tool_rule("read_mcp_resource", "forbidden", arguments = {"uri": "^tiny://"}, justification = "resources are off limits")
"#;

const TOUCH: Option<&str> = Some("nothing is touched here");
const KEPT: Option<&str> = Some("kept stays as it is");

/// A picture of one dot.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\
\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

/// How a call shows that it happened.
enum Trace {
    /// A file in the workspace.
    File(&'static str),
    /// A word in the log of the MCP server.
    Server(&'static str),
    /// The model got the picture.
    Picture,
}

/// A call, the trace that it leaves, and the reason why it is forbidden if it is.
struct Case(Call, Trace, Option<&'static str>);

fn here_document(path: &str) -> String {
    format!("apply_patch <<'EOF'\n{}\nEOF\n", add_file(path))
}

fn cases() -> Vec<Case> {
    use Trace::{File, Picture, Server};
    let forbidden_text = json!({"text": "launch it"});
    let permitted_text = json!({"text": "hello"});
    vec![
        Case(shell("shell-no", "touch plain"), File("plain"), TOUCH),
        Case(shell("shell-yes", "mkdir made"), File("made"), None),
        Case(shell("wrapped-no", "mkdir w && env X=1 bash -c 'cd w; to\"u\"ch wrapped'"), File("w"), TOUCH),
        Case(shell("wrapped-yes", "env X=1 bash -c 'mkdir wrapped'"), File("wrapped"), None),
        Case(shell("redirect-no", "echo one > kept/by-redirect"), File("kept/by-redirect"), KEPT),
        Case(shell("redirect-yes", "echo one > by-redirect"), File("by-redirect"), None),
        Case(shell("prompt-no", "chmod 700 . && mkdir moded"), File("moded"), Some("a person decides about modes")),
        Case(patch("patch-no", &add_file("kept/by-tool")), File("kept/by-tool"), KEPT),
        Case(patch("patch-yes", &add_file("by-tool")), File("by-tool"), None),
        Case(shell("heredoc-no", &here_document("kept/by-shell")), File("kept/by-shell"), KEPT),
        Case(shell("heredoc-yes", &here_document("by-shell")), File("by-shell"), None),
        Case(view_image("image-no", "secret.png"), Picture, Some("that picture is private")),
        Case(view_image("image-yes", "public.png"), Picture, None),
        Case(mcp("mcp-no", "tiny", "echo", &forbidden_text), Server("launch it"), Some("launches are off limits")),
        Case(mcp("mcp-yes", "tiny", "echo", &permitted_text), Server("hello"), None),
        Case(
            read_mcp_resource("resource-no", "tiny", "tiny://a"),
            Server("tiny://a"),
            Some("resources are off limits"),
        ),
    ]
}

fn happened(case: &Case, session: &Session, outcome: &Outcome) -> bool {
    match case.1 {
        Trace::File(name) => exists(&session.work(), name),
        Trace::Server(word) => session.mcp_log().contains(word),
        Trace::Picture => outcome.told.get(&case.0.id).is_some_and(|told| told.contains("[image]")),
    }
}

/// The case's complaint, where something else happened than it says.
fn difference(case: &Case, session: &Session, outcome: &Outcome) -> Option<String> {
    let happened = happened(case, session, outcome);
    let told = outcome.told.get(&case.0.id).map_or("", String::as_str);
    let right = match case.2 {
        Some(reason) => !happened && told.contains("blocked by PreToolUse hook: ") && told.contains(reason),
        None => happened && !told.contains("blocked by PreToolUse hook"),
    };
    (!right).then(|| format!("{}: happened: {happened}, the model was told {told:?}", case.0.id))
}

fn forbidden_calls_never_happen(registration: Registration, transcript: &mut Transcript) {
    let session = Session::new();
    fs::create_dir(session.work().join("kept")).expect("a directory of the workspace");
    for picture in ["secret.png", "public.png"] {
        fs::write(session.work().join(picture), PNG).expect("a picture");
    }
    let (cases, hook) = (cases(), prexec::hook(Event::PreToolUse, &session, RULES));
    let turns = cases.iter().map(|case| vec![case.0.clone()]).collect();
    let outcome = session.exec(registration, &[hook.clone(), witness(&session)], turns);
    for Case(call, ..) in &cases {
        let payload = payload_of(&session, &call.id).unwrap_or_else(|| panic!("no hook was given {}", call.id));
        let answer = prexec::answer(&hook, &session, &payload);
        transcript.call(call, &payload, &answer, &outcome.told[&call.id]);
    }
    let differences: Vec<String> = cases.iter().filter_map(|case| difference(case, &session, &outcome)).collect();
    assert!(differences.is_empty(), "as {registration:?} hook:\n{}", differences.join("\n"));
}

#[test]
fn forbidden_calls_never_happen_with_a_user_hook() {
    forbidden_calls_never_happen(Registration::User, &mut Transcript::new("transcript-user.txt"));
}

#[test]
fn forbidden_calls_never_happen_with_a_managed_hook() {
    forbidden_calls_never_happen(Registration::Managed, &mut Transcript::new("transcript.txt"));
}

//! The real Claude Code client, driven by a scripted model on loopback: what its hook is sent, and what becomes of the answers.
//!
//! `cargo test --test real_claude`; installs the client by `tests/claude/install.sh`.

#![cfg(all(unix, feature = "admin"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "all of this is a test")]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tiny_http::{Header, Request, Response, Server};

/// The client's executable.
fn client() -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/claude/install.sh");
    let done = Command::new("bash").arg(script).output().expect("bash starts");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "Claude Code cannot be installed; is npm there? {said}");
    String::from_utf8(done.stdout).expect("a path").trim_end().into()
}

/// What a tool call came to: whether it is an error, and the text.
type Results = BTreeMap<String, (bool, String)>;

/// Plays one call per request, then says that it is done; gathers what it is told of each call.
fn serve(server: &Server, calls: &[(&str, Value)], results: &Mutex<Results>) {
    let mut next = 0;
    for mut request in server.incoming_requests() {
        let mut body = String::new();
        let _ = request.as_reader().read_to_string(&mut body);
        let body: Value = serde_json::from_str(&body).unwrap_or_default();
        let asks = request.url().starts_with("/v1/messages") && !request.url().contains("count_tokens");
        // Titles and summaries are asked for without tools.
        let has_tools = body["tools"].as_array().is_some_and(|tools| tools.len() > 3);
        if !asks {
            answer(request, "application/json", json!({"input_tokens": 1}).to_string());
            continue;
        }
        for message in body["messages"].as_array().into_iter().flatten() {
            for block in message["content"].as_array().into_iter().flatten().filter(|b| b["type"] == "tool_result") {
                let id = block["tool_use_id"].as_str().expect("an id").to_owned();
                let told = (block["is_error"] == true, block["content"].to_string());
                results.lock().expect("nobody panics").insert(id, told);
            }
        }
        let call = if has_tools { calls.get(next) } else { None };
        next += usize::from(call.is_some());
        answer(request, "text/event-stream", events(call.map(|(name, input)| (next, *name, input))));
    }
}

fn answer(request: Request, kind: &str, text: String) {
    let header = Header::from_bytes("content-type", kind).expect("a header");
    // A client that is gone needs no answer.
    let _ = request.respond(Response::from_string(text).with_header(header));
}

/// One message of the model as server-sent events.
fn events(call: Option<(usize, &str, &Value)>) -> String {
    let usage = json!({"input_tokens": 1, "output_tokens": 1});
    let (block, delta, stop) = match call {
        Some((number, name, input)) => (
            json!({"type": "tool_use", "id": format!("call_{number}"), "name": name, "input": {}}),
            json!({"type": "input_json_delta", "partial_json": input.to_string()}),
            "tool_use",
        ),
        None => (json!({"type": "text", "text": ""}), json!({"type": "text_delta", "text": "done"}), "end_turn"),
    };
    let message = json!({"id": "msg", "type": "message", "role": "assistant", "model": "m", "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": usage});
    let all = [
        json!({"type": "message_start", "message": message}),
        json!({"type": "content_block_start", "index": 0, "content_block": block}),
        json!({"type": "content_block_delta", "index": 0, "delta": delta}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": null}, "usage": usage}),
        json!({"type": "message_stop"}),
    ];
    let line = |event: &Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().expect("a type"));
    all.iter().map(line).collect()
}

/// A home with settings, and a project with a secret.
struct Session {
    place: TempDir,
}

impl Session {
    /// `line` is registered before every call; none for a client without hooks.
    fn new(line: Option<&str>) -> Self {
        let place = tempfile::tempdir().expect("a directory");
        let at = |path: &str| place.path().join(path);
        for directory in ["home/.claude", "work", "bin"] {
            fs::create_dir_all(at(directory)).expect("a directory");
        }
        fs::write(at("work/.env"), "TOKEN=hunter2\n").expect("a file");
        fs::write(at("work/readme.txt"), "a\n").expect("a file");
        // Nothing is pushed anywhere, whatever becomes of it.
        fs::write(at("bin/git"), "#!/bin/sh\n[ \"$1\" = push ] && touch pushed\n").expect("a file");
        fs::set_permissions(at("bin/git"), fs::Permissions::from_mode(0o755)).expect("a mode");
        let group =
            |line: &str| json!([{"matcher": "*", "hooks": [{"type": "command", "command": line, "timeout": 30}]}]);
        let hooks = line.map_or(json!({}), |line| json!({"PreToolUse": group(line), "PermissionRequest": group(line)}));
        fs::write(at("home/.claude/settings.json"), json!({"hooks": hooks}).to_string()).expect("settings");
        Self { place }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.place.path().join(path)
    }

    fn play(&self, calls: &[(&str, Value)]) -> Results {
        let server = Arc::new(Server::http("127.0.0.1:0").expect("a free loopback port"));
        let address = server.server_addr().to_ip().expect("TCP");
        let results = Mutex::new(Results::new());
        std::thread::scope(|scope| {
            scope.spawn(|| serve(&server, calls, &results));
            let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").expect("PATH"));
            let done = Command::new("timeout")
                .args(["180", client().to_str().expect("UTF-8"), "-p", "go", "--allowedTools", "Bash Read Write Edit"])
                .current_dir(self.path("work"))
                .env_clear()
                .env("HOME", self.path("home"))
                .env("PATH", path)
                .env("ANTHROPIC_API_KEY", "none")
                .env("ANTHROPIC_BASE_URL", format!("http://{address}"))
                .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
                .output();
            std::thread::sleep(Duration::from_millis(100));
            server.unblock();
            let done = done.expect("the client starts");
            assert!(done.status.success(), "{done:?}");
        });
        results.into_inner().expect("nobody panics")
    }

    fn calls(&self) -> [(&'static str, Value); 7] {
        let file = |name: &str| self.path("work").join(name);
        [
            ("Bash", json!({"command": "echo hi > made", "description": "says hi"})),
            ("Bash", json!({"command": "cat .env > leaked; cat leaked", "description": "reads"})),
            ("Read", json!({"file_path": file("readme.txt")})),
            ("Read", json!({"file_path": file(".env")})),
            ("Write", json!({"file_path": file("new.txt"), "content": "x\n"})),
            ("Edit", json!({"file_path": file("readme.txt"), "old_string": "a", "new_string": "b"})),
            ("Bash", json!({"command": "git push --force", "description": "pushes"})),
        ]
    }
}

/// The line that is registered, with a compiled policy, for an executable.
fn line(session: &Path, executable: &str) -> String {
    let (rules, policy) = (session.join("p.rules"), session.join("p.bin"));
    fs::write(&rules, "include(\"@prexec/controlled.rules\")\n").expect("a policy");
    let mut compile = Command::new(env!("CARGO_BIN_EXE_prexec"));
    assert!(
        compile.args(["compile", "--policy"]).arg(rules).arg("-o").arg(&policy).status().expect("it starts").success()
    );
    let options = ["--agent", "claude", "--policy", policy.to_str().expect("UTF-8")].map(String::from);
    prexec::install::command::line(executable.as_ref(), &options).expect("a line")
}

#[test]
fn what_the_policy_forbids_is_blocked_and_the_rest_runs() {
    let policy = tempfile::tempdir().expect("a directory");
    let session = Session::new(Some(&line(policy.path(), env!("CARGO_BIN_EXE_prexec"))));
    let results = session.play(&session.calls());
    let told = |number: usize| &results[&format!("call_{number}")];
    for (number, fine) in [(1, true), (2, false), (3, true), (4, false), (5, true), (6, true), (7, false)] {
        assert_eq!(told(number).0, !fine, "call {number}: {:?}", told(number));
    }
    for number in [2, 4] {
        assert!(told(number).1.contains("environment files hold secrets"), "{:?}", told(number));
    }
    // Nobody is there to be asked.
    assert!(told(7).1.contains("a push leaves the machine"), "{:?}", told(7));
    let exists = |name: &str| session.path("work").join(name).exists();
    assert!(exists("made") && exists("new.txt") && !exists("leaked") && !exists("pushed"));
    assert_eq!(fs::read_to_string(session.path("work/readme.txt")).expect("it is there"), "b\n");
    assert!(!results.values().any(|(_, text)| text.contains("hunter2")), "{results:?}");
}

/// The registered line blocks where the executable is not there; without a hook the same calls run.
#[test]
fn a_hook_that_fails_blocks_and_without_one_everything_runs() {
    let policy = tempfile::tempdir().expect("a directory");
    let gone =
        line(policy.path(), env!("CARGO_BIN_EXE_prexec")).replace(env!("CARGO_BIN_EXE_prexec"), "/nowhere/prexec");
    for (hook, runs) in [(Some(gone.as_str()), false), (None, true)] {
        let session = Session::new(hook);
        let results = session.play(&session.calls()[..2]);
        assert_eq!(results.values().any(|(_, text)| text.contains("hunter2")), runs, "{hook:?}: {results:?}");
        assert_eq!(session.path("work/made").exists(), runs, "{hook:?}");
    }
}

//! What every verb prints of hostile names of files, records, policies and settings: by status or by standard error, never raw.

use prexec::text::is_hidden;
use prexec::trail::Moment;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Clears the screen, turns the direction of writing, rings, and more.
const HOSTILE: &str = "a\u{202e}\u{1b}[2J\u{7}\u{9b}31m\u{2066}\u{feff}\u{200b}\r\u{85}\u{2028}b";

/// A policy in whose texts it stands, with a rule too many, and one that is broken.
fn policies(place: &Path) {
    let named = |end: &str| place.join(format!("{HOSTILE}{end}"));
    let text = HOSTILE.replace('\r', "");
    let rule =
        format!("prefix_rule([\"{text}\"], decision = \"prompt\", justification = \"{text}\", owner = \"{text}\")\n");
    let more = format!("deny_read(\"**/*{text}\", justification = \"{text}\")\ndefault(unknown = \"allow\")\n");
    fs::write(named(".rules"), format!("{rule}{rule}{more}")).expect("a file");
    fs::write(named("2.rules"), format!("{more}prefix_rule([\"cat\"], decision = \"forbidden\")\n")).expect("a file");
    fs::write(named("3.rules"), format!("prefix_rule([\"{text}\"], decision = \"{text}\")\nfail(\"{text}\")\n"))
        .expect("a file");
    fs::write(named(".cases"), format!("cat '{text}/.env' => allow\ntrue => deny {text}\n")).expect("a file");
}

fn calls(place: &Path) {
    let call = |script: String| {
        let call = json!({
            "hook_event_name": "PreToolUse", "session_id": HOSTILE, "turn_id": HOSTILE, "transcript_path": null, "model": HOSTILE,
            "cwd": place.join(HOSTILE), "permission_mode": "default", "tool_name": "Bash", "tool_input": { "command": script },
            "tool_use_id": HOSTILE,
        });
        format!("{call}\n")
    };
    let lines = call(format!("cat '{HOSTILE}'"))
        + &call(format!("{HOSTILE} {HOSTILE}"))
        + &call(format!("curl https://{HOSTILE}/"));
    fs::write(place.join("calls"), lines).expect("a file");
}

fn records(place: &Path) {
    fs::create_dir(place.join("audit")).expect("a directory");
    let time = Moment::now().before(86_400_000_000);
    let mut lines = String::new();
    for script in [format!("cat '{HOSTILE}'"), "git push".to_owned()] {
        for decision in ["prompt", "deny", "allow"] {
            let record = json!({
                "schema": "prexec/record/1", "kind": "decision", "time": time.text(), "id": HOSTILE, "agent": HOSTILE,
                "event": "PreToolUse", "uid": 1, "user": HOSTILE, "host": HOSTILE, "cwd": HOSTILE, "tool": HOSTILE,
                "mode": HOSTILE, "session": HOSTILE, "decision": decision, "version": HOSTILE, "text": script,
                "reasons": [{"decision": decision, "rule": HOSTILE, "why": HOSTILE}], "programs": [HOSTILE],
                "paths": [HOSTILE], "hosts": [HOSTILE], "tiers": [HOSTILE],
                "effects": [{"kind": "read", "path": HOSTILE}, {"kind": "run", "program": HOSTILE}],
            });
            lines.extend(["\n", &record.to_string(), "\n"]);
        }
    }
    fs::write(place.join("audit").join(format!("{}.jsonl", time.day())), lines).expect("a file");
    fs::write(place.join("audit").join(HOSTILE), "x").expect("a file");
}

/// Settings of agents, as they stand in a home.
fn home(place: &Path) {
    let text = HOSTILE.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect::<Vec<_>>().concat();
    let codex = place.join("home/.codex");
    fs::create_dir_all(codex.join("rules")).expect("a directory");
    let config = format!(
        "model = \"{text}\"\n[mcp_servers.\"{text}\"]\ncommand = \"{text}\"\nargs = [\"{text}\"]\n[mcp_servers.\"{text}\".env]\n\
         \"{text}\" = \"{text}\"\n[[hooks.PreToolUse]]\nmatcher = \"*\"\n[[hooks.PreToolUse.hooks]]\ntype = \"command\"\n\
         command = \"prexec {text}\"\n[projects.\"/{text}\"]\ntrust_level = \"trusted\"\n"
    );
    fs::write(codex.join("config.toml"), config).expect("a file");
    fs::write(codex.join(".env"), format!("BASH_ENV={HOSTILE}\nLD_PRELOAD={HOSTILE}\n")).expect("a file");
    fs::write(codex.join("rules").join(format!("{HOSTILE}.rules")), format!("prefix_rule([\"{HOSTILE}\""))
        .expect("a file");
    let prexec = place.join("home/.config/prexec");
    fs::create_dir_all(&prexec).expect("a directory");
    fs::write(prexec.join(format!("{HOSTILE}.rules")), format!("fail(\"{HOSTILE}\")\n")).expect("a file");
    let claude = place.join("home/.claude");
    fs::create_dir_all(claude.join("agents")).expect("a directory");
    let settings = json!({"model": HOSTILE, "hooks": {"PreToolUse": [{"matcher": HOSTILE, "hooks": [{"type": "command",
        "command": HOSTILE}]}]}, "env": {HOSTILE: HOSTILE}, "permissions": {"allow": [HOSTILE]}});
    fs::write(claude.join("settings.json"), settings.to_string()).expect("a file");
}

fn prepared() -> TempDir {
    let place = tempfile::tempdir().expect("a directory");
    policies(place.path());
    calls(place.path());
    records(place.path());
    home(place.path());
    place
}

#[test]
fn no_verb_prints_what_a_terminal_obeys() {
    let place = prepared();
    let [good, other, broken, cases, missing] =
        [".rules", "2.rules", "3.rules", ".cases", "4.rules"].map(|end| format!("{HOSTILE}{end}"));
    let [good, other, broken, cases, missing] = [&good, &other, &broken, &cases, &missing].map(String::as_str);
    let script = format!("cat '{HOSTILE}'; {HOSTILE} > '{HOSTILE}/.env'");
    let all: &[&[&str]] = &[
        &["check", "--policy", good, &script],
        &["check", "--policy", broken, "true"],
        &["check", "--policy", missing, "true"],
        &["check", "--policy", good, "--tool", HOSTILE, "{}"],
        &["explain", "--policy", good, &script],
        &["lint", good, other],
        &["lint", broken],
        &["lint", missing],
        &["lint", "--format", "json", good],
        &["lint", "--format", "github", good],
        &["test", "."],
        &["test", cases],
        &["test", ".", "--coverage"],
        &["test", ".", "--format", "junit"],
        &["test", missing],
        &["fmt", "--check", good, other],
        &["fmt", "--check", broken],
        &["diff", good, other, "--calls", "calls"],
        &["diff", good, broken, "--calls", "calls"],
        &["diff", good, other, "--calls", missing],
        &["replay", "--policy", other, "--audit", "audit"],
        &["replay", "--policy", broken, "--audit", "audit"],
        &["replay", "--policy", other, "--audit", missing],
        &["suggest", "--policy", good, "--from", "audit"],
        &["suggest", "--policy", good, "--from", "calls"],
        &["suggest", "--policy", good, "--from", missing],
        &["compile", "--policy", broken, "-o", "x.bin"],
        &["compile", "--policy", good, "-o", "nowhere/x.bin"],
        &["audit", "query", "--audit", "audit"],
        &["audit", "query", "--audit", "audit", "--format", "csv"],
        &["audit", "query", "--audit", "audit", "--count-by", "agent,user,host,tool,rule"],
        &["audit", "query", "--audit", missing],
        &["audit", "report", "--audit", "audit"],
        &["audit", "verify", "--audit", "audit"],
        &["inventory", "--home", "home"],
        &["inventory", "--home", "home", "--json"],
        &["doctor", "--json"],
        &["doctor"],
        &["doctor", "--agent", "claude"],
        &["doctor", "--user", HOSTILE],
        &["install", "--user", "--dry-run"],
    ];
    let mut wrong = Vec::new();
    for arguments in all {
        let mut command = Command::new(env!("CARGO_BIN_EXE_prexec"));
        command.args(*arguments).current_dir(place.path()).env_clear().env("HOME", place.path().join("home"));
        let output = command.env("PATH", "/usr/bin:/bin").output().expect("prexec starts");
        let text = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
        // What is for programs keeps what JSON keeps: it is escaped where a person comes to see it.
        let json = arguments.iter().any(|argument| argument.contains("json"));
        let csv = arguments.contains(&"csv");
        let is_ours = |c: char| c == '\n' || csv && c == '\r';
        for line in text.lines() {
            if json && line.starts_with('{') {
                continue;
            }
            if let Some(c) = line.chars().find(|c| !is_ours(*c) && (c.is_control() || is_hidden(*c))) {
                wrong.push(format!("{:?} prints {c:?}: {line:?}", arguments.join(" ")));
            }
        }
        if text.trim().is_empty() && !matches!(arguments.first(), Some(&("fmt" | "compile"))) {
            wrong.push(format!("{:?} prints nothing", arguments.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

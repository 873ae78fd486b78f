//! Every case and every row of the corpora through both executables, by the same compiled policies: exit status, standard output and
//! standard error are the same bytes.

use crate::built::{Installed, decided, end};
use crate::suite::{self, Bench};
use prexec::compiled::{self, Choice, Origin, Role};
use prexec::policy::Policy;
use prexec::rules::Loader;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the attacks of the corpora are held against, beside the shipped posture.
const PROTECTED: &str = r#"
default(unknown = "prompt", network = "prompt", interactive = "prompt")
deny_read(["./.env", "./secrets", "~/.ssh", "~/.aws", "~/.netrc"])
prefix_rule([["rm", "curl", "wget", "ssh", "scp", "sudo", "su", "npm", "docker", "kubectl", "nc"]], decision = "forbidden")
prefix_rule(["git", "push"], decision = "forbidden")
glob_rule("/", access = "write", decision = "forbidden", unless = ["./out", "/tmp", "/var/tmp", "/dev/{null,stdout,stderr}"])
"#;

/// A call, and the compiled policy that it is held against.
struct Call {
    place: String,
    payload: String,
    policy: PathBuf,
}

/// Compiles policies into a directory, each once.
struct Compiler<'d> {
    directory: &'d Path,
    made: BTreeMap<String, PathBuf>,
}

impl Compiler<'_> {
    fn file(&mut self, name: &str, policy: &Policy) -> PathBuf {
        let number = self.made.len();
        let file = self.made.entry(name.to_owned()).or_insert_with(|| {
            let origin = Origin { role: Role::Named, sources: Vec::new(), facts: Vec::new(), gate: None };
            let all = Choice { policy: policy.clone(), ..Choice::default() };
            let file = self.directory.join(format!("{number}.bin"));
            std::fs::write(&file, compiled::write(&[], &all, &origin).expect("a policy of usual size"))
                .expect("a file");
            file
        });
        file.clone()
    }
}

fn payload(tool: &str, input: &Value, mode: &str) -> String {
    json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": "/w/p",
        "model": "m", "permission_mode": mode, "tool_name": tool, "tool_input": input, "tool_use_id": "u",
    })
    .to_string()
}

/// Runs all calls through both executables, a few at a time, and says which came out otherwise.
fn compare(installed: &Installed, calls: &[Call]) {
    let (next, handed, different) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let lonely = Installed::alone();
    let work = || {
        while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
            let ready = |mut command: Command| {
                command.env_clear().env("HOME", "/home/u").env("PATH", "/usr/bin:/bin").current_dir(installed.path());
                command
            };
            let options = [Path::new("--policy"), &call.policy];
            let [mut with_help, mut whole] = installed.both(&options).map(ready);
            let whole = end(&mut whole, call.payload.as_bytes());
            let [alone, _] = lonely.both(&options).map(ready);
            // A call that looks at the whole machine takes long where the disk is busy.
            let mut alone = decided(&mut { alone }, call.payload.as_bytes());
            if alone.stderr.ends_with("(rule internal:hand-over)\n") {
                handed.fetch_add(1, Ordering::Relaxed);
                alone = end(&mut with_help, call.payload.as_bytes());
            }
            // The limit on time is no verdict: the one with everything is built without optimisation here.
            if alone != whole && !whole.stderr.contains("no decision within") {
                different
                    .lock()
                    .expect("no panic")
                    .push(format!("{}\n  alone {alone:?}\n  whole {whole:?}", call.place));
            }
        }
    };
    std::thread::scope(|scope| (0..3).for_each(|_| drop(scope.spawn(work))));
    let different = different.into_inner().expect("no panic");
    let shown: Vec<&str> = different.iter().take(10).map(String::as_str).collect();
    assert!(different.is_empty(), "{} of {}:\n{}", different.len(), calls.len(), shown.join("\n"));
    // Those that ask for an account that does not exist.
    let handed = handed.into_inner();
    println!("{handed} of {} were handed over", calls.len());
    assert!(handed * 50 < calls.len(), "{handed} of {} were handed over", calls.len());
}

#[test]
fn every_case_gets_the_same_answer() {
    let installed = Installed::new();
    let mut compiler = Compiler { directory: installed.path(), made: BTreeMap::new() };
    let mut bench = Bench::default();
    let mut calls = Vec::new();
    for case in suite::all() {
        let Some(policy) = bench.policy(&case) else { continue };
        let policy = compiler.file(&case.policy_text(), policy);
        calls.push(Call { place: case.place.clone(), payload: case.payload(), policy });
    }
    assert!(calls.len() > 3000, "only {} cases", calls.len());
    compare(&installed, &calls);
}

#[test]
fn every_row_of_the_corpora_gets_the_same_answer() {
    let installed = Installed::new();
    let mut compiler = Compiler { directory: installed.path(), made: BTreeMap::new() };
    let loader = Loader::new();
    let controlled = loader.embedded("controlled.rules").unwrap_or_else(|e| panic!("{e}")).policy;
    let protected = loader.load_text("protected.rules", PROTECTED).unwrap_or_else(|e| panic!("{e}")).policy;
    let policies = [compiler.file("controlled", &controlled), compiler.file("protected", &protected)];
    let mut calls = Vec::new();
    for name in ["benign.jsonl", "hostile.jsonl", "commands.jsonl", "public.jsonl"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name);
        for (index, line) in std::fs::read_to_string(path).expect("a corpus").lines().enumerate() {
            let row: Value = serde_json::from_str(line).expect("a row is JSON");
            let command = json!({ "command": row["command"] });
            // Both policies have their turn, and both ways to say that something needs approval.
            let mode = if index % 3 == 0 { "bypassPermissions" } else { "default" };
            calls.push(Call {
                place: format!("tests/corpus/{name}:{}", index + 1),
                payload: payload("Bash", &command, mode),
                policy: policies[usize::from(name != "public.jsonl" && index % 2 == 0)].clone(),
            });
        }
    }
    assert!(calls.len() > 4000, "only {} rows", calls.len());
    compare(&installed, &calls);
}

/// What the wire refuses, permission requests, wrong options.
#[test]
fn faulty_inputs_and_options_get_the_same_answer() {
    let installed = Installed::new();
    let mut compiler = Compiler { directory: installed.path(), made: BTreeMap::new() };
    let loader = Loader::new();
    let policy = "prefix_rule([\"true\"])\nprefix_rule([\"git\", \"push\"], decision = \"prompt\")\ndeny_read(\"**/.env\")\n\
                  tool_rule(\"mcp__a__*\", \"forbidden\", arguments = {\"text\": \"^h.*\\\\p{L}$\"})";
    let policy = loader.load_text("policy.rules", policy).unwrap_or_else(|e| panic!("{e}")).policy;
    let policy = compiler.file("policy", &policy).display().to_string();
    let named = ["--policy", policy.as_str()];
    let mut runs: Vec<(Vec<&str>, Vec<u8>)> = Vec::new();
    let faults = include_str!("../wire/faults.jsonl").lines().filter(|line| !line.starts_with('#'));
    for row in faults.map(|line| serde_json::from_str::<Value>(line).expect("a row is JSON")) {
        let text = row["input"].as_str().map(String::from).or_else(|| {
            let part = |p: &Value| Some(p[0].as_str()?.repeat(usize::try_from(p[1].as_u64()?).ok()?));
            row["parts"].as_array().map(|parts| parts.iter().filter_map(part).collect())
        });
        let hex = |text: &str| {
            let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("text"), 16).expect("hex");
            text.as_bytes().chunks(2).map(digits).collect::<Vec<u8>>()
        };
        let input = text.map(String::into_bytes).or_else(|| row["hex"].as_str().map(hex));
        runs.push((named.to_vec(), input.expect("an input")));
    }
    let faulty = runs.len();
    for command in ["true", "git push", "cat .env", "echo $x", "echo ~nobody ~root ~no-such-account"] {
        let before = payload("Bash", &json!({ "command": command }), "default");
        let asked = before.replace("PreToolUse", "PermissionRequest").replace(",\"tool_use_id\":\"u\"", "");
        for options in [&[][..], &["--auto-approve"], &["--stale", "sources"], &["--home", "/home/x"], &["--audit=off"]]
        {
            runs.push(([&named[..], options].concat(), before.clone().into_bytes()));
            runs.push(([&named[..], options].concat(), asked.clone().into_bytes()));
        }
    }
    for text in ["hé", "h1", "no"] {
        runs.push((named.to_vec(), payload("mcp__a__b", &json!({ "text": text }), "default").into_bytes()));
    }
    let call = payload("Bash", &json!({ "command": "true" }), "default").into_bytes();
    for wrong in [
        &["--nonsense"][..],
        &["word"],
        &["hook"],
        &["--policy"],
        &["--prompt", "ask"],
        &["--help"],
        &["--version"],
        &["--auto-approve=yes"],
        &["--home", "/a", "--home", "/b"],
        &["\u{1b}[31m\u{202e}"],
        &["--policy="],
    ] {
        runs.push((wrong.to_vec(), call.clone()));
    }
    for (options, input) in &runs {
        let [alone, whole] = installed.both(options).map(|mut command| {
            command.env_clear().current_dir(installed.path());
            decided(&mut command, input)
        });
        assert_eq!(alone, whole, "{options:?}: {}", String::from_utf8_lossy(input.get(..300).unwrap_or(input)));
    }
    assert!(faulty > 100 && runs.len() > faulty + 40, "{faulty} {}", runs.len());
}

/// The executable of the same name that is built with the standard library.
#[test]
fn the_hosted_build_of_the_name_is_the_hook() {
    let installed = Installed::new();
    std::fs::write(installed.path().join("p.rules"), "deny_read(\"**/.env\")\n").expect("a file");
    for (options, command) in
        [(&["--policy", "p.rules"][..], "cat .env"), (&["--policy", "p.rules"], "true"), (&["--nonsense"], "true")]
    {
        let input = payload("Bash", &json!({ "command": command }), "default");
        let [_, mut whole] = installed.both(options);
        let mut hosted = Command::new(env!("CARGO_BIN_EXE_prexec-hook"));
        hosted.args(options);
        let [hosted, whole] =
            [&mut hosted, &mut whole].map(|c| decided(c.current_dir(installed.path()), input.as_bytes()));
        assert_eq!(hosted, whole, "{options:?} {command}");
    }
}

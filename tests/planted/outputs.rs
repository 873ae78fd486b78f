//! Everything that is made of records, by the real executable.

use super::receivers::Receiver;
use super::recorded::POLICY;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// What writes to standard output.
const VERBS: &[&str] = &[
    "audit query --audit audit --kind all --limit 10000000",
    "audit query --audit audit --kind all --format json",
    "audit query --audit audit --kind all --format csv",
    "audit query --audit audit --limit 10000000 --count-by program,path",
    "audit query --audit audit --limit 10000000 --count-by host --format json",
    "audit query --audit audit --limit 10000000 --count-by rule,repository,tool,session --format csv",
    "audit query --audit audit --limit 10000000 --count-by model,mode,subagent,user,machine --format csv --kind all",
    "audit export --audit audit --format jsonl",
    "audit export --audit audit --format ocsf",
    "audit export --audit audit --format ecs",
    "audit export --audit audit --format csv",
    "audit export --audit audit --format sarif",
    "audit verify --audit audit",
    "suggest --from audit --policy planted.rules",
    "suggest --from calls.jsonl --policy planted.rules",
    "replay --audit audit --policy open.rules --since 2026-01-01",
    "replay --audit audit --policy new.rules --since 2026-01-01",
];
/// What other verbs leave in files.
const FILES: &[(&str, &str)] = &[
    ("audit report --audit audit --output page.html", "page.html"),
    ("audit export --audit audit --format sarif --output denials.sarif", "denials.sarif"),
];

/// What each verb writes about a directory of records and a file of calls, by its arguments.
pub(crate) fn all(place: &Path) -> Vec<(String, Vec<u8>)> {
    fs::write(place.join("planted.rules"), POLICY).unwrap();
    let new = "default(reads = \"forbidden\", commands = \"forbidden\", tools = \"forbidden\")\n";
    fs::write(place.join("new.rules"), new).unwrap();
    fs::write(place.join("open.rules"), new.replace("forbidden", "allow")).unwrap();
    let mut all: Vec<(String, Vec<u8>)> =
        VERBS.iter().map(|verb| ((*verb).into(), output(place, verb, true))).collect();
    for (verb, file) in FILES {
        let said = output(place, verb, false);
        all.push(((*verb).into(), [said, fs::read(place.join(file)).unwrap()].concat()));
    }
    // A webhook is signed.
    let signing = place.join("signing");
    fs::write(&signing, "correct horse battery staple\n").unwrap();
    fs::set_permissions(&signing, fs::Permissions::from_mode(0o600)).unwrap();
    for receiver in [Receiver::http("otlp"), Receiver::http("webhook"), Receiver::syslog(), Receiver::journal(place)] {
        let name = receiver.to.split('=').next().unwrap_or_default().to_owned();
        let signed = if name == "webhook" { " --secret signing" } else { "" };
        let said = output(place, &format!("audit export --audit audit --to {}{signed}", receiver.to), false);
        all.push((name, [said, receiver.end()].concat()));
    }
    for file in ["chain.jsonl", "cursor-otlp.json"] {
        all.push((file.into(), fs::read(place.join("audit").join(file)).unwrap()));
    }
    all
}

fn output(place: &Path, verb: &str, says: bool) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prexec"));
    command.args(verb.split(' ')).current_dir(place).env("HOME", place);
    // No proxy of whoever runs the tests stands between.
    for name in ["http_proxy", "https_proxy", "all_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    let ended = command.output().unwrap();
    let status = ended.status.code();
    assert!(matches!(status, Some(0 | 1 | 5)), "{verb}: {status:?} {}", String::from_utf8_lossy(&ended.stderr));
    assert!(!says || !ended.stdout.is_empty(), "{verb}: {}", String::from_utf8_lossy(&ended.stderr));
    [ended.stdout, ended.stderr].concat()
}

/// The hook itself records a call.
pub(crate) fn hook(place: &Path, input: &[u8]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prexec"));
    command.args(["hook", "--policy"]).arg(place.join("planted.rules"));
    command.arg("--audit").arg(place.join("hooked")).current_dir(place);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait().unwrap();
}

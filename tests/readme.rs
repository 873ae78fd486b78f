//! Every command of the README and every example is run, so that none of them can go stale.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect(path)
}

/// The lines of the README's code blocks in a language.
fn blocks(language: &str) -> Vec<String> {
    let text = read("README.md");
    let mut found = Vec::new();
    let mut current: Option<String> = None;
    for line in text.lines() {
        match (&mut current, line.strip_prefix("```")) {
            (None, Some(tag)) if tag == language => current = Some(String::new()),
            (None, Some(_)) => current = Some("\0".into()), // a block of another language
            (Some(_), Some(_)) => found.extend(current.take().filter(|b| !b.starts_with('\0'))),
            (Some(block), None) => block.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    found
}

fn shell(command: &str, home: &Path) -> Output {
    Command::new("bash").args(["-c", command]).current_dir(root()).env("HOME", home).output().expect("bash runs")
}

/// What follows the name of an installed executable.
fn verb(line: &str) -> Option<&str> {
    let names = ["\"$HOME/.local/bin/prexec\" ", "sudo /opt/prexec/prexec ", "sudo prexec ", "prexec "];
    names.iter().find_map(|name| line.strip_prefix(name))
}

/// The verb as the test can run it: in a home of its own, and in an image instead of this machine.
fn installing(prexec: &str, rest: &str, home: &Path) -> String {
    let home = home.display();
    let rest = rest.replace(" --user \"$USER\"", "");
    if !rest.contains("--managed") {
        let executable = if rest.starts_with("install") { " --executable \"$HOME/.local/bin/prexec\"" } else { "" };
        return format!("{prexec} {rest} --home {home}{executable}");
    }
    let more = if rest.starts_with("uninstall") { "" } else { " --executable /opt/prexec/prexec" };
    format!("{prexec} {rest} --root {home}/root{more}")
}

#[test]
fn every_command_of_the_readme_runs() {
    let prexec = env!("CARGO_BIN_EXE_prexec");
    let home = tempfile::tempdir().unwrap();
    let ci = read(".ci/run");
    let mut ran = 0;
    for line in blocks("sh").iter().flat_map(|b| b.lines()).filter(|l| !l.trim().is_empty()) {
        if let Some(rest) = line.strip_prefix("cargo run --quiet --release -- ") {
            let out = shell(&format!("{prexec} {rest}"), home.path());
            // 0 allow, 3 prompt, 2 deny: a verdict, not an error.
            let status = out.status.code();
            assert!(matches!(status, Some(0 | 2 | 3)), "`{line}` ended with {status:?}: {out:?}");
            assert!(!out.stdout.is_empty() && out.stderr.is_empty(), "`{line}`: {out:?}");
            ran += 1;
        } else if line.contains("cargo test") || line.starts_with("cargo build") {
            // This very run, and CI's: the script must hold the same words.
            for part in line.split(" && ") {
                assert!(ci.contains(part), "`.ci/run` does not run `{part}`");
            }
        } else if let Some(rest) = line.strip_prefix("install -D target/release/prexec ") {
            let out = shell(&format!("install -D {prexec} {rest}"), home.path());
            assert!(out.status.success() && home.path().join(".local/bin/prexec").exists(), "`{line}`: {out:?}");
        } else if let Some(rest) = verb(line) {
            let out = shell(&installing(prexec, rest, home.path()), home.path());
            assert!(out.status.success() && !out.stdout.is_empty(), "`{line}`: {out:?}");
            ran += 1;
        } else if line.starts_with("sudo install -D target/release/prexec /opt/prexec/prexec") {
            let root = home.path().join("root/opt/prexec");
            std::fs::create_dir_all(&root).expect("an image");
            std::fs::copy(prexec, root.join("prexec")).expect("a copy");
        } else {
            panic!("no test runs this command of the README: `{line}`");
        }
    }
    assert!(ran >= 5, "the README shows fewer commands than it should: {ran}");
}

#[test]
fn the_first_command_denies_the_captured_call() {
    let input = std::fs::File::open(root().join("examples/captured-call.jsonl")).unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_prexec")).args(["check", "--jsonl"]).stdin(input).output().unwrap();
    let line: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(line["decision"], "deny", "{line}");
    assert!(line["reasons"][0]["rule"].as_str().unwrap().starts_with("packs/secrets.rules:"), "{line}");
    assert_eq!(line["reasons"][0]["effect"]["path"], "/home/u/work/sub/.env", "{line}");
}

#[test]
fn the_policy_of_the_readme_loads_and_decides() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [("readme.rules", blocks("python").concat()), ("first.rules", read("examples/first.rules"))] {
        let file: PathBuf = dir.path().join(name);
        std::fs::write(&file, text).unwrap();
        for (command, expected) in [("terraform apply", 2), ("cat x.tfstate", 2), ("cat .env", 2), ("git status", 0)] {
            let out = Command::new(env!("CARGO_BIN_EXE_prexec"))
                .args(["check", "--policy", file.to_str().unwrap(), command])
                .output()
                .unwrap();
            assert_eq!(out.status.code(), Some(expected), "{name}: `{command}`: {out:?}");
        }
    }
}

#[test]
fn the_registration_is_the_fail_closed_command_line() {
    let line = prexec::install::command::line(Path::new("/opt/prexec/prexec"), &[]).unwrap();
    let escaped = line.replace('\\', "\\\\").replace('"', "\\\"");
    let requirements = read("examples/requirements.toml");
    assert_eq!(
        requirements.matches(&escaped).count(),
        2,
        "examples/requirements.toml has another command line than {line}"
    );
    let (_, fallback) = line.split_once(" || ").expect("a fallback behind ||");
    // What the fallback is for: any end of the hook but 0 becomes 2, with a reason.
    for (hook, expected) in [("true", 0), ("exit 1", 2), ("kill -9 $$", 2), ("/nonexistent/prexec", 2), ("exit 2", 2)] {
        let line = format!("bash -c '{hook}' || {fallback}");
        let out = Command::new("bash").args(["-c", &line]).output().unwrap();
        assert_eq!(out.status.code(), Some(expected), "`{hook}`: {out:?}");
        assert!(expected == 0 || hook == "exit 2" || !out.stderr.is_empty(), "`{hook}` is blocked without a reason");
    }
}

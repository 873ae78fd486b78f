//! Starts the faulty executable under hostile circumstances, and says what a deny looks like.

use nix::sys::resource::{Resource, setrlimit};
use std::ffi::c_int;
use std::io::{self, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Fault, and what the message says of it.
pub(crate) const FAULTS: &[(&str, &str)] = &[
    ("panic", "internal error at src/guard/inject/whole.rs:"),
    ("index", "internal error at src/guard/inject/whole.rs:"),
    ("panic-caught", "(caught)"),
    ("panic-thread", "(elsewhere)"),
    ("panic-many", "(one of many)"),
    ("panic-hostile", "internal error at src/guard/inject/whole.rs:"),
    ("overflow", "crashed (SIGSEGV)"),
    ("abort", "crashed (SIGABRT)"),
    ("null", "crashed (SIGSEGV)"),
    ("big", "out of memory ("),
    ("leak", "out of memory ("),
    ("grow", "out of memory ("),
    ("exit-0", "ended without an answer"),
    ("exit-101", "ended without an answer"),
    ("print", "ended without an answer"),
    ("none", "ended without an answer"),
    ("loop", "no decision within 1000 ms"),
    ("read", "no decision within 1000 ms"),
];

/// Those that need no thread and no great amount of memory to happen.
pub(crate) const FRUGAL: &[&str] =
    &["panic", "index", "overflow", "abort", "null", "big", "leak", "grow", "exit-0", "none", "loop"];

pub(crate) fn faulty(arguments: &[&str]) -> Command {
    subject(Path::new(env!("CARGO_BIN_EXE_prexec-faulty")), arguments)
}

/// Any executable, with all three streams in our hands.
pub(crate) fn subject(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn send(child: &Child, number: c_int) {
    // SAFETY: a process of ours that has not been waited for.
    assert_eq!(unsafe { libc::kill(libc::pid_t::try_from(child.id()).expect("pid"), number) }, 0);
}

/// A pipe that is full; whether writing to it would block or fail is up to `blocking`.
pub(crate) fn full_pipe(blocking: bool) -> (io::PipeReader, OwnedFd) {
    let (reader, mut writer) = io::pipe().expect("pipe");
    let file = writer.as_raw_fd();
    // SAFETY: of a descriptor that is open.
    let flags = |flags: c_int| unsafe { libc::fcntl(file, libc::F_SETFL, flags) };
    flags(libc::O_NONBLOCK);
    while writer.write(&[b' '; 512]).is_ok() {}
    while writer.write(b" ").is_ok() {}
    flags(if blocking { 0 } else { libc::O_NONBLOCK });
    (reader, writer.into())
}

/// Runs it with standard input open and silent, and checks that it is over soon.
pub(crate) fn run(command: &mut Command) -> Output {
    let start = Instant::now();
    let output = run_at_leisure(command);
    assert!(start.elapsed() < Duration::from_secs(2), "took {:?}", start.elapsed());
    output
}

pub(crate) fn run_at_leisure(command: &mut Command) -> Output {
    let mut child = command.spawn().expect("start prexec-faulty");
    let held = child.stdin.take();
    let output = child.wait_with_output().expect("wait");
    drop(held);
    output
}

pub(crate) fn with(setup: impl Fn() + Send + Sync + 'static, command: &mut Command) -> Output {
    run(prepared(setup, command))
}

pub(crate) fn prepared(setup: impl Fn() + Send + Sync + 'static, command: &mut Command) -> &mut Command {
    // SAFETY: the setups make system calls only.
    unsafe {
        command.pre_exec(move || {
            setup();
            Ok(())
        })
    }
}

pub(crate) fn limit(resource: Resource, soft: u64, hard: u64) {
    setrlimit(resource, soft, hard).expect("lower a limit");
}

pub(crate) fn block_every_signal() {
    // SAFETY: the set is filled in before it is used.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigfillset(&raw mut set);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const set, std::ptr::null_mut());
    }
}

pub(crate) fn ignore_every_signal() {
    for number in 1..=64 {
        // SAFETY: takes numbers; refuses some.
        unsafe { libc::signal(number, libc::SIG_IGN) };
    }
}

/// Whoever started the tests may have been deaf to some (`nohup`).
pub(crate) fn default_every_signal() {
    for number in 1..=64 {
        // SAFETY: takes numbers; refuses some.
        unsafe { libc::signal(number, libc::SIG_DFL) };
    }
}

pub(crate) fn close(file: c_int) {
    // SAFETY: of this process only, which is about to be replaced.
    unsafe { libc::close(file) };
}

pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

/// Status 2, one line, all of it printable, nothing on standard output.
#[track_caller]
pub(crate) fn assert_blocked(output: &Output, about: &str, stage: &str, what: &str) {
    let line = text(&output.stderr);
    assert_eq!((output.status.signal(), output.status.code()), (None, Some(2)), "{what}: {line}");
    assert!(line.starts_with("prexec: "), "{what}: {line}");
    assert!(line.contains(about), "{what}: {line}");
    assert!(line.ends_with(&format!(" while {stage}; blocked\n")), "{what}: {line}");
    assert_eq!(line.lines().count(), 1, "{what}: {line}");
    assert!(line.trim_end().bytes().all(|b| (b' '..=b'~').contains(&b)), "{what}: {line}");
    assert_eq!(text(&output.stdout), "", "{what}");
}

/// Status 0 and exactly the JSON that blocks before a tool runs.
#[track_caller]
pub(crate) fn assert_blocked_by_json(output: &Output, about: &str, what: &str) {
    let stdout = text(&output.stdout);
    assert_eq!((output.status.signal(), output.status.code()), (None, Some(0)), "{what}: {stdout}");
    let json: serde_json::Value = serde_json::from_str(stdout).unwrap_or_else(|e| panic!("{what}: {e}: {stdout}"));
    let reason = json["hookSpecificOutput"]["permissionDecisionReason"].as_str().unwrap_or_default();
    assert!(reason.starts_with("prexec: ") && reason.contains(about), "{what}: {stdout}");
    let expected = serde_json::json!({"hookSpecificOutput": {
        "hookEventName": "PreToolUse", "permissionDecision": "deny", "permissionDecisionReason": reason}});
    assert_eq!(json, expected, "{what}");
}

//! The last resort, from outside: each fault in a process of its own, under each hostile circumstance.
//!
//! `cargo test --features fault-injection --test guard`

#![cfg(unix)]
#![allow(unsafe_code, reason = "`pre_exec` and pipes, to prepare the circumstances")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests are not known as tests"
)]

use nix::sys::resource::{Resource, setrlimit};
use std::ffi::c_int;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Fault, and what the message says of it.
const FAULTS: &[(&str, &str)] = &[
    ("panic", "internal error at src/guard/inject.rs:"),
    ("index", "internal error at src/guard/inject.rs:"),
    ("panic-caught", "(caught)"),
    ("panic-thread", "(elsewhere)"),
    ("panic-many", "(one of many)"),
    ("panic-hostile", "internal error at src/guard/inject.rs:"),
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
const FRUGAL: &[&str] =
    &["panic", "index", "overflow", "abort", "null", "big", "leak", "grow", "exit-0", "none", "loop"];

fn faulty(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prexec-faulty"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it with standard input open and silent, and checks that it is over soon.
fn run(command: &mut Command) -> Output {
    let start = Instant::now();
    let output = run_at_leisure(command);
    assert!(start.elapsed() < Duration::from_secs(2), "took {:?}", start.elapsed());
    output
}

fn run_at_leisure(command: &mut Command) -> Output {
    let mut child = command.spawn().expect("start prexec-faulty");
    let held = child.stdin.take();
    let output = child.wait_with_output().expect("wait");
    drop(held);
    output
}

fn with(setup: impl Fn() + Send + Sync + 'static, command: &mut Command) -> Output {
    run(prepared(setup, command))
}

fn prepared(setup: impl Fn() + Send + Sync + 'static, command: &mut Command) -> &mut Command {
    // SAFETY: the setups make system calls only.
    unsafe {
        command.pre_exec(move || {
            setup();
            Ok(())
        })
    }
}

fn limit(resource: Resource, soft: u64, hard: u64) {
    setrlimit(resource, soft, hard).expect("lower a limit");
}

fn block_every_signal() {
    // SAFETY: the set is filled in before it is used.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigfillset(&raw mut set);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const set, std::ptr::null_mut());
    }
}

fn ignore_every_signal() {
    for number in 1..=64 {
        // SAFETY: takes numbers; refuses some.
        unsafe { libc::signal(number, libc::SIG_IGN) };
    }
}

fn close(file: c_int) {
    // SAFETY: of this process only, which is about to be replaced.
    unsafe { libc::close(file) };
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

/// Status 2, one line, all of it printable, nothing on standard output.
#[track_caller]
fn assert_blocked(output: &Output, about: &str, stage: &str, what: &str) {
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
fn assert_blocked_by_json(output: &Output, about: &str, what: &str) {
    let stdout = text(&output.stdout);
    assert_eq!((output.status.signal(), output.status.code()), (None, Some(0)), "{what}: {stdout}");
    let json: serde_json::Value = serde_json::from_str(stdout).unwrap_or_else(|e| panic!("{what}: {e}: {stdout}"));
    let reason = json["hookSpecificOutput"]["permissionDecisionReason"].as_str().unwrap_or_default();
    assert!(reason.starts_with("prexec: ") && reason.contains(about), "{what}: {stdout}");
    let expected = serde_json::json!({"hookSpecificOutput": {
        "hookEventName": "PreToolUse", "permissionDecision": "deny", "permissionDecisionReason": reason}});
    assert_eq!(json, expected, "{what}");
}

#[test]
fn every_fault_blocks_and_names_the_stage() {
    for (fault, about) in FAULTS {
        for (step, stage) in [
            ("none", "starting"),
            ("reading", "reading the call"),
            ("loading=/x/y.rules", "loading policy `/x/y.rules`"),
            ("deciding", "deciding"),
        ] {
            if stage != "deciding" && about.contains("1000 ms") {
                continue; // One second each; the stage does not depend on the cause.
            }
            let output = run(&mut faulty(&["hook", step, fault]));
            // What a fault prints before it ends does not count for Codex, as the status is 2.
            let output = if *fault == "print" { Output { stdout: Vec::new(), ..output } } else { output };
            assert_blocked(&output, about, stage, fault);
        }
    }
}

#[test]
fn the_message_names_the_policy_and_the_limit() {
    let output = run(&mut faulty(&["hook", "loading=/x/y.rules", "leak"]));
    assert_eq!(
        text(&output.stderr),
        "prexec: out of memory (limit 512 MiB) while loading policy `/x/y.rules`; blocked\n"
    );
    let output = run(&mut faulty(&["hook", "loading=/x/\n`\u{1b}y\u{202e}.rules", "deadline=50", "loop"]));
    assert_eq!(
        text(&output.stderr),
        "prexec: no decision within 50 ms while loading policy `/x/???y???.rules`; blocked\n"
    );
}

#[test]
fn every_named_signal_blocks() {
    for number in (1..=64).filter(|n| ![libc::SIGKILL, libc::SIGSTOP, 32, 33].contains(n)) {
        let quiet = [libc::SIGCHLD, libc::SIGCONT, libc::SIGURG, libc::SIGWINCH].contains(&number);
        let about = match number {
            _ if quiet => "ended without an answer",
            libc::SIGALRM => "no decision within 1000 ms",
            _ => "(",
        };
        assert_blocked(
            &run(&mut faulty(&["hook", &format!("raise-{number}")])),
            about,
            "starting",
            &format!("signal {number}"),
        );
    }
}

#[test]
fn huge_and_hostile_panics_are_one_short_line() {
    for fault in ["panic-huge", "panic-payload", "panic-hostile"] {
        let output = run(&mut faulty(&["hook", "deciding", fault]));
        assert_blocked(&output, "internal error at src/guard/inject.rs:", "deciding", fault);
        assert!(output.stderr.len() < 200, "{fault}");
    }
    // Rust says so itself before it aborts, which adds a line of its own.
    let output = run(&mut faulty(&["hook", "deciding", "panic-in-panic"]));
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("prexec: "), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
}

#[test]
fn the_environment_is_never_shown() {
    for variable in [("SECRET_TOKEN", "hunter2"), ("RUST_BACKTRACE", "full")] {
        let output = run(faulty(&["hook", "panic-environment"]).env("SECRET", "hunter2").env(variable.0, variable.1));
        assert_blocked(&output, "internal error", "starting", "panic-environment");
        assert!(!text(&output.stderr).contains("hunter2"));
    }
}

#[test]
fn a_thread_that_overflows_blocks() {
    for setup in [(|| ()) as fn(), block_every_signal, ignore_every_signal] {
        let output = with(setup, &mut faulty(&["hook", "deciding", "overflow-thread"]));
        assert_blocked(&output, "crashed (SIG", "deciding", "overflow-thread");
    }
}

#[test]
fn inherited_signal_state_does_not_help() {
    for (fault, about) in FAULTS {
        for setup in [block_every_signal as fn(), ignore_every_signal] {
            if *fault != "print" {
                assert_blocked(&with(setup, &mut faulty(&["hook", fault])), about, "starting", fault);
            }
        }
    }
    for number in [libc::SIGTERM, libc::SIGPIPE, libc::SIGXCPU, libc::SIGXFSZ] {
        for setup in [block_every_signal as fn(), ignore_every_signal] {
            let output = with(setup, &mut faulty(&["hook", &format!("raise-{number}")]));
            assert_blocked(&output, "(", "starting", &format!("signal {number}"));
        }
    }
}

#[test]
fn small_limits_do_not_help() {
    let limits: [(&str, fn()); 5] = [
        ("64 MiB of addresses", || limit(Resource::RLIMIT_AS, 64 << 20, 64 << 20)),
        ("64 KiB of stack", || limit(Resource::RLIMIT_STACK, 64 << 10, 64 << 10)),
        // The loader of a dynamic executable needs one beyond the three, before `main`.
        ("4 files", || limit(Resource::RLIMIT_NOFILE, 4, 4)),
        ("no processes", || limit(Resource::RLIMIT_NPROC, 0, 0)),
        ("no files to write", || limit(Resource::RLIMIT_FSIZE, 0, 0)),
    ];
    for (name, setup) in limits {
        for fault in FRUGAL {
            let (_, about) = FAULTS.iter().find(|(known, _)| known == fault).expect("a fault of the table");
            let output = with(setup, &mut faulty(&["hook", "deciding", fault]));
            assert_blocked(&output, about, "deciding", &format!("{fault} with {name}"));
        }
    }
}

#[test]
fn the_limit_on_time_of_the_processor_blocks() {
    let setup = || limit(Resource::RLIMIT_CPU, 1, 20);
    // A second of the processor may be several of the clock.
    let output = run_at_leisure(prepared(setup, &mut faulty(&["hook", "deadline-off", "deciding", "loop"])));
    assert_blocked(&output, "stopped (SIGXCPU)", "deciding", "loop");
}

#[test]
fn the_system_out_of_memory_blocks() {
    let setup = || limit(Resource::RLIMIT_AS, 64 << 20, 64 << 20);
    let output = with(setup, &mut faulty(&["hook", "deciding", "grow"]));
    assert_blocked(&output, "out of memory (the system refused ", "deciding", "grow");
}

#[test]
fn an_answer_is_written_as_it_is() {
    let cases: [(&[&str], i32, &str, &str); 5] = [
        (&["silence"], 0, "", ""),
        (&["json={\"a\":1}"], 0, "{\"a\":1}", ""),
        (&["deny=no: é"], 2, "", "no: é\n"),
        (&["deny= \n"], 2, "", "prexec: denied without a reason; blocked\n"),
        (&["json="], 2, "", "prexec: cannot write the answer while starting; blocked\n"),
    ];
    for (arguments, status, stdout, stderr) in cases {
        let output = run(&mut faulty(&[&["hook"], arguments].concat()));
        assert_eq!(output.status.code(), Some(status), "{arguments:?}");
        assert_eq!((text(&output.stdout), text(&output.stderr)), (stdout, stderr), "{arguments:?}");
    }
}

#[test]
fn an_answer_that_cannot_be_written_blocks() {
    let output = with(|| close(1), &mut faulty(&["hook", "json={}"]));
    assert_blocked(&output, "cannot write the answer", "starting", "stdout closed");
    let full = OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let output = run(faulty(&["hook", "json={}"]).stdout(full));
    assert_blocked(&output, "cannot write the answer", "starting", "stdout full");
    let (reader, writer) = io::pipe().expect("pipe");
    drop(reader);
    let output = run(faulty(&["hook", "json={}"]).stdout(writer));
    assert_blocked(&output, "cannot write the answer", "starting", "stdout without a reader");
}

#[test]
fn without_standard_error_json_blocks() {
    for (fault, about) in FAULTS {
        if *fault != "print" {
            let output = with(|| close(2), &mut faulty(&["hook", fault]));
            assert_blocked_by_json(&output, about, fault);
            assert!(output.stderr.is_empty());
        }
    }
    let output = with(|| close(2), &mut faulty(&["hook", "deny=prexec: \"no\"\u{1}\\"]));
    assert_blocked_by_json(&output, "\"no\"\u{1}\\", "deny");
}

#[test]
fn a_permission_request_is_denied_in_its_own_form() {
    let output = with(|| close(2), &mut faulty(&["hook", "permission", "deciding", "panic"]));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let message = json["hookSpecificOutput"]["decision"]["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("prexec: internal error") && message.ends_with("while deciding; blocked"), "{json}");
    let expected = serde_json::json!({"hookSpecificOutput": {
        "hookEventName": "PermissionRequest", "decision": {"behavior": "deny", "message": message}}});
    assert_eq!((json, output.status.code()), (expected, Some(0)));
}

#[test]
fn standard_error_that_reaches_nobody_is_like_none() {
    for device in ["/dev/null", "/dev/full"] {
        let file = OpenOptions::new().write(true).open(device).expect("device");
        let output = run(faulty(&["hook", "null"]).stderr(file));
        assert_blocked_by_json(&output, "crashed (SIGSEGV)", device);
    }
    let (reader, writer) = io::pipe().expect("pipe");
    drop(reader);
    let output = run(faulty(&["hook", "null"]).stderr(writer));
    assert_blocked_by_json(&output, "crashed (SIGSEGV)", "a pipe without a reader");
    // The write itself raises SIGXFSZ.
    let directory = tempfile::tempdir().expect("directory");
    let file = File::create(directory.path().join("stderr")).expect("file");
    let mut command = faulty(&["hook", "null"]);
    let output = with(|| limit(Resource::RLIMIT_FSIZE, 0, 0), command.stderr(file));
    assert_blocked_by_json(&output, "crashed (SIGSEGV)", "a file over the limit");
}

/// A pipe that is full; whether writing to it would block or fail is up to `blocking`.
fn full_pipe(blocking: bool) -> (io::PipeReader, OwnedFd) {
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

#[test]
fn a_full_pipe_is_given_up_or_waited_for() {
    for blocking in [true, false] {
        let (reader, writer) = full_pipe(blocking);
        let output = run(faulty(&["hook", "null"]).stderr(writer));
        assert_blocked_by_json(&output, "crashed (SIGSEGV)", "a full pipe");
        drop(reader);

        let (mut reader, writer) = full_pipe(blocking);
        let mut command = faulty(&["hook", "null"]);
        let child = command.stderr(writer).spawn().expect("start");
        drop(command);
        thread::sleep(Duration::from_millis(60));
        let mut written = String::new();
        reader.read_to_string(&mut written).expect("read");
        let output = child.wait_with_output().expect("wait");
        assert_eq!(output.status.code(), Some(2), "{:?}", text(&output.stdout));
        assert_eq!(written.trim_start(), "prexec: crashed (SIGSEGV) while starting; blocked\n");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn with_both_streams_gone_the_status_is_still_2() {
    let both = || {
        close(1);
        close(2);
    };
    for fault in ["panic", "null", "abort", "loop", "deny=no", "exit-0"] {
        let output = with(both, &mut faulty(&["hook", fault]));
        assert_eq!((output.status.signal(), output.status.code()), (None, Some(2)), "{fault}");
    }
    let output = with(|| (0..3).for_each(close), &mut faulty(&["hook", "panic"]));
    assert_eq!((output.status.signal(), output.status.code()), (None, Some(2)));
}

/// Starts it, and waits until the guard stands and it reads.
fn started(directory: &Path, arguments: &[&str], command: impl Fn(&[&str]) -> Command) -> Child {
    let ready = directory.join("ready");
    let _ = fs::remove_file(&ready);
    let step = format!("ready={}", ready.display());
    let mut all = vec![arguments[0], "deadline=20000", &step];
    all.extend(&arguments[1..]);
    let child = command(&all).spawn().expect("start");
    let start = Instant::now();
    while !ready.exists() {
        assert!(start.elapsed() < Duration::from_secs(10), "never ready");
        thread::sleep(Duration::from_millis(2));
    }
    child
}

fn send(child: &Child, number: c_int) {
    // SAFETY: a process of ours that has not been waited for.
    assert_eq!(unsafe { libc::kill(libc::pid_t::try_from(child.id()).expect("pid"), number) }, 0);
}

#[test]
fn signals_from_outside_block() {
    let directory = tempfile::tempdir().expect("directory");
    for number in [
        libc::SIGTERM,
        libc::SIGPIPE,
        libc::SIGHUP,
        libc::SIGINT,
        libc::SIGQUIT,
        libc::SIGUSR1,
        libc::SIGUSR2,
        libc::SIGALRM,
        libc::SIGSEGV,
        libc::SIGBUS,
        libc::SIGABRT,
        libc::SIGILL,
        libc::SIGFPE,
        libc::SIGTRAP,
        libc::SIGSYS,
        libc::SIGXCPU,
        libc::SIGXFSZ,
        libc::SIGVTALRM,
        libc::SIGPROF,
        libc::SIGIO,
        libc::SIGTSTP,
        libc::SIGTTIN,
        libc::SIGTTOU,
    ] {
        let mut child = started(directory.path(), &["hook", "deciding", "read"], faulty);
        let held = child.stdin.take();
        send(&child, number);
        let output = child.wait_with_output().expect("wait");
        assert_blocked(&output, "", "deciding", &format!("signal {number}"));
        drop(held);
    }
}

#[test]
fn being_stopped_and_continued_changes_nothing() {
    let directory = tempfile::tempdir().expect("directory");
    let mut child = started(directory.path(), &["hook", "read", "silence"], faulty);
    let held = child.stdin.take();
    for _ in 0..5 {
        send(&child, libc::SIGSTOP);
        thread::sleep(Duration::from_millis(10));
        send(&child, libc::SIGCONT);
    }
    drop(held);
    let output = child.wait_with_output().expect("wait");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.is_empty() && output.stderr.is_empty());
}

#[test]
fn a_storm_of_signals_is_one_line() {
    let directory = tempfile::tempdir().expect("directory");
    for _ in 0..20 {
        let mut child = started(directory.path(), &["hook", "deciding", "read"], faulty);
        let held = child.stdin.take();
        for number in
            [libc::SIGTERM, libc::SIGINT, libc::SIGALRM, libc::SIGHUP, libc::SIGPIPE, libc::SIGXFSZ, libc::SIGXCPU]
        {
            send(&child, number);
        }
        assert_blocked(&child.wait_with_output().expect("wait"), "", "deciding", "storm");
        drop(held);
    }
}

#[test]
fn nothing_is_left_behind() {
    let unlimited = || limit(Resource::RLIMIT_CORE, u64::MAX, u64::MAX);
    for fault in ["abort", "null", "overflow", "raise-3"] {
        let directory = tempfile::tempdir().expect("directory");
        let output = with(unlimited, faulty(&["hook", fault]).current_dir(directory.path()));
        assert_blocked(&output, "", "starting", fault);
        assert_eq!(fs::read_dir(directory.path()).expect("list").count(), 0, "{fault}");
    }
    let output = with(unlimited, &mut faulty(&["hook", "core-limit"]));
    assert_eq!(text(&output.stdout), "Ok((0, 0))");
    if cfg!(target_os = "linux") {
        for profile in ["hook", "tool-1"] {
            let output = run(&mut faulty(&[profile, "dumpable"]));
            assert_eq!(text(&output.stdout), "Ok(false)");
        }
    }
}

#[test]
fn memory_is_counted() {
    let output = run(&mut faulty(&["tool-1", "used"]));
    let used: usize = text(&output.stdout).parse().expect("a number");
    assert!((100..100_000).contains(&used), "{used}");
    let output = run(&mut faulty(&["hook", "limit=1048576", "leak"]));
    assert_blocked(&output, "out of memory (limit 1 MiB)", "starting", "a limit of our own");
}

#[test]
fn the_hook_cannot_be_weakened() {
    let output = run(&mut faulty(&["hook", "tool", "raise-15"]));
    assert_blocked(&output, "stopped (SIGTERM)", "starting", "hook, then tool");
    let output = run(&mut faulty(&["hook", "tool", "exit-0"]));
    assert_blocked(&output, "ended without an answer", "starting", "hook, then tool");
}

#[test]
fn tools_end_with_their_own_status() {
    let cases: [(&[&str], i32, &str); 7] = [
        (&["panic"], 1, "(a literal) while starting\n"),
        (&["null"], 1, "prexec: crashed (SIGSEGV) while starting\n"),
        (&["loading=/x/y.rules", "overflow"], 4, "prexec: crashed (SIGSEGV) while loading policy `/x/y.rules`\n"),
        (
            &["loading=/x/y.rules", "limit=1048576", "leak"],
            4,
            "prexec: out of memory (limit 1 MiB) while loading policy `/x/y.rules`\n",
        ),
        (
            &["loading=/x/y.rules", "deadline=50", "loop"],
            4,
            "prexec: no decision within 50 ms while loading policy `/x/y.rules`\n",
        ),
        (&["exit-3"], 3, ""),
        (&["none"], 77, ""),
    ];
    for (arguments, status, message) in cases {
        let output = run(&mut faulty(&[&["tool-1"], arguments].concat()));
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {stderr}");
        assert!(stderr.ends_with(message) && (message.is_empty() == stderr.is_empty()), "{arguments:?}: {stderr}");
    }
}

#[test]
fn tools_keep_the_usual_signals() {
    for number in [libc::SIGPIPE, libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        let output = run(&mut faulty(&["tool-1", &format!("raise-{number}")]));
        assert_eq!(output.status.signal(), Some(number));
        assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    }
    // `nohup prexec ...` stays deaf.
    let output = with(ignore_every_signal, &mut faulty(&["tool-1", "raise-1"]));
    assert_eq!(output.status.code(), Some(77));
}

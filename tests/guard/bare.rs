//! The executable without a C library under the same circumstances, as far as they come from outside: it fails on nobody's request.

#[path = "../bare/built.rs"]
#[allow(dead_code, reason = "the tests that share it use different parts of it")]
mod built;

use crate::harness::{
    assert_blocked, assert_blocked_by_json, block_every_signal, close, full_pipe, ignore_every_signal, limit, prepared,
    run, send, subject, text, with,
};
use nix::sys::resource::Resource;
use prexec::compiled::{self, Choice, Origin, Role};
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What is said of a call that ends too early.
const TRUNCATED: &str = "(rule input:truncated)";

/// The hook, which goes on reading as long as standard input is open, with a compiled policy without rules.
fn hook() -> Command {
    static PLACE: OnceLock<TempDir> = OnceLock::new();
    let place = PLACE.get_or_init(|| {
        let place = tempfile::tempdir().expect("directory");
        let origin = Origin { role: Role::Named, sources: Vec::new(), facts: Vec::new(), gate: None };
        let bytes = compiled::write(&[], &Choice::default(), &origin).expect("a small policy");
        fs::write(place.path().join("policy.bin"), bytes).expect("file");
        place
    });
    let policy = place.path().join("policy.bin");
    subject(built::bare(), &["--policy", policy.to_str().expect("UTF-8")])
}

/// Started, and past the setting up of its guard: only then does it make signals wait.
#[allow(clippy::zombie_processes, reason = "whoever asked for it waits")]
fn reading() -> Child {
    let child = hook().spawn().expect("start");
    let status = format!("/proc/{}/status", child.id());
    let start = Instant::now();
    loop {
        let text = fs::read_to_string(&status).expect("a process of ours");
        let waits = |line: &str| line.strip_prefix("SigBlk:").is_some_and(|set| set.trim().starts_with("ffff"));
        if text.lines().any(waits) {
            // The timer and the first read follow at once.
            thread::sleep(Duration::from_millis(20));
            return child;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "never ready: {text}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Ends with a call that is cut off.
fn truncated(command: &mut Command) -> std::process::Output {
    let mut child = command.spawn().expect("start");
    // It may have ended before it reads.
    let _ = child.stdin.take().expect("a pipe").write_all(b"{\"cwd\":");
    child.wait_with_output().expect("wait")
}

#[test]
fn a_silent_standard_input_runs_into_the_deadline() {
    for setup in [(|| ()) as fn(), block_every_signal, ignore_every_signal] {
        let output = with(setup, &mut hook());
        assert_blocked(&output, "no decision within 1000 ms", "reading the call", "silence");
    }
}

#[test]
fn signals_from_outside_block() {
    let quiet = [libc::SIGCHLD, libc::SIGCONT, libc::SIGURG, libc::SIGWINCH, libc::SIGKILL, libc::SIGSTOP, 32, 33];
    let children: Vec<(i32, Child)> =
        (1..=64).filter(|n| !quiet.contains(n)).map(|number| (number, reading())).collect();
    for (number, mut child) in children {
        let held = child.stdin.take();
        send(&child, number);
        let output = child.wait_with_output().expect("wait");
        let about = match number {
            // Its own timer may have been the first.
            libc::SIGALRM => "no decision within 1000 ms",
            _ => "(",
        };
        let stderr = text(&output.stderr);
        // All were started before the first was signalled: the last ones may have come to their end.
        if !stderr.contains("no decision within") {
            assert_blocked(&output, about, "reading the call", &format!("signal {number}"));
        }
        drop(held);
    }
    for (number, said) in [
        (libc::SIGTERM, "stopped (SIGTERM)"),
        (libc::SIGINT, "stopped (SIGINT)"),
        (libc::SIGTSTP, "stopped (SIGTSTP)"),
        (libc::SIGSEGV, "crashed (SIGSEGV)"),
        (libc::SIGABRT, "crashed (SIGABRT)"),
        (libc::SIGSYS, "crashed (SIGSYS)"),
        (40, "stopped (signal 40)"),
    ] {
        let mut child = reading();
        let held = child.stdin.take();
        send(&child, number);
        let output = child.wait_with_output().expect("wait");
        assert_blocked(&output, said, "reading the call", said);
        drop(held);
    }
}

/// A signal that came while it read is found before the answer.
#[test]
fn a_signal_during_the_call_blocks() {
    let mut child = reading();
    send(&child, libc::SIGTERM);
    drop(child.stdin.take());
    let output = child.wait_with_output().expect("wait");
    assert_blocked(&output, "stopped (SIGTERM)", "recording the decision", "SIGTERM before the end of the input");
}

#[test]
fn a_storm_of_signals_is_one_line() {
    for _ in 0..20 {
        let mut child = reading();
        let held = child.stdin.take();
        for number in
            [libc::SIGTERM, libc::SIGINT, libc::SIGALRM, libc::SIGHUP, libc::SIGPIPE, libc::SIGXFSZ, libc::SIGXCPU]
        {
            send(&child, number);
        }
        assert_blocked(&child.wait_with_output().expect("wait"), "", "reading the call", "storm");
        drop(held);
    }
}

#[test]
fn being_stopped_and_continued_changes_nothing() {
    let mut child = reading();
    for _ in 0..5 {
        send(&child, libc::SIGSTOP);
        thread::sleep(Duration::from_millis(10));
        send(&child, libc::SIGCONT);
    }
    drop(child.stdin.take());
    let output = child.wait_with_output().expect("wait");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("(rule input:empty)"), "{}", text(&output.stderr));
}

#[test]
fn small_limits_do_not_help() {
    let limits: [(&str, fn()); 6] = [
        ("8 MiB of addresses", || limit(Resource::RLIMIT_AS, 8 << 20, 8 << 20)),
        ("64 KiB of stack", || limit(Resource::RLIMIT_STACK, 64 << 10, 64 << 10)),
        // One for the policy, and one for whatever is looked at.
        ("5 files", || limit(Resource::RLIMIT_NOFILE, 5, 5)),
        ("no processes", || limit(Resource::RLIMIT_NPROC, 0, 0)),
        ("no files to write", || limit(Resource::RLIMIT_FSIZE, 0, 0)),
        ("no memory to lock", || limit(Resource::RLIMIT_MEMLOCK, 0, 0)),
    ];
    for (name, setup) in limits {
        let output = truncated(prepared(setup, &mut hook()));
        let stderr = text(&output.stderr);
        assert_eq!((output.status.signal(), output.status.code()), (None, Some(2)), "{name}: {stderr}");
        assert!(stderr.contains(TRUNCATED), "{name}: {stderr}");
        let output = with(setup, &mut hook());
        assert_blocked(&output, "no decision within 1000 ms", "reading the call", name);
    }
}

#[test]
fn exhausted_memory_blocks() {
    let setup = || limit(Resource::RLIMIT_AS, 8 << 20, 8 << 20);
    let mut child = prepared(setup, &mut hook()).spawn().expect("start");
    let mut pipe = child.stdin.take().expect("a pipe");
    let writer = thread::spawn(move || drop(pipe.write_all(&vec![b' '; 8 << 20])));
    let output = child.wait_with_output().expect("wait");
    writer.join().expect("no panic");
    assert_blocked(&output, "out of memory (the system refused ", "reading the call", "8 MiB");
}

#[test]
fn nothing_is_left_behind() {
    let directory = tempfile::tempdir().expect("directory");
    let unlimited = || limit(Resource::RLIMIT_CORE, u64::MAX, u64::MAX);
    let mut command = hook();
    let child = prepared(unlimited, command.current_dir(directory.path())).spawn().expect("start");
    thread::sleep(Duration::from_millis(200));
    send(&child, libc::SIGSEGV);
    let output = child.wait_with_output().expect("wait");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_dir(directory.path()).expect("list").count(), 0);
}

#[test]
fn without_standard_error_json_blocks() {
    let output = with(|| close(2), &mut hook());
    assert_blocked_by_json(&output, "no decision within 1000 ms while reading the call", "closed");
    let output = truncated(prepared(|| close(2), &mut hook()));
    assert_blocked_by_json(&output, TRUNCATED, "closed");
    for device in ["/dev/null", "/dev/full"] {
        let file = OpenOptions::new().write(true).open(device).expect("device");
        assert_blocked_by_json(&truncated(hook().stderr(file)), TRUNCATED, device);
    }
    let (reader, writer) = io::pipe().expect("pipe");
    drop(reader);
    assert_blocked_by_json(&truncated(hook().stderr(writer)), TRUNCATED, "a pipe without a reader");
    let directory = tempfile::tempdir().expect("directory");
    let file = fs::File::create(directory.path().join("stderr")).expect("file");
    let mut command = hook();
    let output = truncated(prepared(|| limit(Resource::RLIMIT_FSIZE, 0, 0), command.stderr(file)));
    assert_blocked_by_json(&output, TRUNCATED, "a file over the limit");
}

#[test]
fn a_full_pipe_is_given_up_or_waited_for() {
    for blocking in [true, false] {
        let (reader, writer) = full_pipe(blocking);
        assert_blocked_by_json(&truncated(hook().stderr(writer)), TRUNCATED, "a full pipe");
        drop(reader);

        let (mut reader, writer) = full_pipe(blocking);
        let mut command = hook();
        let mut child = command.stderr(writer).spawn().expect("start");
        drop(command);
        drop(child.stdin.take());
        thread::sleep(Duration::from_millis(60));
        let mut written = String::new();
        reader.read_to_string(&mut written).expect("read");
        let output = child.wait_with_output().expect("wait");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        assert!(written.contains("(rule input:empty)"), "{}", written.trim_start());
    }
}

#[test]
fn with_both_streams_gone_the_status_is_still_2() {
    let both = || {
        close(1);
        close(2);
    };
    for setup in [both as fn(), || (0..3).for_each(close)] {
        let output = truncated(prepared(setup, &mut hook()));
        assert_eq!((output.status.signal(), output.status.code()), (None, Some(2)));
    }
    // A policy that is opened in the place of a stream is not written to.
    let output = run(prepared(|| close(0), &mut hook()));
    assert!(text(&output.stderr).contains("(rule input:empty)"), "{}", text(&output.stderr));
}

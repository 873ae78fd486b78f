//! Every signal is a deny, whatever was inherited and whoever sends it.

use crate::harness::{FAULTS, assert_blocked, block_every_signal, faulty, ignore_every_signal, run, send, with};
use std::fs;
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

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

/// Starts it with the steps `before`, waits until it has done them, and lets it go on to `after`.
fn started(directory: &Path, before: &[&str], after: &[&str]) -> Child {
    let ready = directory.join("ready");
    let _ = fs::remove_file(&ready);
    let step = format!("ready={}", ready.display());
    let child = faulty(&[&["hook", "deadline=20000"], before, &[&step], after].concat()).spawn().expect("start");
    let start = Instant::now();
    while !ready.exists() {
        assert!(start.elapsed() < Duration::from_secs(10), "never ready");
        thread::sleep(Duration::from_millis(2));
    }
    child
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
        let mut child = started(directory.path(), &["deciding"], &["read"]);
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
    let mut child = started(directory.path(), &[], &["read", "silence"]);
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
        let mut child = started(directory.path(), &["deciding"], &["read"]);
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

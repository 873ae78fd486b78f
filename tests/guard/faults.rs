//! Each fault is a deny that names the stage, with no limit small enough to change that.

use crate::harness::{
    FAULTS, FRUGAL, assert_blocked, block_every_signal, faulty, ignore_every_signal, limit, prepared, run,
    run_at_leisure, text, with,
};
use nix::sys::resource::Resource;
use std::fs;
use std::process::Output;

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
fn huge_and_hostile_panics_are_one_short_line() {
    for fault in ["panic-huge", "panic-payload", "panic-hostile"] {
        let output = run(&mut faulty(&["hook", "deciding", fault]));
        assert_blocked(&output, "internal error at src/guard/inject/whole.rs:", "deciding", fault);
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

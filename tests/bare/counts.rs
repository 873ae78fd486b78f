//! What a call costs, in figures that are the same on every run: held against `benches/counts.txt`, which changes in the same commit
//! as what makes a figure worse, with the reason in its message.
//!
//! Counted is the release build (`PREXEC_COUNTS=1`, as `.ci/run` sets it): with another build or compiler the figures are others.
//! `UPDATE_COUNTS=1` writes them anew.

use crate::built::{Installed, bare, decided, end, traced};
use nix::sys::resource::{UsageWho, getrusage};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A call with a pipeline of about 300 bytes. Not with git in it, for which the configuration of the machine would be read.
fn call() -> Vec<u8> {
    include_str!("../../benches/pipeline.json").replace("git ", "head ").into_bytes()
}

/// By how much a figure may be over the committed one, in percent.
fn slack(name: &str) -> u64 {
    match name.rsplit(' ').next() {
        Some("instructions") => 5,
        // Where the kernel puts things changes a few.
        Some("faults") => 15,
        // Lists of accounts may be longer than one read.
        Some("calls") => 6,
        Some("bytes") => 2,
        _ => 0,
    }
}

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/counts.txt")
}

#[test]
fn a_call_costs_no_more_than_is_written_down() {
    if std::env::var_os("PREXEC_COUNTS").is_none() {
        println!("not counted: set PREXEC_COUNTS=1 where PREXEC_BARE_HOOK names a release build");
        return;
    }
    let installed = Installed::new();
    let policy = compile(&installed);
    let mut counts =
        BTreeMap::from([("prexec-hook bytes".to_owned(), std::fs::metadata(bare()).expect("a file").len())]);
    let refused: &[&str] = &["--no-such-option"];
    let decided: &[&str] = &["--policy", &policy];
    for (name, options, status) in [("refused option", refused, 2), ("pipeline", decided, 0)] {
        let mut count = |what: &str, figure: u64| counts.insert(format!("{name} {what}"), figure);
        count("instructions", instructions(&installed, options, status));
        count("calls", system_calls(&installed, options, status));
        count("faults", faults(&installed, options, status));
    }
    if std::env::var_os("UPDATE_COUNTS").is_some() {
        let mut text = String::from(
            "# What `tests/bare/counts.rs` counted last. A figure that grows is changed with the reason in the commit.\n",
        );
        for (name, figure) in &counts {
            writeln!(text, "{name} = {figure}").expect("a string");
        }
        std::fs::write(committed(), text).expect("the figures are written");
        return;
    }
    let before: BTreeMap<String, u64> = std::fs::read_to_string(committed())
        .expect("the committed figures")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (name, figure) = line.split_once(" = ").expect("`name = figure`");
            (name.to_owned(), figure.parse().expect("a number"))
        })
        .collect();
    assert_eq!(before.keys().collect::<Vec<_>>(), counts.keys().collect::<Vec<_>>());
    let mut worse = String::new();
    for (name, now) in &counts {
        let was = before[name];
        println!("{name}: {now} (committed {was})");
        if *now > was + was * slack(name) / 100 {
            writeln!(worse, "{name}: {was} -> {now}").expect("a string");
        }
    }
    assert!(
        worse.is_empty(),
        "figures grew; make them smaller, or run with UPDATE_COUNTS=1 and say why in the commit:\n{worse}"
    );
}

/// A policy of 1,000 prefix rules and 200 globs.
fn compile(installed: &Installed) -> String {
    let mut text = String::from("default(unknown = \"allow\")\n");
    for n in 0..1000 {
        writeln!(text, "prefix_rule([\"program{n}\", \"verb{}\"], decision = \"forbidden\")", n % 7).expect("a string");
    }
    for n in 0..200 {
        writeln!(text, "deny_read(\"**/secret{n}/*.key\")").expect("a string");
    }
    std::fs::write(installed.path().join("p.rules"), text).expect("a file");
    let mut compile = Command::new(env!("CARGO_BIN_EXE_prexec"));
    compile.args(["compile", "--policy", "p.rules", "-o", "p.bin"]).current_dir(installed.path());
    assert_eq!(end(&mut compile, b"").status.0, Some(0));
    installed.path().join("p.bin").to_str().expect("UTF-8").to_owned()
}

/// The hook in a directory and an environment that are the same everywhere.
fn hook(program: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(options).current_dir("/").env_clear().env("PATH", "/usr/bin:/bin");
    command
}

/// Instructions in user space, by callgrind.
fn instructions(installed: &Installed, options: &[&str], status: i32) -> u64 {
    let hook = installed.hook();
    let hook = hook.to_str().expect("UTF-8");
    let mut arguments = vec!["--tool=callgrind", "--callgrind-out-file=/dev/null", hook];
    arguments.extend(options);
    let ended = decided(&mut self::hook(Path::new("valgrind"), &arguments), &call());
    assert_eq!(ended.status.0, Some(status), "{}", ended.stderr);
    let line = ended.stderr.lines().find_map(|line| line.split_once("Collected : ")).expect("what callgrind collected");
    line.1.trim().parse().expect("a number")
}

fn system_calls(installed: &Installed, options: &[&str], status: i32) -> u64 {
    let (ended, calls) = traced(&hook(&installed.hook(), options), &call()).expect("strace is installed");
    assert_eq!(ended.status.0, Some(status), "{}", ended.stderr);
    calls.len() as u64
}

/// Page faults that need no disk: the least of some runs, for children of other tests that end meanwhile count, too.
fn faults(installed: &Installed, options: &[&str], status: i32) -> u64 {
    let so_far = || getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage").minor_page_faults();
    let one = || {
        let before = so_far();
        let ended = end(&mut hook(&installed.hook(), options), &call());
        assert_eq!(ended.status.0, Some(status), "{}", ended.stderr);
        u64::try_from(so_far() - before).expect("it only grows")
    };
    (0..20).map(|_| one()).min().expect("several runs")
}

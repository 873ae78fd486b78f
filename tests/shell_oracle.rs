//! What the analyser says of generated shell scripts, held against what bash, dash and zsh really do with them.
//!
//! Every program that a shell starts and every file that it opens must be predicted, or the script declared unknown. Scripts run
//! confined, in a root directory in memory where every program but the shells and a few wrappers is a stub that logs its words.
//!
//! `ORACLE_SCRIPTS` sets how many scripts are run (5000), `ORACLE_SEED` the first seed (1); each script has a seed of its own, so
//! that one failing script is run again by `ORACLE_SEED=N ORACLE_SCRIPTS=1`. `ORACLE_SHOW=1` prints scripts that do not
//! end, `ORACLE_SHOW=all` all; `ORACLE_SCRIPT=TEXT` runs that text.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "all of this is a test, which the lints do not see where it has no test functions"
)]

#[path = "oracle/compare.rs"]
mod compare;
#[path = "oracle/confined.rs"]
mod confined;
#[path = "oracle/differences.rs"]
mod differences;
#[path = "oracle/generate.rs"]
mod generate;
#[path = "oracle/mutate.rs"]
mod mutate;
#[path = "oracle/random.rs"]
mod random;
#[path = "oracle/report.rs"]
mod report;
#[path = "oracle/room.rs"]
mod room;
#[path = "oracle/shrink.rs"]
mod shrink;
#[path = "oracle/situations.rs"]
mod situations;
#[path = "oracle/states.rs"]
mod states;
#[path = "oracle/tree.rs"]
mod tree;
#[path = "oracle/wire.rs"]
mod wire;

use confined::Room;
use random::Random;
use report::{Failure, Report};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// At least this share of the scripts, in percent, must be known in full: a test of unknowns would prove nothing.
const LEAST_KNOWN: u64 = 60;

/// Most failing scripts that are made small and shown.
const MOST_SHOWN: usize = 25;

fn main() -> ExitCode {
    if let Ok(assignment) = std::env::var(room::ASSIGNMENT) {
        room::serve(&assignment);
        return ExitCode::SUCCESS;
    }
    if std::env::args().any(|a| a == "--list") {
        println!("shell_oracle: test");
        return ExitCode::SUCCESS;
    }
    let helpers = tempfile::tempdir().expect("a temporary directory");
    confined::compile_helpers(helpers.path());
    if let Ok(script) = std::env::var("ORACLE_SCRIPT") {
        let mut room = Room::start(helpers.path());
        print!("{}", report::one(&script, &mut room));
        return ExitCode::SUCCESS;
    }
    let (first, count) = (number("ORACLE_SEED", 1), number("ORACLE_SCRIPTS", 5000));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicU64::new(0);
    let report = Mutex::new(Report::default());
    let start = std::time::Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut room = Room::start(helpers.path());
                let world = tree::world();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    let seed = first.wrapping_add(index);
                    let script = script_of(seed);
                    let prediction = compare::predict(&script, &world);
                    let observed = room.run(&script);
                    let misses: Vec<_> = observed.iter().flat_map(|o| prediction.misses(o)).collect();
                    let mut report = report.lock().expect("no thread panics");
                    if observed.iter().any(|o| o.late) && std::env::var_os("ORACLE_SHOW").is_some() {
                        println!("late: {script:?}");
                    }
                    report.count(&script, &prediction, &observed);
                    if !misses.is_empty() {
                        report.failures.push(Failure { seed, script, misses });
                    }
                }
            });
        }
    });
    let mut report = report.into_inner().expect("no thread panics");
    println!("{}", report.summary(start.elapsed()));
    let known_enough = count < 1000 || report.known_share() >= LEAST_KNOWN;
    if !known_enough {
        println!("less than {LEAST_KNOWN} % of the scripts were known in full");
    }
    if !report.failures.is_empty() {
        let mut room = Room::start(helpers.path());
        println!("{}", report.failures_shown(&mut room, MOST_SHOWN));
    }
    let passed = known_enough && report.failures.is_empty();
    println!("test result: {}. {count} scripts", if passed { "ok" } else { "FAILED" });
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The script of a seed: two of four by grammar, one that changes the shell's state, one by changing a one-liner of
/// `oracle/seeds.txt`; and a few of them inside a substitution, which bash 5.2 prints and parses again before it runs them.
/// `ORACLE_KIND=states` and `ORACLE_KIND=substitutions` make all of them of that kind.
fn script_of(seed: u64) -> String {
    let mut random = Random::new(seed);
    let only = std::env::var("ORACLE_KIND").unwrap_or_default();
    let kind = random.below(4);
    let script = if kind == 2 || only == "states" {
        states::script(&mut random)
    } else if kind < 2 {
        generate::script(&mut random)
    } else {
        mutate::script(&mut random)
    };
    match random.below(if only == "substitutions" { 2 } else { 24 }) {
        0 => format!(": \"$(\n{script}\n)\""),
        1 => format!("cat <(\n{script}\n)"),
        _ => script,
    }
}

fn number(variable: &str, default: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("`{variable}` is `{text}`; give a number")),
        Err(_) => default,
    }
}

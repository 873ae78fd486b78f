//! Mutates small seeds and holds what comes out against what must hold for every input. Runs on any toolchain, as a plain test.
//!
//! `FUZZ_SECONDS` (20) is the time for all targets together, `FUZZ_SEED` makes a run the same again. The input at work stands in
//! `fuzz-last` of cargo's directory for test files, for the case that the process itself dies.

#![cfg(feature = "admin")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

#[path = "fuzz/mutate.rs"]
mod mutate;
#[path = "fuzz/oracles.rs"]
mod oracles;

use mutate::Mutator;
use oracles::{Line, shell, wire};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// The stack of the thread that works: an eighth of what a process gets.
const STACK: usize = 1 << 20;
/// Longest input that is mutated further.
const LONGEST: usize = 2000;
/// What one input may take, on a busy machine in a debug build.
const SLOW: Duration = Duration::from_secs(20);

/// What is wrong with an input, where something is.
type Oracle<'a> = &'a (dyn Fn(&[u8]) -> Result<(), String> + Sync);

#[test]
fn what_must_hold_for_every_input_holds() {
    let number = |name: &str, usual: u64| {
        std::env::var(name).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number")))
    };
    let seconds = number("FUZZ_SECONDS", 20);
    let seed = number("FUZZ_SEED", 0x5eed);
    let line = Line::new();
    let whole = |input: &[u8]| line.holds(input);
    let targets: [(&str, &str, Oracle<'_>); 3] =
        [("wire", "wire", &wire), ("shell", "shell", &shell), ("line", "shell", &whole)];
    for (name, corpus, oracle) in targets {
        let seeds = seeds(corpus);
        // The whole line takes most of the time, and finds most.
        let share = if name == "line" { 0.6 } else { 0.2 };
        let until = Instant::now() + Duration::from_secs(seconds).mul_f64(share);
        let worked = thread::scope(|scope| {
            let work = || target(name, &seeds, seed, until, oracle);
            let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).expect("a thread");
            thread.join().unwrap_or_else(|_| panic!("the target `{name}` ends in a panic"))
        });
        match worked {
            Ok(inputs) => println!("{name}: {inputs} inputs from {} seeds", seeds.len()),
            Err(failure) => panic!("{name}, FUZZ_SEED={seed}: {failure}"),
        }
    }
}

/// Every seed first, then what becomes of them; how many inputs there were.
fn target(name: &str, seeds: &[Vec<u8>], seed: u64, until: Instant, oracle: Oracle<'_>) -> Result<usize, String> {
    let last = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-last");
    let mut mutator = Mutator::new(seed, seeds);
    let mut inputs = 0;
    while inputs < seeds.len() || Instant::now() < until {
        let input = seeds.get(inputs).cloned().unwrap_or_else(|| mutator.next(LONGEST));
        inputs += 1;
        fs::write(&last, &input).map_err(|e| format!("`{}`: {e}", last.display()))?;
        if let Some(failure) = failure(&input, oracle) {
            let small = shrink(input, oracle);
            let why = self::failure(&small, oracle).unwrap_or(failure);
            return Err(format!("input {inputs} of {name}: {why}\n  {:?}", String::from_utf8_lossy(&small)));
        }
    }
    Ok(inputs)
}

fn failure(input: &[u8], oracle: Oracle<'_>) -> Option<String> {
    let start = Instant::now();
    match catch_unwind(AssertUnwindSafe(|| oracle(input))) {
        Ok(Ok(())) if start.elapsed() > SLOW => Some(format!("it takes {:?}", start.elapsed())),
        Ok(Ok(())) => None,
        Ok(Err(why)) => Some(why),
        Err(_) => Some("it panics".into()),
    }
}

/// Takes pieces away as long as it goes on failing.
fn shrink(mut input: Vec<u8>, oracle: Oracle<'_>) -> Vec<u8> {
    let mut piece = input.len() / 2;
    while piece > 0 {
        let mut at = 0;
        while at < input.len() {
            let mut shorter = input.clone();
            shorter.drain(at..(at + piece).min(input.len()));
            if failure(&shorter, oracle).is_some() {
                input = shorter;
            } else {
                at += piece;
            }
        }
        piece /= 2;
    }
    input
}

fn seeds(corpus: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(corpus);
    let mut paths: Vec<_> =
        fs::read_dir(directory).expect("a corpus").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "the corpus `{corpus}` is empty");
    paths.iter().map(|path| fs::read(path).expect("a seed")).collect()
}

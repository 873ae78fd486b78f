//! Mutates small seeds and holds what comes out against what must hold for every input. Runs on any toolchain, as a plain test.
//!
//! `FUZZ_SECONDS` (30) is the time for all targets together, `FUZZ_TARGET=tokens,shell,line` gives all of it to some (an hour:
//! `FUZZ_TARGET=policy FUZZ_SECONDS=3600 cargo test --test fuzz`), `FUZZ_SEED` makes a run the same again, `FUZZ_SEED=random`
//! makes it unlike all others. `tests/fuzz/README.md` tells of the other way, which is guided by what an input reaches. The input at work stands in `fuzz-last` of cargo's directory for test files, for the case that the
//! process itself dies.

#![cfg(feature = "admin")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

#[path = "hostile/memory.rs"]
mod memory;
#[path = "fuzz/mutate.rs"]
mod mutate;
#[path = "fuzz/oracles.rs"]
mod oracles;
#[path = "fuzz/policies.rs"]
mod policies;
#[path = "fuzz/reference/mod.rs"]
mod reference;
#[path = "fuzz/scripts.rs"]
mod scripts;
#[path = "fuzz/targets.rs"]
mod targets;
#[path = "fuzz/texts.rs"]
mod texts;

use mutate::Mutator;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};
use targets::{MEMORY, Oracle, Target};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The stack of the thread that works: an eighth of what a process gets.
const STACK: usize = 1 << 20;
/// Longest input that is mutated further.
const LONGEST: usize = 2000;
/// What one input may take of the processor, in a debug build.
const SLOW: Duration = Duration::from_secs(20);

#[global_allocator]
static HEAP: memory::Counting = memory::Counting;

#[test]
fn what_must_hold_for_every_input_holds() {
    let number = |name: &str, usual: u64| {
        std::env::var(name).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number")))
    };
    let seconds = number("FUZZ_SECONDS", 30);
    let seed = match std::env::var("FUZZ_SEED").as_deref() {
        Ok("random") => std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), "seed"),
        _ => number("FUZZ_SEED", 0x5eed),
    };
    let wanted = std::env::var("FUZZ_TARGET").ok();
    let targets = targets::all();
    let names: Option<Vec<&str>> = wanted.as_deref().map(|names| names.split(',').collect());
    let chosen: Vec<&Target> =
        targets.iter().filter(|target| names.as_ref().is_none_or(|names| names.contains(&target.name))).collect();
    assert!(!chosen.is_empty(), "no target is called {wanted:?}");
    let shares: f64 = chosen.iter().map(|target| target.share).sum();
    for target in chosen {
        let start = Instant::now();
        let until = start + Duration::from_secs(seconds).mul_f64(target.share / shares);
        let worked = thread::scope(|scope| {
            let working = || work(target, seed, until);
            let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, working).expect("a thread");
            thread.join().unwrap_or_else(|_| panic!("the target `{}` ends in a panic", target.name))
        });
        match worked {
            Ok(done) => println!("{}: {}", target.name, done.said(target.seeds.len(), start.elapsed())),
            Err(failure) => panic!("{}, FUZZ_SEED={seed}: {failure}", target.name),
        }
    }
    println!("FUZZ_SEED={seed}");
}

/// A published package has no `guided`: it is a crate of its own.
#[test]
fn the_guided_targets_are_the_same() {
    let directory = Path::new(ROOT).join("tests/fuzz/guided");
    if !directory.exists() {
        return;
    }
    let manifest = fs::read_to_string(directory.join("Cargo.toml")).expect("a manifest");
    let name = |table: &str| Some(table.split_once("name = \"")?.1.split_once('"')?.0.to_owned());
    let guided: Vec<String> = manifest.split("[[bin]]").skip(1).filter_map(name).collect();
    assert_eq!(guided, targets::all().map(|target| target.name.to_owned()));
    for name in guided {
        let file = fs::read_to_string(directory.join(format!("{name}.rs"))).expect("a target");
        assert!(file.contains(&format!("target!(\"{name}\")")), "{name}.rs is another target");
    }
}

#[test]
fn the_reference_says_what_the_language_says() {
    reference::check_itself();
}

/// What a target has done.
#[derive(Default)]
struct Done {
    inputs: usize,
    /// Most that one input took: time, and memory at a time.
    slowest: Duration,
    largest: usize,
}

impl Done {
    fn said(&self, seeds: usize, time: Duration) -> String {
        let (seconds, inputs) = (time.as_secs().max(1), self.inputs);
        let each = inputs as u64 / seconds;
        let (slowest, largest) = (self.slowest.as_millis(), self.largest >> 10);
        format!(
            "{inputs} inputs from {seeds} seeds, {each} each second; at most {slowest} ms and {largest} KiB for one"
        )
    }
}

/// Every seed first, then what becomes of them.
fn work(target: &Target, seed: u64, until: Instant) -> Result<Done, String> {
    let (name, seeds, oracle) = (target.name, &target.seeds, &target.oracle);
    let last = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-last");
    let mut mutator = Mutator::new(seed, target);
    let longest = seeds.iter().map(Vec::len).max().unwrap_or(0).max(LONGEST);
    let mut done = Done::default();
    while done.inputs < seeds.len() || Instant::now() < until {
        let input = seeds.get(done.inputs).cloned().unwrap_or_else(|| mutator.next(longest));
        done.inputs += 1;
        fs::write(&last, &input).map_err(|e| format!("`{}`: {e}", last.display()))?;
        let start = worked();
        let (failed, memory) = memory::peak_of(|| failure(&input, oracle));
        (done.slowest, done.largest) = (done.slowest.max(worked().saturating_sub(start)), done.largest.max(memory));
        if let Some(failed) = failed {
            let small = shrink(input, oracle);
            let why = failure(&small, oracle).unwrap_or(failed);
            let number = done.inputs;
            return Err(format!("input {number} of {name}: {why}\n  {:?}", String::from_utf8_lossy(&small)));
        }
    }
    Ok(done)
}

/// How long this thread has been at work. What others do meanwhile does not count, where the system says so.
fn worked() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let worked = told.and_then(|text| text.split(' ').next()?.parse().ok()).map(Duration::from_nanos);
    worked.unwrap_or_else(|| START.get_or_init(Instant::now).elapsed())
}

fn failure(input: &[u8], oracle: &Oracle) -> Option<String> {
    let start = worked();
    let (outcome, memory) = memory::peak_of(|| catch_unwind(AssertUnwindSafe(|| oracle(input))));
    let took = worked().saturating_sub(start);
    match outcome {
        Ok(Ok(())) if took > SLOW => Some(format!("it takes {took:?}")),
        Ok(Ok(())) if memory > MEMORY => Some(format!("it allocates {} MiB at a time", memory >> 20)),
        Ok(Ok(())) => None,
        Ok(Err(why)) => Some(why),
        Err(_) => Some("it panics".into()),
    }
}

/// Takes pieces away as long as it goes on failing.
fn shrink(mut input: Vec<u8>, oracle: &Oracle) -> Vec<u8> {
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

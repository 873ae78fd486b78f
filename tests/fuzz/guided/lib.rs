//! The targets of `tests/fuzz.rs`, with the same oracles, for libFuzzer.

#![allow(dead_code, reason = "the blind way of fuzzing uses more of what both share")]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "all of this is a test")]

mod cases;
#[path = "../../hostile/memory.rs"]
mod memory;
#[path = "../mutate.rs"]
mod mutate;
#[path = "../oracles.rs"]
mod oracles;
#[path = "../policies.rs"]
mod policies;
#[path = "../reference/mod.rs"]
mod reference;
#[path = "../scripts.rs"]
mod scripts;
#[path = "../targets.rs"]
mod targets;
#[path = "../texts.rs"]
mod texts;

use mutate::Mutator;
use std::fs::{self, File};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::OnceLock;
use targets::{MEMORY, Target};

pub use libfuzzer_sys;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");

#[global_allocator]
static HEAP: memory::Counting = memory::Counting;

/// The whole of a target's executable.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        $crate::libfuzzer_sys::fuzz_target!(init: $crate::begin($name), |input: &[u8]| $crate::hold($name, input));
        $crate::libfuzzer_sys::fuzz_mutator!(|input: &mut [u8], size: usize, longest: usize, seed: u32| {
            $crate::mutate($name, input, size, longest, seed)
        });
    };
}

fn target(name: &str) -> &'static Target {
    static TARGET: OnceLock<Target> = OnceLock::new();
    TARGET.get_or_init(|| {
        let mut target = targets::all().into_iter().find(|target| target.name == name).expect("a target of this name");
        target.seeds.extend(cases::seeds(name));
        target
    })
}

/// Puts the seeds where libFuzzer is to look for them: the directory that `GUIDED_SEEDS` names.
pub fn begin(name: &str) {
    let target = target(name);
    let Some(directory) = std::env::var_os("GUIDED_SEEDS") else { return };
    for (number, seed) in target.seeds.iter().enumerate() {
        fs::write(Path::new(&directory).join(number.to_string()), seed).expect("a seed is written");
    }
}

/// Ends the process where the oracle finds something wrong with `input`, or notes it and goes on where `GUIDED_GO_ON` names a
/// directory for such inputs.
pub fn hold(name: &str, input: &[u8]) {
    let target = target(name);
    keep(input);
    let (held, most) = memory::peak_of(|| (target.oracle)(input));
    let wrong = match held {
        Err(why) => why,
        Ok(()) if most > MEMORY => format!("it allocates {} MiB at a time", most >> 20),
        Ok(()) => return,
    };
    let wrong = format!("{name}: {wrong}\n  {:?}", String::from_utf8_lossy(input));
    let Some(directory) = std::env::var_os("GUIDED_GO_ON") else { panic!("{wrong}") };
    eprintln!("{wrong}");
    let number = BuildHasherDefault::<DefaultHasher>::default().hash_one(input);
    fs::write(Path::new(&directory).join(format!("{number:x}")), input).expect("an input is written");
}

/// The input at work in the file that `GUIDED_LAST` names: libFuzzer itself keeps none when the stack overflows.
fn keep(input: &[u8]) {
    static LAST: OnceLock<Option<File>> = OnceLock::new();
    let last = LAST.get_or_init(|| std::env::var_os("GUIDED_LAST").and_then(|path| File::create(path).ok()));
    if let Some(file) = last {
        let _ = file.set_len(input.len() as u64);
        let _ = file.write_all_at(input, 0);
    }
}

/// One change in two is libFuzzer's own, which knows what the input is compared with; the others are those of the blind way, which
/// know what means something. Returns the new length of `input`.
pub fn mutate(name: &str, input: &mut [u8], size: usize, longest: usize, seed: u32) -> usize {
    let target = target(name);
    let mut mutator = Mutator::new(u64::from(seed), target);
    if size < 2 || mutator.below(50) == 0 {
        return put(input, mutator.seed(), longest);
    }
    if mutator.below(2) == 0 {
        return libfuzzer_sys::fuzzer_mutate(input, size, longest);
    }
    let mut changed = input[..size].to_vec();
    mutator.changes(&mut changed);
    put(input, &changed, longest)
}

fn put(input: &mut [u8], from: &[u8], longest: usize) -> usize {
    let size = from.len().min(longest).min(input.len());
    input[..size].copy_from_slice(&from[..size]);
    size
}

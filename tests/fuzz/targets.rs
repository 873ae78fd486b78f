//! What is fuzzed: each target's name, its seeds and what must hold for every input. Both ways of fuzzing take it from here.

use crate::oracles::{Line, shell, wire};
use crate::policies::{Compiled, globs, starlark};
use crate::{reference, texts};
use std::fs;
use std::path::Path;

/// What the analysis of one input may allocate at a time.
pub(crate) const MEMORY: usize = 64 << 20;

/// What is wrong with an input, where something is.
pub(crate) type Oracle = Box<dyn Fn(&[u8]) -> Result<(), String> + Send + Sync>;

pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) seeds: Vec<Vec<u8>>,
    /// Whether the seeds are scripts, which are changed word by word as well.
    pub(crate) scripts: bool,
    /// Of the time for all.
    pub(crate) share: f64,
    pub(crate) oracle: Oracle,
}

impl Target {
    fn new(name: &'static str, corpus: &str, share: f64, oracle: Oracle) -> Self {
        Self { name, seeds: seeds(corpus), scripts: corpus == "shell", share, oracle }
    }
}

/// The whole line takes most of the time, and finds most; a policy against the reference comes next.
pub(crate) fn all() -> [Target; 9] {
    let (line, damaged) = (Line::new(), Compiled::new());
    let compiled = damaged.seeds();
    [
        Target::new("wire", "wire", 0.1, Box::new(wire)),
        Target::new("tokens", "tokens", 0.05, Box::new(texts::tokens)),
        Target::new("shell", "shell", 0.1, Box::new(shell)),
        Target::new("line", "shell", 0.35, Box::new(move |input: &[u8]| line.holds(input))),
        Target::new("patch", "patch", 0.05, Box::new(texts::patch)),
        Target::new("globs", "globs", 0.05, Box::new(globs)),
        Target {
            name: "compiled",
            seeds: compiled,
            scripts: false,
            share: 0.05,
            oracle: Box::new(move |input: &[u8]| damaged.holds(input)),
        },
        Target::new("starlark", "starlark", 0.05, Box::new(starlark)),
        Target::new("policy", "policy", 0.2, Box::new(reference::holds)),
    ]
}

fn seeds(corpus: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(crate::ROOT).join("tests/fuzz/corpus").join(corpus);
    let mut paths: Vec<_> =
        fs::read_dir(directory).expect("a corpus").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "the corpus `{corpus}` is empty");
    paths.iter().map(|path| fs::read(path).expect("a seed")).collect()
}

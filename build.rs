//! Turns the knowledge of programs under `policies/tables/` into one binary table that the executable uses in place.
#![allow(unreachable_pub, reason = "files that the library has as public modules")]
extern crate alloc;

#[path = "src/tables/encode.rs"]
mod encode;
#[path = "src/tables/git_source.rs"]
mod git_source;
#[path = "src/tables/languages"]
mod languages {
    #[allow(dead_code, reason = "the reader uses all of it")]
    pub(crate) mod layout;
    pub(crate) mod rows;
}
#[path = "src/tables/layout.rs"]
#[allow(dead_code, reason = "the reader uses all of it")]
mod layout;
#[path = "src/tables/source.rs"]
mod source;
#[path = "src/tables/words.rs"]
#[allow(dead_code, reason = "the reader uses all of it")]
mod words;

use std::{env, fs, path::Path, process::exit};

fn main() {
    if let Err(message) = build() {
        eprintln!("error: {message}");
        exit(1);
    }
}

fn build() -> Result<(), String> {
    let root = env::var("CARGO_MANIFEST_DIR").map_err(|e| e.to_string())?;
    let tables = Path::new(&root).join("policies/tables");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/tables");
    println!("cargo:rerun-if-changed=policies/tables");
    let mut rows = lines(&tables.join("programs.jsonl"))?;
    rows.extend(lines(&tables.join("wrappers.jsonl"))?);
    let programs = source::programs(&rows)?;
    let variables = source::variables(&lines(&tables.join("variables.jsonl"))?)?;
    let bytes = encode::encode(&programs, &variables).map_err(|e| e.0)?;
    let out = env::var("OUT_DIR").map_err(|e| e.to_string())?;
    fs::write(Path::new(&out).join("tables.bin"), bytes).map_err(|e| e.to_string())?;
    let git = git_source::rust(&lines(&tables.join("git.jsonl"))?)?;
    fs::write(Path::new(&out).join("git_tables.rs"), git).map_err(|e| e.to_string())?;
    let bytes = languages::rows::encode(&lines(&tables.join("languages.jsonl"))?)?;
    fs::write(Path::new(&out).join("languages.bin"), bytes).map_err(|e| e.to_string())
}

fn lines(path: &Path) -> Result<Vec<serde_json::Value>, String> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|e| format!("`{name}`: {e}"))?;
    let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    numbered.map(|(n, line)| serde_json::from_str(line).map_err(|e| format!("`{name}:{}`: {e}", n + 1))).collect()
}

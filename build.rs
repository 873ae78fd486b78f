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
#[path = "src/tables/pairs.rs"]
mod pairs;
#[path = "src/tables/secrets_source.rs"]
mod secrets_source;
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
    executable(&root);
    println!("cargo:rerun-if-changed=policies");
    println!("cargo:rustc-env=PREXEC_BUILD={}", knowledge(&Path::new(&root).join("policies"))?);
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
    let secrets = secrets_source::rust(&lines(&tables.join("secrets.jsonl"))?)?;
    fs::write(Path::new(&out).join("secrets_tables.rs"), secrets).map_err(|e| e.to_string())?;
    let bytes = languages::rows::encode(&lines(&tables.join("languages.jsonl"))?)?;
    fs::write(Path::new(&out).join("languages.bin"), bytes).map_err(|e| e.to_string())
}

/// How `prexec-hook` is made: where the kernel's own interface is known (`kernel`), without a C library (`bare`), unless the
/// administrator's verbs, which need the standard library, are built in the same go.
fn executable(root: &str) {
    println!("cargo:rustc-check-cfg=cfg(kernel)");
    println!("cargo:rustc-check-cfg=cfg(bare)");
    let is = |name: &str, values: &[&str]| env::var(name).is_ok_and(|value| values.contains(&value.as_str()));
    if !is("CARGO_CFG_TARGET_OS", &["linux"]) || !is("CARGO_CFG_TARGET_ARCH", &["x86_64", "aarch64"]) {
        return;
    }
    println!("cargo:rustc-cfg=kernel");
    if env::var_os("CARGO_FEATURE_ADMIN").is_none() && is("CARGO_CFG_TARGET_ENV", &["gnu"]) {
        println!("cargo:rustc-cfg=bare");
        // No start files, no libraries, and no loader: the kernel itself puts the file into memory.
        for argument in ["-nostartfiles", "-nostdlib", "-static", "-no-pie", "-Wl,--build-id=none"] {
            println!("cargo:rustc-link-arg-bin=prexec-hook={argument}");
        }
        let layout = Path::new(root).join("src/bin/prexec-hook/layout.ld");
        println!("cargo:rerun-if-changed={}", layout.display());
        println!("cargo:rustc-link-arg-bin=prexec-hook=-Wl,--script={}", layout.display());
    }
}

fn lines(path: &Path) -> Result<Vec<serde_json::Value>, String> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|e| format!("`{name}`: {e}"))?;
    let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    numbered.map(|(n, line)| serde_json::from_str(line).map_err(|e| format!("`{name}:{}`: {e}", n + 1))).collect()
}

/// A hash of the version and of all that stands below `policies`: what a compiled policy depends on besides its sources.
fn knowledge(policies: &Path) -> Result<u64, String> {
    let mut hash = FNV;
    let mut add =
        |bytes: &[u8]| bytes.iter().for_each(|b| hash = (hash ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    add(env::var("CARGO_PKG_VERSION").map_err(|e| e.to_string())?.as_bytes());
    for directory in [policies.to_owned(), policies.join("packs"), policies.join("tables")] {
        let entries = fs::read_dir(&directory).map_err(|e| format!("`{}`: {e}", directory.display()))?;
        let mut files: Vec<_> =
            entries.filter_map(|entry| entry.ok().map(|e| e.path())).filter(|p| p.is_file()).collect();
        files.sort();
        for file in files {
            add(file.file_name().unwrap_or_default().as_encoded_bytes());
            add(&fs::read(&file).map_err(|e| format!("`{}`: {e}", file.display()))?);
        }
    }
    Ok(hash)
}

/// Where FNV-1a begins.
const FNV: u64 = 0xcbf2_9ce4_8422_2325;

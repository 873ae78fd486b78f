//! Searches in real source trees in which protected files stand: they are let through, or the refusal says what to run instead, which
//! is let through, finds the same elsewhere, and does not find what is protected.
//!
//! The trees are the largest packages that prexec itself is built of.

#![cfg(all(feature = "admin", unix))]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs};

/// How many trees.
const TREES: usize = 10;
/// Most files of a tree.
const MOST_FILES: usize = 500;
/// Stands in every protected file, in words that all the searches find.
const SECRET: &str = "fn use TODO error version planted-secret";

/// Files that the built-in posture keeps from being read, in some of the trees each, and what may stay.
const PLANTED: &[&str] = &[
    "tests/fixtures/id_rsa",
    ".env",
    "examples/app/.env.local",
    "testdata/credentials.json",
    "deploy/terraform.tfstate",
    "src/id_ed25519",
];
const FREE: &[&str] =
    &["tests/fixtures/id_rsa.pub", ".env.example", "tests/tls/server.pem", "tests/tls/ca.crt", "tests/tls/server.key"];

/// What people and agents search a repository by, and whether the program puts back what it skips by itself (`rg` skips hidden files).
const SEARCHES: &[&str] = &[
    "grep -rn TODO .",
    "grep -rn 'fn ' .",
    "grep -Rl version .",
    "grep -rni error . | head -40",
    "grep -r --include='*.rs' use .",
    "grep -rn version src tests",
    "grep -rE 'version|error' . | wc -l",
    "grep -rn -- TODO .",
    "egrep -rl 'TODO|FIXME' .",
    "grep -rc fn src; grep -rl error .",
    "rg TODO",
    "rg -n 'fn ' .",
    "rg -l version",
    "rg --hidden -n error",
    "rg -uu TODO . | sort",
    "rg --files-with-matches error src; rg -c use .",
];

#[test]
fn a_search_that_is_stopped_is_answered_with_one_that_is_not() {
    let room = tempfile::tempdir().expect("a temporary directory");
    let trees = packages();
    assert_eq!(trees.len(), TREES, "prexec is built of more than {TREES} packages");
    let with_rg =
        Command::new("rg").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    let searches: Vec<&str> = SEARCHES.iter().copied().filter(|search| with_rg || !search.contains("rg ")).collect();
    let (mut free, mut replaced, mut faults) = (0, 0, Vec::new());
    for (number, package) in trees.iter().enumerate() {
        let tree = room.path().join(format!("tree{number}"));
        copy(package, &tree, &mut 0);
        fs::create_dir(tree.join(".git")).expect("the sign of a repository");
        for (at, name) in PLANTED.iter().chain(FREE).enumerate() {
            let stands = FREE.contains(name) || (at + number) % 3 != 0;
            let path = tree.join(name);
            if stands && fs::create_dir_all(path.parent().expect("it is in a directory")).is_ok() {
                let text = if FREE.contains(name) { "fn use TODO error version" } else { SECRET };
                fs::write(path, format!("{text}\n")).expect("a planted file");
            }
        }
        for search in &searches {
            match judged(&tree, search) {
                (true, _) => {
                    free += 1;
                    if found(&tree, search).iter().any(|line| line.contains("planted-secret")) {
                        faults.push(format!("{search}: allowed, and shows a secret of {}", package.display()));
                    }
                }
                (false, Some(instead)) => {
                    replaced += 1;
                    if let Some(fault) = difference(&tree, search, &instead) {
                        faults.push(fault);
                    }
                }
                (false, None) => {
                    faults.push(format!("{search}: stopped in {}, and nothing instead", package.display()));
                }
            }
        }
    }
    println!("{} searches in {TREES} trees: {free} let through, {replaced} with another one instead", searches.len());
    assert!(free > 0 && replaced > 0, "{free} let through, {replaced} replaced: the trees show nothing");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// What is proposed in a small tree: `src/a.c`, and where a secret is planted.
const PROPOSED: &[(&[&str], &str, Option<&str>)] = &[
    (&[".env"], "grep -r x .", Some("grep --exclude=.env -r x .")),
    (&[".env"], "grep -r x", Some("grep --exclude=.env -r x")),
    (&[".env"], "time grep -r x . | wc -l", Some("time grep --exclude=.env -r x . | wc -l")),
    (&["a/id_rsa", "b/id_rsa"], "rg x", Some("rg --glob='!id_rsa' x")),
    (&["id_rsa"], "tar czf /tmp/x.tgz src .", Some("tar czf /tmp/x.tgz --exclude=id_rsa src .")),
    (&["id_rsa"], "cd src && grep -r x ..", Some("cd src && grep --exclude=id_rsa -r x ..")),
    (&["src/.env"], "cd src && grep -r x .", Some("cd src && grep --exclude=.env -r x .")),
    // Each command by itself, and only where all of them are let through in the end.
    (&[".env"], "grep -r x . ; grep -rl y .", Some("grep --exclude=.env -r x . ; grep --exclude=.env -rl y .")),
    (&[".env"], "grep -r x . ; cat .env", None),
    // On one line only: what cannot be shown as it is cannot be run as it is shown.
    (&[".env"], "grep -r x .\ntrue", None),
    (&[".env"], "cat .env", None),
    (&[".env"], "cat .e*", None),
    // No options are known that leave a file out, or it is not plain where they would stand.
    (&[".env"], "cp -r . /tmp/elsewhere", None),
    (&[".env"], "bash -c 'grep -r x .'", None),
    (&[".env"], "\\grep -r x .", None),
    (&[".env"], "$G -r x .", None),
    // Names that would have to be quoted.
    (&["a b/.env x"], "grep -r x .", None),
    (
        &["a/.env.1", "a/.env.2", "a/.env.3", "a/.env.4", "a/.env.5", "a/.env.6", "a/.env.7", "a/.env.8", "a/.env.9"],
        "grep -r x .",
        None,
    ),
];

#[test]
fn what_is_proposed_is_written_where_it_counts() {
    let mut faults = Vec::new();
    for (planted, script, expected) in PROPOSED {
        let room = tempfile::tempdir().expect("a temporary directory");
        for name in [".git/HEAD", "src/a.c"].iter().chain(*planted) {
            let path = room.path().join(name);
            fs::create_dir_all(path.parent().expect("it is in a directory")).expect("a directory");
            fs::write(path, "x\n").expect("a planted file");
        }
        let (allowed, instead) = judged(room.path(), script);
        let plain_name = planted.iter().all(|name| !name.contains(' '));
        if instead.as_deref() != *expected || (allowed && plain_name) {
            faults.push(format!("{script} with {planted:?}: allowed {allowed}, proposed {instead:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_too_large_is_said_and_what_nobody_goes_into_is_not_counted() {
    let room = tempfile::tempdir().expect("a temporary directory");
    let large = room.path().join("node_modules/large");
    for dir in [&large, &room.path().join(".git"), &room.path().join("src")] {
        fs::create_dir_all(dir).expect("a directory");
    }
    for number in 0..=50_000 {
        fs::write(large.join(number.to_string()), "").expect("a file");
    }
    fs::write(room.path().join("src/a.c"), "x\n").expect("a file");
    let output = check(room.path(), "grep -rn x .");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success(), "{text}");
    let why = format!("what is below {} is too much to be looked at", room.path().display());
    assert!(text.contains(&why), "{text}");
    for fine in ["grep -rn --exclude-dir=node_modules x .", "rg --glob='!node_modules/' x", "grep -rn x src"] {
        assert!(judged(room.path(), fine).0, "{fine}");
    }
    for stopped in ["grep -rn --exclude=node_modules x .", "rg x", "grep -rn x . --exclude-dir=src"] {
        assert!(!judged(room.path(), stopped).0, "{stopped}");
    }
    // By another name it is open.
    std::os::unix::fs::symlink("node_modules", room.path().join("other")).expect("a link");
    assert!(!judged(room.path(), "grep -Rn --exclude-dir=node_modules x .").0);
}

/// What is wrong with a replacement.
fn difference(tree: &Path, search: &str, instead: &str) -> Option<String> {
    if !judged(tree, instead).0 {
        return Some(format!("{instead}: is proposed and not allowed"));
    }
    let (of_search, of_other) = (found(tree, search), found(tree, instead));
    if of_other.iter().any(|line| line.contains("planted-secret")) {
        return Some(format!("{instead}: shows a secret"));
    }
    // Counts and cut lists differ where a file is left out.
    if search.contains('|') {
        return None;
    }
    let named = |line: &str| PLANTED.iter().any(|name| line.contains(name));
    let missing = of_search.difference(&of_other).find(|line| !named(line));
    let added = of_other.difference(&of_search).next();
    missing.or(added).map(|line| format!("{search}: and {instead}: differ in {line:?}"))
}

/// Whether a call is allowed in a directory, and what is proposed instead.
fn judged(tree: &Path, script: &str) -> (bool, Option<String>) {
    let output = check(tree, script);
    let text = String::from_utf8(output.stdout).expect("its output is text");
    let instead = text.lines().find_map(|line| line.trim().strip_prefix("allowed instead:"));
    (output.status.success(), instead.map(|script| script.trim().to_owned()))
}

fn check(tree: &Path, script: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_prexec"))
        .args(["check", "--color", "never", "--policy"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/controlled.rules"))
        .arg("--cwd")
        .arg(tree)
        .arg(script)
        .current_dir(tree)
        .output()
        .expect("prexec runs")
}

/// The lines that a search prints, in no order.
fn found(tree: &Path, script: &str) -> BTreeSet<String> {
    let output = Command::new("bash")
        .args(["--norc", "-c", script])
        .current_dir(tree)
        .stdin(Stdio::null())
        .output()
        .expect("bash runs");
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// The directories of the largest packages in the lock file that cargo has unpacked.
fn packages() -> Vec<PathBuf> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .expect("cargo runs");
    let all: serde_json::Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    let manifests = all["packages"].as_array().into_iter().flatten().filter(|package| !package["source"].is_null());
    let mut dirs: Vec<(usize, PathBuf)> = manifests
        .filter_map(|package| Some(Path::new(package["manifest_path"].as_str()?).parent()?.to_owned()))
        .map(|dir| (files(&dir), dir))
        .collect();
    dirs.sort_by(|a, b| b.cmp(a));
    dirs.into_iter().map(|(_, dir)| dir).take(TREES).collect()
}

fn files(dir: &Path) -> usize {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
}

/// Copies files and directories; links are left out.
fn copy(from: &Path, to: &Path, count: &mut usize) {
    fs::create_dir_all(to).expect("a directory of the copy");
    for entry in fs::read_dir(from).expect("a directory of the package").flatten() {
        let (path, kind) = (entry.path(), entry.file_type().expect("its kind"));
        let target = to.join(entry.file_name());
        if kind.is_dir() {
            copy(&path, &target, count);
        } else if kind.is_file() && *count < MOST_FILES {
            *count += 1;
            fs::copy(&path, &target).expect("a file of the copy");
        }
    }
}

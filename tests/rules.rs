//! The Starlark front end, from outside.
//!
//! `tests/policies/good/*.rules` load; the `.txt` beside each lists the rules they make. `tests/policies/bad/*.rules` do not; the
//! `.txt` beside each lists what is found wrong, with the help. After a wanted change of either, write them anew with
//! `UPDATE_GOLDEN=1 cargo test --test rules` and read the difference.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

#[path = "rules/dump.rs"]
mod dump;
#[path = "rules/files.rs"]
mod files;
#[path = "rules/installed.rs"]
mod installed;
#[path = "rules/limits.rs"]
mod limits;

use prexec::rules::{Diagnostics, Loader};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The data files of a directory under `tests/policies`, in name order.
fn policies(directory: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies").join(directory);
    let mut paths: Vec<_> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "rules"));
    paths.sort();
    assert!(paths.len() > 3, "too few policies in {}", directory.display());
    paths
}

/// Compares with the `.txt` beside a policy, or writes it where that is asked for.
fn golden(policy: &Path, found: &str) {
    let path = policy.with_extension("txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{} differs; found:\n{found}\nexpected:\n{expected}", path.display());
}

fn with_help(diagnostics: &Diagnostics) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        writeln!(text, "{diagnostic}").unwrap();
        if let Some(help) = &diagnostic.help {
            writeln!(text, "    help: {help}").unwrap();
        }
    }
    text
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn good_policies_make_the_rules_that_are_listed() {
    for path in policies("good") {
        let text = fs::read_to_string(&path).unwrap();
        match Loader::new().load_text(&name_of(&path), &text) {
            Ok(loaded) => golden(&path, &(dump::policy(&loaded.policy) + &with_help(&loaded.warnings))),
            Err(diagnostics) => panic!("{} does not load:\n{diagnostics}", path.display()),
        }
    }
}

#[test]
fn bad_policies_are_refused_with_everything_that_is_wrong() {
    for path in policies("bad") {
        let text = fs::read_to_string(&path).unwrap();
        match Loader::new().load_text(&name_of(&path), &text) {
            Ok(_) => panic!("{} loads", path.display()),
            Err(diagnostics) => golden(&path, &with_help(&diagnostics)),
        }
    }
}

#[test]
fn a_finding_is_rendered_with_its_line_a_caret_and_help() {
    let text = "x = 1\nprefix_rule(pattern = [])\n";
    let diagnostics = Loader::new().load_text("a.rules", text).unwrap_err();
    let plain = diagnostics.render(false);
    for part in
        ["error: the pattern is empty", "a.rules:2:1", "prefix_rule(pattern = [])", "^^^^^", "help: name at least"]
    {
        assert!(plain.contains(part), "{part} is missing in\n{plain}");
    }
    assert!(!plain.contains('\u{1b}'));
    assert!(diagnostics.render(true).contains('\u{1b}'));
    assert_eq!(diagnostics.to_string(), "a.rules:2:1: the pattern is empty");
}

#[test]
fn shipped_policies_load_without_warnings() {
    // A pack may speak of tiers that whoever includes it defines.
    let tiers = ["open", "standard", "sensitive"].map(|tier| format!("tier(\"{tier}\", paths = [\"/{tier}/*\"])\n"));
    for (name, _) in prexec::rules::embedded::POLICIES {
        let text = format!("{}include(\"@prexec/{name}\")\n", tiers.concat());
        let loaded = Loader::new().load_text("a.rules", &text).unwrap_or_else(|d| panic!("{name}:\n{d}"));
        assert!(loaded.warnings.is_empty(), "{name}:\n{}", loaded.warnings);
    }
    let missing = Loader::new().embedded("nothing.rules").unwrap_err().to_string();
    assert_eq!(missing, "nothing.rules: no policy `@prexec/nothing.rules` is shipped");
}

#[test]
fn the_digest_is_of_names_and_bytes_in_order() {
    let digest = |name: &str, text: &str| Loader::new().load_text(name, text).unwrap().policy.digest;
    let first = digest("a.rules", "x = 1\n");
    assert_eq!(first.len(), "blake3:".len() + 64);
    assert!(first.starts_with("blake3:"));
    assert_eq!(first, digest("a.rules", "x = 1\n"));
    assert_ne!(first, digest("a.rules", "x = 2\n"));
    assert_ne!(first, digest("b.rules", "x = 1\n"));
    assert_ne!(digest("ab", "c = 1\n"), digest("a", "bc = 1\n"));
}

#[test]
fn each_file_is_announced_before_it_is_evaluated() {
    let names = std::sync::Mutex::new(Vec::new());
    let note = |name: &str| names.lock().unwrap().push(name.to_owned());
    let text = "include(\"@prexec/controlled.rules\")\nx = [0] * 100000000\n";
    assert!(Loader::new().with_note(&note).load_text("a.rules", text).is_err());
    let names = names.into_inner().unwrap();
    assert_eq!(names[..2], ["a.rules", "controlled.rules"]);
}

//! What prexec is made of: the crates, their licences and where they come from, held against committed lists.
//!
//! Also writes `sbom.cdx.json` (`CycloneDX`) into cargo's target directory. All of it works without a network.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Licences that ask for nothing that we do not do: of an expression, one alternative has to be made of these.
const LICENCES: &[&str] = &[
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

fn cargo(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).args(["--locked", "--offline"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.output().expect("cargo starts");
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Name and version of each crate that is linked, with these features.
fn linked(features: &[&str]) -> BTreeSet<(String, String)> {
    let tree = cargo(&[&["tree", "-e", "normal", "--prefix", "none", "--format", "{p}"], features].concat());
    let name = |line: &str| {
        let mut words = line.split_whitespace();
        let (name, version) = (words.next()?, words.next()?);
        (name != "prexec").then(|| (name.to_owned(), version.trim_start_matches('v').to_owned()))
    };
    tree.lines().filter_map(name).collect()
}

fn packages() -> Vec<Value> {
    let metadata = cargo(&["metadata", "--format-version", "1", "--filter-platform", "x86_64-unknown-linux-gnu"]);
    let metadata: Value = serde_json::from_str(&metadata).expect("JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

fn text<'v>(package: &'v Value, key: &str) -> &'v str {
    package[key].as_str().unwrap_or_default()
}

fn has_build_script(package: &Value) -> bool {
    let kinds =
        package["targets"].as_array().into_iter().flatten().flat_map(|t| t["kind"].as_array().into_iter().flatten());
    kinds.into_iter().any(|kind| kind == "custom-build")
}

/// `name licence`, and what runs while it is built.
fn lines(crates: &BTreeSet<(String, String)>, packages: &[Value]) -> Vec<String> {
    let line = |(name, version): &(String, String)| {
        let found = packages.iter().find(|p| text(p, "name") == name && text(p, "version") == version);
        let package = found.unwrap_or_else(|| panic!("cargo does not know {name} {version}"));
        let build = if has_build_script(package) { ", build script" } else { "" };
        let is_macro = package["targets"].to_string().contains("\"proc-macro\"");
        let is_macro = if is_macro { ", procedural macro" } else { "" };
        format!("{name}: {}{build}{is_macro}", text(package, "license"))
    };
    let lines: BTreeSet<String> = crates.iter().map(line).collect();
    lines.into_iter().collect()
}

fn compare(file: &str, found: &[String]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/supply").join(file);
    let listed = fs::read_to_string(&path).unwrap_or_default();
    let listed: Vec<&str> = listed.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    let new: Vec<&String> = found.iter().filter(|line| !listed.contains(&line.as_str())).collect();
    let gone: Vec<&&str> = listed.iter().filter(|line| !found.iter().any(|f| f == *line)).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "tests/supply/{file} is not what is linked: look through what is new and write it down\n  new: {new:#?}\n  gone: {gone:#?}"
    );
}

#[test]
fn what_decides_calls_links_few_crates() {
    let found = lines(&linked(&["--no-default-features"]), &packages());
    println!("the deciding rooms link {} crates:\n{}", found.len(), found.join("\n"));
    compare("per-call.txt", &found);
    let statement = include_str!("supply/README.md");
    for line in &found {
        let name = line.split(':').next().unwrap_or_default();
        assert!(statement.contains(&format!("| `{name}` |")), "tests/supply/README.md does not speak of `{name}`");
    }
}

#[test]
fn what_people_run_links_what_is_listed() {
    compare("crates.txt", &lines(&linked(&[]), &packages()));
}

#[test]
fn every_crate_has_a_licence_a_source_and_a_checksum() {
    let lock = include_str!("../Cargo.lock");
    for package in packages() {
        let (name, version) = (text(&package, "name"), text(&package, "version"));
        if name == "prexec" {
            continue;
        }
        assert_eq!(text(&package, "source"), CRATES_IO, "{name} does not come from crates.io");
        assert!(permits(text(&package, "license")), "{name}: {:?}", package["license"]);
        assert!(checksum(lock, name, version).is_some(), "Cargo.lock has no checksum of {name} {version}");
    }
}

/// Whether one alternative of the expression is made of accepted licences.
fn permits(expression: &str) -> bool {
    let alone = expression.replace(['(', ')'], "").replace(" / ", " OR ").replace('/', " OR ");
    // `(A OR B) AND C`: all of what is joined by AND has to be permitted, so the alternatives are asked within each.
    !alone.is_empty() && alone.split(" AND ").all(|part| part.split(" OR ").any(|one| LICENCES.contains(&one.trim())))
}

#[test]
fn an_expression_needs_an_alternative_that_is_accepted() {
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("MIT OR GPL-3.0", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("MIT AND GPL-3.0", false),
        ("Apache-2.0 / MIT", true),
        ("", false),
    ] {
        assert_eq!(permits(expression), expected, "{expression}");
    }
}

fn checksum<'l>(lock: &'l str, name: &str, version: &str) -> Option<&'l str> {
    let start = format!("name = \"{name}\"\nversion = \"{version}\"\n");
    let entry = lock.split("[[package]]\n").find(|entry| entry.starts_with(&start))?;
    entry.lines().find_map(|line| line.strip_prefix("checksum = \"")?.strip_suffix('"'))
}

/// The same crate twice is twice the code; those that cannot be helped are listed.
#[test]
fn crates_that_are_linked_twice_are_known() {
    let mut versions: BTreeMap<String, usize> = BTreeMap::new();
    for (name, _) in linked(&[]) {
        *versions.entry(name).or_default() += 1;
    }
    let twice: Vec<String> = versions.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect();
    compare("duplicates.txt", &twice);
}

#[test]
fn a_list_of_all_parts_is_written() {
    let (lock, packages) = (include_str!("../Cargo.lock"), packages());
    let (per_call, all) = (linked(&["--no-default-features"]), linked(&[]));
    let component = |(name, version): &(String, String)| {
        let package = packages.iter().find(|p| text(p, "name") == name && text(p, "version") == version);
        json!({
            "type": "library", "name": name, "version": version, "purl": format!("pkg:cargo/{name}@{version}"),
            "scope": if per_call.contains(&(name.clone(), version.clone())) { "required" } else { "optional" },
            "licenses": [{ "expression": package.map_or("", |p| text(p, "license")).replace('/', " OR ") }],
            "hashes": [{ "alg": "SHA-256", "content": checksum(lock, name, version) }],
        })
    };
    let components: Vec<Value> = all.iter().map(component).collect();
    assert!(components.len() >= per_call.len() && all.is_superset(&per_call));
    let parts = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": { "component": { "type": "application", "name": "prexec", "version": env!("CARGO_PKG_VERSION") } },
        "components": components,
    });
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target directory");
    let text = serde_json::to_string_pretty(&parts).expect("JSON");
    fs::write(target.join("sbom.cdx.json"), text).expect("write the list");
}

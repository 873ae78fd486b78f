//! SECURITY.md says nothing without a test that exists: every file that it names, every class of published bypasses.

#![allow(
    clippy::expect_used,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

use std::collections::BTreeSet;
use std::path::Path;

const TEXT: &str = include_str!("../SECURITY.md");
const CASES: &str = include_str!("cases/bypass-ledger.jsonl");

/// What stands in back quotes.
fn quoted() -> impl Iterator<Item = &'static str> {
    TEXT.split('`').skip(1).step_by(2)
}

#[test]
fn every_test_that_is_named_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named: BTreeSet<&str> =
        quoted().filter(|text| text.starts_with("tests/") || text.starts_with(".ci/")).collect();
    assert!(named.len() > 25, "only {} files are named", named.len());
    let missing: Vec<&&str> = named.iter().filter(|name| !root.join(name).exists()).collect();
    assert!(missing.is_empty(), "{missing:?} do not exist");
}

#[test]
fn every_promise_and_every_limit_names_a_test() {
    let section = |title: &str| {
        let after = TEXT.split_once(title).expect("the section").1;
        after.split("\n## ").next().unwrap_or_default()
    };
    for title in ["## What is promised", "## What is not promised"] {
        let rows: Vec<&str> = section(title).lines().filter(|line| line.starts_with("| ")).skip(1).collect();
        assert!(rows.len() > 5, "{title}: {} rows", rows.len());
        for row in rows {
            let last = row.trim_end_matches(['|', ' ']).rsplit(" | ").next().unwrap_or_default();
            assert!(last.contains("`tests/"), "no test shows it: {row}");
        }
    }
}

#[test]
fn every_published_bypass_has_its_cases() {
    let names: Vec<&str> =
        CASES.lines().filter_map(|line| line.strip_prefix("{\"name\": \"")?.split('"').next()).collect();
    assert!(names.len() > 100, "only {} cases", names.len());
    let classes: BTreeSet<&str> = quoted().filter(|text| text.ends_with('-') && !text.contains(' ')).collect();
    for class in &classes {
        assert!(names.iter().any(|name| name.starts_with(class)), "`{class}` begins the name of no case");
    }
    for name in names {
        assert!(classes.iter().any(|class| name.starts_with(class)), "SECURITY.md does not speak of {name}");
    }
}

//! Random globs and texts, held against `globset`: the same are refused, and the same match.

use super::super::Glob;
use alloc::{boxed::Box, string::String, vec::Vec};
use proptest::{prelude::*, test_runner::TestRunner};
use std::{ffi::OsStr, os::unix::ffi::OsStrExt, path::Path};

/// Whether a text matches.
pub(super) type Matcher = Box<dyn Fn(&[u8]) -> bool>;

/// What `globset` makes of a glob; none where it refuses it.
pub(super) fn reference(text: &str, ignore_case: bool) -> Option<Matcher> {
    let glob = globset::GlobBuilder::new(text)
        .literal_separator(true)
        .backslash_escape(true)
        .case_insensitive(ignore_case)
        .build()
        .ok()?
        .compile_matcher();
    Some(Box::new(move |path| glob.is_match(Path::new(OsStr::from_bytes(path)))))
}

/// Pieces that hit every turn of the syntax; drawn more often than chance would build them.
const PIECES: &[&str] = &[
    "*", "**", "***", "/", "//", "**/", "/**", "/**/", "**/**", "?", "a", "b", ".", "..", ",", "-", "!", "^", "\\",
    "\\/", "\\,", "[", "]", "[a]", "[!a]", "[^b]", "[]a]", "[a-", "[--/]", "[/-a]", "{", "}", "{a,b}", "{,a}",
    "{**,a}", "{a/**,", ",**}", "é", "[é]", "[a-é]", "A", "{}", "{{a},b}", "\\{", "{\\,**}",
];

pub(super) fn glob_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(PIECES).prop_map(String::from),
        1 => any::<char>().prop_map(String::from),
        3 => prop::sample::select(&b"*?[]{}!/.,\\-ab^"[..]).prop_map(|b| String::from(char::from(b))),
    ];
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

/// Texts near the glob: its own bytes with operators dropped or replaced, and random ones.
fn texts(glob: &str) -> impl Strategy<Value = Vec<Vec<u8>>> + use<> {
    let own = glob.as_bytes().to_vec();
    let near = prop::collection::vec(0..6_u8, own.len()).prop_map(move |choices| {
        let mut text = Vec::new();
        for (byte, choice) in own.iter().zip(choices) {
            match (byte, choice) {
                (b'*', 0) => text.extend_from_slice(b"a/b"),
                (b'*' | b'?', 1..4) => text.push(b'a'),
                (b'*' | b'{' | b'}' | b',' | b'[' | b']' | b'\\' | b'!' | b'^', 2..6) => {}
                (other, _) => text.push(*other),
            }
        }
        text
    });
    let byte = prop_oneof![
        8 => prop::sample::select(&b"ab./-,A!"[..]),
        1 => prop::sample::select(&b"*?[]{}\\^\n"[..]),
        1 => any::<u8>(),
    ];
    let random = prop::collection::vec(byte, 0..8);
    prop::collection::vec(prop_oneof![near, random], 64)
}

/// Globs times texts; with `CASES` globs of 64 texts each.
fn compare(cases: u32, ignore_case: bool) -> (u64, u64, u64) {
    let mut runner = TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
    let counts = core::cell::RefCell::new((0, 0, 0));
    let strategy = glob_text().prop_flat_map(|glob| (texts(&glob), Just(glob)));
    let result = runner.run(&strategy, |(paths, text)| {
        let counts = &mut *counts.borrow_mut();
        match (Glob::parse(&text), reference(&text, ignore_case)) {
            (Ok(ours), Some(theirs)) => {
                for path in &paths {
                    counts.0 += 1;
                    let want = theirs(path);
                    counts.1 += u64::from(want);
                    let shown = String::from_utf8_lossy(path);
                    prop_assert_eq!(ours.matches(path, ignore_case), want, "`{}` on `{}`", text, shown);
                }
            }
            (Err(_), None) => counts.2 += 1,
            (ours, theirs) => {
                prop_assert!(false, "`{}`: ours {:?}, globset accepts: {}", text, ours.err(), theirs.is_some());
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    counts.into_inner()
}

#[test]
fn same_as_globset_on_random_globs() {
    // `GLOB_CASES` globs of 64 texts each, for long runs.
    let cases = std::env::var("GLOB_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(6_000);
    let (pairs, matched, refused) = compare(cases, false);
    std::eprintln!("{pairs} pairs, {matched} of them match; {refused} globs refused by both");
    assert!(pairs >= 200_000, "only {pairs} pairs were compared");
    assert!(matched > pairs / 20 && refused > 100, "{matched} matches, {refused} refusals: too few to mean something");
}

#[test]
fn same_as_globset_without_case() {
    let (pairs, matched, _) = compare(1_000, true);
    assert!(pairs >= 30_000 && matched > pairs / 20, "{pairs} pairs, {matched} match");
}

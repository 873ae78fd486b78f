//! Partly known paths against brute force: every path over a small alphabet, and every text that a value could be.

use super::{
    super::*,
    affix,
    against_globset::{Matcher, reference},
    pattern,
};
use crate::{
    effect::{PathValue, Value},
    path,
};
use alloc::{boxed::Box, collections::BTreeSet, string::String, vec, vec::Vec};
use proptest::{prelude::*, test_runner::TestRunner};

const HOME: Places<'_> = Places { homes: &[b"/a"], roots: &[b"/a/b", b"/"] };

/// All texts over `alphabet` of at most `length` bytes.
fn texts(alphabet: &[u8], length: usize) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    let mut from = 0;
    for _ in 0..length {
        let until = all.len();
        for at in from..until {
            let text: Vec<u8> = all[at].clone();
            all.extend(alphabet.iter().map(|b| [text.as_slice(), &[*b]].concat()));
        }
        from = until;
    }
    all
}

/// The normal forms of texts that the value could be: not all (there is no end of them), but all short ones.
fn named(value: &Value) -> BTreeSet<Vec<u8>> {
    match value {
        Value::Affix { prefix, suffix } => {
            let up = b"/../../../..".as_slice();
            let middles = texts(b"ab/.", 4);
            let ways = [b"".as_slice(), up];
            ways.iter()
                .flat_map(|way| middles.iter().map(|m| [prefix, *way, m, suffix].concat()))
                .filter(|text| path::is_absolute(text))
                .map(|text| path::normalize(&text))
                .collect()
        }
        Value::Pattern(text) => expansions(text).into_iter().map(|text| path::normalize(&text)).collect(),
        other => other.alternatives().unwrap_or_default().iter().map(|text| path::normalize(text)).collect(),
    }
}

/// The texts of which each component is matched by the pattern's, by `globset`; and the pattern's own text. The patterns here
/// have no `/` in brackets.
fn expansions(text: &[u8]) -> Vec<Vec<u8>> {
    let text = core::str::from_utf8(text).unwrap();
    let names = texts(b"ab.", 3);
    let mut all: Vec<Vec<u8>> = vec![Vec::new()];
    for component in text.split('/').skip(1) {
        let matches = reference(component, false).unwrap();
        let hidden = |name: &[u8]| name.starts_with(b".") && component.starts_with(['*', '?', '[']);
        let wild = component.contains(['*', '?', '[']);
        let fits = |name: &&Vec<u8>| matches(name) && !(name.is_empty() && wild) && !hidden(name);
        let plain = [component.as_bytes().to_vec()];
        let fitting: Vec<&Vec<u8>> = if wild { names.iter().filter(fits).collect() } else { plain.iter().collect() };
        all =
            all.iter().flat_map(|dir| fitting.iter().map(move |name| [dir, b"/".as_slice(), name].concat())).collect();
    }
    all.push(text.as_bytes().to_vec());
    all
}

/// Whether a glob covers a path, by `globset` and by looking at every directory above.
fn reference_covers(text: &str) -> Matcher {
    let homes: Vec<&str> = match text.split_at(1) {
        ("~", _) => vec!["/a"],
        (".", _) => vec!["/a/b", ""],
        _ => vec![""],
    };
    let rest = text.trim_start_matches(['~', '.']);
    let rest = if text.len() > 1 { rest.strip_suffix('/').unwrap_or(rest) } else { rest };
    let tests: Vec<_> = homes.iter().map(|home| reference(&(String::from(*home) + rest), false).unwrap()).collect();
    let bare_root = text.starts_with('.') && rest.is_empty();
    Box::new(move |path| {
        let mut at = Some(path);
        while let Some(dir) = at {
            if tests.iter().any(|test| test(dir)) || bare_root {
                return true;
            }
            at = path::parent(dir);
        }
        false
    })
}

pub(super) fn glob_text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(
        &["a", "b", ".", "/", "/a", "/b", "*", "?", "/**", "/*", "[ab]", "[!a]", "{a,b}", "{a/b,.}", "/."][..],
    );
    let anchor = prop::sample::select(&["/", "/a", "/b", "**/", "**/a", "~/", "./", "/**/"][..]);
    (anchor, prop::collection::vec(piece, 0..5))
        .prop_map(|(anchor, pieces)| String::from(anchor) + &pieces.concat())
        .prop_filter("an anchored glob that can match", |text| PathGlob::parse(text).is_ok())
}

fn value() -> impl Strategy<Value = Value> {
    let plain = prop::collection::vec(prop::sample::select(&["a", "b", ".", "/", "..", "/..", "/a"][..]), 0..5)
        .prop_map(|pieces| pieces.concat());
    let wild = prop::collection::vec(
        prop::sample::select(&["a", "b", ".", "/", "..", "/..", "*", "?", "[ab]", "[!a]", "/*", "/a", "[.b]"][..]),
        0..6,
    )
    .prop_map(|pieces| pieces.concat());
    prop_oneof![
        2 => (plain.clone(), plain.clone()).prop_map(|(prefix, suffix)| affix(&(String::from("/") + &prefix), &suffix)),
        3 => wild.prop_map(|text| pattern(&(String::from("/") + &text))),
        1 => plain.clone().prop_map(|text| Value::from((String::from("/") + &text).as_str())),
        1 => prop::collection::vec(plain, 2..4)
            .prop_map(|all| Value::Set(all.iter().map(|text| [b"/", text.as_bytes()].concat().into()).collect())),
    ]
}

/// Counts by answer, and how often a maybe was not borne out by the texts that were tried.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    /// Paths held against the globs of a rule by `globset`.
    pairs: usize,
    yes: u32,
    maybe: u32,
    no: u32,
    vague: u32,
}

fn compare(cases: u32, tree: bool, reading: Reading) -> Counts {
    let mut runner = TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
    let counts = core::cell::Cell::new(Counts::default());
    let below: Vec<Vec<u8>> =
        texts(b"ab/.", 4).into_iter().filter(|text| text.is_empty() || path::is_normal(text) && text != b"/").collect();
    let strategy = (prop::collection::vec(glob_text(), 1..3), prop::collection::vec(glob_text(), 0..2), value());
    let result = runner.run(&strategy, |(patterns, unless, value)| {
        let parse = |all: &[String]| all.iter().map(|text| PathGlob::parse(text).unwrap()).collect::<Vec<_>>();
        let covers = |all: &[String]| all.iter().map(|text| reference_covers(text)).collect::<Vec<_>>();
        let (pattern_covers, unless_covers) = (covers(&patterns), covers(&unless));
        let hit = |path: &[u8]| pattern_covers.iter().any(|c| c(path)) && !unless_covers.iter().any(|c| c(path));
        let paths: Vec<Vec<u8>> = named(&value).into_iter().collect();
        let own: Vec<bool> = paths.iter().map(|path| hit(path)).collect();
        let all: Vec<bool> = if tree {
            let joined = |path: &[u8], tail: &[u8]| match path {
                b"/" if !tail.is_empty() => tail.to_vec(),
                _ => [path, tail].concat(),
            };
            let some: Vec<_> = paths.iter().take(60).collect();
            some.iter().flat_map(|path| below.iter().map(|tail| hit(&joined(path, tail)))).chain(own.clone()).collect()
        } else {
            own.clone()
        };
        let certain = if reading == Reading::Restrict { &own } else { &all };
        let want = if certain.iter().all(|h| *h) && !certain.is_empty() {
            Answer::Yes
        } else if all.iter().any(|h| *h) {
            Answer::Maybe
        } else {
            Answer::No
        };
        let (patterns_read, unless_read) = (parse(&patterns), parse(&unless));
        let rule = PathRule {
            patterns: &patterns_read,
            unless: &unless_read,
            places: HOME,
            unless_places: HOME,
            reading,
            ignore_case: false,
        };
        let got = applies(&rule, &Subject::new(&PathValue::standing(value.clone(), tree)));
        let mut now = counts.get();
        now.pairs += all.len() * (patterns.len() + unless.len());
        match got {
            Answer::Yes => {
                now.yes += 1;
                prop_assert_eq!(want, Answer::Yes, "{:?} unless {:?} on {:?}", patterns, unless, value);
            }
            Answer::No => {
                now.no += 1;
                prop_assert_eq!(want, Answer::No, "{:?} unless {:?} on {:?}", patterns, unless, value);
            }
            Answer::Maybe => {
                now.maybe += 1;
                now.vague += u32::from(want != Answer::Maybe);
                if want != Answer::Maybe && std::env::var_os("SHOW_VAGUE").is_some() {
                    std::eprintln!("{want:?}: {patterns:?} unless {unless:?} on {value:?}");
                }
            }
        }
        counts.set(now);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let counts = counts.get();
    let rate = f64::from(counts.vague) * 100.0 / f64::from(counts.yes + counts.no + counts.maybe);
    std::eprintln!("tree {tree}, {reading:?}: {counts:?}; could match where nothing tried did: {rate:.2} %");
    assert!(counts.yes > 30 && counts.no > 30 && counts.maybe > 30, "{counts:?}: too one-sided to mean something");
    counts
}

/// How many rules are asked; `COULD_CASES` for long runs.
fn cases(usual: u32) -> u32 {
    std::env::var("COULD_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn single_paths_against_brute_force() {
    let counts = compare(cases(1_500), false, Reading::Restrict);
    // What is not borne out needs a longer text than was tried.
    assert!(counts.vague * 2 < counts.maybe, "{counts:?}");
}

#[test]
fn trees_against_brute_force() {
    for reading in [Reading::Restrict, Reading::Permit] {
        let counts = compare(cases(500), true, reading);
        assert!(counts.vague * 2 < counts.maybe, "{counts:?}");
    }
}

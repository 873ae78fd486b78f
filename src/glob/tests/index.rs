//! The index against asking every rule: what it leaves out does not apply.

use super::{super::*, against_globset, brute_force, globs, pattern};
use crate::effect::{PathValue, Value};
use alloc::{format, string::String, vec::Vec};
use proptest::{prelude::*, test_runner::TestRunner};

const PLACES: Places<'_> = Places { homes: &[b"/a", b"/w/A"], roots: &[b"/a/b", b"/"] };

/// Rules as people write many of: places, names, ends and beginnings of names.
fn rule() -> impl Strategy<Value = String> {
    let part = prop::sample::select(
        &[
            "a",
            "b",
            "ab",
            "A",
            ".",
            "/",
            "/a",
            "/b",
            "*",
            "*b",
            "a*",
            "?",
            "/**",
            "/*.a",
            "[ab]",
            "[!a]",
            "{a,b}",
            "{a/b,*.b}",
            "{,a}*",
        ][..],
    );
    let anchor = prop::sample::select(&["/", "/a", "/b", "**/", "**/a", "**/*.", "~/", "./", "/**/", "**/.b"][..]);
    let built =
        (anchor, prop::collection::vec(part, 0..5)).prop_map(|(anchor, parts)| String::from(anchor) + &parts.concat());
    prop_oneof![3 => built, 1 => brute_force::glob_text(), 1 => against_globset::glob_text().prop_map(|text| format!("**/{text}"))]
        .prop_filter("an anchored glob that can match", |text| PathGlob::parse(text).is_ok())
}

fn value() -> impl Strategy<Value = Value> {
    let plain = prop::collection::vec(
        prop::sample::select(&["a", "b", "A", ".", "/", "/.b", "..", "/..", "/a", "/ab", "/x.a", "\u{e9}"][..]),
        1..6,
    )
    .prop_map(|pieces| String::from("/") + &pieces.concat());
    let wild = prop::collection::vec(
        prop::sample::select(
            &["a", "b", "A", ".", "/", "/.", "*", "?", "[ab]", "[A-Z]", "/*b", "/a", "\\*", "/a?"][..],
        ),
        1..6,
    )
    .prop_map(|pieces| pattern(&(String::from("/") + &pieces.concat())));
    prop_oneof![
        2 => plain.clone().prop_map(|text| Value::from(text.as_str())),
        1 => prop::collection::vec(plain, 2..4)
            .prop_map(|all| Value::Set(all.iter().map(|text| text.as_bytes().into()).collect())),
        2 => wild,
    ]
}

#[test]
fn leaves_out_only_what_does_not_apply() {
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() });
    let counts = core::cell::Cell::new((0_u32, 0_u32, 0_u32));
    let strategy = (prop::collection::vec(rule(), 1..8), value(), any::<bool>(), any::<bool>());
    let result = runner.run(&strategy, |(texts, value, fold, allows)| {
        let rules: Vec<Vec<PathGlob>> = texts.iter().map(|text| globs(&[text])).collect();
        let index = Index::new(rules.iter().map(Vec::as_slice));
        let subject = Subject::new(&PathValue::file(value.clone()));
        let text = match &value {
            Value::Pattern(text) => Some(&**text),
            _ => None,
        };
        let mut near = Near::default();
        let (mut asked, mut left_out, all) = counts.get();
        if !index.find(&subject, text, &PLACES, fold, &mut near) {
            counts.set((asked, left_out, all + 1));
            return Ok(());
        }
        let near = near.rules();
        for (n, patterns) in rules.iter().enumerate() {
            if near.contains(&u32::try_from(n).unwrap()) {
                asked += 1;
                continue;
            }
            left_out += 1;
            let reading = if allows { Reading::Permit } else { Reading::Restrict };
            let rule =
                PathRule { patterns, unless: &[], places: PLACES, unless_places: PLACES, reading, ignore_case: fold };
            prop_assert_eq!(applies(&rule, &subject), Answer::No, "{} on {:?}, fold {}", texts[n], value, fold);
        }
        counts.set((asked, left_out, all));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let (asked, left_out, all) = counts.get();
    std::eprintln!("{asked} rules near, {left_out} left out, {all} paths that could be anything");
    assert!(asked > 1_000 && left_out > 1_000 && all > 50, "{asked}, {left_out}, {all}: too few to mean something");
}

#[test]
fn what_goes_up_could_be_anything() {
    let rules = globs(&["/q/k"]);
    let index = Index::new([rules.as_slice()]);
    for (text, known) in
        [("/a*/../q/k", false), ("/a/../q/?", false), ("/a/.?/q/k", false), ("/a/**/k", false), ("/q/k?", true)]
    {
        let subject = Subject::new(&PathValue::file(pattern(text)));
        assert_eq!(index.find(&subject, Some(text.as_bytes()), &PLACES, false, &mut Near::default()), known, "{text}");
    }
}

/// Of many rules, a path is near to few.
#[test]
fn a_path_is_near_to_few_of_ten_thousand() {
    let texts: Vec<String> = (0..2_000)
        .flat_map(|n| {
            [
                format!("/srv/app{n}/secrets/**"),
                format!("**/.env{n}"),
                format!("**/*.key{n}"),
                format!("~/.config/tool{n}"),
                format!("**/secrets/{{token,id{n}_*}}"),
            ]
        })
        .collect();
    let rules: Vec<Vec<PathGlob>> = texts.iter().map(|text| globs(&[text])).collect();
    let index = Index::new(rules.iter().map(Vec::as_slice));
    for (path, most) in [
        ("/w/p/src/main.rs", 0),
        ("/srv/app12/secrets/a", 1),
        ("/w/p/x.key7", 1),
        ("/a/.config/tool3/x", 1),
        ("/w/.env77/x.key9", 2),
        ("/w/secrets/id9_x", 2_000),
    ] {
        let mut near = Near::default();
        index.find_path(path.as_bytes(), &PLACES, &mut near);
        let found = near.rules().len();
        assert!(found <= most, "{found} rules are near to {path}");
    }
}

//! Anchors, trees, carve-outs and partly known paths, as tables.

use super::{super::*, affix, globs, pattern, subject};
use crate::effect::{Bytes, Value};
use Answer::{Maybe, No, Yes};
use alloc::{string::String, vec::Vec};

const HERE: Places<'_> = Places { homes: &[b"/home/u", b"/root"], roots: &[b"/w/[p]"] };

#[test]
fn a_glob_covers_what_it_matches_and_all_below() {
    for (text, yes, no) in [
        ("/a", &["/a", "/a/b", "/a/b/c"][..], &["/", "/ab", "/b/a"][..]),
        ("/a/", &["/a", "/a/b"], &["/ab"]),
        ("/", &["/", "/a", "/a/b"], &[]),
        ("/**", &["/", "/a", "/a/b"], &[]),
        ("**/*", &["/", "/a", "/a/b"], &[]),
        ("**/", &["/", "/a", "/a/b"], &[]),
        ("/a/**", &["/a/b", "/a/b/c"], &["/a", "/ab"]),
        ("/a/**/", &["/a/b", "/a/b/c"], &["/a"]),
        ("/a/*", &["/a/b", "/a/b/c"], &["/a"]),
        ("/a/*.k", &["/a/x.k", "/a/x.k/y"], &["/a/x", "/a/y/x.k"]),
        ("**/.env", &["/.env", "/a/.env", "/a/.env/x"], &["/a/x.env", "/a/.envx"]),
        ("**/.env*", &["/a/.env.x", "/.environment/x"], &["/a/x.env"]),
        ("/a\\/", &["/a/b"], &["/ab"]),
        ("~/", &["/home/u", "/home/u/x", "/root"], &["/home", "/home/ux"]),
        ("~/.ssh", &["/home/u/.ssh", "/root/.ssh/k"], &["/home/u", "/home/v/.ssh", "/.ssh"]),
        ("~/.ssh/**", &["/home/u/.ssh/k"], &["/home/u/.ssh"]),
        ("~/**/k", &["/home/u/k", "/home/u/a/b/k"], &["/k"]),
        ("./x", &["/w/[p]/x", "/w/[p]/x/y"], &["/w/p/x", "/w/[p]/a/x"]),
        ("./", &["/w/[p]", "/w/[p]/x"], &["/w"]),
        ("./**/*.{pem,key}", &["/w/[p]/a.pem", "/w/[p]/b/c.key"], &["/a.pem"]),
        ("/[!x]", &["/a"], &["/x", "/"]),
    ] {
        // A slash that is quoted at the end is not taken off, and nothing normal ends in one.
        let Ok(glob) = PathGlob::parse(text) else {
            assert_eq!(text, "/a\\/");
            continue;
        };
        for (paths, want) in [(yes, true), (no, false)] {
            for path in paths {
                assert_eq!(glob.covers(path.as_bytes(), &HERE, false), want, "`{text}` on `{path}`");
            }
        }
    }
    let root_home = Places { homes: &[b"/"], roots: &[] };
    assert!(globs(&["~/x"])[0].covers(b"/x/y", &root_home, false));
    assert!(globs(&["~/"])[0].covers(b"/", &root_home, false));
    assert!(globs(&["~/.SSH"])[0].covers(b"/Home/U/.ssh/k", &HERE, true));
    assert!(!globs(&["~/.SSH"])[0].covers(b"/Home/U/.ssh/k", &HERE, false));
}

#[test]
fn what_is_not_anchored_is_refused_with_the_fix() {
    for (text, part) in [
        (".env", "`**/.env`"),
        ("*.pem", "`**/*.pem`"),
        ("src/**", "`./src/**`"),
        ("**.pem", "`**/*.pem`"),
        ("", "`/**`"),
        ("**", "`/**`"),
        ("*", "`/**`"),
        ("~", "`~/`"),
        (".", "`./`"),
        ("~bob/x", "absolute path"),
        ("$HOME/x", "`~/`"),
        ("../x", "absolute path"),
        ("{/a,/b}", "of its own"),
        ("/a//b", "without `.`"),
        ("/a/../b", "without `.`"),
        ("/a/./b", "without `.`"),
        ("~/../x", "without `.`"),
        ("./../x", "without `.`"),
        ("**/..", "without `.`"),
        ("/{a/,b/}", "without `.`"),
        ("/a\0", "without `.`"),
    ] {
        let error = PathGlob::parse(text).unwrap_err();
        assert!(error.help.as_deref().is_some_and(|help| help.contains(part)), "`{text}`: {error}");
    }
    assert_eq!(PathGlob::parse("~/a[").unwrap_err().offset, 3);
    assert!(PathGlob::parse("a[").unwrap_err().message.contains("no `]`"));
}

fn ask(patterns: &[&str], unless: &[&str], value: &Value, tree: bool, reading: Reading) -> Answer {
    let (patterns, unless) = (globs(patterns), globs(unless));
    let rule = PathRule {
        patterns: &patterns,
        unless: &unless,
        places: HERE,
        unless_places: HERE,
        reading,
        ignore_case: false,
    };
    applies(&rule, &subject(value.clone(), tree))
}

#[test]
fn partly_known_paths() {
    let set = |all: &[&str]| Value::Set(all.iter().map(|one| Bytes::from(*one)).collect());
    let any = Value::ANY_WORD;
    for (patterns, unless, value, want) in [
        (&["**/.env"][..], &[][..], Value::from("/p/.env"), Yes),
        (&["**/.env"], &[], Value::from("/p/x/../.env"), Yes),
        (&["**/.env"], &[], Value::from("/p/env"), No),
        (&["/a"], &[], Value::from("relative"), Maybe),
        (&["/a", "/b"], &[], set(&["/a/x", "/b"]), Yes),
        (&["/a", "/b"], &[], set(&["/a/x", "/c"]), Maybe),
        (&["/a", "/b"], &[], set(&["/ax", "/c"]), No),
        (&["/a"], &[], any.clone(), Maybe),
        (&["/**"], &[], any.clone(), Yes),
        (&["/**"], &["/a"], any.clone(), Maybe),
        (&["/**"], &["/**"], any.clone(), No),
        (&[], &[], any.clone(), No),
        // Affix: only the end counts, because `..` can be between.
        (&["/etc"], &[], affix("/tmp/", ""), Maybe),
        (&["/etc"], &[], affix("/tmp/", ".txt"), Maybe),
        (&["/etc/shadow"], &[], affix("/etc/", ".txt"), Maybe),
        (&["/etc/shadow"], &[], affix("/tmp/", "dow"), Maybe),
        (&["/etc/shadow"], &["/etc/**/dow"], affix("/tmp/", "/dow"), No),
        (&["**/.env"], &[], affix("", "/.env"), Yes),
        (&["**/.env"], &[], affix("/p/", ".env"), Maybe),
        (&["**/*.env"], &[], affix("/p/", ".env"), Yes),
        (&["**/.env"], &[], affix("/p/", "/.env/"), Yes),
        (&["**/.env"], &[], affix("/p/", "/x/../.env"), Yes),
        (&["**/.env"], &[], affix("/p/", "x/../.env"), Yes),
        (&["**/.env"], &[], affix("/p/", "/.env/.."), Maybe),
        (&["/a/*.txt"], &["**/*.c"], affix("/p/", "/b.c"), No),
        (&["~/.ssh"], &[], affix("/p/", "/.ssh/id"), Maybe),
        (&["~/.ssh"], &[], affix("/p/", "/ssh/id"), Maybe),
        (&["~/.ssh/*"], &[], affix("/p/", "."), Maybe),
        (&["/a/b"], &[], affix("", ".."), Maybe),
        (&["/a/b"], &[], affix("", "..."), Maybe),
        (&["/a"], &["/a/b..."], affix("", "..."), Maybe),
        (&["/etc/shadow"], &[], affix("", "a/../shadow"), Maybe),
        // Pattern.
        (&["~/.ssh"], &[], pattern("/home/u/.ssh/*"), Yes),
        (&["~/.ssh"], &[], pattern("/home/u/.ss*"), Maybe),
        (&["~/.ssh"], &[], pattern("/home/u/*"), No),
        (&["~/.ssh"], &[], pattern("/home/u/?ssh"), No),
        (&["~/.ssh"], &[], pattern("/home/u/[.]ssh"), No),
        (&["~/.ssh"], &[], pattern("/home/u/@(.ssh|x)"), Maybe),
        (&["~/.ssh"], &[], pattern("/home/u/.*"), Maybe),
        (&["~/.ssh"], &[], pattern("/home/u/**"), No),
        (&["~/.ssh"], &[], pattern("/home/u/**/id"), No),
        (&["~/.ssh"], &[], pattern("/home/**/.ssh/id"), Maybe),
        (&["~/.ssh"], &[], pattern("/home/u/.**/id"), Maybe),
        (&["~/.ssh"], &[], pattern("/home/u/@(.ssh)/**"), Maybe),
        (&["**/a.b/c"], &[], pattern("/p/**/c"), Maybe),
        (&["**/.b/c"], &[], pattern("/p/**/c"), No),
        (&["**/.b/c"], &[], pattern("/p/a/.b/**"), Maybe),
        (&["**/.env.*"], &[], pattern("/p/*.md"), No),
        (&["**/a.md"], &[], pattern("/p/*.md"), Maybe),
        (&["**/.md"], &[], pattern("/p/*.md"), No),
        (&["~/.ssh"], &[], pattern("/home/v/*"), No),
        (&["~/.ssh"], &[], pattern("/home/*/*"), No),
        (&["~/.ssh"], &[], pattern("/home/*/.*"), Maybe),
        (&["~/.ssh"], &[], pattern("/home/*/x/../.ssh"), Maybe),
        (&["~/.ssh"], &[], pattern("/home/u/x*/../.ssh/id"), Yes),
        (&["**/.env"], &[], pattern("/p/.en?"), Maybe),
        (&["**/.env"], &[], pattern("/p/.en[a-z]"), Maybe),
        (&["**/.env"], &[], pattern("/p/.en[!v]"), No),
        (&["**/.env"], &[], pattern("/p/.en[0-9]"), No),
        (&["**/.env"], &[], pattern("/p/.en[[:alpha:]]"), Maybe),
        (&["**/.env"], &[], pattern("/p/.e@(nv|xx)"), Maybe),
        (&["**/.env"], &[], pattern("/p/\\*.env"), No),
        (&["**/.en\\*"], &[], pattern("/p/.en\\*"), Yes),
        (&["**/x"], &[], pattern("/p/*/y"), Maybe),
        (&["**/x"], &[], pattern("/p/a*/y"), No),
        (&["**/x"], &[], pattern("/p/**/x"), Yes),
        (&["/p/q"], &[], pattern("/p/**"), Maybe),
        (&["/p"], &[], pattern("/p/**/x"), Yes),
        (&["/p/*/x"], &[], pattern("/p/**/x"), Maybe),
        (&["/q"], &[], pattern("/p/.*"), No),
        (&["/q"], &[], pattern("/p/.*/q"), Maybe),
        (&["/q"], &[], pattern("/p/*/../q"), No),
        (&["/q"], &[], pattern("/p/*/../../q"), Yes),
        (&["/q"], &[], pattern("/**/../q"), Maybe),
        (&["/p/[[]x"], &[], pattern("/p/[x"), Yes),
        (&["/q"], &[], pattern("relative*"), Maybe),
        (&["/q"], &[], pattern("/p/@(a/b)"), Maybe),
        (&["**/é"], &[], pattern("/p/?"), Maybe),
        (&["~/**/k"], &[], pattern("/home/u/?"), Maybe),
        (&["/p/z"], &[], pattern("/p/[+-a]"), Maybe),
        (&["/p/x/k"], &[], pattern("/p/[[:al]x/k"), Maybe),
        (&["/p/x/k"], &[], pattern("/p/[[:al]x/j"), No),
        (&["/p/bx"], &[], pattern("/p/[abc\\d]x"), Maybe),
        (&["/p/zz"], &[], pattern("/p/@(a|@(b|p)x)zz"), Maybe),
        // Carve-outs.
        (&["**/.env*"], &["**/.env.example"], Value::from("/p/.env.example"), No),
        (&["**/.env*"], &["**/.env.example"], Value::from("/p/.env.local"), Yes),
        (&["**/.env*"], &["**/.env.example"], pattern("/p/.env.ex*"), Maybe),
        (&["**/.env*"], &["**/.env.example"], pattern("/p/.env.example*"), Maybe),
        (&["**/.env*"], &["**/.env.example*"], pattern("/p/.env.example*"), No),
        (&["**/.env*"], &["**/.env.example"], pattern("/p/.env.l*"), Yes),
        (&["**/.env*"], &["**/.env.example"], affix("", "/.env.example"), No),
        (&["**/*.k"], &["/a", "/b"], pattern("/[ab]/*.k"), Maybe),
        (&["/p/[m-p]z"], &["/p/[a-e]z"], pattern("/p/[a-p]z"), Maybe),
        (&["**/*.k"], &["/a", "/b", "/\\[ab\\]"], pattern("/[ab]/*.k"), No),
    ] {
        let got = ask(patterns, unless, &value, false, Reading::Restrict);
        assert_eq!(got, want, "{patterns:?} unless {unless:?} on {value:?}");
        let permit = ask(patterns, unless, &value, false, Reading::Permit);
        assert_eq!(permit, want, "to permit: {patterns:?} unless {unless:?} on {value:?}");
    }
}

#[test]
fn whole_trees() {
    for (patterns, unless, value, restrict, permit) in [
        (&["~/.ssh"][..], &[][..], Value::from("/home/u"), Maybe, Maybe),
        (&["~/.ssh"], &[], Value::from("/"), Maybe, Maybe),
        (&["~/.ssh"], &[], Value::from("/home/u/.ssh"), Yes, Yes),
        (&["~/.ssh"], &[], Value::from("/home/u/.ssh/x"), Yes, Yes),
        (&["~/.ssh"], &[], Value::from("/home/u/.sshx"), No, No),
        (&["**/.env"], &[], Value::from("/p"), Maybe, Maybe),
        (&["/p/*.c"], &[], Value::from("/p/d"), No, No),
        (&["/p/**"], &[], Value::from("/p"), Maybe, Maybe),
        (&["/p"], &["/p/x"], Value::from("/p"), Yes, Maybe),
        (&["/p"], &["/p/x"], Value::from("/p/x"), No, No),
        (&["/p"], &["/p/x"], Value::from("/p/y"), Yes, Yes),
        (&["/p/x"], &["/p/**"], Value::from("/p"), No, No),
        (&["/**"], &[], Value::from("/"), Yes, Yes),
        (&["/p"], &[], Value::ANY_WORD, Maybe, Maybe),
        (&["/p"], &[], pattern("/p*"), Maybe, Maybe),
        (&["/p/*/k"], &[], pattern("/p/*"), Maybe, Maybe),
        (&["/p/*/k"], &[], pattern("/q/*"), No, No),
        (&["/p"], &[], affix("", "/k"), Maybe, Maybe),
    ] {
        assert_eq!(
            ask(patterns, unless, &value, true, Reading::Restrict),
            restrict,
            "{patterns:?} {unless:?} {value:?}"
        );
        assert_eq!(
            ask(patterns, unless, &value, true, Reading::Permit),
            permit,
            "permit {patterns:?} {unless:?} {value:?}"
        );
    }
}

#[test]
fn unknown_places_and_ignored_case() {
    let (home, carved) = (globs(&["~/x"]), globs(&["./y"]));
    let everything = globs(&["/**"]);
    let nowhere = Places::default();
    let path = subject(Value::from("/p/x"), false);
    for (patterns, unless, reading, want) in [
        (&home, &carved, Reading::Restrict, Maybe),
        (&home, &carved, Reading::Permit, No),
        (&everything, &carved, Reading::Restrict, Yes),
        (&everything, &carved, Reading::Permit, Maybe),
    ] {
        let rule = PathRule { patterns, unless, places: nowhere, unless_places: nowhere, reading, ignore_case: false };
        assert_eq!(applies(&rule, &path), want, "{reading:?}");
    }
    for (text, value, plain, caseless) in [
        ("**/.env", Value::from("/P/.ENV"), No, Yes),
        ("/p/[a-c]", pattern("/P/A*"), No, Maybe),
        ("**/p/x", affix("", "/P/x"), Maybe, Yes),
        // Zero-width and compatibility letters, which such file systems may ignore or fold.
        ("**/.env", Value::from("/p/.e\u{200d}nv"), No, Maybe),
        ("**/.ssh", Value::from("/p/.\u{17f}\u{17f}h"), No, Maybe),
        ("**/.ssh", Value::from("/p/\u{e9}"), No, Maybe),
        ("**/.ssh/k", Value::from("/p/\u{e9}/x"), No, No),
        ("**/\u{e9}", Value::from("/p/\u{e9}"), Yes, Yes),
        ("**/\u{e9}", Value::from("/p/e\u{301}"), No, Maybe),
    ] {
        for (ignore_case, want) in [(false, plain), (true, caseless)] {
            let rule = PathRule {
                patterns: &globs(&[text]),
                unless: &[],
                places: HERE,
                unless_places: HERE,
                reading: Reading::Restrict,
                ignore_case,
            };
            assert_eq!(applies(&rule, &subject(value.clone(), false)), want, "`{text}` {value:?} {ignore_case}");
        }
    }
}

#[test]
fn too_much_work_is_maybe() {
    let text = String::from("/") + &"{a,b}*".repeat(60);
    let all: Vec<PathGlob> = globs(&[&text, "/**/a?????????????????", "/**/b?????????????????c"]);
    let rule = PathRule {
        patterns: &all,
        unless: &all[2..],
        places: HERE,
        unless_places: HERE,
        reading: Reading::Restrict,
        ignore_case: false,
    };
    assert_eq!(applies(&rule, &subject(Value::ANY_WORD, true)), Maybe);
    let long = Value::Pattern([b"/".as_slice(), &b"a*".repeat(2_000)].concat().into());
    assert_eq!(applies(&rule, &subject(long, false)), Maybe);
}

//! What the glob language means, as tables; every row is also held against `globset`.

use super::super::Glob;
use super::against_globset::reference;
use alloc::string::String;

/// Glob, texts that match, texts that do not.
const MEANING: &[(&str, &[&str], &[&str])] = &[
    ("", &[""], &["a", "/"]),
    ("a", &["a"], &["", "b", "aa", "foo/a"]),
    ("*", &["", "a", ".a"], &["/", "a/b"]),
    ("?", &["a", "."], &["", "/", "ab", "é"]),
    ("a*b*c", &["abc", "a_b_c", "a___b___c"], &["abcd", "a/bc"]),
    ("*.rs", &[".rs", "x.rs"], &["x/y.rs", "x.rs "]),
    ("☃", &["☃"], &["x"]),
    ("**", &["", "a", "/x/.y", "a\nb"], &[]),
    ("**/", &["", "a", "/x/.y"], &[]),
    ("**/**", &["", "a", "/x/.y"], &[]),
    ("***", &["", "abc"], &["a/b"]),
    ("**a", &["a", "xa"], &["x/a"]),
    ("a**b", &["ab", "axxb"], &["a/b", "ax/xb"]),
    ("/a**", &["/a", "/ab"], &["/a/b"]),
    ("**/test", &["test", "/test", "a/test", "/a/b/test"], &["xtest", "a/xtest", "test/"]),
    ("**/foo/bar", &["foo/bar", "x/foo/bar"], &["foofoo/bar", "foo/x/bar"]),
    ("**/.*", &[".abc", "a/.abc", "foo/.."], &["ab.c", "abc/ab.c"]),
    ("/**/test", &["/test", "/a/b/test"], &["test", "/one/nottest"]),
    ("a/**", &["a/", "a/b", "a/b/c"], &["a", "ab", "b/a/c"]),
    ("a/**/**", &["a/", "a/b", "a/b/c"], &["a"]),
    ("/**", &["/", "/a", "/a/b"], &["", "a"]),
    ("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["ab", "a/xb", "b/a/b"]),
    ("a/**/**/b", &["a/b", "a/x/y/b"], &["ab"]),
    ("some/*/needle.txt", &["some/one/needle.txt"], &["some/needle.txt", "some/one/two/needle.txt"]),
    ("./foo", &["./foo"], &["foo"]),
    ("abc[/]def", &["abc/def"], &["abcxdef"]),
    ("a[0-9]b", &["a0b", "a9b"], &["a_b", "a/b"]),
    ("a[!0-9]b", &["a_b", "a/b"], &["a0b", "ab"]),
    ("a[^0-9]b", &["a_b", "a/b"], &["a0b"]),
    ("[!-]", &["a", "/"], &["-"]),
    ("[]]", &["]"], &["[", ""]),
    ("[!]a]", &["b"], &["]", "a"]),
    ("[]-z]", &["]", "a", "z", "^"], &["[", "-"]),
    ("[a-]", &["a", "-"], &["b"]),
    ("[-a-c]", &["-", "b"], &["d"]),
    ("[--z]", &["-", "a", "."], &["+"]),
    ("[ --]", &[" ", "+", "-"], &["."]),
    ("[a-c-e]", &["a", "c", "d", "e"], &["-", "f"]),
    ("[*?]", &["*", "?"], &["a"]),
    ("[\\]]", &["\\]"], &["]", "\\"]),
    ("{a,b}", &["a", "b"], &["", "ab", "{a,b}"]),
    ("{a,b{c,d}}", &["a", "bc", "bd"], &["b", "c"]),
    ("{{a,b},{c,d}}", &["a", "b", "c", "d"], &["ac"]),
    ("{}", &[""], &["{}"]),
    ("{,}", &[""], &[","]),
    ("{{},a}", &["a"], &[""]),
    ("foo{,.txt}", &["foo.txt"], &["foo"]),
    ("{[}],foo}", &["}", "foo"], &["]"]),
    ("{**/src/**,foo}", &["abc/src/bar", "src/bar", "foo"], &["src", "foo/x"]),
    ("/{a,b}/**", &["/a/x", "/b/x/y"], &["/a", "/c/x"]),
    ("x{**/b}", &["xb", "x/b", "xy/b", "xy/z/b"], &["xyb"]),
    ("{x/**}", &["x/", "x/y"], &["x"]),
    ("{x\\,**}", &["x/", "x/y"], &["x", "x,", "x,y"]),
    ("a,b", &["a,b"], &["a"]),
    ("\\*", &["*"], &["a", "\\*"]),
    ("\\a\\\\", &["a\\"], &["a", "\\a\\"]),
    ("\\{a,b\\}", &["{a,b}"], &["a"]),
    ("a\\/**", &["a/", "a/b"], &["a"]),
    ("_[[]_[]]_[?]_[*]_!_", &["_[_]_?_*_!_"], &[]),
    ("!a", &["!a"], &["b"]),
];

/// Glob, where the fault is, a part of what is said.
const FAULTS: &[(&str, usize, &str)] = &[
    ("[", 0, "no `]`"),
    ("ab[]", 2, "no `]`"),
    ("[!", 0, "no `]`"),
    ("[!]", 0, "no `]`"),
    ("[z-a]", 3, "`z-a` runs backwards"),
    ("[z--]", 3, "`z--` runs backwards"),
    ("x{a,b", 1, "no `}`"),
    ("{a,{b,c}", 0, "no `}`"),
    ("a,b}", 3, "no `{`"),
    ("{a,b}}", 5, "no `{`"),
    ("é\\", 2, "nothing follows"),
];

#[test]
fn globs_mean_what_globset_says() {
    for (text, yes, no) in MEANING {
        let glob = Glob::parse(text).unwrap();
        let other = reference(text, false).unwrap();
        for (paths, want) in [(yes, true), (no, false)] {
            for path in *paths {
                assert_eq!(glob.matches(path.as_bytes(), false), want, "`{text}` on `{path}`");
                assert_eq!(other(path.as_bytes()), want, "globset: `{text}` on `{path}`");
            }
        }
    }
}

#[test]
fn faults_say_where_and_what() {
    for (text, offset, part) in FAULTS {
        let error = Glob::parse(text).unwrap_err();
        assert_eq!(error.offset, *offset, "`{text}`: {error}");
        assert!(error.message.contains(part), "`{text}`: {error}");
        assert!(error.help.is_some(), "`{text}`: {error}");
        assert!(reference(text, false).is_none(), "globset accepts `{text}`");
    }
}

#[test]
fn limits_are_errors() {
    for (text, part) in [
        ("a".repeat(4097), "4096 bytes"),
        ("a".repeat(1023), "too large"),
        ("{".repeat(33) + &"}".repeat(33), "32 deep"),
        ("{".repeat(4000), "32 deep"),
    ] {
        let error = Glob::parse(&text).unwrap_err();
        assert!(error.message.contains(part), "{error}");
    }
    Glob::parse(&"a".repeat(1022)).unwrap();
    Glob::parse(&("{".repeat(32) + "a" + &"}".repeat(32))).unwrap();
}

#[test]
fn case_is_folded_on_demand() {
    for (text, path, plain, folded) in [
        ("aB[c-d]", "AbC", false, true),
        ("[!a]", "A", true, false),
        ("[!A-Z]x", "qX", false, false),
        ("é", "É", false, false),
        ("K", "\u{212a}", false, false),
    ] {
        let glob = Glob::parse(text).unwrap();
        assert_eq!(glob.matches(path.as_bytes(), false), plain, "`{text}` on `{path}`");
        assert_eq!(glob.matches(path.as_bytes(), true), folded, "`{text}` on `{path}` without case");
        assert_eq!(reference(text, true).unwrap()(path.as_bytes()), folded, "globset: `{text}` on `{path}`");
    }
}

#[test]
fn a_hostile_glob_takes_linear_time() {
    let text = "*a".repeat(500) + "b";
    let glob = Glob::parse(&text).unwrap();
    let path = String::from("a").repeat(4095);
    let started = std::time::Instant::now();
    assert!(!glob.matches(path.as_bytes(), false));
    // 4095 bytes times 1,000 positions, unoptimised; backtracking would not end.
    assert!(started.elapsed().as_secs() < 20);
}

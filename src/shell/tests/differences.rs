//! What other shells read differently, and what they do not.

use super::super::{Limits, parse};
use std::{string::String, vec::Vec};

fn codes(script: &str) -> Vec<&'static str> {
    let mut codes: Vec<_> = parse(script, &Limits::default()).unwrap().differences().iter().map(|d| d.code).collect();
    codes.dedup();
    codes
}

#[test]
fn what_can_change_effects_is_recorded() {
    let table: &[(&str, &[&str])] = &[
        ("echo $'\\'; touch X #'", &["ansi-c-quote-end"]),
        ("cat $'.env'", &["ansi-c-quote"]),
        ("cat $'\\cA'", &["ansi-c-quote", "ansi-c-escape"]),
        ("cat $\"x\"", &["locale-quote"]),
        ("a &>f b", &["joined-redirection"]),
        ("cd x &>f", &["joined-redirection"]),
        ("cd x && a &>f && cat y", &["joined-redirection"]),
        ("f() { cd x; }; f &>/dev/null; cat y", &["joined-redirection"]),
        ("{ cd x; } &>f", &["joined-redirection"]),
        ("echo {a,b}", &["brace-expansion"]),
        ("echo {1..3}", &["brace-expansion"]),
        ("function f {\na\n}", &["function-keyword"]),
        ("coproc a", &["coproc"]),
        ("[[ a > b ]]", &["double-bracket"]),
        ("[[ a || rm ]]", &["double-bracket"]),
        ("! [[ a && rm ]]", &["double-bracket"]),
        ("a || [[ a && rm ]]", &["double-bracket"]),
        ("cat ~+/x", &["tilde-directory"]),
        ("((a > b))", &["arithmetic-command"]),
        ("echo $[a>b]", &["bracket-arithmetic"]),
        ("a {v}>f", &["variable-descriptor"]),
        ("a 12>f", &["long-descriptor"]),
        ("x+=y", &["append-assignment"]),
        ("a[x y]=z", &["subscript"]),
        ("dd if=~/x", &["argument-tilde"]),
        ("time cd x", &["time"]),
        ("time -o f a", &["time-option"]),
        ("echo \"${x:-'}'}\"", &["quote-in-parameter"]),
        ("ls *(e:a:)", &["extended-glob"]),
        ("cat =ls", &["zsh-equals"]),
        ("a >!f", &["zsh-clobber"]),
        ("cat <1-9>x", &["zsh-numeric-glob"]),
        ("cat $=x", &["zsh-parameter"]),
        ("cat $~", &["zsh-parameter"]),
        ("cat \"$^\"", &["zsh-parameter"]),
        ("cat $\u{e9}", &["zsh-parameter"]),
        ("a {x} >f", &["variable-descriptor"]),
        ("a {x} &>f b", &["joined-redirection", "variable-descriptor"]),
        ("noglob git push", &["zsh-prefix"]),
        ("echo x >f | sh", &["zsh-multios"]),
        ("<f | sh", &["zsh-null-command"]),
        ("{ a } always { b; }", &["zsh-closing-brace"]),
    ];
    for (script, expected) in table {
        assert_eq!(codes(script), *expected, "{script:?}");
    }
}

#[test]
fn what_is_portable_or_has_the_same_effects_is_not() {
    for script in [
        "cd src && make -j4 2>&1 | tail -n 20",
        "for f in *.c; do gcc -c \"$f\" -o \"${f%.c}.o\" || exit 1; done",
        "if [ -f x ] && [ \"$a\" = b ]; then echo \"it's $x\"; else printf '%s\\n' \"$@\" >&2; fi",
        "cat <<EOF >out\n$x ${y:-z} $(date)\nEOF",
        "x=$(git rev-parse HEAD) && echo \"$x\" | while read -r l; do echo \"$l\"; done",
        "case $1 in -h|--help) usage ;; *) main \"$@\" ;; esac",
        "f() { local x=1; echo $((x + 1)); }; f",
        "PATH=~/bin:~/x:$PATH cmd ~/a",
        "find . -name '*.rs' -exec grep -l foo {} + | xargs rm -f",
        "cmd >/dev/null 2>&1 &",
        "cmd &>/dev/null",
        "cd x; cmd &>/dev/null || echo no",
        "[[ -f x ]] && echo y",
        "[[ -f x && -d y || -L z ]]",
        "if [[ $a == x && $b == y ]]; then c; fi",
        "diff <(a) <(b)",
        "cat <<<x",
        "a |& b",
        "a=(x y)",
        "[ a = b ]; [ a == b ]; git log --format='%h'",
        "time make",
        ": > file",
        "grep -E '^(a|b)$' f",
        "find . ! -name x",
        "echo {} }x ~/x ~user",
        "set -euo pipefail",
    ] {
        assert_eq!(codes(script), Vec::<&str>::new(), "{script:?}");
    }
}

#[test]
fn a_difference_names_its_place() {
    let script = "a; `echo \\$'b'`";
    let tree = parse(script, &Limits::default()).unwrap();
    let places: Vec<String> = tree
        .differences()
        .iter()
        .map(|d| {
            script.get(usize::try_from(d.span.start).unwrap()..usize::try_from(d.span.end).unwrap()).unwrap().into()
        })
        .collect();
    assert_eq!(places, ["$'b'"]);
}

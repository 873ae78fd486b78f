//! What other shells read differently, and what they do not.

use super::super::{Dialect, Limits, dump, parse, parse_as};
use std::{string::String, vec::Vec};

fn codes(script: &str) -> Vec<&'static str> {
    let mut codes: Vec<_> = parse(script, &Limits::default()).unwrap().differences().iter().map(|d| d.code).collect();
    codes.dedup();
    codes
}

/// The shells that read the script differently.
fn others(script: &str) -> &'static str {
    let others = parse(script, &Limits::default()).unwrap().others();
    match (others.contains(Dialect::Dash), others.contains(Dialect::Zsh)) {
        (false, false) => "",
        (true, false) => "dash",
        (false, true) => "zsh",
        (true, true) => "dash zsh",
    }
}

#[test]
fn what_dash_makes_of_what_it_does_not_have() {
    let table: &[(&str, &str)] = &[
        ("echo {a,b} x{1..3}", "(run echo {a,b} x{1..3})"),
        ("cat $'.env'", "(run cat $+'.env')"),
        ("echo $'\\'; touch X #'", "(list (run echo $+'\\') (run touch X))"),
        ("a &>f b", "(list (run a) & (run b [> f]))"),
        ("cd x && a &>f && cat y", "(list (run cd x) && (run a) & (run [> f]) && (run cat y))"),
        ("{ cd x; } &>f", "(list (group (run cd x)) & (run [> f]))"),
        ("[[ a > b ]] && c", "(list (run [[ a ]] [> b]) && (run c))"),
        ("[[ a || rm ]]", "(list (run [[ a) || (run rm ]]))"),
        ("a\n[[ a =~ (b) ]]\nc", "(run a)"),
        ("((a > b))", "(subshell (subshell (run a [> b])))"),
        ("x+=y", "(run x+=y)"),
        ("x+=y cmd", "(run x+=y cmd)"),
        ("a[x y]=z", "(run a[x y]=z)"),
        ("a {v}>f", "(run a {v} [> f])"),
        ("echo $[a>b]", "(run echo $[a [> b]])"),
        ("function f {\na\n}\nb", "(list (run function f {) (run a))"),
        ("function f { a; }", "()"),
        ("f() [[ a > b ]]", "(function f (run [[ a ]] [> b]))"),
        ("coproc a", "(run coproc a)"),
        ("time cd x", "(run time cd x)"),
        ("time { a; }", "()"),
        ("cat ~+/x", "(run cat '~+'+/x)"),
    ];
    for (script, expected) in table {
        assert_eq!(others(script), "dash", "{script:?}");
        let tree = parse_as(Dialect::Dash, script, &Limits::default()).unwrap();
        assert_eq!(dump(&tree), *expected, "{script:?}");
    }
}

#[test]
fn what_zsh_makes_of_what_it_does_not_have() {
    let table: &[(&str, &str)] =
        &[("cat $\"x\"", "(run cat $+'x')"), ("a 12>f", "(run a 12 [> f])"), ("dd if=~/x", "(run dd if=~/x)")];
    for (script, expected) in table {
        assert_eq!(others(script), "dash zsh", "{script:?}");
        let tree = parse_as(Dialect::Zsh, script, &Limits::default()).unwrap();
        assert_eq!(dump(&tree), *expected, "{script:?}");
    }
}

#[test]
fn where_dash_refuses_a_line_its_tree_ends() {
    for script in [
        "a\nx=(b c)\nd",
        "a\ncat <<<x\nd",
        "a\ncat <(b)\nd",
        "a\nb |& c\nd",
        "a\nfor ((;;)); do b; done\nd",
        "a\n[[ x =~ (y) ]]\nd",
        "a\nls @(x|y)\nd",
        "a\nfi\nd",
        "a\necho 'b\nd",
    ] {
        let tree = parse_as(Dialect::Dash, script, &Limits::default()).unwrap();
        assert_eq!(dump(&tree), "(run a)", "{script:?}");
    }
}

#[test]
fn what_can_change_effects_is_recorded() {
    let table: &[(&str, &[&str])] = &[
        ("cat $'\\cA'", &["ansi-c-escape"]),
        ("cat $'\\h'", &["ansi-c-escape"]),
        ("echo {1..a}", &["brace-expansion"]),
        ("echo {a..e..2} {5..1..-2}", &["brace-expansion"]),
        ("echo {=ls,b}", &["brace-expansion"]),
        ("coproc N { a; }", &["coproc"]),
        ("echo \"${x:-'}'}\"", &["quote-in-parameter"]),
        ("echo \"${x:-\"{a,b}\"}\" \"${x:-\"a\"b}\" \"${x:-\"\\}\"}\"", &["quote-in-parameter"]),
        ("ls *(e:a:)", &["extended-glob"]),
        ("x=$(cat <<E\nb\nE\necho 1; echo 2)", &["here-document-semicolon"]),
        ("cat <(cat <<'E' && { a; b; }\nE\n)", &["here-document-semicolon"]),
        ("x=$(f() { cat <<E\nE\n}; $(a); b)", &["here-document-semicolon"]),
        ("cat <( # nothing\n)", &["empty-substitution"]),
        ("cat .env\\", &["backslash-at-end"]),
        ("x=`cat a\\\\`", &["backslash-at-end"]),
        ("cat =ls", &["zsh-equals"]),
        ("cat <=ls", &["zsh-equals"]),
        ("cat <<<=ls", &["zsh-equals"]),
        ("a ${x:-=ls}", &["zsh-equals"]),
        ("x==ls", &["zsh-equals"]),
        ("x+==$y", &["zsh-equals"]),
        ("x=a:=ls a", &["zsh-equals"]),
        ("x=\"a:\"=ls", &["zsh-equals"]),
        ("x=$y=ls", &["zsh-equals"]),
        ("x[1]==ls", &["zsh-equals"]),
        ("x=(=ls)", &["zsh-equals"]),
        ("export x==ls", &["zsh-equals"]),
        ("export x=a:=ls", &["zsh-equals"]),
        ("builtin export x==\"ls\"", &["zsh-equals"]),
        ("alias x==ls", &["zsh-equals"]),
        ("$e x==ls", &["zsh-equals"]),
        ("a >!f", &["zsh-clobber"]),
        ("cat <1-9>x", &["zsh-numeric-glob"]),
        ("cat $=x", &["zsh-parameter"]),
        ("cat $~", &["zsh-parameter"]),
        ("cat \"$^\"", &["zsh-parameter"]),
        ("cat $\u{e9}", &["zsh-parameter"]),
        ("a {x} >f", &["variable-descriptor"]),
        ("a {x} &>f b", &["variable-descriptor"]),
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
        "pip install foo==1.2 'a:=b' && export A=b=c B='=ls' C=\"=$x\" && D=a=b E= make x==y",
        "for f in *.c; do gcc -c \"$f\" -o \"${f%.c}.o\" || exit 1; done",
        "if [ -f x ] && [ \"$a\" = b ]; then echo \"it's $x\"; else printf '%s\\n' \"$@\" >&2; fi",
        "cat <<EOF >out\n$x ${y:-z} $(date)\nEOF",
        "x=$(git rev-parse HEAD) && echo \"$x\" | while read -r l; do echo \"$l\"; done",
        "case $1 in -h|--help) usage ;; *) main \"$@\" ;; esac",
        "f() { local x=1; echo $((x + 1)); }; f",
        "PATH=~/bin:~/x:$PATH cmd ~/a",
        "find . -name '*.rs' -exec grep -l foo {} + | xargs rm -f",
        "cmd >/dev/null 2>&1 &",
        "diff <(a) <(b)",
        "cat <<E; x=$(a; b); c\nE\nd; e",
        "x=$(a; cat <<E | while read b; do c $b\nE\nd; done\ne\nf $(g; h)); i; j",
        "cat <<<x",
        "a |& b",
        "a=(x y)",
        "[ a = b ]; [ a == b ]; git log --format='%h'",
        "echo \"${x:-\"a b\"}\" \"${x#\"$y\"}\" \"${x:-'q'}\"",
        ": > file",
        "grep -E '^(a|b)$' f",
        "find . ! -name x",
        "echo {} }x ~/x ~user",
        "set -euo pipefail",
    ] {
        assert_eq!(codes(script), Vec::<&str>::new(), "{script:?}");
        assert_eq!(others(script), "", "{script:?}");
    }
}

#[test]
fn a_difference_names_its_place() {
    let script = "a; `echo \\$'\\\\cA'`";
    let tree = parse(script, &Limits::default()).unwrap();
    let places: Vec<String> = tree
        .differences()
        .iter()
        .map(|d| {
            script.get(usize::try_from(d.span.start).unwrap()..usize::try_from(d.span.end).unwrap()).unwrap().into()
        })
        .collect();
    assert_eq!(places, ["$'\\\\cA'"]);
}

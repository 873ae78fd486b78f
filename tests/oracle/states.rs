//! Scripts that change what the shell knows again and again: numbers, arrays, separators, options, aliases, a function's own
//! variables; joined by loops, branches, subshells and functions.

use crate::random::Random;
use std::fmt::Write as _;

/// `<n>` is the name of a text, `<i>` of a number, `<r>` of an array, now and then another one; `<v>` is a value.
const CHANGES: &[&str] = &[
    "<n>=<v>",
    "<n>=<v>",
    "<n>=<v>",
    "<n>=$<n>",
    "<n>=\"$<i>\"",
    "<n>=x$<n>",
    "<i>=4",
    "<i>=$((<i>+1))",
    "<i>=$(($<i>*2))",
    ": $((<i>++))",
    ": $((<i>-=2))",
    ": $((<i> = <i>))",
    "<i>=${#<n>}",
    "<i>=$#",
    "<i>=$?",
    "<i>=$!",
    "<r>=(<v> <v>)",
    "<r>=(\"${<r>[@]}\" <v>)",
    "<r>=(4 5)",
    "<r>=(cat \"$<n>\")",
    "<r>=()",
    "<r>[1]=<v>",
    "<r>[<i>]=<v>",
    "<r>[<i>]=$<i>",
    "<r>=(\"$@\")",
    "<n>=${<n>%.*}",
    "<n>=${<n>##*/}",
    "<n>=${<n>:-<v>}",
    "<n>=${<n>/a/b}",
    "<n>=\"${<r>[0]}\"",
    ": ${<n>:=<v>}",
    "unset <n>",
    "unset <r>",
    "unset '<r>[0]'",
    "set -- <v> \"$<n>\"",
    "set -- \"$@\" <v>",
    "shift",
    "declare -a <r>=(<v> $<n>)",
    "declare -A m",
    "declare -A m=([k]=<v> [1]=2)",
    "m[k]=<v>",
    "m[$<n>]=$<i>",
    "declare -i <i>",
    "declare -i <i>=$<i>",
    "declare <n>=<v>",
    "typeset <n>",
    "readonly <n>",
    "local <n>=<v>",
    "local <n>=<v>",
    "local <n>",
    "local <i>=$<i>",
    "local -A m",
    "read -r <n> < b.txt",
    "printf -v <n> %s <v>",
    "<n>=$(echo <v>)",
    "<n>=$(probe x)",
    "eval <n>=<v>",
    "let <i>=5",
    "let '<i>=<i>+1'",
    "IFS=:",
    "IFS=",
    "IFS=,a",
    "IFS=1",
    "IFS=' '",
    "unset IFS",
    "local IFS=,",
    "set -f",
    "shopt -s nullglob",
    "shopt -s extglob",
    "shopt -s nocasematch",
    "alias probe='probe aliased'",
    "alias ll='cat a.txt'",
    "cd sub",
    "cd ..",
    "true &",
    "getopts ab <n> -a",
    "<n>=<v> true",
    "<n>=<v> f x",
];

const USES: &[&str] = &[
    "cat \"$<n>\"",
    "cat \"$<n>\"",
    "cat $<n>",
    "cat $<i> \"$<i>\"",
    "probe \"$<n>\" $<n>",
    "cat x$<n> \"${<n>}y\"",
    "cat x$<i> \"${<i>}y\"",
    "cat \"${<r>[@]}\"",
    "cat \"${<r>[@]}\"",
    "cat ${<r>[@]}",
    "probe \"${<r>[1]}\" \"${<r>[0]}\"",
    "probe \"${<r>[*]}\" ${#<r>[@]}",
    "probe \"${<r>[@]:1}\" x\"${<r>[@]}\"y",
    "probe \"${<r>[<i>]}\"",
    "probe \"${m[k]}\" ${#m[@]}",
    "probe \"${m[$<n>]}\"",
    "probe \"$@\" \"$*\" $#",
    "probe $@",
    "probe $((<i>)) $((<i>+1))",
    "probe $((<r>[1]))",
    "probe ${<n>:1} \"${<n>:0:1}\" ${#<n>}",
    "probe ${<n>^^} ${<n>%b}",
    "for j in \"${<r>[@]}\"; do cat \"$j\"; done",
    "for j in $<n>; do probe $j; done",
    "for <n> in a.txt $<n> c; do cat \"$<n>\"; done",
    "for j do probe \"$j\"; done",
    "[[ $<i> -gt 1 ]] && probe bigger",
    "[[ -v <n> ]] && probe set",
    "[ \"$<i>\" -gt 1 ] && probe bigger",
    "[ $# -gt 1 ] && probe many",
    "case $<n> in a*) probe a;; *) probe other;; esac",
    "f \"$<n>\"",
    "f $<i>",
    "cat *.txt",
    "probe $? $$",
    "\"${<r>[@]}\" x",
];

const VALUES: &[&str] = &[
    "a.txt",
    "b",
    "5",
    "7",
    "0",
    "-3",
    "08",
    "src/main.rs",
    "'a b'",
    "a:b",
    "'1 + 2'",
    "''",
    "b",
    "a",
    "git",
    "cat",
    "'*.txt'",
    "'q[$(probe hidden)]'",
    "1,2",
    "A.TXT",
    "k",
    "3",
    "b.txt",
    "sub/x",
];

pub(crate) fn script(random: &mut Random) -> String {
    let mut text = String::new();
    if random.percent(90) {
        text.push_str("a=a.txt; b=docs/a.md; i=3; k=1; r=(cat b.txt); s=(1 2); declare -A m\n");
    }
    if random.percent(60) {
        let inside = lines(random, 3);
        let end = random.pick(&["", "", "return", "[ -f none ] && return\na=end"]);
        let _ = write!(text, "f() {{\n{inside}{end}\n}}\n");
    }
    if random.percent(30) {
        let inside = lines(random, 2).replace("f ", "probe ").replace("f\n", "probe\n");
        let _ = write!(text, "g() {{\n{inside}}}\n");
    }
    for _ in 0..2 + random.below(3) {
        let block = block(random);
        text.push_str(&block);
        text.push('\n');
    }
    // What is never called is looked at without knowing anything.
    text.push_str("f a.txt; g\n");
    text
}

/// Changes and uses, and what stands around them.
fn block(random: &mut Random) -> String {
    let inside = lines(random, 3);
    match random.below(16) {
        0 => format!("if [ -f {} ]; then\n{inside}fi", random.pick(&["a.txt", "none"])),
        1 => format!("if probe; then\n{inside}else\n{}fi", lines(random, 2)),
        2 => format!("for {} in 1 2 3; do\n{inside}done", random.pick(&["a", "j"])),
        3 => format!("(\n{inside})"),
        4 => format!("n=0; while [ $n -lt 2 ]; do n=$((n+1))\n{inside}done"),
        5 => format!("while read -r {}; do\n{inside}done < b.txt", random.pick(&["a", "b", "j"])),
        6 => format!("{{\n{inside}}} | cat"),
        7 => format!("echo x | {{\n{inside}}}"),
        8 => format!("{{\n{inside}}} &\ncat a.txt"),
        9 => "f a.txt '5'".to_owned(),
        10 => "f; g q".to_owned(),
        _ => inside,
    }
}

fn lines(random: &mut Random, most: usize) -> String {
    let mut text = String::new();
    for _ in 0..=random.below(most) {
        let line = one(random, CHANGES);
        text.push_str(&line);
        text.push_str(random.pick(&["\n", "\n", "; ", " && "]));
        let line = one(random, USES);
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn one(random: &mut Random, from: &[&str]) -> String {
    let mut text = random.pick(from).to_owned();
    for (mark, names) in [("<n>", ["a", "b"]), ("<i>", ["i", "k"]), ("<r>", ["r", "s"])] {
        while text.contains(mark) {
            let other = random.percent(4);
            let name = if other { random.pick(&["a", "b", "i", "k", "r", "s"]) } else { random.pick(&names) };
            text = text.replacen(mark, name, 1);
        }
    }
    while text.contains("<v>") {
        text = text.replacen("<v>", random.pick(VALUES), 1);
    }
    text
}

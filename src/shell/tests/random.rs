//! Any text at all is read without a panic (in these builds also: with every byte accounted for) and in linear steps.

use super::super::{Dialect, Limits, dump, parser::parse_counted};
use proptest::prelude::*;
use std::string::String;

const REAL: &[&str] = &[
    "git -C \"$(git rev-parse --show-toplevel)\" push origin HEAD:refs/heads/main 2>&1 | tee -a log",
    "for f in $(find . -name '*.rs'); do if [[ $f =~ ^(a|b)\\.rs$ ]]; then wc -l <\"$f\"; fi; done",
    "cat <<'EOF' | ssh host bash -s\nset -e\necho \"$x\"\nEOF\nls",
    "x=${y:-$(date +%s)} a[1]=b env A=b c >&2 &>>f {v}<g <<<\"h $i\"",
    "case \"$1\" in (a|b*) echo `id`;; @(c|d)) ((n++));& *) :;; esac",
    "function f() { local -a v=(1 [2]=b $'c\\n'); echo ${v[@]:1:$((1+2))}; } 2>/dev/null",
    "diff <(sort a) >(tee b) {a,b{1..3}}.txt ~/x ~u/y && ! time -p (cd /; ls) || coproc N { cat; }",
    "if ((a > 1 && b[2] == 3)); then echo \"${z//\\//_}\"; elif false; then select q in 1; do break; done; fi",
];

fn holds(script: &str) {
    let (tree, steps) = parse_counted(Dialect::Bash, script, &Limits::default());
    assert!(steps <= 4096 + 40 * script.len(), "{steps} steps for {} bytes", script.len());
    if let Ok(tree) = tree {
        dump(&tree);
        for (_, located) in tree.iter() {
            assert!(
                located.span.start <= located.span.end && usize::try_from(located.span.end).unwrap() <= script.len()
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(script in "\\PC*|[ -~\n\t]{0,200}|[(){}\\[\\]$`\"'\\\\<>&|;#!~*?=+a1 \n]{0,80}") {
        holds(&script);
    }

    #[test]
    fn mutations_of_real_commands(
        which in 0..REAL.len(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, "[(){}\\[\\]$`\"'\\\\<>&|;#!~*?=+a1 \n]{0,3}"), 1..6),
    ) {
        let mut script: std::vec::Vec<char> = REAL[which].chars().collect();
        for (place, remove, insert) in cuts {
            let at = place.index(script.len() + 1);
            let end = (at + usize::from(remove)).min(script.len());
            script.splice(at..end, insert.chars());
        }
        holds(&script.into_iter().collect::<String>());
    }
}

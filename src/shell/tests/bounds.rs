//! Inputs that overflow the stack of other parsers, or keep them busy for ever: each is read or refused in a number of steps that
//! is linear in its length. Steps are counted, not seconds.

use super::super::{Dialect, Limits, dump, parse, parser::parse_counted};
use std::{format, string::String, thread};

/// Steps per byte that no input takes more of, and what is spent on any. The parser stops by itself beyond 64 per byte; what is
/// over is at most one pass over the text.
const FACTOR: usize = 66;
const BASE: usize = 4096;

fn hostile() -> [(&'static str, String); 26] {
    [
        ("unclosed parentheses", "(".repeat(200_000)),
        ("unclosed parentheses with blanks", "( ".repeat(100_000)),
        ("closed parentheses", format!("{}a{}", "(".repeat(45), ")".repeat(45))),
        ("arithmetic parentheses", format!("(({}1{}))", "(".repeat(60_000), ")".repeat(60_000))),
        ("substitutions", "$(".repeat(100_000)),
        ("substitutions and quotes", "\"$(".repeat(80_000)),
        ("arithmetic in quotes", "\"$((".repeat(60_000)),
        ("subscripts", "a[".repeat(100_000)),
        ("subscripts and substitutions", "a[$(".repeat(60_000)),
        ("parameters", "${a:-".repeat(50_000)),
        ("co-processes", "coproc ".repeat(30_000)),
        ("times", "time ".repeat(40_000)),
        ("negations", "! ".repeat(100_000)),
        ("groups", "{ ".repeat(100_000)),
        ("conditions", format!("[[ {}", "( ".repeat(100_000))),
        ("signs", format!("echo $(({}1))", "- ".repeat(100_000))),
        ("semicolons", "a;".repeat(50_000)),
        ("ands", "a&&".repeat(50_000)),
        ("pipes", "a|".repeat(50_000)),
        ("here-documents on a line", "<<E ".repeat(9_000)),
        ("here-documents in here-documents", "cat <<E\n$(".repeat(20_000)),
        ("backticks", "`\\`\\\\\\`".repeat(20_000)),
        ("braces", "{a,".repeat(60_000)),
        ("ifs", "if ".repeat(60_000)),
        ("cases", "case a in a) ".repeat(15_000)),
        ("tildes and colons", format!("x={}", "~:".repeat(100_000))),
    ]
}

#[test]
fn steps_are_linear() {
    for (name, script) in hostile() {
        let (_, steps) = parse_counted(Dialect::Bash, &script, &Limits::default());
        assert!(steps <= BASE + FACTOR * script.len(), "{name}: {steps} steps for {} bytes", script.len());
    }
}

#[test]
fn mixtures_are_linear() {
    let pieces = [
        "((",
        "$((",
        "\"",
        "'",
        "`",
        "\\",
        "))",
        ")",
        "$(",
        "${",
        "<<E\n",
        "{",
        ",",
        "[[ ",
        "a[",
        "]",
        "\n",
        "; ",
        "case x in ",
        "#",
    ];
    let mut seed = 0x1234_5678_9abc_def0_u64;
    for _ in 0..3000 {
        let mut script = String::new();
        let chosen: [usize; 3] = core::array::from_fn(|_| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed >> 33).unwrap() % pieces.len()
        });
        for index in 0..600 {
            script.push_str(pieces[chosen[index % 3]]);
        }
        let (_, steps) = parse_counted(Dialect::Bash, &script, &Limits::default());
        assert!(steps <= BASE + FACTOR * script.len(), "{chosen:?}: {steps} steps for {} bytes", script.len());
    }
}

#[test]
fn limits_have_names() {
    let small = Limits { bytes: 400, nodes: 20, words: 30, here_documents: 3, ..Limits::default() };
    for (script, name) in [
        ("a".repeat(401), "script-bytes"),
        ("(".repeat(300), "script-depth"),
        ("a;".repeat(100), "script-nodes"),
        ("a ".repeat(100), "script-words"),
        ("<<E ".repeat(10), "script-here-documents"),
    ] {
        let limit = parse(&script, &small).unwrap_err();
        assert_eq!(limit.name, name);
        assert!(limit.message.starts_with("the script has over "), "{}", limit.message);
    }
    let strict = Limits { steps_per_byte: 0, ..Limits::default() };
    assert_eq!(parse(&"a ".repeat(5000), &strict).unwrap_err().name, "script-steps");
}

/// The deepest trees that the limits allow, read, written and dropped on a stack of 256 KiB in a debug build.
#[test]
fn the_deepest_scripts_fit_a_small_stack() {
    // Without optimisation, frames are several times as large.
    const STACK: usize = if cfg!(debug_assertions) { 1024 * 1024 } else { 256 * 1024 };
    let run = |script: String| {
        let read = move || parse(&script, &Limits::default()).map(|tree| dump(&tree).len()).is_ok();
        thread::Builder::new().stack_size(STACK).spawn(read).unwrap().join().unwrap()
    };
    let forms: [(&str, &str, &str); 16] = [
        ("( ", "a", " )"),
        ("$(", "a", ")"),
        ("\"$(", "a", ")\""),
        ("{ ", "a", "; }"),
        ("if ", "a", "; then b; fi"),
        ("case x in x) ", "a", "; esac"),
        ("while ", "a", "; do b; done"),
        ("f() { ", "a", "; }"),
        ("coproc { ", "a", "; }"),
        ("echo ${x:-", "a", "}"),
        ("echo \"${x:-", "a", "}\""),
        ("echo $(( ", "1", " ))"),
        ("x[$(", "a", ")]=1"),
        ("x=($(", "a", "))"),
        ("cat <(", "a", ")"),
        ("[[ $(", "a", ") ]]"),
    ];
    for (open, middle, close) in forms {
        let mut deepest = 0;
        for depth in 1..400 {
            let script = format!("{}{middle}{}", open.repeat(depth), close.repeat(depth));
            if !run(script) {
                break;
            }
            deepest = depth;
        }
        assert!((10..399).contains(&deepest), "{open}: {deepest}");
    }
    assert!(run(format!("cat <<E\n{}", "$(cat <<E\n".repeat(10))));
}

/// What runs in the body of a here-document stays in the tree when the line after it is refused.
#[test]
fn bodies_before_a_refused_line_are_kept() {
    for script in ["<<EOF\n`d`$(c)\nEOF\n'", "cat <<A <<B\n$(d)\nA\n$(c)\nB\n\"", "cat <<E\n$(c)`d`\nE\n)"] {
        let text = dump(&parse(script, &Limits::default()).unwrap());
        for wanted in ["(run c)", "(run d)", "unread"] {
            assert!(text.contains(wanted), "{script:?}: no {wanted} in {text}");
        }
    }
}

//! What holds between the verdicts of related scripts: putting a script into something that runs it never loosens its verdict, and
//! two commands in a row get the stricter verdict of both. The scripts are those of the cases.

#![cfg(feature = "admin")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

#[path = "cases/suite.rs"]
#[allow(dead_code, reason = "the two tests that share it use different parts of it")]
mod suite;

use prexec::decision::Decision;
use serde_json::Value;
use std::fmt::Write as _;
use suite::{Ask, Bench, Case, Outcome};

/// Scripts over this many bytes are about limits, which a rewriting would move.
const LONGEST: usize = 4096;

/// First words that mean something else, or nothing, where another program is to run them, or that change what follows.
const SHELL_WORDS: &[&str] = &[
    ".", ":", "!", "[[", "alias", "builtin", "case", "cd", "command", "compgen", "coproc", "declare", "enable", "eval",
    "exec", "exit", "export", "for", "function", "hash", "history", "if", "jobs", "let", "local", "mapfile", "popd",
    "printf", "pushd", "read", "return", "select", "set", "shopt", "source", "time", "trap", "type", "typeset",
    "unset", "until", "wait", "while",
];

/// A way to write a script so that the same commands run; none where it does not fit the script.
type Rewriting = fn(&str) -> Option<String>;

const REWRITINGS: &[(&str, Rewriting)] = &[
    ("bash -c", |s| Some(format!("bash -c {}", quoted(s)))),
    ("bash -c in bash -c", |s| Some(format!("bash -c {}", quoted(&format!("bash -c {}", quoted(s)))))),
    ("subshell", |s| Some(format!("(\n{s}\n)"))),
    ("group", |s| Some(format!("{{\n{s}\n}}"))),
    ("then true", |s| Some(format!("{s}\ntrue"))),
    ("; true", |s| is_one_line(s).then(|| format!("{s}; true"))),
    ("true &&", |s| Some(format!("true &&\n{s}"))),
    ("true; before", |s| Some(format!("true\n{s}"))),
    ("env", |s| is_simple(s).then(|| format!("env {s}"))),
    ("double blanks", |s| (is_simple(s) && !s.contains(['\'', '"', '\\'])).then(|| s.replace(' ', "  "))),
    ("quoted first word", |s| {
        let (first, rest) = s.split_once(' ').unwrap_or((s, ""));
        let plain = first.bytes().all(|b| b.is_ascii_alphanumeric() || b"./_-+".contains(&b));
        (is_simple(s) && plain).then(|| format!("'{first}' {rest}"))
    }),
];

#[test]
fn what_runs_a_script_is_never_looser_than_the_script() {
    let mut bench = Bench::default();
    let (mut compared, mut failures) = (0_usize, Vec::new());
    for (case, script) in scripts(&suite::all()) {
        let Some(plain) = bench_decision(&mut bench, case) else { continue };
        for (what, rewrite) in REWRITINGS {
            let Some(rewritten) = rewrite(script) else { continue };
            let other = case.with_script(rewritten.clone());
            let Some(got) = bench_decision(&mut bench, &other) else { continue };
            compared += 1;
            if got < plain {
                failures.push(format!(
                    "{}: {}: {what}: {} becomes {}\n  {script:?}\n  {rewritten:?}",
                    case.place,
                    case.name,
                    plain.as_str(),
                    got.as_str()
                ));
            }
        }
    }
    report(&failures, compared);
}

#[test]
fn two_commands_in_a_row_get_the_stricter_verdict() {
    let mut bench = Bench::default();
    let cases = suite::all();
    let simple: Vec<(&Case, &str)> = scripts(&cases).filter(|(case, s)| case.is_usual() && is_simple(s)).collect();
    let judged: Vec<_> = simple.iter().map(|(case, _)| bench.judge(case)).collect();
    let (mut compared, mut failures) = (0_usize, Vec::new());
    // Any stride that shares no factor with the number of scripts would do; these two are prime.
    for (stride, offset) in [(7919, 1), (104_729, 5)] {
        for index in 0..simple.len() {
            let other = (index * stride + offset) % simple.len();
            let (Some((case, a)), Some((_, b))) = (simple.get(index), simple.get(other)) else { continue };
            let (Some(Outcome::Judged(one, of_a)), Some(Outcome::Judged(two, of_b))) =
                (judged.get(index), judged.get(other))
            else {
                continue;
            };
            let script = format!("{a}; {b}");
            let Some(got) = bench_decision(&mut bench, &case.with_script(script.clone())) else { continue };
            compared += 1;
            let wanted = *one.max(two);
            // What one of them makes may be what the other goes through: then no more is known of it than that.
            let stricter = got > wanted && [of_a, of_b].iter().any(|verdict| writes(verdict));
            if got != wanted && !stricter {
                failures.push(format!(
                    "{}: {}: {} and {} become {}\n  {script:?}",
                    case.place,
                    case.name,
                    one.as_str(),
                    two.as_str(),
                    got.as_str()
                ));
            }
        }
    }
    report(&failures, compared);
}

/// Whether files, links or copies are made whose names another script may use.
fn writes(verdict: &Value) -> bool {
    verdict["effects"].as_array().is_some_and(|effects| effects.iter().any(|effect| effect["kind"] == "write"))
}

fn report(failures: &[String], compared: usize) {
    assert!(compared > 1000, "only {compared} comparisons: the scripts of the cases are hardly used");
    let mut text = String::new();
    for failure in failures {
        let _ = write!(text, "\n\n{failure}");
    }
    assert!(failures.is_empty(), "{} of {compared} comparisons fail:{text}\n", failures.len());
}

/// The cases of complete scripts that are not too long, with their scripts.
fn scripts(cases: &[Case]) -> impl Iterator<Item = (&Case, &str)> {
    cases.iter().filter(|case| case.whole && !case.expects_load_error()).filter_map(|case| match &case.ask {
        // A backslash at the end would quote what is put behind it.
        Ask::Script(script) if script.len() <= LONGEST && !script.ends_with('\\') => Some((case, script.as_str())),
        _ => None,
    })
}

/// The decision; none where the policy does not load, which the cases themselves report.
fn bench_decision(bench: &mut Bench, case: &Case) -> Option<Decision> {
    match bench.judge(case) {
        Outcome::Judged(decision, _) => Some(decision),
        Outcome::LoadError(_) => None,
    }
}

/// One word for a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A line to which something can be appended.
fn is_one_line(script: &str) -> bool {
    !script.trim().is_empty() && !script.contains(['\n', '\r', '#']) && !script.trim_end().ends_with([';', '&'])
}

/// One command without expansions, redirections or operators, whose program is no word of the shell's own.
fn is_simple(script: &str) -> bool {
    let first = script.split(' ').next().unwrap_or_default();
    is_one_line(script)
        && first.starts_with(|c: char| c.is_ascii_alphanumeric() || "./".contains(c))
        // A program that is not known may be a builtin that changes what follows.
        && !first.contains(['*', '?', '['])
        && !SHELL_WORDS.contains(&first)
        // `X==ls` is a path in an assignment of zsh's, and none in an argument of `env`.
        && !first.contains("==")
        && !script.contains(['$', '`', ';', '|', '&', '<', '>', '(', ')', '{', '}', '\\'])
}

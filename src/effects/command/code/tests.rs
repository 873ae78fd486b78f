//! The languages themselves are the judges: programs that are put together at random and found clean are executed under a hook
//! that sees every file, process, connection and piece of code. `PREXEC_FUZZ` says how many are made.

use super::*;
use std::{
    env, eprintln,
    io::Write as _,
    process::{Command as Process, Stdio},
    time::{Duration, Instant},
};

const PYTHON: &[&str] = &["python3", "-I", "-c", include_str!("../../../../tests/code/judge.py")];
const NODE: &[&str] = &[
    "node",
    "--no-warnings",
    "--experimental-permission",
    "--disallow-code-generation-from-strings",
    "-e",
    include_str!("../../../../tests/code/judge.js"),
];

/// Numbers from a seed, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.roll(all.len())]
    }
}

/// What random programs are made of.
struct Words {
    shapes: Vec<&'static str>,
    atoms: Vec<&'static str>,
    attributes: Vec<&'static str>,
}

impl Words {
    fn new(text: &'static str) -> Self {
        let of = |kind: &str| text.lines().filter_map(|l| l.strip_prefix(kind)).collect();
        Self { shapes: of("shape "), atoms: of("atom "), attributes: of("attribute ") }
    }

    fn expression(&self, dice: &mut Dice, depth: usize) -> String {
        if depth == 0 {
            return dice.of(&self.atoms).into();
        }
        let mut out = String::new();
        for part in dice.of(&self.shapes).chars() {
            match part {
                'E' => out.push_str(&self.expression(dice, depth - 1)),
                'A' => out.push_str(dice.of(&self.attributes)),
                'V' => out.push_str(dice.of(&self.atoms)),
                c => out.push(c),
            }
        }
        out
    }
}

fn programs(language: &'static str, seed: u64, make: impl Fn(&mut Dice) -> String) -> Vec<String> {
    let count: usize = env::var("PREXEC_FUZZ").ok().and_then(|n| n.parse().ok()).unwrap_or(4_000);
    let mut dice = Dice(seed);
    let all: Vec<String> = (0..count).map(|_| make(&mut dice)).collect();
    let clean: Vec<String> = all
        .iter()
        .filter(|code| {
            let program = analyse(language, code.as_bytes(), None, &[]);
            program.doubt.is_none() && program.acts.is_empty()
        })
        .cloned()
        .collect();
    eprintln!("{language}: {} of {} programs are clean", clean.len(), all.len());
    assert!(clean.len() * 100 > all.len(), "the programs are too odd to say anything");
    clean
}

/// Executes the programs; `None` where the language is not installed.
fn execute(command: &[&str], programs: &[String]) -> Option<String> {
    let mut process = Process::new(command[0])
        .args(&command[1..])
        .current_dir(env::temp_dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|e| eprintln!("{} cannot be executed, nothing is compared: {e}", command[0]))
        .ok()?;
    let text = serde_json::to_string(programs).unwrap();
    process.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let out = process.wait_with_output().unwrap();
    Some(String::from_utf8_lossy(&out.stdout).into_owned())
}

fn assert_nothing_was_seen(seen: Option<String>) {
    let Some(seen) = seen else { return };
    assert!(seen.ends_with("done\n"), "the judge did not come to its end: {seen}");
    assert_eq!(seen, "done\n", "clean programs did something");
}

#[test]
fn python_does_nothing_in_programs_that_are_clean() {
    let words = Words::new(include_str!("../../../../tests/code/python.words"));
    let make = |dice: &mut Dice| {
        let mut code = String::from(
            "import os, sys, json, re, math, random, string, base64, hashlib, textwrap, collections, functools, itertools\n\
             import datetime, operator, io, codecs, csv, shlex, urllib.parse\n\
             import ast, email, inspect, importlib.metadata, xml.etree.ElementTree\nx = [1, 2]\ny = \"ab\"\n",
        );
        for _ in 0..=dice.roll(2) {
            let depth = 1 + dice.roll(3);
            let line = words.expression(dice, depth);
            code.push_str(dice.of(&["x = ", "y = ", "print(", "", "assert ", "for y in "]));
            code.push_str(&line);
            code.push_str(dice.of(&["\n", "\n", ")\n", ": print(y)\n"]));
        }
        code
    };
    let clean = programs("python", 0x9e37_79b9_7f4a_7c15, make);
    assert_nothing_was_seen(execute(PYTHON, &clean));
}

#[test]
fn node_does_nothing_in_programs_that_are_clean() {
    let words = Words::new(include_str!("../../../../tests/code/node.words"));
    let make = |dice: &mut Dice| {
        let mut code = String::from("let x = [1, 2]; let y = \"ab\"; ");
        for _ in 0..=dice.roll(2) {
            let depth = 1 + dice.roll(3);
            code.push_str(dice.of(&["x = ", "y = ", "console.log(", "", "const {a} = ", "for (const z of "]));
            code.push_str(&words.expression(dice, depth));
            code.push_str(dice.of(&["; ", "; ", "); ", ") console.log(z); "]));
        }
        code
    };
    let clean = programs("node", 0x2545_f491_4f6c_dd1d, make);
    assert_nothing_was_seen(execute(NODE, &clean));
}

#[test]
fn the_judges_see_what_programs_do() {
    let python = [
        "open('/etc/hostname')",
        "eval('1')",
        "import os; os.system('true')",
        "import subprocess; subprocess.run(['true'])",
    ];
    let node =
        ["fs = require('fs'); fs.readFileSync('/etc/hostname')", "Function('return 1')()", "[].at.constructor('1')()"];
    for (command, programs) in [(PYTHON, &python[..]), (NODE, &node[..])] {
        for program in programs {
            let Some(seen) = execute(command, &[String::from(*program)]) else { continue };
            assert!(seen.lines().count() > 1 && seen.ends_with("done\n"), "{program}: {seen}");
        }
    }
}

proptest::proptest! {
    /// Any bytes are read to their end.
    #[test]
    fn any_text_is_read_or_not(text in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
        for language in LANGUAGES {
            let _ = analyse(language, &text, None, &[]);
        }
    }

    /// Soups of what the languages are made of do not panic either.
    #[test]
    fn any_soup_is_read_or_not(text in "([a-z]{1,3}|[()\\[\\]{}.,:;=+\"'`$/\\\\\n #%@<>-]|open|import|from|as|f\"|lambda|for|in|require|s/|\\$\\{){0,40}") {
        for language in LANGUAGES {
            let _ = analyse(language, text.as_bytes(), None, &[]);
        }
    }

    /// What evaluates code is a doubt wherever it stands.
    #[test]
    fn evaluation_is_always_a_doubt(text in "[a-z0-9 ;{}/$!,.=()\\[\\]\"'#|+\n-]{0,24}") {
        for (language, line) in [("python", "\neval('1')\n"), ("node", "\n;eval('1');\n"), ("perl", "\n;eval '1';\n")] {
            let code = [text.as_str(), line].concat();
            let before = analyse(language, text.as_bytes(), None, &[]);
            // Where the text before is a whole program, the line behind is code.
            if before.doubt.is_none() {
                let after = analyse(language, code.as_bytes(), None, &[]);
                proptest::prop_assert!(after.doubt.is_some(), "{language}: {code}");
            }
        }
    }
}

#[test]
fn long_programs_take_time_in_proportion() {
    let pieces = [
        "open(",
        "Path(",
        "for ",
        "lambda ",
        "x = ",
        "os.a.",
        "f\"{",
        "[x",
        "`${",
        "(a, ",
        "require(",
        "i++ ",
        "a: ",
        "$x ",
        "s/a/b/ ",
        "import os ",
    ];
    let time = |language: &str, piece: &str, bytes: usize| {
        let code = piece.repeat(bytes / piece.len());
        let begin = Instant::now();
        let _ = analyse(language, code.as_bytes(), None, &[]);
        begin.elapsed().max(Duration::from_millis(2))
    };
    for piece in pieces {
        for language in LANGUAGES {
            // Four times the text takes 4 times as long, or 16 times where it is looked at again and again. Both are measured
            // side by side, and again where the machine was busy with something else.
            let in_proportion = || time(language, piece, MAX_CODE) < 9 * time(language, piece, MAX_CODE / 4);
            assert!((0..8).any(|_| in_proportion()), "{language}: {piece} repeated");
        }
    }
}

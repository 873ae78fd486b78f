//! A compiled policy decides as its sources do, byte for byte, and never anything else: whatever happens to its bytes.

#![cfg(feature = "admin")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

#[path = "cases/suite.rs"]
#[allow(dead_code, reason = "the tests that share it use different parts of it")]
mod suite;

use prexec::compiled::{self, Choice, Origin, Refused, Role};
use prexec::policy::Policy;
use prexec::rules::Loader;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use suite::{Bench, Case};

fn compile(policy: &Policy) -> Vec<u8> {
    let origin = Origin { role: Role::Named, sources: Vec::new(), facts: Vec::new(), gate: None };
    let everybody = Choice { policy: policy.clone(), ..Choice::default() };
    compiled::write(&[], &everybody, &origin).expect("a policy of less than four gibibytes")
}

fn reopened(policy: &Policy) -> Policy {
    compiled::open(compile(policy)).unwrap_or_else(|refused| panic!("{refused}")).policy
}

fn load(text: &str) -> Policy {
    Loader::new().load_text("policy.rules", text).unwrap_or_else(|found| panic!("{found}")).policy
}

#[test]
fn every_case_gets_the_same_verdict() {
    let (cases, mut bench) = (suite::all(), Bench::default());
    let mut opened: BTreeMap<String, Policy> = BTreeMap::new();
    let mut compared = 0;
    for case in &cases {
        let Some(policy) = bench.policy(case) else { continue };
        let other = opened.entry(case.policy_text()).or_insert_with(|| reopened(policy));
        assert_eq!(case.verdict(policy), case.verdict(other), "{}", case.place);
        compared += 1;
    }
    assert!(compared > 3000, "only {compared} cases");
}

/// A policy in which every way to be found, or to be asked every time, stands many times.
fn crowded() -> Policy {
    let mut text =
        String::from("default(commands = \"prompt\", reads = \"allow\", writes = \"prompt\", unknown = \"prompt\")\n");
    let programs =
        ["git", "cat", "rm", "cp", "echo", "/usr/bin/env", "python3", "bash", "npm", "cargo", "grep", "find", "tool"];
    let arguments = ["push", "-rf", "test", "-c", "--force", "run", "-n", "x", "status", "install"];
    let names = [
        "**/.env",
        "**/.env.*",
        "**/*.pem",
        "**/id_*",
        "~/.ssh",
        "~/.aws/{credentials,config}",
        "./secrets/**",
        "/etc/**/*.conf",
        "**/.{netrc,npmrc}",
        "**/*_rsa",
        "**/[a-c]*.txt",
        "/var/lib/x",
        "**/*.tar.gz",
        "**/conf.d/*",
        "./**/{a,b}/c",
        "~/x?y",
        "**/a\\\\*b",
    ];
    for round in 0..5 {
        for (at, program) in programs.iter().enumerate() {
            let argument = arguments[(at + round) % arguments.len()];
            let decision = ["forbidden", "prompt", "allow"][(at + round) % 3];
            let (any, tail) = (arguments[(at * 3 + round) % arguments.len()], ["", ", [\"x\", \"origin\"]"][round % 2]);
            let _ = writeln!(
                text,
                "prefix_rule([\"{program}\", [\"{argument}\", \"{any}\"]{tail}], decision = \"{decision}\", justification = \"r{round}\")"
            );
            if round % 2 == 0 {
                let options = if decision == "allow" { "canonical_matching = True" } else { "options_anywhere = True" };
                let _ = writeln!(
                    text,
                    "prefix_rule([\"{program}\", \"{argument}\"], decision = \"{decision}\", {options})"
                );
                let _ = writeln!(text, "prefix_rule([[\"{program}\", \"p{round}\"]], decision = \"prompt\")");
            }
        }
        for (at, name) in names.iter().enumerate() {
            let access = ["read", "write", "execute"][(at + round) % 3];
            let decision = ["forbidden", "prompt", "allow"][round % 3];
            let unless = if at % 3 == 0 { ", unless = [\"**/*.pub\", \"./docs\"]" } else { "" };
            let _ = writeln!(text, "glob_rule(\"{name}\", access = \"{access}\", decision = \"{decision}\"{unless})");
        }
    }
    load(&text)
}

#[test]
fn an_index_leaves_out_nothing_that_matches() {
    let policy = crowded();
    let (compiled, cases) = (reopened(&policy), suite::all());
    // Every second one: each is judged by hundreds of rules, twice.
    for case in cases.iter().step_by(2) {
        assert_eq!(case.verdict(&policy), case.verdict(&compiled), "{}", case.place);
    }
}

#[test]
fn the_same_policy_gives_the_same_bytes() {
    let text = include_str!("../policies/controlled.rules");
    assert_eq!(compile(&load(text)), compile(&load(text)));
}

#[test]
fn a_policy_is_read_back_as_it_was_written() {
    for policy in [crowded(), small(), load(include_str!("../policies/controlled.rules"))] {
        assert_eq!(compile(&policy), compile(&reopened(&policy)));
    }
}

/// A policy of few bytes with a rule of every kind.
fn small() -> Policy {
    load(
        r#"
default(commands = "allow", unknown = "prompt")
tier("t", paths = ["~/t/*"], remotes = ["*example.com*"])
prefix_rule(["git", ["push", "reset"]], decision = "forbidden", justification = "no")
host_executable("git", paths = ["/usr/bin/git"])
deny_read("**/.env", unless = ["**/x/.env"])
glob_rule("/etc/[a-c]*", access = "write", decision = "prompt")
network_rule("example.com", "https", "deny")
host_rule("*.example.org", "prompt", methods = ["POST"])
flow_rule("protected", "network", "forbidden")
flow_rule(["**/*.key", "~/k"], "network", "prompt")
env_rule("*_TOKEN", "read", "prompt")
tool_rule("mcp__x__*", "forbidden", arguments = {"q": "^a+$"}, tiers = ["t"])
"#,
    )
}

fn calls() -> Vec<Case> {
    let wanted = ["git push", "git status", "cat .env", "cat README.md", "echo x > /etc/a", "curl https://example.com"];
    let all = suite::all();
    let first = all.into_iter().find(|case| case.name == "quoting-tabs").expect("a plain case");
    wanted.iter().map(|script| first.with_script((*script).to_owned())).collect()
}

#[test]
fn every_truncation_is_refused() {
    let bytes = compile(&small());
    for length in 0..bytes.len() {
        assert!(compiled::open(bytes[..length].to_vec()).is_err(), "{length} of {} bytes", bytes.len());
    }
    assert!(compiled::open([bytes.as_slice(), b"x"].concat()).is_err());
}

/// How many damaged files are tried, unless `FLIPS` says otherwise.
const FLIPS: usize = 10_000;

#[test]
fn every_flipped_bit_is_refused_or_denied_or_changes_nothing() {
    let policy = spread();
    let (bytes, calls) = (compile(&policy), calls());
    let expected: Vec<String> = calls.iter().map(|case| case.verdict(&policy)).collect();
    let (mut refused, mut denied, mut harmless) = (0, 0, 0);
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or(0) % below
    };
    let bits = bytes.len() * 8;
    let flips = std::env::var("FLIPS").ok().and_then(|n| n.parse().ok()).unwrap_or(FLIPS);
    for round in 0..flips {
        let mut bytes = bytes.clone();
        for _ in 0..=round % 3 {
            let bit = random(bits);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        let Ok(opened) = compiled::open(bytes) else {
            refused += 1;
            continue;
        };
        let call = round % calls.len();
        let got = calls[call].verdict(&opened.policy);
        if got == expected[call] {
            harmless += 1;
        } else {
            assert!(got.contains("policy:damaged") && got.contains("\"decision\":\"deny\""), "round {round}: {got}");
            denied += 1;
        }
    }
    println!("{flips} damaged: {refused} refused at once, {denied} denied, {harmless} decided as always");
    assert!(refused > 0 && denied > 0 && harmless > 0, "{refused} {denied} {harmless}");
}

/// The same rules as [`small`], among so many others that they stand in many blocks.
fn spread() -> Policy {
    let mut policy = small();
    let mut more = String::new();
    for n in 0..120 {
        let why = "x".repeat(60);
        let _ = writeln!(more, "prefix_rule([\"p{n}\", \"a\"], justification = \"{why}\")");
        let _ = writeln!(more, "deny_read(\"**/name-{n}.*\")");
    }
    let more = load(&more).layers.remove(0);
    let layer = &mut policy.layers[0];
    layer.prefix_rules.extend(more.prefix_rules);
    layer.glob_rules.extend(more.glob_rules);
    policy
}

#[test]
fn another_version_or_build_is_refused_in_a_sentence() {
    let bytes = compile(&small());
    let with = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        compiled::open(bytes).expect_err("not this one").to_string()
    };
    assert_eq!(with(8, 9), "it has version 9 of the format, this prexec reads 5");
    assert_eq!(compiled::open(b"prefix_rule(...)".to_vec()).expect_err("text"), Refused::NotCompiled);
    assert_eq!(compiled::open(bytes[..9].to_vec()).expect_err("cut"), Refused::Damaged);
}

//! How much of a collection of scripts is understood: a script is understood in full where none of its effects is unknown, and
//! but for code of others where the only unknown is what the code of a project, a package or another host does (`cargo test`,
//! `./run.sh`), which no analysis of the call can say.
//!
//! Without more, the collection is the project's own `tests/corpus/benign.jsonl`, and the test holds a floor. For another one:
//!
//! ```text
//! UNDERSTOOD=scripts.jsonl cargo test --release --test understood -- --nocapture
//! ```
//!
//! A row is a JSON object with the text under `script` or `command`; one with `"valid": false` is passed over. What is printed:
//! the share, the causes by how many scripts have them, by how many have them *alone* (what teaching that one would gain), and
//! the programs and options behind the commonest. `UNDERSTOOD_CAUSE=code` prints the scripts that have only that cause,
//! `UNDERSTOOD_CAUSE=several` those that have more than one.

#![cfg(feature = "admin")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot read its rows has no other way to say so"
)]

use prexec::codex;
use prexec::effect::Kind;
use prexec::effects;
use prexec::path::normalize;
use prexec::world::memory::MemoryWorld;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The least share of the project's own corpus, in percent, that is understood but for code of others.
const LEAST: usize = 95;
/// Causes that stand for code of others.
const CODE_OF_OTHERS: [&str; 2] = ["opaque-program", "remote-command"];
const HERE: &str = "/w/p";
/// Lines of each list.
const SHOWN: usize = 40;

/// Code and detail of everything in the script that is unknown.
fn causes(script: &str, world: &MemoryWorld) -> BTreeSet<(String, String)> {
    let payload = json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": HERE, "model": "m",
        "permission_mode": "default", "tool_name": "Bash", "tool_input": { "command": script }, "tool_use_id": "u",
    });
    let call = match codex::read(payload.to_string().as_bytes()) {
        Ok(call) => call,
        Err(fault) => return BTreeSet::from([(fault.code.to_owned(), fault.message)]),
    };
    match effects::of(&call, &normalize(HERE.as_bytes()), world) {
        Err(limit) => BTreeSet::from([(format!("limit:{}", limit.name), limit.message)]),
        Ok(found) => found
            .into_iter()
            .filter_map(|effect| match effect.kind {
                Kind::Unknown(cause) => Some((cause.code.to_owned(), cause.detail)),
                _ => None,
            })
            .collect(),
    }
}

fn print(title: &str, counts: BTreeMap<String, usize>, shown: usize) {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    println!("{title}");
    for (what, n) in counts.into_iter().take(shown) {
        println!("  {n:>5} {what}");
    }
}

#[test]
fn scripts_are_understood() {
    let own = std::env::var_os("UNDERSTOOD").is_none();
    let path = std::env::var_os("UNDERSTOOD")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/benign.jsonl"), PathBuf::from);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let world = MemoryWorld::new()
        .session(HERE)
        .home("/home/u")
        .repository(HERE, &[])
        .directory("/tmp")
        .environment("PATH", "/usr/local/bin:/usr/bin:/bin");
    let wanted = std::env::var("UNDERSTOOD_CAUSE").ok();
    let (mut all, mut understood, mut but_for_others) = (0, 0, 0);
    let (mut having, mut alone, mut details) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let Some(script) = row["script"].as_str().or_else(|| row["command"].as_str()) else { continue };
        if row["valid"] == false {
            continue;
        }
        all += 1;
        let causes = causes(script, &world);
        let codes: BTreeSet<_> = causes.iter().map(|(code, _)| code.clone()).collect();
        understood += usize::from(codes.is_empty());
        but_for_others += usize::from(codes.iter().all(|code| CODE_OF_OTHERS.contains(&code.as_str())));
        if codes.len() > 1 && wanted.as_deref() == Some("several") {
            println!("--- {causes:?}\n{script}");
        }
        if codes.len() == 1 {
            if wanted.is_some() && wanted.as_ref() == codes.first() {
                println!("--- {causes:?}\n{script}");
            }
            *alone.entry(codes.first().unwrap().clone()).or_default() += 1;
            for (code, detail) in causes {
                *details.entry(format!("{code}: {detail}")).or_default() += 1;
            }
        }
        for code in codes {
            *having.entry(code).or_default() += 1;
        }
    }
    print("scripts that have the cause:", having, SHOWN);
    print("scripts that have no other cause:", alone, SHOWN);
    print("what stands behind these:", details, 3 * SHOWN);
    for (n, how) in [(understood, "in full"), (but_for_others, "but for code of others")] {
        println!("{n} of {all} understood {how}, {}.{} %", n * 100 / all, n * 1000 / all % 10);
    }
    assert!(!own || but_for_others * 100 >= all * LEAST, "{but_for_others} of {all} is less than {LEAST} %");
}

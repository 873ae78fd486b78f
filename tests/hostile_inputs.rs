//! Hostile scripts through the whole line: each gets an answer, soon, on a small stack; what is protected in it is never allowed.
//!
//! `cargo test --test hostile_inputs -- --nocapture` prints the time of each.

#![cfg(feature = "admin")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

#[path = "hostile/inputs.rs"]
mod inputs;
#[path = "hostile/memory.rs"]
mod memory;

use inputs::{Input, Wanted};
use prexec::codex;
use prexec::decision::Decision;
use prexec::gate;
use prexec::policy::Policy;
use prexec::report::verdict_json;
use prexec::rules::Loader;
use prexec::world::memory::MemoryWorld;
use std::io::Write as _;
use std::thread;
use std::time::{Duration, Instant};

/// The stack of the thread that decides: an eighth of what a process gets; without optimisation, frames are several times as large.
const STACK: usize = if cfg!(debug_assertions) { 4 << 20 } else { 1 << 20 };
/// What one case may take: a hang or a square is far over it on any machine, however busy.
const BOUND: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 5 });
/// What one case may allocate at a time.
const MEMORY: usize = 64 << 20;
/// The cases that take longest, and those that take most memory, are printed.
const SHOWN: usize = 25;

#[global_allocator]
static HEAP: memory::Counting = memory::Counting;

struct Outcome {
    name: &'static str,
    bytes: usize,
    time: Duration,
    memory: usize,
    decision: Decision,
    rule: String,
    wrong: Option<String>,
}

#[test]
fn every_hostile_script_gets_its_answer_in_time() {
    let policy = Loader::new().embedded("controlled.rules").expect("the embedded posture loads").policy;
    let wanted = std::env::var("HOSTILE").unwrap_or_default();
    let cases: Vec<Input> = inputs::all().into_iter().filter(|(name, ..)| name.contains(&wanted)).collect();
    assert!(!cases.is_empty(), "no case has `{wanted}` in its name");
    let mut outcomes: Vec<Outcome> = cases.iter().map(|case| on_a_small_stack(case, &policy)).collect();
    let failures: Vec<&str> = outcomes.iter().filter_map(|o| o.wrong.as_deref()).collect();
    let failures = failures.join("\n");
    outcomes.sort_by_key(|o| std::cmp::Reverse(o.time));
    show(outcomes.iter().take(SHOWN));
    outcomes.sort_by_key(|o| std::cmp::Reverse(o.memory));
    show(outcomes.iter().take(SHOWN));
    assert!(failures.is_empty(), "of {} cases:\n{failures}", cases.len());
}

fn show<'o>(outcomes: impl Iterator<Item = &'o Outcome>) {
    for o in outcomes {
        println!(
            "{:>9.1} ms {:>7} KiB {:>8} bytes  {:<32} {} {}",
            o.time.as_secs_f64() * 1e3,
            o.memory >> 10,
            o.bytes,
            o.name,
            o.decision.as_str(),
            o.rule
        );
    }
}

fn on_a_small_stack(case: &Input, policy: &Policy) -> Outcome {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || run(case, policy));
        let outcome = thread.expect("a thread").join();
        outcome.unwrap_or_else(|_| panic!("`{}` of {} bytes ends in a panic", case.0, case.1.len()))
    })
}

fn run((name, script, wanted): &Input, policy: &Policy) -> Outcome {
    let world =
        MemoryWorld::new().session("/home/u/w").home("/home/u").repository("/home/u/w", &[]).file("/home/u/w/.env");
    let input = serde_json::json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": "/home/u/w",
        "model": "m", "permission_mode": "default", "tool_name": "Bash", "tool_input": { "command": script }, "tool_use_id": "u",
    });
    let input = input.to_string();
    print!("{name} ({} bytes) ...", script.len());
    let _ = std::io::stdout().flush();
    let start = Instant::now();
    let (judged, memory) = memory::peak_of(|| gate::judge(&codex::read(input.as_bytes()), policy, &world));
    let time = start.elapsed();
    println!(" {:.1} ms", time.as_secs_f64() * 1e3);
    let decision = judged.verdict.decision();
    let fits = match wanted {
        Wanted::Answer => true,
        Wanted::NotAllow => decision != Decision::Allow,
        Wanted::Deny => decision == Decision::Deny,
    };
    let shape = (script.len(), script.chars().take(40).collect::<String>());
    let wrong = if !fits {
        Some(format!("`{name}` {shape:?} gets {} and not {wanted:?}", decision.as_str()))
    } else if time > BOUND {
        Some(format!("`{name}` {shape:?} takes {time:?}"))
    } else if memory > MEMORY {
        Some(format!("`{name}` {shape:?} allocates {} MiB", memory >> 20))
    } else if judged.verdict.reasons().is_empty() {
        Some(format!("`{name}` {shape:?} gets a verdict without a reason"))
    } else {
        let text = verdict_json(&judged, &policy.digest);
        serde_json::from_str::<serde_json::Value>(&text)
            .err()
            .map(|e| format!("`{name}`: the verdict is not JSON: {e}"))
    };
    let rule = judged.verdict.reasons().first().map_or_else(String::new, |r| format!("{:?}", r.rule));
    Outcome { name, bytes: script.len(), time, memory, decision, rule, wrong }
}

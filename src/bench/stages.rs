//! The stages of a decision inside a process that is already running, as the hook goes through them.

use super::Measured;
use crate::codex::{self, Occasion, Question};
use crate::policy::{Policy, Scene, decide};
use crate::report::Judged;
use crate::tables::Tables;
use crate::world::World;
use crate::{effects, gate, path};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// What is measured, in this order.
pub const STAGES: [&str; 4] =
    ["read the call", "work out its effects", "hold them against the policy", "make the answer"];

/// Takes the time of each stage over every call that can be read, `rounds` times.
pub fn stages(calls: &[Vec<u8>], policy: &Policy, world: &dyn World, rounds: usize) -> Vec<Measured> {
    let mut times: [Vec<Duration>; STAGES.len()] = Default::default();
    for _ in 0..rounds {
        for call in calls {
            if let Some(of_one) = one(call, policy, world) {
                times.iter_mut().zip(of_one).for_each(|(times, time)| times.push(time));
            }
        }
    }
    STAGES.iter().zip(times).map(|(name, times)| Measured::new(*name, times)).collect()
}

fn one(input: &[u8], policy: &Policy, world: &dyn World) -> Option<[Duration; STAGES.len()]> {
    let mut clock = Instant::now();
    let mut lap = || core::mem::replace(&mut clock, Instant::now()).elapsed();
    let call = codex::read(black_box(input));
    let reading = lap();
    let typed = call.as_ref().ok()?;
    let cwd = path::normalize(typed.cwd.as_bytes());
    lap();
    let analysed = effects::analyse(typed, &cwd, world, Tables::built_in()).ok()?;
    let working_out = lap();
    let scene = Scene::at(policy, world, &cwd, &analysed.effects, &analysed.directories);
    let verdict = decide(policy, &analysed.effects, &scene);
    let deciding = lap();
    let judged = Judged {
        tool: typed.tool_name.clone(),
        verdict,
        effects: analysed.effects.clone(),
        tiers: Vec::new(),
        lifted: None,
    };
    lap();
    let shown = gate::for_people(&judged);
    let answer = codex::answer(&Question {
        occasion: call.as_ref().map_or(Occasion::Unread, Occasion::from),
        verdict: &shown,
        auto_approve: false,
        covered_by_allow_rules: false,
        describe: &|reason| gate::describe(&judged, reason),
        instead: None,
    });
    let answering = lap();
    drop(black_box(answer));
    Some([reading, working_out, deciding, answering])
}

//! `prexec replay`: which recorded calls a policy would decide otherwise than they were.

use super::call::{finish, unwritten};
use super::changes::{Change, Changes, reason};
use super::human::Color;
use super::trail::{Progress, TrailOptions};
use super::{POLICY_ERROR, human, policy};
use crate::agent::Agent;
use crate::decision::Decision;
use crate::gate;
use crate::report::Judged;
use crate::trail::{Record, source};
use crate::world::HostWorld;
use clap::Args;
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Different calls whose verdict is remembered: the same are made again and again.
const REMEMBERED: usize = 100_000;
/// Which records count where nothing else is said.
const USUAL: &str = "30d";
/// Changes that are shown; the rest is counted.
const SHOWN: usize = 1_000;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The policy that would decide: a file, a directory of `*.rules`, or a compiled policy; may be repeated
    #[arg(long, value_name = "P", required = true)]
    policy: Vec<PathBuf>,
    /// Which records; those of the last 30 days where nothing is said
    #[command(flatten)]
    trail: TrailOptions,
    /// When to colour the output
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
}

pub(super) fn run(options: &Options) -> ExitCode {
    let home = options.trail.home.as_deref();
    match policy::load_bounded(&policy::Request { named: &options.policy, home, ..policy::Request::default() }) {
        Ok(ready) => finish(replay(options, &ready)),
        Err(found) => {
            human::diagnostics(&found, options.color);
            ExitCode::from(POLICY_ERROR)
        }
    }
}

/// By what a call was decided again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Text,
    Effects,
}

fn replay(options: &Options, ready: &policy::Ready) -> Result<ExitCode, String> {
    let (span, paths) = (options.trail.span_or_last(USUAL)?, options.trail.places()?);
    let world = HostWorld::new(options.trail.home.as_deref());
    let stdout = std::io::stdout().lock();
    let paint = options.color.paint(&stdout);
    let mut out = std::io::BufWriter::new(stdout);
    let mut remembered: HashMap<blake3::Hash, (Decision, String)> = HashMap::new();
    let mut changes = Changes::default();
    let (mut by_what, mut untold): (BTreeMap<By, u64>, BTreeMap<&str, u64>) = (BTreeMap::new(), BTreeMap::new());
    let mut shown: HashMap<blake3::Hash, Decision> = HashMap::new();
    let mut beyond = 0_u64;
    let mut progress = Progress::new();
    let read = source::for_each(
        &paths,
        &span,
        |done, total| progress.tick(done, total),
        |record| {
            let Some(was) = record.decided() else { return Ok(()) };
            let (by, key, again) = match again(&record) {
                Ok(found) => found,
                Err(why) => {
                    *untold.entry(why).or_default() += 1;
                    return Ok(());
                }
            };
            *by_what.entry(by).or_default() += 1;
            let (is, is_by) = if let Some(known) = remembered.get(&key) {
                known.clone()
            } else {
                let judged = again.judge(&record, ready, &world);
                let made = (judged.verdict.decision(), reason(&judged));
                if remembered.len() < REMEMBERED {
                    remembered.insert(key, made.clone());
                }
                made
            };
            if was == is {
                return Ok(());
            }
            changes.count(was, is);
            if shown.get(&key) == Some(&was) {
                return Ok(());
            }
            if shown.len() == SHOWN {
                beyond += 1;
                return Ok(());
            }
            shown.insert(key, was);
            let place = format!("{} {}", record.time, record.id);
            let was_by = record.reasons.first().map(|reason| reason.rule.as_str()).unwrap_or_default();
            let what = record.text.as_deref().or(record.effects.first().and_then(|e| e.path.as_deref()));
            let tool = record.tool.as_deref().unwrap_or_default();
            let change = Change { was, is, place: &place, tool, what: what.unwrap_or_default(), was_by, is_by: &is_by };
            Changes::show(&mut out, paint, &change)
        },
    );
    progress.end();
    let read = read.map_err(|e| format!("the records cannot be read, or what changes not be written: {e}"))?;
    let told: u64 = by_what.values().sum();
    let ended = (|| {
        if beyond > 0 {
            writeln!(out, "{beyond} more that change are not shown")?;
        }
        let ended = changes.end(&mut out, told)?;
        let count = |by: By| by_what.get(&by).copied().unwrap_or_default();
        writeln!(
            out,
            "{} were decided again by their text, {} by their recorded effects; on this machine, as it is now",
            count(By::Text),
            count(By::Effects)
        )?;
        for (why, count) in &untold {
            writeln!(out, "{count} cannot be told: {why}")?;
        }
        if read.torn > 0 {
            writeln!(out, "{} lines are no records", read.torn)?;
        }
        out.flush()?;
        Ok(ended)
    })();
    ended.map_err(|e: std::io::Error| unwritten(&e))
}

/// What can be decided again.
enum Again {
    Call(&'static Agent, Vec<u8>),
    Effects(Vec<crate::effect::Effect>),
}

impl Again {
    fn judge(self, record: &Record, ready: &policy::Ready, world: &HostWorld) -> Judged {
        match self {
            Self::Call(agent, call) => gate::judge(&(agent.read)(&call), &ready.policy, world),
            Self::Effects(effects) => {
                let (tool, cwd) = (record.tool.as_deref().unwrap_or_default(), record.cwd.as_deref().unwrap_or("/"));
                gate::judge_effects(tool, cwd, effects, &ready.policy, world)
            }
        }
    }
}

/// What of a record can be decided again, and under which name that is remembered.
///
/// # Errors
/// Why nothing can.
fn again(record: &Record) -> Result<(By, blake3::Hash, Again), &'static str> {
    let agent = Agent::named(record.agent.as_bytes()).ok_or("the agent is not known")?;
    if let Some(call) = record.call_again() {
        let mut hasher = blake3::Hasher::new();
        hasher.update(agent.name.as_bytes()).update(&[0]).update(&call);
        // What the agent could not have sent is not what was decided.
        return match (agent.read)(&call) {
            Ok(_) => Ok((By::Text, hasher.finalize(), Again::Call(agent, call))),
            Err(_) => Err("the call cannot be made again of its text"),
        };
    }
    if let Some(effects) = record.effects_again() {
        let key = format!("{:?} {:?} {:?}", record.tool, record.cwd, record.effects);
        return Ok((By::Effects, blake3::hash(key.as_bytes()), Again::Effects(effects)));
    }
    Err(match record {
        _ if record.tool.is_none() => "no call could be read when they were decided",
        _ if record.redacted > 0 => "secrets were taken out of the record",
        _ if record.text.is_none() => {
            "the text is not recorded, and the effects are not whole (a policy asks for texts by `recording(text = True)`)"
        }
        _ => "the text is not recorded to its end",
    })
}

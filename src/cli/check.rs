//! `prexec check`: what would be decided, for people (one command) and for programs (`--json`, `--jsonl`).

use super::call::{CallOptions, finish, status, unwritten, write_line};
use super::{POLICY_ERROR, human};
use crate::codex;
use crate::gate;
use crate::policy::Policy;
use crate::report::{Judged, verdict_json};
use crate::world::HostWorld;
use clap::Args;
use std::io::{BufRead, Read};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    call: CallOptions,
    /// Read one hook JSON per line from standard input, print one verdict per line
    #[arg(long, conflicts_with_all = ["command", "cwd", "tool", "json"])]
    jsonl: bool,
    /// The shell command, as one word
    #[arg(required_unless_present = "jsonl")]
    command: Option<String>,
}

pub(super) fn run(options: &Options) -> ExitCode {
    let Ok(policy) = options.call.load_policy().map(|ready| ready.policy) else { return ExitCode::from(POLICY_ERROR) };
    let world = options.call.world();
    finish(match &options.command {
        Some(command) => one(&options.call, command, &policy, &world),
        None => lines(&policy, &world),
    })
}

fn one(options: &CallOptions, command: &str, policy: &Policy, world: &HostWorld) -> Result<ExitCode, String> {
    let call = codex::read(&options.input(command)?);
    let judged = gate::judge(&call, policy, world);
    if options.json {
        write_line(&verdict_json(&judged, &policy.digest))?;
    } else {
        let instead = gate::alternative(&call, &judged, policy, world);
        human::verdict(&judged, instead.as_ref(), options.color).map_err(|e| unwritten(&e))?;
    }
    Ok(status(judged.verdict.decision()))
}

/// Every line of standard input, in order.
fn lines(policy: &Policy, world: &HostWorld) -> Result<ExitCode, String> {
    let mut stdin = std::io::stdin().lock();
    let mut line = Vec::new();
    while read_line(&mut stdin, &mut line).map_err(|e| format!("standard input cannot be read: {e}"))? {
        let judged: Judged = gate::judge(&codex::read(&line), policy, world);
        write_line(&verdict_json(&judged, &policy.digest))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The next line without its end; false where there is none. Of a line that is too long for a call only so much is kept that its
/// reader sees that.
pub(super) fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    line.clear();
    let most = u64::try_from(codex::MAX_INPUT).unwrap_or(u64::MAX).saturating_add(2);
    let found = input.by_ref().take(most).read_until(b'\n', line)? > 0;
    if line.last() == Some(&b'\n') {
        line.pop();
    } else {
        input.skip_until(b'\n')?;
    }
    Ok(found)
}

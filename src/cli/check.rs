//! `prexec check`: what would be decided, for people (one command) and for programs (`--json`, `--jsonl`).

use super::{INTERNAL_ERROR, POLICY_ERROR, human, policy};
use crate::codex;
use crate::decision::Decision;
use crate::gate;
use crate::policy::Policy;
use crate::report::{Judged, verdict_json};
use crate::world::HostWorld;
use clap::Args;
use serde_json::{Value as Json, json};
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Policy file, or directory of `*.rules`; may be repeated [default: the installed layers]
    #[arg(long, value_name = "P")]
    policy: Vec<PathBuf>,
    /// The directory that the call would work in [default: the current one]
    #[arg(long, value_name = "DIR", conflicts_with = "jsonl")]
    cwd: Option<PathBuf>,
    /// The account's home directory, instead of the one in the account database
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// The tool that would be called: COMMAND is then a patch for `apply_patch`, a path for `view_image`, JSON arguments for others
    #[arg(long, value_name = "NAME", default_value = "Bash", conflicts_with = "jsonl")]
    tool: String,
    /// Print the verdict as JSON
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// Read one hook JSON per line from standard input, print one verdict per line
    #[arg(long, conflicts_with = "command")]
    jsonl: bool,
    /// The shell command, as one word
    #[arg(required_unless_present = "jsonl")]
    command: Option<String>,
}

pub(super) fn run(options: &Options) -> ExitCode {
    let policy = match policy::load(&options.policy, options.home.as_deref()) {
        Ok(policy) => policy,
        Err(diagnostics) => {
            human::diagnostics(&diagnostics);
            return ExitCode::from(POLICY_ERROR);
        }
    };
    let world = HostWorld::new(options.home.as_deref());
    let result = match &options.command {
        Some(command) => one(options, command, &policy, &world),
        None => lines(&policy, &world),
    };
    result.unwrap_or_else(|why| {
        eprintln!("prexec: {why}");
        ExitCode::from(INTERNAL_ERROR)
    })
}

/// One command: through the same wire form as a call of Codex, so that nothing can be decided differently.
fn one(options: &Options, command: &str, policy: &Policy, world: &HostWorld) -> Result<ExitCode, String> {
    let cwd = std::path::absolute(options.cwd.as_deref().unwrap_or(Path::new("."))).map_err(|e| e.to_string())?;
    let cwd = cwd.to_str().ok_or_else(|| format!("the directory `{}` is not UTF-8", cwd.display()))?;
    let input = json!({
        "hook_event_name": "PreToolUse", "session_id": "check", "turn_id": "check", "transcript_path": null, "cwd": cwd,
        "model": "", "permission_mode": "default", "tool_name": options.tool, "tool_input": tool_input(&options.tool, command)?,
        "tool_use_id": "check",
    });
    let judged = gate::judge(&codex::read(input.to_string().as_bytes()), policy, world);
    if options.json {
        write_line(&verdict_json(&judged, &policy.digest))?;
    } else {
        human::verdict(&judged).map_err(|e| e.to_string())?;
    }
    Ok(ExitCode::from(match judged.verdict.decision() {
        Decision::Allow => 0,
        Decision::Prompt => 3,
        Decision::Deny => 2,
    }))
}

fn tool_input(tool: &str, command: &str) -> Result<Json, String> {
    match tool {
        "Bash" | "apply_patch" => Ok(json!({ "command": command })),
        "view_image" => Ok(json!({ "path": command })),
        _ => serde_json::from_str(command)
            .map_err(|e| format!("the arguments of the tool `{tool}` are given as a JSON object: {e}")),
    }
}

/// Every line of standard input, in order.
fn lines(policy: &Policy, world: &HostWorld) -> Result<ExitCode, String> {
    let mut stdin = std::io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if stdin.read_until(b'\n', &mut line).map_err(|e| format!("standard input cannot be read: {e}"))? == 0 {
            return Ok(ExitCode::SUCCESS);
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let judged: Judged = gate::judge(&codex::read(text), policy, world);
        write_line(&verdict_json(&judged, &policy.digest))?;
    }
}

fn write_line(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|e| format!("standard output cannot be written: {e}"))
}

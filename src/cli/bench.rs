//! `prexec bench`: what a call costs on this machine.

use super::call::{finish, unwritten};
use super::check::read_line;
use super::human::Color;
use super::values::directory;
use super::{POLICY_ERROR, human, policy};
use crate::bench::{Measured, Subject, stages, subjects, whole_processes};
use crate::world::HostWorld;
use clap::{Args, ValueEnum};
use std::fs::File;
use std::io::{BufReader, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Calls of ordinary work, where no others are named.
const CALLS: &str = include_str!("../../benches/calls.jsonl");
/// Rounds of the stages for each round of whole processes, which take a hundred times as long.
const STAGE_ROUNDS: usize = 10;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Policy file, directory of `*.rules`, or compiled policy; may be repeated [default: the installed layers]
    #[arg(long, value_name = "P")]
    policy: Vec<PathBuf>,
    /// Recorded calls, one hook JSON per line [default: ordinary ones that come with prexec]
    #[arg(long, value_name = "FILE")]
    calls: Option<PathBuf>,
    /// How often each call is decided
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Another executable that is started with the same arguments in the same run; may be repeated
    #[arg(long, value_name = "PATH")]
    beside: Vec<PathBuf>,
    /// The account's home directory, instead of the one in the account database
    #[arg(long, value_name = "DIR", value_parser = directory())]
    home: Option<PathBuf>,
    /// How to print what was measured
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// When to colour messages
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table
    Human,
    /// One JSON object per line
    Json,
}

pub(super) fn run(options: &Options) -> ExitCode {
    let home = options.home.as_deref();
    match policy::load_bounded(&policy::Request { named: &options.policy, home, ..policy::Request::default() }) {
        Ok(ready) => finish(measure(options, &ready)),
        Err(found) => {
            human::diagnostics(&found, options.color);
            ExitCode::from(POLICY_ERROR)
        }
    }
}

fn measure(options: &Options, ready: &policy::Ready) -> Result<ExitCode, String> {
    let calls = calls(options)?;
    let failed = |e: std::io::Error| format!("nothing can be measured: {e}");
    let scratch = tempfile::tempdir().map_err(failed)?;
    let arguments = arguments(options)?;
    let mut all = subjects(scratch.path(), &arguments).map_err(failed)?;
    let hook = [&["hook".to_owned()], arguments.as_slice()].concat();
    all.extend(options.beside.iter().map(|path| Subject::new(path.display().to_string(), path, &hook)));
    let rounds = usize::from(options.rounds);
    let processes = whole_processes(&all, &calls, rounds, &mut progress()).map_err(failed)?;
    let world = HostWorld::new(options.home.as_deref());
    let stages = stages(&calls, &ready.policy, &world, rounds * STAGE_ROUNDS);
    let mut out = std::io::stdout().lock();
    let written = match options.format {
        Format::Human => table(&mut out, &calls, &processes, &stages),
        Format::Json => lines(&mut out, &processes, &stages),
    };
    written.and_then(|()| out.flush()).map_err(|e| unwritten(&e))?;
    Ok(ExitCode::SUCCESS)
}

/// The arguments with which the hook is started.
fn arguments(options: &Options) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    let named = options.policy.iter().map(|path| ("--policy", path));
    for (option, path) in named.chain(options.home.as_ref().map(|home| ("--home", home))) {
        let text = path.to_str().ok_or_else(|| format!("`{}` is no UTF-8 text", path.display()))?;
        all.extend([option.to_owned(), text.to_owned()]);
    }
    Ok(all)
}

fn calls(options: &Options) -> Result<Vec<Vec<u8>>, String> {
    let Some(path) = &options.calls else { return Ok(CALLS.lines().map(|line| line.as_bytes().to_vec()).collect()) };
    let unreadable = |e: std::io::Error| format!("`{}` cannot be read: {e}", path.display());
    let mut input = BufReader::new(File::open(path).map_err(unreadable)?);
    let (mut all, mut line) = (Vec::new(), Vec::new());
    while read_line(&mut input, &mut line).map_err(unreadable)? {
        if !line.trim_ascii().is_empty() {
            all.push(line.clone());
        }
    }
    if all.is_empty() { Err(format!("`{}` holds no call", path.display())) } else { Ok(all) }
}

/// Says on a terminal how far it is.
fn progress() -> impl FnMut(f64) {
    let shown = std::io::stderr().is_terminal();
    move |done| {
        if shown {
            let end = if done < 1.0 { "" } else { "\r\x1b[K" };
            eprint!("\rmeasuring: {:3.0} %{end}", done * 100.0);
        }
    }
}

fn table(out: &mut impl Write, calls: &[Vec<u8>], processes: &[Measured], stages: &[Measured]) -> std::io::Result<()> {
    let base = processes.first().map_or(1.0, |first| first.percentile(50));
    writeln!(out, "{} calls; times in microseconds", calls.len())?;
    writeln!(out, "\n{:<32} {:>9} {:>9} {:>9} {:>9}", "process, interleaved", "multiple", "p50", "p95", "p99")?;
    for one in processes {
        let [p50, p95, p99] = [50, 95, 99].map(|percent| one.percentile(percent));
        writeln!(out, "{:<32} {:>9.2} {p50:>9.0} {p95:>9.0} {p99:>9.0}", one.name, p50 / base)?;
    }
    writeln!(out, "\n{:<32} {:>9} {:>9} {:>9} {:>9}", "stage, inside a process", "", "p50", "p95", "p99")?;
    for one in stages {
        let [p50, p95, p99] = [50, 95, 99].map(|percent| one.percentile(percent));
        writeln!(out, "{:<32} {:>9} {p50:>9.1} {p95:>9.1} {p99:>9.1}", one.name, "")?;
    }
    Ok(())
}

fn lines(out: &mut impl Write, processes: &[Measured], stages: &[Measured]) -> std::io::Result<()> {
    for (kind, all) in [("process", processes), ("stage", stages)] {
        for one in all {
            let [p50, p95, p99] = [50, 95, 99].map(|percent| one.percentile(percent));
            let line = serde_json::json!({"schema": "prexec/bench/1", "kind": kind, "name": one.name, "p50_us": p50, "p95_us": p95, "p99_us": p99});
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

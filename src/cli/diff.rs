//! `prexec diff`: what becomes of recorded calls when a policy changes.

use super::call::{finish, unwritten};
use super::check::read_line;
use super::human::Color;
use super::{POLICY_ERROR, human, policy};
use crate::codex;
use crate::decision::Decision;
use crate::gate;
use crate::report::Judged;
use crate::text::visible;
use crate::world::HostWorld;
use clap::Args;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Exit status where something changes.
const CHANGED: u8 = 5;
/// Characters of a call that are shown.
const SHOWN: usize = 120;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The policy that is in force: a file, or a directory of `*.rules`
    old: PathBuf,
    /// The policy that would be
    new: PathBuf,
    /// Recorded calls, one hook JSON per line; `-` for standard input
    #[arg(long, value_name = "FILE")]
    calls: PathBuf,
    /// The account's home directory, instead of the one in the account database
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// When to colour the output
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
}

pub(super) fn run(options: &Options) -> ExitCode {
    let load = |path: &Path| {
        let named = &[path.to_owned()];
        policy::load_bounded(&policy::Request { named, home: options.home.as_deref(), ..policy::Request::default() })
            .map_err(|found| human::diagnostics(&found, options.color))
    };
    let (Ok(old), Ok(new)) = (load(&options.old), load(&options.new)) else { return ExitCode::from(POLICY_ERROR) };
    finish(compare(options, &old, &new))
}

fn compare(options: &Options, old: &policy::Ready, new: &policy::Ready) -> Result<ExitCode, String> {
    let unreadable = |e: std::io::Error| format!("`{}` cannot be read: {e}", options.calls.display());
    let mut input: Box<dyn BufRead> = if options.calls.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(BufReader::new(std::fs::File::open(&options.calls).map_err(unreadable)?))
    };
    let world = HostWorld::new(options.home.as_deref());
    let stdout = std::io::stdout().lock();
    let paint = options.color.paint(&stdout);
    let mut out = std::io::BufWriter::new(stdout);
    let (mut line, mut all) = (Vec::new(), 0_usize);
    let mut changes: BTreeMap<(Decision, Decision), usize> = BTreeMap::new();
    while read_line(&mut input, &mut line).map_err(unreadable)? {
        let call = codex::read(&line);
        let before = gate::judge(&call, &old.policy, &world);
        let after = gate::judge(&call, &new.policy, &world);
        all += 1;
        let (was, is) = (before.verdict.decision(), after.verdict.decision());
        if was == is {
            continue;
        }
        *changes.entry((was, is)).or_default() += 1;
        let what = call.as_ref().map_or_else(|fault| fault.message.clone(), |call| call.arguments.to_compact());
        let short: String = visible(&what).chars().take(SHOWN).collect();
        writeln!(out, "{} -> {}  line {all}: {} {short}", paint.word(was), paint.word(is), visible(&before.tool))
            .and_then(|()| writeln!(out, "    was {}", reason(&before)))
            .and_then(|()| writeln!(out, "    is  {}", reason(&after)))
            .map_err(|e| unwritten(&e))?;
    }
    for ((was, is), count) in &changes {
        writeln!(out, "{count} calls change from {} to {}", was.as_str(), is.as_str()).map_err(|e| unwritten(&e))?;
    }
    let changed: usize = changes.values().sum();
    writeln!(out, "{changed} of {all} calls are decided otherwise").map_err(|e| unwritten(&e))?;
    out.flush().map_err(|e| unwritten(&e))?;
    Ok(if changed == 0 { ExitCode::SUCCESS } else { ExitCode::from(CHANGED) })
}

/// The first reason, on one line.
fn reason(judged: &Judged) -> String {
    let verdict = gate::for_people(judged);
    let Some(first) = verdict.reasons().first() else { return String::new() };
    let what = gate::describe(judged, first).map(|what| format!("  {what}")).unwrap_or_default();
    visible(&format!("{}{what}", first.rule)).into_owned()
}

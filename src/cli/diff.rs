//! `prexec diff`: what becomes of recorded calls when a policy changes.

use super::call::{finish, unwritten};
use super::changes::{Change, Changes, reason};
use super::check::read_line;
use super::human::Color;
use super::values::directory;
use super::{POLICY_ERROR, human, policy};
use crate::codex;
use crate::gate;
use crate::world::HostWorld;
use clap::Args;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

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
    #[arg(long, value_name = "DIR", value_parser = directory())]
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
    let (mut line, mut all) = (Vec::new(), 0_u64);
    let mut changes = Changes::default();
    while read_line(&mut input, &mut line).map_err(unreadable)? {
        let call = codex::read(&line);
        let before = gate::judge(&call, &old.policy, &world);
        let after = gate::judge(&call, &new.policy, &world);
        all += 1;
        let (was, is) = (before.verdict.decision(), after.verdict.decision());
        if was == is {
            continue;
        }
        changes.count(was, is);
        let what = call.as_ref().map_or_else(|fault| fault.message.clone(), |call| call.arguments.to_compact());
        let (place, tool) = (format!("line {all}"), &before.tool);
        let (was_by, is_by) = (&reason(&before), &reason(&after));
        Changes::show(&mut out, paint, &Change { was, is, place: &place, tool, what: &what, was_by, is_by })
            .map_err(|e| unwritten(&e))?;
    }
    changes.end(&mut out, all).and_then(|ended| out.flush().map(|()| ended)).map_err(|e| unwritten(&e))
}

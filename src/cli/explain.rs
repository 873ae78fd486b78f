//! `prexec explain`: the whole derivation of a decision, for people and (`--json`) for programs.

use super::POLICY_ERROR;
use super::call::{CallOptions, finish, status, unwritten, write_line};
use super::derivation;
use crate::codex;
use crate::gate;
use crate::report::{Derivation, Explained, explain_json};
use crate::rules::SourceFile;
use clap::Args;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    call: CallOptions,
    /// Show the rules that do not match too
    #[arg(long)]
    all: bool,
    /// The shell command, as one word
    command: String,
}

pub(super) fn run(options: &Options) -> ExitCode {
    let Ok(ready) = options.call.load_policy() else { return ExitCode::from(POLICY_ERROR) };
    let world = options.call.world();
    finish(options.call.input(&options.command).and_then(|input| {
        let call = codex::read(&input);
        let mut derivation = Derivation::new(options.all);
        let judged = gate::judge_traced(&call, &ready.policy, &world, &mut derivation);
        let explained = Explained {
            call: call.as_ref().ok(),
            judged: &judged,
            derivation: &derivation,
            digest: &ready.policy.digest,
            source: &|place| source_line(&ready.sources, place),
        };
        if options.call.json {
            write_line(&explain_json(&explained))?;
        } else {
            let stdout = std::io::stdout().lock();
            let paint = options.call.color.paint(&stdout);
            let mut out = BufWriter::new(stdout);
            derivation::print(&mut out, &explained, paint).and_then(|()| out.flush()).map_err(|e| unwritten(&e))?;
        }
        Ok(status(judged.verdict.decision()))
    }))
}

/// The text of a rule's call, from `FILE:LINE:COLUMN` to where its brackets close, on one line.
fn source_line(sources: &[SourceFile], place: &str) -> Option<String> {
    let mut parts = place.rsplitn(3, ':');
    let (_column, line, file) = (parts.next()?, parts.next()?.parse::<usize>().ok()?, parts.next()?);
    let source = sources.iter().find(|source| source.name == file)?;
    let mut text = String::new();
    let mut open = 0_usize;
    for line in source.text.lines().skip(line.checked_sub(1)?).take(MOST_LINES) {
        let line = line.trim();
        text.push_str(if text.is_empty() || text.ends_with(['(', '[']) || line.starts_with([')', ']']) {
            ""
        } else {
            " "
        });
        text.push_str(line);
        // Brackets inside of strings count too: that shows a line more or less, nothing else.
        open = (open + line.matches(['(', '[', '{']).count()).saturating_sub(line.matches([')', ']', '}']).count());
        if open == 0 || text.chars().count() > MOST_CHARACTERS {
            break;
        }
    }
    let mut rest = text.chars();
    let shown: String = rest.by_ref().take(MOST_CHARACTERS).collect();
    Some(if rest.next().is_some() { shown + "..." } else { shown })
}

/// Lines of a rule's call that are looked at, and characters that are shown.
const MOST_LINES: usize = 40;
const MOST_CHARACTERS: usize = 160;

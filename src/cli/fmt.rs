//! `prexec fmt`: one way to write a policy.

use super::call::{finish, unwritten};
use super::human::Color;
use super::rewrite::rewrite;
use super::{POLICY_ERROR, human, policy};
use crate::format::format;
use crate::rules::{Diagnostic, Diagnostics};
use crate::text::visible;
use clap::Args;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Exit status where `--check` finds a file that is written otherwise.
const OTHERWISE: u8 = 5;
/// Most bytes that are read from standard input.
const MOST: u64 = crate::rules::limits::FILE_BYTES + 1;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Policies, or directories of them; `-` reads one from standard input and writes it to standard output
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Change nothing; name the files that are written otherwise (exit status 5 where there are some)
    #[arg(long)]
    check: bool,
    /// When to colour messages
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
}

pub(super) fn run(options: &Options) -> ExitCode {
    finish(if options.paths.iter().any(|path| path.as_os_str() == "-") { filter(options) } else { files(options) })
}

/// From standard input to standard output.
fn filter(options: &Options) -> Result<ExitCode, String> {
    if options.paths.len() > 1 {
        return Err("`-` stands for standard input and is named alone".into());
    }
    let mut text = String::new();
    let read = std::io::stdin().lock().take(MOST).read_to_string(&mut text);
    read.map_err(|e| format!("standard input cannot be read: {e}"))?;
    let written = match on_own_stack(|| format("-", &text))? {
        Ok(written) => written,
        Err(found) => return Ok(broken(&found.into(), options)),
    };
    if options.check {
        return Ok(if written == text { ExitCode::SUCCESS } else { ExitCode::from(OTHERWISE) });
    }
    say(&written)?;
    Ok(ExitCode::SUCCESS)
}

fn files(options: &Options) -> Result<ExitCode, String> {
    let mut files = Vec::new();
    for path in &options.paths {
        policy::find_files(path, &["rules"], &mut files)?;
    }
    if files.is_empty() {
        return Err("there is no `*.rules` file; name one, or a directory of them".into());
    }
    let (mut errors, mut changed) = (Diagnostics::default(), Vec::new());
    for file in &files {
        match one(file, options.check)? {
            Ok(true) => changed.push(file),
            Ok(false) => {}
            Err(found) => errors.append(found.into()),
        }
    }
    let what = if options.check { "would be written otherwise" } else { "written anew" };
    for file in &changed {
        say(&format!("{} {what}\n", visible(&file.display().to_string())))?;
    }
    say(&format!("{} of {} files {what}\n", changed.len(), files.len()))?;
    if errors.has_errors() {
        return Ok(broken(&errors, options));
    }
    Ok(if options.check && !changed.is_empty() { ExitCode::from(OTHERWISE) } else { ExitCode::SUCCESS })
}

/// Whether a file is written otherwise; it is changed unless `check`.
fn one(file: &Path, check: bool) -> Result<Result<bool, Diagnostic>, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("`{}` cannot be read: {e}", file.display()))?;
    let name = file.display().to_string();
    let written = match on_own_stack(|| format(&name, &text))? {
        Ok(written) => written,
        Err(found) => return Ok(Err(found)),
    };
    if written != text && !check {
        rewrite(file, &written)?;
    }
    Ok(Ok(written != text))
}

fn broken(found: &Diagnostics, options: &Options) -> ExitCode {
    human::diagnostics(found, options.color);
    ExitCode::from(POLICY_ERROR)
}

fn say(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| unwritten(&e))
}

/// Stack of a formatting, in bytes: what nests as deep as a policy may fits into a part of it in any build.
const STACK: usize = 64 << 20;

fn on_own_stack<R: Send>(work: impl FnOnce() -> R + Send) -> Result<R, String> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|e| format!("no thread can be started: {e}"))?;
        thread.join().map_err(|_| "the formatter failed in an unexpected way; report this, with the file".to_owned())
    })
}

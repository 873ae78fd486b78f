//! `prexec completions` and `prexec man`: what packages carry beside the executable, made of the options themselves.

use super::call::{finish, unwritten};
use clap::{Args, Command};
use clap_complete::Shell;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The shell
    shell: Shell,
}

/// Writes a shell's completions to standard output.
pub(super) fn run(options: &Options, command: &mut Command) -> ExitCode {
    let mut text = Vec::new();
    clap_complete::generate(options.shell, command, "prexec", &mut text);
    finish(print(&text))
}

#[derive(Debug, Args)]
pub(super) struct Pages {
    /// Write all pages into this directory: `prexec.1`, and `prexec-VERB.1` for each verb
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Writes the manual.
pub(super) fn man(options: &Pages, command: Command) -> ExitCode {
    finish(match &options.dir {
        Some(directory) => pages(command, directory),
        None => page(command).and_then(|text| print(&text)),
    })
}

fn page(command: Command) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command).render(&mut text).map_err(|e| unwritten(&e))?;
    Ok(text)
}

fn pages(command: Command, directory: &Path) -> Result<ExitCode, String> {
    std::fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(command, directory))
        .map_err(|e| format!("the manual cannot be written to `{}`: {e}", directory.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn print(text: &[u8]) -> Result<ExitCode, String> {
    let mut out = std::io::stdout().lock();
    out.write_all(text).and_then(|()| out.flush()).map_err(|e| unwritten(&e))?;
    Ok(ExitCode::SUCCESS)
}

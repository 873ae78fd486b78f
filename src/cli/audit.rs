//! `prexec audit`: what was decided, asked of the records.

use super::{audit_prune, audit_verify};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Say whether the records are as they were closed (exit status 0, or 5 where something speaks of tampering or loss)
    Verify(audit_verify::Options),
    /// Close the files of days that are over, and remove those that are kept long enough
    Prune(audit_prune::Options),
}

pub(super) fn run(options: &Options) -> ExitCode {
    match &options.verb {
        Verb::Verify(options) => audit_verify::run(options),
        Verb::Prune(options) => audit_prune::run(options),
    }
}

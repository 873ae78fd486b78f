//! `prexec audit`: what was decided, asked of the records.

use super::audit_export;
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Write records in the forms of other tools, or hand them to a collector without sending one twice
    Export(audit_export::Options),
}

pub(super) fn run(options: &Options) -> ExitCode {
    match &options.verb {
        Verb::Export(options) => audit_export::run(options),
    }
}

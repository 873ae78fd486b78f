//! `prexec audit`: what was decided, asked of the records.

use super::{audit_export, audit_prune, audit_query, audit_report, audit_verify};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List or count what was decided, by what it touched and who asked
    Query(audit_query::Options),
    /// Write records in the forms of other tools, or hand them to a collector without sending one twice
    Export(audit_export::Options),
    /// Say whether the records are as they were closed (exit status 0, or 5 where something speaks of tampering or loss)
    Verify(audit_verify::Options),
    /// Close the files of days that are over, and remove those that are kept long enough
    Prune(audit_prune::Options),
    /// Write one page that tells what happened
    Report(audit_report::Options),
}

pub(super) fn run(options: &Options) -> ExitCode {
    match &options.verb {
        Verb::Query(options) => audit_query::run(options),
        Verb::Export(options) => audit_export::run(options),
        Verb::Verify(options) => audit_verify::run(options),
        Verb::Prune(options) => audit_prune::run(options),
        Verb::Report(options) => audit_report::run(options),
    }
}

//! `prexec audit report`: one page that tells what happened.

use super::call::finish;
use super::trail::{Progress, TrailOptions};
use crate::trail::export::clean;
use crate::trail::report::{Tally, html};
use crate::trail::{Moment, source};
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    trail: TrailOptions,
    /// The page: one file of HTML, which needs nothing else
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

pub(super) fn run(options: &Options) -> ExitCode {
    finish(report(options))
}

fn report(options: &Options) -> Result<ExitCode, String> {
    let places = options.trail.places()?;
    let span = options.trail.span()?;
    let mut tally = Tally::default();
    let mut progress = Progress::new();
    let seen = source::for_each(
        &places,
        &span,
        |done, total| progress.tick(done, total),
        |record| {
            tally.add(&clean(record));
            Ok(())
        },
    );
    progress.end();
    tally.torn(seen.map_err(|e| format!("the records cannot be read: {e}"))?.torn);
    let page = html(&tally, Moment::now());
    let directory = options.output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |e: std::io::Error| format!("`{}` cannot be written: {e}", options.output.display());
    let mut file = tempfile::NamedTempFile::new_in(directory).map_err(failed)?;
    file.write_all(page.as_bytes()).map_err(failed)?;
    file.persist(&options.output).map_err(|e| failed(e.error))?;
    Ok(ExitCode::SUCCESS)
}

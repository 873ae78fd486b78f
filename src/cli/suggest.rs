//! `prexec suggest`: rules for what a person was asked about, to be reviewed.

use super::call::{finish, unwritten};
use super::check::read_line;
use super::human::Color;
use super::values::directory;
use super::{POLICY_ERROR, human, policy, trail};
use crate::suggest::{Learner, render};
use crate::trail::{Span, source};
use crate::world::HostWorld;
use clap::Args;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Recorded calls: a file with one hook JSON per line, `-` for standard input, or a file or directory of records
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Policy file, or directory of `*.rules`, that decides about them now; may be repeated [default: the installed layers]
    #[arg(long, value_name = "P")]
    policy: Vec<PathBuf>,
    /// The account's home directory, instead of the one in the account database
    #[arg(long, value_name = "DIR", value_parser = directory())]
    home: Option<PathBuf>,
    /// When to colour messages
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
}

pub(super) fn run(options: &Options) -> ExitCode {
    let home = options.home.as_deref();
    match policy::load_bounded(&policy::Request { named: &options.policy, home, ..policy::Request::default() }) {
        Ok(ready) => finish(suggest(options, &ready)),
        Err(found) => {
            human::diagnostics(&found, options.color);
            ExitCode::from(POLICY_ERROR)
        }
    }
}

fn suggest(options: &Options, ready: &policy::Ready) -> Result<ExitCode, String> {
    let name = options.from.display().to_string();
    let world = HostWorld::new(options.home.as_deref());
    let mut learner = Learner::new(&ready.policy, &world);
    if options.from.is_dir() {
        let directories = trail::places(std::slice::from_ref(&options.from), options.home.as_deref())?;
        let mut progress = trail::Progress::new();
        let take = |record| {
            learner.record(&record);
            Ok(())
        };
        let read = source::for_each(&directories, &Span::default(), |done, total| progress.tick(done, total), take);
        progress.end();
        let torn = read.map_err(|e| format!("the records cannot be read: {e}"))?.torn;
        learner.unread(usize::try_from(torn).unwrap_or(usize::MAX));
    } else {
        of_file(options, &name, &mut learner)?;
    }
    let text = render(&learner.finish()?, &name);
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| unwritten(&e))?;
    Ok(ExitCode::SUCCESS)
}

/// Lines of either form.
fn of_file(options: &Options, name: &str, learner: &mut Learner<'_>) -> Result<(), String> {
    let unreadable = |e: std::io::Error| format!("`{name}` cannot be read: {e}");
    let mut input: Box<dyn BufRead> = if options.from.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(BufReader::new(std::fs::File::open(&options.from).map_err(unreadable)?))
    };
    let mut line = Vec::new();
    while read_line(&mut input, &mut line).map_err(unreadable)? {
        match crate::trail::read_line(&line) {
            Some(record) => learner.record(&record),
            // A record begins with an empty line.
            None if line.is_empty() => {}
            None => learner.line(&line),
        }
    }
    Ok(())
}

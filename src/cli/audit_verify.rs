//! `prexec audit verify`: whether anybody changed the records.

use super::call::{finish, unwritten, write_line};
use super::human::Color;
use super::trail::{Progress, places};
use super::values::directory;
use crate::text::visible;
use crate::trail::{DayFile, Finding, Moment, Verified, close_all, day_files, verify};
use clap::Args;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Exit status where something speaks of tampering or loss.
const FAULT: u8 = 5;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Directory of records, or one that holds such a directory per account; may be repeated [default: this account's]
    #[arg(long, value_name = "DIR")]
    audit: Vec<PathBuf>,
    /// A digest of a line of the chain that was kept elsewhere; may be repeated. Without one nobody knows whether the chain was
    /// written anew
    #[arg(long, value_name = "DIGEST")]
    head: Vec<String>,
    /// The account's home directory, instead of the one in the account database
    #[arg(long, value_name = "DIR", value_parser = directory())]
    home: Option<PathBuf>,
    /// Print JSON, one object per directory
    #[arg(long)]
    json: bool,
    /// When to colour the output; `NO_COLOR` counts for `auto`
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
}

pub(super) fn run(options: &Options) -> ExitCode {
    finish(all(options))
}

fn all(options: &Options) -> Result<ExitCode, String> {
    for head in &options.head {
        let digits = head.strip_prefix("blake3:").unwrap_or(head);
        if digits.len() != 64 || !digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
            return Err(format!("`{head}` is no digest; give what `prexec audit verify` called the head"));
        }
    }
    let mut sound = true;
    let directories = places(&options.audit, options.home.as_deref())?;
    if !options.head.is_empty() && directories.len() > 1 {
        return Err("a head belongs to one directory; name that one with --audit".into());
    }
    for directory in directories {
        let mut progress = Progress::new();
        let length = |file: &DayFile| file.path.symlink_metadata().map_or(0, |metadata| metadata.len());
        let total = day_files(&directory).unwrap_or_default().iter().map(length).sum();
        let (now, mut done) = (Moment::now(), 0);
        let tick = &mut |bytes| {
            done += bytes;
            progress.tick(done, total);
        };
        let found = verify(&directory, &options.head, now, tick)?;
        progress.end();
        sound &= found.sound;
        if options.json {
            write_line(&serde_json::to_string(&found).map_err(|e| e.to_string())?)?;
        } else {
            table(&found, !options.head.is_empty(), options.color).map_err(|e| unwritten(&e))?;
        }
        // What is over is closed now, so that the next look finds changes in it. Not behind a chain that is broken.
        if found.sound {
            let kept = close_all(&directory, now)?;
            if let (false, false) = (options.json, kept.closed.is_empty()) {
                write_line(&format!("closed now: {}", kept.closed.join(", ")))?;
            }
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(FAULT) })
}

fn table(found: &Verified, with_head: bool, color: Color) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let paint = color.paint(&out);
    writeln!(out, "{}", paint.strong(&found.directory))?;
    let mut list = |what: &str, findings: &[Finding]| {
        findings.iter().try_for_each(|finding| {
            let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
            writeln!(out, "  {}  {}{line}: {}", paint.strong(what), visible(&finding.file), visible(&finding.what))
        })
    };
    list("FAULT", &found.faults)?;
    list("note", &found.notes)?;
    let (closed, pruned, records) = (found.closed, found.pruned, found.records);
    writeln!(out, "  {closed} files closed and there, {pruned} pruned, {} open; {records} records", found.open.len())?;
    if found.lost > 0 {
        writeln!(out, "  {} records could not be written since the last one that could", found.lost)?;
    }
    if let Some(head) = &found.head {
        writeln!(out, "  head {head}")?;
    }
    let said = match (found.sound, with_head) {
        (false, _) => "something speaks of tampering or loss",
        (true, true) => "the closed files are as they were closed, up to the head that was kept elsewhere",
        (true, false) => {
            "the closed files fit the chain; only a head that is kept elsewhere shows whether the account wrote both anew (--head)"
        }
    };
    writeln!(out, "  {said}")?;
    if !found.open.is_empty() {
        writeln!(out, "  nothing is known of changes in files that are not closed: {}", found.open.join(", "))?;
    }
    out.flush()
}

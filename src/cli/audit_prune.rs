//! `prexec audit prune`: closes what is over and removes what is kept long enough.

use super::call::{finish, write_line};
use super::trail::{home, places};
use super::values::directory;
use crate::trail::{Moment, Rules, index, keep_all, length};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Directory of records, or one that holds such a directory per account; may be repeated [default: this account's]
    #[arg(long, value_name = "DIR")]
    audit: Vec<PathBuf>,
    /// How long records are kept, such as `90d` [default: what was saved, else 90d]
    #[arg(long, value_name = "LENGTH")]
    keep: Option<String>,
    /// The most that a directory may take, in MiB; the oldest go first [default: what was saved, else 4096]
    #[arg(long, value_name = "MIB")]
    size: Option<u64>,
    /// Keep them so from now on: sessions close and prune by themselves
    #[arg(long)]
    save: bool,
    /// The account's home directory, instead of the one in the account database
    #[arg(long, value_name = "DIR", value_parser = directory())]
    home: Option<PathBuf>,
}

pub(super) fn run(options: &Options) -> ExitCode {
    finish(all(options))
}

fn all(options: &Options) -> Result<ExitCode, String> {
    let days = options.keep.as_deref().map(days).transpose()?;
    let now = Moment::now();
    let mut whole = true;
    for directory in places(&options.audit, options.home.as_deref())? {
        let mut rules = match (Rules::of(&directory), days, options.size) {
            (Ok(rules), ..) => rules,
            // Both are given anew.
            (Err(_), Some(_), Some(_)) => Rules::default(),
            (Err(why), ..) => return Err(why),
        };
        rules.days = days.unwrap_or(rules.days);
        rules.bytes = options.size.map_or(rules.bytes, |size| size.saturating_mul(1 << 20));
        if options.save {
            rules.save(&directory)?;
        }
        let kept = keep_all(&directory, now, &rules)?;
        let place = directory.display();
        // What is gone from the records shall not stand in this account's index of them.
        let forgotten =
            home(options.home.as_deref()).map_or(Ok(()), |home| index::forget(&home.join(index::USER), &directory));
        if let Err(why) = forgotten {
            whole = false;
            let why = crate::text::visible(&why);
            eprintln!("prexec: the index of `{place}` may still have what was removed; delete it: {why}");
        }
        write_line(&format!("{place}: {} files closed, {} removed", kept.closed.len(), kept.pruned.len()))?;
        for fault in &kept.faults {
            whole = false;
            let _ = std::io::Write::write_fmt(
                &mut std::io::stderr(),
                format_args!("prexec: {}\n", crate::text::visible(fault)),
            );
        }
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(super::INTERNAL_ERROR) })
}

/// A length of time in whole days.
fn days(text: &str) -> Result<u32, String> {
    const DAY: i64 = 86_400_000_000;
    let micros = length(text)?;
    let whole = (micros % DAY == 0).then(|| u32::try_from(micros / DAY).ok()).flatten();
    whole.ok_or_else(|| format!("`{text}` are no whole days; write it as `90d`"))
}

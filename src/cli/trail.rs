//! What the verbs that read the trail have in common: where it is, which span of time, and progress.

use super::values::directory;
use crate::audit::{MACHINE, USER};
use crate::trail::{Moment, Span, close_due, length, point, source};
use crate::world::{HostWorld, World};
use clap::Args;
use std::io::{IsTerminal, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[derive(Debug, Args)]
pub(super) struct TrailOptions {
    /// Directory of records, or one that holds such a directory per account; may be repeated [default: this account's]
    #[arg(long, alias = "directory", value_name = "DIR")]
    pub(super) audit: Vec<PathBuf>,
    /// Records from then on: `2026-11-01`, `2026-11-01T08:00:00Z`, or `30d` for that long ago
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Records before then
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Records of that long until now: `30d`, `12h`, `90m`
    #[arg(long, value_name = "LENGTH", conflicts_with = "since")]
    last: Option<String>,
    /// The account's home directory, instead of the one in the account database
    #[arg(long, value_name = "DIR", value_parser = directory())]
    pub(super) home: Option<PathBuf>,
}

impl TrailOptions {
    /// The span that was asked for.
    pub(super) fn span(&self) -> Result<Span, String> {
        let now = Moment::now();
        let read = |text: &Option<String>| text.as_deref().map(|text| point(text, now)).transpose();
        let since = match &self.last {
            Some(text) => Some(now.before(length(text)?)),
            None => read(&self.since)?,
        };
        Ok(Span { since, until: read(&self.until)? })
    }

    /// The same, with that long until now where nothing was asked for.
    pub(super) fn span_or_last(&self, length_until_now: &str) -> Result<Span, String> {
        let span = self.span()?;
        let since = if span.since.is_none() { Some(point(length_until_now, Moment::now())?) } else { span.since };
        Ok(Span { since, ..span })
    }

    /// The directories of records. What is over in them is closed in passing, so that the chain grows where no session does it.
    pub(super) fn places(&self) -> Result<Vec<PathBuf>, String> {
        let places = places(&self.audit, self.home.as_deref())?;
        for place in &places {
            // Reading needs none of it; `doctor` says what could not be closed.
            let _ = close_due(place, Moment::now());
        }
        Ok(places)
    }
}

/// The directories of records that are named, or this account's.
pub(super) fn places(named: &[PathBuf], home: Option<&Path>) -> Result<Vec<PathBuf>, String> {
    let named = if named.is_empty() { Vec::from([own(home)?]) } else { named.to_vec() };
    let mut places = Vec::new();
    for place in named {
        let found = source::places(&place).map_err(|e| {
            format!("the records in `{}` cannot be read: {e}; name their directory with --audit", place.display())
        })?;
        for place in found {
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    Ok(places)
}

fn own(home: Option<&Path>) -> Result<PathBuf, String> {
    let shared = Path::new(MACHINE);
    if shared.is_dir() {
        return Ok(shared.join(nix::unistd::getuid().to_string()));
    }
    let home =
        self::home(home).ok_or("this account has no home directory; name the records' directory with --audit")?;
    Ok(home.join(USER))
}

/// This account's home directory, or the one that is named.
pub(super) fn home(named: Option<&Path>) -> Option<PathBuf> {
    let world = HostWorld::new(named);
    world.home().map(|home| Path::new(std::ffi::OsStr::from_bytes(home)).to_path_buf())
}

/// Says on a terminal how far a reader is, once it has taken a second.
pub(super) struct Progress {
    started: Instant,
    said: Option<Instant>,
    shown: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { started: Instant::now(), said: None, shown: std::io::stderr().is_terminal() }
    }

    /// `done` of `total` bytes are read.
    pub(super) fn tick(&mut self, done: u64, total: u64) {
        self.tick_of(format_args!("reading {} MiB of records", total >> 20), done, total);
    }

    /// The same of something else.
    pub(super) fn tick_of(&mut self, what: core::fmt::Arguments<'_>, done: u64, total: u64) {
        let percent = done.min(total).saturating_mul(100).checked_div(total).unwrap_or(100);
        self.say(format_args!("{what}: {percent} % "));
    }

    /// Something that is not known to be nearer its end.
    pub(super) fn say(&mut self, what: core::fmt::Arguments<'_>) {
        let (now, pause) = (Instant::now(), Duration::from_millis(200));
        if !self.shown
            || now - self.started < Duration::from_secs(1)
            || self.said.is_some_and(|said| now - said < pause)
        {
            return;
        }
        self.said = Some(now);
        let _ = write!(std::io::stderr(), "\r{what}\x1b[K");
    }

    /// Wipes the line.
    pub(super) fn end(&self) {
        if self.said.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

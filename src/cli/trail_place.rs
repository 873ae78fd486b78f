//! Where records are, for the verbs that look after them; and how far one is with them.

use crate::trail::day_files;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Where a machine keeps the records of all accounts.
const MACHINE: &str = "/var/log/prexec";
/// Where an account keeps its own, below its home.
const USER: &str = ".local/state/prexec/audit";

/// The directories that are named, or this account's. One that holds a directory per account stands for those.
pub(super) fn all(named: &[PathBuf], home: Option<&Path>) -> Result<Vec<PathBuf>, String> {
    let named = if named.is_empty() { Vec::from([own(home)?]) } else { named.to_vec() };
    let mut all = Vec::new();
    for directory in named {
        let unread = |e| {
            format!("the records in `{}` cannot be read: {e}; name their directory with --audit", directory.display())
        };
        let entries = std::fs::read_dir(&directory).map_err(unread)?;
        let mut accounts: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(|entry| entry.path())
            .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().parse::<u32>().is_ok()))
            .collect();
        accounts.sort();
        if accounts.is_empty() || !day_files(&directory).map_err(unread)?.is_empty() {
            accounts = Vec::from([directory]);
        }
        all.extend(accounts);
    }
    Ok(all)
}

/// The same, where files of records may be named as well.
pub(super) fn files_or_all(named: &[PathBuf], home: Option<&Path>) -> Result<Vec<PathBuf>, String> {
    let (files, directories): (Vec<PathBuf>, Vec<PathBuf>) = named.iter().cloned().partition(|path| path.is_file());
    if !files.is_empty() && directories.is_empty() {
        return Ok(files);
    }
    let mut found = all(&directories, home)?;
    found.extend(files);
    Ok(found)
}

/// This account's directory of records.
pub(super) fn own(home: Option<&Path>) -> Result<PathBuf, String> {
    let own = Path::new(MACHINE).join(nix::unistd::geteuid().to_string());
    if home.is_none() && (own.is_dir() || Path::new(MACHINE).is_dir()) {
        return Ok(own);
    }
    let account = || nix::unistd::User::from_uid(nix::unistd::geteuid()).ok().flatten().map(|user| user.dir);
    let home = home.map(Path::to_path_buf).or_else(account);
    let home = home.ok_or("this account has no home directory; name the records' directory with --audit")?;
    Ok(home.join(USER))
}

/// Says on a terminal how far a reader is, once it has taken a second.
pub(super) struct Progress {
    total: u64,
    done: u64,
    started: Instant,
    said: Option<Instant>,
}

impl Progress {
    pub(super) fn of(directory: &Path) -> Self {
        Self::of_all(&[directory.to_path_buf()])
    }

    /// Of files, and of directories of them.
    pub(super) fn of_all(paths: &[PathBuf]) -> Self {
        let length = |path: &Path| path.symlink_metadata().map_or(0, |metadata| metadata.len());
        let of = |path: &PathBuf| match day_files(path) {
            Ok(files) => files.iter().map(|file| length(&file.path)).sum(),
            Err(_) => length(path),
        };
        Self { total: paths.iter().map(of).sum(), done: 0, started: Instant::now(), said: None }
    }

    pub(super) fn tick(&mut self, bytes: u64) {
        self.done += bytes;
        let (now, pause) = (Instant::now(), Duration::from_millis(200));
        let soon = now - self.started < Duration::from_secs(1) || self.said.is_some_and(|said| now - said < pause);
        if soon || !std::io::stderr().is_terminal() {
            return;
        }
        self.said = Some(now);
        let percent = self.done.min(self.total).saturating_mul(100).checked_div(self.total).unwrap_or(100);
        // Nobody has to see it.
        let _ = write!(std::io::stderr(), "\rreading records: {percent} % of {} MiB ", self.total >> 20);
    }

    pub(super) fn end(&self) {
        if self.said.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

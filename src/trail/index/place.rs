//! Where indexes are: in a directory of the account that asks, one file for each directory of records that it asked about.

use super::Trouble;
use nix::fcntl::{Flock, FlockArg, OFlag};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::string::String;
use std::time::{Duration, Instant};
use std::vec::Vec;
use std::{format, thread};

/// So long a question waits for another that has the index and does nothing with it, before it reads the lines by itself.
const PATIENCE: Duration = Duration::from_secs(10);
/// How the names of indexes begin.
const NAME: &str = "records-";

/// The index of a directory of records.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The directory of records.
    pub(super) records: PathBuf,
    /// The index.
    pub(super) file: PathBuf,
    lock: PathBuf,
}

impl Place {
    /// In `directory`, which is made where it is not there.
    pub(super) fn of(directory: &Path, records: &Path) -> Result<Self, Trouble> {
        let records = fs::canonicalize(records).map_err(|e| Trouble::of(records, &e))?;
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(|e| Trouble::of(directory, &e))?;
        let directory = fs::canonicalize(directory).map_err(|e| Trouble::of(directory, &e))?;
        let data = fs::metadata(&directory).map_err(|e| Trouble::of(&directory, &e))?;
        if data.uid() != euid() || data.mode() & 0o022 != 0 {
            return Err(Trouble::Other(format!(
                "`{}` is another account's, or others may write it",
                directory.display()
            )));
        }
        let name = blake3::hash(records.as_os_str().as_encoded_bytes()).to_hex();
        let name = name.get(..16).unwrap_or_default();
        let at = |ending: &str| directory.join(format!("{NAME}{name}.{ending}"));
        Ok(Self { records, file: at("sqlite"), lock: at("lock") })
    }

    /// Takes the index for a change. Nobody else changes it until what comes back is dropped. `wait` hears that somebody has it.
    pub(super) fn hold(&self, wait: &mut dyn FnMut()) -> Result<Flock<File>, Trouble> {
        let (mut since, mut seen) = (Instant::now(), self.traces());
        loop {
            let file = open(&self.lock).map_err(|e| Trouble::of(&self.lock, &e))?;
            match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
                // Whose lock is gone from its place was swept away meanwhile.
                Ok(held) if same(&held, &self.lock) => {
                    self.sign(&held).map_err(|e| Trouble::of(&self.lock, &e))?;
                    return Ok(held);
                }
                Ok(_) => {}
                Err((_, nix::errno::Errno::EWOULDBLOCK)) => {
                    let now = self.traces();
                    if now != seen {
                        (since, seen) = (Instant::now(), now);
                    } else if since.elapsed() > PATIENCE {
                        return Err(Trouble::Busy);
                    }
                    wait();
                    thread::sleep(Duration::from_millis(20));
                }
                Err((_, errno)) => return Err(Trouble::of(&self.lock, &errno.into())),
            }
        }
    }

    /// What changes while somebody writes the index.
    fn traces(&self) -> [Option<(u64, i64, i64)>; 2] {
        let of =
            |path: &Path| fs::symlink_metadata(path).ok().map(|data| (data.len(), data.ctime(), data.ctime_nsec()));
        [of(&self.file), of(&self.file.with_extension("sqlite-journal"))]
    }

    /// Writes into the lock whose index it is.
    fn sign(&self, mut held: &File) -> io::Result<()> {
        let name = self.records.as_os_str().as_encoded_bytes();
        if held.metadata()?.len() != name.len() as u64 {
            held.set_len(0)?;
            held.write_all(name)?;
        }
        Ok(())
    }

    /// Makes an empty file for the index where there is none. It must be held.
    pub(super) fn make(&self) -> io::Result<()> {
        match fs::symlink_metadata(&self.file) {
            Ok(data) if data.is_file() && data.uid() == euid() && data.mode().trailing_zeros() >= 6 => return Ok(()),
            _ => self.remove()?,
        }
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.file).map(|_| ())
    }

    /// Removes the index with all that `SQLite` keeps beside it: a journal without its file would be taken for that of the next one.
    pub(super) fn remove(&self) -> io::Result<()> {
        ["", "-journal", "-wal", "-shm"].iter().try_for_each(|ending| {
            let mut name = self.file.as_os_str().to_os_string();
            name.push(ending);
            gone(Path::new(&name))
        })
    }

    /// Removes the indexes of directories of records that are no more.
    pub(super) fn sweep(&self) {
        let Some(entries) = self.lock.parent().and_then(|directory| fs::read_dir(directory).ok()) else { return };
        for lock in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let name = lock.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let is_other =
                lock != self.lock && name.starts_with(NAME) && lock.extension().is_some_and(|ending| ending == "lock");
            let Some(held) = is_other.then(|| open(&lock).ok()).flatten() else { continue };
            let Ok(held) = Flock::lock(held, FlockArg::LockExclusiveNonblock) else { continue };
            let mut name = Vec::new();
            let records = match (&*held).read_to_end(&mut name) {
                Ok(_) => PathBuf::from(std::ffi::OsString::from(String::from_utf8(name).unwrap_or_default())),
                Err(_) => continue,
            };
            let is_gone = fs::symlink_metadata(&records).is_err_and(|e| e.kind() == io::ErrorKind::NotFound);
            if is_gone && records.is_absolute() {
                let other = Self { records, file: lock.with_extension("sqlite"), lock };
                if other.remove().is_ok() {
                    let _ = gone(&other.lock);
                }
            }
        }
    }
}

fn euid() -> u32 {
    nix::unistd::geteuid().as_raw()
}

fn open(path: &Path) -> io::Result<File> {
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    OpenOptions::new().read(true).append(true).create(true).mode(0o600).custom_flags(flags.bits()).open(path)
}

fn same(file: &File, path: &Path) -> bool {
    let number = |data: &fs::Metadata| (data.dev(), data.ino());
    matches!((file.metadata(), fs::symlink_metadata(path)), (Ok(one), Ok(other)) if number(&one) == number(&other))
}

fn gone(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

//! How far an exporter has come, kept in a file so that a restart goes on where it stopped.
//!
//! Before a batch is sent it stands in the file as in flight: which bytes of which file, and under which name. Only when the receiver
//! has answered does the place move on. A process that dies in between sends the same bytes under the same name again.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::{format, fs::TryLockError};

/// Names the form of the file.
pub const SCHEMA: &str = "prexec/cursor/1";

/// How far one file of records is handed on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// All before it is handed on.
    pub offset: u64,
    /// Where the last record before it starts.
    pub line: u64,
    /// The `id` of that record; empty where there is none yet. A file that was replaced does not have it there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
}

/// A batch that was being sent when this was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InFlight {
    /// Names the batch, the same for every attempt.
    pub batch: String,
    /// The directory of records.
    pub directory: String,
    /// The file in it.
    pub file: String,
    /// Where its first line starts.
    pub from: u64,
    /// The place after it.
    pub to: Place,
    /// How many records it has.
    pub records: u64,
    /// The digest of its bytes.
    pub digest: String,
    /// So many of them are certainly sent, where each goes on its own.
    #[serde(default)]
    pub sent: u64,
}

/// What stands in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// [`SCHEMA`].
    pub schema: String,
    /// To whom this is.
    pub target: String,
    /// By directory and name of file.
    pub files: BTreeMap<String, BTreeMap<String, Place>>,
    /// What was being sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_flight: Option<InFlight>,
    /// Records that the receiver has taken.
    pub sent: u64,
    /// Records that the receiver said it does not take.
    pub rejected: u64,
    /// Lines that are no records.
    pub torn: u64,
    /// Records that may or may not have been taken, and cannot be sent again since they are gone.
    pub unsure: u64,
}

impl Cursor {
    /// How far this file is.
    pub fn place(&self, directory: &str, file: &str) -> Place {
        self.files.get(directory).and_then(|files| files.get(file)).cloned().unwrap_or_default()
    }

    /// This file is so far.
    pub fn advance(&mut self, directory: &str, file: &str, to: Place) {
        self.files.entry(directory.to_string()).or_default().insert(file.to_string(), to);
    }
}

/// The file of a cursor, held by this process alone.
#[derive(Debug)]
pub struct CursorFile {
    path: PathBuf,
    /// What stands in it.
    pub cursor: Cursor,
    _lock: File,
}

impl CursorFile {
    /// Opens it, or begins a new one.
    ///
    /// # Errors
    /// It belongs to another target, is in use, or cannot be read.
    pub fn open(path: &Path, target: &str) -> Result<Self, String> {
        let shown = path.display();
        let lock = beside(path, "lock");
        let lock = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .custom_flags(nix::fcntl::OFlag::O_NOFOLLOW.bits())
            .open(&lock)
            .map_err(|e| format!("`{}` cannot be opened: {e}; name the cursor's file with --cursor", lock.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(format!(
                    "the cursor `{shown}` is in use by another exporter; name another one with --cursor"
                ));
            }
            Err(TryLockError::Error(e)) => return Err(format!("the cursor `{shown}` cannot be locked: {e}")),
        }
        let fresh = || Cursor { schema: SCHEMA.into(), target: target.into(), ..Cursor::default() };
        let cursor = match fs::read(path) {
            Ok(text) => {
                serde_json::from_slice(&text).ok().filter(|cursor: &Cursor| cursor.schema == SCHEMA).ok_or_else(
                    || format!("`{shown}` is no cursor; move it away to begin anew, which sends every record again"),
                )?
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => fresh(),
            Err(e) => return Err(format!("the cursor `{shown}` cannot be read: {e}")),
        };
        if cursor.target != target {
            return Err(format!(
                "the cursor `{shown}` belongs to `{}`, not `{target}`; name another file with --cursor",
                cursor.target
            ));
        }
        Ok(Self { path: path.to_path_buf(), cursor, _lock: lock })
    }

    /// Writes it so that it is there after a crash of the machine.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn save(&self) -> Result<(), String> {
        self.write(true)
    }

    /// Writes it so that it is there after the end of this process, however it ends.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn note(&self) -> Result<(), String> {
        self.write(false)
    }

    fn write(&self, durable: bool) -> Result<(), String> {
        let write = || -> io::Result<()> {
            let text = serde_json::to_vec(&self.cursor).map_err(io::Error::other)?;
            let new = beside(&self.path, "new");
            match fs::remove_file(&new) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => {}
            }
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
            file.write_all(&text)?;
            if durable {
                file.sync_all()?;
            }
            fs::rename(&new, &self.path)?;
            match self.path.parent() {
                Some(directory) if durable => {
                    File::open(if directory.as_os_str().is_empty() { Path::new(".") } else { directory })?.sync_all()
                }
                _ => Ok(()),
            }
        };
        write()
            .map_err(|e| format!("the cursor `{}` cannot be written: {e}; nothing more is sent", self.path.display()))
    }
}

/// The file of that name with an ending more.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(".");
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_for_one_target_and_one_process() {
        let place = tempfile::tempdir().expect("a directory");
        let path = place.path().join("cursor-otlp.json");
        let mut first = CursorFile::open(&path, "a").expect("a cursor");
        first.cursor.advance("/d", "f", Place { offset: 7, line: 1, id: "x".into() });
        first.save().expect("written");
        assert!(CursorFile::open(&path, "a").expect_err("in use").contains("in use"));
        drop(first);
        assert_eq!(CursorFile::open(&path, "a").expect("a cursor").cursor.place("/d", "f").offset, 7);
        assert!(CursorFile::open(&path, "b").expect_err("another").contains("belongs to `a`"));
        fs::write(&path, "{").expect("written");
        assert!(CursorFile::open(&path, "a").expect_err("broken").contains("no cursor"));
    }
}

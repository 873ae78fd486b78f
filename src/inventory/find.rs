//! Finds files by patterns and reads them, within bounds: what is left out because of one is said.

use super::documents::Document;
use super::secrets::Secrets;
use super::{Fault, Places, facts};
use crate::glob::Glob;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Names of a directory that are looked at.
const NAMES: usize = 5_000;
/// How deep `**` goes.
const DEEP: usize = 8;
/// Directories that are looked into, all in all.
const DIRECTORIES: usize = 20_000;
/// The largest document that is read.
const DOCUMENT: u64 = 8 << 20;

/// One look at the machine.
pub(super) struct Look<'p> {
    pub(super) places: &'p Places,
    pub(super) secrets: Secrets,
    documents: BTreeMap<PathBuf, Option<Rc<Document>>>,
    faults: Vec<Fault>,
    directories: usize,
}

impl<'p> Look<'p> {
    pub(super) fn new(places: &'p Places) -> Result<Self, String> {
        let secrets = Secrets::new(places)?;
        Ok(Self { places, secrets, documents: BTreeMap::new(), faults: Vec::new(), directories: 0 })
    }

    pub(super) fn fault(&mut self, path: &Path, what: impl Into<String>) {
        self.faults.push(Fault { file: facts::shown(path), what: what.into() });
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// The files below `base` whose path matches: parts are names, globs of names, or `**` for any directories.
    pub(super) fn files(&mut self, base: &Path, pattern: &str) -> Vec<PathBuf> {
        let parts: Vec<&str> = pattern.split('/').collect();
        let mut found = Vec::new();
        self.expand(base.to_path_buf(), &parts, 0, &mut BTreeSet::new(), &mut found);
        found.sort();
        found.dedup();
        found
    }

    fn expand(
        &mut self,
        at: PathBuf,
        parts: &[&str],
        depth: usize,
        above: &mut BTreeSet<(u64, u64)>,
        found: &mut Vec<PathBuf>,
    ) {
        let Some((part, rest)) = parts.split_first() else {
            found.push(at);
            return;
        };
        if *part == "**" {
            self.expand(at.clone(), rest, depth, above, found);
            // A link may lead to a directory above it.
            let Ok(metadata) = fs::metadata(&at) else { return };
            let this = (metadata.dev(), metadata.ino());
            if !metadata.is_dir() || !above.insert(this) {
                return;
            }
            if depth == DEEP {
                self.fault(&at, format!("what is more than {DEEP} directories deep was not looked at"));
            } else {
                for name in self.names(&at) {
                    let below = at.join(&name);
                    if below.is_dir() {
                        self.expand(below, parts, depth + 1, above, found);
                    }
                }
            }
            above.remove(&this);
        } else if part.contains(['*', '?', '[', '{']) {
            let Ok(glob) = Glob::parse(part) else { return };
            for name in self.names(&at) {
                if glob.matches(name.as_bytes(), false) {
                    self.expand(at.join(&name), rest, depth, above, found);
                }
            }
        } else {
            let next = at.join(part);
            if next.symlink_metadata().is_ok() {
                self.expand(next, rest, depth, above, found);
            } else if let Err(error) = next.symlink_metadata()
                && error.kind() == std::io::ErrorKind::PermissionDenied
            {
                self.fault(&next, "it cannot be looked at: no permission");
            }
        }
    }

    /// The names in a directory, sorted; none where there is no such directory.
    pub(super) fn names(&mut self, directory: &Path) -> Vec<std::ffi::OsString> {
        if self.directories == DIRECTORIES {
            self.fault(directory, format!("more than {DIRECTORIES} directories: the rest was not looked at"));
        }
        self.directories += 1;
        if self.directories > DIRECTORIES {
            return Vec::new();
        }
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) => {
                use std::io::ErrorKind::{NotADirectory, NotFound};
                if !matches!(error.kind(), NotFound | NotADirectory) {
                    self.fault(directory, format!("it cannot be listed: {error}"));
                }
                return Vec::new();
            }
        };
        let mut names: Vec<_> = entries.take(NAMES + 1).filter_map(Result::ok).map(|entry| entry.file_name()).collect();
        if names.len() > NAMES {
            self.fault(directory, format!("more than {NAMES} names: not all of them were looked at"));
        }
        names.sort();
        names
    }

    /// A TOML or JSON file; none where there is none, or where it has a mistake, which is then said.
    pub(super) fn document(&mut self, path: &Path) -> Option<Rc<Document>> {
        if let Some(known) = self.documents.get(path) {
            return known.clone();
        }
        let document = match text(path, DOCUMENT) {
            Ok(None) => None,
            Ok(Some(text)) => match Document::parse(path, text) {
                Ok(document) => Some(Rc::new(document)),
                Err(why) => {
                    self.fault(path, why);
                    None
                }
            },
            Err(why) => {
                self.fault(path, why);
                None
            }
        };
        self.documents.insert(path.to_path_buf(), document.clone());
        document
    }
}

/// Opens a regular file without waiting for anything, such as a writer of a pipe.
pub(super) fn open(path: &Path) -> std::io::Result<Option<File>> {
    let file = OpenOptions::new().read(true).custom_flags(nix::libc::O_NONBLOCK | nix::libc::O_NOCTTY).open(path)?;
    Ok(file.metadata()?.is_file().then_some(file))
}

fn text(path: &Path, most: u64) -> Result<Option<String>, String> {
    let cannot = |error: std::io::Error| format!("it cannot be read: {error}");
    let file = match open(path) {
        Ok(Some(file)) => file,
        Ok(None) => return Err("it is no regular file".into()),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(cannot(error)),
    };
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > most {
        return Err(format!("it is larger than {} MiB, so it was not read", most >> 20));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| "it is not UTF-8".into())
}

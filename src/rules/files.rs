//! Opens policy files: only what nobody but the administrator or the user could have written, and without ever blocking.

use super::diagnostics::{Problem, sentence};
use super::limits;
use crate::compiled::{Doubt, Writers};
use nix::libc;
use std::{
    borrow::ToOwned,
    collections::BTreeSet,
    ffi::OsStr,
    format,
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Read},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    string::{String, ToString},
    vec::Vec,
};

/// Who may have written a policy file and the directories above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The accounts that may own it; empty where it does not matter who wrote it.
    pub owners: Vec<u32>,
    /// Whether a directory that others may write is accepted where it is sticky (such as `/tmp`).
    pub sticky: bool,
    /// The directory above which nothing is looked at: `/`, but in tests.
    pub top: PathBuf,
}

impl Check {
    /// For the managed layer: root's alone.
    pub fn managed() -> Self {
        Self { owners: Vec::from([0]), sticky: false, top: PathBuf::from("/") }
    }

    /// For the user's layer: root's or the effective user's.
    pub fn user() -> Self {
        Self { owners: Vec::from([0, nix::unistd::geteuid().as_raw()]), sticky: false, top: PathBuf::from("/") }
    }

    /// For what the command line names: as for the user, in a sticky directory too.
    pub fn command_line() -> Self {
        Self { sticky: true, ..Self::user() }
    }

    /// For what stands in a repository: whoever writes there, the agent included. It can only tighten.
    pub fn repository() -> Self {
        Self { owners: Vec::new(), sticky: true, top: PathBuf::from("/") }
    }

    fn writers(&self) -> Writers<'_> {
        Writers { owners: &self.owners, sticky: self.sticky }
    }

    fn belongs_to_another(&self, what: &str, path: &Path, metadata: &Metadata) -> Problem {
        let owner = self.owners.last().copied().unwrap_or(0);
        let message = format!("the {what} `{}` belongs to account {}", path.display(), metadata.uid());
        Problem::new(message, format!("take it over with `chown {owner} {}`, once it is reviewed", path.display()))
    }

    /// A directory above a policy file: whoever may write it may replace the file.
    fn directory(&self, path: &Path) -> Result<(), Problem> {
        let metadata = fs::metadata(path).map_err(|e| failed("read the directory", path, &e))?;
        self.writers().directory(metadata.uid(), metadata.mode()).map_err(|doubt| match doubt {
            Doubt::Owner => self.belongs_to_another("directory", path, &metadata),
            Doubt::Shared => {
                let message =
                    format!("others may write the directory `{}`, so they may replace what is in it", path.display());
                Problem::new(message, format!("`chmod go-w {}`, or keep it elsewhere", path.display()))
            }
        })
    }

    /// Every directory above `path`, up to the top.
    fn directories_above(&self, path: &Path) -> Result<(), Problem> {
        if self.writers().are_anybody() {
            return Ok(());
        }
        for directory in path.ancestors().skip(1).filter(|d| !d.as_os_str().is_empty()) {
            self.directory(directory)?;
            if directory == self.top {
                break;
            }
        }
        Ok(())
    }
}

/// A policy file that was opened and read.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) bytes: Vec<u8>,
    pub(super) metadata: Metadata,
}

impl Opened {
    /// The text that it holds.
    pub(super) fn text(self, path: &Path) -> Result<String, Problem> {
        String::from_utf8(self.bytes).map_err(|e| {
            let at = e.utf8_error().valid_up_to();
            let message = format!("`{}` is not UTF-8 at byte {at}", path.display());
            Problem::new(message, "save it as UTF-8")
        })
    }
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Problem {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        io::ErrorKind::NotADirectory => "a part of its path is not a directory".to_owned(),
        _ => sentence(&error.to_string()),
    };
    let help = match error.kind() {
        io::ErrorKind::NotFound => "correct the name, or create it",
        io::ErrorKind::PermissionDenied => "make it readable for this account",
        _ => "put it right, or name another",
    };
    Problem::new(format!("cannot {what} `{}`: {reason}", path.display()), help)
}

/// The file's real path. A link is followed only where it stays in its directory.
fn real_path(path: &Path) -> Result<PathBuf, Problem> {
    let unreadable = |e: io::Error| failed("open", path, &e);
    let metadata = fs::symlink_metadata(path).map_err(unreadable)?;
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let parent = fs::canonicalize(parent).map_err(unreadable)?;
    if !metadata.is_symlink() {
        return match path.file_name() {
            Some(name) => Ok(parent.join(name)),
            None => fs::canonicalize(path).map_err(unreadable),
        };
    }
    let target = fs::canonicalize(path).map_err(unreadable)?;
    if target.parent() == Some(&parent) {
        return Ok(target);
    }
    let message = format!("`{}` is a symbolic link that leads out of its directory", path.display());
    Err(Problem::new(message, format!("name `{}` itself, or copy it", target.display())))
}

/// Opens and reads a policy file of at most `most` bytes.
pub(super) fn read(path: &Path, check: &Check, most: u64) -> Result<Opened, Problem> {
    let (file, metadata) = open(path, check)?;
    let bytes = read_bounded(&file, path, most)?;
    // Half of a policy may well be a policy, of other rules.
    let after = file.metadata().map_err(|e| failed("read", path, &e))?;
    if version(&after) != version(&metadata) || bytes.len() as u64 != metadata.len() {
        let message = format!("`{}` changed while it was read", path.display());
        return Err(Problem::new(message, "write policies to another name, and rename them when they are complete"));
    }
    if bytes.is_empty() {
        // What is left where a disk was full, or a copy has just begun.
        let message = format!("`{}` is empty", path.display());
        return Err(Problem::new(message, "write its rules again; a comment is enough where there are to be none"));
    }
    Ok(Opened { bytes, metadata })
}

/// Opens a policy file that nobody else can have written.
pub(super) fn open(path: &Path, check: &Check) -> Result<(File, Metadata), Problem> {
    let real = real_path(path)?;
    let written = std::path::absolute(path).map_err(|e| failed("open", path, &e))?;
    check.directories_above(&written)?;
    check.directories_above(&real)?;
    let not_regular = || {
        let message = format!("`{}` is not a regular file", path.display());
        Problem::new(message, "name a `*.rules` file, or a directory of them")
    };
    // Merely opening a device can do something; what is a file now is asked again once it is open.
    if !fs::symlink_metadata(&real).is_ok_and(|m| m.is_file()) {
        return Err(not_regular());
    }
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC | libc::O_NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(&real).map_err(|e| failed("open", path, &e))?;
    // Everything below asks the opened file, not its name: the name may mean another file by now.
    let metadata = file.metadata().map_err(|e| failed("read", path, &e))?;
    if !metadata.is_file() {
        return Err(not_regular());
    }
    check.writers().file(metadata.uid(), metadata.mode()).map_err(|doubt| match doubt {
        Doubt::Owner => check.belongs_to_another("file", path, &metadata),
        Doubt::Shared => {
            let message = format!("others may write `{}`", path.display());
            Problem::new(message, format!("`chmod go-w {}`", path.display()))
        }
    })?;
    Ok((file, metadata))
}

/// Whether only those whom `check` names can have written a file, and can replace it.
///
/// # Errors
/// Who else can, and what to do about it.
pub fn vet(path: &Path, check: &Check) -> Result<(), String> {
    open(path, check).map(|_| ()).map_err(|problem| {
        let help = problem.help.map(|help| format!("; {help}")).unwrap_or_default();
        format!("{}{help}", problem.message)
    })
}

/// As [`vet`], of a directory.
///
/// # Errors
/// Who else can write it.
pub fn vet_directory(path: &Path, check: &Check) -> Result<(), String> {
    check.directories_above(&path.join("*")).map_err(|problem| problem.message)
}

/// Whether nobody but those whom the check names can have written the file.
pub fn admits(path: &Path, check: &Check) -> bool {
    open(path, check).is_ok()
}

/// What changes when a file is written.
fn version(metadata: &Metadata) -> (u64, i64, i64, i64, i64) {
    (metadata.len(), metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec())
}

fn read_bounded(file: &File, path: &Path, most: u64) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|e| failed("read", path, &e))?;
    if bytes.len() as u64 > most {
        let message = format!("`{}` is larger than {} KiB", path.display(), most >> 10);
        return Err(Problem::new(message, "split it into several files"));
    }
    Ok(bytes)
}

/// Whether a path below `directory` goes through real directories only, so that no link leads out of it. The last part is
/// looked at by [`read`].
pub(super) fn stays_below(directory: &Path, below: &str) -> Result<(), Problem> {
    let mut path = directory.to_owned();
    let Some((directories, _)) = below.rsplit_once('/') else { return Ok(()) };
    for part in directories.split('/') {
        path.push(part);
        let metadata = fs::symlink_metadata(&path).map_err(|e| failed("open", &path, &e))?;
        if !metadata.is_dir() {
            let message = format!("`{}` is not a directory", path.display());
            return Err(Problem::new(message, "links to directories are not followed here; name a real one"));
        }
    }
    Ok(())
}

/// The `*.rules` files of a directory in name order; an error where there are none. Hidden files are not policies, as in a
/// shell's `*.rules`.
pub(super) fn list(directory: &Path, check: &Check) -> Result<Vec<PathBuf>, Problem> {
    let unreadable = |e: io::Error| failed("read the directory", directory, &e);
    let written = std::path::absolute(directory).map_err(unreadable)?;
    // A name in the directory, so that the directory itself is among those above it.
    check.directories_above(&written.join("*.rules"))?;
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        if is_policy(&name) {
            names.insert(name);
        }
        if names.len() > limits::FILES {
            let message = format!("`{}` holds more than {} policies", directory.display(), limits::FILES);
            return Err(Problem::new(message, "remove what is not needed"));
        }
    }
    if names.is_empty() {
        let message = format!("there is no `*.rules` file in `{}`", directory.display());
        return Err(Problem::new(message, "put a policy there, or name another place"));
    }
    Ok(names.into_iter().map(|name| directory.join(name)).collect())
}

/// What an installed directory holds.
pub(super) enum Presence {
    /// It does not exist, or no policy is in it.
    Nothing,
    /// There are policies, or nobody can say that there are none.
    Policies,
}

/// Whether an installed directory has to be loaded. Only a certain absence counts as one.
pub(super) fn presence(directory: &Path) -> Presence {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(directory).is_err() => {
            return Presence::Nothing;
        }
        Err(_) => return Presence::Policies,
    };
    let policy = |entry: io::Result<fs::DirEntry>| entry.map_or(true, |entry| is_policy(&entry.file_name()));
    if entries.into_iter().any(policy) { Presence::Policies } else { Presence::Nothing }
}

/// Whether an installed directory has to be loaded.
pub fn holds_policies(directory: &Path) -> bool {
    matches!(presence(directory), Presence::Policies)
}

/// Whether a shell's `*.rules` would name it.
pub(super) fn is_policy(name: &OsStr) -> bool {
    crate::compiled::is_policy(name.as_encoded_bytes())
}

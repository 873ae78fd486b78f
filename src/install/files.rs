//! Files are replaced in one step, and only where they still are as they were when the change was worked out.

use nix::unistd::{Gid, Uid, fchown};
use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What becomes of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The file.
    pub path: PathBuf,
    /// What stands there now; none where there is no such file.
    pub before: Option<String>,
    /// What is to stand there; none where the file is to go.
    pub after: Option<String>,
    /// The mode of a file that is made; one that is there keeps its own.
    pub mode: u32,
}

/// The text of a file; none where there is none.
///
/// # Errors
/// What cannot be read, or is not UTF-8.
pub fn read(path: &Path) -> Result<Option<String>, String> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(format!("`{}` cannot be read: {e}", path.display())),
    }
}

impl Change {
    /// Whether anything changes.
    pub fn is_one(&self) -> bool {
        self.before != self.after
    }

    /// Carries it out.
    ///
    /// # Errors
    /// Where the file has changed meanwhile, or cannot be written.
    pub fn apply(&self) -> Result<(), String> {
        if !self.is_one() {
            return Ok(());
        }
        if read(&self.path)? != self.before {
            return Err(format!("`{}` changed while this was at work; start it again", self.path.display()));
        }
        match &self.after {
            Some(text) => write(&self.path, text.as_bytes(), self.mode),
            None => remove(&self.path),
        }
    }
}

/// Replaces a file in one step, or makes it. A link is followed: what it leads to is replaced.
///
/// # Errors
/// What the system says.
pub fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), String> {
    step();
    let failed = |e: std::io::Error| format!("`{}` cannot be written: {e}", path.display());
    let path = if path.is_symlink() { fs::canonicalize(path).map_err(failed)? } else { path.to_path_buf() };
    let directory = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    let mut file = tempfile::Builder::new().prefix(&name).tempfile_in(directory).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    let mut mode = mode;
    if let Ok(found) = fs::metadata(&path) {
        mode = found.mode() & 0o7777;
        let own = file.as_file().metadata().map_err(failed)?;
        if (own.uid(), own.gid()) != (found.uid(), found.gid()) {
            let (owner, group) = (Uid::from_raw(found.uid()), Gid::from_raw(found.gid()));
            fchown(file.as_file(), Some(owner), Some(group)).map_err(|e| failed(e.into()))?;
        }
    }
    file.as_file().set_permissions(Permissions::from_mode(mode)).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(&path).map_err(|e| failed(e.error))?;
    // The name is on disk once its directory is.
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(failed)
}

/// Removes a file; one that is not there is none.
///
/// # Errors
/// What the system says.
pub fn remove(path: &Path) -> Result<(), String> {
    step();
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(format!("`{}` cannot be removed: {e}", path.display())),
        _ => Ok(()),
    }
}

/// Makes a directory and those above it; gives back those that were made, the outermost first.
///
/// # Errors
/// What the system says.
pub fn make_directory(path: &Path, mode: u32) -> Result<Vec<PathBuf>, String> {
    let mut missing: Vec<PathBuf> = path.ancestors().take_while(|path| !path.exists()).map(Path::to_path_buf).collect();
    missing.reverse();
    for directory in &missing {
        step();
        let made = fs::DirBuilder::new().mode(mode).create(directory);
        made.map_err(|e| format!("`{}` cannot be made: {e}", directory.display()))?;
    }
    Ok(missing)
}

/// Makes a directory in which every account may make its own and see no other's names; gives back those that were made.
///
/// # Errors
/// What the system says, and something else that stands there.
pub fn make_shared(path: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |e: std::io::Error| format!("`{}` cannot be made: {e}", path.display());
    let made = make_directory(path, 0o755)?;
    let found = fs::symlink_metadata(path).map_err(failed)?;
    if !found.is_dir() || found.uid() != nix::unistd::geteuid().as_raw() {
        return Err(format!("`{}` is no directory of this account, so no records are kept there", path.display()));
    }
    fs::set_permissions(path, Permissions::from_mode(0o1733)).map_err(failed)?;
    Ok(made)
}

/// Removes directories where they are empty, the innermost first.
pub fn remove_empty(directories: &[PathBuf]) {
    for directory in directories.iter().rev() {
        // What is not empty is somebody's.
        let _ = fs::remove_dir(directory);
    }
}

/// Something is about to change. Tests end the process here, at each step in turn.
#[cfg(not(feature = "fault-injection"))]
fn step() {}

#[cfg(feature = "fault-injection")]
fn step() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static STEPS: AtomicUsize = AtomicUsize::new(0);
    let this = STEPS.fetch_add(1, Ordering::Relaxed).to_string();
    if std::env::var("PREXEC_TEST_DIES_AT_STEP").is_ok_and(|step| step == this) {
        std::process::abort();
    }
}

//! Policies that stand in repositories: `.prexec/*.rules` at the root of each repository around the session's directory.
//!
//! The agent can write them, so that they tighten and do nothing else (see `decide`); and what it wrote there must not show it a
//! file that it may not read: the text of a broken policy is part of the message.

use super::diagnostics::{Diagnostic, Problem};
use super::files::{Check, Presence, presence};
use super::loader::{directory, of_file};
use super::source::Source;
use std::{
    borrow::ToOwned,
    format, fs, io,
    path::{Path, PathBuf},
    vec::Vec,
};

/// Where a repository keeps its policies.
const DIRECTORY: &str = ".prexec";

/// The roots of all repositories around a session's directory, outermost first, and the directory itself.
pub fn repository_roots(session: &Path) -> Vec<PathBuf> {
    let is_root = |dir: &Path| dir == session || fs::symlink_metadata(dir.join(".git")).is_ok();
    let mut roots: Vec<PathBuf> = session.ancestors().filter(|dir| is_root(dir)).map(ToOwned::to_owned).collect();
    roots.reverse();
    roots
}

/// What is said where the session's directory cannot be found out.
pub(super) fn unknown() -> Diagnostic {
    let help = "start the session in a directory that exists";
    of_file(DIRECTORY, Problem::new("the session's directory is gone, so its repository's policy cannot be read", help))
}

/// The sources below a root; none where it has no policies.
pub(super) fn sources(root: &Path) -> Option<Vec<Result<Source, Diagnostic>>> {
    let path = root.join(DIRECTORY);
    let refused = |what: &str, help: &str| {
        let message = format!("the repository's `{}` {what}", path.display());
        Some(Vec::from([Err(of_file(&format!("{}", path.display()), Problem::new(message, help)))]))
    };
    match fs::symlink_metadata(&path) {
        Ok(found) if found.is_dir() => match presence(&path) {
            Presence::Nothing => None,
            Presence::Policies => Some(directory(&path, &Check::repository())),
        },
        Ok(_) => refused("is not a directory", "make it a directory of `*.rules` files, no link, or remove it"),
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => None,
        Err(e) => refused(&format!("cannot be looked at: {e}"), "make it readable for this account"),
    }
}

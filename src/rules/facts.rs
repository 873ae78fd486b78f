//! What a file system says of the sources of a policy: how a compiled one is known to be older than they are.

use super::files::Opened;
use crate::compiled::{self, Fact};
use crate::world::{Errno, facts as stat};
use std::{
    format, fs,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
    string::String,
    vec::Vec,
};

/// Of a file that was read, as it was when it was open.
pub(super) fn of_file(path: &Path, file: &Opened) -> Fact {
    let digest = format!("blake3:{}", blake3::hash(&file.bytes).to_hex());
    Fact { path: absolute(path), stat: Some(stat(&file.metadata)), digest }
}

/// Of a directory, or of what is not there. Taken before the directory is read, so that no change is missed.
pub fn of(path: &Path) -> Fact {
    Fact { path: absolute(path), stat: fs::metadata(path).ok().as_ref().map(stat), digest: String::new() }
}

/// Of a directory that the compiled policy itself is written into: which policies are in it. Taken before the directory is read, too.
pub fn of_names(path: &Path) -> Fact {
    let facts = fs::metadata(path).ok().as_ref().map(stat);
    // One that cannot be read is like no other.
    let digest = names(path).map_or_else(|| String::from("unreadable"), compiled::digest_of_names);
    Fact { path: absolute(path), stat: facts.map(compiled::of_names), digest }
}

/// Everything in a directory; none where it cannot be read.
fn names(path: &Path) -> Option<Vec<Vec<u8>>> {
    let entries = fs::read_dir(path).ok()?;
    entries.map(|entry| Some(entry.ok()?.file_name().into_vec())).collect()
}

/// What is not as it was, in a few words; none where all is.
pub(super) fn change(fact: &Fact) -> Option<String> {
    let path = PathBuf::from(std::ffi::OsString::from_vec(fact.path.clone()));
    let name = path.display();
    let now = fs::metadata(&path);
    let errno = |e: &std::io::Error| Errno(e.raw_os_error().unwrap_or(Errno::INVALID.0));
    if fact.holds(now.as_ref().map(stat).map_err(errno), || names(&path)) {
        return None;
    }
    Some(match (&fact.stat, now) {
        (None, _) => format!("`{name}` was not there then"),
        (Some(_), Err(e)) => format!("`{name}` cannot be looked at: {e}"),
        (Some(_), Ok(now)) if now.is_dir() => format!("files were added to `{name}` or taken away"),
        (Some(_), Ok(_)) => format!("`{name}` has changed"),
    })
}

fn absolute(path: &Path) -> Vec<u8> {
    std::path::absolute(path).unwrap_or_else(|_| path.into()).as_os_str().as_bytes().to_vec()
}

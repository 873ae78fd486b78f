//! What a file system says of the sources of a policy: how a compiled one is known to be older than they are.

use super::files::Opened;
use crate::compiled::{Fact, Stat};
use std::{
    format,
    fs::{self, Metadata},
    os::unix::{ffi::OsStrExt, ffi::OsStringExt, fs::MetadataExt},
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

/// What is not as it was, in a few words; none where all is.
pub(super) fn change(fact: &Fact) -> Option<String> {
    let path = PathBuf::from(std::ffi::OsString::from_vec(fact.path.clone()));
    let name = path.display();
    // What cannot be looked at is not what it was.
    match (&fact.stat, fs::metadata(&path)) {
        (None, Err(e)) if e.kind() == std::io::ErrorKind::NotFound => None,
        (None, _) => Some(format!("`{name}` was not there then")),
        (Some(_), Err(e)) => Some(format!("`{name}` cannot be looked at: {e}")),
        (Some(then), Ok(now)) if *then == stat(&now) => None,
        (Some(_), Ok(now)) if now.is_dir() => Some(format!("files were added to `{name}` or taken away")),
        (Some(_), Ok(_)) => Some(format!("`{name}` has changed")),
    }
}

fn absolute(path: &Path) -> Vec<u8> {
    std::path::absolute(path).unwrap_or_else(|_| path.into()).as_os_str().as_bytes().to_vec()
}

fn stat(metadata: &Metadata) -> Stat {
    Stat {
        device: metadata.dev(),
        inode: metadata.ino(),
        size: metadata.size(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
        owner: metadata.uid(),
        mode: metadata.mode(),
    }
}

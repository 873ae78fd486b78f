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

/// Of a directory that the compiled policy itself is written into, so that its times change with every compilation: which policies
/// are in it. Taken before the directory is read, too.
pub fn of_names(path: &Path) -> Fact {
    let metadata = fs::metadata(path).ok();
    Fact { path: absolute(path), stat: metadata.as_ref().map(without_times), digest: names(path) }
}

/// Identifies the policies of a directory by their names. One that cannot be read is like no other.
fn names(path: &Path) -> String {
    let names = fs::read_dir(path).and_then(|entries| {
        entries.map(|entry| Ok(entry?.file_name())).collect::<std::io::Result<std::collections::BTreeSet<_>>>()
    });
    let Ok(names) = names else { return String::from("unreadable") };
    let mut hasher = blake3::Hasher::new();
    for name in names.iter().filter(|name| super::files::is_policy(name)) {
        hasher.update(name.as_encoded_bytes());
        hasher.update(b"\0");
    }
    format!("names:{}", hasher.finalize().to_hex())
}

fn without_times(metadata: &Metadata) -> Stat {
    Stat { size: 0, modified: (0, 0), changed: (0, 0), ..stat(metadata) }
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
        (Some(then), Ok(now)) if now.is_dir() && fact.digest.starts_with("names:") => {
            let same = *then == without_times(&now) && fact.digest == names(&path);
            (!same).then(|| format!("files were added to `{name}` or taken away"))
        }
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

//! What is known of a file without its content: its owner, where it leads, a digest.

use super::Owner;
use super::find::{self, Look};
use crate::text::visible_bytes;
use nix::unistd::{Uid, User};
use std::fs;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The largest file that is digested.
const FILE: u64 = 1 << 30;
/// Files of one tree that are digested.
const FILES: usize = 2_000;
/// Bytes of one tree that are digested.
const TREE: u64 = 256 << 20;

/// A path as it is shown and compared: on one line, with escapes for what does not show.
pub(super) fn shown(path: &Path) -> String {
    visible_bytes(path.as_os_str().as_bytes()).into_owned()
}

/// Whose the thing is that stands there; of a link, what it leads to.
pub(super) fn owner(path: &Path) -> Option<Owner> {
    let metadata = fs::metadata(path).or_else(|_| fs::symlink_metadata(path)).ok()?;
    let account = User::from_uid(Uid::from_raw(metadata.uid())).ok().flatten().map(|user| user.name);
    Some(Owner { uid: metadata.uid(), account, mode: format!("{:04o}", metadata.mode() & 0o7777) })
}

/// Where a path leads through links; none where it goes through none.
pub(super) fn link(path: &Path) -> Option<String> {
    let is = path.ancestors().any(Path::is_symlink);
    is.then(|| fs::canonicalize(path).map_or_else(|_| "nowhere".to_owned(), |target| shown(&target)))
}

/// The digest of a file; none where it is a secret or cannot be read, which is then said.
pub(super) fn digest(path: &Path, look: &mut Look<'_>) -> Option<String> {
    let resolved = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if look.secrets.holds(path) || look.secrets.holds(&resolved) {
        look.fault(path, "it is, or leads to, a file of credentials, so that it has no digest");
        return None;
    }
    match of_file(path, FILE) {
        Ok((digest, _)) => Some(format!("blake3:{}", digest.to_hex())),
        Err(why) => {
            look.fault(path, why);
            None
        }
    }
}

fn of_file(path: &Path, most: u64) -> Result<(blake3::Hash, u64), String> {
    let cannot = |error: std::io::Error| format!("it cannot be read, so that it has no digest: {error}");
    let file = find::open(path).map_err(cannot)?.ok_or("it is no regular file, so that it has no digest")?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    let mut left = file.take(most + 1);
    let mut size = 0_u64;
    loop {
        match left.read(&mut buffer).map_err(cannot)? {
            0 => break,
            read => {
                size += read as u64;
                hasher.update(buffer.get(..read).unwrap_or_default());
            }
        }
    }
    if size > most {
        return Err("it is too large to be digested".into());
    }
    Ok((hasher.finalize(), size))
}

/// The digest of everything below a directory, by names and contents. Links are digested by where they lead; a secret by its name
/// alone.
pub(super) fn tree(directory: &Path, look: &mut Look<'_>) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    let mut open: Vec<PathBuf> = Vec::from([directory.to_path_buf()]);
    let (mut files, mut bytes) = (0, 0);
    while let Some(next) = open.pop() {
        for name in look.names(&next) {
            let path = next.join(&name);
            let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
            let relative = path.strip_prefix(directory).unwrap_or(&path).as_os_str().as_bytes();
            let mut part = |what: &[u8], content: &[u8]| {
                for field in [what, relative, content] {
                    hasher.update(&(field.len() as u64).to_le_bytes()).update(field);
                }
            };
            files += 1;
            if metadata.is_dir() {
                part(b"directory", b"");
                open.push(path);
            } else if metadata.is_symlink() {
                part(b"link", fs::read_link(&path).unwrap_or_default().as_os_str().as_bytes());
            } else if !metadata.is_file() {
                part(b"other", b"");
            } else if look.secrets.holds(&path) {
                part(b"secret", b"");
            } else {
                match of_file(&path, TREE - bytes) {
                    Ok((digest, size)) => {
                        bytes += size;
                        part(b"file", digest.as_bytes());
                    }
                    Err(why) => {
                        look.fault(&path, why);
                        return None;
                    }
                }
            }
            if files > FILES {
                look.fault(directory, format!("it holds more than {FILES} files, so that it has no digest"));
                return None;
            }
        }
    }
    Some(format!("blake3:{}", hasher.finalize().to_hex()))
}

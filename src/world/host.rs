//! The machine by way of the standard library: every Unix, with the account database as the system has it.

use super::{Child, Errno, Facts, Links, Machine, Owner, SeenWorld};
use alloc::vec::Vec;
use nix::unistd::{AccessFlags, User, access, geteuid};
use std::ffi::OsStr;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// The machine as the standard library shows it.
#[derive(Clone, Copy, Debug)]
pub struct Host;

/// The machine as the running process sees it.
pub type HostWorld = SeenWorld<Host>;

impl HostWorld {
    /// Looks up the working directory. `home` overrides the account's home directory (`--home`).
    pub fn new(home: Option<&Path>) -> Self {
        Self::of(Host, home.map(|home| home.as_os_str().as_bytes()))
    }
}

fn path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

fn errno(error: &io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::INVALID, Errno)
}

/// What a file system says of a file, of the standard library's answer.
pub(crate) fn facts(metadata: &Metadata) -> Facts {
    Facts {
        device: metadata.dev(),
        inode: metadata.ino(),
        size: metadata.size(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
        owner: metadata.uid(),
        mode: metadata.mode(),
    }
}

impl Machine for Host {
    type File = File;

    fn facts(&self, at: &[u8], links: Links) -> Result<Facts, Errno> {
        let found = match links {
            Links::Follow => std::fs::metadata(path(at)),
            Links::Keep => std::fs::symlink_metadata(path(at)),
        };
        found.map(|metadata| facts(&metadata)).map_err(|e| errno(&e))
    }

    fn target(&self, at: &[u8]) -> Result<Vec<u8>, Errno> {
        std::fs::read_link(path(at)).map(|target| target.into_os_string().into_vec()).map_err(|e| errno(&e))
    }

    fn names(&self, dir: &[u8], take: &mut dyn FnMut(&[u8], Child) -> bool) -> Result<(), Errno> {
        for child in std::fs::read_dir(path(dir)).map_err(|e| errno(&e))? {
            let child = child.map_err(|e| errno(&e))?;
            // Most file systems say in the directory itself what a name is: no further system call.
            let kind = child.file_type().map_err(|e| errno(&e))?;
            let kind = if kind.is_dir() {
                Child::Directory
            } else if kind.is_symlink() {
                Child::Link
            } else {
                Child::Other
            };
            if !take(child.file_name().as_bytes(), kind) {
                break;
            }
        }
        Ok(())
    }

    fn open(&self, at: &[u8]) -> Result<File, Errno> {
        let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
        OpenOptions::new().read(true).custom_flags(flags).open(path(at)).map_err(|e| errno(&e))
    }

    fn opened(&self, file: &File) -> Result<Facts, Errno> {
        file.metadata().map(|metadata| facts(&metadata)).map_err(|e| errno(&e))
    }

    fn read(&self, file: &mut File, into: &mut [u8]) -> Result<usize, Errno> {
        loop {
            match file.read(into) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                done => return done.map_err(|e| errno(&e)),
            }
        }
    }

    fn may_write(&self, at: &[u8]) -> Result<(), Errno> {
        access(path(at), AccessFlags::W_OK).map_err(|e| Errno(e as i32))
    }

    fn ignores_case(&self, dir: &[u8]) -> Result<bool, Errno> {
        super::case::ignores_case(path(dir))
    }

    fn account(&self) -> u32 {
        geteuid().as_raw()
    }

    fn current_dir(&self) -> Option<Vec<u8>> {
        std::env::current_dir().ok().map(|dir| dir.into_os_string().into_vec())
    }

    fn executable(&self) -> Option<Vec<u8>> {
        std::env::current_exe().ok().map(|path| path.into_os_string().into_vec())
    }

    fn now(&self) -> Option<u64> {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.ok().map(|since| since.as_secs())
    }

    fn variable(&self, name: &[u8]) -> Option<Vec<u8>> {
        std::env::var_os(OsStr::from_bytes(name)).map(OsStringExt::into_vec)
    }

    fn owner(&self) -> Option<Owner> {
        let user = User::from_uid(geteuid()).ok().flatten()?;
        Some(Owner { name: user.name.into_bytes(), home: user.dir.into_os_string().into_vec() })
    }

    fn home_of(&self, user: &str) -> Option<Vec<u8>> {
        User::from_name(user).ok().flatten().map(|user| user.dir.into_os_string().into_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Entry, World};

    #[test]
    fn entries_of_a_real_directory() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("there", dir.path().join("link")).unwrap();
        std::fs::write(dir.path().join("file"), "x").unwrap();
        let world = HostWorld::new(None);
        let at = |name: &str| world.entry(dir.path().join(name).as_os_str().as_bytes());
        assert_eq!(at("link"), Entry::Link(b"there".to_vec()));
        assert_eq!(at("file"), Entry::Other);
        assert_eq!(at("."), Entry::Directory);
        assert_eq!(at("nothing"), Entry::Missing);
        assert_eq!(at("file/below"), Entry::Missing);
    }
}

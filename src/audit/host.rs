//! Keeping records by way of the standard library: every Unix.

use super::{Disk, Time};
use crate::guard;
use crate::world::{self, Errno, Facts};
use alloc::vec::Vec;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, openat};
use nix::sys::stat::{Mode, fstatat};
use nix::unistd::{geteuid, mkdir};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The system as the standard library shows it.
#[derive(Clone, Copy, Debug)]
pub struct HostDisk;

fn path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

fn errno(error: &io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::INVALID, Errno)
}

fn of_nix(error: nix::Error) -> Errno {
    Errno(error as i32)
}

impl Disk for HostDisk {
    type File = File;

    fn now(&self) -> Time {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Time { seconds: since.as_secs(), nanos: since.subsec_nanos() }
    }

    fn process(&self) -> u32 {
        std::process::id()
    }

    fn account(&self) -> u32 {
        geteuid().as_raw()
    }

    fn host(&self) -> Vec<u8> {
        nix::sys::utsname::uname().map(|system| system.nodename().to_os_string().into_vec()).unwrap_or_default()
    }

    fn facts(&self, at: &[u8]) -> Result<Facts, Errno> {
        std::fs::symlink_metadata(path(at)).map(|metadata| world::facts(&metadata)).map_err(|e| errno(&e))
    }

    fn open_directory(&self, at: &[u8]) -> Result<File, Errno> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        openat(AT_FDCWD, path(at), flags, Mode::empty()).map(File::from).map_err(of_nix)
    }

    fn make_directory(&self, at: &[u8]) -> Result<(), Errno> {
        mkdir(path(at), Mode::S_IRWXU).map_err(of_nix)
    }

    fn opened(&self, file: &File) -> Result<Facts, Errno> {
        file.metadata().map(|metadata| world::facts(&metadata)).map_err(|e| errno(&e))
    }

    fn size_in(&self, directory: &File, name: &[u8]) -> Result<u64, Errno> {
        let found = fstatat(directory, path(name), AtFlags::AT_SYMLINK_NOFOLLOW).map_err(of_nix)?;
        Ok(u64::try_from(found.st_size).unwrap_or(0))
    }

    fn open_in(&self, directory: &File, name: &[u8]) -> Result<File, Errno> {
        let flags = OFlag::O_WRONLY
            | OFlag::O_APPEND
            | OFlag::O_CREAT
            | OFlag::O_NOFOLLOW
            | OFlag::O_NONBLOCK
            | OFlag::O_NOCTTY
            | OFlag::O_CLOEXEC;
        openat(directory, path(name), flags, Mode::S_IRUSR | Mode::S_IWUSR).map(File::from).map_err(of_nix)
    }

    fn append(&self, mut file: &File, bytes: &[u8]) -> Result<usize, Errno> {
        guard::without_size_signal(|| {
            loop {
                match file.write(bytes) {
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    done => return done.map_err(|e| errno(&e)),
                }
            }
        })
    }

    fn resize(&self, file: &File, size: u64) -> Result<(), Errno> {
        guard::without_size_signal(|| file.set_len(size).map_err(|e| errno(&e)))
    }

    fn lock(&self, file: &File) -> bool {
        file.try_lock().is_ok()
    }

    fn pause(&self) {
        std::thread::sleep(Duration::from_millis(1));
    }
}

//! What keeping records needs: the clock, the name of the machine, and files that are written.

use super::call::{call, uninterrupted};
use super::files::{File, HERE, statx, terminated};
use crate::world::{Errno, Facts};
use alloc::vec::Vec;
use core::mem::MaybeUninit;
use linux_raw_sys::general as k;
use linux_raw_sys::system::new_utsname;

/// Seconds and nanoseconds since 1970.
///
/// # Errors
/// As `clock_gettime(2)` says.
pub fn time() -> Result<(u64, u32), Errno> {
    let mut now = k::__kernel_timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: room for the answer.
    unsafe { call(k::__NR_clock_gettime, [k::CLOCK_REALTIME as usize, (&raw mut now).addr()]) }?;
    Ok((u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0)))
}

/// The number of this process.
pub fn process() -> u32 {
    // SAFETY: takes nothing.
    unsafe { call(k::__NR_getpid, []) }.ok().and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
}

/// The name of this machine; empty where the kernel does not say.
pub fn host() -> Vec<u8> {
    let mut found = MaybeUninit::<new_utsname>::uninit();
    // SAFETY: room for the answer, which is read only where the call filled it in.
    let found = unsafe {
        if call(k::__NR_uname, [found.as_mut_ptr().addr()]).is_err() {
            return Vec::new();
        }
        found.assume_init()
    };
    found.nodename.iter().map(|byte| byte.cast_unsigned()).take_while(|byte| *byte != 0).collect()
}

/// Makes a directory that is its owner's alone.
///
/// # Errors
/// As mkdir(2) says.
pub fn make_directory(path: &[u8]) -> Result<(), Errno> {
    let path = terminated(path)?;
    // SAFETY: a path that ends in a zero.
    unsafe { call(k::__NR_mkdirat, [HERE, path.as_ptr().addr(), 0o700]) }.map(drop)
}

impl File {
    /// Opens a directory; a link is none.
    ///
    /// # Errors
    /// As open(2) says.
    pub fn open_directory(path: &[u8]) -> Result<Self, Errno> {
        Self::open_with(path, k::O_RDONLY | k::O_DIRECTORY | k::O_NOFOLLOW)
    }

    /// What a name in this directory is.
    ///
    /// # Errors
    /// As statx(2) says.
    pub fn facts_of(&self, name: &[u8]) -> Result<Facts, Errno> {
        statx(self.0, &terminated(name)?, k::AT_SYMLINK_NOFOLLOW)
    }

    /// Opens a file of this directory to write at its end; makes it, its owner's alone, where there is none. A link is none.
    ///
    /// # Errors
    /// As open(2) says.
    pub fn open_to_append(&self, name: &[u8]) -> Result<Self, Errno> {
        let name = terminated(name)?;
        let flags = k::O_WRONLY | k::O_APPEND | k::O_CREAT | k::O_NOFOLLOW | k::O_NONBLOCK | k::O_NOCTTY | k::O_CLOEXEC;
        let arguments = [self.0, name.as_ptr().addr(), flags as usize, 0o600];
        // SAFETY: a name that ends in a zero.
        uninterrupted(|| unsafe { call(k::__NR_openat, arguments) }).and_then(Self::of)
    }

    /// Writes what there is room for.
    ///
    /// # Errors
    /// As write(2) says.
    pub fn write(&self, bytes: &[u8]) -> Result<usize, Errno> {
        // SAFETY: reads as many bytes as there are.
        uninterrupted(|| unsafe { call(k::__NR_write, [self.0, bytes.as_ptr().addr(), bytes.len()]) })
    }

    /// Makes it longer, by nothing, or shorter.
    ///
    /// # Errors
    /// As ftruncate(2) says.
    pub fn resize(&self, size: u64) -> Result<(), Errno> {
        let size = usize::try_from(size).map_err(|_| Errno::INVALID)?;
        // SAFETY: numbers.
        uninterrupted(|| unsafe { call(k::__NR_ftruncate, [self.0, size]) }).map(drop)
    }

    /// Keeps others out until it is closed.
    ///
    /// # Errors
    /// Somebody else does, or as flock(2) says.
    pub fn lock(&self) -> Result<(), Errno> {
        /// Alone, and without waiting (`LOCK_EX | LOCK_NB`), on every machine.
        const ALONE_AT_ONCE: usize = 2 | 4;
        // SAFETY: numbers.
        unsafe { call(k::__NR_flock, [self.0, ALONE_AT_ONCE]) }.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn it_is_as_the_standard_library_says() {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let (seconds, nanos) = time().unwrap();
        assert!(seconds - now.as_secs() < 60 && nanos < 1_000_000_000);
        assert_eq!(process(), std::process::id());
        let system = nix::sys::utsname::uname().unwrap();
        assert_eq!(host(), system.nodename().as_bytes());
    }

    #[test]
    fn files_are_written_at_their_end() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("d");
        let path = directory.as_os_str().as_bytes();
        make_directory(path).unwrap();
        assert_eq!(make_directory(path), Err(Errno::EXISTS));
        let opened = File::open_directory(path).unwrap();
        let (first, second) = (opened.open_to_append(b"f").unwrap(), opened.open_to_append(b"f").unwrap());
        assert_eq!((first.write(b"a"), second.write(b"bc"), first.write(b"d")), (Ok(1), Ok(2), Ok(1)));
        assert_eq!(std::fs::read(directory.join("f")).unwrap(), b"abcd");
        assert_eq!(first.facts().unwrap().mode & 0o777, 0o600);
        first.lock().unwrap();
        assert!(second.lock().is_err());
        second.resize(1 << 20).unwrap();
        assert_eq!(opened.facts_of(b"f").unwrap().size, 1 << 20);
        std::os::unix::fs::symlink("f", directory.join("l")).unwrap();
        assert!(opened.open_to_append(b"l").is_err());
        assert_eq!(File::open_directory(&[path, b"/f"].concat()).unwrap_err(), Errno::NO_DIRECTORY);
    }
}

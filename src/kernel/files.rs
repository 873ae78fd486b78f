//! Files and directories: what stands at a path, what is in it.

use super::call::{call, uninterrupted};
use crate::world::{Errno, Facts, Links};
use alloc::{ffi::CString, vec, vec::Vec};
use core::mem::MaybeUninit;
use linux_raw_sys::errno;
use linux_raw_sys::general as k;

/// Paths are taken as seen from the working directory.
pub(super) const HERE: usize = (k::AT_FDCWD as isize).cast_unsigned();
/// The longest path that the kernel gives or takes, with its end.
const PATH_MAX: usize = k::PATH_MAX as usize;
/// Bytes of names that are read of a directory at a time, as the C library does.
const NAMES: usize = 32 << 10;

/// Too much for one answer.
const TOO_LONG: Errno = Errno(errno::ENAMETOOLONG.cast_signed());

/// A path as the kernel takes it: bytes and a zero.
pub(super) fn terminated(path: &[u8]) -> Result<CString, Errno> {
    CString::new(path).map_err(|_| Errno::INVALID)
}

/// What stands at a path.
///
/// # Errors
/// As statx(2) says.
pub fn facts(path: &[u8], links: Links) -> Result<Facts, Errno> {
    let flags = match links {
        Links::Follow => 0,
        Links::Keep => k::AT_SYMLINK_NOFOLLOW,
    };
    statx(HERE, &terminated(path)?, flags)
}

pub(super) fn statx(directory: usize, path: &core::ffi::CStr, flags: u32) -> Result<Facts, Errno> {
    let mut found = MaybeUninit::<k::statx>::uninit();
    let arguments =
        [directory, path.as_ptr().addr(), flags as usize, k::STATX_BASIC_STATS as usize, found.as_mut_ptr().addr()];
    // SAFETY: a path that ends in a zero, and room for the answer, which is read only where the call filled it in.
    let found = unsafe {
        call(k::__NR_statx, arguments)?;
        found.assume_init()
    };
    let time = |at: k::statx_timestamp| (at.tv_sec, i64::from(at.tv_nsec));
    Ok(Facts {
        device: device(found.stx_dev_major, found.stx_dev_minor),
        inode: found.stx_ino,
        size: found.stx_size,
        modified: time(found.stx_mtime),
        changed: time(found.stx_ctime),
        owner: found.stx_uid,
        mode: u32::from(found.stx_mode),
    })
}

/// The number of a device as the C library writes it: twelve bits of the one, eight of the other, and the rest above.
pub(super) fn device(major: u32, minor: u32) -> u64 {
    let (major, minor) = (u64::from(major), u64::from(minor));
    (major & 0xffff_f000) << 32 | (major & 0xfff) << 8 | (minor & 0xffff_ff00) << 12 | (minor & 0xff)
}

/// The target of a symbolic link.
///
/// # Errors
/// As readlink(2) says.
pub fn target(path: &[u8]) -> Result<Vec<u8>, Errno> {
    let path = terminated(path)?;
    let mut text = vec![0; PATH_MAX];
    let arguments = [HERE, path.as_ptr().addr(), text.as_mut_ptr().addr(), text.len()];
    // SAFETY: a path that ends in a zero, and as much room as is said.
    let length = unsafe { call(k::__NR_readlinkat, arguments) }?;
    if length >= text.len() {
        return Err(TOO_LONG);
    }
    text.truncate(length);
    text.shrink_to_fit();
    Ok(text)
}

/// Where this process runs.
///
/// # Errors
/// As getcwd(2) says; what begins with no `/` is no place that has a path here.
pub fn current_dir() -> Result<Vec<u8>, Errno> {
    let mut text = vec![0; PATH_MAX];
    // SAFETY: as much room as is said.
    let length = unsafe { call(k::__NR_getcwd, [text.as_mut_ptr().addr(), text.len()]) }?;
    text.truncate(length.saturating_sub(1)); // without the zero at its end
    text.shrink_to_fit();
    Ok(text)
}

/// Whether the account may write here.
///
/// # Errors
/// As access(2) says.
pub fn may_write(path: &[u8]) -> Result<(), Errno> {
    let path = terminated(path)?;
    // SAFETY: a path that ends in a zero.
    unsafe { call(k::__NR_faccessat, [HERE, path.as_ptr().addr(), k::W_OK as usize]) }.map(drop)
}

/// Which kind of file system a path is on: `f_type` of statfs(2).
///
/// # Errors
/// As statfs(2) says.
pub fn kind_of_file_system(path: &[u8]) -> Result<u32, Errno> {
    let path = terminated(path)?;
    let mut found = MaybeUninit::<k::statfs64>::uninit();
    // SAFETY: a path that ends in a zero, and room for the answer, which is read only where the call filled it in.
    let found = unsafe {
        call(k::__NR_statfs, [path.as_ptr().addr(), found.as_mut_ptr().addr()])?;
        found.assume_init()
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the kernel's numbers have 32 bits")]
    Ok(found.f_type as u32)
}

/// An open file; it is closed when it is dropped.
#[derive(Debug)]
pub struct File(pub(super) usize);

impl Drop for File {
    fn drop(&mut self) {
        // SAFETY: the descriptor is ours, and nobody uses it any more.
        let _ = unsafe { call(k::__NR_close, [self.0]) };
    }
}

impl File {
    /// The file behind a descriptor that is new. Where it is that of a standard stream which was closed, it gets another one, so that
    /// no file of ours can be taken for a stream.
    pub(super) fn of(descriptor: usize) -> Result<Self, Errno> {
        const STREAMS: usize = 3;
        let file = Self(descriptor);
        if descriptor >= STREAMS {
            return Ok(file);
        }
        // SAFETY: numbers.
        unsafe { call(k::__NR_fcntl, [descriptor, k::F_DUPFD_CLOEXEC as usize, STREAMS]) }.map(Self)
    }

    /// Opens a file for reading, without waiting for anybody and without making a terminal ours.
    ///
    /// # Errors
    /// As open(2) says.
    pub fn open(path: &[u8]) -> Result<Self, Errno> {
        Self::open_with(path, k::O_RDONLY | k::O_NONBLOCK | k::O_NOCTTY)
    }

    /// The same of a path in which no part is a symbolic link. Where the kernel is older than that call (5.6), or a filter does
    /// not know it, only the last part is made sure of; whoever asks has looked at the others.
    ///
    /// # Errors
    /// A part is a link, or as openat2(2) says.
    pub fn open_without_links(path: &[u8]) -> Result<Self, Errno> {
        let path = terminated(path)?;
        let how = k::open_how {
            flags: u64::from(k::O_RDONLY | k::O_NONBLOCK | k::O_NOCTTY | k::O_CLOEXEC),
            mode: 0,
            resolve: u64::from(k::RESOLVE_NO_SYMLINKS),
        };
        let arguments = [HERE, path.as_ptr().addr(), (&raw const how).addr(), size_of::<k::open_how>()];
        // SAFETY: a path that ends in a zero, and a structure of the size that is said.
        match uninterrupted(|| unsafe { call(k::__NR_openat2, arguments) }) {
            Err(Errno(number)) if [errno::ENOSYS, errno::EPERM].contains(&number.cast_unsigned()) => {
                Self::open_with(path.as_bytes(), k::O_RDONLY | k::O_NONBLOCK | k::O_NOCTTY | k::O_NOFOLLOW)
            }
            opened => opened.and_then(Self::of),
        }
    }

    pub(super) fn open_with(path: &[u8], flags: u32) -> Result<Self, Errno> {
        let path = terminated(path)?;
        let arguments = [HERE, path.as_ptr().addr(), (flags | k::O_CLOEXEC) as usize, 0];
        // SAFETY: a path that ends in a zero.
        uninterrupted(|| unsafe { call(k::__NR_openat, arguments) }).and_then(Self::of)
    }

    /// What was opened.
    ///
    /// # Errors
    /// As statx(2) says.
    pub fn facts(&self) -> Result<Facts, Errno> {
        statx(self.0, c"", k::AT_EMPTY_PATH)
    }

    /// The next bytes; 0 at the end.
    ///
    /// # Errors
    /// As read(2) says.
    pub fn read(&mut self, into: &mut [u8]) -> Result<usize, Errno> {
        // SAFETY: as much room as is said.
        uninterrupted(|| unsafe { call(k::__NR_read, [self.0, into.as_mut_ptr().addr(), into.len()]) })
    }

    /// All of `into`, from byte `at` of the file on; false where that fails.
    pub fn read_exactly_at(&self, at: u64, into: &mut [u8]) -> bool {
        let mut done = 0;
        while let Some(rest) = into.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let Some(from) = usize::try_from(at).ok().and_then(|at| at.checked_add(done)) else { return false };
            let arguments = [self.0, rest.as_mut_ptr().addr(), rest.len(), from];
            // SAFETY: as much room as is said.
            match uninterrupted(|| unsafe { call(k::__NR_pread64, arguments) }) {
                Ok(0) | Err(_) => return false,
                Ok(length) => done = done.saturating_add(length),
            }
        }
        true
    }
}

/// A directory that is read.
#[derive(Debug)]
pub struct Directory {
    file: File,
    /// Entries as the kernel wrote them, and which part of them is still to be read.
    entries: Vec<u8>,
    rest: core::ops::Range<usize>,
}

impl Directory {
    /// Opens one.
    ///
    /// # Errors
    /// As open(2) says.
    pub fn open(path: &[u8]) -> Result<Self, Errno> {
        let file = File::open_with(path, k::O_RDONLY | k::O_NONBLOCK | k::O_DIRECTORY)?;
        Ok(Self { file, entries: Vec::new(), rest: 0..0 })
    }

    /// The next name, `.` and `..` included, and its kind (`DT_` of readdir(3)).
    ///
    /// # Errors
    /// As getdents(2) says.
    pub fn next_name(&mut self) -> Result<Option<(&[u8], u32)>, Errno> {
        if self.rest.is_empty() {
            if self.entries.is_empty() {
                self.entries = vec![0; NAMES]; // fresh memory, of which only what is written to comes into being
            }
            let arguments = [self.file.0, self.entries.as_mut_ptr().addr(), self.entries.len()];
            // SAFETY: as much room as is said.
            let length = unsafe { call(k::__NR_getdents64, arguments) }?;
            self.rest = 0..length;
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        let entry = self.entries.get(self.rest.clone()).and_then(parsed);
        let (length, name, kind) = entry.ok_or(Errno::INVALID)?;
        self.rest.start = self.rest.start.saturating_add(length);
        Ok(Some((name, kind)))
    }

    /// What a name in it is, where the directory itself does not say.
    ///
    /// # Errors
    /// As statx(2) says.
    pub fn facts(&self, name: &[u8]) -> Result<Facts, Errno> {
        statx(self.file.0, &terminated(name)?, k::AT_SYMLINK_NOFOLLOW)
    }
}

/// The first of these entries: its bytes, its name, its kind. An entry is a number of eight bytes, another, its length in two, its
/// kind in one, its name, and zeros.
fn parsed(entries: &[u8]) -> Option<(usize, &[u8], u32)> {
    const LENGTH: usize = 16;
    const KIND: usize = 18;
    const NAME: usize = 19;
    let length = usize::from(u16::from_ne_bytes([*entries.get(LENGTH)?, *entries.get(LENGTH + 1)?]));
    let name = entries.get(NAME..length)?;
    let name = name.split(|byte| *byte == 0).next()?;
    Some((length, name, u32::from(*entries.get(KIND)?)))
}

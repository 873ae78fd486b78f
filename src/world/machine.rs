//! What a world asks of an operating system, as few and as small questions as possible: what follows from the answers is worked out
//! once, in [`seen`](super::seen), whoever gives them.

#![allow(clippy::missing_errors_doc, reason = "every error is the system's")]

use super::Child;
use alloc::vec::Vec;

/// The number of an error, as the system gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub i32);

// The same on every Unix.
impl Errno {
    /// Nothing stands there (`ENOENT`).
    pub const MISSING: Self = Self(2);
    /// No permission (`EACCES`).
    pub const DENIED: Self = Self(13);
    /// A part of the path is no directory (`ENOTDIR`).
    pub const NO_DIRECTORY: Self = Self(20);
    /// What was asked makes no sense (`EINVAL`).
    pub const INVALID: Self = Self(22);
    /// Something stands there already (`EEXIST`).
    pub const EXISTS: Self = Self(17);
    /// A limit on the size of files is reached (`EFBIG`).
    pub const TOO_LARGE: Self = Self(27);
    /// There is no room left (`ENOSPC`).
    pub const FULL: Self = Self(28);
    /// The file system is read only (`EROFS`).
    pub const READ_ONLY: Self = Self(30);

    /// Whether nothing stands at the path that was asked about.
    pub fn is_absence(self) -> bool {
        matches!(self, Self::MISSING | Self::NO_DIRECTORY)
    }
}

/// What a file system says of a file or directory. Times are in seconds and nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Device number.
    pub device: u64,
    /// Number of the inode.
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    /// When the content changed.
    pub modified: (i64, i64),
    /// When anything of it changed. Nobody can set this one.
    pub changed: (i64, i64),
    /// Owner.
    pub owner: u32,
    /// Kind and permissions.
    pub mode: u32,
}

impl Facts {
    /// The kind in `mode`.
    const KIND: u32 = 0o170_000;

    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        self.mode & Self::KIND == 0o040_000
    }

    /// Whether it is a regular file.
    pub fn is_file(&self) -> bool {
        self.mode & Self::KIND == 0o100_000
    }

    /// Whether it is a symbolic link.
    pub fn is_link(&self) -> bool {
        self.mode & Self::KIND == 0o120_000
    }
}

/// Whether a link in the last place is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// To what it leads to.
    Follow,
    /// The link itself is meant.
    Keep,
}

/// An account of the account database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its name.
    pub name: Vec<u8>,
    /// Its home directory.
    pub home: Vec<u8>,
}

/// An operating system. Nothing here waits, writes, or opens a device.
pub trait Machine {
    /// A file that is open for reading.
    type File;

    /// What stands at a path.
    fn facts(&self, path: &[u8], links: Links) -> Result<Facts, Errno>;
    /// The target of a symbolic link, as written.
    fn target(&self, path: &[u8]) -> Result<Vec<u8>, Errno>;
    /// Gives `take` each name of a directory but `.` and `..`, and what it is, until it returns false.
    fn names(&self, dir: &[u8], take: &mut dyn FnMut(&[u8], Child) -> bool) -> Result<(), Errno>;
    /// Opens a file for reading, without waiting for anybody and without making a terminal ours.
    fn open(&self, path: &[u8]) -> Result<Self::File, Errno>;
    /// What was opened.
    fn opened(&self, file: &Self::File) -> Result<Facts, Errno>;
    /// The next bytes; 0 at the end.
    fn read(&self, file: &mut Self::File, into: &mut [u8]) -> Result<usize, Errno>;
    /// Whether the account may write here, by the system's own judgement.
    fn may_write(&self, path: &[u8]) -> Result<(), Errno>;
    /// Whether names below a directory that differ only in case are the same file; an error where it cannot be looked at.
    fn ignores_case(&self, dir: &[u8]) -> Result<bool, Errno>;
    /// The account that this process acts for.
    fn account(&self) -> u32;
    /// Where this process runs.
    fn current_dir(&self) -> Option<Vec<u8>>;
    /// The file that this process executes.
    fn executable(&self) -> Option<Vec<u8>>;
    /// Seconds since 1970.
    fn now(&self) -> Option<u64>;
    /// A variable of the environment.
    fn variable(&self, name: &[u8]) -> Option<Vec<u8>>;
    /// What the account database says of [`account`](Self::account).
    fn owner(&self) -> Option<Owner>;
    /// The home directory of a named account, from the account database.
    fn home_of(&self, user: &str) -> Option<Vec<u8>>;
}

//! What writing a record asks of an operating system.

#![allow(clippy::missing_errors_doc, reason = "every error is the system's")]

use super::Time;
use crate::world::{Errno, Facts};
use alloc::vec::Vec;

/// An operating system that keeps records. Nothing here follows a link in the last place, or waits for somebody to read.
pub trait Disk {
    /// A directory or file that is open.
    type File;

    /// What time it is.
    fn now(&self) -> Time;
    /// The number of this process.
    fn process(&self) -> u32;
    /// The account that this process acts for.
    fn account(&self) -> u32;
    /// The name of this machine.
    fn host(&self) -> Vec<u8>;

    /// What stands at a path.
    fn facts(&self, path: &[u8]) -> Result<Facts, Errno>;
    /// Opens a directory.
    fn open_directory(&self, path: &[u8]) -> Result<Self::File, Errno>;
    /// Makes a directory that is its owner's alone.
    fn make_directory(&self, path: &[u8]) -> Result<(), Errno>;

    /// What was opened.
    fn opened(&self, file: &Self::File) -> Result<Facts, Errno>;
    /// How many bytes a name in a directory has.
    fn size_in(&self, directory: &Self::File, name: &[u8]) -> Result<u64, Errno>;
    /// Opens a file of a directory to write at its end; makes it, its owner's alone, where there is none.
    fn open_in(&self, directory: &Self::File, name: &[u8]) -> Result<Self::File, Errno>;
    /// Writes at the end what there is room for, in one go. Where a limit on the size of files is reached that is an error like
    /// any other, and no signal.
    fn append(&self, file: &Self::File, bytes: &[u8]) -> Result<usize, Errno>;
    /// Makes a file longer, by nothing, or shorter.
    fn resize(&self, file: &Self::File, size: u64) -> Result<(), Errno>;
    /// Keeps others out of a file until it is closed; false where somebody keeps us out.
    fn lock(&self, file: &Self::File) -> bool;
    /// Lets a millisecond pass.
    fn pause(&self);
}

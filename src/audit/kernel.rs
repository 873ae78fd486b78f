//! Keeping records by system calls alone.

use super::{Disk, Time};
use crate::kernel::{self, File, Process};
use crate::world::{Errno, Facts, Links};
use alloc::vec::Vec;

/// The system as the kernel shows it.
#[derive(Clone, Copy, Debug)]
pub struct KernelDisk {
    /// The running process.
    pub process: Process,
}

impl Disk for KernelDisk {
    type File = File;

    fn now(&self) -> Time {
        let (seconds, nanos) = kernel::time().unwrap_or_default();
        Time { seconds, nanos }
    }

    fn process(&self) -> u32 {
        kernel::process()
    }

    fn account(&self) -> u32 {
        self.process.account()
    }

    fn host(&self) -> Vec<u8> {
        kernel::host()
    }

    fn facts(&self, path: &[u8]) -> Result<Facts, Errno> {
        kernel::facts(path, Links::Keep)
    }

    fn open_directory(&self, path: &[u8]) -> Result<File, Errno> {
        File::open_directory(path)
    }

    fn make_directory(&self, path: &[u8]) -> Result<(), Errno> {
        kernel::make_directory(path)
    }

    fn opened(&self, file: &File) -> Result<Facts, Errno> {
        file.facts()
    }

    fn size_in(&self, directory: &File, name: &[u8]) -> Result<u64, Errno> {
        directory.facts_of(name).map(|facts| facts.size)
    }

    fn open_in(&self, directory: &File, name: &[u8]) -> Result<File, Errno> {
        directory.open_to_append(name)
    }

    fn append(&self, file: &File, bytes: &[u8]) -> Result<usize, Errno> {
        crate::guard::without_size_signal(|| file.write(bytes))
    }

    fn resize(&self, file: &File, size: u64) -> Result<(), Errno> {
        crate::guard::without_size_signal(|| file.resize(size))
    }

    fn lock(&self, file: &File) -> bool {
        file.lock().is_ok()
    }

    fn pause(&self) {
        kernel::pause(1);
    }
}

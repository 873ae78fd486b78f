//! The machine by system calls alone. Where only the C library could answer (accounts that are not in `/etc/passwd`, a working
//! directory that the kernel gives no path for, a kernel that lacks a call), nothing is made up: the world remembers that it was
//! asked too much, and whoever decides by it asks somebody else.

use super::{Child, Errno, Facts, Links, Machine, Owner, SeenWorld};
use crate::kernel::{self, Accounts, File, Process};
use alloc::vec::Vec;
use core::cell::{Cell, OnceCell};
use linux_raw_sys::errno::{ENOSYS, EPERM};
use linux_raw_sys::general::{DT_DIR, DT_LNK, DT_UNKNOWN};

/// The machine as the kernel shows it.
#[derive(Debug)]
pub struct Kernel {
    process: Process,
    accounts: OnceCell<Option<Accounts>>,
    asked_too_much: Cell<bool>,
}

/// The machine as the running process sees it, without a C library.
pub type KernelWorld = SeenWorld<Kernel>;

impl KernelWorld {
    /// As this process sees it. `home` overrides the account's home directory (`--home`).
    pub fn new(process: Process, home: Option<&[u8]>) -> Self {
        Self::of(Kernel { process, accounts: OnceCell::new(), asked_too_much: Cell::new(false) }, home)
    }
}

impl Kernel {
    /// Whether something was asked so far that only the C library can answer: then no answer counts.
    pub fn was_asked_too_much(&self) -> bool {
        self.asked_too_much.get()
    }

    fn too_much<T>(&self) -> Option<T> {
        self.asked_too_much.set(true);
        None
    }

    /// What the accounts say; too much where they cannot.
    fn of_account<T>(&self, ask: impl Fn(&Accounts) -> Option<T>) -> Option<T> {
        let accounts = self.accounts.get_or_init(Accounts::read).as_ref();
        accounts.and_then(ask).or_else(|| self.too_much())
    }

    /// Notes a call that this kernel, or a filter before it, does not have: the C library knows other ways.
    fn noted<T>(&self, answer: Result<T, Errno>) -> Result<T, Errno> {
        if let Err(Errno(number)) = &answer
            && [ENOSYS, EPERM].contains(&number.cast_unsigned())
        {
            self.asked_too_much.set(true);
        }
        answer
    }
}

impl Machine for Kernel {
    type File = File;

    fn facts(&self, path: &[u8], links: Links) -> Result<Facts, Errno> {
        self.noted(kernel::facts(path, links))
    }

    fn target(&self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        kernel::target(path)
    }

    fn names(&self, dir: &[u8], take: &mut dyn FnMut(&[u8], Child) -> bool) -> Result<(), Errno> {
        let mut names = kernel::Directory::open(dir)?;
        loop {
            let Some((name, kind)) = names.next_name()? else { return Ok(()) };
            if matches!(name, b"." | b"..") {
                continue;
            }
            if kind != DT_UNKNOWN {
                let kind = match kind {
                    DT_DIR => Child::Directory,
                    DT_LNK => Child::Link,
                    _ => Child::Other,
                };
                if !take(name, kind) {
                    return Ok(());
                }
                continue;
            }
            let name = name.to_vec();
            let facts = names.facts(&name)?;
            let kind = match (facts.is_directory(), facts.is_link()) {
                (true, _) => Child::Directory,
                (_, true) => Child::Link,
                _ => Child::Other,
            };
            if !take(&name, kind) {
                return Ok(());
            }
        }
    }

    fn open(&self, path: &[u8]) -> Result<File, Errno> {
        File::open(path)
    }

    fn opened(&self, file: &File) -> Result<Facts, Errno> {
        self.noted(file.facts())
    }

    fn read(&self, file: &mut File, into: &mut [u8]) -> Result<usize, Errno> {
        file.read(into)
    }

    fn may_write(&self, path: &[u8]) -> Result<(), Errno> {
        kernel::may_write(path)
    }

    fn ignores_case(&self, dir: &[u8]) -> Result<bool, Errno> {
        kernel::kind_of_file_system(dir).map(super::case::is_caseless)
    }

    fn account(&self) -> u32 {
        self.process.account()
    }

    fn current_dir(&self) -> Option<Vec<u8>> {
        // The C library tries to find a path where the kernel has none; one that is gone has none either way.
        match kernel::current_dir() {
            Ok(dir) if dir.first() == Some(&b'/') => Some(dir),
            Err(Errno::MISSING) => None,
            Ok(_) | Err(_) => self.too_much(),
        }
    }

    fn executable(&self) -> Option<Vec<u8>> {
        kernel::target(b"/proc/self/exe").ok()
    }

    fn now(&self) -> Option<u64> {
        kernel::now()
    }

    fn variable(&self, name: &[u8]) -> Option<Vec<u8>> {
        self.process.variable(name)
    }

    fn owner(&self) -> Option<Owner> {
        self.of_account(|accounts| accounts.owner_of_number(self.process.account()))
    }

    fn home_of(&self, user: &str) -> Option<Vec<u8>> {
        self.of_account(|accounts| accounts.home_of_name(user.as_bytes()).map(<[u8]>::to_vec))
    }
}

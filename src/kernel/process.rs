//! This process: what it was started with, memory, its end.

use super::call::call;
use crate::world::Errno;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char};
use core::{ptr, slice};
use linux_raw_sys::auxvec;
use linux_raw_sys::general as k;
#[cfg(bare)]
use linux_raw_sys::prctl;

/// What the kernel put on the stack of a new process: arguments, environment, and facts in pairs of numbers.
#[derive(Clone, Copy, Debug)]
pub struct Process {
    arguments: &'static [*const c_char],
    environment: &'static [*const c_char],
    account: u32,
}

impl Process {
    /// Reads it.
    ///
    /// # Safety
    ///
    /// `stack` is where the kernel left the number of arguments: a number, so many pointers to strings, a null, the pointers of the
    /// environment, a null, and pairs of numbers up to one that begins with 0. All of it stays as it is.
    pub unsafe fn of(stack: *const usize) -> Self {
        // SAFETY: the caller says what stands there.
        unsafe {
            let arguments = list(stack.wrapping_add(1).cast());
            let environment = list(arguments.as_ptr().wrapping_add(arguments.len()).wrapping_add(1));
            let mut pair: *const usize = environment.as_ptr().wrapping_add(environment.len()).wrapping_add(1).cast();
            let mut account = u32::MAX;
            while *pair != 0 {
                if *pair == auxvec::AT_EUID as usize {
                    account = u32::try_from(*pair.wrapping_add(1)).unwrap_or(u32::MAX);
                }
                pair = pair.wrapping_add(2);
            }
            Self { arguments, environment, account }
        }
    }

    /// The arguments, the name of the executable among them.
    pub fn arguments(&self) -> impl Iterator<Item = &'static CStr> {
        self.arguments.iter().map(|argument| text(argument))
    }

    /// The account that this process acts for.
    pub fn account(&self) -> u32 {
        self.account
    }

    /// A variable of the environment: the first with this name.
    pub fn variable(&self, name: &[u8]) -> Option<Vec<u8>> {
        let (first, others) = name.split_first()?;
        let value = |entry: &*const c_char| {
            // Only as far as they are the same: nearly all entries begin otherwise, and this is asked a dozen times in a call.
            // SAFETY: a string has a first byte, be it the zero that ends it.
            if unsafe { *entry.cast::<u8>() } != *first || *first == 0 {
                return None;
            }
            for (at, byte) in others.iter().chain(b"=").enumerate() {
                // SAFETY: nothing before this byte was the zero that ends the string, as no name holds one.
                if unsafe { *entry.wrapping_add(1 + at).cast::<u8>() } != *byte || *byte == 0 {
                    return None;
                }
            }
            Some(text(&entry.wrapping_add(name.len()).wrapping_add(1)).to_bytes().to_vec())
        };
        self.environment.iter().find_map(value)
    }

    /// The environment, as another program takes it.
    pub(super) fn environment(&self) -> *const *const c_char {
        self.environment.as_ptr() // the list ends with a null
    }
}

/// One string of the lists.
fn text(entry: &*const c_char) -> &'static CStr {
    // SAFETY: `Process` is only made of lists of strings that end in a zero and stay as they are.
    unsafe { CStr::from_ptr(*entry) }
}

/// Pointers up to a null.
///
/// # Safety
///
/// There is a null at the end, and nothing of it changes.
unsafe fn list(start: *const *const c_char) -> &'static [*const c_char] {
    let mut length = 0;
    // SAFETY: the caller says that the list ends with a null.
    unsafe {
        while !(*start.wrapping_add(length)).is_null() {
            length += 1;
        }
        slice::from_raw_parts(start, length)
    }
}

/// Ends the process at once.
pub fn exit(status: u8) -> ! {
    loop {
        // SAFETY: takes a number.
        let _ = unsafe { call(k::__NR_exit_group, [usize::from(status)]) };
    }
}

/// Fresh memory, all zeros, that is never given back.
///
/// # Errors
/// As mmap(2) says.
pub fn map(length: usize) -> Result<*mut u8, Errno> {
    let (access, kind) = (k::PROT_READ | k::PROT_WRITE, k::MAP_PRIVATE | k::MAP_ANONYMOUS);
    // SAFETY: a new mapping touches nothing that exists.
    let start = unsafe { call(k::__NR_mmap, [0, length, access as usize, kind as usize, usize::MAX, 0]) }?;
    Ok(ptr::with_exposed_provenance_mut(start))
}

/// No core, neither to a file nor to a collector behind a pipe, and no debugger of the same user: the environment and the calls
/// hold secrets. An `exec` takes it back.
#[cfg(bare)]
pub(crate) fn no_core() {
    // SAFETY: numbers.
    let _ = unsafe { call(k::__NR_prctl, [prctl::PR_SET_DUMPABLE as usize, 0, 0, 0, 0]) };
}

/// No file with a core, also of what this process becomes.
pub(super) fn no_core_file() {
    let none = k::rlimit64 { rlim_cur: 0, rlim_max: 0 };
    let arguments = [0, k::RLIMIT_CORE as usize, (&raw const none).addr(), 0];
    // SAFETY: a valid structure, and numbers. Lowering a limit is always allowed.
    let _ = unsafe { call(k::__NR_prlimit64, arguments) };
}

//! Linux without a C library: the few system calls that one call of the hook needs, each as a safe function.
//!
//! A program on Linux talks to the kernel by one instruction (`syscall` on x86-64, `svc` on aarch64) with a number and up to six
//! arguments in registers; the answer is a result or, as a small negative number, an error. [`call`] is that instruction; the other
//! files give numbers, structures and meaning. The C library does the same, and much more before `main` that a hook has no use
//! for: on a virtual machine that start-up alone takes ten times as long as all of a decision.
//!
//! Numbers and structures are those of the kernel's own headers (`linux-raw-sys`, which holds no code).
#![allow(unsafe_code, reason = "system calls; every block says why it is sound")]

mod accounts;
mod call;
mod clock;
mod exec;
mod files;
#[cfg(any(bare, test))]
mod heap;
mod process;
mod records;
#[cfg(bare)]
mod signals;
mod streams;

pub use accounts::Accounts;
pub use clock::now;
pub use exec::replace;
pub use files::{Directory, File, current_dir, facts, kind_of_file_system, may_write, target};
#[cfg(bare)]
pub(crate) use heap::Heap;
#[cfg(bare)]
pub(crate) use process::no_core;
pub use process::{Process, exit, map};
pub use records::{host, make_directory, process, time};
#[cfg(bare)]
pub(crate) use signals::{Mask, forget, handle, numbers, pending, set_mask, timer, use_stack};
#[cfg(bare)]
pub(crate) use streams::{Poll, is_null_device, poll, write};
pub use streams::{pause, read_input};

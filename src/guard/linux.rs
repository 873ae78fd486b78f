//! What only Linux has.

#![allow(unsafe_code, reason = "system calls of libc")]

use core::ffi::c_int;
use core::ops::RangeInclusive;

/// Signals without a name; by default each ends the process.
pub(super) fn realtime_signals() -> RangeInclusive<c_int> {
    libc::SIGRTMIN()..=libc::SIGRTMAX()
}

/// No core, also not to a collector behind a pipe, which a limit of 0 does not stop, and no debugger of the same user: the
/// environment and the calls hold secrets. An `exec` (of `prexec run`) takes it back.
pub(super) fn harden() {
    let off: libc::c_ulong = 0;
    // SAFETY: this option takes one number.
    unsafe { libc::prctl(libc::PR_SET_DUMPABLE, off, off, off, off) };
}

//! The place of `linux.rs` on other Unix systems: nothing to do there.

use core::ffi::c_int;

/// None that the C library offers.
pub(super) fn realtime_signals() -> impl Iterator<Item = c_int> {
    core::iter::empty()
}

/// The limit on cores does it.
pub(super) fn harden() {}

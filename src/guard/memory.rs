//! The allocator of the executable: the system's, with a limit, and without a null that would abort.
//!
//! A policy that eats memory must not bring the machine to its out-of-memory killer (a kill is a failed hook, and the tool
//! runs); it ends through the guard, with a message that names the policy.

#![allow(unsafe_code, reason = "a global allocator is an unsafe trait")]

use super::last::{self, Cause};
use core::alloc::{GlobalAlloc, Layout};
use core::sync::atomic::{AtomicUsize, Ordering};
#[cfg(not(bare))]
use std::alloc::System;

#[cfg(bare)]
#[allow(non_upper_case_globals, reason = "it stands for the system's allocator")]
static System: crate::kernel::Heap = crate::kernel::Heap::new();

static USED: AtomicUsize = AtomicUsize::new(0);
/// What is missing to [`usize::MAX`]: variables that begin as 0 need no page of the file.
static BELOW_MOST: AtomicUsize = AtomicUsize::new(0);

/// Counts what is allocated, and ends the process through the guard when the limit is passed or the system has no more.
///
/// Until [`install`](super::install) has run, it only counts. The cost of an allocation is one relaxed atomic addition and
/// one load. Stacks, mapped files and what C code allocates are not counted.
///
/// ```
/// #[global_allocator]
/// static MEMORY: prexec::guard::CountingAllocator = prexec::guard::CountingAllocator;
/// ```
pub struct CountingAllocator;

/// From now on the process ends when more than `bytes` are allocated at a time; `usize::MAX` for no limit.
pub fn set_memory_limit(bytes: usize) {
    BELOW_MOST.store(usize::MAX - bytes, Ordering::Relaxed);
}

/// Bytes that are allocated now; 0 in an executable that does not use [`CountingAllocator`].
pub fn memory_used() -> usize {
    USED.load(Ordering::Relaxed)
}

/// Counts `more` bytes, before they are asked for. Saturation is not needed: no layout exceeds `isize::MAX`, and two that
/// together pass `usize::MAX` have ended the process at the first.
fn take(more: usize) {
    let limit = usize::MAX - BELOW_MOST.load(Ordering::Relaxed);
    if add(more) > limit {
        last::end(&Cause::Memory { limit });
    }
}

#[cfg(not(bare))]
fn add(more: usize) -> usize {
    USED.fetch_add(more, Ordering::Relaxed).saturating_add(more)
}

#[cfg(not(bare))]
fn give(less: usize) {
    USED.fetch_sub(less, Ordering::Relaxed);
}

/// With one thread there is no need to lock the memory for it, which takes longer than the rest of an allocation.
#[cfg(bare)]
fn add(more: usize) -> usize {
    let used = memory_used().wrapping_add(more);
    USED.store(used, Ordering::Relaxed);
    used
}

#[cfg(bare)]
fn give(less: usize) {
    USED.store(memory_used().wrapping_sub(less), Ordering::Relaxed);
}

/// Passes on what the system returned for `size` bytes; a null ends the process once the guard stands.
fn checked(block: *mut u8, size: usize) -> *mut u8 {
    if block.is_null() {
        if last::installed() {
            last::end(&Cause::NoMemory { wanted: size });
        }
        give(size);
    }
    block
}

// SAFETY: every block comes from, and goes back to, `System` with the layout that it was given; counting changes no block.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`, which is the same.
        checked(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: as for `alloc`.
        checked(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: `block` came from `System` with this layout, by the caller's contract.
        unsafe { System.dealloc(block, layout) };
        give(layout.size());
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let (more, less) = (size.saturating_sub(layout.size()), layout.size().saturating_sub(size));
        take(more);
        // SAFETY: as for `dealloc`; `size` is not 0 and fits, by the caller's contract.
        let block = checked(unsafe { System.realloc(block, layout, size) }, more);
        if !block.is_null() {
            give(less);
        }
        block
    }
}

//! Faults without a C library.

#![allow(unsafe_code, reason = "the faults are real")]
#![allow(clippy::panic, clippy::missing_panics_doc, reason = "so are the panics")]

use crate::kernel::{self, Process};
use alloc::vec::Vec;
use core::{hint::black_box, ptr};

/// Arms what `PREXEC_FAULT=BOUNDARY:FAULT` in the environment names.
pub fn arm_by(process: &Process) {
    let named = process.variable(b"PREXEC_FAULT").unwrap_or_default();
    if let Some((boundary, fault)) = core::str::from_utf8(&named).ok().and_then(|named| named.split_once(':')) {
        super::arm(boundary, fault);
    }
}

#[expect(unconditional_recursion, reason = "overflows the stack")]
fn recurse(depth: u64) -> u64 {
    let pad = black_box([depth; 64]);
    recurse(depth.wrapping_add(1)).wrapping_add(pad.iter().sum())
}

/// Does what `fault` names; returns where that does not end the process (`none`, or a name that is not known: then false).
pub fn inject(fault: &str) -> bool {
    match fault {
        "none" => {}
        "panic" => panic!("a literal"),
        "index" => {
            let list = black_box([1, 2]);
            #[expect(clippy::indexing_slicing, reason = "panics")]
            black_box(list[black_box(7)]);
        }
        "overflow" => drop(black_box(recurse(0))),
        // What the compiler puts where nothing can be reached.
        #[cfg(target_arch = "x86_64")]
        // SAFETY: ends the process.
        "abort" => unsafe { core::arch::asm!("ud2") },
        #[cfg(target_arch = "aarch64")]
        // SAFETY: ends the process.
        "abort" => unsafe { core::arch::asm!("udf #0") },
        // SAFETY: not sound at all, which is the point; volatile, so that it is not optimised away.
        "null" => drop(black_box(unsafe { ptr::read_volatile(ptr::without_provenance::<u64>(black_box(8))) })),
        "big" => drop(black_box(Vec::<u8>::with_capacity(black_box(8 << 30)))),
        "leak" => loop {
            core::mem::forget(black_box(Vec::<u8>::with_capacity(64 << 10)));
        },
        "loop" => loop {
            black_box(());
        },
        // A system call that takes longer than there is time.
        "blocked" => kernel::pause(60_000),
        _ => return false,
    }
    true
}

//! Faults with the standard library.

#![allow(unsafe_code, reason = "the faults are real")]
#![allow(clippy::panic, clippy::missing_panics_doc, reason = "so are the panics")]

use core::ffi::{CStr, c_char};
use core::{fmt, hint::black_box, ptr};
use std::io::Read;
use std::{process, string::String, thread, vec::Vec};

/// A text that panics when it is shown.
struct Hostile;

impl fmt::Display for Hostile {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("while a panic is shown")
    }
}

unsafe extern "C" {
    static environ: *const *const c_char;
}

/// The whole environment as text.
fn environment() -> String {
    let mut text = String::new();
    // SAFETY: a list of strings that ends with null; nobody changes it meanwhile.
    unsafe {
        let mut entry = environ;
        while !(*entry).is_null() {
            text.push_str(&CStr::from_ptr(*entry).to_string_lossy());
            entry = entry.add(1);
        }
    }
    text
}

#[expect(unconditional_recursion, reason = "overflows the stack")]
fn recurse(depth: u64) -> u64 {
    let pad = black_box([depth; 64]);
    recurse(depth.wrapping_add(1)).wrapping_add(pad.iter().sum())
}

/// Does what `fault` names; returns where that does not end the process (`none`, or a name that is not known: then false).
pub fn inject(fault: &str) -> bool {
    if let Some(number) = fault.strip_prefix("raise-").and_then(|number| number.parse().ok()) {
        // SAFETY: takes a number.
        unsafe { libc::raise(number) };
        return true;
    }
    if let Some(status) = fault.strip_prefix("exit-").and_then(|status| status.parse().ok()) {
        process::exit(status);
    }
    match fault {
        "none" => {}
        "panic" => panic!("a literal"),
        "panic-environment" => panic!("{}", environment()),
        "panic-huge" => panic!("{}", "x".repeat(16 << 20)),
        "panic-payload" => std::panic::panic_any("a\n\u{1b}[31m`b".repeat(1 << 20)),
        "panic-hostile" => panic!("\n\n\x1b[2J{}", "\r`\u{202e}"),
        "panic-in-panic" => panic!("{Hostile}"),
        "panic-caught" => drop(std::panic::catch_unwind(|| panic!("caught"))),
        "panic-thread" => drop(thread::spawn(|| panic!("elsewhere")).join()),
        "panic-many" => {
            let threads: Vec<_> = (0..8).map(|_| thread::spawn(|| panic!("one of many"))).collect();
            for thread in threads {
                drop(thread.join());
            }
        }
        "index" => {
            let list = black_box([1, 2]);
            #[expect(clippy::indexing_slicing, reason = "panics")]
            black_box(list[black_box(7)]);
        }
        "overflow" => drop(black_box(recurse(0))),
        "overflow-thread" => {
            let work = || {
                crate::guard::cover_thread();
                recurse(0)
            };
            drop(thread::spawn(work).join());
        }
        "abort" => process::abort(),
        // SAFETY: not sound at all, which is the point; volatile, so that it is not optimised away.
        "null" => drop(black_box(unsafe { ptr::read_volatile(ptr::without_provenance::<u64>(black_box(8))) })),
        "big" => drop(black_box(Vec::<u8>::with_capacity(black_box(8 << 30)))),
        "leak" => loop {
            core::mem::forget(black_box(Vec::<u8>::with_capacity(64 << 10)));
        },
        "grow" => {
            let mut list = Vec::<u8>::new();
            loop {
                list.reserve_exact(list.capacity().saturating_add(64 << 10));
                list = black_box(list);
            }
        }
        "loop" => loop {
            black_box(());
        },
        "read" => drop(std::io::stdin().read_to_end(&mut Vec::new())),
        // The writer stays open, so that nothing ever comes.
        "blocked" => drop(std::io::pipe().map(|(mut reader, writer)| (reader.read(&mut [0]), writer))),
        "print" => {
            std::println!("not an answer");
            process::exit(0);
        }
        _ => return false,
    }
    true
}

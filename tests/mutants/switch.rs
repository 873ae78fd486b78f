//! The switch behind which every planted mutant stands: at most one is on in a process.
//!
//! Which one says the variable `MUTANT_UNDER_TEST`, or, for processes that are started with another environment, the file whose
//! name was in `MUTANT_FILE` when this was built. Instead of a number either may say `reach FILE`: then none is on, and the
//! numbers of those that are come past are appended to FILE. The executable without a C library has its number written into its file.
#![allow(warnings)]

#[cfg(bare)]
pub use written::on;
#[cfg(not(bare))]
pub use told::*;

#[cfg(bare)]
mod written {
    use core::sync::atomic::AtomicU64;

    /// What `trial.py` looks for in the file, and behind it the number.
    #[used]
    #[unsafe(link_section = ".data._mutant")]
    static NUMBER: [AtomicU64; 2] = [AtomicU64::new(0x6d75_7461_6e74_2023), AtomicU64::new(0)];

    /// Whether mutant `number` is on.
    #[inline(never)]
    pub fn on(number: usize) -> bool {
        // The compiler sees that nobody writes it.
        let [_, active] = &NUMBER;
        unsafe { core::ptr::read_volatile(active.as_ptr()) == number as u64 }
    }
}

#[cfg(not(bare))]
mod told {
    extern crate std;
    use std::io::Write;
    use std::string::String;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

    const UNSET: usize = usize::MAX;
    const MOST: usize = 24_000;
    /// The number of the mutant that is on; 0 for none.
    pub static ACTIVE: AtomicUsize = AtomicUsize::new(UNSET);
    /// What was come past while none was on.
    pub static REACHED: [AtomicBool; MOST] = [const { AtomicBool::new(false) }; MOST];
    static LOG: Mutex<Option<std::fs::File>> = Mutex::new(None);

    #[inline(never)]
    #[cold]
    fn start() -> usize {
        let file = || option_env!("MUTANT_FILE").and_then(|f| std::fs::read_to_string(f).ok());
        let said = std::env::var("MUTANT_UNDER_TEST").ok().or_else(file).unwrap_or_default();
        if let Some(path) = said.trim().strip_prefix("reach ") {
            *LOG.lock().unwrap() = std::fs::OpenOptions::new().append(true).create(true).open(path).ok();
        }
        let active = said.trim().parse().unwrap_or(0);
        ACTIVE.store(active, Relaxed);
        active
    }

    #[inline(never)]
    #[cold]
    fn note(number: usize) {
        if !REACHED[number].swap(true, Relaxed) {
            if let Some(log) = LOG.lock().unwrap().as_mut() {
                let _ = log.write_all(&(number as u32).to_le_bytes());
            }
        }
    }

    /// Whether mutant `number` is on.
    #[inline]
    pub fn on(number: usize) -> bool {
        let mut active = ACTIVE.load(Relaxed);
        if active == UNSET {
            active = start();
        }
        if active == 0 && !REACHED[number].load(Relaxed) {
            note(number);
        }
        active == number
    }
}

//! The guard where there are no Unix signals: panics, memory and the deadline, by means of the standard library alone. What
//! the system itself kills (a fault, a stack overflow), and an exit without an answer, are left to the command line that the
//! hook is registered with. A stream that reaches nobody without an error is not found out either.

#![allow(dead_code, clippy::unnecessary_wraps, reason = "the interface is that of `unix.rs`, which has more to tell")]

use super::Profile;
use super::last::{self, Cause, Claim, Sent, Stream};
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use core::time::Duration;
use std::io::{self, Write};
use std::{process, thread};

/// Counts the deadlines that were set, so that the watchdog of an old one does nothing.
static TURN: AtomicU32 = AtomicU32::new(0);
static ENDING: AtomicBool = AtomicBool::new(false);

pub(super) fn install(_: Profile) -> Result<(), ()> {
    Ok(())
}

pub(super) fn cover_thread() -> Result<(), ()> {
    Ok(())
}

pub(super) fn restore_pipe() {}

pub(super) fn set_deadline(ms: u32) -> Result<(), ()> {
    let turn = TURN.fetch_add(1, Ordering::SeqCst).wrapping_add(1);
    if ms == 0 {
        return Ok(());
    }
    let watch = move || {
        thread::sleep(Duration::from_millis(ms.into()));
        if TURN.load(Ordering::SeqCst) == turn {
            last::end(&Cause::Deadline { ms: ms.into() });
        }
    };
    thread::Builder::new().name("deadline".into()).spawn(watch).map(drop).map_err(drop)
}

pub(super) fn claim() -> Claim {
    if ENDING.swap(true, Ordering::SeqCst) { Claim::Elsewhere } else { Claim::First }
}

/// Gives the thread that ends the process its time; should it hang, the call is blocked all the same.
pub(super) fn wait_for_exit() -> ! {
    thread::sleep(Duration::from_secs(1));
    exit(last::BLOCK)
}

pub(super) fn send(stream: Stream, bytes: &[u8]) -> Sent {
    let sent = match stream {
        Stream::Stdout => io::stdout().write_all(bytes).and_then(|()| io::stdout().flush()),
        Stream::Stderr => io::stderr().write_all(bytes),
    };
    if sent.is_ok() { Sent::All } else { Sent::Nothing }
}

pub(super) fn exit(status: u8) -> ! {
    process::exit(i32::from(status))
}

//! The guard's system calls where there is no C library.
//!
//! What it promises is what `unix.rs` promises; how differs in one point. There each of some fifty signals gets a handler. Here
//! only faults and the timer do, and all others are made to wait: whoever looks (the ending, the timer) finds that one came, and
//! ends as its handler would have. So a signal from outside is a deny as there, at the latest when the time is over, and a call
//! makes forty system calls less.

#![allow(unsafe_code, reason = "a signal stack")]

use super::Profile;
use super::last::{self, Cause, Claim, Sent, Stream};
use super::signals::{KINDS, Kind};
use crate::kernel::{self, Mask, Poll};
use crate::world::Errno;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Size of the signal stack. The kernel's frame alone is 3.5 KiB with AVX-512, 11 KiB with AMX, and more with wide SVE; what
/// is not touched costs nothing.
const STACK: usize = 64 << 10;
/// How long an ending waits for a reader of a full pipe: this many times [`WAIT_MS`], for each of the two streams.
const WAITS: u32 = 10;
const WAIT_MS: u32 = 25;
/// A pipe that is called writable takes this much without blocking.
const CHUNK: usize = 4096;

#[repr(C, align(64))]
struct Stack(UnsafeCell<[u8; STACK]>);
// SAFETY: only the kernel uses it, as the signal stack of the only thread.
unsafe impl Sync for Stack {}
#[unsafe(link_section = ".bss.stack")] // which layout.ld puts behind all that every call touches
static SIGNAL_STACK: Stack = Stack(UnsafeCell::new([0; STACK]));

/// Milliseconds of the deadline that is set; 0 for none.
static DEADLINE: AtomicU32 = AtomicU32::new(0);
/// Whether the process is being ended.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Installs handlers, sets the signal mask, and makes the process leave no core behind. An error means that a fault would not be
/// caught.
pub(super) fn install(_: Profile) -> Result<(), ()> {
    // SAFETY: nothing else uses these bytes.
    unsafe { kernel::use_stack(SIGNAL_STACK.0.get().cast(), STACK) }.map_err(drop)?;
    for number in caught() {
        // A fault inside the handler must reach it again (the second time it only exits); all else waits.
        kernel::handle(number, on_signal, Mask::all_but(faults())).map_err(drop)?;
    }
    // A fault that is blocked, as a parent may have left it, would kill.
    kernel::set_mask(Mask::all_but(caught())).map_err(drop)?;
    kernel::no_core();
    Ok(())
}

/// Those that the processor or the kernel raises at an instruction: one that waits would kill. `SIGABRT` is not among them, as only a
/// C library raises that.
fn faults() -> impl Iterator<Item = i32> {
    let raised = |number: &i32| *number != kernel::numbers::SIGABRT;
    KINDS.iter().filter(|(.., kind)| *kind == Kind::Fault).map(|(number, ..)| *number).filter(raised)
}

fn caught() -> impl Iterator<Item = i32> {
    faults().chain([kernel::numbers::SIGALRM])
}

/// There is one thread, which [`install`] covers.
#[expect(clippy::unnecessary_wraps, reason = "with a C library it can fail")]
pub(super) fn cover_thread() -> Result<(), ()> {
    Ok(())
}

extern "C" fn on_signal(number: i32) -> ! {
    if number == kernel::numbers::SIGALRM {
        end_if_asked();
        last::end(&Cause::Deadline { ms: DEADLINE.load(Ordering::SeqCst).into() });
    }
    end_by(number)
}

/// Ends the process where somebody asked for that by a signal.
pub(super) fn end_if_asked() {
    let waiting = kernel::pending();
    let named = KINDS.iter().map(|(number, ..)| *number);
    // Those without a name end a process, too.
    let realtime = 34..=64;
    let asked = |number: &i32| *number != kernel::numbers::SIGALRM && waiting.holds(*number);
    if let Some(number) = named.chain(realtime).find(asked) {
        end_by(number);
    }
}

fn end_by(number: i32) -> ! {
    let known = KINDS.iter().find(|(known, ..)| *known == number);
    last::end(&Cause::Signal {
        name: known.map(|(_, name, _)| *name),
        number: u64::try_from(number).unwrap_or(0),
        fault: known.is_some_and(|(.., kind)| *kind == Kind::Fault),
    })
}

/// Sends `SIGALRM` after `ms` milliseconds of real time; 0 for never.
pub(super) fn set_deadline(ms: u32) -> Result<(), ()> {
    DEADLINE.store(ms, Ordering::SeqCst);
    kernel::timer(ms).map_err(drop)
}

/// Does something that may go beyond a limit on the size of files: that is an error then, and no signal that ends the process.
pub(super) fn without_size_signal<T>(act: impl FnOnce() -> Result<T, Errno>) -> Result<T, Errno> {
    let done = act();
    if matches!(done, Err(Errno::TOO_LARGE)) {
        // It waits like all signals from outside.
        kernel::forget(kernel::numbers::SIGXFSZ);
    }
    done
}

/// From now on no signal disturbs the ending.
pub(super) fn claim() -> Claim {
    // Cannot fail: the arguments are in order.
    let _ = kernel::set_mask(Mask::all_but(faults()));
    if ENDING.swap(true, Ordering::SeqCst) { Claim::Again } else { Claim::First }
}

/// There is no other thread that could end the process.
pub(super) fn wait_for_exit() -> ! {
    exit(last::BLOCK)
}

/// Writes to where a reader is; gives up after a quarter of a second without progress.
pub(super) fn send(stream: Stream, bytes: &[u8]) -> Sent {
    let file = match stream {
        Stream::Stdout => 1,
        Stream::Stderr => 2,
    };
    if kernel::is_null_device(file) {
        return Sent::Nothing;
    }
    let mut rest = bytes;
    let mut waits = WAITS;
    while !rest.is_empty() && waits > 0 {
        // A pipe that nobody empties must not hold the process until Codex gives up.
        let written = match kernel::poll(file, WAIT_MS) {
            Poll::Nothing => {
                waits = waits.saturating_sub(1);
                continue;
            }
            Poll::Writable => kernel::write(file, rest.get(..rest.len().min(CHUNK)).unwrap_or(rest)),
        };
        match written {
            None => break,
            // A non-blocking pipe with less room than that may still be called writable: wait for more.
            Some(0) => {
                kernel::pause(WAIT_MS);
                waits = waits.saturating_sub(1);
            }
            Some(length) => rest = rest.get(length..).unwrap_or_default(),
        }
    }
    match rest.len() {
        0 => Sent::All,
        left if left < bytes.len() => Sent::Part,
        _ => Sent::Nothing,
    }
}

/// Ends the process at once.
pub(super) fn exit(status: u8) -> ! {
    kernel::exit(status)
}

/// A panic, as the executable's panic handler is told of it.
pub fn panicked(info: &core::panic::PanicInfo<'_>) -> ! {
    let (file, line) = info.location().map_or(("", 0), |place| (place.file(), place.line()));
    // Of the message only a literal is shown: one that was formatted may hold anything that the program has seen.
    last::end(&Cause::Panic { literal: info.message().as_str().unwrap_or_default(), file, line })
}

//! The last resort of the executable: whatever goes wrong, the call is blocked.
//!
//! Codex runs the tool when its hook dies by a signal, exits with anything but 0 or 2, exits with 2 and blank standard error,
//! or takes too long. So [`install`] is the first thing that `main` does, and from then on a panic, a fault, a stack
//! overflow, a signal, exhausted memory, a deadline, or an exit that nobody meant to be an answer ends in one line on standard
//! error and status 2. The only other way out of `hook` is [`leave`].
//!
//! What it cannot catch: `SIGKILL` (and the kernel's out-of-memory killer), `SIGSTOP` for longer than Codex waits, the two
//! signals (32 and 33 on Linux) that the C library keeps for itself, a system call that never comes back from a dead disk, and
//! what happens before `main` (a loader that finds no library or no free file descriptor). The command line with which the
//! hook is registered covers most of those.
//!
//! The deciding work runs on the main thread: its stack grows on demand up to the limit it was given (8 MiB by default,
//! but possibly 64 KiB), and an overflow is caught like any other fault, as a deny. A thread with a stack of known size would
//! cost more than the guard itself, needs a process slot that a limit may refuse, and would decide nothing better.
//!
//! The state of the guard belongs to the process: it is what a signal handler can see.

mod last;
mod line;
mod memory;
#[cfg(not(bare))]
mod panic;
mod stage;

#[cfg(all(unix, not(target_os = "linux")))]
#[path = "other_unix.rs"]
mod system;
#[cfg(all(target_os = "linux", not(bare)))]
#[path = "linux.rs"]
mod system;

#[cfg(unix)]
mod signals;
#[cfg(bare)]
#[path = "bare.rs"]
mod sys;
#[cfg(not(unix))]
#[path = "other.rs"]
mod sys;
#[cfg(all(unix, not(bare)))]
#[path = "unix.rs"]
mod sys;

#[cfg(feature = "fault-injection")]
mod inject;
#[cfg(all(feature = "fault-injection", bare))]
pub use inject::arm_by;
#[cfg(feature = "fault-injection")]
pub use inject::{BOUNDARIES, arm, at_boundary, inject};

pub use memory::{CountingAllocator, memory_used, set_memory_limit};
pub use stage::{Stage, Staged, stage};
#[cfg(bare)]
pub use sys::panicked;

use last::Cause;

#[cfg(unix)]
use crate::world::Errno;

/// How long the hook may take, in milliseconds, unless [`set_deadline`] says otherwise. Codex itself waits ten seconds when
/// registered as we register it.
pub const HOOK_DEADLINE_MS: u32 = 1000;
/// How much memory the hook may allocate, in bytes, unless [`set_memory_limit`] says otherwise.
pub const HOOK_MEMORY: usize = 512 << 20;

/// What the process is, and so how it ends when something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// `prexec hook`: status 2, or the JSON form of a deny where nobody reads standard error. Every signal is caught, and
    /// the deadline and the memory limit hold from the start.
    Hook,
    /// Any other verb: faults and panics end with a message and `status` (4 while a policy is loaded); `SIGPIPE` ends it
    /// quietly, other signals do what they did before. No deadline and no limit on memory unless they are set.
    Tool {
        /// The exit status for an internal error.
        status: u8,
    },
}

/// What Codex asked about; the two have different forms of a deny.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Before a tool runs; assumed until [`event`] says otherwise.
    PreToolUse,
    /// Before a person is asked.
    PermissionRequest,
}

/// How the hook ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// Status 0 and nothing written: an allow, or no opinion on a permission request.
    Silence,
    /// Status 0 and exactly these bytes on standard output.
    Json(&'a [u8]),
    /// The message and a newline on standard error and status 2; where nobody reads that, as JSON with status 0. A blank
    /// message is replaced, as a blank one would not block.
    Deny(&'a str),
}

/// Sets everything up. First thing in `main`, before the arguments are read, on the main thread.
///
/// A failure to set it up ends the process, so it blocks the call with [`Profile::Hook`]. From [`Profile::Tool`] it may be
/// called again to become the hook; the other way is ignored, as nothing may weaken the hook.
pub fn install(profile: Profile) {
    if !last::set_profile(profile) {
        return;
    }
    #[cfg(not(bare))]
    panic::install();
    if sys::install(profile).is_err() {
        last::end(&Cause::NotInstalled);
    }
    if profile == Profile::Hook {
        set_memory_limit(HOOK_MEMORY);
        set_deadline(HOOK_DEADLINE_MS);
    }
}

/// From now on the process ends unless it is done within `ms` milliseconds of real time (replaces an earlier deadline; 0 is
/// [`deadline_off`]).
pub fn set_deadline(ms: u32) {
    if sys::set_deadline(ms).is_err() {
        last::end(&Cause::NotInstalled);
    }
}

/// No deadline any more.
pub fn deadline_off() {
    set_deadline(0);
}

/// To be called before `exec`, which keeps a timer running and signals that are ignored: no deadline any more, and a broken pipe is
/// what it was when this process was started.
#[cfg(not(bare))]
pub fn before_exec() {
    deadline_off();
    sys::restore_pipe();
}

/// From now on nothing that the hook does blocks a call, neither an answer nor a fault: every ending is status 0, and nothing is
/// written. For a roll-out, where the owner registered the hook to observe only.
///
/// What ends the process before this is called, or without its own doing (`SIGKILL`), ends as without it; the registered command line
/// turns that into status 0.
pub fn observe() {
    last::observe();
}

/// Does something that may go beyond a limit on the size of files: that is an error then, and no signal that ends the process.
///
/// # Errors
/// Those of `act`.
#[cfg(unix)]
pub fn without_size_signal<T>(act: impl FnOnce() -> Result<T, Errno>) -> Result<T, Errno> {
    sys::without_size_signal(act)
}

/// Says which event the call is of, once that is known.
pub fn event(event: Event) {
    last::set_event(event);
}

/// Covers the calling thread: to be called first in every thread that runs while the guard stands, as the signal stack that
/// Rust gives a thread can be too small. The main thread is covered by [`install`].
pub fn cover_thread() {
    if sys::cover_thread().is_err() {
        last::end(&Cause::NotInstalled);
    }
}

/// Answers and ends the process, without running destructors. Signals that arrive from here on do nothing; an answer that
/// cannot be written is a deny.
pub fn leave(answer: Answer<'_>) -> ! {
    // Where signals wait instead of ending the process, one may have come.
    #[cfg(bare)]
    sys::end_if_asked();
    // Nothing is written: what disturbs this is a deny, and leaves nothing half done.
    #[cfg(bare)]
    if answer == Answer::Silence {
        sys::exit(0);
    }
    last::claim();
    if last::observes() {
        sys::exit(0);
    }
    match answer {
        Answer::Silence => sys::exit(0),
        Answer::Json(bytes) => {
            last::stdout_used();
            match sys::send(last::Stream::Stdout, bytes) {
                last::Sent::All if !bytes.is_empty() => sys::exit(0),
                _ => last::end_claimed(&Cause::NotAnswered),
            }
        }
        Answer::Deny(why) if why.trim().is_empty() => last::deny("prexec: denied without a reason; blocked"),
        Answer::Deny(why) => last::deny(why),
    }
}

//! The guard's system calls: signal handlers on a stack of their own, the timer, writing and exiting.
//!
//! What runs in a handler calls functions of POSIX's async-signal-safe list only (`write`, `poll`, `fstat`, `stat`,
//! `pthread_sigmask`, `pthread_self`, `pause`, `_exit`), and never returns to what was interrupted.

#![allow(unsafe_code, reason = "system calls of libc")]

use super::Profile;
use super::last::{self, Cause, Claim, Sent, Stream};
use super::signals::{KINDS, Kind};
use crate::world::Errno;
use core::cell::UnsafeCell;
use core::ffi::c_int;
use core::mem::MaybeUninit;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use libc::{sigset_t, timeval};

/// Size of a signal stack. The kernel's frame alone is 3.5 KiB with AVX-512, 11 KiB with AMX, and more with wide SVE; what
/// is not touched costs nothing.
const STACK: usize = 64 << 10;
/// How long an ending waits for a reader of a full pipe: this many times [`WAIT_MS`], for each of the two streams.
const WAITS: u32 = 10;
const WAIT_MS: c_int = 25;
/// A pipe that `poll` calls writable takes this much without blocking.
const CHUNK: usize = libc::PIPE_BUF;

#[repr(C, align(64))]
struct Stack(UnsafeCell<[u8; STACK]>);
// SAFETY: only the kernel uses it, as the signal stack of the main thread.
unsafe impl Sync for Stack {}
static MAIN_STACK: Stack = Stack(UnsafeCell::new([0; STACK]));

/// Milliseconds of the deadline that is set; 0 for none.
static DEADLINE: AtomicU32 = AtomicU32::new(0);
/// The thread that ends the process; 0 while none does.
static ENDING: AtomicUsize = AtomicUsize::new(0);

/// Installs handlers, resets the signal mask, and makes the process leave no core behind. An error means that a fault would
/// not be caught.
pub(super) fn install(profile: Profile) -> Result<(), ()> {
    use_signal_stack(MAIN_STACK.0.get().cast())?;
    let hook = profile == Profile::Hook;
    for (number, _, kind) in KINDS {
        match (kind, hook) {
            (Kind::Fault, _) | (_, true) => handle(*number)?,
            // `prexec ... | head` ends quietly; Rust's start-up would turn it into an error.
            (Kind::Pipe, false) => default(*number)?,
            (Kind::Asked, false) => {}
        }
    }
    if hook {
        // Those that the C library keeps for itself are refused.
        for number in super::system::realtime_signals() {
            let _ = handle(number);
        }
        set_mask(libc::SIG_SETMASK, &only(core::iter::empty()));
        no_core();
        // SAFETY: the function is there for the life of the process and takes nothing.
        if unsafe { libc::atexit(unanswered) } != 0 {
            return Err(());
        }
    } else {
        set_mask(libc::SIG_UNBLOCK, &only(faults()));
    }
    super::system::harden();
    Ok(())
}

/// Gives the calling thread a signal stack, so that its stack overflow is caught too; the main thread has one. It is never
/// freed: a thread that needs this lives as long as the process.
pub(super) fn cover_thread() -> Result<(), ()> {
    let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANON);
    // SAFETY: an anonymous mapping touches nothing that exists.
    let stack = unsafe { libc::mmap(ptr::null_mut(), STACK, access, kind, -1, 0) };
    if stack == libc::MAP_FAILED { Err(()) } else { use_signal_stack(stack) }
}

fn use_signal_stack(stack: *mut libc::c_void) -> Result<(), ()> {
    let stack = libc::stack_t { ss_sp: stack, ss_flags: 0, ss_size: STACK };
    // SAFETY: `STACK` bytes that nothing else uses and that are never freed. It replaces the one of Rust's start-up, which is
    // too small; Rust frees that by its own pointer.
    check(unsafe { libc::sigaltstack(&raw const stack, ptr::null_mut()) })
}

fn check(result: c_int) -> Result<(), ()> {
    if result == 0 { Ok(()) } else { Err(()) }
}

/// Whether whoever started this process had it ignore broken pipes.
static PIPE_IGNORED: AtomicBool = AtomicBool::new(false);

/// Runs before Rust's start-up, which has every process ignore them.
#[used]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
static BEFORE_START: extern "C" fn() = note_pipe;

extern "C" fn note_pipe() {
    // SAFETY: all zeros is a valid `sigaction`; nothing is changed.
    let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: asks only.
    let asked = unsafe { libc::sigaction(libc::SIGPIPE, ptr::null(), &raw mut action) };
    PIPE_IGNORED.store(asked == 0 && action.sa_sigaction == libc::SIG_IGN, Ordering::SeqCst);
}

/// Broken pipes are again what they were when the process was started.
pub(super) fn restore_pipe() {
    let was = if PIPE_IGNORED.load(Ordering::SeqCst) { libc::SIG_IGN } else { libc::SIG_DFL };
    // The only error is a signal that there is not.
    let _ = action(libc::SIGPIPE, was, 0);
}

extern "C" fn on_signal(number: c_int) {
    let deadline = DEADLINE.load(Ordering::SeqCst);
    if number == libc::SIGALRM && deadline > 0 {
        last::end(&Cause::Deadline { ms: deadline.into() });
    }
    let known = KINDS.iter().find(|(known, ..)| *known == number);
    last::end(&Cause::Signal {
        name: known.map(|(_, name, _)| *name),
        number: u64::try_from(number).unwrap_or(0),
        fault: known.is_some_and(|(.., kind)| *kind == Kind::Fault),
    })
}

extern "C" fn unanswered() {
    last::end(&Cause::NoAnswer)
}

fn handle(number: c_int) -> Result<(), ()> {
    // A fault inside the handler must reach it again (the second time it only exits); all else waits.
    action(number, on_signal as *const () as usize, libc::SA_ONSTACK | libc::SA_NODEFER)
}

fn default(number: c_int) -> Result<(), ()> {
    action(number, libc::SIG_DFL, 0)
}

fn action(number: c_int, handler: libc::sighandler_t, flags: c_int) -> Result<(), ()> {
    // SAFETY: all zeros is a valid `sigaction` (the struct has other fields on other systems).
    let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    action.sa_sigaction = handler;
    action.sa_flags = flags;
    action.sa_mask = all_but(faults());
    // SAFETY: the handler has the signature that these flags ask for.
    check(unsafe { libc::sigaction(number, &raw const action, ptr::null_mut()) })
}

/// Does something that may go beyond a limit on the size of files: that is an error then, and no signal that ends the process.
pub(super) fn without_size_signal<T>(act: impl FnOnce() -> Result<T, Errno>) -> Result<T, Errno> {
    // SAFETY: all zeros is a valid `sigaction`; it is filled in where the call succeeds.
    let mut before: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: asks only.
    let asked = unsafe { libc::sigaction(libc::SIGXFSZ, ptr::null(), &raw mut before) };
    let ignored = action(libc::SIGXFSZ, libc::SIG_IGN, 0);
    let done = act();
    if asked == 0 && ignored.is_ok() {
        // SAFETY: what it was before, as the system gave it.
        unsafe { libc::sigaction(libc::SIGXFSZ, &raw const before, ptr::null_mut()) };
    }
    done
}

fn faults() -> impl Iterator<Item = c_int> {
    KINDS.iter().filter(|(.., kind)| *kind == Kind::Fault).map(|(number, ..)| *number)
}

fn only(numbers: impl Iterator<Item = c_int>) -> sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: `sigemptyset` fills it in; a number that is no signal would be refused.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for number in numbers {
            libc::sigaddset(set.as_mut_ptr(), number);
        }
        set.assume_init()
    }
}

fn all_but(numbers: impl Iterator<Item = c_int>) -> sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: as above.
    unsafe {
        libc::sigfillset(set.as_mut_ptr());
        for number in numbers {
            libc::sigdelset(set.as_mut_ptr(), number);
        }
        set.assume_init()
    }
}

fn set_mask(how: c_int, set: &sigset_t) {
    // SAFETY: the set is valid; the only error is an unknown `how`.
    unsafe { libc::pthread_sigmask(how, ptr::from_ref(set), ptr::null_mut()) };
}

fn no_core() {
    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the struct is valid. Lowering a limit is always allowed.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
}

/// Sends `SIGALRM` after `ms` milliseconds of real time; 0 for never.
pub(super) fn set_deadline(ms: u32) -> Result<(), ()> {
    DEADLINE.store(ms, Ordering::SeqCst);
    if ms > 0 {
        handle(libc::SIGALRM)?;
        set_mask(libc::SIG_UNBLOCK, &only(core::iter::once(libc::SIGALRM)));
    }
    #[allow(clippy::cast_lossless, reason = "the fields are 32 or 64 bits wide; 2^32 ms fit both ways")]
    let (seconds, rest) = ((ms / 1000) as _, (ms % 1000 * 1000) as _);
    let never = timeval { tv_sec: 0, tv_usec: 0 };
    let timer = libc::itimerval { it_interval: never, it_value: timeval { tv_sec: seconds, tv_usec: rest } };
    // SAFETY: the struct is valid; no old value is asked for.
    check(unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, ptr::null_mut()) })
}

/// Makes the calling thread the one that ends the process; from then on no signal from outside disturbs it.
pub(super) fn claim() -> Claim {
    set_mask(libc::SIG_BLOCK, &all_but(faults()));
    // SAFETY: cannot fail.
    let me = thread_number(unsafe { libc::pthread_self() });
    match ENDING.compare_exchange(0, me, Ordering::SeqCst, Ordering::SeqCst) {
        Ok(_) => Claim::First,
        Err(other) if other == me => Claim::Again,
        Err(_) => Claim::Elsewhere,
    }
}

/// `pthread_t` is a number on some systems and a pointer on others; never 0.
#[allow(clippy::cast_possible_truncation, clippy::unnecessary_cast, reason = "its type depends on the system")]
fn thread_number(thread: libc::pthread_t) -> usize {
    thread as usize
}

/// Sleeps until another thread has ended the process.
pub(super) fn wait_for_exit() -> ! {
    loop {
        // SAFETY: waits, nothing else.
        unsafe { libc::pause() };
    }
}

/// Writes to where a reader is; gives up after a quarter of a second without progress.
pub(super) fn send(stream: Stream, bytes: &[u8]) -> Sent {
    let file = match stream {
        Stream::Stdout => libc::STDOUT_FILENO,
        Stream::Stderr => libc::STDERR_FILENO,
    };
    if is_null_device(file) {
        return Sent::Nothing;
    }
    let mut rest = bytes;
    let mut waits = WAITS;
    while !rest.is_empty() && waits > 0 {
        match write_some(file, rest) {
            Step::Wrote(length) => rest = rest.get(length..).unwrap_or_default(),
            Step::Wait => waits = waits.saturating_sub(1),
            Step::Failed => break,
        }
    }
    match rest.len() {
        0 => Sent::All,
        left if left < bytes.len() => Sent::Part,
        _ => Sent::Nothing,
    }
}

enum Step {
    Wrote(usize),
    Wait,
    Failed,
}

/// One write of what the reader has room for: a pipe that nobody empties must not hold the process until Codex gives up.
fn write_some(file: c_int, bytes: &[u8]) -> Step {
    let mut poll = libc::pollfd { fd: file, events: libc::POLLOUT, revents: 0 };
    // SAFETY: one valid entry. Being interrupted is one of the waits.
    let ready = unsafe { libc::poll(&raw mut poll, 1, WAIT_MS) };
    // Where no file is permitted at all, poll refuses what write still does.
    let refused = ready < 0 && std::io::Error::last_os_error().raw_os_error() == Some(libc::EINVAL);
    if ready < 1 && !refused {
        return Step::Wait;
    }
    // SAFETY: reads at most the length of the slice.
    match unsafe { libc::write(file, bytes.as_ptr().cast(), bytes.len().min(CHUNK)) } {
        length if length > 0 => Step::Wrote(length.unsigned_abs()),
        0 => Step::Failed,
        _ => match std::io::Error::last_os_error().raw_os_error() {
            // A non-blocking pipe with less room than that may still be called writable: wait for more.
            Some(libc::EINTR | libc::EAGAIN) => {
                // SAFETY: no entries, only time passes.
                unsafe { libc::poll(ptr::null_mut(), 0, WAIT_MS) };
                Step::Wait
            }
            _ => Step::Failed,
        },
    }
}

/// Whether `file` is `/dev/null`. Rust's start-up opens that in the place of a standard stream that is closed; writing to it
/// succeeds and reaches nobody.
fn is_null_device(file: c_int) -> bool {
    let (mut this, mut null) = (MaybeUninit::<libc::stat>::uninit(), MaybeUninit::<libc::stat>::uninit());
    // SAFETY: each struct is read only after the call that fills it in has succeeded.
    unsafe {
        libc::fstat(file, this.as_mut_ptr()) == 0
            && this.assume_init_ref().st_mode & libc::S_IFMT == libc::S_IFCHR
            && libc::stat(c"/dev/null".as_ptr(), null.as_mut_ptr()) == 0
            && null.assume_init_ref().st_mode & libc::S_IFMT == libc::S_IFCHR
            && this.assume_init_ref().st_rdev == null.assume_init_ref().st_rdev
    }
}

/// Ends the process at once, without `atexit` functions or destructors.
pub(super) fn exit(status: u8) -> ! {
    // SAFETY: always allowed.
    unsafe { libc::_exit(c_int::from(status)) }
}

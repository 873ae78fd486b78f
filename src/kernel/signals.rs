//! Signals: handlers, the stack they run on, which of them wait, the timer.

use super::call::call;
use super::process;
use crate::world::Errno;
use core::ffi::c_void;
use core::mem;
use linux_raw_sys::general as k;

/// Numbers of signals under the names and with the type that the C library gives them.
pub(crate) mod numbers {
    use core::ffi::c_int;
    use linux_raw_sys::general as k;

    macro_rules! same {
        ($($name:ident),* $(,)?) => { $(pub(crate) const $name: c_int = k::$name.cast_signed();)* };
    }

    same!(
        SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, SIGXCPU, SIGXFSZ, SIGPIPE, SIGTERM, SIGALRM, SIGHUP,
        SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF, SIGIO, SIGTSTP, SIGTTIN, SIGTTOU, SIGPWR, SIGSTKFLT,
    );
}

/// Bytes of a set of signals.
const SET: usize = size_of::<k::kernel_sigset_t>();

/// A set of signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mask(u64);

impl Mask {
    /// All but these.
    pub(crate) fn all_but(numbers: impl IntoIterator<Item = i32>) -> Self {
        Self(numbers.into_iter().fold(u64::MAX, |mask, number| mask & !bit(number)))
    }

    /// Whether it holds a signal.
    pub(crate) fn holds(self, number: i32) -> bool {
        self.0 & bit(number) != 0
    }
}

/// Signals are counted from 1.
fn bit(number: i32) -> u64 {
    u32::try_from(number.wrapping_sub(1)).ok().and_then(|at| 1_u64.checked_shl(at)).unwrap_or(0)
}

fn set(mask: Mask) -> k::kernel_sigset_t {
    k::kernel_sigset_t { sig: [mask.0] }
}

/// Makes these signals, and no others, wait.
pub(crate) fn set_mask(mask: Mask) -> Result<(), Errno> {
    let mask = set(mask);
    let arguments = [k::SIG_SETMASK as usize, (&raw const mask).addr(), 0, SET];
    // SAFETY: a valid set; the old one is not asked for.
    unsafe { call(k::__NR_rt_sigprocmask, arguments) }.map(drop)
}

/// The signals that came and wait.
pub(crate) fn pending() -> Mask {
    let mut found = set(Mask(0));
    // SAFETY: room for a set of the size that is said.
    match unsafe { call(k::__NR_rt_sigpending, [(&raw mut found).addr(), SET]) } {
        Ok(_) => Mask(found.sig.first().copied().unwrap_or(0)),
        Err(_) => Mask(0),
    }
}

/// From now on handlers run on `stack`.
///
/// # Safety
///
/// Nothing else uses these bytes, ever.
pub(crate) unsafe fn use_stack(stack: *mut c_void, length: usize) -> Result<(), Errno> {
    let stack = k::stack_t { ss_sp: stack, ss_flags: 0, ss_size: length as _ };
    // SAFETY: a valid structure; the caller vouches for what it names.
    unsafe { call(k::__NR_sigaltstack, [(&raw const stack).addr(), 0]) }.map(drop)
}

/// Lets `handler` run when the signal comes, on the stack for handlers, while `waiting` signals wait. It may come again while
/// the handler runs. As the handler never returns, what the C library puts behind one (a call that restores what was
/// interrupted) is only there because the kernel insists on x86-64.
pub(crate) fn handle(number: i32, handler: extern "C" fn(i32) -> !, waiting: Mask) -> Result<(), Errno> {
    let flags = k::SA_ONSTACK | k::SA_NODEFER | k::SA_RESTORER;
    let action = k::kernel_sigaction {
        // SAFETY: both are functions that take a number; that one never returns is fine with who expects nothing of it.
        sa_handler_kernel: Some(unsafe {
            mem::transmute::<extern "C" fn(i32) -> !, unsafe extern "C" fn(i32)>(handler)
        }),
        sa_flags: flags.into(),
        sa_restorer: Some(never),
        sa_mask: set(waiting),
    };
    let Ok(number) = usize::try_from(number) else { return Err(Errno::INVALID) };
    // SAFETY: a valid structure whose functions are there as long as the process; the old one is not asked for.
    unsafe { call(k::__NR_rt_sigaction, [number, (&raw const action).addr(), 0, SET]) }.map(drop)
}

/// Takes back a signal that came and waits, and lets it do nothing from now on.
pub(crate) fn forget(number: i32) {
    let ignored = k::kernel_sigaction {
        // SAFETY: the kernel takes 1 (`SIG_IGN`) in the place of a function, and never calls it.
        sa_handler_kernel: unsafe { mem::transmute::<usize, Option<unsafe extern "C" fn(i32)>>(1) },
        sa_flags: 0,
        sa_restorer: None,
        sa_mask: set(Mask(0)),
    };
    let Ok(number) = usize::try_from(number) else { return };
    // SAFETY: a valid structure; the old one is not asked for. Fails for no signal that there is.
    let _ = unsafe { call(k::__NR_rt_sigaction, [number, (&raw const ignored).addr(), 0, SET]) };
}

unsafe extern "C" fn never() {
    process::exit(2)
}

/// Sends `SIGALRM` after `ms` milliseconds of real time; 0 for never.
pub(crate) fn timer(ms: u32) -> Result<(), Errno> {
    let never = k::__kernel_old_timeval { tv_sec: 0, tv_usec: 0 };
    let once = k::__kernel_old_timeval { tv_sec: i64::from(ms / 1000), tv_usec: i64::from(ms % 1000 * 1000) };
    let timer = k::__kernel_old_itimerval { it_interval: never, it_value: once };
    let arguments = [k::ITIMER_REAL as usize, (&raw const timer).addr(), 0];
    // SAFETY: a valid structure; the old value is not asked for.
    unsafe { call(k::__NR_setitimer, arguments) }.map(drop)
}

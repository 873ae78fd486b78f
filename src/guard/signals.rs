//! Which signals the guard knows, as a table. Left out are those that cannot be caught (`SIGKILL`, `SIGSTOP`) and those that
//! do nothing by default (`SIGCHLD`, `SIGCONT`, `SIGURG`, `SIGWINCH`).

#[cfg(bare)]
use crate::kernel::numbers as libc;
use core::ffi::c_int;

/// What a signal means to the process.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The process itself is at fault; a message in every profile. Never blocked: the kernel would kill.
    Fault,
    /// Nobody reads what it writes; quiet in tools.
    Pipe,
    /// Sent by somebody, a timer or a limit; tools leave it as it is.
    Asked,
}

macro_rules! table {
    ($($(#[$on:meta])? $kind:ident $signal:ident),* $(,)?) => {
        /// Number, name, kind.
        pub(super) const KINDS: &[(c_int, &str, Kind)] = &[$($(#[$on])? (libc::$signal, stringify!($signal), Kind::$kind)),*];
    };
}

table![
    Fault SIGSEGV,
    Fault SIGBUS,
    Fault SIGILL,
    Fault SIGFPE,
    Fault SIGABRT,
    Fault SIGTRAP,
    Fault SIGSYS,
    // Not among the faults: these two may come while the last message is written, and then they have to wait.
    Asked SIGXCPU,
    Asked SIGXFSZ,
    Pipe SIGPIPE,
    Asked SIGTERM,
    Asked SIGALRM,
    Asked SIGHUP,
    Asked SIGINT,
    Asked SIGQUIT,
    Asked SIGUSR1,
    Asked SIGUSR2,
    Asked SIGVTALRM,
    Asked SIGPROF,
    Asked SIGIO,
    // A hook that is stopped runs into Codex's time limit, and then the tool runs.
    Asked SIGTSTP,
    Asked SIGTTIN,
    Asked SIGTTOU,
    #[cfg(target_os = "linux")]
    Asked SIGPWR,
    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
    Asked SIGSTKFLT,
];

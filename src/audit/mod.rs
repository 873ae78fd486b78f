//! The audit trail as it is written: one line for each decision, and for what became of it. What reads the lines is `trail`.
//!
//! ```text
//! call + verdict + answer + facts of the process -> line (at most 32 KiB, secrets taken out) -> one append to DIR/YYYY-MM-DD.jsonl
//! ```
//!
//! A line says what was touched, not what was written: programs, paths, hosts and rules, never the command itself unless a policy asks
//! for it. Both executables of the hook write with this room, so it takes the system as a [`Disk`] and needs no standard library.
//! Nothing here changes a verdict. Whether a record that could not be written does is for `hook` to say.

mod append;
mod clock;
mod disk;
mod effects;
mod entry;
#[cfg(all(feature = "admin", unix))]
mod host;
mod json;
#[cfg(all(kernel, any(feature = "admin", bare)))]
mod kernel;
mod place;
pub mod redact;

pub use append::{Failed, MOST_BYTES, MOST_PARTS, append};
pub use clock::Time;
pub use disk::Disk;
pub use effects::Said;
#[cfg(feature = "admin")]
pub(crate) use effects::secrets;
pub use entry::{Asker, Entry, Kind, line};
#[cfg(all(feature = "admin", unix))]
pub use host::HostDisk;
#[cfg(all(kernel, any(feature = "admin", bare)))]
pub use kernel::KernelDisk;
pub use place::{MACHINE, Place, USER};
pub use redact::redact;

/// Names the form of a line.
pub const SCHEMA: &str = "prexec/record/1";
/// The most bytes of a line.
pub const MOST_LINE: usize = 32 << 10;

//! The compiled policy: all rules of a policy in one file that a call uses in place, instead of evaluating Starlark.
//!
//! - [`write`] makes it of a policy that loaded, with the facts by which a change of its sources is noticed.
//! - [`open`] checks what it is and reads its directory; everything else is read, and checked, when a call asks for it.
//! - Prefix rules are found by program and first argument, globs by a component of the path (`keys`), through a hash table in the
//!   file (`index`). An index only leaves out what cannot match, so that the verdict is that of the sources, byte for byte.
//!
//! A compiled policy is used only by the build of prexec that wrote it, because policies are judged with its knowledge of programs.

mod directory;
mod image;
mod index;
mod keys;
mod open;
mod write;
mod writers;

pub use directory::{Choice, Fact, GateFact, Origin, Role, Stat, digest_of_names, is_policy, of_names};
pub use image::{MAGIC, Source};
pub use open::{Compiled, open, open_from};
pub use write::write;
pub use writers::{Doubt, Writers};

use alloc::string::String;
use core::fmt;

/// Which prexec this is: a hash of its version, the shipped policies and the tables of programs.
pub const BUILD: u64 = match u64::from_str_radix(env!("PREXEC_BUILD"), 10) {
    Ok(build) => build,
    Err(_) => 0,
};

/// Why a compiled policy is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It does not begin as one.
    NotCompiled,
    /// Its format is of another version.
    Version(u32),
    /// Another prexec wrote it.
    OtherBuild,
    /// It is not as it was written.
    Damaged,
    /// It differs by account, and nobody knows whose calls these are.
    Account,
    /// A source changed since; which one, and how.
    Stale(String),
}

/// What a person is told of a compiled policy that is not used.
impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCompiled => write!(f, "this is no compiled policy"),
            Self::Version(version) => {
                write!(f, "it has version {version} of the format, this prexec reads {}", image::VERSION)
            }
            Self::OtherBuild => {
                write!(f, "it was compiled by another prexec, whose knowledge of programs differs")
            }
            Self::Damaged => write!(f, "it is damaged"),
            Self::Account => write!(f, "it differs by account, and the account cannot be found out"),
            Self::Stale(what) => write!(f, "it is older than its sources: {what}"),
        }
    }
}

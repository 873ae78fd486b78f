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

pub use directory::{Fact, Origin, Role, Stat};
pub use image::{MAGIC, Source};
pub use open::{Compiled, open, open_from};
pub use write::write;

use alloc::string::String;

/// Which prexec this is: a hash of its version, the shipped policies and the tables of programs.
pub const BUILD: u64 = parse(env!("PREXEC_BUILD"));

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
    /// A source changed since; which one, and how.
    Stale(String),
}

/// A number as the build step writes it.
const fn parse(digits: &str) -> u64 {
    let (digits, mut at, mut number) = (digits.as_bytes(), 0, 0_u64);
    while let Some((digit, _)) = split(digits, at) {
        number = number.wrapping_mul(10).wrapping_add(digit as u64 - b'0' as u64);
        at += 1;
    }
    number
}

/// The byte at a place, and those after it.
const fn split(bytes: &[u8], at: usize) -> Option<(u8, &[u8])> {
    match bytes.split_at_checked(at) {
        Some((_, [first, rest @ ..])) => Some((*first, rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

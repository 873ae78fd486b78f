//! The wire: hook JSON in, answer out. The only room that knows Codex's JSON and exit codes, as observed of Codex 0.169.0.
//!
//! [`read`] makes a [`Call`] of the bytes on standard input or says what is wrong with them; [`answer`] makes of a verdict what
//! Codex must see. Codex runs the tool whenever a hook ends in any other way than those two blocking ones, so every [`Fault`]
//! is to be answered as the deny that it converts into.

mod answer;
mod fault;
mod message;
mod notice;
mod strict;
mod tools;
mod typing;

pub use answer::{Answer, Exit, Instead, MAX_INSTEAD, Occasion, Question, answer, answer_asking};
pub use fault::{Fault, codes};
pub use message::{MAX_MESSAGE, reasons};
pub use notice::{Moment, Notice, notice};
pub use strict::{MAX_DEPTH, MAX_INPUT, MAX_VALUES, read as read_json};

pub(crate) use answer::{ask, silence};
pub(crate) use tools::Arguments;
pub(crate) use typing::call as type_call;

use crate::call::Call;

/// Reads one call: every byte strictly, then every field by its type.
///
/// A caller that reads from a stream need not read more than [`MAX_INPUT`] + 1 bytes: that many are a fault already.
///
/// # Errors
/// The input is anything but one whole call; see [`codes`].
pub fn read(input: &[u8]) -> Result<Call, Fault> {
    typing::call(strict::read(input)?, tools::read)
}

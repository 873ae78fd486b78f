//! To whom records are handed on.

use super::chain::Head;
use crate::trail::Record;
use std::string::String;
use std::time::Duration;

/// What is sent together.
#[derive(Debug)]
pub struct Batch<'b> {
    /// Names it, the same for every attempt.
    pub id: &'b str,
    /// Its records.
    pub records: &'b [Record],
    /// The head of the chain where they come from.
    pub head: Option<&'b Head>,
    /// So many of them were certainly sent before.
    pub sent: usize,
}

/// The receiver has the batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Records that it said it does not take.
    pub rejected: u64,
    /// What it said about that.
    pub said: Option<String>,
}

/// The receiver has not, or did not say that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It may take the same batch later.
    Later {
        /// How long it asked to be left alone.
        after: Option<Duration>,
        /// What went wrong.
        why: String,
    },
    /// It will not take it as things stand; a person has to change something.
    Never {
        /// What it said.
        why: String,
    },
    /// The cursor could not be written.
    Ours(String),
}

impl Failure {
    /// A failure that may pass.
    pub fn later(why: impl Into<String>) -> Self {
        Self::Later { after: None, why: why.into() }
    }
}

/// A receiver.
pub trait Target {
    /// Hands a batch on. Where records go one by one, `sent` hears how many of the batch are sent, after each.
    ///
    /// # Errors
    /// The receiver does not have it, or did not say so.
    fn send(&mut self, batch: &Batch<'_>, sent: &mut dyn FnMut(u64) -> Result<(), String>) -> Result<Taken, Failure>;
}

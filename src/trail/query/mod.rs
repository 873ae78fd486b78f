//! Questions about records: which there are, and how many of each kind.

mod counts;
pub mod facts;
mod scan;
mod wanted;

pub use counts::{Counts, Key};
pub use scan::scan;
pub use wanted::{Query, Wanted, accessed};

use super::Span;

/// All that is asked.
#[derive(Debug)]
pub struct Asked {
    /// Which records.
    pub query: Query,
    /// Of which time.
    pub span: Span,
    /// By what they are counted; they are listed where there is nothing.
    pub keys: std::vec::Vec<Key>,
    /// The newest so many are listed; all where no number is given.
    pub limit: Option<usize>,
}

/// What came out, besides the records that are listed.
#[derive(Debug, Default)]
pub struct Answer {
    /// Records that are meant.
    pub found: u64,
    /// Records of that time that could not be written, whatever they were.
    pub lost: u64,
    /// Lines that are no records, in the files that were looked at.
    pub torn: u64,
    /// How many of each.
    pub counts: Counts,
}

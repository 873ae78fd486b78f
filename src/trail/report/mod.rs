//! One page that tells what happened: numbers of a pass over the records, and the page made of them.

mod chart;
mod count;
mod page;
mod sessions;
mod tally;
mod words;

pub use page::html;
pub use tally::Tally;

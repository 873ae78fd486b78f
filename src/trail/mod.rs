//! The audit trail as it is read: the files of a record directory, and the lines in them. What writes them is the hook (`audit`);
//! nothing here is on the path of a call.
//!
//! ```text
//! DIR/2026-11-21.jsonl      one line per record; a day that grows too large goes on in 2026-11-21.1.jsonl, ...
//! DIR/chain.jsonl           one line per file that is closed: its digest, and that of the line before
//! ```

mod again;
pub mod chain;
mod condition;
pub mod export;
mod files;
pub mod index;
mod keep;
mod moment;
pub mod query;
mod record;
pub mod report;
pub mod source;
mod verify;

pub use condition::{Condition, condition};
pub use files::{Day, DayFile, day_files};
pub use keep::{Kept, RULES, Rules, close_all, close_due, keep, keep_all};
pub use moment::{Moment, Span, length, point};
pub use record::{Agent, Effect, Kind, Reason, Record, SCHEMA, read_line};
pub use verify::{Finding, VERIFY_SCHEMA, Verified, verify};

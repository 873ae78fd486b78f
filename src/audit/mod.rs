//! The audit trail as it is written: one line per decision, and what becomes of it. `core` and `alloc` only: the executable that is
//! started for each call links it. What reads the trail is `trail`.
//!
//! ```text
//! texts of a call -> redact -> a line -> one append
//! ```

pub mod redact;

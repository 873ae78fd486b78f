//! Holds prexec's Starlark front end and prefix rules against the real `codex execpolicy check`.
//!
//! `EXECPOLICY_PAIRS` is how many random pairs of rules and command are compared (20,000 where it is not set), `EXECPOLICY_SEED`
//! which ones. Where the two are meant to differ is in [`prexec::policy::Difference`] and in the rows of `load.jsonl` with a `why`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod answer;
mod argv;
mod client;
mod compare;
mod directed;
mod load;
mod random;
mod rules;
mod words;

//! Text for people: hostile characters made visible, so that nobody approves or reads something else than what is there.

pub mod date;
pub mod eight;
mod visible;

pub use visible::{is_hidden, visible, visible_bytes, visible_up_to};

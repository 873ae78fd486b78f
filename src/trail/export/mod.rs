//! Records in the forms that others read, and the ways to hand them on.
//!
//! A record goes out under its own `id`, which no other record has. Whoever receives takes that as the key: a record that comes a
//! second time, because the answer to the first time was lost, is then one record.

pub mod batch;
pub mod chain;
mod clean;
pub mod csv;
pub mod cursor;
pub mod datagram;
mod ecs;
mod facts;
pub mod http;
mod journald;
mod ocsf;
pub mod otlp;
pub mod sarif;
pub mod ship;
mod syslog;
pub mod target;
pub mod webhook;

pub use clean::clean;
pub use facts::summary;

use super::Record;
use serde_json::Value as Json;

/// Forms in which a record is one JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it is recorded.
    Own,
    /// Open Cybersecurity Schema Framework.
    Ocsf,
    /// Elastic Common Schema.
    Ecs,
}

/// A record in that form.
pub fn json(form: Form, record: &Record) -> Json {
    match form {
        Form::Own => serde_json::to_value(record).unwrap_or_default(),
        Form::Ocsf => ocsf::event(record),
        Form::Ecs => ecs::document(record),
    }
}

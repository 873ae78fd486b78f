//! The room over small machines in memory.

mod answers;
mod filters;
mod index;
mod limits;
mod links;
mod looks;
mod made;
mod shadows;
mod staged;
mod standing;
mod stored;

use super::{Layer, Policy, Trust};
use crate::effect::{Certainty, Effect, Kind, PathValue, Span, Value};
use alloc::{string::String, vec::Vec};

/// A policy that says nothing.
fn nothing() -> Policy {
    Policy { layers: Vec::from([Layer::new(Trust::Managed)]), digest: String::new() }
}

fn known(path: &str) -> PathValue {
    PathValue::file(Value::from(path))
}

fn pattern(text: &str) -> Value {
    Value::Pattern(text.as_bytes().into())
}

fn write(path: PathValue) -> Effect {
    Effect { kind: Kind::Write(path), certainty: Certainty::Known, span: Span::default(), by: None, command: None }
}

//! Tests of the globs: tables, and properties against `globset` and against brute force.

mod against_globset;
mod brute_force;
mod index;
mod language;
mod policy;

use super::{PathGlob, Subject};
use crate::effect::{PathValue, Value};
use alloc::vec::Vec;

fn globs(texts: &[&str]) -> Vec<PathGlob> {
    texts.iter().map(|text| PathGlob::parse(text).unwrap_or_else(|e| panic!("`{text}`: {e}"))).collect()
}

fn affix(prefix: &str, suffix: &str) -> Value {
    Value::Affix { prefix: prefix.into(), suffix: suffix.into() }
}

fn pattern(text: &str) -> Value {
    Value::Pattern(text.into())
}

fn subject(value: Value, tree: bool) -> Subject {
    Subject::new(&PathValue::standing(value, tree))
}

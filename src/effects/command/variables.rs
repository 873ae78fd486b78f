//! Environment variables that a command gets.

use crate::{
    effect::{Cause, Certainty, Effect, Kind, Span, Value},
    tables::{Tables, words::VariableRole},
};
use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

/// What setting a variable in the environment of a command does. The value is only looked at by rules, so it is not needed.
pub fn assignment(tables: &Tables<'_>, name: &[u8], span: Span, by: &str) -> Vec<Effect> {
    let effect = |kind, certainty| Effect { kind, certainty, span, by: Some(by.to_string()), command: None };
    let mut effects = vec![effect(Kind::SetEnv(Value::Known(name.to_vec())), Certainty::Known)];
    let shown = String::from_utf8_lossy(name);
    let cause = match tables.variable(name) {
        Some(VariableRole::Inert) => return effects,
        Some(VariableRole::Executing) => {
            Cause { code: "executing-variable", detail: format!("`{shown}` can make programs run other code") }
        }
        None => Cause { code: "unreviewed-variable", detail: format!("what programs do with `{shown}` is not known") },
    };
    effects.push(effect(Kind::Unknown(cause), Certainty::Unknown));
    effects
}

/// The same for a word `NAME=VALUE`; a word without `=` only names a variable.
pub(super) fn assignment_text(tables: &Tables<'_>, word: &Value, span: Span, by: &str) -> Vec<Effect> {
    let text = match word {
        Value::Known(text) => text,
        Value::Affix { prefix, .. } if prefix.contains(&b'=') => prefix,
        _ => {
            let cause = Cause { code: "dynamic-variable", detail: "the variable that is set is not known".into() };
            let effect = |kind| Effect { kind, certainty: Certainty::Unknown, span, by: Some(by.into()), command: None };
            return vec![effect(Kind::SetEnv(Value::ANY_WORD)), effect(Kind::Unknown(cause))];
        }
    };
    match super::options::split(text, b'=') {
        (name, Some(_)) => assignment(tables, name.strip_suffix(b"+").unwrap_or(name), span, by),
        _ => Vec::new(),
    }
}

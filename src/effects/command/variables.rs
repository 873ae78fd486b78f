//! Environment variables that a command gets.

use crate::{
    effect::{Cause, Certainty, Effect, Kind, Span, Value},
    tables::{Tables, words::VariableRole},
};
use alloc::{format, string::String, vec, vec::Vec};

/// What setting a variable in the environment of a command does. Few names have values that make them harmless (`PAGER=cat`).
pub fn assignment(tables: &Tables<'_>, name: &[u8], value: Option<&[u8]>, span: Span, by: &str) -> Vec<Effect> {
    let effect = |kind, certainty| Effect { kind, certainty, span, by: Some(by.into()), command: None };
    let mut effects = vec![effect(Kind::SetEnv(Value::Known(name.into())), Certainty::Known)];
    let shown = String::from_utf8_lossy(name);
    let cause = match role(tables, name, value) {
        Some(VariableRole::Inert) => return effects,
        Some(VariableRole::Executing) => {
            Cause { code: "executing-variable", detail: format!("`{shown}` can make programs run other code") }
        }
        None => Cause { code: "unreviewed-variable", detail: format!("what programs do with `{shown}` is not known") },
    };
    effects.push(effect(Kind::Unknown(cause), Certainty::Unknown));
    effects
}

/// What setting a variable of the shell does that is not given to commands, as `NAME=VALUE` alone: nothing, unless the name is
/// one that the shell or programs act upon (it may have been exported before).
pub fn shell_assignment(tables: &Tables<'_>, name: &[u8], value: Option<&[u8]>, span: Span, by: &str) -> Vec<Effect> {
    match role(tables, name, value) {
        // Shells take it from nobody's environment; what it does to the words of this one is followed.
        _ if name == b"IFS" => Vec::new(),
        Some(VariableRole::Executing) => assignment(tables, name, value, span, by),
        _ => Vec::new(),
    }
}

fn role(tables: &Tables<'_>, name: &[u8], value: Option<&[u8]>) -> Option<VariableRole> {
    let whole = value.and_then(|value| tables.variable(&[name, b"=", value].concat()));
    match whole {
        // The row of a family (`GIT_*`) says nothing of the value.
        Some(VariableRole::Inert) => whole,
        _ => tables.variable(name),
    }
}

/// The same for a word `NAME=VALUE`; a word without `=` only names a variable.
pub(super) fn assignment_text(tables: &Tables<'_>, word: &Value, span: Span, by: &str, exported: bool) -> Vec<Effect> {
    let text = match word {
        Value::Known(text) => text,
        Value::Affix { prefix, .. } if prefix.contains(&b'=') => prefix,
        _ => {
            let cause = Cause { code: "dynamic-variable", detail: "the variable that is set is not known".into() };
            let effect =
                |kind| Effect { kind, certainty: Certainty::Unknown, span, by: Some(by.into()), command: None };
            return vec![effect(Kind::SetEnv(Value::ANY_WORD)), effect(Kind::Unknown(cause))];
        }
    };
    match super::options::split(text, b'=') {
        (name, Some(value)) => {
            let whole = word.known().is_some() && !name.ends_with(b"+");
            let (name, value) = (name.strip_suffix(b"+").unwrap_or(name), whole.then_some(value));
            if exported {
                assignment(tables, name, value, span, by)
            } else {
                shell_assignment(tables, name, value, span, by)
            }
        }
        _ => Vec::new(),
    }
}

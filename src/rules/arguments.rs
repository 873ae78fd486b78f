//! The arguments of a builtin's call, taken apart by hand so that a mistake in one call is recorded and the others are still
//! looked at (the interpreter's own binding would end the evaluation).

use super::diagnostics::{Problem, sentence};
use crate::decision::Decision;
use crate::policy::Head;
use starlark::eval::Arguments;
use starlark::values::{Heap, Value, dict::DictRef, list::ListRef};
use std::{borrow::ToOwned, format, string::ToString, vec::Vec};

/// The signature of a builtin: its parameters in order, and how many of them at the front must be given.
#[derive(Clone, Copy)]
pub(super) struct Signature {
    pub(super) function: &'static str,
    pub(super) parameters: &'static [&'static str],
    pub(super) required: usize,
}

/// The values given to a call, by parameter.
pub(super) struct Call<'v> {
    signature: Signature,
    values: Vec<Option<Value<'v>>>,
}

impl<'v> Call<'v> {
    /// Puts positional and named arguments to their parameters. `None` counts as not given.
    pub(super) fn bind(signature: Signature, args: &Arguments<'v, '_>, heap: Heap<'v>) -> Result<Self, Problem> {
        let Signature { function, parameters, required } = signature;
        let usage = || format!("write `{function}({})`", parameters.join(", "));
        let internal = |e: starlark::Error| Problem::new(sentence(&e.without_diagnostic().to_string()), usage());
        let mut values = std::vec![None; parameters.len()];
        for (i, value) in args.positions(heap).map_err(internal)?.enumerate() {
            let slot = values.get_mut(i).ok_or_else(|| {
                Problem::new(format!("`{function}` takes at most {} arguments", parameters.len()), usage())
            })?;
            *slot = Some(value);
        }
        for (name, value) in &args.names_map().map_err(internal)? {
            let name = name.as_str();
            let slot = parameters.iter().position(|p| *p == name).and_then(|i| values.get_mut(i));
            let slot = slot.ok_or_else(|| Problem::new(format!("`{function}` has no argument `{name}`"), usage()))?;
            if slot.is_some() {
                return Err(Problem::new(format!("`{name}` is given twice"), "write it once"));
            }
            *slot = Some(*value);
        }
        let values: Vec<_> = values.into_iter().map(|v| v.filter(|v| !v.is_none())).collect();
        match parameters.iter().zip(&values).take(required).find(|(_, v)| v.is_none()) {
            Some((name, _)) => Err(Problem::new(format!("`{function}` needs `{name}`"), usage())),
            None => Ok(Self { signature, values }),
        }
    }

    /// The value of a parameter, where one was given.
    pub(super) fn value(&self, name: &str) -> Option<Value<'v>> {
        let i = self.signature.parameters.iter().position(|p| *p == name)?;
        self.values.get(i).copied().flatten()
    }

    fn wrong_type(name: &str, value: Value<'v>, wanted: &str) -> Problem {
        let found = value.get_type();
        Problem::new(format!("`{name}` is of type {found}, not {wanted}"), format!("write {wanted}"))
    }

    /// A string.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'v str>, Problem> {
        let Some(value) = self.value(name) else { return Ok(None) };
        value.unpack_str().map(Some).ok_or_else(|| Self::wrong_type(name, value, "a string"))
    }

    /// A string that must be given and say something.
    pub(super) fn needed_text(&self, name: &str) -> Result<&'v str, Problem> {
        match self.text(name)?.filter(|text| !text.trim().is_empty()) {
            Some(text) => Ok(text),
            None => Err(Problem::new(format!("`{name}` is blank"), format!("give `{name}` a value"))),
        }
    }

    /// A list; one that was not given is empty.
    pub(super) fn list(&self, name: &str) -> Result<Vec<Value<'v>>, Problem> {
        let Some(value) = self.value(name) else { return Ok(Vec::new()) };
        let list = ListRef::from_value(value).ok_or_else(|| Self::wrong_type(name, value, "a list"))?;
        Ok(list.content().to_vec())
    }

    /// A list of strings; one that was not given is empty.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<&'v str>, Problem> {
        strings(name, self.list(name)?)
    }

    /// One string, or a list of them that is not empty; none where it was not given.
    pub(super) fn one_or_more(&self, name: &str) -> Result<Vec<&'v str>, Problem> {
        let Some(value) = self.value(name) else { return Ok(Vec::new()) };
        let texts = match (value.unpack_str(), ListRef::from_value(value)) {
            (Some(one), _) => std::vec![one],
            (_, Some(list)) => strings(name, list.content().to_vec())?,
            _ => return Err(Self::wrong_type(name, value, "a string or a list of strings")),
        };
        match texts.iter().find(|t| t.trim().is_empty()) {
            None if !texts.is_empty() => Ok(texts),
            None => Err(Problem::new(format!("`{name}` is an empty list"), "name at least one, or leave it out")),
            Some(_) => Err(Problem::new(format!("`{name}` has a blank entry"), "remove it")),
        }
    }

    /// A boolean; false where it was not given.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Problem> {
        let Some(value) = self.value(name) else { return Ok(false) };
        value.unpack_bool().ok_or_else(|| Self::wrong_type(name, value, "`True` or `False`"))
    }

    /// A dictionary with string keys; one that was not given is empty.
    pub(super) fn dictionary(&self, name: &str) -> Result<Vec<(&'v str, Value<'v>)>, Problem> {
        let Some(value) = self.value(name) else { return Ok(Vec::new()) };
        dictionary(name, value)
    }

    /// A decision word of a rule.
    pub(super) fn decision(&self, name: &str) -> Result<Option<Decision>, Problem> {
        self.text(name)?.map(|word| decision(word, "")).transpose()
    }

    /// What every rule has; `default` is its decision where the call does not say.
    pub(super) fn head(&self, place: &str, default: Decision) -> Result<Head, Problem> {
        let decision = self.decision("decision")?.unwrap_or(default);
        self.head_with(place, decision)
    }

    /// What every rule has, with a decision that was read before.
    pub(super) fn head_with(&self, place: &str, decision: Decision) -> Result<Head, Problem> {
        let justification = self.text("justification")?;
        if justification.is_some_and(|text| text.trim().is_empty()) {
            return Err(Problem::new("the justification is blank", "say why, or leave `justification` out"));
        }
        let tiers = self.one_or_more("tiers")?.into_iter().map(ToOwned::to_owned).collect();
        Ok(Head { place: place.to_owned(), decision, justification: justification.map(ToOwned::to_owned), tiers })
    }
}

/// Reads a decision word; `more` lists further words that are allowed here, for the help.
pub(super) fn decision(word: &str, more: &str) -> Result<Decision, Problem> {
    Decision::from_rule_word(word).ok_or_else(|| {
        let help = format!("write \"allow\", \"prompt\" or \"forbidden\"{more}");
        Problem::new(format!("unknown decision `{word}`"), help)
    })
}

/// The strings of a list of values.
pub(super) fn strings<'v>(name: &str, values: Vec<Value<'v>>) -> Result<Vec<&'v str>, Problem> {
    let text = |value: Value<'v>| {
        value.unpack_str().ok_or_else(|| {
            let found = value.get_type();
            Problem::new(format!("`{name}` has an entry of type {found}"), "write strings only")
        })
    };
    values.into_iter().map(text).collect()
}

/// The entries of a dictionary with string keys.
pub(super) fn dictionary<'v>(name: &str, value: Value<'v>) -> Result<Vec<(&'v str, Value<'v>)>, Problem> {
    let dict =
        DictRef::from_value(value).ok_or_else(|| Call::wrong_type(name, value, "a dictionary with string keys"))?;
    let entry = |(key, value): (Value<'v>, Value<'v>)| {
        let key = key.unpack_str().ok_or_else(|| Call::wrong_type("key", key, "a string"))?;
        Ok((key, value))
    };
    dict.iter().map(entry).collect()
}

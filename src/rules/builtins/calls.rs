//! `env_rule` and `tool_rule`: environment variables, and tools that are not a shell.

use super::super::arguments::{Call, Signature, dictionary};
use super::super::diagnostics::Problem;
use super::super::examples::{name_example_matches, verdict};
use super::super::globs;
use super::super::session::{Site, State};
use super::paths::examples;
use crate::decision::Decision;
use crate::glob::Glob;
use crate::policy::{EnvAccess, EnvRule, LazyRegex, ToolRule};
use starlark::values::{Value, dict::DictRef, list::ListRef, tuple::TupleRef};
use std::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec::Vec,
};

pub(super) const ENV_RULE: Signature = Signature {
    function: "env_rule",
    parameters: &["name", "access", "decision", "match", "not_match", "justification", "tiers", "owner", "review"],
    required: 3,
};
pub(super) const TOOL_RULE: Signature = Signature {
    function: "tool_rule",
    parameters: &["tool", "decision", "arguments", "match", "not_match", "justification", "tiers", "owner", "review"],
    required: 2,
};

pub(super) fn env_rule(call: &Call<'_>, site: &Site, state: &mut State) -> Result<(), Problem> {
    let head = call.head(&site.place, Decision::Deny)?;
    let written = call.one_or_more("name")?;
    if let Some(name) = written.iter().find(|name| name.contains(['=', '$'])) {
        return Err(Problem::new(format!("`{name}` is not the name of a variable"), "write the name alone: \"AWS_*\""));
    }
    let names = written.iter().map(|glob| globs::name(glob)).collect::<Result<Vec<_>, _>>()?;
    let mut access = Vec::new();
    for word in call.one_or_more("access")? {
        let kind = match word {
            "read" => EnvAccess::Read,
            "set" => EnvAccess::Set,
            _ => return Err(Problem::new(format!("unknown access `{word}`"), "write \"read\" or \"set\"")),
        };
        if !access.contains(&kind) {
            access.push(kind);
        }
    }
    examples(call, |name| name_example_matches(&names, name))?;
    state.use_tiers(site, &head);
    state.layer.env_rules.push(EnvRule { head, names, access });
    Ok(())
}

pub(super) fn tool_rule(call: &Call<'_>, site: &Site, state: &mut State) -> Result<(), Problem> {
    let head = call.head(&site.place, Decision::Deny)?;
    let written = call.needed_text("tool")?;
    let tool = globs::name(written)?;
    let mut arguments = Vec::new();
    for (name, value) in call.dictionary("arguments")? {
        if name.trim().is_empty() {
            return Err(Problem::new("an argument's name is blank", "name the argument"));
        }
        let text = value.unpack_str().ok_or_else(|| {
            let message = format!("the regex for `{name}` is of type {}", value.get_type());
            Problem::new(message, "write it as a string")
        })?;
        arguments.push((name.to_owned(), regex(name, text)?));
    }
    for (list, wanted) in [("match", true), ("not_match", false)] {
        for value in call.list(list)? {
            let example = Example::read(value)?;
            verdict(&example.shown, wanted, example.matches(&tool, &arguments))?;
        }
    }
    state.use_tiers(site, &head);
    state.layer.tool_rules.push(ToolRule { head, tool, arguments });
    Ok(())
}

fn regex(name: &str, text: &str) -> Result<LazyRegex, Problem> {
    LazyRegex::parse(text).map_err(|error| {
        // The engine shows the regex with a caret; its last line says what is wrong.
        let last = error.lines().last().unwrap_or_default().trim();
        let reason = last.strip_prefix("error: ").unwrap_or(last);
        let message = format!("bad regex `{text}` for `{name}`: {}", super::super::diagnostics::sentence(reason));
        Problem::new(message, "the syntax is that of Rust's `regex`: no look-around, no back-references")
    })
}

/// An example call of a tool.
struct Example {
    shown: String,
    tool: String,
    arguments: Vec<(String, String)>,
}

impl Example {
    fn read(value: Value<'_>) -> Result<Self, Problem> {
        let help = "write {\"tool\": \"NAME\", \"arguments\": {\"NAME\": VALUE}}";
        let mut example = Self { shown: json(value, help)?, tool: String::new(), arguments: Vec::new() };
        for (key, value) in dictionary("example", value)? {
            match key {
                "tool" => {
                    let name =
                        value.unpack_str().ok_or_else(|| Problem::new("an example's tool is no string", help))?;
                    name.clone_into(&mut example.tool);
                }
                "arguments" => {
                    for (name, value) in dictionary("arguments", value)? {
                        // As in a call: a string is its text, anything else compact JSON.
                        let text = value.unpack_str().map_or_else(|| json(value, help), |text| Ok(text.to_string()))?;
                        example.arguments.push((name.to_owned(), text));
                    }
                }
                _ => return Err(Problem::new(format!("an example has an unknown key `{key}`"), help)),
            }
        }
        if example.tool.is_empty() { Err(Problem::new("an example names no tool", help)) } else { Ok(example) }
    }

    fn matches(&self, tool: &Glob, regexes: &[(String, LazyRegex)]) -> bool {
        let holds = |(name, regex): &(String, LazyRegex)| {
            let value = self.arguments.iter().find(|(n, _)| n == name);
            value.is_some_and(|(_, text)| regex.is_match(text) == Some(true))
        };
        name_example_matches(core::slice::from_ref(tool), &self.tool) && regexes.iter().all(holds)
    }
}

/// Deepest nesting of an example.
const DEPTH: usize = 64;

fn json(value: Value<'_>, help: &str) -> Result<String, Problem> {
    if deeper_than(value, DEPTH) {
        return Err(Problem::new(format!("an example nests deeper than {DEPTH}"), help));
    }
    value.to_json().map_err(|_| Problem::new("an example cannot be written as JSON", help))
}

/// Whether lists, tuples and dictionaries hold one another more than `depth` deep; writing JSON takes them by recursion.
fn deeper_than(value: Value<'_>, depth: usize) -> bool {
    let Some(below) = depth.checked_sub(1) else { return true };
    if let Some(list) = ListRef::from_value(value) {
        return list.iter().any(|v| deeper_than(v, below));
    }
    if let Some(tuple) = TupleRef::from_value(value) {
        return tuple.content().iter().any(|v| deeper_than(*v, below));
    }
    DictRef::from_value(value).is_some_and(|dict| dict.values().any(|v| deeper_than(v, below)))
}

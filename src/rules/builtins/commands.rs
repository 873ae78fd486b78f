//! `prefix_rule` and `host_executable`: commands by their first words, as in Codex's own rules.

use super::super::arguments::{Call, Signature, strings};
use super::super::diagnostics::Problem;
use super::super::examples::CommandExamples;
use super::super::session::{Site, State};
use crate::decision::Decision;
use crate::path;
use crate::policy::{Alternatives, HostExecutable, PrefixRule};
use starlark::values::{Value, list::ListRef};
use std::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec::Vec,
};

pub(super) const PREFIX_RULE: Signature = Signature {
    function: "prefix_rule",
    parameters: &[
        "pattern",
        "decision",
        "match",
        "not_match",
        "justification",
        "canonical_matching",
        "options_anywhere",
        "tiers",
        "unless",
        "owner",
        "review",
    ],
    required: 1,
};
pub(super) const HOST_EXECUTABLE: Signature =
    Signature { function: "host_executable", parameters: &["name", "paths"], required: 2 };

pub(super) fn prefix_rule(call: &Call<'_>, site: &Site, state: &mut State) -> Result<(), Problem> {
    let head = call.head(&site.place, Decision::Allow)?;
    let pattern = call.list("pattern")?.into_iter().map(alternatives).collect::<Result<Vec<_>, _>>()?;
    if pattern.is_empty() {
        return Err(Problem::new("the pattern is empty", "name at least the program: [\"git\"]"));
    }
    let matches = call.list("match")?.into_iter().map(words).collect::<Result<_, _>>()?;
    let not_matches = call.list("not_match")?.into_iter().map(words).collect::<Result<_, _>>()?;
    let options_anywhere = call.flag("options_anywhere")?;
    if options_anywhere && head.decision == Decision::Allow {
        let help = "write the options where they stand, or forbid instead";
        return Err(Problem::new("`options_anywhere` is for rules that forbid or prompt", help));
    }
    let unless: Vec<String> = call.texts("unless")?.into_iter().map(ToOwned::to_owned).collect();
    if !unless.is_empty() && head.decision == Decision::Allow {
        return Err(Problem::new(
            "`unless` is for rules that forbid or prompt",
            "forbid or prompt in another rule instead",
        ));
    }
    if let Some(word) = unless.iter().find(|word| !word.starts_with('-')) {
        return Err(Problem::new(
            format!("`unless` has `{word}`, which is no option"),
            "write options: [\"-n\", \"--dry-run\"]",
        ));
    }
    let rule = PrefixRule { head, pattern, ignore_case: call.flag("canonical_matching")?, options_anywhere, unless };
    state.use_tiers(site, &rule.head);
    state.examples.push(CommandExamples { site: site.clone(), rule: rule.clone(), matches, not_matches });
    state.layer.prefix_rules.push(rule);
    Ok(())
}

/// One position of a pattern. A blank word is a word: a command may have one.
fn alternatives(value: Value<'_>) -> Result<Alternatives, Problem> {
    if let Some(word) = value.unpack_str() {
        return Ok(Vec::from([word.to_owned()]));
    }
    let list = ListRef::from_value(value).ok_or_else(|| {
        let message = format!("the pattern has an entry of type {}", value.get_type());
        Problem::new(message, "write a word, or a list of words for alternatives")
    })?;
    if list.is_empty() {
        return Err(Problem::new("the pattern has an empty list of alternatives", "name at least one word"));
    }
    Ok(strings("pattern", list.content().to_vec())?.into_iter().map(ToOwned::to_owned).collect())
}

/// The words of an example.
fn words(value: Value<'_>) -> Result<Vec<String>, Problem> {
    let words = if let Some(text) = value.unpack_str() {
        shlex::split(text).ok_or_else(|| {
            Problem::new(format!("the example `{text}` is not closed: a quote or backslash at its end"), "close it")
        })?
    } else if let Some(list) = ListRef::from_value(value) {
        strings("example", list.content().to_vec())?.into_iter().map(ToOwned::to_owned).collect()
    } else {
        let message = format!("an example is of type {}", value.get_type());
        return Err(Problem::new(message, "write a command as a string, or as a list of its words"));
    };
    if words.is_empty() { Err(Problem::new("an example is empty", "write a command")) } else { Ok(words) }
}

pub(super) fn host_executable(call: &Call<'_>, _: &Site, state: &mut State) -> Result<(), Problem> {
    let name = call.text("name")?.unwrap_or_default();
    if name.is_empty() {
        return Err(Problem::new("`name` is empty", "name the program"));
    }
    if name.contains('/') || matches!(name, "." | "..") {
        return Err(Problem::new(format!("`{name}` is not a bare program name"), "write the name without directories"));
    }
    let mut paths: Vec<String> = Vec::new();
    for written in call.texts("paths")? {
        if !written.starts_with('/') {
            return Err(Problem::new(format!("the path `{written}` is not absolute"), "start it with `/`"));
        }
        let path = String::from_utf8_lossy(&path::normalize(written.as_bytes())).into_owned();
        if path.rsplit('/').next() != Some(name) {
            return Err(Problem::new(format!("the path `{written}` does not end in `{name}`"), "correct one of them"));
        }
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    // As in Codex, the last registration of a name is the one that counts.
    state.layer.host_executables.retain(|known| known.name != name);
    state.layer.host_executables.push(HostExecutable { name: name.to_string(), paths });
    Ok(())
}

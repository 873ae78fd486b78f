//! `program` and `wrapper`: what an administrator knows of programs that prexec does not.

use super::super::arguments::{Call, Signature};
use super::super::diagnostics::Problem;
use super::super::session::{Site, State};
use crate::tables::{
    Tables,
    decode::decode,
    encode::{self, ProgramRow},
    source,
    words::{Runs, flags},
};
use serde_json::{Map, Value as Json};
use std::{borrow::ToOwned, format, string::String, vec::Vec};

/// The fields of a row of `policies/tables`, without those that only make sense for what a shell has built in. A test holds them
/// against the tables' own.
pub(super) const PROGRAM: Signature = Signature {
    function: "program",
    parameters: &[
        "name",
        "same_as",
        "flags",
        "options",
        "operands",
        "last",
        "default_operand",
        "style",
        "stops",
        "numeric",
        "plus",
        "subcommands",
        "inert",
        "always_recursive",
        "assignments",
        "open",
        "writes_tree",
        "operand_values",
        "network",
        "skips_hidden",
        "spares_repository",
        "redirected",
        "drops_first",
        "recursive",
        "writes_operands",
        "target",
        "runs_nothing",
        "posts",
        "heads",
        "puts",
        "about",
        "interactive",
        "reads_only",
        "extracts",
        "stdin_code",
        "ends",
        "names_on_stdin",
        "lists",
        "hidden",
        "writes_all",
        "spares",
        "follows",
        "unpacks",
        "no_file",
        "no_directory",
        "only_file",
        "unfiltered",
        "complete",
        "notes",
    ],
    required: 1,
};
pub(super) const WRAPPER: Signature = Signature {
    function: "wrapper",
    parameters: &[
        "name",
        "same_as",
        "flags",
        "options",
        "operands",
        "runs",
        "skip",
        "no_command",
        "style",
        "stops",
        "assignments",
        "open",
        "network",
        "numeric",
        "runs_nothing",
        "about",
        "interactive",
        "stdin_code",
        "ends",
        "notes",
    ],
    required: 1,
};

pub(super) fn program(call: &Call<'_>, site: &Site, state: &mut State) -> Result<(), Problem> {
    let row = row(PROGRAM, call, state)?;
    if row.runs != Runs::Nothing {
        let help = "write `wrapper`, which is for programs that run others";
        return Err(Problem::new(format!("`{}` runs other programs", row.name), help));
    }
    add(row, call, site, state)
}

pub(super) fn wrapper(call: &Call<'_>, site: &Site, state: &mut State) -> Result<(), Problem> {
    let mut row = row(WRAPPER, call, state)?;
    if row.runs == Runs::Nothing {
        // As most of them do: what comes after its own options is the command.
        row.runs = Runs::ArgvAgain;
        row.flags |= flags::WRAPPER;
        if call.value("stops").is_none() {
            row.flags |= flags::STOPS;
        }
    }
    add(row, call, site, state)
}

fn row(signature: Signature, call: &Call<'_>, state: &State) -> Result<ProgramRow, Problem> {
    let mut fields = Map::new();
    for name in signature.parameters {
        let Some(value) = call.value(name) else { continue };
        let text = value.to_json().map_err(|e| Problem::new(format!("`{name}` cannot be read: {e}"), "write text"))?;
        let json = serde_json::from_str::<Json>(&text);
        let json = json.map_err(|e| Problem::new(format!("`{name}` cannot be read: {e}"), "write text"))?;
        fields.insert((*name).to_owned(), joined(json));
    }
    let name = call.needed_text("name")?;
    if name.contains('/') || name.trim() != name {
        let message = format!("`{name}` is no name of a program");
        return Err(Problem::new(message, "write the basename, and for a subcommand both words: \"acme deploy\""));
    }
    let known = |name: &str| {
        let own = state.programs.iter().find(|(row, _)| row.name == name).map(|(row, _)| row.clone());
        own.or_else(|| decode(&Tables::built_in().program(name.as_bytes())?))
    };
    source::program(&fields, known)
        .map_err(|what| Problem::new(what, "policies/tables/README.md says what the fields of a program mean"))
}

/// A list of words where the tables have one text with blanks.
fn joined(value: Json) -> Json {
    match value {
        Json::Array(words) if words.iter().all(Json::is_string) => {
            Json::String(words.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" "))
        }
        other => other,
    }
}

fn add(row: ProgramRow, call: &Call<'_>, site: &Site, state: &mut State) -> Result<(), Problem> {
    if let Some((_, first)) = state.programs.iter().find(|(other, _)| other.name == row.name) {
        let message = format!("the program `{}` is described twice", row.name);
        return Err(Problem::new(message, format!("the first is at {first}")));
    }
    if call.text("same_as")? != Some(row.name.as_str()) {
        state.described.push((row.name.clone(), site.place.clone()));
    }
    state.programs.push((row, site.place.clone()));
    Ok(())
}

/// The table of all rows of a layer; empty where there are none.
pub(in super::super) fn table(programs: Vec<(ProgramRow, String)>) -> Result<Vec<u8>, Problem> {
    let rows: Vec<ProgramRow> = programs.into_iter().map(|(row, _)| row).collect();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    encode::encode(&rows, &[]).map_err(|e| Problem::new(e.0, "describe fewer programs, or shorten the names"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_field_of_the_tables_can_be_written() {
        let ours: BTreeSet<&str> =
            [PROGRAM, WRAPPER].iter().flat_map(|signature| signature.parameters).copied().collect();
        assert_eq!(ours, source::fields().collect());
    }
}

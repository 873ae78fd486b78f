//! A row as people write it (one JSON object) -> a [`ProgramRow`]. Used by the build step for `policies/tables/` and for a policy's
//! own `program(...)` and `wrapper(...)`. The fields are explained in `policies/tables/README.md`.

use super::{
    encode::{OperandRow, OptionRow, ProgramRow, VariableRow},
    words::{Builtin, NoCommand, Role, Runs, Style, VariableRole, flags, traits},
};
use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};
use serde_json::{Map, Value};

/// Fields that name options, and the bit that those options get.
const TRAITS: &[(&str, u32)] = &[
    ("drops_first", traits::DROPS_FIRST),
    ("recursive", traits::RECURSIVE),
    ("writes_operands", traits::WRITES),
    ("target", traits::TARGET),
    ("runs_nothing", traits::NO_RUN),
    ("posts", traits::POSTS),
    ("heads", traits::HEADS),
    ("puts", traits::PUTS),
    ("about", traits::ABOUT),
    ("interactive", traits::INTERACTIVE),
    ("reads_only", traits::READS_ONLY),
    ("extracts", traits::EXTRACTS),
    ("stdin_code", traits::STDIN_CODE),
    ("ends", traits::ENDS),
    ("names_on_stdin", traits::NAMES_ON_STDIN),
    ("lists", traits::LISTS),
    ("hidden", traits::HIDDEN),
    ("writes_all", traits::WRITES_TREE),
    ("spares", traits::SPARES_TREE),
    ("follows", traits::FOLLOWS),
    ("unpacks", traits::UNPACKS),
    ("no_file", traits::NO_FILE),
    ("no_directory", traits::NO_DIRECTORY),
    ("only_file", traits::ONLY_FILE),
    ("unfiltered", traits::UNFILTERED),
];

/// Fields that are true or false.
const FLAGS: &[(&str, u16)] = &[
    ("stops", flags::STOPS),
    ("numeric", flags::NUMERIC),
    ("plus", flags::PLUS),
    ("subcommands", flags::SUBCOMMANDS),
    ("inert", flags::INERT),
    ("always_recursive", flags::RECURSIVE),
    ("assignments", flags::ASSIGNMENTS),
    ("open", flags::OPEN),
    ("writes_tree", flags::WRITES_TREE),
    ("operand_values", flags::OPERAND_VALUES),
    ("network", flags::NETWORK),
    ("skips_hidden", flags::SKIPS_HIDDEN),
    ("spares_repository", flags::SPARES_REPOSITORY),
    ("redirected", flags::REDIRECTED),
];

/// Reads all rows; a row with `same_as` takes what it does not say itself from the row of that name.
///
/// # Errors
/// One sentence that names the row and the field.
pub fn programs(rows: &[Value]) -> Result<Vec<ProgramRow>, String> {
    let mut by_name: BTreeMap<&str, &Map<String, Value>> = BTreeMap::new();
    for row in rows {
        let object = row.as_object().ok_or("a row is not an object")?;
        let name = object.get("name").and_then(Value::as_str).ok_or("a row has no `name`")?;
        if by_name.insert(name, object).is_some() {
            return Err(format!("`{name}` has two rows"));
        }
    }
    by_name
        .iter()
        .map(|(name, row)| {
            let mut out = ProgramRow::new(name.to_string());
            inherit(&by_name, row, &mut out, 0).map_err(|e| format!("`{name}`: {e}"))?;
            if out.complete && !only_files(&out) {
                return Err(format!("`{name}` is not `complete`: an option does more than read or write files"));
            }
            Ok(out)
        })
        .collect()
}

/// Reads one row; `known` gives the row that `same_as` names.
///
/// # Errors
/// One sentence that names the field.
#[allow(dead_code, reason = "the build step has all rows at once")]
pub fn program(row: &Map<String, Value>, known: impl Fn(&str) -> Option<ProgramRow>) -> Result<ProgramRow, String> {
    let name = row.get("name").and_then(Value::as_str).ok_or("a row has no `name`")?;
    let base = match row.get("same_as") {
        Some(base) => {
            let base = base.as_str().ok_or("`same_as` is not text")?;
            known(base).ok_or_else(|| format!("`same_as` names `{base}`, of which nothing is known"))?
        }
        None => ProgramRow::new(String::new()),
    };
    let mut out = ProgramRow { name: name.to_string(), ..base };
    apply(row, &mut out)?;
    if out.complete && !only_files(&out) {
        if row.get("complete").is_some() {
            return Err("`complete` is for programs whose options only read or write files".into());
        }
        out.complete = false;
    }
    Ok(out)
}

/// The names of all fields of a row, in an order for people.
#[allow(dead_code, reason = "the build step takes any")]
pub fn fields() -> impl Iterator<Item = &'static str> {
    let first = ["name", "same_as", "flags", "options", "operands", "last", "default_operand", "style"];
    let last = ["runs", "skip", "no_command", "complete", "notes"];
    let flags = FLAGS.iter().map(|(name, _)| *name);
    first.into_iter().chain(flags).chain(TRAITS.iter().map(|(name, _)| *name)).chain(last)
}

/// Whether a field is true or false.
#[allow(dead_code, reason = "the build step has no types to show")]
pub fn is_flag(field: &str) -> bool {
    field == "complete" || FLAGS.iter().any(|(name, _)| *name == field)
}

/// Whether the program starts nothing and loads nothing, whatever it is given.
fn only_files(row: &ProgramRow) -> bool {
    let roles = row.operands.iter().map(|operand| operand.role).chain(row.last);
    let options = row.options.values().flat_map(|option| option.roles.iter().copied());
    row.runs == Runs::Nothing && row.builtin.is_none() && roles.chain(options).all(Role::is_about_files)
}

fn inherit(
    rows: &BTreeMap<&str, &Map<String, Value>>,
    row: &Map<String, Value>,
    out: &mut ProgramRow,
    depth: usize,
) -> Result<(), String> {
    if let Some(base) = row.get("same_as") {
        let base = base.as_str().ok_or("`same_as` is not text")?;
        let base = rows.get(base).ok_or_else(|| format!("`same_as` names `{base}`, which has no row"))?;
        if depth > 4 {
            return Err("`same_as` goes in a circle".into());
        }
        inherit(rows, base, out, depth + 1)?;
    }
    apply(row, out)
}

fn apply(row: &Map<String, Value>, out: &mut ProgramRow) -> Result<(), String> {
    if let Some(list) = row.get("flags") {
        for name in words(list, "flags")? {
            out.options.insert(name.into(), OptionRow::default());
        }
    }
    if let Some(options) = row.get("options") {
        for (name, meaning) in options.as_object().ok_or("`options` is not an object")? {
            out.options.insert(name.clone(), option(name, meaning)?);
        }
    }
    for (key, value) in row {
        if let Some((_, bit)) = FLAGS.iter().find(|(name, _)| name == key) {
            if value.as_bool().ok_or_else(|| format!("`{key}` is not true or false"))? {
                out.flags |= bit;
            } else {
                out.flags &= !bit;
            }
        } else if let Some((_, bit)) = TRAITS.iter().find(|(name, _)| name == key) {
            for name in words(value, key)? {
                out.options.entry(name.into()).or_default().traits |= bit;
            }
        } else {
            field(key, value, out)?;
        }
    }
    Ok(())
}

fn field(key: &str, value: &Value, out: &mut ProgramRow) -> Result<(), String> {
    let text = || value.as_str().ok_or_else(|| format!("`{key}` is not text"));
    let unknown = |what: &str| format!("`{key}` knows no `{what}`");
    match key {
        "name" | "same_as" | "flags" | "options" | "notes" => {}
        "complete" => out.complete = value.as_bool().ok_or_else(|| format!("`{key}` is not true or false"))?,
        "operands" => {
            out.operands.clear();
            for word in words(value, key)? {
                let (role, many) = word.strip_suffix('*').map_or((word, false), |r| (r, true));
                let role = Role::from_word(role.trim_end_matches('?')).ok_or_else(|| unknown(word))?;
                out.operands.push(OperandRow { role, many });
            }
        }
        "last" => out.last = Some(Role::from_word(text()?).ok_or_else(|| unknown(&value.to_string()))?),
        "default_operand" => out.default_operand = Some(text()?.into()),
        "style" => out.style = Style::from_word(text()?).ok_or_else(|| unknown(&value.to_string()))?,
        "runs" => {
            out.runs = Runs::from_word(text()?).ok_or_else(|| unknown(&value.to_string()))?;
            if out.runs == Runs::Nothing {
                out.flags &= !flags::WRAPPER;
            } else {
                out.flags |= flags::WRAPPER;
            }
        }
        "builtin" => out.builtin = Some(Builtin::from_word(text()?).ok_or_else(|| unknown(&value.to_string()))?),
        "no_command" => out.no_command = NoCommand::from_word(text()?).ok_or_else(|| unknown(&value.to_string()))?,
        "skip" => {
            let n = value.as_u64().and_then(|n| u8::try_from(n).ok());
            out.skip = n.ok_or_else(|| format!("`{key}` is not a small number"))?;
        }
        _ => return Err(format!("there is no field `{key}`")),
    }
    Ok(())
}

/// `"value"`, `"value?"` (optional and attached), `"value read"` (two arguments).
fn option(name: &str, meaning: &Value) -> Result<OptionRow, String> {
    let text = meaning.as_str().ok_or_else(|| format!("the meaning of `{name}` is not text"))?;
    let optional = text.ends_with('?');
    let mut roles = Vec::new();
    for word in text.trim_end_matches('?').split_ascii_whitespace() {
        roles.push(Role::from_word(word).ok_or_else(|| format!("`{name}` has an unknown role `{word}`"))?);
    }
    roles.retain(|r| *r != Role::Flag);
    if roles.len() > 3 || (optional && roles.len() != 1) {
        return Err(format!("`{name}` takes too many arguments"));
    }
    Ok(OptionRow { roles, optional, traits: 0 })
}

fn words<'v>(value: &'v Value, key: &str) -> Result<core::str::SplitAsciiWhitespace<'v>, String> {
    Ok(value.as_str().ok_or_else(|| format!("`{key}` is not text"))?.split_ascii_whitespace())
}

/// Reads rows of `{"role": ..., "names": "A B_*"}`; a list of names may have blanks in them (`RUSTFLAGS=-D warnings`).
///
/// # Errors
/// One sentence that names the row and the field.
pub fn variables(rows: &[Value]) -> Result<Vec<VariableRow>, String> {
    let mut out = Vec::new();
    for row in rows {
        let role = row.get("role").and_then(Value::as_str).and_then(VariableRole::from_word);
        let role = role.ok_or_else(|| format!("`{row}` has no known `role`"))?;
        let names = row.get("names").ok_or_else(|| format!("`{row}` has no `names`"))?;
        match names.as_array() {
            None => out.extend(words(names, "names")?.map(|name| VariableRow { name: name.into(), role })),
            Some(list) => {
                for name in list {
                    let name = name.as_str().ok_or_else(|| format!("`{row}` has a name that is not text"))?;
                    out.push(VariableRow { name: name.into(), role });
                }
            }
        }
    }
    Ok(out)
}

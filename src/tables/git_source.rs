//! `policies/tables/git.jsonl` -> the text of Rust tables. Used by the build step only.

use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt::Write as _};

const FIELDS: &[&str] =
    &["again", "containing", "for", "group", "hook", "inert", "key", "notes", "subcommands", "with", "without"];

/// The statics `SETTINGS`, `HOOKS` and `UNMODELLED` as Rust text.
///
/// # Errors
/// One sentence that names the row and what is wrong with it.
pub fn rust(rows: &[Value]) -> Result<String, String> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let (mut settings, mut hooks) = (Vec::new(), String::new());
    for row in rows {
        let row = row.as_object().ok_or("a row of git.jsonl is not an object")?;
        if let Some(field) = row.keys().find(|k| !FIELDS.contains(&k.as_str())) {
            return Err(format!("git.jsonl knows no field `{field}`"));
        }
        if let Some(name) = text(row, "group")? {
            groups.insert(name, words(row, "subcommands")?);
            continue;
        }
        let subcommands = expand(&groups, &words(row, "for")?)?;
        if subcommands.is_empty() {
            return Err(format!("a row of git.jsonl has no `for`: {row:?}"));
        }
        match (text(row, "key")?, text(row, "hook")?) {
            (Some(key), None) => {
                let inert = row.get("inert").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                let inert: Option<Vec<&str>> = inert.iter().map(Value::as_str).collect();
                let inert = inert.ok_or_else(|| format!("`inert` of `{key}` is not a list of texts"))?;
                let containing = text(row, "containing")?.unwrap_or_default();
                let (with, without, again) = (words(row, "with")?, words(row, "without")?, words(row, "again")?);
                let row = format!(
                    "Setting {{ key: {key:?}, subcommands: &{subcommands:?}, with: &{with:?}, without: &{without:?}, \
                     again: &{again:?}, inert: &{inert:?}, containing: {containing:?} }},\n"
                );
                settings.push((key, row));
            }
            (None, Some(hook)) => {
                let _ = writeln!(hooks, "Hook {{ name: {hook:?}, subcommands: &{subcommands:?} }},");
            }
            _ => return Err(format!("a row of git.jsonl is none of key, hook and group: {row:?}")),
        }
    }
    // A look-up takes those of one section.
    settings.sort_by_key(|(key, _)| *key);
    let settings: String = settings.into_iter().map(|(_, row)| row).collect();
    let unmodelled = groups.get("unmodelled").ok_or("git.jsonl has no group `unmodelled`")?;
    Ok(format!(
        "/// Commands of git that have no row of their own.\npub static UNMODELLED: &[&str] = &{unmodelled:?};\n\
         /// The settings, in the order of their keys.\npub static SETTINGS: &[Setting] = &[{settings}];\n\
         /// The hooks.\npub static HOOKS: &[Hook] = &[{hooks}];\n"
    ))
}

fn text<'r>(row: &'r Map<String, Value>, field: &str) -> Result<Option<&'r str>, String> {
    match row.get(field) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(format!("`{field}` of git.jsonl is {other}, not a text")),
    }
}

fn words<'r>(row: &'r Map<String, Value>, field: &str) -> Result<Vec<&'r str>, String> {
    Ok(text(row, field)?.unwrap_or_default().split_whitespace().collect())
}

fn expand<'r>(groups: &BTreeMap<&'r str, Vec<&'r str>>, words: &[&'r str]) -> Result<Vec<&'r str>, String> {
    let mut all = Vec::new();
    for word in words {
        match word.strip_prefix('@') {
            Some(group) => {
                all.extend_from_slice(
                    groups.get(group).ok_or_else(|| format!("git.jsonl has no group `{group}` before its use"))?,
                );
            }
            None => all.push(*word),
        }
    }
    Ok(all)
}

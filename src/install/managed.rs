//! An administrator's registration: what becomes of `requirements.toml`.

use super::files::Change;
use super::record::Record;
use super::registered;
use super::{command, files, hooks, native};
use std::path::Path;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

/// The mode of the file.
const MODE: u32 = 0o644;

/// What is registered.
#[derive(Clone, Debug)]
pub struct Wanted<'w> {
    /// The executable, absolute.
    pub executable: &'w Path,
    /// The command line of the hook.
    pub line: &'w str,
    /// Rules on commands that Codex enforces as well.
    pub prefix_rules: Vec<InlineTable>,
    /// Files that Codex's sandbox keeps unread as well.
    pub deny_read: Vec<String>,
}

/// What registering takes.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The change of `requirements.toml`.
    pub change: Change,
    /// What the file would be had nothing been installed.
    pub without_ours: Option<String>,
    /// The entries of `deny_read` that were not there before.
    pub entries: Vec<String>,
}

/// Works out the change of the file at `path`.
///
/// # Errors
/// A file with which Codex does not start, or in which the hook cannot take effect.
pub fn plan(path: &Path, record: &Record, wanted: &Wanted<'_>) -> Result<Plan, String> {
    let before = files::read(path)?;
    let text = before.as_deref().unwrap_or_default();
    let mut document = hooks::parse(path, text)?;
    remove(&mut document, record, path);
    let without_ours = before.as_ref().map(|before| hooks::text(&document, before));
    let entries = add(&mut document, wanted)?;
    let after = hooks::text(&document, text);
    let found = registered::of_toml(path, &after)?;
    let stands = |event: registered::Event| {
        let line = if event.decides() { wanted.line } else { command::recording(wanted.line) };
        found.iter().filter(|handler| handler.event == event && handler.command == line).count() == 1
    };
    if !registered::Event::ALL.into_iter().all(stands) {
        return Err(format!(
            "the hooks in `{}` are written in a form that cannot be added to; use `[[hooks.EVENT]]`",
            path.display()
        ));
    }
    let same = super::registered::json_of_text(text) == super::registered::json_of_text(&after) && before.is_some();
    let after = if same { before.clone() } else { Some(after) };
    Ok(Plan { change: Change { path: path.to_owned(), before, after, mode: MODE }, without_ours, entries })
}

/// The file with nothing but what is ours, for cloud policy and device management.
///
/// # Errors
/// What [`plan`] refuses.
pub fn alone(wanted: &Wanted<'_>) -> Result<String, String> {
    let mut document = DocumentMut::new();
    add(&mut document, wanted)?;
    Ok(document.to_string())
}

fn add(document: &mut DocumentMut, wanted: &Wanted<'_>) -> Result<Vec<String>, String> {
    let root = document.as_table_mut();
    // Inside `[hooks]` this key does nothing.
    set(root, "allow_managed_hooks_only", true);
    if let Some(mut key) = root.key_mut("allow_managed_hooks_only")
        && key.leaf_decor().prefix().is_none()
    {
        key.leaf_decor_mut().set_prefix("# Another hook could rewrite a call after prexec has allowed it.\n");
    }
    let features = explicit(hooks::below(root, "features")?);
    // Without this pin `--disable hooks`, or a project's configuration, switches managed hooks off.
    set(features, "hooks", true);
    let managed = explicit(hooks::below(root, "hooks")?);
    if !managed.contains_key("managed_dir") {
        let directory = wanted.executable.parent().unwrap_or(Path::new("/"));
        managed.insert("managed_dir", value(directory.to_string_lossy().into_owned()));
    }
    hooks::add(document, wanted.line)?;
    let root = document.as_table_mut();
    let executable = wanted.executable.to_string_lossy();
    let rules = explicit(hooks::below(root, "rules")?);
    for rule in [native::gate_rule(&executable)].into_iter().chain(wanted.prefix_rules.iter().cloned()) {
        push_rule(rules, rule)?;
    }
    if wanted.deny_read.is_empty() {
        return Ok(Vec::new());
    }
    let filesystem = explicit(hooks::below(hooks::below(root, "permissions")?, "filesystem")?);
    let list = filesystem.entry("deny_read").or_insert(value(Array::new()));
    let list = list
        .as_array_mut()
        .ok_or("`permissions.filesystem.deny_read` is not a list; Codex does not start with it either")?;
    let known: Vec<String> = list.iter().filter_map(Value::as_str).map(String::from).collect();
    let new: Vec<String> = wanted.deny_read.iter().filter(|entry| !known.contains(entry)).cloned().collect();
    for entry in &new {
        push_line(list, entry.as_str().into());
    }
    Ok(new)
}

/// One that has values has a header of its own.
fn explicit(table: &mut Table) -> &mut Table {
    if !table.is_dotted() {
        table.set_implicit(false);
    }
    table
}

/// Adds a value on a line of its own; a comment at the end of the list stays where it is.
fn push_line(list: &mut Array, value: Value) {
    let before = list.trailing().as_str().unwrap_or_default().trim_end().to_owned();
    list.push_formatted(value.decorated(format!("{before}\n    "), ""));
    list.set_trailing("\n");
    list.set_trailing_comma(true);
}

/// Takes values out; a comment before one of them stays.
fn take_out(list: &mut Array, ours: impl Fn(&Value) -> bool) {
    let prefix =
        |value: &Value| value.decor().prefix().and_then(|p| p.as_str()).unwrap_or_default().trim_end().to_owned();
    let comments: String = list.iter().filter(|value| ours(value)).map(prefix).collect();
    if list.iter().any(&ours) {
        list.retain(|value| !ours(value));
        let end = list.trailing().as_str().unwrap_or_default().to_owned();
        list.set_trailing(comments + &end);
    }
}

/// Sets a switch; one that is set already stays as it is written.
fn set(table: &mut Table, key: &str, on: bool) {
    if table.get(key).and_then(Item::as_bool) != Some(on) {
        table.insert(key, value(on));
    }
}

fn push_rule(rules: &mut Table, rule: InlineTable) -> Result<(), String> {
    match rules.entry("prefix_rules").or_insert_with(|| value(Array::new())) {
        Item::Value(Value::Array(list)) => {
            push_line(list, Value::InlineTable(rule));
            Ok(())
        }
        Item::ArrayOfTables(list) => {
            list.push(rule.into_table());
            Ok(())
        }
        _ => Err("`rules.prefix_rules` is not a list; Codex does not start with it either".into()),
    }
}

/// Takes out everything of ours. Switches become what they were before the first installation.
fn remove(document: &mut DocumentMut, record: &Record, path: &Path) {
    let known = record.files.iter().find(|entry| entry.path == path);
    let ours = known.is_some() || mentions_us(document);
    hooks::remove(document, &[]);
    if let Some(rules) = document.get_mut("rules").and_then(Item::as_table_like_mut) {
        match rules.get_mut("prefix_rules") {
            Some(Item::Value(Value::Array(list))) => {
                take_out(list, |rule| rule.as_inline_table().is_some_and(|rule| is_ours(rule)));
                drop_if(rules, "prefix_rules", |item| item.as_array().is_some_and(Array::is_empty));
            }
            Some(Item::ArrayOfTables(list)) => {
                list.retain(|rule| !is_ours(rule));
                drop_if(rules, "prefix_rules", |item| item.as_array_of_tables().is_some_and(ArrayOfTables::is_empty));
            }
            _ => {}
        }
    }
    let filesystem =
        document.get_mut("permissions").and_then(|p| p.get_mut("filesystem")).and_then(Item::as_table_like_mut);
    if let Some(filesystem) = filesystem {
        if let Some(list) = filesystem.get_mut("deny_read").and_then(Item::as_array_mut) {
            take_out(list, |entry| entry.as_str().is_some_and(|entry| record.entries.iter().any(|ours| ours == entry)));
        }
        if !record.entries.is_empty() {
            drop_if(filesystem, "deny_read", |item| item.as_array().is_some_and(Array::is_empty));
        }
    }
    if !ours {
        return;
    }
    let before = known.and_then(|entry| entry.before.as_deref()).unwrap_or_default();
    let before: DocumentMut = before.parse().unwrap_or_default();
    let root = document.as_table_mut();
    restore(root, &before, &[], "allow_managed_hooks_only");
    restore(root, &before, &["features"], "hooks");
    restore(root, &before, &["hooks"], "managed_dir");
    for parent in ["features", "hooks", "rules"] {
        drop_if(root, parent, |item| item.as_table().is_some_and(Table::is_empty) && before.get(parent).is_none());
    }
    if let Some(permissions) = root.get_mut("permissions").and_then(Item::as_table_like_mut) {
        drop_if(permissions, "filesystem", |item| item.as_table().is_some_and(Table::is_empty));
    }
    drop_if(root, "permissions", |item| {
        item.as_table().is_some_and(Table::is_empty) && before.get("permissions").is_none()
    });
}

fn mentions_us(document: &DocumentMut) -> bool {
    let handlers = registered::of_toml(Path::new(""), &document.to_string()).unwrap_or_default();
    handlers.iter().any(|handler| command::ours(&handler.command).is_some())
}

fn is_ours(rule: &dyn TableLike) -> bool {
    rule.get("justification").and_then(Item::as_str).is_some_and(|why| why.starts_with(native::MARK))
}

fn drop_if(table: &mut dyn TableLike, key: &str, when: impl Fn(&Item) -> bool) {
    if table.get(key).is_some_and(when) {
        table.remove(key);
    }
}

/// Makes one key what it was before.
fn restore(root: &mut Table, before: &DocumentMut, parents: &[&str], key: &str) {
    let mut old: Option<&Item> = Some(before.as_item());
    let mut now: Option<&mut dyn TableLike> = Some(root);
    for parent in parents {
        old = old.and_then(|item| item.get(parent));
        now = now.and_then(|table| table.get_mut(parent)).and_then(Item::as_table_like_mut);
    }
    let Some(now) = now else { return };
    match old.and_then(|item| item.get(key)) {
        Some(old) if now.get(key).is_none_or(|now| now.to_string().trim() != old.to_string().trim()) => {
            now.insert(key, old.clone());
        }
        Some(_) => {}
        None => {
            now.remove(key);
        }
    }
}

/// What takes the registration out again.
///
/// # Errors
/// A file that is no TOML any more.
pub fn removal(path: &Path, record: &Record) -> Result<Change, String> {
    let made_by_us = record.files.iter().any(|entry| entry.path == path && entry.before.is_none());
    record.restored(path, MODE, |text| {
        let mut document = hooks::parse(path, text)?;
        remove(&mut document, record, path);
        let text = hooks::text(&document, text);
        Ok(Some(text).filter(|text| !(made_by_us && text.trim().is_empty())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install::record::{Entry, digest};

    const EXISTING: &str = "# Ours since 2025\nallowed_sandbox_modes = [\"workspace-write\"] # strict\n\n[features]\nhooks = false\nother = true\n\n\
        [rules]\nprefix_rules = [\n  {pattern=[{token=\"git\"}], decision=\"prompt\"}, # ask\n]\n\n\
        [permissions.filesystem]\ndeny_read = [\"/srv/secret\"] # end\n";

    fn wanted() -> Wanted<'static> {
        let policy = crate::rules::Loader::new()
            .load_text("p.rules", "prefix_rule(['x'], decision = 'forbidden')\n")
            .unwrap()
            .policy;
        Wanted {
            executable: Path::new("/opt/prexec/prexec"),
            line: "/opt/prexec/prexec hook || y",
            prefix_rules: native::prefix_rules(&policy),
            deny_read: vec!["~/.aws".into(), "/srv/secret".into()],
        }
    }

    fn planned(text: &str, record: &Record) -> Plan {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        plan(file.path(), record, &wanted()).unwrap()
    }

    #[test]
    fn everything_of_ours_is_there_and_everything_else_stays() {
        for text in ["", EXISTING] {
            let plan = planned(text, &Record::default());
            let after = plan.change.after.unwrap();
            let document: DocumentMut = after.parse().unwrap();
            assert_eq!(document["allow_managed_hooks_only"].as_bool(), Some(true), "{after}");
            assert_eq!(document["features"]["hooks"].as_bool(), Some(true), "{after}");
            assert_eq!(document["hooks"]["managed_dir"].as_str(), Some("/opt/prexec"), "{after}");
            let rules = document["rules"]["prefix_rules"].as_array().unwrap();
            assert!(rules.iter().any(|rule| rule.to_string().contains("prompt-user")), "{after}");
            assert!(!after.contains("decision = \"allow\""), "{after}");
            if !text.is_empty() {
                assert!(
                    after.contains("# Ours since 2025") && after.contains("# strict") && after.contains("# ask"),
                    "{after}"
                );
                assert!(after.contains("other = true") && plan.entries == ["~/.aws"], "{after}");
            }
        }
    }

    #[test]
    fn taking_it_out_of_a_changed_file_leaves_the_rest() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), EXISTING).unwrap();
        let plan = plan(file.path(), &Record::default(), &wanted()).unwrap();
        let after = plan.change.after.clone().unwrap();
        let entry = Entry { path: file.path().into(), before: Some(EXISTING.into()), after: digest(&after) };
        let record = Record { files: vec![entry], entries: plan.entries, ..Record::default() };
        // Again is no change.
        std::fs::write(file.path(), &after).unwrap();
        let again = super::plan(file.path(), &record, &wanted()).unwrap();
        assert!(!again.change.is_one(), "{:?}", again.change.after);
        let back = removal(file.path(), &record).unwrap();
        assert_eq!(back.after.as_deref(), Some(EXISTING));
        std::fs::write(file.path(), format!("{after}[more]\nx = 1\n")).unwrap();
        let back = removal(file.path(), &record).unwrap().after.unwrap();
        let rest: DocumentMut = back.parse().unwrap();
        assert_eq!(rest["features"]["hooks"].as_bool(), Some(false), "{back}");
        assert!(rest.get("hooks").is_none() && rest.get("allow_managed_hooks_only").is_none(), "{back}");
        assert_eq!(rest["rules"]["prefix_rules"].as_array().map(Array::len), Some(1), "{back}");
        assert_eq!(rest["permissions"]["filesystem"]["deny_read"].as_array().map(Array::len), Some(1), "{back}");
        assert!(back.contains("# Ours since 2025") && back.contains("# ask\n") && back.contains("[more]"), "{back}");
    }
}

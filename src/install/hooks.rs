//! Puts our hooks into a TOML document of Codex and takes them out again; everything else in it stays as it is.

use super::command;
use super::registered::{self, Event, Handler};
use super::trust;
use std::path::{Path, PathBuf};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

/// What stands above the first of our entries.
const NOTE: &str = "# prexec decides every call before it runs (`prexec uninstall` takes this out).\n";

/// A file of Codex as a document.
///
/// # Errors
/// What is no TOML.
pub fn parse(path: &Path, text: &str) -> Result<DocumentMut, String> {
    text.parse().map_err(|e: toml_edit::TomlError| {
        format!("{}; Codex does not start with it either, so repair it first", registered::no_toml(path, &e))
    })
}

/// A document as text, with the line ends of the text that it was made of.
pub fn text(document: &DocumentMut, before: &str) -> String {
    let text = document.to_string();
    if before.contains("\r\n") { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text }
}

/// Registers a command for all events and every tool, after all others: trust goes by position.
///
/// # Errors
/// Where something else stands in the place of hooks.
pub fn add(document: &mut DocumentMut, command: &str) -> Result<Vec<Handler>, String> {
    let mut added = Vec::new();
    for event in Event::ALL {
        let command = if event.decides() { command } else { command::recording(command) };
        let group = push(below(document.as_table_mut(), "hooks")?, event, command, added.is_empty())?;
        added.push(Handler {
            event,
            group,
            index: 0,
            matcher: Some("*".into()),
            kind: "command".into(),
            command: command.into(),
            timeout: event.timeout(),
            is_async: false,
            status_message: None,
        });
    }
    Ok(added)
}

/// A table below another, made where there is none. One that is written on one line is spread out.
pub(super) fn below<'t>(parent: &'t mut Table, key: &str) -> Result<&'t mut Table, String> {
    let mut made = Table::new();
    made.set_implicit(true);
    let item = parent.entry(key).or_insert(Item::Table(made));
    if let Item::Value(Value::InlineTable(inline)) = item {
        *item = Item::Table(std::mem::take(inline).into_table());
    }
    item.as_table_mut().ok_or_else(|| format!("`{key}` is not a table; Codex does not start with it either"))
}

/// Adds a group for every tool with one handler; gives back its position.
fn push(hooks: &mut Table, event: Event, command: &str, first: bool) -> Result<usize, String> {
    let groups = hooks.entry(event.name()).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    match groups {
        Item::ArrayOfTables(groups) => {
            let mut handler = Table::new();
            fill(&mut handler, event, command);
            let mut handlers = ArrayOfTables::new();
            handlers.push(handler);
            let mut group = Table::new();
            group.insert("matcher", value("*"));
            group.insert("hooks", Item::ArrayOfTables(handlers));
            group.decor_mut().set_prefix(if first { format!("\n{NOTE}") } else { "\n".into() });
            groups.push(group);
            Ok(groups.len() - 1)
        }
        Item::Value(Value::Array(groups)) => {
            let mut handler = InlineTable::new();
            fill(&mut handler, event, command);
            let mut group = InlineTable::new();
            group.insert("matcher", "*".into());
            group.insert("hooks", Value::Array(Array::from_iter([handler])));
            groups.push(group);
            Ok(groups.len() - 1)
        }
        _ => Err(format!("`hooks.{}` is not a list; Codex does not start with it either", event.name())),
    }
}

fn fill(handler: &mut dyn TableLike, event: Event, command: &str) {
    handler.insert("type", value("command"));
    handler.insert("command", value(command));
    handler.insert("timeout", value(i64::try_from(event.timeout()).unwrap_or(3)));
}

/// Takes out every handler that starts prexec, and what is empty then. `sources` are the names that trust may have for this file:
/// trust goes by position, so that what is said of later groups moves with them.
pub fn remove(document: &mut DocumentMut, sources: &[PathBuf]) {
    for event in Event::ALL {
        let mut gone = Vec::new();
        let groups = document.get_mut("hooks").and_then(|hooks| hooks.get_mut(event.name()));
        match groups {
            Some(Item::ArrayOfTables(groups)) => {
                for index in (0..groups.len()).rev() {
                    let Some(group) = groups.get_mut(index) else { continue };
                    if without_ours(group) {
                        groups.remove(index);
                        gone.push(index);
                    }
                }
            }
            Some(Item::Value(Value::Array(groups))) => {
                for index in (0..groups.len()).rev() {
                    let Some(group) = groups.get_mut(index).and_then(Value::as_inline_table_mut) else { continue };
                    if without_ours(group) {
                        groups.remove(index);
                        gone.push(index);
                    }
                }
            }
            _ => {}
        }
        for source in sources {
            moved(document, source, event, &gone);
        }
    }
    tidy(document.as_table_mut());
}

/// Takes ours out of a group; whether nothing is left of it.
fn without_ours(group: &mut dyn TableLike) -> bool {
    let ours = |handler: &dyn TableLike| {
        handler.get("command").and_then(Item::as_str).is_some_and(|line| command::ours(line).is_some())
    };
    match group.get_mut("hooks") {
        Some(Item::ArrayOfTables(handlers)) => {
            let before = handlers.len();
            handlers.retain(|handler| !ours(handler));
            before > 0 && handlers.is_empty()
        }
        Some(Item::Value(Value::Array(handlers))) => {
            let before = handlers.len();
            handlers.retain(|handler| !handler.as_inline_table().is_some_and(|handler| ours(handler)));
            before > 0 && handlers.is_empty()
        }
        _ => false,
    }
}

/// What is said of the groups of `source` once those at `gone` are: theirs goes, that of later ones moves up.
fn moved(document: &mut DocumentMut, source: &Path, event: Event, gone: &[usize]) {
    let prefix = format!("{}:{}:", source.display(), event.label());
    let states = document.get_mut("hooks").and_then(|hooks| hooks.get_mut("state"));
    let Some(states) = states.and_then(Item::as_table_like_mut).filter(|_| !gone.is_empty()) else { return };
    let mut keys: Vec<(usize, String)> = Vec::new();
    for (key, _) in states.iter() {
        let group = key.strip_prefix(&prefix).and_then(|rest| rest.split_once(':')?.0.parse().ok());
        keys.extend(group.map(|group| (group, key.to_owned())));
    }
    keys.sort();
    for (group, key) in keys {
        let Some(state) = states.remove(&key) else { continue };
        let before = gone.iter().filter(|index| **index < group).count();
        if let (false, Some((_, index))) = (gone.contains(&group), key.rsplit_once(':')) {
            states.insert(&format!("{prefix}{}:{index}", group - before), state);
        }
    }
}

/// Takes out what stands empty below `hooks`, and `hooks` itself where nothing is left.
fn tidy(root: &mut Table) {
    let Some(hooks) = root.get_mut("hooks").and_then(Item::as_table_like_mut) else { return };
    for key in Event::ALL.map(Event::name).into_iter().chain(["state"]) {
        let empty = match hooks.get(key) {
            Some(Item::ArrayOfTables(groups)) => groups.is_empty(),
            Some(Item::Value(Value::Array(groups))) => groups.is_empty(),
            Some(item) => item.as_table_like().is_some_and(TableLike::is_empty),
            None => false,
        };
        if empty {
            hooks.remove(key);
        }
    }
    if hooks.is_empty() {
        root.remove("hooks");
    }
}

/// Records that the person who installs trusts these handlers of `source`.
///
/// # Errors
/// Where something else stands in the place of the record.
pub fn trust(document: &mut DocumentMut, source: &Path, handlers: &[Handler]) -> Result<(), String> {
    let states = below(below(document.as_table_mut(), "hooks")?, "state")?;
    for handler in handlers {
        let mut state = Table::new();
        state.insert("trusted_hash", value(trust::hash(handler)));
        states.insert(&trust::key(source, handler.event, handler.group, handler.index), Item::Table(state));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    const COMMAND: &str = "/opt/prexec/prexec hook || x";

    fn added(text: &str) -> String {
        let (file, mut document) = (Path::new("/c.toml"), parse(Path::new("/c.toml"), text).unwrap());
        let handlers = add(&mut document, COMMAND).unwrap();
        trust(&mut document, file, &handlers).unwrap();
        let result = super::text(&document, text);
        let found = registered::of_toml(file, &result).unwrap();
        for handler in handlers {
            assert!(found.contains(&handler), "{result}");
            assert_eq!(trust::status(&result, file, &handler), trust::Trust::Trusted, "{result}");
        }
        result
    }

    const BEFORE: &[&str] = &[
        "",
        "# mine\nmodel = \"m\" # this one\n\n[features]\nx = true\n\n[projects.\"/p\"]\ntrust_level = \"trusted\"\n",
        "[[hooks.PreToolUse]]\nmatcher = \"Bash\"\n[[hooks.PreToolUse.hooks]]\ntype = \"command\"\ncommand = \"true\"\n# end\n",
        "hooks.Stop = []\na = 1\n",
        "[hooks]\nPreToolUse = [{matcher=\"x\", hooks=[{type=\"command\",command=\"true\"}]}]\n[z]\n",
        "a = 1\r\n# end\r\n[b]\r\nc = 2\r\n",
    ];

    #[test]
    fn what_is_added_and_taken_out_leaves_the_rest_as_it_was() {
        for before in BEFORE {
            let mut document = parse(Path::new("/c.toml"), &added(before)).unwrap();
            remove(&mut document, &[PathBuf::from("/c.toml")]);
            assert_eq!(super::text(&document, before), *before);
        }
    }

    #[test]
    fn hooks_on_one_line_are_spread_out() {
        let before =
            "hooks = {PreToolUse=[{matcher=\"x\", hooks=[{type=\"command\",command=\"true\"}]}]}\nb = 1\n[c]\n";
        let found = registered::of_toml(Path::new("/c.toml"), &added(before)).unwrap();
        assert_eq!(found.len(), 6);
        assert_eq!((found[0].command.as_str(), found[0].group), ("true", 0));
    }

    #[test]
    fn trust_of_later_groups_moves_up_with_them() {
        let mut text = added("");
        for (matcher, command) in [("a", "one"), ("b", "two")] {
            write!(
 text,
                "[[hooks.PreToolUse]]\nmatcher = \"{matcher}\"\n[[hooks.PreToolUse.hooks]]\ntype = \"command\"\ncommand = \"{command}\"\n"
)
.unwrap();
        }
        let file = Path::new("/c.toml");
        let others: Vec<Handler> =
            registered::of_toml(file, &text).unwrap().into_iter().filter(|h| h.command.len() == 3).collect();
        let mut document = parse(file, &text).unwrap();
        trust(&mut document, file, &others).unwrap();
        remove(&mut document, &[file.to_owned()]);
        let after = document.to_string();
        let found = registered::of_toml(file, &after).unwrap();
        assert_eq!(found.len(), 2, "{after}");
        for handler in found {
            assert_eq!(trust::status(&after, file, &handler), trust::Trust::Trusted, "{after}");
        }
        assert!(!after.contains(":2:0"), "{after}");
    }

    #[test]
    fn what_codex_refuses_is_refused() {
        for text in ["hooks = 1", "[hooks]\nPreToolUse = 1", "x ="] {
            let document = parse(Path::new("/c.toml"), text);
            assert!(document.is_err() || document.is_ok_and(|mut d| add(&mut d, COMMAND).is_err()), "{text}");
        }
    }
}

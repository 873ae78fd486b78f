//! `policies/tables/artefacts.jsonl`: where agents look for what they load. One row is one place.

use super::documents::{self, Document};
use super::find::Look;
use super::plugins::Plugin;
use super::{Item, Kind, Origin, Scope, facts, hooks, mcp, settings};
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

const TEXT: &str = include_str!("../../policies/tables/artefacts.jsonl");

/// Whose directory a path of the table is below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum At {
    Home,
    Codex,
    CodexSystem,
    CodexPlugin,
    Claude,
    ClaudeJson,
    ClaudeSystem,
    ClaudePlugin,
    /// Every directory from the repository's root to the session's.
    Each,
}

/// What an artefact is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    /// The file itself.
    File,
    /// The directory that the file is in.
    Tree,
    /// Each entry of a table in the file.
    Table,
    /// The same, in what `.claude.json` says of this project.
    Project,
    /// Each hook in the file.
    Hooks,
    /// The extension that the file describes.
    Extension,
    /// The plugin that the file describes.
    Plugin,
}

/// One place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    kind: Kind,
    agent: String,
    scope: Scope,
    at: At,
    path: String,
    form: Form,
    /// The table whose entries count; the whole file where it is not given.
    #[serde(default)]
    entries: Option<String>,
    /// What stands before the names of entries.
    #[serde(default)]
    name: Option<String>,
    /// The table may as well be the whole file.
    #[serde(default)]
    bare: bool,
    /// Only loaded where the project is trusted.
    #[serde(default)]
    trust: bool,
}

/// A program to look for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Program {
    #[serde(rename = "kind")]
    _kind: Kind,
    pub(super) agent: String,
    #[serde(rename = "program")]
    pub(super) name: String,
    /// The npm package that it comes in.
    #[serde(default)]
    pub(super) package: Option<String>,
}

pub(super) fn rows() -> Result<Vec<Row>, String> {
    read(|line| !is_program(line))
}

pub(super) fn programs() -> Result<Vec<Program>, String> {
    read(is_program)
}

fn is_program(line: &str) -> bool {
    line.contains("\"program\"")
}

fn read<T: for<'de> Deserialize<'de>>(wanted: impl Fn(&str) -> bool) -> Result<Vec<T>, String> {
    let rows = TEXT.lines().filter(|line| wanted(line)).map(serde_json::from_str);
    rows.collect::<Result<_, _>>().map_err(|e| format!("policies/tables/artefacts.jsonl: {e}"))
}

/// Everything that stands at the places of a row.
pub(super) fn items(row: &Row, plugins: &[Plugin], look: &mut Look<'_>) -> Vec<Item> {
    let mut found = Vec::new();
    for (base, plugin) in bases(row, plugins, look) {
        for path in look.files(&base, &row.path) {
            found.extend(at(row, &path, plugin, look));
        }
    }
    found
}

fn bases<'a>(row: &Row, plugins: &'a [Plugin], look: &Look<'_>) -> Vec<(PathBuf, Option<&'a Plugin>)> {
    let places = look.places;
    let one = |path: &Path| Vec::from([(path.to_path_buf(), None)]);
    let of = |agent: &str| -> Vec<(PathBuf, Option<&'a Plugin>)> {
        let own = plugins.iter().filter(|plugin| plugin.agent == agent);
        own.map(|plugin| (plugin.root.clone(), Some(plugin))).collect()
    };
    match row.at {
        At::Home => one(&places.home),
        At::Codex => one(&places.codex),
        At::CodexSystem => one(&places.codex_system),
        At::Claude => one(&places.claude),
        At::ClaudeJson => one(&places.claude_json),
        At::ClaudeSystem => one(&places.claude_system),
        At::Each => places.each().into_iter().map(|path| (path, None)).collect(),
        At::CodexPlugin => of("codex"),
        At::ClaudePlugin => of("claude"),
    }
}

fn at(row: &Row, path: &Path, plugin: Option<&Plugin>, look: &mut Look<'_>) -> Vec<Item> {
    let mut made = match row.form {
        Form::File => {
            let digest = facts::digest(path, look);
            let mut made = item(row, name_of(path), origin(path, None, None), digest);
            // Of both the first counts alone.
            if row.path == "AGENTS.md" && path.with_file_name("AGENTS.override.md").is_file() {
                made.enabled = false;
                made.detail.insert("why".into(), "`AGENTS.override.md` stands in its place".into());
            }
            Vec::from([made])
        }
        Form::Tree => {
            let directory = path.parent().unwrap_or(path);
            let digest = facts::tree(&std::fs::canonicalize(directory).unwrap_or(directory.to_path_buf()), look);
            let mut made = item(row, name_of(directory), origin(path, None, None), digest);
            if row.agent == "codex" && settings::skill_is_off(path, look) {
                made.enabled = false;
                made.detail.insert("why".into(), "switched off by `[[skills.config]]`".into());
            }
            Vec::from([made])
        }
        Form::Extension | Form::Plugin => described(row, path, plugin, look),
        Form::Hooks => {
            let Some(document) = look.document(path) else { return Vec::new() };
            let hook = |found: hooks::Found| {
                let keys: Vec<&str> = found.keys.iter().map(String::as_str).collect();
                let line = document.line(&keys);
                let mut made = item(row, found.name, origin(path, line, Some(found.table)), Some(found.digest));
                made.detail = found.detail;
                made
            };
            hooks::of(document.value()).into_iter().map(hook).collect()
        }
        Form::Table | Form::Project => {
            let Some(document) = look.document(path) else { return Vec::new() };
            entries(row, path, &document, look)
        }
    };
    let owner = facts::owner(path);
    let link = facts::link(path);
    for made in &mut made {
        made.owner.clone_from(&owner);
        made.link.clone_from(&link);
        if row.trust && !settings::is_trusted(path, look) {
            made.enabled = false;
            made.detail.insert("why".into(), "the project is not trusted".into());
        }
        if let Some(plugin) = plugin {
            if row.form != Form::Plugin {
                made.name = format!("{}:{}", plugin.id, made.name);
            }
            made.enabled &= plugin.enabled;
        }
    }
    made
}

fn item(row: &Row, name: String, origin: Origin, digest: Option<String>) -> Item {
    Item {
        kind: row.kind,
        name,
        agent: row.agent.clone(),
        scope: row.scope,
        origin,
        link: None,
        digest,
        owner: None,
        enabled: true,
        detail: BTreeMap::new(),
    }
}

fn origin(path: &Path, line: Option<usize>, table: Option<String>) -> Origin {
    Origin { file: facts::shown(path), line, table: table.map(|table| crate::text::visible(&table).into_owned()) }
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    facts::shown(Path::new(name))
}

/// What a manifest describes: the directory that it stands in, or the one above for a plugin.
fn described(row: &Row, path: &Path, plugin: Option<&Plugin>, look: &mut Look<'_>) -> Vec<Item> {
    let Some(manifest) = look.document(path) else { return Vec::new() };
    let text = |key: &str| manifest.get(&[key]).and_then(Value::as_str).map(shown);
    let directory = path.parent().unwrap_or(path);
    let (name, digest) = match plugin {
        Some(plugin) => (plugin.id.clone(), facts::tree(&plugin.root, look)),
        // An extension is large: what identifies it is its manifest.
        None => (text("name").unwrap_or_else(|| name_of(directory)), facts::digest(path, look)),
    };
    let name = match text("publisher") {
        Some(publisher) if row.form == Form::Extension => format!("{publisher}.{name}"),
        _ => name,
    };
    let mut made = item(row, name, origin(path, None, None), digest);
    let version = text("version").or_else(|| plugin.and_then(|plugin| plugin.version.clone()));
    made.detail.extend(version.map(|version| ("version".to_owned(), version)));
    Vec::from([made])
}

/// The entries of a table, each an item.
fn entries(row: &Row, path: &Path, document: &Rc<Document>, look: &mut Look<'_>) -> Vec<Item> {
    let mut keys: Vec<String> = Vec::new();
    if row.form == Form::Project {
        let directories = look.places.cwd.ancestors().map(Path::to_string_lossy);
        let known = |directory: &str| document.get(&["projects", directory]).is_some();
        let Some(project) = directories.map(Cow::into_owned).find(|d| known(d)) else { return Vec::new() };
        keys.extend(["projects".to_owned(), project]);
    }
    keys.extend(row.entries.iter().cloned());
    let below = |keys: &[String]| {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        document.get(&keys).cloned()
    };
    let table = match below(&keys) {
        Some(table) => table,
        None if row.bare => {
            keys.clear();
            document.value().clone()
        }
        None => return Vec::new(),
    };
    let Some(map) = table.as_object() else {
        look.fault(path, format!("`{}` is no table in it", keys.join(".")));
        return Vec::new();
    };
    let mut found = Vec::new();
    for (name, value) in map {
        // `[agents]` holds settings beside the definitions.
        if row.kind == Kind::Agents && !value.is_object() {
            continue;
        }
        if row.kind == Kind::Mcp && !value.is_object() {
            look.fault(path, format!("the server `{}` is no table in it", shown(name)));
            continue;
        }
        let mut all: Vec<&str> = keys.iter().map(String::as_str).collect();
        all.push(name);
        let place = origin(path, document.line(&all), Some(all.join(".")));
        let shown_name = row.name.iter().cloned().chain([shown(name)]).collect::<Vec<_>>().join(" ");
        let mut made = item(row, shown_name, place, Some(documents::digest(value, mcp::HIDDEN)));
        made.enabled = value.as_bool().or(value.get("enabled").and_then(Value::as_bool)).unwrap_or(true);
        match row.kind {
            Kind::Mcp => made.detail = mcp::detail(value),
            Kind::Plugins => {
                let source = value.get("source");
                let source = source
                    .and_then(|s| s.as_str().or_else(|| s.get("repo").or(s.get("url")).or(s.get("path"))?.as_str()));
                made.detail.extend(source.map(|source| ("source".to_owned(), mcp::plain_url(source))));
            }
            _ => {}
        }
        found.push(made);
    }
    found
}

/// A text of a file as it is shown: on one line, and short.
pub(super) fn shown(text: &str) -> String {
    let text: String = text.chars().take(200).collect();
    crate::text::visible(&text).into_owned()
}

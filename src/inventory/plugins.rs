//! The plugins that are installed: each brings skills, servers, hooks of its own.

use super::find::Look;
use super::table::shown;
use serde_json::Value;
use std::path::PathBuf;

/// One installed plugin.
#[derive(Clone, Debug)]
pub(super) struct Plugin {
    pub(super) agent: &'static str,
    /// `NAME@MARKETPLACE`.
    pub(super) id: String,
    pub(super) version: Option<String>,
    pub(super) root: PathBuf,
    pub(super) enabled: bool,
}

/// The plugins of both agents.
pub(super) fn roots(look: &mut Look<'_>) -> Vec<Plugin> {
    let mut found = of_codex(look);
    found.extend(of_claude(look));
    found
}

/// `plugins/cache/MARKETPLACE/NAME/VERSION` in Codex's home; the configuration says whether it is on.
fn of_codex(look: &mut Look<'_>) -> Vec<Plugin> {
    let places = look.places;
    let mut configured: Vec<PathBuf> = Vec::from([places.codex_system.clone(), places.codex.clone()]);
    configured.extend(places.each().into_iter().map(|directory| directory.join(".codex")));
    let mut found = Vec::new();
    for root in look.files(&places.codex.join("plugins/cache"), "*/*/*") {
        let mut parts = root.iter().rev().map(|part| part.to_string_lossy().into_owned());
        let (Some(version), Some(name), Some(market)) = (parts.next(), parts.next(), parts.next()) else { continue };
        if !root.is_dir() {
            continue;
        }
        let id = format!("{name}@{market}");
        let enabled = configured.iter().any(|directory| {
            let document = look.document(&directory.join("config.toml"));
            let entry = document.as_ref().and_then(|document| document.get(&["plugins", &id]));
            entry.is_some_and(|entry| entry.get("enabled").and_then(Value::as_bool).unwrap_or(true))
        });
        found.push(Plugin { agent: "codex", id: shown(&id), version: Some(shown(&version)), root, enabled });
    }
    found
}

/// What `plugins/installed_plugins.json` names; the settings say whether it is on.
fn of_claude(look: &mut Look<'_>) -> Vec<Plugin> {
    let places = look.places;
    let installed = places.claude.join("plugins/installed_plugins.json");
    let Some(document) = look.document(&installed) else { return Vec::new() };
    let mut settings: Vec<PathBuf> =
        Vec::from([places.claude_system.join("managed-settings.json"), places.claude.join("settings.json")]);
    for directory in places.each() {
        settings.extend(["settings.json", "settings.local.json"].map(|name| directory.join(".claude").join(name)));
    }
    let mut found = Vec::new();
    for (id, entries) in document.get(&["plugins"]).and_then(Value::as_object).into_iter().flatten() {
        let entries = entries.as_array().cloned().unwrap_or_else(|| Vec::from([entries.clone()]));
        let mut said = settings.iter().filter_map(|path| look.document(path)?.get(&["enabledPlugins", id])?.as_bool());
        let enabled = said.any(|on| on);
        for entry in &entries {
            let Some(root) = entry.get("installPath").and_then(Value::as_str) else {
                look.fault(&installed, format!("it does not say where `{}` is", shown(id)));
                continue;
            };
            let version = entry.get("version").and_then(Value::as_str).map(shown);
            found.push(Plugin { agent: "claude", id: shown(id), version, root: root.into(), enabled });
        }
    }
    found
}

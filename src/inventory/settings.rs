//! The settings of Codex that are in force for a session here: from which file each comes, and what requirements made of it. What a
//! command line says is not known.

use super::find::Look;
use super::table::shown;
use super::{Origin, facts};
use crate::decision::Decision;
use crate::rules::Loader;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// `sandbox_mode`, `approval_policy`, `network_access`, `web_search` or `allow_rules`.
    pub name: String,
    /// What is in force.
    pub value: String,
    /// Where it is said; none where it is what Codex takes by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// What a file asks for where requirements do not permit it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
}

/// The files that say it, strongest first.
fn layers(look: &mut Look<'_>) -> Vec<PathBuf> {
    let places = look.places;
    let mut files = Vec::from([places.codex_system.join("managed_config.toml")]);
    let mut projects: Vec<PathBuf> = places.each().into_iter().map(|d| d.join(".codex/config.toml")).collect();
    projects.reverse();
    projects.retain(|path| is_trusted(path, look));
    files.extend(projects);
    files.extend([places.codex.join("config.toml"), places.codex_system.join("config.toml")]);
    files
}

/// The strongest value at a path of keys, where it stands, and how strong it is (0 for the strongest).
fn value(keys: &[&str], look: &mut Look<'_>) -> Option<(Value, Origin, usize)> {
    for (strength, path) in layers(look).into_iter().enumerate() {
        let Some(document) = look.document(&path) else { continue };
        if let Some(value) = document.get(keys) {
            let table = Some(shown(&keys.join(".")));
            let origin = Origin { file: facts::shown(&path), line: document.line(keys), table };
            return Some((value.clone(), origin, strength));
        }
    }
    None
}

/// What keeps Codex from starting is said: then nothing is in force.
fn unsupported(look: &mut Look<'_>) {
    for path in layers(look) {
        let Some(document) = look.document(&path) else { continue };
        if document.get(&["profile"]).is_some() {
            look.fault(&path, "Codex does not start with `profile` in it: profiles are files of their own now");
        }
        if document.get(&["approval_policy"]).and_then(Value::as_str) == Some("untrusted") {
            look.fault(&path, "Codex does not start with `approval_policy = \"untrusted\"` in it any more");
        }
    }
}

fn required(key: &str, look: &mut Look<'_>) -> Option<Vec<String>> {
    let requirements = look.document(&look.places.codex_system.join("requirements.toml"))?;
    let list = requirements.get(&[key])?.as_array()?;
    Some(list.iter().map(word).collect())
}

fn word(value: &Value) -> String {
    match value {
        Value::String(text) => shown(text),
        Value::Object(map) => map.keys().next().map(|key| shown(key)).unwrap_or_default(),
        other => other.to_string(),
    }
}

/// All five.
pub(super) fn of_codex(look: &mut Look<'_>) -> Vec<Setting> {
    unsupported(look);
    let trusted = is_trusted(&look.places.cwd.join(".codex"), look);
    let by_itself = if trusted { "workspace-write" } else { "read-only" };
    let mut sandbox = setting("sandbox_mode", &["sandbox_mode"], by_itself, look);
    let mode = value(&["sandbox_mode"], look).map_or(usize::MAX, |(_, _, strength)| strength);
    let profile = value(&["default_permissions"], look).filter(|(_, _, strength)| *strength <= mode);
    if let Some((profile, origin, _)) = profile {
        // The shipped profiles are the modes under another name; one's own can be anything.
        let profile = word(&profile);
        sandbox.value = match profile.as_str() {
            ":read-only" => "read-only".to_owned(),
            ":workspace" => "workspace-write".to_owned(),
            ":danger-full-access" => "danger-full-access".to_owned(),
            _ => profile,
        };
        sandbox.origin = Some(origin);
    }
    permitted(&mut sandbox, "allowed_sandbox_modes", "read-only", look);
    let mut approval = setting("approval_policy", &["approval_policy"], "on-request", look);
    permitted(&mut approval, "allowed_approval_policies", "", look);
    let mut network = setting("network_access", &["sandbox_workspace_write", "network_access"], "off", look);
    let reached = match (network.value.as_str(), sandbox.value.as_str()) {
        (_, "danger-full-access") | ("true", "workspace-write") => "on",
        (_, "read-only" | "workspace-write") => "off",
        _ => "as the profile says",
    };
    network.value = String::from(reached);
    let live = if sandbox.value == "danger-full-access" { "live" } else { "cached" };
    let mut search = setting("web_search", &["web_search"], live, look);
    if search.origin.is_none()
        && let Some((on, origin, _)) = value(&["tools", "web_search"], look)
    {
        search.value = String::from(if on == Value::Bool(false) { "disabled" } else { "live" });
        search.origin = Some(origin);
    }
    permitted(&mut search, "allowed_web_search_modes", "disabled", look);
    Vec::from([sandbox, approval, network, search, allow_rules(look)])
}

fn setting(name: &str, keys: &[&str], by_itself: &str, look: &mut Look<'_>) -> Setting {
    let found = value(keys, look);
    let value = found.as_ref().map_or_else(|| by_itself.to_owned(), |(value, ..)| word(value));
    Setting { name: name.to_owned(), value, origin: found.map(|(_, origin, _)| origin), asked: None }
}

/// What is not permitted is replaced: by `otherwise`, or by the first that is.
fn permitted(setting: &mut Setting, key: &str, otherwise: &str, look: &mut Look<'_>) {
    let Some(allowed) = required(key, look) else { return };
    if setting.value == "disabled" || allowed.contains(&setting.value) {
        return;
    }
    let first = allowed.first().cloned().unwrap_or_default();
    let value = if otherwise.is_empty() { first } else { otherwise.to_owned() };
    let asked = std::mem::replace(&mut setting.value, value);
    setting.asked = setting.origin.is_some().then_some(asked);
}

/// Native rules that allow: what they match runs outside the sandbox.
fn allow_rules(look: &mut Look<'_>) -> Setting {
    let places = look.places;
    let mut directories = Vec::from([places.codex_system.clone(), places.codex.clone()]);
    directories.extend(places.each().into_iter().map(|directory| directory.join(".codex")));
    let mut found = Setting { name: "allow_rules".to_owned(), value: "none".to_owned(), origin: None, asked: None };
    for directory in directories {
        if directory.ends_with(".codex") && directory != places.codex && !is_trusted(&directory, look) {
            continue;
        }
        for path in look.files(&directory, "rules/*.rules") {
            let loaded = match Loader::new().load(&[&path]) {
                Ok(loaded) => loaded,
                Err(why) => {
                    let first = why.to_string().trim().lines().next().unwrap_or_default().to_owned();
                    look.fault(&path, format!("it does not load, and Codex then drops every `.rules` file: {first}"));
                    continue;
                }
            };
            let rules = loaded.policy.layers.iter().flat_map(|layer| layer.prefix_rules.iter());
            for rule in rules.filter(|rule| rule.head.decision == Decision::Allow) {
                let whole = rule.pattern.len() < 2;
                if found.value == "none" || (whole && found.value != "whole programs") {
                    found.value = String::from(if whole { "whole programs" } else { "narrow" });
                    let line = rule.head.place.rsplit(':').nth(1).and_then(|line| line.parse().ok());
                    found.origin = Some(Origin { file: facts::shown(&path), line, table: None });
                }
            }
        }
    }
    found
}

/// Whether the user trusts the project that a file is in: without that Codex passes over what the project configures.
pub(super) fn is_trusted(path: &Path, look: &mut Look<'_>) -> bool {
    let places = look.places;
    let Some(config) = look.document(&places.codex.join("config.toml")) else { return false };
    let says = |directory: &Path| {
        let directory = directory.to_str()?;
        config.get(&["projects", directory, "trust_level"])?.as_str()
    };
    let root = places.repository().unwrap_or(&places.cwd);
    let mut within = path.ancestors().take_while(|directory| directory.starts_with(root));
    within.find_map(says) == Some("trusted")
}

/// Whether the configuration switches a skill off.
pub(super) fn skill_is_off(path: &Path, look: &mut Look<'_>) -> bool {
    let files = layers(look);
    files.iter().any(|file| {
        let document = look.document(file);
        let list = document.as_ref().and_then(|document| document.get(&["skills", "config"])?.as_array().cloned());
        list.into_iter().flatten().any(|entry| {
            let named = entry.get("path").and_then(Value::as_str).map(Path::new);
            let same = named.is_some_and(|named| named == path || Some(named) == path.parent());
            same && entry.get("enabled").and_then(Value::as_bool) == Some(false)
        })
    })
}

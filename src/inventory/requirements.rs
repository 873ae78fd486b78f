//! What a `requirements.toml` allows of what was found, as Codex reads it.

use super::drift::{Change, Drift};
use super::{Inventory, Item, Kind, Scope, documents};
use serde_json::Value;

/// What the requirements do not allow.
pub(super) fn compare(found: &Inventory, requirements: &documents::Document) -> Vec<Drift> {
    let get = |keys: &[&str]| requirements.get(keys);
    let mut drift = Vec::new();
    let feature = |name: &str| get(&["features", name]).and_then(Value::as_bool);
    for item in found.items.iter().filter(|item| item.agent == "codex") {
        let why = match item.kind {
            Kind::Mcp => server(item, requirements),
            Kind::Hooks => hook(item, get(&["allow_managed_hooks_only"]) == Some(&Value::Bool(true))),
            Kind::Plugins if feature("plugins") == Some(false) => Some("`features.plugins` is off".to_owned()),
            Kind::Plugins if item.name.starts_with("marketplace ") => marketplace(item, requirements),
            Kind::Extensions if feature("apps") == Some(false) => Some("`features.apps` is off".to_owned()),
            _ => None,
        };
        drift.extend(why.filter(|_| item.enabled).map(|why| Drift::of(Change::NotAllowed, item, why)));
    }
    for (name, key) in [
        ("sandbox_mode", "allowed_sandbox_modes"),
        ("approval_policy", "allowed_approval_policies"),
        ("web_search", "allowed_web_search_modes"),
    ] {
        let Some(setting) = found.settings.iter().find(|setting| setting.name == name) else { continue };
        let Some(list) = get(&[key]).and_then(Value::as_array) else { continue };
        let asked = setting.asked.as_ref().unwrap_or(&setting.value);
        let allowed = list.iter().any(|value| match value {
            Value::String(text) => text == asked,
            Value::Object(map) => map.contains_key(asked.as_str()),
            _ => false,
        });
        // Searching less is always allowed; what nobody asked for Codex replaces by what is allowed.
        if !allowed && asked != "disabled" && setting.origin.is_some() {
            let why = format!("`{key}` does not hold `{asked}`");
            drift.push(Drift::setting(Change::NotAllowed, setting, why));
        }
    }
    drift
}

/// A server is allowed by its name and by what it is: the program and, where that is written, each argument; or the address.
fn server(item: &Item, requirements: &documents::Document) -> Option<String> {
    let servers = requirements.get(&["mcp_servers"]).and_then(Value::as_object);
    if item.scope == Scope::Plugin {
        return plugin_server(item, requirements);
    }
    let servers = servers?;
    let Some(entry) = servers.get(&item.name) else {
        return Some(format!("`mcp_servers` does not name `{}`", item.name));
    };
    (!is(item, entry)).then(|| format!("`{}` is another program or address there than `mcp_servers` says", item.name))
}

/// Of a plugin's servers only an empty list, or what is said of that plugin, counts.
fn plugin_server(item: &Item, requirements: &documents::Document) -> Option<String> {
    let (plugin, name) = item.name.split_once(':')?;
    if requirements.get(&["mcp_servers"]).and_then(Value::as_object).is_some_and(serde_json::Map::is_empty) {
        return Some("`mcp_servers` is empty".to_owned());
    }
    requirements.get(&["plugins"])?;
    let entry = requirements.get(&["plugins", plugin, "mcp_servers", name]);
    (!entry.is_some_and(|entry| is(item, entry)))
        .then(|| format!("`plugins.\"{plugin}\".mcp_servers` does not allow `{name}`"))
}

fn is(item: &Item, entry: &Value) -> bool {
    let Some(identity) = entry.get("identity") else { return false };
    let detail = |key: &str| item.detail.get(key).map(String::as_str);
    match (identity.get("command"), identity.get("url")) {
        (Some(Value::String(command)), _) => detail("command") == Some(command.as_str()),
        (_, Some(url)) => detail("url").is_some_and(|found| matches(url, found)),
        _ => false,
    }
}

fn matches(wanted: &Value, found: &str) -> bool {
    let text = |key: &str| wanted.get(key).and_then(Value::as_str);
    match (wanted, text("match")) {
        (Value::String(exact), _) => exact == found,
        (_, Some("exact")) => text("value") == Some(found),
        (_, Some("prefix")) => text("value").is_some_and(|start| found.starts_with(start)),
        (_, Some("regex")) => text("expression").is_some_and(|expression| whole(expression, found)),
        _ => false,
    }
}

fn whole(expression: &str, text: &str) -> bool {
    let expression = format!(r"\A(?:{expression})\z");
    regex::Regex::new(&expression).is_ok_and(|regex| regex.is_match(text))
}

fn hook(item: &Item, managed_only: bool) -> Option<String> {
    let foreign = matches!(item.scope, Scope::User | Scope::Repository | Scope::Plugin);
    (managed_only && foreign).then(|| "`allow_managed_hooks_only` is set, and this hook is not managed".to_owned())
}

fn marketplace(item: &Item, requirements: &documents::Document) -> Option<String> {
    let restricted = requirements.get(&["marketplaces", "restrict_to_allowed_sources"]) == Some(&Value::Bool(true));
    if !restricted {
        return None;
    }
    let source = item.detail.get("source").map_or("", String::as_str);
    let rules = requirements.get(&["marketplaces", "allowed_sources"]).and_then(Value::as_object);
    let allowed = rules.into_iter().flatten().any(|(_, rule)| {
        let text = |key: &str| rule.get(key).and_then(Value::as_str);
        match text("source") {
            Some("git") => text("url").is_some_and(|url| repository(url) == repository(source)),
            Some("local") => text("path") == Some(source),
            Some("host_pattern") => text("host_pattern")
                .zip(host(source))
                .is_some_and(|(pattern, host)| regex::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(host))),
            _ => false,
        }
    });
    (!allowed).then(|| format!("no `marketplaces.allowed_sources` covers `{source}`"))
}

fn repository(url: &str) -> &str {
    url.trim_end_matches('/').trim_end_matches(".git")
}

fn host(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map(|(_, rest)| rest).or_else(|| url.split_once('@').map(|(_, rest)| rest))?;
    rest.split(['/', ':']).next()
}

//! What is said of an MCP server: how it is reached, never with which values.

use super::table::shown;
use serde_json::Value;
use std::collections::BTreeMap;

/// Keys below which secrets stand: their values take no part in a digest.
pub(super) const HIDDEN: &[&str] =
    &["env", "http_headers", "headers", "bearer_token", "oauth", "token", "api_key", "apiKey", "password"];

/// The program or the address, how many arguments there are, and the names of variables and headers.
pub(super) fn detail(server: &Value) -> BTreeMap<String, String> {
    let mut detail = BTreeMap::new();
    let text = |key: &str| server.get(key).and_then(Value::as_str);
    if let Some(command) = text("command") {
        detail.insert("command".to_owned(), program(command));
    }
    if let Some(url) = text("url") {
        detail.insert("url".to_owned(), plain_url(url));
    }
    let arguments = server.get("args").and_then(Value::as_array).map_or(0, Vec::len);
    if arguments > 0 {
        detail.insert("arguments".to_owned(), arguments.to_string());
    }
    for (key, table) in [("variables", "env"), ("headers", "http_headers"), ("headers", "headers")] {
        let names = server.get(table).and_then(Value::as_object);
        let mut names: Vec<String> = names.into_iter().flat_map(|map| map.keys()).map(|name| shown(name)).collect();
        names.sort();
        if !names.is_empty() {
            detail.insert(key.to_owned(), names.join(" "));
        }
    }
    detail
}

/// The first word of a command line: what follows may hold anything.
pub(super) fn program(line: &str) -> String {
    let words = shlex::split(line).unwrap_or_default();
    let first = words.iter().find(|word| !is_assignment(word));
    first.map_or_else(|| "(not a plain command)".to_owned(), |word| plain_url(word))
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// An address without what may be a secret: account, password, query and fragment.
pub(super) fn plain_url(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (start, rest) =
        url.get(..end).unwrap_or_default().split_once("://").unwrap_or(("", url.get(..end).unwrap_or_default()));
    let rest = if start.is_empty() {
        rest.to_owned()
    } else {
        let (authority, path) = rest.split_once('/').map_or((rest, None), |(authority, path)| (authority, Some(path)));
        let host = authority.rsplit('@').next().unwrap_or_default();
        format!("{start}://{host}{}", path.map(|path| format!("/{path}")).unwrap_or_default())
    };
    shown(&rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_shown() {
        let server = serde_json::json!({
            "command": "TOKEN=s3cret /opt/x/server --key=s3cret", "args": ["--token", "s3cret"], "env": {"KEY": "s3cret"},
            "url": "https://me:s3cret@example.com/mcp?token=s3cret#s3cret", "http_headers": {"Authorization": "s3cret"},
        });
        let detail = detail(&server);
        assert!(!format!("{detail:?}").contains("s3cret"), "{detail:?}");
        assert_eq!(detail["command"], "/opt/x/server");
        assert_eq!(detail["url"], "https://example.com/mcp");
        assert_eq!((detail["variables"].as_str(), detail["headers"].as_str()), ("KEY", "Authorization"));
    }
}

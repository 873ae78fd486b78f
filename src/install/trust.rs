//! The record of trust without which Codex passes a user's hook over, silently where nobody watches (`codex exec`).

use super::registered::{Event, Handler};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use toml_edit::{Document, Item};

/// What Codex thinks of a user's hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It is started.
    Trusted,
    /// Nobody has trusted it.
    Untrusted,
    /// Somebody trusted another definition in its place.
    Modified,
    /// Somebody switched it off.
    Disabled,
}

/// The key of a handler below `hooks.state`. `source` is the file as Codex names it.
pub fn key(source: &Path, event: Event, group: usize, index: usize) -> String {
    format!("{}:{}:{group}:{index}", source.display(), event.label())
}

/// What `trusted_hash` must say: the SHA-256 of the definition as compact JSON with sorted keys.
pub fn hash(handler: &Handler) -> String {
    // serde_json's object is a sorted map, so that its compact text is what is hashed.
    let mut hook = json!({
        "async": handler.is_async, "command": handler.command, "timeout": handler.timeout, "type": handler.kind,
    });
    if let (Some(message), Some(hook)) = (&handler.status_message, hook.as_object_mut()) {
        hook.insert("statusMessage".into(), message.as_str().into());
    }
    let mut definition = json!({ "event_name": handler.event.label(), "hooks": [hook] });
    if let (Some(matcher), Some(definition)) = (&handler.matcher, definition.as_object_mut()) {
        definition.insert("matcher".into(), matcher.as_str().into());
    }
    let digest = Sha256::digest(definition.to_string());
    digest.iter().fold(String::from("sha256:"), |hash, byte| format!("{hash}{byte:02x}"))
}

/// The names that Codex may have for a file of its home: it takes `$CODEX_HOME` to its real place, and `~/.codex` as it is written.
pub fn names(file: &Path) -> Vec<PathBuf> {
    let mut names = Vec::from([file.to_path_buf()]);
    let parent = file.parent().and_then(|parent| parent.canonicalize().ok());
    if let (Some(parent), Some(name)) = (parent, file.file_name()) {
        let real = parent.join(name);
        if real != file {
            names.push(real);
        }
    }
    names
}

/// What a `config.toml` says of a handler of `source`.
pub fn status(config: &str, source: &Path, handler: &Handler) -> Trust {
    let document = Document::parse(config).ok();
    let states = document.as_ref().and_then(|document| document.get("hooks")?.get("state"));
    let key = key(source, handler.event, handler.group, handler.index);
    let Some(state) = states.and_then(|states| states.get(key.as_str())) else { return Trust::Untrusted };
    if state.get("enabled").and_then(Item::as_bool) == Some(false) {
        return Trust::Disabled;
    }
    match state.get("trusted_hash").and_then(Item::as_str) {
        Some(trusted) if trusted == hash(handler) => Trust::Trusted,
        Some(_) => Trust::Modified,
        None => Trust::Untrusted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the client computes it.
    #[test]
    fn a_hash_is_that_of_the_client() {
        let handler = Handler {
            event: Event::PreToolUse,
            group: 0,
            index: 0,
            matcher: Some("*".into()),
            kind: "command".into(),
            command: "true".into(),
            timeout: 10,
            is_async: false,
            status_message: None,
        };
        assert_eq!(hash(&handler), "sha256:0fefbb9bc52dbbe72eed8b1743384cc2f679898a96537daedb564e67ec8faf89");
        let with_message = Handler { status_message: Some("x".into()), ..handler };
        assert!(hash(&with_message).starts_with("sha256:fc877a870"), "{}", hash(&with_message));
    }
}

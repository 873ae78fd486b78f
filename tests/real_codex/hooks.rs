//! Registrations of hooks: a user's, with the trust that Codex demands, and a managed one.

use serde_json::json;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::path::Path;

/// The event of a hook, in its two spellings.
#[derive(Clone, Copy)]
pub(crate) enum Event {
    PreToolUse,
    PermissionRequest,
}

impl Event {
    fn table(self) -> &'static str {
        match self {
            Self::PreToolUse => "PreToolUse",
            Self::PermissionRequest => "PermissionRequest",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::PreToolUse => "pre_tool_use",
            Self::PermissionRequest => "permission_request",
        }
    }
}

/// One command hook, in a group of its own, for every tool.
#[derive(Clone)]
pub(crate) struct Hook {
    pub(crate) event: Event,
    pub(crate) command: String,
    /// Seconds until Codex gives up on it.
    pub(crate) timeout: u64,
}

impl Hook {
    /// A `PreToolUse` hook with all the time that a busy machine may need.
    pub(crate) fn new(command: impl Into<String>) -> Self {
        Self { event: Event::PreToolUse, command: command.into(), timeout: 60 }
    }

    fn registration(&self) -> String {
        let (event, command) = (self.event.table(), toml_string(&self.command));
        format!(
            "[[hooks.{event}]]\nmatcher = \"*\"\n[[hooks.{event}.hooks]]\ntype = \"command\"\ncommand = {command}\ntimeout = {}\n",
            self.timeout
        )
    }

    /// What Codex wants to find as `trusted_hash`: the SHA-256 of the definition as compact JSON with sorted keys.
    fn trusted_hash(&self) -> String {
        let definition = json!({
            "event_name": self.event.label(),
            "hooks": [{"async": false, "command": self.command, "timeout": self.timeout, "type": "command"}],
            "matcher": "*",
        });
        // serde_json's object is a sorted map, so its compact text is what is hashed.
        let digest = Sha256::digest(definition.to_string());
        digest.iter().fold(String::from("sha256:"), |mut hash, byte| {
            write!(hash, "{byte:02x}").expect("writing to a string");
            hash
        })
    }
}

/// The part of `$CODEX_HOME/config.toml` that registers `hooks`. With `trusted`, also the record that a person trusted them.
pub(crate) fn user_config(hooks: &[Hook], config: &Path, trusted: bool) -> String {
    let mut text: String = hooks.iter().map(Hook::registration).collect();
    let mut groups = [0; 2];
    for hook in hooks.iter().filter(|_| trusted) {
        let group = &mut groups[hook.event as usize];
        let key = format!("{}:{}:{group}:0", config.display(), hook.event.label());
        *group += 1;
        let hash = hook.trusted_hash();
        write!(text, "[hooks.state.{}]\ntrusted_hash = \"{hash}\"\n", toml_string(&key)).expect("writing to a string");
    }
    text
}

/// A `requirements.toml` that registers `hooks` for everybody and admits no others.
pub(crate) fn requirements(hooks: &[Hook]) -> String {
    let head = "allow_managed_hooks_only = true\n[features]\nhooks = true\n[hooks]\nmanaged_dir = \"/opt/prexec\"\n";
    hooks.iter().fold(String::from(head), |text, hook| text + &hook.registration())
}

/// `program` with the fallback that turns every failure of it into a block: whatever is not success ends as exit 2 with
/// something on stderr. `bash -p` ignores exported functions, which could replace `exit`, and `BASH_ENV`.
pub(crate) fn fail_closed(program: &str) -> String {
    let fallback = r#"[ "$1" = 2 ] || echo "policy hook failed; blocking" >&2; exit 2"#;
    format!("{program} || /bin/bash -pc '{fallback}' - $?")
}

/// `text` as a TOML basic string. JSON's escapes are a subset of TOML's, but for DEL, which no test uses.
pub(crate) fn toml_string(text: &str) -> String {
    json!(text).to_string()
}

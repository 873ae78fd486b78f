//! From nothing to enforced, and back: what an installation writes where.
//!
//! A user's hook goes to `config.toml` in Codex's home, never to `hooks.json`, for two reasons. Codex starts a user's hook only where
//! `config.toml` says that it is trusted, so that there registration and trust are one file, which is replaced in one step. And a
//! `config.toml` with a mistake keeps Codex from starting, while a `hooks.json` with a mistake is passed over with a warning.
//! An administrator's hook goes to `requirements.toml`, which needs no trust and which no user can take away.
//!
//! Nothing is registered before its command line has denied a canary, and registering is the last step: whatever ends an installation
//! early leaves Codex as it was. What stood in a file before is kept in a record, so that taking it out restores the file as it was
//! wherever nobody else has changed it since.

pub mod base64;
pub mod canary;
pub mod command;
pub mod files;
pub mod hooks;
pub mod managed;
pub mod native;
pub mod record;
pub mod registered;
pub mod trust;
pub mod user;

use std::path::{Path, PathBuf};

/// Codex's home directory: `$CODEX_HOME`, else `.codex` in the home directory.
pub fn codex_home(variable: Option<&Path>, home: &Path) -> PathBuf {
    variable.filter(|path| path.is_absolute()).map_or_else(|| home.join(".codex"), Path::to_path_buf)
}

/// The file of a user's configuration.
pub const CONFIG: &str = "config.toml";
/// The other file in which Codex looks for a user's hooks.
pub const HOOKS_JSON: &str = "hooks.json";

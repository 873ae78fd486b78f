//! What is looked at: read once, judged by the checks.

use crate::install::files;
use crate::install::registered::{self, Handler};
use crate::install::{CONFIG, HOOKS_JSON};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One account on one machine.
pub struct Machine {
    /// The account's name.
    pub account: String,
    /// Its home directory.
    pub home: PathBuf,
    /// Codex's home.
    pub codex: PathBuf,
    /// `/etc/codex`.
    pub system: PathBuf,
    /// `requirements.toml`; none where there is none.
    pub requirements: Text,
    /// The user's `config.toml`.
    pub config: Text,
    /// Where hooks are registered: each file that Codex reads, the managed ones first.
    pub sources: Vec<Source>,
    /// The variables of this process.
    pub environment: BTreeMap<String, String>,
    /// Whether those are the account's own, in a session of its.
    pub own_environment: bool,
}

/// A file as text, none where it is not there, or why it cannot be read.
pub type Text = Result<Option<String>, String>;

/// Who started the hooks of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// `requirements.toml`.
    Required,
    /// Another file of the administrator, which counts without trust.
    System,
    /// The user's, which has to be trusted.
    User,
}

/// A file in which Codex looks for hooks.
pub struct Source {
    /// The file.
    pub path: PathBuf,
    /// Whose it is.
    pub whose: Whose,
    /// What it registers, or why Codex does not read it.
    pub handlers: Result<Vec<Handler>, String>,
}

/// What Codex itself takes requirements from, in `/etc/codex`.
pub const REQUIREMENTS: &str = "requirements.toml";

impl Machine {
    /// Reads what is there.
    pub fn look(account: String, home: PathBuf, codex: PathBuf, system: PathBuf, own_environment: bool) -> Self {
        let mut sources = Vec::new();
        let mut read = |path: PathBuf, whose: Whose| {
            let parse =
                if path.extension().is_some_and(|e| e == "json") { registered::of_json } else { registered::of_toml };
            let text = files::read(&path);
            let handlers = match &text {
                Ok(Some(text)) => Some(parse(&path, text)),
                Ok(None) => None,
                Err(why) => Some(Err(why.clone())),
            };
            sources.extend(handlers.map(|handlers| Source { path, whose, handlers }));
            text
        };
        let requirements = read(system.join(REQUIREMENTS), Whose::Required);
        for name in [CONFIG, HOOKS_JSON, "managed_config.toml"] {
            let _ = read(system.join(name), Whose::System);
        }
        let config = read(codex.join(CONFIG), Whose::User);
        let _ = read(codex.join(HOOKS_JSON), Whose::User);
        let environment = std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()));
        Self {
            account,
            home,
            codex,
            system,
            requirements,
            config,
            sources,
            environment: environment.collect(),
            own_environment,
        }
    }

    /// A value of `requirements.toml`, by its dotted path.
    pub fn required(&self, path: &str) -> Option<serde_json::Value> {
        value(self.requirements.as_ref().ok()?.as_deref()?, path)
    }

    /// A value of the user's `config.toml`.
    pub fn configured(&self, path: &str) -> Option<serde_json::Value> {
        value(self.config.as_ref().ok()?.as_deref()?, path)
    }

    /// Whether only managed hooks are started.
    pub fn only_managed(&self) -> bool {
        self.required("allow_managed_hooks_only") == Some(true.into())
    }
}

fn value(text: &str, path: &str) -> Option<serde_json::Value> {
    let document = toml_edit::Document::parse(text).ok()?;
    let mut keys = path.split('.');
    let mut item = document.get(keys.next()?)?;
    for key in keys {
        item = item.get(key)?;
    }
    Some(registered::json(item))
}

/// The files of a directory with this ending, in name order.
pub(super) fn files_of(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == extension)).collect();
    found.sort();
    found
}

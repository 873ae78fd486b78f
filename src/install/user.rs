//! A user's registration: what becomes of `config.toml` in Codex's home.

use super::files::{self, Change};
use super::record::Record;
use super::registered::{self, Handler};
use super::trust::{self, Trust};
use super::{CONFIG, HOOKS_JSON, command, hooks};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use toml_edit::{Document, Item};

/// What registering takes.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The change of `config.toml`; none where all is as it should be.
    pub change: Change,
    /// What the file would be had nothing been installed.
    pub without_ours: Option<String>,
    /// What the person should know.
    pub notes: Vec<String>,
}

/// The handlers of prexec that a user's configuration registers.
///
/// # Errors
/// A configuration that is no TOML.
pub fn registered(codex: &Path) -> Result<Vec<Handler>, String> {
    let path = codex.join(CONFIG);
    let found = files::read(&path)?.map_or(Ok(Vec::new()), |text| registered::of_toml(&path, &text))?;
    Ok(found.into_iter().filter(|handler| command::ours(&handler.command).is_some()).collect())
}

/// Works out how `line` is registered below `codex`. `requirements`: the text of the machine's `requirements.toml`.
///
/// # Errors
/// A configuration that Codex does not start with, that belongs to somebody else, or in which a hook cannot take effect.
pub fn plan(codex: &Path, requirements: Option<&str>, line: &str) -> Result<Plan, String> {
    belongs_to_us(codex)?;
    if requirements.is_some_and(only_managed) {
        return Err("this machine admits managed hooks only (`allow_managed_hooks_only` in requirements.toml), so a user's hook \
                    would never be started; ask for `prexec install --managed`"
            .into());
    }
    let path = codex.join(CONFIG);
    let before = files::read(&path)?;
    let text = before.as_deref().unwrap_or_default();
    let mut document = hooks::parse(&path, text)?;
    if document.get("features").and_then(|f| f.get("hooks")).and_then(Item::as_bool) == Some(false) {
        return Err(format!(
            "`{}` switches hooks off (`hooks = false` below `[features]`); take that line out, then install again",
            path.display()
        ));
    }
    let mut notes = Vec::new();
    let json = codex.join(HOOKS_JSON);
    match files::read(&json)?.map(|text| registered::of_json(&json, &text)) {
        Some(Ok(found)) if found.iter().any(|handler| command::ours(&handler.command).is_some()) => {
            return Err(format!(
                "`{}` already starts prexec; take that entry out, then install again: {CONFIG} holds the hook and its trust in one file",
                json.display()
            ));
        }
        Some(Ok(_)) => notes.push(format!(
            "`{}` stays as it is; Codex says at its start that it reads hooks from both files, and does",
            json.display()
        )),
        Some(Err(why)) => notes.push(why),
        None => {}
    }
    let names = trust::names(&path);
    hooks::remove(&mut document, &names);
    let without_ours = before.as_ref().map(|before| hooks::text(&document, before));
    let added = hooks::add(&mut document, line)?;
    for name in &names {
        hooks::trust(&mut document, name, &added)?;
    }
    let after = hooks::text(&document, text);
    verify(&path, &after, &added)?;
    let after = if stands(&path, text, &added)? { before.clone() } else { Some(after) };
    Ok(Plan { change: Change { path, before, after, mode: 0o600 }, without_ours, notes })
}

/// Whether exactly these handlers of ours stand there, wherever in the file, and are trusted.
fn stands(path: &Path, text: &str, wanted: &[Handler]) -> Result<bool, String> {
    let found: Vec<Handler> = registered::of_toml(path, text)?
        .into_iter()
        .filter(|handler| command::ours(&handler.command).is_some())
        .collect();
    let same = |found: &Handler, wanted: &Handler| {
        let at_same_place = Handler { group: found.group, index: found.index, ..wanted.clone() };
        *found == at_same_place
    };
    let each = found.len() == wanted.len() && found.iter().zip(wanted).all(|(found, wanted)| same(found, wanted));
    Ok(each && trusted(path, text, &found))
}

fn trusted(path: &Path, text: &str, handlers: &[Handler]) -> bool {
    let by_name = |name: &PathBuf| handlers.iter().all(|h| trust::status(text, name, h) == Trust::Trusted);
    trust::names(path).iter().all(by_name)
}

/// What is written must say what is meant, in whatever form the file was.
fn verify(path: &Path, after: &str, wanted: &[Handler]) -> Result<(), String> {
    let found = registered::of_toml(path, after)?;
    if wanted.iter().all(|handler| found.contains(handler)) && trusted(path, after, wanted) {
        return Ok(());
    }
    Err(format!(
        "the hooks in `{}` are written in a form that cannot be added to; use `[[hooks.EVENT]]`",
        path.display()
    ))
}

/// What takes the registration out again.
///
/// # Errors
/// A configuration that is no TOML any more.
pub fn removal(codex: &Path, record: &Record) -> Result<Change, String> {
    let path = codex.join(CONFIG);
    let made_by_us = record.files.iter().any(|entry| entry.path == path && entry.before.is_none());
    record.restored(&path, 0o600, |text| {
        let mut document = hooks::parse(&path, text)?;
        hooks::remove(&mut document, &trust::names(&path));
        let text = hooks::text(&document, text);
        Ok(Some(text).filter(|text| !(made_by_us && text.trim().is_empty())))
    })
}

/// Whether requirements admit managed hooks only.
pub fn only_managed(requirements: &str) -> bool {
    let document = Document::parse(requirements).ok();
    document.is_some_and(|d| d.get("allow_managed_hooks_only").and_then(Item::as_bool) == Some(true))
}

/// Another account's configuration would not be its any more.
fn belongs_to_us(codex: &Path) -> Result<(), String> {
    let Some(found) = codex.ancestors().find_map(|path| fs::metadata(path).ok()) else { return Ok(()) };
    if found.uid() == nix::unistd::geteuid().as_raw() {
        return Ok(());
    }
    Err(format!(
        "`{}` belongs to account {}; run this as that account, or name another place with CODEX_HOME",
        codex.display(),
        found.uid()
    ))
}

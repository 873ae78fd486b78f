//! What an installation found and left, so that it can be taken out again.

use super::files::{self, Change};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// The name of the record in the directory of its layer.
pub const NAME: &str = "install.json";

/// What identifies the form of a record.
const SCHEMA: &str = "prexec/install/1";

/// What an installation did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The files that it changed, in the order in which it did.
    pub files: Vec<Entry>,
    /// The directories that it made, the outermost first.
    pub directories: Vec<PathBuf>,
    /// Files that are made anew from others and go with the installation: compiled policies.
    pub generated: Vec<PathBuf>,
    /// Entries of lists that were not there before.
    pub entries: Vec<String>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The file.
    pub path: PathBuf,
    /// What stood there; none where there was no such file.
    pub before: Option<String>,
    /// Identifies what was left there.
    pub after: String,
}

/// Identifies a text.
pub fn digest(text: &str) -> String {
    format!("blake3:{}", blake3::hash(text.as_bytes()).to_hex())
}

impl Record {
    /// Reads a record; an empty one where there is none.
    ///
    /// # Errors
    /// A file that is no record.
    pub fn read(path: &Path) -> Result<Self, String> {
        let Some(text) = files::read(path)? else { return Ok(Self::default()) };
        let wrong = || format!("`{}` is no record of an installation; move it away, then start again", path.display());
        let value: Value = serde_json::from_str(&text).map_err(|_| wrong())?;
        if value.get("schema").and_then(Value::as_str) != Some(SCHEMA) {
            return Err(wrong());
        }
        let list = |key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let paths = |key: &str| list(key).iter().filter_map(Value::as_str).map(PathBuf::from).collect();
        let entry = |value: &Value| {
            Some(Entry {
                path: value.get("path")?.as_str()?.into(),
                before: value.get("before")?.as_str().map(String::from),
                after: value.get("after")?.as_str()?.into(),
            })
        };
        let files: Option<Vec<Entry>> = list("files").iter().map(entry).collect();
        Ok(Self {
            files: files.ok_or_else(wrong)?,
            directories: paths("directories"),
            generated: paths("generated"),
            entries: list("entries").iter().filter_map(Value::as_str).map(String::from).collect(),
        })
    }

    /// As it is written.
    pub fn text(&self) -> String {
        let file = |entry: &Entry| json!({"path": entry.path, "before": entry.before, "after": entry.after});
        let mut map = Map::new();
        map.insert("schema".into(), SCHEMA.into());
        map.insert("files".into(), self.files.iter().map(file).collect());
        map.insert("directories".into(), self.directories.iter().map(|path| json!(path)).collect());
        map.insert("generated".into(), self.generated.iter().map(|path| json!(path)).collect());
        map.insert("entries".into(), self.entries.iter().map(|entry| json!(entry)).collect());
        format!("{:#}\n", Value::Object(map))
    }

    /// Takes note of a change that is about to be made. `without_ours` is what the file would be had nothing been installed, where
    /// the record does not know.
    pub fn note(&mut self, change: &Change, without_ours: Option<String>) {
        let Some(after) = change.after.as_deref().map(digest) else { return };
        match self.files.iter_mut().find(|entry| entry.path == change.path) {
            // As it was left: what stood there at first still is what it is to become again.
            Some(entry) if change.before.as_deref().map(digest).as_ref() == Some(&entry.after) => entry.after = after,
            Some(entry) => (entry.before, entry.after) = (without_ours, after),
            None => self.files.push(Entry { path: change.path.clone(), before: without_ours, after }),
        }
    }

    /// Takes note of directories that were made.
    pub fn note_directories(&mut self, made: Vec<PathBuf>) {
        for directory in made {
            if !self.directories.contains(&directory) {
                self.directories.push(directory);
            }
        }
    }

    /// Takes note of a file that is made anew from others.
    pub fn note_generated(&mut self, path: &Path) {
        if !self.generated.iter().any(|known| known == path) {
            self.generated.push(path.to_owned());
        }
    }

    /// What takes a file back: to the bytes that stood there before wherever nobody has changed it since, else to what
    /// `without_ours` makes of it.
    ///
    /// # Errors
    /// What cannot be read, or taken apart.
    pub fn restored(
        &self,
        path: &Path,
        mode: u32,
        without_ours: impl FnOnce(&str) -> Result<Option<String>, String>,
    ) -> Result<Change, String> {
        let before = files::read(path)?;
        let known = self.files.iter().find(|entry| entry.path == path);
        let after = match (&before, known) {
            (Some(text), Some(entry)) if digest(text) == entry.after => entry.before.clone(),
            (Some(text), _) => without_ours(text)?,
            (None, _) => None,
        };
        Ok(Change { path: path.to_owned(), before, after, mode })
    }
}

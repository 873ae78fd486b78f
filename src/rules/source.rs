//! The text of a policy, where it came from, and what `include` and `load` may reach from there.

use super::diagnostics::Problem;
use super::embedded;
use super::facts;
use super::files::{self, Check};
use super::limits;
use crate::compiled::Fact;
use std::{
    borrow::ToOwned,
    format,
    path::{Path, PathBuf},
    string::String,
};

/// The prefix of the names of shipped policies.
const SHIPPED: &str = "@prexec/";

/// What makes two sources the same file, however they are named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Identity {
    /// Device and inode.
    Disk(u64, u64),
    Shipped(&'static str),
    Memory(String),
}

/// Where relative names lead.
#[derive(Clone, Debug)]
enum Origin {
    Disk { path: PathBuf, check: Check },
    Shipped,
    Memory,
}

fn identity(fact: &Fact) -> Identity {
    let stat = fact.stat.as_ref();
    Identity::Disk(stat.map_or(0, |s| s.device), stat.map_or(0, |s| s.inode))
}

/// A policy file that was read.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// As places give it.
    pub(super) name: String,
    pub(super) text: String,
    pub(super) identity: Identity,
    /// What the file system said of it when it was read.
    pub(super) fact: Option<Fact>,
    origin: Origin,
}

impl Source {
    /// Text that no file holds.
    pub(super) fn memory(name: &str, text: &str) -> Self {
        let name = name.to_owned();
        Self {
            identity: Identity::Memory(name.clone()),
            name,
            text: text.to_owned(),
            fact: None,
            origin: Origin::Memory,
        }
    }

    /// Text that was made from a file of another language; it reaches no other.
    pub(super) fn translated(name: &str, text: String, fact: Fact) -> Self {
        Self { name: name.to_owned(), text, identity: identity(&fact), fact: Some(fact), origin: Origin::Memory }
    }

    /// A shipped policy.
    pub(super) fn shipped(name: &str) -> Result<Self, Problem> {
        let (name, text) = embedded::POLICIES.iter().find(|(n, _)| *n == name).ok_or_else(|| {
            let mut names = String::new();
            for (n, _) in embedded::POLICIES {
                names = format!("{names}{}`{SHIPPED}{n}`", if names.is_empty() { "" } else { ", " });
            }
            Problem::new(format!("no policy `{SHIPPED}{name}` is shipped"), format!("shipped are {names}"))
        })?;
        let identity = Identity::Shipped(name);
        Ok(Self { name: (*name).to_owned(), text: (*text).to_owned(), identity, fact: None, origin: Origin::Shipped })
    }

    /// A file, opened as [`files::read`] does.
    pub(super) fn disk(path: &Path, check: &Check) -> Result<Self, Problem> {
        let file = files::read(path, check, limits::FILE_BYTES)?;
        let fact = facts::of_file(path, &file);
        Ok(Self {
            name: format!("{}", path.display()),
            text: file.text(path)?,
            identity: identity(&fact),
            fact: Some(fact),
            origin: Origin::Disk { path: path.to_owned(), check: check.clone() },
        })
    }

    /// The path of a file on disk.
    pub(super) fn path(&self) -> Option<&Path> {
        match &self.origin {
            Origin::Disk { path, .. } => Some(path),
            Origin::Shipped | Origin::Memory => None,
        }
    }

    /// What `include(name)` or `load(name)` in this source means.
    pub(super) fn reach(&self, name: &str) -> Result<Self, Problem> {
        if let Some(shipped) = name.strip_prefix(SHIPPED) {
            return Self::shipped(shipped);
        }
        let below = name.strip_prefix("./").ok_or_else(|| {
            let help = format!("write \"./{}\" or \"{SHIPPED}NAME.rules\"", name.trim_start_matches(['/', '.']));
            Problem::new(format!("`{name}` does not start with `./`"), help)
        })?;
        if below.split('/').any(|part| matches!(part, "" | "." | "..")) || below.contains('\0') {
            let help = "only plain names below this file's directory can be reached, without `..`";
            return Err(Problem::new(format!("`{name}` is not a path below this file's directory"), help));
        }
        match &self.origin {
            Origin::Disk { path, check } => {
                let directory = path.parent().unwrap_or(Path::new(""));
                files::stays_below(directory, below)?;
                Self::disk(&directory.join(below), check)
            }
            Origin::Shipped => {
                let directory = self.name.rsplit_once('/').map_or("", |(directory, _)| directory);
                Self::shipped(format!("{directory}/{below}").trim_start_matches('/'))
            }
            Origin::Memory => {
                Err(Problem::new(format!("`{name}` cannot be reached from a text without a file"), "put it in a file"))
            }
        }
    }
}

//! Where git finds its configuration for a command: the account's files, the repository's, and what they include.

use super::config::{Entry, Malformed, parse};
use crate::path::{self, Last, Resolution};
use crate::world::{self, Child, Content, World};
use alloc::{format, string::String, vec::Vec};

/// Most bytes of one file.
const MAX_FILE: usize = 256 * 1024;
/// Most files of one command.
const MAX_FILES: usize = 64;
/// How deep files include others; git stops at 10.
const MAX_INCLUDES: usize = 10;
/// Files that are usually looked for.
const USUAL: usize = 6;
/// Most names of `.git/modules` that are looked at.
const MAX_MODULES: usize = 64;

/// A setting and the file that has it.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Its place among the files of the configuration.
    pub(super) file: usize,
    pub(super) entry: Entry,
}

/// What is in force for a command in one directory.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    pub(super) settings: Vec<Found>,
    /// What could not be read, one clause each.
    pub(super) doubts: Vec<String>,
    /// The root of the working tree, where there is one.
    pub(super) root: Option<Vec<u8>>,
    /// The directories of repositories, each with the hooks of its own.
    pub(super) repositories: Vec<Vec<u8>>,
    /// The files that are read or would be.
    pub(super) files: Vec<Vec<u8>>,
}

struct Reader<'w> {
    world: &'w dyn World,
    found: Configuration,
}

/// Reads all configuration that a command in the directory `cwd` heeds.
pub(super) fn configuration(world: &dyn World, cwd: &[u8]) -> Configuration {
    let mut reader = Reader { world, found: Configuration::default() };
    reader.account();
    reader.repository(cwd);
    reader.found
}

impl Reader<'_> {
    fn doubt(&mut self, what: String) {
        if !self.found.doubts.contains(&what) {
            self.found.doubts.push(what);
        }
    }

    /// The files of the system and of the account.
    fn account(&mut self) {
        let absolute = |name: &str| self.world.variable(name).filter(|path| path::is_absolute(path));
        let system = absolute("GIT_CONFIG_SYSTEM").unwrap_or_else(|| b"/etc/gitconfig".to_vec());
        let named = absolute("GIT_CONFIG_GLOBAL");
        let xdg = absolute("XDG_CONFIG_HOME").map(|dir| path::join(&dir, b"git/config"));
        self.found.files.reserve(USUAL);
        self.file(system, 0);
        if let Some(global) = named {
            return self.file(global, 0);
        }
        let mut files: Vec<Vec<u8>> = Vec::with_capacity(USUAL);
        files.extend(xdg);
        for home in [self.world.home(), self.world.home_variable()].into_iter().flatten() {
            files.push(path::join(home, b".config/git/config"));
            files.push(path::join(home, b".gitconfig"));
        }
        files.sort_unstable();
        files.dedup();
        for file in files {
            self.file(file, 0);
        }
    }

    /// The repository around a directory.
    fn repository(&mut self, cwd: &[u8]) {
        if self.world.variable("GIT_DIR").is_some() {
            self.doubt("the environment names another repository".into());
        }
        let Resolution::At { path: start, .. } = path::resolve(self.world, cwd, None, Last::Follow) else {
            return self.doubt("it cannot be said where the directory of the command is".into());
        };
        let mut at = Some(start.as_slice());
        while let Some(dir) = at {
            let sign = path::join(dir, b".git");
            match self.world.entry(&sign) {
                world::Entry::Missing => {}
                world::Entry::Error => self.doubt("`.git` cannot be looked at".into()),
                world::Entry::Directory | world::Entry::Other | world::Entry::Link(_) => {
                    if self.sign(dir, &sign) {
                        return;
                    }
                }
            }
            if self.is_bare(dir) {
                let shown = String::from_utf8_lossy(dir).into_owned();
                return self.doubt(format!("the directory `{shown}` looks like a bare repository"));
            }
            at = path::parent(dir);
        }
    }

    /// `.git` of a directory; whether it certainly is a repository, so that git looks no further.
    fn sign(&mut self, dir: &[u8], sign: &[u8]) -> bool {
        let Resolution::At { path: leads, .. } = path::resolve(self.world, sign, None, Last::Follow) else {
            self.doubt("it cannot be said where `.git` leads".into());
            return true;
        };
        let git_dir = if self.world.entry(&leads) == world::Entry::Directory {
            leads
        } else {
            let text = self.world.read_small(&leads, path::PATH_MAX).text();
            let Some(named) = text.as_deref().and_then(|text| text.strip_prefix(b"gitdir: ")) else {
                self.doubt("the file `.git` cannot be read".into());
                return true;
            };
            path::join(dir, named.trim_ascii_end())
        };
        if self.found.root.is_none() {
            self.found.root = Some(dir.to_vec());
        }
        let common = self.world.read_small(&path::join(&git_dir, b"commondir"), path::PATH_MAX).text();
        let common = common.map_or_else(|| git_dir.clone(), |named| path::join(&git_dir, named.trim_ascii_end()));
        self.file(path::join(&common, b"config"), 0);
        self.file(path::join(&git_dir, b"config.worktree"), 0);
        self.modules(&path::join(&common, b"modules"), 0);
        let is_repository = self.world.entry(&path::join(&git_dir, b"HEAD")) != world::Entry::Missing;
        self.found.repositories.push(common);
        is_repository
    }

    /// Submodules, which a command of the outer repository enters.
    fn modules(&mut self, dir: &[u8], depth: usize) {
        if self.world.entry(dir) != world::Entry::Directory {
            return;
        }
        let Some(children) = self.world.children(dir, MAX_MODULES).filter(|_| depth < 4) else {
            return self.doubt("the repository has more submodules than are looked at".into());
        };
        for (name, kind) in children {
            let module = path::join(dir, &name);
            if kind == Child::Other {
                continue;
            }
            if self.world.entry(&path::join(&module, b"HEAD")) == world::Entry::Missing {
                self.modules(&module, depth + 1);
                continue;
            }
            self.file(path::join(&module, b"config"), 0);
            self.modules(&path::join(&module, b"modules"), depth + 1);
        }
    }

    fn is_bare(&self, dir: &[u8]) -> bool {
        let there = |name: &[u8]| self.world.entry(&path::join(dir, name)) != world::Entry::Missing;
        there(b"HEAD") && there(b"refs") && (there(b"objects") || there(b"commondir"))
    }

    fn file(&mut self, file: Vec<u8>, depth: usize) {
        if self.found.files.contains(&file) {
            return;
        }

        if self.found.files.len() >= MAX_FILES || depth > MAX_INCLUDES {
            return self.doubt("more files of configuration than are looked at".into());
        }
        let content = self.world.read_small(&file, MAX_FILE);
        let number = self.found.files.len();
        self.found.files.push(file);
        let text = match content {
            Content::Text(text) => text,
            Content::Missing => return,
            Content::Unread => return self.unread(number, "cannot be read"),
        };
        let Ok(entries): Result<Vec<Entry>, Malformed> = parse(&text) else {
            return self.unread(number, "is not a file of configuration");
        };
        self.found.settings.reserve(entries.len());
        for entry in entries {
            let includes = entry.is("include.path") || entry.is("includeif.*.path");
            if includes && let (Some(value), Some(file)) = (&entry.value, self.found.files.get(number).cloned()) {
                // A condition may hold.
                self.included(&file, value, depth);
            }
            self.found.settings.push(Found { file: number, entry });
        }
    }

    /// A file that does not say what is in force.
    fn unread(&mut self, number: usize, why: &str) {
        let file = self.found.files.get(number).map(Vec::as_slice).unwrap_or_default();
        if file != b"/dev/null" {
            let doubt = format!("`{}` {why}", String::from_utf8_lossy(file));
            self.doubt(doubt);
        }
    }

    fn included(&mut self, from: &[u8], named: &[u8], depth: usize) {
        if let Some(below) = named.strip_prefix(b"~/") {
            let homes: Vec<Vec<u8>> = [self.world.home(), self.world.home_variable()]
                .into_iter()
                .flatten()
                .map(|home| path::join(home, below))
                .collect();
            for file in homes {
                self.file(file, depth + 1);
            }
        } else if named.starts_with(b"~") || named.starts_with(b"%(") {
            self.doubt(format!("`{}` is included", String::from_utf8_lossy(named)));
        } else {
            let dir = path::parent(from).unwrap_or(b"/");
            self.file(path::join(dir, named), depth + 1);
        }
    }
}

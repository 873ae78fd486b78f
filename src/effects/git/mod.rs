//! What git would run because of the configuration that is in force: settings whose value is a program, hooks, aliases. Only
//! looks, and only at files of bounded size; what cannot be read is a doubt.

mod config;
mod place;

pub use config::{Entry, Malformed, parse};

use crate::effect::{Bytes, Effect, Kind, Value};
use crate::path;
use crate::tables::git::{HOOKS, Setting, UNMODELLED, names, settings_of};
use crate::world::{self, World};
use alloc::{format, rc::Rc, string::String, vec::Vec};
use place::{Configuration, Found};

/// Most bytes of a hook that is held against the ones that are known.
const MAX_HOOK: usize = 4096;

/// What was found for a command.
#[derive(Debug, PartialEq)]
pub enum Finding {
    /// A setting makes it run a program, or it cannot be said whether one does: one sentence.
    Setting(String),
    /// It runs a hook: its path.
    Hook(Vec<u8>),
}

/// An alias: how its value goes on, and where it runs.
#[derive(Debug, PartialEq)]
pub struct Alias {
    /// The value as configured.
    pub value: Vec<u8>,
    /// The root of the working tree, where a shell alias runs; nothing outside of a repository.
    pub root: Option<Vec<u8>>,
}

/// What was read for the commands of one call, by directory: each file is read once. What the call itself writes before is
/// looked for in its effects.
#[derive(Debug, Default)]
pub struct Seen(Vec<(Bytes, Rc<Configuration>)>);

impl Seen {
    fn configuration(&mut self, world: &dyn World, dir: &Bytes) -> Rc<Configuration> {
        if let Some((_, known)) = self.0.iter().find(|(of, _)| of == dir) {
            return known.clone();
        }
        let read = Rc::new(place::configuration(world, dir));
        self.0.push((dir.clone(), read.clone()));
        read
    }
}

/// The configuration in force in the directories that a command may run in.
pub struct InForce {
    places: Vec<Rc<Configuration>>,
    /// The directory is not known.
    anywhere: bool,
}

impl InForce {
    /// Looks it up.
    pub fn new(world: &dyn World, cwd: &Value, seen: &mut Seen) -> Self {
        let dirs = cwd.alternatives().unwrap_or_default();
        let anywhere = dirs.is_empty() || !dirs.iter().all(|dir| path::is_absolute(dir));
        Self { places: dirs.iter().map(|dir| seen.configuration(world, dir)).collect(), anywhere }
    }

    /// Whether some of the configuration is not known.
    pub fn is_doubtful(&self) -> bool {
        self.anywhere || self.places.iter().any(|place| !place.doubts.is_empty())
    }

    /// The aliases of that name; none where a command of the name comes first.
    pub fn aliases(&self, world: &dyn World, name: &[u8]) -> Vec<Alias> {
        let mut aliases = Vec::new();
        if names(UNMODELLED, name) || is_external(world, name) {
            return aliases;
        }
        for place in &self.places {
            for Found { entry, .. } in &place.settings {
                let named = match &entry.subsection {
                    None => entry.name.eq_ignore_ascii_case(name),
                    Some(subsection) => **subsection == *name && entry.name == b"command",
                };
                if *entry.section == *b"alias" && named {
                    let value = entry.value.as_deref().unwrap_or_default().to_vec();
                    aliases.push(Alias { value, root: place.root.clone() });
                }
            }
        }
        aliases
    }

    /// What a subcommand with these options runs; `before`: the effects of the call up to it.
    pub fn findings(&self, world: &dyn World, subcommand: &[u8], options: &[Bytes], before: &[Effect]) -> Vec<Finding> {
        let mut found = Vec::new();
        if self.anywhere {
            let why = "the directory that git works in is not known, and so not its configuration";
            found.push(Finding::Setting(why.into()));
        }
        let command = Command { subcommand, options };
        for place in &self.places {
            command.settings(place, &mut found);
            command.hooks(world, place, &mut found);
            if changes(before, place) {
                found.push(Finding::Setting("the call itself changes the configuration or the hooks of git".into()));
            }
        }
        found
    }
}

/// Whether there is a program `git-NAME` where git looks for one.
fn is_external(world: &dyn World, name: &[u8]) -> bool {
    const OWN: [&[u8]; 5] = [
        b"/usr/lib/git-core",
        b"/usr/libexec/git-core",
        b"/usr/local/libexec/git-core",
        b"/opt/homebrew/opt/git/libexec/git-core",
        b"/Library/Developer/CommandLineTools/usr/libexec/git-core",
    ];
    let program = [b"git-", name].concat();
    let path = world.variable("PATH").unwrap_or_default();
    let named = world.variable("GIT_EXEC_PATH").unwrap_or_default();
    let dirs = path.split(|b| *b == b':').chain(OWN).chain([named.as_slice()]);
    // What is not absolute depends on the directory: it may have one.
    dirs.filter(|dir| !dir.is_empty())
        .any(|dir| !path::is_absolute(dir) || world.entry(&path::join(dir, &program)) != world::Entry::Missing)
}

struct Command<'c> {
    subcommand: &'c [u8],
    options: &'c [Bytes],
}

impl Command<'_> {
    fn uses(&self, options: &[&str]) -> bool {
        options.iter().any(|option| self.options.iter().any(|used| used == option.as_bytes()))
    }

    fn settings(&self, place: &Configuration, found: &mut Vec<Finding>) {
        for doubt in &place.doubts {
            found.push(Finding::Setting(format!("the configuration of git is not known: {doubt}")));
        }
        // Objects that are missing are fetched whenever they are needed.
        let partial = place.settings.iter().any(|f| {
            f.entry.is("extensions.partialclone")
                || (f.entry.is("remote.*.promisor") && f.entry.value.as_deref() != Some(b"false"))
        });
        for Found { file, entry } in &place.settings {
            let runs =
                |setting: &&Setting| entry.is(setting.key) && self.heeds(setting, partial) && is_active(setting, entry);
            if settings_of(&entry.section).iter().any(|setting| runs(&setting)) || moves_tree(entry, place) {
                let file = place.files.get(*file).map(Vec::as_slice).unwrap_or_default();
                let file = String::from_utf8_lossy(file);
                let key = entry.shown();
                found.push(Finding::Setting(format!("the setting `{key}` in `{file}` may make git run a program")));
            }
        }
    }

    fn heeds(&self, setting: &Setting, partial: bool) -> bool {
        let fetches = partial && names(setting.subcommands, b"fetch");
        (fetches || names(setting.subcommands, self.subcommand))
            && (setting.with.is_empty() || self.uses(setting.with))
            && (!self.uses(setting.without) || self.uses(setting.again))
    }

    fn hooks(&self, world: &dyn World, place: &Configuration, found: &mut Vec<Finding>) {
        let mut dirs: Vec<Vec<u8>> = place.repositories.iter().map(|dir| path::join(dir, b"hooks")).collect();
        let root = place.root.as_deref().unwrap_or(b"/");
        for Found { entry, .. } in place.settings.iter().filter(|f| f.entry.is("core.hookspath")) {
            let Some(named) = entry.value.as_deref().filter(|v| !v.is_empty() && *v != b"/dev/null") else { continue };
            match named.strip_prefix(b"~/") {
                Some(below) => {
                    let homes = [world.home(), world.home_variable()].into_iter().flatten();
                    dirs.extend(homes.map(|home| path::join(home, below)));
                }
                None => dirs.push(path::join(root, named)),
            }
        }
        for dir in dirs {
            if world.entry(&dir) == world::Entry::Missing {
                continue;
            }
            for hook in HOOKS.iter().filter(|hook| names(hook.subcommands, self.subcommand)) {
                let file = path::join(&dir, hook.name.as_bytes());
                let stands = world.entry(&file) != world::Entry::Missing && world.is_executable(&file);
                if stands && !world.read_small(&file, MAX_HOOK).text().is_some_and(|text| is_of_lfs(&text, hook.name)) {
                    found.push(Finding::Hook(file));
                }
            }
        }
    }
}

/// Whether an entry of the setting's key runs anything by its value.
fn is_active(setting: &Setting, entry: &Entry) -> bool {
    let Some(value) = entry.value.as_deref().filter(|value| !value.is_empty()) else { return false };
    let has = |text: &[u8]| text.windows(setting.containing.len()).any(|w| w == setting.containing.as_bytes());
    let contains = setting.containing.is_empty() || has(value) || entry.subsection.as_deref().is_some_and(has);
    contains && !setting.inert.iter().any(|inert| inert.as_bytes() == value)
}

/// Whether it makes git work on another directory than the one around `.git`.
fn moves_tree(entry: &Entry, place: &Configuration) -> bool {
    if !entry.is("core.worktree") {
        return false;
    }
    let value = entry.value.as_deref().unwrap_or_default();
    // Submodules say where they are, relative to a directory inside the outer repository.
    let Some(root) = &place.root else { return true };
    !place.repositories.iter().any(|dir| {
        path::normalize(&path::join(dir, value)) == *root
            || path::below(&path::normalize(&path::join(dir, value)), root).is_some()
    })
}

/// Whether the call has written files that git reads its configuration from, or hooks.
fn changes(before: &[Effect], place: &Configuration) -> bool {
    before.iter().any(|effect| {
        let Kind::Write(written) = &effect.kind else { return false };
        // What `git config` changes has been judged by its key.
        if effect.by.as_deref() == Some("git") {
            return false;
        }
        written.value.alternatives().unwrap_or_default().iter().any(|path| {
            place.files.iter().any(|file| *path == *file)
                || place.repositories.iter().any(|dir| path::starts_with(path, dir))
        })
    })
}

/// Whether a hook is the one that git-lfs installs, which only starts git-lfs.
fn is_of_lfs(text: &[u8], name: &str) -> bool {
    let Ok(text) = core::str::from_utf8(text) else { return false };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let wanted = format!("git lfs {name} \"$@\"");
    lines.next() == Some("#!/bin/sh")
        && match (lines.next(), lines.next(), lines.next()) {
            (Some(check), Some(run), None) => run == wanted && asks_for_lfs(check),
            (Some(run), None, None) => run == wanted,
            _ => false,
        }
}

/// `command -v git-lfs >/dev/null 2>&1 || { echo >&2 "..."; exit 2; }`
fn asks_for_lfs(line: &str) -> bool {
    if line.contains(['`', '$', '\\']) && line.replace("\\n", "").contains(['`', '$', '\\']) {
        return false;
    }
    let unquoted: String = line.split('"').step_by(2).collect();
    let unquoted: Vec<&str> = unquoted.split_whitespace().collect();
    matches!(
        unquoted.join(" ").as_str(),
        "command -v git-lfs >/dev/null 2>&1 || { echo >&2 ; exit 2; }"
            | "command -v git-lfs >/dev/null 2>&1 || { printf >&2 ; exit 2; }"
    )
}

#[cfg(test)]
mod tests;

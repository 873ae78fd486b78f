//! What git would take into a commit: the files that its index holds, and those below a directory that it does not ignore.
//!
//! Only what is certain makes a file be passed over: an index of a form that is not known, a pattern that is not simple, or an
//! ignore file that the call itself writes, and the file counts.

use crate::effect::{PathValue, Spared};
use crate::glob::Glob;
use crate::path;
use crate::world::{Child, Entry, World, git_index, toplevel};
use alloc::{collections::BTreeSet, string::String, vec, vec::Vec};

/// Bytes of an ignore file that is read.
const MAX_IGNORE: usize = 256 * 1024;
/// Files that one look takes in.
const MAX_FILES: usize = 20_000;

/// The paths below `top` that git would take; `None` where that cannot be said.
pub(super) fn paths(world: &dyn World, top: &[u8], spared: Spared, writes: &[&PathValue]) -> Option<Vec<Vec<u8>>> {
    let root = toplevel(world, top);
    let names = git_index::names(world, root)?;
    let tracked: BTreeSet<Vec<u8>> = names.into_iter().map(|name| path::join(root, &name)).collect();
    let below = |path: &Vec<u8>| path::starts_with(path, top);
    if spared == Spared::Untracked {
        return Some(tracked.into_iter().filter(below).collect());
    }
    let rewrites = |write: &&PathValue| match write.value.alternatives() {
        Some(all) => all.iter().any(|p| matches!(path::file_name(p), Some(b".gitignore" | b"exclude"))),
        None => true,
    };
    if writes.iter().any(rewrites) {
        return None;
    }
    let mut found: Vec<Vec<u8>> = tracked.iter().filter(|path| below(path)).cloned().collect();
    let mut ignores = vec![Ignore::read(world, &path::join(root, b".git/info/exclude"), root)];
    // From the root down to where the look begins.
    let inside = path::below(top, root).unwrap_or_default();
    let mut at = root.to_vec();
    for name in path::components(inside) {
        ignores.push(Ignore::read(world, &path::join(&at, b".gitignore"), &at));
        at = path::join(&at, name);
        if ignored(&ignores, &at, true) && !tracked.iter().any(|path| path::starts_with(path, &at)) {
            return Some(found);
        }
    }
    match world.entry(top) {
        Entry::Directory => walk(world, top, &ignores, &mut found)?,
        Entry::Missing => {}
        Entry::Link(_) | Entry::Other => {
            if !ignored(&ignores, top, false) {
                found.push(top.to_vec());
            }
        }
        Entry::Error => return None,
    }
    Some(found)
}

/// Adds what stands below a directory and is not ignored.
fn walk(world: &dyn World, top: &[u8], outer: &[Ignore], found: &mut Vec<Vec<u8>>) -> Option<()> {
    let mut left = MAX_FILES;
    let mut rest = vec![(top.to_vec(), outer.to_vec())];
    while let Some((dir, mut ignores)) = rest.pop() {
        let children = world.children(&dir, left)?;
        left = left.checked_sub(children.len())?;
        if children.iter().any(|(name, _)| name == b".gitignore") {
            ignores.push(Ignore::read(world, &path::join(&dir, b".gitignore"), &dir));
        }
        for (name, kind) in children {
            let child = path::join(&dir, &name);
            if name == b".git" || ignored(&ignores, &child, kind == Child::Directory) {
                continue;
            }
            if kind == Child::Directory {
                rest.push((child, ignores.clone()));
            } else {
                found.push(child);
            }
        }
    }
    Some(())
}

/// The patterns of one ignore file, in order.
#[derive(Clone)]
struct Ignore {
    dir: Vec<u8>,
    lines: Vec<Line>,
}

#[derive(Clone)]
struct Line {
    negated: bool,
    directory: bool,
    /// Held against the path below the file's directory, not against the last name.
    anchored: bool,
    /// None where the pattern is not simple: then it may match anything where it negates, and nothing else.
    glob: Option<Glob>,
}

impl Ignore {
    fn read(world: &dyn World, file: &[u8], dir: &[u8]) -> Self {
        let text = world.read_small(file, MAX_IGNORE).text().unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        Self { dir: dir.to_vec(), lines: text.lines().filter_map(Line::read).collect() }
    }
}

impl Line {
    fn read(line: &str) -> Option<Self> {
        let line = line.trim_end_matches(['\r']).trim_end_matches(' ');
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let (negated, pattern) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let (directory, pattern) = pattern.strip_suffix('/').map_or((false, pattern), |rest| (true, rest));
        let anchored = pattern.contains('/');
        let pattern = pattern.strip_prefix('/').unwrap_or(pattern);
        let simple = !pattern.contains(['\\', '{', '}', '[', ']', ',']) && !pattern.is_empty();
        Some(Self { negated, directory, anchored, glob: Glob::parse(pattern).ok().filter(|_| simple) })
    }

    fn matches(&self, rest: &[u8], is_directory: bool) -> bool {
        let text = if self.anchored { rest } else { path::file_name(rest).unwrap_or(rest) };
        let fits = self.glob.as_ref().map_or(self.negated, |glob| glob.matches(text, self.negated));
        fits && (is_directory || !self.directory || (self.negated && self.glob.is_none()))
    }
}

/// Whether the last pattern that matches says that a path is ignored; what is above it was asked about before.
fn ignored(ignores: &[Ignore], path: &[u8], is_directory: bool) -> bool {
    let mut ignored = false;
    for ignore in ignores {
        let Some(rest) = path::below(path, &ignore.dir) else { continue };
        let rest = rest.strip_prefix(b"/").unwrap_or(rest);
        for line in ignore.lines.iter().filter(|line| line.matches(rest, is_directory)) {
            ignored = !line.negated;
        }
    }
    ignored
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::HostWorld;
    use std::os::unix::ffi::OsStrExt;
    use std::process::Command;

    /// Real git, real files: what it would add and what it tracks.
    #[test]
    fn as_git_itself_says() {
        let dir = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(dir.path()).unwrap();
        let git = |arguments: &[&str]| {
            let out = Command::new("git")
                .args(["-c", "core.excludesFile=/dev/null"])
                .args(arguments)
                .current_dir(&root)
                .output();
            let out = out.unwrap();
            assert!(out.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
            out.stdout
        };
        git(&["init", "-q"]);
        for file in [
            "a.txt",
            ".env",
            "build/o/x.o",
            "build/keep",
            "src/.env",
            "src/a.log",
            "src/deep/b.log",
            "node_modules/x/y.js",
            "tracked.log",
            "sub/only/here.txt",
            "sub/x.tmp",
            "x.tmp",
            "odd[1].txt",
            "#c",
            "keep/only",
            "deep/keep/x",
            "log.d/x",
            "d/e/f.key",
            "d/f.key",
        ] {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        std::fs::write(
            root.join(".gitignore"),
            "#c\n\n/keep\n!other/\n*.d/  \n/.env\nbuild/*\n!build/keep\n*.log\nnode_modules/\nd/**/*.key\n",
        )
        .unwrap();
        std::fs::write(root.join("sub/.gitignore"), "*.tmp\n/only\n").unwrap();
        git(&["add", "-f", "tracked.log", "a.txt"]);
        for version in ["2", "4"] {
            git(&["update-index", "--index-version", version]);
            let listed = |arguments: &[&str]| -> BTreeSet<Vec<u8>> {
                let out = git(arguments);
                out.split(|b| *b == 0)
                    .filter(|n| !n.is_empty())
                    .map(|n| path::join(root.as_os_str().as_bytes(), n))
                    .collect()
            };
            let ours = |spared| -> BTreeSet<Vec<u8>> {
                let top = root.as_os_str().as_bytes();
                paths(&HostWorld::new(None), top, spared, &[]).unwrap().into_iter().collect()
            };
            assert_eq!(ours(Spared::Untracked), listed(&["ls-files", "-z"]));
            assert_eq!(
                ours(Spared::Ignored),
                listed(&["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            );
        }
    }
}

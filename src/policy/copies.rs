//! Copies, of which a look at what is copied says the names: `cp -r docs out`, `cp *.png out`, `find x -name '*.c' -exec cp {} out ';'`.

use super::contents::Contents;
use super::expansion::{self, Reach};
use super::paths::{View, leaves, literal_directory};
use super::scene::Scene;
use crate::effect::{Found, PathValue, Value};
use crate::glob::{Answer, PathRule, Subject, applies_within};
use crate::path::{self, Last, Resolution};
use crate::world::{Entry, World};
use alloc::vec::Vec;

/// Names that an expansion may become before none of them is looked at for a link.
const MOST: usize = 2_000;

impl View {
    /// Whether a copy makes nothing that the rule restricts.
    pub(super) fn copy_is_clear(&self, rule: &PathRule<'_>, scene: &Scene<'_>) -> bool {
        match (&self.path.value, &self.path.like, &self.path.found) {
            (Value::Known(top), Some(source), _) => self.one_is_clear(rule, top, source, scene),
            (Value::Known(top), None, Some(found)) => self.found_are_clear(rule, top, found, scene),
            // The place is not known: the file itself, or a directory with the file in it.
            (value, Some(source), _) => {
                let name = path::file_name(source).unwrap_or_default();
                matches!(scene.world.entry(source), Entry::Other | Entry::Missing)
                    && !scene.grows(source, true)
                    && self.is_none_of(rule, value, scene)
                    && inside(value, name).is_some_and(|value| self.is_none_of(rule, &value, scene))
            }
            (value, None, Some(found)) => {
                self.finds_files(found, scene) && !is_directory(value, scene) && self.is_none_of(rule, value, scene)
            }
            (_, None, None) => false,
        }
    }

    /// Whether the rule says nothing of a file at the path.
    fn is_none_of(&self, rule: &PathRule<'_>, value: &Value, scene: &Scene<'_>) -> bool {
        let file = PathValue { value: value.clone(), tree: false, like: None, found: None, ..self.path.clone() };
        applies_within(rule, &Subject::new(&file), &scene.budget) == Answer::No
    }

    /// The same of a copy of `source` (a file, or a directory with what stands in it) at `top` or in it.
    fn one_is_clear(&self, rule: &PathRule<'_>, top: &[u8], source: &[u8], scene: &Scene<'_>) -> bool {
        let Resolution::At { path: leads, exists } = path::resolve(scene.world, source, Some(scene.cwd), Last::Follow)
        else {
            return false;
        };
        if scene.grows(source, true) || scene.grows(&leads, true) {
            return false;
        }
        // What is not there is made by the call, as a single file, or not copied at all.
        let look = || {
            if exists { Contents::below(scene.world, &leads, scene.cwd) } else { Some(Contents::default()) }
        };
        let Some(contents) = self.contents.get_or_init(look).as_ref().filter(|c| c.linked.is_empty()) else {
            return false;
        };
        let Resolution::At { path: place, .. } = path::resolve(scene.world, top, Some(scene.cwd), Last::Follow) else {
            return false;
        };
        let name = path::file_name(source).unwrap_or_default();
        let tops =
            [top.to_vec(), path::join(top, name), path::join(&place, name), place].map(|top| path::normalize(&top));
        let near = contents.near(&tops.each_ref().map(Vec::as_slice), rule);
        let free = |path: &[u8]| leaves(rule, near.as_deref(), path, scene);
        let below = || contents.paths.iter().filter_map(|p| path::below(p, &leads));
        near.as_ref().is_some_and(Vec::is_empty)
            || tops.iter().all(|top| free(top) && below().all(|rest| free(&[top.as_slice(), rest].concat())))
    }

    /// The same of copies of all that is found. Each may stand there with the last of its names, or with more of them where a
    /// directory around it is copied.
    fn found_are_clear(&self, rule: &PathRule<'_>, top: &[u8], found: &Found, scene: &Scene<'_>) -> bool {
        let Some((leads, contents)) = self.found(found, scene) else { return false };
        let Resolution::At { path: place, .. } = path::resolve(scene.world, top, Some(scene.cwd), Last::Follow) else {
            return false;
        };
        let tops = [top.to_vec(), place].map(|top| path::normalize(&top));
        let near = contents.near(&tops.each_ref().map(Vec::as_slice), rule);
        let free = |path: &[u8]| leaves(rule, near.as_deref(), path, scene);
        let copied = |top: &[u8], path: &[u8]| {
            let rest = path::below(path, &leads).unwrap_or(path);
            let starts = rest.iter().enumerate().rev().filter(|(_, b)| **b == b'/').map(|(at, _)| at);
            let names = if found.trees { usize::MAX } else { 1 };
            starts.take(names).filter_map(|at| rest.get(at..)).all(|rest| free(&[top, rest].concat()))
        };
        let kinds = contents.directories.iter().copied().chain(core::iter::repeat(false));
        let files = || contents.paths.iter().zip(kinds.clone()).filter(|(_, directory)| found.trees || !directory);
        near.as_ref().is_some_and(Vec::is_empty)
            || tops.iter().all(|top| free(top) && files().all(|(path, _)| copied(top, path)))
    }

    /// All that is found now, with what stands below it, and the directory in which it is; none where it is too much to look at, where
    /// a link among it leads elsewhere, and where the call makes more of it.
    fn found(&self, found: &Found, scene: &Scene<'_>) -> Option<(Vec<u8>, &Contents)> {
        let (dir, rest): (&[u8], Option<&[u8]>) = match &found.names {
            Value::Pattern(pattern) => {
                let (dir, _) = literal_directory(pattern)?;
                (dir, Some(pattern.get(dir.len()..)?))
            }
            Value::Below { dir, .. } => (dir, None),
            _ => return None,
        };
        let Resolution::At { path: leads, exists: true } =
            path::resolve(scene.world, dir, Some(scene.cwd), Last::Follow)
        else {
            return None;
        };
        let apart = |path: &[u8]| rest.is_some_and(|rest| expansion::is_apart(rest, path));
        if [dir, &leads].iter().any(|dir| scene.grows_but(dir, true, &apart, Some(found))) {
            return None;
        }
        let look = || {
            let Some(rest) = rest else { return Contents::below(scene.world, &leads, scene.cwd) };
            let reach = if found.trees { Reach::Trees } else { Reach::Files };
            let contents = expansion::contents(scene.world, &leads, rest, reach, scene.cwd)?;
            // What stands behind a link to a directory may be copied under its name.
            let plain = |path: &Vec<u8>| match scene.world.entry(path) {
                Entry::Link(_) => !found.trees || leads_to_a_file(scene, path),
                Entry::Error => false,
                Entry::Directory | Entry::Other | Entry::Missing => true,
            };
            (contents.paths.len() <= MOST && contents.paths.iter().all(plain)).then_some(contents)
        };
        let contents = self.contents.get_or_init(look).as_ref().filter(|contents| contents.linked.is_empty())?;
        Some((leads, contents))
    }

    /// Whether nothing that is found is a directory.
    fn finds_files(&self, found: &Found, scene: &Scene<'_>) -> bool {
        let end: &[u8] = match &found.names {
            Value::Below { suffix, .. } => suffix,
            _ => b"",
        };
        self.found(found, scene).is_some_and(|(_, contents)| {
            if !found.trees {
                return true;
            }
            let kinds = contents.directories.iter().chain(core::iter::repeat(&true));
            !contents.paths.iter().zip(kinds).any(|(path, directory)| *directory && path.ends_with(end))
        })
    }
}

fn leads_to_a_file(scene: &Scene<'_>, path: &[u8]) -> bool {
    match path::resolve(scene.world, path, Some(scene.cwd), Last::Follow) {
        Resolution::At { path, .. } => scene.world.entry(&path) == Entry::Other,
        Resolution::Unknown(_) => false,
    }
}

/// Whether no link stands among what is found, as the machine is before the call.
pub(super) fn has_no_link(world: &dyn World, found: &Found) -> bool {
    let (dir, rest): (&[u8], Option<&[u8]>) = match &found.names {
        Value::Pattern(pattern) => match literal_directory(pattern) {
            Some((dir, _)) => (dir, pattern.get(dir.len()..)),
            None => return false,
        },
        Value::Below { dir, .. } => (dir, None),
        _ => return false,
    };
    let contents = match (path::resolve(world, dir, None, Last::Follow), rest) {
        (Resolution::At { exists: false, .. }, _) => return true,
        (Resolution::At { path, .. }, Some(rest)) => expansion::contents(world, &path, rest, Reach::Trees, b"/"),
        (Resolution::At { path, .. }, None) => Contents::below(world, &path, b"/"),
        (Resolution::Unknown(_), _) => return false,
    };
    contents.is_some_and(|contents| {
        contents.paths.len() <= MOST && !contents.paths.iter().any(|path| matches!(world.entry(path), Entry::Link(_)))
    })
}

/// What a file of that name is called in each directory that a value stands for; none where that cannot be said.
fn inside(value: &Value, name: &[u8]) -> Option<Value> {
    let behind = |text: &[u8], name: &[u8]| [text, b"/", name].concat().into();
    match value {
        Value::Pattern(text) => Some(Value::Pattern(behind(text, &path::escape_pattern(name)))),
        Value::Below { dir, suffix } => Some(Value::Below { dir: dir.clone(), suffix: behind(suffix, name) }),
        Value::Affix { prefix, suffix } => Some(Value::Affix { prefix: prefix.clone(), suffix: behind(suffix, name) }),
        Value::Known(_) | Value::Set(_) | Value::Name(_) | Value::Unknown { .. } => None,
    }
}

/// Whether a directory may stand where a value leads.
fn is_directory(value: &Value, scene: &Scene<'_>) -> bool {
    let (dir, rest, end): (&[u8], Option<&[u8]>, &[u8]) = match value {
        Value::Pattern(pattern) => match literal_directory(pattern) {
            Some((dir, _)) => (dir, pattern.get(dir.len()..), b""),
            None => return true,
        },
        Value::Below { dir, suffix } => (dir, None, suffix),
        _ => return true,
    };
    let leads = match path::resolve(scene.world, dir, Some(scene.cwd), Last::Follow) {
        Resolution::At { path, exists: true } => path,
        Resolution::At { .. } => return false,
        Resolution::Unknown(_) => return true,
    };
    let contents = match rest {
        Some(rest) => expansion::contents(scene.world, &leads, rest, Reach::Files, scene.cwd),
        None => Contents::below(scene.world, &leads, scene.cwd),
    };
    contents.is_none_or(|contents| {
        let named =
            |path: &[u8]| path.ends_with(end) && matches!(scene.world.entry(path), Entry::Directory | Entry::Link(_));
        contents.paths.len() > MOST || contents.paths.iter().any(|path| named(path))
    })
}

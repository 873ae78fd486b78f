//! Where paths of effects lead through links: single paths, sets, and pathname expansions that may go through a link themselves.

use super::made::Made;
use super::scene::Scene;
use crate::effect::{Bytes, PathValue, Value};
use crate::glob::Step;
use crate::path::{self, Last, Resolution};
use crate::world::{Child, Entry, World};
use alloc::{vec, vec::Vec};

/// Names that one pathname expansion may be held against; with more, it may lead anywhere.
const MAX_NAMES: usize = 20_000;
/// Links that one pathname expansion may lead through.
const MAX_LINKS: usize = 64;

/// Another path that a path of an effect means.
pub(super) struct Reading {
    pub(super) path: PathValue,
    /// Not only one of the things that a pathname expansion may become.
    pub(super) sure: bool,
}

/// The other paths that a path of an effect means: as links lead now, and as they will lead once the call has made its own. None
/// of them is the path as it is written.
pub(super) fn readings(path: &PathValue, scene: &Scene<'_>) -> Vec<Reading> {
    let mut all = Vec::new();
    let made = scene
        .made
        .as_ref()
        .filter(|made| !made.is_archive(path))
        .map(|made: &Made<'_>| (made as &dyn World, made.is_made_by(path)));
    for (world, keep) in [Some((scene.world, path.entry)), made].into_iter().flatten() {
        for value in leads(path, world, scene.cwd, keep) {
            let same = |other: &Reading| other.path.value == value;
            if value != path.value && !all.iter().any(same) {
                let sure = !matches!(path.value, Value::Pattern(_));
                all.push(Reading { path: PathValue { value, ..path.clone() }, sure });
            }
        }
    }
    stand_ins(path, scene, &mut all);
    all
}

/// Adds the well-known paths that any reading stands in for.
fn stand_ins(path: &PathValue, scene: &Scene<'_>, all: &mut Vec<Reading>) {
    if scene.stand_ins.is_empty() {
        return;
    }
    let mut found: Vec<Value> = Vec::new();
    for value in core::iter::once(&path.value).chain(all.iter().map(|reading| &reading.path.value)) {
        let (texts, tree): (&[Bytes], bool) = match value {
            Value::Known(_) | Value::Set(_) => (value.alternatives().unwrap_or_default(), path.tree),
            Value::Below { dir, .. } => (core::slice::from_ref(dir), true),
            Value::Pattern(text) | Value::Name(text) => (core::slice::from_ref(text), false),
            Value::Affix { .. } | Value::Unknown { .. } => continue,
        };
        let known = texts.iter().flat_map(|text| scene.stand_ins.iter().filter_map(|one| one.instead_of(text, tree)));
        found.extend(known.map(|known| match value {
            Value::Below { suffix, .. } => Value::Below { dir: known.into(), suffix: suffix.clone() },
            Value::Pattern(_) | Value::Name(_) => Value::Pattern(known.into()),
            _ => Value::Known(known.into()),
        }));
    }
    all.extend(
        found
            .into_iter()
            .map(|value| Reading { path: PathValue { value, ..path.clone() }, sure: path.value.known().is_some() }),
    );
}

/// Where a path leads; [`Value::ANY_WORD`] where that cannot be said. With `keep` its last name is taken as it is.
fn leads(path: &PathValue, world: &dyn World, cwd: &[u8], keep: bool) -> Vec<Value> {
    let follow = |written: &[u8]| match path::resolve(world, written, Some(cwd), Last::Follow) {
        Resolution::At { path, .. } => Some(path),
        Resolution::Unknown(_) => None,
    };
    let one = |written: &[u8]| match (path::parent(written), path::file_name(written)) {
        (Some(dir), Some(name)) if keep && !path::demands_directory(written) => Some(path::join(&follow(dir)?, name)),
        _ => follow(written),
    };
    let each = |value: &Value, lead: &dyn Fn(&[u8]) -> Option<Vec<u8>>| {
        let all: Option<Vec<_>> = value.alternatives()?.iter().map(|written| lead(written)).collect();
        Value::one_of(all?, usize::MAX)
    };
    let spelled = path.spelling.as_ref();
    vec![match &path.value {
        value @ (Value::Known(_) | Value::Set(_)) => each(spelled.unwrap_or(value), &one).unwrap_or(Value::ANY_WORD),
        Value::Below { dir, suffix } => {
            let directories = each(spelled.unwrap_or(&Value::Known(dir.clone())), &follow);
            let below = |dir: &Bytes| Value::Below { dir: dir.clone(), suffix: suffix.clone() };
            return match directories.as_ref().and_then(Value::alternatives) {
                Some(all) => all.iter().map(below).collect(),
                None => vec![Value::ANY_WORD],
            };
        }
        Value::Pattern(text) | Value::Name(text) => {
            return expanded(text, world, cwd, keep).unwrap_or_else(|| vec![Value::ANY_WORD]);
        }
        // An affix's middle can already be anything; nothing more is known of it through links.
        Value::Affix { .. } | Value::Unknown { .. } => return Vec::new(),
    }]
}

/// What a pathname expansion becomes where it goes through links: a path for each link that ends it, an expansion below where
/// the link leads for any other. With `keep` what it ends in is taken as it is. `None` where that is too much to look at.
fn expanded(pattern: &[u8], world: &dyn World, cwd: &[u8], keep: bool) -> Option<Vec<Value>> {
    let mut found: Vec<Value> = Vec::new();
    let mut left = MAX_NAMES;
    let steps = Step::all_of(pattern)?;
    // A directory where the walk is, the steps that are still to be made, and whether a link led there.
    let mut rest: Vec<(Vec<u8>, &[Step], bool)> = vec![(b"/".to_vec(), &steps, false)];
    while let Some((dir, steps, linked)) = rest.pop() {
        let Some((step, after)) = steps.split_first() else {
            if linked {
                found.push(dir.into());
            }
            continue;
        };
        if linked && steps.iter().any(|step| !step.is_plain()) {
            // The names below are told by the expansion itself; links among them are looked for here, too.
            let names: Vec<&[u8]> = steps.iter().map(|step| step.text.as_slice()).collect();
            let below = [path::escape_pattern(&dir).as_slice(), b"/", &names.join(&b'/')].concat();
            found.push(Value::Pattern(below.into()));
        }
        if found.len() > MAX_LINKS {
            return None;
        }
        // Where a name leads, and whether through a link; nothing for a loop.
        let enter = |name: &[u8]| {
            let written = path::join(&dir, name);
            match path::resolve(world, &written, Some(cwd), Last::Follow) {
                Resolution::At { path: leads, .. } => {
                    let moved = leads != path::normalize(&written);
                    Some(Some((leads, after, linked || moved)))
                }
                Resolution::Unknown(path::Why::Links) => Some(None),
                Resolution::Unknown(_) => None,
            }
        };
        let ends = keep && after.is_empty() && !step.is_deep();
        if step.is_plain() && ends {
            rest.push((path::join(&dir, &step.text), after, linked));
            continue;
        }
        if step.is_plain() {
            rest.extend(enter(&step.text)?);
            continue;
        }
        // What is no directory, or cannot be listed by us, can neither be expanded by a shell of the same account.
        let Some(children) = world.children(&dir, left) else {
            if matches!(world.entry(&dir), Entry::Directory | Entry::Error) {
                return None;
            }
            continue;
        };
        left = left.checked_sub(children.len())?;
        for (name, kind) in children {
            let here = step.matches(&name);
            match kind {
                // Where a link led into this directory, the expansion below it speaks of the name.
                Child::Link if ends => {}
                Child::Link if here || step.is_deep() => rest.extend(enter(&name)?),
                Child::Directory if step.is_deep() => rest.push((path::join(&dir, &name), steps, linked)),
                Child::Directory if here && !after.is_empty() => rest.push((path::join(&dir, &name), after, linked)),
                _ => {}
            }
        }
        if step.is_deep() {
            rest.push((dir, after, linked));
        }
        if step.matches(b"..") {
            return None;
        }
    }
    Some(found)
}

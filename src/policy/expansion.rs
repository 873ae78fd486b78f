//! What a pathname expansion stands for at the moment of the decision: the names that it becomes, and what stands below them.

use super::contents::Contents;
use crate::glob::{Mark, PathRule, Step};
use crate::path;
use crate::world::{Child, Entry, World};
use alloc::{vec, vec::Vec};

/// Names that one expansion may be held against; with more, it may stand for anything.
const MAX_NAMES: usize = 20_000;

/// What of the names that an expansion becomes is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The files of these names are read.
    Files,
    /// And what stands below them.
    Trees,
    /// These trees are changed. A `*` is taken for everything in its directory then, hidden or not: `rm -rf *` is as much as `rm -rf .`
    /// to who loses it.
    Changed,
}

/// What stands where an expansion leads: `rest` is its text below the directory `dir`, from the first slash on. None where that is
/// too much to look at, or cannot be told.
///
/// A link among the names is a name here; where it leads is another reading of the same expansion.
pub(super) fn contents(world: &dyn World, dir: &[u8], rest: &[u8], reach: Reach, cwd: &[u8]) -> Option<Contents> {
    let steps = Step::all_of(rest)?;
    let climbs = |step: &Step| step.matches(b"..") || step.matches(b".");
    if steps.is_empty() || steps.iter().any(|step| climbs(step) && !step.is_deep()) {
        return None;
    }
    let everything = reach == Reach::Changed && steps.first().is_some_and(Step::is_anything);
    let deep = steps.iter().any(Step::is_deep);
    if deep && reach == Reach::Files {
        return None;
    }
    if everything || deep {
        return Contents::below(world, dir, cwd);
    }
    let tops = tops(world, dir, &steps)?;
    if reach != Reach::Files {
        return Contents::below_all(world, tops, cwd);
    }
    let (paths, directories) = tops.into_iter().unzip();
    Some(Contents { paths, directories, ..Contents::default() })
}

/// The names that the steps become below a directory, and whether each is a directory itself.
fn tops(world: &dyn World, dir: &[u8], steps: &[Step]) -> Option<Vec<(Vec<u8>, bool)>> {
    let mut found = Vec::new();
    let mut room = MAX_NAMES;
    let mut rest = vec![(dir.to_vec(), steps)];
    while let Some((dir, steps)) = rest.pop() {
        let Some((step, after)) = steps.split_first() else { continue };
        let mut add = |path: Vec<u8>, is_directory: bool| match (after.is_empty(), is_directory) {
            (true, _) => found.push((path, is_directory)),
            (false, true) => rest.push((path, after)),
            (false, false) => {}
        };
        // A plain name is looked up and not compared, as the file system may take it for another.
        if step.is_plain() {
            let path = path::join(&dir, &step.text);
            match world.entry(&path) {
                Entry::Directory => add(path, true),
                Entry::Other | Entry::Link(_) => add(path, false),
                Entry::Missing => {}
                Entry::Error => return None,
            }
            continue;
        }
        // What is no directory, or cannot be listed by us, can neither be expanded by a shell of the same account.
        let Some(children) = world.children(&dir, room) else {
            if matches!(world.entry(&dir), Entry::Directory | Entry::Error) {
                return None;
            }
            continue;
        };
        room = room.checked_sub(children.len())?;
        for (name, kind) in children {
            if step.matches(&name) {
                add(path::join(&dir, &name), kind == Child::Directory);
            }
        }
    }
    Some(found)
}

/// Whether an expansion, as [`contents`] takes it, becomes neither a path (from the slash on) nor one above or below it.
pub(super) fn is_apart(rest: &[u8], path: &[u8]) -> bool {
    let Some(steps) = Step::all_of(rest).filter(|_| path.is_ascii()) else { return false };
    let other = |(step, name): (&Step, &[u8])| {
        if step.is_plain() { !step.text.eq_ignore_ascii_case(name) } else { !step.matches(name) }
    };
    let climbs = steps.iter().any(|step| step.matches(b"..") || step.matches(b"."));
    !climbs && steps.iter().take_while(|step| !step.is_deep()).zip(path::components(path)).any(other)
}

/// Whether an expansion spells a part of a name that a rule speaks of: `.e*`, `id_r?a` and `secrets/*` do, `*`, `*.json` and `README*`
/// seldom. Such a read is asked about whether or not the file stands there: nobody writes it by accident.
pub(super) fn aims(pattern: &[u8], rule: &PathRule<'_>) -> bool {
    // The marks of a rule are in small letters.
    let Some(steps) = Step::all_of(&pattern.to_ascii_lowercase()) else { return true };
    // An ending alone is what a kind of file is called by.
    let spelled = |step: &&Step| {
        let (start, end) = step.edges();
        step.is_plain() || !(start.is_empty() && (end.is_empty() || end.starts_with(b".")))
    };
    let (plain, open): (Vec<&Step>, Vec<&Step>) = steps.iter().filter(spelled).partition(|step| step.is_plain());
    let plain: Vec<Vec<u8>> = plain.iter().map(|step| step.text.clone()).collect();
    let begins = |step: &Step, beginning: &[u8]| {
        let start = step.edges().0;
        !start.is_empty() && (start.starts_with(beginning) || beginning.starts_with(start))
    };
    let meets = |mark: &Mark| match mark {
        Mark::Top(_) => false,
        Mark::Name(name) => plain.contains(name) || open.iter().any(|step| step.matches(name)),
        Mark::Begins(beginning) => {
            plain.iter().any(|text| text.starts_with(beginning)) || open.iter().any(|step| begins(step, beginning))
        }
        Mark::Ends(ending) => plain.iter().any(|text| text.ends_with(ending)),
    };
    let aimed = |all: Vec<Vec<Mark>>| all.iter().flatten().any(meets);
    rule.patterns.iter().any(|glob| glob.marks().map_or(!open.is_empty(), aimed))
}

//! Where a call takes place: home directories, repositories and the trust tiers that follow from them.

use super::expansion::{self, Reach};
use super::made::Made;
use super::paths;
use super::places::StandIn;
use super::rule::Policy;
use super::shadow::Shadows;
use super::tiers::{self, InTier};
use crate::effect::{Effect, Found, Kind, PathValue, Value};
use crate::glob::{Budget, Places};
use crate::path::{self, Last, Resolution};
use crate::world::{Entry, World};
use alloc::{string::String, vec::Vec};

/// The reserved tier of a call outside version control.
pub const NO_REPOSITORY: &str = "none";

/// What rules need to know of the place of a call, worked out once per call.
pub struct Scene<'a> {
    /// The machine.
    pub world: &'a dyn World,
    /// The call's directory.
    pub cwd: &'a [u8],
    /// What `~` may stand for: the account's home first, then `HOME` where it says otherwise.
    pub homes: Vec<&'a [u8]>,
    /// What `./` stands for: every repository that encloses the session's directory or the call's, or those directories
    /// themselves where there is none.
    pub roots: Vec<&'a [u8]>,
    /// How many of the roots are those of the session's directory; they come first.
    of_session: usize,
    /// What the call itself makes or changes: a look at the machine does not show it.
    pub(super) writes: Vec<&'a PathValue>,
    /// Trees in which git may put files of other commits.
    checkouts: Vec<&'a PathValue>,
    /// The machine with the links and copies that the call makes, where it makes any.
    pub(super) made: Option<Made<'a>>,
    /// Places that stand in for well-known ones.
    pub(super) stand_ins: Vec<StandIn>,
    tiers: Vec<InTier>,
    /// What the globs may take of this call's time.
    pub(super) budget: Budget,
    shadows: Shadows,
}

impl<'a> Scene<'a> {
    /// Looks at the repositories around the session's directory, `cwd`, and what `effects` touch.
    pub fn new(policy: &Policy, world: &'a dyn World, cwd: &'a [u8], effects: &'a [Effect]) -> Self {
        Self::at(policy, world, cwd, effects, &[])
    }

    /// As [`Self::new`], with the `directories` that a script changes to; an empty one is not known.
    pub fn at(
        policy: &Policy,
        world: &'a dyn World,
        cwd: &'a [u8],
        effects: &'a [Effect],
        directories: &[Vec<u8>],
    ) -> Self {
        let mut homes = Vec::new();
        for home in [world.home(), world.home_variable()].into_iter().flatten() {
            add(&mut homes, home);
        }
        let search = world.variable("PATH");
        let places: Vec<Vec<u8>> = [world.session_dir(), Some(cwd)]
            .into_iter()
            .flatten()
            .map(<[u8]>::to_vec)
            .chain(directories.iter().filter(|dir| !dir.is_empty()).cloned())
            .collect();
        let shadows = Shadows::new(search.as_deref(), places, effects);
        let writes = effects.iter().filter_map(written).collect();
        let checkouts = effects.iter().filter_map(written).filter(|path| path.is_checkout()).collect();
        let budget = Budget::default();
        let mut scene = Self {
            world,
            cwd,
            homes,
            roots: Vec::new(),
            of_session: 0,
            writes,
            checkouts,
            made: Made::of(world, effects),
            stand_ins: Vec::new(),
            tiers: Vec::new(),
            budget,
            shadows,
        };
        for (dir, of_session) in [(world.session_dir(), true), (Some(cwd), false)] {
            let Some(dir) = dir else { continue };
            let found = enclosing_repositories(world, dir);
            if found.is_empty() {
                add(&mut scene.roots, dir);
            }
            for root in found {
                add(&mut scene.roots, root);
            }
            if of_session {
                scene.of_session = scene.roots.len();
            }
        }
        scene.stand_ins = StandIn::all(world, &scene.homes, &scene.roots);
        scene.tiers = tiers::of(policy, &scene, effects, directories);
        scene
    }

    /// The directories that `~/` and `./` stand for where matching `softens` a decision: only those that nobody chose for this call,
    /// the account's home and the repositories around the session's directory. Elsewhere also `HOME` of the environment, and what
    /// is around the call's own directory.
    pub fn places(&self, softens: bool) -> Places<'_> {
        let (homes, roots) =
            if softens { (self.homes.get(..1), self.roots.get(..self.of_session)) } else { (None, None) };
        Places { homes: homes.unwrap_or(&self.homes), roots: roots.unwrap_or(&self.roots) }
    }

    /// Whether a rule that is limited to `tiers` applies; `allows` for a rule that allows.
    pub fn in_tiers(&self, tiers: &[String], allows: bool) -> bool {
        tiers.is_empty() || self.tiers.iter().any(|t| (t.everywhere || !allows) && tiers.contains(&t.name))
    }

    /// Whether a bare program name may stand for something that comes earlier on PATH than what is meant.
    pub fn is_shadowed(&self, name: &[u8]) -> bool {
        self.shadows.has(name, self)
    }

    /// Whether the call makes files below `dir` whose names it does not say, or (`named`) any file there: then what stands there
    /// now is not all that a later command finds.
    pub fn grows(&self, dir: &[u8], named: bool) -> bool {
        self.grows_but(dir, named, &|_| false, None)
    }

    /// The same, but for what is made in places that are `apart` (it is asked about paths below `dir`, from the slash on), and for
    /// copies of what is `found`: they have the names of what stands there.
    pub(super) fn grows_but(
        &self,
        dir: &[u8],
        named: bool,
        apart: &dyn Fn(&[u8]) -> bool,
        found: Option<&Found>,
    ) -> bool {
        let is_apart = |place: &[u8]| {
            let itself = |at: Resolution| matches!(at, Resolution::At { path, .. } if path == place);
            path::below(place, dir).is_some_and(apart)
                && itself(path::resolve(self.world, place, Some(self.cwd), Last::Follow))
        };
        self.writes.iter().filter(|made| found.is_none() || made.found.as_ref() != found).any(|made| {
            let all = made.value.alternatives();
            // Names that are found below one directory.
            if let Value::Pattern(pattern) = &made.value
                && !made.existing
                && let Some((at, _)) = paths::literal_directory(pattern)
            {
                let holds_anything = made.tree && made.like.is_none() && made.found.is_none();
                return (named || holds_anything)
                    && self.meets(at, dir)
                    && !is_apart(at)
                    && !self.is_beside(pattern, at, dir);
            }
            // A copy holds what was read, which is judged where it is read; only its names may be new.
            let copied = made.like.as_ref().is_some_and(|from| !named || self.world.entry(from) != Entry::Directory)
                || (made.found.is_some() && !named);
            if made.tree && !made.existing && !copied {
                let meets = |p: &[u8]| path::starts_with(p, dir) || path::starts_with(dir, p);
                all.is_none_or(|all| all.iter().any(|p| meets(p) && !is_apart(p)))
            } else {
                named
                    && !made.existing
                    && all.is_none_or(|all| all.iter().any(|p| p != dir && path::starts_with(p, dir)))
            }
        })
    }

    /// Whether names of a pattern in the directory `at` are neither `dir` nor above or below it, nor lead there by a link.
    fn is_beside(&self, pattern: &[u8], at: &[u8], dir: &[u8]) -> bool {
        let itself = |place: &[u8]| {
            let led = path::resolve(self.world, place, Some(self.cwd), Last::Follow);
            matches!(led, Resolution::At { path, .. } if path == place)
        };
        let (Some(rest), Some(below)) = (pattern.get(at.len()..), path::below(dir, at)) else { return false };
        let single = rest.strip_prefix(b"/").is_some_and(|name| !name.contains(&b'/'));
        if !single || !expansion::is_apart(rest, below) || !itself(at) || !itself(dir) {
            return false;
        }
        let found = expansion::contents(self.world, at, rest, Reach::Files, self.cwd);
        let is_link = |path: &Vec<u8>| matches!(self.world.entry(path), Entry::Link(_) | Entry::Error);
        self.writes.iter().all(|made| made.leads.is_none())
            && found.is_some_and(|found| !found.paths.iter().any(is_link))
    }

    /// Whether the call brings anything below `dir`, or `dir` itself.
    pub(super) fn is_filled(&self, dir: &[u8]) -> bool {
        let brings = |made: &PathValue| match &made.value {
            Value::Known(_) | Value::Set(_) => {
                made.value.alternatives().is_none_or(|all| all.iter().any(|path| self.meets(path, dir)))
            }
            Value::Below { dir: into, .. } => self.meets(into, dir),
            _ => true,
        };
        self.is_checked_out(dir) || self.writes.iter().filter(|made| !made.existing).any(|made| brings(made))
    }

    /// Whether git may put files of other commits below `dir`. That it writes them is judged by what stands there; what is read
    /// afterwards is not.
    pub(super) fn is_checked_out(&self, dir: &[u8]) -> bool {
        let meets = |p: &[u8]| path::starts_with(p, dir) || path::starts_with(dir, p);
        self.checkouts.iter().any(|tree| tree.value.alternatives().is_none_or(|all| all.iter().any(|p| meets(p))))
    }

    /// Whether one of two paths, as it is written or where links lead, is at or below the other.
    fn meets(&self, one: &[u8], other: &[u8]) -> bool {
        let follow = |path: &[u8]| match path::resolve(self.world, path, Some(self.cwd), Last::Follow) {
            Resolution::At { path, .. } => Some(path),
            Resolution::Unknown(_) => None,
        };
        let (Some(led), Some(other_led)) = (follow(one), follow(other)) else { return true };
        let near = |a: &[u8], b: &[u8]| path::starts_with(a, b) || path::starts_with(b, a);
        [one, led.as_slice()].iter().any(|a| [other, other_led.as_slice()].iter().any(|b| near(a, b)))
    }

    /// Whether a path is in a repository of the call, or at least in nobody's home.
    pub fn is_workspace(&self, path: &[u8]) -> bool {
        self.roots.iter().any(|root| path::starts_with(path, root))
            || !self.homes.iter().any(|home| path::starts_with(path, home))
    }

    /// Whether the call makes or changes the file at `path`, or may.
    pub fn makes(&self, path: &[u8]) -> bool {
        let leads = match path::resolve(self.world, path, Some(self.cwd), Last::Follow) {
            Resolution::At { path, .. } => path,
            Resolution::Unknown(_) => return true,
        };
        let here = |made: &[u8], tree| {
            [path, leads.as_slice()].iter().any(|p| made == *p || tree && path::starts_with(p, made))
        };
        self.writes.iter().filter(|made| !made.existing).any(|made| match (&made.value, made.value.alternatives()) {
            (_, Some(all)) => all.iter().any(|p| here(p, made.tree)),
            // Names that are found below one directory.
            (Value::Pattern(pattern), None) => {
                paths::literal_directory(pattern).is_none_or(|(dir, _)| self.meets(dir, path))
            }
            (_, None) => true,
        })
    }

    /// The names of the call's tiers.
    pub fn tiers(&self) -> impl Iterator<Item = &str> {
        self.tiers.iter().map(|t| t.name.as_str())
    }
}

fn add<'a>(list: &mut Vec<&'a [u8]>, item: &'a [u8]) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// What an effect makes or changes.
fn written(effect: &Effect) -> Option<&PathValue> {
    match &effect.kind {
        Kind::Write(path) => Some(path),
        _ => None,
    }
}

/// The directories at or above `dir` that hold a `.git`, innermost first.
fn enclosing_repositories<'a>(world: &dyn World, dir: &'a [u8]) -> Vec<&'a [u8]> {
    let mut found = Vec::new();
    let mut at = Some(dir);
    while let Some(dir) = at {
        if !matches!(world.entry(&path::join(dir, b".git")), Entry::Missing) {
            found.push(dir);
        }
        at = path::parent(dir);
    }
    found
}

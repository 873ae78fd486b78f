//! Glob rules held against paths: as written, and as links lead.

use super::contents::Contents;
use super::expansion::{self, Reach};
use super::filtered::Filtered;
use super::links;
use super::rule::GlobRule;
use super::scene::Scene;
use super::staged;
use crate::decision::Decision;
use crate::effect::{Bytes, PathValue, Spared, Value};
use crate::glob::{Answer, Index, Near, PathGlob, PathRule, Places, Reading, Subject, applies_within};
use crate::path::{self, Last, Resolution};
use crate::world::Entry;
use alloc::vec::Vec;
use core::cell::OnceCell;

/// The ways in which one path of an effect is held against rules, made ready once for all of them.
pub(super) struct Views {
    /// As written, lexically normalised, and each other path that links make of it; anything where that cannot be said.
    all: Vec<View>,
    ignore_case: bool,
}

impl Views {
    pub(super) fn of(path: &PathValue, scene: &Scene<'_>) -> Self {
        let others = links::readings(path, scene).into_iter().map(|reading| View::of(reading.path, reading.sure));
        Self {
            ignore_case: scene.world.ignores_case(place(path, scene)),
            all: core::iter::once(View::of(path.clone(), true)).chain(others).collect(),
        }
    }

    /// Only as it is written, wherever links lead.
    pub(super) fn as_written(path: PathValue, scene: &Scene<'_>) -> Self {
        let ignore_case = scene.world.ignores_case(place(&path, scene));
        Self { all: Vec::from([View::of(path, true)]), ignore_case }
    }

    /// For a path that is read: what git may have put there counts as well.
    pub(super) fn of_read(path: &PathValue, scene: &Scene<'_>) -> Self {
        let mut views = Self::of(path, scene);
        views.all.iter_mut().for_each(|view| view.is_read = true);
        views
    }

    /// The rules with a glob that could cover the path; none where that could be all of them.
    pub(super) fn near(&self, index: &Index, scene: &Scene<'_>) -> Option<Vec<u32>> {
        let mut near = Near::default();
        let places = scene.places(false);
        let all = self.all.iter().all(|view| view.near(index, &places, self.ignore_case, scene, &mut near));
        all.then(|| near.rules())
    }

    /// All paths that it is, where nothing else can be what a rule speaks of.
    pub(super) fn exact(&self, scene: &Scene<'_>) -> Option<Vec<&[u8]>> {
        let places = scene.places(false);
        if self.ignore_case || places.homes.is_empty() || places.roots.is_empty() {
            return None;
        }
        let mut all = Vec::new();
        for view in &self.all {
            all.extend(view.subject.files()?.iter().map(Vec::as_slice));
        }
        Some(all)
    }

    /// What a rule says of the path.
    pub(super) fn answer(&self, rule: &GlobRule, scene: &Scene<'_>) -> Answer {
        self.covered_by(&rule.patterns, &rule.unless, rule.head.decision, scene)
    }

    /// A rule that restricts applies where any view matches; one that allows needs all, because a link that the agent made
    /// must not lead out of what was allowed.
    pub(super) fn covered_by(
        &self,
        patterns: &[PathGlob],
        unless: &[PathGlob],
        decision: Decision,
        scene: &Scene<'_>,
    ) -> Answer {
        let allows = decision == Decision::Allow;
        let rule = PathRule {
            patterns,
            unless,
            places: scene.places(allows),
            unless_places: scene.places(!allows),
            reading: if allows { Reading::Permit } else { Reading::Restrict },
            ignore_case: self.ignore_case && !allows,
        };
        let answers = self.all.iter().map(|view| match applies_within(&rule, &view.subject, &scene.budget) {
            Answer::Maybe if !allows && view.stands_clear(&rule, scene) => Answer::No,
            Answer::No if !allows && view.leads_to(&rule, scene) => Answer::Maybe,
            Answer::Yes if !view.sure && !allows => Answer::Maybe,
            answer => answer,
        });
        let answer = if allows { answers.min() } else { answers.max() };
        answer.unwrap_or(Answer::Maybe)
    }
}

/// Where a file system is asked about case.
fn place<'p>(path: &'p PathValue, scene: &'p Scene<'_>) -> &'p [u8] {
    path.value.alternatives().and_then(<[_]>::first).map_or(scene.cwd, |first| first)
}

/// One reading of a path.
pub(super) struct View {
    pub(super) path: PathValue,
    subject: Subject,
    sure: bool,
    is_read: bool,
    /// What stands below a tree, or what is copied; looked at when the first rule needs it.
    pub(super) contents: OnceCell<Option<Contents>>,
    /// Each of several trees.
    each: OnceCell<Vec<View>>,
}

impl View {
    fn of(path: PathValue, sure: bool) -> Self {
        Self {
            subject: Subject::new(&path),
            path,
            sure,
            is_read: false,
            contents: OnceCell::new(),
            each: OnceCell::new(),
        }
    }

    /// Each of the paths that it is one of.
    fn each<'v>(&'v self, all: &[Bytes]) -> &'v [View] {
        let one = |path: &Bytes| PathValue { value: Value::Known(path.clone()), ..self.path.clone() };
        let view = |path| View { is_read: self.is_read, ..View::of(one(path), true) };
        self.each.get_or_init(|| all.iter().map(view).collect())
    }

    /// Whether what stands below a directory now is not all that the command finds.
    fn grows(&self, dir: &[u8], scene: &Scene<'_>) -> bool {
        scene.grows(dir, false) || (self.is_read && scene.is_checked_out(dir))
    }

    /// Finds the rules that could apply; false where that could be all.
    fn near(&self, index: &Index, places: &Places<'_>, fold: bool, scene: &Scene<'_>, near: &mut Near) -> bool {
        let pattern = match &self.path.value {
            Value::Pattern(text) => Some(&**text),
            _ => None,
        };
        if index.find(&self.subject, pattern, places, fold, near) {
            return true;
        }
        // A tree of which the names that stand in it decide.
        let Some(top) = self.path.value.known().filter(|_| self.path.tree && self.path.like.is_none()) else {
            return false;
        };
        let foldable = !fold || top.is_ascii();
        if !foldable || !index.has_places(places) || !self.path.existing || self.grows(top, scene) {
            return false;
        }
        let Some(contents) = self.contents(top, scene).filter(|contents| contents.linked.is_empty()) else {
            return false;
        };
        if fold && contents.paths.iter().any(|path| !path.is_ascii()) {
            return false;
        }
        for path in [Some(top), contents.leads.as_deref()].into_iter().flatten() {
            index.find_path(&path::normalize(path), places, near);
            index.find_below(&path::normalize(path), places, near);
        }
        // A look into a directory lists every directory below; what git says lists files only.
        let listed = contents.leads.is_some();
        let of_path = |path| {
            if listed {
                path::file_name(path).into_iter().collect()
            } else {
                path::components(path).collect::<Vec<_>>()
            }
        };
        let mut names: Vec<&[u8]> = contents.paths.iter().map(Vec::as_slice).flat_map(of_path).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            index.find_file(name, near);
        }
        true
    }

    /// What stands in a tree, as far as that can be looked at.
    fn contents(&self, top: &[u8], scene: &Scene<'_>) -> Option<&Contents> {
        let look = || {
            if matches!(self.path.spared, Spared::Ignored | Spared::Untracked) {
                // Git takes a link itself, not what it leads to.
                let paths = staged::paths(scene.world, top, self.path.spared, &scene.writes)?;
                return Some(Contents { paths, ..Contents::default() });
            }
            let single = matches!(self.path.value, Value::Known(_) | Value::Set(_));
            if single && self.path.entry && matches!(scene.world.entry(top), Entry::Link(_)) {
                return Some(Contents::default());
            }
            let leads = match path::resolve(scene.world, top, Some(scene.cwd), Last::Follow) {
                Resolution::At { path, exists: true } => path,
                // Nothing stands there, and the call itself makes nothing there. Below a home, where rules name places by
                // themselves, that may be an accident.
                Resolution::At { path, .. } if scene.is_workspace(&path) => return Some(Contents::default()),
                Resolution::At { .. } | Resolution::Unknown(_) => return None,
            };
            let filtered = self.path.filters.as_deref().map(Filtered::new);
            let closed = |rest: &[u8]| {
                self.path.spared.covers(rest) || filtered.as_ref().is_some_and(|filtered| filtered.closes(rest))
            };
            let contents = Contents::below_but(scene.world, &leads, scene.cwd, &closed)?;
            Some(contents.seen_from(&leads, top))
        };
        self.contents.get_or_init(look).as_ref()
    }

    /// What a pathname expansion stands for, whose directory is `dir`.
    fn expansion(&self, pattern: &[u8], dir: &[u8], scene: &Scene<'_>) -> Option<&Contents> {
        let reach = match (self.path.tree, self.is_read) {
            (false, _) => Reach::Files,
            (true, true) => Reach::Trees,
            (true, false) => Reach::Changed,
        };
        let look = || match path::resolve(scene.world, dir, Some(scene.cwd), Last::Follow) {
            Resolution::At { path, exists: true } => {
                let contents = expansion::contents(scene.world, &path, pattern.get(dir.len()..)?, reach, scene.cwd)?;
                Some(contents.seen_from(&path, dir))
            }
            Resolution::At { path, .. } if self.path.tree && scene.is_workspace(&path) => Some(Contents::default()),
            Resolution::At { .. } | Resolution::Unknown(_) => None,
        };
        self.contents.get_or_init(look).as_ref()
    }

    /// Whether nothing that a pathname expansion stands for now is what the rule restricts, nor what links in it lead to.
    fn expansion_is_clear(&self, pattern: &[u8], rule: &PathRule<'_>, scene: &Scene<'_>) -> bool {
        let Some((dir, _)) = literal_directory(pattern) else { return false };
        let rest = pattern.get(dir.len()..).unwrap_or_default();
        if !self.path.existing {
            return false;
        }
        let grows = scene.grows_but(dir, false, &|path| expansion::is_apart(rest, path), None);
        if grows || self.is_read && scene.is_checked_out(dir) || !self.path.tree && expansion::aims(pattern, rule) {
            return false;
        }
        let Some(contents) = self.expansion(pattern, dir, scene) else { return false };
        let clear = |path: PathValue| applies_within(rule, &Subject::new(&path), &scene.budget) == Answer::No;
        let near = contents.near(&[dir], rule);
        let free = |path: &Vec<u8>| leaves(rule, near.as_deref(), &path::normalize(path), scene);
        (near.as_ref().is_some_and(Vec::is_empty) || contents.paths.iter().all(free))
            && (self.path.entry
                || contents.leads_to_clear(scene.world, scene.cwd, &|led, tree| {
                    clear(PathValue::standing(Value::from(led), tree))
                }))
    }

    /// Whether a link in a tree that is read, or of one of the names that are found below a directory, may lead to what the rule
    /// restricts, where the rule speaks of nothing in the tree.
    fn leads_to(&self, rule: &PathRule<'_>, scene: &Scene<'_>) -> bool {
        // Git takes a link itself, not what it leads to.
        if self.path.entry || matches!(self.path.spared, Spared::Ignored | Spared::Untracked) {
            return false;
        }
        let ending: Option<&[u8]> = match &self.path.value {
            Value::Below { suffix, .. } => Some(suffix),
            _ if !self.is_read => return false,
            _ => None,
        };
        let expansion = match &self.path.value {
            Value::Pattern(pattern) if self.path.tree => literal_directory(pattern).map(|(dir, _)| (pattern, dir)),
            _ => None,
        };
        let top: &[u8] = match (&self.path.value, expansion) {
            (Value::Set(all), _) => return self.each(all).iter().any(|view| view.leads_to(rule, scene)),
            (Value::Known(top), _) if self.path.tree => top,
            (Value::Below { dir, .. }, _) => dir,
            (_, Some((_, dir))) => dir,
            _ => return false,
        };
        if matches!(
            path::resolve(scene.world, top, Some(scene.cwd), Last::Follow),
            Resolution::At { exists: false, .. }
        ) {
            return false;
        }
        let contents = match expansion {
            Some((pattern, dir)) => self.expansion(pattern, dir, scene),
            None => self.contents(top, scene),
        };
        let free = |led: &[u8], tree: bool| {
            let led = PathValue::standing(Value::from(led), tree);
            applies_within(rule, &Subject::new(&led), &scene.budget) == Answer::No
        };
        let Some(contents) = contents.filter(|_| !self.grows(top, scene)) else { return true };
        self.is_read && !contents.leads_to_clear(scene.world, scene.cwd, &free)
            || ending.is_some_and(|ending| self.renames(ending, contents, rule, scene))
    }

    /// Whether a link among names that end so leads to what the rule restricts. What is called so itself, in the same tree, is judged
    /// by its own name.
    fn renames(&self, ending: &[u8], contents: &Contents, rule: &PathRule<'_>, scene: &Scene<'_>) -> bool {
        let led =
            contents.links.iter().filter(|led| led.at.ends_with(ending) && !(led.inside && led.to.ends_with(ending)));
        let restricted = |to: &[u8]| {
            let tree = self.path.tree && scene.world.entry(to) != Entry::Other;
            let path = PathValue::standing(Value::from(to), tree);
            applies_within(rule, &Subject::new(&path), &scene.budget) != Answer::No
        };
        led.into_iter().any(|led| restricted(&led.to))
    }

    /// Whether of the trees that are found below a directory only those count whose names end so: what is in another comes into none of
    /// them, neither by the call nor by a link.
    fn is_of_names(&self, top: &[u8], suffix: &[u8], contents: &Contents, scene: &Scene<'_>) -> bool {
        let apart = self.path.entry || contents.links.is_empty() && contents.linked.is_empty();
        !suffix.is_empty() && !suffix.contains(&b'/') && apart && !scene.is_filled(top)
    }

    /// Whether nothing that stands in the tree now is what the rule restricts: then only the whole tree, not anything in it, made
    /// the rule possible.
    fn stands_clear(&self, rule: &PathRule<'_>, scene: &Scene<'_>) -> bool {
        let (top, suffix): (&[u8], &[u8]) = match &self.path.value {
            Value::Set(all) => return self.each(all).iter().all(|view| view.stands_clear(rule, scene)),
            _ if self.path.like.is_some() || self.path.found.is_some() => return self.copy_is_clear(rule, scene),
            Value::Known(top) if self.path.tree => (top, b""),
            Value::Below { dir, suffix } => (dir, suffix),
            // What is made gets names that nobody has now.
            Value::Pattern(pattern) if self.path.tree || self.path.existing => {
                return self.expansion_is_clear(pattern, rule, scene);
            }
            _ => return false,
        };
        if !self.path.existing || self.grows(top, scene) {
            return false;
        }
        let clear = |path: PathValue| applies_within(rule, &Subject::new(&path), &scene.budget) == Answer::No;
        let Some(contents) = self.contents(top, scene) else { return false };
        let near = contents.near(&[top], rule);
        let free = |path: &[u8]| leaves(rule, near.as_deref(), path, scene);
        let filtered = self.path.filters.as_deref().map(Filtered::new);
        let passed = |rest: &[u8], directory: bool| {
            self.path.spared.covers(rest) || filtered.as_ref().is_some_and(|f| f.covers(rest, directory))
        };
        // What a link in the tree leads to is read by another name.
        let renamed = |path: &[u8]| contents.links.iter().any(|led| led.inside && path::starts_with(path, &led.to));
        let spared = |path: &[u8], directory: bool| {
            path::below(path, top).is_some_and(|rest| passed(rest, directory)) && !renamed(path)
        };
        let only_named = self.path.tree && self.is_of_names(top, suffix, contents, scene);
        let of_name = |path: &[u8]| {
            let mut above = core::iter::successors(Some(path), |path| path::parent(path));
            above.any(|path| path.ends_with(suffix))
        };
        let named = |(path, directory): &(&Vec<u8>, bool)| {
            let meant = if self.path.tree { !only_named || of_name(path) } else { path.ends_with(suffix) };
            meant && !spared(path, *directory)
        };
        let kinds = contents.directories.iter().copied().chain(core::iter::repeat(false));
        clear(PathValue::file(Value::Known(top.into())))
            && (near.as_ref().is_some_and(Vec::is_empty)
                || contents.paths.iter().zip(kinds).filter(named).all(|(below, _)| free(below)))
            // Whoever said the names may have gone through links; what takes a whole tree away does not.
            && (self.path.entry && self.path.tree
                || (self.path.entry || !self.renames(suffix, contents, rule, scene))
                    && contents.leads_to_clear(scene.world, scene.cwd, &|led, tree| {
                        clear(PathValue::standing(Value::from(led), tree))
                    }))
    }
}

/// Whether a rule leaves one known path alone, which is normal; `near`: those of its globs that may cover it. There may be many such
/// paths, so that no automaton is built for each.
pub(super) fn leaves(rule: &PathRule<'_>, near: Option<&[&PathGlob]>, path: &[u8], scene: &Scene<'_>) -> bool {
    match near {
        // `covers` compares letters outside ASCII as they are.
        Some(near) if !rule.ignore_case || path.is_ascii() => {
            !near.iter().any(|glob| glob.covers(path, &rule.places, rule.ignore_case))
                || rule.unless.iter().any(|glob| glob.covers(path, &rule.unless_places, rule.ignore_case))
        }
        _ => {
            let path = PathValue::file(Value::from(path));
            applies_within(rule, &Subject::new(&path), &scene.budget) == Answer::No
        }
    }
}

/// The directory below which everything stands that an absolute glob pattern matches, and what all those paths begin with.
pub(super) fn literal_directory(pattern: &[u8]) -> Option<(&[u8], &[u8])> {
    let special =
        |b: &u8| matches!(b, b'*' | b'?' | b'[' | b'(' | b'{' | b'\\' | b'+' | b'@' | b'!' | b'#' | b'^' | b'~');
    let literal = pattern.get(..pattern.iter().position(special)?)?;
    let at = literal.iter().rposition(|b| *b == b'/').filter(|at| *at > 0)?;
    let (dir, rest) = (pattern.get(..at)?, pattern.get(at..)?);
    (pattern.starts_with(b"/") && !rest.windows(2).any(|two| two == b"..")).then_some((dir, literal))
}

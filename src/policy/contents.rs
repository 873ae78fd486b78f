//! A bounded look at what a directory holds, so that a recursive reader is only stopped where there is something to protect.

use super::sieve::Sieve;
use crate::glob::{PathGlob, PathRule};
use crate::path::{self, Last, Resolution};
use crate::world::{Child, Entry, World};
use alloc::{collections::BTreeSet, vec, vec::Vec};
use core::cell::OnceCell;

/// Most names that one look takes in; a larger tree could hold anything.
const MAX_NAMES: usize = 50_000;
/// Most directories outside of the tree that links in it may lead to.
const MAX_LINKED: usize = 64;

/// What stands below a directory at the moment of the decision.
#[derive(Default)]
pub(super) struct Contents {
    /// The paths of everything below, as written through the directory's own name.
    pub(super) paths: Vec<Vec<u8>>,
    /// Which of them are directories, as far as that was seen.
    pub(super) directories: Vec<bool>,
    /// Where links in it lead, outside of it: the whole tree of each may be touched by what follows links.
    pub(super) linked: Vec<Vec<u8>>,
    /// Where links in those trees lead in turn, once that was asked; none where it is too much to look at.
    pub(super) further: OnceCell<Option<Vec<Vec<u8>>>>,
    /// The links in it that lead somewhere.
    pub(super) links: Vec<Led>,
    /// The directory that was looked into.
    pub(super) leads: Option<Vec<u8>>,
    /// The names in it, once they were asked for; none where it is small.
    pub(super) sieve: OnceCell<Option<Sieve>>,
}

/// A link.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Led {
    /// Where it stands.
    pub(super) at: Vec<u8>,
    /// Where it leads in the end.
    pub(super) to: Vec<u8>,
    /// What it leads to stands in the same tree, and is seen there as well.
    pub(super) inside: bool,
}

impl Contents {
    /// Looks below `dir`; `None` where there is too much, or something cannot be read: then it could hold anything.
    pub(super) fn below(world: &dyn World, dir: &[u8], cwd: &[u8]) -> Option<Self> {
        Self::below_but(world, dir, cwd, &|_| false)
    }

    /// As [`Self::below`], without what stands below the directories that are `closed`: nobody goes into them. It is asked about paths
    /// below `dir`.
    pub(super) fn below_but(world: &dyn World, dir: &[u8], cwd: &[u8], closed: &dyn Fn(&[u8]) -> bool) -> Option<Self> {
        let is_closed = |path: &[u8]| path::below(path, dir).is_some_and(closed);
        let rest = match world.entry(dir) {
            Entry::Directory => vec![dir.to_vec()],
            Entry::Other => Vec::new(),
            Entry::Missing | Entry::Link(_) | Entry::Error => return None,
        };
        let inside = |path: &[u8]| path::starts_with(path, dir);
        Self { leads: Some(dir.to_vec()), ..Self::default() }.filled(world, rest, cwd, &inside, &is_closed)
    }

    /// These paths, of which some are directories, and what stands below those.
    pub(super) fn below_all(world: &dyn World, tops: Vec<(Vec<u8>, bool)>, cwd: &[u8]) -> Option<Self> {
        let rest: Vec<Vec<u8>> =
            tops.iter().filter(|(_, is_directory)| *is_directory).map(|(top, _)| top.clone()).collect();
        let mut known = rest.clone();
        known.sort_unstable();
        // The directories above a path are few, the names of an expansion may be many.
        let inside = |path: &[u8]| {
            let above = core::iter::successors(Some(path), |path| path::parent(path));
            above.into_iter().any(|dir| known.binary_search_by(|top| top.as_slice().cmp(dir)).is_ok())
        };
        let (paths, directories) = tops.into_iter().unzip();
        Self { paths, directories, ..Self::default() }.filled(world, rest, cwd, &inside, &|_| false)
    }

    /// The same with what stands below the directories `rest`. A link that leads to what is `inside` shows nothing new.
    fn filled(
        mut self,
        world: &dyn World,
        mut rest: Vec<Vec<u8>>,
        cwd: &[u8],
        inside: &dyn Fn(&[u8]) -> bool,
        is_closed: &dyn Fn(&[u8]) -> bool,
    ) -> Option<Self> {
        let mut linked = BTreeSet::new();
        while let Some(at) = rest.pop() {
            let room = MAX_NAMES.checked_sub(self.paths.len())?;
            for (name, kind) in world.children(&at, room)? {
                let child = path::join(&at, &name);
                match kind {
                    Child::Directory if is_closed(&child) => {}
                    Child::Directory => rest.push(child.clone()),
                    Child::Link => match path::resolve(world, &child, Some(cwd), Last::Follow) {
                        Resolution::At { path, .. } => {
                            // By another name a closed directory is open.
                            let inside = inside(&path) && !is_closed(&path);
                            if !inside {
                                linked.insert(path.clone());
                            }
                            self.links.push(Led { at: child.clone(), to: path, inside });
                        }
                        // A loop or a dangling end leads nowhere.
                        Resolution::Unknown(path::Why::Links) => {}
                        Resolution::Unknown(_) => return None,
                    },
                    Child::Other => {}
                }
                self.paths.push(child);
                self.directories.push(kind == Child::Directory);
            }
        }
        if linked.len() > MAX_LINKED {
            return None;
        }
        self.linked = linked.into_iter().collect();
        Some(self)
    }

    /// Which globs of a rule can cover one of the paths, as they are called below `tops`, or these themselves. None where it is not
    /// known what all of them are anchored at.
    pub(super) fn near<'g>(&self, tops: &[&[u8]], rule: &PathRule<'g>) -> Option<Vec<&'g PathGlob>> {
        // A look into a directory lists every directory below; what git says lists files only.
        let of_names = || match self.leads.as_deref() {
            Some(leads) => Sieve::of(&[tops, &[leads]].concat(), &self.paths, true),
            None => Sieve::of(tops, &self.paths, false),
        };
        let sieve = self.sieve.get_or_init(of_names);
        let near = |glob: &&PathGlob| sieve.as_ref().is_none_or(|sieve| sieve.may_cover(glob, rule.ignore_case));
        let placed = rule.patterns.iter().all(|glob| glob.is_placed(&rule.places));
        placed.then(|| rule.patterns.iter().filter(near).collect())
    }

    /// Whether `clear` holds for everything outside that links lead to, a file or a whole tree, and where links in such trees lead. False
    /// where that is too much to look at: then they could lead anywhere.
    pub(super) fn leads_to_clear(&self, world: &dyn World, cwd: &[u8], clear: &dyn Fn(&[u8], bool) -> bool) -> bool {
        let all = |trees: &[Vec<u8>]| trees.iter().all(|led| clear(led, world.entry(led) != Entry::Other));
        let further = || self.further.get_or_init(|| further(world, &self.linked, cwd)).as_deref();
        all(&self.linked) && (self.linked.is_empty() || further().is_some_and(all))
    }

    /// The same with every path as it is called from `written`, too, where that is another name of the directory `dir`.
    pub(super) fn seen_from(mut self, dir: &[u8], written: &[u8]) -> Self {
        if dir != written {
            let called = written.strip_suffix(b"/").unwrap_or(written);
            let of_paths = self.paths.iter().zip(&self.directories);
            let renamed: Vec<(Vec<u8>, bool)> = of_paths
                .filter_map(|(path, directory)| Some((path::below(path, dir)?, *directory)))
                .map(|(rest, directory)| ([called, rest].concat(), directory))
                .collect();
            let (renamed, kinds): (Vec<Vec<u8>>, Vec<bool>) = renamed.into_iter().unzip();
            self.directories.extend(kinds);
            self.paths.extend(renamed);
            let again = |led: &Led| {
                let to = [called, path::below(&led.to, dir)?].concat();
                Some(Led { at: led.at.clone(), to, inside: led.inside })
            };
            let again: Vec<Led> = self.links.iter().filter_map(again).collect();
            self.links.extend(again);
        }
        self
    }
}

/// Where links lead that stand below `trees`, or below where one of them leads.
fn further(world: &dyn World, trees: &[Vec<u8>], cwd: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (mut waiting, mut known) = (trees.to_vec(), trees.to_vec());
    let mut room = MAX_NAMES;
    while let Some(tree) = waiting.pop() {
        if world.entry(&tree) == Entry::Missing {
            continue;
        }
        let contents = Contents::below(world, &tree, cwd)?;
        room = room.checked_sub(contents.paths.len())?;
        for led in contents.linked {
            if !known.iter().any(|tree| path::starts_with(&led, tree)) {
                known.push(led.clone());
                waiting.push(led);
            }
        }
        if known.len() > MAX_LINKED {
            return None;
        }
    }
    Some(known.split_off(trees.len()))
}

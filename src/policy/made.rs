//! The machine as it will be when a call has made its links, copies and moves: what a look at the machine does not show yet.
//!
//! Only names that the call puts somewhere are different here; what it deletes stays. So this is one more reading of a path beside
//! the machine as it is, and where two of the call's own names contradict each other nothing is known.

use super::copies;
use crate::effect::{Effect, Kind, PathValue};
use crate::path::{self, Last, Resolution};
use crate::world::{Child, Entry, World};
use alloc::vec::Vec;
use core::cell::Cell;

/// Names that one call may make before none of them is followed.
const MOST: usize = 256;
/// Copies of copies that are followed.
const MAX_COPIES: u32 = 8;
/// Names that may be looked at before it is not known what stands at a path.
const MAX_STEPS: u32 = 1024;

/// What is put at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    /// A symbolic link with this text; none where the text is not known.
    Link(Option<Vec<u8>>),
    /// What stands at this path.
    Copy(Vec<u8>),
}

/// A machine with the names that a call makes.
pub(super) struct Made<'a> {
    world: &'a dyn World,
    names: Vec<(Vec<u8>, What)>,
    /// Where anything may come to stand, and below: what is unpacked or checked out.
    trees: Vec<Vec<u8>>,
    /// Those of them in which anything may replace a file that stands there: what comes out of archives.
    unpacked: Vec<Vec<u8>>,
    /// A link or copy is made at a place that is not known.
    anywhere: bool,
    /// What unpacks or checks out there.
    makers: Vec<&'a PathValue>,
    /// What those that unpack read, and nothing else of the call: it is read before anything comes out of it.
    archives: Vec<&'a PathValue>,
}

impl<'a> Made<'a> {
    /// What `effects` make; none where they make no name that could lead elsewhere.
    pub(super) fn of(world: &'a dyn World, effects: &'a [Effect]) -> Option<Self> {
        let mut made = Self {
            world,
            names: Vec::new(),
            trees: Vec::new(),
            unpacked: Vec::new(),
            anywhere: false,
            makers: Vec::new(),
            archives: Vec::new(),
        };
        for effect in effects {
            if let Kind::Write(path) = &effect.kind {
                made.add(path, effect.by.as_deref().unwrap_or_default());
            }
        }
        made.archives = archives(effects, &made.makers);
        made.anywhere |= made.names.len() > MOST;
        (made.anywhere || !made.names.is_empty() || !made.trees.is_empty()).then_some(made)
    }

    /// Whether this is what unpacks or checks out: what comes to stand at its place replaces what is there.
    pub(super) fn is_made_by(&self, path: &PathValue) -> bool {
        self.makers.contains(&path)
    }

    /// Whether this is only read by what unpacks it.
    pub(super) fn is_archive(&self, path: &PathValue) -> bool {
        self.archives.contains(&path)
    }

    fn add(&mut self, path: &'a PathValue, by: &str) {
        let whats: Vec<What> = match (&path.leads, &path.like) {
            (Some(text), _) => match text.alternatives() {
                Some(all) => all.iter().map(|text| What::Link(Some(text.to_vec()))).collect(),
                None => Vec::from([What::Link(None)]),
            },
            (None, Some(source)) => Vec::from([What::Copy(source.clone())]),
            // Plain files lead nowhere under another name, and where directories hold no link, they neither.
            (None, None) if path.found.as_ref().is_some_and(|found| copies::has_no_link(self.world, found)) => return,
            // What is unpacked, or checked out of a repository, may be a link. A directory that is made holds nothing.
            (None, None) if path.tree && (by == "git" || (!path.existing && by != "mkdir")) => {
                match path.value.alternatives() {
                    Some(all) => {
                        let all = all.iter().map(|tree| tree.to_vec());
                        if by != "git" {
                            self.unpacked.extend(all.clone());
                        }
                        self.trees.extend(all);
                    }
                    None => self.anywhere = true,
                }
                self.makers.push(path);
                return;
            }
            (None, None) => return,
        };
        let Some(places) = path.value.alternatives() else {
            // A plain file leads nowhere, wherever it is copied to.
            let plain = |source: &Vec<u8>| matches!(self.entry(source), Entry::Other | Entry::Missing);
            let leads = |what: &What| !matches!(what, What::Copy(source) if plain(source));
            self.anywhere |= whats.iter().any(leads);
            return;
        };
        for what in whats {
            for place in places {
                self.put(place, &what);
                if let (What::Copy(source), true) = (&what, path.tree) {
                    let name = path::file_name(source).unwrap_or_default();
                    self.put(&path::join(place, name), &what);
                }
            }
        }
    }

    /// Puts a name at a place as it is written, and where that leads by what has been made before.
    fn put(&mut self, place: &[u8], what: &What) {
        if self.names.len() > MOST {
            return;
        }
        let leads = match path::resolve(self, place, None, Last::Keep) {
            Resolution::At { path, .. } => path,
            Resolution::Unknown(_) => {
                self.anywhere = true;
                return;
            }
        };
        // Nothing leads through itself by being put where it is already.
        let itself = matches!(what, What::Copy(source) if *source == leads || path::starts_with(&leads, source));
        let known = self.names.iter().any(|(at, old)| *at == leads && old == what);
        if !known && !itself {
            self.names.push((leads, what.clone()));
        }
    }

    /// What stands at a path, by way of at most so many copies. `steps` are those that are left for the question.
    fn entry_by(&self, path: &[u8], copies: u32, steps: &Cell<u32>) -> Entry {
        let stands = self.world.entry(path);
        // A directory that stands there takes what is put into it; nothing replaces it.
        if stands == Entry::Directory {
            return stands;
        }
        let mut found: Option<Entry> = None;
        for (place, what) in &self.names {
            let Some(left) = steps.get().checked_sub(1) else { return Entry::Error };
            steps.set(left);
            let entry = match (what, path::below(path, place)) {
                (What::Link(Some(text)), Some(b"")) => Entry::Link(text.clone()),
                (What::Link(None), Some(b"")) => Entry::Error,
                (What::Copy(source), Some(rest))
                    if !rest.is_empty()
                        && (stands != Entry::Missing || !self.may_stand_in(source, rest, &mut Vec::new(), steps)) =>
                {
                    continue;
                }
                (What::Copy(_), Some(_)) if copies == 0 => Entry::Error,
                (What::Copy(source), Some(rest)) => {
                    self.entry_by(&[source.as_slice(), rest].concat(), copies - 1, steps)
                }
                _ => continue,
            };
            match (&found, entry) {
                (_, Entry::Missing) => {}
                (Some(one), other) if *one != other => return Entry::Error,
                (_, entry) => found = Some(entry),
            }
        }
        match found {
            Some(Entry::Link(text)) if matches!(&stands, Entry::Link(old) if *old != text) && self.replaced() > 1 => {
                Entry::Error
            }
            Some(entry) => entry,
            None if stands == Entry::Missing && self.may_hold(path) => Entry::Error,
            None if stands == Entry::Other && self.unpacked.iter().any(|tree| path::starts_with(path, tree)) => {
                Entry::Error
            }
            None => stands,
        }
    }

    /// Whether anything may stand in `dir` under the first name of `rest`. What is copied out of a directory into one above it
    /// (`cp a/b .`) would lead through itself without end otherwise. `seen` is what is asked already, so that it ends.
    fn may_stand_in(&self, dir: &[u8], rest: &[u8], seen: &mut Vec<Vec<u8>>, steps: &Cell<u32>) -> bool {
        let Some(name) = path::components(rest).next() else { return true };
        let top = path::join(dir, name);
        if seen.contains(&top) {
            return false;
        }
        seen.push(top.clone());
        let related = |place: &[u8]| path::starts_with(place, &top) || path::starts_with(&top, place);
        if self.anywhere || self.trees.iter().any(|tree| related(tree)) || self.world.entry(&top) != Entry::Missing {
            return true;
        }
        self.names.iter().filter(|(place, _)| related(place)).any(|(place, what)| {
            let Some(left) = steps.get().checked_sub(1) else { return true };
            steps.set(left);
            match (what, path::below(&top, place)) {
                // A copy around its source puts there only what stands in that, under the same names.
                (What::Copy(source), Some(rest)) if !rest.is_empty() && path::starts_with(source, place) => {
                    self.may_stand_in(source, rest, seen, steps)
                }
                _ => true,
            }
        })
    }

    /// Whether something that is not known may be made at the path.
    fn may_hold(&self, path: &[u8]) -> bool {
        self.anywhere || self.trees.iter().any(|tree| path::starts_with(path, tree))
    }

    /// How many links that stand there are replaced: with more than one, an order decides where a path leads at a time.
    fn replaced(&self) -> usize {
        self.names.iter().filter(|(place, _)| matches!(self.world.entry(place), Entry::Link(_))).count()
    }
}

/// What the commands of `makers` read and no other command does.
fn archives<'a>(effects: &'a [Effect], makers: &[&PathValue]) -> Vec<&'a PathValue> {
    let made_by = |effect: &&Effect| matches!(&effect.kind, Kind::Write(path) if makers.contains(&path));
    let commands: Vec<_> = effects.iter().filter(made_by).filter_map(|effect| effect.command).collect();
    let reads =
        || effects.iter().filter_map(|e| if let Kind::Read(path) = &e.kind { Some((path, e.command)) } else { None });
    let own = |by: Option<_>| by.is_some_and(|by| commands.contains(&by));
    let once = |path: &PathValue| reads().filter(|(other, _)| other.value == path.value).count() == 1;
    if commands.is_empty() {
        return Vec::new();
    }
    reads().filter(|(path, by)| !path.tree && own(*by) && once(path)).map(|(path, _)| path).collect()
}

impl World for Made<'_> {
    fn entry(&self, path: &[u8]) -> Entry {
        self.entry_by(path, MAX_COPIES, &Cell::new(MAX_STEPS))
    }

    fn children(&self, dir: &[u8], limit: usize) -> Option<Vec<(Vec<u8>, Child)>> {
        let mut all = match self.world.entry(dir) {
            Entry::Directory => self.world.children(dir, limit)?,
            _ => Vec::new(),
        };
        for (place, what) in &self.names {
            if path::parent(place) == Some(dir) {
                let kind = match self.entry(place) {
                    Entry::Directory => Child::Directory,
                    Entry::Link(_) => Child::Link,
                    Entry::Other => Child::Other,
                    Entry::Missing | Entry::Error => continue,
                };
                all.push((path::file_name(place)?.to_vec(), kind));
            } else if let (What::Copy(source), Some(rest)) = (what, path::below(dir, place)) {
                let source = [source.as_slice(), rest].concat();
                // What is copied is looked at as it stands, so that copies into themselves end.
                all.extend(self.world.children(&source, limit).unwrap_or_default());
            }
        }
        (all.len() <= limit).then_some(all)
    }

    crate::world::asks_for_contents!(world);
    crate::world::asks_for_the_rest!(world);
}

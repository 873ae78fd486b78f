//! An index over many globs: for a path, the few that could cover it.
//!
//! From every alternative of a glob one *key* is taken: something that each path below what it matches must have. Of several the
//! rarest is kept, and a glob without any is always near. What is looked up is in lower case, so that it serves file systems that
//! ignore case as well; an answer has too many globs rather than too few.

use super::{PathGlob, Places, expansion::Step, mark::Mark, pattern::Anchor, subject::Subject};
use crate::path;
use alloc::{boxed::Box, collections::BTreeMap, vec::Vec};

/// Names by which globs are found, in order.
type Keys = Vec<(Box<[u8]>, u32)>;

/// Which rules have a glob that could cover a path.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// The directories that globs begin with, below the root, a home and a repository.
    tops: [Keys; 3],
    names: Keys,
    begins: Keys,
    /// Reversed.
    ends: Keys,
    /// Those that could cover anything.
    always: Vec<u32>,
    /// Whether there are globs below a home, and below a repository.
    placed: [bool; 2],
    rules: usize,
}

/// The rules that an [`Index`] finds, collected over several questions.
#[derive(Debug, Default)]
pub struct Near {
    found: Vec<u32>,
}

impl Near {
    /// The numbers of the rules, in order.
    pub fn rules(mut self) -> Vec<u32> {
        self.found.sort_unstable();
        self.found.dedup();
        self.found
    }
}

impl Index {
    /// Makes the index of rules that have these globs each.
    pub fn new<'a>(rules: impl IntoIterator<Item = &'a [PathGlob]>) -> Self {
        let mut index = Self::default();
        let mut all: Vec<(u32, Anchor, Vec<Vec<Mark>>)> = Vec::new();
        for (number, globs) in rules.into_iter().enumerate() {
            index.rules = number + 1;
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            for glob in globs {
                match glob.marks() {
                    Some(keys) => all.push((number, glob.anchor(), keys)),
                    None => index.always.push(number),
                }
                match glob.anchor() {
                    Anchor::Home => index.placed[0] = true,
                    Anchor::Workspace => index.placed[1] = true,
                    Anchor::Root | Anchor::Anywhere => {}
                }
            }
        }
        let mut shared: BTreeMap<&Mark, usize> = BTreeMap::new();
        for key in all.iter().flat_map(|(_, _, alternatives)| alternatives.iter().flatten()) {
            *shared.entry(key).or_default() += 1;
        }
        for (number, anchor, alternatives) in &all {
            for keys in alternatives {
                let rarest = keys.iter().min_by_key(|key| shared.get(key).copied().unwrap_or(0));
                index.add(*number, *anchor, rarest);
            }
        }
        let Self { tops, names, begins, ends, .. } = &mut index;
        for keys in tops.iter_mut().chain([names, begins, ends]) {
            keys.sort_unstable();
            keys.dedup();
        }
        index
    }

    fn add(&mut self, number: u32, anchor: Anchor, key: Option<&Mark>) {
        let list = match key {
            None => return self.always.push(number),
            Some(Mark::Top(_)) => match anchor {
                Anchor::Root | Anchor::Anywhere => &mut self.tops[0],
                Anchor::Home => &mut self.tops[1],
                Anchor::Workspace => &mut self.tops[2],
            },
            Some(Mark::Name(_)) => &mut self.names,
            Some(Mark::Begins(_)) => &mut self.begins,
            Some(Mark::Ends(_)) => &mut self.ends,
        };
        let text: Vec<u8> = match key {
            Some(Mark::Ends(text)) => text.iter().rev().copied().collect(),
            Some(Mark::Top(text) | Mark::Name(text) | Mark::Begins(text)) => text.clone(),
            None => return,
        };
        list.push((text.into(), number));
    }

    /// How many rules it was made of.
    pub fn rules(&self) -> usize {
        self.rules
    }

    /// Whether the directories are known that all globs are anchored to; otherwise a glob that is not could apply.
    pub fn has_places(&self, places: &Places<'_>) -> bool {
        !(self.placed[0] && places.homes.is_empty() || self.placed[1] && places.roots.is_empty())
    }

    /// Finds what could cover what is touched; false where that could be all.
    pub fn find(
        &self,
        subject: &Subject,
        pattern: Option<&[u8]>,
        places: &Places<'_>,
        fold: bool,
        near: &mut Near,
    ) -> bool {
        if subject.tree || (fold && subject.outside_ascii) || !self.has_places(places) {
            return false;
        }
        match (&subject.exact, pattern) {
            (Some(paths), _) => {
                for path in paths {
                    self.find_path(path, places, near);
                }
                true
            }
            (None, Some(pattern)) => self.find_expansion(pattern, places, near),
            (None, None) => false,
        }
    }

    /// Finds what could cover a normal path.
    pub fn find_path(&self, path: &[u8], places: &Places<'_>, near: &mut Near) {
        let path = path.to_ascii_lowercase();
        self.find_tops(&path, places, false, near);
        for name in path::components(&path) {
            self.find_name(name, near);
        }
        near.found.extend(&self.always);
    }

    /// Finds what could cover a file of this name where it covers no directory above.
    pub fn find_file(&self, name: &[u8], near: &mut Near) {
        self.find_name(&name.to_ascii_lowercase(), near);
    }

    /// Finds what is anchored at, above or below a normal path.
    pub fn find_below(&self, top: &[u8], places: &Places<'_>, near: &mut Near) {
        self.find_tops(&top.to_ascii_lowercase(), places, true, near);
        near.found.extend(&self.always);
    }

    fn find_tops(&self, path: &[u8], places: &Places<'_>, below: bool, near: &mut Near) {
        let [root, home, workspace] = &self.tops;
        let lists = [(root, &[b"".as_slice()][..]), (home, places.homes), (workspace, places.roots)];
        for (keys, bases) in lists.into_iter().filter(|(keys, _)| !keys.is_empty()) {
            for base in bases {
                let base = base.strip_suffix(b"/").unwrap_or(base).to_ascii_lowercase();
                if let Some(rest) = path.strip_prefix(base.as_slice()) {
                    let rest = if rest == b"/" { b"" } else { rest };
                    let ends = rest.iter().enumerate().filter(|(at, b)| **b == b'/' && *at > 0).map(|(at, _)| at);
                    for end in ends.chain([rest.len()]) {
                        same(keys, rest.get(..end).unwrap_or(rest), near);
                    }
                    if below {
                        beginning(keys, &[rest, b"/"].concat(), near);
                    }
                } else if below && path::starts_with(&base, path) {
                    // All of the base is below.
                    near.found.extend(keys.iter().map(|(_, number)| *number));
                }
            }
        }
    }

    fn find_name(&self, name: &[u8], near: &mut Near) {
        same(&self.names, name, near);
        prefixes(&self.begins, name, near);
        if !self.ends.is_empty() {
            let reversed: Vec<u8> = name.iter().rev().copied().collect();
            prefixes(&self.ends, &reversed, near);
        }
    }

    /// False where it could be anything.
    fn find_expansion(&self, pattern: &[u8], places: &Places<'_>, near: &mut Near) -> bool {
        let Some(mut steps) = Step::all_of(&pattern.to_ascii_lowercase()) else { return false };
        steps.retain(|step| !step.is_plain() || step.text != b".");
        let vague = |step: &Step| !step.is_plain() && step.edges().0.is_empty() && step.edges().1.is_empty();
        // What goes up changes what stands before it.
        if steps.iter().any(|step| vague(step) || step.is_deep() || step.matches(b"..") || step.matches(b".")) {
            return false;
        }
        let lead: Vec<u8> =
            steps.iter().take_while(|s| s.is_plain()).flat_map(|s| [b"/", s.text.as_slice()].concat()).collect();
        self.find_tops(&lead, places, true, near);
        for step in &steps {
            self.find_name(&step.text, near);
            if step.is_plain() {
                continue;
            }
            let (begin, end) = step.edges();
            near.found.extend(range(&self.names, begin).filter(|(name, _)| name.ends_with(end)).map(|(_, n)| *n));
            alike(&self.begins, begin, near);
            let reversed: Vec<u8> = end.iter().rev().copied().collect();
            alike(&self.ends, &reversed, near);
        }
        near.found.extend(&self.always);
        true
    }
}

/// The keys that begin so.
fn range<'a>(keys: &'a Keys, begin: &'a [u8]) -> impl Iterator<Item = &'a (Box<[u8]>, u32)> {
    let from = keys.partition_point(|(key, _)| **key < *begin);
    keys.get(from..).unwrap_or_default().iter().take_while(move |(key, _)| key.starts_with(begin))
}

fn same(keys: &Keys, text: &[u8], near: &mut Near) {
    let from = keys.partition_point(|(key, _)| **key < *text);
    let all = keys.get(from..).unwrap_or_default().iter();
    near.found.extend(all.take_while(|(key, _)| **key == *text).map(|(_, number)| *number));
}

fn beginning(keys: &Keys, begin: &[u8], near: &mut Near) {
    near.found.extend(range(keys, begin).map(|(_, number)| *number));
}

/// The keys that `text` begins with.
fn prefixes(keys: &Keys, text: &[u8], near: &mut Near) {
    if keys.is_empty() {
        return;
    }
    for end in 1..=text.len().min(super::mark::MAX_PART) {
        same(keys, text.get(..end).unwrap_or(text), near);
    }
}

/// The keys that `text` begins with, or that begin with it.
fn alike(keys: &Keys, text: &[u8], near: &mut Near) {
    prefixes(keys, text, near);
    beginning(keys, text, near);
}

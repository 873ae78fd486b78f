//! A world that is asked once what stands at a path: the commands of a call, and the rules after them, go through the same
//! directories again and again.

use super::{Child, Content, Entry, World};
use alloc::{borrow::ToOwned, collections::BTreeMap, vec::Vec};
use core::cell::RefCell;

/// Most bytes of paths, or of what is read, that are remembered; beyond, the world is asked each time.
const MAX_BYTES: usize = 256 * 1024;
/// The same of the names in directories: those of a tree that a look takes in, which is walked through again for what the next rule or
/// command asks.
const MAX_NAMES: usize = 4 * 1024 * 1024;

/// What has been looked at in the course of one call.
pub struct Looked<'w> {
    world: &'w dyn World,
    entries: RefCell<Entries>,
    contents: RefCell<Contents>,
    children: RefCell<Children>,
    /// Whether the file system ignores case, by directories that are there.
    cases: RefCell<BTreeMap<Vec<u8>, bool>>,
}

#[derive(Default)]
struct Entries {
    by_path: BTreeMap<Vec<u8>, Entry>,
    bytes: usize,
}

/// What was read, by path and by how much was asked for at most.
#[derive(Default)]
struct Contents {
    by_path: BTreeMap<(Vec<u8>, usize), Content>,
    bytes: usize,
}

/// What stands in directories.
#[derive(Default)]
struct Children {
    by_path: BTreeMap<Vec<u8>, Vec<(Vec<u8>, Child)>>,
    bytes: usize,
}

impl<'w> Looked<'w> {
    /// Nothing has been looked at yet.
    pub fn new(world: &'w dyn World) -> Self {
        Self {
            world,
            entries: RefCell::default(),
            contents: RefCell::default(),
            children: RefCell::default(),
            cases: RefCell::default(),
        }
    }

    /// The part of a path that may be there: without what is known to be missing, and all below.
    fn there<'p>(&self, path: &'p [u8]) -> &'p [u8] {
        let entries = self.entries.borrow();
        let (mut there, mut at) = (path, Some(path));
        while let Some(part) = at {
            at = crate::path::parent(part);
            if entries.by_path.get(part) == Some(&Entry::Missing) {
                there = at.unwrap_or(part);
            }
        }
        there
    }
}

impl World for Looked<'_> {
    fn entry(&self, path: &[u8]) -> Entry {
        if let Some(known) = self.entries.borrow().by_path.get(path) {
            return known.clone();
        }
        let entry = self.world.entry(path);
        let mut entries = self.entries.borrow_mut();
        entries.bytes = entries.bytes.saturating_add(path.len());
        if entries.bytes <= MAX_BYTES {
            entries.by_path.insert(path.to_owned(), entry.clone());
        }
        entry
    }

    fn children(&self, dir: &[u8], limit: usize) -> Option<Vec<(Vec<u8>, Child)>> {
        if let Some(known) = self.children.borrow().by_path.get(dir) {
            return (known.len() <= limit).then(|| known.clone());
        }
        let all = self.world.children(dir, limit)?;
        let mut children = self.children.borrow_mut();
        let length: usize = all.iter().map(|(name, _)| name.len().saturating_add(size_of::<(Vec<u8>, Child)>())).sum();
        children.bytes = children.bytes.saturating_add(dir.len()).saturating_add(length);
        if children.bytes <= MAX_NAMES {
            children.by_path.insert(dir.to_owned(), all.clone());
        }
        Some(all)
    }

    fn read_small(&self, path: &[u8], limit: usize) -> Content {
        let key = (path.to_owned(), limit);
        if let Some(known) = self.contents.borrow().by_path.get(&key) {
            return known.clone();
        }
        if self.there(path).len() < path.len() {
            return Content::Missing;
        }
        let content = self.world.read_small(path, limit);
        let mut contents = self.contents.borrow_mut();
        let length = if let Content::Text(text) = &content { text.len() } else { 0 };
        contents.bytes = contents.bytes.saturating_add(path.len()).saturating_add(length);
        if contents.bytes <= MAX_BYTES {
            contents.by_path.insert(key, content.clone());
        }
        content
    }

    fn ignores_case(&self, path: &[u8]) -> bool {
        // What is not there is on the file system of the directory that would hold it.
        let there = self.there(path);
        if let Some(known) = self.cases.borrow().get(there) {
            return *known;
        }
        let answer = self.world.ignores_case(there);
        let mut cases = self.cases.borrow_mut();
        if cases.len() < MAX_BYTES / crate::path::PATH_MAX {
            cases.insert(there.to_owned(), answer);
        }
        answer
    }

    crate::world::asks_for_the_rest!(world);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::memory::MemoryWorld;

    #[test]
    fn it_answers_as_the_world_does_also_the_second_time() {
        let world = MemoryWorld::new().file("/a/b").link("/a/l", "b");
        let looked = Looked::new(&world);
        for path in [&b"/a"[..], b"/a/b", b"/a/l", b"/a/l", b"/a/none", b"/a", b"/a/none"] {
            assert_eq!(looked.entry(path), world.entry(path));
        }
        assert_eq!(looked.entries.borrow().by_path.len(), 4);
    }

    #[test]
    fn it_lists_as_the_world_does_also_the_second_time() {
        let world = MemoryWorld::new().file("/a/b").link("/a/l", "b").directory("/e");
        let looked = Looked::new(&world);
        for (dir, limit) in
            [("/a", 1), ("/a", 2), ("/a", 3), ("/a", 1), ("/a", 2), ("/e", 0), ("/e", 0), ("/none", 9), ("/a/b", 9)]
        {
            assert_eq!(looked.children(dir.as_bytes(), limit), world.children(dir.as_bytes(), limit), "{dir} {limit}");
        }
        assert_eq!(looked.children.borrow().by_path.len(), 2);
    }

    #[test]
    fn it_remembers_no_more_than_its_bytes() {
        let world = MemoryWorld::new();
        let looked = Looked::new(&world);
        for n in 0..u16::MAX {
            let path = alloc::format!("/{n:064}");
            assert_eq!(looked.entry(path.as_bytes()), Entry::Missing);
        }
        assert!(looked.entries.borrow().by_path.len() <= MAX_BYTES / 65);
    }
}

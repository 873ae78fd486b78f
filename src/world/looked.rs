//! A world that is asked once what stands at a path: the commands of a call go through the same directories again and again.

use super::{Child, Entry, World};
use alloc::{borrow::ToOwned, collections::BTreeMap, vec::Vec};
use core::cell::RefCell;

/// Most bytes of paths that are remembered; beyond, the world is asked each time.
const MAX_BYTES: usize = 256 * 1024;

/// What has been looked at in the course of one call.
pub struct Looked<'w> {
    world: &'w dyn World,
    entries: RefCell<Entries>,
}

#[derive(Default)]
struct Entries {
    by_path: BTreeMap<Vec<u8>, Entry>,
    bytes: usize,
}

impl<'w> Looked<'w> {
    /// Nothing has been looked at yet.
    pub fn new(world: &'w dyn World) -> Self {
        Self { world, entries: RefCell::default() }
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
        self.world.children(dir, limit)
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

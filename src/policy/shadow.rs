//! Whether a bare program name is certain: an earlier entry of PATH may hold something else of that name.

use super::scene::Scene;
use crate::effect::{Effect, Kind, Value};
use crate::path;
use crate::world::Entry;
use alloc::{collections::BTreeMap, vec::Vec};
use core::cell::RefCell;

/// Most entries of PATH that are looked at; a longer one makes no name certain.
const MAX_ENTRIES: usize = 128;

/// What is known of the names of one call. Nothing is looked up before a rule that allows has matched.
pub(super) struct Shadows {
    entries: Vec<Vec<u8>>,
    /// Where relative entries may lead.
    directories: Vec<Vec<u8>>,
    /// What the call writes itself, and whether with everything below.
    written: Vec<(Value, bool)>,
    answers: RefCell<BTreeMap<Vec<u8>, bool>>,
}

impl Shadows {
    pub(super) fn new(search: Option<&[u8]>, directories: Vec<Vec<u8>>, effects: &[Effect]) -> Self {
        let entries: Vec<Vec<u8>> =
            search.iter().flat_map(|s| s.split(|b| *b == b':')).map(<[u8]>::to_vec).take(MAX_ENTRIES + 1).collect();
        let written = |effect: &Effect| match &effect.kind {
            Kind::Write(path) => Some((path.value.clone(), path.tree && !path.existing)),
            _ => None,
        };
        let written = if entries.is_empty() { Vec::new() } else { effects.iter().filter_map(written).collect() };
        Self { entries, directories, written, answers: RefCell::default() }
    }

    /// Whether something else than the program that is meant may run under the name.
    pub(super) fn has(&self, name: &[u8], scene: &Scene<'_>) -> bool {
        if let Some(known) = self.answers.borrow().get(name) {
            return *known;
        }
        let answer = self.entries.len() > MAX_ENTRIES || self.look(name, scene);
        self.answers.borrow_mut().insert(name.to_vec(), answer);
        answer
    }

    fn look(&self, name: &[u8], scene: &Scene<'_>) -> bool {
        let stands = |file: &[u8]| scene.world.entry(file) != Entry::Missing;
        let mut own = false;
        for entry in &self.entries {
            if !path::is_absolute(entry) {
                let files =
                    self.directories.iter().map(|dir| path::normalize(&path::join(&path::join(dir, entry), name)));
                if files.into_iter().any(|file| stands(&file) || self.writes(&file)) {
                    return true;
                }
                continue;
            }
            let file = path::join(entry, name);
            if self.writes(&file) {
                return true;
            }
            if !stands(&file) {
                continue;
            }
            // Two of the name, and the account may have put the first there; in the workspace one is enough.
            if own || scene.roots.iter().any(|root| path::starts_with(entry, root)) {
                return true;
            }
            if !scene.world.is_writable(entry) {
                return false;
            }
            own = true;
        }
        false
    }

    fn writes(&self, file: &[u8]) -> bool {
        self.written.iter().any(|(value, tree)| {
            let paths = value.alternatives().unwrap_or_default();
            paths.iter().any(|path| path == file || (*tree && path::starts_with(file, path)))
        })
    }
}

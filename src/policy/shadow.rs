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
    /// What the call writes itself.
    written: Vec<Written>,
    answers: RefCell<BTreeMap<Vec<u8>, bool>>,
}

/// A write of the call.
struct Written {
    path: Value,
    /// With names below it that are new.
    tree: bool,
    /// Only what stands there already.
    existing: bool,
}

impl Shadows {
    pub(super) fn new(search: Option<&[u8]>, directories: Vec<Vec<u8>>, effects: &[Effect]) -> Self {
        let entries: Vec<Vec<u8>> =
            search.iter().flat_map(|s| s.split(|b| *b == b':')).map(<[u8]>::to_vec).take(MAX_ENTRIES + 1).collect();
        let written = |effect: &Effect| match &effect.kind {
            Kind::Write(path) => {
                Some(Written { path: path.value.clone(), tree: path.tree && !path.existing, existing: path.existing })
            }
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
                if files.into_iter().any(|file| stands(&file) || self.writes(&file, scene)) {
                    return true;
                }
                continue;
            }
            let file = path::join(entry, name);
            if self.writes(&file, scene) {
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

    /// Whether the call writes the file, or may: where it is known in part only what it writes, and the file may come to stand there.
    fn writes(&self, file: &[u8], scene: &Scene<'_>) -> bool {
        let may_come = |existing: bool| {
            if existing {
                scene.world.entry(file) != Entry::Missing
            } else {
                path::parent(file).is_none_or(|dir| scene.world.is_writable(dir))
            }
        };
        self.written.iter().any(|written| match written.path.alternatives() {
            Some(paths) => paths.iter().any(|p| **p == *file || (written.tree && path::starts_with(file, p))),
            None => (written.tree || could_be(&written.path, file)) && may_come(written.existing),
        })
    }
}

/// Whether a path that is known in part may be the file. What is not known of it may lead up again, but for what stands below a
/// directory.
fn could_be(value: &Value, file: &[u8]) -> bool {
    let special = |b: &u8| b"*?[({\\+@!".contains(b);
    match value {
        Value::Affix { suffix, .. } => file.ends_with(suffix) || suffix.windows(2).any(|two| two == b".."),
        Value::Below { dir, suffix } => path::starts_with(file, dir) && file.ends_with(suffix),
        Value::Pattern(text) | Value::Name(text) => {
            let literal = text.split(special).next().unwrap_or_default();
            file.starts_with(literal) || text.windows(2).any(|two| two == b"..")
        }
        Value::Known(_) | Value::Set(_) | Value::Unknown { .. } => true,
    }
}

//! The scripts of a call, as they have been read, and what of them has been looked at.

use crate::effect::Span;
use crate::shell::Dialect;
use crate::shell::tree::{NodeId, Tree};
use alloc::{rc::Rc, vec::Vec};

/// A script of the call: the outermost, or text that a command executes.
#[derive(Clone)]
pub(super) struct Parsed {
    pub(super) tree: Rc<Tree>,
    /// The place in the outermost script that all of this text has; `None` for the outermost itself.
    pub(super) place: Option<Span>,
    /// Nodes that have been looked at.
    pub(super) seen: Marks,
    /// The shell whose reading it is.
    pub(super) dialect: Dialect,
    /// Its text has a `!(`, which may be a glob.
    pub(super) negates: bool,
}

/// A set of the nodes of a tree.
#[derive(Clone, Default)]
pub(super) struct Marks(Vec<bool>);

impl Marks {
    pub(super) fn insert(&mut self, id: NodeId) {
        let index = id.index();
        if index >= self.0.len() {
            self.0.resize(index + 1, false);
        }
        if let Some(mark) = self.0.get_mut(index) {
            *mark = true;
        }
    }

    pub(super) fn contains(&self, id: NodeId) -> bool {
        self.0.get(id.index()).is_some_and(|mark| *mark)
    }
}

//! How much work the questions of one call may take together.

use core::cell::Cell;

/// Steps (one place of a path's language beside one of a glob) that all questions of one call share. Once they are used up, what
/// is known exactly is still answered exactly, and everything else could match.
#[derive(Debug)]
pub struct Budget {
    left: Cell<usize>,
}

impl Budget {
    /// For one call: about a tenth of a second.
    pub const CALL: usize = 1 << 20;

    /// A budget of so many steps.
    pub const fn new(steps: usize) -> Self {
        Self { left: Cell::new(steps) }
    }

    /// Takes steps off; false where there are not enough left.
    pub(super) fn take(&self, steps: usize) -> bool {
        let left = self.left.get().checked_sub(steps);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Self::CALL)
    }
}

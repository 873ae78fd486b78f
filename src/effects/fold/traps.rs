//! `trap`: shell text that runs later, in whatever state the shell is in then.

use super::state::State;
use super::{Ends, Fold, join};
use crate::effect::Value;
use crate::effects::LimitReached;
use crate::effects::command::{Analysis, Stdin};
use alloc::vec::Vec;

/// The traps of a call, and the states in which they may run.
#[derive(Default)]
pub(super) struct Traps {
    /// The scripts.
    waiting: Vec<usize>,
    /// Every state since the first trap was set, joined.
    since: Option<State>,
    /// The script has ended: what is trapped now is not followed any more.
    closed: bool,
}

impl Traps {
    /// Notes the states that a construct leaves.
    pub(super) fn pass(&mut self, ends: &Ends) {
        let Some(since) = &mut self.since else { return };
        for state in [&ends.ok, &ends.failed].into_iter().flatten() {
            if since != state {
                *since = since.clone().join(state);
            }
        }
    }
}

impl Fold<'_> {
    /// Keeps the text of a trap, whose script has been followed in the state in which it was set and left the state `after`; `at_exit`: it
    /// runs when the shell ends, and not before.
    pub(super) fn trap(&mut self, script: usize, after: Option<State>, at_exit: bool) {
        let Some(here) = &mut self.here else { return };
        if self.traps.closed {
            return;
        }
        self.traps.waiting.push(script);
        self.traps.since = join(self.traps.since.take(), Some(here.before.clone()));
        let Some(after) = after.filter(|after| *after != here.before) else { return };
        // In zsh the end of the function that sets it counts.
        if at_exit && self.locals.is_none() {
            // Where the shell is a part of another, that one sees the files.
            let mut left = here.before.clone();
            left.files.disturb();
            here.after = Some(left);
        } else {
            // A signal may come at any time: what the trap changes is not known from now on.
            here.after = Some(here.before.interrupted(&after));
        }
    }

    /// Follows the traps in the states in which they may run.
    pub(super) fn trapped(&mut self, analysis: &mut Analysis<'_>) -> Result<(), LimitReached> {
        self.traps.closed = true;
        for script in core::mem::take(&mut self.traps.waiting) {
            let lost = || State::new(Value::ANY_WORD);
            let mut state = self.traps.since.clone().unwrap_or_else(lost);
            state.files.disturb(); // anything may have been written by then
            self.root(script, state, Stdin::Stream, analysis)?;
        }
        Ok(())
    }
}

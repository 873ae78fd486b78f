//! Collects the effects of a call.

use super::LimitReached;
use crate::effect::{Cause, Certainty, CommandId, Effect, Kind, Span, Value};
use crate::path;
use crate::world::World;
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

/// Most effects of one call; a call with more is denied as `limit:effects`.
pub const MAX_EFFECTS: usize = 16_384;

/// The effects so far, and what is needed to make more.
pub(super) struct Builder<'a> {
    effects: Vec<Effect>,
    commands: u32,
    cwd: &'a [u8],
    world: &'a dyn World,
}

impl<'a> Builder<'a> {
    pub(super) fn new(cwd: &'a [u8], world: &'a dyn World) -> Self {
        Self { effects: Vec::new(), commands: 0, cwd, world }
    }

    /// A number that no other command of the call has.
    pub(super) fn next_command(&mut self) -> CommandId {
        let id = CommandId(self.commands);
        self.commands = self.commands.saturating_add(1);
        id
    }

    pub(super) fn push(&mut self, effect: Effect) {
        // One more than the limit is kept, so that `finish` sees that it was passed.
        if self.effects.len() <= MAX_EFFECTS {
            self.effects.push(effect);
        }
    }

    /// An effect that could not be worked out.
    pub(super) fn unknown(&mut self, code: &'static str, detail: String, span: Span, command: Option<CommandId>) {
        let kind = Kind::Unknown(Cause { code, detail });
        self.push(Effect { kind, certainty: Certainty::Unknown, span, by: None, command });
    }

    /// A path as the call's directory makes it absolute.
    pub(super) fn in_cwd(&self, written: &[u8]) -> Value {
        Value::Known(path::normalize(&path::join(self.cwd, written)))
    }

    /// The paths that a tool could mean: as it stands, and with `~` expanded for tools that do so.
    pub(super) fn tool_paths(&self, written: &str) -> Vec<Value> {
        let mut paths = Vec::from([self.in_cwd(written.as_bytes())]);
        if let Some(rest) = written.strip_prefix('~') {
            let (user, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let homes: Vec<Vec<u8>> = if user.is_empty() {
                [self.world.home(), self.world.home_variable()].into_iter().flatten().map(ToOwned::to_owned).collect()
            } else {
                self.world.home_of(user).into_iter().collect()
            };
            let below = rest.trim_start_matches('/').as_bytes();
            paths.extend(homes.iter().map(|home| Value::Known(path::normalize(&path::join(home, below)))));
        }
        paths
    }

    /// All effects, or the limit that was passed.
    pub(super) fn finish(self) -> Result<Vec<Effect>, LimitReached> {
        if self.effects.len() > MAX_EFFECTS {
            let message = format!("the call has more than {MAX_EFFECTS} effects; split it into smaller ones");
            return Err(LimitReached { name: "effects", message });
        }
        Ok(self.effects)
    }
}

//! Folds a call into effects: what it would run, read, write and contact, or an honest unknown.

mod builder;
mod patch;
mod tools;
mod uri;

pub use builder::MAX_EFFECTS;

use crate::call::Call;
use crate::effect::Effect;
use crate::world::World;
use alloc::{string::String, vec::Vec};
use builder::Builder;

/// A limit on size, depth or number was reached; the call is denied, whatever `default(unknown = ...)` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitReached {
    /// Its name, as in `limit:NAME`.
    pub name: &'static str,
    /// One lower-case sentence: which limit, and what to do.
    pub message: String,
}

/// Everything that `call` would do in the directory `cwd` (absolute and normal).
///
/// # Errors
/// A limit was reached.
pub fn of(call: &Call, cwd: &[u8], world: &dyn World) -> Result<Vec<Effect>, LimitReached> {
    let mut builder = Builder::new(cwd, world);
    tools::add(call, &mut builder);
    builder.finish()
}

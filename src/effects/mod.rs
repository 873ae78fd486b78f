//! Folds a call into effects: what it would run, read, write and contact, or an honest unknown.

mod arguments;
pub mod command;
mod credentials;
mod fold;
pub mod git;
mod patch;
mod tools;
mod uri;

use crate::approval::quote;
use crate::call::{Call, FileUse, ToolCall};
use crate::effect::{Effect, Span};
use crate::tables::Tables;
use crate::world::World;
use alloc::{format, string::String, vec::Vec};
use command::Analysis;

/// Most effects of one call; a call with more is denied as `limit:effects`.
pub const MAX_EFFECTS: usize = 16_384;

/// Bytes of a script for each of its effects, in most scripts.
const USUAL: usize = 16;

/// A limit on size, depth or number was reached; the call is denied, whatever `default(unknown = ...)` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitReached {
    /// Its name, as in `limit:NAME`.
    pub name: &'static str,
    /// One lower-case sentence: which limit, and what to do.
    pub message: String,
}

/// What a call would do, and where.
#[derive(Clone, Debug, Default)]
pub struct Analysed {
    /// The effects.
    pub effects: Vec<Effect>,
    /// Directories that a script changes to; an empty path for one that is not known.
    pub directories: Vec<Vec<u8>>,
}

/// Everything that `call` would do in the directory `cwd` (absolute and normal).
///
/// # Errors
/// A limit was reached.
pub fn of(call: &Call, cwd: &[u8], world: &dyn World) -> Result<Vec<Effect>, LimitReached> {
    analyse(call, cwd, world, Tables::built_in()).map(|analysed| analysed.effects)
}

/// As [`of`], with the directories that the script changes to, by what `tables` know of programs.
///
/// # Errors
/// A limit was reached.
pub fn analyse(call: &Call, cwd: &[u8], world: &dyn World, tables: Tables<'_>) -> Result<Analysed, LimitReached> {
    let mut analysis = Analysis::new(tables, world.home());
    let directories = match &call.tool {
        ToolCall::Shell { script } => {
            analysis.effects.reserve(script.len() / USUAL + 4);
            fold::script(script, cwd, world, &mut analysis)?
        }
        ToolCall::Files(uses) => {
            for one in uses {
                search(one, cwd, world, &mut analysis)?;
            }
            Vec::new()
        }
        _ => Vec::new(),
    };
    tools::add(call, cwd, world, &mut analysis);
    command::check_imports(&mut analysis, world);
    command::check_installed(&mut analysis);
    let ordered =
        |comments: &[Span]| matches!(&call.tool, ToolCall::Shell { script } if command::is_straight(script, comments));
    command::check_names(&mut analysis, world, ordered);
    credentials::add(call, &mut analysis);
    if analysis.effects.len() > MAX_EFFECTS {
        return Err(too_many_effects());
    }
    Ok(Analysed { effects: analysis.effects, directories })
}

/// What a search reads: what `rg` would, hidden files included, without the command itself.
fn search(one: &FileUse, cwd: &[u8], world: &dyn World, analysis: &mut Analysis<'_>) -> Result<(), LimitReached> {
    let FileUse::Search { path, glob } = one else { return Ok(()) };
    let glob = quote(glob.as_deref().unwrap_or("!.git"));
    let script = format!("rg --hidden --glob {glob} -e x -- {}", quote(path.as_deref().unwrap_or(".")));
    fold::script(&script, cwd, world, analysis)?;
    analysis.effects.retain(|effect| !matches!(effect.kind, crate::effect::Kind::Run(_)));
    Ok(())
}

fn too_many_effects() -> LimitReached {
    let message = format!("the call has more than {MAX_EFFECTS} effects; split it into smaller ones");
    LimitReached { name: "effects", message }
}

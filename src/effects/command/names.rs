//! Names of files that become words by themselves: those of a pathname expansion, which a program could take for options, and
//! those that `xargs` splits at blanks. Whether there are any such names is what the directory says, unless the call makes some.

use super::Analysis;
use crate::{
    effect::{Certainty, Effect, Kind, PathValue, Value},
    path,
    world::{Child, Entry, World},
};
use alloc::{vec, vec::Vec};

/// Most names that are looked at for one call.
pub(super) const MAX_NAMES: usize = 10_000;
/// Bytes that begin what some program takes for an option or an operator of an expression.
const MARKS: &[u8] = b"-+!(),";

/// Something that is unknown only where a name is unusual.
#[derive(Clone, Debug)]
pub(super) struct Suspicion {
    /// The unknown.
    pub(super) effects: Vec<Effect>,
    /// Names of the directory count, not only those that the call makes.
    pub(super) standing: bool,
    /// What stands before it in the script may have made such a name.
    pub(super) made: bool,
}

/// Whether the names that glob text stands for are those of the directory that the shell is in, as their first byte is open.
pub(super) fn begins_openly(pattern: &[u8]) -> bool {
    matches!(pattern.first(), Some(b'*' | b'?' | b'['))
}

/// Notes the directory in which a shell expands words.
pub(in crate::effects) fn note_directory(analysis: &mut Analysis<'_>, cwd: &Value) {
    match cwd.known().filter(|dir| path::is_absolute(dir)) {
        Some(dir) if analysis.shells.iter().any(|one| *one == *dir) => {}
        Some(dir) => analysis.shells.push(dir.to_vec()),
        None => analysis.astray = true,
    }
}

/// Pushes what was suspected, where a name of the directories or of what the call makes can be such a one.
/// `ordered`: each command runs once, and not before those that stand before it have ended.
pub(in crate::effects) fn check_names(analysis: &mut Analysis<'_>, world: &dyn World, ordered: bool) {
    let suspicions = core::mem::take(&mut analysis.suspicions);
    if suspicions.is_empty() {
        return;
    }
    // Redirections are opened with the command.
    let counts = |effect: &&Effect| !ordered || (effect.command.is_none() && matches!(effect.kind, Kind::Write(_)));
    let made = analysis.effects.iter().filter(counts).any(may_make_a_mark);
    let mut left = analysis.names_left;
    let standing = suspicions.iter().any(|one| one.standing)
        && (analysis.astray || !analysis.shells.iter().all(|dir| has_plain_beginnings(world, dir, &mut left)));
    for one in suspicions {
        if made || one.made || (one.standing && standing) {
            for effect in one.effects {
                if !analysis.effects.contains(&effect) {
                    analysis.effects.push(effect);
                }
            }
        }
    }
}

/// Whether no name in the directory begins with a mark.
fn has_plain_beginnings(world: &dyn World, dir: &[u8], left: &mut usize) -> bool {
    let Some(children) = world.children(dir, *left) else { return false };
    *left = left.saturating_sub(children.len());
    children.iter().all(|(name, _)| !begins_with_mark(name))
}

/// Whether `xargs` takes every name at and below the directory, as `find` writes it, for one word.
pub(super) fn are_single_words(world: &dyn World, start: &[u8], left: &mut usize) -> bool {
    if world.entry(start) == Entry::Missing {
        return true;
    }
    let mut todo = vec![start.to_vec()];
    while let Some(dir) = todo.pop() {
        // A start that is a file has no names below it.
        if dir == start && world.entry(&dir) == Entry::Other {
            continue;
        }
        let Some(children) = world.children(&dir, *left) else { return false };
        *left = left.saturating_sub(children.len());
        for (name, kind) in children {
            if splits(&name) {
                return false;
            }
            if kind == Child::Directory {
                todo.push(path::join(&dir, &name));
            }
        }
    }
    true
}

/// Whether `xargs` may see something else in a text than one word of these bytes.
pub(super) fn splits(name: &[u8]) -> bool {
    // What is not ASCII may be a blank in some locale, and a filter may take it for no text at all.
    name.iter().any(|b| b.is_ascii_whitespace() || !b.is_ascii() || matches!(b, b'\'' | b'"' | b'\\' | 0x0b))
}

fn begins_with_mark(name: &[u8]) -> bool {
    name.first().is_some_and(|b| MARKS.contains(b))
}

/// Whether an effect may give a file a name that begins with a mark or that is split.
fn may_make_a_mark(effect: &Effect) -> bool {
    match &effect.kind {
        Kind::Write(path) => makes_a_mark(path, effect.by.as_deref()),
        Kind::Unknown(_) | Kind::Interactive(_) => true,
        Kind::Run(_)
        | Kind::Read(_)
        | Kind::Connect(_)
        | Kind::ReadEnv(_)
        | Kind::SetEnv(_)
        | Kind::Tool(_)
        | Kind::Flow(_) => false,
    }
}

fn makes_a_mark(path: &PathValue, by: Option<&str>) -> bool {
    // What is only deleted or changed in place gets no name, but for what a checkout brings back.
    let places = path.tree && path.value.known().is_some();
    if path.existing && path.like.is_none() && !places && by != Some("git") {
        return false;
    }
    let odd = |name: &[u8]| begins_with_mark(name) || splits(name);
    let filled = path.like.is_some() || (path.tree && by != Some("mkdir"));
    filled
        || match &path.value {
            Value::Known(_) | Value::Set(_) => {
                path.value.alternatives().is_none_or(|all| all.iter().any(|one| path::components(one).any(odd)))
            }
            Value::Affix { .. } | Value::Below { .. } | Value::Pattern(_) | Value::Unknown { .. } => true,
        }
}

/// Whether every command of a script runs once, one after the other, as far as a look at its text can say.
pub(in crate::effects) fn is_straight(script: &str) -> bool {
    const WORDS: [&str; 26] = [
        "while", "until", "for", "select", "function", "repeat", "foreach", "trap", "eval", "coproc", "alias", "xargs",
        "find", "parallel", "watch", "entr", "fd", " -c", "()", "( )", "<(", ">(", "`", "$(", "${", "DEBUG",
    ];
    let plain = script.replace("&&", " ").replace("||", " ").replace(">&", " ").replace("&>", " ");
    !plain.contains(['|', '&']) && !WORDS.iter().any(|word| script.contains(word))
}

impl super::Command<'_, '_> {
    /// Notes something that is unknown only where a name is unusual.
    pub(super) fn suspect(&mut self, kinds: Vec<Kind>, span: crate::effect::Span, standing: bool) {
        let by = Some(self.by.clone());
        let one = |kind| Effect { kind, certainty: Certainty::Unknown, span, by: by.clone(), command: None };
        let effects = kinds.into_iter().map(one).collect();
        let before = self.analysis.effects.get(self.analysis.reading..self.run_at).unwrap_or_default();
        let made = before.iter().any(may_make_a_mark);
        self.analysis.suspicions.push(Suspicion { effects, standing, made });
    }
}

//! Files whose names a program makes up (`t=$(mktemp)`), where they are moved to: `jq . a.json > "$t" && mv "$t" a.json`. Nothing on the machine
//! says whether such a name is a single file; what the call does with it says that.

use super::{Analysis, Command};
use crate::{
    effect::{Bytes, Certainty, Effect, Kind, PathValue, Run, Value, Word},
    path,
};
use alloc::vec::Vec;

/// What stands for a letter that `mktemp` chooses.
const MADE_UP: &[u8] = b"[A-Za-z0-9]";

/// A move or copy that makes a single file, provided that its source is one.
#[derive(Debug)]
pub(super) struct Moved {
    /// The source, absolute, as glob text.
    source: Bytes,
    /// What is written where the source may be a directory.
    tree: Effect,
}

impl Command<'_, '_> {
    /// Makes a single file of one whose name is made up, as far as the end of the call bears it out. False where source or target are
    /// nothing of the kind.
    pub(super) fn copy_made(&mut self, source: &Value, target: &Word, trees: bool, tree: &PathValue) -> bool {
        let (Value::Name(_), Value::Pattern(text)) = (source, path::absolute(source, &self.cwd)) else { return false };
        let Some(name) = path::file_name(&text) else { return false };
        let inside = match &target.value {
            Value::Known(dir) => Value::Pattern([&path::escape_pattern(dir), &b"/"[..], name].concat().into()),
            Value::Name(dir) if !path::temporary::may_be_nothing(dir) => {
                Value::Name([dir, &b"/"[..], name].concat().into())
            }
            _ => return false,
        };
        self.write(&target.value, false, target.span);
        self.write(&inside, false, target.span);
        if trees {
            let (by, command) = (Some(self.by.clone()), Some(self.id));
            let certainty = Certainty::Partial;
            let tree = Effect { kind: Kind::Write(tree.clone()), certainty, span: target.span, by, command };
            self.analysis.moved.push(Moved { source: text, tree });
        }
        true
    }
}

/// At the end of a script: what was taken for a single file and may have been a directory is written as one.
pub(in crate::effects) fn check_moved(analysis: &mut Analysis<'_>) {
    let moved = core::mem::take(&mut analysis.moved);
    let effects = &analysis.effects;
    let trees: Vec<Effect> =
        moved.into_iter().filter(|one| !is_single_file(&one.source, effects)).map(|one| one.tree).collect();
    analysis.effects.extend(trees);
}

/// Whether a file that `mktemp` has made, or one that the call has written below a directory of it, is all that can be at the name.
fn is_single_file(source: &[u8], effects: &[Effect]) -> bool {
    let itself = path::file_name(source).is_some_and(is_made_up);
    is_made_up(source)
        && effects.iter().any(|effect| makes_file(effect, source, itself))
        && !effects.iter().any(|effect| may_make_directory(effect, itself))
}

/// Whether a part of the name is letters that `mktemp` chooses; nothing is there before.
fn is_made_up(name: &[u8]) -> bool {
    name.windows(MADE_UP.len()).any(|part| part == MADE_UP)
}

/// Whether a file is made there: by a redirection, or by `mktemp` where the name is its own.
fn makes_file(effect: &Effect, source: &[u8], itself: bool) -> bool {
    match &effect.kind {
        Kind::Run(run) => itself && is_mktemp(run),
        Kind::Write(file) => {
            let named = matches!(&file.value, Value::Pattern(text) if **text == *source);
            named && !file.tree && matches!(effect.by.as_deref(), Some(">" | ">>"))
        }
        _ => false,
    }
}

/// Whether a directory may be made at a name that is not known: `mkdir "$t"`, `cp -r x "$t"`, and `mktemp -d`.
fn may_make_directory(effect: &Effect, itself: bool) -> bool {
    let asks = |text: &[u8]| {
        let short = text.starts_with(b"-") && !text.starts_with(b"--");
        short && text.contains(&b'd') || text.starts_with(b"--d")
    };
    match &effect.kind {
        Kind::Run(run) => itself && is_mktemp(run) && run.argv.iter().any(|w| w.value.known().is_none_or(asks)),
        Kind::Write(file) => {
            let fills = file.tree || effect.by.as_deref() == Some("mkdir");
            fills && !file.existing && file.value.alternatives().is_none()
        }
        _ => false,
    }
}

fn is_mktemp(run: &Run) -> bool {
    run.argv.first().is_some_and(|word| word.value.known() == Some(b"mktemp"))
}

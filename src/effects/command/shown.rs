//! What git shows of the files that it tracks: `git diff`, `git show`, `git log -p`, whole histories.

use super::{
    Command,
    git::{path_of_revision, pathspec},
    options::Parsed,
};
use crate::{
    effect::{Effect, Filter, Kind, Says, Spared, Value, Word},
    path,
    tables::{
        Program,
        words::{Role, flags, traits},
    },
    world::Entry,
};
use alloc::format;

impl Command<'_, '_> {
    /// The files whose content is shown: those that operands name, or all that are tracked.
    pub(super) fn shown(&mut self, program: &Program<'_>, parsed: &Parsed<'_>) {
        let Some(role) = program.operands().map(|(role, _)| role).find(|r| matches!(r, Role::Shown | Role::History))
        else {
            return;
        };
        let by_itself = program.has(flags::RECURSIVE) && !parsed.has(traits::LISTS);
        if !by_itself && !parsed.has(traits::RECURSIVE) {
            return;
        }
        // A history also shows what was tracked once, of which only the names that still stand there are known.
        let spared =
            if role == Role::History || parsed.has(traits::HIDDEN) { Spared::Repository } else { Spared::Untracked };
        let mut named = parsed.uses(&[b"--no-index"]);
        for word in &parsed.operands {
            if self.is_outside(word, parsed) {
                // Two paths of which git need not track any are compared as they stand, directories with all below.
                named = true;
                self.read(&word.value, true, word.span);
            } else if self.behind_dashes(word) || self.is_surely_a_path(&word.value) {
                named = true;
                self.shown_by(word, spared);
            } else if role == Role::Shown && is_file_of_revision(word) {
                named = true;
            }
        }
        if !named {
            let (top, at) = (self.toplevel(), self.span);
            self.read_sparing(&top, true, spared, at);
        }
    }

    /// What a pathspec shows: of a pattern all that is tracked below the directory that it begins with, and of that the files whose names
    /// end as it does. Who spells the name of a file aims at it, whether or not it stands there: history may have it.
    fn shown_by(&mut self, word: &Word, spared: Spared) {
        let (named, span) = (pathspec(&word.value), word.span);
        let Value::Below { dir, suffix } = &named else { return self.read_sparing(&named, true, spared, span) };
        if let Some(text) = word.value.known().filter(|text| !text.starts_with(b":")) {
            self.read(&Value::Pattern(text.into()), false, span);
            let last = text.rsplit(|b| *b == b'/').next().unwrap_or_default();
            if let Some(name) =
                last.strip_prefix(b"*").filter(|name| !name.is_empty() && !name.iter().any(|b| b"*?[".contains(b)))
            {
                self.read(&Value::Known(path::join(dir, name).into()), false, span);
            }
        }
        let ends = core::str::from_utf8(suffix).ok().filter(|text| !text.contains(['/', '*', '?', '[', '\\']));
        if let Some(end) = ends.filter(|end| !end.is_empty() && !self.ignores_case()) {
            let pattern = format!("*{end}");
            self.filters = Some([Filter { pattern, says: Says::File }].into());
        }
        self.read_sparing(&Value::Known(dir.clone()), true, spared, span);
        self.filters = None;
    }

    /// Whether pathspecs are perhaps compared without case: by an option of git, or by a variable.
    fn ignores_case(&self) -> bool {
        const VARIABLE: &[u8] = b"GIT_ICASE_PATHSPECS";
        let set = |effect: &Effect| match &effect.kind {
            Kind::SetEnv(name) => name.known().is_none_or(|name| name == VARIABLE),
            _ => false,
        };
        self.argv.iter().any(|word| word.value.known().is_none_or(|text| text.starts_with(b"--icase")))
            || self.analysis.effects.iter().any(set)
            || self.scripts.world().is_none_or(|world| world.variable("GIT_ICASE_PATHSPECS").is_some())
    }

    /// Whether the word may name something that is not in the repository, so that git compares without it.
    fn is_outside(&self, word: &Word, parsed: &Parsed<'_>) -> bool {
        let at = path::absolute(&word.value, &self.cwd);
        let (Some(at), Some(top), Some(world)) = (at.known(), self.toplevel_known(), self.scripts.world()) else {
            return parsed.uses(&[b"--no-index"]);
        };
        parsed.uses(&[b"--no-index"])
            || !path::starts_with(&path::normalize(at), &top)
            || world.entry(&path::join(&top, b".git")) == Entry::Missing
    }

    fn toplevel_known(&self) -> Option<alloc::vec::Vec<u8>> {
        self.toplevel().known().map(<[u8]>::to_vec)
    }

    /// Whether git takes the word for a path: one stands there, and nothing that the call does before may have changed that. (What
    /// is both a revision and a path, git refuses.)
    pub(super) fn is_surely_a_path(&self, value: &Value) -> bool {
        let (Some(text), Some(cwd), Some(world)) = (value.known(), self.cwd.known(), self.scripts.world()) else {
            return false;
        };
        let changed = self.analysis.effects.iter().any(|e| matches!(e.kind, Kind::Write(_) | Kind::Unknown(_)));
        !changed && matches!(world.entry(&path::join(cwd, text)), Entry::Directory | Entry::Other | Entry::Link(_))
    }
}

/// `REV:PATH`, but not `:/TEXT`, which looks for a commit.
fn is_file_of_revision(word: &Word) -> bool {
    let file = |text: &[u8]| !text.starts_with(b":/") && path_of_revision(text).is_some_and(|path| !path.is_empty());
    word.value.known().is_some_and(file)
}

//! Commands that do not exist: what one shell makes of a construct that only another one has (`[[`, `x+=1`, `i++`).
//!
//! Such a command fails and does nothing by itself; its redirections and substitutions are followed like those of any other. It
//! is left out only where its name stands in no place that a shell looks in, and the call neither changes PATH nor writes there.

use super::{At, Fold, unknown};
use crate::effect::{Effect, Kind, Span, Value, Word};
use crate::effects::command::Analysis;
use crate::path;
use crate::shell::tree::{Located, NodeId};
use crate::shell::{Dialect, is_dash_builtin, is_no_program};
use crate::world::Entry;
use alloc::{format, string::String, vec::Vec};

/// Where a login shell may look besides the PATH that is known here; a place in the home directory begins with `~`.
const USUAL: [&[u8]; 12] = [
    b"/usr/local/sbin",
    b"/usr/local/bin",
    b"/usr/sbin",
    b"/usr/bin",
    b"/sbin",
    b"/bin",
    b"/usr/games",
    b"/snap/bin",
    b"/opt/homebrew/bin",
    b"~/bin",
    b"~/.local/bin",
    b"~/.cargo/bin",
];

/// Most names of a directory that are looked at.
const MAX_NAMES: usize = 2_000;

impl Fold<'_> {
    /// Whether the reading that is followed would look for a program of this name in vain.
    pub(super) fn no_program(&mut self, name: &[u8]) -> bool {
        if self.dialect == Dialect::Bash {
            return false;
        }
        let absent = if self.absent.contains(name) { !self.path_may_change() } else { self.is_nowhere(name) };
        if absent {
            self.absent.insert(name.to_vec());
            self.missed = Some(name.to_vec());
        }
        absent
    }

    /// The same of every name that begins so, as `x+=` does where its value is not known. With a slash in it, the name would be
    /// that of a file below a directory here that begins so as well.
    pub(super) fn no_program_begins(&mut self, beginning: &[u8]) -> bool {
        let appends = beginning.iter().position(|b| *b == b'=').is_some_and(|at| at > 0);
        if self.dialect == Dialect::Bash || !appends || !is_no_program(beginning) || beginning.contains(&b'/') {
            return false;
        }
        let Some(here) = self.here.as_ref().and_then(|here| here.before.cwd.known()) else { return false };
        let search = self.world.variable("PATH").unwrap_or_default();
        if self.path_may_change()
            || (!search.is_empty() && search.split(|b| *b == b':').any(|dir| !path::is_absolute(dir)))
        {
            return false;
        }
        let others = |dir: &[u8]| match self.world.children(dir, MAX_NAMES) {
            Some(names) => names.iter().all(|(name, _)| !name.starts_with(beginning)),
            None => self.world.entry(dir) == Entry::Missing,
        };
        let home = self.world.home().unwrap_or_default();
        // The system's own directories hold no such names.
        let own = |dir: &Vec<u8>| !home.is_empty() && path::starts_with(dir, home);
        let absent = others(here) && self.places().iter().filter(|dir| own(dir)).all(|dir| others(dir));
        if absent {
            self.absent_beginnings.insert(beginning.to_vec());
        }
        absent
    }

    /// Whether the command that was just followed does not exist.
    pub(super) fn has_missed(&self, argv: &[Word]) -> bool {
        self.missed.is_some() && self.missed.as_deref() == argv.first().and_then(|word| word.value.known())
    }

    /// Marks what certainly does not run, with all that stands in it, as looked at.
    pub(super) fn skip(&mut self, at: At<'_>, id: NodeId) {
        let Some(script) = self.scripts.get_mut(at.script) else { return };
        let Some(span) = script.tree.get(id).map(|located| located.span) else { return };
        let inside = |located: &Located| span.start <= located.span.start && located.span.end <= span.end;
        // What a construct holds is read before it is whole, and what stands before it comes first of all.
        let read = script.tree.up_to(id).take_while(|(_, located)| span.start <= located.span.start);
        for (id, _) in read.filter(|(_, located)| inside(located)) {
            script.seen.insert(id);
        }
    }

    fn is_nowhere(&self, name: &[u8]) -> bool {
        let search = self.world.variable("PATH");
        let relative = |search: &Vec<u8>| search.split(|b| *b == b':').any(|dir| !path::is_absolute(dir));
        // Without a PATH, only the name itself can say that there is no such program.
        let sure = is_no_program(name) || (search.is_some() && self.dialect == Dialect::Dash && !is_dash_builtin(name));
        if !sure || search.as_ref().is_some_and(relative) || self.path_may_change() {
            return false;
        }
        self.places().iter().all(|dir| self.world.entry(&path::join(dir, name)) == Entry::Missing)
    }

    /// The script may have given PATH another value.
    fn path_may_change(&self) -> bool {
        self.here.as_ref().is_none_or(|here| here.before.is_touched(b"PATH") || here.before.is_touched(b"path"))
    }

    fn places(&self) -> Vec<Vec<u8>> {
        let home = self.world.home().unwrap_or_default();
        let usual = USUAL.iter().filter_map(|dir| match dir.strip_prefix(b"~") {
            Some(rest) => (!home.is_empty()).then(|| [home, rest].concat()),
            None => Some(dir.to_vec()),
        });
        let search = self.world.variable("PATH").unwrap_or_default();
        let own = search.split(|b| *b == b':').filter(|dir| !dir.is_empty()).map(<[u8]>::to_vec);
        usual.chain(own).collect()
    }

    /// At the end: whether the call itself may have put a program there after all.
    pub(super) fn absent_names(&self, analysis: &mut Analysis<'_>) {
        for beginning in &self.absent_beginnings {
            let made = |text: &[u8]| text.windows(beginning.len()).any(|part| part == beginning.as_slice());
            let may = |effect: &Effect| match &effect.kind {
                Kind::Write(file) if file.tree && !file.existing => true,
                Kind::Write(file) => file.value.alternatives().is_none_or(|all| all.iter().any(|one| made(one))),
                _ => false,
            };
            if analysis.effects.iter().any(may) {
                let name = String::from_utf8_lossy(beginning);
                let detail = format!("the call may write a program whose name begins with `{name}`");
                unknown(analysis, "unmodelled-program", detail, Span::default());
            }
        }
        if self.absent.is_empty() {
            return;
        }
        let places = self.places();
        let mut found = Vec::new();
        for name in &self.absent {
            let files: Vec<Vec<u8>> = places.iter().map(|dir| path::join(dir, name)).collect();
            if analysis.effects.iter().any(|effect| files.iter().any(|file| may_write(effect, file))) {
                found.push(format!(
                    "the call may write a program `{}` that it then runs",
                    String::from_utf8_lossy(name)
                ));
            }
        }
        for detail in found {
            unknown(analysis, "unmodelled-program", detail, Span::default());
        }
    }
}

/// Whether the effect writes the file, as far as its path is known.
fn may_write(effect: &Effect, file: &[u8]) -> bool {
    let Kind::Write(written) = &effect.kind else { return false };
    match &written.value {
        Value::Affix { prefix, .. } | Value::Below { dir: prefix, .. } => {
            !prefix.is_empty() && (file.starts_with(prefix) || prefix.starts_with(file))
        }
        Value::Pattern(text) | Value::Name(text) => {
            let literal = text.split(|b| b"*?[({\\+@!".contains(b)).next().unwrap_or_default();
            literal.len() > 1 && file.starts_with(literal)
        }
        Value::Unknown { .. } => false,
        known => known
            .alternatives()
            .unwrap_or_default()
            .iter()
            .any(|one| one == file || (written.tree && path::starts_with(file, one))),
    }
}

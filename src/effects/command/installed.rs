//! Programs that a project has installed (`node_modules/.bin`), and runners that start these before they look anywhere else.

use super::{Analysis, Command, options::Parsed, package, paths, shells};
use crate::{
    effect::{Cause, Certainty, Effect, Kind, PathValue, Shape, Span, Value, Word},
    effects::LimitReached,
    path::{self, Last, Resolution},
    world::Entry,
};
use alloc::{format, rc::Rc, vec::Vec};

/// Where installed programs stand in a directory.
const PROGRAMS: &[u8] = b"node_modules/.bin";
/// What says of a directory which programs are its own, and how a runner finds them.
const SETTINGS: [&[u8]; 2] = [b".npmrc", b"package.json"];
/// Options of a runner and of its program that change neither what is run nor where. With any other it may be something else.
const QUIET: [&[u8]; 11] = [
    b"--no",
    b"--no-install",
    b"--offline",
    b"--prefer-offline",
    b"--prefer-online",
    b"--quiet",
    b"--silent",
    b"--verbose",
    b"--yes",
    b"-q",
    b"-y",
];

impl Command<'_, '_> {
    /// Follows a runner of installed programs where it certainly runs one that stands there now: as the direct call of that would be.
    /// What the call itself has put or deleted there by then, no rule allows to be executed.
    pub(super) fn runs_installed(&mut self, parsed: &Parsed<'_>) -> Result<bool, LimitReached> {
        let quiet = |used: &[u8]| QUIET.contains(&used);
        let shape = match self.analysis.effects.get(self.run_at) {
            Some(Effect { kind: Kind::Run(run), .. }) => run.shape.as_ref(),
            _ => None,
        };
        if !shape.is_some_and(|shape| shape.options.iter().all(|used| quiet(used)))
            || !parsed.doubts.is_empty()
            || !parsed.strange.is_empty()
            || parsed.any_option.is_some()
        {
            return Ok(false);
        }
        let words = match parsed.operands.split_first() {
            Some((first, rest)) if first.value.known() == Some(b"--") => rest,
            _ => parsed.operands.as_slice(),
        };
        self.installed(words)
    }

    /// The same for `pnpm NAME` and `yarn NAME`, where the name is neither a command of the program itself nor a script.
    pub(super) fn installed_by_name(&mut self, before: &Parsed<'_>, words: &[Word]) -> Result<bool, LimitReached> {
        let name = words.first().and_then(|word| word.value.known()).unwrap_or_default();
        let plain = before.uses.iter().all(|used| QUIET.contains(&used.spec.name)) && before.doubts.is_empty();
        if !plain || package::is_manager_word(name) || self.may_be_script(name) {
            return Ok(false);
        }
        self.installed(words)
    }

    /// Goes on with the installed program that the first word names.
    fn installed(&mut self, words: &[Word]) -> Result<bool, LimitReached> {
        let Some((first, rest)) = words.split_first() else { return Ok(false) };
        let Some(found) = first.value.known().and_then(|name| self.find_installed(name)) else { return Ok(false) };
        for code in found.settings.into_iter().chain([found.program.clone()]) {
            self.code_in_force(code, first.span);
        }
        let mut places = found.nearer;
        places.extend([found.program.clone(), found.leads]);
        self.analysis.installed.push(Standing { places, by: self.by.clone(), span: first.span });
        if let Some(Effect { kind: Kind::Run(run), .. }) = self.analysis.effects.get_mut(self.run_at)
            && let Some(shape) = &mut run.shape
        {
            shape.options.push(Shape::INSTALLED.as_bytes().into());
        }
        let mut argv = Vec::from([Word::known(found.program, first.span)]);
        argv.extend_from_slice(rest);
        self.inner(&argv, self.stdin)?;
        Ok(true)
    }

    /// The nearest program of that name, from the directory of the command upwards.
    fn find_installed(&self, name: &[u8]) -> Option<Installed> {
        let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if !name.first().is_some_and(u8::is_ascii_alphanumeric) || !name.iter().all(plain) {
            return None;
        }
        let world = self.scripts.world()?;
        let (mut settings, mut nearer) = (Vec::new(), Vec::new());
        let mut at = Some(self.cwd.known().filter(|cwd| path::is_absolute(cwd))?);
        while let Some(dir) = at {
            settings.extend(SETTINGS.iter().map(|file| path::join(dir, file)));
            let program = path::join(&path::join(dir, PROGRAMS), name);
            match world.entry(&program) {
                Entry::Missing => {
                    nearer.push(program);
                    at = path::parent(dir);
                }
                Entry::Other => return Some(Installed { leads: program.clone(), program, settings, nearer }),
                Entry::Link(_) => {
                    let Resolution::At { path, .. } = path::resolve(world, &program, None, Last::Follow) else {
                        return None;
                    };
                    let stands = world.entry(&path) == Entry::Other;
                    return stands.then_some(Installed { leads: path, program, settings, nearer });
                }
                Entry::Directory | Entry::Error => return None,
            }
        }
        None
    }

    /// The program, and a file that a runner takes for its settings, are code that it loads: a rule on what may be executed answers
    /// for those of the project, unless the call itself writes them. A rule on the program's name does not.
    pub(super) fn code_in_force(&mut self, file: Vec<u8>, span: Span) {
        let path = paths::standing(&Value::Known(file.into()), &self.cwd, false);
        let detail = format!("`{}` runs what stands in the project", self.by);
        let id = self.analysis.next_command();
        self.analysis.effects.extend(shells::code_at(id, path, detail, span, Some(self.by.clone())));
    }
}

/// Pushes an unknown for every program that the call may have taken away, or put another into the place of, by the time that it is
/// to run: the runner would look for it elsewhere.
pub(in crate::effects) fn check_installed(analysis: &mut Analysis<'_>) {
    for one in core::mem::take(&mut analysis.installed) {
        let touched = analysis.effects.iter().any(|effect| match &effect.kind {
            Kind::Write(path) => !path.is_checkout() && one.places.iter().any(|place| may_touch(path, place)),
            _ => false,
        });
        if touched {
            let detail = format!("the call may change or delete what `{}` is to run", one.by);
            let kind = Kind::Unknown(Cause { code: "opaque-program", detail });
            let (by, span) = (Some(one.by), one.span);
            analysis.effects.push(Effect { kind, certainty: Certainty::Unknown, span, by, command: None });
        }
    }
}

/// Whether what is written may be at the place or above it.
fn may_touch(path: &PathValue, place: &[u8]) -> bool {
    match &path.value {
        Value::Below { dir, .. } if path::is_absolute(dir) && !path::starts_with(place, dir) => false,
        Value::Below { suffix, .. } | Value::Affix { suffix, .. } => path.tree || place.ends_with(suffix),
        // What it begins with is written.
        Value::Pattern(text) if path::is_absolute(text) => {
            let literal = text.split(|b| b"*?[({\\+@!".contains(b)).next().unwrap_or_default();
            place.starts_with(literal)
        }
        value => value
            .alternatives()
            .is_none_or(|all| all.iter().any(|one| **one == *place || (path.tree && path::starts_with(place, one)))),
    }
}

/// A program that has been found installed, for a look at all that the call does.
#[derive(Clone, Debug)]
pub(in crate::effects) struct Standing {
    /// Its path, the file that it leads to, and where a nearer one would stand.
    places: Vec<Vec<u8>>,
    by: Rc<str>,
    span: Span,
}

/// What a runner starts.
struct Installed {
    program: Vec<u8>,
    /// Where it leads.
    leads: Vec<u8>,
    /// The files by which it finds it, which may be missing.
    settings: Vec<Vec<u8>>,
    /// Where no program of that name stands, and one would be taken.
    nearer: Vec<Vec<u8>>,
}

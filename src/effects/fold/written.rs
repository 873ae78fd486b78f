//! Files that a script writes from literal text and executes later: then what they do can be worked out.
//!
//! A text is remembered only while nothing else can have changed the file or what its path means. Whatever is not plainly a
//! command that leaves other files alone (an unknown, a link, a move, something at the same time) ends all remembering.

use super::redirections::Input;
use super::state::State;
use super::{At, Ends, Fold};
use crate::effect::{Effect, Kind, PathValue, Value, Word};
use crate::effects::LimitReached;
use crate::effects::command::{Analysis, Stdin};
use crate::glob::Step;
use crate::path::{self, Last, Resolution};
use crate::shell::tree::{Descriptor, Part, Pipeline, Redirection, RedirectionKind, Simple, Word as WrittenWord};
use crate::shell::words;
use crate::world::{Entry, World};
use alloc::{collections::BTreeMap, rc::Rc, vec::Vec};

/// Most bytes of an existing file that is looked at to see that it is a regular one.
const MAX_EXISTING: usize = 1024 * 1024;

/// What is remembered of files.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Files {
    /// By the path that links lead to.
    known: Rc<BTreeMap<Vec<u8>, File>>,
    /// Anything may have changed, now or later: nothing is remembered any more.
    disturbed: bool,
    /// What is written now may be written to by something else as well: no new text is remembered.
    frozen: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct File {
    /// Its text, or nothing where that is not certain.
    text: Option<Rc<Vec<u8>>>,
    /// Before the script wrote it, nothing stood there: it has this text or is missing.
    fresh: bool,
}

impl Files {
    /// Ends all remembering.
    pub(super) fn disturb(&mut self) {
        self.disturbed = true;
        if !self.known.is_empty() {
            self.known = Rc::default();
        }
    }

    /// Remembers no new text from here on.
    pub(super) fn freeze(&mut self) {
        self.frozen = true;
    }

    pub(super) fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// Whether nothing runs at the same time.
    pub(super) fn is_alone(&self) -> bool {
        !self.disturbed && !self.frozen
    }

    /// Goes back to whether new texts were remembered.
    pub(super) fn thaw(&mut self, frozen: bool) {
        self.frozen = frozen;
    }

    /// What either of two ways may have left.
    pub(super) fn join(&mut self, other: &Self) {
        if self.disturbed || other.disturbed {
            return self.disturb();
        }
        self.frozen |= other.frozen;
        if self.known == other.known {
            return;
        }
        let known = Rc::make_mut(&mut self.known);
        for (path, theirs) in other.known.iter() {
            match known.get_mut(path) {
                Some(mine) if mine == theirs => {}
                Some(mine) => *mine = File { text: None, fresh: false },
                None => {
                    known.insert(path.clone(), theirs.clone());
                }
            }
        }
        for (path, mine) in known.iter_mut() {
            // On one of the ways it was not written.
            let both = other.known.contains_key(path);
            mine.text = mine.text.take().filter(|_| both || mine.fresh);
        }
    }

    /// Whether a script may have made (or taken away) such a name in a directory, or the directory itself.
    pub(super) fn may_have(&self, dir: &[u8], name: &Step) -> bool {
        let made = |path: &Vec<u8>| match path::below(path, dir) {
            Some(rest) => path::components(rest).next().is_none_or(|first| name.matches(first)),
            None => path::starts_with(dir, path),
        };
        self.disturbed || self.frozen || self.known.keys().any(made)
    }

    fn text(&self, path: &[u8]) -> Option<&Rc<Vec<u8>>> {
        self.known.get(path)?.text.as_ref()
    }

    fn put(&mut self, path: &[u8], file: File) {
        if !self.disturbed {
            let file = if self.frozen { File { text: None, fresh: false } } else { file };
            Rc::make_mut(&mut self.known).insert(path.to_vec(), file);
        }
    }
}

/// A file that a command writes from literal text.
pub(super) struct Written {
    /// As the command names it.
    path: Vec<u8>,
    /// Where links lead.
    leads: Vec<u8>,
    exists: bool,
    text: Vec<u8>,
}

impl Fold<'_> {
    /// What `echo TEXT > FILE`, `cat > FILE <<END`, `tee FILE` and their like write, where that is certain in every shell.
    pub(super) fn literal_write(
        &self,
        simple: &Simple,
        argv: &[Word],
        stdin: Stdin<'_>,
        state: &State,
    ) -> Option<Written> {
        if self.parents || state.files.disturbed || !simple.assignments.is_empty() {
            return None;
        }
        let program = argv.first()?.value.known()?;
        if self.is_replaced(program, state) {
            return None;
        }
        let (files, texts): (Vec<&Redirection>, Vec<&Redirection>) =
            simple.redirections.iter().partition(|r| matches!(r.kind, RedirectionKind::Write));
        let input = |r: &&Redirection| matches!(r.kind, RedirectionKind::HereDocument | RedirectionKind::HereString);
        if !texts.iter().all(input) || texts.len() > 1 || texts.iter().any(|r| r.descriptor.is_some()) {
            return None;
        }
        let seen = self.seen(state);
        let (target, text) = match (program, files.as_slice()) {
            (b"tee", rest) => {
                let Stdin::Text(text) = stdin else { return None };
                let [_, file] = argv else { return None };
                let silent = |r: &&Redirection| words::target(&r.target, &seen).value.known() == Some(b"/dev/null");
                if !rest.iter().all(silent) || file.value.known()?.starts_with(b"-") {
                    return None;
                }
                (file.value.clone(), text.to_vec())
            }
            (_, [file]) if matches!(file.descriptor, None | Some(Descriptor::Number(1))) => {
                (words::target(&file.target, &seen).value, literal_output(argv, stdin)?)
            }
            _ => return None,
        };
        let Value::Known(path) = path::absolute(&target, &state.cwd) else { return None };
        if path::demands_directory(target.known()?) {
            return None;
        }
        let Resolution::At { path: leads, exists } = path::resolve(self.world, &path, None, Last::Follow) else {
            return None;
        };
        // What is no regular file keeps nothing.
        if exists && self.world.read_small(&leads, MAX_EXISTING).text().is_none() {
            return None;
        }
        Some(Written { path: path.to_vec(), leads, exists, text })
    }

    /// The text of a here-document or here-string that is known.
    pub(super) fn literal_input(&self, redirection: &Redirection, state: &State) -> Option<Vec<u8>> {
        let mut text = words::value(&redirection.target, &self.seen(state)).known()?.to_vec();
        match redirection.kind {
            RedirectionKind::HereDocument => Some(text),
            RedirectionKind::HereString => {
                text.push(b'\n');
                Some(text)
            }
            _ => None,
        }
    }

    /// Whether an element of a pipeline may change a remembered file while another executes it. The elements are looked at
    /// once more afterwards.
    pub(super) fn writes_beside(
        &mut self,
        at: At<'_>,
        pipeline: &Pipeline,
        state: &State,
        analysis: &mut Analysis<'_>,
    ) -> Result<bool, LimitReached> {
        if state.files.known.is_empty() {
            return Ok(false);
        }
        let start = analysis.effects.len();
        for element in &pipeline.elements {
            self.node(At { stdin: Stdin::Stream, ..at }, *element, state.clone(), analysis)?;
        }
        let disturbed = self.disturbs(analysis.effects.get(start..).unwrap_or_default(), state);
        analysis.effects.truncate(start);
        Ok(disturbed)
    }

    /// Notices paths with `..`, which may lead elsewhere than their text says.
    pub(super) fn notice_parents(&mut self, simple: &Simple, argv: &[Word], state: &State) {
        if self.parents {
            return;
        }
        let seen = self.seen(state);
        // Text without two dots side by side has none afterwards.
        let plain = |word: &WrittenWord| match word.parts.as_slice() {
            [Part::Text { bytes, .. }] => !bytes.windows(2).any(|two| two == b".."),
            _ => false,
        };
        let targets = simple.redirections.iter().map(|r| &r.target).filter(|target| !plain(target));
        let dotted = |value: &Value| match value {
            Value::Known(text) => path::components(text).any(|c| c == b".."),
            Value::Set(all) => all.iter().any(|text| path::components(text).any(|c| c == b"..")),
            _ => false,
        };
        let mut targets = targets.map(|target| words::target(target, &seen).value);
        let parents = targets.any(|value| dotted(&value)) || argv.iter().any(|w| dotted(&w.value));
        self.parents = parents;
    }

    /// What a command's effects, and the text that it wrote, do to what is remembered after it.
    pub(super) fn remember(&self, written: Option<Written>, effects: &[Effect], before: &State, ends: Ends) -> Ends {
        let mut ends = ends;
        let Some(written) = written else {
            self.settle(effects, before, [ends.ok.as_mut(), ends.failed.as_mut()]);
            return ends;
        };
        let expected = |e: &Effect| match &e.kind {
            Kind::Write(p) => p.value.known() == Some(&written.path) && !p.tree,
            Kind::Unknown(_) | Kind::Interactive(_) | Kind::Tool(_) => false,
            _ => true,
        };
        if !effects.iter().all(expected) {
            for end in [&mut ends.ok, &mut ends.failed].into_iter().flatten() {
                end.files.disturb();
            }
            return ends;
        }
        let fresh = !written.exists && !before.files.known.contains_key(&written.leads);
        let file = File { text: Some(Rc::new(written.text)), fresh };
        if let Some(end) = &mut ends.ok {
            end.files.put(&written.leads, file.clone());
        }
        if let Some(end) = &mut ends.failed {
            let file = if fresh { file } else { File { text: None, fresh: false } };
            end.files.put(&written.leads, file);
        }
        ends
    }

    /// What effects do to what the states behind them remember, which was remembered `before` them as well.
    pub(super) fn settle(&self, effects: &[Effect], before: &State, states: [Option<&mut State>; 2]) {
        // What is disturbed stays so, and remembers nothing.
        let mut states = states.map(|state| state.filter(|state| !state.files.disturbed));
        if (effects.is_empty() && !self.parents) || states.iter().all(Option::is_none) {
            return;
        }
        if self.disturbs(effects, before) {
            return states.into_iter().flatten().for_each(|state| state.files.disturb());
        }
        for effect in effects {
            // A file that is there from now on, with some text.
            if let Kind::Write(path) = &effect.kind
                && let Value::Known(written) = &path.value
                && let Resolution::At { path: leads, exists } = path::resolve(self.world, written, None, Last::Follow)
                // These make nothing where nothing is.
                && (exists || !matches!(effect.by.as_deref(), Some("rm" | "chmod")))
            {
                for state in states.iter_mut().flatten().filter(|state| !state.files.known.contains_key(&leads)) {
                    state.files.put(&leads, File { text: None, fresh: false });
                }
            }
        }
    }

    /// Before a command runs: what its words and redirections have done. What it writes itself, and what goes to a file that it
    /// has open, may be the same file: so nothing new is remembered while it runs.
    pub(super) fn settle_words(&self, simple: &Simple, argv: &[Word], effects: &[Effect], state: &mut State) {
        let before = state.clone();
        self.settle(effects, &before, [Some(state), None]);
        let stays = |r: &Redirection| matches!(r.descriptor, Some(Descriptor::Variable(_)));
        let executes = argv.first().is_some_and(|w| w.value.known() == Some(b"exec"));
        if simple.redirections.iter().any(|r| opens_for_writing(r) && (stays(r) || executes)) {
            state.files.disturb();
        } else if simple.redirections.iter().any(opens_for_writing) {
            state.files.freeze();
        }
    }

    /// The redirections of a compound command, and what is remembered inside of it.
    pub(super) fn open(
        &mut self,
        at: At<'_>,
        redirections: &[Redirection],
        state: &mut State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Input, LimitReached> {
        let start = analysis.effects.len();
        let mark = self.environment.mark();
        let input = self.redirect(at, redirections, state, analysis)?;
        self.environment.said(mark, analysis);
        self.settle_compound(redirections, &analysis.effects, start, state);
        Ok(input)
    }

    /// What is remembered inside a compound command, after its redirections.
    pub(super) fn settle_compound(
        &self,
        redirections: &[Redirection],
        effects: &[Effect],
        start: usize,
        state: &mut State,
    ) {
        let before = state.clone();
        self.settle(effects.get(start..).unwrap_or_default(), &before, [Some(state), None]);
        if redirections.iter().any(opens_for_writing) {
            state.files.disturb();
        }
    }

    /// Whether effects may change a remembered file, or what the path of one means.
    pub(super) fn disturbs(&self, effects: &[Effect], state: &State) -> bool {
        !state.files.disturbed && (self.parents || effects.iter().any(|effect| self.one_disturbs(effect, state)))
    }

    fn one_disturbs(&self, effect: &Effect, state: &State) -> bool {
        match &effect.kind {
            Kind::Unknown(_) | Kind::Interactive(_) | Kind::Tool(_) => true,
            // A limit on the size of files cuts what is written.
            Kind::Run(run) => run.argv.first().is_none_or(|w| w.value.known() == Some(b"ulimit")),
            Kind::Write(path) => !self.is_apart(path, effect.by.as_deref().unwrap_or_default(), state),
            _ => false,
        }
    }

    /// Whether a write leaves every remembered file, and every directory and link on the way to it, as it is.
    fn is_apart(&self, path: &PathValue, by: &str, state: &State) -> bool {
        if crate::effects::command::paths::is_open_already(&path.value) {
            return true;
        }
        let Value::Known(written) = &path.value else { return false };
        if path.tree && by != "mkdir" {
            return false;
        }
        let Resolution::At { path: leads, exists } = path::resolve(self.world, written, None, Last::Follow) else {
            return false;
        };
        let remembered = state.files.known.contains_key(&leads);
        match by {
            // Neither makes a link. What exists may be the same file by another name.
            ">" | "tee" | "touch" => !exists && !remembered,
            "mkdir" => !remembered,
            "chmod" => true,
            "rm" => !remembered && *written == leads && !matches!(self.world.entry(&leads), Entry::Directory),
            _ => false,
        }
    }

    /// The text that a file certainly has when it is executed in this state; `named`: the word that the command names it by.
    pub(super) fn text_of(&self, named: &[u8], cwd: &Value, state: &State) -> Option<Vec<u8>> {
        if self.parents || path::components(named).any(|c| c == b"..") {
            return None;
        }
        let Value::Known(path) = path::absolute(&Value::Known(named.into()), cwd) else { return None };
        let Resolution::At { path: leads, .. } = path::resolve(self.world, &path, None, Last::Follow) else {
            return None;
        };
        let text = state.files.text(&leads)?;
        // Where the file could not be written, a shell looks for a bare name along PATH.
        let searched = !named.contains(&b'/') && is_on_path(self.world, named, cwd);
        (!searched).then(|| text.to_vec())
    }
}

/// Whether the command may be one of those whose output is known where its words are.
pub(super) fn may_be_literal(simple: &Simple) -> bool {
    match simple.words.first().map(|word| word.parts.as_slice()) {
        Some([Part::Text { bytes, .. }]) => matches!(bytes.as_slice(), b"echo" | b"printf" | b"cat" | b"tee"),
        _ => true,
    }
}

fn opens_for_writing(redirection: &Redirection) -> bool {
    use RedirectionKind as K;
    let reads = matches!(redirection.kind, K::Read | K::DuplicateInput | K::HereDocument | K::HereString);
    let text = match redirection.target.parts.as_slice() {
        [Part::Text { bytes, .. }] => bytes.as_slice(),
        _ => b"",
    };
    let descriptor = !text.is_empty() && text.iter().all(|b| b.is_ascii_digit() || *b == b'-');
    let copies = redirection.kind == K::DuplicateOutput && descriptor;
    !reads && !copies && text != b"/dev/null"
}

/// Whether a directory of PATH has something of that name.
fn is_on_path(world: &dyn World, name: &[u8], cwd: &Value) -> bool {
    let Some(value) = world.variable("PATH") else { return false };
    value.split(|b| *b == b':').filter(|dir| path::is_absolute(dir)).any(|dir| {
        let path = path::join(dir, name);
        cwd.known() != Some(dir) && world.entry(&path) != Entry::Missing
    })
}

/// What `echo`, `printf` or `cat` with known words certainly writes, the same in every shell.
pub(super) fn literal_output(argv: &[Word], stdin: Stdin<'_>) -> Option<Vec<u8>> {
    let known: Option<Vec<&[u8]>> = argv.iter().map(|w| w.value.known()).collect();
    let known = known?;
    let (program, rest) = known.split_first()?;
    match (*program, rest) {
        (b"echo", _) => {
            let plain =
                rest.iter().all(|word| !word.contains(&b'\\')) && !rest.first().is_some_and(|w| w.starts_with(b"-"));
            plain.then(|| [rest.join(&b' ').as_slice(), b"\n"].concat())
        }
        (b"printf", [format, arguments @ ..]) => printf(format, arguments),
        (b"cat", [] | [b"-"]) => match stdin {
            Stdin::Text(text) => Some(text.to_vec()),
            _ => None,
        },
        _ => None,
    }
}

/// `printf` with the escapes and conversions that mean the same everywhere.
fn printf(format: &[u8], arguments: &[&[u8]]) -> Option<Vec<u8>> {
    if format.starts_with(b"-") {
        return None;
    }
    let mut out = Vec::new();
    let mut left = arguments.iter();
    loop {
        let before = left.len();
        let mut bytes = format.iter();
        while let Some(byte) = bytes.next() {
            match byte {
                b'\\' => out.push(match bytes.next()? {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'\\' => b'\\',
                    _ => return None,
                }),
                b'%' => match bytes.next()? {
                    b'%' => out.push(b'%'),
                    b's' => out.extend_from_slice(left.next().copied().unwrap_or_default()),
                    _ => return None,
                },
                byte => out.push(*byte),
            }
        }
        // The format is used again while it takes arguments.
        if left.len() == 0 || left.len() == before {
            return Some(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printf_as_every_shell_does() {
        let out = |format: &str, arguments: &[&str]| {
            let arguments: Vec<&[u8]> = arguments.iter().map(|a| a.as_bytes()).collect();
            printf(format.as_bytes(), &arguments).map(|out| String::from_utf8(out).unwrap())
        };
        assert_eq!(out("a\\nb", &[]).as_deref(), Some("a\nb"));
        assert_eq!(out("%s\\n", &["a", "b"]).as_deref(), Some("a\nb\n"));
        assert_eq!(out("%s-%s\\n", &["a", "b", "c"]).as_deref(), Some("a-b\nc-\n"));
        assert_eq!(out("x", &["a"]).as_deref(), Some("x"));
        assert_eq!(out("%%", &[]).as_deref(), Some("%"));
        for odd in ["%d", "\\x41", "\\", "%", "-v", "%5s", "\\c"] {
            assert_eq!(out(odd, &["1"]), None, "{odd}");
        }
    }
}

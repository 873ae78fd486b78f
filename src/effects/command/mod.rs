//! One simple command (its argv, after expansion) -> what it would do, driven by the tables.
//!
//! [`command`] pushes effects into an [`Analysis`]; what the command changes in the shell that runs it comes back as an
//! [`Outcome`]. Shell text inside a command (`bash -c`, `eval`) goes back to the caller through [`Scripts`], which parses and
//! folds it. Only the configuration of git is looked up on the machine, through [`Scripts::world`].

mod awk;
mod builtins;
mod code;
mod emit;
mod expression;
mod filters;
mod git;
mod given;
mod globs;
mod jq;
mod made_names;
mod names;
mod net;
mod operands;
mod option_roles;
mod options;
mod outcome;
mod package;
pub(in crate::effects) mod paths;
mod rename;
mod role_settings;
mod role_words;
mod roles;
mod sed;
mod shells;
mod shown;
mod temporary;
mod variables;
mod wrappers;

pub(in crate::effects) use code::check_imports;
pub use expression::FoundNames;
pub(in crate::effects) use expression::{names_pass, output_names};
pub(in crate::effects) use names::{check_names, is_straight, note_directory};
pub use outcome::{Declared, Outcome};
pub use shells::is_usual_shell;
pub use variables::{assignment_before, shell_assignment};

use super::{LimitReached, MAX_EFFECTS, too_many_effects};
use crate::{
    effect::{Certainty, CommandId, Effect, Filter, Kind, More, Run, Shape, Span, Value, Word},
    tables::{
        Program, Tables,
        words::{flags, traits},
    },
    world::World,
};
use alloc::{
    format,
    rc::Rc,
    string::{String, ToString},
    vec::Vec,
};
use options::Parsed;

/// How deep commands may start commands.
pub const MAX_DEPTH: u32 = 24;
/// How many commands one analysis may look at.
pub const MAX_STEPS: u32 = 20_000;
/// How many words all commands of one analysis may have together: what is inside a wrapper has its words again.
pub const MAX_WORDS: usize = 250_000;

/// What standard input of a command is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stdin<'a> {
    /// That of the call; it may be a terminal that somebody types into later.
    Inherited,
    /// Nothing can be read (`/dev/null`, closed).
    Empty,
    /// A pipe or file with unknown content.
    Stream,
    /// Exactly this text (here-document, here-string, `echo TEXT |`).
    Text(&'a [u8]),
    /// Names of files, as `find` writes them.
    Names(&'a FoundNames),
}

impl Stdin<'_> {
    /// The same for several commands, one after the other: each may begin in the middle of a name.
    #[must_use]
    pub fn shared(self) -> Self {
        if matches!(self, Self::Names(_)) { Self::Stream } else { self }
    }
}

/// Which shell executes a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// The one that executes the command: what the script changes stays.
    Current,
    /// A new one.
    Child,
    /// The one that executes the command, at a time that is not known (`trap`).
    Later,
}

/// Shell text that a command executes.
#[derive(Clone, Copy, Debug)]
pub struct Script<'a> {
    /// The text.
    pub text: &'a [u8],
    /// Where the command that holds it stands in the outermost script.
    pub span: Span,
    /// Who executes it.
    pub shell: Shell,
    /// The directory.
    pub cwd: &'a Value,
    /// Standard input of the script.
    pub stdin: Stdin<'a>,
    /// `$0`, `$1` and so on, where they are given.
    pub arguments: &'a [Word],
}

/// Folds shell text into effects; the caller's part of the recursion.
pub trait Scripts {
    /// Parses and folds `script`, pushing effects into `analysis`.
    ///
    /// # Errors
    /// When a limit is reached.
    fn script(&mut self, analysis: &mut Analysis<'_>, script: &Script<'_>) -> Result<Outcome, LimitReached>;

    /// The text that a file certainly has because the script wrote it before; `named` as the command names it.
    fn written(&self, _named: &[u8], _cwd: &Value) -> Option<Vec<u8>> {
        None
    }

    /// Whether the shell whose reading this is would look for a program that does not exist.
    fn is_absent(&mut self, _name: &[u8]) -> bool {
        false
    }

    /// Whether a name with a subscript is harmless to evaluate.
    fn is_harmless_name(&self, _text: &[u8]) -> bool {
        false
    }

    /// The names that an arithmetic expression assigns, and whether by an element, if it is harmless to evaluate.
    fn expression(&self, _text: &[u8]) -> Option<Vec<(Vec<u8>, bool)>> {
        None
    }

    /// The machine, for what a program takes from its configuration.
    fn world(&self) -> Option<&dyn World> {
        None
    }
}

/// What is shared by all commands of one call.
#[derive(Debug)]
pub struct Analysis<'t> {
    /// What is known of programs.
    pub tables: Tables<'t>,
    /// The home directory of the account.
    pub home: Option<&'t [u8]>,
    /// The effects so far.
    pub effects: Vec<Effect>,
    /// Programs that import modules from a directory; [`check_imports`] looks at what stands there.
    imports: Vec<code::Import>,
    /// Configuration of git that has been read.
    git: super::git::Seen,
    /// What is unknown only where a name is unusual; [`check_names`] looks at what stands there.
    suspicions: Vec<names::Suspicion>,
    /// Directories in which a shell expands words.
    shells: Vec<Vec<u8>>,
    /// How many names of files may still be looked at.
    names_left: usize,
    /// A shell may have been in another directory as well.
    astray: bool,
    /// The names at the end of the command that is looked at, and of what it runs.
    more: Option<More>,
    /// Where the effects of this reading of the script begin.
    pub(in crate::effects) reading: usize,
    next_id: u32,
    steps: u32,
    words: usize,
    depth: u32,
}

impl<'t> Analysis<'t> {
    /// An analysis without effects.
    pub fn new(tables: Tables<'t>, home: Option<&'t [u8]>) -> Self {
        Self {
            tables,
            home,
            effects: Vec::new(),
            imports: Vec::new(),
            git: super::git::Seen::default(),
            suspicions: Vec::new(),
            shells: Vec::new(),
            names_left: names::MAX_NAMES,
            astray: false,
            more: None,
            reading: 0,
            next_id: 0,
            steps: 0,
            words: 0,
            depth: 0,
        }
    }

    /// A number that no other command of the call has.
    pub fn next_command(&mut self) -> CommandId {
        let id = CommandId(self.next_id);
        self.next_id = self.next_id.saturating_add(1);
        id
    }
}

/// Works out one simple command and pushes its effects.
///
/// # Errors
/// When commands are nested deeper than [`MAX_DEPTH`] or there are more than [`MAX_STEPS`].
pub fn command(
    analysis: &mut Analysis<'_>,
    scripts: &mut dyn Scripts,
    cwd: &Value,
    stdin: Stdin<'_>,
    argv: &[Word],
    span: Span,
) -> Result<Outcome, LimitReached> {
    let limit = |name, what: &str| LimitReached { name, message: what.into() };
    analysis.steps += 1;
    analysis.words = analysis.words.saturating_add(argv.len());
    if analysis.steps > MAX_STEPS || analysis.words > MAX_WORDS {
        return Err(limit("commands", "the call has more commands than can be looked at"));
    }
    if analysis.effects.len() > MAX_EFFECTS {
        return Err(too_many_effects());
    }
    if analysis.depth >= MAX_DEPTH {
        return Err(limit("command-depth", "commands start commands too many times inside each other"));
    }
    analysis.depth += 1;
    let result = dispatch(analysis, scripts, cwd, stdin, argv, span);
    analysis.depth -= 1;
    result
}

fn dispatch(
    analysis: &mut Analysis<'_>,
    scripts: &mut dyn Scripts,
    cwd: &Value,
    stdin: Stdin<'_>,
    argv: &[Word],
    span: Span,
) -> Result<Outcome, LimitReached> {
    let Some((first, rest)) = argv.split_first() else { return Ok(Outcome::default()) };
    match &first.value {
        Value::Known(name) => Command::new(analysis, scripts, cwd, stdin, argv, name, span).work(),
        Value::Set(names) => {
            let before = analysis.effects.len();
            let mut outcome = Outcome { anything: true, ..Outcome::default() };
            for name in names.iter() {
                let mut one = alloc::vec![Word::known(name.clone(), first.span)];
                one.extend_from_slice(rest);
                outcome.merge(command(analysis, scripts, cwd, stdin, &one, span)?);
            }
            for effect in analysis.effects.iter_mut().skip(before) {
                effect.certainty = effect.certainty.max(Certainty::Partial);
            }
            Ok(outcome)
        }
        _ => {
            let id = analysis.next_command();
            let run = Run {
                argv: argv.to_vec(),
                more: analysis.more.clone(),
                canonical: None,
                shape: None,
                program: None,
                loads: Vec::new(),
            };
            let certainty = Certainty::Unknown;
            let by = None;
            analysis.effects.push(Effect { kind: Kind::Run(run.into()), certainty, span, by, command: Some(id) });
            let detail = "the program is not known before the script runs".to_string();
            let kind = Kind::Unknown(crate::effect::Cause { code: "dynamic-command", detail });
            analysis.effects.push(Effect { kind, certainty, span: first.span, by: None, command: None });
            Ok(Outcome { anything: true, ..Outcome::default() })
        }
    }
}

/// The work on one command whose program is known.
struct Command<'c, 't> {
    analysis: &'c mut Analysis<'t>,
    scripts: &'c mut dyn Scripts,
    /// The directory that relative paths are meant in; options may change it.
    cwd: Value,
    stdin: Stdin<'c>,
    argv: &'c [Word],
    /// Basename of the program.
    name: &'c [u8],
    span: Span,
    id: CommandId,
    by: Rc<str>,
    /// Where in the effects its [`Kind::Run`] stands.
    run_at: usize,
    /// A script without a directory is looked for elsewhere than here (`source`), or may be no file at all (`go run`).
    searches: bool,
    /// Names that its options keep it from, where it reads directories.
    filters: Option<Rc<[Filter]>>,
    /// A word has said which host or local place the program turns to.
    reached: bool,
    outcome: Outcome,
}

impl<'c, 't> Command<'c, 't> {
    fn new(
        analysis: &'c mut Analysis<'t>,
        scripts: &'c mut dyn Scripts,
        cwd: &Value,
        stdin: Stdin<'c>,
        argv: &'c [Word],
        path: &'c [u8],
        span: Span,
    ) -> Self {
        let name = path.rsplit(|b| *b == b'/').next().unwrap_or(path);
        let id = analysis.next_command();
        let by = Rc::from(String::from_utf8_lossy(name));
        let run_at = analysis.effects.len();
        let (cwd, outcome) = (cwd.clone(), Outcome::default());
        Self {
            analysis,
            scripts,
            cwd,
            stdin,
            argv,
            name,
            span,
            id,
            by,
            run_at,
            searches: false,
            reached: false,
            filters: None,
            outcome,
        }
    }

    fn work(mut self) -> Result<Outcome, LimitReached> {
        let path = self.argv.first().and_then(|w| w.value.known()).unwrap_or(self.name);
        let by_path = path.contains(&b'/');
        let known = self.analysis.tables.program(path).or_else(|| self.analysis.tables.program_by_family(path));
        if !by_path && known.is_none() && self.scripts.is_absent(path) {
            return Ok(self.outcome);
        }
        let program = by_path.then(|| paths::standing(&Value::Known(path.into()), &self.cwd, false));
        let argv = self.argv.to_vec();
        let certainty =
            if argv.iter().all(|w| w.value.known().is_some()) { Certainty::Known } else { Certainty::Partial };
        self.push(
            Kind::Run(
                Run {
                    argv,
                    more: self.analysis.more.clone(),
                    canonical: None,
                    shape: None,
                    program,
                    loads: Vec::new(),
                }
                .into(),
            ),
            certainty,
            self.span,
            true,
        );
        let shown = self.by.clone();
        if by_path && self.written_program(path)? {
            return Ok(self.outcome);
        }
        if by_path && !paths::is_system_program(path) && !self.is_own(path) {
            let detail = format!("`{}` is a program of its own place", String::from_utf8_lossy(path));
            self.unknown("opaque-program", detail, self.span, true);
        }
        let tables = self.analysis.tables;
        match tables.program(self.name).or_else(|| tables.program_by_family(self.name)) {
            Some(program) => self.modelled(program, 1)?,
            None if by_path && !paths::is_system_program(path) => {
                self.given_words(self.argv.get(1..).unwrap_or_default());
            }
            None => {
                let detail = format!("nothing is known of what `{shown}` does with its words");
                self.unknown("unmodelled-program", detail, self.span, true);
                self.given_words(self.argv.get(1..).unwrap_or_default());
            }
        }
        Ok(self.outcome)
    }

    /// Whether the path is that of the very prexec that decides: the gate stands outside the system's directories as a rule.
    fn is_own(&self, path: &[u8]) -> bool {
        self.name == crate::approval::NAME.as_bytes()
            && path.starts_with(b"/")
            && self.scripts.world().and_then(World::own_executable).as_deref() == Some(path)
    }

    /// Works by the row of a program (or subcommand) whose words begin at `from` in argv.
    fn modelled(&mut self, program: Program<'t>, from: usize) -> Result<(), LimitReached> {
        let stops = program.has(flags::SUBCOMMANDS);
        let parsed = options::parse(&program, self.argv.get(from..).unwrap_or(&[]), stops);
        let about = parsed.has(traits::ABOUT);
        if program.has(flags::INERT) {
            return Ok(());
        }
        self.doubts(&parsed);
        self.shape(&program, &parsed);
        if about {
            // An option beside it may take effect before it is seen.
            return self.option_effects(&program, &parsed);
        }
        self.change_directory(&parsed);
        if program.has(flags::SUBCOMMANDS) {
            if self.subcommand(&program, &parsed, from)? {
                return Ok(());
            }
            let parsed = self.behind_subcommand(&program, &parsed, from);
            self.option_effects(&program, &parsed)?;
            return self.run_effects(&program, &parsed);
        }
        self.option_effects(&program, &parsed)?;
        self.run_effects(&program, &parsed)
    }

    /// A subcommand that is judged by the row of its program: the options behind it are looked for in that row as well.
    fn behind_subcommand(&mut self, program: &Program<'t>, before: &Parsed<'t>, from: usize) -> Parsed<'t> {
        let mut all = options::parse(program, self.argv.get(from..).unwrap_or(&[]), false);
        let known = before.uses.len().min(all.uses.len());
        let more = Parsed { uses: all.uses.split_off(known), ..Parsed::default() };
        self.change_directory(&more);
        let doubts = all.doubts.split_off(before.doubts.len().min(all.doubts.len()));
        self.doubts(&Parsed { doubts, ..Parsed::default() });
        all.uses.extend(more.uses);
        self.shape(program, &all);
        all
    }

    /// Goes on with the row of the subcommand; false where the program's own row has to do.
    fn subcommand(&mut self, program: &Program<'t>, parsed: &Parsed<'t>, from: usize) -> Result<bool, LimitReached> {
        let Some(word) = parsed.operands.first() else {
            let own = program.operands().next().is_some();
            if !own {
                self.option_effects(program, parsed)?;
            }
            return Ok(!own);
        };
        let at = from + parsed.rest;
        let Some(sub) = word.value.known() else {
            self.option_effects(program, parsed)?;
            self.unknown("dynamic-word", format!("the subcommand of `{}` is not known", self.by), word.span, false);
            return Ok(true);
        };
        let name = [program.name(), b" ", sub].concat();
        let row = self.analysis.tables.program(&name);
        if row.is_some() || program.operands().next().is_none() {
            self.canonical(program, at);
        }
        let Some(row) = row else {
            if program.operands().next().is_some() {
                if matches!(program.name(), b"yarn" | b"pnpm") {
                    self.package_script(sub);
                }
                // An option before it may be one whose argument this is.
                if program.name() == b"bun" && at == 1 && package::is_script_file(sub) {
                    self.loads(&Value::Known(sub.into()));
                }
                return Ok(false);
            }
            if program.name() == b"git" && git::alias(self, sub, at)? {
                return Ok(true);
            }
            self.option_effects(program, parsed)?;
            let detail = format!("nothing is known of `{}`", String::from_utf8_lossy(&name));
            self.unknown("unmodelled-program", detail, self.span, true);
            return Ok(true);
        };
        self.option_effects(program, parsed)?;
        self.modelled(row, at + 1)?;
        if program.name() == b"git" {
            git::in_force(self, sub);
        }
        Ok(true)
    }

    /// Notes which words are options; a subcommand's row adds to what its program's row said.
    fn shape(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) {
        let span = self.span;
        let index = self.run_at;
        let Some(Effect { kind: Kind::Run(run), .. }) = self.analysis.effects.get_mut(index) else { return };
        let mut options = run.shape.take().map(|shape| shape.options).unwrap_or_default();
        options.reserve_exact(parsed.uses.len());
        options.extend(parsed.uses.iter().map(|u| u.spec.name.to_vec()));
        let mut words: Vec<Word> = Vec::with_capacity(parsed.operands.len() + 2);
        for name in program.name().split(|b| *b == b' ') {
            // Mostly the very word that is written.
            let written = run.argv.iter().find(|word| word.value.known() == Some(name));
            words
                .push(written.map_or_else(|| Word::known(name, span), |word| Word { value: word.value.clone(), span }));
        }
        words.extend(parsed.operands.iter().cloned());
        run.shape = Some(Shape { words, options });
    }

    /// Notes argv without the options between the program and the subcommand at `at`, where there are any.
    fn canonical(&mut self, program: &Program<'t>, at: usize) {
        let depth = program.name().split(|b| *b == b' ').count();
        let index = self.run_at;
        let Some(Effect { kind: Kind::Run(run), .. }) = self.analysis.effects.get_mut(index) else { return };
        let mut words: Vec<Word> = match run.canonical.as_ref() {
            Some(before) => before.iter().take(depth).cloned().collect(),
            None => self.argv.iter().take(depth).cloned().collect(),
        };
        words.extend(self.argv.iter().skip(at).cloned());
        run.canonical = (words.as_slice() != self.argv).then_some(words);
    }
}

#[cfg(test)]
mod tests;

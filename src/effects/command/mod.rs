//! One simple command (its argv, after expansion) -> what it would do, driven by the tables.
//!
//! [`command`] pushes effects into an [`Analysis`]; what the command changes in the shell that runs it comes back as an
//! [`Outcome`]. Shell text inside a command (`bash -c`, `eval`) goes back to the caller through [`Scripts`], which parses and
//! folds it. Only the configuration of git is looked up on the machine, through [`Scripts::world`].

mod awk;
mod brackets;
mod builtins;
mod code;
mod diffs;
mod emit;
mod endings;
mod expression;
mod fd;
mod filters;
mod found_names;
mod git;
mod given;
mod globs;
mod installed;
mod jq;
mod listed_names;
mod made_files;
mod made_names;
mod media;
mod media_words;
mod modules;
mod name_filters;
mod names;
mod net;
mod operands;
mod option_arguments;
mod option_doubts;
mod option_roles;
mod option_spellings;
mod options;
mod outcome;
mod package;
mod parallel;
pub(in crate::effects) mod paths;
mod placed;
mod rename;
mod role_settings;
mod role_words;
mod roles;
mod scripts;
mod sed;
mod shells;
mod shown;
mod subcommand;
mod temporary;
mod tracked_names;
mod variables;
mod ways;
mod wrappers;

pub(in crate::effects) use code::check_imports;
pub use found_names::FoundNames;
pub(in crate::effects) use found_names::{may_end_in_names, may_write_names, output_names};
pub(in crate::effects) use installed::check_installed;
pub(in crate::effects) use made_files::check_moved;
pub(in crate::effects) use name_filters::{ends_with_nul, names_pass, narrowed};
pub(in crate::effects) use names::{check_names, is_straight, note_directory, stay_words};
pub use outcome::{Alias, Chdir, Declared, Outcome};
pub use scripts::{Script, Scripts, Shell, Stdin};
pub use shells::is_usual_shell;
pub(in crate::effects) use tracked_names::tracked_names;
pub use variables::{assignment_before, shell_assignment};

use super::{LimitReached, MAX_EFFECTS, too_many_effects};
use crate::{
    effect::{Certainty, CommandId, Effect, Filter, Kind, More, Run, Span, Value, Word},
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

/// How deep commands may start commands.
pub const MAX_DEPTH: u32 = 24;
/// How many commands one analysis may look at.
pub const MAX_STEPS: u32 = 20_000;
/// How many words all commands of one analysis may have together: what is inside a wrapper has its words again.
pub const MAX_WORDS: usize = 250_000;

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
    /// Installed programs that runners start; [`check_installed`] looks at what else the call does with them.
    installed: Vec<installed::Standing>,
    /// Configuration of git that has been read.
    git: super::git::Seen,
    /// What is unknown only where a name is unusual; [`check_names`] looks at what stands there.
    suspicions: Vec<names::Suspicion>,
    /// Files with names that programs make up, which are moved; [`check_moved`] looks at what else they may be.
    moved: Vec<made_files::Moved>,
    /// Directories in which a shell expands words.
    shells: Vec<Vec<u8>>,
    /// Directories below which no name is more than one word.
    searched: Vec<Vec<u8>>,
    /// Names are put into the text of a script, where more may be odd about them.
    in_scripts: bool,
    /// The comments of the script, where all shells take the same for comments.
    pub(in crate::effects) comments: Vec<Span>,
    /// How many names of files may still be looked at.
    names_left: usize,
    /// A shell may have been in another directory as well.
    astray: bool,
    /// What is found below a directory may stand behind a link there.
    through_links: bool,
    /// The names at the end of the command that is looked at, and of what it runs.
    pub(in crate::effects) more: Option<More>,
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
            installed: Vec::new(),
            git: super::git::Seen::default(),
            suspicions: Vec::new(),
            moved: Vec::new(),
            shells: Vec::new(),
            searched: Vec::new(),
            in_scripts: false,
            comments: Vec::new(),
            names_left: names::MAX_NAMES,
            astray: false,
            through_links: false,
            more: None,
            reading: 0,
            next_id: 0,
            steps: 0,
            words: 0,
            depth: 0,
        }
    }

    /// What is written where `value` is found: below a directory, unless links are followed on the way. Where such links lead is looked
    /// at for what is read, which is more often asked for.
    pub(in crate::effects) fn behind_links(&self, value: &Value) -> Value {
        match value {
            Value::Below { dir, suffix } if self.through_links => {
                Value::Affix { prefix: [dir, &b"/"[..]].concat().into(), suffix: suffix.clone() }
            }
            value => value.clone(),
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
    let Some(first) = argv.first() else { return Ok(Outcome::default()) };
    if let Some(ways) = ways::of(&analysis.tables, argv) {
        let before = analysis.effects.len();
        let mut outcomes = Vec::with_capacity(ways.len());
        for one in ways {
            outcomes.push(command(analysis, scripts, cwd, stdin, &one, span)?);
        }
        for effect in analysis.effects.iter_mut().skip(before) {
            effect.certainty = effect.certainty.max(Certainty::Partial);
        }
        return Ok(ways::outcome(outcomes));
    }
    match &first.value {
        Value::Known(name) => Command::new(analysis, scripts, cwd, stdin, argv, name, span).work(),
        Value::Affix { prefix, .. } if scripts.is_absent_beginning(prefix) => Ok(Outcome::default()),
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
        let by_name = || tables.program(self.name).or_else(|| tables.program_by_family(self.name));
        match if by_path { by_name() } else { known } {
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
}

#[cfg(test)]
mod tests;

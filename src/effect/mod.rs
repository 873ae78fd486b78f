//! What a call would do, as a list of [`Effect`]s: the common tongue of the analyser and the policy.

mod bytes;
mod value;

pub use bytes::Bytes;
pub use value::{Form, Value, Word};

use alloc::{boxed::Box, rc::Rc, string::String, vec::Vec};

/// A half-open range of bytes in the outermost script; `0..0` where an effect has no place in a script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` to `end`; positions over 4 GiB saturate (scripts are limited long before).
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |n| u32::try_from(n).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end) }
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// How sure the analyser is of what an effect touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// Exactly what is written in the effect.
    Known,
    /// Something that the effect describes in part (a glob, a known suffix), or something that may not happen at all.
    Partial,
    /// Nothing is known but the kind.
    Unknown,
}

impl Certainty {
    /// `known`, `partial` or `unknown`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Partial => "partial",
            Self::Unknown => "unknown",
        }
    }
}

/// Groups the effects of one command of a script; effects of one command may be answered by an allow of that command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub u32);

/// One thing that a call would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// What it does, and to what.
    pub kind: Kind,
    /// How sure that is.
    pub certainty: Certainty,
    /// Where in the outermost script it stands.
    pub span: Span,
    /// The program or construct that does it (`cat`, `>`), for people; `None` for a tool call itself.
    pub by: Option<Rc<str>>,
    /// The command whose own doing this is, so that a certain allow of that command (its [`Kind::Run`] effect with the same
    /// id) also answers it. `None` for what a script does beside its commands: redirections, unknown words and options,
    /// inner commands.
    pub command: Option<CommandId>,
}

/// The kinds of effect.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Starts a program.
    Run(Box<Run>),
    /// Reads the content of a file.
    Read(PathValue),
    /// Creates, changes, moves or deletes a file.
    Write(PathValue),
    /// Contacts a host.
    Connect(Connect),
    /// Prints or sends an environment variable; its name.
    ReadEnv(Value),
    /// Sets an environment variable for a command; its name.
    SetEnv(Value),
    /// Calls a tool that is not a shell, by the name that Codex gives it.
    Tool(Tool),
    /// Carries what is read from one place into another.
    Flow(Flow),
    /// Would go on reading commands from a terminal; the program.
    Interactive(Value),
    /// Could not be worked out.
    Unknown(Cause),
}

/// A program that is started.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The words, program first, after quotes are removed and wrappers seen through.
    pub argv: Vec<Word>,
    /// What the last words stand for, where nobody knows how many there are (`find -exec {} +`).
    pub more: Option<More>,
    /// `argv` without the global options between program and subcommand (`git -C dir push` -> `git push`), where the
    /// program's table names such options and the call uses them. Prefix rules are asked about both.
    pub canonical: Option<Vec<Word>>,
    /// The words without their options, and the options by name, where the program's table says which is which.
    pub shape: Option<Shape>,
    /// The absolute path of the program where the call names it by path (with a `/`).
    pub program: Option<PathValue>,
    /// The files whose code it executes: the script of an interpreter, the makefile of `make -f`.
    pub loads: Vec<PathValue>,
}

/// Words at the end of a command of which there may be any number, in any order.
#[derive(Clone, Debug, PartialEq)]
pub struct More {
    /// How many words of the command stand for them: each value twice.
    pub samples: usize,
    /// Each of them is one of these.
    pub values: Rc<[Value]>,
}

/// A command as its own program sees it: options may stand anywhere, in clusters or shortened, and mean the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Program, subcommand and operands, in order.
    pub words: Vec<Word>,
    /// The options that are used, by the names of the table (`--hard` for `--har`, `-r` and `-f` for `-rf`).
    pub options: Vec<Bytes>,
}

impl Shape {
    /// Stands among the options where the command only runs what the project has installed (`npx tsc`). No table has such an option,
    /// so no word of a call can be it.
    pub const INSTALLED: &str = "--installed-here";
}

/// A file-system path as far as it is known: absolute and lexically normalised where the value is known in full.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathValue {
    /// The absolute path; [`Value::Unknown`] for any path at all.
    pub value: Value,
    /// The effect may touch anything below the path, too (a recursive reader, a directory that is deleted).
    pub tree: bool,
    /// With `tree`: only what stands there already is touched; what is unpacked, copied or checked out makes new names.
    pub existing: bool,
    /// The absolute paths before normalisation, where they are known and have a `..`: after a link that leads elsewhere than
    /// its text says. Of a [`Value::Below`] those of its directory.
    pub spelling: Option<Value>,
    /// With `tree`: what of it is passed over.
    pub spared: Spared,
    /// With `tree`: names that options make the reader pass over, in the order of the options.
    pub filters: Option<Rc<[Filter]>>,
    /// With `tree`, of what is made: it is a copy of this file or directory (absolute), so it gets the names that stand there.
    /// It becomes the path itself, or stands in it under its own name where the path is a directory.
    pub like: Option<Vec<u8>>,
    /// With `tree`, of what is made: copies of all that is found. They stand in the path under their own names, or one becomes the path
    /// itself.
    pub found: Option<Found>,
    /// Of what is made: it is a symbolic link with this text, as far as that is known.
    pub leads: Option<Value>,
    /// Of what is written: the name goes away or stands elsewhere; a symbolic link of that name goes, and what it leads to stays.
    pub entry: bool,
}

/// What an expansion of the shell or a search finds, of which copies are made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// A [`Value::Pattern`] or a [`Value::Below`], absolute.
    pub names: Value,
    /// Directories among it are copied, too, with all that stands below them.
    pub trees: bool,
}

/// A name, or a pattern of names, that a recursive reader passes over or looks at (`grep --exclude=NAME`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Filter {
    /// Held against single names; `*` and `?` are its only operators.
    pub pattern: String,
    /// What the pattern says.
    pub says: Says,
}

/// What a [`Filter`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Says {
    /// Files of these names are passed over.
    NoFile,
    /// Directories of these names are, with all below.
    NoDirectory,
    /// Both.
    Nothing,
    /// Files of these names are read, and no others where nothing else is said of them.
    File,
}

/// Which names below a directory are not touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spared {
    /// Everything is touched.
    #[default]
    Nothing,
    /// Directories of version control (`.git`), as git does when it changes the files of a checkout.
    Repository,
    /// The same, and what is written comes out of commits: `git checkout`, `git merge`, `git stash`.
    Commits,
    /// All names that begin with a dot, as `rg` does.
    Hidden,
    /// What git ignores, and version control itself.
    Ignored,
    /// What git does not track.
    Untracked,
}

impl Spared {
    /// Whether a file below the directory is passed over; `rest` is its path from there.
    pub fn covers(self, rest: &[u8]) -> bool {
        let mut names = rest.split(|b| *b == b'/');
        match self {
            Self::Nothing => false,
            // Which files these are, a look at the repository says.
            Self::Ignored | Self::Untracked | Self::Repository | Self::Commits => {
                names.any(|name| name.eq_ignore_ascii_case(b".git"))
            }
            Self::Hidden => names.any(|name| name.starts_with(b".")),
        }
    }
}

impl PathValue {
    /// Whether it is a checkout of git that is changed: files of other commits, or of a patch, may come to stand there.
    pub fn is_checkout(&self) -> bool {
        self.tree && self.existing && matches!(self.spared, Spared::Repository | Spared::Commits)
    }

    /// A single file.
    pub const fn file(value: Value) -> Self {
        Self {
            value,
            tree: false,
            existing: true,
            spelling: None,
            spared: Spared::Nothing,
            filters: None,
            like: None,
            found: None,
            leads: None,
            entry: false,
        }
    }

    /// The same, with the path as it is spelled.
    #[must_use]
    pub fn spelled(self, spelling: Option<Value>) -> Self {
        Self { spelling, ..self }
    }

    /// A file, or with `tree` all that stands below it now.
    pub const fn standing(value: Value, tree: bool) -> Self {
        Self {
            value,
            tree,
            existing: true,
            spelling: None,
            spared: Spared::Nothing,
            filters: None,
            like: None,
            found: None,
            leads: None,
            entry: false,
        }
    }

    /// A file, or with `tree` anything that may come to stand below it.
    pub const fn made(value: Value, tree: bool) -> Self {
        Self {
            value,
            tree,
            existing: false,
            spelling: None,
            spared: Spared::Nothing,
            filters: None,
            like: None,
            found: None,
            leads: None,
            entry: false,
        }
    }

    /// The same, of which the names go and nothing that links lead to.
    #[must_use]
    pub fn entry(self, entry: bool) -> Self {
        Self { entry, ..self }
    }

    /// The same without what is passed over.
    #[must_use]
    pub fn sparing(self, spared: Spared) -> Self {
        Self { spared, ..self }
    }

    /// The same without the names that options take out.
    #[must_use]
    pub fn filtered(self, filters: Option<Rc<[Filter]>>) -> Self {
        Self { filters, ..self }
    }
}

/// A host that is contacted.
#[derive(Clone, Debug, PartialEq)]
pub struct Connect {
    /// Lower-case scheme, such as `https` or `ssh`; `None` where it is not known.
    pub scheme: Option<String>,
    /// Lower-case host name or address, without a port.
    pub host: Value,
    /// Port, where it is written.
    pub port: Option<u16>,
    /// Upper-case HTTP method, where it is known.
    pub method: Option<String>,
}

/// A tool call that is not a shell script.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// The tool's name as Codex gives it, such as `mcp__github__create_issue`.
    pub name: String,
    /// The arguments by name; values that are not strings in compact JSON.
    pub arguments: Vec<(String, String)>,
    /// Whether other effects say all that the call does (`view_image`: its read). `default(tools = ...)` is only for tools
    /// of which they do not.
    pub modelled: bool,
}

/// Data that moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// Where it comes from.
    pub source: FlowSource,
    /// Where it goes.
    pub sink: FlowSink,
}

/// Where moving data comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum FlowSource {
    /// The content of a file.
    File(PathValue),
    /// A host.
    Network,
    /// The text of the call itself, in which a credential of this format stands.
    Credential(&'static str),
}

/// Where moving data goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowSink {
    /// A host.
    Network,
    /// A program that executes what it reads.
    Interpreter,
    /// A file, or the words of a command.
    File,
    /// A tool that is no shell.
    Tool,
}

/// Why an effect is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// A stable code, such as `unmodelled-program`, `unknown-option`, `unparsed`, `dynamic-command`.
    pub code: &'static str,
    /// One lower-case sentence for people, naming what could not be worked out.
    pub detail: String,
}

impl Kind {
    /// The word that verdicts use for the kind.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Run(_) => "run",
            Self::Read(_) => "read",
            Self::Write(_) => "write",
            Self::Connect(_) => "connect",
            Self::ReadEnv(_) => "readenv",
            Self::SetEnv(_) => "setenv",
            Self::Tool(_) => "tool",
            Self::Flow(_) => "flow",
            Self::Interactive(_) => "interactive",
            Self::Unknown(_) => "unknown",
        }
    }
}

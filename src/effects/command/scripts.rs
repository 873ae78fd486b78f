//! Shell text inside a command, and what a command is told of the shell that runs it.

use super::{Analysis, FoundNames, LimitReached, Outcome};
use crate::effect::{Span, Value, Word};
use crate::world::World;
use alloc::vec::Vec;

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
    /// The one that executes the command, when it ends (`trap ... EXIT`).
    AtExit,
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

    /// What the command at hand executes may run several times, beside what follows, or with other patterns: for it nothing is known
    /// of what the script has written, nor of what stands in a directory by then.
    fn forget_files(&mut self) {}

    /// Whether the shell whose reading this is would look for a program that does not exist.
    fn is_absent(&mut self, _name: &[u8]) -> bool {
        false
    }

    /// The same of every name that begins so.
    fn is_absent_beginning(&mut self, _beginning: &[u8]) -> bool {
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

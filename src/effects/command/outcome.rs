//! What a command leaves behind in its shell.

use crate::effect::{Value, Word};
use alloc::vec::Vec;

/// What a command changes in the shell that runs it.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct Outcome {
    /// The directory if the command succeeds.
    pub chdir: Option<Chdir>,
    /// Shell variables that get a value, in order.
    pub assigned: Vec<(Vec<u8>, Value)>,
    /// Aliases that are defined.
    pub aliases: Vec<Alias>,
    /// Arrays of which an element changes.
    pub elements: Vec<Vec<u8>>,
    /// Names that are declared, and as what.
    pub declared: Vec<Declared>,
    /// Names that are forgotten (variables or functions).
    pub unset: Vec<Vec<u8>>,
    /// New positional parameters (`set -- a b`).
    pub positional: Option<Vec<Word>>,
    /// Anything in the shell may be different: variables, functions, aliases, options (`. file`, `eval $x`).
    pub anything: bool,
    /// How the shell reads or expands text may be different (`set -k`, `shopt -s`, `alias`).
    pub reading: bool,
    /// Text may be matched without regard to case (`shopt -s nocasematch`).
    pub loose_case: bool,
    /// `!(...)` may be a glob (`shopt -s extglob`).
    pub extended_globs: bool,
    /// Globs may stand for themselves (`set -f`).
    pub literal_globs: bool,
    /// The shell shows what it runs (`set -x`).
    pub traces: bool,
    /// The shell or function ends here (`exit`, `return`, `exec`).
    pub ends: bool,
    /// The command executes what it reads from standard input.
    pub executes_stdin: bool,
}

/// The name of an alias and the words that it stands for; none where its text is anything else.
pub type Alias = (Vec<u8>, Option<Vec<Vec<u8>>>);

/// Where a shell goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Chdir {
    /// To this directory (`cd DIR`).
    To(Value),
    /// To this one, from which `popd` comes back (`pushd DIR`).
    Push(Value),
    /// Back to where the last `pushd` was (`popd`).
    Pop,
    /// To where it was before (`cd -`).
    Back,
    /// Anywhere, and nothing is known of where `popd` comes back to (`pushd +1`).
    Turned,
}

/// A variable that a builtin declares.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct Declared {
    /// Its name.
    pub name: Vec<u8>,
    /// A value is given with it.
    pub valued: bool,
    /// In a function it is that function's own.
    pub local: bool,
    /// In a function it is that function's own in some shells.
    pub perhaps_local: bool,
    /// It cannot be assigned any more.
    pub readonly: bool,
    /// What is assigned to it is evaluated as arithmetic.
    pub integer: bool,
    /// It does not hold exactly what is assigned to it.
    pub changing: bool,
    /// It is an associative array.
    pub associative: bool,
    /// It stands for another variable.
    pub reference: bool,
}

impl Outcome {
    pub(super) fn merge(&mut self, other: Self) {
        self.chdir = other.chdir.or(self.chdir.take());
        self.assigned.extend(other.assigned);
        self.aliases.extend(other.aliases);
        self.elements.extend(other.elements);
        self.declared.extend(other.declared);
        self.unset.extend(other.unset);
        self.positional = other.positional.or(self.positional.take());
        self.anything |= other.anything;
        self.reading |= other.reading;
        self.loose_case |= other.loose_case;
        self.extended_globs |= other.extended_globs;
        self.literal_globs |= other.literal_globs;
        self.traces |= other.traces;
        self.ends |= other.ends;
        self.executes_stdin |= other.executes_stdin;
    }
}

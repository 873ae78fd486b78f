//! The syntax tree of a script. Nodes live in one arena and name each other by index, so that a tree of any depth is dropped
//! without recursion and a visitor needs a work list, not the call stack.
//!
//! The tree keeps every construct that the grammar knows. What it does not know is an [`Node::Unread`], which the effect analysis
//! turns into an unknown effect: nothing of a script is ever left out silently.

use super::dialect::Others;
use crate::effect::{Bytes, Span};
use alloc::vec::Vec;
use core::ops::Deref;

/// Names a node of a [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    /// Its place among the nodes of its tree, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A parsed script.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub(super) nodes: Vec<Located>,
    pub(super) root: Option<NodeId>,
    pub(super) differences: Vec<Difference>,
    pub(super) comments: Vec<Span>,
    pub(super) others: Others,
}

/// A node and its place in the script.
#[derive(Clone, Debug)]
pub struct Located {
    /// The node.
    pub node: Node,
    /// Its place in the outermost script.
    pub span: Span,
}

/// A place that bash, dash and zsh read differently, where no tree holds the reading of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// A stable code, such as `ansi-c-escape`.
    pub code: &'static str,
    /// Where.
    pub span: Span,
}

impl Tree {
    /// The whole script; `None` for one without commands.
    pub fn root(&self) -> Option<NodeId> {
        self.root
    }

    /// A node by its id; `None` only for an id of another tree.
    pub fn get(&self, id: NodeId) -> Option<&Located> {
        self.nodes.get(usize::try_from(id.0).ok()?)
    }

    /// Every node with its id. Children stand before their parents, but for what stands in the body of a here-document. Nodes that
    /// no other node names are among them: what was read inside text that then became an [`Unread`] of its word.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &Located)> {
        self.nodes.iter().enumerate().filter_map(|(i, n)| Some((NodeId(u32::try_from(i).ok()?), n)))
    }

    /// The node and all that were added before it, the last one first.
    pub fn up_to(&self, id: NodeId) -> impl Iterator<Item = (NodeId, &Located)> {
        let nodes = self.nodes.get(..=id.index()).unwrap_or_default().iter().enumerate().rev();
        nodes.filter_map(|(i, n)| Some((NodeId(u32::try_from(i).ok()?), n)))
    }

    /// The shells whose reading of the text is another tree.
    pub fn others(&self) -> Others {
        self.others
    }

    /// Places where other shells read the text differently in ways that no tree shows.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// The comments of the script itself, without those in backticks and in bodies of here-documents.
    pub fn comments(&self) -> &[Span] {
        &self.comments
    }
}

/// A construct of the shell's grammar.
#[derive(Clone, Debug)]
pub enum Node {
    /// Assignments, words and redirections; any of the three may be empty, not all.
    Simple(Simple),
    /// `a | b`, also `! a`, `time a`.
    Pipeline(Pipeline),
    /// `a; b & c && d || e`: elements in order, each with the operator before it.
    List(Vec<ListItem>),
    /// `( list )`.
    Subshell {
        /// What runs in the copy of the shell.
        body: NodeId,
        /// Redirections of the whole.
        redirections: Vec<Redirection>,
    },
    /// `{ list; }`.
    Group {
        /// What runs in this shell.
        body: NodeId,
        /// Redirections of the whole.
        redirections: Vec<Redirection>,
    },
    /// `if`, `elif`, `else`: conditions and bodies in order.
    If {
        /// Condition and body of `if` and each `elif`.
        arms: Vec<(NodeId, NodeId)>,
        /// Body of `else`.
        otherwise: Option<NodeId>,
        /// Redirections of the whole.
        redirections: Vec<Redirection>,
    },
    /// `while` and `until`.
    While {
        /// `until`: the body runs where the condition fails.
        until: bool,
        /// The condition.
        condition: NodeId,
        /// The body.
        body: NodeId,
        /// Redirections of the whole.
        redirections: Vec<Redirection>,
    },
    /// `for name in words` and `select`.
    For {
        /// The loop's variable.
        name: Vec<u8>,
        /// `select`: the variable is the word that is chosen, or empty.
        chosen: bool,
        /// The words; `None` where the positional parameters are meant.
        words: Option<Vec<Word>>,
        /// The body.
        body: NodeId,
        /// Redirections of the whole.
        redirections: Vec<Redirection>,
    },
    /// `for ((a; b; c))`.
    ForArithmetic {
        /// The three expressions.
        expressions: Vec<Word>,
        /// The body.
        body: NodeId,
        /// Redirections of the whole.
        redirections: Vec<Redirection>,
    },
    /// `case word in patterns) list;; esac`.
    Case {
        /// The word that is compared.
        word: Word,
        /// Patterns and body of each arm; an arm may be empty.
        arms: Vec<(Vec<Word>, Option<NodeId>)>,
        /// Redirections of the whole.
        redirections: Vec<Redirection>,
    },
    /// `name() body`, `function name body`.
    Function {
        /// The name, with quotes removed.
        name: Vec<u8>,
        /// The body with its redirections.
        body: NodeId,
    },
    /// `coproc [NAME] command`.
    Coproc {
        /// The name of the array with its descriptors.
        name: Option<Vec<u8>>,
        /// What runs beside.
        body: NodeId,
    },
    /// `[[ expression ]]`: its operands as words; operators are left out.
    Condition {
        /// Operands in order.
        operands: Vec<Word>,
        /// The operands, by their place, that an operator evaluates as arithmetic (`-eq`, `-v` ...), in order.
        arithmetic: Vec<usize>,
        /// Redirections of the whole.
        redirections: Vec<Redirection>,
    },
    /// `(( expression ))`.
    Arithmetic {
        /// The expression, with its expansions as parts.
        expression: Word,
        /// Redirections of the whole.
        redirections: Vec<Redirection>,
    },
    /// Text that the parser does not read, or that bash refuses. What it would do is unknown.
    Unread(Unread),
}

impl Node {
    /// The redirections of the whole construct; none for what cannot have any.
    pub fn redirections(&self) -> &[Redirection] {
        match self {
            Self::Simple(simple) => &simple.redirections,
            Self::Subshell { redirections, .. }
            | Self::Group { redirections, .. }
            | Self::If { redirections, .. }
            | Self::While { redirections, .. }
            | Self::For { redirections, .. }
            | Self::ForArithmetic { redirections, .. }
            | Self::Case { redirections, .. }
            | Self::Condition { redirections, .. }
            | Self::Arithmetic { redirections, .. } => redirections,
            Self::Pipeline(_) | Self::List(_) | Self::Function { .. } | Self::Coproc { .. } | Self::Unread(_) => &[],
        }
    }
}

/// Why a piece of text has no other node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread {
    /// A stable code, such as `here-document` or `unterminated-quote`.
    pub code: &'static str,
    /// One lower-case sentence for people.
    pub message: &'static str,
}

/// A simple command.
#[derive(Clone, Debug, Default)]
pub struct Simple {
    /// `name=value` before the command word.
    pub assignments: Vec<Assignment>,
    /// Command word and arguments.
    pub words: Vec<Word>,
    /// The arguments `name=(...)` of a declaring builtin, which are among the words as well.
    pub arrays: Vec<Assignment>,
    /// Redirections, wherever between the words they stand, in order.
    pub redirections: Vec<Redirection>,
}

/// A pipeline.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// `!` before it (an odd number of them).
    pub negated: bool,
    /// `time` before it.
    pub timed: bool,
    /// The commands, one or more.
    pub elements: Vec<NodeId>,
}

/// An element of a list.
#[derive(Clone, Copy, Debug)]
pub struct ListItem {
    /// How it hangs on what comes before.
    pub after: Operator,
    /// The command.
    pub node: NodeId,
    /// Followed by `&`: it (with the `&&`/`||` chain that it ends) runs in a copy of the shell.
    pub background: bool,
}

/// What stands between two elements of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// The first element, or after `;`, `&` or a newline: runs in any case.
    Always,
    /// After `&&`.
    And,
    /// After `||`.
    Or,
}

/// `name=value`, `name+=value`, `name[subscript]=value`, `name=(...)`.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The variable.
    pub name: Vec<u8>,
    /// `+=`.
    pub append: bool,
    /// The subscript.
    pub subscript: Option<Word>,
    /// The value.
    pub value: AssignedValue,
    /// Place of the whole.
    pub span: Span,
}

/// The right side of an assignment.
#[derive(Clone, Debug)]
pub enum AssignedValue {
    /// One word (empty for `name=`).
    Scalar(Word),
    /// `( ... )`: words, with the subscript where one is written.
    Array(Vec<(Option<Word>, Word)>),
}

/// A redirection.
#[derive(Clone, Debug)]
pub struct Redirection {
    /// What it does.
    pub kind: RedirectionKind,
    /// The descriptor that is written before it (`2>`); `None` for the operator's own.
    pub descriptor: Option<Descriptor>,
    /// The target: a path, a descriptor, a here-string's text, or the body of a here-document.
    pub target: Word,
    /// Place of the whole.
    pub span: Span,
}

/// What stands before a redirection's operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Descriptor {
    /// A number.
    Number(u32),
    /// `{name}`.
    Variable(Vec<u8>),
}

/// The redirection operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectionKind {
    /// `<`
    Read,
    /// `>` and `>|`
    Write,
    /// `>>`
    Append,
    /// `<>`: opens for both.
    ReadWrite,
    /// `&>` and `>&word` with a word that is not a descriptor.
    WriteBoth,
    /// `&>>`
    AppendBoth,
    /// `<&`: duplicates or closes a descriptor; a word that is not known could be a path to no shell, but is kept.
    DuplicateInput,
    /// `>&` with a number, `-`, or a word that is not known.
    DuplicateOutput,
    /// `<<` and `<<-`; the target is the body.
    HereDocument,
    /// `<<<`
    HereString,
}

/// A word before expansion.
#[derive(Clone, Debug, Default)]
pub struct Word {
    /// Its parts, joined without a blank.
    pub parts: PartList,
    /// Its place.
    pub span: Span,
}

/// The parts of a word, in order. One, as most words have, stands in the word itself.
#[derive(Clone, Debug)]
pub struct PartList(Kept);

#[derive(Clone, Debug)]
enum Kept {
    One([Part; 1]),
    Any(Vec<Part>),
}

impl PartList {
    /// All of them.
    pub fn as_slice(&self) -> &[Part] {
        match &self.0 {
            Kept::One(part) => part,
            Kept::Any(parts) => parts,
        }
    }

    /// All of them, to be changed.
    pub fn into_vec(self) -> Vec<Part> {
        match self.0 {
            Kept::One(part) => part.into(),
            Kept::Any(parts) => parts,
        }
    }
}

impl Deref for PartList {
    type Target = [Part];

    fn deref(&self) -> &[Part] {
        self.as_slice()
    }
}

impl<'p> IntoIterator for &'p PartList {
    type Item = &'p Part;
    type IntoIter = core::slice::Iter<'p, Part>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Default for PartList {
    fn default() -> Self {
        Self(Kept::Any(Vec::new()))
    }
}

impl From<Part> for PartList {
    fn from(part: Part) -> Self {
        Self(Kept::One([part]))
    }
}

impl From<Vec<Part>> for PartList {
    fn from(parts: Vec<Part>) -> Self {
        let kept = <[Part; 1]>::try_from(parts);
        Self(kept.map_or_else(Kept::Any, Kept::One))
    }
}

/// A piece of a word.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text that stands for itself; quotes and escapes are already removed. `quoted` text takes no part in brace, tilde or
    /// pathname expansion nor in word splitting.
    Text {
        /// The bytes.
        bytes: Bytes,
        /// It stood in quotes or behind a backslash.
        quoted: bool,
    },
    /// A piece of an extended glob, unquoted: its `@(`, `|`, `)` and the text between them. A plain `*`, `?` or `[...]` is part of
    /// an unquoted [`Part::Text`]: only the whole word, after its expansions, shows whether it is a glob.
    Glob(Bytes),
    /// An unquoted `~`, `~name`, `~+` where tilde expansion takes place; what stands between `~` and `/`. Not looked for in what
    /// only a brace expression puts at the start of a word.
    Tilde(Bytes),
    /// `$name`, `${...}`, `$1`, `$@` ...
    Parameter(alloc::boxed::Box<Parameter>),
    /// `$( )`, backticks: a list, or nothing where it is empty.
    Command {
        /// What runs.
        body: Option<NodeId>,
        /// It stands in double quotes: its output is not split.
        quoted: bool,
    },
    /// `$(( ))`, `$[ ]`.
    Arithmetic {
        /// The expression, with its expansions as parts.
        expression: alloc::boxed::Box<Word>,
        /// It stands in double quotes.
        quoted: bool,
    },
    /// `<( )`, `>( )`.
    Process {
        /// What runs.
        body: Option<NodeId>,
        /// `<( )`: the outer command reads what the inner one writes.
        reads: bool,
    },
    /// `{a,b}`: alternatives, each a list of parts.
    Braces(Vec<Vec<Part>>),
    /// `{1..9..2}`, `{a..f}`: the sequence's text between the braces.
    Sequence(Bytes),
    /// Text that the parser does not read inside a word; the word is unknown and so is what it may run.
    Unread(alloc::boxed::Box<Unread>),
}

/// A parameter expansion.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a mark of the notation, any of which may stand beside any other"
)]
pub struct Parameter {
    /// The name: a variable, a digit string, or one of `@ * # ? - $ ! _ 0`.
    pub name: Bytes,
    /// It stands in double quotes.
    pub quoted: bool,
    /// `${name}`; without braces, some shells take more of what follows for a part of it (`$x[1]`, `$x:h`).
    pub braced: bool,
    /// `${#name}`.
    pub length: bool,
    /// `${!name}`.
    pub indirect: bool,
    /// `[subscript]`.
    pub subscript: Option<alloc::boxed::Box<Word>>,
    /// The operator and its operands; `None` for a plain expansion.
    pub operation: Option<Operation>,
    /// Its place.
    pub span: Span,
}

/// An operator of a parameter expansion with its operands.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The operator as written: `:-`, `-`, `:=`, `=`, `:?`, `?`, `:+`, `+`, `#`, `##`, `%`, `%%`, `/`, `//`, `/#`, `/%`, `:`, `^`,
    /// `^^`, `,`, `,,`, `@`, and `*` for `${!prefix*}`.
    pub operator: Bytes,
    /// One or two operands (two for substitutions and substrings).
    pub operands: Vec<Word>,
}

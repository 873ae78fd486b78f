//! The parser's state and its entry.

use super::{
    dialect::{Dialect, Others},
    differences,
    limits::{LimitReached, Limits},
    tree::{Difference, Located, Node, NodeId, Redirection, RedirectionKind, Tree, Unread, Word},
};
use crate::effect::Span;
use alloc::{boxed::Box, vec::Vec};

/// Why reading a construct stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// A bound was reached: the whole script is denied.
    Limit(Box<LimitReached>),
    /// bash refuses the text, or this parser does not know it: the line becomes an [`Unread`].
    Refused(Unread),
    /// The shell whose reading this is certainly refuses the text: it runs nothing of this line or after it.
    Ends,
}

impl Stop {
    /// The refusal as a node, where what stands around it is kept.
    pub(super) fn unread(self) -> Unread {
        match self {
            Self::Refused(unread) => unread,
            Self::Ends | Self::Limit(_) => {
                Unread { code: "unexpected-token", message: "a shell refuses this text where it stands" }
            }
        }
    }
}

/// The outcome of reading a construct.
pub(super) type Read<T> = Result<T, Stop>;

/// A refusal with its code and sentence.
pub(super) fn refuse<T>(code: &'static str, message: &'static str) -> Read<T> {
    Err(Stop::Refused(Unread { code, message }))
}

/// Bytes of a script for each of its nodes, at most, in most scripts.
const USUAL: usize = 32;

/// What all parsers of one script share: the arena and the bounds.
pub(super) struct Core<'l> {
    pub(super) nodes: Vec<Located>,
    pub(super) differences: Vec<Difference>,
    pub(super) comments: Vec<Span>,
    /// Bodies of here-documents, by the number that their redirection holds until the end.
    pub(super) bodies: Vec<Option<Word>>,
    /// The shell whose reading this is, and those that have been found to read the text differently.
    pub(super) dialect: Dialect,
    pub(super) others: Others,
    pub(super) limits: &'l Limits,
    pub(super) depth: usize,
    pub(super) words: usize,
    pub(super) steps: usize,
    budget: usize,
}

impl<'l> Core<'l> {
    fn new(bytes: usize, limits: &'l Limits, dialect: Dialect) -> Self {
        Self {
            nodes: Vec::with_capacity(bytes / USUAL + 1),
            differences: Vec::new(),
            comments: Vec::new(),
            bodies: Vec::new(),
            dialect,
            others: Others::default(),
            limits,
            depth: 0,
            words: 0,
            steps: 0,
            budget: bytes.saturating_mul(limits.steps_per_byte).saturating_add(4096),
        }
    }

    /// Counts work that is more than reading each byte once.
    pub(super) fn tick(&mut self, steps: usize) -> Read<()> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > self.budget {
            return limit("script-steps", self.budget, "steps of reading");
        }
        Ok(())
    }

    /// Adds a node to the arena.
    pub(super) fn push(&mut self, node: Node, span: Span) -> Read<NodeId> {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        if self.nodes.len() >= self.limits.nodes {
            return limit("script-nodes", self.limits.nodes, "commands");
        }
        self.nodes.push(Located { node, span });
        Ok(id)
    }
}

/// A limit as a reason to stop.
pub(super) fn limit<T>(name: &'static str, limit: usize, unit: &str) -> Read<T> {
    Err(Stop::Limit(Box::new(LimitReached::new(name, limit, unit))))
}

/// Where the bytes of a text stand in the outermost script: text from backticks and here-documents has lost some on the way.
#[derive(Clone, Copy)]
pub(super) enum Places<'s> {
    /// Each byte at its index plus this.
    Shifted(usize),
    /// One place for each byte.
    Listed(&'s [u32]),
}

/// A reader over one text: the script, or what stands in backticks or in the body of a here-document.
pub(super) struct Parser<'s, 'c, 'l> {
    pub(super) text: &'s [u8],
    pub(super) places: Places<'s>,
    pub(super) pos: usize,
    pub(super) core: &'c mut Core<'l>,
    /// Here-documents whose body begins after the next newline.
    pub(super) pending: Vec<super::heredoc::Pending>,
    /// The reserved word at the place where one was last asked for.
    pub(super) reserved: Option<(usize, Option<&'static [u8]>)>,
    /// How many substitutions are open.
    pub(super) substitutions: usize,
    /// A here-document has begun in the innermost one.
    pub(super) began_document: bool,
    /// Where the matching parentheses of a double parenthesis are, by position.
    pub(super) parentheses: super::arithmetic::Parentheses,
    /// Which bytes belong to a token, a blank or a comment: all of them, at the end.
    #[cfg(debug_assertions)]
    pub(super) covered: Vec<bool>,
}

impl<'s, 'c, 'l> Parser<'s, 'c, 'l> {
    /// A reader at the start of `text`.
    pub(super) fn new(text: &'s [u8], places: Places<'s>, core: &'c mut Core<'l>) -> Self {
        Self {
            text,
            places,
            pos: 0,
            core,
            pending: Vec::new(),
            reserved: None,
            substitutions: 0,
            began_document: false,
            parentheses: super::arithmetic::Parentheses::default(),
            #[cfg(debug_assertions)]
            covered: alloc::vec![false; text.len()],
        }
    }

    /// Reads a construct one level deeper.
    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.core.depth >= self.core.limits.depth {
            return limit("script-depth", self.core.limits.depth, "constructs inside each other");
        }
        self.core.depth += 1;
        let result = read(self);
        self.core.depth -= 1;
        result
    }

    /// Adds a node that reaches from `start` to here.
    pub(super) fn node(&mut self, node: Node, start: usize) -> Read<NodeId> {
        let span = self.span(start);
        self.core.push(node, span)
    }

    /// Records that other shells read the text from `start` to here differently. What only zsh does is said once, of the tree that
    /// holds zsh's reading.
    pub(super) fn differs(&mut self, code: &'static str, start: usize) {
        if self.core.dialect == Dialect::Dash && differences::is_about_zsh(code) {
            return;
        }
        let span = self.span(start);
        self.core.differences.push(Difference { code, span });
    }

    /// The place in the outermost script of the text from `start` to here.
    pub(super) fn span(&self, start: usize) -> Span {
        let end = if self.pos > start { self.place(self.pos - 1) + 1 } else { self.place(start) };
        Span::new(self.place(start), end)
    }

    /// The place in the outermost script of one byte of this text.
    pub(super) fn place(&self, at: usize) -> usize {
        match self.places {
            Places::Shifted(by) => at + by,
            Places::Listed(list) => match list.get(at) {
                Some(place) => usize::try_from(*place).unwrap_or(usize::MAX),
                None => list.last().map_or(0, |last| usize::try_from(*last).unwrap_or(usize::MAX).saturating_add(1)),
            },
        }
    }

    /// Debug builds: every byte has been read as something.
    pub(super) fn assert_covered(&self) {
        #[cfg(debug_assertions)]
        if let Some(hole) = self.covered.iter().position(|covered| !covered) {
            debug_assert!(false, "byte {hole} of the script belongs to no token");
        }
    }
}

/// Reads a script as bash does. The tree holds every command of it; a line that bash refuses, and all after it, is one
/// [`Unread`].
///
/// # Errors
///
/// A bound of `limits` was reached; the caller denies.
pub fn parse(script: &str, limits: &Limits) -> Result<Tree, LimitReached> {
    parse_as(Dialect::Bash, script, limits)
}

/// Reads a script as one shell does. A shell other than bash that certainly refuses a line ends the tree there.
///
/// # Errors
///
/// A bound of `limits` was reached; the caller denies.
pub fn parse_as(dialect: Dialect, script: &str, limits: &Limits) -> Result<Tree, LimitReached> {
    parse_counted(dialect, script, limits).0
}

/// [`parse_as`], and how many steps it took: the measure that keeps it linear.
pub(super) fn parse_counted(dialect: Dialect, script: &str, limits: &Limits) -> (Result<Tree, LimitReached>, usize) {
    let text = script.as_bytes();
    if text.len() > limits.bytes {
        return (Err(LimitReached::new("script-bytes", limits.bytes, "bytes")), 0);
    }
    let mut core = Core::new(text.len(), limits, dialect);
    let root = if text.contains(&0) {
        let unread = Unread { code: "nul-byte", message: "the script holds a nul byte, which no shell can be given" };
        core.push(Node::Unread(unread), Span::new(0, text.len())).map(Some)
    } else {
        Parser::new(text, Places::Shifted(0), &mut core).program()
    };
    let steps = core.steps;
    let tree = match root {
        Ok(root) => Ok(finish(core, root)),
        Err(Stop::Limit(limit)) => Err(*limit),
        // `program` turns refusals into nodes; should one come through, it still must not be lost.
        Err(refused @ (Stop::Refused(_) | Stop::Ends)) => {
            let unread = refused.unread();
            core.nodes.clear();
            core.bodies.clear();
            match core.push(Node::Unread(unread), Span::new(0, text.len())) {
                Ok(id) => Ok(finish(core, Some(id))),
                Err(_) => Err(LimitReached::new("script-nodes", limits.nodes, "commands")),
            }
        }
    };
    (tree, steps)
}

/// Puts the bodies of here-documents, which stand after the line that names them, in their redirections.
fn finish(mut core: Core<'_>, root: Option<NodeId>) -> Tree {
    differences::settle(&mut core);
    if !core.bodies.is_empty() {
        for located in &mut core.nodes {
            for redirection in redirections(&mut located.node) {
                if redirection.kind == RedirectionKind::HereDocument {
                    let slot = usize::try_from(redirection.target.span.start).unwrap_or(usize::MAX);
                    redirection.target = core.bodies.get_mut(slot).and_then(Option::take).unwrap_or_default();
                }
            }
        }
    }
    Tree { nodes: core.nodes, root, differences: core.differences, comments: core.comments, others: core.others }
}

/// The redirections of a node; none for the nodes that cannot have any.
pub(super) fn redirections(node: &mut Node) -> &mut [Redirection] {
    redirection_list(node).map_or(&mut [], Vec::as_mut_slice)
}

/// The list of redirections of a node that can have some.
pub(super) fn redirection_list(node: &mut Node) -> Option<&mut Vec<Redirection>> {
    match node {
        Node::Simple(simple) => Some(&mut simple.redirections),
        Node::Subshell { redirections, .. }
        | Node::Group { redirections, .. }
        | Node::If { redirections, .. }
        | Node::While { redirections, .. }
        | Node::For { redirections, .. }
        | Node::ForArithmetic { redirections, .. }
        | Node::Case { redirections, .. }
        | Node::Condition { redirections, .. }
        | Node::Arithmetic { redirections, .. } => Some(redirections),
        Node::Pipeline(_) | Node::List(_) | Node::Function { .. } | Node::Coproc { .. } | Node::Unread(_) => None,
    }
}

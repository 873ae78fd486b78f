//! Folds the tree of a shell script into effects.
//!
//! Every command of the tree is looked at, also one that is never reached: what the fold follows (directory, variables,
//! functions, which branch) only decides how much is known of its words. A command that the fold should ever miss is found at the
//! end and makes the script unknown.

mod absent;
mod aliases;
mod arithmetic;
mod bodies;
mod builtins;
mod compound;
mod dates;
mod delimiters;
mod directories;
mod environment;
mod evaluated;
mod expression;
mod file_names;
mod flow;
mod found;
mod heard;
mod held;
mod inherited;
mod inner;
mod interactive;
mod list;
mod listed;
mod names;
mod nodes;
mod optional;
mod parsed;
mod positional;
mod printed;
mod readings;
mod redirections;
mod revisions;
mod seen;
mod simple;
mod special;
mod state;
mod temporary;
mod traps;
mod variables;
mod written;

use super::command::{Alias, Analysis, Stdin};
use super::{LimitReached, MAX_EFFECTS};
use crate::effect::{Cause, Certainty, Effect, Kind, Span, Value, Word};
use crate::shell::tree::{Located, Node, NodeId, RedirectionKind, Tree};
use crate::shell::{self, Dialect, Limits, Others};
use crate::world::World;
use alloc::{collections::BTreeSet, format, rc::Rc, string::String, vec::Vec};
use core::cell::Cell;
use parsed::{Marks, Parsed};
use seen::Seen;
use state::{Body, State};

/// Most nodes that one call may look at, each pass over a loop and each call of a function counted.
const MAX_STEPS: u32 = 200_000;
/// Bytes of values and of words that one call may make out of its scripts. A command that takes more sees unknown values, and
/// what follows it is not looked at: the call is denied.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// Bytes that the tree of a script takes for each byte of its text.
const TREE: usize = 16;
/// Bytes that a word takes beside its text.
const WORD: usize = 48;
/// How many nodes may be followed inside each other: the bound on the stack. What the parser reads is less than half as deep by
/// itself; calls of functions and scripts add to that.
const MAX_NODES_DEEP: usize = 160;
/// How deep functions and scripts may call one another.
const MAX_CALLS: usize = 24;

/// Adds the effects of a shell script that runs in the directory `cwd`, whichever shell reads it; the directories that it changes
/// to.
///
/// # Errors
/// A limit was reached.
pub(super) fn script(
    text: &str,
    cwd: &[u8],
    world: &dyn World,
    analysis: &mut Analysis<'_>,
) -> Result<Vec<Vec<u8>>, LimitReached> {
    let mut directories = Vec::new();
    let mut others = Others::default();
    for dialect in Dialect::ALL {
        if dialect != Dialect::Bash && !others.contains(dialect) {
            continue;
        }
        if dialect != Dialect::Bash {
            analysis.comments.clear();
        }
        let before = analysis.effects.len();
        analysis.reading = before;
        let mut fold = Fold::new(world, dialect);
        let state = State::new(Value::Known(cwd.into()));
        let script = fold.parse(text, None, analysis)?;
        if dialect == Dialect::Bash {
            inherited::check_patterns(text, world, analysis);
        }
        fold.root(script, state, Stdin::Inherited, analysis)?;
        fold.trapped(analysis)?;
        fold.environment.resolve(analysis);
        fold.leftovers(analysis)?;
        fold.absent_names(analysis);
        temporary::check(analysis);
        others = others.and(fold.others);
        directories.extend(fold.directories);
        readings::forget_repeated(&mut analysis.effects, 0, before);
    }
    directories.sort_unstable();
    directories.dedup();
    Ok(directories)
}

/// The ways in which a construct may end: with success, with failure. `None`: it cannot end so.
#[derive(Clone, Debug)]
struct Ends {
    ok: Option<State>,
    failed: Option<State>,
}

impl Ends {
    /// Success and failure leave the same state.
    fn both(state: State) -> Self {
        Self { ok: Some(state.clone()), failed: Some(state) }
    }

    /// The state after it, however it ended.
    fn any(self) -> Option<State> {
        join(self.ok, self.failed)
    }
}

fn join(a: Option<State>, b: Option<State>) -> Option<State> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.join(&b)),
        (one, other) => one.or(other),
    }
}

/// The work on all scripts of one call.
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
struct Fold<'w> {
    world: &'w dyn World,
    /// The shell whose reading is followed, and those that have been found to read something of it differently.
    dialect: Dialect,
    others: Others,
    /// Names of commands that no program has, and the one that was last asked for.
    absent: BTreeSet<Vec<u8>>,
    /// How names begin that no program has.
    absent_beginnings: BTreeSet<Vec<u8>>,
    missed: Option<Vec<u8>>,
    /// The node that was last followed is a command that does not exist, so that it certainly fails.
    failed: bool,
    scripts: Vec<Parsed>,
    /// Functions and scripts that are being followed, to find recursion.
    calls: Vec<Body>,
    steps: u32,
    /// Nodes that are being followed, one inside the other.
    depth: usize,
    /// What is left of [`MAX_BYTES`].
    bytes: Cell<usize>,
    /// The state in which the command that is being analysed runs, and the one that shell text in it leaves.
    here: Option<Here>,
    /// Whose values of the environment the call shows.
    environment: environment::Environment,
    /// Directories that are changed to.
    directories: Vec<Vec<u8>>,
    /// What is known of moving data.
    flows: flow::Flows,
    /// A path was given with `..`: after a link it leads elsewhere than its text says, so that no file is remembered.
    parents: bool,
    /// The states in which `return`, `exit`, `break` or `continue` left the function or loop that is being followed.
    left: Option<State>,
    /// Inside a function: the variables that may be its own, and have their old values when it ends.
    locals: Option<Locals>,
    /// Text may be matched without regard to case.
    loose_case: bool,
    /// Extended globs may be on.
    extended_globs: bool,
    /// Globs may stand for themselves (`set -f`).
    literal_globs: bool,
    /// Aliases that the script may have defined.
    aliases: Vec<Alias>,
    /// Shell text that runs later.
    traps: traps::Traps,
}

/// What is known of the variables of the function that is being followed.
struct Locals {
    /// Those that it may have declared for itself.
    names: BTreeSet<Vec<u8>>,
    /// The state in which it began.
    entry: State,
}

/// What `eval` and its like start from and leave behind.
struct Here {
    before: State,
    after: Option<State>,
    /// What the command executes may run several times, or beside what follows.
    forgets: bool,
}

/// A node of one of the scripts, and how its commands read standard input.
#[derive(Clone, Copy)]
struct At<'s> {
    script: usize,
    stdin: Stdin<'s>,
    /// Standard input is a pipe that zsh reads beside what the node's own redirections open.
    piped: bool,
}

impl<'w> Fold<'w> {
    fn new(world: &'w dyn World, dialect: Dialect) -> Self {
        Self {
            world,
            dialect,
            others: Others::default(),
            absent: BTreeSet::new(),
            absent_beginnings: BTreeSet::new(),
            missed: None,
            failed: false,
            scripts: Vec::new(),
            calls: Vec::new(),
            steps: 0,
            depth: 0,
            bytes: Cell::new(MAX_BYTES),
            here: None,
            left: None,
            environment: environment::Environment::default(),
            directories: Vec::new(),
            locals: None,
            loose_case: false,
            extended_globs: false,
            literal_globs: false,
            aliases: Vec::new(),
            traps: traps::Traps::default(),
            flows: flow::Flows::default(),
            parents: false,
        }
    }
}

impl Fold<'_> {
    /// Parses a text; what other shells would read differently is unknown.
    fn parse(&mut self, text: &str, place: Option<Span>, analysis: &mut Analysis<'_>) -> Result<usize, LimitReached> {
        if place.is_some() {
            // All trees are kept, and a script may hold itself again and again, each time a little shorter.
            self.bytes.set(self.bytes.get().saturating_sub(text.len().saturating_mul(TREE)));
        }
        let tree = shell::parse_as(self.dialect, text, &Limits::default())
            .map_err(|limit| LimitReached { name: limit.name, message: limit.message })?;
        boundary!("parsed");
        for difference in tree.differences() {
            // Both end what they read at a NUL.
            if difference.code == shell::NUL
                && place.is_none()
                && delimiters::is_delimiter(&tree, text, difference.span)
            {
                continue;
            }
            let detail = "bash, sh and zsh read this differently, and Codex does not say which of them runs it";
            unknown(analysis, difference.code, detail.into(), place.unwrap_or(difference.span));
        }
        self.others = self.others.and(tree.others());
        if place.is_none() && self.dialect == Dialect::Bash {
            analysis.comments = tree.comments().to_vec();
        }
        let negates = text.contains("!(");
        let dialect = self.dialect;
        self.scripts.push(Parsed { tree: Rc::new(tree), place, seen: Marks::default(), dialect, negates });
        self.check_negations(place.unwrap_or_default(), analysis);
        Ok(self.scripts.len().saturating_sub(1))
    }

    /// `!(x)` is a subshell, or with extended globs the names of files.
    fn check_negations(&self, span: Span, analysis: &mut Analysis<'_>) {
        if self.extended_globs && self.scripts.iter().any(|script| script.negates) {
            let detail = "with extended globs `!(...)` stands for names of files";
            unknown(analysis, "changed-reading", detail.into(), span);
        }
    }

    /// Follows a whole script; the state that it leaves, `None` where it never ends.
    fn root(
        &mut self,
        script: usize,
        state: State,
        stdin: Stdin<'_>,
        analysis: &mut Analysis<'_>,
    ) -> Result<Option<State>, LimitReached> {
        let root = self.scripts.get(script).and_then(|s| s.tree.root());
        match root {
            Some(node) => {
                Ok(self.node(At { script, stdin: stdin.shared(), piped: false }, node, state, analysis)?.any())
            }
            None => Ok(Some(state)),
        }
    }

    /// Follows one node.
    fn node(
        &mut self,
        at: At<'_>,
        id: NodeId,
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        self.within_limits(analysis)?;
        let opens = self.opens(at, id);
        let before = opens.then(|| state.clone());
        self.steps += 1;
        self.depth += 1;
        self.failed = false;
        let ends = self.dispatch(at, id, state, analysis);
        self.depth -= 1;
        self.failed &= self.is_simple(at, id);
        let mut ends = ends?;
        // A file that cannot be opened is a failure before anything of the construct has run.
        if let Some(before) = before.filter(|before| ends.failed.as_ref() != Some(before)) {
            ends.failed = join(ends.failed, Some(before));
        }
        self.traps.pass(&ends);
        Ok(ends)
    }

    fn within_limits(&self, analysis: &Analysis<'_>) -> Result<(), LimitReached> {
        let (name, message) = if self.steps >= MAX_STEPS {
            ("script-steps", format!("the script takes more than {MAX_STEPS} steps to follow"))
        } else if self.depth >= MAX_NODES_DEEP {
            ("script-calls", String::from("constructs, functions and scripts are too deep inside each other"))
        } else if self.bytes.get() == 0 {
            ("script-values", format!("the script's words become more than {MAX_BYTES} bytes"))
        } else if analysis.effects.len() > MAX_EFFECTS {
            return Err(super::too_many_effects());
        } else {
            return Ok(());
        };
        Err(LimitReached { name, message: message + "; split it into smaller calls" })
    }

    /// The frames of this and of what it calls are kept small, because scripts nest.
    fn dispatch(
        &mut self,
        at: At<'_>,
        id: NodeId,
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let Some((tree, located)) = self.located(at, id) else { return Ok(Ends::both(state)) };
        let Some(Located { node, span }) = tree.get(located) else { return Ok(Ends::both(state)) };
        let span = self.place(at, *span);
        match node {
            Node::Simple(simple) => self.simple_with_found(at, simple, span, state, analysis),
            Node::Pipeline(pipeline) => self.pipeline(at, pipeline, state, analysis),
            Node::List(items) => self.list(at, items, state, analysis),
            Node::Subshell { body, redirections } => self.subshell(at, *body, redirections, state, analysis),
            Node::Group { body, redirections } => self.group(at, *body, redirections, state, analysis),
            Node::If { redirections, .. }
            | Node::While { redirections, .. }
            | Node::For { redirections, .. }
            | Node::ForArithmetic { redirections, .. }
            | Node::Case { redirections, .. } => {
                let mut state = state;
                let stdin = self.open(at, redirections, &mut state, analysis)?;
                let names = if at.piped { None } else { self.names_read(at, node, &state, analysis) };
                let stdin = names.as_ref().map_or(stdin.at(at), |names| At { stdin: Stdin::Names(names), ..at });
                self.control(stdin, node, span, state, analysis)
            }
            Node::Coproc { name, body } => self.coprocess(at, name.as_deref(), *body, state, analysis),
            Node::Function { .. } | Node::Condition { .. } | Node::Arithmetic { .. } | Node::Unread(_) => {
                self.leaf(at, node, span, state, analysis)
            }
        }
    }

    fn is_simple(&self, at: At<'_>, id: NodeId) -> bool {
        let node = self.scripts.get(at.script).and_then(|script| script.tree.get(id));
        node.is_some_and(|located| matches!(located.node, Node::Simple(_)))
    }

    /// Whether a node has redirections of its own that may fail.
    fn opens(&self, at: At<'_>, id: NodeId) -> bool {
        let node = self.scripts.get(at.script).and_then(|script| script.tree.get(id));
        let redirections = node.map_or(&[][..], |located| located.node.redirections());
        redirections.iter().any(|r| !matches!(r.kind, RedirectionKind::HereDocument | RedirectionKind::HereString))
    }

    /// Marks a node as looked at; its tree is shared, so that it can be read while the fold goes on.
    fn located(&mut self, at: At<'_>, id: NodeId) -> Option<(Rc<Tree>, NodeId)> {
        let script = self.scripts.get_mut(at.script)?;
        script.seen.insert(id);
        Some((script.tree.clone(), id))
    }

    /// A place in the outermost script.
    fn place(&self, at: At<'_>, span: Span) -> Span {
        self.scripts.get(at.script).and_then(|s| s.place).unwrap_or(span)
    }

    /// Takes the bytes of a command and of what its words become off what is left.
    fn pay(&self, span: Span, words: &[Word]) {
        let text = usize::try_from(span.end.saturating_sub(span.start)).unwrap_or(usize::MAX);
        let size = words.iter().fold(text, |sum, word| sum.saturating_add(WORD + word.value.size()));
        self.bytes.set(self.bytes.get().saturating_sub(size));
    }

    fn seen<'a>(&'a self, state: &'a State) -> Seen<'a> {
        Seen { state, world: self.world, left: &self.bytes, loose_case: self.loose_case }
    }

    /// Bodies of functions that nobody called, and whatever else was not looked at.
    fn leftovers(&mut self, analysis: &mut Analysis<'_>) -> Result<(), LimitReached> {
        let mut script = 0;
        // Following a leftover may parse more scripts, which are looked at in their turn.
        while let Some(parsed) = self.scripts.get(script).cloned() {
            // Parents come after their children: the outermost leftover leads to all below it.
            self.dialect = parsed.dialect;
            let mut rest: Vec<NodeId> = parsed.tree.iter().map(|(id, _)| id).collect();
            while let Some(id) = rest.pop() {
                if !self.scripts.get(script).is_some_and(|s| s.seen.contains(id)) {
                    let mut state = State::new(Value::ANY_WORD);
                    state.lose();
                    self.node(At { script, stdin: Stdin::Stream, piped: false }, id, state, analysis)?;
                }
            }
            script += 1;
        }
        Ok(())
    }
}

/// An effect that could not be worked out, which no allow of a command answers.
fn unknown(analysis: &mut Analysis<'_>, code: &'static str, detail: String, span: Span) {
    let kind = Kind::Unknown(Cause { code, detail });
    analysis.effects.push(Effect { kind, certainty: Certainty::Unknown, span, by: None, command: None });
}

//! Folds the tree of a shell script into effects.
//!
//! Every command of the tree is looked at, also one that is never reached: what the fold follows (directory, variables,
//! functions, which branch) only decides how much is known of its words. A command that the fold should ever miss is found at the
//! end and makes the script unknown.

mod arithmetic;
mod bodies;
mod compound;
mod flow;
mod list;
mod redirections;
mod simple;
mod state;
mod variables;
mod written;

use super::LimitReached;
use super::command::{Analysis, Outcome, Script, Scripts, Shell, Stdin};
use crate::effect::{Cause, Certainty, Effect, Kind, Span, Value};
use crate::shell::tree::{Located, Node, NodeId, Tree};
use crate::shell::{self, Limits};
use crate::world::World;
use alloc::{collections::BTreeSet, format, rc::Rc, string::String, vec::Vec};
use state::{Body, Seen, State};

/// Most nodes that one call may look at, each pass over a loop and each call of a function counted.
const MAX_STEPS: u32 = 200_000;
/// How deep functions and scripts may call one another.
const MAX_CALLS: usize = 24;

/// Adds the effects of a shell script that runs in the directory `cwd`; the directories that it changes to.
///
/// # Errors
/// A limit was reached.
pub(super) fn script(
    text: &str,
    cwd: &[u8],
    world: &dyn World,
    analysis: &mut Analysis<'_>,
) -> Result<Vec<Vec<u8>>, LimitReached> {
    let mut fold = Fold {
        world,
        scripts: Vec::new(),
        calls: Vec::new(),
        steps: 0,
        here: None,
        left: None,
        expanded: Vec::new(),
        directories: Vec::new(),
        flows: flow::Flows::default(),
        parents: false,
    };
    let state = State::new(Value::Known(cwd.into()));
    let script = fold.parse(text, None, analysis)?;
    fold.root(script, state, Stdin::Inherited, analysis)?;
    fold.leftovers(analysis)?;
    Ok(fold.directories)
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

/// A script of the call: the outermost, or text that a command executes.
#[derive(Clone)]
struct Parsed {
    tree: Rc<Tree>,
    /// The place in the outermost script that all of this text has; `None` for the outermost itself.
    place: Option<Span>,
    /// Nodes that have been looked at.
    seen: BTreeSet<NodeId>,
}

/// The work on all scripts of one call.
struct Fold<'w> {
    world: &'w dyn World,
    scripts: Vec<Parsed>,
    /// Functions and scripts that are being followed, to find recursion.
    calls: Vec<Body>,
    steps: u32,
    /// The state in which the command that is being analysed runs, and the one that shell text in it leaves.
    here: Option<Here>,
    /// Variables of the environment that the words of the command at hand expand.
    expanded: Vec<(Vec<u8>, Span)>,
    /// Directories that are changed to.
    directories: Vec<Vec<u8>>,
    /// What is known of moving data.
    flows: flow::Flows,
    /// A path was given with `..`: after a link it leads elsewhere than its text says, so that no file is remembered.
    parents: bool,
    /// The states in which `return`, `exit`, `break` or `continue` left the function or loop that is being followed.
    left: Option<State>,
}

/// What `eval` and its like start from and leave behind.
struct Here {
    before: State,
    after: Option<State>,
}

/// A node of one of the scripts, and how its commands read standard input.
#[derive(Clone, Copy)]
struct At<'s> {
    script: usize,
    stdin: Stdin<'s>,
}

impl Fold<'_> {
    /// Parses a text; what other shells would read differently is unknown.
    fn parse(&mut self, text: &str, place: Option<Span>, analysis: &mut Analysis<'_>) -> Result<usize, LimitReached> {
        let tree = shell::parse(text, &Limits::default())
            .map_err(|limit| LimitReached { name: limit.name, message: limit.message })?;
        for difference in tree.differences() {
            let detail = "bash, sh and zsh read this differently, and Codex does not say which of them runs it";
            unknown(analysis, difference.code, detail.into(), place.unwrap_or(difference.span));
        }
        self.scripts.push(Parsed { tree: Rc::new(tree), place, seen: BTreeSet::new() });
        Ok(self.scripts.len().saturating_sub(1))
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
            Some(node) => Ok(self.node(At { script, stdin }, node, state, analysis)?.any()),
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
        self.steps += 1;
        if self.steps > MAX_STEPS {
            let message =
                format!("the script takes more than {MAX_STEPS} steps to follow; split it into smaller calls");
            return Err(LimitReached { name: "script-steps", message });
        }
        let Some((tree, located)) = self.located(at, id) else { return Ok(Ends::both(state)) };
        let Some(Located { node, span }) = tree.get(located) else { return Ok(Ends::both(state)) };
        let span = self.place(at, *span);
        let start = analysis.effects.len();
        let mut state = state;
        match node {
            Node::Simple(simple) => self.simple(at, simple, span, state, analysis),
            Node::Pipeline(pipeline) => self.pipeline(at, pipeline, state, analysis),
            Node::List(items) => self.list(at, items, state, analysis),
            Node::Subshell { body, redirections } => {
                let stdin = self.open(at, redirections, &mut state, analysis)?;
                self.node(stdin.at(at), *body, state.clone(), analysis)?;
                // What it wrote stays.
                Ok(self.remember(
                    None,
                    analysis.effects.get(start..).unwrap_or_default(),
                    &state.clone(),
                    Ends::both(state),
                ))
            }
            Node::Group { body, redirections } => {
                let stdin = self.open(at, redirections, &mut state, analysis)?;
                self.node(stdin.at(at), *body, state, analysis)
            }
            Node::If { arms, otherwise, redirections } => {
                let stdin = self.open(at, redirections, &mut state, analysis)?;
                self.branches(stdin.at(at), arms, *otherwise, state, analysis)
            }
            Node::While { condition, body, redirections } => {
                let stdin = self.open(at, redirections, &mut state, analysis)?;
                self.repeat(stdin.at(at), Some(*condition), *body, state, analysis)
            }
            Node::For { name, words, body, redirections } => {
                let stdin = self.open(at, redirections, &mut state, analysis)?;
                self.each(stdin.at(at), (name, words.as_deref()), *body, (state, span), analysis)
            }
            Node::ForArithmetic { expressions, body, redirections } => {
                let stdin = self.open(at, redirections, &mut state, analysis)?;
                for expression in expressions {
                    self.arithmetic(at, expression, &mut state, analysis)?;
                }
                self.settle_compound(&[], &analysis.effects, start, &mut state);
                self.repeat(stdin.at(at), None, *body, state, analysis)
            }
            Node::Case { word, arms, redirections } => {
                let stdin = self.open(at, redirections, &mut state, analysis)?;
                self.cases(stdin.at(at), word, arms, state, analysis)
            }
            Node::Function { name, body } => {
                state.define(name, Body { script: at.script, node: *body });
                Ok(Ends::both(state))
            }
            Node::Coproc { name, body } => {
                state.assign(name.as_deref().unwrap_or(b"COPROC"), state::Held::Unknown);
                state.files.disturb(); // it runs at the same time
                let stream = At { stdin: Stdin::Stream, ..at };
                self.node(stream, *body, state.clone(), analysis)?;
                Ok(Ends::both(state))
            }
            Node::Condition { operands, arithmetic, redirections } => {
                self.redirect(at, redirections, &state, analysis)?;
                for operand in operands {
                    if *arithmetic {
                        self.arithmetic_operand(at, operand, &mut state, analysis)?;
                    } else {
                        self.bodies(at, operand, &mut state, analysis)?;
                    }
                }
                state.assign(b"BASH_REMATCH", state::Held::Unknown);
                self.settle_compound(redirections, &analysis.effects, start, &mut state);
                Ok(Ends::both(state))
            }
            Node::Arithmetic { expression, redirections } => {
                self.redirect(at, redirections, &state, analysis)?;
                self.arithmetic(at, expression, &mut state, analysis)?;
                self.settle_compound(redirections, &analysis.effects, start, &mut state);
                Ok(Ends::both(state))
            }
            Node::Unread(unread) => {
                unknown(analysis, unread.code, unread.message.into(), span);
                state.lose();
                Ok(Ends::both(state))
            }
        }
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

    fn seen<'a>(&'a self, state: &'a State) -> Seen<'a> {
        Seen { state, world: self.world }
    }

    /// Bodies of functions that nobody called, and whatever else was not looked at.
    fn leftovers(&mut self, analysis: &mut Analysis<'_>) -> Result<(), LimitReached> {
        let mut script = 0;
        // Following a leftover may parse more scripts, which are looked at in their turn.
        while let Some(parsed) = self.scripts.get(script).cloned() {
            // Parents come after their children: the outermost leftover leads to all below it.
            let mut rest: Vec<NodeId> = parsed.tree.iter().map(|(id, _)| id).collect();
            while let Some(id) = rest.pop() {
                if !self.scripts.get(script).is_some_and(|s| s.seen.contains(&id)) {
                    let mut state = State::new(Value::ANY_WORD);
                    state.lose();
                    self.node(At { script, stdin: Stdin::Stream }, id, state, analysis)?;
                }
            }
            script += 1;
        }
        Ok(())
    }
}

impl Scripts for Fold<'_> {
    fn written(&self, named: &[u8], cwd: &Value) -> Option<Vec<u8>> {
        self.text_of(named, cwd, &self.here.as_ref()?.before)
    }

    fn world(&self) -> Option<&dyn World> {
        Some(self.world)
    }

    fn script(&mut self, analysis: &mut Analysis<'_>, script: &Script<'_>) -> Result<Outcome, LimitReached> {
        let Ok(text) = core::str::from_utf8(script.text) else {
            unknown(analysis, "script-not-utf8", "the script is not UTF-8 text".into(), script.span);
            return Ok(Outcome { anything: true, ..Outcome::default() });
        };
        if self.calls.len() >= MAX_CALLS {
            let message = String::from("scripts and functions call one another too deep; call them one by one");
            return Err(LimitReached { name: "script-calls", message });
        }
        let index = self.parse(text, Some(script.span), analysis)?;
        let current = self.here.take();
        let mut state = match (script.shell, &current) {
            (Shell::Current | Shell::Later, Some(here)) => here.after.clone().unwrap_or_else(|| here.before.clone()),
            _ => child_state(script, current.as_ref()),
        };
        if !script.arguments.is_empty() {
            // The first is `$0`.
            state.positional = Some(Rc::new(script.arguments.iter().skip(1).cloned().collect()));
        }
        // Scripts are never the same one twice: the place in the list of calls only counts how deep they go.
        let root = self.scripts.get(index).and_then(|s| s.tree.root());
        self.calls.extend(root.map(|node| Body { script: index, node }));
        let result = match script.shell {
            Shell::Later => self.later(index, &state, script.stdin, analysis).map(Some),
            Shell::Current | Shell::Child => self.root(index, state, script.stdin, analysis),
        };
        if root.is_some() {
            self.calls.pop();
        }
        let after = result?;
        self.here = current;
        if script.shell != Shell::Child
            && let Some(here) = &mut self.here
        {
            here.after = after.or_else(|| here.after.take());
        }
        Ok(Outcome::default())
    }
}

impl Fold<'_> {
    /// Text that runs at some later time, in a state that is not known then; what it would change now it may change at any time.
    fn later(
        &mut self,
        script: usize,
        now: &State,
        stdin: Stdin<'_>,
        analysis: &mut Analysis<'_>,
    ) -> Result<State, LimitReached> {
        let effects = analysis.effects.len();
        let after = self.root(script, now.clone(), stdin, analysis)?;
        analysis.effects.truncate(effects);
        self.root(script, now.at_another_time(), stdin, analysis)?;
        let mut lost = now.clone();
        lost.lose();
        let changes = after.is_some_and(|after| after != *now);
        Ok(if changes { lost } else { now.clone() })
    }
}

/// What a new shell starts with: nothing of this one but its directory; a HOME that the script changed is not known there.
fn child_state(script: &Script<'_>, parent: Option<&Here>) -> State {
    let mut state = State::new(script.cwd.clone());
    match parent {
        Some(here) => state.files = here.before.files.clone(),
        None => state.files.disturb(),
    }
    for name in [b"HOME".as_slice(), b"IFS"] {
        if parent.is_some_and(|here| here.before.is_touched(name)) {
            state.assign(name, state::Held::Unknown);
        }
    }
    state
}

/// An effect that could not be worked out, which no allow of a command answers.
fn unknown(analysis: &mut Analysis<'_>, code: &'static str, detail: String, span: Span) {
    let kind = Kind::Unknown(Cause { code, detail });
    analysis.effects.push(Effect { kind, certainty: Certainty::Unknown, span, by: None, command: None });
}

//! What following each kind of node means, where it takes more than a line.

use super::held::Held;
use super::state::{Body, State};
use super::{At, Ends, Fold, unknown};
use crate::effect::Span;
use crate::effects::LimitReached;
use crate::effects::command::{Analysis, Stdin};
use crate::shell::tree::{Node, NodeId, Part, Redirection, Word};

impl Fold<'_> {
    /// `( list )`: a copy of the shell.
    pub(super) fn subshell(
        &mut self,
        at: At<'_>,
        body: NodeId,
        redirections: &[Redirection],
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let start = analysis.effects.len();
        let mut state = state;
        let stdin = self.open(at, redirections, &mut state, analysis)?;
        self.node(stdin.at(at), body, state.clone(), analysis)?;
        // What it wrote stays.
        let effects = analysis.effects.get(start..).unwrap_or_default();
        Ok(self.remember(None, effects, &state.clone(), Ends::both(state)))
    }

    /// `{ list; }`
    pub(super) fn group(
        &mut self,
        at: At<'_>,
        body: NodeId,
        redirections: &[Redirection],
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let mut state = state;
        let stdin = self.open(at, redirections, &mut state, analysis)?;
        self.node(stdin.at(at), body, state, analysis)
    }

    /// Branches and loops, whose redirections are already followed.
    pub(super) fn control(
        &mut self,
        at: At<'_>,
        node: &Node,
        span: Span,
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        match node {
            Node::If { arms, otherwise, .. } => self.branches(at, arms, *otherwise, state, analysis),
            Node::While { until, condition, body, .. } => {
                let heard = if *until { None } else { self.heard(at, *condition, *body, span, &state, analysis) };
                // Other readers may leave a part of a name to the next.
                let stdin = if matches!(at.stdin, Stdin::Names(_)) { Stdin::Stream } else { at.stdin };
                let at = At { stdin, ..at };
                self.repeat(at, Some(*condition), *body, (state, heard), analysis)
            }
            Node::For { name, chosen, words, body, .. } => {
                self.each(at, (name, words.as_deref(), *chosen), *body, (state, span), analysis)
            }
            Node::ForArithmetic { expressions, body, .. } => {
                let start = analysis.effects.len();
                let mut state = state;
                for expression in expressions {
                    self.arithmetic(at, expression, &mut state, analysis)?;
                }
                self.settle_compound(&[], &analysis.effects, start, &mut state);
                self.repeat(at, None, *body, (state, None), analysis)
            }
            Node::Case { word, arms, .. } => self.cases(at, word, arms, state, analysis),
            _ => Ok(Ends::both(state)),
        }
    }

    /// `coproc NAME command`
    pub(super) fn coprocess(
        &mut self,
        at: At<'_>,
        name: Option<&[u8]>,
        body: NodeId,
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let mut state = state;
        state.assign(name.unwrap_or(b"COPROC"), Held::Unknown);
        state.files.disturb(); // it runs at the same time
        let stream = At { stdin: Stdin::Stream, ..at };
        self.node(stream, body, state.clone(), analysis)?;
        Ok(Ends::both(state))
    }

    /// What runs no command but those inside its words.
    pub(super) fn leaf(
        &mut self,
        at: At<'_>,
        node: &Node,
        span: Span,
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let start = analysis.effects.len();
        let mut state = state;
        match node {
            Node::Function { name, body } => {
                if self.is_alias(name) {
                    let detail = "the name of the function may be an alias for another one".into();
                    unknown(analysis, "changed-reading", detail, span);
                }
                state.define(name, Body { script: at.script, node: *body });
            }
            Node::Condition { operands, arithmetic, redirections } => {
                let mark = self.environment.mark();
                self.redirect(at, redirections, &state, analysis)?;
                let mut before: Option<&Word> = None;
                for (place, operand) in operands.iter().enumerate() {
                    if !arithmetic.contains(&place) {
                        self.bodies(at, operand, &mut state, analysis)?;
                    } else if before.is_some_and(asks_for_a_name) {
                        self.asked_name(at, operand, &mut state, analysis)?;
                    } else {
                        self.arithmetic(at, operand, &mut state, analysis)?;
                    }
                    before = Some(operand);
                }
                // what a regular expression matched
                for name in [&b"BASH_REMATCH"[..], b"MATCH", b"MBEGIN", b"MEND", b"match", b"mbegin", b"mend"] {
                    self.environment.copy(name, mark);
                    if name == b"BASH_REMATCH" || state.held(name).is_some() {
                        state.assign(name, Held::Unknown);
                    }
                }
                self.settle_compound(redirections, &analysis.effects, start, &mut state);
            }
            Node::Arithmetic { expression, redirections } => {
                self.redirect(at, redirections, &state, analysis)?;
                self.arithmetic(at, expression, &mut state, analysis)?;
                self.settle_compound(redirections, &analysis.effects, start, &mut state);
            }
            Node::Unread(unread) => {
                unknown(analysis, unread.code, unread.message.into(), span);
                state.lose();
            }
            _ => {}
        }
        Ok(Ends::both(state))
    }
}

/// `-v` and `-R` of `[[`.
fn asks_for_a_name(word: &Word) -> bool {
    matches!(word.parts.as_slice(), [Part::Text { bytes, quoted: false }] if matches!(bytes.as_slice(), b"-v" | b"-R"))
}

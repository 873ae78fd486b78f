//! Branches and loops.

use super::held::Held;
use super::state::State;
use super::variables;
use super::{At, Ends, Fold, join};
use crate::effect::{Bytes, Span, Value, Word as Argument};
use crate::effects::LimitReached;
use crate::effects::command::Analysis;
use crate::shell::tree::{NodeId, Word};
use alloc::vec::Vec;

/// How often a loop is looked at before its state is given up.
const MAX_ROUNDS: u32 = 5;
/// After how many of them what still changes is given up.
const MAX_VARIED: u32 = 1;

/// Most values of a loop's variable that are followed one by one.
const MAX_VALUES: usize = 64;

/// The name of a `for` loop, its words where they are written, and whether it is a `select`.
type Loop<'t> = (&'t [u8], Option<&'t [Word]>, bool);

impl Fold<'_> {
    /// `if` and `elif` with their bodies.
    pub(super) fn branches(
        &mut self,
        at: At<'_>,
        arms: &[(NodeId, NodeId)],
        otherwise: Option<NodeId>,
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let mut rest = Some(state.clone());
        let mut last = state;
        let mut after = None;
        for (condition, body) in arms {
            let from = rest.clone().unwrap_or_else(|| last.clone());
            let tried = self.node(at, *condition, from.clone(), analysis)?;
            let ends = self.node(at, *body, tried.ok.clone().unwrap_or_else(|| from.clone()), analysis)?;
            if tried.ok.is_some() {
                after = join(after, ends.any());
            }
            last = from;
            rest = tried.failed;
        }
        match otherwise {
            Some(body) => {
                let ends = self.node(at, body, rest.clone().unwrap_or(last), analysis)?;
                if rest.is_some() {
                    after = join(after, ends.any());
                }
            }
            None => after = join(after, rest),
        }
        Ok(Ends { ok: after.clone(), failed: after })
    }

    /// `case`: any arm, several (`;&`), or none.
    pub(super) fn cases(
        &mut self,
        at: At<'_>,
        word: &Word,
        arms: &[(Vec<Word>, Option<NodeId>)],
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let mut state = state;
        let start = analysis.effects.len();
        self.bodies(at, word, &mut state, analysis)?;
        self.settle_compound(&[], &analysis.effects, start, &mut state);
        let mut after = state.clone();
        for (patterns, body) in arms {
            let start = analysis.effects.len();
            for pattern in patterns {
                self.bodies(at, pattern, &mut state, analysis)?;
            }
            self.settle_compound(&[], &analysis.effects, start, &mut state);
            if let Some(body) = body {
                // An arm may also be entered from the one before it.
                let ends = self.node(at, *body, after.clone().join(&state), analysis)?;
                if let Some(end) = ends.any() {
                    after = after.join(&end);
                }
            }
        }
        Ok(Ends::both(after))
    }

    /// `while`, `until` and arithmetic `for`: followed until the state at its head holds for every round.
    pub(super) fn repeat(
        &mut self,
        at: At<'_>,
        condition: Option<NodeId>,
        body: NodeId,
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        self.until_stable(state, analysis, |fold, head, analysis| {
            let mut start = head;
            let mut tried = Some(start.clone());
            if let Some(condition) = condition {
                tried = fold.node(at, condition, start.clone(), analysis)?.any();
                start = tried.clone().unwrap_or(start);
            }
            let end = fold.node(at, body, start, analysis)?.any();
            Ok(Round { next: join(tried.clone(), end), exit: tried })
        })
    }

    /// `for name in words` and `select`.
    pub(super) fn each(
        &mut self,
        at: At<'_>,
        (name, list, chosen): Loop<'_>,
        body: NodeId,
        (state, span): (State, Span),
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let mut state = state;
        let mut held = Held::Unknown;
        let start = analysis.effects.len();
        if let Some(list) = list {
            let words = self.expand(at, list, &mut state, analysis)?;
            // An answer that is no number of a word leaves the variable empty.
            if !chosen {
                held = one_of(&words);
            }
            self.settle_compound(&[], &analysis.effects, start, &mut state);
        } else if let Some(words) = state.positional.as_ref().filter(|_| !chosen) {
            held = one_of(words.left());
        }
        for effect in variables::shell_variable(&analysis.tables, name, None, span) {
            analysis.effects.push(effect);
        }
        if state.is_reference(name) {
            variables::refer(name, &held, span, &mut state, analysis);
        }
        self.until_stable(state, analysis, |fold, head, analysis| {
            let mut start = head.clone();
            // A variable of an integer type evaluates each of the words.
            variables::set(name, held.clone(), span, &mut start, analysis);
            Ok(Round { next: fold.node(at, body, start, analysis)?.any(), exit: Some(head) })
        })
    }

    /// Looks at a loop's round from a head that is widened until the round changes nothing of it any more. Effects of rounds that
    /// were looked at too early are forgotten: those of the last one hold for all.
    fn until_stable(
        &mut self,
        state: State,
        analysis: &mut Analysis<'_>,
        mut round: impl FnMut(&mut Self, State, &mut Analysis<'_>) -> Result<Round, LimitReached>,
    ) -> Result<Ends, LimitReached> {
        let mut head = state;
        let effects = analysis.effects.len();
        for rounds in 0..MAX_ROUNDS {
            analysis.effects.truncate(effects);
            let Round { next, exit } = self.round(&mut round, head.clone(), analysis)?;
            let ends = |exit: Option<State>, head| Ends::both(exit.unwrap_or(head));
            let Some(next) = next else { return Ok(ends(exit, head)) };
            let widened = head.clone().widen(&next, rounds >= MAX_VARIED);
            if widened == head {
                return Ok(ends(exit, head));
            }
            head = widened;
        }
        head.lose();
        analysis.effects.truncate(effects);
        let end = self.round(&mut round, head.clone(), analysis)?.next;
        Ok(Ends::both(join(Some(head), end).unwrap_or_else(|| State::new(Value::ANY_WORD))))
    }
}

/// The states that one round of a loop leaves.
struct Round {
    /// At the head of the next one.
    next: Option<State>,
    /// Behind the loop.
    exit: Option<State>,
}

impl Fold<'_> {
    /// One round, and where it may end: at its end, or by `break` or `continue` on the way.
    fn round(
        &mut self,
        round: &mut impl FnMut(&mut Self, State, &mut Analysis<'_>) -> Result<Round, LimitReached>,
        head: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Round, LimitReached> {
        let outer = self.left.take();
        let end = round(self, head, analysis);
        let left = core::mem::replace(&mut self.left, outer);
        // `return` in the loop leaves the function around it, too.
        self.left = join(self.left.take(), left.clone());
        end.map(|end| Round { next: join(end.next, left.clone()), exit: join(end.exit, left) })
    }
}

/// The value of a variable that takes each of `words` in turn.
fn one_of(words: &[Argument]) -> Held {
    let mut all: Vec<Bytes> = Vec::new();
    for word in words {
        let Some(alternatives) = word.value.alternatives() else {
            // A single pattern or affix keeps its shape, also where it stands for several words.
            return match words {
                [one, rest @ ..]
                    if !matches!(one.value, Value::Unknown { .. }) && rest.iter().all(|w| w.value == one.value) =>
                {
                    Held::Is(one.value.clone())
                }
                _ => Held::Unknown,
            };
        };
        all.extend_from_slice(alternatives);
    }
    Value::one_of(all, MAX_VALUES).map_or(Held::Unknown, Held::Is)
}

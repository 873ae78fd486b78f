//! Branches and loops.

use super::heard::Heard;
use super::held::Held;
use super::state::State;
use super::variables;
use super::{At, Ends, Fold, flow, join};
use crate::effect::{Bytes, Span, Value, Word as Argument};
use crate::effects::LimitReached;
use crate::effects::command::Analysis;
use crate::shell::tree::{NodeId, Part, Word};
use alloc::vec::Vec;

/// How often a loop is looked at before its state is given up.
const MAX_ROUNDS: u32 = 5;
/// After how many of them what still changes is given up.
const MAX_VARIED: u32 = 1;

/// Most values of a loop's variable that are followed one by one.
pub(super) const MAX_VALUES: usize = 64;

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

    /// `while`, `until` and arithmetic `for`: followed until the state at its head holds for every round. `heard`: what the condition
    /// gives a variable in each round.
    pub(super) fn repeat(
        &mut self,
        at: At<'_>,
        condition: Option<NodeId>,
        body: NodeId,
        (state, heard): (State, Option<Heard>),
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let begin = |head: &State, _: &mut Analysis<'_>| head.clone();
        self.until_stable(state, analysis, begin, |fold, start, analysis| {
            let mut start = start;
            let mut tried = Some(start.clone());
            if let Some(condition) = condition {
                tried = fold.node(at, condition, start.clone(), analysis)?.any();
                start = tried.clone().unwrap_or(start);
            }
            // What splits the next line is what an earlier round has left.
            if let Some(Heard { variable, name }) = heard.as_ref().filter(|_| !start.is_touched(b"IFS")) {
                start.assign(variable, Held::Is(name.clone()));
            }
            let end = fold.node(at, body, start, analysis)?.any();
            Ok(Round { next: join(tried.clone(), end), exit: Exit::At(tried) })
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
            let mark = self.environment.mark();
            let words = self.expand(at, list, &mut state, analysis)?;
            self.environment.copy(name, mark);
            if chosen {
                self.environment.said(mark, analysis);
            }
            let found = self.found_by(at, list, &state, analysis);
            self.settle_compound(&[], &analysis.effects, start, &mut state);
            // An answer that is no number of a word leaves the variable empty.
            if !chosen {
                let names =
                    found.or_else(|| self.listed(&words, &state)).or_else(|| self.counted_off(at, list, &state));
                held = names.map_or_else(|| one_of(&words), Held::Is);
            }
        } else if let Some(words) = state.positional.as_ref().filter(|_| !chosen) {
            held = one_of(words.left());
        }
        for effect in variables::shell_variable(&analysis.tables, name, None, span) {
            analysis.effects.push(effect);
        }
        if state.is_reference(name) {
            variables::refer(name, &held, span, &mut state, analysis);
        }
        let begin = |head: &State, analysis: &mut Analysis<'_>| {
            let mut start = head.clone();
            // A variable of an integer type evaluates each of the words.
            variables::set(name, held.clone(), span, &mut start, analysis);
            start
        };
        self.until_stable(state, analysis, begin, |fold, start, analysis| {
            Ok(Round { next: fold.node(at, body, start, analysis)?.any(), exit: Exit::Head })
        })
    }

    /// `for f in $(find . -name '*.c')`: what the names are, where each of them is one word.
    fn found_by(&self, at: At<'_>, list: &[Word], state: &State, analysis: &mut Analysis<'_>) -> Option<Value> {
        let [Word { parts, span }] = list else { return None };
        let [Part::Command { body: Some(body), quoted: false }] = parts.as_slice() else { return None };
        let names = self.names_printed(at, *body, state, analysis)?;
        // A shell leaves out what ends such names.
        let name = names.each().filter(|_| !names.nul)?;
        self.are_words(&names, state, *span, analysis).then_some(name)
    }

    /// Looks at a loop's round from a head that is widened until the round changes nothing of it any more. Effects of rounds that
    /// were looked at too early are forgotten: those of the last one hold for all.
    ///
    /// `begin`: what a round starts from at a head. Following a round depends on that, on what the fold has in mind
    /// ([`Mind`]) and on the effects before the loop, and on nothing else: so one that would start just as the last one did is
    /// not followed once more, and what the last one left is what it would leave.
    fn until_stable(
        &mut self,
        state: State,
        analysis: &mut Analysis<'_>,
        begin: impl Fn(&State, &mut Analysis<'_>) -> State,
        mut round: impl FnMut(&mut Self, State, &mut Analysis<'_>) -> Result<Round, LimitReached>,
    ) -> Result<Ends, LimitReached> {
        let mut head = state;
        let mut last: Option<(State, Mind, Left)> = None;
        let effects = analysis.effects.len();
        for rounds in 0..MAX_ROUNDS {
            let until = analysis.effects.len();
            let start = begin(&head, analysis);
            let mind = self.mind();
            // What beginning has said is said again only with a round that is followed.
            let silent = analysis.effects.len() == until;
            let left = match last.take() {
                Some((known, before, left)) if silent && known == start && before == mind => left,
                _ => {
                    analysis.effects.drain(effects..until);
                    self.round(&mut round, start.clone(), analysis)?
                }
            };
            let ends = |head: State| Ends::both(left.exit(&head).unwrap_or(head));
            let Some(next) = left.next() else { return Ok(ends(head)) };
            let widened = head.clone().widen(&next, rounds >= MAX_VARIED);
            if widened == head {
                return Ok(ends(head));
            }
            head = widened;
            last = Some((start, mind, left));
        }
        head.lose();
        analysis.effects.truncate(effects);
        let start = begin(&head, analysis);
        let end = self.round(&mut round, start, analysis)?.next();
        Ok(Ends::both(join(Some(head), end).unwrap_or_else(|| State::new(Value::ANY_WORD))))
    }

    /// What following a node depends on besides its state and the effects before it, and may change: all else that changes only
    /// counts, is taken back behind the node, or is read at the end of the script.
    fn mind(&self) -> Mind {
        Mind {
            flows: self.flows.moment(),
            scripts: self.scripts.len(),
            aliases: self.aliases.len(),
            copies: self.environment.copies(),
            locals: self.locals.as_ref().map(|locals| locals.names.len()),
            flags: [self.parents, self.loose_case, self.extended_globs, self.literal_globs],
        }
    }
}

/// What the fold has in mind at one point of a script; of what only grows its size is enough.
#[derive(PartialEq)]
struct Mind {
    flows: flow::Moment,
    /// With each script that is parsed in the script, functions and traps may come.
    scripts: usize,
    aliases: usize,
    copies: usize,
    locals: Option<usize>,
    flags: [bool; 4],
}

/// The states that one round of a loop leaves.
struct Round {
    /// At the end of its body.
    next: Option<State>,
    exit: Exit,
}

/// Where a round goes on behind the loop.
enum Exit {
    /// From the head of the loop.
    Head,
    /// From this state, if it can.
    At(Option<State>),
}

/// A round, and the states in which `break` and `continue` left it.
struct Left {
    round: Round,
    early: Option<State>,
}

impl Left {
    /// At the head of the next round.
    fn next(&self) -> Option<State> {
        join(self.round.next.clone(), self.early.clone())
    }

    /// Behind the loop that has this head.
    fn exit(&self, head: &State) -> Option<State> {
        let exit = match &self.round.exit {
            Exit::Head => Some(head.clone()),
            Exit::At(state) => state.clone(),
        };
        join(exit, self.early.clone())
    }
}

impl Fold<'_> {
    /// One round, and where it may end: at its end, or by `break` or `continue` on the way.
    fn round(
        &mut self,
        round: &mut impl FnMut(&mut Self, State, &mut Analysis<'_>) -> Result<Round, LimitReached>,
        start: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Left, LimitReached> {
        let outer = self.left.take();
        let end = round(self, start, analysis);
        let early = core::mem::replace(&mut self.left, outer);
        // `return` in the loop leaves the function around it, too.
        self.left = join(self.left.take(), early.clone());
        end.map(|round| Left { round, early })
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

//! Variables that a script assigns.

use super::state::{Held, State, is_integer};
use super::{At, Fold, unknown};
use crate::effect::{Effect, Span, Value};
use crate::effects::command::{self, Analysis};
use crate::effects::{LimitReached, MAX_EFFECTS, too_many_effects};
use crate::shell::tree::{AssignedValue, Assignment, Node, NodeId, Part, Word};
use crate::shell::words;
use crate::tables::Tables;
use alloc::vec::Vec;

/// What assigning a variable of the shell does by itself. Most are the script's own; one that makes programs run other code
/// counts as if it were exported, because it may have been in the environment already.
pub(super) fn shell_variable(tables: &Tables<'_>, name: &[u8], value: Option<&[u8]>, span: Span) -> Vec<Effect> {
    command::shell_assignment(tables, name, value, span, "=")
}

fn known(held: &Held) -> Option<&[u8]> {
    match held {
        Held::Is(value) => value.known(),
        _ => None,
    }
}

impl Fold<'_> {
    /// `name=value` without a command: it stays.
    pub(super) fn assign(
        &mut self,
        at: At<'_>,
        assignment: &Assignment,
        state: &mut State,
        analysis: &mut Analysis<'_>,
    ) -> Result<(), LimitReached> {
        let start = analysis.effects.len();
        let held = self.assigned_value(at, assignment, state, analysis)?;
        self.flows_into_assignment(assignment, start, analysis);
        let span = self.place(at, assignment.span);
        analysis.effects.extend(shell_variable(&analysis.tables, &assignment.name, known(&held), span));
        set(&assignment.name, held, span, state, analysis);
        Ok(())
    }

    /// `name=value command`: for that command only.
    pub(super) fn assign_for_command(
        &mut self,
        at: At<'_>,
        assignment: &Assignment,
        state: &mut State,
        analysis: &mut Analysis<'_>,
    ) -> Result<(), LimitReached> {
        if analysis.effects.len() > MAX_EFFECTS {
            return Err(too_many_effects());
        }
        let held = self.assigned_value(at, assignment, state, analysis)?;
        let span = self.place(at, assignment.span);
        let effects = command::assignment(&analysis.tables, &assignment.name, known(&held), span, "=");
        analysis.effects.extend(effects);
        Ok(())
    }

    /// The value, after what runs inside its words.
    pub(super) fn assigned_value(
        &mut self,
        at: At<'_>,
        assignment: &Assignment,
        state: &mut State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Held, LimitReached> {
        if let Some(subscript) = &assignment.subscript {
            self.arithmetic(at, subscript, state, analysis)?;
        }
        match &assignment.value {
            AssignedValue::Scalar(word) => {
                self.bodies(at, word, state, analysis)?;
                if assignment.append || assignment.subscript.is_some() {
                    return Ok(Held::Unknown);
                }
                Ok(self.held_by(at, word, state))
            }
            AssignedValue::Array(items) => {
                for (subscript, word) in items {
                    if let Some(subscript) = subscript {
                        self.arithmetic(at, subscript, state, analysis)?;
                    }
                    self.bodies(at, word, state, analysis)?;
                }
                Ok(Held::Unknown)
            }
        }
    }

    fn held_by(&self, at: At<'_>, word: &Word, state: &State) -> Held {
        if matches!(word.parts.as_slice(), [Part::Arithmetic { .. }]) {
            return Held::Integer;
        }
        if let [Part::Command { body: Some(body), .. }] = word.parts.as_slice()
            && let Some(held) = self.printed(at, *body, state)
        {
            return held;
        }
        match words::value(word, &self.seen(state)) {
            Value::Unknown { .. } => match word.parts.as_slice() {
                // `status=$?`
                [Part::Parameter(parameter)] if super::arithmetic::is_number(parameter, state) => Held::Integer,
                _ => Held::Unknown,
            },
            value => Held::Is(value),
        }
    }

    /// What a single command certainly prints: a number (`date +%s`), or the name of a file that it makes (`mktemp`).
    fn printed(&self, at: At<'_>, body: NodeId, state: &State) -> Option<Held> {
        let tree = &self.scripts.get(at.script)?.tree;
        let Node::Simple(simple) = &tree.get(body)?.node else { return None };
        if !simple.assignments.is_empty() || !simple.redirections.is_empty() {
            return None;
        }
        let argv = words::expand_all(&simple.words, &self.seen(state));
        let known: Option<Vec<&[u8]>> = argv.iter().map(|w| w.value.known()).collect();
        let known = known?;
        if state.function(known.first()?).is_some() {
            return None;
        }
        match known.as_slice() {
            [b"date", b"+%s" | b"+%s%N" | b"+%Y" | b"+%Y%m%d"] | [b"nproc"] | [b"id", b"-u" | b"-g"] => {
                Some(Held::Integer)
            }
            // A new name that nobody has, in the directory for temporary files.
            [b"mktemp"] | [b"mktemp", b"-d"] => Some(Held::Is(Value::Pattern(b"/tmp/tmp.*".into()))),
            _ => None,
        }
    }

    /// What a command assigned by itself (`read x`, `export x=1`, `${x:=v}`).
    pub(super) fn assigned_by_command(
        assigned: &[(Vec<u8>, Value)],
        span: Span,
        state: &mut State,
        analysis: &mut Analysis<'_>,
    ) {
        for (name, value) in assigned {
            let plain = name.first().is_some_and(|b| !b.is_ascii_digit())
                && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
            if !plain {
                unknown(analysis, "dynamic-variable", "the variable that is assigned is not known".into(), span);
                state.lose();
                continue;
            }
            let effects: Vec<Effect> = shell_variable(&analysis.tables, name, value.known(), span);
            analysis.effects.extend(effects);
            let held = match value {
                Value::Unknown { .. } => Held::Unknown,
                value => Held::Is(value.clone()),
            };
            set(name, held, span, state, analysis);
        }
    }
}

/// Gives a variable its value.
fn set(name: &[u8], held: Held, span: Span, state: &mut State, analysis: &mut Analysis<'_>) {
    let number = match &held {
        Held::Integer => true,
        Held::Is(value) => value.alternatives().is_some_and(|all| all.iter().all(|one| is_integer(one))),
        Held::Unknown => false,
    };
    if state.is_numeric(name) && !number {
        let shown = alloc::string::String::from_utf8_lossy(name);
        let detail = alloc::format!("what is assigned to `{shown}` may be evaluated as arithmetic, which may run code");
        unknown(analysis, "arithmetic-value", detail, span);
        state.assign(name, Held::Unknown);
    } else {
        state.assign(name, held);
    }
}

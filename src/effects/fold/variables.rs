//! Variables that a script assigns.

use super::expression::{self, Reading};
use super::held::Held;
use super::printed::Settled;
use super::state::State;
use super::{At, Fold, bodies, special, unknown};
use crate::effect::{Effect, Span, Value};
use crate::effects::command::{self, Analysis};
use crate::effects::{LimitReached, MAX_EFFECTS, too_many_effects};
use crate::shell::tree::{AssignedValue, Assignment, Part, Word};
use crate::shell::words;
use crate::tables::Tables;
use alloc::{format, string::String, vec::Vec};

/// Most elements of an array that is followed.
const MAX_ELEMENTS: usize = 256;

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
        let elements = assignment.subscript.is_some() || matches!(assignment.value, AssignedValue::Array(_));
        analysis.effects.extend(shell_variable(&analysis.tables, &assignment.name, known(&held), span));
        if elements && special::is_table_of_zsh(&assignment.name) {
            let shown = String::from_utf8_lossy(&assignment.name);
            let detail = format!("`{shown}` is a table of zsh, in which it looks up what to run");
            unknown(analysis, "executing-variable", detail, span);
        }
        if matches!(assignment.value, AssignedValue::Array(_)) {
            set_array(&assignment.name, held, span, state, analysis);
        } else if assignment.subscript.is_some() {
            set_element(&assignment.name, &held, span, state, analysis);
        } else {
            set(&assignment.name, held, span, state, analysis);
        }
        Ok(())
    }

    /// `name=value command`: for that command only.
    pub(super) fn assign_for_command(
        &mut self,
        at: At<'_>,
        assignment: &Assignment,
        argv: &[crate::effect::Word],
        state: &mut State,
        analysis: &mut Analysis<'_>,
    ) -> Result<(), LimitReached> {
        if analysis.effects.len() > MAX_EFFECTS {
            return Err(too_many_effects());
        }
        let held = self.assigned_value(at, assignment, state, analysis)?;
        let span = self.place(at, assignment.span);
        is_evaluated(&assignment.name, &held, span, state, analysis);
        // A function of the script may go elsewhere.
        let argv = if argv.first().and_then(|w| w.value.known()).is_some_and(|name| state.function(name).is_some()) {
            &[]
        } else {
            argv
        };
        command::assignment_before(analysis, (&assignment.name, known(&held)), argv, &state.cwd, (span, "="));
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
            self.subscript(at, &assignment.name, subscript, state, analysis)?;
        }
        let mark = self.environment.mark();
        let held = self.held_after(at, assignment, state, analysis);
        self.environment.copy(&assignment.name, mark);
        held
    }

    fn held_after(
        &mut self,
        at: At<'_>,
        assignment: &Assignment,
        state: &mut State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Held, LimitReached> {
        match &assignment.value {
            AssignedValue::Scalar(word) => {
                let before = bodies::may_assign(word).then(|| state.clone());
                self.bodies(at, word, state, analysis)?;
                let held = match before.filter(|before| before != state) {
                    Some(before) => self.held_by(at, word, &before.join(state)),
                    None => self.held_by(at, word, state),
                };
                let unknown = held == Held::Unknown && assignment.subscript.is_none() && !assignment.append;
                let found = if unknown { self.one_found(at, word, state, analysis) } else { None };
                let held = found.unwrap_or(held);
                if assignment.append && assignment.subscript.is_some() {
                    return Ok(Held::Unknown);
                }
                Ok(if assignment.append { appended(state, &assignment.name, &held) } else { held })
            }
            AssignedValue::Array(items) => {
                for (subscript, word) in items {
                    if let Some(subscript) = subscript {
                        self.subscript(at, &assignment.name, subscript, state, analysis)?;
                    }
                    self.bodies(at, word, state, analysis)?;
                }
                Ok(self.array(assignment.append, &assignment.name, items, state))
            }
        }
    }

    /// A subscript of an assignment: a key where the variable is an associative array, else an expression.
    fn subscript(
        &mut self,
        at: At<'_>,
        name: &[u8],
        subscript: &Word,
        state: &mut State,
        analysis: &mut Analysis<'_>,
    ) -> Result<(), LimitReached> {
        if state.is_associative(name) {
            self.bodies(at, subscript, state, analysis)
        } else {
            self.arithmetic(at, subscript, state, analysis)
        }
    }

    /// The elements of `(...)`.
    pub(super) fn array(&self, append: bool, name: &[u8], items: &[(Option<Word>, Word)], state: &State) -> Held {
        if items.iter().any(|(subscript, _)| subscript.is_some()) || state.is_associative(name) {
            return Held::Unknown;
        }
        let before: Vec<Value> = match state.held(name) {
            Some(Held::Array(before)) if append => before.to_vec(),
            _ if append => return Held::Unknown,
            _ => Vec::new(),
        };
        let mut elements = Vec::new();
        for (_, word) in items {
            words::expand(word, &self.seen(state), &mut elements);
            if elements.len().saturating_add(before.len()) > MAX_ELEMENTS {
                return Held::Unknown;
            }
        }
        Held::Array(before.into_iter().chain(elements.into_iter().map(|word| word.value)).collect())
    }

    pub(super) fn held_by(&self, at: At<'_>, word: &Word, state: &State) -> Held {
        if let [Part::Command { body: Some(body), .. }] = word.parts.as_slice()
            && let Some(held) = self.printed(at, *body, state).or_else(|| self.counted(at, *body, state))
        {
            return held;
        }
        match self.settled(at, word, state) {
            Some(Settled { word, given }) => {
                Held::from_value(words::value(&word, &self.seen(given.as_ref().unwrap_or(state))))
            }
            None => Held::from_value(words::value(word, &self.seen(state))),
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
            if !is_name(name) {
                unknown(analysis, "dynamic-variable", "the variable that is assigned is not known".into(), span);
                state.lose();
                continue;
            }
            let effects: Vec<Effect> = shell_variable(&analysis.tables, name, value.known(), span);
            analysis.effects.extend(effects);
            // Given twice, it depends on the shell what it gets: in zsh the braces of `readonly x={,}` are its value.
            let once = assigned.iter().filter(|(other, _)| other == name).count() == 1;
            let held = if once { Held::from_value(value.clone()) } else { Held::Unknown };
            set(name, held, span, state, analysis);
        }
    }
}

/// What `name+=value` leaves.
fn appended(state: &State, name: &[u8], value: &Held) -> Held {
    match (state.held(name), value) {
        (Some(Held::Is(Value::Known(before))), Held::Is(Value::Known(after))) if !state.is_numeric(name) => {
            Held::Is(Value::Known([before, after.as_ref()].concat().into()))
        }
        // The sum of both, or one behind the other.
        (Some(before), after) if before.is_number() && after.is_digits() => before.give_up(after),
        _ => Held::Unknown,
    }
}

/// Gives a variable its value.
pub(super) fn set(name: &[u8], held: Held, span: Span, state: &mut State, analysis: &mut Analysis<'_>) {
    let numeric = state.is_numeric(name) && !held.is_number();
    if is_evaluated(name, &held, span, state, analysis) {
        state.assign(name, Held::Unknown);
    } else if numeric {
        // Where the variable is an integer, it holds the value of the expression.
        state.assign(name, Held::Unknown);
    } else {
        state.assign(name, held);
    }
}

fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(|b| !b.is_ascii_digit()) && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// A loop makes a variable that stands for another stand for each word in turn. bash runs what stands in a subscript of such a word.
pub(super) fn refer(name: &[u8], words: &Held, span: Span, state: &mut State, analysis: &mut Analysis<'_>) {
    let names = match words {
        Held::Is(value) => value.alternatives().filter(|all| all.iter().all(|one| is_name(one))),
        _ => None,
    };
    let Some(names) = names else {
        let shown = String::from_utf8_lossy(name);
        let detail = format!("a loop makes `{shown}` stand for what may be no name, and that may run code");
        return unknown(analysis, "dynamic-variable", detail, span);
    };
    for other in names {
        let effects = shell_variable(&analysis.tables, other, None, span);
        analysis.effects.extend(effects);
        set(other, Held::Unknown, span, state, analysis);
    }
}

/// Gives a variable these elements; an associative array stays one.
pub(super) fn set_array(name: &[u8], held: Held, span: Span, state: &mut State, analysis: &mut Analysis<'_>) {
    let evaluated = is_evaluated(name, &held, span, state, analysis);
    state.assign_elements(name, if evaluated { Held::Unknown } else { held });
}

/// Gives an element of a variable its value.
fn set_element(name: &[u8], held: &Held, span: Span, state: &mut State, analysis: &mut Analysis<'_>) {
    is_evaluated(name, held, span, state, analysis);
    if held.is_number() {
        state.assign_number_element(name);
    } else {
        state.assign_elements(name, Held::Unknown);
    }
}

/// Whether what is assigned may be evaluated as arithmetic though it is no number and no harmless expression.
fn is_evaluated(name: &[u8], held: &Held, span: Span, state: &State, analysis: &mut Analysis<'_>) -> bool {
    if !state.is_numeric(name) {
        return false;
    }
    let harmless = match held {
        Held::Array(all) => all.iter().all(|one| Held::from_value(one.clone()).is_number()),
        Held::Is(value) if !held.is_number() => value.alternatives().is_some_and(|all| {
            all.iter().all(|text| {
                let mut reading = Reading::default();
                expression::read(text, state, &mut reading).is_ok() && reading.assigned.is_empty()
            })
        }),
        held => held.is_number(),
    };
    if !harmless {
        let shown = String::from_utf8_lossy(name);
        let detail = format!("what is assigned to `{shown}` may be evaluated as arithmetic, which may run code");
        unknown(analysis, "arithmetic-value", detail, span);
    }
    !harmless
}

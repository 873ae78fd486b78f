//! What builtins do to the state of the shell beyond what the tables say of them: it depends on where they stand, or on the shell.

use super::held::Held;
use super::state::State;
use super::{At, Ends, Fold, special};
use crate::effect::{Span, Value, Word};
use crate::effects::LimitReached;
use crate::effects::command::{Analysis, Declared};
use crate::shell::tree::{AssignedValue, Simple};
use alloc::rc::Rc;

impl Fold<'_> {
    /// Follows the builtin `name` with its `operands` into the state that it leaves.
    pub(super) fn builtin(name: &[u8], operands: &[Word], ends: &mut Ends) {
        match name {
            // What always ends so; a redirection that fails is seen elsewhere.
            b"true" | b":" => ends.failed = None,
            b"false" => ends.ok = None,
            b"shift" => each(ends, |state| shift(state, operands)),
            // zsh replaces the first by the second in the directory's name; others refuse the second, or ignore it.
            b"cd" | b"pushd" if operands.iter().filter(|word| !is_option(word)).count() > 1 => {
                if let Some(state) = &mut ends.ok {
                    state.cwd = Value::ANY_WORD;
                }
            }
            _ => {}
        }
    }

    /// What declaring variables makes of them before they get the values that are given with them.
    pub(super) fn declared_before(
        &mut self,
        declared: &[Declared],
        span: Span,
        state: &mut State,
        analysis: &mut Analysis<'_>,
    ) {
        for one in declared {
            let name = one.name.as_slice();
            if let Some(locals) = self.locals.as_mut().filter(|_| one.perhaps_local) {
                locals.names.insert(name.to_vec());
            }
            let fresh = one.local && self.own(name, state);
            let in_function = self.locals.is_some() && one.perhaps_local;
            if in_function && !one.valued {
                // Whether it keeps the value that it had depends on the shell.
                state.assign(name, Held::Unknown);
            }
            if one.integer {
                state.number(name);
                if !one.valued {
                    // zsh evaluates what it holds.
                    let held = state.held(name).filter(|_| !fresh).cloned();
                    let held = held.unwrap_or(if fresh { Held::Is(Value::DIGITS) } else { Held::Unknown });
                    let number = if fresh { Held::Unknown } else { held.as_integer() };
                    super::variables::set(name, held, span, state, analysis);
                    state.assign(name, number);
                }
            }
            if one.reference {
                state.refer(name);
            }
            if one.changing {
                state.assign(name, Held::Unknown);
                state.alter(name);
            }
            if one.associative {
                state.associate(name, fresh && !one.valued);
            }
        }
    }

    /// Notes a variable that a function declares for itself; false outside of functions.
    fn own(&mut self, name: &[u8], state: &mut State) -> bool {
        let Some(locals) = &self.locals else { return false };
        if state.held(name) == locals.entry.held(name)
            && state.is_associative(name) == locals.entry.is_associative(name)
        {
            Rc::make_mut(&mut state.own).insert(name.to_vec());
        }
        true
    }

    /// From now on an assignment to what is read-only fails, after which bash goes on with the next line.
    pub(super) fn declared_after(declared: &[Declared], ends: &mut Ends) {
        for one in declared.iter().filter(|one| one.readonly) {
            each(ends, |state| state.fix(&one.name));
        }
    }

    /// The arguments `name=(...)` of a declaring builtin, whose words have been followed with the others.
    #[expect(clippy::too_many_arguments, reason = "what a command is, what it did, and where")]
    pub(super) fn arrays(
        &mut self,
        at: At<'_>,
        simple: &Simple,
        argv: &[Word],
        before: &State,
        start: usize,
        ends: Ends,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let mut ends = ends;
        let quoted = Self::quoted_arrays(argv, simple);
        let plain = argv.first().and_then(|word| word.value.known());
        for assignment in &simple.arrays {
            let span = self.place(at, assignment.span);
            for state in [&mut ends.ok, &mut ends.failed].into_iter().flatten() {
                if let AssignedValue::Array(items) = &assignment.value {
                    for (subscript, _) in items {
                        if let Some(subscript) = subscript
                            && !state.is_associative(&assignment.name)
                        {
                            self.arithmetic(at, subscript, state, analysis)?;
                        }
                    }
                    let held = self.array(assignment.append, &assignment.name, items, before);
                    // Only where the builtin itself has run, and knows arrays.
                    let held = if plain.is_some_and(|name| DECLARING.contains(&name)) { held } else { Held::Unknown };
                    super::variables::set_array(&assignment.name, held, span, state, analysis);
                    let numbers = |(_, word): &(_, _)| self.held_by(at, word, before).is_number();
                    if !assignment.append && items.iter().all(numbers) {
                        state.associate_numbers(&assignment.name);
                    }
                }
            }
            if special::is_table_of_zsh(&assignment.name) {
                let detail = "zsh looks up in this table what to run".into();
                super::unknown(analysis, "executing-variable", detail, span);
            }
        }
        let _ = start;
        if let Some(span) = quoted {
            let detail = "the text of an array is evaluated, which can run code".into();
            super::unknown(analysis, "dynamic-variable", detail, span);
        }
        Ok(ends)
    }

    /// An array as text (`declare -a 'x=(...)'`), which bash evaluates.
    fn quoted_arrays(argv: &[Word], simple: &Simple) -> Option<Span> {
        let declares = |word: &Word| word.value.known().is_some_and(|name| DECLARING.contains(&name));
        if !argv.iter().any(declares) {
            return None;
        }
        let compound = |word: &&Word| {
            let text = word.value.known()?;
            let at = text.windows(2).position(|two| two == b"=(")?;
            let name = text.get(..at)?;
            Some(name.strip_suffix(b"+").unwrap_or(name).to_vec())
        };
        let texts = argv.iter().filter_map(|word| Some((compound(&word)?, word.span)));
        let written = |name: &[u8]| simple.arrays.iter().any(|array| array.name == name);
        texts.into_iter().find(|(name, _)| !written(name)).map(|(_, span)| span)
    }
}

/// Builtins that take arrays.
const DECLARING: [&[u8]; 5] = [b"declare", b"export", b"local", b"readonly", b"typeset"];

fn each(ends: &mut Ends, mut change: impl FnMut(&mut State)) {
    [&mut ends.ok, &mut ends.failed].into_iter().flatten().for_each(&mut change);
}

fn is_option(word: &Word) -> bool {
    word.value.known().is_some_and(|text| text.len() > 1 && text.starts_with(b"-"))
}

/// `shift [n]`. Where there are fewer, some shells keep all and some end.
fn shift(state: &mut State, operands: &[Word]) {
    let count = match operands {
        [] => Some(1),
        [one] => one.value.known().and_then(|text| core::str::from_utf8(text).ok()?.parse().ok()),
        _ => None,
    };
    state.positional = state.positional.as_ref().and_then(|positional| positional.shift(count?));
}

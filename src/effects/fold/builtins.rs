//! What builtins do to the state of the shell beyond what the tables say of them: it depends on where they stand, or on the shell.

use super::state::{Held, State};
use super::{Ends, Fold};
use crate::effect::{Value, Word};

impl Fold<'_> {
    /// Follows the builtin `name` with its `operands` into the state that it leaves.
    pub(super) fn builtin(&mut self, name: &[u8], operands: &[Word], ends: &mut Ends) {
        match name {
            b"local" | b"declare" | b"typeset" | b"readonly" => {
                let flag = |word: &Word| is_option(word) && word.value.known().is_some_and(|text| text.contains(&b'r'));
                if name == b"readonly" || operands.iter().any(flag) {
                    fix(operands, ends);
                }
                self.declare(operands, ends);
            }
            // What always ends so; a redirection that fails is seen elsewhere.
            b"true" | b":" => ends.failed = None,
            b"false" => ends.ok = None,
            b"let" => {
                for (variable, _) in operands.iter().filter_map(variable) {
                    each(ends, |state| state.number(variable));
                }
            }
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

    /// Notes what a function declares for itself. Whether a name without a value keeps the one it had depends on the shell.
    fn declare(&mut self, operands: &[Word], ends: &mut Ends) {
        let Some(locals) = &mut self.locals else { return };
        for word in operands {
            let Some((variable, valued)) = variable(word) else { continue };
            locals.insert(variable.to_vec());
            if !valued {
                each(ends, |state| state.assign(variable, Held::Unknown));
            }
        }
    }
}

/// The variable that an operand names, and whether it gives it a value. A word that is not known has already made the whole state
/// unknown.
fn variable(word: &Word) -> Option<(&[u8], bool)> {
    let text = word.value.known()?;
    let length = text.iter().position(|b| matches!(b, b'=' | b'+')).unwrap_or(text.len());
    Some((text.get(..length)?, length < text.len()))
}

/// From now on an assignment fails, after which bash goes on with the next line.
fn fix(operands: &[Word], ends: &mut Ends) {
    for word in operands {
        if let Some((variable, _)) = variable(word) {
            each(ends, |state| state.fix(variable));
        }
    }
}

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

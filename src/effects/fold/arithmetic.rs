//! Arithmetic: a variable's value is evaluated again as an expression, and an array subscript in it runs substitutions. So an
//! expression is harmless only where every name in it certainly holds an integer.

use super::state::{State, is_integer};
use super::{At, Fold, unknown};
use crate::effects::LimitReached;
use crate::effects::command::Analysis;
use crate::shell::tree::{Parameter, Part, Word};
use alloc::{format, string::String};

impl Fold<'_> {
    /// Follows an expression: what runs in it, what it assigns, and whether it may evaluate something unknown.
    pub(super) fn arithmetic(
        &mut self,
        at: At<'_>,
        expression: &Word,
        state: &mut State,
        analysis: &mut Analysis<'_>,
    ) -> Result<(), LimitReached> {
        self.bodies(at, expression, state, analysis)?;
        let span = self.place(at, expression.span);
        for part in &expression.parts {
            let doubt = match part {
                Part::Text { bytes, .. } | Part::Glob(bytes) => Self::text(bytes, state, span, analysis),
                // The text of the value becomes part of the expression.
                Part::Parameter(parameter) if is_number(parameter, state) => None,
                Part::Parameter(parameter) => Some(String::from_utf8_lossy(&parameter.name).into_owned()),
                Part::Arithmetic { .. } => None,
                Part::Command { .. } => Some("a substitution".into()),
                Part::Tilde(_) | Part::Process { .. } | Part::Braces(_) | Part::Sequence(_) | Part::Unread(_) => {
                    Some("this text".into())
                }
            };
            if let Some(name) = doubt {
                let detail = format!("arithmetic evaluates the value of `{name}`, which may hold code");
                unknown(analysis, "arithmetic-value", detail, span);
            }
        }
        Ok(())
    }

    /// An operand of `[[ -eq ]]` and its like.
    pub(super) fn arithmetic_operand(
        &mut self,
        at: At<'_>,
        operand: &Word,
        state: &mut State,
        analysis: &mut Analysis<'_>,
    ) -> Result<(), LimitReached> {
        self.arithmetic(at, operand, state, analysis)
    }

    /// Reads literal text of an expression; the first name in it whose value is not certainly an integer.
    fn text(text: &[u8], state: &mut State, span: crate::effect::Span, analysis: &mut Analysis<'_>) -> Option<String> {
        let mut rest = text;
        let mut doubt = None;
        while let Some((&first, tail)) = rest.split_first() {
            if first.is_ascii_digit() {
                // `16#ff`, `0x1F`: digits with their base.
                let end =
                    rest.iter().position(|b| !(b.is_ascii_alphanumeric() || b"#@_".contains(b))).unwrap_or(rest.len());
                rest = rest.get(end..).unwrap_or_default();
            } else if first.is_ascii_alphabetic() || first == b'_' {
                let end = rest.iter().position(|b| !(b.is_ascii_alphanumeric() || *b == b'_')).unwrap_or(rest.len());
                let (name, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
                rest = after;
                if is_plain_assignment(after) {
                    analysis.effects.extend(super::variables::shell_variable(&analysis.tables, name, None, span));
                    state.assign_number(name);
                } else if !Self::is_integer_variable(state, name) {
                    doubt.get_or_insert_with(|| String::from_utf8_lossy(name).into_owned());
                }
            } else {
                rest = tail;
            }
        }
        doubt
    }
}

/// `= value`, not `==`: what stood before it is not read.
fn is_plain_assignment(after: &[u8]) -> bool {
    let after = after.trim_ascii_start();
    after.first() == Some(&b'=') && after.get(1) != Some(&b'=')
}

/// Whether an expansion is certainly a number: a count, a status, a length, or a variable that holds one.
pub(super) fn is_number(parameter: &Parameter, state: &State) -> bool {
    if parameter.length {
        return parameter.operation.is_none();
    }
    if parameter.indirect || parameter.subscript.is_some() || parameter.operation.is_some() {
        return false;
    }
    match parameter.name.as_slice() {
        b"#" | b"?" | b"$" | b"!" => true,
        digits if digits.iter().all(u8::is_ascii_digit) => {
            let index = core::str::from_utf8(digits).ok().and_then(|d| d.parse::<usize>().ok());
            let word = index.and_then(|i| state.positional.as_ref()?.get(i.checked_sub(1)?));
            word.and_then(|w| w.value.known()).is_some_and(is_integer)
        }
        name => Fold::is_integer_variable(state, name),
    }
}

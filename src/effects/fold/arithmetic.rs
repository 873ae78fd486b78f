//! Arithmetic: a variable's value is evaluated again as an expression, and an array subscript in it runs substitutions. So an
//! expression is harmless only where every name in it certainly holds a number, or text that is a harmless expression itself.

use super::expression::{self, Reading};
use super::state::State;
use super::{At, Fold, unknown};
use crate::effects::LimitReached;
use crate::effects::command::Analysis;
use crate::shell::tree::{Parameter, Part, Word};
use crate::shell::words;
use alloc::{format, string::String, vec::Vec};

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
        let mut reading = Reading::default();
        let doubt = match self.texts(at, expression, state) {
            Ok(texts) => texts.iter().find_map(|text| expression::read(text, state, &mut reading).err()),
            Err(doubt) => Some(doubt),
        };
        if let Some(name) = doubt {
            let detail = format!("arithmetic evaluates the value of `{name}`, which may hold code");
            unknown(analysis, "arithmetic-value", detail, span);
            // what it assigns is not known either
            for part in &expression.parts {
                if let Part::Text { bytes, .. } = part {
                    expression::names(bytes, |name| reading.assign(name, false));
                }
            }
        }
        for name in reading.assigned.keys() {
            analysis.effects.extend(super::variables::shell_variable(&analysis.tables, name, None, span));
        }
        reading.apply(state);
        Ok(())
    }

    /// The operand of `[[ -v ]]`: a name, whose subscript is evaluated.
    pub(super) fn asked_name(
        &mut self,
        at: At<'_>,
        operand: &Word,
        state: &mut State,
        analysis: &mut Analysis<'_>,
    ) -> Result<(), LimitReached> {
        self.bodies(at, operand, state, analysis)?;
        let value = words::value(operand, &self.seen(state));
        let plain =
            value.alternatives().is_some_and(|all| all.iter().all(|name| expression::is_plain_name(name, state)));
        if !plain {
            let detail = "the subscript of a name is evaluated, which can run code".into();
            unknown(analysis, "arithmetic-value", detail, self.place(at, operand.span));
        }
        Ok(())
    }

    /// The texts that the expression may be after its expansions, with some digit for a number that is not known; or the name of
    /// what could be any text.
    fn texts(&self, at: At<'_>, expression: &Word, state: &State) -> Result<Vec<Vec<u8>>, String> {
        if let [Part::Text { bytes, .. }] = expression.parts.as_slice() {
            return Ok(Vec::from([bytes.to_vec()]));
        }
        let seen = self.seen(state);
        if let Some(all) = words::value(expression, &seen).alternatives() {
            return Ok(all.iter().map(|text| text.to_vec()).collect());
        }
        let mut text: Vec<u8> = Vec::new();
        for part in &expression.parts {
            let (number, name) = match part {
                Part::Text { bytes, .. } | Part::Glob(bytes) => {
                    text.extend_from_slice(bytes);
                    continue;
                }
                Part::Parameter(parameter) => {
                    let word = Word { parts: part.clone().into(), span: expression.span };
                    if let Some(known) = words::value(&word, &seen).known() {
                        text.extend_from_slice(known);
                        continue;
                    }
                    (self.is_number(parameter, &word, state), String::from_utf8_lossy(&parameter.name).into_owned())
                }
                Part::Arithmetic { .. } => (true, String::new()),
                Part::Command { body, .. } => {
                    (body.is_some_and(|body| self.counts(at, body, state)), "a substitution".into())
                }
                _ => (false, "this text".into()),
            };
            // A digit behind a letter is a part of a name.
            if !number || expression::ends_in_name(&text) {
                return Err(name);
            }
            text.push(b'7');
        }
        Ok(Vec::from([text]))
    }

    /// Whether an expansion is certainly nothing or a number: a count, a status, a length, or a variable that holds one.
    fn is_number(&self, parameter: &Parameter, word: &Word, state: &State) -> bool {
        if parameter.length {
            return parameter.operation.is_none() && !parameter.indirect;
        }
        if parameter.indirect {
            return false;
        }
        let name = parameter.name.as_slice();
        if parameter.subscript.is_some() {
            let default = parameter.operation.as_ref().is_none_or(|operation| {
                matches!(operation.operator.as_slice(), b":-" | b"-")
                    && operation.operands.iter().all(|operand| {
                        words::value(operand, &self.seen(state)).known().is_some_and(super::held::is_integer)
                    })
            });
            return default && state.has_numbers(name);
        }
        if parameter.operation.is_some() {
            return words::value(word, &self.seen(state)).alternatives().is_some();
        }
        match name {
            b"#" | b"?" | b"$" | b"!" => true,
            digits if digits.iter().all(u8::is_ascii_digit) => {
                super::held::Held::from_value(words::value(word, &self.seen(state))).is_number()
            }
            name => state.is_number(name),
        }
    }
}

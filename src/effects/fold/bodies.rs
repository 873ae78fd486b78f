//! Code inside words: substitutions, and expansions that evaluate.

use super::held::Held;
use super::state::State;
use super::{At, Fold, unknown};
use crate::effect::Span;
use crate::effects::LimitReached;
use crate::effects::command::{Analysis, Stdin};
use crate::shell::tree::{Parameter, Part, Word};
use crate::shell::words;
use alloc::format;

impl Fold<'_> {
    /// Follows everything that runs while a word is expanded.
    pub(super) fn bodies(
        &mut self,
        at: At<'_>,
        word: &Word,
        state: &mut State,
        analysis: &mut Analysis<'_>,
    ) -> Result<(), LimitReached> {
        self.parts(at, &word.parts, word.span, state, analysis)
    }

    fn parts(
        &mut self,
        at: At<'_>,
        parts: &[Part],
        span: Span,
        state: &mut State,
        analysis: &mut Analysis<'_>,
    ) -> Result<(), LimitReached> {
        for part in parts {
            match part {
                Part::Text { .. } | Part::Glob(_) | Part::Tilde(_) | Part::Sequence(_) => {}
                Part::Parameter(parameter) => self.parameter(at, parameter, state, analysis)?,
                Part::Command { body, .. } => {
                    if let Some(body) = body {
                        self.node(at, *body, state.clone(), analysis)?;
                    }
                }
                Part::Process { body, .. } => {
                    if let Some(body) = body {
                        let stdin =
                            if matches!(part, Part::Process { reads: true, .. }) { at.stdin } else { Stdin::Stream };
                        let mut beside = state.clone();
                        beside.files.disturb(); // it runs at the same time as the command
                        self.node(At { stdin, ..at }, *body, beside, analysis)?;
                    }
                }
                Part::Arithmetic { expression, .. } => self.arithmetic(at, expression, state, analysis)?,
                Part::Braces(alternatives) => {
                    for parts in alternatives {
                        self.parts(at, parts, span, state, analysis)?;
                    }
                }
                Part::Unread(unread) => {
                    let span = self.place(at, span);
                    unknown(analysis, unread.code, unread.message.into(), span);
                }
            }
        }
        Ok(())
    }

    fn parameter(
        &mut self,
        at: At<'_>,
        parameter: &Parameter,
        state: &mut State,
        analysis: &mut Analysis<'_>,
    ) -> Result<(), LimitReached> {
        let span = self.place(at, parameter.span);
        if let Some(subscript) = &parameter.subscript {
            let all = matches!(subscript.parts.as_slice(), [Part::Text { bytes, .. }] if bytes == b"@" || bytes == b"*")
                || matches!(subscript.parts.as_slice(), [Part::Glob(bytes)] if bytes == b"*");
            if !all && state.is_associative(&parameter.name) {
                self.bodies(at, subscript, state, analysis)?;
            } else if !all {
                self.arithmetic(at, subscript, state, analysis)?;
            }
        }
        self.expands(parameter, span, state);
        let operator = parameter.operation.as_ref().map_or(&b""[..], |o| &o.operator);
        if parameter.indirect
            && operator != b"*"
            && operator != b"@"
            && parameter.subscript.is_none()
            && !self.names_a_variable(&parameter.name, state)
        {
            let name = alloc::string::String::from_utf8_lossy(&parameter.name).into_owned();
            let detail = format!("`${{!{name}}}` names a variable by a value, which may hold code");
            unknown(analysis, "indirect-expansion", detail, span);
        }
        let Some(operation) = &parameter.operation else { return Ok(()) };
        match operator {
            b"@" => {
                // `@P` runs substitutions in the value; `@E`, `@A` and the like only spell it differently.
                let harmless = operation.operands.first().is_some_and(|operand| {
                    matches!(operand.parts.as_slice(), [Part::Text { bytes, .. }]
                        if matches!(bytes.as_slice(), b"Q" | b"E" | b"A" | b"a" | b"U" | b"u" | b"L" | b"K" | b"k"))
                });
                if !harmless && !parameter.indirect {
                    let detail = "the value is expanded as a prompt, which runs code in it".into();
                    unknown(analysis, "prompt-expansion", detail, span);
                }
                return Ok(());
            }
            b":" => {
                for operand in &operation.operands {
                    self.arithmetic(at, operand, state, analysis)?;
                }
                return Ok(());
            }
            _ => {}
        }
        let mark = self.environment.mark();
        for operand in &operation.operands {
            self.bodies(at, operand, state, analysis)?;
        }
        if matches!(operator, b":?" | b"?") {
            self.environment.said(mark, analysis);
        }
        if matches!(operator, b":=" | b"=") {
            self.environment.copy(&parameter.name, mark);
            analysis.effects.extend(super::variables::shell_variable(&analysis.tables, &parameter.name, None, span));
            state.assign(&parameter.name, Held::Unknown);
        }
        Ok(())
    }

    /// Whether every value that the variable may have is a plain name.
    fn names_a_variable(&self, name: &[u8], state: &State) -> bool {
        let plain = |text: &[u8]| {
            text.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
                && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
        };
        let value = words::State::get(&self.seen(state), name);
        value.is_some_and(|value| value.alternatives().is_some_and(|all| all.iter().all(|one| plain(one))))
    }
}

/// Whether expanding the word may change a variable: arithmetic, `${x:=y}`.
pub(super) fn may_assign(word: &Word) -> bool {
    word.parts.iter().any(part_may_assign)
}

fn part_may_assign(part: &Part) -> bool {
    match part {
        Part::Text { .. } | Part::Glob(_) | Part::Tilde(_) | Part::Sequence(_) | Part::Command { .. } => false,
        Part::Parameter(parameter) => parameter.subscript.is_some() || parameter.operation.is_some(),
        Part::Arithmetic { .. } | Part::Process { .. } | Part::Unread(_) => true,
        Part::Braces(alternatives) => alternatives.iter().flatten().any(part_may_assign),
    }
}

//! Whose values of the environment a call shows: those that the words of a command expand, and those that a variable of the script has
//! got from another one (`x=$TOKEN; echo $x`).

use super::Fold;
use super::state::State;
use crate::effect::{Bytes, Certainty, Effect, Kind, Span, Value, Word};
use crate::effects::command::Analysis;
use crate::shell::tree::Parameter;
use crate::shell::words;
use alloc::{collections::BTreeMap, rc::Rc, string::String, vec::Vec};

/// Builtins that show none of their words, as long as the shell does not show what it runs.
const SILENT: [&[u8]; 8] = [b"[", b"test", b":", b"true", b"false", b"cd", b"exit", b"return"];
/// Most variables of the environment of which one variable is said to hold the value; it holds whole texts of scripts otherwise.
const MAX_COPIES: usize = 32;

/// What is known of values of the environment.
#[derive(Default)]
pub(super) struct Environment {
    /// The variables that the words of the command at hand expand.
    expanded: Vec<(Bytes, Span)>,
    /// The variables of the environment whose values a variable of the script may hold, whenever it got them.
    copies: BTreeMap<Bytes, Vec<Bytes>>,
    /// The shell shows what it runs (`set -x`).
    traced: bool,
}

impl Environment {
    /// The list of another command, which begins or goes on.
    pub(super) fn exchange(&mut self, list: Vec<(Bytes, Span)>) -> Vec<(Bytes, Span)> {
        core::mem::replace(&mut self.expanded, list)
    }

    /// Where the list stands, for [`Self::copy`].
    pub(super) const fn mark(&self) -> usize {
        self.expanded.len()
    }

    /// A variable of the script gets what has been expanded since.
    pub(super) fn copy(&mut self, into: &[u8], since: usize) {
        let names = self.expanded.get(since..).unwrap_or_default();
        if names.is_empty() {
            return;
        }
        let copies = self.copies.entry(into.into()).or_default();
        for (name, _) in names {
            if copies.len() < MAX_COPIES && !copies.contains(name) {
                copies.push(name.clone());
            }
        }
    }

    /// From now on the shell shows what it runs.
    pub(super) const fn trace(&mut self, on: bool) {
        self.traced |= on;
    }

    fn add(&mut self, name: &[u8], span: Span, state: &State) {
        if !state.is_touched(name) {
            self.expanded.push((name.into(), span));
        }
        let copies = self.copies.get(name).into_iter().flatten();
        self.expanded.extend(copies.map(|copy| (copy.clone(), span)));
    }

    /// What a command gets: it may print or send it.
    pub(super) fn got(&self, names: Vec<(Bytes, Span)>, argv: &[Word], analysis: &mut Analysis<'_>) {
        let program = argv.first().and_then(|w| w.value.known());
        if program.is_none_or(|program| self.traced || !SILENT.contains(&program)) {
            show(names, program, analysis);
        }
    }

    /// What assignments without a command have got since: nobody sees it but who follows the shell.
    pub(super) fn assigned(&self, since: usize, analysis: &mut Analysis<'_>) {
        if self.traced {
            show(self.expanded.get(since..).unwrap_or_default().to_vec(), None, analysis);
        }
    }

    /// `${x:?WORD}` prints the word.
    pub(super) fn said(&self, since: usize, analysis: &mut Analysis<'_>) {
        show(self.expanded.get(since..).unwrap_or_default().to_vec(), None, analysis);
    }
}

impl Fold<'_> {
    /// Notes the variable that a word expands, and the one that it names by its value (`${!x}`).
    pub(super) fn expands(&mut self, parameter: &Parameter, span: Span, state: &State) {
        let is_name = parameter.name.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
        // `${x:+set}` says whether it is set, and not what it is.
        let hidden = parameter.operation.as_ref().is_some_and(|o| matches!(o.operator.as_ref(), b":+" | b"+"));
        if !is_name || parameter.length || hidden {
            return;
        }
        self.environment.add(&parameter.name, span, state);
        if parameter.indirect
            && let Some(value) = words::State::get(&self.seen(state), &parameter.name)
        {
            for name in value.alternatives().unwrap_or_default() {
                self.environment.add(name, span, state);
            }
        }
    }
}

fn show(names: Vec<(Bytes, Span)>, program: Option<&[u8]>, analysis: &mut Analysis<'_>) {
    let by: Option<Rc<str>> = program.filter(|_| !names.is_empty()).map(|p| String::from_utf8_lossy(p).into());
    for (name, span) in names {
        let kind = Kind::ReadEnv(Value::Known(name));
        analysis.effects.push(Effect { kind, certainty: Certainty::Known, span, by: by.clone(), command: None });
    }
}

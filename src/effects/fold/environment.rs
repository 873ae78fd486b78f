//! Whose values of the environment a call shows: those that the words of a command expand, and those that a variable of the script has
//! got from another one (`x=$TOKEN; echo $x`).

use super::Fold;
use super::state::State;
use crate::effect::{Bytes, Certainty, Effect, Kind, Span, Value, Word};
use crate::effects::command::Analysis;
use crate::shell::tree::Parameter;
use crate::shell::words;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    string::String,
    vec::Vec,
};

/// Builtins that show none of their words, as long as the shell does not show what it runs.
const SILENT: [&[u8]; 5] = [b"[", b"test", b":", b"true", b"false"];
/// Operators of `test` that name in their message what is no number.
const NUMERIC: [&[u8]; 6] = [b"-eq", b"-ne", b"-lt", b"-le", b"-gt", b"-ge"];
/// Most variables of which one variable is said to hold the value; it holds whole texts of scripts otherwise.
const MAX_COPIES: usize = 32;

/// A variable that a word expands.
#[derive(Clone)]
pub(super) struct Expanded {
    name: Bytes,
    span: Span,
    /// The script has not assigned it.
    inherited: bool,
}

/// What is known of values of the environment.
#[derive(Default)]
pub(super) struct Environment {
    /// The variables that the words of the command at hand expand.
    expanded: Vec<Expanded>,
    /// The variables whose values a variable of the script may hold, whenever it got them.
    copies: BTreeMap<Bytes, Vec<Bytes>>,
    /// How many there are.
    count: usize,
    /// The shell shows what it runs (`set -x`).
    traced: bool,
}

impl Environment {
    /// The list of another command, which begins or goes on.
    pub(super) fn exchange(&mut self, list: Vec<Expanded>) -> Vec<Expanded> {
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
        for Expanded { name, .. } in names {
            if copies.len() < MAX_COPIES && !copies.contains(name) {
                copies.push(name.clone());
                self.count += 1;
            }
        }
    }

    /// How many copies are known, which only grow: a later round of a loop may show what an earlier one has copied.
    pub(super) const fn copies(&self) -> usize {
        self.count
    }

    /// The variables whose values one of the script may hold, by any number of steps.
    fn origins(&self, name: &Bytes) -> Vec<Bytes> {
        let mut all: Vec<Bytes> = Vec::new();
        let mut next = 0;
        all.extend(self.copies.get(name).into_iter().flatten().cloned());
        while let Some(copies) = all.get(next).map(|one| self.copies.get(one)) {
            for copy in copies.into_iter().flatten() {
                if all.len() < MAX_COPIES && !all.contains(copy) {
                    all.push(copy.clone());
                }
            }
            next += 1;
        }
        all
    }

    /// From now on the shell shows what it runs.
    pub(super) const fn trace(&mut self, on: bool) {
        self.traced |= on;
    }

    fn add(&mut self, name: &[u8], span: Span, state: &State) {
        self.expanded.push(Expanded { name: name.into(), span, inherited: !state.is_touched(name) });
    }

    /// What a command gets: it may print or send it.
    pub(super) fn got(&self, names: &[Expanded], argv: &[Word], analysis: &mut Analysis<'_>) {
        let program = argv.first().and_then(|w| w.value.known());
        let operator = |w: &Word| w.value.known().is_some_and(|text| NUMERIC.contains(&text));
        // `[ X OPERATOR Y ]`
        let operands = argv.len().saturating_sub(1 + usize::from(program == Some(b"[")));
        let unknown = operands > 2 && argv.get(2).is_some_and(|w| w.value.known().is_none());
        let silent = |program: &[u8]| match program {
            b"[" | b"test" => !unknown && !argv.iter().any(operator),
            other => SILENT.contains(&other),
        };
        if program.is_none_or(|program| self.traced || !silent(program)) {
            self.show(names, program, analysis);
        }
    }

    /// What assignments without a command have got since: nobody sees it but who follows the shell.
    pub(super) fn assigned(&self, since: usize, analysis: &mut Analysis<'_>) {
        if self.traced {
            self.said(since, analysis);
        }
    }

    /// What has been expanded since is printed (`${x:?WORD}`, `select`), or read by whatever a compound command runs.
    pub(super) fn said(&self, since: usize, analysis: &mut Analysis<'_>) {
        self.show(self.expanded.get(since..).unwrap_or_default(), None, analysis);
    }

    fn show(&self, names: &[Expanded], program: Option<&[u8]>, analysis: &mut Analysis<'_>) {
        let by: Option<Rc<str>> = program.filter(|_| !names.is_empty()).map(|p| String::from_utf8_lossy(p).into());
        for Expanded { name, span, inherited } in names {
            let origins = self.origins(name);
            for name in inherited.then_some(name).into_iter().chain(&origins) {
                let kind = Kind::ReadEnv(Value::Known(name.clone()));
                let by = by.clone();
                analysis.effects.push(Effect { kind, certainty: Certainty::Known, span: *span, by, command: None });
            }
        }
    }

    /// What programs and code show by a name (`printenv x`, `os.environ["x"]`) may be a copy of another variable.
    pub(super) fn resolve(&self, analysis: &mut Analysis<'_>) {
        let names = |effect: &Effect| match &effect.kind {
            Kind::ReadEnv(value) => value.alternatives().unwrap_or_default().to_vec(),
            _ => Vec::new(),
        };
        let mut shown: BTreeSet<Bytes> = analysis.effects.iter().flat_map(names).collect();
        let mut more = Vec::new();
        for effect in &analysis.effects {
            for origin in names(effect).iter().flat_map(|name| self.origins(name)) {
                if shown.insert(origin.clone()) {
                    more.push(Effect { kind: Kind::ReadEnv(Value::Known(origin)), ..effect.clone() });
                }
            }
        }
        analysis.effects.append(&mut more);
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

//! `cat | sh`: what is typed into the call's terminal goes through a program that passes it on to one that executes it.

use crate::effect::{Cause, Certainty, Effect, Kind, Value};
use crate::effects::command::Analysis;
use crate::tables::words::Role;
use alloc::vec::Vec;

/// Whether an element of a pipeline, whose effects begin at `before`, has nothing to read but its standard input: a program that
/// reads files and was given none, or one that copies what it reads.
pub(super) fn passes_on(analysis: &Analysis<'_>, before: usize) -> bool {
    let effects = analysis.effects.get(before..).unwrap_or_default();
    let copies = |effect: &Effect| matches!(effect.kind, Kind::Run(_) | Kind::Write(_));
    effects.iter().all(copies) && effects.iter().any(|effect| reads_input(analysis, effect))
}

fn reads_input(analysis: &Analysis<'_>, effect: &Effect) -> bool {
    let Kind::Run(run) = &effect.kind else { return false };
    let name = run.argv.first().and_then(|word| word.value.known());
    let name = name.and_then(|path| path.rsplit(|byte| *byte == b'/').next());
    let program = name.and_then(|name| analysis.tables.program(name));
    program.is_some_and(|program| program.operands().any(|(role, _)| matches!(role, Role::Read | Role::Write)))
}

/// Adds that the programs which execute their standard input, among the effects from `before` on, go on reading from the terminal.
pub(super) fn executes_what_is_typed(analysis: &mut Analysis<'_>, before: usize) {
    let executing = |effect: &&Effect| matches!(effect.kind, Kind::Unknown(Cause { code: "code-from-stdin", .. }));
    let found = analysis.effects.get(before..).unwrap_or_default().iter().filter(executing);
    let typed: Vec<Effect> = found
        .map(|effect| {
            let program = effect.by.as_deref().map_or(Value::ANY_WORD, Value::from);
            Effect { kind: Kind::Interactive(program), certainty: Certainty::Known, ..effect.clone() }
        })
        .collect();
    analysis.effects.extend(typed);
}

//! Names of files that a command inside the words of another writes: `wc -l $(git ls-files)`, `sed -i s/a/b/ $(grep -rl a src)`.

use super::state::State;
use super::{At, Ends, Fold, join, listed};
use crate::effect::{More, Span, Value, Word as Argument};
use crate::effects::LimitReached;
use crate::effects::command::{self, Analysis, FoundNames};
use crate::shell::tree::{Part, Simple};
use alloc::vec::Vec;

impl Fold<'_> {
    /// The names that stand behind all other words of a command, where they are these and no one knows how many.
    pub(super) fn names_at_the_end(
        &self,
        at: At<'_>,
        simple: &Simple,
        argv: &[Argument],
        state: &State,
        analysis: &mut Analysis<'_>,
    ) -> Option<FoundNames> {
        let (last, before) = simple.words.split_last()?;
        let [Part::Command { body: Some(body), quoted: false }] = last.parts.as_slice() else { return None };
        let program = argv.first()?.value.known()?;
        // Each word before is one word, and what the last became is all that is not known.
        let alone = argv.len() == before.len() + 1 && argv.last().is_some_and(|word| word.value == Value::ANY_WORDS);
        if !alone || self.is_replaced(program, state) || !command::may_end_in_names(analysis, program) {
            return None;
        }
        let names = self.names_printed(at, *body, state, analysis)?;
        if names.is_listed() && !listed::is_still(simple) {
            return None;
        }
        self.are_words(&names, state, last.span, analysis).then_some(names)
    }

    /// Whether each name is one word where nothing quotes it.
    pub(super) fn are_words(&self, names: &FoundNames, state: &State, span: Span, analysis: &mut Analysis<'_>) -> bool {
        names.cut
            && !state.is_touched(b"IFS")
            && (names.plain || command::stay_words(analysis, self.world, &names.values, &state.cwd, span))
    }

    /// The command without a name, with each, and with all of them twice, so that each stands in a first place, in the middle and in
    /// the last.
    pub(super) fn run_with(
        &mut self,
        at: At<'_>,
        (argv, names): (&[Argument], &FoundNames),
        span: Span,
        state: &State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let Some((last, before)) = argv.split_last() else { return Ok(Ends::both(state.clone())) };
        let with = |values: &mut dyn Iterator<Item = &Value>| {
            let words = values.map(|value| Argument { value: value.clone(), span: last.span });
            before.iter().cloned().chain(words).collect::<Vec<_>>()
        };
        let values = names.values.as_slice();
        let mut all = self.run(at, before, span, state.clone(), analysis)?;
        for value in values {
            let one = self.run(at, &with(&mut core::iter::once(value)), span, state.clone(), analysis)?;
            all = Ends { ok: join(all.ok, one.ok), failed: join(all.failed, one.failed) };
        }
        let more = More { samples: 2 * values.len(), values: values.into() };
        let outer = analysis.more.replace(more);
        let twice = self.run(at, &with(&mut values.iter().chain(values)), span, state.clone(), analysis);
        analysis.more = outer;
        let twice = twice?;
        Ok(Ends { ok: join(all.ok, twice.ok), failed: join(all.failed, twice.failed) })
    }
}

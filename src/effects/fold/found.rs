//! Names of files that a command inside the words of another writes: `wc -l $(git ls-files)`, `sed -i s/a/b/ $(grep -rl a src)`.

use super::held::Held;
use super::state::State;
use super::{At, Ends, Fold, join, listed};
use crate::effect::{Bytes, More, Span, Value, Word as Argument};
use crate::effects::LimitReached;
use crate::effects::command::{self, Analysis, FoundNames};
use crate::shell::tree::{Node, Part, Redirection, Simple, Word};
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
        // A shell leaves out a NUL, and so makes one word of all.
        if names.nul || names.is_listed() && !listed::is_still(simple) {
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

    /// `f=$(rg -l x | head -1)`: the one name that a variable gets, or nothing.
    pub(super) fn one_found(
        &self,
        at: At<'_>,
        word: &Word,
        state: &State,
        analysis: &mut Analysis<'_>,
    ) -> Option<Held> {
        let [Part::Command { body: Some(body), .. }] = word.parts.as_slice() else { return None };
        let tree = self.scripts.get(at.script)?.tree.clone();
        let Node::Pipeline(pipeline) = &tree.get(*body)?.node else { return None };
        let Node::Simple(last) = &tree.get(*pipeline.elements.last()?)?.node else { return None };
        if !takes_one(&last.words) {
            return None;
        }
        let names = self.names_printed(at, *body, state, analysis).filter(|names| !names.nul)?;
        let name = names.each()?;
        self.are_words(&names, state, word.span, analysis).then_some(Held::Found(name))
    }

    /// A simple command; where a variable in its words holds nothing or a name, with either.
    pub(super) fn simple_with_found(
        &mut self,
        at: At<'_>,
        simple: &Simple,
        span: Span,
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let held = |name: &Bytes| match state.held(name) {
            Some(held @ Held::Found(value)) => Some((held.clone(), Held::Is(value.clone()))),
            _ => None,
        };
        let found = found_variables(simple).find_map(|name| held(name).map(|held| (name, held)));
        let Some((name, (held, full))) = found else { return self.simple(at, simple, span, state, analysis) };
        let mut all = Ends { ok: None, failed: None };
        let mut missed = true;
        for chosen in [Held::Is(Value::Known(Bytes::default())), full] {
            let mut state = state.clone();
            state.choose(name, chosen.clone());
            let mut ends = self.simple(at, simple, span, state, analysis)?;
            for end in [&mut ends.ok, &mut ends.failed].into_iter().flatten() {
                end.unchoose(name, &chosen, &held);
            }
            missed &= self.failed;
            all = Ends { ok: join(all.ok, ends.ok), failed: join(all.failed, ends.failed) };
        }
        self.failed = missed;
        Ok(all)
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

/// `head -1`, `tail -n 1`: at most one line.
fn takes_one(words: &[Word]) -> bool {
    let text = |word: &Word| match word.parts.as_slice() {
        [Part::Text { bytes, .. }] => Some(bytes.clone()),
        _ => None,
    };
    let Some(words) = words.iter().map(text).collect::<Option<Vec<_>>>() else { return false };
    let words: Vec<&[u8]> = words.iter().map(|word| &**word).collect();
    matches!(words.as_slice(), [b"head" | b"tail", b"-1" | b"-n1"] | [b"head" | b"tail", b"-n", b"1"])
}

/// The variables in the words of a command whose name is written out.
fn found_variables(simple: &Simple) -> impl Iterator<Item = &Bytes> {
    let named = matches!(simple.words.first().map(|word| word.parts.as_slice()), Some([Part::Text { .. }]));
    let targets = simple.redirections.iter().map(|one: &Redirection| &one.target);
    let words = simple.words.iter().chain(targets).filter(move |_| named);
    words.flat_map(|word| &word.parts).filter_map(|part| match part {
        Part::Parameter(one) => Some(&one.name),
        _ => None,
    })
}

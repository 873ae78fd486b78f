//! Aliases. Which shell expands them where depends on the shell, its options, and how the text came to it: so a command of that
//! name is followed both ways from the definition on.

use super::simple::Called;
use super::state::State;
use super::{At, Ends, Fold, join};
use crate::effect::{Span, Value, Word};
use crate::effects::LimitReached;
use crate::effects::command::{Alias, Analysis};
use alloc::vec::Vec;

/// How many aliases may stand for one another.
const DEEPEST: usize = 4;

impl Fold<'_> {
    /// Whether the script makes something else of a command name than the builtin or program.
    pub(super) fn is_replaced(&self, name: &[u8], state: &State) -> bool {
        state.function(name).is_some() || self.is_alias(name)
    }

    /// Whether the name may be an alias.
    pub(super) fn is_alias(&self, name: &[u8]) -> bool {
        self.aliases.iter().any(|(alias, _)| alias == name)
    }

    /// Joins what the command does as what its name is an alias for.
    pub(super) fn aliased(
        &mut self,
        at: At<'_>,
        argv: &[Word],
        (temporary, span): (&[&[u8]], Span),
        before: &State,
        ends: Ends,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let mut ends = ends;
        if self.aliases.is_empty() {
            return Ok(ends);
        }
        let mut readings = Vec::from([Reading { argv: argv.to_vec(), used: Vec::new() }]);
        for depth in 0..=DEEPEST {
            readings = readings.iter().flat_map(|reading| self.expanded_alias(reading)).collect();
            if depth == DEEPEST && !readings.is_empty() {
                let detail = "aliases stand for one another too often".into();
                super::unknown(analysis, "changed-reading", detail, span);
            }
            for Reading { argv, .. } in &readings {
                let one = match self.call_function(at, argv, temporary, before, analysis)? {
                    Called::Only(ends) => ends,
                    Called::Perhaps(called) => {
                        let program = self.run(at, argv, span, before.clone(), analysis)?;
                        Ends { ok: join(called.ok, program.ok), failed: join(called.failed, program.failed) }
                    }
                    Called::No => self.run(at, argv, span, before.clone(), analysis)?,
                };
                ends = Ends { ok: join(ends.ok, one.ok), failed: join(ends.failed, one.failed) };
            }
        }
        Ok(ends)
    }

    /// The words with the first one replaced by each alias of that name; no alias is expanded in its own text.
    fn expanded_alias(&self, reading: &Reading) -> Vec<Reading> {
        let Some((first, rest)) = reading.argv.split_first() else { return Vec::new() };
        let name = first.value.known().unwrap_or_default();
        let fits = |(alias, _): &&Alias| alias == name && !reading.used.contains(alias);
        let expanded = self.aliases.iter().filter(fits).map(|(alias, words)| {
            let words: Vec<Word> = match words {
                Some(words) => words.iter().map(|word| Word::known(word.clone(), first.span)).collect(),
                // Any command, or several.
                None => Vec::from([Word { value: Value::ANY_WORDS, span: first.span }]),
            };
            let used = reading.used.iter().chain([alias]).cloned().collect();
            Reading { argv: words.into_iter().chain(rest.iter().cloned()).collect(), used }
        });
        expanded.collect()
    }
}

/// A command with the names of the aliases that have been expanded in it.
struct Reading {
    argv: Vec<Word>,
    used: Vec<Vec<u8>>,
}

//! Words that are a number or no word at all: `head -n $n file`, where `n=$(wc -l < other)` may have failed. What stands behind such a
//! word has another place without it, so that the command is looked at both ways.

use super::state::State;
use super::{At, Ends, Fold, join};
use crate::effect::{Form, Span, Value, Word};
use crate::effects::LimitReached;
use crate::effects::command::{self, Analysis};
use alloc::vec::Vec;

/// Such words of one command that are told apart; with more it is looked at once, with words of which nothing is known.
const MAX_OPTIONAL: usize = 2;

impl Fold<'_> {
    /// The command with every such word and without it.
    pub(super) fn run_both_ways(
        &mut self,
        at: At<'_>,
        argv: &[Word],
        span: Span,
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let places: Vec<usize> =
            argv.iter().enumerate().filter(|(_, word)| is_optional(&word.value)).map(|(index, _)| index).collect();
        let program = argv.first().and_then(|word| word.value.known());
        if !(1..=MAX_OPTIONAL).contains(&places.len())
            || !program.is_some_and(|name| command::may_end_in_names(analysis, name))
        {
            return self.run(at, argv, span, state, analysis);
        }
        let mut all = Ends { ok: None, failed: None };
        for choice in 0..1_usize << places.len() {
            let left_out = |index: usize| {
                places.iter().position(|place| *place == index).is_some_and(|nth| choice >> nth & 1 == 1)
            };
            let words = argv.iter().enumerate().filter(|(index, _)| !left_out(*index));
            let words: Vec<Word> =
                words.map(|(_, word)| Word { value: present(&word.value), span: word.span }).collect();
            let ends = self.run(at, &words, span, state.clone(), analysis)?;
            all = Ends { ok: join(all.ok, ends.ok), failed: join(all.failed, ends.failed) };
        }
        Ok(all)
    }
}

fn is_optional(value: &Value) -> bool {
    let number = |form: Form| form != Form::Anything;
    matches!(value, Value::Unknown { may_split: false, may_be_empty: true, form } if number(*form))
}

/// The word where it is there.
fn present(value: &Value) -> Value {
    match value {
        Value::Unknown { may_split: false, may_be_empty: true, form } if *form != Form::Anything => {
            Value::Unknown { may_split: false, may_be_empty: false, form: *form }
        }
        other => other.clone(),
    }
}

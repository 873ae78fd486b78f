//! What a word becomes before it reaches a command: the expansions of a shell, in the order in which it carries them out, over
//! values that may be known, known in part, or not at all.
//!
//! Never narrower than any of bash, dash and zsh with the tree's reading: where they would split or glob a known value differently
//! the result is unknown. What they read differently is in [`super::tree::Tree::differences`].

mod alternatives;
mod arithmetic;
mod field;
mod names;
mod operation;
mod pattern;

use super::tree::{Parameter, Part, Word};
use crate::effect::{self, Bytes, Value};
use alloc::vec::Vec;
use core::borrow::Borrow;
use field::{Builder, Split};

/// Most words that one word's brace expressions may become; beyond, the word is unknown.
pub const MAX_WORDS: usize = 256;

/// Most bytes that they may have together.
const MAX_BRACES: usize = 1024 * 1024;

/// Most bytes of a value that an expansion makes longer; beyond, it is unknown. Longer than any script.
pub const MAX_VALUE: usize = 256 * 1024;

/// What the words of a script depend on.
pub trait State {
    /// The value of a variable or special parameter where the script determines it: at most one word before splitting. `None`
    /// for all else: unset, from the environment, an array, assigned in a way that is not followed.
    fn get(&self, name: &[u8]) -> Option<Value>;

    /// The elements of an array that is known, or the positional parameters for `@`, in order. An element that is not one word
    /// stands for any number of elements.
    fn array(&self, _name: &[u8]) -> Option<Vec<Value>> {
        None
    }

    /// What `~name` is: `b""` is the home directory of the session, `b"+"` the working directory. `None` where not known.
    fn home(&self, name: &[u8]) -> Option<Value>;

    /// Whether patterns tell small letters from capital ones.
    fn exact_case(&self) -> bool {
        true
    }

    /// The bytes that split an unquoted value; `None` where the script may have changed IFS to something not known.
    fn separators(&self) -> Option<Vec<u8>> {
        Some(b" \t\n".to_vec())
    }
}

/// A state in which nothing is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl State for Nothing {
    fn get(&self, _: &[u8]) -> Option<Value> {
        None
    }

    fn home(&self, _: &[u8]) -> Option<Value> {
        None
    }
}

/// The bytes of a word that is nothing but text, and no glob: what most words are.
fn plain_text(word: &Word) -> Option<&Bytes> {
    match word.parts.as_slice() {
        [Part::Text { bytes, quoted }] if *quoted || !pattern::has_glob(bytes) => Some(bytes),
        _ => None,
    }
}

fn has_braces(word: &Word) -> bool {
    word.parts.iter().any(|part| matches!(part, Part::Braces(_) | Part::Sequence(_)))
}

/// Adds the words of argv that an argument becomes: none, one, several, or an unknown number (a value that `may_split`).
pub fn expand(word: &Word, state: &dyn State, words: &mut Vec<effect::Word>) {
    if let Some(text) = plain_text(word) {
        return words.push(effect::Word { value: Value::Known(text.clone()), span: word.span });
    }
    if has_braces(word) {
        return expand_braces(word, state, words);
    }
    if word.span.end.saturating_sub(word.span.start) as usize > MAX_BRACES {
        return words.push(effect::Word { value: Value::ANY_WORDS, span: word.span });
    }
    let mut builder = Builder::new(Split::Fields, state);
    builder.parts(&word.parts, false);
    words.extend(builder.finish().map(|value| effect::Word { value, span: word.span }));
}

fn expand_braces(word: &Word, state: &dyn State, words: &mut Vec<effect::Word>) {
    let alternatives =
        if alternatives::may_join_dollar(&word.parts) || alternatives::may_split_braces(&word.parts, state) {
            None
        } else {
            alternatives::alternatives(&word.parts)
        };
    let length = word.span.end.saturating_sub(word.span.start) as usize;
    let Some(alternatives) = alternatives.filter(|all| all.len().saturating_mul(length) <= MAX_BRACES) else {
        return words.push(effect::Word { value: Value::ANY_WORDS, span: word.span });
    };
    let before = words.len();
    for parts in alternatives {
        let mut builder = Builder::new(Split::Fields, state);
        builder.parts(&parts, true);
        let made: Vec<Value> = builder.finish().collect();
        if made.len() > 1 {
            // zsh makes the words of `"$@"` first, and then alternatives of each
            words.truncate(before);
            return words.push(effect::Word { value: Value::ANY_WORDS, span: word.span });
        }
        if made.is_empty() {
            // zsh keeps an empty word
            let value = Value::Unknown { may_split: false, may_be_empty: true, form: effect::Form::Anything };
            words.push(effect::Word { value, span: word.span });
        }
        words.extend(made.into_iter().map(|value| effect::Word { value, span: word.span }));
    }
}

/// The words of several arguments.
pub fn expand_all(words: &[Word], state: &dyn State) -> Vec<effect::Word> {
    let mut all = Vec::with_capacity(words.len());
    for word in words {
        expand(word, state, &mut all);
    }
    all
}

/// The value of an assignment, the operand of `case` or `[[`, a here-string, the body of a here-document: always one word;
/// nothing is split and no file names are looked up.
pub fn value(word: &Word, state: &dyn State) -> Value {
    if let [Part::Text { bytes, .. }] = word.parts.as_slice() {
        return Value::Known(bytes.clone());
    }
    let mut builder = Builder::new(Split::Never, state);
    builder.parts(&word.parts, false);
    builder.finish().last().unwrap_or_else(|| Value::Known(Vec::new().into()))
}

/// The target of a redirection: one word. It is a [`Value::Pattern`] where bash would look up file names (dash and zsh open the
/// text itself, which a pattern stands for too); a value that bash would split, and then refuse, is kept whole as dash keeps it.
pub fn target(word: &Word, state: &dyn State) -> effect::Word {
    let value = match plain_text(word) {
        Some(text) => Value::Known(text.clone()),
        None if !has_braces(word) => one_target(&word.parts, state),
        None => match alternatives::alternatives(&word.parts).as_deref() {
            Some([parts]) => one_target(parts, state),
            // several words: bash refuses, zsh opens them all
            _ => Value::ANY_WORD,
        },
    };
    effect::Word { value, span: word.span }
}

fn one_target<P: Borrow<Part>>(parts: &[P], state: &dyn State) -> Value {
    let mut builder = Builder::new(Split::Globs, state);
    builder.parts(parts, false);
    builder.finish().last().unwrap_or(Value::ANY_WORD)
}

/// The value of a parameter expansion, before splitting.
fn parameter(parameter: &Parameter, state: &dyn State) -> Option<Value> {
    operation::evaluate(parameter, state)
}

//! Words of builtins that zsh evaluates as arithmetic, where a subscript runs substitutions (`exit 'path[$(x)]'`): what `exit` and
//! its like get, the numbers of `printf`, the descriptor of `[ -t ]`.

use super::held::Held;
use super::state::State;
use super::{At, Fold};
use crate::effect::{Kind, Word};
use crate::effects::LimitReached;
use crate::effects::command::Analysis;
use crate::shell::tree::Simple;
use alloc::vec::Vec;

impl Fold<'_> {
    /// Holds the words of a command against the rules of arithmetic, where zsh would evaluate them.
    pub(super) fn evaluated(
        &mut self,
        at: At<'_>,
        simple: &Simple,
        argv: &[Word],
        state: &State,
        analysis: &mut Analysis<'_>,
    ) -> Result<(), LimitReached> {
        let Some(indices) = evaluated_words(argv) else { return Ok(()) };
        // Where words become several or none, any of those that are written may be one of them.
        let aligned = argv.len() == simple.words.len();
        let start = analysis.effects.len();
        for (index, written) in simple.words.iter().enumerate().skip(1) {
            let harmless = |word: &Word| {
                let literal = word.value.alternatives().is_some_and(|all| all.iter().all(|t| is_number(t)));
                literal || Held::from_value(word.value.clone()).is_number()
            };
            if aligned && (!indices.contains(&index) || argv.get(index).is_some_and(harmless)) {
                continue;
            }
            self.arithmetic(at, written, &mut state.clone(), analysis)?;
        }
        // What runs inside of the words has been seen with the words.
        let found = analysis.effects.split_off(start);
        let doubt = |kind: &Kind| matches!(kind, Kind::Unknown(cause) if cause.code == "arithmetic-value");
        analysis.effects.extend(found.into_iter().filter(|effect| doubt(&effect.kind)));
        Ok(())
    }
}

/// Which words of the command are evaluated.
fn evaluated_words(argv: &[Word]) -> Option<Vec<usize>> {
    let prefix = |word: &&Word| matches!(word.value.known(), Some(b"builtin" | b"command" | b"--"));
    let name = argv.iter().take_while(prefix).count();
    let from = name + 1;
    match argv.get(name)?.value.known()? {
        b"exit" | b"return" | b"break" | b"continue" | b"shift" => Some((from..argv.len()).collect()),
        b"[" | b"test" => {
            let asked = argv.iter().enumerate().skip(from).filter(|(_, word)| word.value.known() == Some(b"-t"));
            Some(asked.map(|(index, _)| index + 1).collect())
        }
        b"printf" => {
            let mut format = from;
            while let Some(option @ (b"-v" | b"--")) = argv.get(format).and_then(|word| word.value.known()) {
                format += if option == b"-v" { 2 } else { 1 };
            }
            Some(numbers(argv, format))
        }
        _ => None,
    }
}

/// The words behind the format of `printf` that are numbers to it.
fn numbers(argv: &[Word], format: usize) -> Vec<usize> {
    let all = || (format + 1..argv.len()).collect();
    let Some(value) = argv.get(format).map(|word| &word.value) else { return Vec::new() };
    let Some(texts) = value.alternatives() else { return all() };
    let mut found = Vec::new();
    for text in texts {
        let Some(kinds) = conversions(text) else { return all() };
        let one_word = |word: &Word| word.value.is_one_word();
        if kinds.contains(&true) && !argv.iter().skip(format + 1).all(one_word) {
            return all();
        }
        if kinds.is_empty() {
            continue;
        }
        // The format is used again for the words that are left.
        let cycle = (format + 1..argv.len()).zip(kinds.iter().cycle());
        found.extend(cycle.filter(|(_, number)| **number).map(|(index, _)| index));
    }
    found
}

/// Whether each word that a format takes is a number; `None` where it names its words itself.
fn conversions(format: &[u8]) -> Option<Vec<bool>> {
    let mut kinds = Vec::new();
    let mut rest = format.iter();
    while rest.by_ref().any(|byte| *byte == b'%') {
        for byte in rest.by_ref() {
            match byte {
                b'*' => kinds.push(true),
                b'$' => return None,
                b'%' => break,
                byte if byte.is_ascii_alphabetic() && !matches!(byte, b'h' | b'l' | b'j' | b'z' | b't' | b'L') => {
                    kinds.push(!matches!(byte, b's' | b'b' | b'q' | b'c' | b'Q'));
                    break;
                }
                _ => {}
            }
        }
    }
    Some(kinds)
}

/// A number as it is written: nothing of it is a name.
fn is_number(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let hexadecimal = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X"));
    match hexadecimal {
        Some(digits) => digits.iter().all(u8::is_ascii_hexdigit),
        None => text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'),
    }
}

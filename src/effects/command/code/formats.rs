//! Methods of texts in Python code that do more on other values.

use super::{
    reading::Reading,
    token::{Kind, Token, is_word},
};
use alloc::vec::Vec;

/// Whether `.replace` at `at` is certainly that of a text: a path's takes one argument, and its class, which takes two, is no value
/// that a program can come by without `type`.
pub(super) fn replaces_text(reading: &Reading<'_>, at: usize) -> bool {
    reading.text(at) == b"replace"
        && reading.is_mark(at + 1, b"(")
        && reading.arguments(at + 1, b"=").places.len() >= 2
        && !reading.tokens.iter().any(|token| token.text == b"type")
}

/// Whether the text before the dot at `dot` has only fields that show values as they are.
pub(super) fn plain_format(reading: &Reading<'_>, dot: usize) -> bool {
    let before = reading.tokens.get(..dot).unwrap_or(&[]);
    let literals: Vec<&Token<'_>> = before.iter().rev().take_while(|t| t.kind == Kind::Text).collect();
    let mut text = Vec::new();
    for literal in literals.iter().rev() {
        let Some(value) = &literal.value else { return false };
        text.extend_from_slice(value);
    }
    let mut at = 0;
    while let Some(b) = text.get(at) {
        at += 1;
        if *b != b'{' {
            continue;
        }
        if text.get(at) == Some(&b'{') {
            at += 1;
            continue;
        }
        let field = text.get(at..).unwrap_or(&[]);
        let Some(end) = field.iter().position(|b| *b == b'}') else { return false };
        let field = field.get(..end).unwrap_or(&[]);
        let name = field.split(|b| matches!(b, b':' | b'!')).next().unwrap_or(field);
        if field.contains(&b'{') || !name.iter().all(|b| is_word(*b)) {
            return false;
        }
        at += end + 1;
    }
    !literals.is_empty()
}

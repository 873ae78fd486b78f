//! Refuses text that nests too deeply, before it is parsed: the interpreter's parser and compiler walk a program by recursion
//! and would run off the stack, which no error handling can catch.
//!
//! The measure is an upper bound of the depth of the syntax tree, taken from the tokens in one pass: every open bracket, every
//! level of indentation and every operator of the expression or chain that is being read count one.

use super::diagnostics::Diagnostic;
use starlark::codemap::{CodeMap, Pos, Span};
use starlark_syntax::dialect::Dialect;
use starlark_syntax::lexer::{Lexer, Token};
use std::{borrow::ToOwned, format, vec::Vec};

/// Deepest nesting that is parsed.
pub const DEPTH: usize = 250;

/// Longest number that is read: the interpreter's lexer takes one by recursion over its digits.
const DIGITS: usize = 4096;

/// What is open at one level: the file itself, an indented block, a bracket.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Operators of the element that is being read: ended by a comma, a semicolon or a line's end.
    element: usize,
    /// What commas do not end: `lambda` and comprehension clauses, and the `elif`s of a chain.
    chain: usize,
}

/// The finding for a number that is too long to be read.
fn too_long(codemap: &CodeMap) -> Option<Diagnostic> {
    let mut start = 0;
    for (i, byte) in codemap.source().bytes().enumerate() {
        if !byte.is_ascii_digit() {
            start = i + 1;
        } else if i - start >= DIGITS {
            let span = codemap.file_span(Span::new(position(start), position(i)));
            let help = "write a shorter one";
            return Some(Diagnostic::at(&span, format!("a number has more than {DIGITS} digits"), Some(help.into())));
        }
    }
    None
}

fn position(byte: usize) -> Pos {
    Pos::new(u32::try_from(byte).unwrap_or(u32::MAX))
}

/// The finding for text that nests deeper than [`DEPTH`]; none for text that may be parsed (or that the lexer refuses, and the
/// parser with it, before it gets deep).
pub(super) fn too_deep(name: &str, text: &str, dialect: &Dialect) -> Option<Diagnostic> {
    let codemap = CodeMap::new(name.to_owned(), text.to_owned());
    if let Some(diagnostic) = too_long(&codemap) {
        return Some(diagnostic);
    }
    let mut levels = Vec::from([Level::default()]);
    let mut above = 0;
    let mut statement_starts = true;
    for lexeme in Lexer::new(codemap.source(), dialect, codemap.clone()) {
        let Ok((start, token, end)) = lexeme else { break };
        let level = levels.last_mut()?;
        let between = matches!(token, Token::Newline | Token::Comment(_) | Token::Indent | Token::Dedent);
        if statement_starts && !between {
            // Only a chain of `elif` goes on from one statement to the next.
            level.chain = if matches!(token, Token::Elif | Token::Else) { level.chain } else { 0 };
        }
        statement_starts = between || matches!(token, Token::Semicolon);
        match token {
            Token::OpeningRound
            | Token::OpeningSquare
            | Token::OpeningCurly
            | Token::FStringStart(_)
            | Token::FStringExprStart
            | Token::Indent => {
                // A call or an index is an operator of its element, too: `f()()()`.
                level.element += 1;
                above += level.element + level.chain;
                levels.push(Level::default());
            }
            Token::ClosingRound
            | Token::ClosingSquare
            | Token::ClosingCurly
            | Token::FStringEnd
            | Token::FStringExprEnd
            | Token::Dedent => {
                if levels.len() > 1 {
                    levels.pop();
                    let below = levels.last()?;
                    above -= below.element + below.chain;
                }
                if let (Token::Dedent, Some(level)) = (&token, levels.last_mut()) {
                    level.element = 0;
                }
            }
            Token::Comma | Token::Semicolon | Token::Newline => level.element = 0,
            Token::Lambda | Token::For | Token::Elif => level.chain += 1,
            Token::Identifier(_)
            | Token::String(_)
            | Token::Bytes(_)
            | Token::Int(_)
            | Token::Float(_)
            | Token::Comment(_)
            | Token::FStringText(_)
            | Token::Colon
            | Token::Else
            | Token::In => {}
            _ => level.element += 1,
        }
        let level = levels.last()?;
        if above + level.element + level.chain > DEPTH {
            let span = codemap.file_span(Span::new(position(start), position(end)));
            let help = "split it up: name the inner parts";
            return Some(Diagnostic::at(&span, format!("this nests deeper than {DEPTH}"), Some(help.into())));
        }
    }
    None
}

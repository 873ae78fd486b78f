//! `$(( ))`, `(( ))`, `$[ ]`, `for (( ; ; ))`; and telling them from a substitution or subshell that begins with a subshell.
//!
//! bash decides by the parentheses: `((` is arithmetic if what closes the inner one is directly followed by what closes the outer
//! one. The pairs of a text are found in one pass that later questions reuse, so that `((((((` is not read again and again.

use super::{
    braces::Finish,
    dialect::{Construct, Dialect},
    parser::{Parser, Read, refuse},
    parts::Parts,
    substitution::Around,
    tree::{Node, Part, Unread, Word},
};
use alloc::{boxed::Box, vec, vec::Vec};

/// Where parentheses are closed, as far as it has been asked for.
#[derive(Default)]
pub(super) struct Parentheses {
    /// By position of the opening one: 0 not seen yet, 1 never closed, else the position of the closing one plus 2.
    closed_by: Vec<u32>,
    /// Something between them may hold parentheses that do not count (a substitution with a pattern, a comment).
    uncertain: bool,
}

/// What `((` is.
enum Reading {
    Arithmetic {
        /// Position of the first of the two closing parentheses.
        end: usize,
    },
    Commands,
    /// The parentheses were counted past a text where they may not count.
    Unclear,
}

/// What is known of an opening parenthesis.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Closed {
    NotAsked,
    Never,
    At(usize),
}

const INVALID: Unread = Unread {
    code: "arithmetic",
    message: "what stands in the double parentheses is not an arithmetic expression that is read",
};

impl Parser<'_, '_, '_> {
    /// A command that begins with a parenthesis.
    pub(super) fn parenthesis(&mut self) -> Read<Node> {
        if self.peek_ahead(1) != Some(b'(') || self.core.dialect == Dialect::Dash {
            return self.subshell();
        }
        let start = self.pos;
        match self.reading(start)? {
            Reading::Commands => self.subshell(),
            Reading::Unclear => unclear(),
            Reading::Arithmetic { end } => {
                let expression = self.arithmetic_between(start, end)?;
                self.has(Construct::ArithmeticCommand);
                if !is_arithmetic(&expression) {
                    return Ok(Node::Unread(INVALID));
                }
                Ok(Node::Arithmetic { expression, redirections: Vec::new() })
            }
        }
    }

    /// `$((`, from the dollar sign on.
    pub(super) fn arithmetic_or_command(&mut self, parts: &mut Parts, quoted: bool) -> Read<()> {
        let outer = self.pos + 1;
        if self.raw(1) != Some(b'(') {
            return unclear();
        }
        match self.reading(outer)? {
            Reading::Commands => {
                let start = self.pos;
                self.command_substitution(parts, quoted)?;
                // dash goes on looking for `))`, through quotes and comments
                self.differs("double-parenthesis", start);
                Ok(())
            }
            Reading::Unclear => unclear(),
            Reading::Arithmetic { end } => {
                let start = self.pos;
                self.advance(1);
                self.cover(start);
                let expression = self.nested(|this| this.arithmetic_between(outer, end))?;
                if is_arithmetic(&expression) {
                    parts.push(Part::Arithmetic { expression: Box::new(expression), quoted });
                } else {
                    parts.push(Part::Unread(INVALID.into()));
                }
                Ok(())
            }
        }
    }

    /// `$[ ]`, the old form.
    pub(super) fn bracket_arithmetic(&mut self, parts: &mut Parts, quoted: bool) -> Read<()> {
        self.take_operator(2);
        let expression = self.bracketed(true)?;
        if is_arithmetic(&expression) {
            parts.push(Part::Arithmetic { expression: Box::new(expression), quoted });
        } else {
            parts.push(Part::Unread(INVALID.into()));
        }
        Ok(())
    }

    /// `((a; b; c))` of a `for` loop.
    pub(super) fn arithmetic_for_head(&mut self, start: usize) -> Read<Vec<Word>> {
        self.take_operator(2);
        let mut expressions = vec![];
        loop {
            let expression = self.arithmetic_text(true)?;
            if !is_arithmetic(&expression) {
                return refuse(INVALID.code, INVALID.message);
            }
            expressions.push(expression);
            if !self.eat(b';') {
                break;
            }
        }
        if expressions.len() != 3 || self.peek() != Some(b')') || self.peek_ahead(1) != Some(b')') {
            return refuse(
                "unexpected-token",
                "bash refuses this loop: it needs three expressions in double parentheses",
            );
        }
        self.take_operator(2);
        self.cover(start);
        Ok(expressions)
    }

    /// The expression between the two parentheses at `start` and those at `end`.
    fn arithmetic_between(&mut self, start: usize, end: usize) -> Read<Word> {
        self.take_operator(2);
        let expression = self.arithmetic_text(false)?;
        if self.pos != end {
            return unclear();
        }
        self.take_operator(2);
        self.cover(start);
        Ok(expression)
    }

    /// Text with expansions, up to a closing parenthesis that is not opened in it (or a semicolon, in the head of a loop).
    fn arithmetic_text(&mut self, semicolons: bool) -> Read<Word> {
        let start = self.pos;
        let mut parts = Parts::default();
        let mut open = 0_usize;
        loop {
            match self.peek() {
                None => {
                    return refuse("unterminated-quote", "bash refuses this line: a double parenthesis is not closed");
                }
                Some(b')') if open == 0 => break,
                Some(b';') if open == 0 && semicolons => break,
                Some(byte @ (b'(' | b')')) => {
                    open = if byte == b'(' { open + 1 } else { open - 1 };
                    parts.text(&[byte], false);
                    self.advance(1);
                }
                Some(b'$' | b'`') => self.quoted_piece(&mut parts, Around::DoubleQuotes)?,
                Some(b'\'' | b'"' | b'\\') => self.piece(&mut parts)?,
                Some(byte) => {
                    parts.text(&[byte], false);
                    self.advance(1);
                }
            }
        }
        self.finish_word(parts, start, Finish::PLAIN)
    }

    /// How bash reads the two parentheses at `outer`.
    fn reading(&mut self, outer: usize) -> Read<Reading> {
        if self.text.get(outer + 1) != Some(&b'(') {
            return Ok(Reading::Unclear);
        }
        if [outer, outer + 1].iter().any(|open| self.closed_by(*open) == Closed::NotAsked) {
            self.pair_parentheses(outer)?;
        }
        let (first, second) = (self.closed_by(outer), self.closed_by(outer + 1));
        Ok(match (first, second) {
            (Closed::At(last), Closed::At(end)) if last == end + 1 => Reading::Arithmetic { end },
            _ if self.parentheses.uncertain => Reading::Unclear,
            _ => Reading::Commands,
        })
    }

    /// Where the parenthesis at `open` is closed.
    fn closed_by(&self, open: usize) -> Closed {
        match self.parentheses.closed_by.get(open).copied().unwrap_or(0) {
            0 => Closed::NotAsked,
            1 => Closed::Never,
            close => usize::try_from(close - 2).map_or(Closed::Never, Closed::At),
        }
    }

    /// Pairs the parentheses from `outer` to the one that closes it, as bash does: quotes hide them, nothing else does.
    fn pair_parentheses(&mut self, outer: usize) -> Read<()> {
        let text = self.text;
        let table = &mut self.parentheses;
        if table.closed_by.is_empty() {
            table.closed_by = vec![0; text.len()];
        }
        table.uncertain = false;
        let mut open: Vec<usize> = Vec::new();
        let mut substitution = false;
        let mut at = outer;
        while let Some(&byte) = text.get(at) {
            match byte {
                b'\\' => at += 1,
                b'\'' => at = skip_to(text, at, b'\'', false),
                // In `$'...'` a backslash hides a quote; `$$` is a number.
                b'$' if text.get(at + 1) == Some(&b'\'') => {
                    table.uncertain |= text.get(at.saturating_sub(1)) == Some(&b'$');
                    at = skip_to(text, at + 1, b'\'', true);
                }
                b'"' | b'`' => {
                    let end = skip_to(text, at, byte, true);
                    let inside = text.get(at + 1..end).unwrap_or_default();
                    table.uncertain |=
                        byte == b'`' || inside.contains(&b'`') || inside.windows(2).any(|two| two == b"$(");
                    at = end;
                }
                b'$' if text.get(at + 1) == Some(&b'(') => substitution = true,
                b'(' => open.push(at),
                b')' => {
                    if let (Some(start), Ok(end)) = (open.pop(), u32::try_from(at))
                        && let Some(entry) = table.closed_by.get_mut(start)
                    {
                        *entry = end.saturating_add(2);
                    }
                    if open.is_empty() {
                        break;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        // A quote that nothing ends is none to others, perhaps.
        table.uncertain |= at > text.len();
        for start in open {
            if let Some(entry) = table.closed_by.get_mut(start) {
                *entry = 1;
            }
        }
        let region = text.get(outer..at.min(text.len())).unwrap_or_default();
        table.uncertain |= substitution && hides_parentheses(region);
        self.core.tick(region.len())
    }
}

/// Whether a substitution in the text may hold parentheses that are no pairs: in a comment, a here-document, patterns of `case`.
fn hides_parentheses(text: &[u8]) -> bool {
    text.windows(2).any(|two| matches!(two, b"<<" | b" #" | b"\t#" | b"\n#" | b";#" | b"(#" | b"&#" | b"|#"))
        || text.windows(4).any(|four| four == b"esac")
}

fn unclear<T>() -> Read<T> {
    refuse("double-parenthesis", "these double parentheses could be arithmetic or commands")
}

/// The position of the next `quote` after the one at `from`, or the end of the text.
fn skip_to(text: &[u8], from: usize, quote: u8, escapes: bool) -> usize {
    let mut at = from + 1;
    while let Some(&byte) = text.get(at) {
        if byte == quote {
            return at;
        }
        at += if escapes && byte == b'\\' { 2 } else { 1 };
    }
    at
}

/// Whether the text is an arithmetic expression, by the order of its operands and operators. An expansion is an operand, or a
/// piece of one.
pub(super) fn is_arithmetic(expression: &Word) -> bool {
    let mut check = Check::default();
    for part in &expression.parts {
        let ok = match part {
            Part::Text { bytes, quoted: false } => bytes.iter().all(|byte| check.byte(*byte)),
            Part::Text { bytes, quoted: true } => bytes.iter().all(|byte| check.byte(*byte)),
            Part::Parameter(_) | Part::Command { .. } | Part::Arithmetic { .. } => check.byte(b'$'),
            _ => false,
        };
        if !ok {
            return false;
        }
    }
    check.flush() && check.open.is_empty() && (check.after_operand || check.empty)
}

/// A reader of arithmetic by bytes.
struct Check {
    /// Operator bytes since the last operand.
    operator: Vec<u8>,
    /// Brackets that are open.
    open: Vec<u8>,
    /// The last thing was an operand (or a closing bracket).
    after_operand: bool,
    /// Its last byte could go on as the same operand.
    in_operand: bool,
    /// Nothing but blanks so far.
    empty: bool,
}

impl Default for Check {
    fn default() -> Self {
        Self { operator: Vec::new(), open: Vec::new(), after_operand: false, in_operand: false, empty: true }
    }
}

/// Operators between operands. Those of assignment, comma and the conditional are among them: only the order is looked at.
const INFIX: &[&[u8]] = &[
    b"+", b"-", b"*", b"/", b"%", b"**", b"<<", b">>", b"<", b">", b"<=", b">=", b"==", b"!=", b"&", b"|", b"^", b"&&",
    b"||", b"=", b"+=", b"-=", b"*=", b"/=", b"%=", b"<<=", b">>=", b"&=", b"|=", b"^=", b",", b"?", b":",
];

impl Check {
    fn byte(&mut self, byte: u8) -> bool {
        let blank = matches!(byte, b' ' | b'\t' | b'\n');
        self.empty &= blank;
        match byte {
            _ if blank => {
                self.in_operand = false;
                // a blank ends an operator, too: what follows may be the sign of an operand
                if self.operator.is_empty() { true } else { self.flush() }
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'$' | b'#' | b'@' | b'.' => {
                if self.in_operand {
                    return true;
                }
                let ok = self.flush() && !self.after_operand;
                (self.after_operand, self.in_operand) = (true, true);
                ok
            }
            b'(' => {
                let ok = self.flush() && !self.after_operand;
                self.open.push(b')');
                self.in_operand = false;
                ok
            }
            b'[' => {
                let ok = self.in_operand;
                self.open.push(b']');
                (self.after_operand, self.in_operand) = (false, false);
                ok
            }
            b')' | b']' => {
                let ok = self.flush() && self.after_operand && self.open.pop() == Some(byte);
                self.in_operand = false;
                ok
            }
            b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=' | b'!' | b'&' | b'|' | b'^' | b'~' | b',' | b'?'
            | b':' => {
                self.in_operand = false;
                self.operator.push(byte);
                true
            }
            _ => false,
        }
    }

    /// Takes the operator bytes that have gathered: `x++`, an infix operator, then signs of the next operand.
    fn flush(&mut self) -> bool {
        let mut operator = self.operator.as_slice();
        if self.after_operand && !operator.is_empty() {
            if let [b'+', b'+', rest @ ..] | [b'-', b'-', rest @ ..] = operator {
                operator = rest;
            }
            if operator.is_empty() {
                self.operator.clear();
                return true;
            }
            let found = (1..=operator.len().min(3)).rev().find_map(|length| {
                let (infix, rest) = operator.split_at_checked(length)?;
                INFIX.contains(&infix).then_some(rest)
            });
            let Some(rest) = found else { return false };
            operator = rest;
            self.after_operand = false;
        }
        let signs = operator.iter().all(|byte| matches!(byte, b'+' | b'-' | b'!' | b'~'));
        self.operator.clear();
        signs
    }
}

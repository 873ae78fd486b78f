//! `[[ expression ]]`. Only its words matter to what a script does, so it is read as a sequence, not as a tree: parentheses are
//! counted, operators are taken out.

use super::{
    braces::Finish,
    dialect::Construct,
    parser::{Parser, Read, refuse},
    parts::Parts,
    tree::{Node, Part, Word},
};
use alloc::vec::Vec;

/// Operators between two operands that evaluate them as arithmetic.
const ARITHMETIC: &[&[u8]] = &[b"-eq", b"-ne", b"-lt", b"-le", b"-gt", b"-ge"];

/// The other operators between two operands that are words.
const BINARY: &[&[u8]] = &[b"=", b"==", b"!=", b"=~", b"-nt", b"-ot", b"-ef"];

impl Parser<'_, '_, '_> {
    /// From `[[` on, with the closing `]]`.
    pub(super) fn condition(&mut self) -> Read<Node> {
        self.has(Construct::Conditions);
        self.take_operator(2);
        let mut operands: Vec<Word> = Vec::new();
        let mut arithmetic: Vec<usize> = Vec::new();
        let mut open = 0_usize;
        // how many operands of the present comparison have been read, and whether a regular expression comes next
        let (mut position, mut regex) = (0_usize, false);
        loop {
            self.blanks();
            let next = (self.peek(), self.peek_ahead(1));
            match next {
                (None, _) => return refuse("unterminated-quote", "bash refuses this line: `[[` is not closed"),
                (Some(b'\n'), _) => self.newlines()?,
                _ if regex => {
                    operands.push(self.regular_expression()?);
                    (position, regex) = (2, false);
                }
                (Some(b'('), _) if position == 0 => {
                    open += 1;
                    self.take_operator(1);
                }
                (Some(b')'), _) if open > 0 => {
                    open -= 1;
                    self.take_operator(1);
                }
                (Some(b'&'), Some(b'&')) | (Some(b'|'), Some(b'|')) => {
                    position = 0;
                    self.take_operator(2);
                }
                (Some(b'<' | b'>'), following) if following != Some(b'(') => self.take_operator(1),
                (Some(b';' | b'&' | b'|' | b'(' | b')'), _) => {
                    return refuse("unexpected-token", "bash refuses this line: a token stands where none can in `[[`");
                }
                _ => {
                    if position > 0 && open == 0 && self.eat_reserved(b"]]") {
                        break;
                    }
                    let word = self.pattern_word()?;
                    // a quoted operator is an operand
                    let text = match word.parts.as_slice() {
                        [Part::Text { bytes, quoted: false }] => bytes.as_slice(),
                        _ => b"",
                    };
                    match text {
                        b"!" if position == 0 => {}
                        operator if position == 1 && ARITHMETIC.contains(&operator) => {
                            arithmetic.extend([operands.len().saturating_sub(1), operands.len()]);
                        }
                        operator if position == 1 && BINARY.contains(&operator) => regex = operator == b"=~",
                        _ => {
                            // `-v name[subscript]` and `-R` evaluate the subscript
                            if position == 0 && matches!(text, b"-v" | b"-R") {
                                arithmetic.push(operands.len() + 1);
                            }
                            position += 1;
                            operands.push(word);
                        }
                    }
                }
            }
        }
        Ok(Node::Condition { operands, arithmetic, redirections: Vec::new() })
    }

    /// The right side of `=~`: parentheses and bars are part of it, and blanks inside parentheses.
    fn regular_expression(&mut self) -> Read<Word> {
        let start = self.pos;
        let mut parts = Parts::default();
        let mut open = 0_usize;
        loop {
            match self.peek() {
                None => return refuse("unterminated-quote", "bash refuses this line: `[[` is not closed"),
                Some(byte @ (b'(' | b')')) => {
                    if byte == b')' && open == 0 {
                        break;
                    }
                    open = if byte == b'(' { open + 1 } else { open - 1 };
                    parts.text(&[byte], false);
                    self.advance(1);
                }
                Some(b'|') => {
                    parts.text(b"|", false);
                    self.advance(1);
                }
                Some(byte) if super::cursor::is_metacharacter(byte) => {
                    if open == 0 {
                        break;
                    }
                    parts.text(&[byte], false);
                    self.advance(1);
                }
                Some(_) => self.piece(&mut parts)?,
            }
        }
        if parts.list.is_empty() {
            return refuse("unexpected-token", "bash refuses this line: `=~` has no right side");
        }
        self.finish_word(parts, start, Finish::TILDE)
    }
}

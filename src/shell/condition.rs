//! `[[ expression ]]`. Only its words matter to what a script does, so it is read as a sequence, not as a tree: parentheses are
//! counted, operators are taken out.

use super::{
    braces::Finish,
    parser::{Parser, Read, refuse},
    parts::Parts,
    tree::{Node, Part, Word},
};
use alloc::vec::Vec;

/// Operators between two operands that evaluate them as arithmetic.
const ARITHMETIC: &[&[u8]] = &[b"-eq", b"-ne", b"-lt", b"-le", b"-gt", b"-ge"];

/// The other operators between two operands that are words.
const BINARY: &[&[u8]] = &[b"=", b"==", b"!=", b"=~", b"-nt", b"-ot", b"-ef"];

/// What dash would do with the text: to it `[[` is the name of a command that does not exist, so that what stands after `||`
/// runs, and what stands after `&&` does not, unless the failure is negated or was not looked at.
#[derive(Default)]
struct Dash {
    /// The next word would be the name of a command.
    at_command: bool,
    /// Something would run, be read or be written.
    matters: bool,
}

impl Parser<'_, '_, '_> {
    /// From `[[` on, with the closing `]]`.
    pub(super) fn condition(&mut self) -> Read<Node> {
        let start = self.pos;
        let failure_goes_on = self.failure_goes_on;
        self.take_operator(2);
        let mut operands: Vec<Word> = Vec::new();
        let mut arithmetic: Vec<usize> = Vec::new();
        let mut open = 0_usize;
        let mut dash = Dash::default();
        // how many operands of the present comparison have been read, and whether a regular expression comes next
        let (mut position, mut regex) = (0_usize, false);
        loop {
            self.blanks();
            let next = (self.peek(), self.peek_ahead(1));
            match next {
                (None, _) => return refuse("unterminated-quote", "bash refuses this line: `[[` is not closed"),
                (Some(b'\n'), _) => {
                    dash.matters = true;
                    self.newlines()?;
                }
                _ if regex => {
                    operands.push(self.regular_expression(&mut dash)?);
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
                (Some(operator @ b'&'), Some(b'&')) | (Some(operator @ b'|'), Some(b'|')) => {
                    position = 0;
                    dash.at_command = operator == b'|' || failure_goes_on;
                    self.take_operator(2);
                }
                (Some(b'<' | b'>'), following) if following != Some(b'(') => {
                    dash.matters = true;
                    self.take_operator(1);
                }
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
                    let unary = matches!(text, [b'-', letter] if letter.is_ascii_alphabetic());
                    if dash.at_command && text != b"!" {
                        dash.matters |= !unary;
                        dash.at_command = false;
                    }
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
        if dash.matters {
            self.differs("double-bracket", start);
        }
        Ok(Node::Condition { operands, arithmetic, redirections: Vec::new() })
    }

    /// The right side of `=~`: parentheses and bars are part of it, and blanks inside parentheses.
    fn regular_expression(&mut self, dash: &mut Dash) -> Read<Word> {
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
                    dash.matters = true;
                    parts.text(&[byte], false);
                    self.advance(1);
                }
                Some(b'|') => {
                    dash.matters = true;
                    parts.text(b"|", false);
                    self.advance(1);
                }
                Some(byte) if super::cursor::is_metacharacter(byte) => {
                    if open == 0 {
                        break;
                    }
                    dash.matters = true;
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

//! `${...}`

use super::{
    braces::Finish,
    cursor::{begins_name, continues_name},
    dialect::Dialect,
    dollar::is_special_parameter,
    parser::{Parser, Read, refuse},
    parts::Parts,
    quotes::unterminated,
    substitution::Around,
    tree::{Operation, Parameter, Part, Unread, Word},
};
use crate::effect::{Bytes, Span};
use alloc::{boxed::Box, vec, vec::Vec};

/// What follows the name, longest first; with how its operands are read.
const OPERATORS: &[(&[u8], Operands)] = &[
    (b":-", Operands::One),
    (b":=", Operands::One),
    (b":?", Operands::One),
    (b":+", Operands::One),
    (b"-", Operands::One),
    (b"=", Operands::One),
    (b"?", Operands::One),
    (b"+", Operands::One),
    (b"##", Operands::One),
    (b"#", Operands::One),
    (b"%%", Operands::One),
    (b"%", Operands::One),
    (b"//", Operands::Pattern),
    (b"/#", Operands::Pattern),
    (b"/%", Operands::Pattern),
    (b"/", Operands::Pattern),
    (b":", Operands::Substring),
    (b"^^", Operands::One),
    (b"^", Operands::One),
    (b",,", Operands::One),
    (b",", Operands::One),
    (b"@", Operands::One),
    (b"*", Operands::None),
];

#[derive(Clone, Copy)]
enum Operands {
    None,
    One,
    /// Pattern and replacement.
    Pattern,
    /// Offset and length, each an arithmetic expression.
    Substring,
}

impl Parser<'_, '_, '_> {
    /// `${...}`, from the dollar sign on.
    pub(super) fn braced_parameter(&mut self, parts: &mut Parts, quoted: bool) -> Read<()> {
        self.nested(|this| {
            let start = this.pos;
            this.take_operator(2);
            match this.nested(|this| this.parameter(quoted, start))? {
                Some(parameter) if this.eat(b'}') => {
                    let span = this.span(start);
                    parts.push(Part::Parameter(Parameter { span, ..parameter }.into()));
                }
                _ => {
                    // bash refuses it when it runs (other shells may not): find its end, keep nothing of it
                    this.operand(quoted, b"")?;
                    this.advance(1);
                    parts.push(Part::Unread(
                        Unread {
                            code: "parameter-expansion",
                            message: "this parameter expansion is not one that bash knows",
                        }
                        .into(),
                    ));
                }
            }
            Ok(())
        })
    }

    /// All between the braces; `None` where it is nothing that bash knows, with the rest unread.
    fn parameter(&mut self, quoted: bool, start: usize) -> Read<Option<Parameter>> {
        let mut parameter = Parameter::braced(Bytes::default(), quoted, self.span(start));
        let second = self.peek_ahead(1);
        match self.peek() {
            Some(b'#') if second.is_some_and(|byte| begins_name(byte) || byte.is_ascii_digit()) => {
                parameter.length = true;
            }
            Some(b'#') if second.is_some_and(is_special_parameter) && self.peek_ahead(2) == Some(b'}') => {
                parameter.length = true;
            }
            Some(b'!') if second.is_some_and(|byte| begins_name(byte) || byte.is_ascii_digit()) => {
                parameter.indirect = true;
            }
            Some(b'!') if second.is_some_and(is_special_parameter) && self.peek_ahead(2) == Some(b'}') => {
                parameter.indirect = true;
            }
            _ => {}
        }
        if parameter.length || parameter.indirect {
            self.advance(1);
        }
        match self.peek() {
            Some(byte) if begins_name(byte) => {
                while let Some(byte) = self.peek().filter(|byte| continues_name(*byte)) {
                    parameter.name.extend(&[byte]);
                    self.advance(1);
                }
                if self.eat(b'[') {
                    parameter.subscript = Some(Box::new(self.bracketed(quoted)?));
                }
            }
            Some(byte) if byte.is_ascii_digit() => {
                while let Some(byte) = self.peek().filter(u8::is_ascii_digit) {
                    parameter.name.extend(&[byte]);
                    self.advance(1);
                }
            }
            Some(byte) if is_special_parameter(byte) => {
                parameter.name.extend(&[byte]);
                self.advance(1);
            }
            _ => return Ok(None),
        }
        if self.peek() == Some(b'}') {
            return Ok(Some(parameter));
        }
        if parameter.length {
            return Ok(None);
        }
        let ahead = [self.peek(), self.peek_ahead(1)];
        let fits = |operator: &[u8]| operator.iter().zip(ahead).all(|(byte, next)| next == Some(*byte));
        let Some((operator, operands)) = OPERATORS.iter().find(|(operator, _)| fits(operator)) else { return Ok(None) };
        self.take_operator(operator.len());
        let operands = match operands {
            Operands::None if parameter.indirect => Vec::new(),
            Operands::None => return Ok(None),
            Operands::One => vec![self.operand(quoted, b"")?],
            // the third slash of `${x///y}` is the pattern
            Operands::Pattern if *operator == b"//" && self.eat(b'/') => self.two_operands(quoted, b"/", b"/")?,
            Operands::Pattern => self.two_operands(quoted, b"/", b"")?,
            Operands::Substring => {
                let operands = self.two_operands(quoted, b":", b"")?;
                if ends_at_wrong_colon(&operands) {
                    return Ok(None);
                }
                operands
            }
        };
        parameter.operation = Some(Operation { operator: (*operator).into(), operands });
        Ok(Some(parameter))
    }

    /// Two operands; `begun` is what has been read of the first.
    fn two_operands(&mut self, quoted: bool, separator: &[u8], begun: &[u8]) -> Read<Vec<Word>> {
        let mut first = self.operand(quoted, separator)?;
        if !begun.is_empty() {
            let mut parts = vec![Part::Text { bytes: begun.into(), quoted }];
            parts.extend(first.parts.into_vec());
            first.parts = parts.into();
        }
        let mut operands = vec![first];
        if self.peek() != Some(b'}') {
            self.advance(1);
            operands.push(self.operand(quoted, b"")?);
        }
        Ok(operands)
    }

    /// An operand, up to the closing brace or one of `stops`, which is not taken.
    fn operand(&mut self, quoted: bool, stops: &[u8]) -> Read<Word> {
        let start = self.pos;
        let mut parts = Parts::default();
        loop {
            match self.peek() {
                None => return refuse("unterminated-quote", "bash refuses this line: `${` is not closed"),
                Some(b'}') => break,
                Some(byte) if stops.contains(&byte) => break,
                Some(b'"') if quoted && self.pos == start => self.whole_in_quotes(&mut parts, stops)?,
                Some(_) => self.operand_piece(&mut parts, quoted)?,
            }
        }
        self.finish_word(parts, start, if quoted { Finish::PLAIN } else { Finish::TILDE })
    }

    /// `"..."` at the start of an operand inside double quotes. Where it is all of the operand, shells agree on it, but for
    /// backslashes and for the braces that bash expands there.
    fn whole_in_quotes(&mut self, parts: &mut Parts, stops: &[u8]) -> Read<()> {
        let start = self.pos;
        self.double_quotes(parts)?;
        let text = self.text.get(start..self.pos).unwrap_or_default();
        let plain = !text.contains(&b'\\')
            && text.iter().enumerate().all(|(at, byte)| {
                *byte != b'{' || at.checked_sub(1).and_then(|before| text.get(before)) == Some(&b'$')
            });
        let whole = self.peek().is_some_and(|byte| byte == b'}' || stops.contains(&byte));
        if !plain || !whole {
            self.differs("quote-in-parameter", start);
        }
        self.core.tick(self.pos - start)
    }

    /// One piece of an operand. Blanks and operators of commands have no meaning in it.
    fn operand_piece(&mut self, parts: &mut Parts, quoted: bool) -> Read<()> {
        match self.peek() {
            Some(b'<' | b'>') if !quoted && self.peek_ahead(1) == Some(b'(') => self.process(parts),
            Some(b'{') if !quoted => {
                // zsh counts it when it looks for the closing brace
                let start = self.pos;
                self.piece(parts)?;
                self.differs("brace-in-parameter", start);
                Ok(())
            }
            Some(_) if !quoted => self.piece(parts),
            Some(b'"') => {
                let start = self.pos;
                self.double_quotes(parts)?;
                self.differs("quote-in-parameter", start);
                Ok(())
            }
            Some(b'\'') => self.apostrophes(parts),
            Some(b'\\') if self.raw(1) == Some(b'}') => {
                parts.text(b"}", true);
                self.advance(2);
                Ok(())
            }
            Some(b'\\') if !matches!(self.raw(1), None | Some(b'$' | b'`' | b'\\' | b'"')) => {
                let both = self.text.get(self.pos..self.pos + 2).unwrap_or_default();
                parts.text(both, true);
                self.advance(2);
                Ok(())
            }
            _ => self.quoted_piece(parts, Around::DoubleQuotes),
        }
    }

    /// `'..'` in an operand inside double quotes: it hides a closing brace, but not what is expanded in it.
    fn apostrophes(&mut self, parts: &mut Parts) -> Read<()> {
        let start = self.pos;
        let text = self.text.get(self.pos + 1..).unwrap_or_default();
        let Some(length) = text.iter().position(|byte| *byte == b'\'') else {
            // it stands for itself in dash and zsh
            return if self.core.dialect == Dialect::Bash {
                unterminated()
            } else {
                refuse("parameter-expansion", "quotes inside this parameter expansion are not read")
            };
        };
        parts.text(b"'", true);
        self.advance(1);
        let end = self.pos + length;
        while self.pos < end {
            self.quoted_piece(parts, Around::DoubleQuotes)?;
        }
        if self.pos != end {
            return refuse("parameter-expansion", "quotes inside this parameter expansion are not read");
        }
        parts.text(b"'", true);
        self.advance(1);
        // whether the quotes stay is a matter of the operator, the same for all shells where nothing in them has a meaning
        let between = self.text.get(start + 1..end).unwrap_or_default();
        if !between.iter().all(|byte| byte.is_ascii_alphanumeric() || b" _.,:/@%+=-".contains(byte)) {
            self.differs("quote-in-parameter", start);
        }
        Ok(())
    }

    /// A subscript after its `[`, with its closing bracket.
    pub(super) fn bracketed(&mut self, quoted: bool) -> Read<Word> {
        self.nested(|this| {
            let start = this.pos;
            let mut parts = Parts::default();
            let mut open = 0_usize;
            loop {
                match this.peek() {
                    None => return refuse("unterminated-quote", "bash refuses this line: `[` is not closed"),
                    Some(b']') if open == 0 => break,
                    Some(byte @ (b'[' | b']')) => {
                        open = if byte == b'[' { open + 1 } else { open - 1 };
                        parts.text(&[byte], quoted);
                        this.advance(1);
                    }
                    Some(_) => this.operand_piece(&mut parts, quoted)?,
                }
            }
            let word = this.finish_word(parts, start, Finish::PLAIN)?;
            this.advance(1);
            Ok(word)
        })
    }
}

/// `${x:a?b:c}`: the first colon is not where the length begins.
fn ends_at_wrong_colon(operands: &[Word]) -> bool {
    let question = |part: &Part| matches!(part, Part::Text { bytes, .. } if bytes.contains(&b'?'));
    operands.first().is_some_and(|offset| offset.parts.iter().any(question))
}

impl Parameter {
    /// `${name}`
    pub fn braced(name: Bytes, quoted: bool, span: Span) -> Self {
        Self { name, quoted, braced: true, length: false, indirect: false, subscript: None, operation: None, span }
    }
}

//! Everything that begins with a dollar sign.

use super::{
    cursor::{begins_name, continues_name},
    dialect::Construct,
    parser::{Parser, Read},
    parts::Parts,
    tree::{Parameter, Part},
};
use crate::effect::Bytes;

impl Parser<'_, '_, '_> {
    /// Reads what a dollar sign begins; `quoted` inside double quotes and here-documents.
    pub(super) fn dollar(&mut self, parts: &mut Parts, quoted: bool) -> Read<()> {
        let start = self.pos;
        match self.peek_ahead(1) {
            Some(b'(') if self.peek_ahead(2) == Some(b'(') => self.arithmetic_or_command(parts, quoted),
            Some(b'(') => self.command_substitution(parts, quoted),
            Some(b'{') => self.braced_parameter(parts, quoted),
            Some(b'[') if self.has(Construct::BracketArithmetic) => self.bracket_arithmetic(parts, quoted),
            Some(b'\'') if !quoted && self.has(Construct::AnsiCQuotes) => self.ansi_c_quotes(parts),
            Some(b'"') if !quoted && self.has(Construct::LocaleQuotes) => {
                self.take_operator(1);
                self.peek();
                self.double_quotes(parts)
            }
            Some(byte) if begins_name(byte) => {
                self.advance(1);
                let mut name = Bytes::default();
                while self.peek().is_some_and(continues_name) {
                    let rest = self.text.get(self.pos..).unwrap_or_default();
                    let run = rest.iter().take_while(|byte| continues_name(**byte)).count();
                    name.extend(rest.get(..run).unwrap_or_default());
                    self.advance(run);
                }
                parts.push(self.plain_parameter(name, quoted, start));
                Ok(())
            }
            Some(byte) if is_special_parameter(byte) || byte.is_ascii_digit() => {
                self.take_operator(2);
                parts.push(self.plain_parameter((&[byte]).into(), quoted, start));
                Ok(())
            }
            next => {
                self.advance(1);
                parts.text(b"$", quoted);
                let named = self.peek_ahead(1).is_some_and(|byte| begins_name(byte) || byte == b'{');
                // zsh takes flags before the variable, also where none follows, and letters outside ASCII for a name
                if matches!(next, Some(b'=' | b'~' | b'^')) || (next == Some(b'+') && named) || next > Some(b'\x7f') {
                    self.differs("zsh-parameter", start);
                }
                Ok(())
            }
        }
    }

    fn plain_parameter(&self, name: Bytes, quoted: bool, start: usize) -> Part {
        let parameter = Parameter { braced: false, ..Parameter::braced(name, quoted, self.span(start)) };
        Part::Parameter(parameter.into())
    }
}

/// `$@`, `$#` and so on.
pub(super) const fn is_special_parameter(byte: u8) -> bool {
    matches!(byte, b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')
}

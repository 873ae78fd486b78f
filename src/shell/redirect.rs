//! Redirections.

use super::{
    braces::Finish,
    cursor::{begins_name, continues_name, is_metacharacter},
    dialect::Construct,
    parser::{Parser, Read, refuse},
    tree::{Descriptor, Part, Redirection, RedirectionKind, Word},
};
use alloc::vec::Vec;

/// The operators, longest first.
const OPERATORS: &[(&[u8], RedirectionKind)] = &[
    (b"<<<", RedirectionKind::HereString),
    (b"<<-", RedirectionKind::HereDocument),
    (b"&>>", RedirectionKind::AppendBoth),
    (b"<<", RedirectionKind::HereDocument),
    (b"<&", RedirectionKind::DuplicateInput),
    (b"<>", RedirectionKind::ReadWrite),
    (b">>", RedirectionKind::Append),
    (b">&", RedirectionKind::DuplicateOutput),
    (b">|", RedirectionKind::Write),
    (b"&>", RedirectionKind::WriteBoth),
    (b"<", RedirectionKind::Read),
    (b">", RedirectionKind::Write),
];

impl Parser<'_, '_, '_> {
    /// A redirection, if one begins here.
    pub(super) fn redirection(&mut self) -> Read<Option<Redirection>> {
        let start = self.pos;
        let descriptor = match self.peek() {
            Some(b'0'..=b'9') => self.number_descriptor()?,
            Some(b'{') => self.variable_descriptor()?,
            Some(b'<' | b'>' | b'&') => None,
            _ => return Ok(None),
        };
        let ahead = [self.peek(), self.peek_ahead(1), self.peek_ahead(2)];
        if ahead.get(1) == Some(&Some(b'(')) {
            return if descriptor.is_none() {
                Ok(None)
            } else {
                refuse("unexpected-token", "bash refuses this line: a number stands before a process substitution")
            };
        }
        if matches!(ahead, [Some(b'<' | b'>'), Some(b'&'), Some(b'-')])
            && self.peek_ahead(3).is_some_and(|byte| !is_metacharacter(byte))
        {
            return refuse(
                "descriptor",
                "text follows the `-` that closes a descriptor, and shells read it differently",
            );
        }
        let fits = |operator: &[u8]| operator.iter().zip(ahead).all(|(byte, next)| next == Some(*byte));
        let Some((operator, kind)) = OPERATORS.iter().find(|(operator, _)| fits(operator)) else { return Ok(None) };
        if operator.first() == Some(&b'&') && !self.has(Construct::JoinedRedirection) {
            return Ok(None);
        }
        if *kind == RedirectionKind::HereString {
            self.refused_by_dash()?;
        }
        self.take_operator(operator.len());
        let target = if *kind == RedirectionKind::HereDocument {
            self.here_document(operator.ends_with(b"-"))?
        } else {
            self.target(*kind, start)?
        };
        if *kind == RedirectionKind::DuplicateOutput && is_expanded_twice(&target, descriptor.as_ref()) {
            self.differs("expanded-twice", start);
        }
        let kind = match kind {
            RedirectionKind::DuplicateOutput if names_a_file(&target, descriptor.as_ref()) => {
                // dash looks for a number in the word when it runs the command, and stops there
                RedirectionKind::WriteBoth
            }
            other => *other,
        };
        Ok(Some(Redirection { kind, descriptor, target, span: self.span(start) }))
    }

    fn target(&mut self, kind: RedirectionKind, start: usize) -> Read<Word> {
        self.blanks();
        let from = self.pos;
        let parts = self.word_parts()?;
        if parts.list.is_empty() {
            return refuse("unexpected-token", "bash refuses this line: a redirection has no target");
        }
        if matches!(parts.list.first(), Some(Part::Text { bytes, quoted: false }) if bytes.starts_with(b"!")) {
            // zsh takes the `!` for a part of the operator
            self.differs("zsh-clobber", start);
        }
        let numeric = |bytes: &[u8]| bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-');
        if kind == RedirectionKind::Read && self.peek() == Some(b'>') && parts.plain().is_some_and(numeric) {
            // `<1-9>` is a glob to zsh
            self.differs("zsh-numeric-glob", start);
        }
        let how = if kind == RedirectionKind::HereString { Finish::TILDE } else { Finish::TARGET };
        self.finish_word(parts, from, how)
    }

    /// Digits directly before `<` or `>`; nothing is taken otherwise.
    fn number_descriptor(&mut self) -> Read<Option<Descriptor>> {
        let start = self.pos;
        let mut digits = Vec::new();
        while let Some(byte) = self.peek().filter(u8::is_ascii_digit) {
            digits.push(byte);
            self.advance(1);
        }
        if !matches!(self.peek(), Some(b'<' | b'>')) {
            self.core.tick(digits.len())?;
            self.pos = start;
            return Ok(None);
        }
        if digits.len() > 1 && !self.has(Construct::LongDescriptor) {
            self.core.tick(digits.len())?;
            self.pos = start;
            return Ok(None);
        }
        self.cover(start);
        match core::str::from_utf8(&digits).ok().and_then(|text| text.parse().ok()) {
            Some(number) => Ok(Some(Descriptor::Number(number))),
            None => refuse("unexpected-token", "the descriptor of this redirection is no number"),
        }
    }

    /// `{name}` directly before `<` or `>`; nothing is taken otherwise.
    fn variable_descriptor(&mut self) -> Read<Option<Descriptor>> {
        let start = self.pos;
        self.advance(1);
        let mut name = Vec::new();
        let mut plain = self.peek().is_some_and(begins_name);
        while let Some(byte) = self.peek().filter(|byte| !is_metacharacter(*byte) && *byte != b'}') {
            plain &= continues_name(byte);
            name.push(byte);
            self.advance(1);
        }
        let closed = self.eat(b'}') && name.first().copied().is_some_and(begins_name);
        if closed && !matches!(self.peek(), Some(b'<' | b'>')) && self.redirects_after_blanks() {
            // zsh takes the name for this redirection's
            self.differs("variable-descriptor", start);
        }
        if closed && matches!(self.peek(), Some(b'<' | b'>')) && self.has(Construct::VariableDescriptor) {
            self.cover(start);
            if !plain {
                return refuse("variable-descriptor", "the variable of this redirection is not a plain name");
            }
            return Ok(Some(Descriptor::Variable(name)));
        }
        self.core.tick(self.pos - start)?;
        self.pos = start;
        Ok(None)
    }

    /// Whether blanks stand here and a redirection behind them.
    fn redirects_after_blanks(&self) -> bool {
        let ahead = self.text.get(self.pos..).unwrap_or_default();
        let next = ahead.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\\' | b'\n'));
        next.and_then(|at| ahead.get(at..))
            .is_some_and(|at| at.starts_with(b"<") || at.starts_with(b">") || at.starts_with(b"&>"))
    }
}

/// bash expands the target of `>&word` once more where it is no descriptor: `>&'$(cmd)'` runs `cmd`, in spite of the quotes.
fn is_expanded_twice(target: &Word, descriptor: Option<&Descriptor>) -> bool {
    let plain = |byte: &u8| !byte.is_ascii() || byte.is_ascii_alphanumeric() || b"_-./:,@%+=".contains(byte);
    matches!(descriptor, None | Some(Descriptor::Number(1)))
        && super::function::literal(target).is_none_or(|text| !text.iter().all(plain))
}

/// `>&word` writes a file unless the word is a descriptor, `-`, or not known.
fn names_a_file(target: &Word, descriptor: Option<&Descriptor>) -> bool {
    if !matches!(descriptor, None | Some(Descriptor::Number(1))) {
        return false;
    }
    let Some(text) = super::function::literal(target) else {
        return target.parts.iter().any(|part| matches!(part, Part::Tilde(_)));
    };
    let digits = text.strip_suffix(b"-").unwrap_or(&text);
    !digits.iter().all(u8::is_ascii_digit)
}

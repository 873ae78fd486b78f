//! Here-documents.

use super::{
    parser::{Parser, Places, Read, Stop, limit, refuse},
    parts::Parts,
    quotes::unterminated,
    substitution::Around,
    tree::{Part, Word},
};
use crate::effect::Span;
use alloc::vec::Vec;

/// A here-document whose operator has been read and whose body has not.
pub(super) struct Pending {
    slot: usize,
    delimiter: Vec<u8>,
    /// Any quote in the delimiter: nothing is expanded in the body.
    quoted: bool,
    /// `<<-`: tabs at the beginning of lines are removed.
    strip: bool,
}

impl Parser<'_, '_, '_> {
    /// The delimiter after `<<`. The word that is returned holds the number of the body until the whole script is read.
    pub(super) fn here_document(&mut self, strip: bool) -> Read<Word> {
        self.blanks();
        let start = self.pos;
        let (delimiter, quoted) = self.delimiter()?;
        if self.pos == start {
            return refuse("unexpected-token", "bash refuses this line: a here-document has no delimiter");
        }
        self.cover(start);
        let slot = self.core.bodies.len();
        if slot >= self.core.limits.here_documents {
            return limit("script-here-documents", self.core.limits.here_documents, "here-documents");
        }
        self.core.bodies.push(None);
        self.began_document = true;
        self.pending.push(Pending { slot, delimiter, quoted, strip });
        Ok(Word { span: Span::new(slot, slot), ..Word::default() })
    }

    /// Quotes are removed from a delimiter; nothing in it is expanded.
    fn delimiter(&mut self) -> Read<(Vec<u8>, bool)> {
        let mut parts = Parts::default();
        let mut quoted = false;
        while let Some(byte) = self.peek() {
            match byte {
                _ if super::cursor::is_metacharacter(byte) => break,
                b'$' if matches!(self.peek_ahead(1), Some(b'(' | b'{' | b'[' | b'\'' | b'"')) => {
                    return odd_delimiter();
                }
                b'`' => return odd_delimiter(),
                b'\'' => {
                    quoted = true;
                    self.single_quotes(&mut parts)?;
                }
                b'"' => {
                    quoted = true;
                    self.double_quoted_delimiter(&mut parts)?;
                }
                b'\\' => {
                    quoted = true;
                    self.piece(&mut parts)?;
                }
                b'$' => {
                    parts.text(b"$", false);
                    self.advance(1);
                }
                _ => self.ordinary(&mut parts),
            }
        }
        let mut text = Vec::new();
        for part in parts.list {
            let Part::Text { bytes, .. } = part else { return odd_delimiter() };
            text.extend_from_slice(&bytes);
        }
        Ok((text, quoted))
    }

    fn double_quoted_delimiter(&mut self, parts: &mut Parts) -> Read<()> {
        self.advance(1);
        loop {
            match self.raw(0) {
                None => return unterminated(),
                Some(b'"') => {
                    self.advance(1);
                    return Ok(());
                }
                // an escape or a line end in here is too odd to follow
                Some(b'\\' | b'`' | b'\n') => return odd_delimiter(),
                Some(byte) => {
                    parts.text(&[byte], true);
                    self.advance(1);
                }
            }
        }
    }

    /// Reads the bodies that begin here, after a newline or at the end of the text.
    pub(super) fn here_document_bodies(&mut self) -> Read<()> {
        for pending in core::mem::take(&mut self.pending) {
            let body = self.here_document_body(&pending)?;
            if let Some(slot) = self.core.bodies.get_mut(pending.slot) {
                *slot = Some(body);
            }
        }
        Ok(())
    }

    fn here_document_body(&mut self, pending: &Pending) -> Read<Word> {
        let start = self.pos;
        let mut end = start;
        let mut body = Vec::new();
        let mut places = Vec::new();
        while self.pos < self.text.len() {
            let line = body.len();
            self.body_line(pending, &mut body, &mut places);
            let text = body.get(line..).unwrap_or_default();
            let whole = text.strip_suffix(b"\n").unwrap_or(text);
            if whole == pending.delimiter {
                body.truncate(line);
                places.truncate(line);
                break;
            }
            // some releases of bash end the body here, where the substitution's parenthesis follows on the same line
            if self.substitutions > 0 && whole.starts_with(&pending.delimiter) && whole.contains(&b')') {
                return refuse(
                    "here-document",
                    "the line that ends this here-document may also end the substitution around it",
                );
            }
            end = self.pos;
        }
        self.cover(start);
        if !pending.quoted && has_substitution(&body) {
            // dash keeps a continued line in the quotes of a substitution, bash does not
            let continued = self.text.get(start..self.pos).unwrap_or_default().windows(2).any(|two| two == b"\\\n");
            if continued {
                self.differs("here-document-continuation", start);
            }
        }
        self.core.tick(body.len())?;
        let span = Span::new(self.place(start), self.place(end.max(start)));
        if pending.quoted {
            return Ok(Word { parts: Part::Text { bytes: body.into(), quoted: true }.into(), span });
        }
        self.nested(|this| {
            let mut inner = Parser::new(&body, Places::Listed(&places), this.core);
            let mut parts = Parts::default();
            while inner.pos < inner.text.len() {
                match inner.quoted_piece(&mut parts, Around::HereDocument) {
                    Ok(()) => {}
                    Err(stop @ (Stop::Refused(_) | Stop::Ends)) => {
                        // a body is read when it is expanded: what stands before the error has run
                        parts.push(Part::Unread(stop.unread().into()));
                        break;
                    }
                    Err(stop) => return Err(stop),
                }
                inner.peek();
            }
            Ok(Word { parts: parts.list.into(), span })
        })
    }

    /// Adds one line with its newline to the body; in an unquoted body, continued lines are one. Only in such a body are places
    /// asked for.
    fn body_line(&mut self, pending: &Pending, body: &mut Vec<u8>, places: &mut Vec<u32>) {
        if pending.strip {
            while self.raw(0) == Some(b'\t') {
                self.advance(1);
            }
        }
        loop {
            // Up to what means something, as one piece.
            let rest = self.text.get(self.pos..).unwrap_or_default();
            let plain = rest.iter().take_while(|byte| **byte != b'\n' && (pending.quoted || **byte != b'\\')).count();
            body.extend_from_slice(rest.get(..plain).unwrap_or_default());
            if !pending.quoted {
                places.extend((self.pos..self.pos + plain).map(|at| u32::try_from(self.place(at)).unwrap_or(u32::MAX)));
            }
            self.advance(plain);
            let Some(byte) = self.raw(0) else { return };
            let next = self.raw(1);
            if !pending.quoted && byte == b'\\' && next == Some(b'\n') {
                self.advance(2);
                continue;
            }
            let taken = if !pending.quoted && byte == b'\\' && next.is_some() { 2 } else { 1 };
            for _ in 0..taken {
                body.extend(self.raw(0));
                if !pending.quoted {
                    places.push(u32::try_from(self.place(self.pos)).unwrap_or(u32::MAX));
                }
                self.advance(1);
            }
            if byte == b'\n' {
                return;
            }
        }
    }
}

fn has_substitution(body: &[u8]) -> bool {
    body.contains(&b'`') || body.windows(2).any(|two| two == b"$(")
}

fn odd_delimiter<T>() -> Read<T> {
    refuse("here-document", "the delimiter of this here-document is not plain text")
}

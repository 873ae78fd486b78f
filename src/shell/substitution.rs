//! Commands inside words: `$( )`, backticks, `<( )`, `>( )`.

use super::{
    parser::{Parser, Places, Read, refuse},
    parts::Parts,
    tree::{NodeId, Part},
};
use alloc::vec::Vec;

/// What backticks stand in: it decides which backslashes are theirs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    Nothing,
    DoubleQuotes,
    HereDocument,
}

impl<'s> Parser<'s, '_, '_> {
    /// `$( list )`, from the dollar sign on. The whole grammar holds inside, so a parenthesis in a comment, a pattern or a
    /// here-document does not end it.
    pub(super) fn command_substitution(&mut self, parts: &mut Parts, quoted: bool) -> Read<()> {
        self.take_operator(2);
        let body = self.enclosed()?;
        parts.push(Part::Command { body, quoted });
        Ok(())
    }

    /// `<( list )`, `>( list )`
    pub(super) fn process(&mut self, parts: &mut Parts) -> Read<()> {
        let (start, reads) = (self.pos, self.peek() == Some(b'<'));
        self.take_operator(2);
        let body = self.enclosed()?;
        if body.is_none() {
            // No word at all to bash, the name of an empty file to zsh.
            self.differs("empty-substitution", start);
        }
        parts.push(Part::Process { body, reads });
        Ok(())
    }

    /// A list up to its closing parenthesis. Here-documents that the line around it began wait for the end of that line; where
    /// the list has lines of its own, shells do not agree on which lines are theirs.
    fn enclosed(&mut self) -> Read<Option<NodeId>> {
        let outer = core::mem::take(&mut self.pending);
        let start = self.pos;
        self.substitutions += 1;
        let began = core::mem::take(&mut self.began_document);
        let body = self.nested(Self::list)?;
        self.expect_close()?;
        self.substitutions -= 1;
        self.began_document = began;
        if !self.pending.is_empty() {
            return refuse(
                "here-document",
                "a here-document begins in a substitution and its body stands outside of it",
            );
        }
        if !outer.is_empty() {
            let inside = self.text.get(start..self.pos).unwrap_or_default();
            self.core.tick(inside.len())?;
            if inside.contains(&b'\n') {
                return refuse(
                    "here-document",
                    "a substitution with several lines stands before the body of a here-document",
                );
            }
        }
        self.pending = outer;
        Ok(body)
    }

    /// Backticks. Their text ends at the next backtick without a backslash, whatever stands around it; some backslashes are
    /// removed; then it is a script of its own, read when it runs: lines before an error run.
    pub(super) fn backticks(&mut self, parts: &mut Parts, around: Around) -> Read<()> {
        let start = self.pos;
        self.advance(1);
        let text: &'s [u8] = self.text.get(self.pos..).unwrap_or_default();
        let mut inner = Vec::new();
        let mut places = Vec::new();
        let mut at = 0;
        loop {
            let (byte, from, next) = match (text.get(at), text.get(at + 1)) {
                (None, _) => return refuse("unterminated-quote", "bash refuses this line: a backtick is not closed"),
                (Some(b'`'), _) => break,
                (Some(b'\\'), Some(escaped @ (b'$' | b'`' | b'\\'))) => (*escaped, at + 1, at + 2),
                (Some(b'\\'), Some(b'"')) if around == Around::DoubleQuotes => (b'"', at + 1, at + 2),
                (Some(byte), _) => (*byte, at, at + 1),
            };
            inner.push(byte);
            places.push(u32::try_from(self.place(self.pos + from)).unwrap_or(u32::MAX));
            at = next;
        }
        self.core.tick(at)?;
        if around == Around::DoubleQuotes && text.get(..at).unwrap_or_default().contains(&b'"') {
            // For its braces, bash ends the outer quotes at the quote inside.
            self.core.tick(text.len() / 64)?;
            if may_expand_braces(text) {
                self.differs("brace-in-backticks", start);
            }
        }
        let body = self.nested(|this| Parser::new(&inner, Places::Listed(&places), this.core).program())?;
        self.advance(at + 1);
        parts.push(Part::Command { body, quoted: around != Around::Nothing });
        Ok(())
    }
}

/// Whether a brace stands in a text that is no `${` and no brace of a group.
fn may_expand_braces(text: &[u8]) -> bool {
    text.iter().enumerate().any(|(at, byte)| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let blank = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
        *byte == b'{' && before != Some(&b'$') && !(blank(before) && blank(text.get(at + 1)))
    })
}

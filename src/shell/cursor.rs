//! Reading bytes: blanks, comments, continued lines, reserved words. A backslash-newline outside single quotes joins two lines as
//! if it were not there, also in the middle of an operator or a reserved word, so nothing looks at the text but through here.

use super::parser::{Parser, Places, Read};

/// Ends a word outside quotes.
pub(super) const fn is_metacharacter(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')')
}

/// May begin the name of a variable.
pub(super) const fn begins_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

/// May stand in the name of a variable.
pub(super) const fn continues_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Words with a meaning of their own where a command begins. `in` and `]]` have one in few places only and are asked for there.
pub(super) const RESERVED: &[&[u8]] = &[
    b"!",
    b"{",
    b"}",
    b"[[",
    b"if",
    b"then",
    b"elif",
    b"else",
    b"fi",
    b"for",
    b"while",
    b"until",
    b"do",
    b"done",
    b"case",
    b"esac",
    b"select",
    b"function",
    b"coproc",
    b"time",
    b"in",
    b"]]",
];

impl Parser<'_, '_, '_> {
    /// The byte at `ahead` of here, as it stands in the text.
    pub(super) fn raw(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.pos.checked_add(ahead)?).copied()
    }

    /// The next byte, after continued lines are joined.
    pub(super) fn peek(&mut self) -> Option<u8> {
        while self.raw(0) == Some(b'\\') && self.raw(1) == Some(b'\n') {
            let start = self.pos;
            self.advance(2);
            self.cover(start);
        }
        self.raw(0)
    }

    /// The byte `ahead` of the one that [`Self::peek`] gives.
    pub(super) fn peek_ahead(&mut self, ahead: usize) -> Option<u8> {
        self.peek();
        let mut at = self.pos;
        let mut left = ahead;
        let found = loop {
            while self.text.get(at) == Some(&b'\\') && self.text.get(at + 1) == Some(&b'\n') {
                at += 2;
            }
            if left == 0 {
                break self.text.get(at).copied();
            }
            left -= 1;
            at += 1;
        };
        self.core.steps += at - self.pos;
        found
    }

    /// Goes on by `bytes`.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.pos = self.pos.saturating_add(bytes).min(self.text.len());
        self.core.steps += bytes;
    }

    /// Takes the next byte if it is `byte`.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.advance(1);
        }
        found
    }

    /// Takes an operator whose bytes have been seen ahead.
    pub(super) fn take_operator(&mut self, length: usize) {
        self.peek();
        let start = self.pos;
        for _ in 0..length {
            self.peek();
            self.advance(1);
        }
        self.cover(start);
    }

    /// Skips spaces, tabs and a comment, not the newline. Every other blank of Unicode, and the carriage return, is part of a
    /// word. Only called between tokens, so a `#` here begins a comment.
    pub(super) fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => {
                    let start = self.pos;
                    self.advance(1);
                    self.cover(start);
                }
                Some(b'#') => {
                    let start = self.pos;
                    while self.raw(0).is_some_and(|byte| byte != b'\n') {
                        self.advance(1);
                    }
                    self.cover(start);
                    if matches!(self.places, Places::Shifted(0)) {
                        let comment = self.span(start);
                        if self.core.comments.last().is_none_or(|last| last.end <= comment.start) {
                            self.core.comments.push(comment);
                        }
                    }
                }
                _ => return,
            }
        }
    }

    /// Skips blanks, comments and newlines; reads the bodies of here-documents that begin after a newline.
    pub(super) fn newlines(&mut self) -> Read<()> {
        loop {
            self.blanks();
            if !self.newline()? {
                return Ok(());
            }
        }
    }

    /// Takes one newline, and the bodies of here-documents after it.
    pub(super) fn newline(&mut self) -> Read<bool> {
        if self.peek() != Some(b'\n') {
            return Ok(false);
        }
        self.take_operator(1);
        self.here_document_bodies()?;
        Ok(true)
    }

    /// The reserved word that stands here, whole and unquoted.
    pub(super) fn reserved(&mut self) -> Option<&'static [u8]> {
        let first = self.peek()?;
        if !matches!(first, b'!' | b'{' | b'}' | b'[' | b']' | b'a'..=b'z') {
            return None;
        }
        // Several questions are asked of the same word.
        match self.reserved {
            Some((at, word)) if at == self.pos => word,
            _ => {
                let word = self.read_reserved();
                self.reserved = Some((self.pos, word));
                word
            }
        }
    }

    fn read_reserved(&mut self) -> Option<&'static [u8]> {
        let mut seen = [0_u8; 8];
        let mut length = 0;
        let mut at = self.pos;
        loop {
            match (self.text.get(at), self.text.get(at + 1)) {
                (Some(b'\\'), Some(b'\n')) => at += 2,
                (Some(byte), _) if !is_metacharacter(*byte) => {
                    *seen.get_mut(length)? = *byte;
                    length += 1;
                    at += 1;
                }
                _ => break,
            }
        }
        self.core.steps += at - self.pos;
        let seen = seen.get(..length)?;
        RESERVED.iter().find(|word| **word == seen).copied().filter(|word| self.core.dialect.reserves(word))
    }

    /// Takes the reserved word `word` if it stands here.
    pub(super) fn eat_reserved(&mut self, word: &[u8]) -> bool {
        let found = self.reserved() == Some(word);
        if found {
            self.take_operator(word.len());
        }
        found
    }

    /// Debug builds: the text from `start` to here belongs to a token, a blank or a comment.
    #[cfg_attr(not(debug_assertions), expect(clippy::unused_self, reason = "the bitmap exists in debug builds only"))]
    #[cfg_attr(not(debug_assertions), expect(clippy::needless_pass_by_ref_mut, reason = "as above"))]
    pub(super) fn cover(&mut self, start: usize) {
        #[cfg(debug_assertions)]
        if let Some(bytes) = self.covered.get_mut(start..self.pos) {
            bytes.fill(true);
        }
        #[cfg(not(debug_assertions))]
        let _ = start;
    }
}

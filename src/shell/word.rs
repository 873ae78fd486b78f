//! Words outside quotes.

use super::{
    braces::{Finish, Finished, finish, is_directory},
    cursor::is_metacharacter,
    dialect::{Construct, Dialect},
    parser::{Parser, Read, limit, refuse},
    parts::Parts,
    tree::{Part, Word},
};

/// Stops a run of ordinary bytes.
const fn is_special(byte: u8) -> bool {
    is_metacharacter(byte)
        || matches!(
            byte,
            b'\\' | b'\'' | b'"' | b'$' | b'`' | b'?' | b'*' | b'+' | b'@' | b'!' | b'}' | b'/' | b':' | b'[' | b']'
        )
}

/// Means nothing in any word, wherever in it but at its start it stands: the bytes that most words are made of.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b',' | b':' | b'%' | b'=')
}

impl<'s> Parser<'s, '_, '_> {
    /// The word that stands here, where it is an argument or target of nothing but such bytes; else nothing is taken.
    pub(super) fn plain_word(&mut self) -> Read<Option<Word>> {
        let text: &'s [u8] = self.text.get(self.pos..).unwrap_or_default();
        let length = text.iter().position(|byte| !is_plain(*byte)).unwrap_or(text.len());
        let ends = matches!(text.get(length), None | Some(b' ' | b'\t' | b'\n' | b';' | b'|' | b'&' | b')'));
        if !ends || length == 0 || text.first() == Some(&b'=') {
            return Ok(None);
        }
        let start = self.pos;
        self.advance(length);
        self.count_word(start)?;
        let bytes = text.get(..length).unwrap_or_default().into();
        let parts = Part::Text { bytes, quoted: false }.into();
        Ok(Some(Word { parts, span: self.span(start) }))
    }

    /// An argument: all expansions take place.
    pub(super) fn argument(&mut self) -> Read<Word> {
        if let Some(word) = self.plain_word()? {
            return Ok(word);
        }
        let start = self.pos;
        let parts = self.word_parts()?;
        self.finish_argument(parts, start)
    }

    /// An argument that must be there.
    pub(super) fn needed_word(&mut self) -> Read<Word> {
        self.peek();
        let word = self.argument()?;
        if word.parts.is_empty() {
            return refuse("unexpected-token", "bash refuses this line: a word is missing");
        }
        Ok(word)
    }

    /// Makes an argument of parts that begin at `start`.
    pub(super) fn finish_argument(&mut self, parts: Parts, start: usize) -> Read<Word> {
        super::differences::argument(self, &parts, start);
        self.finish_word(parts, start, Finish::ARGUMENT)
    }

    /// A pattern of `case`, or an operand of `[[`: not split, no braces, globs do not look for files.
    pub(super) fn pattern_word(&mut self) -> Read<Word> {
        self.peek();
        let start = self.pos;
        let known = self.core.differences.len();
        let parts = self.word_parts()?;
        if parts.list.is_empty() {
            return refuse("unexpected-token", "bash refuses this line: a word is missing");
        }
        // An extended glob is no list of files here, so what other shells do with one in an argument does not apply.
        let start_of_globs = self.core.differences.iter().skip(known).position(|d| d.code == "extended-glob");
        if start_of_globs.is_some() {
            let kept: alloc::vec::Vec<_> =
                self.core.differences.drain(known..).filter(|d| d.code != "extended-glob").collect();
            self.core.differences.extend(kept);
        }
        self.finish_word(parts, start, Finish::TILDE)
    }

    /// Counts and closes a word.
    pub(super) fn finish_word(&mut self, parts: Parts, start: usize, how: Finish) -> Read<Word> {
        self.count_word(start)?;
        let room = self.core.limits.depth.saturating_sub(self.core.depth);
        let span = self.span(start);
        if let Some(place) = how.equals() {
            super::differences::equals(self, &parts.list, place, start);
        }
        let Some(finished) = finish(parts.list, how.to(self.core.dialect), room, &mut self.core.steps) else {
            return limit("script-depth", self.core.limits.depth, "constructs inside each other");
        };
        self.core.tick(0)?;
        self.note(&finished, start);
        Ok(Word { parts: finished.parts.into(), span })
    }

    fn count_word(&mut self, start: usize) -> Read<()> {
        self.cover(start);
        self.core.words += 1;
        if self.core.words > self.core.limits.words {
            return limit("script-words", self.core.limits.words, "words");
        }
        self.core.tick(0)
    }

    /// Notes the shells that do not expand what was found in a word.
    fn note(&mut self, finished: &Finished, start: usize) {
        if finished.braces {
            self.has(Construct::Braces);
        }
        if finished.odd_braces {
            self.differs("brace-expansion", start);
        }
        if finished.argument_tilde {
            self.has(Construct::ArgumentTilde);
        }
        let directory = |part: &Part| matches!(part, Part::Tilde(name) if is_directory(name));
        if finished.parts.iter().any(directory) {
            self.has(Construct::DirectoryTilde);
        }
    }

    /// Everything up to the next metacharacter.
    pub(super) fn word_parts(&mut self) -> Read<Parts> {
        let mut parts = Parts::default();
        self.more_parts(&mut parts)?;
        Ok(parts)
    }

    /// Goes on with a word up to the next metacharacter.
    pub(super) fn more_parts(&mut self, parts: &mut Parts) -> Read<()> {
        while let Some(byte) = self.peek() {
            match byte {
                b'<' | b'>' if self.peek_ahead(1) == Some(b'(') => {
                    self.refused_by_dash()?;
                    self.process(parts)?;
                }
                _ if is_metacharacter(byte) => break,
                // dash sees the parenthesis alone, and refuses it
                b'?' | b'*' | b'+' | b'@' | b'!'
                    if self.peek_ahead(1) == Some(b'(') && self.core.dialect != Dialect::Dash =>
                {
                    if parts.list.is_empty() && self.peek_ahead(2) == Some(b')') {
                        // the name of a function that is defined, not a glob
                        self.ordinary(parts);
                        break;
                    }
                    self.extended_glob(parts)?;
                }
                _ => self.piece(parts)?,
            }
        }
        Ok(())
    }

    /// One quote, expansion, escape or run of ordinary bytes outside double quotes.
    pub(super) fn piece(&mut self, parts: &mut Parts) -> Read<()> {
        match self.peek() {
            Some(b'\\') => self.escape(parts),
            Some(b'\'') => self.single_quotes(parts)?,
            Some(b'"') => self.double_quotes(parts)?,
            Some(b'$') => self.dollar(parts, false)?,
            Some(b'`') => self.backticks(parts, super::substitution::Around::Nothing)?,
            _ => self.ordinary(parts),
        }
        Ok(())
    }

    /// A run of bytes without meaning, at least one.
    pub(super) fn ordinary(&mut self, parts: &mut Parts) {
        let text: &'s [u8] = self.text.get(self.pos..).unwrap_or_default();
        let run = text.iter().skip(1).position(|byte| is_special(*byte)).map_or(text.len(), |more| more + 1);
        parts.text(text.get(..run).unwrap_or_default(), false);
        self.advance(run);
    }

    /// A backslash and what it quotes. At the end of the text it stands for itself in `bash -c` and dash; zsh drops it, and so does
    /// bash in a file.
    fn escape(&mut self, parts: &mut Parts) {
        let start = self.pos;
        self.advance(1);
        if let Some(byte) = self.raw(0) {
            parts.text(&[byte], true);
            self.advance(1);
        } else {
            self.differs("backslash-at-end", start);
            parts.text(b"\\", true);
        }
    }

    /// `@(a|b)`, `!(a)` ...: glob syntax up to its closing parenthesis, with quotes and expansions as everywhere.
    fn extended_glob(&mut self, parts: &mut Parts) -> Read<()> {
        let start = self.pos;
        let operator = self.peek().unwrap_or_default();
        self.take_operator(2);
        parts.glob(&[operator, b'(']);
        let mut open = 1_usize;
        while open > 0 {
            match self.peek() {
                None => return refuse("unexpected-token", "bash refuses this line: a parenthesis is not closed"),
                Some(byte @ (b'(' | b')')) => {
                    open = if byte == b'(' { open + 1 } else { open - 1 };
                    parts.glob(&[byte]);
                    self.advance(1);
                }
                Some(b'\\' | b'\'' | b'"' | b'$' | b'`') => self.piece(parts)?,
                Some(b'<' | b'>') if self.peek_ahead(1) == Some(b'(') => self.process(parts)?,
                Some(byte) => {
                    parts.glob(&[byte]);
                    self.advance(1);
                }
            }
        }
        self.differs("extended-glob", start);
        Ok(())
    }
}

//! sed scripts: is there nothing in it but filtering, and files that it names? A hand-written reader that gives up on any doubt.

use super::brackets::{bracket_end, plain_set_end};
use alloc::vec::Vec;

/// Files that a filter program names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    pub(super) reads: Vec<Vec<u8>>,
    pub(super) writes: Vec<Vec<u8>>,
}

/// The files that the script reads and writes beside its input (`r`, `w`, `s///w`); none where it may do more than that (`e`,
/// `s///e`), or cannot be read.
pub(super) fn files(script: &[u8]) -> Option<Files> {
    let mut reader = Reader { text: script, at: 0, files: Files::default() };
    reader.script()?;
    Some(reader.files)
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    files: Files,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn skip(&mut self, of: &[u8]) {
        while self.peek().is_some_and(|b| of.contains(&b)) {
            self.at += 1;
        }
    }

    fn script(&mut self) -> Option<()> {
        loop {
            self.skip(b" \t\n;");
            if self.peek().is_none() {
                return Some(());
            }
            self.command()?;
        }
    }

    fn command(&mut self) -> Option<()> {
        self.addresses()?;
        match self.take()? {
            b'{' | b'}' => Some(()),
            b'#' => {
                self.line();
                Some(())
            }
            b'p' | b'P' | b'd' | b'D' | b'n' | b'N' | b'g' | b'G' | b'h' | b'H' | b'x' | b'=' | b'z' => self.end(),
            b'q' | b'Q' | b'l' | b'L' => {
                self.skip(b" \t0123456789");
                self.end()
            }
            // Labels run to the end of the line or, in GNU sed, to a semicolon: only plain ones are followed.
            b':' | b'b' | b't' | b'T' => {
                self.skip(b" \t");
                while self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_') {
                    self.at += 1;
                }
                self.end()
            }
            // Text runs to the end of the script: what follows a line that does not end in a backslash would be commands.
            b'a' | b'i' | b'c' => {
                let rest = self.text.get(self.at..)?;
                let one_line = match rest.strip_prefix(b"\\\n") {
                    Some(after) => !after.contains(&b'\n'),
                    None => !rest.contains(&b'\n'),
                };
                self.at = self.text.len();
                one_line.then_some(())
            }
            b's' => {
                let mark = self.delimiter()?;
                self.part(mark)?;
                self.replacement(mark)?;
                self.skip(b"gpIiMm0123456789");
                if self.peek() == Some(b'w') {
                    self.at += 1;
                    let file = self.file()?;
                    self.files.writes.push(file);
                    return Some(());
                }
                self.end()
            }
            b'r' | b'R' => {
                let file = self.file()?;
                self.files.reads.push(file);
                Some(())
            }
            b'w' | b'W' => {
                let file = self.file()?;
                self.files.writes.push(file);
                Some(())
            }
            b'y' => {
                let mark = self.delimiter()?;
                self.replacement(mark)?;
                self.replacement(mark)?;
                self.end()
            }
            _ => None,
        }
    }

    /// The name of a file, which runs to the end of the line, whatever stands in it.
    fn file(&mut self) -> Option<Vec<u8>> {
        self.skip(b" \t");
        let start = self.at;
        self.line();
        let name = self.text.get(start..self.at)?;
        // Another line might be joined to it.
        (!name.is_empty() && !name.ends_with(b"\\") && !name.ends_with(b"\r")).then(|| name.to_vec())
    }

    fn delimiter(&mut self) -> Option<u8> {
        self.take().filter(|b| b.is_ascii_punctuation() && *b != b'\\')
    }

    /// Up to the next delimiter, as every sed finds it.
    fn part(&mut self, mark: u8) -> Option<()> {
        loop {
            match self.take()? {
                b'\\' => {
                    self.take()?;
                }
                b if b == mark => return Some(()),
                b'\n' => return None,
                b'[' => {
                    // `[]...]`, `[^]...]`, `[.x.]` and `[=x=]` are read differently by different implementations.
                    let rest = self.text.get(self.at..)?;
                    let doubtful: &[u8] = if rest.first() == Some(&b'^') { b"]" } else { b"].=" };
                    if rest.strip_prefix(b"^").unwrap_or(rest).first().is_some_and(|b| doubtful.contains(b)) {
                        return None;
                    }
                    let open = self.at - 1;
                    let end = plain_set_end(self.text, open).or_else(|| bracket_end(self.text, open, mark));
                    self.at = end? + 1;
                }
                _ => {}
            }
        }
    }

    /// The same where brackets are plain text.
    fn replacement(&mut self, mark: u8) -> Option<()> {
        loop {
            match self.take()? {
                b'\\' => {
                    self.take()?;
                }
                b if b == mark => return Some(()),
                b'\n' => return None,
                _ => {}
            }
        }
    }

    fn addresses(&mut self) -> Option<()> {
        self.skip(b" \t");
        if self.address()? {
            self.skip(b" \t");
            if self.peek() == Some(b',') {
                self.at += 1;
                self.skip(b" \t+~");
                if !self.address()? {
                    return None;
                }
            }
        }
        self.skip(b" \t!");
        Some(())
    }

    fn address(&mut self) -> Option<bool> {
        match self.peek() {
            Some(b'$') => {
                self.at += 1;
                Some(true)
            }
            Some(b'0'..=b'9') => {
                self.skip(b"0123456789~");
                Some(true)
            }
            Some(b'/') => {
                self.at += 1;
                self.part(b'/')?;
                self.skip(b"IM");
                Some(true)
            }
            // `\%regex%`: any delimiter.
            Some(b'\\') => None,
            _ => Some(false),
        }
    }

    fn line(&mut self) {
        while self.peek().is_some_and(|b| b != b'\n') {
            self.at += 1;
        }
    }

    fn end(&mut self) -> Option<()> {
        self.skip(b" \t");
        matches!(self.peek(), None | Some(b';' | b'\n' | b'}' | b'#')).then_some(())
    }
}

//! The tokens of SQL, as `SQLite` takes them apart. It gives up where readers disagree on where a string ends.

use alloc::{borrow::ToOwned, vec::Vec};

/// A piece of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name or keyword, in lower case.
    Word(Vec<u8>),
    /// A name in `"..."`, `[...]` or backticks.
    Quoted(Vec<u8>),
    /// A string.
    Text(Vec<u8>),
    /// Any other byte.
    Mark(u8),
}

impl Token {
    /// The name, in lower case, that it may be for a table or function: a string may name a table as well.
    pub(super) fn name(&self) -> Option<Vec<u8>> {
        match self {
            Self::Word(name) => Some(name.clone()),
            Self::Quoted(name) | Self::Text(name) => Some(name.to_ascii_lowercase()),
            Self::Mark(_) => None,
        }
    }
}

/// The tokens of a text that is SQL to its end.
pub(super) fn tokens(text: &[u8]) -> Option<Vec<Token>> {
    let mut reader = Reader::new(text);
    while reader.next()? {}
    Some(reader.tokens)
}

/// SQL, and how far it is read.
pub(super) struct Reader<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    pub(super) tokens: Vec<Token>,
}

fn is_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$') || b >= 0x80
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, tokens: Vec::new() }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Whether a line begins here.
    pub(super) fn begins_line(&self) -> bool {
        self.at == 0 || self.at.checked_sub(1).and_then(|at| self.text.get(at)) == Some(&b'\n')
    }

    /// Whether a statement may begin here.
    pub(super) fn begins_statement(&self) -> bool {
        matches!(self.tokens.last(), None | Some(Token::Mark(b';')))
    }

    /// The line that begins here, without its end; goes on behind it.
    pub(super) fn line(&mut self) -> &'a [u8] {
        let rest = self.rest();
        let end = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        self.at = (self.at + end + 1).min(self.text.len());
        rest.get(..end).unwrap_or_default()
    }

    /// Reads one token, comment or blank; false at the end, nothing where readers disagree.
    pub(super) fn next(&mut self) -> Option<bool> {
        let rest = self.rest();
        let Some(first) = rest.first().copied() else { return Some(false) };
        let second = rest.get(1).copied().unwrap_or(0);
        match first {
            // A vertical tab counts behind another blank.
            b' ' | 9..=13 => self.at += 1,
            b'-' if second == b'-' => {
                self.at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
            }
            b'/' if second == b'*' => {
                let end = rest.get(2..)?.windows(2).position(|w| w == b"*/")?;
                self.at += end + 4;
            }
            b'\'' | b'"' | b'`' => {
                let text = self.quoted(first)?;
                self.tokens.push(if first == b'\'' { Token::Text(text) } else { Token::Quoted(text) });
            }
            b'[' => {
                let end = rest.iter().position(|b| *b == b']')?;
                self.tokens.push(Token::Quoted(rest.get(1..end)?.to_owned()));
                self.at += end + 1;
            }
            // A variable `$a(...)` may have a quote between its brackets.
            b'$' | b'@' | b':' => {
                let len = rest.iter().take_while(|b| is_name(**b) || matches!(b, b'$' | b'@' | b':')).count();
                if rest.get(len) == Some(&b'(') {
                    return None;
                }
                self.at += len;
                self.tokens.push(Token::Mark(b'?'));
            }
            // Some take it for a comment, no text has a zero in it, and one mark of Unicode is a blank to some.
            b'#' | 0 => return None,
            b if is_name(b) => {
                let len = rest.iter().take_while(|b| is_name(**b)).count();
                let word = rest.get(..len)?;
                if word.windows(3).any(|w| w == b"\xef\xbb\xbf") {
                    return None;
                }
                self.tokens.push(Token::Word(word.to_ascii_lowercase()));
                self.at += len;
            }
            b => {
                self.tokens.push(Token::Mark(b));
                self.at += 1;
            }
        }
        Some(true)
    }

    /// What stands between two marks, where a doubled mark is one; goes on behind it.
    fn quoted(&mut self, mark: u8) -> Option<Vec<u8>> {
        let rest = self.rest();
        let (mut text, mut at) = (Vec::new(), 1);
        loop {
            match (*rest.get(at)?, rest.get(at + 1)) {
                (b, Some(next)) if b == mark && *next == mark => at += 1,
                (b, _) if b == mark => break,
                (0, _) => return None,
                _ => {}
            }
            text.push(*rest.get(at)?);
            at += 1;
        }
        self.at += at + 1;
        Some(text)
    }
}

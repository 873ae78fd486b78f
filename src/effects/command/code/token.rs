//! Tokens of program text, and the parts of reading them that languages share.

use alloc::vec::Vec;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or keyword.
    Name,
    /// A name with a mark that makes it a variable (`$x`, `@x`).
    Variable,
    /// A number.
    Number,
    /// A string; its value is in [`Token::value`] where it is known.
    Text,
    /// Text that a shell executes (backticks).
    Command,
    /// A regular expression without code in it.
    Regex,
    /// An operator, bracket or the end of a line.
    Mark,
}

/// A piece of program text.
#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// As written.
    pub(super) text: &'a [u8],
    /// What a string stands for, where it is the same in every run.
    pub(super) value: Option<Vec<u8>>,
    /// For a bracket: where its partner stands.
    pub(super) mate: usize,
}

/// Text, and where the reading of it stands.
pub(super) struct Lexer<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    pub(super) tokens: Vec<Token<'a>>,
}

/// Bytes that a program may have outside of strings and comments.
pub(super) fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, tokens: Vec::new() }
    }

    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    pub(super) fn ended(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or(&[])
    }

    /// Everything from `start` to here.
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        self.text.get(start..self.at).unwrap_or(&[])
    }

    pub(super) fn push(&mut self, kind: Kind, start: usize, value: Option<Vec<u8>>) {
        let text = self.since(start);
        self.tokens.push(Token { kind, text, value, mate: usize::MAX });
    }

    /// A token that is not written as such.
    pub(super) fn push_mark(&mut self, text: &'static [u8]) {
        self.tokens.push(Token { kind: Kind::Mark, text, value: None, mate: usize::MAX });
    }

    pub(super) fn while_is(&mut self, inside: impl Fn(u8) -> bool) {
        while !self.ended() && inside(self.peek(0)) {
            self.at += 1;
        }
    }

    /// A number that ends where every reader says that it ends; `None` for one that some would take apart.
    pub(super) fn number(&mut self) -> Option<()> {
        let start = self.at;
        if self.peek(0) == b'0' && matches!(self.peek(1), b'x' | b'X' | b'o' | b'O' | b'b' | b'B') {
            self.at += 2;
            self.while_is(|b| b.is_ascii_hexdigit() || b == b'_');
        } else {
            let digit = |b: u8| b.is_ascii_digit() || b == b'_';
            self.while_is(digit);
            if self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
                self.at += 1;
                self.while_is(digit);
            }
            if matches!(self.peek(0), b'e' | b'E') {
                let signed = usize::from(matches!(self.peek(1), b'+' | b'-'));
                if !self.peek(1 + signed).is_ascii_digit() {
                    return None;
                }
                self.at += 1 + signed;
                self.while_is(digit);
            }
            if matches!(self.peek(0), b'j' | b'J' | b'n') {
                self.at += 1;
            }
        }
        let clear = !is_word(self.peek(0)) && self.peek(0) < 0x80 && (self.peek(0) != b'.' || self.peek(1) == b'.');
        self.push(Kind::Number, start, None);
        // `1..x` is a name of a number in some languages.
        (clear && !(self.peek(0) == b'.' && self.peek(2) != b'.' && !self.peek(2).is_ascii_digit())).then_some(())
    }

    /// The longest of `marks` that stands here, else one byte.
    pub(super) fn mark(&mut self, marks: &[&[u8]]) {
        let start = self.at;
        let rest = self.rest();
        let length = marks.iter().filter(|m| rest.starts_with(m)).map(|m| m.len()).max().unwrap_or(1);
        self.at += length;
        self.push(Kind::Mark, start, None);
    }

    /// Whether the last token ends a value, so that an operator follows.
    pub(super) fn after_value(&self, keywords: &[&[u8]]) -> bool {
        match self.tokens.last() {
            Some(Token { kind: Kind::Mark, text, .. }) => matches!(*text, b")" | b"]" | b"}"),
            Some(Token { kind: Kind::Name, text, .. }) => !keywords.contains(text),
            Some(_) => true,
            None => false,
        }
    }
}

/// Finds the partner of every bracket; `None` where they do not match.
pub(super) fn match_brackets(tokens: &mut [Token<'_>]) -> Option<()> {
    let mut open: Vec<usize> = Vec::new();
    let mut pairs = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.kind != Kind::Mark {
            continue;
        }
        let wanted: &[u8] = match token.text {
            b"(" | b"[" | b"{" => {
                open.push(at);
                continue;
            }
            b")" => b"(",
            b"]" => b"[",
            b"}" => b"{",
            _ => continue,
        };
        let start = open.pop()?;
        if tokens.get(start)?.text != wanted {
            return None;
        }
        pairs.push((start, at));
    }
    for (start, end) in pairs {
        tokens.get_mut(start)?.mate = end;
        tokens.get_mut(end)?.mate = start;
    }
    open.is_empty().then_some(())
}

/// Up to `most` digits of a number in an escape, and how many there were.
pub(super) fn digits(text: &[u8], radix: u32, most: usize) -> (u32, usize) {
    let mut value = 0_u32;
    let mut count = 0;
    for b in text.iter().take(most) {
        let Some(digit) = char::from(*b).to_digit(radix) else { break };
        value = value.saturating_mul(radix).saturating_add(digit);
        count += 1;
    }
    (value, count)
}

/// Appends a character; false where there is none with that number.
pub(super) fn push_char(out: &mut Vec<u8>, number: u32) -> bool {
    let Some(c) = char::from_u32(number) else { return false };
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    true
}

//! Strings and their escapes.

use super::{Fault, Reader, codes, quoted, truncated};
use alloc::string::String;

impl Reader<'_> {
    /// Reads the string that begins here, unescaped. What has no escapes is copied in one piece.
    pub(super) fn string(&mut self) -> Result<String, Fault> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let plain = self.at;
            while self.peek().is_some_and(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
                self.at += 1;
            }
            out.push_str(self.text.get(plain..self.at).unwrap_or(""));
            match self.peek() {
                None => return Err(truncated(self.at)),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(0) => return Err(self.unexpected("text")),
                Some(byte) => {
                    return Err(Fault::new(
                        codes::CONTROL_CHARACTER,
                        format_args!("the input holds the raw control character 0x{byte:02x} at byte {}", self.at),
                    ));
                }
            }
        }
    }

    /// Reads an escape.
    fn escape(&mut self) -> Result<char, Fault> {
        let start = self.at;
        self.at += 1;
        let c = match self.peek() {
            None => return Err(truncated(self.at)),
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(start),
            Some(_) => return Err(self.bad_escape(start)),
        };
        self.at += 1;
        Ok(c)
    }

    /// Reads what follows the `\u` of an escape that begins at `start`, and the second half of a pair.
    fn unicode_escape(&mut self, start: usize) -> Result<char, Fault> {
        let first = self.four_digits(start)?;
        if first == 0 {
            return Err(Fault::new(codes::NUL, format_args!("the input holds an escaped NUL at byte {start}")));
        }
        if let Some(c) = char::from_u32(first) {
            return Ok(c);
        }
        let lone = || {
            Fault::new(
                codes::LONE_SURROGATE,
                format_args!("the input holds half a character, the escape of {first:04x} alone, at byte {start}"),
            )
        };
        if first >= 0xdc00 {
            return Err(lone());
        }
        let second_start = self.at;
        let rest = self.rest();
        if !rest.starts_with("\\u") {
            return Err(if rest.is_empty() || rest == "\\" { truncated(self.text.len()) } else { lone() });
        }
        self.at += 1;
        let second = self.four_digits(second_start)?;
        let pair = if (0xdc00..0xe000).contains(&second) {
            char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))
        } else {
            None
        };
        pair.ok_or_else(lone)
    }

    /// Reads the `u` here and four hexadecimal digits; the escape begins at `start`.
    fn four_digits(&mut self, start: usize) -> Result<u32, Fault> {
        self.at += 1;
        let mut value = 0;
        for _ in 0..4 {
            let Some(byte) = self.peek() else { return Err(truncated(self.at)) };
            let Some(digit) = char::from(byte).to_digit(16) else { return Err(self.bad_escape(start)) };
            value = value * 16 + digit;
            self.at += 1;
        }
        Ok(value)
    }

    /// The fault of an escape that begins at `start` and goes wrong here.
    fn bad_escape(&self, start: usize) -> Fault {
        if self.peek() == Some(0) {
            return self.unexpected("an escape");
        }
        let end = self.at + self.rest().chars().next().map_or(0, char::len_utf8);
        let text = self.text.get(start..end).unwrap_or("");
        Fault::new(codes::BAD_ESCAPE, format_args!("the input holds the escape {} at byte {start}", quoted(text)))
    }
}

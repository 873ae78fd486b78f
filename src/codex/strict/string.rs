//! Strings and their escapes.

use super::{Fault, Reader, codes, quoted, truncated};
use crate::text::eight;
use alloc::string::String;

/// How many bytes from the beginning stand for themselves in a string. Eight are looked at in one go: scripts are long.
fn plain_length(text: &[u8]) -> usize {
    let is_plain = |word: u64| !(eight::has_less(word, b' ') || eight::has(word, b'"') || eight::has(word, b'\\'));
    let (words, _) = text.as_chunks::<8>();
    let whole = 8 * words.iter().take_while(|word| is_plain(u64::from_le_bytes(**word))).count();
    let special = |byte: &u8| *byte < b' ' || matches!(*byte, b'"' | b'\\');
    let rest = text.get(whole..).unwrap_or_default();
    whole + rest.iter().position(special).unwrap_or(rest.len())
}

impl Reader<'_> {
    /// Reads the string that begins here, unescaped. What has no escapes is copied in one piece.
    pub(super) fn string(&mut self) -> Result<String, Fault> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let plain = self.at;
            self.at += plain_length(self.text.as_bytes().get(plain..).unwrap_or_default());
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

#[cfg(test)]
mod tests {
    use super::plain_length;
    use std::vec;

    #[test]
    fn the_first_special_byte_is_found_wherever_it_stands() {
        for byte in 0..=255_u8 {
            for (length, at) in (0..40).flat_map(|length| (0..length).map(move |at| (length, at))) {
                for around in [b' ', b'a', 0x7f, 0x80, 0xff] {
                    let mut text = vec![around; length];
                    text[at] = byte;
                    let special = byte < b' ' || byte == b'"' || byte == b'\\';
                    assert_eq!(plain_length(&text), if special { at } else { length }, "{byte:#x} at {at} of {length}");
                }
            }
        }
    }
}

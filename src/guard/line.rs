//! Text put together in a fixed buffer: no allocation, no panic, so that a signal handler may use it.

/// One line in a borrowed buffer; what does not fit is cut off.
pub(super) struct Line<'a> {
    room: &'a mut [u8],
    len: usize,
}

impl<'a> Line<'a> {
    /// An empty line that may grow to the size of `room`.
    pub(super) fn new(room: &'a mut [u8]) -> Self {
        Self { room, len: 0 }
    }

    /// What has been put together so far.
    pub(super) fn bytes(&self) -> &[u8] {
        self.room.get(..self.len).unwrap_or_default()
    }

    /// The same as text; only ASCII or whole characters are ever added, so the whole of it.
    pub(super) fn text(&self) -> &str {
        core::str::from_utf8(self.bytes()).unwrap_or("prexec: internal error; blocked")
    }

    fn left(&self) -> usize {
        self.room.len().saturating_sub(self.len)
    }

    fn byte(&mut self, byte: u8) {
        if let Some(slot) = self.room.get_mut(self.len) {
            *slot = byte;
            self.len = self.len.saturating_add(1);
        }
    }

    /// Adds our own text as it is; it is ASCII.
    pub(super) fn add(&mut self, text: &str) {
        text.bytes().for_each(|byte| self.byte(byte));
    }

    /// Adds somebody else's text, made harmless.
    pub(super) fn add_foreign(&mut self, bytes: impl IntoIterator<Item = u8>) {
        bytes.into_iter().for_each(|byte| self.byte(harmless(byte)));
    }

    /// Adds a number in decimal.
    pub(super) fn add_number(&mut self, number: u64) {
        let mut divisor = 1;
        while number / divisor >= 10 {
            divisor *= 10;
        }
        while divisor > 0 {
            // A remainder of ten is one digit.
            self.byte(b'0' + u8::try_from(number / divisor % 10).unwrap_or(0));
            divisor /= 10;
        }
    }

    /// Adds `text` as the inside of a JSON string, cut off at a whole character so that `reserve` bytes stay free.
    pub(super) fn add_json(&mut self, text: &str, reserve: usize) {
        for c in text.chars() {
            let mut utf8 = [0; 4];
            let mut long = *b"\\u0000";
            let escaped: &[u8] = match c {
                '"' => b"\\\"",
                '\\' => b"\\\\",
                '\0'..='\x1f' | '\x7f' => {
                    let code = u32::from(c);
                    let digits = long.iter_mut().skip(4).zip([code >> 4, code & 15]);
                    digits.for_each(|(slot, d)| *slot = char::from_digit(d, 16).map_or(b'0', |d| d as u8));
                    &long
                }
                _ => c.encode_utf8(&mut utf8).as_bytes(),
            };
            if self.left() < escaped.len().saturating_add(reserve) {
                return;
            }
            for byte in escaped {
                self.byte(*byte);
            }
        }
    }
}

/// A byte that a terminal, a model or a log can be shown: printable ASCII and no back quote, with which we quote.
pub(super) fn harmless(byte: u8) -> u8 {
    match byte {
        b'`' => b'?',
        b' '..=b'~' => byte,
        _ => b'?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{format, string::String};

    #[test]
    fn numbers_are_decimal() {
        for number in [0, 7, 10, 512, 999, 1000, u64::MAX] {
            let mut room = [0; 24];
            let mut line = Line::new(&mut room);
            line.add_number(number);
            assert_eq!(line.text(), format!("{number}"));
        }
    }

    #[test]
    fn what_does_not_fit_is_cut_off() {
        let mut room = [0; 4];
        let mut line = Line::new(&mut room);
        line.add("abcdef");
        assert_eq!(line.text(), "abcd");
    }

    #[test]
    fn foreign_text_is_made_harmless() {
        let mut room = [0; 64];
        let mut line = Line::new(&mut room);
        line.add_foreign(*b"a\n\x1b[31m`\xe2\x80\xae\0z");
        assert_eq!(line.text(), "a??[31m?????z");
    }

    #[test]
    fn json_is_escaped_and_cut_at_a_character() {
        let text = "say \"hi\"\\ \n\u{1b}\u{7f} é€😀";
        let mut room = [0; 200];
        let mut line = Line::new(&mut room);
        line.add_json(text, 0);
        let back: String = serde_json::from_str(&format!("\"{}\"", line.text())).unwrap();
        assert_eq!(back, text);
        for size in 0..line.bytes().len() {
            let mut room = [0; 200];
            let mut line = Line::new(&mut room[..size]);
            line.add_json(text, 2);
            assert!(line.bytes().len() <= size.saturating_sub(2));
            let back: String = serde_json::from_str(&format!("\"{}\"", line.text())).unwrap();
            assert!(text.starts_with(&back));
        }
    }
}

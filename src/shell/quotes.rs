//! Quotes: `'..'`, `".."`, `$'..'`.

use super::{
    parser::{Parser, Read, refuse},
    parts::Parts,
    substitution::Around,
};
use alloc::vec::Vec;

impl<'s> Parser<'s, '_, '_> {
    /// `'..'`: everything up to the next single quote.
    pub(super) fn single_quotes(&mut self, parts: &mut Parts) -> Read<()> {
        self.advance(1);
        let text: &'s [u8] = self.text.get(self.pos..).unwrap_or_default();
        let Some(length) = text.iter().position(|byte| *byte == b'\'') else { return unterminated() };
        parts.text(text.get(..length).unwrap_or_default(), true);
        self.advance(length + 1);
        Ok(())
    }

    /// `".."`: expansions take place, a backslash quotes only ``$ ` " \`` and the newline.
    pub(super) fn double_quotes(&mut self, parts: &mut Parts) -> Read<()> {
        self.nested(|this| {
            this.advance(1);
            // `""` is a word, `"$@"` need not be one.
            if this.peek() == Some(b'"') {
                parts.text(b"", true);
            }
            loop {
                match this.peek() {
                    None => return unterminated(),
                    Some(b'"') => {
                        this.advance(1);
                        return Ok(());
                    }
                    Some(_) => this.quoted_piece(parts, Around::DoubleQuotes)?,
                }
            }
        })
    }

    /// One expansion, escape or run of ordinary bytes inside double quotes or the body of a here-document.
    pub(super) fn quoted_piece(&mut self, parts: &mut Parts, around: Around) -> Read<()> {
        match self.peek() {
            Some(b'$') => self.dollar(parts, true)?,
            Some(b'`') => self.backticks(parts, around)?,
            Some(b'\\') => {
                let escaped = match self.raw(1) {
                    Some(byte @ (b'$' | b'`' | b'\\')) => Some(byte),
                    Some(b'"') if around == Around::DoubleQuotes => Some(b'"'),
                    _ => None,
                };
                parts.text(&[escaped.unwrap_or(b'\\')], true);
                self.advance(1 + usize::from(escaped.is_some()));
            }
            _ => {
                let text: &'s [u8] = self.text.get(self.pos..).unwrap_or_default();
                let special = |byte: &u8| {
                    matches!(byte, b'$' | b'`' | b'\\' | b'"' | b'}' | b'\'' | b'/' | b':' | b'[' | b']' | b')' | b'(')
                };
                let run = text.iter().skip(1).position(special).map_or(text.len(), |more| more + 1);
                parts.text(text.get(..run).unwrap_or_default(), true);
                self.advance(run);
            }
        }
        Ok(())
    }

    /// `$'..'`, from the dollar sign on.
    pub(super) fn ansi_c_quotes(&mut self, parts: &mut Parts) -> Read<()> {
        let start = self.pos;
        self.take_operator(2);
        let text: &'s [u8] = self.text.get(self.pos..).unwrap_or_default();
        let mut length = 0;
        loop {
            match text.get(length) {
                None => return unterminated(),
                Some(b'\'') => break,
                Some(b'\\') => length += 2,
                Some(_) => length += 1,
            }
        }
        let inside = text.get(..length).unwrap_or_default();
        let (bytes, portable) = decode_ansi_c(inside);
        parts.text(&bytes, true);
        self.advance(length + 1);
        if !portable {
            // Nothing in bash, a NUL in zsh.
            let nul = matches!(inside, b"\\0" | b"\\00" | b"\\000" | b"\\x0" | b"\\x00");
            self.differs(if nul { NUL } else { "ansi-c-escape" }, start);
        }
        Ok(())
    }
}

/// The code of a quote that holds a NUL and nothing else.
pub const NUL: &str = "ansi-c-nul";

pub(super) fn unterminated<T>() -> Read<T> {
    refuse("unterminated-quote", "bash refuses this line: a quote is not closed")
}

/// The bytes that an ANSI-C quote stands for, cut at the first NUL as bash cuts them; and whether bash and zsh agree on them.
fn decode_ansi_c(text: &[u8]) -> (Vec<u8>, bool) {
    let mut out = Vec::with_capacity(text.len());
    let mut portable = true;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&escape) = text.get(at) else {
            out.push(b'\\');
            break;
        };
        at += 1;
        match escape {
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'e' | b'E' => out.push(27),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(11),
            b'\\' | b'\'' | b'"' | b'?' => out.push(escape),
            b'0'..=b'7' => {
                let (value, used) = digits(text, at - 1, 8, 3);
                at = at - 1 + used;
                // only the low eight bits count
                match low_byte(value) {
                    0 => return (out, false),
                    byte => out.push(byte),
                }
            }
            b'x' if text.get(at) == Some(&b'{') => {
                // bash takes any number of digits here; other shells do not know the form
                portable = false;
                let (value, used) = digits(text, at + 1, 16, usize::MAX);
                if used == 0 {
                    out.extend_from_slice(b"\\x{");
                    at += 1;
                } else {
                    at += 1 + used + usize::from(text.get(at + 1 + used) == Some(&b'}'));
                    match low_byte(value) {
                        0 => return (out, false),
                        byte => out.push(byte),
                    }
                }
            }
            b'x' | b'u' | b'U' => {
                let most = match escape {
                    b'x' => 2,
                    b'u' => 4,
                    _ => 8,
                };
                let (value, used) = digits(text, at, 16, most);
                at += used;
                if used == 0 {
                    portable = false;
                    out.extend_from_slice(&[b'\\', escape]);
                } else if value == 0 {
                    return (out, false);
                } else if escape == b'x' {
                    out.push(low_byte(value));
                } else {
                    // the bytes depend on the locale beyond ASCII
                    portable &= value < 128;
                    encode(value, &mut out);
                }
            }
            b'c' => {
                portable = false;
                let Some(&control) = text.get(at) else {
                    out.extend_from_slice(b"\\c");
                    break;
                };
                at += 1;
                // `\c\\` is one control character written with two backslashes
                if control == b'\\' && text.get(at) == Some(&b'\\') {
                    at += 1;
                }
                let value = if control == b'?' { 127 } else { control.to_ascii_uppercase() & 0x1f };
                if value == 0 {
                    return (out, false);
                }
                out.push(value);
            }
            other => {
                // zsh drops the backslash
                portable = false;
                out.extend_from_slice(&[b'\\', other]);
            }
        }
    }
    (out, portable)
}

fn low_byte(value: u32) -> u8 {
    u8::try_from(value & 0xff).unwrap_or_default()
}

/// A number of at most `most` digits at `from`, and how many digits it has.
fn digits(text: &[u8], from: usize, radix: u32, most: usize) -> (u32, usize) {
    let mut value = 0_u32;
    let mut used = 0;
    while used < most {
        let Some(digit) = text.get(from.saturating_add(used)).and_then(|byte| char::from(*byte).to_digit(radix)) else {
            break;
        };
        value = value.wrapping_mul(radix).wrapping_add(digit);
        used += 1;
    }
    (value, used)
}

/// UTF-8 as bash writes it: also for numbers that are no characters.
fn encode(value: u32, out: &mut Vec<u8>) {
    let byte = |shift: u32, mask: u32, mark: u32| u8::try_from((value >> shift) & mask | mark).unwrap_or_default();
    match value {
        0..=0x7f => out.push(byte(0, 0x7f, 0)),
        0x80..=0x7ff => out.extend_from_slice(&[byte(6, 0x1f, 0xc0), byte(0, 0x3f, 0x80)]),
        0x800..=0xffff => out.extend_from_slice(&[byte(12, 0x0f, 0xe0), byte(6, 0x3f, 0x80), byte(0, 0x3f, 0x80)]),
        0x1_0000..=0x1f_ffff => {
            out.extend_from_slice(&[
                byte(18, 0x07, 0xf0),
                byte(12, 0x3f, 0x80),
                byte(6, 0x3f, 0x80),
                byte(0, 0x3f, 0x80),
            ]);
        }
        _ => {
            // beyond what UTF-8 has: bash writes five or six bytes; no file or program has such a name
            out.extend_from_slice(&[0xff, 0xff]);
        }
    }
}

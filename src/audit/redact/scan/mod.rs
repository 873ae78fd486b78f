//! One pass over a text: where it is, and what was taken out so far. What is taken out stands in [`found`].

mod bytes;
mod command;
mod found;
mod words;

pub(super) use words::Words;

use super::{MARK, mark_at, name, random, value};
use crate::tables::secrets::{Format, Name, SCHEMES, SHORTEST, format_at, has, mark_at as infix_at, may_begin};
use alloc::{borrow::Cow, string::String, vec::Vec};
use bytes::behind;
use command::Command;
use core::cell::Cell;
use found::BLOCK;

/// More secrets than this in one text: the rest of it is taken out as a whole.
const MOST: u32 = 10_000;

/// Whether a text is too short and too plain to hold a secret that it tells by itself: one word, no name with a value.
pub(super) fn is_plain(text: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/');
    text.len() < SHORTEST.min(random::LEAST) && text.iter().all(plain)
}

/// A text that is gone through.
pub(super) struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    out: String,
    copied: usize,
    count: u32,
    /// The text is a word that a shell has expanded: what it holds stands for itself.
    literal: bool,
    command: Command,
    /// The quote that is open.
    quote: Option<u8>,
    /// Names and random words up to here were looked at.
    named: usize,
    run: usize,
    /// Up to here the end of the line is known: the end, and the quote that was open.
    line: (usize, Option<u8>),
    /// Up to here no address has an `@`, and no block an end.
    signs: usize,
    blocks: usize,
    /// Up to here no format with dots begins.
    dotless: Cell<usize>,
    /// The password of the address that is gone through.
    password: (usize, usize),
    /// Where it was what was taken out, if somebody asks.
    taken: Option<Vec<(usize, usize)>>,
}

impl<'t> Scan<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            out: String::new(),
            copied: 0,
            count: 0,
            literal: false,
            command: Command::default(),
            quote: None,
            named: 0,
            run: 0,
            line: (0, None),
            signs: 0,
            blocks: 0,
            dotless: Cell::new(0),
            password: (0, 0),
            taken: None,
        }
    }

    /// The secrets of the whole text.
    pub(super) fn taken(mut self, each: impl FnMut(&[u8])) {
        self.taken = Some(Vec::new());
        self.from(0);
        self.tell(each);
    }

    fn tell(&self, mut each: impl FnMut(&[u8])) {
        for (start, end) in self.taken.iter().flatten() {
            each(self.part(*start, *end));
        }
    }

    /// The whole text.
    pub(super) fn text(mut self) -> (Cow<'t, str>, u32) {
        self.from(0);
        self.finish()
    }

    /// By formats alone.
    pub(super) fn formats(mut self) -> (Cow<'t, str>, u32) {
        let mut at = 0;
        while let Some(byte) = self.bytes.get(at).copied() {
            let may = matches!(byte, b'[' | b'-') || may_begin(byte, self.byte(at + 1));
            let next = if may { self.passed(at).or_else(|| self.known(at)) } else { None };
            at = next.unwrap_or(at + 1);
        }
        self.finish()
    }

    fn from(&mut self, start: usize) {
        let mut at = start;
        while let Some(byte) = self.bytes.get(at).copied() {
            if self.count >= MOST {
                self.replace(at, self.bytes.len(), "rest");
                return;
            }
            if at >= self.password.0 && at < self.password.1 {
                at = self.replace(at, self.password.1, "password");
                continue;
            }
            let begins = self.begins(at);
            let format = may_begin(byte, self.byte(at + 1));
            // Most bytes stand inside a word, where only a format may begin.
            if !begins && !format && byte.is_ascii_alphanumeric() {
                at += 1;
                continue;
            }
            let next = if byte == b'[' { self.passed(at) } else { None };
            let next = next.or_else(|| if format || byte == b'-' { self.known(at) } else { None });
            // The letter of an escape of JSON belongs to no word.
            let escape =
                matches!(byte, b'n' | b'r' | b't') && at.checked_sub(1).is_some_and(|at| self.byte(at) == b'\\');
            let next = next.or_else(|| escape.then_some(at + 1));
            let next = next.or_else(|| if begins { self.beginning(at, byte) } else { None });
            let next = next.or_else(|| if byte == b':' { self.address(at) } else { None });
            at = next.unwrap_or_else(|| {
                self.separator(at, byte);
                at + 1
            });
        }
    }

    fn finish(mut self) -> (Cow<'t, str>, u32) {
        if self.count == 0 {
            return (Cow::Borrowed(self.text), 0);
        }
        self.out.push_str(self.text.get(self.copied..).unwrap_or_default());
        (Cow::Owned(self.out), self.count)
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or_default()
    }

    fn part(&self, start: usize, end: usize) -> &'t [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// Takes a part out.
    fn replace(&mut self, start: usize, end: usize, hint: &str) -> usize {
        if start < self.copied || end <= start {
            return end.max(start + 1);
        }
        let before = self.text.get(self.copied..start).unwrap_or_default();
        self.out.push_str(before);
        self.out.push_str(MARK);
        self.out.push_str(hint);
        self.out.push(']');
        self.copied = end;
        self.count += 1;
        if let Some(taken) = &mut self.taken {
            taken.push((start, end));
        }
        end
    }

    /// Whether a word of letters and digits begins at a place: behind something else, or behind an escape of JSON or of an address.
    fn begins(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).map(|before| self.byte(before)) else { return true };
        if !before.is_ascii_alphanumeric() {
            return true;
        }
        // The byte so many places before; none there counts as an end.
        let back = |places: usize| at.checked_sub(places).map_or(0, |at| self.byte(at));
        matches!(before, b'n' | b'r' | b't') && back(2) == b'\\'
            || before.is_ascii_hexdigit() && back(3) == b'%' && back(2).is_ascii_hexdigit()
    }

    /// Whether a word of a command begins at a place.
    fn word_begins(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).map(|before| self.byte(before)) else { return true };
        before.is_ascii_whitespace()
            || matches!(before, b'"' | b'\'' | b'`' | b'(' | b';' | b'|' | b'&')
            || matches!(before, b'n' | b't' | b'r') && at.checked_sub(2).is_some_and(|at| self.byte(at) == b'\\')
    }

    /// Behind what was taken out before.
    fn passed(&mut self, at: usize) -> Option<usize> {
        if self.byte(at) != b'[' {
            return None;
        }
        let length = mark_at(self.bytes.get(at..)?)?;
        self.named = self.named.max(at + length);
        self.run = self.run.max(at + length);
        Some(at + length)
    }

    /// Keys in blocks, and formats.
    fn known(&mut self, at: usize) -> Option<usize> {
        if self.byte(at) == b'-' && self.bytes.get(at..)?.starts_with(BLOCK) {
            return self.block(at);
        }
        let (format, start, end) = self.format(at)?;
        Some(self.replace(start, end, format.id))
    }

    fn format(&self, at: usize) -> Option<(&'static Format, usize, usize)> {
        if !may_begin(self.byte(at), self.byte(at + 1)) {
            return None;
        }
        if let Some((format, length)) = format_at(self.bytes, at, self.begins(at), &self.dotless) {
            return Some((format, at, at + length));
        }
        let (format, start, end) = infix_at(self.bytes, at)?;
        let start = start + usize::from(start > 0 && self.byte(start - 1) == b'\\');
        (start >= self.copied).then_some((format, start, end))
    }

    fn rest_of_line(&mut self, start: usize) -> usize {
        if start >= self.line.0 || self.line.1 != self.quote {
            self.line = (value::rest_of_line(self.bytes, start, self.quote), self.quote);
        }
        self.line.0
    }

    /// The next word on the line, or in the list.
    fn next_word(&self, end: usize) -> Option<usize> {
        let mut at = end;
        // `"--password", "..."`
        let quotes =
            self.bytes.get(at..)?.iter().take(3).take_while(|byte| matches!(byte, b'"' | b'\'' | b'\\')).count();
        if quotes > 0 && self.byte(at + quotes) == b',' {
            at += quotes + 1;
            return Some(at + self.bytes.get(at..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count());
        }
        while matches!(self.byte(at), b' ' | b'\t') || self.byte(at) == b'\\' && self.byte(at + 1) == b'\n' {
            at += 1 + usize::from(self.byte(at) == b'\\');
        }
        (at > end && at < self.bytes.len() && !matches!(self.byte(at), b'\n' | b'\r')).then_some(at)
    }

    /// Behind `Bearer` and the like.
    fn scheme(&self, start: usize, end: usize) -> usize {
        let text = self.part(start, end);
        let length = text.iter().take(32).take_while(|byte| !byte.is_ascii_whitespace()).count();
        let mut small = [0; 32];
        let Some(small) = small.get_mut(..length) else { return start };
        small.copy_from_slice(text.get(..length).unwrap_or_default());
        small.make_ascii_lowercase();
        if !has(SCHEMES, small) {
            return start;
        }
        let blanks = text.iter().skip(length).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if blanks == 0 { start } else { start + length + blanks }
    }

    /// Whether a line begins before a name: blanks, signs of a list or a patch, quotes.
    fn line_begins(&self, at: usize) -> bool {
        let before = self.part(at.saturating_sub(32), at);
        let line = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(before, |at| before.get(at + 1..).unwrap_or_default());
        let line = line.strip_suffix(b"\\n").unwrap_or(line);
        line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'-' | b'+' | b'#'))
    }

    /// Takes a value out that begins at a place.
    fn take(
        &mut self,
        start: usize,
        name: Option<&'static Name>,
        hint: &'static str,
        after: Option<u8>,
    ) -> Option<usize> {
        let rest = self.bytes.get(start..)?;
        let already = mark_at(rest).is_some();
        if !already && (value::elsewhere(rest) || !self.literal && value::structured(rest)) {
            return None;
        }
        let found =
            if self.literal { value::Value { start, end: self.bytes.len() } } else { value::at(self.bytes, start) };
        let mut start = found.start;
        if let Some(after) = after {
            let text = self.part(found.start, found.end);
            start += behind(text, after)?;
        } else if name.is_some() {
            start = self.scheme(start, found.end);
        }
        self.take_part(start, found.end, name, hint)
    }

    fn take_part(
        &mut self,
        start: usize,
        end: usize,
        name: Option<&'static Name>,
        hint: &'static str,
    ) -> Option<usize> {
        let text = self.part(start, end);
        // A key has blanks and ends of lines, whatever ends other values here.
        if self.bytes.get(start..)?.starts_with(BLOCK)
            && let Some(next) = self.block(start)
        {
            return Some(next);
        }
        // Done before, but for what closes quotes.
        let already = mark_at(text).filter(|length| !text.iter().skip(*length).any(u8::is_ascii_alphanumeric));
        if let Some(length) = already {
            self.named = start + length;
            self.run = start + length;
            return Some(start + length);
        }
        if !value::may_be(text, name, self.literal) {
            return None;
        }
        self.named = end;
        self.run = end;
        // The format says more than the name.
        let hint = match self.format(start) {
            Some((format, at, to)) if at == start && to == end => format.id,
            _ => hint,
        };
        Some(self.replace(start, end, hint))
    }

    /// Quotes, and where a command ends.
    fn separator(&mut self, at: usize, byte: u8) {
        match byte {
            b'"' | b'\'' if self.quote == Some(byte) => self.quote = None,
            b'"' | b'\''
                if self.quote.is_none()
                    && !at.checked_sub(1).is_some_and(|at| self.byte(at).is_ascii_alphanumeric()) =>
            {
                self.quote = Some(byte);
            }
            b'\n' | b';' | b'|' if self.quote.is_none() => self.command = Command::default(),
            b'&' if self.quote.is_none() && self.byte(at + 1) == b'&' => self.command = Command::default(),
            _ => {}
        }
    }
}

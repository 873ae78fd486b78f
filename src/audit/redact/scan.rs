//! One pass over a text.

use super::{MARK, mark_at, name, random, value};
use crate::tables::secrets::{
    FOLLOWED, Format, Name, OPTIONS, Options, PUBLIC, REST, SCHEMES, format_at, has, mark_at as infix_at, options_of,
};
use alloc::{borrow::Cow, string::String};

/// More secrets than this in one text: the rest of it is taken out as a whole.
const MOST: u32 = 10_000;

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
    /// The password of the address that is gone through.
    password: (usize, usize),
}

/// What is known of the command that is gone through.
#[derive(Clone, Copy, Debug, Default)]
struct Command {
    /// The rows of its program, one bit each.
    rows: u32,
    /// Those of them whose words `with` were seen.
    with: u32,
}

impl Command {
    /// Takes a word that is no option.
    fn word(&mut self, word: &[u8]) {
        let base =
            word.iter().rposition(|byte| *byte == b'/').map_or(word, |at| word.get(at + 1..).unwrap_or_default());
        let rows = if word.contains(&b':') { 0 } else { options_of(base) };
        if rows != 0 {
            *self = Self { rows, with: 0 };
        } else if self.rows != 0 {
            for (row, options) in self.all() {
                if options.with.iter().any(|with| with.as_bytes() == word) {
                    self.with |= 1 << row;
                }
            }
        }
    }

    fn all(self) -> impl Iterator<Item = (usize, &'static Options)> {
        OPTIONS.iter().enumerate().filter(move |(row, _)| self.rows >> row & 1 == 1)
    }

    /// The rows that count.
    fn options(self) -> impl Iterator<Item = &'static Options> {
        self.all()
            .filter(move |(row, options)| options.with.is_empty() || self.with >> row & 1 == 1)
            .map(|(_, options)| options)
    }

    /// What an option makes a secret. `quote`: one is opened right behind the word.
    fn option(self, word: &[u8], quote: bool) -> Taken {
        for options in self.options() {
            let is = |option: &&str| option.as_bytes() == word;
            // `-sSu` ends in an option that takes a value.
            let bundled = |option: &&str| {
                let [b'-', letter] = option.as_bytes() else { return false };
                let [b'-', letters @ .., last] = word else { return false };
                last == letter && letters.len() < 8 && letters.iter().all(u8::is_ascii_alphabetic)
            };
            if !quote && options.separate.iter().any(|option| is(option) || bundled(option)) {
                return Taken::Next(options.hint, options.after);
            }
            let joined = |option: &&str| {
                option.starts_with("--")
                    && word.strip_prefix(option.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'='))
            };
            if let Some(option) = options.separate.iter().find(|option| joined(option)) {
                return Taken::From(option.len() + 1, options.hint, options.after);
            }
            let attached =
                |option: &&str| word.len() + usize::from(quote) > option.len() && word.starts_with(option.as_bytes());
            if let Some(option) = options.attached.iter().find(|option| attached(option)) {
                return Taken::From(option.len(), options.hint, options.after);
            }
        }
        Taken::Nothing
    }
}

/// What an option makes a secret, by which hint, and behind which byte.
#[derive(Clone, Copy, Debug)]
enum Taken {
    Nothing,
    /// The next word.
    Next(&'static str, Option<u8>),
    /// The rest of the option's word from here.
    From(usize, &'static str, Option<u8>),
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
            password: (0, 0),
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
        while at < self.bytes.len() {
            at = self.passed(at).or_else(|| self.known(at)).unwrap_or(at + 1);
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
            let next = self.passed(at).or_else(|| self.known(at));
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
        end
    }

    /// Whether a word of letters and digits begins at a place: behind something else, or behind an escape of JSON or of an address.
    fn begins(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).map(|before| self.byte(before)) else { return true };
        if !before.is_ascii_alphanumeric() {
            return true;
        }
        let (one, two) = (at.checked_sub(2).map(|at| self.byte(at)), at.checked_sub(3).map(|at| self.byte(at)));
        one == Some(b'\\') && matches!(before, b'n' | b'r' | b't')
            || two == Some(b'%') && before.is_ascii_hexdigit() && one.is_some_and(|one| one.is_ascii_hexdigit())
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
        if let Some((format, length)) = format_at(self.bytes, at, self.begins(at)) {
            return Some((format, at, at + length));
        }
        let (format, start, end) = infix_at(self.bytes, at)?;
        let start = start + usize::from(start > 0 && self.byte(start - 1) == b'\\');
        (start >= self.copied).then_some((format, start, end))
    }

    /// A private key goes as a whole; certificates and public keys stay, however random they are.
    fn block(&mut self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at + BLOCK.len()..)?;
        let label = rest
            .iter()
            .take(64)
            .take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || **byte == b' ')
            .count();
        let label = rest.get(..label)?;
        let from = at + BLOCK.len() + label.len();
        let end = if from < self.blocks { None } else { find(self.bytes, from, BLOCK_END) };
        if end.is_none() {
            self.blocks = self.bytes.len();
        }
        if contains(label, b"PRIVATE KEY") {
            // The end of the block, dashes and all.
            let end = end.map_or(self.bytes.len(), |end| {
                let label = self.bytes.get(end..).unwrap_or_default().iter();
                end + label.take_while(|byte| byte.is_ascii_uppercase() || matches!(byte, b' ' | b'-')).count()
            });
            return Some(self.replace(at, end, "private-key"));
        }
        self.run = end?;
        None
    }

    /// What begins at a place where a word can begin.
    fn beginning(&mut self, at: usize, byte: u8) -> Option<usize> {
        if self.word_begins(at) && !byte.is_ascii_whitespace() {
            let end = at + self.bytes.get(at..)?.iter().take_while(|byte| !ends_word(**byte)).count();
            let word = self.part(at, end);
            if byte == b'-' {
                if let Some(next) = self.option(at, end) {
                    return Some(next);
                }
            } else {
                self.command.word(word);
                if let Some(next) = self.followed(at, end) {
                    return Some(next);
                }
            }
        }
        if at >= self.named && (byte.is_ascii_alphabetic() || byte == b'_') {
            let end = at + self.bytes.get(at..)?.iter().take_while(|byte| in_name(**byte)).count();
            self.named = end;
            if let Some(next) = self.named(at, end) {
                return Some(next);
            }
        }
        if at >= self.run && byte.is_ascii_alphanumeric() {
            return self.random(at);
        }
        None
    }

    /// `--password VALUE`, `-u USER:VALUE`, `-pVALUE`.
    fn option(&mut self, at: usize, end: usize) -> Option<usize> {
        let word = self.part(at, end);
        let quote = matches!(self.byte(end), b'"' | b'\'') && self.next_word(end).is_none();
        match self.command.option(word, quote) {
            Taken::Next(hint, after) => {
                let start = self.next_word(end)?;
                return self.take(start, None, hint, after);
            }
            Taken::From(from, hint, after) => return self.take(at + from, None, hint, after),
            Taken::Nothing => {}
        }
        let dashes = word.iter().take_while(|byte| **byte == b'-').count();
        let bare = word.get(dashes..)?;
        if bare.len() < 2 || !bare.iter().all(|byte| in_name(*byte)) {
            return None;
        }
        let name = name::secret(bare)?;
        let start = self.next_word(end)?;
        let next = self.bytes.get(start..)?;
        if next.starts_with(b"--")
            || next.first() == Some(&b'-')
                && next.get(1).is_some_and(u8::is_ascii_alphabetic)
                && next.get(2).is_none_or(|byte| ends_word(*byte))
        {
            return None;
        }
        self.take(start, Some(name), name.hint, None)
    }

    /// `_authToken VALUE`, `Bearer VALUE`, and `password VALUE` where the value is no word of prose.
    fn followed(&mut self, at: usize, end: usize) -> Option<usize> {
        let word = self.part(at, end);
        if word.len() > 64 || self.byte(end) != b' ' && self.byte(end) != b'\t' {
            return None;
        }
        let mut small = [0; 64];
        let small = small.get_mut(..word.len())?;
        small.copy_from_slice(word);
        small.make_ascii_lowercase();
        let tail = small
            .iter()
            .rposition(|byte| matches!(byte, b':' | b'/'))
            .map_or(&*small, |at| small.get(at + 1..).unwrap_or_default());
        if has(FOLLOWED, tail) {
            let start = self.next_word(end)?;
            return self.take(start, None, "secret", None);
        }
        let bearer = matches!(&*small, b"bearer" | b"basic" | b"bot");
        let plain = word.iter().all(|byte| in_name(*byte));
        let name = if bearer || !plain { None } else { name::secret(word).filter(|name| name.long == 0) };
        if !bearer && name.is_none() {
            return None;
        }
        let start = self.next_word(end)?;
        let found = value::at(self.bytes, start);
        let text = self.part(found.start, found.end);
        let mixed = text.iter().any(u8::is_ascii_digit) && text.iter().any(u8::is_ascii_alphabetic);
        let least = if bearer { 12 } else { 6 };
        let done = mark_at(text).is_some();
        if !done && (text.len() < least || !mixed || text.contains(&b'=') && !text.ends_with(b"=")) {
            return None;
        }
        self.take(start, name, name.map_or("authorization", |name| name.hint), None)
    }

    /// `NAME=VALUE`, `"name": "value"`, `Name: value`, `config['name'] = value`.
    fn named(&mut self, at: usize, end: usize) -> Option<usize> {
        let trimmed = self.part(at, end).iter().rposition(u8::is_ascii_alphanumeric).map_or(at, |last| at + last + 1);
        let (start, tight) = self.value_after(trimmed)?;
        let word = self.part(at, trimmed);
        let name = name::secret(word)?;
        let mut small = [0; 32];
        let whole = small.get_mut(..word.len()).is_some_and(|small| {
            small.copy_from_slice(word);
            small.make_ascii_lowercase();
            has(REST, small)
        });
        let quoted = matches!(self.byte(start), b'"' | b'\'' | b'\\');
        if whole && !quoted {
            let end = if self.literal { self.bytes.len() } else { self.rest_of_line(start) };
            let start = self.scheme(start, end);
            return self.take_part(start, end, Some(name), name.hint);
        }
        if self.literal && tight && at <= 2 && self.part(0, at).iter().all(|byte| *byte == b'-') && !quoted {
            // A word that a shell has made: its end is the value's.
            let start = self.scheme(start, self.bytes.len());
            return self.take_part(start, self.bytes.len(), Some(name), name.hint);
        }
        if !tight && !quoted {
            let line = self.line_begins(at);
            let end = self.rest_of_line(start);
            if name.hint == "password" && line {
                return self.take_part(start, end, Some(name), name.hint);
            }
            let found = value::at(self.bytes, start);
            let one = word.iter().skip(1).all(u8::is_ascii_lowercase);
            let prose = self.part(found.start, found.end).iter().all(u8::is_ascii_lowercase);
            if one && prose && found.end < end && name.hint != "password" {
                return None;
            }
        }
        self.take(start, Some(name), name.hint, None)
    }

    /// Where the value of a name begins, and whether it does right behind the sign.
    fn value_after(&self, end: usize) -> Option<(usize, bool)> {
        let mut at = end;
        // What may close the name: quotes, escaped or not, and brackets.
        while matches!(self.byte(at), b'"' | b'\'' | b'\\' | b']') && at < end + 6 {
            at += 1;
        }
        let closed = at > end;
        let blanks = |at: usize| {
            self.bytes
                .get(at..)
                .unwrap_or_default()
                .iter()
                .take(16)
                .take_while(|byte| matches!(byte, b' ' | b'\t'))
                .count()
        };
        let before = blanks(at);
        at += before;
        let sign = self.bytes.get(at..)?;
        let (length, colon) = match sign {
            [b':' | b'+' | b'?' | b'!', b'=', ..] => (2, false),
            [b'=', b'=', b'=', ..] => (3, true),
            [b'=', b'>' | b'=', ..] => (2, true),
            [b'=', ..] => (1, false),
            [b':', b'/', b'/', ..] | [b':', b':', ..] => return None,
            [b':', ..] => (1, true),
            [b'%', b'3', b'D' | b'd', ..] => (3, false),
            _ => return None,
        };
        at += length;
        let after = blanks(at);
        if after > 0 && !colon && !closed && before == 0 {
            return None;
        }
        (at + after < self.bytes.len()).then_some((at + after, after == 0))
    }

    /// `user:PASSWORD@` behind `://`.
    fn address(&mut self, at: usize) -> Option<usize> {
        if !self.bytes.get(at..)?.starts_with(b"://") {
            return None;
        }
        let start = at + 3;
        let rest = self.bytes.get(start..)?;
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'|');
        let ends_host = |byte: &u8| ends(byte) || matches!(byte, b'/' | b'?' | b'#');
        let authority = rest.iter().position(ends_host).unwrap_or(rest.len());
        // What was taken out before ends it, too.
        let done = rest.get(..authority)?.windows(MARK.len()).position(|window| window == MARK.as_bytes());
        if done.is_some() {
            self.named = start + rest.get(..authority)?.iter().rposition(|byte| *byte == b'@').unwrap_or(0);
        }
        let authority = done.unwrap_or(authority);
        let colon = rest.get(..authority)?.iter().position(|byte| *byte == b':');
        let sign = if let Some(sign) = rest.get(..authority)?.iter().rposition(|byte| *byte == b'@') {
            sign
        } else {
            // A password with a slash: behind the colon stands no port.
            let port = rest.get(colon? + 1..authority)?;
            if start < self.signs || port.iter().all(u8::is_ascii_digit) {
                return None;
            }
            let word = rest.iter().position(ends).unwrap_or(rest.len());
            self.signs = start + word;
            rest.get(..word)?.iter().rposition(|byte| *byte == b'@')?
        };
        self.named = start + sign;
        match colon.filter(|colon| *colon < sign) {
            Some(colon) => {
                if value::may_be(rest.get(colon + 1..sign)?, None, self.literal) {
                    self.password = (start + colon + 1, start + sign);
                }
                Some(start)
            }
            None if sign >= 32 && self.format(start).is_none() => Some(self.replace(start, start + sign, "token")),
            None => None,
        }
    }

    /// Random words.
    fn random(&mut self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at..)?;
        let length = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_'))
            .count();
        let padding = rest.get(length..)?.iter().take(2).take_while(|byte| **byte == b'=').count();
        self.run = at + length;
        if length < random::LEAST {
            return None;
        }
        let run = rest.get(..length)?;
        let before = self.part(at.saturating_sub(12), at);
        if PUBLIC.iter().any(|public| run.starts_with(public.as_bytes()) || before.ends_with(public.as_bytes())) {
            return None;
        }
        let mut found = [(0, 0); 8];
        let mut count = 0;
        random::parts(run, |start, end| {
            if let Some(place) = found.get_mut(count) {
                *place = (start, end);
                count += 1;
            }
        });
        // A format inside says more.
        let mut next = None;
        for (start, end) in found.into_iter().take(count) {
            let padding = if end == length { padding } else { 0 };
            if self.inside(at + start, at + end) {
                return None;
            }
            next = Some(self.replace(at + start, at + end + padding, "random"));
        }
        next
    }

    /// Whether a format begins within.
    fn inside(&self, start: usize, end: usize) -> bool {
        (start..end).any(|at| self.format(at).is_some())
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

/// The words of a command, one after the other.
#[derive(Debug, Default)]
pub(super) struct Words {
    command: Command,
    /// The next word is a secret.
    next: Option<(&'static str, Option<u8>, Option<&'static Name>)>,
    /// The next word is a script.
    script: bool,
}

impl Words {
    /// A word that is not known.
    pub(super) fn unknown(&mut self) {
        self.next = None;
        self.script = false;
    }

    pub(super) fn word<'t>(&mut self, word: &'t str) -> (Cow<'t, str>, u32) {
        let mut scan = Scan { literal: true, command: self.command, ..Scan::new(word) };
        let script = core::mem::take(&mut self.script);
        if let Some((hint, after, name)) = self.next.take() {
            let flag = name.is_some() && word.starts_with('-') && word.len() > 1;
            if !flag {
                let taken = scan.take(0, name, hint, after).is_some();
                return if taken { scan.finish() } else { Scan::new(word).text() };
            }
        }
        let bytes = word.as_bytes();
        if bytes.first() != Some(&b'-') {
            self.command.word(bytes);
            let small = word.to_ascii_lowercase();
            if has(FOLLOWED, small.rsplit([':', '/']).next().unwrap_or_default().as_bytes()) {
                self.next = Some(("secret", None, None));
            }
            scan.literal = !script;
            scan.command = Command::default();
            scan.from(0);
            return scan.finish();
        }
        self.script = bytes.len() <= 6 && bytes.ends_with(b"c") && !bytes.starts_with(b"--");
        match self.command.option(bytes, false) {
            Taken::Next(hint, after) => self.next = Some((hint, after, None)),
            Taken::From(from, hint, after) => {
                let _ = scan.take(from, None, hint, after);
                return scan.finish();
            }
            Taken::Nothing => {
                let bare = word.trim_start_matches('-').as_bytes();
                if bare.len() >= 2 && bare.iter().all(|byte| in_name(*byte)) {
                    self.next = name::secret(bare).map(|name| (name.hint, None, Some(name)));
                }
            }
        }
        scan.from(0);
        scan.finish()
    }
}

const BLOCK: &[u8] = b"-----BEGIN ";
const BLOCK_END: &[u8] = b"-----END ";

fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

fn ends_word(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(byte, b'"' | b'\'' | b'`' | b';' | b'|' | b'&' | b'(' | b')' | b'<' | b'>' | b'\\')
}

fn find(text: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    let rest = text.get(from..)?;
    rest.windows(wanted.len()).position(|window| window == wanted).map(|at| from + at)
}

/// Behind the first of these bytes that does not stand in what was taken out before.
fn behind(text: &[u8], wanted: u8) -> Option<usize> {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if let Some(length) = mark_at(text.get(at..)?) {
            at += length;
            continue;
        }
        at += 1;
        if *byte == wanted {
            return Some(at);
        }
    }
    None
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|window| window == wanted)
}

//! What is taken out of a text, by what tells it: its block, its option, the word before it, its name, its address, its randomness.

use super::bytes::{contains, ends_word, find, in_name};
use super::command::{Taken, is_program};
use super::{MARK, Scan, mark_at, name, random, value};
use crate::tables::secrets::{PUBLIC, REST, has, is_followed};

impl Scan<'_> {
    /// A private key goes as a whole; certificates and public keys stay, however random they are.
    pub(super) fn block(&mut self, at: usize) -> Option<usize> {
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
                let count = |at: usize, is: fn(&u8) -> bool| {
                    self.bytes.get(at..).unwrap_or_default().iter().take(64).take_while(|byte| is(byte)).count()
                };
                let label = end + BLOCK_END.len();
                let dashes =
                    label + count(label, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ');
                dashes + count(dashes, |byte| *byte == b'-').min(5)
            });
            return Some(self.replace(at, end, "private-key"));
        }
        self.run = end?;
        None
    }

    /// What begins at a place where a word can begin.
    pub(super) fn beginning(&mut self, at: usize, byte: u8) -> Option<usize> {
        if self.word_begins(at) && !byte.is_ascii_whitespace() {
            let end = at + self.bytes.get(at..)?.iter().take_while(|byte| !ends_word(**byte)).count();
            let at = at + self.sign_of_a_patch(at, end);
            let word = self.part(at, end);
            if word.first() == Some(&b'-') {
                if let Some(next) = self.option(at, end) {
                    return Some(next);
                }
            } else {
                if let Taken::From(from, hint, _) = self.command.operand(word)
                    && let Some(next) = self.take(at + from, None, hint, None)
                {
                    return Some(next);
                }
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
    pub(super) fn option(&mut self, at: usize, end: usize) -> Option<usize> {
        let word = self.part(at, end);
        let quote = matches!(self.byte(end + self.escapes(end)), b'"' | b'\'') && self.next_word(end).is_none();
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

    /// How many bytes of the word between two places are the sign of a line of a patch.
    fn sign_of_a_patch(&self, at: usize, end: usize) -> usize {
        let before = self.part(at.saturating_sub(2), at);
        let begins = before.is_empty() || before.ends_with(b"\n") || before == b"\\n";
        let is = begins
            && match self.part(at, end) {
                [b'+', _, ..] => true,
                // An option has no name of a program behind its dash.
                [b'-', word @ ..] => is_program(word),
                _ => false,
            };
        usize::from(is)
    }

    /// Backslashes before a quote within quotes.
    fn escapes(&self, at: usize) -> usize {
        self.bytes.get(at..).unwrap_or_default().iter().take(3).take_while(|byte| **byte == b'\\').count()
    }

    /// `_authToken VALUE`, `Bearer VALUE`, and `password VALUE` where the value is no word of prose.
    pub(super) fn followed(&mut self, at: usize, end: usize) -> Option<usize> {
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
        if is_followed(tail) {
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
    pub(super) fn named(&mut self, at: usize, end: usize) -> Option<usize> {
        let trimmed = self.part(at, end).iter().rposition(u8::is_ascii_alphanumeric).map_or(at, |last| at + last + 1);
        let (start, tight) = self.value_after(trimmed)?;
        let word = self.part(at, trimmed);
        let name = name::secret(word)?;
        // `sha512-...Pw==`: a digest, and signs that fill its last place.
        if is_public(word, &[]) && random::has_parts(word) {
            return None;
        }
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
    pub(super) fn value_after(&self, end: usize) -> Option<(usize, bool)> {
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
    pub(super) fn address(&mut self, at: usize) -> Option<usize> {
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
        self.named = self.named.max(start + sign);
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
    pub(super) fn random(&mut self, at: usize) -> Option<usize> {
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
        if is_public(run, before) {
            if random::has_parts(run) {
                // No name stands in it, either.
                self.named = self.named.max(self.run + padding);
            }
            return None;
        }
        let mut found = [(0, 0); 8];
        let mut count = 0;
        random::parts(run, |start, end| {
            let (before, part) = (run.get(..start).unwrap_or_default(), run.get(start..).unwrap_or_default());
            if !is_public(part, before)
                && let Some(place) = found.get_mut(count)
            {
                *place = (start, end);
                count += 1;
            }
        });
        let found = found.get(..count).unwrap_or_default();
        let last = found.last().map_or(0, |(_, end)| *end);
        // A format inside says more, and takes what belongs to it when its turn comes.
        let format = (at..at + last).find_map(|place| self.format(place).map(|(_, start, end)| (start, end)));
        if let Some((start, end)) = format {
            self.run = end;
            return self.replaced(at, found.iter().filter(|(_, end)| at + end <= start), length, padding);
        }
        self.replaced(at, found.iter(), length, padding)
    }

    /// Takes random parts out of the run that begins at a place.
    fn replaced<'p>(
        &mut self,
        at: usize,
        parts: impl Iterator<Item = &'p (usize, usize)>,
        length: usize,
        padding: usize,
    ) -> Option<usize> {
        let mut next = None;
        for (start, end) in parts {
            let padding = if *end == length { padding } else { 0 };
            next = Some(self.replace(at + start, at + end + padding, "random"));
        }
        next
    }
}

/// Whether a random word is no secret, by how it begins or what stands before it.
fn is_public(word: &[u8], before: &[u8]) -> bool {
    PUBLIC.iter().any(|public| word.starts_with(public.as_bytes()) || before.ends_with(public.as_bytes()))
}

pub(super) const BLOCK: &[u8] = b"-----BEGIN ";
const BLOCK_END: &[u8] = b"-----END ";

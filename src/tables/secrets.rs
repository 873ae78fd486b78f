//! What is known of secrets in texts, by `policies/tables/secrets.jsonl`: formats that show what they are, names whose values are
//! secret, and options that take a secret.

pub use super::pairs::pairs_of;
use super::pairs::{SIEVE, place_in_sieve};
use core::cell::Cell;

/// A format that is known by how it begins.
#[derive(Debug)]
pub struct Format {
    /// What stands in its place: `github-token`.
    pub id: &'static str,
    /// What it is, for people.
    pub says: &'static str,
    /// How it begins.
    pub begins: &'static str,
    /// What follows.
    pub body: Body,
    /// How much of that at least.
    pub least: usize,
    /// It is so telling that it may begin inside a word.
    pub inside: bool,
    /// How many dots the body has at least.
    pub dots: usize,
    /// How long the parts between the dots are, at least and at most; empty where that does not matter.
    pub parts: &'static [(usize, usize)],
    /// Enough for taking it out of a record, too little for a rule to speak of.
    pub record: bool,
}

/// A format that is known by what stands within.
#[derive(Debug)]
pub struct Mark {
    /// How much stands before.
    pub before: usize,
    /// What stands before are digits.
    pub digits: bool,
    /// What stands within as its beginning.
    pub format: Format,
}

/// Which characters a format is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Letters and digits.
    Alnum,
    /// Letters, digits, `+`, `/` and `=`.
    Base64,
    /// Those, `-` and `_`.
    Base64Url,
    /// Letters, digits, `-`, `_` and `.`.
    Dots,
    /// Hexadecimal digits.
    Hex,
    /// Letters, digits, `-`, `_`, `.` and `~`.
    Password,
    /// Capital letters and digits.
    Upper,
    /// Letters, digits, `-` and `_`.
    Url,
}

impl Body {
    /// Whether a byte may stand there.
    pub fn has(self, byte: u8) -> bool {
        match self {
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
            Self::Base64Url => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_'),
            Self::Dots => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'),
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Password => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~'),
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
        }
    }
}

/// A name whose value is secret.
#[derive(Debug)]
pub struct Name {
    /// Its words in lower case with `-` between.
    pub name: &'static str,
    /// Its pairs of letters ([`pairs_of`]).
    pub pairs: u64,
    /// What stands in the value's place.
    pub hint: &'static str,
    /// It may be the end of a longer word.
    pub suffix: bool,
    /// The value counts only where it is at least so long, and not made of letters alone.
    pub long: usize,
}

/// Options of programs whose values are secret.
#[derive(Debug)]
pub struct Options {
    /// Only where one of these words stands between the program and the option; always where there are none.
    pub with: &'static [&'static str],
    /// Options that the value may be attached to.
    pub attached: &'static [&'static str],
    /// Options that the value follows as a word of its own.
    pub separate: &'static [&'static str],
    /// Operands are such values, too.
    pub operands: bool,
    /// The secret begins behind the first of these; at the beginning of the value where there is none.
    pub after: Option<u8>,
    /// What stands in the value's place.
    pub hint: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/secrets_tables.rs"));

/// The format that begins at a place, and how long it is. The body has at least its least length. `begins`: a word begins there;
/// otherwise only those count that are so telling that they need not. `dotless`: up to there no format that has dots begins, as far as
/// that is known; it is for the next call with the same text.
pub fn format_at(text: &[u8], at: usize, begins: bool, dotless: &Cell<usize>) -> Option<(&'static Format, usize)> {
    let rest = text.get(at..)?;
    let [first, second, ..] = *rest else { return None };
    if !may_begin(first, second) {
        return None;
    }
    let start = |byte: usize| STARTS.get(byte).copied().map(usize::from);
    let formats = FORMATS.get(start(usize::from(first))?..start(usize::from(first) + 1)?)?;
    // What has to have dots is looked at once in each run of its characters, so that the time stays linear.
    let here = |format: &&Format| (begins || format.inside) && (format.dots == 0 || at >= dotless.get());
    let begins = |format: &&Format| {
        // Most have another second byte already.
        format.begins.as_bytes().get(1).is_none_or(|byte| *byte == second) && rest.starts_with(format.begins.as_bytes())
    };
    let mut found = formats.iter().filter(here).filter(begins);
    let whole = |format: &'static Format| {
        let body = rest.get(format.begins.len()..)?;
        if !is_shaped(format, body, |run| dotless.set(dotless.get().max(at + format.begins.len() + run))) {
            return None;
        }
        let length = length(format, rest);
        (length >= format.begins.len() + format.least).then_some((format, length))
    };
    found.find_map(whole)
}

/// How long a format is that begins at the beginning of `rest`.
fn length(format: &Format, rest: &[u8]) -> usize {
    let body = rest.get(format.begins.len()..).unwrap_or_default();
    let length = body.iter().take_while(|byte| format.body.has(**byte)).count();
    let body = body.get(..length).unwrap_or_default();
    let ends = if format.body == Body::Dots { body.iter().rev().take_while(|byte| **byte == b'.').count() } else { 0 };
    format.begins.len() + length - ends
}

/// Whether there are as many dots as there have to be, and between them as much as there has to be. Calls `dotless` with the length
/// of a run that has too few of them.
fn is_shaped(format: &Format, body: &[u8], dotless: impl FnOnce(usize)) -> bool {
    if format.parts.is_empty() {
        let (mut run, mut dots) = (0, 0);
        while dots < format.dots && body.get(run).is_some_and(|byte| format.body.has(*byte)) {
            dots += usize::from(body.get(run) == Some(&b'.'));
            run += 1;
        }
        if dots < format.dots {
            dotless(run);
        }
        return dots == format.dots;
    }
    let most = format.parts.iter().map(|(_, most)| most + 1).sum();
    let run = body.iter().take(most).take_while(|byte| format.body.has(**byte)).count();
    let mut parts = body.get(..run).unwrap_or_default().split(|byte| *byte == b'.');
    // What stands between two `_` in the name of an MCP tool ends there, too, and whatever ends a token, more can stick to it: `TOKEN-old.png`.
    let ends = |part: &[u8], least: usize, is_last: bool| {
        let rest = part.get(least..).unwrap_or_default();
        rest.windows(2).any(|two| two == b"__") || is_last && rest.iter().any(|byte| matches!(byte, b'-' | b'_'))
    };
    let fits = |part: &[u8], (least, most): (usize, usize), is_last: bool| {
        (least..=most + 1).contains(&part.len()) || part.len() > least && ends(part, least, is_last)
    };
    let last = format.parts.len() - 1;
    let mut all = format.parts.iter().enumerate();
    all.all(|(at, sizes)| parts.next().is_some_and(|part| fits(part, *sizes, at == last)))
}

/// Whether some format begins with these, or has its mark there.
#[inline]
pub fn may_begin(first: u8, second: u8) -> bool {
    let pair = usize::from(first) << 8 | usize::from(second);
    PAIRS.get(pair / 64).is_some_and(|bits| bits >> (pair % 64) & 1 == 1)
}

/// The format that has its mark at a place: where it begins, and where it ends.
pub fn mark_at(text: &[u8], at: usize) -> Option<(&'static Format, usize, usize)> {
    let rest = text.get(at..)?;
    MARKS.iter().find_map(|mark| {
        if !rest.starts_with(mark.format.begins.as_bytes()) {
            return None;
        }
        let allowed = |byte: &u8| if mark.digits { byte.is_ascii_digit() } else { mark.format.body.has(*byte) };
        // Nothing that is longer than this stands before a mark.
        let before = text.get(at.saturating_sub(20)..at)?.iter().rev().take_while(|byte| allowed(byte)).count();
        let length = if before < mark.before { 0 } else { length(&mark.format, rest) };
        (length >= mark.format.begins.len() + mark.format.least).then_some((&mark.format, at - before, at + length))
    })
}

/// Which rows of [`OPTIONS`] are of a program, one bit each; 0 for one that has none.
pub fn options_of(program: &[u8]) -> u32 {
    if !passes(&PROGRAMS_SIEVE, program) {
        return 0;
    }
    let found = PROGRAMS.binary_search_by(|(name, _)| name.as_bytes().cmp(program));
    found.ok().and_then(|at| PROGRAMS.get(at)).map_or(0, |(_, rows)| *rows)
}

/// Whether a secret follows a word, in small letters: `bearer`.
pub fn is_followed(word: &[u8]) -> bool {
    passes(&FOLLOWED_SIEVE, word) && has(FOLLOWED, word)
}

fn passes(sieve: &[u64; SIEVE], word: &[u8]) -> bool {
    let (at, bit) = place_in_sieve(word);
    sieve.get(at).is_some_and(|bits| bits & bit != 0)
}

/// Whether a sorted list of the table has a word.
pub fn has(list: &[&str], word: &[u8]) -> bool {
    list.binary_search_by(|entry| entry.as_bytes().cmp(word)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::String, vec::Vec};

    #[test]
    fn every_format_is_found_where_it_stands() {
        for format in FORMATS {
            let body = match format.body {
                Body::Upper => "Q7RT2LM9ZX4BV6NC8WD1KY3HP5JF0GS7",
                Body::Hex => "0f3a9c17d2b84e65a1908c7d6e5f4b32",
                _ => "q7Rt2Lm9Zx4Bv6Nc8Wd1Ky3Hp5Jf0Gs7",
            };
            let body = body.repeat(8);
            let parts: Vec<&str> = format.parts.iter().filter_map(|(least, _)| body.get(..*least)).collect();
            let body = if !parts.is_empty() {
                parts.join(".")
            } else if format.dots > 0 {
                body.replacen("2L", "2.L", 1).replacen("6N", "6.N", 1)
            } else {
                body
            };
            let whole = if format.parts.is_empty() { format.least + format.dots } else { body.len() };
            let text = format!("x {}{}", format.begins, body.get(..whole).unwrap_or(&body));
            let found = format_at(text.as_bytes(), 2, true, &Cell::new(0));
            assert_eq!(found.map(|(found, length)| (found.id, length)), Some((format.id, text.len() - 2)), "{text}");
            let short: String = format!("x {}{}", format.begins, body.get(..format.least - 1).unwrap());
            assert!(
                format_at(short.as_bytes(), 2, true, &Cell::new(0)).is_none_or(|(found, _)| found.id != format.id),
                "{short}"
            );
        }
    }

    #[test]
    fn words_that_hold_a_name_pass_its_sieve() {
        for name in NAMES {
            let words = format!("-db-{}-prod", name.name);
            assert_eq!(name.pairs & !pairs_of(words.as_bytes()), 0, "{words}");
            assert_ne!(name.pairs & !pairs_of(b"-jobs-"), 0, "{}", name.name);
        }
    }

    #[test]
    fn lists_are_sorted_as_they_are_searched() {
        for list in [HARMLESS, PLAIN, REST, SCHEMES, FOLLOWED] {
            assert!(list.iter().all(|word| has(list, word.as_bytes())));
        }
        assert!(!has(PLAIN, b"hunter2"));
        assert!(FOLLOWED.iter().all(|word| is_followed(word.as_bytes())) && !is_followed(b"cat"));
        assert!(PROGRAMS.iter().all(|(name, rows)| options_of(name.as_bytes()) == *rows) && options_of(b"cat") == 0);
    }
}

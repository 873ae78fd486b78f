//! Where a value begins and ends in a text whose language is not known, and whether it may be a secret.

use crate::tables::secrets::{Name, PLAIN, has};

/// Where a value stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    /// Its first byte, behind an opening quote.
    pub(super) start: usize,
    /// Behind its last.
    pub(super) end: usize,
}

/// What ends a value that stands without quotes.
fn ends(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b';' | b'&' | b'|' | b'<' | b'>') || byte < b' '
}

/// The value that begins at a place: in quotes (which may be escaped, as in JSON within JSON), or up to what separates words.
pub(super) fn at(text: &[u8], start: usize) -> Value {
    let byte = |at: usize| text.get(at).copied().unwrap_or_default();
    // `$'...'`, `b"..."`, `@"..."`.
    let prefixed =
        matches!(byte(start), b'$' | b'b' | b'f' | b'r' | b'u' | b'@') && matches!(byte(start + 1), b'"' | b'\'');
    let open = start + usize::from(prefixed);
    let escapes = text.get(open..).unwrap_or_default().iter().take(3).take_while(|byte| **byte == b'\\').count();
    if matches!(byte(open + escapes), b'"' | b'\'' | b'`') {
        let start = open + escapes + 1;
        let end = closing(text, start, byte(open + escapes), escapes);
        return Value { start, end };
    }
    Value { start, end: unquoted(text, start) }
}

/// Where quotes end that were opened before `start`, with so many backslashes before the quote. What never ends them is a secret up to
/// the end of the text.
fn closing(text: &[u8], start: usize, quote: u8, escapes: usize) -> usize {
    let mut backslashes = 0;
    for (at, byte) in text.iter().enumerate().skip(start) {
        match byte {
            b'\\' => backslashes += 1,
            byte if *byte == quote && backslashes <= escapes => return at - backslashes.min(escapes),
            _ => backslashes = 0,
        }
    }
    text.len()
}

/// Where a value without quotes ends. Quotes inside belong to it (`a'b c'd`) where they are opened and closed within.
fn unquoted(text: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => {
                // An escape that ends a line or a value in JSON, or one character of the value.
                if matches!(text.get(at + 1), Some(b'n' | b'r' | b't' | b'"') | None) {
                    return at;
                }
                at += 2;
            }
            b'"' | b'\'' if at > start => {
                let next = text.get(at + 1).copied().unwrap_or(b' ');
                // A quote that closes what stands around the value.
                if !next.is_ascii_alphanumeric() {
                    return at;
                }
                let Some(length) = text.get(at + 1..).unwrap_or_default().iter().take(256).position(|b| b == byte)
                else {
                    return at;
                };
                at += length + 2;
            }
            byte if ends(*byte) => return at,
            _ => at += 1,
        }
    }
    text.len()
}

/// Up to the end of the line, or to a quote that was opened before.
pub(super) fn rest_of_line(text: &[u8], start: usize, quote: Option<u8>) -> usize {
    let mut before = 0;
    for (at, byte) in text.iter().enumerate().skip(start) {
        let escaped = before == b'\\';
        match byte {
            b'\n' | b'\r' => return at,
            b'n' | b'r' | b'"' if escaped => return at - 1,
            byte if Some(*byte) == quote => return at,
            _ => {}
        }
        before = *byte;
    }
    text.len()
}

/// Whether a value may be the secret that its name says. `literal`: nothing in it stands for something else, as in a word that a
/// shell has expanded.
pub(super) fn may_be(value: &[u8], name: Option<&Name>, literal: bool) -> bool {
    let bare = trim(value);
    if bare.is_empty() || stands_for_another(bare, literal) || stands_for_another(value, literal) {
        return false;
    }
    let mut small = [0; 16];
    let word = small.get_mut(..bare.len()).map(|small| {
        small.copy_from_slice(bare);
        small.make_ascii_lowercase();
        &*small
    });
    let first = bare.first().copied().unwrap_or_default();
    if word.is_some_and(|word| has(PLAIN, word))
        || bare.iter().all(|byte| *byte == first && !byte.is_ascii_alphanumeric())
    {
        return false;
    }
    let digits = bare.iter().all(u8::is_ascii_digit);
    if digits && bare.len() <= 3 || is_place(bare) {
        return false;
    }
    let long = name.map_or(0, |name| name.long);
    long == 0
        || bare.len() >= long && !bare.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'-') && !is_uuid(bare)
}

/// Without what ends a value in prose or code.
fn trim(value: &[u8]) -> &[u8] {
    let end = value.iter().rposition(|byte| !matches!(byte, b',' | b')' | b']' | b'}' | b'.')).map_or(0, |at| at + 1);
    value.get(..end).unwrap_or_default()
}

/// `$NAME`, `${NAME}`, `$(...)`, `<name>`, `{{ name }}`, `%NAME%`: a value that stands elsewhere.
fn stands_for_another(value: &[u8], literal: bool) -> bool {
    let name = |name: &[u8]| {
        let letter = |byte: &u8| byte.is_ascii_uppercase() || *byte == b'_' || (!literal && byte.is_ascii_lowercase());
        !name.is_empty() && name.iter().all(|byte| letter(byte) || byte.is_ascii_digit())
    };
    match value {
        [b'{', b'{', .., b'}', b'}'] | [b'$', b'{', b'{', .., b'}', b'}'] => true,
        [b'$', b'(', ..] | [b'`', ..] => !literal,
        [b'$', b'{', rest @ .., b'}'] | [b'%', rest @ .., b'%'] | [b'$', rest @ ..] => name(rest),
        [b'<', rest @ .., b'>'] => {
            rest.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'-' | b'_'))
        }
        _ => false,
    }
}

/// Whether a text begins as the address of a secret, or as a command, a list or an object: no value, and what is in it is gone through as
/// everything else.
pub(super) fn elsewhere(text: &[u8]) -> bool {
    ["http://", "https://", "op://", "arn:aws", "env:", "file:", "secretref:"]
        .iter()
        .any(|begin| text.starts_with(begin.as_bytes()))
}

/// Whether a value without quotes begins as a command, a list or an object.
pub(super) fn structured(text: &[u8]) -> bool {
    matches!(text, [b'$', b'(', ..] | [b'`' | b'[' | b'(' | b'*', ..])
        || matches!(text, [b'{', next, ..] if *next != b'{')
}

/// A path or an address where a secret stands, not the secret: small letters in several parts.
fn is_place(value: &[u8]) -> bool {
    if elsewhere(value) {
        return true;
    }
    let plain = |byte: &u8| byte.is_ascii_lowercase() || matches!(byte, b'/' | b'.' | b'_' | b'-' | b'~');
    let begins =
        value.starts_with(b"/") || value.starts_with(b"./") || value.starts_with(b"../") || value.starts_with(b"~/");
    begins && value.iter().all(plain) && value.len() > 3
}

/// 8-4-4-4-12 hexadecimal digits.
fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

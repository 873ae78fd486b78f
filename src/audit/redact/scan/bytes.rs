//! Questions about bytes.

use super::mark_at;

pub(super) fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

pub(super) fn ends_word(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(byte, b'"' | b'\'' | b'`' | b';' | b'|' | b'&' | b'(' | b')' | b'<' | b'>' | b'\\')
}

pub(super) fn find(text: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    let rest = text.get(from..)?;
    rest.windows(wanted.len()).position(|window| window == wanted).map(|at| from + at)
}

/// Behind the first of these bytes that does not stand in what was taken out before.
pub(super) fn behind(text: &[u8], wanted: u8) -> Option<usize> {
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

pub(super) fn contains(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|window| window == wanted)
}

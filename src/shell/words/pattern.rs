//! Glob text: telling it from plain text, writing it, and matching it against a known value.

use alloc::vec::Vec;

/// Whether a shell would look for file names: `*`, `?`, a bracket that is closed, or an extended glob.
pub(super) fn has_glob(bytes: &[u8]) -> bool {
    let mut bracket = false;
    let mut previous = 0;
    for &byte in bytes {
        match byte {
            b'*' | b'?' => return true,
            b'[' => bracket = true,
            b']' if bracket => return true,
            b'(' if matches!(previous, b'@' | b'!' | b'+') => return true,
            _ => {}
        }
        previous = byte;
    }
    false
}

/// Adds text that stands for itself to glob text.
pub(super) fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    for &byte in bytes {
        if matches!(byte, b'*' | b'?' | b'[' | b']' | b'\\' | b'(' | b')' | b'|' | b'!' | b'+' | b'@' | b'-' | b'^') {
            out.push(b'\\');
        }
        out.push(byte);
    }
}

/// A piece of a simple pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// This byte.
    Byte(u8),
    /// `?`
    One,
    /// `*`
    Many,
    /// `[abc]`, or with `true` anything else.
    Among(Vec<u8>, bool),
}

/// Most bytes that a pattern is tried against, and most pieces of one.
const MAX_TRIED: usize = 512;

/// Reads unquoted pattern text that every shell reads the same; `None` for what is extended, quoted or ordered by a locale.
pub(super) fn pieces(text: &[u8], out: &mut Vec<Piece>) -> Option<()> {
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        out.push(match byte {
            b'*' => Piece::Many,
            b'?' => Piece::One,
            b'[' => {
                let mut inside = Vec::new();
                let mut others = false;
                loop {
                    match *rest.next()? {
                        b'!' if inside.is_empty() && !others => others = true,
                        b']' if !inside.is_empty() => break,
                        byte if byte.is_ascii_alphanumeric() || b"._/,:= ".contains(&byte) => inside.push(byte),
                        _ => return None,
                    }
                }
                Piece::Among(inside, others)
            }
            b'\\' | b'(' | b')' | b'|' | b'~' | b'#' | b'^' | b'\'' | b'<' | b'>' => return None,
            byte => Piece::Byte(byte),
        });
    }
    Some(())
}

/// Whether the whole text matches.
fn matches(pieces: &[Piece], text: &[u8]) -> bool {
    // Where to go on when what follows the last `*` does not match: one byte further.
    let (mut piece, mut at, mut again) = (0, 0, None);
    loop {
        let fits = match (pieces.get(piece), text.get(at)) {
            (None, None) => return true,
            (Some(Piece::Many), _) => {
                again = Some((piece + 1, at));
                piece += 1;
                continue;
            }
            (Some(Piece::Byte(byte)), Some(other)) => byte == other,
            (Some(Piece::One), Some(_)) => true,
            (Some(Piece::Among(all, others)), Some(byte)) => all.contains(byte) != *others,
            _ => false,
        };
        if fits {
            (piece, at) = (piece + 1, at + 1);
        } else if let Some((from, start)) = again.filter(|(_, start)| *start < text.len()) {
            again = Some((from, start + 1));
            (piece, at) = (from, start + 1);
        } else {
            return false;
        }
    }
}

/// What is left of `text` without the shortest or longest part at its beginning or end that matches; `None` for texts in which
/// characters are not bytes.
pub(super) fn without<'t>(pieces: &[Piece], text: &'t [u8], end: bool, longest: bool) -> Option<&'t [u8]> {
    if !text.is_ascii() || text.len() > MAX_TRIED || pieces.len() > MAX_TRIED {
        return None;
    }
    let mut lengths = 0..=text.len();
    let found = |length: &usize| {
        let (start, rest) = text.split_at(if end { text.len() - length } else { *length });
        matches(pieces, if end { rest } else { start })
    };
    let length = if longest { lengths.rfind(found) } else { lengths.find(found) };
    match length {
        None => Some(text),
        Some(length) if end => text.get(..text.len() - length),
        Some(length) => text.get(length..),
    }
}

//! Texts and paths that are put together of parts, some of which are only known to be names.

use super::held::{Held, MOST};
use crate::{effect::Value, path};
use alloc::vec::Vec;

/// A part of a text.
pub(super) enum Piece {
    /// What is known of it.
    Text(Held),
    /// A name without a slash that is neither `.` nor `..`.
    Entry(Held),
    /// A name without its ending: no slash, not empty, but perhaps of dots only.
    Stem,
}

impl Held {
    /// A name without a slash that is neither `.` nor `..`, of which the end is known.
    pub(super) fn entry(suffix: &[u8]) -> Self {
        let value = Value::Affix { prefix: b""[..].into(), suffix: suffix.into() };
        Self { made: true, entry: true, ..Self::new(value, false) }
    }

    /// A whole number.
    pub(super) fn number() -> Self {
        Self { values: alloc::vec![Value::Name(NUMBER.into())], ..Self::entry(b"") }
    }

    /// All texts that it may be, where these are known.
    fn texts(&self) -> Option<Vec<Vec<u8>>> {
        let mut out = Vec::new();
        for value in &self.values {
            out.extend(value.alternatives()?.iter().map(|text| text.to_vec()));
        }
        Some(out)
    }
}

/// How a whole number is written, as a pattern.
const NUMBER: &[u8] = b"[0-9-]*";

/// Whether a text stands for itself in a pattern.
fn is_plain(text: &[u8]) -> bool {
    text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b' ' | b','))
}

/// The known beginning of a name, and its known end.
fn ends(value: &Value) -> Option<(&[u8], &[u8])> {
    match value {
        Value::Affix { prefix, suffix } => Some((prefix, suffix)),
        Value::Name(pattern) => {
            let begins = pattern.split(|b| matches!(b, b'*' | b'[')).next()?;
            Some((begins, pattern.rsplit(|b| *b == b'*').next()?))
        }
        _ => None,
    }
}

/// A name that begins and ends so, with nothing hidden about it where it is a pattern.
fn spelled(begin: &[u8], number: bool, end: &[u8]) -> Value {
    let shown = begin.first().is_some_and(|b| !matches!(b, b'.' | b'-'));
    match begin {
        [] if number && is_plain(end) => Value::Name([NUMBER, end].concat().into()),
        _ if shown && is_plain(begin) && is_plain(end) => Value::Name([begin, b"*", end].concat().into()),
        _ => Value::Affix { prefix: b""[..].into(), suffix: end.into() },
    }
}

/// What has that name in a directory, hidden or not.
fn placed(dir: &[u8], name: &Value) -> Option<Vec<Value>> {
    let own = is_plain(dir) && !dir.ends_with(b"/") && !dir.is_empty();
    let (_, end) = ends(name)?;
    let inside = |parts: &[&[u8]]| Value::Name([dir, b"/", parts.concat().as_slice()].concat().into());
    Some(match name {
        Value::Name(pattern) if own => alloc::vec![inside(&[pattern])],
        _ if own && is_plain(end) => alloc::vec![inside(&[b"*", end]), inside(&[b".*", end])],
        _ => alloc::vec![Value::Below { dir: dir.into(), suffix: end.into() }],
    })
}

/// All ways to put one alternative of each part behind another.
pub(super) fn together(parts: &[Held], add: impl Fn(&[u8], &[u8]) -> Vec<u8>) -> Option<Value> {
    let mut all = alloc::vec![Vec::new()];
    for part in parts {
        let texts = part.texts()?;
        if all.len().saturating_mul(texts.len()) > MOST {
            return None;
        }
        all = all.iter().flat_map(|before: &Vec<u8>| texts.iter().map(|text| add(before, text))).collect();
    }
    Value::one_of(all, MOST)
}

/// Whether a text leads nowhere but below where it is put.
fn stays(text: &[u8]) -> bool {
    !text.windows(2).any(|two| two == b"..")
}

/// Pieces of text behind each other.
pub(super) fn concatenated(pieces: &[Piece]) -> Option<Held> {
    let mut texts: Vec<&Held> = Vec::new();
    for piece in pieces {
        if let Piece::Text(held) = piece {
            texts.push(held);
        }
    }
    // What is found, as it is.
    let spoken: Vec<&Held> = texts.iter().copied().filter(|held| held.known() != Some(b"")).collect();
    if let ([only], true) = (spoken.as_slice(), texts.len() == pieces.len()) {
        return Some((*only).clone());
    }
    if texts.len() == pieces.len() {
        let all: Vec<Held> = texts.into_iter().cloned().collect();
        return together(&all, |a, b| [a, b].concat()).map(|value| Held::new(value, false));
    }
    let is_text = |piece: &Piece| matches!(piece, Piece::Text(_));
    let first = pieces.iter().position(|piece| !is_text(piece))?;
    let last = pieces.iter().rposition(|piece| !is_text(piece))?;
    let literal = |part: &[Piece]| {
        let mut out = Vec::new();
        for piece in part {
            let Piece::Text(held) = piece else { continue };
            out.extend_from_slice(held.known().filter(|text| stays(text))?);
        }
        Some(out)
    };
    let mut before = literal(pieces.get(..first)?)?;
    let between = literal(pieces.get(first..last)?)?;
    let mut after = literal(pieces.get(last + 1..)?)?;
    if let Some(Piece::Entry(held)) = pieces.get(last) {
        after = [ends(held.one()?)?.1, after.as_slice()].concat();
    }
    let number = match pieces.get(first) {
        Some(Piece::Entry(held)) => {
            before.extend_from_slice(ends(held.one()?)?.0);
            matches!(held.one(), Some(Value::Name(pattern)) if pattern.starts_with(NUMBER))
        }
        _ => false,
    };
    // What stands in the same name as the piece, so that it cannot become `..`.
    let name = before.rsplit(|b| *b == b'/').next().unwrap_or_default();
    let rest = after.split(|b| *b == b'/').next().unwrap_or_default();
    let bare =
        first == last && name.is_empty() && rest.is_empty() && matches!(pieces.get(first), Some(Piece::Entry(_)));
    let clear = name.iter().chain(rest).any(|b| *b != b'.');
    if between.contains(&b'/') || !stays(&after) || (!clear && !bare) {
        return None;
    }
    let spelled = spelled(name, number, &after);
    match before.iter().rposition(|b| *b == b'/') {
        None if after.contains(&b'/') => None,
        None => Some(Held { values: alloc::vec![spelled], ..Held::entry(b"") }),
        Some(slash) => {
            let dir = if slash == 0 { &b"/"[..] } else { before.get(..slash)? };
            Some(Held { values: placed(dir, &spelled)?, path: false, made: true, entry: false })
        }
    }
}

/// Paths that are put together.
pub(super) fn joined(parts: &[Held]) -> Option<Held> {
    let (first, rest) = parts.split_first()?;
    if rest.is_empty() {
        return Some(first.clone());
    }
    if let Some(value) = together(parts, path::join) {
        return Some(Held::new(value, false));
    }
    let mut whole = first.clone();
    for part in rest {
        let name = part.one()?;
        let suffix = match name {
            _ if part.entry => ends(name)?.1.to_vec(),
            Value::Known(text) if !text.is_empty() && !text.starts_with(b"/") && stays(text) => {
                [b"/", &**text].concat()
            }
            _ => return None,
        };
        let mut values = Vec::new();
        for value in &whole.values {
            match value {
                Value::Known(dir) if !dir.is_empty() && part.entry => values.extend(placed(dir, name)?),
                // Of several directories the words between are not known either.
                Value::Below { dir, .. } => {
                    values.push(Value::Below { dir: dir.clone(), suffix: suffix.clone().into() });
                }
                _ => return None,
            }
        }
        whole = Held { values, path: first.path, made: true, entry: false };
    }
    Some(whole)
}

//! What stands in the words of programs for pictures and films: endings, colours, settings, drawings and filters. The names that are
//! harmless are rows of `variables.jsonl`.

use crate::{
    effect::Value,
    path,
    tables::{Tables, words::VariableRole},
};
use alloc::vec::Vec;

/// The ending of a name, without its dot; none for a name that only begins with one.
pub(super) fn ending(text: &[u8]) -> Option<&[u8]> {
    let name = text.rsplit(|b| *b == b'/').next().unwrap_or(text);
    name.iter().rposition(|b| *b == b'.').and_then(|at| name.get(at + 1..))
}

/// `A.png[0]`, `A.pdf[0-3]`, `A.png[100x100+0+0]`: the file without what is taken of it.
pub(super) fn without_frames(text: &[u8]) -> &[u8] {
    let Some(inside) = text.strip_suffix(b"]") else { return text };
    let Some(at) = inside.iter().rposition(|b| *b == b'[') else { return text };
    let plain = |b: &u8| b.is_ascii_digit() || matches!(b, b'-' | b',' | b'x' | b'+' | b'%');
    let frames = inside.get(at + 1..).unwrap_or_default();
    if frames.iter().all(plain) { text.get(..at).unwrap_or(text) } else { text }
}

/// Whether a row of the variables says that the name is harmless (`image:ending:png`).
pub(super) fn is_listed(tables: &Tables<'_>, kind: &str, name: &[u8]) -> bool {
    let key = [kind.as_bytes(), &name.to_ascii_lowercase()].concat();
    tables.variable(&key) == Some(VariableRole::Inert)
}

/// Whether whatever follows, no name of a format, a protocol or a list can have begun.
pub(super) fn begins_as_a_path(begin: &[u8]) -> bool {
    let of_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.');
    let first = begin.iter().find(|b| !of_name(b));
    let mark = matches!(begin.first(), Some(b'|' | b'@' | b'~' | b'-' | b'+'));
    !mark && first.is_some_and(|b| matches!(b, b'/' | b'_'))
}

/// `red`, `#fff`, `rgba(0,0,0,0.5)`: what is no colour may be the name of a picture.
pub(super) fn is_color(text: &[u8]) -> bool {
    let letters = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_alphanumeric);
    if let Some(rest) = text.strip_prefix(b"#") {
        return letters(rest);
    }
    match text.iter().position(|b| *b == b'(') {
        None => letters(text),
        Some(at) => {
            let inside = text.get(at + 1..).and_then(|rest| rest.strip_suffix(b")"));
            letters(text.get(..at).unwrap_or_default())
                && inside.is_some_and(|t| t.iter().all(|b| b.is_ascii_digit() || b" ,.%+-".contains(b)))
        }
    }
}

/// A setting of a format that names no file, or one of the names that a picture has.
pub(super) fn is_inert_define(tables: &Tables<'_>, text: &[u8]) -> bool {
    let key = text.split(|b| *b == b'=').next().unwrap_or(text);
    let value = text.get(key.len()..).unwrap_or_default();
    let format = key.iter().position(|b| *b == b':').and_then(|at| key.get(..at));
    let known =
        format.map_or(key.iter().all(u8::is_ascii_alphabetic), |format| is_listed(tables, "image:setting:", format));
    known && !value.iter().any(|b| matches!(b, b'@' | b'/' | b'.' | b'|'))
}

/// Lines, areas and text; nothing that names a file.
pub(super) fn is_plain_drawing(tables: &Tables<'_>, text: &[u8]) -> bool {
    let mut rest = text;
    let (mut last, mut color): (&[u8], bool) = (b"", false);
    loop {
        let Some(first) = rest.first().copied() else { return true };
        let here = rest;
        rest = rest.get(1..).unwrap_or_default();
        if first.is_ascii_digit() || b" ,.+-\n\t".contains(&first) {
            continue;
        }
        if first == b'"' || first == b'\'' {
            let Some(end) = rest.iter().position(|b| *b == first) else { return false };
            let inside = rest.get(..end).unwrap_or_default();
            if !matches!(last, b"text" | b"path") || inside.starts_with(b"@") || inside.contains(&b'\\') {
                return false;
            }
            rest = rest.get(end + 1..).unwrap_or_default();
            continue;
        }
        let of_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'#');
        let end = here.iter().position(|b| !of_word(b)).unwrap_or(here.len());
        let (word, after) = here.split_at(end);
        if word.is_empty() {
            return false;
        }
        rest = after;
        if color {
            color = false;
            if !is_color(word) {
                return false;
            }
        } else if matches!(word, b"fill" | b"stroke") {
            color = true;
        } else if !is_listed(tables, "image:stroke:", word) {
            return false;
        } else {
            last = if word.eq_ignore_ascii_case(b"text") {
                b"text"
            } else if word.eq_ignore_ascii_case(b"path") {
                b"path"
            } else {
                b""
            };
        }
    }
}

/// A graph of filters each of which looks at nothing but what flows through it.
pub(super) fn are_plain_filters(tables: &Tables<'_>, text: &[u8]) -> bool {
    // An argument that is read from a file, and one that names it.
    let names_file = [&b"=/"[..], b":/", b"file", b"@"];
    if names_file.iter().any(|mark| text.windows(mark.len()).any(|w| w == *mark)) || text.contains(&b'\\') {
        return false;
    }
    let mut quoted = false;
    let mut start = 0;
    let mut all: Vec<&[u8]> = Vec::new();
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            b',' | b';' if !quoted => {
                all.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    all.push(text.get(start..).unwrap_or_default());
    !quoted && all.into_iter().all(|one| is_plain_filter(tables, one))
}

fn is_plain_filter(tables: &Tables<'_>, filter: &[u8]) -> bool {
    let mut filter = filter.trim_ascii();
    while let Some(rest) = filter.strip_prefix(b"[") {
        let Some(end) = rest.iter().position(|b| *b == b']') else { return false };
        filter = rest.get(end + 1..).unwrap_or_default().trim_ascii();
    }
    let end = filter.iter().position(|b| matches!(b, b'=' | b'[' | b' ')).unwrap_or(filter.len());
    is_listed(tables, "film:filter:", filter.get(..end).unwrap_or_default())
}

/// The names that begin as that of the file does, up to its ending.
pub(super) fn beside(value: &Value) -> Value {
    let up_to = |text: &[u8], mark: &dyn Fn(&u8) -> bool| {
        let start = text.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
        let stem = text.get(start..).and_then(|name| name.iter().skip(1).position(mark)).map(|at| start + at + 1);
        text.get(..stem.unwrap_or(text.len())).unwrap_or(text).to_vec()
    };
    match value {
        Value::Known(text) => {
            let mut names = path::escape_pattern(&up_to(text, &|b| *b == b'.'));
            names.push(b'*');
            Value::Pattern(names.into())
        }
        Value::Below { dir, .. } => Value::Below { dir: dir.clone(), suffix: (&b""[..]).into() },
        Value::Affix { prefix, .. } => Value::Affix { prefix: prefix.clone(), suffix: (&b""[..]).into() },
        Value::Pattern(text) if !text.contains(&b'/') => {
            Value::Affix { prefix: (&b""[..]).into(), suffix: (&b""[..]).into() }
        }
        _ => Value::ANY_WORD,
    }
}

//! Names of files with text around them, and without their ends: `out/$f.o`, `${f%.c}`, where `f` is a name that a pattern or a
//! search has given.

use super::{field::Atom, pattern::has_glob};
use crate::effect::{Bytes, Form, Value};
use crate::path;
use alloc::vec::Vec;

/// What numbers with text around them match, where nothing else is between: `log-$(date +%Y%m%d).txt`, `part$i.csv`.
///
/// A number is written with a class, so that the text matches no name with a letter in its place.
pub(super) fn numbered(field: &[Atom]) -> Option<Value> {
    let mut text = Vec::new();
    let mut numbers = 0;
    for atom in field {
        match atom {
            Atom::Text { bytes, .. } if bytes.iter().all(|b| is_literal(*b) || *b == b'/') => {
                text.extend_from_slice(bytes);
            }
            Atom::Whole(Value::Name(name)) if !path::temporary::may_be_nothing(name) => text.extend_from_slice(name),
            Atom::Whole(Value::Unknown { may_split: false, may_be_empty: false, form: Form::Digits }) => {
                text.extend_from_slice(b"[0-9]*");
            }
            // It may be nothing, so that what stands before it has to be a name.
            Atom::Whole(Value::Unknown { may_split: false, form, .. })
                if !matches!(form, Form::Anything | Form::Integer) && text.last().is_some_and(|last| *last != b'/') =>
            {
                text.push(b'*');
            }
            // A name that a pattern gives, below what is written.
            Atom::Whole(Value::Pattern(name)) if text.ends_with(b"/") && is_simple(name) => {
                text.extend_from_slice(name);
                continue;
            }
            Atom::OneOf(all) => {
                text.extend(one_of(all)?);
                continue;
            }
            _ => return None,
        }
        numbers += usize::from(matches!(atom, Atom::Whole(_)));
    }
    // Neither an option nor a place that is not below a directory that is written.
    let plain = is_simple(text.strip_prefix(b"./").unwrap_or(&text)) && !text.starts_with(b"-");
    (numbers > 0 && plain).then(|| Value::Name(text.into()))
}

/// Two revisions with dots between them, of which one or both are numbers of commits, or nothing: `"$base"..HEAD`, `main...$sha`.
pub(super) fn range(field: &[Atom]) -> Option<Value> {
    const NUMBER: &[u8] = b"[0-9A-Ha-f]*";
    let is_number =
        |atom: &Atom| matches!(atom, Atom::Whole(Value::Unknown { may_split: false, form: Form::Commit, .. }));
    let text = |atom: &Atom| match atom {
        Atom::Text { bytes, .. } if bytes.iter().copied().all(is_in_name) => Some(bytes.to_vec()),
        _ => None,
    };
    let whole = match field {
        // What stays where the number is nothing is a name, and not the directory above.
        [number, rest] if is_number(number) => {
            let rest = text(rest)?;
            let name = rest.strip_prefix(b"..")?;
            (!name.is_empty() && !name.starts_with(b"/")).then(|| [NUMBER, &rest].concat())
        }
        [rest, number] if is_number(number) => {
            let rest = text(rest)?;
            let name = rest.strip_suffix(b"..")?;
            name.first().is_some_and(u8::is_ascii_alphanumeric).then(|| [rest.as_slice(), NUMBER].concat())
        }
        [one, dots, other] if is_number(one) && is_number(other) => {
            (text(dots)? == b"...").then(|| [NUMBER, b"...", NUMBER].concat())
        }
        _ => None,
    }?;
    is_simple(&whole).then(|| Value::Name(whole.into()))
}

/// Glob text that matches each of several names: they begin with one of these letters or digits.
fn one_of(all: &[Bytes]) -> Option<Vec<u8>> {
    let plain = |one: &Bytes| one.iter().copied().all(is_literal);
    let mut begin: Vec<u8> = all.iter().filter(|one| plain(one)).filter_map(|one| one.first().copied()).collect();
    if begin.len() < all.len() || !begin.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    begin.sort_unstable();
    begin.dedup();
    Some([b"[", begin.as_slice(), b"]*"].concat())
}

/// The word that a single name becomes with text around it, where it certainly lies below a directory. `target`: it is opened as it
/// is, so that a pattern says more.
pub(super) fn joined(field: &[Atom], target: bool) -> Option<Value> {
    let (mut before, mut after, mut name) = (Vec::new(), Vec::new(), None);
    for atom in field {
        match atom {
            Atom::Text { bytes, .. } if name.is_none() => before.extend_from_slice(bytes),
            Atom::Text { bytes, .. } => after.extend_from_slice(bytes),
            Atom::Whole(value) if name.is_none() => name = Some(value),
            _ => return None,
        }
    }
    // Neither an option nor the value of one, nor a place on another host.
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'_' | b'-');
    if before.starts_with(b"-") || !before.iter().all(plain) || after.contains(&b'/') {
        return None;
    }
    match name? {
        // A name without a directory before it is another name with text before it.
        Value::Below { dir, .. } if dir.is_empty() && !(before.is_empty() || before.ends_with(b"/")) => None,
        Value::Below { dir, suffix } if **dir != *b"/dev/fd" && stays(dir, suffix, &after) => Some(Value::Below {
            dir: [before.as_slice(), dir].concat().into(),
            suffix: [suffix, after.as_slice()].concat().into(),
        }),
        Value::Pattern(text) if target && is_simple(text) && after.iter().copied().all(is_literal) => {
            Some(Value::Pattern([before.as_slice(), text, after.as_slice()].concat().into()))
        }
        Value::Pattern(text) if before.ends_with(b"/") && is_simple(text) => {
            Some(Value::Below { dir: before.into(), suffix: [literal_end(text), after.as_slice()].concat().into() })
        }
        _ => None,
    }
}

/// Whether names at and below a directory, which end in `end`, stay there with `more` behind them. The directory's own name does
/// not.
fn stays(dir: &Bytes, end: &Bytes, more: &[u8]) -> bool {
    let itself = if end.is_empty() { path::components(dir).next_back() == Some(b".") } else { !dir.ends_with(end) };
    !path::climbs(dir) && (more.is_empty() || (itself && more.iter().any(|b| *b != b'.')))
}

/// `${x%END}`, `${x%.*}` and `${x##*/}` of a name.
pub(super) fn without(name: &Value, operator: &[u8], operand: &[u8]) -> Option<Value> {
    match name {
        Value::Pattern(text) if is_simple(text) => {
            let left = match (operator, operand) {
                (b"##", b"*/") => text.rsplit(|b| *b == b'/').next()?,
                _ => text.get(..text.len() - cut(literal_end(text), operator, operand)?)?,
            };
            // All that is left may be plain text.
            Some(if has_glob(left) { Value::Pattern(left.into()) } else { Value::Known(left.into()) })
        }
        Value::Below { dir, suffix } if !dir.ends_with(suffix) => {
            let left = suffix.get(..suffix.len() - cut(suffix, operator, operand)?)?;
            Some(Value::Below { dir: dir.clone(), suffix: left.into() })
        }
        _ => None,
    }
}

/// How much is cut off a name of which only the end is known.
fn cut(end: &[u8], operator: &[u8], operand: &[u8]) -> Option<usize> {
    match (operator, operand) {
        (b"%", b".*") => Some(end.len() - end.iter().rposition(|b| *b == b'.')?),
        (b"%" | b"%%", literal) if !literal.is_empty() && literal.iter().copied().all(is_literal) => {
            // What is left is never nothing: no pattern gives a name that begins with a dot.
            (end.len() > literal.len() || literal.starts_with(b".")).then_some(())?;
            end.ends_with(literal).then_some(literal.len())
        }
        _ => None,
    }
}

/// Whether a byte may stand in a name that a program makes up ([`Value::Name`]).
pub(super) fn is_in_name(byte: u8) -> bool {
    is_literal(byte) || byte == b'/'
}

fn is_literal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b',' | b'+')
}

/// Whether glob text is stars, question marks, brackets and plain text, and can give no `.` and no `..`.
fn is_simple(text: &[u8]) -> bool {
    let brackets = |mark: u8| text.split(|b| *b == mark).count();
    text.iter().all(|b| is_literal(*b) || matches!(b, b'/' | b'*' | b'?' | b'[' | b']'))
        && brackets(b'[') == brackets(b']')
        && !text.windows(2).any(|two| two == b"**")
        && !path::components(text).any(|one| one.starts_with(b"."))
}

/// What every name ends in.
fn literal_end(text: &[u8]) -> &[u8] {
    let special = text.iter().rposition(|b| matches!(b, b'*' | b'?' | b'[' | b']')).map_or(0, |at| at + 1);
    text.get(special..).unwrap_or_default()
}

//! What lets the names of files through that another program writes: all of them, some, or each with another end.

use super::found_names::{FoundNames, MAX_VALUES};
use crate::effect::{Bytes, Value, Word};
use alloc::{vec, vec::Vec};

/// Whether a filter lets names through as they are, some of them or all, in any order.
pub(in crate::effects) fn names_pass(argv: &[Word], names: &FoundNames) -> bool {
    let known: Option<Vec<&[u8]>> = argv.iter().map(|w| w.value.known()).collect();
    let Some((program, words)) = known.as_deref().and_then(<[_]>::split_first) else { return false };
    let letters = |word: &[u8], all: &[u8]| {
        word.strip_prefix(b"-").is_some_and(|l| !l.is_empty() && l.iter().all(|b| all.contains(b)))
    };
    if *program == b"tee" {
        // The file that it makes may be among names that are known only as long as nobody makes one.
        return !names.is_listed() && words.iter().all(|word| !word.starts_with(b"-") || letters(word, b"ai"));
    }
    let zero = |word: &&[u8]| letters(word, b"zvEFPiwxaurnVh") && word.contains(&b'z');
    if words.iter().any(zero) != names.nul {
        return false;
    }
    match *program {
        // A name that is no text would be told of in place of the names, unless all is text.
        b"grep" | b"egrep" | b"fgrep"
            if !names.nul || words.iter().any(|w| letters(w, b"vEFPiwxaz") && w.contains(&b'a')) =>
        {
            let mut operands = words.iter().filter(|w| !letters(w, b"vEFPiwxaz"));
            operands.next().is_some_and(|w| !w.starts_with(b"-")) && operands.next().is_none()
        }
        b"sort" => words.iter().all(|w| letters(w, b"urnVhz")),
        b"head" | b"tail" => match words.iter().filter(|w| **w != b"-z").collect::<Vec<_>>().as_slice() {
            [] => true,
            [one] => {
                let number = one.strip_prefix(b"-").map(|rest| rest.strip_prefix(b"n").unwrap_or(rest));
                number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
            }
            [n, number] => **n == b"-n" && number.iter().all(u8::is_ascii_digit),
            _ => false,
        },
        _ => false,
    }
}

/// Those of the names that end as the pattern of `grep '\.py$'` says, where it says that.
pub(in crate::effects) fn narrowed(argv: &[Word], names: FoundNames) -> FoundNames {
    let known: Option<Vec<&[u8]>> = argv.iter().map(|w| w.value.known()).collect();
    let ends = match known.as_deref() {
        Some([b"grep", b"-E", pattern] | [b"egrep", pattern]) => ends_of_pattern(pattern, true),
        Some([b"grep", pattern]) => ends_of_pattern(pattern, false),
        _ => None,
    };
    let Some(ends) = ends else { return names };
    let mut values = Vec::new();
    for value in &names.values {
        let Value::Below { dir, suffix } = value else { return names };
        for end in &ends {
            let longer = if suffix.ends_with(end) { suffix } else { end };
            let value = Value::Below { dir: dir.clone(), suffix: longer.clone() };
            if longer.ends_with(suffix) && !values.contains(&value) {
                values.push(value);
            }
        }
    }
    if values.is_empty() || values.len() > MAX_VALUES { names } else { FoundNames { values, ..names } }
}

/// How a line ends that matches `\.py$`, or `\.(ts|tsx)$` in the extended language.
fn ends_of_pattern(pattern: &[u8], extended: bool) -> Option<Vec<Bytes>> {
    let end = pattern.strip_suffix(b"$")?.strip_prefix(b"\\.")?;
    let (open, bar, close): (&[u8], &[u8], &[u8]) =
        if extended { (b"(", b"|", b")") } else { (b"\\(", b"\\|", b"\\)") };
    let group = end.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    let text = group.unwrap_or(end);
    let all: Vec<&[u8]> = match (group, bar) {
        (Some(text), [bar]) => text.split(|b| b == bar).collect(),
        _ => vec![text],
    };
    let plain = |end: &&[u8]| !end.is_empty() && end.iter().all(u8::is_ascii_alphanumeric);
    all.iter().all(plain).then(|| all.iter().map(|end| [b".", *end].concat().into()).collect())
}

/// `tr '\n' '\0'`: whether a program ends with a NUL what ended with a newline before.
pub(in crate::effects) fn ends_with_nul(argv: &[Word]) -> bool {
    let known: Option<Vec<&[u8]>> = argv.iter().map(|w| w.value.known()).collect();
    matches!(known.as_deref(), Some([b"tr", b"\\n" | b"\\012", b"\\0" | b"\\00" | b"\\000"]))
}

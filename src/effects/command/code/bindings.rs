//! Places in Python code that give names their values: loops, and calls of functions.

use super::{python, reading::Reading, token::Kind};
use alloc::{collections::BTreeMap, vec::Vec};
use core::ops::Range;

/// A place that gives a name its value.
pub(super) enum Given {
    One(Range<usize>),
    Each(Range<usize>),
    /// A whole number.
    Count,
    /// The directories of which `os.walk` of that tells.
    Directory(Range<usize>),
    /// The names in one of them.
    Entries(usize),
}

/// The names of a loop at `at`, and what each of them goes through.
pub(super) fn looped<'a>(reading: &Reading<'a>, at: usize) -> Option<Vec<(&'a [u8], usize, Given)>> {
    let before = at.checked_sub(1).map_or(&b""[..], |b| reading.text(b));
    let inside = python::next_flat(reading, at, b"in")?;
    let targets = reading.split(at + 1..inside, b",");
    let names: Option<Vec<&'a [u8]>> = targets
        .into_iter()
        .map(|one| if one.len() == 1 { reading.tokens.get(one.start).filter(|t| t.kind == Kind::Name) } else { None })
        .map(|token| token.map(|t| t.text))
        .collect();
    let names = names.filter(|_| before != b"async")?;
    let statement = python::begins(reading, at);
    let ends = |n: usize| match reading.text(n) {
        b":" | b"\n" | b";" => true,
        b"if" | b"for" | b"async" | b")" | b"]" | b"}" => !statement,
        _ => false,
    };
    let mut end = inside + 1;
    while end < reading.tokens.len() && !ends(end) {
        let opens = matches!(reading.text(end), b"(" | b"[" | b"{") && reading.kind(end) == Some(Kind::Mark);
        end = if opens { reading.mate(end).checked_add(1)? } else { end + 1 };
    }
    let through = inside + 1..end;
    let called = |name: &[u8]| {
        let own = reading.text(through.start) == name && reading.is_own(name);
        (own && reading.is_mark(through.start + 1, b"(") && reading.closes(through.start + 1, &through))
            .then(|| reading.arguments(through.start + 1, b"="))
    };
    match names.as_slice() {
        [one] if called(b"range").is_some() => Some(alloc::vec![(*one, 1, Given::Count)]),
        [one] => Some(alloc::vec![(*one, 1, Given::Each(through))]),
        [count, one] => {
            let each = called(b"enumerate")?.places.first()?.clone();
            Some(alloc::vec![(*count, 1, Given::Count), (*one, 1, Given::Each(each))])
        }
        [directory, below, files] => {
            let top = reading.walk_of(&through)?;
            // What is put into the list of directories is gone into as well.
            let uses = reading.tokens.iter().filter(|t| t.kind == Kind::Name && t.text == *below).count();
            if uses > names.iter().filter(|name| *name == below).count() {
                return None;
            }
            Some(alloc::vec![
                (*directory, 1, Given::Directory(top)),
                (*files, 1, Given::Entries(inside.checked_sub(1)?))
            ])
        }
        _ => None,
    }
}

/// The parameters of the function at `at` that is only ever called by its name, and what each call gives them.
pub(super) fn parameters<'a>(
    reading: &Reading<'a>,
    at: usize,
    counts: &BTreeMap<&'a [u8], usize>,
) -> Option<Vec<(&'a [u8], usize, Given)>> {
    let function = reading.tokens.get(at + 1).filter(|t| t.kind == Kind::Name)?.text;
    let header = reading.arguments(at + 2, b"=");
    let decorated = reading.tokens.iter().any(|t| t.kind == Kind::Mark && t.text == b"@");
    let free = reading.doing(function).is_none() && !reading.aliases.contains_key(function);
    if decorated || header.open || !free || counts.get(function) != Some(&1) || !reading.is_mark(at + 2, b"(") {
        return None;
    }
    let mut names: Vec<(&'a [u8], Option<Range<usize>>)> = Vec::new();
    for place in &header.places {
        let plain = place.len() == 1 || reading.is_mark(place.start + 1, b":");
        let default = place.clone().any(|n| reading.is_mark(n, b"="));
        if !plain || default || reading.kind(place.start) != Some(Kind::Name) {
            return None;
        }
        names.push((reading.text(place.start), None));
    }
    names.extend(header.names.iter().map(|(name, default)| (*name, Some(default.clone()))));
    let uses =
        reading.tokens.iter().enumerate().filter(|(n, t)| t.kind == Kind::Name && t.text == function && *n != at + 1);
    let mut calls = Vec::new();
    for (n, _) in uses {
        let attribute = n.checked_sub(1).is_some_and(|b| reading.is_mark(b, b"."));
        let call = reading.arguments(n + 1, b"=");
        if attribute || call.open || !reading.is_mark(n + 1, b"(") {
            return None;
        }
        calls.push(call);
    }
    let mut out = Vec::new();
    for (place, (name, default)) in names.iter().enumerate() {
        let mut weight = 1;
        for call in &calls {
            let named = || call.names.iter().find(|(one, _)| one == name).map(|(_, range)| range.clone());
            let range = call.places.get(place).cloned().or_else(named).or_else(|| default.clone())?;
            out.push((*name, weight, Given::One(range)));
            weight = 0;
        }
    }
    Some(out)
}

//! What expressions and names hold: texts, paths, one of a few of them, or paths that are found. A name holds something only
//! where every place that gives it a value is understood.

use super::{
    python,
    reading::Reading,
    token::{Kind, Token},
};
use crate::{effect::Value, path, tables::languages::Doing};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use core::ops::Range;

/// Most texts that a name may be one of.
const MOST: usize = 32;

/// How deep expressions may stand in each other.
const MAX_DEPTH: usize = 8;

/// How often names are tried that hold what other names hold.
const PASSES: usize = 4;

/// What an expression holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Held {
    pub(super) value: Value,
    /// It is an object with the methods of a path.
    pub(super) path: bool,
}

/// A place that gives a name its value.
enum Given {
    One(Range<usize>),
    Each(Range<usize>),
}

/// Any of these; all texts, or all paths.
fn any_of(all: &[Held]) -> Option<Held> {
    let first = all.first()?;
    if all.iter().all(|one| one == first) {
        return Some(first.clone());
    }
    let mut texts = Vec::new();
    for one in all {
        if one.path != first.path {
            return None;
        }
        texts.extend(one.value.alternatives()?.iter().map(|text| text.to_vec()));
    }
    Some(Held { value: Value::one_of(texts, MOST)?, path: first.path })
}

/// All ways to put one alternative of each part behind another.
fn together(parts: &[Held], add: impl Fn(&[u8], &[u8]) -> Vec<u8>) -> Option<Value> {
    let mut all = alloc::vec![Vec::new()];
    for part in parts {
        let texts = part.value.alternatives()?;
        if all.len().saturating_mul(texts.len()) > MOST {
            return None;
        }
        all = all.iter().flat_map(|before: &Vec<u8>| texts.iter().map(|text| add(before, text))).collect();
    }
    Value::one_of(all, MOST)
}

/// Paths that are put together.
fn joined(parts: &[Held]) -> Option<Value> {
    match parts {
        [] => None,
        [one] => Some(one.value.clone()),
        _ => together(parts, path::join),
    }
}

/// What a pattern for names finds below a directory, hidden names, too. Links to directories are not followed for it.
fn found(dir: &[u8], pattern: &[u8]) -> Option<Value> {
    let name = pattern.strip_prefix(b"**/").unwrap_or(pattern);
    let odd = name.iter().any(|b| matches!(b, b'[' | b']' | b'\\' | b'/'));
    if dir.is_empty() || odd || name.windows(2).any(|w| matches!(w, b".." | b"**")) {
        return None;
    }
    let suffix = match name.iter().rposition(|b| matches!(b, b'*' | b'?')) {
        Some(last) => name.get(last + 1..)?.to_vec(),
        None => [b"/", name].concat(),
    };
    Some(Value::Below { dir: dir.into(), suffix: suffix.into() })
}

impl Reading<'_> {
    /// Where the brackets, names and marks of `range` are split at `mark`, outside of brackets.
    fn split(&self, range: Range<usize>, mark: &[u8]) -> Vec<Range<usize>> {
        let (mut out, mut start, mut at) = (Vec::new(), range.start, range.start);
        while at < range.end {
            if self.is_mark(at, mark) {
                out.push(start..at);
                start = at + 1;
            }
            let opens = matches!(self.text(at), b"(" | b"[" | b"{") && self.kind(at) == Some(Kind::Mark);
            at = if opens { self.mate(at).saturating_add(1) } else { at + 1 };
        }
        out.push(start..range.end);
        out
    }

    /// Whether a bracket at `open` is closed by the last token of the range.
    fn closes(&self, open: usize, range: &Range<usize>) -> bool {
        self.mate(open).checked_add(1) == Some(range.end)
    }

    /// Whether the name is that of the language, and nothing else in the program.
    pub(super) fn is_own(&self, name: &[u8]) -> bool {
        !self.bound.contains(name) && !self.aliases.contains_key(name)
    }

    /// What an expression holds, where that is certain.
    pub(super) fn held(&self, range: Range<usize>, depth: usize) -> Option<Held> {
        let all = self.tokens.get(range.clone())?;
        let first = all.first()?;
        if depth > MAX_DEPTH {
            return None;
        }
        let python = self.language == "python";
        if all.iter().all(|t| t.kind == Kind::Text) && (all.len() == 1 || python) {
            let parts: Option<Vec<&[u8]>> = all.iter().map(|t| t.value.as_deref()).collect();
            return parts.map(|p| Held { value: p.concat().into(), path: false });
        }
        if let [Token { kind: Kind::Name, text, .. }] = all {
            let value = self.constants.get(text)?.clone();
            return Some(Held { value, path: self.paths.contains(text) });
        }
        if python && let Some(held) = self.operation(range.clone(), depth) {
            return Some(held);
        }
        if python && self.is_mark(range.start, b"(") && self.closes(range.start, &range) {
            return self.held(range.start + 1..range.end - 1, depth + 1);
        }
        if first.kind == Kind::Text && python {
            return self.formatted(range, depth);
        }
        if first.kind != Kind::Name {
            return None;
        }
        self.argument_of_program(range.clone()).or_else(|| self.called(range, depth))
    }

    /// Sums of texts, and paths with `/` between them.
    fn operation(&self, range: Range<usize>, depth: usize) -> Option<Held> {
        let sum = self.split(range.clone(), b"+");
        let (parts, divides) = if sum.len() > 1 { (sum, false) } else { (self.split(range, b"/"), true) };
        if parts.len() < 2 {
            return None;
        }
        let parts: Option<Vec<Held>> = parts.into_iter().map(|part| self.held(part, depth + 1)).collect();
        let parts = parts?;
        if divides {
            let path = parts.iter().take(2).any(|part| part.path);
            return path.then(|| joined(&parts)).flatten().map(|value| Held { value, path: true });
        }
        if parts.iter().any(|part| part.path) {
            return None;
        }
        together(&parts, |a, b| [a, b].concat()).map(|value| Held { value, path: false })
    }

    /// `f"a{x}b"` with names in it.
    fn formatted(&self, range: Range<usize>, depth: usize) -> Option<Held> {
        let text = self.text(range.start);
        let quote = *text.get(1)?;
        let body = text.strip_prefix(b"f")?.strip_prefix(&[quote])?.strip_suffix(&[quote])?;
        let odd = |b: &u8| *b == quote || *b == b'\\';
        let doubled = body.windows(2).any(|w| matches!(w, b"{{" | b"}}"));
        if !matches!(quote, b'"' | b'\'') || body.iter().any(odd) || doubled {
            return None;
        }
        let (mut parts, mut rest, mut at) = (Vec::new(), body, range.start + 1);
        let plain = |text: &[u8]| Held { value: text.to_vec().into(), path: false };
        while let Some(open) = rest.iter().position(|b| *b == b'{') {
            let close = rest.iter().position(|b| *b == b'}').filter(|close| *close > open)?;
            let field = rest.get(open + 1..close)?;
            if !self.is_mark(at, b"(") || self.mate(at) != at + 2 || self.text(at + 1) != field {
                return None;
            }
            parts.push(plain(rest.get(..open)?));
            parts.push(self.held(at + 1..at + 2, depth + 1)?);
            (rest, at) = (rest.get(close + 1..)?, at + 3);
        }
        parts.push(plain(rest));
        let value = together(&parts, |a, b| [a, b].concat()).filter(|_| at == range.end)?;
        Some(Held { value, path: false })
    }

    /// Calls that put paths together.
    fn called(&self, range: Range<usize>, depth: usize) -> Option<Held> {
        let (does, open) = self.chain(range.start)?;
        if !self.closes(open, &range) || !self.is_mark(open, b"(") {
            return None;
        }
        let arguments = self.arguments(open, b"=");
        if arguments.open || !arguments.names.is_empty() {
            return None;
        }
        let parts: Option<Vec<Held>> = arguments.places.into_iter().map(|r| self.held(r, depth + 1)).collect();
        let parts = parts?;
        let path = does == Doing::Path;
        match (does, parts.as_slice()) {
            (Doing::Join, [_, ..]) if self.language == "node" => {
                // A path that begins with a slash does not begin anew.
                let add = |a: &[u8], b: &[u8]| {
                    let rest = b.iter().position(|b| *b != b'/').and_then(|n| b.get(n..)).unwrap_or_default();
                    if a.is_empty() { b.to_vec() } else { path::join(a, rest) }
                };
                together(&parts, add).map(|value| Held { value, path })
            }
            (Doing::Path | Doing::Join, parts) => joined(parts).map(|value| Held { value, path }),
            (Doing::ExpandHome, [one]) => {
                let text = one.value.known()?;
                let whole = match text {
                    _ if text == b"~" || text.starts_with(b"~/") => {
                        [self.home?, text.get(1..).unwrap_or_default()].concat()
                    }
                    _ if !text.starts_with(b"~") => text.to_vec(),
                    _ => return None,
                };
                Some(Held { value: whole.into(), path })
            }
            (Doing::Harmless, [one]) if self.text(range.start) == b"str" && open == range.start + 1 => {
                self.is_own(b"str").then(|| Held { value: one.value.clone(), path: false })
            }
            _ => None,
        }
    }

    /// Where `sys.argv` at `at` ends.
    fn is_argv(&self, at: usize) -> Option<usize> {
        match self.aliases.get(self.text(at))?.as_slice() {
            b"sys" if self.is_mark(at + 1, b".") && self.text(at + 2) == b"argv" => Some(at + 3),
            b"sys.argv" => Some(at + 1),
            _ => None,
        }
    }

    /// Whether the arguments stay as they are: each is taken out by its number, and they are counted.
    pub(super) fn keeps_arguments(&self) -> bool {
        let tokens = self.tokens.iter().enumerate();
        tokens.filter(|(at, t)| t.kind == Kind::Name && !self.approved.contains(at)).all(|(at, token)| {
            // A function of its own counts otherwise, and what is deleted moves the others.
            let before = at.checked_sub(1).map_or(&b""[..], |b| self.text(b));
            let own_count =
                token.text == b"len" && (!self.is_mark(at + 1, b"(") || matches!(before, b"def" | b"class"));
            if own_count || token.text == b"del" {
                return false;
            }
            let named = self.is_argv(at);
            let own = token.text == b"argv" && at.checked_sub(2).is_some_and(|sys| self.is_argv(sys) == Some(at + 1));
            let Some(end) = named else { return own || token.text != b"argv" };
            let counted =
                at >= 2 && self.text(at - 2) == b"len" && self.is_mark(at - 1, b"(") && self.is_mark(end, b")");
            let written = self.is_mark(end, b"[") && self.mate(end) == end + 2;
            let set = self.text(end + 3).ends_with(b"=") && !matches!(self.text(end + 3), b"==" | b"!=");
            counted || (written && !set)
        })
    }

    /// `sys.argv[1]`.
    fn argument_of_program(&self, range: Range<usize>) -> Option<Held> {
        let end = self.is_argv(range.start)?;
        if !self.is_mark(end, b"[") || self.mate(end) != end + 2 || end + 3 != range.end {
            return None;
        }
        let number: usize = core::str::from_utf8(self.text(end + 1)).ok()?.parse().ok()?;
        let value = self.given.get(number.checked_sub(1)?)?.clone();
        Some(Held { value, path: false })
    }

    /// What every element of a list, or of what is found, is one of.
    fn elements(&self, range: Range<usize>, depth: usize) -> Option<Held> {
        if depth > MAX_DEPTH {
            return None;
        }
        let one_name = range.len() == 1 && self.kind(range.start) == Some(Kind::Name);
        if one_name {
            return self.lists.get(self.text(range.start)).cloned();
        }
        let opens = matches!(self.text(range.start), b"[" | b"(" | b"{") && self.kind(range.start) == Some(Kind::Mark);
        if opens && self.closes(range.start, &range) {
            let inner = self.arguments(range.start, b"=");
            let alone = self.is_mark(range.start, b"(") && inner.places.len() == 1;
            if inner.open || !inner.names.is_empty() {
                return None;
            }
            if alone && !self.is_mark(range.end.checked_sub(2)?, b",") {
                return self.elements(range.start + 1..range.end - 1, depth + 1);
            }
            let all: Option<Vec<Held>> = inner.places.into_iter().map(|r| self.held(r, depth + 1)).collect();
            return any_of(&all?);
        }
        let name = self.text(range.start);
        let passes = matches!(name, b"sorted" | b"list" | b"set" | b"tuple" | b"reversed") && self.is_own(name);
        if passes && self.is_mark(range.start + 1, b"(") && self.closes(range.start + 1, &range) {
            let inner = self.arguments(range.start + 1, b"=");
            let named = inner.names.iter().all(|(name, _)| matches!(*name, b"key" | b"reverse"));
            let [one] = inner.places.as_slice() else { return None };
            return if inner.open || !named { None } else { self.elements(one.clone(), depth + 1) };
        }
        self.search(range, depth)
    }

    /// `Path(A).rglob(PATTERN)`, `glob.glob(PATTERN)`.
    fn search(&self, range: Range<usize>, depth: usize) -> Option<Held> {
        let at = range.start;
        let text = |range: Range<usize>| self.held(range, depth + 1)?.value.known().map(<[u8]>::to_vec);
        if let Some((Doing::Find, open)) = self.chain(at).filter(|(_, open)| self.closes(*open, &range)) {
            let inner = self.arguments(open, b"=");
            let named = inner.names.iter().all(|(name, _)| *name == b"recursive");
            let [one] = inner.places.as_slice() else { return None };
            let pattern = text(one.clone()).filter(|_| named && !inner.open)?;
            // What the shell takes the same way.
            let plain = pattern
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'/' | b'-' | b'*' | b'?'));
            let value = (plain && !pattern.windows(2).any(|w| w == b"**")).then(|| Value::Pattern(pattern.into()))?;
            return Some(Held { value, path: false });
        }
        let end = match self.chain(at) {
            _ if self.paths.contains(self.text(at)) => at + 1,
            _ if self.is_mark(at, b"(") => self.mate(at).checked_add(1)?,
            Some((Doing::Path, open)) if self.is_mark(open, b"(") => self.mate(open).checked_add(1)?,
            _ => return None,
        };
        let method = self.doing(&[b"Path.", self.text(end + 1)].concat());
        let calls = self.is_mark(end, b".") && self.is_mark(end + 2, b"(") && self.closes(end + 2, &range);
        let receiver = self.held(at..end, depth + 1).filter(|held| held.path && calls)?;
        let inner = self.arguments(end + 2, b"=");
        let pattern = match inner.places.as_slice() {
            [] if self.text(end + 1) == b"iterdir" => b"*".to_vec(),
            [one] => text(one.clone())?,
            _ => return None,
        };
        if method != Some(Doing::Find) || inner.open || !inner.names.is_empty() {
            return None;
        }
        found(receiver.value.known()?, &pattern).map(|value| Held { value, path: true })
    }
}

/// Notes what names hold of which every place that gives them a value is understood. `counts`: how many places there are.
pub(super) fn settle<'a>(reading: &mut Reading<'a>, counts: &BTreeMap<&'a [u8], usize>) {
    let mut sites: Vec<(&'a [u8], usize, Given)> = Vec::new();
    let mut literal: BTreeSet<&'a [u8]> = BTreeSet::new();
    for (at, token) in reading.tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Name) {
        let statement = at == 0 || matches!(reading.text(at - 1), b"\n" | b";");
        match token.text {
            b"for" => sites.extend(looped(reading, at)),
            b"def" => sites.extend(parameters(reading, at, counts).unwrap_or_default()),
            name if statement && reading.is_mark(at + 1, b"=") => {
                let end = (at..reading.tokens.len()).find(|n| matches!(reading.text(*n), b"\n" | b";"));
                // Both the statement and the mark have been counted.
                sites.push((name, 2, Given::One(at + 2..end.unwrap_or(reading.tokens.len()))));
                literal.insert(name);
            }
            _ => {}
        }
    }
    for _ in 0..PASSES {
        for name in counts.keys().copied() {
            let own = || sites.iter().filter(|(one, ..)| *one == name);
            let explained: usize = own().map(|(_, weight, _)| weight).sum();
            let free = reading.doing(name).is_none() && !reading.aliases.contains_key(name);
            if !free || counts.get(name) != Some(&explained) || reading.constants.contains_key(name) {
                continue;
            }
            let all: Option<Vec<Held>> = own()
                .map(|(_, _, given)| match given {
                    Given::One(range) => reading.held(range.clone(), 0),
                    Given::Each(range) => reading.elements(range.clone(), 0),
                })
                .collect();
            if let Some(held) = all.and_then(|all| any_of(&all)) {
                reading.constants.insert(name, held.value);
                if held.path {
                    reading.paths.insert(name);
                }
            } else if let [(_, _, Given::One(range))] = own().collect::<Vec<_>>().as_slice()
                && literal.contains(name)
                && is_only_read(reading, name, range.start)
                && let Some(held) = reading.elements(range.clone(), 0)
            {
                reading.lists.insert(name, held);
            }
        }
    }
}

/// Whether a list stays as it is: what a program does with its name is going through it. `after`: the mark of the one
/// statement that gives it stands directly before.
fn is_only_read(reading: &Reading<'_>, name: &[u8], after: usize) -> bool {
    let uses =
        reading.tokens.iter().enumerate().filter(|(at, t)| t.kind == Kind::Name && t.text == name && at + 2 != after);
    uses.map(|(at, _)| at).all(|at| {
        let before = at.checked_sub(1).map_or(&b""[..], |b| reading.text(b));
        let gone_through = before == b"in" && matches!(reading.text(at + 1), b":" | b"]" | b")" | b"if" | b"\n");
        let called = at.checked_sub(2).map_or(&b""[..], |b| reading.text(b));
        let counted = matches!(called, b"len" | b"print") && before == b"(" && reading.is_mark(at + 1, b")");
        gone_through || (counted && reading.is_own(called))
    })
}

/// The name of a loop at `at`, and what it goes through.
fn looped<'a>(reading: &Reading<'a>, at: usize) -> Option<(&'a [u8], usize, Given)> {
    let name = reading.tokens.get(at + 1).filter(|t| t.kind == Kind::Name)?;
    let before = at.checked_sub(1).map_or(&b""[..], |b| reading.text(b));
    if reading.text(at + 2) != b"in" || before == b"async" {
        return None;
    }
    let statement = python::begins(reading, at);
    let ends = |n: usize| match reading.text(n) {
        b":" | b"\n" | b";" => true,
        b"if" | b"for" | b"async" | b")" | b"]" | b"}" => !statement,
        _ => false,
    };
    let mut end = at + 3;
    while end < reading.tokens.len() && !ends(end) {
        let opens = matches!(reading.text(end), b"(" | b"[" | b"{") && reading.kind(end) == Some(Kind::Mark);
        end = if opens { reading.mate(end).checked_add(1)? } else { end + 1 };
    }
    Some((name.text, 1, Given::Each(at + 3..end)))
}

/// The parameters of the function at `at` that is only ever called by its name, and what each call gives them.
fn parameters<'a>(
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

//! What expressions and names hold: texts, paths, one of a few of them, or paths that are found. A name holds something only
//! where every place that gives it a value is understood.

use super::{
    bindings::{Given, looped, parameters},
    pieces::{Piece, concatenated, joined, together},
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
pub(super) const MOST: usize = 32;

/// How deep expressions may stand in each other.
pub(super) const MAX_DEPTH: usize = 8;

/// How often names are tried that hold what other names hold.
const PASSES: usize = 4;

/// What an expression holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Held {
    /// Any of these, at least one.
    pub(super) values: Vec<Value>,
    /// It is an object with the methods of a path.
    pub(super) path: bool,
    /// Where a value stands for what is found below a directory: it is put together of such, and need not stand there.
    pub(super) made: bool,
    /// It is a name without a slash that is neither `.` nor `..`; the value says how it ends.
    pub(super) entry: bool,
}

impl Held {
    /// One value, a text or a path.
    pub(super) fn new(value: Value, path: bool) -> Self {
        Self { values: alloc::vec![value], path, made: false, entry: false }
    }

    /// The value, where it is only one.
    pub(super) fn one(&self) -> Option<&Value> {
        match self.values.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// The text, where it is only one.
    pub(super) fn known(&self) -> Option<&[u8]> {
        self.one()?.known()
    }
}

/// Any of these; all texts, or all paths.
pub(super) fn any_of(all: &[Held]) -> Option<Held> {
    let first = all.first()?;
    if all.iter().all(|one| one == first) {
        return Some(first.clone());
    }
    if all.iter().any(|one| one.path != first.path || one.entry) {
        return None;
    }
    let mut texts: Vec<Vec<u8>> = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    for value in all.iter().flat_map(|one| &one.values) {
        match value.alternatives() {
            Some(several) => texts.extend(several.iter().map(|text| text.to_vec())),
            None if !values.contains(value) => values.push(value.clone()),
            None => {}
        }
    }
    if !texts.is_empty() {
        values.push(Value::one_of(texts, MOST)?);
    }
    let made = all.iter().any(|one| one.made);
    (values.len() <= MOST).then_some(Held { values, path: first.path, made, entry: false })
}

impl Reading<'_> {
    /// Where the brackets, names and marks of `range` are split at `mark`, outside of brackets.
    pub(super) fn split(&self, range: Range<usize>, mark: &[u8]) -> Vec<Range<usize>> {
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
    pub(super) fn closes(&self, open: usize, range: &Range<usize>) -> bool {
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
            return parts.map(|p| Held::new(p.concat().into(), false));
        }
        if let [Token { kind: Kind::Name, text, .. }] = all {
            let constant = || self.constants.get(text).map(|value| Held::new(value.clone(), false));
            return self.variables.get(text).cloned().or_else(constant);
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
        let argument = self.argument_of_program(range.clone());
        argument.or_else(|| self.called(range.clone(), depth)).or_else(|| self.derived(range, depth))
    }

    /// Sums of texts, and paths with `/` between them.
    fn operation(&self, range: Range<usize>, depth: usize) -> Option<Held> {
        let sum = self.split(range.clone(), b"+");
        let (parts, divides) = if sum.len() > 1 { (sum, false) } else { (self.split(range, b"/"), true) };
        if parts.len() < 2 {
            return None;
        }
        if divides {
            let parts: Option<Vec<Held>> = parts.into_iter().map(|part| self.held(part, depth + 1)).collect();
            let parts = parts?;
            let path = parts.iter().take(2).any(|part| part.path);
            return path.then(|| joined(&parts)).flatten().map(|held| Held { path: true, ..held });
        }
        let parts: Option<Vec<Piece>> = parts.into_iter().map(|part| self.piece(part, depth + 1)).collect();
        concatenated(&parts?)
    }

    /// A part of a text that is put together.
    fn piece(&self, range: Range<usize>, depth: usize) -> Option<Piece> {
        match self.held(range.clone(), depth) {
            Some(held) if held.entry => Some(Piece::Entry(held)),
            Some(held) => (!held.path).then_some(Piece::Text(held)),
            None => self.stem(range),
        }
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
        let plain = |text: &[u8]| Piece::Text(Held::new(text.to_vec().into(), false));
        while let Some(open) = rest.iter().position(|b| *b == b'{') {
            let close = rest.iter().position(|b| *b == b'}').filter(|close| *close > open)?;
            let field = rest.get(open + 1..close)?;
            let inner = at + 1..self.mate(at);
            let written = self.tokens.get(inner.clone())?.iter().map(|t| t.text).collect::<Vec<_>>().concat();
            if !self.is_mark(at, b"(") || !field.starts_with(&written) {
                return None;
            }
            let piece = match self.held(inner.clone(), depth + 1) {
                // The text of a path is the path.
                Some(held) if held.path => Piece::Text(Held { path: false, ..held }),
                _ => self.piece(inner.clone(), depth + 1)?,
            };
            // `04d` only fills with zeros.
            let digits = |spec: &[u8]| spec.strip_suffix(b"d").is_some_and(|n| n.iter().all(u8::is_ascii_digit));
            let shown = field.get(written.len()..)?;
            let counts = matches!(&piece, Piece::Entry(_)) && shown.strip_prefix(b":").is_some_and(digits);
            if !shown.is_empty() && !counts {
                return None;
            }
            parts.push(plain(rest.get(..open)?));
            parts.push(piece);
            (rest, at) = (rest.get(close + 1..)?, inner.end.checked_add(1)?);
        }
        parts.push(plain(rest));
        concatenated(&parts).filter(|_| at == range.end)
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
                together(&parts, add).map(|value| Held::new(value, path))
            }
            (Doing::Path | Doing::Join, parts) => joined(parts).map(|held| Held { path, ..held }),
            (Doing::ExpandHome, [one]) => {
                let text = one.known()?;
                let whole = match text {
                    _ if text == b"~" || text.starts_with(b"~/") => {
                        [self.home?, text.get(1..).unwrap_or_default()].concat()
                    }
                    _ if !text.starts_with(b"~") => text.to_vec(),
                    _ => return None,
                };
                Some(Held::new(whole.into(), path))
            }
            (Doing::Harmless, [one]) if self.text(range.start) == b"str" && open == range.start + 1 => {
                self.is_own(b"str").then(|| Held { path: false, ..one.clone() })
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
            let written = self.is_mark(end, b"[") && (self.mate(end) == end + 2 || self.is_rest(end));
            let after = self.text(self.mate(end).saturating_add(1));
            let set = after.ends_with(b"=") && !matches!(after, b"==" | b"!=");
            counted || (written && !set)
        })
    }

    /// `[1:]`
    fn is_rest(&self, open: usize) -> bool {
        let all = [&b"["[..], b"1", b":", b"]"];
        all.iter().enumerate().all(|(n, text)| self.text(open + n) == *text)
    }

    /// `sys.argv[1]`.
    fn argument_of_program(&self, range: Range<usize>) -> Option<Held> {
        if let Some((whole, end)) = self.meaning(range.start)
            && whole == b"sys.executable"
            && end == range.end
        {
            // Elsewhere another program may stand at a path that is relative.
            let named = |text: &[u8]| !text.contains(&b'/') || text.starts_with(b"/");
            let program = self.given.first().filter(|program| program.known().is_some_and(named));
            return program.map(|program| Held::new(program.clone(), false));
        }
        let end = self.is_argv(range.start)?;
        if !self.is_mark(end, b"[") || self.mate(end) != end + 2 || end + 3 != range.end {
            return None;
        }
        let number: usize = core::str::from_utf8(self.text(end + 1)).ok()?.parse().ok()?;
        let before = self.given.get(1..number.checked_add(1)?).filter(|all| !all.is_empty())?;
        let value = before.iter().all(Value::is_one_word).then(|| before.last().cloned())??;
        Some(Held { made: true, ..Held::new(value, false) })
    }

    /// What every element of a list, or of what is found, is one of.
    pub(super) fn elements(&self, range: Range<usize>, depth: usize) -> Option<Held> {
        if depth > MAX_DEPTH {
            return None;
        }
        let one_name = range.len() == 1 && self.kind(range.start) == Some(Kind::Name);
        if one_name {
            return self.lists.get(self.text(range.start)).cloned();
        }
        if let Some(end) = self.is_argv(range.start)
            && self.is_rest(end)
            && self.closes(end, &range)
        {
            let all = self.given.get(1..).unwrap_or_default().iter();
            return any_of(&all.map(|one| Held { made: true, ..Held::new(one.clone(), false) }).collect::<Vec<_>>());
        }
        if let Some(end) = self.comprehended(&range) {
            let same = self.goes_through(&range);
            return match same {
                Some(through) => self.elements(through, depth + 1),
                None => self.held(range.start..end, depth + 1),
            };
        }
        // `[*x, *y]`, `x + y`, `x | y`: what any of them gives.
        for mark in [&b"+"[..], b"|"] {
            let parts = self.split(range.clone(), mark);
            if parts.len() > 1 {
                let all: Option<Vec<Held>> = parts.into_iter().map(|part| self.elements(part, depth + 1)).collect();
                return any_of(&all?);
            }
        }
        let opens = matches!(self.text(range.start), b"[" | b"(" | b"{") && self.kind(range.start) == Some(Kind::Mark);
        if opens && self.closes(range.start, &range) {
            let inner = self.split(range.start + 1..range.end - 1, b",");
            let alone = matches!(inner.as_slice(), [one] if self.comprehended(one).is_some());
            if alone || (self.is_mark(range.start, b"(") && inner.len() == 1) {
                return self.elements(range.start + 1..range.end - 1, depth + 1);
            }
            let parts = inner.into_iter().filter(|part| !part.is_empty());
            let all: Option<Vec<Held>> = parts
                .map(|part| {
                    let several = self.is_mark(part.start, b"*");
                    if several {
                        self.elements(part.start + 1..part.end, depth + 1)
                    } else {
                        self.held(part, depth + 1)
                    }
                })
                .collect();
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
}

/// Notes what names hold of which every place that gives them a value is understood. `counts`: how many places there are.
pub(super) fn settle<'a>(reading: &mut Reading<'a>, counts: &BTreeMap<&'a [u8], usize>) {
    let mut sites: Vec<(&'a [u8], usize, Given)> = Vec::new();
    let mut literal: BTreeSet<&'a [u8]> = BTreeSet::new();
    for (at, token) in reading.tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Name) {
        let statement = at == 0 || matches!(reading.text(at - 1), b"\n" | b";");
        match token.text {
            b"for" => sites.extend(looped(reading, at).unwrap_or_default()),
            b"def" => sites.extend(parameters(reading, at, counts).unwrap_or_default()),
            _ if statement && reading.is_mark(at + 1, b",") => {
                sites.extend(reading.unpacked(at).into_iter().map(|(name, n, range)| (name, n, Given::One(range))));
            }
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
            if !free || counts.get(name) != Some(&explained) || reading.variables.contains_key(name) {
                continue;
            }
            if own().all(|(_, _, given)| matches!(given, Given::Entries(_))) {
                let places: Vec<usize> =
                    own().map(|(_, _, given)| if let Given::Entries(at) = given { *at } else { 0 }).collect();
                if matches!(places.as_slice(), [one] if is_only_read(reading, name, one + 2)) {
                    reading.lists.insert(name, Held::entry(b""));
                }
                continue;
            }
            let all: Option<Vec<Held>> = own()
                .map(|(_, _, given)| match given {
                    Given::One(range) => reading.held(range.clone(), 0),
                    Given::Each(range) => reading.elements(range.clone(), 0),
                    Given::Count => Some(Held::number()),
                    Given::Directory(range) => reading.walked(range.clone()),
                    Given::Entries(_) => None,
                })
                .collect();
            if let Some(held) = all.and_then(|all| any_of(&all)) {
                if held.path {
                    reading.paths.insert(name);
                }
                reading.variables.insert(name, held);
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

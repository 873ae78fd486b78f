//! What programs find in directories, and paths beside what they find.

use super::{
    held::{Held, MAX_DEPTH},
    pieces::Piece,
    reading::Reading,
    token::Kind,
};
use crate::{effect::Value, tables::languages::Doing};
use alloc::vec::Vec;
use core::ops::Range;

/// What a pattern for names finds below a directory, hidden names, too. Links to directories are not followed for it.
fn found(dir: &[u8], pattern: &[u8]) -> Option<Value> {
    let name = pattern.strip_prefix(b"**/").unwrap_or(pattern);
    let odd = name.iter().any(|b| matches!(b, b'[' | b']' | b'\\' | b'/'));
    // `rglob("")` finds the directory itself.
    if dir.is_empty() || odd || name.iter().all(|b| *b == b'.') || name.windows(2).any(|w| matches!(w, b".." | b"**")) {
        return None;
    }
    let suffix = match name.iter().rposition(|b| matches!(b, b'*' | b'?')) {
        Some(last) => name.get(last + 1..)?.to_vec(),
        None => [b"/", name].concat(),
    };
    Some(Value::Below { dir: dir.into(), suffix: suffix.into() })
}

/// The same for `glob.glob(PATTERN, recursive=True)`: below the directory before the first name that is a pattern.
fn found_deeply(pattern: &[u8]) -> Option<Value> {
    let special = |b: &u8| matches!(b, b'*' | b'?' | b'[' | b']' | b'\\');
    let first = pattern.iter().position(special)?;
    let (before, after) = (pattern.get(..first)?, pattern.iter().rposition(special)? + 1);
    let dir = match before.iter().rposition(|b| *b == b'/') {
        None => &b"."[..],
        Some(0) => b"/",
        Some(slash) => before.get(..slash)?,
    };
    let plain = !pattern.iter().any(|b| matches!(b, b'[' | b']' | b'\\')) && !pattern.windows(2).any(|w| w == b"..");
    // Without an ending it is everything that is there.
    (plain && after < pattern.len())
        .then(|| Value::Below { dir: dir.into(), suffix: pattern.get(after..).unwrap_or_default().into() })
}

impl<'a> Reading<'a> {
    /// What the name at `at` with the attributes after it stands for, and where that ends.
    pub(super) fn meaning(&self, at: usize) -> Option<(Vec<u8>, usize)> {
        let mut whole = self.aliases.get(self.text(at))?.clone();
        let (_, end) = self.follow(&mut whole, at + 1)?;
        Some((whole, end))
    }

    /// Where the `for` of an expression stands that is one for each element of something.
    pub(super) fn comprehended(&self, range: &Range<usize>) -> Option<usize> {
        let mut at = range.start;
        while at < range.end {
            if self.kind(at) == Some(Kind::Name) && self.text(at) == b"for" {
                return Some(at);
            }
            let opens = matches!(self.text(at), b"(" | b"[" | b"{") && self.kind(at) == Some(Kind::Mark);
            at = if opens { self.mate(at).saturating_add(1) } else { at + 1 };
        }
        None
    }

    /// `x for x in ALL if ...`: where what it goes through stands.
    pub(super) fn goes_through(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let name = self.text(range.start);
        let mut at = range.start;
        loop {
            let found = self.comprehended(&(at..range.end))?;
            let same = self.text(found + 1) == name && self.text(found + 2) == b"in";
            if same && found > range.start && self.text(range.start + 1) == b"for" {
                let start = found + 3;
                let ends = |n: &usize| matches!(self.text(*n), b"if" | b"for" | b"else" | b"async");
                return Some(start..self.flat(start..range.end).find(ends).unwrap_or(range.end));
            }
            at = found + 1;
        }
    }

    /// The tokens of a range that stand in no bracket in it, and the brackets themselves.
    fn flat(&self, range: Range<usize>) -> impl Iterator<Item = usize> + '_ {
        let mut next = range.start;
        core::iter::from_fn(move || {
            let at = next;
            let opens = matches!(self.text(at), b"(" | b"[" | b"{") && self.kind(at) == Some(Kind::Mark);
            next = if opens { self.mate(at).saturating_add(1) } else { at + 1 };
            (at < range.end).then_some(at)
        })
    }

    /// `a, b = X, Y` at the beginning of a statement: each name, how often it counts as given a value, and what it gets.
    pub(super) fn unpacked(&self, at: usize) -> Vec<(&'a [u8], usize, Range<usize>)> {
        let ends = |n: &usize| matches!(self.text(*n), b"\n" | b";");
        let end = (at..self.tokens.len()).find(ends).unwrap_or(self.tokens.len());
        let Some(mark) = self.flat(at..end).find(|n| self.is_mark(*n, b"=")) else { return Vec::new() };
        let (targets, values) = (self.split(at..mark, b","), self.split(mark + 1..end, b","));
        let single = |one: &Range<usize>| one.len() == 1 && self.kind(one.start) == Some(Kind::Name);
        let plain =
            targets.iter().all(single) && values.iter().all(|one| !one.is_empty() && !self.is_mark(one.start, b"*"));
        if !plain || targets.len() != values.len() || self.flat(mark + 1..end).any(|n| self.is_mark(n, b"=")) {
            return Vec::new();
        }
        let last = targets.len() - 1;
        let weight = |n: usize| if n == last { 2 } else { 1 };
        let named = targets.iter().map(|one| self.text(one.start)).enumerate();
        named.zip(values).map(|((n, name), range)| (name, weight(n), range)).collect()
    }

    /// `os.walk(TOP)`: where the top stands.
    pub(super) fn walk_of(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let (whole, open) = self.meaning(range.start).filter(|(whole, _)| whole == b"os.walk")?;
        let called = self.is_mark(open, b"(") && self.closes(open, range) && !whole.is_empty();
        let inner = self.arguments(open, b"=");
        let named = inner.names.iter().all(|(name, _)| *name == b"topdown");
        match inner.places.as_slice() {
            [top] if called && named && !inner.open => Some(top.clone()),
            _ => None,
        }
    }

    /// The directories that are found where one goes through all below a directory.
    pub(super) fn walked(&self, top: Range<usize>) -> Option<Held> {
        let held = self.held(top, 0)?;
        let dir = held.known().filter(|dir| !dir.is_empty())?;
        let value = Value::Below { dir: dir.into(), suffix: b""[..].into() };
        Some(Held { made: true, ..Held::new(value, false) })
    }

    /// Where the path ends that stands at the beginning of the range, and what it holds.
    fn receiver(&self, range: &Range<usize>, depth: usize) -> Option<(usize, Held)> {
        let at = range.start;
        let end = match self.chain(at) {
            _ if self.paths.contains(self.text(at)) => at + 1,
            _ if self.is_mark(at, b"(") => self.mate(at).checked_add(1)?,
            Some((Doing::Path, open)) if self.is_mark(open, b"(") => self.mate(open).checked_add(1)?,
            _ => return None,
        };
        let held = self.held(at..end, depth + 1).filter(|held| held.path && end < range.end)?;
        Some((end, held))
    }

    /// `Path(A).rglob(PATTERN)`, `glob.glob(PATTERN)`.
    pub(super) fn search(&self, range: Range<usize>, depth: usize) -> Option<Held> {
        let at = range.start;
        let text = |range: Range<usize>| self.held(range, depth + 1)?.known().map(<[u8]>::to_vec);
        if let Some((Doing::Find, open)) = self.chain(at).filter(|(_, open)| self.closes(*open, &range)) {
            let inner = self.arguments(open, b"=");
            let [one] = inner.places.as_slice() else { return None };
            let pattern = text(one.clone()).filter(|_| !inner.open)?;
            let deep = match inner.names.as_slice() {
                [] => false,
                [(b"recursive", value)] => value.len() != 1 || self.text(value.start) != b"False",
                _ => return None,
            };
            if deep && pattern.windows(2).any(|w| w == b"**") {
                return found_deeply(&pattern).map(|value| Held::new(value, false));
            }
            // What the shell takes the same way.
            let plain = pattern
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'/' | b'-' | b'*' | b'?'));
            let value = (plain && !pattern.windows(2).any(|w| w == b"**")).then(|| Value::Pattern(pattern.into()))?;
            return Some(Held::new(value, false));
        }
        let (end, receiver) = self.receiver(&range, depth)?;
        let method = self.doing(&[b"Path.", self.text(end + 1)].concat());
        if !(self.is_mark(end, b".") && self.is_mark(end + 2, b"(") && self.closes(end + 2, &range)) {
            return None;
        }
        let inner = self.arguments(end + 2, b"=");
        let pattern = match inner.places.as_slice() {
            [] if self.text(end + 1) == b"iterdir" => b"*".to_vec(),
            [one] => text(one.clone())?,
            _ => return None,
        };
        if method != Some(Doing::Find) || inner.open || !inner.names.is_empty() {
            return None;
        }
        let mut values = Vec::new();
        for dir in receiver.values.iter().map(Value::alternatives) {
            for dir in dir? {
                values.push(found(dir, &pattern)?);
            }
        }
        Some(Held { values, path: true, made: false, entry: false })
    }

    /// `P.with_suffix(".x")`, `P.name` of a path that is found.
    pub(super) fn derived(&self, range: Range<usize>, depth: usize) -> Option<Held> {
        if self.language != "python" || depth > MAX_DEPTH {
            return None;
        }
        let (end, receiver) = self.receiver(&range, depth)?;
        let method = self.text(end + 1);
        // What is found stands below the directory and has a name of its own.
        let mut found = receiver.values.iter().map(|value| match value {
            Value::Below { dir, suffix } if !receiver.made => Some((dir, suffix)),
            _ => None,
        });
        if !self.is_mark(end, b".") {
            return None;
        }
        if method == b"name" && end + 2 == range.end {
            return found.all(|one| one.is_some()).then(|| Held::entry(b""));
        }
        let closes = self.is_mark(end + 2, b"(") && self.closes(end + 2, &range);
        let inner = self.arguments(end + 2, b"=");
        let [one] = inner.places.as_slice() else { return None };
        let text = self.held(one.clone(), depth + 1)?.known().map(<[u8]>::to_vec)?;
        let plain = !text.contains(&b'/') && text.iter().any(|b| *b != b'.');
        if method != b"with_suffix" || !closes || !inner.names.is_empty() || inner.open || !plain {
            return None;
        }
        let values: Option<Vec<Value>> = found
            .map(|one| one.map(|(dir, _)| Value::Below { dir: dir.clone(), suffix: text.as_slice().into() }))
            .collect();
        Some(Held { values: values?, path: true, made: true, entry: false })
    }

    /// `P.stem`, of a path that is found.
    pub(super) fn stem(&self, range: Range<usize>) -> Option<Piece> {
        let (end, receiver) = self.receiver(&range, 0)?;
        let named = self.is_mark(end, b".") && self.text(end + 1) == b"stem" && end + 2 == range.end;
        let found = receiver.values.iter().all(|value| matches!(value, Value::Below { .. })) && !receiver.made;
        (named && found).then_some(Piece::Stem)
    }
}

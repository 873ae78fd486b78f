//! What is found in a word when all of it is read: brace expressions and tildes.

use super::{
    cursor::{begins_name, continues_name},
    dialect::{Construct, Dialect},
    differences::Equals,
    tree::{Part, Unread},
};
use alloc::vec::Vec;

/// Which expansions a word takes part in.
#[derive(Clone, Copy)]
pub(super) struct Finish {
    braces: bool,
    tilde: Tilde,
    /// `~+` and its like, too.
    directories: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tilde {
    /// Nowhere.
    None,
    /// At the start of the word.
    Start,
    /// At the start and after each `:` (the value of an assignment).
    Assignment,
    /// At the start; in a word that looks like an assignment, in its value too.
    Argument,
}

impl Finish {
    /// An argument of a command.
    pub(super) const ARGUMENT: Self = Self { braces: true, tilde: Tilde::Argument, directories: true };
    /// The value of an assignment.
    pub(super) const VALUE: Self = Self { braces: false, tilde: Tilde::Assignment, directories: true };
    /// The target of a redirection.
    pub(super) const TARGET: Self = Self { braces: true, tilde: Tilde::Start, directories: true };
    /// Text where nothing but `$` and backticks is expanded.
    pub(super) const PLAIN: Self = Self { braces: false, tilde: Tilde::None, directories: true };
    /// A word that is not split: an operand, a pattern, a here-string.
    pub(super) const TILDE: Self = Self { braces: false, tilde: Tilde::Start, directories: true };

    /// Where zsh makes paths of names in such a word.
    pub(super) const fn equals(self) -> Option<Equals> {
        match self.tilde {
            Tilde::None => None,
            Tilde::Start | Tilde::Argument => Some(Equals::Start),
            Tilde::Assignment => Some(Equals::Value),
        }
    }

    /// The same word, as far as a shell expands it.
    pub(super) fn to(self, dialect: Dialect) -> Self {
        let tilde = match self.tilde {
            Tilde::Argument if !Construct::ArgumentTilde.known_to(dialect) => Tilde::Start,
            other => other,
        };
        Self {
            braces: self.braces && Construct::Braces.known_to(dialect),
            tilde,
            directories: Construct::DirectoryTilde.known_to(dialect),
        }
    }
}

/// A word's parts, and what in it other shells do not expand.
pub(super) struct Finished {
    pub(super) parts: Vec<Part>,
    /// A brace expression.
    pub(super) braces: bool,
    /// One that zsh expands to other words than bash.
    pub(super) odd_braces: bool,
    /// A tilde in an argument that only looks like an assignment.
    pub(super) argument_tilde: bool,
}

/// Finds brace expressions and tildes. `None` where braces stand more than `room` deep in each other.
pub(super) fn finish(parts: Vec<Part>, how: Finish, room: usize, steps: &mut usize) -> Option<Finished> {
    let has_brace = how.braces
        && parts.iter().any(|part| matches!(part, Part::Text { bytes, quoted: false } if bytes.contains(&b'{')));
    let (mut parts, braces, odd_braces) =
        if has_brace { find_braces(parts, room, steps)? } else { (parts, false, false) };
    // what comes of a brace expression no longer counts as an assignment
    let tilde = if braces && how.tilde == Tilde::Argument { Tilde::Start } else { how.tilde };
    let argument_tilde = find_tildes(&mut parts, tilde);
    if !how.directories {
        for part in &mut parts {
            if let Part::Tilde(name) = part
                && is_directory(name)
            {
                *part = Part::Text { bytes: [b"~", name.as_slice()].concat().into(), quoted: true };
            }
        }
    }
    Some(Finished { parts, braces, odd_braces, argument_tilde })
}

/// What stands behind the tilde that names a directory of the shell's own.
pub(super) fn is_directory(name: &[u8]) -> bool {
    matches!(name.first(), Some(b'+' | b'-' | b'0'..=b'9'))
}

fn find_braces(parts: Vec<Part>, room: usize, steps: &mut usize) -> Option<(Vec<Part>, bool, bool)> {
    let mut text = Vec::new();
    let mut others = Vec::new();
    for part in parts {
        match part {
            Part::Text { bytes, quoted: false } => {
                text.extend_from_slice(&bytes);
                others.resize_with(text.len(), || None);
            }
            other => {
                text.push(OTHER);
                others.push(Some(other));
            }
        }
    }
    let opening = text.split(|byte| *byte == b'{').count() - 1;
    if opening > room {
        return None;
    }
    // each brace looks for its end once for each brace around it
    *steps += text.len() * opening;
    let mut finder = Finder { text, others, found: false, odd: false };
    let end = finder.text.len();
    let mut whole = Vec::new();
    if finder.others.iter().flatten().any(holds_brace) {
        // bash counts the braces of such an expansion by other rules here than when it expands it
        finder.found = true;
        finder.take(0, end, &mut whole);
        whole.push(Part::Unread(UNREAD.into()));
    } else {
        finder.expand(0, end, &mut whole);
    }
    Some((whole, finder.found, finder.odd))
}

/// Stands in the text for a part that is no plain text. No script holds the byte.
const OTHER: u8 = 0;

const UNREAD: Unread = Unread { code: "brace-expansion", message: "the braces of this word are not read" };

/// Finds brace expressions the way bash does: a brace is closed by the first `}` at its level that comes after a `,` or `..`; one
/// that is not closed so stands for itself.
struct Finder {
    /// The unquoted text of the word, with [`OTHER`] for each other part.
    text: Vec<u8>,
    others: Vec<Option<Part>>,
    found: bool,
    /// zsh expands something here to other words.
    odd: bool,
}

impl Finder {
    fn at(&self, index: usize, end: usize) -> Option<u8> {
        if index < end { self.text.get(index).copied() } else { None }
    }

    /// Adds the parts of the text from `from` to `to`.
    fn expand(&mut self, mut from: usize, to: usize, out: &mut Vec<Part>) {
        while let Some((open, close)) = self.first_pair(from, to) {
            self.take(from, open, out);
            let inner = self.text.get(open + 1..close).unwrap_or_default();
            if inner.contains(&b',') {
                let mut alternatives = Vec::new();
                let mut start = open + 1;
                loop {
                    let end = self.separator(start, close);
                    // at the start of a word, `=ls` is a path to zsh
                    self.odd |= out.is_empty() && self.at(start, end) == Some(b'=');
                    let mut alternative = Vec::new();
                    self.expand(start, end, &mut alternative);
                    alternatives.push(alternative);
                    if end == close {
                        break;
                    }
                    start = end + 1;
                }
                out.push(Part::Braces(alternatives));
                self.found = true;
            } else if is_sequence(inner) {
                self.odd |= !is_plain_sequence(inner);
                out.push(Part::Sequence(inner.into()));
                self.found = true;
            } else if inner.contains(&OTHER) {
                // a comma in quotes decides here whether the braces stay
                self.take(open, close + 1, out);
                out.push(Part::Unread(UNREAD.into()));
                self.found = true;
            } else {
                // `{1..a}` is a sequence of characters to zsh
                self.odd = true;
                self.take(open, close + 1, out);
            }
            from = close + 1;
        }
        self.take(from, to, out);
    }

    /// The first brace that is closed.
    fn first_pair(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        (from..to).filter(|at| self.text.get(*at) == Some(&b'{')).find_map(|open| {
            // `{}` at the beginning stands for itself
            if open == from && self.at(open + 1, to) == Some(b'}') {
                return None;
            }
            Some((open, self.closing(open + 1, to)?))
        })
    }

    fn closing(&self, from: usize, to: usize) -> Option<usize> {
        let (mut level, mut separated) = (0_usize, false);
        for at in from..to {
            match self.text.get(at)? {
                b'}' if level == 0 && separated => return Some(at),
                b'{' => level += 1,
                b'}' => level = level.saturating_sub(1),
                b',' if level == 0 => separated = true,
                b'.' if level == 0 && self.at(at + 1, to) == Some(b'.') && self.at(at + 2, to) != Some(b'}') => {
                    separated = true;
                }
                _ => {}
            }
        }
        None
    }

    /// The next comma that separates alternatives, or `to`.
    fn separator(&self, from: usize, to: usize) -> usize {
        let mut level = 0_usize;
        for at in from..to {
            match self.text.get(at) {
                Some(b',') if level == 0 => return at,
                Some(b'{') => level += 1,
                Some(b'}') => level = level.saturating_sub(1),
                _ => {}
            }
        }
        to
    }

    /// Adds text as it stands.
    fn take(&mut self, from: usize, to: usize, out: &mut Vec<Part>) {
        for at in from..to {
            match (self.others.get_mut(at).and_then(Option::take), self.text.get(at)) {
                (Some(part), _) => out.push(part),
                (None, Some(byte)) => push_byte(out, *byte),
                (None, None) => {}
            }
        }
    }
}

/// Whether an expansion holds a brace in its operands.
fn holds_brace(part: &Part) -> bool {
    let Part::Parameter(parameter) = part else { return false };
    let operands = parameter.operation.iter().flat_map(|operation| &operation.operands);
    operands.chain(parameter.subscript.as_deref()).flat_map(|word| &word.parts).any(|part| match part {
        Part::Text { bytes, .. } => bytes.iter().any(|byte| matches!(byte, b'{' | b'}')),
        other => holds_brace(other),
    })
}

/// `1..9`, `a..f`, with a step or not. The letters of a word such as `{ab..c}` make no sequence.
fn is_sequence(text: &[u8]) -> bool {
    let Ok(text) = core::str::from_utf8(text) else { return false };
    let mut fields = text.split("..");
    let (Some(first), Some(last), step, rest) = (fields.next(), fields.next(), fields.next(), fields.next()) else {
        return false;
    };
    let number = |field: &str| {
        let digits = field.strip_prefix(['-', '+']).unwrap_or(field);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let letter = |field: &str| matches!(field.as_bytes(), [byte] if byte.is_ascii_alphabetic());
    let ends = (number(first) && number(last)) || (letter(first) && letter(last));
    ends && step.is_none_or(number) && rest.is_none()
}

/// Whether zsh makes the same of a sequence as bash: steps between letters, signs of steps and `+` are others' business to it.
fn is_plain_sequence(text: &[u8]) -> bool {
    let letters = text.first().is_some_and(u8::is_ascii_alphabetic);
    let mut fields = text.split(|byte| *byte == b'.').filter(|field| !field.is_empty()).skip(2);
    let step = fields.next();
    !text.contains(&b'+')
        && step.is_none_or(|step| !letters && step.first() != Some(&b'-') && step.iter().any(|byte| *byte != b'0'))
}

fn push_byte(parts: &mut Vec<Part>, byte: u8) {
    match parts.last_mut() {
        Some(Part::Text { bytes, quoted: false }) => bytes.extend(&[byte]),
        _ => parts.push(Part::Text { bytes: (&[byte]).into(), quoted: false }),
    }
}

/// Turns the tildes that are expanded into parts of their own; says whether one stands in an argument that only looks like an
/// assignment.
fn find_tildes(parts: &mut Vec<Part>, how: Tilde) -> bool {
    if let Some(Part::Braces(alternatives)) = parts.first_mut() {
        for alternative in alternatives {
            find_tildes(alternative, Tilde::Start);
        }
        return false;
    }
    let value_at = match how {
        Tilde::None => return false,
        Tilde::Start => None,
        Tilde::Assignment => Some(0),
        Tilde::Argument => assignment_value(parts),
    };
    let tilde = |part: &Part| matches!(part, Part::Text { bytes, quoted: false } if bytes.contains(&b'~'));
    let candidates = if value_at.is_some() { parts.len() } else { 1 };
    if !parts.iter().take(candidates).any(tilde) {
        return false;
    }
    let mut in_argument = false;
    let count = parts.len();
    let mut out = Vec::with_capacity(count + 2);
    for (index, part) in core::mem::take(parts).into_iter().enumerate() {
        match part {
            Part::Text { bytes, quoted: false } if index < candidates => {
                let from = if index == 0 { value_at } else { value_at.map(|_| 0) };
                let at_value = if index == 0 { value_at } else { None };
                let split = split_tildes(&bytes, index == 0, at_value, from, index + 1 == count, &mut out);
                in_argument |= split && how == Tilde::Argument;
            }
            other => out.push(other),
        }
    }
    *parts = out;
    in_argument
}

/// Cuts text at the tildes that are expanded: at its start, at `value`, and after each `:` from `colons` on. What follows a tilde
/// up to `/` (in a value, also `:`) must be in the same text. Says whether one is past the start.
fn split_tildes(
    bytes: &[u8],
    start: bool,
    value: Option<usize>,
    colons: Option<usize>,
    last: bool,
    out: &mut Vec<Part>,
) -> bool {
    let text = |from: usize, to: usize, out: &mut Vec<Part>| {
        if let Some(bytes) = bytes.get(from..to).filter(|bytes| !bytes.is_empty()) {
            out.push(Part::Text { bytes: bytes.into(), quoted: false });
        }
    };
    let (mut kept, mut at, mut past_start) = (0, 0, false);
    let mut previous = None;
    while let Some(&byte) = bytes.get(at) {
        let begins = (start && at == 0)
            || value == Some(at)
            || (previous == Some(b':') && colons.is_some_and(|from| at >= from));
        previous = Some(byte);
        at += 1;
        if byte != b'~' || !begins {
            continue;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let stop = |byte: &u8| *byte == b'/' || (*byte == b':' && colons.is_some());
        let length = match rest.iter().position(stop) {
            Some(length) => length,
            None if last => rest.len(),
            None => continue,
        };
        past_start |= at > 1 || !start;
        text(kept, at - 1, out);
        out.push(Part::Tilde(rest.get(..length).unwrap_or_default().into()));
        at += length;
        kept = at;
        previous = None;
    }
    text(kept, bytes.len(), out);
    past_start
}

/// Where the value begins in a word that looks like an assignment (`if=~/x`).
pub(super) fn assignment_value(parts: &[Part]) -> Option<usize> {
    let Some(Part::Text { bytes, quoted: false }) = parts.first() else { return None };
    let name = bytes.iter().position(|byte| !continues_name(*byte))?;
    let begins = bytes.first().is_some_and(|byte| begins_name(*byte));
    match bytes.get(name..)? {
        [b'=', ..] if begins => Some(name + 1),
        [b'+', b'=', ..] if begins => Some(name + 2),
        _ => None,
    }
}

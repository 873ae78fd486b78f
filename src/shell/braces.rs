//! What is found in a word when all of it is read: brace expressions and tildes.

use super::{cursor::{begins_name, continues_name}, tree::Part};
use alloc::vec::Vec;

/// Which expansions a word takes part in.
#[derive(Clone, Copy)]
pub(super) struct Finish {
    braces: bool,
    tilde: Tilde,
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
    pub(super) const ARGUMENT: Self = Self { braces: true, tilde: Tilde::Argument };
    /// The value of an assignment.
    pub(super) const VALUE: Self = Self { braces: false, tilde: Tilde::Assignment };
    /// The target of a redirection.
    pub(super) const TARGET: Self = Self { braces: true, tilde: Tilde::Start };
    /// Text where nothing but `$` and backticks is expanded.
    pub(super) const PLAIN: Self = Self { braces: false, tilde: Tilde::None };
    /// A word that is not split: an operand, a pattern, a here-string.
    pub(super) const TILDE: Self = Self { braces: false, tilde: Tilde::Start };
}

/// A brace that is open.
#[derive(Default)]
struct Frame {
    alternatives: Vec<Vec<Part>>,
    current: Vec<Part>,
}

/// A word's parts, and what in it other shells do not expand.
pub(super) struct Finished {
    pub(super) parts: Vec<Part>,
    /// A brace expression.
    pub(super) braces: bool,
    /// A tilde in an argument that only looks like an assignment.
    pub(super) argument_tilde: bool,
}

/// Finds brace expressions and tildes. `None` where braces stand more than `room` deep in each other.
pub(super) fn finish(parts: Vec<Part>, how: Finish, room: usize, steps: &mut usize) -> Option<Finished> {
    let has_brace = how.braces
        && parts.iter().any(|part| matches!(part, Part::Text { bytes, quoted: false } if bytes.contains(&b'{')));
    let (mut parts, braces) = if has_brace { find_braces(parts, room, steps)? } else { (parts, false) };
    let argument_tilde = find_tildes(&mut parts, how.tilde);
    Some(Finished { parts, braces, argument_tilde })
}

fn find_braces(parts: Vec<Part>, room: usize, steps: &mut usize) -> Option<(Vec<Part>, bool)> {
    let mut stack: Vec<Frame> = Vec::new();
    let mut current: Vec<Part> = Vec::new();
    let mut found = false;
    for part in parts {
        let Part::Text { bytes, quoted: false } = part else {
            current.push(part);
            continue;
        };
        let mut text = bytes.iter().copied().peekable();
        while let Some(byte) = text.next() {
            match byte {
                b'{' if text.peek() == Some(&b'}') => {
                    text.next();
                    push_text(&mut current, b"{}");
                }
                b'{' => {
                    if stack.len() >= room {
                        return None;
                    }
                    stack.push(Frame { alternatives: Vec::new(), current: core::mem::take(&mut current) });
                }
                b',' if !stack.is_empty() => {
                    if let Some(frame) = stack.last_mut() {
                        frame.alternatives.push(core::mem::take(&mut current));
                    }
                }
                b'}' => match stack.pop() {
                    None => push_text(&mut current, b"}"),
                    Some(mut frame) => {
                        let inner = core::mem::replace(&mut current, frame.current);
                        if !frame.alternatives.is_empty() {
                            frame.alternatives.push(inner);
                            current.push(Part::Braces(frame.alternatives));
                            found = true;
                        } else if let Some(sequence) = sequence(&inner) {
                            current.push(Part::Sequence(sequence));
                            found = true;
                        } else {
                            *steps += inner.len();
                            push_text(&mut current, b"{");
                            join(&mut current, inner);
                            push_text(&mut current, b"}");
                        }
                    }
                },
                other => push_text(&mut current, &[other]),
            }
        }
    }
    // what is still open stands for itself, from the outside in
    let mut whole = Vec::new();
    for frame in stack {
        join(&mut whole, frame.current);
        push_text(&mut whole, b"{");
        // the frame's alternatives came before what the next frame (or the end) holds
        for alternative in frame.alternatives {
            join(&mut whole, alternative);
            push_text(&mut whole, b",");
        }
    }
    join(&mut whole, current);
    Some((whole, found))
}

/// `1..9`, `a..f`, with a step or not. The letters of a word such as `{ab..c}` make no sequence.
fn sequence(parts: &[Part]) -> Option<Vec<u8>> {
    let [Part::Text { bytes, quoted: false }] = parts else { return None };
    let text = core::str::from_utf8(bytes).ok()?;
    let mut fields = text.split("..");
    let (first, last, step, rest) = (fields.next()?, fields.next()?, fields.next(), fields.next());
    let number = |field: &str| {
        let digits = field.strip_prefix(['-', '+']).unwrap_or(field);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let letter = |field: &str| matches!(field.as_bytes(), [byte] if byte.is_ascii_alphabetic());
    let ends = (number(first) && number(last)) || (letter(first) && letter(last));
    (ends && step.is_none_or(number) && rest.is_none()).then(|| bytes.clone())
}

fn push_text(parts: &mut Vec<Part>, more: &[u8]) {
    match parts.last_mut() {
        Some(Part::Text { bytes, quoted: false }) => bytes.extend_from_slice(more),
        _ => parts.push(Part::Text { bytes: more.to_vec(), quoted: false }),
    }
}

fn join(parts: &mut Vec<Part>, more: Vec<Part>) {
    for part in more {
        match part {
            Part::Text { bytes, quoted: false } => push_text(parts, &bytes),
            other => parts.push(other),
        }
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
            out.push(Part::Text { bytes: bytes.to_vec(), quoted: false });
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
        out.push(Part::Tilde(rest.get(..length).unwrap_or_default().to_vec()));
        at += length;
        kept = at;
        previous = None;
    }
    text(kept, bytes.len(), out);
    past_start
}

/// Where the value begins in a word that looks like an assignment (`if=~/x`).
fn assignment_value(parts: &[Part]) -> Option<usize> {
    let Some(Part::Text { bytes, quoted: false }) = parts.first() else { return None };
    let name = bytes.iter().position(|byte| !continues_name(*byte))?;
    let begins = bytes.first().is_some_and(|byte| begins_name(*byte));
    match bytes.get(name..)? {
        [b'=', ..] if begins => Some(name + 1),
        [b'+', b'=', ..] if begins => Some(name + 2),
        _ => None,
    }
}

//! The text of an arithmetic expression: the names that it reads and assigns.

use super::held::Held;
use super::state::State;
use crate::effect::Value;
use alloc::{collections::BTreeMap, string::String, vec::Vec};

/// How deep values that are expressions may name others, and how deep subscripts may stand inside each other.
const DEEPEST: usize = 6;
/// Most bytes of values that one expression reads.
const MAX_READ: usize = 4096;

/// What an expression does to variables.
#[derive(Default)]
pub(super) struct Reading {
    /// Names that it assigns, and whether by their elements.
    pub(super) assigned: BTreeMap<Vec<u8>, bool>,
    /// Something in it makes zsh print a result otherwise than in decimal digits.
    pub(super) odd: bool,
    /// Bytes of values that have been read.
    read: usize,
}

impl Reading {
    pub(super) fn assign(&mut self, name: &[u8], element: bool) {
        *self.assigned.entry(name.to_vec()).or_insert(element) &= element;
    }

    /// Carries the assignments out.
    pub(super) fn apply(&self, state: &mut State) {
        for (name, element) in &self.assigned {
            if *element {
                state.assign_number_element(name);
            } else {
                state.assign_number(name, if self.odd { Held::Unknown } else { Held::Is(Value::INTEGER) });
            }
        }
    }
}

/// Reads the text of an expression; else the first name in it whose value may be code.
pub(super) fn read(text: &[u8], state: &State, reading: &mut Reading) -> Result<(), String> {
    Reader { state, reading }.text(text, DEEPEST, true)
}

/// Whether the text is a name, with a subscript that is harmless to evaluate or without one.
pub(super) fn is_plain_name(text: &[u8], state: &State) -> bool {
    let end = text.iter().position(|b| !is_name_byte(*b)).unwrap_or(text.len());
    let (name, after) = text.split_at_checked(end).unwrap_or((text, &[]));
    match subscript(after) {
        Some((None, [])) => !name.is_empty(),
        Some((Some(b"@" | b"*"), [])) => true,
        Some((Some(inside), [])) => {
            let mut reading = Reading::default();
            let mut reader = Reader { state, reading: &mut reading };
            reader.subscript(name, inside, DEEPEST, true).is_ok() && reading.assigned.is_empty()
        }
        _ => false,
    }
}

/// Whether the text ends in a letter or digit of a name.
pub(super) fn ends_in_name(text: &[u8]) -> bool {
    let start = text.iter().rposition(|b| !is_name_byte(*b)).map_or(0, |at| at + 1);
    text.get(start).is_some_and(|first| !first.is_ascii_digit())
}

/// All names in a text.
pub(super) fn names(text: &[u8], mut each: impl FnMut(&[u8])) {
    for word in text.split(|b| !is_name_byte(*b)) {
        if word.first().is_some_and(|first| !first.is_ascii_digit()) {
            each(word);
        }
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

struct Reader<'a> {
    state: &'a State,
    reading: &'a mut Reading,
}

impl Reader<'_> {
    /// `outer`: it stands in the script, and may assign; else it is the value of a variable.
    fn text(&mut self, text: &[u8], depth: usize, outer: bool) -> Result<(), String> {
        self.reading.read = self.reading.read.saturating_add(text.len());
        let deeper = depth.checked_sub(1).filter(|_| outer || self.reading.read < MAX_READ);
        let depth = deeper.ok_or_else(|| shown(text))?;
        let mut rest = text;
        let mut sign: &[u8] = &[];
        while let Some((&first, tail)) = rest.split_first() {
            if first.is_ascii_digit() {
                // `16#ff`, `0x1F`, `1.5`: digits with their base.
                let end = rest.iter().position(|b| !(is_name_byte(*b) || b"#@.".contains(b))).unwrap_or(rest.len());
                let (literal, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
                self.reading.odd |= !literal.iter().all(u8::is_ascii_digit);
                (rest, sign) = (after, &[]);
            } else if is_name_byte(first) {
                let end = rest.iter().position(|b| !is_name_byte(*b)).unwrap_or(rest.len());
                let (name, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
                let (subscript, after) = subscript(after).ok_or_else(|| shown(name))?;
                self.name(name, subscript, (sign, after), depth, outer)?;
                (rest, sign) = (after, &[]);
            } else {
                match first {
                    b' ' | b'\t' | b'\n' => {}
                    b'*' if tail.first() == Some(&b'*') => self.reading.odd = true,
                    b'+' | b'-' => {
                        let two = rest.get(..2).filter(|two| two.iter().all(|b| *b == first));
                        sign = two.or(sign.get(..2).filter(|s| s.first() == Some(&first))).unwrap_or_default();
                    }
                    b'*' | b'/' | b'%' | b'<' | b'>' | b'=' | b'!' | b'&' | b'|' | b'^' | b'~' | b',' | b'?' | b':'
                    | b'(' | b')' => sign = &[],
                    _ => return Err(shown(text)),
                }
                rest = tail;
            }
        }
        Ok(())
    }

    /// A name with what stands around it.
    fn name(
        &mut self,
        name: &[u8],
        subscript: Option<&[u8]>,
        (before, after): (&[u8], &[u8]),
        depth: usize,
        outer: bool,
    ) -> Result<(), String> {
        if let Some(subscript) = subscript {
            self.subscript(name, subscript, depth, outer)?;
        }
        let (assigns, reads) = assignment(before, after);
        if assigns && !outer || after.first() == Some(&b'(') {
            return Err(shown(name));
        }
        if reads {
            self.value(name, subscript.is_some(), depth)?;
        }
        if assigns {
            self.reading.assign(name, subscript.is_some());
        }
        Ok(())
    }

    /// A subscript: a key, which is expanded once more, or an expression.
    fn subscript(&mut self, name: &[u8], text: &[u8], depth: usize, outer: bool) -> Result<(), String> {
        let code = |byte: &u8| matches!(byte, b'$' | b'`' | b'"' | b'\'' | b'\\' | b'[' | b'(' | b'<' | b'>');
        if !self.state.is_associative(name) {
            self.text(text, depth, outer)
        } else if text.iter().any(code) {
            Err(shown(text))
        } else {
            Ok(())
        }
    }

    /// The value of a variable, which is read as an expression.
    fn value(&mut self, name: &[u8], element: bool, depth: usize) -> Result<(), String> {
        if element && self.state.has_numbers(name) || self.state.is_number(name) {
            return Ok(());
        }
        match self.state.held(name) {
            Some(Held::Is(value)) if !element => {
                self.reading.odd = true;
                let all = value.alternatives().ok_or_else(|| shown(name))?;
                all.iter().try_for_each(|one| self.text(one, depth, false)).map_err(|_| shown(name))
            }
            _ => Err(shown(name)),
        }
    }
}

/// `[subscript]` and what follows it; `None` where it is not closed.
fn subscript(text: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    if text.first() != Some(&b'[') {
        return Some((None, text.trim_ascii_start()));
    }
    let mut open = 0_usize;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'[' => open += 1,
            b']' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some((Some(text.get(1..at)?), text.get(at + 1..)?.trim_ascii_start()));
        }
    }
    None
}

/// Whether what stands around a name assigns it, and whether its value is read.
fn assignment(before: &[u8], after: &[u8]) -> (bool, bool) {
    if matches!(before, b"++" | b"--") || after.starts_with(b"++") || after.starts_with(b"--") {
        return (true, true);
    }
    let end = after.iter().position(|b| !b"+-*/%&|^<>".contains(b)).unwrap_or(after.len());
    let (operator, rest) = after.split_at_checked(end).unwrap_or((after, &[]));
    let assigns = rest.first() == Some(&b'=') && rest.get(1) != Some(&b'=') && !matches!(operator, b"<" | b">");
    (assigns, !assigns || !operator.is_empty())
}

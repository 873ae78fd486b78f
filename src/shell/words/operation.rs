//! Parameter expansions with a known result. Everything else is unknown; the operators are done only as far as bash, dash and zsh
//! agree, or the other shells refuse.

use super::{
    super::tree::{Operation, Parameter, Word},
    MAX_VALUE, State, arithmetic,
    field::plain,
    names,
    pattern::{self, has_glob},
    value,
};
use crate::effect::Value;
use crate::shell::tree::Part;
use alloc::{string::ToString, vec, vec::Vec};

/// Most alternatives that an operator is carried out on.
const MAX_ALTERNATIVES: usize = 64;

/// The value before splitting; `None` where it is not known.
pub(super) fn evaluate(parameter: &Parameter, state: &dyn State) -> Option<Value> {
    if let Some(list) = list(parameter) {
        return of_list(parameter, list, state);
    }
    if parameter.indirect {
        return indirect(parameter, state);
    }
    if parameter.subscript.is_some() {
        return element(parameter, state);
    }
    let current = state.get(&parameter.name)?;
    if parameter.length {
        // the length in characters is the length in bytes for ASCII only
        let length = current.known().filter(|bytes| bytes.is_ascii()).map(<[u8]>::len);
        return Some(length.map_or(Value::DIGITS, |length| known(length.to_string().as_bytes())));
    }
    let Some(operation) = &parameter.operation else { return Some(current) };
    if let Value::Pattern(_) | Value::Below { .. } = current {
        return names::without(
            &current,
            &operation.operator,
            pattern_text(operation.operands.first()?, parameter.quoted)?,
        );
    }
    let mut results = Vec::new();
    for one in current.alternatives()? {
        let result = apply(operation, parameter.quoted, &Value::Known(one.clone()), state)?;
        results.extend_from_slice(result.alternatives()?);
    }
    Value::one_of(results, MAX_ALTERNATIVES)
}

/// The text of an operand that is written plainly. Quotes around the whole expansion quote nothing of it.
fn pattern_text(word: &Word, quoted: bool) -> Option<&[u8]> {
    match word.parts.as_slice() {
        [Part::Text { bytes, quoted: inner }] if quoted || !inner || !has_glob(bytes) => Some(bytes),
        [Part::Glob(bytes)] => Some(bytes),
        _ => None,
    }
}

/// The array that is meant as a whole, by `[@]`, `[*]`, `@` or `*`, and whether its elements are joined where they are quoted.
fn list(parameter: &Parameter) -> Option<(&[u8], bool)> {
    if matches!(parameter.name.as_slice(), b"@" | b"*") {
        return Some((b"@", parameter.name == b"*"));
    }
    let joined = match parameter.subscript.as_ref()?.parts.as_slice() {
        [Part::Text { bytes, .. } | Part::Glob(bytes)] if bytes == b"*" => true,
        [Part::Text { bytes, .. }] if bytes == b"@" => false,
        _ => return None,
    };
    Some((&parameter.name, joined))
}

/// Whether an expansion joins all elements of an array where it is quoted.
pub(super) fn is_joined(parameter: &Parameter) -> bool {
    list(parameter).is_some_and(|(_, joined)| joined) && parameter.operation.is_none()
}

/// What an expansion of a whole array is where that is one word.
fn of_list(parameter: &Parameter, (name, joined): (&[u8], bool), state: &dyn State) -> Option<Value> {
    if parameter.length && parameter.operation.is_none() && !parameter.indirect && parameter.subscript.is_some() {
        let elements = state.array(name).filter(|all| all.iter().all(Value::is_one_word));
        return Some(elements.map_or(Value::DIGITS, |all| known(all.len().to_string().as_bytes())));
    }
    if !joined || !parameter.quoted || parameter.length {
        return None;
    }
    let separator = state.separators()?.first().copied();
    let mut text = Vec::new();
    for (index, element) in elements(parameter, state)?.iter().enumerate() {
        text.extend(separator.filter(|_| index > 0));
        text.extend_from_slice(element.known()?);
    }
    Some(Value::Known(text.into()))
}

/// The elements that an expansion of a whole array becomes.
pub(super) fn elements(parameter: &Parameter, state: &dyn State) -> Option<Vec<Value>> {
    let (name, _) = list(parameter)?;
    if parameter.length {
        return None;
    }
    let elements = state.array(name)?;
    let certain = || elements.iter().all(Value::is_one_word);
    if parameter.indirect {
        // the indices; zsh refuses this
        let indices = (0..elements.len()).map(|index| known(index.to_string().as_bytes()));
        return (certain() && parameter.operation.is_none() && name != b"@").then(|| indices.collect());
    }
    match &parameter.operation {
        None => Some(elements),
        Some(operation) if operation.operator == b":" && certain() => {
            let mut numbers = operation.operands.iter().map(number);
            let first = numbers.next()??;
            // `${@:0}` begins with the name of the shell
            let skipped = if name == b"@" { first.checked_sub(1)? } else { first };
            let most = numbers.next().unwrap_or(Some(elements.len()))?;
            Some(elements.into_iter().skip(skipped).take(most).collect())
        }
        Some(_) => None,
    }
}

/// `${a[1]}`: the element, which zsh counts from one.
fn element(parameter: &Parameter, state: &dyn State) -> Option<Value> {
    if parameter.length || parameter.indirect || parameter.operation.is_some() {
        return None;
    }
    let subscript = arithmetic::value(parameter.subscript.as_ref()?, state);
    let elements = state.array(&parameter.name)?;
    if !elements.iter().all(Value::is_one_word) {
        return None;
    }
    let index: usize = core::str::from_utf8(subscript.known()?).ok()?.parse().ok()?;
    let none = || known(b"");
    let here = elements.get(index).cloned().unwrap_or_else(none);
    let before = index.checked_sub(1).and_then(|index| elements.get(index)).cloned().unwrap_or_else(none);
    let both = here.alternatives()?.iter().chain(before.alternatives()?).cloned();
    Value::one_of(both, MAX_ALTERNATIVES)
}

/// `${!x}`, which zsh refuses: the variable that the value names.
fn indirect(parameter: &Parameter, state: &dyn State) -> Option<Value> {
    if parameter.length || parameter.subscript.is_some() || parameter.operation.is_some() {
        return None;
    }
    let target = state.get(&parameter.name)?;
    let name = target.known().filter(|name| is_name(name))?;
    state.get(name)
}

fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

fn apply(operation: &Operation, quoted: bool, current: &Value, state: &dyn State) -> Option<Value> {
    let bytes = current.known()?;
    let operand = |index: usize| operation.operands.get(index).map(|word| value(word, state));
    match operation.operator.as_slice() {
        b"-" | b"=" | b"?" => Some(current.clone()),
        b":-" | b":=" if bytes.is_empty() => operand(0),
        b":-" | b":=" | b":?" if !bytes.is_empty() => Some(current.clone()),
        b":+" if bytes.is_empty() => Some(known(b"")),
        b"+" | b":+" => operand(0),
        operator @ (b"#" | b"##" | b"%" | b"%%") => {
            let pieces = pieces(operation, quoted, state)?;
            let left = pattern::without(&pieces, bytes, operator.starts_with(b"%"), operator.len() > 1)?;
            Some(known(left))
        }
        b"/" | b"//" if state.exact_case() => replace(operation, bytes, state),
        b":" => substring(operation, bytes),
        // zsh and dash refuse these
        operator @ (b"^" | b"^^" | b"," | b",,") if operation.operands.iter().all(|o| o.parts.is_empty()) => {
            let mut text = bytes.is_ascii().then(|| bytes.to_vec())?;
            let end = if operator.len() > 1 { text.len() } else { text.len().min(1) };
            let changed = text.get_mut(..end)?;
            if operator.starts_with(b"^") {
                changed.make_ascii_uppercase();
            } else {
                changed.make_ascii_lowercase();
            }
            Some(Value::Known(text.into()))
        }
        _ => None,
    }
}

/// The pattern of `#` and `%`. What a variable holds is a pattern to bash only where it is not quoted, and never to zsh. Quotes
/// around the whole expansion quote nothing of it.
fn pieces(operation: &Operation, quoted: bool, state: &dyn State) -> Option<Vec<pattern::Piece>> {
    let mut pieces = vec![];
    let word = operation.operands.first()?;
    if let Some(text) = literal(operation, 0, state) {
        pieces.extend(text.into_iter().map(pattern::Piece::Byte));
        return Some(pieces);
    }
    for part in &word.parts {
        match part {
            Part::Text { bytes, quoted: inner } if quoted || !inner => pattern::pieces(bytes, &mut pieces)?,
            Part::Text { bytes, .. } if !bytes.iter().any(|b| matches!(b, b'\\' | b'\'')) => {
                pieces.extend(bytes.iter().map(|byte| pattern::Piece::Byte(*byte)));
            }
            _ => return None,
        }
    }
    Some(pieces)
}

fn known(bytes: &[u8]) -> Value {
    Value::Known(bytes.into())
}

/// The text of an operand that is a pattern but holds no glob, so that it matches itself only.
fn literal(operation: &Operation, index: usize, state: &dyn State) -> Option<Vec<u8>> {
    let word = operation.operands.get(index)?;
    let text = value(word, state).known()?.to_vec();
    let plain =
        !has_glob(&text) && !text.iter().any(|byte| matches!(byte, b'\\' | b'\'' | b'~' | b'#' | b'^' | b'[' | b'('));
    plain.then_some(text)
}

fn replace(operation: &Operation, bytes: &[u8], state: &dyn State) -> Option<Value> {
    let pattern =
        literal(operation, 0, state).filter(|pattern| !pattern.is_empty() && pattern.first() != Some(&b'/'))?;
    let replacement = match operation.operands.get(1) {
        None => Vec::new(),
        // `&` is what was matched, by an option
        Some(word) => value(word, state)
            .known()
            .filter(|text| !text.iter().any(|byte| matches!(byte, b'&' | b'\\' | b'\'')))?
            .to_vec(),
    };
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some((first, more)) = rest.split_first() {
        let Some(after) = rest.strip_prefix(pattern.as_slice()) else {
            out.push(*first);
            rest = more;
            continue;
        };
        out.extend_from_slice(&replacement);
        if out.len() > MAX_VALUE {
            return None;
        }
        rest = after;
        if operation.operator == b"/" {
            break;
        }
    }
    out.extend_from_slice(rest);
    Some(Value::Known(out.into()))
}

/// `${x:1:2}` with plain numbers.
fn substring(operation: &Operation, bytes: &[u8]) -> Option<Value> {
    let number = |index: usize| number(operation.operands.get(index)?);
    let offset = number(0)?;
    let rest = bytes.get(offset.min(bytes.len())..).filter(|_| bytes.is_ascii())?;
    let length = if operation.operands.len() > 1 { number(1)? } else { rest.len() };
    rest.get(..length.min(rest.len())).map(known)
}

/// A number that is written plainly.
fn number(word: &Word) -> Option<usize> {
    let text = plain(&word.parts)?;
    let decimal = text.first() != Some(&b'0') || text.len() == 1;
    core::str::from_utf8(text).ok().filter(|_| decimal)?.parse().ok()
}

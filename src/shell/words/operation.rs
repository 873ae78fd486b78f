//! Parameter expansions with a known result. Everything else is unknown; the operators are done only as far as bash, dash and zsh
//! agree, or the other shells refuse.

use super::{
    super::tree::{Operation, Parameter},
    MAX_VALUE, State,
    field::plain,
    pattern::has_glob,
    value,
};
use crate::effect::Value;
use alloc::{string::ToString, vec::Vec};

/// The value before splitting; `None` where it is not known.
pub(super) fn evaluate(parameter: &Parameter, state: &dyn State) -> Option<Value> {
    if parameter.indirect || parameter.subscript.is_some() || matches!(parameter.name.as_slice(), b"@" | b"*") {
        return None;
    }
    let current = state.get(&parameter.name)?;
    if parameter.length {
        // the length in characters is the length in bytes for ASCII only
        let bytes = current.known().filter(|bytes| bytes.is_ascii())?;
        return Some(Value::Known(bytes.len().to_string().into_bytes().into()));
    }
    match &parameter.operation {
        None => Some(current),
        Some(operation) => apply(operation, &current, state),
    }
}

fn apply(operation: &Operation, current: &Value, state: &dyn State) -> Option<Value> {
    let bytes = current.known()?;
    let operand = |index: usize| operation.operands.get(index).map(|word| value(word, state));
    match operation.operator.as_slice() {
        b"-" | b"=" | b"?" => Some(current.clone()),
        b":-" | b":=" if bytes.is_empty() => operand(0),
        b":-" | b":=" | b":?" if !bytes.is_empty() => Some(current.clone()),
        b":+" if bytes.is_empty() => Some(Value::Known(Vec::new().into())),
        b"+" | b":+" => operand(0),
        b"#" | b"##" => {
            literal(operation, 0, state).map(|prefix| known(bytes.strip_prefix(prefix.as_slice()).unwrap_or(bytes)))
        }
        b"%" | b"%%" => {
            literal(operation, 0, state).map(|suffix| known(bytes.strip_suffix(suffix.as_slice()).unwrap_or(bytes)))
        }
        b"/" | b"//" => replace(operation, bytes, state),
        b":" => substring(operation, bytes),
        _ => None,
    }
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
    let number = |index: usize| -> Option<usize> {
        let text = plain(&operation.operands.get(index)?.parts)?;
        let decimal = text.first() != Some(&b'0') || text.len() == 1;
        core::str::from_utf8(text).ok().filter(|_| decimal)?.parse().ok()
    };
    let offset = number(0)?;
    let rest = bytes.get(offset.min(bytes.len())..).filter(|_| bytes.is_ascii())?;
    let length = if operation.operands.len() > 1 { number(1)? } else { rest.len() };
    rest.get(..length.min(rest.len())).map(known)
}

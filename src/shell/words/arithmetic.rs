//! The value of an arithmetic expression: exact where its operands and every shell's reading of it are, else a number where all of
//! its operands are numbers.

use super::{State, parameter};
use crate::effect::{Form, Value};
use crate::shell::arithmetic::is_arithmetic;
use crate::shell::tree::{Part, Word};
use alloc::{string::ToString, vec::Vec};

/// How deep parentheses are followed.
const DEEPEST: usize = 16;

/// A piece of an expression.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    /// A number, with its value where every shell reads the same.
    Number(Option<i64>),
    Operator(u8),
}

/// What `$(( expression ))` becomes: one word. Elsewhere than in a number of plain decimal digits zsh may print a fraction or a base.
pub(super) fn value(expression: &Word, state: &dyn State) -> Value {
    let Some(tokens) = tokens(expression, state) else { return Value::ANY_WORD };
    if may_have_no_result(expression, state) {
        return Value::ANY_WORD;
    }
    let mut rest = tokens.as_slice();
    match sum(&mut rest, DEEPEST) {
        Some(exact) if rest.is_empty() => Value::Known(exact.to_string().into_bytes().into()),
        _ => Value::INTEGER,
    }
}

/// Whether the expression is none where an expansion gives nothing: `$(($k*2))`. What is assigned to keeps its value then, and the script
/// goes on in its next line.
fn may_have_no_result(expression: &Word, state: &dyn State) -> bool {
    let may_be_nothing = |part: &Part| match part {
        Part::Parameter(expansion) => matches!(
            parameter(expansion, state),
            Some(Value::Unknown { may_be_empty: true, .. } | Value::Unknown { form: Form::DigitsOrNothing, .. })
        ),
        _ => false,
    };
    let open: Vec<usize> =
        expression.parts.iter().enumerate().filter(|(_, part)| may_be_nothing(part)).map(|(at, _)| at).collect();
    let without = |gone: &[usize]| {
        let parts: Vec<Part> = expression
            .parts
            .iter()
            .enumerate()
            .filter(|(at, _)| !gone.contains(at))
            .map(|(_, part)| part.clone())
            .collect();
        is_arithmetic(&Word { parts: parts.into(), span: expression.span })
    };
    !open.is_empty() && (!without(&open) || open.iter().any(|one| !without(&[*one])))
}

/// Whether a value is certainly a decimal number.
pub(super) fn is_number(value: &Value) -> bool {
    let plain = |text: &[u8]| {
        let digits = text.strip_prefix(b"-").unwrap_or(text);
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
    };
    match value {
        Value::Unknown { form: Form::Integer | Form::Digits, may_split: false, may_be_empty: false } => true,
        other => other.alternatives().is_some_and(|all| all.iter().all(|one| plain(one))),
    }
}

/// The tokens, where every operand is a number.
fn tokens(expression: &Word, state: &dyn State) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    // A digit or letter that stands next to what an expansion gives joins it.
    let mut joins = false;
    for part in &expression.parts {
        match part {
            Part::Text { bytes, .. } => {
                if joins && bytes.first().is_some_and(|b| continues(*b)) {
                    return None;
                }
                text(bytes, state, &mut tokens)?;
                joins = false;
                if bytes.last().is_some_and(|b| continues(*b)) {
                    joins = true;
                }
            }
            Part::Parameter(_) | Part::Arithmetic { .. } if joins => return None,
            Part::Parameter(expansion) => {
                tokens.push(number(&parameter(expansion, state)?)?);
                joins = true;
            }
            Part::Arithmetic { expression, .. } => {
                tokens.push(number(&value(expression, state))?);
                joins = true;
            }
            _ => return None,
        }
    }
    // A sign of the value joins one before it (`-$x` where x is -1).
    Some(tokens)
}

fn continues(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'#' | b'@' | b'.' | b'$')
}

fn number(value: &Value) -> Option<Token> {
    // A name that holds nothing is zero, and where nothing is expanded there is no result, or one of the numbers beside it.
    let perhaps = matches!(value, Value::Unknown { form: Form::Integer | Form::Digits, may_split: false, .. });
    (perhaps || is_number(value)).then(|| Token::Number(value.known().and_then(exact)))
}

/// A literal that all shells take for decimal and that none has to wrap.
fn exact(text: &[u8]) -> Option<i64> {
    let plain = text == b"0" || text.first() != Some(&b'0');
    core::str::from_utf8(text).ok().filter(|_| plain)?.parse().ok().filter(|n: &i64| n.unsigned_abs() < 1 << 31)
}

fn text(bytes: &[u8], state: &dyn State, tokens: &mut Vec<Token>) -> Option<()> {
    let mut rest = bytes;
    while let Some((&first, tail)) = rest.split_first() {
        let length = rest.iter().position(|b| !continues(*b)).unwrap_or(rest.len());
        if first.is_ascii_digit() {
            let (literal, after) = rest.split_at_checked(length)?;
            // A fraction stays one in zsh.
            let based = literal.starts_with(b"0x") || literal.contains(&b'#');
            if !based && !literal.iter().all(u8::is_ascii_digit) {
                return None;
            }
            tokens.push(Token::Number(exact(literal)));
            rest = after;
        } else if first.is_ascii_alphabetic() || first == b'_' {
            let (name, after) = rest.split_at_checked(length)?;
            tokens.push(number(&state.get(name)?)?);
            rest = after;
        } else {
            match first {
                b' ' | b'\t' | b'\n' => {}
                // A power of a negative number is a fraction in zsh.
                b'*' if tail.first() == Some(&b'*') => return None,
                b'+' | b'-' | b'*' | b'/' | b'%' | b'(' | b')' | b'<' | b'>' | b'=' | b'!' | b'&' | b'|' | b'^'
                | b'~' | b',' | b'?' | b':' => tokens.push(Token::Operator(first)),
                _ => return None,
            }
            rest = tail;
        }
    }
    Some(())
}

/// `a + b - c`
fn sum(rest: &mut &[Token], depth: usize) -> Option<i64> {
    let mut left = product(rest, depth)?;
    while let Some((Token::Operator(operator @ (b'+' | b'-')), tail)) = rest.split_first() {
        *rest = tail;
        let right = product(rest, depth)?;
        left = bounded(if *operator == b'+' { left.checked_add(right) } else { left.checked_sub(right) })?;
    }
    Some(left)
}

/// `a * b / c % d`
fn product(rest: &mut &[Token], depth: usize) -> Option<i64> {
    let mut left = operand(rest, depth)?;
    while let Some((Token::Operator(operator @ (b'*' | b'/' | b'%')), tail)) = rest.split_first() {
        *rest = tail;
        let right = operand(rest, depth)?;
        left = bounded(match operator {
            b'*' => left.checked_mul(right),
            b'/' => left.checked_div(right),
            _ => left.checked_rem(right),
        })?;
    }
    Some(left)
}

/// A number, or an expression in parentheses. A sign is left alone: it may be a half of `--`.
fn operand(rest: &mut &[Token], depth: usize) -> Option<i64> {
    let (first, tail) = rest.split_first()?;
    *rest = tail;
    match first {
        Token::Number(exact) => *exact,
        Token::Operator(b'(') => {
            let inner = sum(rest, depth.checked_sub(1)?)?;
            let (Token::Operator(b')'), tail) = rest.split_first()? else { return None };
            *rest = tail;
            Some(inner)
        }
        Token::Operator(_) => None,
    }
}

/// Far from where any shell's integers end.
fn bounded(number: Option<i64>) -> Option<i64> {
    number.filter(|n| n.unsigned_abs() < 1 << 53)
}

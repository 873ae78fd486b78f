//! Brace expressions: from one list of parts to several without braces.

use super::{
    super::tree::{Parameter, Part},
    MAX_WORDS, State, parameter,
};
use crate::effect::Value;
use alloc::{borrow::Cow, format, vec, vec::Vec};

/// A part that the tree holds, or text that a sequence made.
pub(super) type Piece<'t> = Cow<'t, Part>;

/// Whether a dollar sign stands for itself in a word with brace expressions: bash looks for expansions after it has joined the
/// pieces, so that `{$,x}HOME` becomes one.
pub(super) fn may_join_dollar(parts: &[Part]) -> bool {
    parts.iter().any(|part| match part {
        Part::Text { bytes, quoted: false } => bytes.contains(&b'$'),
        Part::Braces(list) => list.iter().any(|parts| may_join_dollar(parts)),
        _ => false,
    })
}

/// Whether something between braces may become several words or none: zsh expands it before it looks at the braces, and then
/// sees no brace expression in `{a,b c}`.
pub(super) fn may_split_braces(parts: &[Part], state: &dyn State) -> bool {
    parts.iter().any(|part| match part {
        Part::Braces(list) => list.iter().flatten().any(|part| may_be_words(part, state)),
        _ => false,
    })
}

fn may_be_words(part: &Part, state: &dyn State) -> bool {
    match part {
        Part::Braces(list) => list.iter().flatten().any(|part| may_be_words(part, state)),
        Part::Command { quoted, .. } => !quoted,
        Part::Parameter(one) if one.quoted => is_list(one),
        Part::Parameter(one) => match parameter(one, state) {
            Some(Value::Known(value)) => value.is_empty(),
            Some(Value::Set(all)) => all.iter().any(|one| one.is_empty()),
            _ => true,
        },
        Part::Process { .. } | Part::Unread(_) => true,
        Part::Text { .. } | Part::Glob(_) | Part::Tilde(_) | Part::Arithmetic { .. } | Part::Sequence(_) => false,
    }
}

/// `$@` and arrays: several words also in quotes.
fn is_list(parameter: &Parameter) -> bool {
    matches!(parameter.name.as_slice(), b"@" | b"*") || parameter.subscript.is_some() || parameter.indirect
}

/// All words without brace expressions that the parts stand for, in order; `None` where there are too many.
pub(super) fn alternatives(parts: &[Part]) -> Option<Vec<Vec<Piece<'_>>>> {
    let mut words: Vec<Vec<Piece<'_>>> = vec![Vec::new()];
    // what all words hold together is bounded, too: a word may be long
    let mut pieces = 0_usize;
    for part in parts {
        let choices: Vec<Vec<Piece<'_>>> = match part {
            Part::Braces(list) => {
                let mut choices = Vec::new();
                for alternative in list {
                    choices.extend(alternatives(alternative)?);
                    if choices.len() > MAX_WORDS {
                        return None;
                    }
                }
                choices
            }
            Part::Sequence(text) => sequence(text)?,
            other => {
                for word in &mut words {
                    word.push(Cow::Borrowed(other));
                }
                pieces = pieces.checked_add(words.len()).filter(|all| *all <= 64 * MAX_WORDS || words.len() == 1)?;
                continue;
            }
        };
        if words.len().checked_mul(choices.len())? > MAX_WORDS {
            return None;
        }
        let mut product = Vec::with_capacity(words.len() * choices.len());
        for word in &words {
            for choice in &choices {
                let mut longer = word.clone();
                longer.extend(choice.iter().cloned());
                pieces += longer.len();
                if pieces > 64 * MAX_WORDS {
                    return None;
                }
                product.push(longer);
            }
        }
        words = product;
    }
    Some(words)
}

/// The members of `1..9..2` or `a..f`.
fn sequence(text: &[u8]) -> Option<Vec<Vec<Piece<'static>>>> {
    let text = core::str::from_utf8(text).ok()?;
    let mut fields = text.split("..");
    let (first, last) = (fields.next()?, fields.next()?);
    let step: i64 = fields.next().map_or(Ok(1), str::parse).ok()?;
    let letters = first.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let number = |field: &str| if letters { field.bytes().next().map(i64::from) } else { field.parse().ok() };
    let (from, to): (i64, i64) = (number(first)?, number(last)?);
    // no limit of a shell's integers in sight, so that none of their overflows has to be imitated
    if [from, to, step].iter().any(|n| n.unsigned_abs() > 1 << 31) {
        return None;
    }
    let step = step.unsigned_abs().max(1);
    let count = from.abs_diff(to) / step + 1;
    if count > u64::try_from(MAX_WORDS).ok()? {
        return None;
    }
    // letters across the gap between cases include quotes and backslashes, which shells treat differently
    if letters && first.bytes().next()?.is_ascii_uppercase() != last.bytes().next()?.is_ascii_uppercase() {
        return None;
    }
    let padded = |field: &str| {
        field.trim_start_matches(['-', '+']).len() > 1 && field.trim_start_matches(['-', '+']).starts_with('0')
    };
    let width = if !letters && (padded(first) || padded(last)) { first.len().max(last.len()) } else { 0 };
    if width > 0 && (first.starts_with('+') || last.starts_with('+')) {
        return None;
    }
    let mut members = Vec::new();
    for index in 0..count {
        let distance = i64::try_from(index * step).ok()?;
        let member = if from <= to { from + distance } else { from - distance };
        let bytes = match u8::try_from(member) {
            Ok(letter) if letters => vec![letter],
            _ => format!("{member:0width$}").into_bytes(),
        };
        members.push(vec![Cow::Owned(Part::Text { bytes: bytes.into(), quoted: false })]);
    }
    Some(members)
}

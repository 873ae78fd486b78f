//! `find` and `fd`: commands inside an expression, with the names that are found in their words.

use super::{Command, Stdin, options::Parsed, wrappers::replace};
use crate::{
    effect::{Bytes, Value, Word},
    effects::LimitReached,
    tables::{
        Program,
        words::{Role, Runs},
    },
};
use alloc::{vec, vec::Vec};

/// Runs the command of `-exec`, `-x` and the like.
pub(super) fn command_option<'t>(
    on: &mut Command<'_, 't>,
    program: &Program<'t>,
    parsed: &Parsed<'t>,
    words: &[Word],
) -> Result<(), LimitReached> {
    if words.is_empty() {
        return Ok(());
    }
    let find = program.runs() == Runs::Find;
    let several = find && words.last().is_some_and(|w| w.value.known() == Some(b"+"));
    let words = if several { words.split_last().map_or(words, |(_, rest)| rest) } else { words };
    let here = parsed.uses.iter().any(|u| matches!(u.spec.name, b"-execdir" | b"-okdir"));
    for found in found_names(parsed, find, here) {
        run_with(on, words, &found, find, several, here)?;
    }
    Ok(())
}

/// What the found names may be; one value for each start point where these are few.
fn found_names(parsed: &Parsed<'_>, find: bool, here: bool) -> Vec<Value> {
    let starts = parsed.operands.as_slice();
    if !find {
        return vec![Value::ANY_WORD];
    }
    if !here && (2..=4).contains(&starts.len()) {
        return starts.iter().map(|start| found(parsed, core::slice::from_ref(start), here)).collect();
    }
    vec![found(parsed, starts, here)]
}

fn run_with(
    on: &mut Command<'_, '_>,
    words: &[Word],
    found: &Value,
    find: bool,
    several: bool,
    here: bool,
) -> Result<(), LimitReached> {
    let mut argv = Vec::new();
    let mut placed = false;
    for word in words {
        let whole = word.value.known() == Some(b"{}");
        placed |= whole;
        let new = if find {
            replace(word, b"{}", &|| found.clone())
        } else {
            // fd also knows {/}, {//}, {.} and {/.}: whatever stands between the first brace and the last.
            braces(word)
        };
        placed |= new != *word;
        if several && whole {
            argv.push(new.clone());
        }
        argv.push(new);
    }
    if !find && !placed {
        argv.push(Word { value: Value::ANY_WORD, span: on.span });
    }
    let cwd = on.cwd.clone();
    if here {
        on.cwd = Value::ANY_WORD;
    }
    let result = on.inner(&argv, if find { on.stdin } else { Stdin::Empty });
    on.cwd = cwd;
    result.map(|_| ())
}

fn braces(word: &Word) -> Word {
    let Some(text) = word.value.known() else { return word.clone() };
    let (Some(first), Some(last)) = (text.iter().position(|b| *b == b'{'), text.iter().rposition(|b| *b == b'}'))
    else {
        return word.clone();
    };
    let prefix = text.get(..first).unwrap_or(&[]).to_vec();
    let suffix = text.get(last + 1..).unwrap_or(&[]).to_vec();
    let value = if prefix.is_empty() && suffix.is_empty() {
        Value::ANY_WORD
    } else {
        Value::Affix { prefix: prefix.into(), suffix: suffix.into() }
    };
    Word { value, span: word.span }
}

/// What is known of the names that are found: where they begin, and how they end where a single `-name` says so.
fn found(parsed: &Parsed<'_>, starts: &[Word], here: bool) -> Value {
    let alternatives = [&b"-o"[..], b"-or", b"!", b"-not", b",", b"("];
    let suffix = if parsed.uses(&alternatives) { None } else { name_end(parsed) };
    let suffix = suffix.unwrap_or_default();
    let prefix = match (here, starts) {
        (true, _) => b"./".into(),
        (_, []) => return Value::Below { dir: b".".into(), suffix: suffix.into() },
        (_, [one]) => match &one.value {
            Value::Known(start) => return Value::Below { dir: start.clone(), suffix: suffix.into() },
            Value::Affix { prefix, .. } => prefix.clone(),
            _ => Bytes::default(),
        },
        _ => common(starts).into(),
    };
    Value::Affix { prefix, suffix: suffix.into() }
}

/// The beginning that all start points have in common, where all are known.
fn common(words: &[Word]) -> Vec<u8> {
    let mut starts = words.iter().map(|w| w.value.known());
    let Some(Some(first)) = starts.next() else { return Vec::new() };
    let mut common = first.to_vec();
    for start in starts {
        let Some(start) = start else { return Vec::new() };
        let same = common.iter().zip(start).take_while(|(a, b)| a == b).count();
        common.truncate(same);
    }
    common
}

/// The literal end of the pattern of `-name '*END'`.
fn name_end(parsed: &Parsed<'_>) -> Option<Vec<u8>> {
    // Only what stands before the first action restricts it.
    let mut tests = parsed.uses.iter().take_while(|u| !u.spec.roles.contains(&Role::Rest) && u.spec.name != b"-delete");
    let name = tests.find(|u| u.spec.name == b"-name")?;
    let pattern = name.arguments.first()?.value.known()?;
    let end = pattern.strip_prefix(b"*").unwrap_or(pattern);
    let literal = !end.iter().any(|b| matches!(b, b'*' | b'?' | b'[' | b'\\' | b']'));
    (literal && (!end.is_empty())).then(|| end.to_vec())
}

/// `-delete`: what is found goes away.
pub(super) fn delete(on: &mut Command<'_, '_>, parsed: &Parsed<'_>) {
    let span = on.span;
    let found = found(parsed, &parsed.operands, false);
    if !matches!(&found, Value::Affix { suffix, .. } | Value::Below { suffix, .. } if suffix.is_empty()) {
        on.modify(&found, false, span);
        return;
    }
    let starts = if parsed.operands.is_empty() { vec![Word::known(b".", span)] } else { parsed.operands.clone() };
    for start in starts {
        on.modify(&start.value, true, start.span);
    }
}

/// An expression word that is not known could be an action.
pub(super) fn doubts(on: &mut Command<'_, '_>, parsed: &Parsed<'_>) {
    let dashed = |w: &&Word| w.value.known().is_some_and(|t| t.starts_with(b"-"));
    if let Some(word) = parsed.operands.iter().find(dashed) {
        on.unknown("unknown-option", "a word of the expression is not known".into(), word.span, false);
    }
}

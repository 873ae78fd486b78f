//! `find` and `fd`: commands inside an expression, with the names that are found in their words.

use super::{
    Command, Stdin,
    endings::Endings,
    fd,
    found_names::{found, found_names},
    names,
    options::{Parsed, Use},
    placed::placed,
    wrappers::replace,
};
use crate::{
    effect::{Effect, Kind, PathValue, Value, Word},
    effects::LimitReached,
    path,
    tables::{Program, words::Runs},
};
use alloc::{vec, vec::Vec};

/// Runs the command of `-exec`, `-x` and the like.
pub(super) fn command_option<'t>(
    on: &mut Command<'_, 't>,
    program: &Program<'t>,
    parsed: &Parsed<'t>,
    option: &Use<'t>,
) -> Result<(), LimitReached> {
    let words = option.arguments.as_slice();
    if words.is_empty() {
        return Ok(());
    }
    on.scripts.forget_files();
    if program.name() == b"fd"
        && let (Some(names), Some(at)) = (fd::names(parsed, true), fd::place(words))
        && let (before @ [_, ..], after) = words.split_at(at)
    {
        let after = after.split_first().map_or(after, |(_, rest)| rest);
        let batch = matches!(option.spec.name, b"-X" | b"--exec-batch");
        if batch && after.is_empty() {
            return on.inner_with_names(before, &names, Stdin::Empty);
        }
        if !batch {
            return names.iter().try_for_each(|name| {
                let name = Word { value: name.clone(), span: on.span };
                on.inner(&[before, &[name], after].concat(), Stdin::Empty).map(|_| ())
            });
        }
    }
    let find = program.runs() == Runs::Find;
    let several = find && words.last().is_some_and(|w| w.value.known() == Some(b"+"));
    let words = if several { words.split_last().map_or(words, |(_, rest)| rest) } else { words };
    let here = parsed.uses.iter().any(|u| matches!(u.spec.name, b"-execdir" | b"-okdir"));
    let names =
        if find { found_names(parsed, &Endings::of(parsed).at(parsed, option), here) } else { vec![Value::ANY_WORD] };
    let outer = on.analysis.through_links;
    on.analysis.through_links = outer || goes_through_links(on, parsed);
    let result = with_names(on, parsed, words, (find, several, here), &names);
    on.analysis.through_links = outer;
    result
}

/// Whether names that are found below the start points may stand behind a link there.
fn goes_through_links(on: &mut Command<'_, '_>, parsed: &Parsed<'_>) -> bool {
    if !parsed.uses(&[b"-L", b"-follow", b"--follow"]) {
        return false;
    }
    let here = Value::from(".");
    let starts: Vec<Value> = match parsed.operands.as_slice() {
        [] => vec![here],
        all => all.iter().map(|word| word.value.clone()).collect(),
    };
    lead_through_links(on, &starts)
}

/// Whether what is found below the directories where links are followed may stand elsewhere.
pub(super) fn lead_through_links(on: &mut Command<'_, '_>, starts: &[Value]) -> bool {
    // What the call brings there may be a link.
    let brings = |path: &PathValue| {
        !path.existing && (path.tree || path.leads.is_some() || path.like.is_some() || path.found.is_some())
    };
    let brought = |effect: &Effect| matches!(&effect.kind, Kind::Write(path) if brings(path) || path.is_checkout());
    let Some(world) = on.scripts.world().filter(|_| !on.analysis.effects.iter().any(brought)) else { return true };
    starts.iter().any(|start| match path::absolute(start, &on.cwd).known() {
        Some(start) => names::leads_out(world, start, &mut on.analysis.names_left),
        None => true,
    })
}

/// Runs what stands behind `-exec`, of `find` or another, with `several` names at once, or `here` in the directory of each.
fn with_names(
    on: &mut Command<'_, '_>,
    parsed: &Parsed<'_>,
    words: &[Word],
    (find, several, here): (bool, bool, bool),
    names: &[Value],
) -> Result<(), LimitReached> {
    match words.split_last() {
        // `-exec COMMAND {} +`
        Some((last, before)) if several && last.value.known() == Some(b"{}") => in_directory(on, here, |on| {
            let stdin = on.stdin.shared();
            on.inner_with_names(before, names, stdin)
        }),
        _ => names.iter().try_for_each(|found| {
            // Behind a link stand names of other directories.
            let follows = parsed.uses(&[b"-L", b"-H", b"-follow"]) || !find || here;
            match (!follows).then(|| placed(on, words, b"{}", found)).flatten() {
                Some(argv) => {
                    let stdin = on.stdin.shared();
                    on.inner(&argv, stdin).map(|_| ())
                }
                None => run_with(on, words, found, find, here),
            }
        }),
    }
}

fn run_with(
    on: &mut Command<'_, '_>,
    words: &[Word],
    found: &Value,
    find: bool,
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
        argv.push(new);
    }
    if !find && !placed {
        argv.push(Word { value: Value::ANY_WORD, span: on.span });
    }
    let stdin = if find { on.stdin.shared() } else { Stdin::Empty };
    in_directory(on, here, |on| on.inner(&argv, stdin).map(|_| ()))
}

/// Does something in the directory of each name that is found, or where the command is.
fn in_directory<'c, 't>(
    on: &mut Command<'c, 't>,
    of_names: bool,
    work: impl FnOnce(&mut Command<'c, 't>) -> Result<(), LimitReached>,
) -> Result<(), LimitReached> {
    let cwd = on.cwd.clone();
    if of_names {
        on.cwd = Value::ANY_WORD;
    }
    let result = work(on);
    on.cwd = cwd;
    result
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

/// `-delete`: what is found goes away.
pub(super) fn delete(on: &mut Command<'_, '_>, parsed: &Parsed<'_>, option: &Use<'_>) {
    let span = on.span;
    let ends = Endings::of(parsed).at(parsed, option);
    let named = ends.iter().all(|end| !end.is_empty());
    let leads_out = goes_through_links(on, parsed);
    for end in &ends {
        let found = found(&parsed.operands, end, false);
        if leads_out {
            let outer = core::mem::replace(&mut on.analysis.through_links, true);
            on.modify(&found, false, span);
            on.analysis.through_links = outer;
        } else if named {
            on.remove(&found, false, span);
        }
    }
    if named {
        return;
    }
    let starts = if parsed.operands.is_empty() { vec![Word::known(b".", span)] } else { parsed.operands.clone() };
    for start in starts {
        if parsed.uses(&[b"-H", b"-L", b"-follow"]) {
            on.modify(&start.value, true, start.span);
        } else {
            on.remove(&start.value, true, start.span);
        }
    }
}

/// An expression word that is not known could be an action.
pub(super) fn doubts(on: &mut Command<'_, '_>, parsed: &Parsed<'_>) {
    let dashed = |w: &&Word| w.value.known().is_some_and(|t| t.starts_with(b"-"));
    if let Some(word) = parsed.operands.iter().find(dashed) {
        on.unknown("unknown-option", "a word of the expression is not known".into(), word.span, false);
    }
}

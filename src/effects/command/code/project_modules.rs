//! Modules of the project that Python code imports: importing one executes a file of the project, and what comes of it may be shown.
//! All else that is done with it is not known: it may be the `os` of the interpreter under another name.

use super::{reading::Reading, token::Kind};
use crate::tables::languages::Doing;
use alloc::vec::Vec;

/// Hidden attributes that are texts in every module.
const SHOWN: [&[u8]; 6] = [b"__version__", b"__file__", b"__name__", b"__doc__", b"__all__", b"__author__"];

/// What shows a value of any kind and gives nothing of it back but a number.
const SHOWS: [&[u8]; 2] = [b"print", b"len"];

/// What a module of the interpreter tells of a module or a function, as a text.
const TELLS: [&[u8]; 3] = [b"inspect.getsource", b"inspect.getdoc", b"inspect.getfile"];

/// Notes a name that an import gives to a module of that name, or to what is in it; false where it may be no module of a project, or
/// where the name has a meaning already.
pub(super) fn note<'a>(reading: &mut Reading<'a>, name: &'a [u8], module: &[u8]) -> bool {
    let top = module.split(|b| *b == b'.').next().unwrap_or(module);
    let free = reading.doing(name).is_none() && !reading.aliases.contains_key(name) && !name.starts_with(b"_");
    if super::is_of_interpreter(top) || !free {
        return false;
    }
    reading.own.insert(name);
    reading.out.modules.push(module.to_vec());
    true
}

/// Judges the use at `at` of a name that an import of the project's gave; returns where to go on.
pub(super) fn used(reading: &mut Reading<'_>, at: usize) -> usize {
    let text = reading.text(at);
    let mut end = at + 1;
    let mut plain = !reading.aliases.contains_key(text) && !reading.bound.contains(text);
    while reading.is_mark(end, b".") && reading.kind(end + 1) == Some(Kind::Name) {
        let name = reading.text(end + 1);
        plain &= !name.starts_with(b"_") || SHOWN.contains(&name);
        end += 2;
    }
    if !plain || !(stands_alone(reading, at, end) || is_shown(reading, at, end)) {
        reading.doubt("a module of the project may give anything:", text);
    }
    end
}

/// Whether nothing is done with the value: it is a statement of its own.
fn stands_alone(reading: &Reading<'_>, at: usize, end: usize) -> bool {
    let edge = |n: usize| matches!(reading.text(n), b"\n" | b";");
    at.checked_sub(1).is_none_or(edge) && (end >= reading.tokens.len() || edge(end))
}

/// Whether the value is a whole argument of a function that shows it, or a whole field of a text.
fn is_shown(reading: &Reading<'_>, at: usize, end: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    let begins = reading.is_mark(before, b"(") || reading.is_mark(before, b",");
    let ends = reading.is_mark(end, b")") || reading.is_mark(end, b",");
    let Some(open) = opening(reading, at).filter(|_| begins && ends) else { return false };
    let Some(callee) = open.checked_sub(1) else { return false };
    let name = reading.text(callee);
    let back = |n: usize| callee.checked_sub(n);
    match reading.kind(callee) {
        Some(Kind::Text) => before == open && reading.mate(open) == end,
        Some(Kind::Name) if back(1).is_some_and(|dot| reading.is_mark(dot, b".")) => {
            let Some(module) = back(2).filter(|_| back(3).is_none_or(|n| !reading.is_mark(n, b"."))) else {
                return false;
            };
            let Some(whole) = reading.aliases.get(reading.text(module)) else { return false };
            let whole: Vec<u8> = [whole.as_slice(), b".", name].concat();
            TELLS.contains(&whole.as_slice()) && reading.qualified(&whole) == Some(Doing::Harmless)
        }
        Some(Kind::Name) => SHOWS.contains(&name) && reading.is_own(name) && !reading.own.contains(name),
        _ => false,
    }
}

/// The bracket in which the token at `at` stands, where that is a round one.
fn opening(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let mut n = at.checked_sub(1)?;
    loop {
        if reading.kind(n) == Some(Kind::Mark) {
            match reading.text(n) {
                b"(" => return Some(n),
                b"[" | b"{" | b"\n" | b";" => return None,
                b")" | b"]" | b"}" => n = reading.mate(n),
                _ => {}
            }
        }
        n = n.checked_sub(1)?;
    }
}

//! Python: what a program does, by its names. Everything that it uses must be a name of the table, a name of its own, or an
//! attribute that is harmless on all values that such names can give.

use super::{
    calls, classes,
    formats::{plain_format, replaces_text},
    held::Held,
    project_modules, python_text,
    reading::{Act, Program, Reading},
    token::Kind,
};
use crate::{effect::Value, tables::languages::Doing};
use alloc::{collections::BTreeMap, vec::Vec};

const KEYWORDS: &[&[u8]] = &[
    b"and",
    b"as",
    b"assert",
    b"async",
    b"await",
    b"break",
    b"continue",
    b"def",
    b"del",
    b"elif",
    b"else",
    b"except",
    b"finally",
    b"for",
    b"from",
    b"global",
    b"if",
    b"import",
    b"in",
    b"is",
    b"lambda",
    b"nonlocal",
    b"not",
    b"or",
    b"pass",
    b"raise",
    b"return",
    b"try",
    b"while",
    b"with",
    b"yield",
];

/// Works the program out.
pub(super) fn analyse(text: &[u8], home: Option<&[u8]>, given: &[Value]) -> Program {
    let Some(tokens) = python_text::tokens(text) else { return super::unread() };
    let mut reading = Reading::new("python", &tokens, home);
    reading.out.moves = reading.changes_directory();
    reading.out.follows = tokens.iter().any(|token| token.text == b"recursive");
    imports(&mut reading);
    if reading.keeps_arguments() {
        reading.given = given;
    }
    names(&mut reading);
    let mut at = 0;
    while at < tokens.len() {
        at = step(&mut reading, at);
    }
    let starts = reading.out.acts.iter().any(|a| matches!(a, Act::Shell(_) | Act::Process(..)));
    if starts && reading.environment {
        reading.doubt("a command may get another environment by", b"os.environ");
    }
    if let Some(name) = reading.weak.filter(|_| reading.objects || !reading.paths.is_empty()) {
        reading.doubt("a path may have the attribute", name);
    }
    reading.out
}

/// Whether a statement can begin at `at`.
pub(super) fn begins(reading: &Reading<'_>, at: usize) -> bool {
    at == 0 || at.checked_sub(1).is_some_and(|b| matches!(reading.text(b), b"\n" | b";" | b":"))
}

/// Whether the token is an import of a statement.
fn is_import(reading: &Reading<'_>, at: usize) -> bool {
    reading.kind(at) == Some(Kind::Name)
        && (reading.text(at) == b"import" || (reading.text(at) == b"from" && begins(reading, at)))
}

/// Where the import statement at `at` ends.
fn import_end(reading: &Reading<'_>, at: usize) -> usize {
    (at..reading.tokens.len()).find(|n| matches!(reading.text(*n), b"\n" | b";")).unwrap_or(reading.tokens.len())
}

/// Notes what imported names stand for.
fn imports(reading: &mut Reading<'_>) {
    let mut at = 0;
    while at < reading.tokens.len() {
        if !is_import(reading, at) {
            at += 1;
            continue;
        }
        let end = import_end(reading, at);
        let ok = if reading.text(at) == b"from" {
            from_import(reading, at, end)
        } else {
            plain_import(reading, at + 1, end)
        };
        if !ok {
            let name = reading.text(at + 1);
            reading.doubt("nothing is known of an import of", name);
        }
        reading.approved.extend(at..end);
        at = end;
    }
}

/// Reads `a.b.c` and returns where it ends.
fn dotted(reading: &Reading<'_>, mut at: usize) -> Option<(Vec<u8>, usize)> {
    let mut name = Vec::new();
    loop {
        if reading.kind(at) != Some(Kind::Name) {
            return None;
        }
        name.extend_from_slice(reading.text(at));
        at += 1;
        if !reading.is_mark(at, b".") {
            return Some((name, at));
        }
        name.push(b'.');
        at += 1;
    }
}

/// Judges a module; false where nothing is known of it.
fn module(reading: &mut Reading<'_>, name: &[u8]) -> bool {
    match reading.doing(&[b"import ", name].concat()) {
        Some(Doing::Module | Doing::BuiltIn) => true,
        Some(Doing::Package) => {
            reading.out.packages = true;
            if reading.out.moves {
                reading.doubt("modules may be taken from another directory for", name);
            }
            true
        }
        Some(Doing::Foreign) => {
            reading.doubt("the code of a package is not looked at:", name);
            true
        }
        _ => false,
    }
}

fn alias<'a>(reading: &mut Reading<'a>, name: &'a [u8], whole: Vec<u8>) -> bool {
    let same = reading.aliases.get(name).is_none_or(|old| *old == whole);
    // A name that means something already means two things in one program.
    let free = reading.doing(name).is_none() || reading.doing(name) == reading.qualified(&whole);
    reading.aliases.insert(name, whole);
    same && free && !name.starts_with(b"__")
}

fn plain_import(reading: &mut Reading<'_>, mut at: usize, end: usize) -> bool {
    while at < end {
        let Some((name, next)) = dotted(reading, at) else { return false };
        let known = module(reading, &name);
        let first = reading.text(at);
        at = next;
        let renamed = (reading.text(at) == b"as").then(|| reading.text(at + 1));
        at += if renamed.is_some() { 2 } else { 0 };
        let ok = match renamed {
            _ if !known => project_modules::note(reading, renamed.unwrap_or(first), &name),
            Some(given) => alias(reading, given, name),
            None => alias(reading, first, first.to_vec()),
        };
        if !ok || (at < end && !reading.is_mark(at, b",")) {
            return false;
        }
        at += 1;
    }
    true
}

fn from_import(reading: &mut Reading<'_>, at: usize, end: usize) -> bool {
    let Some((from, mut at)) = dotted(reading, at + 1) else { return false };
    let of_project = !module(reading, &from);
    if reading.text(at) != b"import" {
        return false;
    }
    at += 1;
    while at < end {
        if matches!(reading.text(at), b"(" | b")" | b",") {
            at += 1;
            continue;
        }
        if reading.kind(at) != Some(Kind::Name) {
            return false;
        }
        let (name, whole) = (reading.text(at), [from.as_slice(), b".", reading.text(at)].concat());
        at += 1;
        let mut given = name;
        if reading.text(at) == b"as" {
            given = reading.text(at + 1);
            at += 2;
        }
        if of_project {
            if !project_modules::note(reading, given, &from) {
                return false;
            }
            continue;
        }
        // `from os import path` is a module, the others are what the module has.
        let known =
            reading.qualified(&whole).is_some() || reading.doing(&[b"import ", whole.as_slice()].concat()).is_some();
        if !known || !alias(reading, given, whole) {
            return false;
        }
    }
    true
}

/// Most tokens between `for` and `in`, or `lambda` and `:`.
const MAX_TARGETS: usize = 64;

/// The next token with that text, at the same depth of brackets and not far away.
pub(super) fn next_flat(reading: &Reading<'_>, mut at: usize, text: &[u8]) -> Option<usize> {
    for _ in 0..MAX_TARGETS {
        match reading.text(at) {
            found if found == text => return Some(at),
            b"(" | b"[" | b"{" if reading.kind(at) == Some(Kind::Mark) => at = reading.mate(at).checked_add(1)?,
            _ => at += 1,
        }
    }
    None
}

/// Whether the text is an operator that gives a name a value.
pub(super) fn assigns(mark: &[u8]) -> bool {
    mark.ends_with(b"=") && !matches!(mark, b"==" | b"!=" | b"<=" | b">=")
}

/// Notes which names the program gives a value, and which of those are one text for ever.
fn names(reading: &mut Reading<'_>) {
    let mut counts: BTreeMap<&[u8], usize> = BTreeMap::new();
    let tokens = reading.tokens;
    let (mut statement, mut depth) = (0, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        if reading.approved.contains(&at) {
            continue;
        }
        let mut bind = |range: core::ops::Range<usize>| {
            for one in tokens.get(range).unwrap_or(&[]).iter().filter(|t| t.kind == Kind::Name) {
                *counts.entry(one.text).or_default() += 1;
            }
        };
        let next = reading.text(at + 1);
        match (token.kind, token.text) {
            (Kind::Mark, b"\n" | b";") => statement = at + 1,
            (Kind::Mark, b"(" | b"[" | b"{") => depth += 1,
            (Kind::Mark, b")" | b"]" | b"}") => depth = depth.saturating_sub(1),
            (Kind::Mark, b"=") if depth == 0 => {
                // `a, b = ...`: every name before the `=`.
                bind(statement..at);
                statement = at + 1;
            }
            (Kind::Name, b"for") => match next_flat(reading, at, b"in") {
                Some(end) => bind(at + 1..end),
                None => reading.doubt("too many names follow", b"for"),
            },
            (Kind::Name, b"lambda") => match next_flat(reading, at, b":") {
                Some(end) => bind(at + 1..end),
                None => reading.doubt("too many names follow", b"lambda"),
            },
            (Kind::Name, b"def") if !reading.is_mark(at + 2, b"(") => {
                reading.doubt("nothing is known of the parameters of", next);
            }
            (Kind::Name, b"def") => bind(at + 1..reading.mate(at + 2).min(tokens.len())),
            (Kind::Name, b"as") if reading.is_mark(at + 1, b"(") || reading.is_mark(at + 1, b"[") => {
                bind(at + 1..reading.mate(at + 1).min(tokens.len()));
            }
            (Kind::Name, b"as") => bind(at + 1..at + 2),
            (Kind::Name, b"global" | b"nonlocal" | b"del") => {
                let ends = |n: &usize| matches!(reading.text(*n), b"\n" | b";");
                bind(at + 1..(at + 1..tokens.len()).find(ends).unwrap_or(tokens.len()));
            }
            // `a.b += 1` gives the attribute another value.
            (Kind::Mark, mark) if depth == 0 && mark != b":=" && assigns(mark) => bind(statement..at.saturating_sub(1)),
            (Kind::Name, _) if next == b":=" || (depth == 0 && assigns(next)) => bind(at..at + 1),
            _ => {}
        }
    }
    reading.bound = counts.keys().copied().collect();
    super::held::settle(reading, &counts);
    reading.counts = counts;
}

/// Looks at the token at `at`; returns where to go on.
fn step(reading: &mut Reading<'_>, at: usize) -> usize {
    let text = reading.text(at);
    match reading.kind(at) {
        Some(Kind::Mark) if text == b"." => attribute(reading, at + 1),
        Some(Kind::Mark) if text == b"(" => group(reading, at),
        Some(Kind::Name) if is_import(reading, at) => import_end(reading, at),
        Some(Kind::Name) => name(reading, at),
        _ => at + 1,
    }
}

/// An attribute of a value, named at `at`.
fn attribute(reading: &mut Reading<'_>, at: usize) -> usize {
    let name = reading.text(at);
    if name == b"format" && reading.kind(at) == Some(Kind::Name) {
        if !plain_format(reading, at - 1) {
            reading.doubt("a format may look into values:", name);
        }
        return at + 1;
    }
    if reading.approved.contains(&at) {
        return at + 1;
    }
    if let Some(does @ (Doing::Query | Doing::Queries)) = reading.doing(&[b".", name].concat())
        && reading.kind(at) == Some(Kind::Name)
    {
        reading.query(does, at);
        return at + 1;
    }
    match reading.doing(&[b".", name].concat()) {
        Some(Doing::Store) if reading.is_mark(at + 1, b"(") => {
            reading.data(Doing::Store, name, at + 1);
            return at + 1;
        }
        Some(Doing::Named) => {
            reading.named_methods(name, at);
            return at + 1;
        }
        _ => {}
    }
    if reading.kind(at) == Some(Kind::Name) && calls::beside(reading, at) {
        return at + 1;
    }
    // Methods of texts and lists that move and copy files where the value is a path.
    if matches!(name, b"replace" | b"copy") && !replaces_text(reading, at) {
        reading.weak = Some(name);
    }
    if reading.kind(at) != Some(Kind::Name) || reading.doing(&[b".", name].concat()) != Some(Doing::Harmless) {
        reading.doubt("nothing is known of the attribute", name);
    }
    at + 1
}

/// `(Path(A) / B).method(...)`.
fn group(reading: &mut Reading<'_>, at: usize) -> usize {
    let end = reading.mate(at).saturating_add(1);
    let callee = at.checked_sub(1).is_some_and(|b| match reading.kind(b) {
        Some(Kind::Name) => !KEYWORDS.contains(&reading.text(b)),
        Some(Kind::Mark) => matches!(reading.text(b), b")" | b"]" | b"}"),
        _ => true,
    });
    if !callee
        && reading.is_mark(end, b".")
        && let Some(held) = reading.held(at..end, 0).filter(|held| held.path)
    {
        path(reading, end + 1, &held);
    }
    at + 1
}

/// A name that is not an attribute.
fn name(reading: &mut Reading<'_>, at: usize) -> usize {
    let text = reading.text(at);
    let next = at + 1;
    if KEYWORDS.contains(&text) {
        return next;
    }
    let by_name =
        reading.is_mark(next, b"=") && at.checked_sub(1).is_some_and(|b| matches!(reading.text(b), b"(" | b","));
    if by_name && !text.starts_with(b"__") && !reading.aliases.contains_key(text) {
        return next;
    }
    if reading.own.contains(text) {
        return project_modules::used(reading, at);
    }
    if reading.aliases.contains_key(text) && reading.bound.contains(text) {
        reading.doubt("two things are called", text);
    }
    if reading.paths.contains(text) && reading.is_mark(next, b".") {
        let all = reading.values(at..next);
        path(reading, next + 1, &all);
        return next;
    }
    let Some((does, end)) = reading.chain(at) else {
        if reading.aliases.contains_key(text) {
            let whole = (at..).step_by(2).take_while(|n| *n == at || reading.is_mark(n - 1, b".")).last().unwrap_or(at);
            let attribute = reading.text(whole);
            reading.doubt("nothing is known of", attribute);
            return whole + 1;
        }
        if !reading.bound.contains(text) || text.starts_with(b"__") {
            reading.doubt("nothing is known of the name", text);
        }
        return next;
    };
    let called = reading.is_mark(end, b"(");
    if text == b"type" && end == next && !classes::only_asked_for(reading, at) {
        reading.doubt("a class is made or handed on by", text);
    }
    match does {
        Doing::Harmless => return end,
        Doing::Denied => reading.doubt("what is not worked out is done by", text),
        Doing::Environment => environment(reading, end),
        Doing::Path if called && !reading.is_mark(reading.mate(end).saturating_add(1), b".") => reading.objects = true,
        Doing::Path if called => {
            let all = reading.values(at..reading.mate(end).saturating_add(1));
            let method = reading.mate(end).saturating_add(2);
            path(reading, method, &all);
        }
        Doing::Join | Doing::ExpandHome if called => {}
        Doing::Load | Doing::Store if called => {
            let last = reading.text(end - 1);
            reading.data(does, last, end);
        }
        Doing::SafeLoad if called => reading.loads_safely(text, end),
        Doing::Single if called => calls::single(reading, text, end),
        _ if called => {
            let last = reading.text(end - 1);
            let open = does == Doing::Open
                && end > next
                && reading.aliases.get(text).is_some_and(|a| a != b"io" && a != b"codecs");
            if open && !calls::only_reads(reading, end) {
                // Archives are files as well, but what a mode means there is their own affair.
                reading.call(Doing::ReadWrite, last, end);
            } else {
                reading.call(does, last, end);
            }
        }
        _ => reading.doubt("a function is handed on:", text),
    }
    end
}

/// `os.environ` and what is done with it.
fn environment(reading: &mut Reading<'_>, at: usize) {
    let get = reading.is_mark(at, b".") && reading.text(at + 1) == b"get" && reading.is_mark(at + 2, b"(");
    let open = if get { at + 2 } else { at };
    let end = reading.mate(open);
    let subscript = reading.is_mark(at, b"[");
    reading.environment |= !get;
    if get || subscript {
        let first = if get { reading.arguments(open, b"=").places.first().cloned() } else { Some(open + 1..end) };
        let name = first.map_or(Value::ANY_WORD, |r| reading.value(r));
        reading.out.acts.push(Act::ReadEnv(name));
        let after = reading.text(end.saturating_add(1));
        if subscript && after.ends_with(b"=") && after != b"==" && after != b"!=" {
            reading.doubt("a variable of the environment is set by", b"os.environ");
        }
        return;
    }
    reading.out.acts.push(Act::ReadEnv(Value::ANY_WORD));
    let listed = reading.is_mark(at, b".") && matches!(reading.text(at + 1), b"items" | b"keys" | b"values" | b"copy");
    if !listed {
        reading.doubt("the whole environment is handed on:", b"os.environ");
    }
}

/// `Path(A, B).method(...)`: what the method at `at` does to the path.
fn path(reading: &mut Reading<'_>, at: usize, all: &Held) {
    let name = reading.text(at);
    let dotted = at.checked_sub(1).is_some_and(|dot| reading.is_mark(dot, b"."));
    let does = if dotted { reading.doing(&[b"Path.", name].concat()) } else { None };
    match does {
        Some(Doing::Harmless) => reading.objects = true,
        Some(Doing::Find) if reading.is_mark(at + 1, b"(") => reading.objects = true,
        Some(does) if reading.is_mark(at + 1, b"(") => {
            let arguments = reading.arguments(at + 1, b"=");
            let first = arguments.places.first().cloned();
            calls::on_path(reading, does, all, first, &arguments);
        }
        _ => return reading.doubt("a path is handed on:", name),
    }
    reading.approved.insert(at);
}

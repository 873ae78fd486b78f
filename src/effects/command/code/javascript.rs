//! JavaScript as node executes it: what a program does, by its names. Methods that are called must be harmless on every value;
//! other properties may be read as long as they do not lead to the constructors of functions or into the interpreter.

use super::{
    reading::{Act, Program, Reading},
    script_text,
    token::Kind,
};
use crate::{effect::Value, tables::languages::Doing};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

const KEYWORDS: &[&[u8]] = &[
    b"async",
    b"await",
    b"break",
    b"case",
    b"catch",
    b"const",
    b"continue",
    b"default",
    b"delete",
    b"do",
    b"else",
    b"false",
    b"finally",
    b"for",
    b"function",
    b"if",
    b"in",
    b"instanceof",
    b"let",
    b"new",
    b"null",
    b"of",
    b"return",
    b"switch",
    b"throw",
    b"true",
    b"try",
    b"typeof",
    b"var",
    b"void",
    b"while",
    b"yield",
];

/// Works the program out.
pub(super) fn analyse(text: &[u8], home: Option<&[u8]>) -> Program {
    let Some(tokens) = script_text::tokens(text) else { return super::unread() };
    let mut reading = Reading::new("node", &tokens, home);
    reading.out.moves = reading.changes_directory();
    let counts = names(&mut reading);
    modules(&mut reading);
    for (name, count) in &counts {
        if reading.aliases.contains_key(name) && *count > 1 {
            reading.doubt("two things are called", name);
        }
    }
    constants(&mut reading, &counts);
    let mut at = 0;
    while at < tokens.len() {
        at = step(&mut reading, at);
    }
    let starts = reading.out.acts.iter().any(|a| matches!(a, Act::Shell(_) | Act::Process(..)));
    if starts && reading.environment {
        reading.doubt("a command may get another environment by", b"process.env");
    }
    reading.out
}

/// Whether the name at `at` is that of a property.
fn is_property(reading: &Reading<'_>, at: usize) -> bool {
    at.checked_sub(1).is_some_and(|b| reading.is_mark(b, b".") || reading.is_mark(b, b"?."))
}

/// Whether the mark gives what stands before it a value.
fn assigns(mark: &[u8]) -> bool {
    mark.ends_with(b"=") && !matches!(mark, b"==" | b"===" | b"!=" | b"!==" | b"<=" | b">=")
}

/// Notes which names get a value, and at how many places each does.
fn names<'a>(reading: &mut Reading<'a>) -> BTreeMap<&'a [u8], usize> {
    let mut places: BTreeSet<usize> = BTreeSet::new();
    let tokens = reading.tokens;
    for (at, token) in tokens.iter().enumerate() {
        let within = |from: usize| {
            let end = reading.mate(from).min(tokens.len());
            (from..end).filter(|n| reading.kind(*n) == Some(Kind::Name))
        };
        let next = reading.text(at + 1);
        match (token.kind, token.text) {
            (Kind::Name, b"const" | b"let" | b"var") if matches!(next, b"{" | b"[") => places.extend(within(at + 1)),
            (Kind::Name, b"const" | b"let" | b"var") => {
                let mut one = at + 1;
                while reading.kind(one) == Some(Kind::Name) && places.insert(one) && reading.is_mark(one + 1, b",") {
                    one += 2;
                }
            }
            (Kind::Name, b"function") => {
                let named = reading.kind(at + 1) == Some(Kind::Name);
                if named {
                    places.insert(at + 1);
                }
                places.extend(within(at + 1 + usize::from(named)));
            }
            (Kind::Name, b"catch") => places.extend(within(at + 1)),
            (Kind::Mark, b"=>") => match at.checked_sub(1) {
                Some(before) if reading.is_mark(before, b")") => {
                    let open = reading.mate(before);
                    places.extend((open..before).filter(|n| reading.kind(*n) == Some(Kind::Name)));
                }
                Some(before) => {
                    places.insert(before);
                }
                None => {}
            },
            (Kind::Mark, b"}" | b"]") if matches!(next, b"=" | b"of" | b"in") => places.extend(within(token.mate)),
            // `for (x of ...)` without a declaration.
            (Kind::Name, _) if matches!(next, b"of" | b"in") && !is_property(reading, at) => {
                places.insert(at);
            }
            (Kind::Name, _)
                if assigns(next) && reading.kind(at + 1) == Some(Kind::Mark) && !is_property(reading, at) =>
            {
                places.insert(at);
            }
            _ => {}
        }
    }
    let mut counts: BTreeMap<&'a [u8], usize> = BTreeMap::new();
    for at in places {
        *counts.entry(reading.text(at)).or_default() += 1;
    }
    reading.bound = counts.keys().copied().collect();
    counts
}

/// The module that `require("...")` at `at` names, as its names are written in the table.
fn required(reading: &Reading<'_>, at: usize) -> Option<Vec<u8>> {
    let call = reading.text(at) == b"require" && reading.is_mark(at + 1, b"(") && reading.mate(at + 1) == at + 3;
    if !call || is_property(reading, at) {
        return None;
    }
    module(reading, at + 2)
}

/// The file of data that `require("./x.json")` at `at` names. What is not the name of a file of data is code.
fn required_data(reading: &Reading<'_>, at: usize) -> Option<Vec<u8>> {
    let call = reading.text(at) == b"require" && reading.is_mark(at + 1, b"(") && reading.mate(at + 1) == at + 3;
    if !call || is_property(reading, at) || reading.bound.contains(&b"require"[..]) {
        return None;
    }
    let name = reading.tokens.get(at + 2).filter(|t| t.kind == Kind::Text)?.value.as_deref()?;
    let placed = name.starts_with(b"./") || name.starts_with(b"../") || name.starts_with(b"/");
    (placed && name.ends_with(b".json") && !name.ends_with(b"/.json") && !name.contains(&0)).then(|| name.to_vec())
}

fn module(reading: &Reading<'_>, at: usize) -> Option<Vec<u8>> {
    let token = reading.tokens.get(at).filter(|t| t.kind == Kind::Text)?;
    let name = token.value.as_deref()?;
    let name = name.strip_prefix(b"node:").unwrap_or(name);
    let known = reading.doing(&[b"import ", name].concat()) == Some(Doing::BuiltIn);
    known.then(|| name.iter().map(|b| if *b == b'/' { b'.' } else { *b }).collect())
}

/// Notes what the names of `const fs = require("fs")`, `const { a, b: c } = require("fs")` and imports stand for.
fn modules(reading: &mut Reading<'_>) {
    for at in 0..reading.tokens.len() {
        if let Some(mut whole) = required(reading, at) {
            let mut end = at + 4;
            while reading.is_mark(end, b".")
                && reading.kind(end + 1) == Some(Kind::Name)
                && !reading.is_mark(end + 2, b"(")
            {
                whole.push(b'.');
                whole.extend_from_slice(reading.text(end + 1));
                end += 2;
            }
            let alone = !matches!(reading.text(end), b"(" | b"[" | b"." | b"?.");
            let declared = at.checked_sub(3).is_some_and(|n| declares(reading, n));
            if at >= 2 && reading.is_mark(at - 1, b"=") && alone {
                let name = at - 2;
                if declared && reading.kind(name) == Some(Kind::Name) {
                    let text = reading.text(name);
                    alias(reading, text, whole);
                    reading.approved.insert(name);
                    reading.approved.extend(at..end);
                } else if reading.is_mark(name, b"}")
                    && reading.mate(name).checked_sub(1).is_some_and(|n| declares(reading, n))
                {
                    unpack(reading, reading.mate(name), &whole, b":");
                    reading.approved.extend(at..end);
                }
            }
        }
        if reading.text(at) == b"import" && reading.kind(at) == Some(Kind::Name) && !is_property(reading, at) {
            import(reading, at);
        }
    }
}

/// Whether a declaration stands at `at`; one that goes on after a comma counts.
fn declares(reading: &Reading<'_>, at: usize) -> bool {
    matches!(reading.text(at), b"const" | b"let" | b"var")
}

fn alias<'a>(reading: &mut Reading<'a>, name: &'a [u8], whole: Vec<u8>) {
    if reading.aliases.get(name).is_some_and(|old| *old != whole) || reading.doing(name) == Some(Doing::Denied) {
        reading.doubt("two things are called", name);
    }
    reading.aliases.insert(name, whole);
}

/// `{ a, b: c }` of a module.
fn unpack(reading: &mut Reading<'_>, open: usize, whole: &[u8], rename: &[u8]) {
    let (mut at, end) = (open + 1, reading.mate(open));
    while at < end {
        let renamed = reading.text(at + 1) == rename;
        let given = if renamed { at + 2 } else { at };
        let plain = reading.kind(at) == Some(Kind::Name) && reading.kind(given) == Some(Kind::Name);
        if !plain || (given + 1 != end && !reading.is_mark(given + 1, b",")) {
            return reading.doubt("nothing is known of what is taken from", whole);
        }
        let (name, taken) = (reading.text(given), [whole, b".", reading.text(at)].concat());
        if reading.qualified(&taken).is_none() {
            reading.doubt("nothing is known of", &taken);
        }
        alias(reading, name, taken);
        reading.approved.extend(at..=given);
        at = given + 2;
    }
}

/// `import x from "fs"`, `import * as x from "fs"`, `import { a, b as c } from "fs"`.
fn import(reading: &mut Reading<'_>, at: usize) {
    let from = (at + 1..at + 64).find(|n| reading.text(*n) == b"from" && reading.kind(n + 1) == Some(Kind::Text));
    let Some((from, whole)) = from.and_then(|from| Some((from, module(reading, from + 1)?))) else {
        return reading.doubt("nothing is known of an", b"import");
    };
    let starred = reading.is_mark(at + 1, b"*") && reading.text(at + 2) == b"as";
    let name = if starred { at + 3 } else { at + 1 };
    if reading.kind(name) == Some(Kind::Name) && name + 1 == from {
        let text = reading.text(name);
        alias(reading, text, whole);
    } else if reading.is_mark(at + 1, b"{") && reading.mate(at + 1) + 1 == from {
        unpack(reading, at + 1, &whole, b"as");
    } else {
        return reading.doubt("nothing is known of an", b"import");
    }
    reading.approved.extend(at..from + 2);
}

/// Notes which names are one text for ever, and which only count.
fn constants(reading: &mut Reading<'_>, counts: &BTreeMap<&[u8], usize>) {
    let tokens = reading.tokens;
    let counting = |m: &[u8]| matches!(m, b"++" | b"--");
    let mut bumped: BTreeSet<&[u8]> = BTreeSet::new();
    for pair in tokens.windows(2) {
        match pair {
            [a, b] if counting(b.text) => bumped.insert(a.text),
            [a, b] if counting(a.text) => bumped.insert(b.text),
            _ => false,
        };
    }
    for six in tokens.windows(6) {
        // `for (let i = 0; ...; i++)`: a name that only ever counts.
        if let [open, word, name, is, number, end] = six
            && (open.text, word.text, is.text) == (b"(", b"let", b"=")
            && number.kind == Kind::Number
            && matches!(end.text, b";" | b",")
            && counts.get(name.text) == Some(&1)
        {
            reading.counters.insert(name.text);
        }
    }
    for (at, token) in tokens.iter().enumerate() {
        let name = reading.text(at + 1);
        let text = tokens.get(at + 3).filter(|t| t.kind == Kind::Text).and_then(|t| t.value.clone());
        let ends = tokens.get(at + 4).is_none_or(|t| {
            matches!(t.text, b";" | b",") || (t.kind == Kind::Name && !matches!(t.text, b"in" | b"instanceof"))
        });
        if let Some(text) = text.filter(|_| declares(reading, at) && reading.is_mark(at + 2, b"=") && ends)
            && token.kind == Kind::Name
            && counts.get(name) == Some(&1)
            && !bumped.contains(name)
        {
            reading.constants.insert(name, Value::from(text));
        }
    }
}

/// Looks at the token at `at`; returns where to go on.
fn step(reading: &mut Reading<'_>, at: usize) -> usize {
    let text = reading.text(at);
    if reading.approved.contains(&at) {
        return at + 1;
    }
    match reading.kind(at) {
        Some(Kind::Name) if is_property(reading, at) => property(reading, at),
        Some(Kind::Name) => name(reading, at),
        Some(Kind::Text) => {
            let hidden = reading.tokens.get(at).and_then(|t| t.value.as_deref()).unwrap_or(b"");
            let key = reading.is_mark(at + 1, b":") || reading.is_mark(at + 1, b"]");
            if key && !is_open(reading, hidden) {
                reading.doubt("nothing is known of the property", hidden);
            }
            at + 1
        }
        Some(Kind::Mark) if text == b"[" && at > 0 => subscript(reading, at),
        _ => at + 1,
    }
}

/// Whether the property may be read of any value.
fn is_open(reading: &Reading<'_>, name: &[u8]) -> bool {
    !name.starts_with(b"_") && reading.doing(&[b".", name].concat()) != Some(Doing::Denied)
}

/// The property of a value, named at `at`.
fn property(reading: &mut Reading<'_>, at: usize) -> usize {
    let name = reading.text(at);
    let called = matches!(reading.text(at + 1), b"(" | b"?.");
    let harmless = reading.doing(&[b".", name].concat()) == Some(Doing::Harmless);
    if !is_open(reading, name) || (called && !harmless) {
        reading.doubt("nothing is known of the property", name);
    }
    at + 1
}

/// `x[...]`: only numbers and texts that are written out.
fn subscript(reading: &mut Reading<'_>, at: usize) -> usize {
    let end = reading.mate(at);
    let of_value = at.checked_sub(1).is_some_and(|b| match reading.kind(b) {
        Some(Kind::Mark) => matches!(reading.text(b), b")" | b"]" | b"}" | b"?."),
        Some(Kind::Name) => !KEYWORDS.contains(&reading.text(b)) || is_property(reading, b),
        _ => true,
    });
    if reading.is_mark(end + 1, b":") {
        reading.doubt("the name of a property is worked out:", b"[");
    }
    let written = end == at + 2
        && match reading.kind(at + 1) {
            Some(Kind::Number) => true,
            Some(Kind::Text) => {
                reading.tokens.get(at + 1).is_some_and(|t| t.value.is_some()) && !reading.is_mark(end + 1, b"(")
            }
            Some(Kind::Name) => reading.counters.contains(reading.text(at + 1)),
            _ => false,
        };
    if of_value && !written {
        reading.doubt("the name of a property is worked out:", b"[");
    }
    at + 1
}

/// A name that is no property.
fn name(reading: &mut Reading<'_>, at: usize) -> usize {
    let text = reading.text(at);
    if !is_open(reading, text) {
        reading.doubt("nothing is known of", text);
        return at + 1;
    }
    let key =
        reading.is_mark(at + 1, b":") && at.checked_sub(1).is_some_and(|b| matches!(reading.text(b), b"{" | b","));
    if key || KEYWORDS.contains(&text) {
        return at + 1;
    }
    if let Some(file) = required_data(reading, at) {
        reading.out.acts.push(Act::Read(Value::Known(file.as_slice().into()), false));
        reading.out.data.push(file);
        return at + 4;
    }
    let (mut whole, end) = match required(reading, at) {
        Some(module) => (module, at + 4),
        None if reading.aliases.contains_key(text) => (reading.aliases.get(text).cloned().unwrap_or_default(), at + 1),
        // Modules of node are names of their own in code that is given in argv.
        None => (text.to_vec(), at + 1),
    };
    let own = reading.bound.contains(text) && !reading.aliases.contains_key(text);
    let Some((does, end)) = reading.follow(&mut whole, end) else {
        if !own {
            reading.doubt("nothing is known of", text);
        }
        return end;
    };
    if own {
        if does != Doing::Harmless {
            reading.doubt("two things are called", text);
        }
        return at + 1;
    }
    let called = reading.is_mark(end, b"(");
    match does {
        Doing::Harmless => {}
        Doing::Denied => reading.doubt("what is not worked out is done by", text),
        Doing::Environment => return environment(reading, end),
        Doing::Join | Doing::ExpandHome if called => {}
        _ if called && reading.is_mark(at.wrapping_sub(1), b"new") => reading.doubt("nothing is known of", &whole),
        _ if called => {
            options(reading, does, end);
            reading.call(does, &whole, end);
        }
        _ => reading.doubt("a function is handed on:", &whole),
    }
    end
}

/// Arguments after those that a call is about: options that are written out, texts, numbers and functions.
fn options(reading: &mut Reading<'_>, does: Doing, open: usize) {
    let about = match does {
        Doing::Write | Doing::Copy | Doing::Move | Doing::Open => 2,
        Doing::Spawn => 3,
        _ => 1,
    };
    for range in reading.arguments(open, b"=").places.into_iter().skip(about) {
        let first = reading.text(range.start);
        let function = matches!(first, b"function" | b"async" | b"(") || reading.is_mark(range.start + 1, b"=>");
        match reading.kind(range.start) {
            Some(Kind::Text | Kind::Number) => {}
            _ if first == b"{" => reading.options(range),
            _ if function => {}
            _ => reading.doubt("nothing is known of the argument", first),
        }
    }
}

/// `process.env` and what is done with it.
fn environment(reading: &mut Reading<'_>, at: usize) -> usize {
    let (name, end) = if reading.is_mark(at, b".") && reading.kind(at + 1) == Some(Kind::Name) {
        (Value::Known(reading.text(at + 1).into()), at + 2)
    } else if reading.is_mark(at, b"[") {
        (reading.value(at + 1..reading.mate(at)), reading.mate(at).saturating_add(1))
    } else {
        (Value::ANY_WORD, at)
    };
    reading.environment = true;
    let set = assigns(reading.text(end)) && reading.kind(end) == Some(Kind::Mark);
    if set || end == at {
        reading.doubt("the environment is set or handed on:", b"process.env");
    }
    reading.out.acts.push(Act::ReadEnv(name));
    if reading.is_mark(at, b"[") { at } else { end }
}

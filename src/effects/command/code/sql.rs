//! SQL as `SQLite` reads it: which files its statements reach, and whether they may do more. Words and functions that reach anything
//! but the database stand in `languages.jsonl`, as the modules of virtual tables and the pragmas do that are harmless.
//!
//! What a database holds runs as well: views and triggers call functions. The program itself refuses there (measured with 3.40.1) what
//! reads or writes files, loads code or lists directories (`unsafe use of readfile()`), but not `edit()`, unless with `-safe`. Code that
//! a statement stores is judged when it is stored, for it stands in its text; a database that stands there may bring such along.

use super::{
    reading::{Act, Program},
    sql_text::{self, Token},
};
use crate::{
    effect::Value,
    tables::languages::{Doing, doing},
};
use alloc::{format, string::String, vec::Vec};

/// Notes the first reason why a program may do more.
pub(super) fn doubt(out: &mut Program, why: &str, name: &[u8]) {
    if out.doubt.is_none() {
        let shown = String::from_utf8_lossy(name.get(..name.len().min(40)).unwrap_or(name)).into_owned();
        out.doubt = Some(format!("{why} `{shown}`"));
    }
}

pub(super) fn known(kind: &str, name: &[u8]) -> Option<Doing> {
    doing("sqlite", &[kind.as_bytes(), b" ", name].concat())
}

/// SQL alone, as a library takes it.
pub(super) fn analyse(text: &[u8], out: &mut Program) {
    match sql_text::tokens(text) {
        Some(tokens) => statements(&tokens, out),
        None => doubt(out, "not every reader takes the same for its strings:", b"SQL"),
    }
}

/// The effects of statements.
pub(super) fn statements(tokens: &[Token], out: &mut Program) {
    for statement in tokens.split(|t| *t == Token::Mark(b';')) {
        for at in 0..statement.len() {
            word(statement, at, out);
        }
    }
}

fn word(statement: &[Token], at: usize, out: &mut Program) {
    let Some(token) = statement.get(at) else { return };
    let rest = statement.get(at + 1..).unwrap_or_default();
    let Some(name) = token.name() else { return };
    let called = matches!(rest.first(), Some(Token::Mark(b'(')));
    // A table of functions can be read without brackets, and by any name that a table can be written by.
    let module = known("table", &name);
    let function = if called { known("function", &name) } else { None };
    if let Some(does) = module.or(function) {
        reaches(does, &name, rest, out);
    }
    if !matches!(token, Token::Word(_)) {
        return;
    }
    match name.as_slice() {
        b"attach" => attach(rest, out),
        b"vacuum" => vacuum(rest, out),
        b"pragma" => pragma(rest, out),
        b"virtual" => virtual_table(rest, out),
        _ => {}
    }
}

/// A function that does something with the file of its first argument.
fn reaches(does: Doing, name: &[u8], rest: &[Token], out: &mut Program) {
    let file = match rest {
        [Token::Mark(b'('), Token::Text(file), Token::Mark(b')' | b','), ..] => {
            Some(Value::Known(file.as_slice().into()))
        }
        _ => None,
    };
    match (does, file) {
        (Doing::Read, Some(file)) => out.acts.push(Act::Read(file, false)),
        (Doing::ReadTree, Some(file)) => out.acts.push(Act::Read(file, true)),
        (Doing::Write, Some(file)) => out.acts.push(Act::Write(file, false)),
        (Doing::Read | Doing::ReadTree | Doing::Write, None) => {
            doubt(out, "a file that is not written out is named to", name);
        }
        _ => doubt(out, "more than SQL is done by", name),
    }
}

/// `ATTACH [DATABASE] 'FILE' AS NAME`
fn attach(rest: &[Token], out: &mut Program) {
    let rest = match rest {
        [Token::Word(word), rest @ ..] if word == b"database" => rest,
        _ => rest,
    };
    match rest {
        // Between double quotes it is a column where there is one: there is none here.
        [Token::Text(file) | Token::Quoted(file), Token::Word(word), ..] if word == b"as" => database(file, out),
        _ => doubt(out, "a file that is not written out is opened by", b"ATTACH"),
    }
}

/// `VACUUM [SCHEMA] [INTO 'FILE']`
fn vacuum(rest: &[Token], out: &mut Program) {
    let rest = match rest {
        [Token::Word(word), rest @ ..] if word != b"into" => rest,
        _ => rest,
    };
    match rest {
        [] => {}
        [Token::Word(word), Token::Text(file)] if word == b"into" && !file.starts_with(b"file:") => {
            out.acts.push(Act::Write(Value::Known(file.as_slice().into()), false));
        }
        _ => doubt(out, "a file that is not written out is written by", b"VACUUM"),
    }
}

/// `PRAGMA [SCHEMA.]NAME`
fn pragma(rest: &[Token], out: &mut Program) {
    let ([_, Token::Mark(b'.'), Token::Word(name), ..] | [Token::Word(name), ..]) = rest else {
        return doubt(out, "nothing is known of what is set by", b"PRAGMA");
    };
    if known("pragma", name) != Some(Doing::Harmless) {
        doubt(out, "nothing is known of the pragma", name);
    }
}

/// `CREATE VIRTUAL TABLE NAME USING MODULE`
fn virtual_table(rest: &[Token], out: &mut Program) {
    // A column of a table may be virtual as well.
    if !matches!(rest.first(), Some(Token::Word(word)) if word == b"table") {
        return;
    }
    // `TABLE IF NOT EXISTS A.B USING`
    let using = rest.iter().take(9).position(|t| matches!(t, Token::Word(word) if word == b"using"));
    match using.and_then(|using| rest.get(using + 1)) {
        Some(Token::Word(name)) if known("module", name) == Some(Doing::Harmless) => {}
        Some(Token::Word(name)) => doubt(out, "nothing is known of the virtual table", name),
        _ => doubt(out, "nothing is known of a virtual table", b"USING"),
    }
}

/// What the name of a database says.
pub(super) enum Place {
    /// A database in memory, or one for the time being.
    Nowhere,
    /// A file; with `true` it is only read.
    File(Vec<u8>, bool),
    /// A URI that is not taken apart.
    Odd,
}

/// Takes the name of a database apart: a path, or a URI that says a path plainly.
pub(super) fn place(name: &[u8]) -> Place {
    if name.is_empty() || name == b":memory:" {
        return Place::Nowhere;
    }
    let Some(uri) = name.strip_prefix(b"file:") else { return Place::File(name.into(), false) };
    let mut parts = uri.splitn(2, |b| *b == b'?');
    let (path, query) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let path = match path.strip_prefix(b"//") {
        Some(rest) if rest.starts_with(b"/") => rest,
        Some(_) => return Place::Odd,
        None => path,
    };
    let mut reads_only = false;
    for one in query.split(|b| *b == b'&').filter(|one| !one.is_empty()) {
        if known("uri", one) != Some(Doing::Harmless) {
            return Place::Odd;
        }
        reads_only |= one == b"mode=ro";
    }
    match path {
        b"" | b":memory:" => Place::Nowhere,
        _ if path.iter().any(|b| matches!(b, b'%' | b'#')) => Place::Odd,
        // The last of several modes is the one that counts.
        _ => Place::File(path.into(), reads_only && query.windows(5).filter(|w| *w == b"mode=").count() == 1),
    }
}

/// A database that is opened.
pub(super) fn database(name: &[u8], out: &mut Program) {
    match place(name) {
        Place::Nowhere => {}
        Place::File(path, reads_only) => {
            let path = Value::Known(path.into());
            out.acts.push(Act::Read(path.clone(), false));
            if !reads_only {
                out.acts.push(Act::Write(path, false));
            }
        }
        Place::Odd => doubt(out, "a database is named by the address", name),
    }
}

/// Whether one statement that begins so can reach nothing but the database whatever follows, where no function of it can: one of
/// several statements is an error there.
pub(super) fn begins_harmlessly(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let len = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (first, rest) = text.split_at(len);
    if !rest.first().is_some_and(u8::is_ascii_whitespace) {
        return false;
    }
    if first.eq_ignore_ascii_case(b"pragma") {
        let rest = rest.trim_ascii_start();
        let len = rest.iter().take_while(|b| b.is_ascii_alphabetic() || **b == b'_').count();
        let (name, rest) = rest.split_at(len);
        return rest.first() == Some(&b'(') && known("pragma", &name.to_ascii_lowercase()) == Some(Doing::Harmless);
    }
    known("begins", &first.to_ascii_lowercase()) == Some(Doing::Harmless)
}

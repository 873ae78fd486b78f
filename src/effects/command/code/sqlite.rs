//! What the program `sqlite3` executes: SQL, and lines that begin with a dot (measured with 3.40.1).
//!
//! A line is a command of the program where it begins with a dot, without a blank before, and no statement is open. A word of argv is one
//! such command, or SQL; later releases read it by lines. Every line that some release may take for a command is judged as one,
//! and it must be neutral as SQL, so that whoever takes it for SQL sees strings begin and end at the same places.

use super::{
    reading::{Act, Program},
    sql, sql_text,
};
use crate::{effect::Value, tables::languages::Doing};
use alloc::vec::Vec;

/// Most arguments of a command that are looked at; the program itself stops at 52.
const MAX_ARGUMENTS: usize = 40;

/// Works out what the program gets, as a word of argv or on standard input.
pub(super) fn analyse(text: &[u8]) -> Program {
    let mut out = Program::default();
    let mut reader = sql_text::Reader::new(text);
    let mut triggers = false;
    loop {
        if reader.begins_line() {
            let line = reader.rest().split(|b| *b == b'\n').next().unwrap_or_default();
            let bare = line.trim_ascii();
            if bare == b"/" || bare.eq_ignore_ascii_case(b"go") {
                sql::doubt(&mut out, "a statement may end at the line", bare);
            }
            if line.starts_with(b".") {
                if !reader.begins_statement() || triggers {
                    sql::doubt(&mut out, "a line may be part of a statement, or the command", first_word(line));
                }
                if sql_text::tokens(line).is_none() {
                    sql::doubt(&mut out, "a quote is open behind the command", first_word(line));
                }
                let line = reader.line();
                command(line.trim_ascii_end(), &mut out);
                continue;
            }
        }
        match reader.next() {
            Some(true) => {}
            Some(false) => break,
            None => {
                sql::doubt(&mut out, "not every reader takes the same for its strings:", b"SQL");
                // What comes may be commands whatever is open.
                for line in reader.rest().split(|b| *b == b'\n').filter(|line| line.starts_with(b".")) {
                    command(line.trim_ascii_end(), &mut out);
                }
                break;
            }
        }
        triggers |= matches!(reader.tokens.last(), Some(sql_text::Token::Word(word)) if word == b"trigger");
    }
    sql::statements(&reader.tokens, &mut out);
    out
}

/// Whether a word of argv is a command with more lines behind it, which some releases take for its arguments.
pub(super) fn is_several_lines(text: &[u8]) -> bool {
    text.starts_with(b".") && text.trim_ascii_end().contains(&b'\n')
}

fn first_word(line: &[u8]) -> &[u8] {
    line.split(u8::is_ascii_whitespace).next().unwrap_or_default()
}

/// The words of a command; nothing where they are not certain.
fn words(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(byte) = line.get(at).copied() {
        if byte.is_ascii_whitespace() || byte == 11 {
            at += 1;
            continue;
        }
        let rest = line.get(at..)?;
        let word = if matches!(byte, b'\'' | b'"') {
            let end = rest.get(1..)?.iter().position(|b| *b == byte)?;
            at += end + 2;
            rest.get(1..=end)?
        } else {
            let end = rest.iter().position(|b| b.is_ascii_whitespace() || *b == 11).unwrap_or(rest.len());
            at += end;
            rest.get(..end)?
        };
        out.push(word.to_vec());
    }
    // A backslash stands for what follows it in some words.
    let plain = !line.contains(&b'\\') && !line.contains(&0) && out.len() <= MAX_ARGUMENTS;
    plain.then_some(out)
}

/// One command of the program.
fn command(line: &[u8], out: &mut Program) {
    let name = first_word(line.get(1..).unwrap_or_default());
    let does = sql::known("dot", name);
    if does == Some(Doing::Harmless) {
        return;
    }
    let Some(all) = words(line.get(1..).unwrap_or_default()) else {
        return sql::doubt(out, "not certain are the words behind the command", first_word(line));
    };
    let arguments = all.get(1..).unwrap_or_default();
    match does {
        Some(Doing::Shell) => out.acts.push(Act::Shell(shell_text(arguments).into())),
        Some(Doing::Read | Doing::Write | Doing::ReadWrite | Doing::Foreign) => {
            files(does, name, arguments, line, out);
        }
        _ => sql::doubt(out, "nothing is known of the command", first_word(line)),
    }
}

/// The program puts words with a blank in them between double quotes again.
fn shell_text(words: &[Vec<u8>]) -> Vec<u8> {
    let mut text = Vec::new();
    for word in words {
        if !text.is_empty() {
            text.push(b' ');
        }
        if word.contains(&b' ') {
            text.extend([&b"\""[..], word, b"\""].concat());
        } else {
            text.extend_from_slice(word);
        }
    }
    text
}

/// A command that names a file, or a command of the shell behind `|`.
fn files(does: Option<Doing>, name: &[u8], arguments: &[Vec<u8>], line: &[u8], out: &mut Program) {
    let mut places: Vec<&[u8]> = Vec::new();
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        if !word.starts_with(b"-") || word.len() < 2 || word.starts_with(b"|") {
            places.push(word);
            continue;
        }
        // Options are written with one dash or two.
        let option = word.strip_prefix(b"--").or_else(|| word.strip_prefix(b"-")).unwrap_or(word);
        match sql::known("dot-option", &[name, b":", option].concat()) {
            Some(Doing::Option) => {}
            Some(Doing::PlainOption) => {
                rest.next();
            }
            _ => sql::doubt(out, "nothing is known of an option of the command", first_word(line)),
        }
    }
    let first = places.first().copied();
    if let Some(script) = first.and_then(|one| one.strip_prefix(b"|")) {
        // The words behind it belong to the command, but for what `.import` puts them into.
        let table = usize::from(does == Some(Doing::Read) && places.len() > 1);
        if places.len() > 1 + table || does == Some(Doing::ReadWrite) {
            sql::doubt(out, "a command is written in several words behind", first_word(line));
        }
        let mut script = script.to_vec();
        for word in places.get(1..places.len() - table).unwrap_or_default() {
            script.extend([b" ", *word].concat());
        }
        out.acts.push(Act::Shell(script.into()));
        if does == Some(Doing::Foreign) {
            sql::doubt(out, "code is taken from a command by", first_word(line));
        }
        return;
    }
    // `.import FILE TABLE`; elsewhere the file comes last: `.backup main FILE`.
    let file = if name == b"import" { first } else { places.last().copied() };
    let most = usize::from(sql::known("dot-two", name) == Some(Doing::Option)) + 1;
    if places.len() > most {
        sql::doubt(out, "more words than one stand behind", first_word(line));
    }
    let Some(file) = file else { return };
    let stream = sql::known("stream", &[name, b":", file].concat()) == Some(Doing::Harmless);
    let path = || Value::Known(file.into());
    match does {
        _ if stream => {}
        Some(Doing::Read) => out.acts.push(Act::Read(path(), false)),
        Some(Doing::ReadWrite) => sql::database(file, out),
        Some(Doing::Write) if file.starts_with(b"file:") => {
            sql::doubt(out, "a file is named by an address behind", first_word(line));
        }
        Some(Doing::Write) => out.acts.push(Act::Write(path(), false)),
        _ => {
            out.acts.push(Act::Read(path(), false));
            sql::doubt(out, "the code of a file is executed by", first_word(line));
        }
    }
}

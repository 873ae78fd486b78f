//! Perl: small filters and calculations. Every name must be a harmless word of the language; there are no subroutines, references
//! or packages.

use super::{
    perl_text,
    reading::{Act, Program, Reading},
    token::Kind,
};
use crate::{effect::Value, tables::languages::Doing};

/// Works the program out.
pub(super) fn analyse(text: &[u8]) -> Program {
    let Some(tokens) = perl_text::tokens(text) else { return super::unread() };
    let mut reading = Reading::new("perl", &tokens, None);
    reading.out.moves = reading.changes_directory();
    for at in 0..tokens.len() {
        step(&mut reading, at);
    }
    reading.out
}

fn is_value(kind: Option<Kind>) -> bool {
    matches!(kind, Some(Kind::Variable | Kind::Text | Kind::Number | Kind::Regex | Kind::Command))
}

fn step(reading: &mut Reading<'_>, at: usize) {
    let text = reading.text(at);
    let value = |n: usize| reading.tokens.get(n).and_then(|t| t.value.clone());
    // Two values side by side: the first is a file handle, a subroutine or a class.
    let before = |n: usize| at.checked_sub(n).map_or(&b""[..], |b| reading.text(b));
    let is_for = |word: &[u8]| matches!(word, b"for" | b"foreach");
    let loops = is_for(before(1)) || (matches!(before(1), b"my" | b"our") && is_for(before(2)));
    let called = reading.kind(at) == Some(Kind::Variable) && reading.is_mark(at + 1, b"(") && !loops;
    if called || (is_value(reading.kind(at)) && is_value(reading.kind(at + 1))) {
        reading.doubt("two values stand side by side after", text);
    }
    match reading.kind(at) {
        Some(Kind::Command) => {
            let command = value(at).map_or(Value::ANY_WORD, Value::from);
            reading.out.acts.push(Act::Shell(command));
        }
        Some(Kind::Variable) => {
            let name = [b"$", text.get(1..).unwrap_or_default()].concat();
            if reading.doing(&name) != Some(Doing::Denied) {
                return;
            }
            let key = text == b"$ENV" && reading.is_mark(at + 1, b"{") && reading.is_mark(at + 3, b"}");
            let set =
                reading.text(at + 4).ends_with(b"=") && !matches!(reading.text(at + 4), b"==" | b"<=" | b">=" | b"!=");
            if key && matches!(reading.kind(at + 2), Some(Kind::Name | Kind::Text)) {
                let named = reading.kind(at + 2) == Some(Kind::Name);
                let name = if named { Some(reading.text(at + 2).to_vec()) } else { value(at + 2) };
                reading.out.acts.push(Act::ReadEnv(name.map_or(Value::ANY_WORD, Value::from)));
                if set || reading.is_mark(at + 4, b"=~") || reading.is_mark(at + 4, b",") {
                    reading.doubt("the environment is set or handed on:", text);
                }
            } else {
                reading.doubt("what is not worked out is done by", text);
            }
        }
        Some(Kind::Name) => name(reading, at),
        _ => {}
    }
}

fn name(reading: &mut Reading<'_>, at: usize) {
    let text = reading.text(at);
    let after_variable = at >= 2 && reading.is_mark(at - 1, b"{") && reading.kind(at - 2) == Some(Kind::Variable);
    let key = (after_variable && reading.is_mark(at + 1, b"}")) || reading.is_mark(at + 1, b"=>");
    let pragma = at > 0 && reading.text(at - 1) == b"use" && matches!(text, b"strict" | b"warnings");
    let uses =
        text == b"use" && matches!(reading.text(at + 1), b"strict" | b"warnings") && reading.is_mark(at + 2, b";");
    if key || pragma || uses {
        return;
    }
    // `sort by_size @x`, `print HANDLE $x`: names that are no words of the language are not known.
    let Some(does) = reading.doing(text) else { return reading.doubt("nothing is known of", text) };
    if does == Doing::Harmless {
        return;
    }
    // The one literal argument of `system "..."`, with or without parentheses.
    let argument = if reading.is_mark(at + 1, b"(") { at + 2 } else { at + 1 };
    let ends = matches!(reading.text(argument + 1), b"" | b")" | b";" | b"}" | b"if" | b"unless" | b"or" | b"and");
    let known = reading.tokens.get(argument).filter(|t| t.kind == Kind::Text && ends).and_then(|t| t.value.clone());
    let Some(known) = known.map(Value::from) else {
        return reading.doubt("the arguments are not worked out of", text);
    };
    let act = match does {
        Doing::System => Act::Shell(known),
        Doing::Modify => Act::Modify(known, false),
        Doing::Write => Act::Write(known, false),
        _ => return reading.doubt("what is not worked out is done by", text),
    };
    reading.out.acts.push(act);
}

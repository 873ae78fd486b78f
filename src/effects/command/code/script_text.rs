//! JavaScript text -> tokens. Names with escapes, HTML comments, and slashes of which it is doubtful whether they divide give up.

use super::token::{Kind, Lexer, Token, digits, is_word, match_brackets, push_char};
use alloc::vec::Vec;

const MARKS: &[&[u8]] = &[
    b"===", b"!==", b"==", b"!=", b"<=", b">=", b"=>", b"...", b"?.", b"??", b"&&", b"||", b"++", b"--", b"+=", b"-=",
    b"*=", b"/=", b"%=", b"&=", b"|=", b"^=", b"<<", b">>", b">>>", b"**", b"**=", b"<<=", b">>=", b">>>=", b"&&=",
    b"||=", b"??=",
];

/// Words after which a value begins.
pub(super) const BEFORE_VALUE: &[&[u8]] =
    &[b"return", b"typeof", b"instanceof", b"in", b"new", b"delete", b"void", b"throw", b"case", b"do", b"else"];

/// How deep templates may stand in each other.
const MAX_TEMPLATES: usize = 4;

/// All tokens, with brackets matched.
pub(super) fn tokens(text: &[u8]) -> Option<Vec<Token<'_>>> {
    let holds = |what: &[u8]| text.windows(what.len()).any(|w| w == what);
    // `<!--` and `-->` are comments in scripts; U+2028 and U+2029 end a line.
    if holds(b"<!--") || holds(b"-->") || holds(b"\xe2\x80\xa8") || holds(b"\xe2\x80\xa9") || text.contains(&b'\r') {
        return None;
    }
    core::str::from_utf8(text).ok()?;
    let mut lexer = Lexer::new(text);
    run(&mut lexer, 0)?;
    let mut tokens = lexer.tokens;
    match_brackets(&mut tokens)?;
    Some(tokens)
}

/// Reads to the end, or inside of a template to the brace that closes it.
fn run(lexer: &mut Lexer<'_>, templates: usize) -> Option<()> {
    // For every open parenthesis: whether a statement's condition stands in it, so that a slash after it begins a value.
    let mut open: Vec<bool> = Vec::new();
    let mut closed = Some(false);
    let mut braces = 0_usize;
    while !lexer.ended() {
        let b = lexer.peek(0);
        match b {
            b' ' | b'\t' | b'\n' => lexer.at += 1,
            b'/' if lexer.peek(1) == b'/' => lexer.while_is(|b| b != b'\n'),
            b'/' if lexer.peek(1) == b'*' => {
                let end = lexer.rest().get(2..)?.windows(2).position(|w| w == b"*/")?;
                lexer.at += end + 4;
            }
            b'/' => slash(lexer, closed)?,
            b'"' | b'\'' => string(lexer, b)?,
            b'`' => template(lexer, templates)?,
            b if b.is_ascii_digit() => lexer.number()?,
            b'.' if lexer.peek(1).is_ascii_digit() => return None,
            b if is_word(b) || b == b'$' => {
                let start = lexer.at;
                lexer.while_is(|b| is_word(b) || b == b'$');
                if lexer.peek(0) == b'\\' || lexer.peek(0) >= 0x80 {
                    return None;
                }
                lexer.push(Kind::Name, start, None);
            }
            b'}' if braces == 0 && templates > 0 => return Some(()),
            b if b.is_ascii_graphic() && !matches!(b, b'\\' | b'#' | b'@') => {
                match b {
                    b'(' => {
                        let condition = |t: &Token<'_>| matches!(t.text, b"if" | b"while" | b"for" | b"with");
                        open.push(lexer.tokens.last().is_some_and(condition) && !is_property(lexer));
                    }
                    b')' => closed = Some(open.pop()?),
                    b'{' => braces += 1,
                    b'}' => {
                        braces = braces.checked_sub(1)?;
                        closed = None;
                    }
                    _ => {}
                }
                lexer.mark(MARKS);
            }
            _ => return None,
        }
    }
    (templates == 0).then_some(())
}

/// Whether the last token is the name of a property.
fn is_property(lexer: &Lexer<'_>) -> bool {
    lexer.tokens.iter().rev().nth(1).is_some_and(|t| t.kind == Kind::Mark && matches!(t.text, b"." | b"?."))
}

/// A slash: a regular expression or a division. `closed`: whether the last bracket closed a condition, where that is known.
fn slash(lexer: &mut Lexer<'_>, closed: Option<bool>) -> Option<()> {
    let regex = match lexer.tokens.last() {
        None => true,
        Some(Token { kind: Kind::Mark, text, .. }) => match *text {
            b")" => closed?,
            b"]" => false,
            b"}" | b"++" | b"--" => return None,
            _ => true,
        },
        Some(Token { kind: Kind::Name, .. }) if is_property(lexer) => false,
        // Keywords in some places, names in others.
        Some(Token { text: b"await" | b"yield" | b"of" | b"let" | b"async", .. }) => return None,
        Some(Token { kind: Kind::Name, text, .. }) => BEFORE_VALUE.contains(text),
        Some(_) => false,
    };
    if !regex {
        lexer.mark(MARKS);
        return Some(());
    }
    let start = lexer.at;
    lexer.at += 1;
    let mut class = false;
    loop {
        match lexer.peek(0) {
            _ if lexer.ended() => return None,
            b'\n' => return None,
            b'\\' => lexer.at += 1,
            b'[' => class = true,
            b']' => class = false,
            b'/' if !class => break,
            _ => {}
        }
        lexer.at += 1;
    }
    lexer.at += 1;
    lexer.while_is(is_word);
    lexer.push(Kind::Regex, start, None);
    Some(())
}

fn string(lexer: &mut Lexer<'_>, quote: u8) -> Option<()> {
    let start = lexer.at;
    lexer.at += 1;
    let body_at = lexer.at;
    while lexer.peek(0) != quote {
        match lexer.peek(0) {
            _ if lexer.ended() => return None,
            b'\n' => return None,
            b'\\' => lexer.at += 2,
            _ => lexer.at += 1,
        }
    }
    let value = unescaped(lexer.since(body_at));
    lexer.at += 1;
    lexer.push(Kind::Text, start, value);
    Some(())
}

/// What a string stands for; `None` where that is not worked out.
fn unescaped(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    while let Some(b) = body.get(at).copied() {
        at += 1;
        if b != b'\\' {
            out.push(b);
            continue;
        }
        let escape = *body.get(at)?;
        at += 1;
        match escape {
            b'\n' => {}
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'v' => out.push(11),
            b'x' | b'u' if body.get(at) != Some(&b'{') => {
                let width = if escape == b'x' { 2 } else { 4 };
                let (number, count) = digits(body.get(at..)?, 16, width);
                if count != width || !push_char(&mut out, number) {
                    return None;
                }
                at += width;
            }
            b'u' => {
                let (number, count) = digits(body.get(at + 1..)?, 16, 6);
                if count == 0 || body.get(at + 1 + count) != Some(&b'}') || !push_char(&mut out, number) {
                    return None;
                }
                at += count + 2;
            }
            b'0'..=b'7' => {
                // Old octal escapes: up to three digits, at most 255.
                let most = if escape <= b'3' { 3 } else { 2 };
                let (number, count) = digits(body.get(at - 1..)?, 8, most);
                push_char(&mut out, number);
                at += count - 1;
            }
            other => out.push(other),
        }
    }
    Some(out)
}

/// A template: its expressions become tokens in parentheses before it.
fn template(lexer: &mut Lexer<'_>, templates: usize) -> Option<()> {
    // Directly after a value it is a call.
    if templates >= MAX_TEMPLATES || lexer.after_value(BEFORE_VALUE) {
        return None;
    }
    let start = lexer.at;
    lexer.at += 1;
    let body_at = lexer.at;
    let mut plain = true;
    loop {
        match lexer.peek(0) {
            _ if lexer.ended() => return None,
            b'\\' => lexer.at += 2,
            b'`' => break,
            b'$' if lexer.peek(1) == b'{' => {
                plain = false;
                lexer.at += 2;
                lexer.push_mark(b"(");
                run(lexer, templates + 1)?;
                lexer.push_mark(b")");
                // The closing brace.
                lexer.at += 1;
            }
            _ => lexer.at += 1,
        }
    }
    let value = if plain { unescaped(lexer.since(body_at)) } else { None };
    lexer.at += 1;
    lexer.push(Kind::Text, start, value);
    Some(())
}

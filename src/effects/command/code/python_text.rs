//! Python text -> tokens. Whatever Python may read otherwise (names that are not ASCII, odd escapes, nested formats) gives up.

use super::token::{Kind, Lexer, Token, digits, is_word, match_brackets, push_char};
use alloc::vec::Vec;

const MARKS: &[&[u8]] = &[
    b"==", b"!=", b"<=", b">=", b":=", b"->", b"...", b"**=", b"//=", b"<<=", b">>=", b"**", b"//", b"<<", b">>",
    b"+=", b"-=", b"*=", b"/=", b"%=", b"&=", b"|=", b"^=", b"@=",
];

/// How deep formats may stand in each other.
const MAX_FORMATS: usize = 4;

/// All tokens, with brackets matched; a line that ends outside of brackets is a mark `\n`.
pub(super) fn tokens(text: &[u8]) -> Option<Vec<Token<'_>>> {
    // A new Python takes the indentation of the whole away, which changes strings of several lines.
    let first = text.iter().find(|b| !matches!(b, b'\n'))?;
    if matches!(first, b' ' | b'\t') || declares_encoding(text) {
        return None;
    }
    let mut lexer = Lexer::new(text);
    run(&mut lexer, 0)?;
    let mut tokens = lexer.tokens;
    match_brackets(&mut tokens)?;
    Some(tokens)
}

/// Whether a comment of the first two lines may say that the text is encoded in another way.
fn declares_encoding(text: &[u8]) -> bool {
    text.split(|b| *b == b'\n').take(2).any(|line| {
        line.trim_ascii_start().starts_with(b"#") && line.windows(7).any(|w| matches!(w, b"coding:" | b"coding="))
    })
}

fn run(lexer: &mut Lexer<'_>, formats: usize) -> Option<()> {
    let mut depth = 0_usize;
    while !lexer.ended() {
        match lexer.peek(0) {
            b' ' | b'\t' => lexer.at += 1,
            b'\n' => {
                let start = lexer.at;
                lexer.at += 1;
                if depth == 0 {
                    lexer.push(Kind::Mark, start, None);
                }
            }
            b'\\' if lexer.peek(1) == b'\n' => lexer.at += 2,
            b'#' => lexer.while_is(|b| b != b'\n' && b != b'\r'),
            b'"' | b'\'' => string(lexer, &[], lexer.at, formats)?,
            b if b.is_ascii_digit() => lexer.number()?,
            b'.' if lexer.peek(1).is_ascii_digit() => return None,
            b if is_word(b) => {
                let start = lexer.at;
                lexer.while_is(is_word);
                if matches!(lexer.peek(0), b'"' | b'\'') {
                    let prefix = lexer.since(start).to_ascii_lowercase();
                    if !matches!(prefix.as_slice(), b"r" | b"b" | b"u" | b"f" | b"rb" | b"br" | b"fr" | b"rf") {
                        return None;
                    }
                    string(lexer, &prefix, start, formats)?;
                } else {
                    lexer.push(Kind::Name, start, None);
                }
            }
            b if b.is_ascii_graphic() && !matches!(b, b'\\' | b'`' | b'$' | b'?') => {
                match b {
                    b'(' | b'[' | b'{' => depth += 1,
                    b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
                    _ => {}
                }
                lexer.mark(MARKS);
            }
            _ => return None,
        }
    }
    Some(())
}

fn string(lexer: &mut Lexer<'_>, prefix: &[u8], start: usize, formats: usize) -> Option<()> {
    let quote = lexer.peek(0);
    let long = lexer.peek(1) == quote && lexer.peek(2) == quote;
    let width = if long { 3 } else { 1 };
    lexer.at += width;
    let body_at = lexer.at;
    loop {
        match lexer.peek(0) {
            _ if lexer.ended() => return None,
            b'\r' | 0 => return None,
            b'\\' => lexer.at += 2,
            b'\n' if !long => return None,
            b if b == quote && (!long || (lexer.peek(1) == quote && lexer.peek(2) == quote)) => break,
            _ => lexer.at += 1,
        }
    }
    let body = lexer.since(body_at);
    lexer.at += width;
    core::str::from_utf8(body).ok()?;
    let raw = prefix.contains(&b'r');
    if prefix.contains(&b'f') {
        lexer.push(Kind::Text, start, None);
        return format(lexer, body, quote, raw, formats);
    }
    let value = if raw { Some(body.to_vec()) } else { unescaped(body, prefix.contains(&b'b')) };
    lexer.push(Kind::Text, start, value);
    Some(())
}

/// What a string that is not raw stands for; `None` where that is not worked out.
fn unescaped(body: &[u8], bytes: bool) -> Option<Vec<u8>> {
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
        let simple = match escape {
            b'\n' => continue,
            b'\\' | b'\'' | b'"' => escape,
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'x' | b'u' | b'U' if escape == b'x' || !bytes => {
                let width = match escape {
                    b'x' => 2,
                    b'u' => 4,
                    _ => 8,
                };
                let (number, count) = digits(body.get(at..)?, 16, width);
                if count != width || !push_number(&mut out, number, bytes) {
                    return None;
                }
                at += width;
                continue;
            }
            b'0'..=b'7' => {
                let (number, count) = digits(body.get(at - 1..)?, 8, 3);
                if !push_number(&mut out, number, bytes) {
                    return None;
                }
                at += count - 1;
                continue;
            }
            b'N' if !bytes => return None,
            other => {
                out.push(b'\\');
                other
            }
        };
        out.push(simple);
    }
    Some(out)
}

fn push_number(out: &mut Vec<u8>, number: u32, bytes: bool) -> bool {
    if bytes {
        out.push(number.to_le_bytes()[0]);
        return true;
    }
    push_char(out, number)
}

/// The expressions of a format become tokens in parentheses; each is read only where every Python takes it apart the same way.
fn format<'a>(lexer: &mut Lexer<'a>, body: &'a [u8], quote: u8, raw: bool, formats: usize) -> Option<()> {
    if formats >= MAX_FORMATS {
        return None;
    }
    let mut at = 0;
    while let Some(b) = body.get(at).copied() {
        match b {
            b'\\' if !raw => {
                if matches!(body.get(at + 1), Some(b'N' | b'{' | b'}') | None) {
                    return None;
                }
                at += 2;
            }
            b'\\' if matches!(body.get(at + 1), Some(b'{' | b'}')) => return None,
            b'{' | b'}' if body.get(at + 1) == Some(&b) => at += 2,
            b'}' => return None,
            b'{' => {
                let inner = body.get(at + 1..)?;
                let end = inner.iter().position(|b| *b == b'}')?;
                let field = inner.get(..end)?;
                let odd = |b: &u8| *b == quote || matches!(b, b'\\' | b'{' | b'#' | b'\n');
                if field.iter().any(odd) {
                    return None;
                }
                let mut part = Lexer::new(expression(field)?);
                run(&mut part, formats + 1)?;
                lexer.push_mark(b"(");
                lexer.tokens.append(&mut part.tokens);
                lexer.push_mark(b")");
                at += end + 2;
            }
            _ => at += 1,
        }
    }
    Some(())
}

/// The expression of a field, without `=`, `!r` and what follows `:`.
fn expression(field: &[u8]) -> Option<&[u8]> {
    let (mut depth, mut quote) = (0_usize, 0);
    let mut end = field.len();
    for (at, b) in field.iter().copied().enumerate() {
        match b {
            _ if quote != 0 => quote = if b == quote { 0 } else { quote },
            b'"' | b'\'' => quote = b,
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.checked_sub(1)?,
            b'!' if field.get(at + 1) == Some(&b'=') => {}
            b':' | b'!' if depth == 0 => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    if quote != 0 {
        return None;
    }
    let text = field.get(..end)?.trim_ascii();
    let text = match text.strip_suffix(b"=") {
        Some(before) if !before.ends_with(b"=") => before,
        _ => text,
    };
    (!text.is_empty()).then_some(text)
}

//! The part of Perl that is read: plain variables, strings and patterns without code in them, numbers, names, operators. Perl
//! decides by what it knows of names how text goes on; wherever that could matter the reading gives up.

use super::token::{Kind, Lexer, Token, is_word};
use alloc::vec::Vec;

const MARKS: &[&[u8]] = &[
    b"<=>", b"==", b"!=", b"=~", b"!~", b"<=", b">=", b"=>", b"&&", b"||", b"//", b"..", b"...", b"++", b"--", b"+=",
    b"-=", b"*=", b"/=", b".=", b"%=", b"x=", b"**", b"||=", b"&&=", b"//=",
];

/// Names after which a value begins, so that a slash opens a pattern.
const BEFORE_VALUE: &[&[u8]] =
    &[b"split", b"grep", b"if", b"unless", b"and", b"or", b"not", b"while", b"until", b"return"];

/// Delimiters of quote-like operators that are read; brackets nest and are not.
const DELIMITERS: &[u8] = b"/|!,:%~";

/// The tokens, or nothing where Perl may read the text otherwise.
pub(super) fn tokens(text: &[u8]) -> Option<Vec<Token<'_>>> {
    let pod = |line: &[u8]| line.first() == Some(&b'=') && line.get(1).is_some_and(u8::is_ascii_alphabetic);
    if !text.is_ascii() || text.split(|b| *b == b'\n').any(pod) || text.contains(&b'\r') {
        return None;
    }
    let mut lexer = Lexer::new(text);
    while !lexer.ended() {
        token(&mut lexer)?;
    }
    Some(lexer.tokens)
}

/// Whether the last token ends a value; `None` where that is doubtful.
fn after_value(lexer: &Lexer<'_>) -> Option<bool> {
    match lexer.tokens.last() {
        None => Some(false),
        Some(Token { kind: Kind::Mark, text, .. }) => match *text {
            b")" | b"]" => Some(true),
            b"}" | b"++" | b"--" => None,
            _ => Some(false),
        },
        Some(Token { kind: Kind::Name, text, .. }) => BEFORE_VALUE.contains(text).then_some(false),
        Some(_) => Some(true),
    }
}

fn token(lexer: &mut Lexer<'_>) -> Option<()> {
    let start = lexer.at;
    let b = lexer.peek(0);
    match b {
        b' ' | b'\t' | b'\n' => lexer.at += 1,
        b'#' => lexer.while_is(|b| b != b'\n'),
        b'$' | b'@' => return variable(lexer, b),
        b'%' if after_value(lexer) != Some(true) => {
            return if after_value(lexer)? || !lexer.peek(1).is_ascii_alphabetic() { None } else { variable(lexer, b) };
        }
        b'\'' | b'"' | b'`' => {
            lexer.at += 1;
            let body = part(lexer, b)?;
            let value = if b == b'\'' { single(body) } else { double(body)?.0 };
            lexer.push(if b == b'`' { Kind::Command } else { Kind::Text }, start, value);
        }
        b'/' if !after_value(lexer)? => {
            lexer.at += 1;
            pattern(part(lexer, b'/')?)?;
            lexer.while_is(is_word);
            lexer.push(Kind::Regex, start, None);
        }
        b'<' => return angle(lexer),
        b'-' if lexer.peek(1) == b'>' => return None,
        // `-e $_` asks about a file.
        b'-' if lexer.peek(1).is_ascii_alphabetic() && !is_word(lexer.peek(2)) && after_value(lexer) == Some(false) => {
            lexer.at += 2;
            lexer.push(Kind::Name, start, None);
        }
        b'?' | b'*' if after_value(lexer) != Some(true) => return None,
        b'&' if lexer.peek(1) != b'&' => return None,
        b'~' | b'\\' | b'^' => return None,
        b':' if lexer.peek(1) == b':' => return None,
        b if b.is_ascii_digit() => {
            lexer.while_is(|b| b.is_ascii_digit());
            if lexer.peek(0) == b'.' && lexer.peek(1).is_ascii_digit() {
                lexer.at += 1;
                lexer.while_is(|b| b.is_ascii_digit());
            }
            if is_word(lexer.peek(0)) {
                return None;
            }
            lexer.push(Kind::Number, start, None);
        }
        b if is_word(b) => return name(lexer),
        b if b.is_ascii_graphic() => lexer.mark(MARKS),
        _ => return None,
    }
    Some(())
}

/// `$x`, `$_`, `$1`, `@x`, `%x` and a few variables with signs.
fn variable(lexer: &mut Lexer<'_>, sigil: u8) -> Option<()> {
    let start = lexer.at;
    lexer.at += 1;
    let named = is_word(lexer.peek(0));
    if named {
        lexer.while_is(is_word);
    } else if sigil == b'$' && matches!(lexer.peek(0), b'.' | b',' | b'/' | b'\\' | b'&' | b'!' | b'@') {
        lexer.at += 1;
    } else {
        return None;
    }
    // `$x::y`, `$x'y`.
    if (lexer.peek(0) == b':' && lexer.peek(1) == b':') || lexer.peek(0) == b'\'' {
        return None;
    }
    lexer.push(Kind::Variable, start, None);
    Some(())
}

/// `<STDIN>` and `<>`; else `<` compares.
fn angle(lexer: &mut Lexer<'_>) -> Option<()> {
    let start = lexer.at;
    for handle in [&b"<STDIN>"[..], b"<>"] {
        if lexer.rest().starts_with(handle) && after_value(lexer) != Some(true) {
            lexer.at += handle.len();
            lexer.push(Kind::Regex, start, None);
            return Some(());
        }
    }
    if lexer.peek(1) == b'<' || after_value(lexer) != Some(true) {
        return None;
    }
    lexer.mark(MARKS);
    Some(())
}

/// A name, or an operator that quotes.
fn name(lexer: &mut Lexer<'_>) -> Option<()> {
    let start = lexer.at;
    lexer.while_is(is_word);
    let word = lexer.since(start);
    let next = lexer.peek(0);
    // `a'b` is a name in a package.
    if next == b'\'' || word.starts_with(b"__") {
        return None;
    }
    if !matches!(word, b"q" | b"qq" | b"qw" | b"qx" | b"qr" | b"m" | b"s" | b"y" | b"tr") {
        lexer.push(Kind::Name, start, None);
        return Some(());
    }
    if !DELIMITERS.contains(&next) || word == b"qr" || word == b"qw" {
        return None;
    }
    lexer.at += 1;
    let first = part(lexer, next)?;
    match word {
        b"q" => lexer.push(Kind::Text, start, single(first)),
        b"qq" => {
            let value = double(first)?.0;
            lexer.push(Kind::Text, start, value);
        }
        b"qx" => {
            let value = double(first)?.0;
            lexer.push(Kind::Command, start, value);
        }
        _ => {
            let flags: &[u8] = match word {
                b"m" => {
                    pattern(first)?;
                    b"gimsx"
                }
                b"s" => {
                    pattern(first)?;
                    double(part(lexer, next)?)?;
                    b"gimsxr"
                }
                _ => {
                    part(lexer, next)?;
                    b"cdsr"
                }
            };
            lexer.while_is(|b| flags.contains(&b));
            if is_word(lexer.peek(0)) {
                return None;
            }
            lexer.push(Kind::Regex, start, None);
        }
    }
    Some(())
}

/// The text up to the delimiter, and past it.
fn part<'a>(lexer: &mut Lexer<'a>, mark: u8) -> Option<&'a [u8]> {
    let start = lexer.at;
    while lexer.peek(0) != mark {
        if lexer.ended() {
            return None;
        }
        lexer.at += if lexer.peek(0) == b'\\' { 2 } else { 1 };
    }
    let body = lexer.since(start);
    lexer.at += 1;
    Some(body)
}

fn single(body: &[u8]) -> Option<Vec<u8>> {
    (!body.contains(&b'\\')).then(|| body.to_vec())
}

/// What text that interpolates stands for: nothing known where it has variables. `None` for text with code in it.
fn double(body: &[u8]) -> Option<Interpolated> {
    let literal = plain(body, b"")? && !body.contains(&b'\\');
    Some(Interpolated(literal.then(|| body.to_vec())))
}

/// The value of text without code in it, where it is the same in every run.
struct Interpolated(Option<Vec<u8>>);

/// Whether nothing is interpolated; `None` where code may be. After a `$` one of `anchors` or the end means no variable.
fn plain(body: &[u8], anchors: &[u8]) -> Option<bool> {
    let (mut at, mut none) = (0, true);
    while let Some(b) = body.get(at).copied() {
        at += 1;
        match b {
            b'\\' => at += 1,
            b'$' if !anchors.is_empty() && body.get(at).is_none_or(|b| anchors.contains(b)) => {}
            b'$' => {
                none = false;
                let length = body.get(at..)?.iter().take_while(|b| is_word(**b)).count();
                at += length;
                at += if anchors.is_empty() { element(body.get(at..)?) } else { 0 };
                if length == 0 || matches!(body.get(at), Some(b'[' | b'{' | b'-' | b':' | b'\'')) {
                    return None;
                }
            }
            b'@' if body.get(at).is_some_and(|b| is_word(*b) || matches!(b, b'{' | b'$' | b':' | b'-' | b'+')) => {
                return None;
            }
            _ => {}
        }
    }
    Some(none)
}

/// How long the number in brackets is that text begins with (`[0]`).
fn element(text: &[u8]) -> usize {
    let digits = text.iter().skip(1).take_while(|b| b.is_ascii_digit()).count();
    let closed = text.first() == Some(&b'[') && digits > 0 && text.get(digits + 1) == Some(&b']');
    if closed { digits + 2 } else { 0 }
}

/// Refuses patterns with code.
fn pattern(body: &[u8]) -> Option<()> {
    if body.windows(2).any(|w| matches!(w, b"(*")) || body.windows(3).any(|w| matches!(w, b"(?{" | b"(??" | b"(?p")) {
        return None;
    }
    plain(body, b")|").map(|_| ())
}

//! The text of a policy as tokens that keep their spelling, comments and line ends among them.

use std::vec::Vec;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a keyword or a number.
    Word,
    /// A text in quotes, with its prefix.
    Text,
    Operator,
    Open,
    Close,
    Comma,
    Comment,
    /// The end of a line, inside of brackets as well.
    Newline,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
    /// Characters before it on its line.
    pub(super) column: usize,
}

const OPERATORS: &[&str] = &[
    "**=", "//=", ">>=", "<<=", "->", "**", "//", "<<", ">>", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=",
    "&=", "|=", "^=",
];

/// The tokens of a text that the parser accepts; none for one that ends inside of a text.
pub(super) fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next()?;
        let (kind, length) = match first {
            ' ' | '\t' | '\r' | '\u{c}' => (None, 1),
            '\\' => (None, rest.find('\n').map_or(rest.len(), |end| end + 1)),
            '\n' => (Some(Kind::Newline), 1),
            '#' => (Some(Kind::Comment), rest.find('\n').unwrap_or(rest.len())),
            '(' | '[' | '{' => (Some(Kind::Open), 1),
            ')' | ']' | '}' => (Some(Kind::Close), 1),
            ',' => (Some(Kind::Comma), 1),
            _ => match quoted(rest) {
                Some(length) => (Some(Kind::Text), length?),
                None if is_word(first) => (Some(Kind::Word), word(rest)),
                None => {
                    let operator = OPERATORS.iter().find(|operator| rest.starts_with(**operator));
                    (Some(Kind::Operator), operator.map_or(first.len_utf8(), |operator| operator.len()))
                }
            },
        };
        let spelled = rest.get(..length)?;
        if let Some(kind) = kind {
            let column = text.get(line..at)?.chars().count();
            let spelled = if kind == Kind::Comment { spelled.trim_end() } else { spelled };
            found.push(Token { kind, text: spelled, column });
        }
        if let Some(end) = spelled.rfind('\n') {
            line = at + end + 1;
        }
        at += length;
    }
    Some(found)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How long a name or number is.
fn word(text: &str) -> usize {
    let number = text.starts_with(|c: char| c.is_ascii_digit());
    let mut before = ' ';
    let end = text.find(|c: char| {
        let sign = number && matches!(c, '+' | '-') && matches!(before, 'e' | 'E') && !text.starts_with("0x");
        before = c;
        !(is_word(c) || sign || (number && c == '.'))
    });
    end.unwrap_or(text.len())
}

/// How long a text in quotes is that begins here; none where none does.
#[allow(clippy::option_option, reason = "no text, and one that does not end, are two answers")]
fn quoted(text: &str) -> Option<Option<usize>> {
    let prefix = text.chars().take_while(|c| matches!(c, 'r' | 'R' | 'b' | 'B' | 'f' | 'F')).count();
    let quotes = text.get(prefix..)?;
    let quote = quotes.chars().next().filter(|c| prefix <= 2 && matches!(c, '"' | '\''))?;
    let one = if quote == '"' { "\"" } else { "'" };
    let three = one.repeat(3);
    let end = if quotes.starts_with(&three) { three.as_str() } else { one };
    let mut at = prefix + end.len();
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(end) {
            return Some(Some(at + end.len()));
        }
        let mut characters = rest.chars();
        let first = characters.next().map_or(1, char::len_utf8);
        let escaped = if rest.starts_with('\\') { characters.next().map_or(0, char::len_utf8) } else { 0 };
        at += first + escaped;
    }
    Some(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_is_kept() {
        let shown = |text| tokens(text).unwrap().into_iter().map(|t| t.text).collect::<Vec<_>>();
        assert_eq!(shown("a=1 # x \nb"), ["a", "=", "1", "# x", "\n", "b"]);
        assert_eq!(
            shown(r#"f(r"\"", 'a\'b', """x"y""")"#),
            ["f", "(", r#"r"\"""#, ",", r"'a\'b'", ",", r#""""x"y""""#, ")"]
        );
        assert_eq!(shown("x[1:-2]**=1.5e-3//y"), ["x", "[", "1", ":", "-", "2", "]", "**=", "1.5e-3", "//", "y"]);
        assert_eq!(shown("a \\\n  b"), ["a", "b"]);
        assert_eq!(tokens("'a"), None);
    }
}

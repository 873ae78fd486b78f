//! Words of a command line, written so that Codex's native rules can read them, and read back by the same grammar.
//!
//! Native rules read a word only where it is made of plain characters, `'...'` and `"..."` without escapes. The usual way to write
//! a quote inside quotes (`'it'\''s'`) is beyond them, and a command that they cannot read runs unasked.

use alloc::{string::String, vec::Vec};

/// `text` as one word: `it's` becomes `'it'"'"'s'`.
pub fn quote(text: &str) -> String {
    let mut word = String::with_capacity(text.len() + 2);
    word.push('\'');
    for c in text.chars() {
        match c {
            '\'' => word.push_str(r#"'"'"'"#),
            c => word.push(c),
        }
    }
    word.push('\'');
    word
}

/// Whether a text is a word as it stands, to every shell and to native rules: the name of a program must not be quoted.
pub fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_plain_byte)
}

const fn is_plain_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'_' | b'-')
}

/// The words of a command line that is nothing but words in this grammar; `None` for anything else. An empty line has none.
pub fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = line.trim_matches(' ');
    while !rest.is_empty() {
        let (word, after) = word(rest)?;
        words.push(word);
        rest = after.trim_start_matches(' ');
        if rest.len() == after.len() && !rest.is_empty() {
            return None;
        }
    }
    Some(words)
}

/// The first word, and what stands behind it.
fn word(line: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        match first {
            ' ' => break,
            '\'' => {
                let (text, after) = rest.get(1..)?.split_once('\'')?;
                word.push_str(text);
                rest = after;
            }
            '"' => {
                let (text, after) = rest.get(1..)?.split_once('"')?;
                // `!` is history to an interactive bash; none of these needs to be read back.
                if text.contains(['$', '`', '\\', '!']) {
                    return None;
                }
                word.push_str(text);
                rest = after;
            }
            c if u8::try_from(c).is_ok_and(is_plain_byte) => {
                word.push(c);
                rest = rest.get(1..)?;
            }
            _ => return None,
        }
    }
    Some((word, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotes() {
        assert_eq!(quote("it's"), r#"'it'"'"'s'"#);
        assert_eq!(quote(""), "''");
        assert_eq!(quote("a\\b\n$c"), "'a\\b\n$c'");
    }

    #[test]
    fn words_of_a_line() {
        let line = r#"/opt/x run 'a b' -- 'it'"'"'s' """#;
        assert_eq!(words(line).unwrap(), ["/opt/x", "run", "a b", "--", "it's", ""]);
        assert_eq!(words("  ").unwrap(), Vec::<String>::new());
        for other in ["a; b", "a\nb", "$a", "a\\ b", "'a", "\"$a\"", "a>b", "a #", "A=b c", "~", "a*", "a\tb", "\u{e4}"]
        {
            assert_eq!(words(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_read_back(texts in proptest::collection::vec("(?s).{0,40}|['\"\\\\$ ]{0,8}", 0..5)) {
            let line = texts.iter().map(|text| quote(text)).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(words(&line), Some(texts));
        }
    }
}

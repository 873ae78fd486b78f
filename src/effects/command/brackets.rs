//! Bracket expressions of regular expressions (`[a-z]`) in the scripts of filters, where a program looks for the mark that ends the
//! regular expression.

/// The bracket that closes the one at `open`, where all programs find the same one and nothing between them could be `mark`: some let
/// a bracket hide one, some do not.
///
/// The first bracket in it stands for itself, and so do those of a class (`[:alpha:]`). Any other `[` may begin something that a
/// bracket closes.
pub(super) fn bracket_end(text: &[u8], open: usize, mark: u8) -> Option<usize> {
    if b"[]^".contains(&mark) {
        return None;
    }
    let mut at = open + 1;
    at += usize::from(text.get(at) == Some(&b'^'));
    at += usize::from(text.get(at) == Some(&b']'));
    loop {
        match *text.get(at)? {
            b']' => return Some(at),
            b'\n' => return None,
            byte if byte == mark => return None,
            // Some take it for a character of the set: `[\[:alpha:]/]`.
            b'\\' if text.get(at + 1) == Some(&b'[') => return None,
            b'\\' => at += 1,
            b'[' if mark == b':' => return None,
            b'[' => at = class_end(text, at)?,
            _ => {}
        }
        at += 1;
    }
}

/// The bracket that closes the one at `open`, where only plain characters stand between them: in it the sed of GNU, of the BSDs, of
/// busybox and of toybox take also the mark for one of them (`s/[^/]*$//`).
pub(super) fn plain_set_end(text: &[u8], open: usize) -> Option<usize> {
    let start = open + 1 + usize::from(text.get(open + 1) == Some(&b'^'));
    let rest = text.get(start..)?;
    let length = rest.iter().take_while(|byte| !b"[]^\\\n".contains(byte)).count();
    (length > 0 && rest.get(length) == Some(&b']')).then_some(start + length)
}

/// The bracket that closes a class such as `[:alpha:]`.
fn class_end(text: &[u8], open: usize) -> Option<usize> {
    let rest = text.get(open..)?.strip_prefix(b"[:")?;
    let length = rest.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    rest.get(length..)?.starts_with(b":]").then_some(open + length + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_brackets_that_all_programs_close_at_the_same_place_have_an_end() {
        let end = |text: &str| bracket_end(text.as_bytes(), 0, b'/');
        for text in
            ["[a]", "[^a]", "[]]", "[^]]", "[]a]", "[[:alpha:]]", "[^[:space:]_]", "[\\/]", "[\\]]", "[a\\\\]", "[.]"]
        {
            assert_eq!(end(&[text, "/]"].concat()), Some(text.len() - 1), "{text}");
        }
        for text in [
            "[/]",
            "[]/]",
            "[^]/]",
            "[[:alpha:]/]",
            "[[]/]",
            "[[.x.]]",
            "[[=x=]]",
            "[[:a:",
            "[[:a]]",
            "[[:A:]]",
            "[\\]/]",
        ] {
            assert_eq!(end(text), None, "{text}");
        }
        for text in ["[\\[:alpha:]/]", "[a\\[]", "[[]", "[a\n]", "[a", "[", "[^", "[]", "[\\"] {
            assert_eq!(end(text), None, "{text}");
        }
        assert_eq!(bracket_end(b"[^[:alpha:]]", 0, b','), Some(11));
        for (text, end) in
            [("[/]", Some(2)), ("[^/]x", Some(3)), ("[a/]/]", Some(3)), ("[]/]", None), ("[\\/]", None), ("[[/]", None)]
        {
            assert_eq!(plain_set_end(text.as_bytes(), 0), end, "{text}");
        }
        for mark in [b':', b'[', b']', b'^'] {
            assert_eq!(bracket_end(b"[^[:alpha:]]", 0, mark), None);
        }
    }
}

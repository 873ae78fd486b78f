//! A place in a script, shown as compilers do: the line, and carets below what is meant.

use crate::effect::Span;
use crate::text::visible_bytes;

/// Characters of a line that are shown in front of what is meant, and of what is meant.
const BEFORE: usize = 48;
const MEANT: usize = 72;
/// Stands for what was left out.
const CUT: &str = "...";

/// The line where `span` begins, with its number from 1, and the carets below it. `None` for a span that is nowhere in `text`.
///
/// Hidden characters are made visible, and a long line is cut on both sides of what is meant.
pub(super) fn excerpt(text: &str, span: Span) -> Option<[String; 2]> {
    let text = text.as_bytes();
    let (start, end) = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
    let (before, rest) = text.split_at_checked(start)?;
    let meant = rest.get(..end.checked_sub(start)?)?;
    if meant.is_empty() {
        return None;
    }
    let number = before.split(|b| *b == b'\n').count();
    let before = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let first = meant.split(|b| *b == b'\n').next().unwrap_or_default();
    let more = first.len() < meant.len();
    let after = match (more, rest.get(first.len()..)) {
        (false, Some(rest)) => rest.split(|b| *b == b'\n').next().unwrap_or_default(),
        _ => &[],
    };
    let (before, first, after) = (visible_bytes(before), visible_bytes(first), visible_bytes(after));
    let before = last(&before, BEFORE);
    let first = if more { format!("{} {CUT}", beginning(&first, MEANT)) } else { beginning(&first, MEANT) };
    let after = beginning(&after, BEFORE);
    let number = number.to_string();
    let carets = format!("{}{}", " ".repeat(before.chars().count()), "^".repeat(first.chars().count().max(1)));
    Some([format!("{number} | {before}{first}{after}"), format!("{} | {carets}", " ".repeat(number.len()))])
}

fn beginning(text: &str, most: usize) -> String {
    let mut rest = text.chars();
    let kept: String = rest.by_ref().take(most).collect();
    if rest.next().is_some() { kept + CUT } else { kept }
}

fn last(text: &str, most: usize) -> String {
    match text.chars().count().checked_sub(most) {
        None | Some(0) => text.to_owned(),
        Some(over) => CUT.chars().chain(text.chars().skip(over)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_below_what_is_meant() {
        for (text, span, expected) in [
            ("cat .env", (4, 8), ["1 | cat .env", "  |     ^^^^"]),
            ("a\nb; cat .env # x\nc", (5, 13), ["2 | b; cat .env # x", "  |    ^^^^^^^^"]),
            ("a\u{202e}b c", (6, 7), ["1 | a\\u{202e}b c", "  |            ^"]),
            ("if a\nthen b\nfi", (0, 14), ["1 | if a ...", "  | ^^^^^^^^"]),
            ("é ü", (3, 5), ["1 | é ü", "  |   ^"]),
        ] {
            assert_eq!(excerpt(text, Span::new(span.0, span.1)).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_nowhere_has_no_excerpt() {
        for span in [(0, 0), (3, 3), (2, 9), (9, 12)] {
            assert_eq!(excerpt("abc", Span::new(span.0, span.1)), None, "{span:?}");
        }
    }

    #[test]
    fn long_lines_are_cut_around_what_is_meant() {
        let text = format!("{}{}{}", "a".repeat(1000), "b".repeat(1000), "c".repeat(1000));
        let [line, carets] = excerpt(&text, Span::new(1000, 2000)).unwrap();
        assert_eq!(line.len(), 4 + 2 * (BEFORE + 3) + MEANT + 3);
        assert_eq!(carets.find('^'), line.find('b'));
        assert_eq!(carets.len(), line.rfind('b').unwrap() + 1 + 3);
    }
}

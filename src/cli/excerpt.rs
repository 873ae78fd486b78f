//! A place in a script, shown as compilers do: the line, and carets below what is meant.

use crate::effect::Span;
use crate::text::visible_bytes;

/// Characters of a line that are shown in front of what is meant, and of what is meant.
const BEFORE: usize = 48;
const MEANT: usize = 72;
/// Stands for what was left out.
const CUT: &str = "...";

/// Bytes that are always more than so many characters.
const fn bytes_over(characters: usize) -> usize {
    4 * characters + 4
}

/// A text and where its lines begin: a call may have thousands of effects in one long text.
pub(super) struct Lines<'t> {
    text: &'t [u8],
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let after_break = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1);
        Self { text: text.as_bytes(), starts: core::iter::once(0).chain(after_break).collect() }
    }

    /// The line where `span` begins, with its number from 1, and the carets below it. `None` for a span that is nowhere in the
    /// text.
    ///
    /// Hidden characters are made visible, and a long line is cut on both sides of what is meant.
    pub(super) fn excerpt(&self, span: Span) -> Option<[String; 2]> {
        let (start, end) = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
        if start >= end || end > self.text.len() {
            return None;
        }
        let number = self.starts.partition_point(|line| *line <= start);
        let line_start = *self.starts.get(number.checked_sub(1)?)?;
        let line_end = self.starts.get(number).map_or(self.text.len(), |next| next.saturating_sub(1)).max(start);
        let more = end > line_end;
        let end = end.min(line_end);
        let before = visible_bytes(self.text.get(line_start.max(start.saturating_sub(bytes_over(BEFORE)))..start)?);
        let meant = visible_bytes(self.text.get(start..end.min(start + bytes_over(MEANT)))?);
        let after = visible_bytes(self.text.get(end..line_end.min(end + bytes_over(BEFORE)))?);
        let before = last(&before, BEFORE);
        let meant = beginning(&meant, MEANT);
        let meant = if more { format!("{meant} {CUT}") } else { meant };
        let after = if more { String::new() } else { beginning(&after, BEFORE) };
        let number = number.to_string();
        let carets = format!("{}{}", " ".repeat(before.chars().count()), "^".repeat(meant.chars().count().max(1)));
        Some([format!("{number} | {before}{meant}{after}"), format!("{} | {carets}", " ".repeat(number.len()))])
    }
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
            ("a\n\nb", (2, 4), ["2 |  ...", "  | ^^^^"]),
            ("é ü", (3, 5), ["1 | é ü", "  |   ^"]),
        ] {
            assert_eq!(Lines::new(text).excerpt(Span::new(span.0, span.1)).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_nowhere_has_no_excerpt() {
        for span in [(0, 0), (3, 3), (2, 9), (9, 12)] {
            assert_eq!(Lines::new("abc").excerpt(Span::new(span.0, span.1)), None, "{span:?}");
        }
    }

    #[test]
    fn long_lines_are_cut_around_what_is_meant() {
        let text = format!("{}{}{}", "a".repeat(1000), "b".repeat(1000), "c".repeat(1000));
        let [line, carets] = Lines::new(&text).excerpt(Span::new(1000, 2000)).unwrap();
        assert_eq!(line.len(), 4 + 2 * (BEFORE + 3) + MEANT + 3);
        assert_eq!(carets.find('^'), line.find('b'));
        assert_eq!(carets.len(), line.rfind('b').unwrap() + 1 + 3);
    }
}

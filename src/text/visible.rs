//! Escapes for characters that do not show, or that change how their neighbours show.
//!
//! The escapes are `\u{202e}` for a character and `\xff` for a byte that is not UTF-8. A backslash that is written stays as it
//! is: the result is for reading, not for reading back.

use alloc::{borrow::Cow, string::String};
use core::fmt::Write;

/// Stands at the end of a text that was cut.
const CUT: &str = " [cut]";

/// Characters that Unicode calls printable and that still show as nothing, or pick another glyph for their neighbour:
/// first and last of each range, ascending.
const BLANK_BUT_PRINTABLE: &[(char, char)] = &[
    ('\u{34f}', '\u{34f}'),     // combining grapheme joiner
    ('\u{115f}', '\u{1160}'),   // Hangul fillers
    ('\u{17b4}', '\u{17b5}'),   // Khmer inherent vowels
    ('\u{180b}', '\u{180f}'),   // Mongolian variation selectors
    ('\u{2800}', '\u{2800}'),   // Braille pattern without a dot
    ('\u{3164}', '\u{3164}'),   // Hangul filler
    ('\u{fe00}', '\u{fe0f}'),   // variation selectors
    ('\u{ffa0}', '\u{ffa0}'),   // halfwidth Hangul filler
    ('\u{fff0}', '\u{ffff}'),   // specials, the replacement character too: it may hide what stood there
    ('\u{e0000}', '\u{e0fff}'), // tags and more variation selectors
];

/// Ranges that are never printable. `core` says so too; they are listed so that no update of its tables can change that.
const NEVER_PRINTABLE: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),        // soft hyphen
    ('\u{61c}', '\u{61c}'),      // Arabic letter mark
    ('\u{180e}', '\u{180e}'),    // Mongolian vowel separator
    ('\u{200b}', '\u{200f}'),    // zero-width characters, left-to-right and right-to-left marks
    ('\u{2028}', '\u{202e}'),    // line and paragraph separators, bidi embeddings and overrides
    ('\u{2060}', '\u{206f}'),    // word joiner, invisible operators, bidi isolates
    ('\u{e000}', '\u{f8ff}'),    // private use
    ('\u{feff}', '\u{feff}'),    // byte order mark
    ('\u{f0000}', '\u{10ffff}'), // private use planes
];

/// Whether a character does not show as itself: controls, separators other than the plain space, bidi controls, zero-width and
/// tag characters, private use, unassigned.
pub fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || c.is_whitespace()
        || in_ranges(c, NEVER_PRINTABLE)
        || in_ranges(c, BLANK_BUT_PRINTABLE)
        || is_unprintable(c)
}

fn in_ranges(c: char, ranges: &[(char, char)]) -> bool {
    ranges.iter().any(|&(first, last)| (first..=last).contains(&c))
}

/// What `core` would escape in a debug print: unassigned code points among others. The letter in front keeps it from escaping
/// combining marks as well, which ordinary text in many languages is full of.
fn is_unprintable(c: char) -> bool {
    let mut bytes = [b'a'; 5];
    let length = match bytes.get_mut(1..) {
        Some(room) => 1 + c.encode_utf8(room).len(),
        None => return true,
    };
    match bytes.get(..length).and_then(|all| core::str::from_utf8(all).ok()) {
        Some(pair) => pair.escape_debug().count() != 2,
        None => true,
    }
}

/// `text` with every hidden character as an escape; borrowed where there is none.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 32);
    for c in text.chars() {
        push_visible(&mut out, c);
    }
    Cow::Owned(out)
}

/// `text` made visible and cut to at most `limit` bytes, the mark of the cut included. An escape is never cut in two. It reads no
/// more of `text` than it needs. Where not even the mark fits (6 bytes) the result is empty.
pub fn visible_up_to(text: &str, limit: usize) -> String {
    let room = limit.saturating_sub(CUT.len());
    let mut out = String::with_capacity(limit.min(text.len()));
    let mut fits_with_mark = 0;
    for c in text.chars() {
        push_visible(&mut out, c);
        if out.len() > limit {
            out.truncate(fits_with_mark);
            if CUT.len() <= limit {
                out.push_str(CUT);
            }
            return out;
        }
        if out.len() <= room {
            fits_with_mark = out.len();
        }
    }
    out
}

/// As [`visible`], for bytes that need not be UTF-8; each byte that is not becomes `\xNN`.
pub fn visible_bytes(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = core::str::from_utf8(bytes) {
        return visible(text);
    }
    let mut out = String::with_capacity(bytes.len() + 32);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            push_visible(&mut out, c);
        }
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    Cow::Owned(out)
}

fn push_visible(out: &mut String, c: char) {
    if is_hidden(c) {
        out.extend(c.escape_unicode());
    } else {
        out.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::format;

    #[test]
    fn hidden_characters_become_escapes() {
        for (text, expected) in [
            ("plain text, with `marks` and \\ too", "plain text, with `marks` and \\ too"),
            ("Grüße, 日本, हिन्दी, 👍", "Grüße, 日本, हिन्दी, 👍"),
            ("a\nb\r\tc", "a\\u{a}b\\u{d}\\u{9}c"),
            ("\u{1b}[2K\u{7f}\u{9b}", "\\u{1b}[2K\\u{7f}\\u{9b}"),
            ("rm\u{a0}-rf\u{3000}/", "rm\\u{a0}-rf\\u{3000}/"),
            ("\u{202e}x\u{2066}y\u{200f}\u{61c}", "\\u{202e}x\\u{2066}y\\u{200f}\\u{61c}"),
            ("\u{200b}\u{feff}\u{2028}", "\\u{200b}\\u{feff}\\u{2028}"),
            ("\u{e0041}\u{e000}\u{10fffd}\u{fe0f}", "\\u{e0041}\\u{e000}\\u{10fffd}\\u{fe0f}"),
            ("\u{3164}\u{2800}\u{ad}\u{378}", "\\u{3164}\\u{2800}\\u{ad}\\u{378}"),
        ] {
            assert_eq!(visible(text), expected, "{text:?}");
        }
    }

    #[test]
    fn every_range_of_the_tables_is_hidden() {
        for &(first, last) in NEVER_PRINTABLE.iter().chain(BLANK_BUT_PRINTABLE) {
            assert!(first <= last);
            for c in first..=last {
                assert!(is_hidden(c), "{c:?}");
            }
        }
    }

    #[test]
    fn bytes_that_are_not_text_become_hex() {
        assert_eq!(visible_bytes(b"a\xffb\x1b\xc3\xa9\xf0\x9f"), "a\\xffb\\u{1b}é\\xf0\\x9f");
        assert!(matches!(visible_bytes(b"plain"), Cow::Borrowed("plain")));
    }

    #[test]
    fn a_cut_is_marked_and_never_inside_an_escape() {
        assert_eq!(visible_up_to("short", 5), "short");
        assert_eq!(visible_up_to("too long", 7), "t [cut]");
        assert_eq!(visible_up_to("\u{202e}\u{202e}", 15), "\\u{202e} [cut]");
        assert_eq!(visible_up_to("\u{202e}\u{202e}", 16), "\\u{202e}\\u{202e}");
        assert_eq!(visible_up_to("éé", 3), "");
        assert_eq!(visible_up_to("", 0), "");
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left(text in any::<String>(), bytes in any::<std::vec::Vec<u8>>(), limit in 0usize..40) {
            prop_assert!(!visible(&text).chars().any(is_hidden));
            prop_assert!(!visible_bytes(&bytes).chars().any(is_hidden));
            let cut = visible_up_to(&text, limit);
            prop_assert!(cut.len() <= limit);
            prop_assert!(!cut.chars().any(is_hidden));
            if visible(&text).len() <= limit {
                prop_assert_eq!(format!("{}", visible(&text)), cut);
            }
        }
    }
}

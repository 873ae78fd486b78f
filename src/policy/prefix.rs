//! How one word of a command is held against a word of a `prefix_rule` pattern: as Codex's own engine does.

use super::PrefixRule;
use alloc::string::String;
use unicode_normalization::UnicodeNormalization;

/// Whether one word of a pattern is the given token, by the rule's way of comparing.
pub fn word_matches(rule: &PrefixRule, word: &str, token: &str) -> bool {
    word == token || (rule.ignore_case && same_without_case(word, token))
}

/// Canonical caseless matching as the Unicode Standard defines it (D145), which Codex's `canonical_matching` was measured to be:
/// `ß` is `SS`, the Kelvin sign is `k`, and `é` is `É` however they are composed.
fn same_without_case(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        return one.eq_ignore_ascii_case(other);
    }
    let canonical = |text: &str| fold(&text.nfd().collect::<String>()).nfd().collect::<String>();
    canonical(one) == canonical(other)
}

/// Full case folding. Lower, upper and lower again puts the same characters together for all but the dotless i, which folds to
/// itself.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\u{131}' {
            folded.push(c);
            continue;
        }
        let upper = c.to_lowercase().flat_map(char::to_uppercase);
        folded.extend(upper.flat_map(char::to_lowercase));
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_matching_compares_as_codex_does() {
        for (word, token, expected) in [
            ("git", "GIT", true),
            ("k", "\u{212a}", true),
            ("ας", "ΑΣ", true),
            ("ασ", "ΑΣ", true),
            ("straße", "STRASSE", true),
            ("straße", "STRAẞE", true),
            ("i", "\u{131}", false),
            ("git", "gits", false),
            ("é", "E\u{301}", true),
            ("a\u{301}\u{323}", "\u{1ea1}\u{301}", true),
            ("\u{1112}\u{1161}\u{11ab}", "한", true),
            (";", "\u{37e}", true),
            ("`", "\u{1fef}", true),
            ("ﬁ", "FI", true),
            ("ŉ", "ʼN", true),
            ("é", "e", false),
            ("²", "2", false),
        ] {
            assert_eq!(same_without_case(word, token), expected, "{word} {token}");
            assert_eq!(same_without_case(token, word), expected, "{token} {word}");
        }
    }
}

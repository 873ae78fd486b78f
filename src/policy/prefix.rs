//! How the words of a command are held against `prefix_rule` patterns: as Codex's own engine does.

use super::PrefixRule;
use alloc::string::String;

/// Whether `tokens` begin with the rule's pattern, word for word. Program paths are compared as they are: falling back to
/// their basename is the caller's business.
pub fn tokens_match(rule: &PrefixRule, tokens: &[&str]) -> bool {
    !rule.pattern.is_empty()
        && tokens.len() >= rule.pattern.len()
        && rule.pattern.iter().zip(tokens).all(|(wanted, token)| wanted.iter().any(|w| word_matches(rule, w, token)))
}

/// Whether one word of a pattern is the given token, by the rule's way of comparing.
pub fn word_matches(rule: &PrefixRule, word: &str, token: &str) -> bool {
    word == token || (rule.ignore_case && fold(word) == fold(token))
}

/// Whether a word of a pattern could be the given token where [`word_matches`] says no. Codex's `canonical_matching` also takes
/// a composed character for its decomposed spelling (`é`); that table is not carried here, so a word outside ASCII that is
/// compared without case and not found equal may still be equal to Codex.
pub fn word_may_match(rule: &PrefixRule, word: &str, token: &str) -> bool {
    word_matches(rule, word, token) || (rule.ignore_case && !word.is_ascii() && !token.is_ascii())
}

/// Full case folding as Codex compares with `canonical_matching`: `ß` is `SS`, the Kelvin sign is `k`, a final sigma is a
/// sigma. Lower, upper and lower again gives that for every character but the dotless i, which folds to itself.
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
    use crate::decision::Decision;
    use crate::policy::Head;
    use alloc::{string::ToString, vec, vec::Vec};

    fn rule(pattern: &[&[&str]], ignore_case: bool) -> PrefixRule {
        let head = Head { place: "t:1:1".into(), decision: Decision::Deny, justification: None, tiers: vec![] };
        let pattern = pattern.iter().map(|alts| alts.iter().map(ToString::to_string).collect()).collect::<Vec<_>>();
        PrefixRule { head, pattern, ignore_case }
    }

    #[test]
    fn words_are_literal_and_in_order() {
        let push = rule(&[&["git", "hg"], &["push"]], false);
        for (tokens, expected) in [
            (&["git", "push"][..], true),
            (&["hg", "push", "x"], true),
            (&["git"], false),
            (&["git", "Push"], false),
            (&["git", "-C", "push"], false),
            (&["/usr/bin/git", "push"], false),
            (&[], false),
        ] {
            assert_eq!(tokens_match(&push, tokens), expected, "{tokens:?}");
        }
    }

    #[test]
    fn an_empty_pattern_matches_nothing() {
        assert!(!tokens_match(&rule(&[], false), &["git"]));
    }

    #[test]
    fn canonical_matching_folds_case_as_codex_does() {
        for (word, token, expected) in [
            ("git", "GIT", true),
            ("k", "\u{212a}", true),
            ("ας", "ΑΣ", true),
            ("ασ", "ΑΣ", true),
            ("straße", "STRASSE", true),
            ("straße", "STRAẞE", true),
            ("i", "\u{131}", false),
            ("git", "gits", false),
        ] {
            assert_eq!(tokens_match(&rule(&[&[word]], true), &[token]), expected, "{word} {token}");
            assert_eq!(tokens_match(&rule(&[&[token]], true), &[word]), expected, "{token} {word}");
        }
    }

    #[test]
    fn a_decomposed_character_may_match() {
        let composed = rule(&[&["é"]], true);
        assert!(!tokens_match(&composed, &["e\u{301}"]));
        assert!(word_may_match(&composed, "é", "e\u{301}"));
        assert!(!word_may_match(&composed, "é", "e"));
        assert!(!word_may_match(&rule(&[&["é"]], false), "é", "e\u{301}"));
    }
}

//! Prefix rules held against commands.
//!
//! Codex looks a program path up as written and falls back to its basename only where no rule speaks of the path itself, and
//! only to the paths that `host_executable` lists. That serves allow rules. A forbidding or prompting rule on a basename matches
//! every path that ends in it, so that listing `/usr/bin/git` cannot free `/opt/git`: the one intended difference.

use super::prefix;
use super::rule::{Alternatives, HostExecutable, Policy, PrefixRule};
use crate::decision::Decision;
use crate::effect::{Run, Value, Word};
use crate::glob::Answer;
use alloc::vec::Vec;

/// Whether `rule` matches the command, in either of its readings.
pub(super) fn answer(policy: &Policy, rule: &PrefixRule, run: &Run) -> Answer {
    let strict = rule.head.decision != Decision::Allow;
    core::iter::once(&run.argv)
        .chain(run.canonical.as_ref())
        .map(|argv| {
            let exact = prefix_answer(rule, argv, Program::AsWritten);
            if exact == Answer::Yes || !(strict || may_fall_back(policy, argv)) {
                return exact;
            }
            exact.max(prefix_answer(rule, argv, Program::Basename))
        })
        .max()
        .unwrap_or(Answer::No)
}

/// How the first word is compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Program {
    AsWritten,
    /// By what follows the last slash; a word without a slash is not compared.
    Basename,
}

fn prefix_answer(rule: &PrefixRule, argv: &[Word], program: Program) -> Answer {
    let mut words = argv.iter();
    let mut result = Answer::Yes;
    for (position, alternatives) in rule.pattern.iter().enumerate() {
        let Some(word) = words.next() else { return Answer::No };
        let by_name = position == 0 && program == Program::Basename;
        result = result.min(word_answer(rule, alternatives, &word.value, by_name));
        if result == Answer::No {
            return Answer::No;
        }
        if !word.value.is_one_word() {
            return Answer::Maybe; // it may become no word or several: what follows cannot be aligned
        }
    }
    result
}

fn word_answer(rule: &PrefixRule, alternatives: &Alternatives, value: &Value, by_name: bool) -> Answer {
    let one = |word: &Vec<u8>| {
        let word = if by_name { basename_of_path(word) } else { Some(word.as_slice()) };
        word.map_or(Answer::No, |word| known_answer(rule, alternatives, word))
    };
    let could = |fits: &dyn Fn(&[u8]) -> bool| {
        // What folding makes of characters outside ASCII is not asked of parts of a word.
        let folds = rule.ignore_case && alternatives.iter().any(|token| !token.is_ascii());
        if folds || alternatives.iter().any(|token| fits(token.as_bytes())) { Answer::Maybe } else { Answer::No }
    };
    match value {
        Value::Known(word) => one(word),
        Value::Set(words) => {
            let answers = || words.iter().map(one);
            if answers().all(|a| a == Answer::Yes) {
                Answer::Yes
            } else {
                answers().max().map_or(Answer::Maybe, |best| best.min(Answer::Maybe))
            }
        }
        Value::Affix { suffix, .. } if by_name => could(&|token| could_end_path(suffix, token, rule.ignore_case)),
        Value::Affix { prefix, suffix } => could(&|token| could_be(prefix, suffix, token, rule.ignore_case)),
        Value::Pattern(_) | Value::Unknown { .. } => Answer::Maybe,
    }
}

/// Whether a known word is one of the alternatives.
fn known_answer(rule: &PrefixRule, alternatives: &Alternatives, word: &[u8]) -> Answer {
    let Ok(text) = core::str::from_utf8(word) else {
        return Answer::No; // a token is text: no other bytes are the same word
    };
    if alternatives.iter().any(|token| prefix::word_matches(rule, token, text)) {
        Answer::Yes
    } else if alternatives.iter().any(|token| prefix::word_may_match(rule, token, text)) {
        Answer::Maybe
    } else {
        Answer::No
    }
}

/// Whether `prefix` + anything + `suffix` can be `token`.
fn could_be(prefix: &[u8], suffix: &[u8], token: &[u8], ignore_case: bool) -> bool {
    let long_enough = token.len() >= prefix.len().saturating_add(suffix.len());
    let ends = |part: &[u8], whole: Option<&[u8]>| {
        whole.is_some_and(|whole| if ignore_case { whole.eq_ignore_ascii_case(part) } else { whole == part })
    };
    long_enough
        && ends(prefix, token.get(..prefix.len()))
        && ends(suffix, token.get(token.len().saturating_sub(suffix.len())..))
}

/// Whether anything + `suffix` can be a path whose last component is `token`.
fn could_end_path(suffix: &[u8], token: &[u8], ignore_case: bool) -> bool {
    match basename_of_path(suffix) {
        Some(last) => could_be(last, b"", token, ignore_case) && last.len() == token.len(),
        None => could_be(b"", suffix, token, ignore_case),
    }
}

/// What follows the last slash; `None` for a word without one.
fn basename_of_path(word: &[u8]) -> Option<&[u8]> {
    word.rsplit_once_slash().map(|(_, name)| name)
}

trait RsplitSlash {
    fn rsplit_once_slash(&self) -> Option<(&[u8], &[u8])>;
}

impl RsplitSlash for [u8] {
    fn rsplit_once_slash(&self) -> Option<(&[u8], &[u8])> {
        let at = self.iter().rposition(|b| *b == b'/')?;
        self.split_at_checked(at).and_then(|(dir, rest)| Some((dir, rest.get(1..)?)))
    }
}

/// Whether an allow rule on the basename may speak for this program path: no rule of the policy matches the path as written, and
/// every layer that registers the name lists this path.
fn may_fall_back(policy: &Policy, argv: &[Word]) -> bool {
    let Some(path) = argv.first().and_then(|w| w.value.known()) else { return false };
    let Some(name) = basename_of_path(path) else { return false };
    let spoken_for = || {
        policy
            .layers
            .iter()
            .flat_map(|l| &l.prefix_rules)
            .any(|rule| prefix_answer(rule, argv, Program::AsWritten) != Answer::No)
    };
    let listed = |e: &HostExecutable| e.name.as_bytes() != name || e.paths.iter().any(|p| p.as_bytes() == path);
    policy.layers.iter().flat_map(|l| &l.host_executables).all(listed) && !spoken_for()
}

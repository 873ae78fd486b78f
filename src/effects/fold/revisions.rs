//! Numbers of commits that git prints: `$(git merge-base main HEAD)`, `$(git rev-list --reverse main..HEAD)`.
//!
//! They are hexadecimal digits. Names of branches and tags are not: some of them are written like options. `git log` is none of these
//! commands, as settings put more lines into what it prints.

use crate::effect::{Form, Value, Word};

/// Options of `git rev-list` that choose and order commits and change nothing of how one is printed (git-rev-list(1)).
const CHOICES: [&[u8]; 10] = [
    b"--reverse",
    b"--no-merges",
    b"--merges",
    b"--first-parent",
    b"--all",
    b"--branches",
    b"--topo-order",
    b"--date-order",
    b"-1",
    b"--ancestry-path",
];
/// The same, with a value.
const VALUED: [&[u8]; 7] =
    [b"--max-count=", b"--since=", b"--until=", b"--after=", b"--before=", b"--author=", b"--skip="];

/// What a command prints, where that is the number of a single commit; nothing where it fails.
pub(super) fn printed(argv: &[Word]) -> Option<Value> {
    let single = match argv {
        [_, verb, words @ ..] if verb.value.known() == Some(b"rev-list") => is_limited_to_one(words),
        _ => true,
    };
    each(argv).filter(|_| single)
}

/// What each line is that a command prints, where that is the number of a commit.
pub(super) fn each(argv: &[Word]) -> Option<Value> {
    let (program, rest) = argv.split_first()?;
    let (verb, words) = rest.split_first()?;
    let prints = program.value.known() == Some(b"git")
        && match verb.value.known()? {
            b"rev-parse" => is_parsed(words),
            b"merge-base" => words.iter().all(|word| is_revision(&word.value)),
            b"rev-list" => lists(words),
            _ => false,
        };
    prints.then_some(Value::Unknown { may_split: false, may_be_empty: true, form: Form::Commit })
}

/// Whether one commit is asked for, once.
fn is_limited_to_one(words: &[Word]) -> bool {
    let limit = |text: &[u8]| {
        text.starts_with(b"-n") || text.starts_with(b"--max-count") || text.strip_prefix(b"-").is_some_and(is_number)
    };
    let mut limits = words.iter().filter(|word| word.value.known().is_some_and(limit));
    let one = limits.next().and_then(|word| word.value.known());
    matches!(one, Some(b"-1" | b"-n1" | b"--max-count=1")) && limits.next().is_none()
}

/// `git rev-parse`: what it cannot find is printed as it is written, unless it is told to verify it.
fn is_parsed(words: &[Word]) -> bool {
    let option = |word: &Word| word.value.known().is_some_and(|text| text.starts_with(b"-"));
    let verifies = |text: &[u8]| text == b"--verify" || text == b"--short" || text.starts_with(b"--short=");
    let plain = |text: &[u8]| verifies(text) || matches!(text, b"-q" | b"--quiet");
    let mut named = words.iter().filter(|word| !option(word)).map(|word| &word.value);
    let verified = words.iter().any(|word| word.value.known().is_some_and(verifies));
    let left_out = |value: &Value| value.known().is_some_and(|text| text.starts_with(b"^"));
    let single = |value: &Value| is_revision(value) && !left_out(value) && (verified || value.known() == Some(b"HEAD"));
    words.iter().filter(|word| option(word)).all(|word| word.value.known().is_some_and(plain))
        && named.next().is_some_and(single)
        && named.next().is_none()
}

/// `git rev-list`, with paths behind `--`.
fn lists(words: &[Word]) -> bool {
    let mut words = words.iter().take_while(|word| word.value.known() != Some(b"--"));
    while let Some(word) = words.next() {
        let fits = match word.value.known() {
            Some(b"-n") => words.next().is_some_and(|count| count.value.known().is_some_and(is_number)),
            Some(text) if text.starts_with(b"-") => {
                CHOICES.contains(&text)
                    || VALUED.iter().any(|option| text.starts_with(option))
                    || text.strip_prefix(b"-n").is_some_and(is_number)
                    || text.strip_prefix(b"-").is_some_and(is_number)
            }
            _ => is_revision(&word.value),
        };
        if !fits {
            return false;
        }
    }
    true
}

/// Whether the word is certainly no option: a revision, two with dots between them, or one that is left out.
fn is_revision(value: &Value) -> bool {
    let plain = |text: &[u8]| {
        text.first().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'^' | b'@' | b'.'))
            && text.iter().all(|b| b.is_ascii_alphanumeric() || b"._-/~^@{}".contains(b))
    };
    match value {
        Value::Known(text) => plain(text),
        Value::Name(text) => text.starts_with(b"[") || plain(text.split(|b| *b == b'[').next().unwrap_or_default()),
        Value::Unknown { may_split: false, form: Form::Commit, .. } => true,
        _ => false,
    }
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::{each, printed};
    use crate::effect::{Span, Word};
    use alloc::vec::Vec;

    #[test]
    fn only_numbers_of_commits_are_taken() {
        let words = |text: &str| -> Vec<Word> {
            text.split_whitespace().map(|word| Word::known(word.as_bytes(), Span::default())).collect()
        };
        let of = |text: &str| printed(&words(text)).is_some();
        for number in [
            "git rev-parse HEAD",
            "git rev-parse --short HEAD~3",
            "git rev-parse --verify -q origin/main^",
            "git rev-parse --short=8 v1.2",
            "git merge-base origin/main HEAD",
            "git rev-list -1 HEAD",
            "git rev-list --max-count=1 --no-merges HEAD -- src -x",
            "git rev-list -n1 ^main HEAD",
        ] {
            assert!(of(number), "{number}");
        }
        for several in [
            "git rev-list --reverse main..HEAD",
            "git rev-list -n 3 --no-merges HEAD -- src -x",
            "git rev-list -1 -n3 HEAD",
        ] {
            assert!(!of(several) && each(&words(several)).is_some(), "{several}");
        }
        for other in [
            "git rev-parse --verify ^HEAD",
            "git rev-parse HEAD~3",
            "git rev-parse main",
            "git rev-parse --abbrev-ref HEAD",
            "git rev-parse HEAD main",
            "git rev-parse --show-toplevel",
            "git rev-parse",
            "git rev-list --oneline HEAD",
            "git rev-list --boundary a..b",
            "git rev-list --objects HEAD",
            "git rev-list -n HEAD",
            "git rev-list --format=%s HEAD",
            "git log --format=%h",
            "git describe",
            "git merge-base --fork-point x",
            "hg rev-parse HEAD",
        ] {
            assert!(!of(other), "{other}");
        }
    }
}

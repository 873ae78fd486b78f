//! Takes secrets out of texts before they are recorded or shown. What is taken out leaves a hint: `[redacted:github-token]`.
//!
//! Three things tell a secret: its format (`ghp_...`), the name or option that it belongs to (`PASSWORD=`, `--token`, `curl -u`,
//! `https://user:...@`), and, where neither does, that it is random. What is known of formats, names and options is a table
//! (`policies/tables/secrets.jsonl`). Digests, commit hashes, UUIDs and identifiers are no secrets.
//!
//! In doubt a value is taken out: a record that lacks a word is worth more than one that holds a password. A text is gone
//! through until a pass finds nothing, so that redacting twice is redacting once; what comes out is at most [`GROWTH`] times as long as
//! what went in, and [`MARGIN`] bytes more.

mod name;
mod random;
mod scan;
mod secrets;
#[cfg(test)]
mod tests;
mod value;

use alloc::{borrow::Cow, vec::Vec};

pub use secrets::Secrets;

/// How much longer a text can become.
pub const GROWTH: usize = 6;
/// See [`GROWTH`].
pub const MARGIN: usize = 32;

/// What a replacement begins with.
const MARK: &str = "[redacted:";
/// The longest hint.
const LONGEST_HINT: usize = 20;

/// How often a text is gone through at most.
const PASSES: usize = 8;
/// What stands for a text that finds no end: nothing of it is left.
const REST: &str = "[redacted:rest]";

/// A text without the secrets that stand in it, and how many there were. Shell scripts, JSON, URLs, prose: whatever it is.
pub fn redact(text: &str) -> (Cow<'_, str>, u32) {
    settled(text, |text| scan::Scan::new(text).text())
}

/// As [`redact`] for a text that names something (a session, a call, a model): only formats count, so that a random name stays whole.
pub fn redact_name(text: &str) -> (Cow<'_, str>, u32) {
    settled(text, |text| scan::Scan::new(text).formats())
}

/// The words of a command without secrets, and how many there were; a word that is not known stays so. A word can make the next one
/// a secret (`--password`, `-u` of curl).
pub fn redact_words<'w>(words: &[Option<&'w str>]) -> (Vec<Option<Cow<'w, str>>>, u32) {
    let (mut redacted, mut count) = pass(words);
    let mut found = count;
    for _ in 1..PASSES {
        if found == 0 {
            return (redacted, count);
        }
        let before: Vec<_> = redacted.iter().map(Option::as_deref).collect();
        let (after, more) = pass(&before);
        found = more;
        if found > 0 {
            redacted = after.into_iter().map(|word| word.map(|word| Cow::Owned(word.into_owned()))).collect();
            count += found;
        }
    }
    if found > 0 {
        redacted = words.iter().map(|word| word.map(|_| Cow::Borrowed(REST))).collect();
    }
    (redacted, count)
}

/// Goes through the words once.
fn pass<'w>(words: &[Option<&'w str>]) -> (Vec<Option<Cow<'w, str>>>, u32) {
    let mut state = scan::Words::default();
    let mut count = 0;
    let mut redacted = Vec::with_capacity(words.len());
    for word in words {
        redacted.push(word.map(|word| {
            let (word, found) = state.word(word);
            count += found;
            word
        }));
        if word.is_none() {
            state.unknown();
        }
    }
    (redacted, count)
}

/// Goes through a text until nothing more is found. What is taken out changes what stands beside it: quotes, names, where words begin. So
/// one pass over what came out may find more, and only what a pass leaves alone is sure to stay the same when it is redacted again.
fn settled<'t>(text: &'t str, pass: impl for<'p> Fn(&'p str) -> (Cow<'p, str>, u32)) -> (Cow<'t, str>, u32) {
    if scan::is_plain(text.as_bytes()) {
        return (Cow::Borrowed(text), 0);
    }
    let (mut redacted, mut count) = pass(text);
    let mut found = count;
    for _ in 1..PASSES {
        if found == 0 {
            return (redacted, count);
        }
        let (after, more) = pass(&redacted);
        found = more;
        if found > 0 {
            redacted = Cow::Owned(after.into_owned());
            count += found;
        }
    }
    if found > 0 {
        redacted = Cow::Borrowed(REST);
    }
    (redacted, count)
}

/// Whether a replacement stands at the beginning of `text`: its length.
fn mark_at(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(MARK.as_bytes())?;
    let hint = rest.iter().take(LONGEST_HINT + 1).position(|byte| *byte == b']')?;
    let allowed = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    (hint > 0 && rest.get(..hint)?.iter().all(allowed)).then_some(MARK.len() + hint + 1)
}

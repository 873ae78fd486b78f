//! Takes secrets out of texts before they are recorded or shown. What is taken out leaves a hint: `[redacted:github-token]`.
//!
//! Three things tell a secret: its format (`ghp_...`), the name or option that it belongs to (`PASSWORD=`, `--token`, `curl -u`,
//! `https://user:...@`), and, where neither does, that it is random. What is known of formats, names and options is a table
//! (`policies/tables/secrets.jsonl`). Digests, commit hashes, UUIDs and identifiers are no secrets.
//!
//! In doubt a value is taken out: a record that lacks a word is worth more than one that holds a password. One pass over the text;
//! what comes out is at most [`GROWTH`] times as long as what went in, and [`MARGIN`] bytes more.

mod name;
mod random;
mod scan;
#[cfg(test)]
mod tests;
mod value;

use alloc::{borrow::Cow, vec::Vec};

/// How much longer a text can become.
pub const GROWTH: usize = 6;
/// See [`GROWTH`].
pub const MARGIN: usize = 32;

/// What a replacement begins with.
const MARK: &str = "[redacted:";
/// The longest hint.
const LONGEST_HINT: usize = 20;

/// A text without the secrets that stand in it, and how many there were. Shell scripts, JSON, URLs, prose: whatever it is.
pub fn redact(text: &str) -> (Cow<'_, str>, u32) {
    scan::Scan::new(text).text()
}

/// As [`redact`] for a text that names something (a session, a call, a model): only formats count, so that a random name stays whole.
pub fn redact_name(text: &str) -> (Cow<'_, str>, u32) {
    scan::Scan::new(text).formats()
}

/// The words of a command without secrets, and how many there were; a word that is not known stays so. A word can make the next one
/// a secret (`--password`, `-u` of curl).
pub fn redact_words<'w>(words: &[Option<&'w str>]) -> (Vec<Option<Cow<'w, str>>>, u32) {
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

/// Whether a replacement stands at the beginning of `text`: its length.
fn mark_at(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(MARK.as_bytes())?;
    let hint = rest.iter().take(LONGEST_HINT + 1).position(|byte| *byte == b']')?;
    let allowed = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    (hint > 0 && rest.get(..hint)?.iter().all(allowed)).then_some(MARK.len() + hint + 1)
}

//! A JSON object, written key by key. Texts that come from a call pass through here once: secrets are taken out, what is too long is
//! shortened, and no character can act on a terminal or end the line.

use super::redact::{Secrets, redact, redact_name, redact_words};
use crate::text::{eight, is_hidden};
use alloc::{borrow::Cow, string::String, vec::Vec};
use core::fmt::Write;

/// The most bytes of a value.
const MOST_VALUE: usize = 1 << 10;
/// The most bytes of an identifier.
const MOST_NAME: usize = 256;
/// Bytes that nearly every effect and reason fits in: growing costs more than room.
const OBJECT: usize = 128;
/// What stands at the end of a text that was shortened.
const CUT: &str = " [cut]";
/// Bytes of a text in which secrets are looked for, more than are ever shown.
const WINDOW: usize = 64 << 10;
/// Where a text was longer than that, as much is left out at its end: a secret may stand across the edge.
const EDGE: usize = 8 << 10;

/// An object that is being written.
#[derive(Clone, Debug)]
pub(super) struct Object {
    text: String,
    /// How many secrets were taken out of it.
    pub(super) redacted: u32,
}

impl Object {
    pub(super) fn new() -> Self {
        Self::with_room(OBJECT)
    }

    /// One that is going to have about so many bytes.
    pub(super) fn with_room(bytes: usize) -> Self {
        let mut text = String::with_capacity(bytes);
        text.push('{');
        Self { text, redacted: 0 }
    }

    fn key(&mut self, key: &str) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        // Our own words, which need no escape.
        self.text.push('"');
        self.text.push_str(key);
        self.text.push_str("\":");
    }

    /// A word of ours.
    pub(super) fn word(&mut self, key: &str, word: &str) {
        self.key(key);
        escaped(word, &mut self.text);
    }

    /// A word of ours in two parts.
    pub(super) fn word_of(&mut self, key: &str, first: &str, second: &str) {
        self.word(key, first);
        // Words of ours need no escape.
        self.text.pop();
        self.text.push_str(second);
        self.text.push('"');
    }

    /// A text that comes from a call, a policy or the machine.
    pub(super) fn text(&mut self, key: &str, text: &str) {
        self.text_up_to(key, text, MOST_VALUE);
    }

    /// The same of at most so many bytes.
    pub(super) fn text_up_to(&mut self, key: &str, text: &str, most: usize) {
        self.key(key);
        self.redacted = self.redacted.saturating_add(put(text, most, &mut self.text));
    }

    pub(super) fn optional(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(key, text);
        }
    }

    /// What the call touches, without the secrets that are known of it.
    pub(super) fn touched(&mut self, key: &str, text: Option<&str>, secrets: &Secrets) {
        let Some(text) = text else { return };
        if secrets.is_empty() {
            return self.text(key, text);
        }
        // What is told by its form says more than that it is known.
        let (text, first) = redact(up_to(text, WINDOW));
        let (text, second) = secrets.out_of(&text);
        self.redacted = self.redacted.saturating_add(first).saturating_add(second);
        self.text(key, &text);
    }

    pub(super) fn number(&mut self, key: &str, number: impl core::fmt::Display) {
        self.key(key);
        let _ = write!(self.text, "{number}");
    }

    pub(super) fn flag(&mut self, key: &str) {
        self.key(key);
        self.text.push_str("true");
    }

    /// A text that is short where nothing is wrong with it.
    pub(super) fn name(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.key(key);
            // One that is longer than any identifier is none.
            let (text, redacted) = if text.len() > MOST_NAME { redact(up_to(text, WINDOW)) } else { redact_name(text) };
            self.redacted = self.redacted.saturating_add(redacted);
            escaped_up_to(&text, MOST_NAME, false, &mut self.text);
        }
    }

    /// The keys of another object, behind those that are there.
    pub(super) fn join(&mut self, other: &Self) {
        if let Some(keys) = other.text.strip_prefix('{').filter(|keys| !keys.is_empty()) {
            if self.text.len() > 1 {
                self.text.push(',');
            }
            self.text.push_str(keys);
        }
        self.redacted = self.redacted.saturating_add(other.redacted);
    }

    /// A value that is JSON already.
    pub(super) fn raw(&mut self, key: &str, json: &str) {
        self.key(key);
        self.text.push_str(json);
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn end(mut self) -> String {
        self.text.push('}');
        self.text
    }
}

/// The words of a command as a list, and how many secrets were taken out; a word that is not known is `null`.
pub(super) fn words(words: &[Option<String>], most: usize, secrets: &Secrets) -> (String, u32) {
    // Whatever is behind these is not shown, and neither is a word in which nobody looks for secrets to its end.
    let shown: Vec<Option<&str>> =
        words.iter().take(most).map(|word| word.as_deref().filter(|word| word.len() <= WINDOW)).collect();
    let (words, mut redacted) = redact_words(&shown);
    if secrets.is_empty() {
        return (list(words, most), redacted);
    }
    let words = words.into_iter().map(|word| {
        let word = word?;
        let (known, found) = secrets.out_of(&word);
        redacted = redacted.saturating_add(found);
        Some(Cow::<str>::Owned(known.into_owned()))
    });
    let words: Vec<_> = words.collect();
    (list(words, most), redacted)
}

/// Texts of a policy as a list.
pub(super) fn texts(texts: &[String], most: usize) -> (String, u32) {
    let mut redacted = 0_u32;
    let texts = texts.iter().map(|text| {
        let (text, found) = redact(up_to(text, WINDOW));
        redacted = redacted.saturating_add(found);
        Some(text)
    });
    let list = list(texts, most);
    (list, redacted)
}

fn list<'t>(texts: impl IntoIterator<Item = Option<Cow<'t, str>>>, most: usize) -> String {
    let mut out = String::from("[");
    for text in texts {
        if out.len() > 1 {
            out.push(',');
        }
        if out.len() > most {
            escaped(CUT.trim_start(), &mut out);
            break;
        }
        match text {
            Some(text) => escaped_up_to(&text, MOST_VALUE, false, &mut out),
            None => out.push_str("null"),
        }
    }
    out.push(']');
    out
}

/// Writes a foreign text; gives how many secrets were taken out.
fn put(text: &str, most: usize, out: &mut String) -> u32 {
    let beyond = text.len() > WINDOW;
    let (text, redacted) = redact(up_to(text, WINDOW));
    let kept = if beyond { up_to(&text, text.len().saturating_sub(EDGE)) } else { &text };
    escaped_up_to(kept, most, beyond, out);
    redacted
}

/// As much of a text as fits.
fn up_to(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default()
}

/// As much of a text as is looked through for secrets.
pub(super) fn looked_through(text: &str) -> &str {
    up_to(text, WINDOW)
}

/// A JSON string.
fn escaped(text: &str, out: &mut String) {
    escaped_up_to(text, usize::MAX, false, out);
}

/// A JSON string of at most so many bytes between its quotes; `cut` where some of it is gone already.
fn escaped_up_to(text: &str, most: usize, cut: bool, out: &mut String) {
    out.push('"');
    let start = out.len();
    if !cut && text.len() <= most && is_plain(text.as_bytes()) {
        out.push_str(text);
    } else {
        let room = most.saturating_sub(CUT.len());
        let (mut fits_with_mark, mut fits) = (start, !cut);
        for c in text.chars() {
            push(c, out);
            let length = out.len().saturating_sub(start);
            if length <= room {
                fits_with_mark = out.len();
            } else if cut || length > most {
                fits = false;
                break;
            }
        }
        if !fits {
            out.truncate(fits_with_mark);
            out.push_str(CUT);
        }
    }
    out.push('"');
}

/// Whether all of a text stands for itself between quotes, and shows.
fn is_plain(text: &[u8]) -> bool {
    let shows = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\') || byte == b' ';
    let all_show = |word: u64| {
        let other = |byte: u8| eight::has(word, byte);
        !(eight::has_less(word, b' ') || eight::has_more(word) || other(0x7f) || other(b'"') || other(b'\\'))
    };
    let (words, rest) = text.as_chunks::<8>();
    words.iter().all(|word| all_show(u64::from_le_bytes(*word))) && rest.iter().all(|byte| shows(*byte))
}

fn push(c: char, out: &mut String) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        c if is_hidden(c) => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::ToString;

    fn read_back(text: &str, most: usize) -> String {
        let mut object = Object::new();
        object.text_up_to("t", text, most);
        let json = object.end();
        assert!(!json.chars().any(is_hidden), "{json}");
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        read["t"].as_str().unwrap().into()
    }

    #[test]
    fn what_is_too_long_is_shortened() {
        assert_eq!(read_back("abcdefgh", 8), "abcdefgh");
        assert_eq!(read_back("abcdefghi", 8), "ab [cut]");
        assert_eq!(read_back("\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}", 9), "\u{e4} [cut]");
        let long = read_back(&"x".repeat(WINDOW + 1), WINDOW);
        assert_eq!(long.len(), WINDOW - EDGE + CUT.len());
    }

    #[test]
    fn no_text_is_longer_than_it_may_be_with_its_escapes() {
        for text in ["\u{1}".repeat(100), "\u{e000}a".repeat(100), "\"".repeat(100), "a".repeat(100)] {
            let mut object = Object::new();
            object.text_up_to("t", &text, 50);
            assert!(object.len() <= "{'t':''".len() + 50, "{}", object.end());
        }
    }

    #[test]
    fn a_list_ends_where_it_is_too_long() {
        let none = Secrets::default();
        let all = ["a", "b"].map(|text| Some(text.to_string()));
        assert_eq!(words(&[all[0].clone(), None, all[1].clone()], 100, &none), (r#"["a",null,"b"]"#.into(), 0));
        assert_eq!(words(&all, 4, &none).0, r#"["a","[cut]"]"#);
        let (secret, redacted) =
            words(&["curl", "-u", "me:hunter2hunter2"].map(|word| Some(word.to_string())), 100, &none);
        assert!(redacted == 1 && !secret.contains("hunter2"), "{secret}");
    }

    proptest! {
        #[test]
        fn texts_are_read_back(text in "(?s).{0,40}") {
            prop_assert_eq!(read_back(&text, 1000), redact(&text).0);
        }
    }
}

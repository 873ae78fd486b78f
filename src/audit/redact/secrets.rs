//! The secrets of one call, to be taken out of what is made of it: a password that its option tells is a file's name to whoever does
//! not know the program, and a path tells nothing of options.

use super::{MARK, mark_at, scan};
use alloc::{borrow::Cow, string::String, vec::Vec};
use core::ops::Range;

/// What stands in the place of such a text.
const HINT: &str = "[redacted:secret]";
/// How a private key begins.
const BLOCK: &str = "-----BEGIN ";
/// As many characters of a secret together are taken for it; shorter secrets are taken only as a whole name.
const PIECE: usize = 6;
/// Shorter ones are no secrets.
const LEAST: usize = 3;
/// The most bytes of secrets that are remembered.
const MOST: usize = 16 << 10;
/// Bits of the filter before the list of pieces.
const FILTER: usize = 1 << 15;

/// The secrets of a call, in pieces.
#[derive(Debug, Default)]
pub struct Secrets {
    pieces: Vec<[u8; PIECE]>,
    short: Vec<Vec<u8>>,
    filter: Vec<u64>,
    length: usize,
}

impl Secrets {
    /// Remembers private keys of a script: without quotes each of their lines is a command of its own, or a host, which is told in
    /// small letters.
    pub fn of_script(&mut self, script: &str) {
        if script.contains(BLOCK) {
            scan::Scan::new(script).taken(|secret| {
                if secret.starts_with(BLOCK.as_bytes()) {
                    self.add(secret);
                    self.add(&secret.to_ascii_lowercase());
                }
            });
        }
    }

    /// Remembers those of a text.
    pub fn of_text(&mut self, text: &str) {
        scan::Scan::new(text).taken(|secret| self.add(secret));
    }

    /// Remembers those of a command, whose words a shell has taken apart.
    pub fn of_words(&mut self, words: &[Option<&str>]) {
        let mut state = scan::Words::default();
        for word in words {
            match word {
                Some(word) => state.taken(word, |secret| self.add(secret)),
                None => state.unknown(),
            }
        }
    }

    fn add(&mut self, secret: &[u8]) {
        let room = MOST.saturating_sub(self.length);
        let secret = secret.get(..room.min(secret.len())).unwrap_or_default();
        self.length = self.length.saturating_add(secret.len());
        if secret.len() < LEAST || mark_at(secret).is_some() {
            return;
        }
        if secret.len() < PIECE {
            self.short.push(secret.into());
            return;
        }
        if self.filter.is_empty() {
            self.filter.resize(FILTER / 64, 0);
        }
        for piece in secret.windows(PIECE).filter_map(|piece| <[u8; PIECE]>::try_from(piece).ok()) {
            let (word, bit) = place(piece);
            if let Some(word) = self.filter.get_mut(word) {
                *word |= bit;
            }
            self.pieces.push(piece);
        }
    }

    /// To be called when all are remembered.
    pub fn end(&mut self) {
        self.pieces.sort_unstable();
        self.pieces.dedup();
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.short.is_empty()
    }

    /// A text without them, and how many there were.
    pub fn out_of<'t>(&self, text: &'t str) -> (Cow<'t, str>, u32) {
        if self.is_empty() {
            return (Cow::Borrowed(text), 0);
        }
        let mut out = String::new();
        let (mut copied, mut count) = (0, 0);
        for range in self.found(text.as_bytes()) {
            // Half a character of a secret is a whole one.
            let start = (0..=range.start).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
            let end = (range.end..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
            if start < copied {
                copied = end.max(copied);
                continue;
            }
            out.push_str(text.get(copied..start).unwrap_or_default());
            out.push_str(HINT);
            copied = end;
            count += 1;
        }
        if count == 0 {
            return (Cow::Borrowed(text), 0);
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        (Cow::Owned(out), count)
    }

    /// Where pieces of them stand.
    fn found(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for (at, piece) in text.windows(PIECE).enumerate() {
            let Ok(piece) = <[u8; PIECE]>::try_from(piece) else { continue };
            let (word, bit) = place(piece);
            if self.filter.get(word).is_none_or(|word| word & bit == 0) || self.pieces.binary_search(&piece).is_err() {
                continue;
            }
            match found.last_mut() {
                Some(last) if at <= last.end => last.end = at + PIECE,
                _ => found.push(at..at + PIECE),
            }
        }
        let mut start = 0;
        for name in text.split(|byte| *byte == b'/') {
            if self.short.iter().any(|short| short == name) && !found.iter().any(|range| range.contains(&start)) {
                found.push(start..start + name.len());
            }
            start += name.len() + 1;
        }
        found.sort_unstable_by_key(|range| range.start);
        found.retain(|range| !text.get(range.clone()).is_some_and(|piece| MARK.as_bytes().starts_with(piece)));
        found
    }
}

/// The place of a piece in the filter.
fn place(piece: [u8; PIECE]) -> (usize, u64) {
    let number = piece.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 49;
    let bit = usize::try_from(mixed).unwrap_or_default() % FILTER;
    (bit / 64, 1 << (bit % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(text: &str, words: &[&str]) -> Secrets {
        let mut secrets = Secrets::default();
        secrets.of_text(text);
        secrets.of_words(&words.iter().copied().map(Some).collect::<Vec<_>>());
        secrets.end();
        secrets
    }

    #[test]
    fn a_secret_that_its_name_told_is_none_of_a_path() {
        let of_words = secrets("", &["tool", "--password", "Tr0ub4dor&3", "--pin-password", "ab1", "/srv/a"]);
        let of_text = secrets(r#"{"env":{"API_KEY":"Tr0ub4dor&3"},"password":"ab1","path":"/srv/a"}"#, &[]);
        for secrets in [of_words, of_text] {
            for (text, redacted) in [
                ("/work/p/Tr0ub4dor&3", "/work/p/[redacted:secret]"),
                ("/work/p/Tr0ub4dor&3/x", "/work/p/[redacted:secret]/x"),
                ("/work/p/...b4dor&3", "/work/p/...[redacted:secret]"),
                ("/work/\u{e4}Tr0ub4d\u{e4}", "/work/\u{e4}[redacted:secret]\u{e4}"),
                ("/work/ab1", "/work/[redacted:secret]"),
                ("/work/crab1", "/work/crab1"),
                ("/srv/a", "/srv/a"),
                ("/work/p/Tr0ub", "/work/p/Tr0ub"),
                ("", ""),
            ] {
                assert_eq!(secrets.out_of(text).0, redacted);
            }
        }
    }

    #[test]
    fn the_lines_of_a_key_are_no_commands() {
        let mut secrets = Secrets::default();
        secrets.of_script(
            "echo -----BEGIN RSA PRIVATE KEY-----\nab0/q7Rt2Lm9/Zx4\n-----END RSA PRIVATE KEY-----; ls --token xyzzy12",
        );
        secrets.end();
        assert_eq!(secrets.out_of("/work/Rt2Lm9").0, "/work/[redacted:secret]");
        assert_eq!(secrets.out_of("key-----nab0").0, "[redacted:secret]nab0");
        assert_eq!(secrets.out_of("q7rt2lm9.example").0, "[redacted:secret].example");
        assert_eq!(secrets.out_of("/work/xyzzy12").0, "/work/xyzzy12");
    }

    #[test]
    fn without_secrets_nothing_changes() {
        let secrets = secrets("cat /srv/password", &["cat", "/srv/password", "--key", "x"]);
        assert_eq!(secrets.out_of("/srv/password").0, "/srv/password");
    }

    #[test]
    fn as_much_is_remembered_as_there_is_room_for() {
        let mut all = Secrets::default();
        for _ in 0..10_000 {
            all.of_words(&["x", "--password", "Tr0ub4dor&3"].map(Some));
        }
        assert!(all.length <= MOST && all.pieces.len() <= MOST);
    }
}

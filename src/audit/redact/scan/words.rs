//! The words of a command, which a shell has taken apart already.

use super::bytes::in_name;
use super::command::{Command, Taken};
use super::{Scan, is_plain, name};
use crate::tables::secrets::{Name, is_followed};
use alloc::{borrow::Cow, vec::Vec};

/// No word that a secret follows is longer.
const LONGEST_FOLLOWED: usize = 32;

/// The words of a command, one after the other.
#[derive(Debug, Default)]
pub(in crate::audit::redact) struct Words {
    command: Command,
    /// The next word is a secret.
    next: Option<(&'static str, Option<u8>, Option<&'static Name>)>,
    /// The next word is a script.
    script: bool,
}

impl Words {
    /// A word that is not known.
    pub(in crate::audit::redact) fn unknown(&mut self) {
        self.next = None;
        self.script = false;
    }

    pub(in crate::audit::redact) fn word<'t>(&mut self, word: &'t str) -> (Cow<'t, str>, u32) {
        self.scanned(Scan::new(word)).finish()
    }

    /// The secrets of a word.
    pub(in crate::audit::redact) fn taken(&mut self, word: &str, each: impl FnMut(&[u8])) {
        self.scanned(Scan { taken: Some(Vec::new()), ..Scan::new(word) }).tell(each);
    }

    /// Goes through a word.
    fn scanned<'t>(&mut self, fresh: Scan<'t>) -> Scan<'t> {
        let word = fresh.text;
        let mut scan = Scan { literal: true, command: self.command, ..fresh };
        let script = core::mem::take(&mut self.script);
        if let Some((hint, after, name)) = self.next.take() {
            let flag = name.is_some() && word.starts_with('-') && word.len() > 1;
            if !flag {
                if scan.take(0, name, hint, after).is_none() {
                    scan = Scan { taken: scan.taken, ..Scan::new(word) };
                    scan.from(0);
                }
                return scan;
            }
        }
        let bytes = word.as_bytes();
        if bytes.first() != Some(&b'-') {
            if let Taken::From(from, hint, _) = self.command.operand(bytes)
                && scan.take(from, None, hint, None).is_some()
            {
                return scan;
            }
            self.command.word(bytes);
            let last = word.rsplit([':', '/']).next().unwrap_or_default();
            let mut small = [0; LONGEST_FOLLOWED];
            if let Some(small) = small.get_mut(..last.len()) {
                small.copy_from_slice(last.as_bytes());
                small.make_ascii_lowercase();
                if is_followed(small) {
                    self.next = Some(("secret", None, None));
                }
            }
            if is_plain(bytes) {
                return scan;
            }
            scan.literal = !script;
            scan.command = Command::default();
            scan.from(0);
            return scan;
        }
        self.script = bytes.len() <= 6 && bytes.ends_with(b"c") && !bytes.starts_with(b"--");
        match self.command.option(bytes, false) {
            Taken::Next(hint, after) => self.next = Some((hint, after, None)),
            Taken::From(from, hint, after) => {
                let _ = scan.take(from, None, hint, after);
                return scan;
            }
            Taken::Nothing => {
                let bare = word.trim_start_matches('-').as_bytes();
                if bare.len() >= 2 && bare.iter().all(|byte| in_name(*byte)) {
                    self.next = name::secret(bare).map(|name| (name.hint, None, Some(name)));
                }
            }
        }
        scan.from(0);
        scan
    }
}

//! The parts of a word while it is read.

use super::tree::Part;
use alloc::vec::Vec;

/// Collects the parts of a word; text that stands together is one part.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) list: Vec<Part>,
}

impl Parts {
    /// Adds text to the word.
    pub(super) fn text(&mut self, more: &[u8], quoted: bool) {
        match self.list.last_mut() {
            Some(Part::Text { bytes, quoted: before }) if *before == quoted => bytes.extend(more),
            _ => self.push(Part::Text { bytes: more.into(), quoted }),
        }
    }

    /// Adds glob syntax to the word.
    pub(super) fn glob(&mut self, more: &[u8]) {
        match self.list.last_mut() {
            Some(Part::Glob(bytes)) => bytes.extend(more),
            _ => self.push(Part::Glob(more.into())),
        }
    }

    /// Adds an expansion.
    pub(super) fn push(&mut self, part: Part) {
        if self.list.is_empty() {
            self.list.reserve_exact(1); // most words are one part
        }
        self.list.push(part);
    }

    /// The word's text, where it is unquoted and has no expansions.
    pub(super) fn plain(&self) -> Option<&[u8]> {
        match self.list.as_slice() {
            [Part::Text { bytes, quoted: false }] => Some(bytes),
            _ => None,
        }
    }
}

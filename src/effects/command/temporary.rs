//! Files of names that a program chooses, and filter rules that name files.

use super::{Command, options::split};
use crate::{
    effect::{Span, Value, Word},
    path,
};
use alloc::vec::Vec;

impl Command<'_, '_> {
    /// A new file of the program in a directory: its name begins with the program's.
    pub(super) fn temporary_in(&mut self, dir: &Value, span: Span) {
        let made = match dir.known() {
            Some(dir) => {
                Value::Pattern([path::escape_pattern(dir).as_slice(), b"/", self.name, b"??????"].concat().into())
            }
            None => Value::ANY_WORD,
        };
        self.write(&made, false, span);
    }

    /// A new file by a template: at least three `X` in a row stand for other characters.
    pub(super) fn temporary(&mut self, template: &Value, span: Span) {
        let made = match template.known() {
            Some(text) => {
                let each = |b: &u8| if *b == b'X' { b'?' } else { *b };
                Value::Pattern(path::escape_pattern(text).iter().map(each).collect::<Vec<u8>>().into())
            }
            None => Value::ANY_WORD,
        };
        self.write(&made, false, span);
    }

    /// `rsync --filter`: `merge FILE` and `. FILE` read more rules, `dir-merge NAME` and `: NAME` those of every directory; lines
    /// that are none are told in the error.
    pub(super) fn merge_rule(&mut self, word: &Word) {
        let span = word.span;
        let Some(text) = word.value.known() else {
            return self.read(&Value::ANY_WORD, false, span);
        };
        let end = text.iter().position(|b| matches!(b, b' ' | b'_')).unwrap_or(text.len());
        let (rule, name) = (text.get(..end).unwrap_or_default(), text.get(end + 1..).unwrap_or_default());
        let plain: [&[u8]; 16] = [
            b"-",
            b"+",
            b"H",
            b"S",
            b"P",
            b"R",
            b"!",
            b"exclude",
            b"include",
            b"hide",
            b"show",
            b"protect",
            b"risk",
            b"clear",
            b"exclude,!",
            b"include,!",
        ];
        let kind = split(rule, b',').0;
        match kind {
            b"merge" | [b'.', ..] => self.read(&Value::Known(name.into()), false, span),
            b"dir-merge" | [b':', ..] => self.merge_above(name, span),
            // Modifiers stand behind the sign.
            [b'-' | b'+' | b'H' | b'S' | b'P' | b'R' | b'!', rest @ ..]
                if rest.iter().all(|b| matches!(b, b'/' | b'!' | b'C' | b's' | b'r' | b'p' | b'x')) => {}
            _ if plain.contains(&kind) => {}
            _ => self.unreviewed(span),
        }
    }

    /// A file of rules in every directory that is read anyway, and, with a slash in front, in those above.
    fn merge_above(&mut self, name: &[u8], span: Span) {
        if let Some(name) = name.strip_prefix(b"/") {
            self.read(&Value::Known(name.into()), false, span);
        }
    }
}

//! Databases of `SQLite` and what is asked of them, as words of a command and on its standard input.

use super::{UNSEEN, sql, sqlite};
use crate::{
    effect::{Value, Word},
    effects::{
        LimitReached,
        command::{Command, Stdin, options::Parsed},
    },
};
use alloc::{format, vec::Vec};

impl Command<'_, '_> {
    /// A word of argv that is SQL or a command of `sqlite3`: each text that it may be.
    pub(in crate::effects::command) fn sql(&mut self, word: &Word) -> Result<(), LimitReached> {
        let Some(all) = word.value.alternatives() else {
            self.opaque(UNSEEN, word);
            return Ok(());
        };
        for one in all {
            if sqlite::is_several_lines(one) {
                self.opaque("gets a command of several lines, which its releases read in different ways", word);
            }
            self.code("sqlite", one, word.span, true, None)?;
        }
        Ok(())
    }

    /// What a database that stands there may run by itself: views and triggers that call `edit()`, which starts a program (3.40.1).
    /// With `-safe` they may not, and no other database is opened.
    pub(in crate::effects::command) fn stored_code(&mut self, parsed: &Parsed<'_>) {
        if parsed.uses(&[b"-safe", b"--safe"]) {
            return;
        }
        let opens = |text: &[u8]| {
            let words = text.split(|b| !(b.is_ascii_alphanumeric() || *b == b'.'));
            words.into_iter().any(|word| word.eq_ignore_ascii_case(b"attach") || word.starts_with(b"."))
        };
        let in_memory = |word: &Word| matches!(word.value.known(), Some(b":memory:" | b""));
        let said = parsed.operands.iter().skip(1).chain(parsed.uses.iter().flat_map(|one| &one.arguments));
        let from_argv = said.into_iter().any(|word| word.value.known().is_none_or(opens));
        let from_stdin = matches!(self.stdin, Stdin::Text(text) if opens(text));
        if from_argv || from_stdin || !parsed.operands.first().is_none_or(in_memory) {
            let detail =
                format!("a view in the database of `{}` may run a program; `-safe` keeps it from that", self.by);
            self.unknown("stored-code", detail, self.span, true);
        }
    }

    /// SQL that stands on standard input.
    pub(in crate::effects::command) fn sql_on_stdin(&mut self) -> Result<(), LimitReached> {
        let Stdin::Text(text) = self.stdin else {
            self.reads_commands();
            return Ok(());
        };
        self.outcome.executes_stdin = true;
        let (text, span) = (text.to_vec(), self.span);
        self.stdin = Stdin::Stream;
        self.code("sqlite", &text, span, false, None).map(|_| ())
    }

    /// The database that a word names: a path, nothing but memory, or a URI.
    pub(in crate::effects::command) fn database(&mut self, word: &Word, reads_only: bool) {
        let Some(all) = word.value.alternatives() else {
            let begins = match &word.value {
                Value::Affix { prefix, .. } => prefix,
                Value::Below { dir, .. } => dir,
                Value::Pattern(text) | Value::Name(text) => {
                    text.split(|b| matches!(b, b'*' | b'?' | b'[')).next().unwrap_or_default()
                }
                _ => &b""[..],
            };
            if b"file:".starts_with(begins) || begins.starts_with(b"file:") {
                self.unreviewed(word.span);
            }
            self.read(&word.value, false, word.span);
            if !reads_only {
                self.write(&word.value, false, word.span);
            }
            return;
        };
        let all: Vec<_> = all.iter().map(|one| sql::place(one)).collect();
        for place in all {
            match place {
                sql::Place::Nowhere => {}
                sql::Place::File(path, ro) => {
                    let path = Value::Known(path.into());
                    self.read(&path, false, word.span);
                    if !reads_only && !ro {
                        self.write(&path, false, word.span);
                    }
                }
                sql::Place::Odd => {
                    let detail = format!("`{}` opens a database by an address that is not taken apart", self.by);
                    self.unknown("unreviewed-word", detail, word.span, false);
                }
            }
        }
    }
}

//! Databases of `SQLite` and what is asked of them, as words of a command and on its standard input.

use super::{UNSEEN, sql, sqlite};
use crate::{
    effect::{Value, Word},
    effects::{LimitReached, command::{Command, Stdin}},
};

impl Command<'_, '_> {
    /// A word of argv that is SQL or a command of `sqlite3`: each text that it may be.
    pub(super) fn sql(&mut self, word: &Word) -> Result<(), LimitReached> {
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

    /// SQL that stands on standard input.
    pub(super) fn sql_on_stdin(&mut self) -> Result<(), LimitReached> {
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
    pub(super) fn database(&mut self, word: &Word, reads_only: bool) {
        let Some(all) = word.value.alternatives() else {
            let begins = match &word.value {
                Value::Affix { prefix, .. } => prefix,
                Value::Below { dir, .. } => dir,
                Value::Pattern(text) | Value::Name(text) => text.split(|b| matches!(b, b'*' | b'?' | b'[')).next().unwrap_or_default(),
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

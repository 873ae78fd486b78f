//! Words that hold a path or a command inside of other text, and programs that a word names.

use super::{Command, Shell, builtins::is_name, emit::certainty, options::split};
use crate::{
    effect::{Kind, Span, Value, Word},
    effects::LimitReached,
    tables::words::Runs,
};
use alloc::{format, vec::Vec};

impl Command<'_, '_> {
    /// A name, or text in which `$NAME` and `${NAME}` stand (`envsubst`).
    pub(super) fn variables_read(&mut self, word: &Word) {
        let span = word.span;
        match &word.value {
            Value::Known(text) if text.contains(&b'$') => {
                let names = text.split(|b| !(b.is_ascii_alphanumeric() || *b == b'_')).filter(|name| !name.is_empty());
                for name in names {
                    let name = Value::Known(name.into());
                    self.push(Kind::ReadEnv(name.clone()), certainty(&name), span, true);
                }
            }
            value => self.push(Kind::ReadEnv(value.clone()), certainty(value), span, true),
        }
    }

    /// What strace writes can go into a command: `-o '|CMD'`.
    pub(super) fn traced(&mut self, value: &Value, span: Span) -> Result<(), LimitReached> {
        if let Some([b'|' | b'!', script @ ..]) = value.known() {
            self.scripts.forget_files();
            return self.script(&Value::Known(script.into()), Shell::Child, super::Stdin::Stream, &[], span);
        }
        self.write(value, false, span);
        Ok(())
    }

    pub(super) fn read_if_at(&mut self, word: &Word) {
        // `curl --variable %NAME=DEFAULT`; `-w '%{http_code}'` is no variable.
        let named = word.value.known().and_then(|text| text.strip_prefix(b"%")).map(|text| split(text, b'=').0);
        if let Some(name) = named.filter(|name| is_name(name)) {
            let name = Value::Known(name.into());
            self.push(Kind::ReadEnv(name), certainty(&word.value), word.span, true);
        }
        match &word.value {
            Value::Known(text) => {
                let file = match text.first() {
                    Some(b'@' | b'<') => text.get(1..),
                    _ => text.iter().position(|b| matches!(b, b'@')).and_then(|at| text.get(at + 1..)).or_else(|| {
                        let at = text.windows(2).position(|w| w == b"=<")?;
                        text.get(at + 2..)
                    }),
                };
                // `name=@file;type=x` in a form.
                // Several files of a form stand between commas, and each may be quoted.
                let parts = file.into_iter().flat_map(|all| core::iter::once(all).chain(all.split(|b| *b == b',')));
                let mut files: Vec<&[u8]> = parts
                    .map(|part| split(part, b';').0)
                    .map(|part| part.strip_prefix(b"\"").map_or(part, |rest| split(rest, b'"').0))
                    .filter(|file| !file.is_empty() && *file != b"-")
                    .collect();
                files.sort_unstable();
                files.dedup();
                for file in files {
                    self.read(&Value::Known(file.into()), false, word.span);
                }
                self.outputs(text, word.span);
            }
            Value::Affix { prefix, .. } if prefix.first().is_some_and(|b| !matches!(b, b'@' | b'<')) => {
                if prefix.contains(&b'@') || prefix.ends_with(b"=") {
                    self.read(&Value::ANY_WORD, false, word.span);
                }
            }
            Value::Affix { prefix, suffix } if prefix.len() > 1 => {
                let prefix = prefix.get(1..).unwrap_or_default().to_vec();
                self.read(&Value::Affix { prefix: prefix.into(), suffix: suffix.clone() }, false, word.span);
            }
            Value::Set(all) => {
                for text in all.iter() {
                    self.read_if_at(&Word::known(text.clone(), word.span));
                }
            }
            _ => self.read(&Value::ANY_WORD, false, word.span),
        }
    }

    /// `curl -w '%output{FILE}...'`: what follows is written there.
    fn outputs(&mut self, text: &[u8], span: Span) {
        const MARK: &[u8] = b"%output{";
        let starts =
            text.windows(MARK.len()).enumerate().filter(|(_, part)| *part == MARK).map(|(at, _)| at + MARK.len());
        for file in starts.filter_map(|at| text.get(at..)).map(|rest| split(rest, b'}').0) {
            let file = file.strip_prefix(b">>").unwrap_or(file);
            self.write(&Value::Known(file.into()), false, span);
        }
    }

    pub(super) fn key_path(&mut self, word: &Word) {
        let Some(text) = word.value.known() else {
            self.read(&Value::ANY_WORD, true, word.span);
            self.write(&Value::ANY_WORD, true, word.span);
            return;
        };
        let mut pieces: Vec<&[u8]> = text.split(|b| matches!(b, b'=' | b':' | b'@' | b',')).collect();
        pieces.extend(text.split(|b| *b == b':'));
        pieces.sort_unstable();
        pieces.dedup();
        let looks_like_path = |p: &&[u8]| p.iter().any(|b| matches!(b, b'/' | b'.')) && !p.is_empty();
        let volume = self.name != b"openssl" && self.name != b"kubectl";
        for piece in pieces.into_iter().filter(looks_like_path) {
            let piece = piece.strip_prefix(b"//").map_or(piece, |p| p);
            self.read(&Value::Known(piece.into()), volume, word.span);
            if volume {
                self.write(&Value::Known(piece.into()), true, word.span);
            }
        }
    }

    /// `DIR`, or `PARAMETERS:DIR`. What is written below bears the names of the sources, with other endings. Programs differ in which
    /// colon it is.
    pub(super) fn out_dir(&mut self, word: &Word) {
        let Some(text) = word.value.known() else { return self.write(&word.value, false, word.span) };
        let colons = text.iter().enumerate().filter(|(_, b)| **b == b':').map(|(at, _)| at + 1);
        let starts: Vec<usize> = core::iter::once(0).chain(colons).collect();
        for (at, start) in starts.iter().enumerate() {
            let dir = text.get(*start..).unwrap_or_default();
            // Parameters with no slash in them are no place that anything speaks of.
            if at + 1 == starts.len() || (at > 0 && !dir.is_empty()) || dir.contains(&b'/') {
                self.write(&Value::Known(dir.into()), false, word.span);
            }
        }
    }

    /// A program; `appends`: it gets more arguments than are written here.
    pub(super) fn exec_program(&mut self, word: &Word, appends: bool) -> Result<(), LimitReached> {
        self.scripts.forget_files();
        let plain = |b: &u8| {
            b.is_ascii_alphanumeric()
                || matches!(b, b' ' | b'_' | b'-' | b'.' | b'/' | b'+' | b',' | b'=' | b':' | b'%')
        };
        let assigns = |t: &&[u8]| split(split(t, b' ').0, b'=').1.is_some();
        let Some(text) = word.value.known().filter(|t| t.iter().all(plain) && !assigns(t)) else {
            self.script(&word.value, Shell::Child, super::Stdin::Stream, &[], word.span)?;
            let detail = format!("`{}` appends words to a command", self.by);
            self.unknown("dynamic-script", detail, word.span, false);
            return Ok(());
        };
        let parts = text.split(|b| *b == b' ').filter(|p| !p.is_empty());
        let mut argv: Vec<Word> = parts.map(|p| Word::known(p, word.span)).collect();
        if argv.is_empty() {
            return Ok(());
        }
        // What a remote shell gets is a host, which the operands of this program name.
        let remote = argv.first().and_then(|w| self.analysis.tables.program(w.value.known()?));
        if appends && remote.is_none_or(|p| p.runs() != Runs::Remote) {
            argv.push(Word { value: Value::ANY_WORDS, span: word.span });
        }
        self.inner(&argv, super::Stdin::Stream).map(|_| ())
    }
}

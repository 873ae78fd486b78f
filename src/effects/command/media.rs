//! Words that programs for pictures and films take for names of files. What stands before a colon, a bar or an at sign makes
//! something else of them: a script, a command, a list, a host. Only what is plainly a file, or a picture of the program's own, is
//! understood; anything else is unknown.

use super::{
    Command,
    media_words::{
        are_plain_filters, begins_as_a_path, beside, ending, is_color, is_inert_define, is_listed, is_plain_drawing,
        without_frames,
    },
    net,
    options::Parsed,
    roles::Manner,
};
use crate::{
    effect::{Kind, Span, Value, Word},
    effects::LimitReached,
    path,
    tables::words::{Role, VariableRole},
    world::World,
};
use alloc::{format, vec::Vec};

/// What becomes of a file that a word names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Done {
    Read,
    Written,
    Changed,
}

impl Command<'_, '_> {
    /// A word in one of the roles of pictures and films.
    pub(super) fn media(&mut self, role: Role, word: &Word, manner: Manner) -> Result<(), LimitReached> {
        if let Value::Set(all) = &word.value {
            for text in all.iter() {
                self.media(role, &Word::known(text.clone(), word.span), manner)?;
            }
            return Ok(());
        }
        match role {
            Role::ImageColor if word.value.known().is_some_and(is_color) => {}
            Role::ImageRead | Role::ImageColor => self.image(word, Done::Read),
            Role::ImageWrite if manner.reads_only => {}
            Role::ImageWrite => self.image(word, Done::Written),
            // With another ending or in another directory: the names are seen where these options are.
            Role::ImageChange if manner.reads_only => self.image(word, Done::Read),
            Role::ImageChange => self.image(word, Done::Changed),
            Role::ImageText => self.image_text(&word.value, word.span),
            Role::ImageSetting => {
                self.checked_media(
                    word.value.known().is_some_and(|text| is_inert_define(&self.analysis.tables, text)),
                    word.span,
                );
            }
            Role::Drawing => {
                if word.value.known().is_none_or(|text| !is_plain_drawing(&self.analysis.tables, text)) {
                    self.image_text(&word.value, word.span);
                    self.unreviewed(word.span);
                }
            }
            Role::MediaRead => self.film(word, Done::Read),
            Role::MediaWrite => self.film(word, Done::Written),
            Role::MediaFilter => {
                self.checked_media(
                    word.value.known().is_some_and(|text| are_plain_filters(&self.analysis.tables, text)),
                    word.span,
                );
            }
            Role::MediaFormat => {
                self.checked_media(
                    word.value.known().is_some_and(|name| self.is_listed("film:format:", name)),
                    word.span,
                );
            }
            Role::Beside => {
                self.role(Role::Read, word, manner)?;
                if !manner.reads_only && word.value.known() != Some(b"-") {
                    self.write(&beside(&word.value), false, word.span);
                }
            }
            Role::Page => self.page(word),
            _ => self.unreviewed(word.span),
        }
        Ok(())
    }

    fn is_listed(&self, kind: &str, name: &[u8]) -> bool {
        is_listed(&self.analysis.tables, kind, name)
    }

    /// Whether files with that ending say what is to be done, or name more files.
    fn is_doubtful(&self, kind: &str, name: &[u8]) -> bool {
        let key = [kind.as_bytes(), &name.to_ascii_lowercase()].concat();
        self.analysis.tables.variable(&key) == Some(VariableRole::Executing)
    }

    fn checked_media(&mut self, harmless: bool, span: Span) {
        if !harmless {
            self.unreviewed(span);
        }
    }

    /// A URL, a file, or a host where there is no such file.
    fn page(&mut self, word: &Word) {
        let local = word.value.known().is_some_and(|text| {
            super::wrappers::names_a_place(text)
                || matches!(text.first(), Some(b'~' | b'.'))
                || ending(text).is_some_and(|end| self.is_listed("page:ending:", end))
        });
        if word.value.known() == Some(b"-") {
            return;
        }
        if net::is_url(&word.value) {
            return self.net(word, false);
        }
        self.read(&word.value, false, word.span);
        if !local {
            self.net(word, false);
        }
    }

    /// `mogrify -format jpg A.png`: what is written bears the name with that ending.
    pub(super) fn other_ending(&mut self, format: &Word, parsed: &Parsed<'_>) {
        let Some(ending) = format.value.known().filter(|ending| self.is_listed("image:ending:", ending)) else {
            return self.unreviewed(format.span);
        };
        if parsed.uses(&[b"-path"]) {
            return;
        }
        for word in &parsed.operands {
            let with = |text: &[u8]| {
                let start = text.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
                let dot = text.iter().rposition(|b| *b == b'.').filter(|at| *at >= start).unwrap_or(text.len());
                [text.get(..dot).unwrap_or(text), b".", ending].concat()
            };
            let value = match &word.value {
                Value::Known(text) => Value::Known(with(text).into()),
                Value::Pattern(text) if text.contains(&b'.') => Value::Pattern(with(text).into()),
                Value::Below { dir, suffix } if suffix.contains(&b'.') => {
                    Value::Below { dir: dir.clone(), suffix: with(suffix).into() }
                }
                Value::Affix { prefix, suffix } if suffix.contains(&b'.') => {
                    Value::Affix { prefix: prefix.clone(), suffix: with(suffix).into() }
                }
                _ => Value::ANY_WORD,
            };
            self.write(&value, false, word.span);
        }
    }

    /// Text, or `@` and the file that holds it.
    fn image_text(&mut self, value: &Value, span: Span) {
        match value {
            Value::Known(text) => {
                if let Some(file) = text.strip_prefix(b"@").filter(|file| !file.is_empty() && *file != b"-") {
                    self.read(&Value::Known(file.into()), false, span);
                }
            }
            Value::Affix { prefix, .. } if prefix.first().is_some_and(|b| *b != b'@') => {}
            _ => self.read(&Value::ANY_WORD, false, span),
        }
    }

    fn image(&mut self, word: &Word, done: Done) {
        let Some(text) = word.value.known() else { return self.names_of(word, done, Some("image:ending:")) };
        if matches!(text, b"(" | b")") {
            return;
        }
        let Some(colon) = text.iter().position(|b| *b == b':') else {
            return self.image_file(text, done, false, word);
        };
        let (coder, rest) = (text.get(..colon).unwrap_or_default(), text.get(colon + 1..).unwrap_or_default());
        if self.is_listed("image:host:", coder) && rest.starts_with(b"//") && done == Done::Read {
            self.net(word, false);
            return;
        }
        if self.is_listed("image:format:", coder) && !rest.contains(&b':') {
            return self.image_file(rest, done, true, word);
        }
        if coder.eq_ignore_ascii_case(b"histogram") && matches!(rest, b"info:" | b"info:-") {
            return;
        }
        if self.is_listed("image:text:", coder) {
            self.image_text(&Value::Known(rest.into()), word.span);
            return;
        }
        let inside = rest.iter().all(|b| b.is_ascii_alphanumeric() || b"#(),.%-_ ".contains(b));
        if !(self.is_listed("image:made:", coder) && inside) {
            self.unreviewed(word.span);
        }
    }

    /// A name without a coder before it; `said`: its format is.
    fn image_file(&mut self, text: &[u8], done: Done, said: bool, word: &Word) {
        if matches!(text, b"" | b"-" | b"%stdout") {
            // What flows in says itself what it is, which may be a drawing that names files.
            let flows = !matches!(self.stdin, super::Stdin::Inherited | super::Stdin::Empty);
            self.checked_media(said || done == Done::Written || !flows, word.span);
            return;
        }
        let text = if done == Done::Read { without_frames(text) } else { text };
        let odd = |b: &u8| matches!(b, b'*' | b'?' | b'[' | b']' | b'{' | b'}');
        let begins = matches!(text.first(), Some(b'|' | b'@' | b'~' | b'+' | b'-'));
        if begins || text.iter().any(odd) || (text.contains(&b'%') && done != Done::Written) {
            self.unreviewed(word.span);
            return;
        }
        let drawn = !said && ending(text).is_some_and(|end| self.is_doubtful("image:ending:", end));
        if !said && !drawn && ending(text).is_some_and(|end| !self.is_listed("image:ending:", end)) {
            let text_file =
                done == Done::Written && ending(text).is_some_and(|end| self.is_listed("image:output:", end));
            self.checked_media(text_file, word.span);
        }
        if drawn && done != Done::Written {
            let detail = format!("`{}` does what a drawing says, which may name more files", self.by);
            self.unknown("opaque-program", detail, word.span, true);
        }
        if let Some(percent) = text.iter().position(|b| *b == b'%') {
            // A number; `%pipe%CMD` is a command to some.
            let behind = text.get(percent + 1..).unwrap_or_default();
            let number = behind.iter().find(|b| !b.is_ascii_digit());
            if number != Some(&b'd') {
                self.unreviewed(word.span);
                return;
            }
            let end = text.rsplit(|b| !(b.is_ascii_alphanumeric() || *b == b'.')).next().unwrap_or_default();
            let dot = end.iter().position(|b| *b == b'.').and_then(|at| end.get(at..)).unwrap_or_default();
            let value = Value::Affix { prefix: text.get(..percent).unwrap_or_default().into(), suffix: dot.into() };
            self.file(&value, done, word.span);
            return;
        }
        self.file(&Value::Known(text.into()), done, word.span);
        if done == Done::Written {
            // Several pictures in a format that has room for one each get a number.
            let dot = text.iter().rposition(|b| matches!(b, b'.' | b'/')).filter(|at| text.get(*at) == Some(&b'.'));
            let (stem, end) = text.split_at(dot.unwrap_or(text.len()));
            let names = [&path::escape_pattern(stem), &b"-*"[..], &path::escape_pattern(end)].concat();
            self.write(&Value::Pattern(names.into()), false, word.span);
        }
    }

    fn file(&mut self, value: &Value, done: Done, span: Span) {
        if done != Done::Written {
            self.read(value, false, span);
        }
        if done == Done::Changed {
            self.modify(value, false, span);
        }
        if done == Done::Written {
            self.write(value, false, span);
        }
    }

    /// A word of which the ends are known: it must begin as a path does and end as such a file does.
    fn names_of(&mut self, word: &Word, done: Done, endings: Option<&str>) {
        let special =
            |b: &u8| matches!(b, b'*' | b'?' | b'[' | b']' | b'\\' | b'(' | b')' | b'|' | b'~' | b'<' | b'#' | b'^');
        let (begin, end): (Vec<u8>, Vec<u8>) = match &word.value {
            Value::Affix { prefix, suffix } => (prefix.to_vec(), suffix.to_vec()),
            Value::Below { dir, suffix } if dir.is_empty() => (Vec::new(), suffix.to_vec()),
            Value::Below { dir, suffix } => ([dir, &b"/"[..]].concat(), suffix.to_vec()),
            Value::Pattern(text) => {
                let first = text.iter().position(special).unwrap_or_default();
                let last = text.iter().rposition(special).map_or(0, |at| at + 1);
                (text.get(..first).unwrap_or_default().to_vec(), text.get(last..).unwrap_or_default().to_vec())
            }
            _ => (Vec::new(), Vec::new()),
        };
        let known_end = ending(&end).is_some_and(|end| endings.is_none_or(|kind| self.is_listed(kind, end)));
        let found = matches!(word.value, Value::Pattern(_) | Value::Below { .. });
        if !(known_end && (begins_as_a_path(&begin) || (found && begin.is_empty() && self.names_here_are_plain()))) {
            self.unreviewed(word.span);
        }
        self.file(&word.value, done, word.span);
    }

    /// Whether no name of this directory has a meaning of its own to such a program, and the call makes none that has.
    fn names_here_are_plain(&self) -> bool {
        let plain =
            |name: &[u8]| !name.contains(&b':') && !matches!(name.first(), Some(b'|' | b'@' | b'~' | b'-' | b'+'));
        let Some(dir) = self.cwd.known() else { return false };
        let children = self.scripts.world().and_then(|world: &dyn World| world.children(dir, super::names::MAX_NAMES));
        let made = self.analysis.effects.iter().filter(|effect| effect.by.as_ref() != Some(&self.by)).all(|effect| {
            let Kind::Write(path) = &effect.kind else { return true };
            !path.tree && path.value.known().is_some_and(|text| path::file_name(text).is_none_or(plain))
        });
        made && children.is_some_and(|children| children.iter().all(|(name, _)| plain(name)))
    }

    /// The name of a film: a file, or something behind the name of a protocol.
    fn film(&mut self, word: &Word, done: Done) {
        let Some(text) = word.value.known() else { return self.films(word, done) };
        let scheme = text.iter().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')));
        let protocol = scheme.filter(|at| text.get(*at) == Some(&b':')).map(|at| text.split_at(at));
        if let Some((name, rest)) = protocol {
            let rest = rest.get(1..).unwrap_or_default();
            if self.is_listed("film:host:", name) && rest.starts_with(b"//") {
                self.net(word, false);
            } else if name == b"pipe" && rest.iter().all(u8::is_ascii_digit) {
                // Nothing but what is open already.
            } else if name == b"file" && !rest.starts_with(b"//") {
                self.film_file(rest, done, word);
            } else if name == b"concat" && done == Done::Read {
                for part in rest.split(|b| *b == b'|') {
                    if part.contains(&b':') {
                        self.unreviewed(word.span);
                    } else {
                        self.film_file(part, done, word);
                    }
                }
            } else {
                self.unreviewed(word.span);
            }
            return;
        }
        if text.starts_with(b"subfile,") {
            self.unreviewed(word.span);
        } else if text != b"-" {
            self.film_file(text, done, word);
        }
    }

    fn film_file(&mut self, text: &[u8], done: Done, word: &Word) {
        let span = word.span;
        if matches!(text.first(), Some(b'|' | b'@')) {
            return self.unreviewed(span);
        }
        if ending(text).is_some_and(|end| self.is_doubtful("film:ending:", end)) {
            let detail = format!("`{}` takes more names from a list", self.by);
            self.unknown("listed-paths", detail, span, false);
        }
        let Some(percent) = text.iter().position(|b| matches!(b, b'%' | b'*' | b'?' | b'[' | b'{')) else {
            return self.file(&Value::Known(text.into()), done, span);
        };
        // Numbered pictures, or a pattern.
        let end = text.rsplit(|b| !(b.is_ascii_alphanumeric() || *b == b'.')).next().unwrap_or_default();
        let dot = end.iter().position(|b| *b == b'.').and_then(|at| end.get(at..)).unwrap_or_default();
        let value = Value::Affix { prefix: text.get(..percent).unwrap_or_default().into(), suffix: dot.into() };
        self.file(&value, done, span);
    }

    /// Films of which the names are not known as a whole.
    fn films(&mut self, word: &Word, done: Done) {
        let end: &[u8] = match &word.value {
            Value::Affix { suffix, .. } | Value::Below { suffix, .. } => suffix,
            Value::Pattern(text) => text.rsplit(|b| matches!(b, b'*' | b'?' | b']' | b')')).next().unwrap_or_default(),
            _ => b"",
        };
        if ending(end).is_none_or(|end| self.is_doubtful("film:ending:", end)) {
            self.unreviewed(word.span);
        }
        self.names_of(word, done, None);
    }
}

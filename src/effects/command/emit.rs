//! Pushing effects with the right certainty, place and owner.

use super::{Command, Script, Shell, Stdin, command, options::Parsed, paths};
use crate::{
    effect::{Bytes, Cause, Certainty, Connect, Effect, Found, Kind, More, PathValue, Span, Spared, Value, Word},
    effects::LimitReached,
    path,
};
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

/// What `ln` makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// A second name.
    Hard,
    /// A link with the text that was given.
    Symbolic,
    /// A link with the way from its place to what was given.
    Relative,
}

/// How sure an effect on the value is.
pub(super) fn certainty(value: &Value) -> Certainty {
    match value {
        Value::Known(_) => Certainty::Known,
        Value::Affix { prefix, suffix } if prefix.is_empty() && suffix.is_empty() => Certainty::Unknown,
        Value::Set(_) | Value::Affix { .. } | Value::Below { .. } | Value::Pattern(_) | Value::Name(_) => {
            Certainty::Partial
        }
        Value::Unknown { .. } => Certainty::Unknown,
    }
}

impl Command<'_, '_> {
    /// Pushes an effect; `own`: an allow of this command answers it.
    pub(super) fn push(&mut self, kind: Kind, certainty: Certainty, span: Span, own: bool) {
        let (by, command) = (Some(self.by.clone()), own.then_some(self.id));
        self.analysis.effects.push(Effect { kind, certainty, span, by, command });
    }

    pub(super) fn unknown(&mut self, code: &'static str, detail: String, span: Span, own: bool) {
        let kind = Kind::Unknown(Cause { code, detail });
        // Two roles of one word may have the same doubt.
        if self.analysis.effects.last().is_none_or(|last| last.kind != kind || last.span != span) {
            self.push(kind, Certainty::Unknown, span, own);
        }
    }

    pub(super) fn doubts(&mut self, parsed: &Parsed<'_>) {
        for doubt in &parsed.doubts {
            if doubt.by_name {
                let kind = Kind::Unknown(Cause { code: doubt.code, detail: doubt.detail.clone() });
                self.suspect(alloc::vec![kind], doubt.span, true);
            } else {
                self.unknown(doubt.code, doubt.detail.clone(), doubt.span, false);
            }
        }
    }

    pub(super) fn read(&mut self, value: &Value, tree: bool, span: Span) {
        self.read_sparing(value, tree, Spared::Nothing, span);
    }

    pub(super) fn read_sparing(&mut self, value: &Value, tree: bool, spared: Spared, span: Span) {
        if paths::is_open_already(value) {
            return;
        }
        let filters = if tree { self.filters.clone() } else { None };
        let path = paths::standing(value, &self.cwd, tree).sparing(spared).filtered(filters);
        let sure = certainty(&path.value);
        self.push(Kind::Read(path), sure, span, true);
    }

    /// Makes or changes; with `tree` anything that comes to stand below.
    pub(super) fn write(&mut self, value: &Value, tree: bool, span: Span) {
        if paths::is_open_already(value) {
            return;
        }
        let path = paths::made(&self.analysis.behind_links(value), &self.cwd, tree);
        let sure = certainty(&path.value);
        self.push(Kind::Write(path), sure, span, true);
    }

    /// Makes a copy of `source`, under another name or in a directory; with `trees` of directories, too.
    pub(super) fn copy(&mut self, source: &Value, target: &Word, trees: bool) {
        if let Value::Set(several) = source {
            return several.iter().for_each(|one| self.copy(&Value::Known(one.clone()), target, trees));
        }
        if paths::is_open_already(&target.value) {
            return;
        }
        let (like, found) = match path::absolute(source, &self.cwd) {
            Value::Known(one) => (Some(one.to_vec()), None),
            Value::Pattern(text) if path::is_absolute(&text) => (None, Some(Value::Pattern(text))),
            Value::Below { dir, suffix } if path::is_absolute(&dir) => (None, Some(Value::Below { dir, suffix })),
            _ => (None, None),
        };
        let found = found.map(|names| Found { names, trees });
        let path =
            PathValue { like, found, ..paths::made(&self.analysis.behind_links(&target.value), &self.cwd, true) };
        if self.copy_made(source, target, trees, &path) {
            return;
        }
        let sure = certainty(&path.value);
        self.push(Kind::Write(path), sure, target.span, true);
    }

    /// Makes a link to `target` at `place`, or in it under the target's own name. A hard link is a second name of what stands
    /// there, like a copy.
    pub(super) fn link(&mut self, target: &Value, place: &Word, made: Link) {
        let absolute = path::absolute(target, &self.cwd);
        let (leads, like) = match made {
            Link::Symbolic => (Some(target.clone()), None),
            Link::Relative => (Some(absolute), None),
            Link::Hard => (None, absolute.known().map(<[u8]>::to_vec)),
        };
        let name = target.known().and_then(path::file_name).filter(|name| !matches!(*name, b".." | b"."));
        let value = match (&place.value, name) {
            (Value::Known(at), Some(name)) => {
                Value::one_of([at.to_vec(), path::join(at, name)], 2).unwrap_or(Value::ANY_WORD)
            }
            (value, _) => value.clone(),
        };
        let path = PathValue { like, leads, ..paths::made(&value, &self.cwd, false) };
        let sure = certainty(&path.value);
        self.push(Kind::Write(path), sure, place.span, true);
        if name.is_none() || place.value.known().is_none() {
            // The names are those that copies would have.
            self.copy(target, place, true);
        }
    }

    /// Deletes what is there, or moves it away; with `tree` everything below.
    pub(super) fn remove(&mut self, value: &Value, tree: bool, span: Span) {
        // With a slash behind it, some programs go through a link.
        let through = match value {
            Value::Known(_) | Value::Set(_) => {
                value.alternatives().is_none_or(|all| all.iter().any(|one| path::demands_directory(one)))
            }
            Value::Below { suffix: end, .. } | Value::Pattern(end) | Value::Name(end) => path::demands_directory(end),
            Value::Affix { .. } | Value::Unknown { .. } => true,
        };
        self.modify_sparing(value, tree, Spared::Nothing, !through, span);
    }

    /// Changes what is there; with `tree` everything below.
    pub(super) fn modify(&mut self, value: &Value, tree: bool, span: Span) {
        self.modify_sparing(value, tree, Spared::Nothing, false, span);
    }

    /// The same; with `entry` of the name alone, not of what a link leads to.
    pub(super) fn modify_sparing(&mut self, value: &Value, tree: bool, spared: Spared, entry: bool, span: Span) {
        let path = paths::standing(&self.analysis.behind_links(value), &self.cwd, tree).sparing(spared).entry(entry);
        let sure = certainty(&path.value);
        self.push(Kind::Write(path), sure, span, true);
    }

    pub(super) fn connect(&mut self, connect: Connect, span: Span) {
        let sure = certainty(&connect.host);
        self.push(Kind::Connect(connect), sure, span, true);
    }

    /// The program would go on reading commands from the terminal, or executes what it reads from standard input.
    pub(super) fn reads_commands(&mut self) {
        match self.stdin {
            Stdin::Inherited => {
                let program = Value::Known(self.name.into());
                self.push(Kind::Interactive(program), Certainty::Known, self.span, true);
            }
            Stdin::Empty => {}
            Stdin::Stream | Stdin::Names(_) => {
                self.outcome.executes_stdin = true;
                let detail = format!("`{}` executes what it reads from standard input", self.by);
                self.unknown("code-from-stdin", detail, self.span, false);
            }
            Stdin::Text(_) => {
                self.outcome.executes_stdin = true;
                let detail = format!("`{}` executes the text on standard input, which is not analysed", self.by);
                self.unknown("opaque-code", detail, self.span, false);
            }
        }
    }

    /// A command that this one starts in a process of its own.
    pub(super) fn inner(&mut self, argv: &[Word], stdin: Stdin<'_>) -> Result<super::Outcome, LimitReached> {
        let cwd = self.cwd.clone();
        let outcome = command(self.analysis, self.scripts, &cwd, stdin, argv, self.span)?;
        self.outcome.executes_stdin |= outcome.executes_stdin;
        Ok(outcome)
    }

    /// A command with names at its end of which nobody knows how many there are: with each alone, and with all of them twice, so
    /// that each stands in a first place, in the middle and in the last.
    pub(super) fn inner_with_names(
        &mut self,
        before: &[Word],
        names: &[Value],
        stdin: Stdin<'_>,
    ) -> Result<(), LimitReached> {
        let span = self.span;
        let word = |value: &Value| Word { value: value.clone(), span };
        let twice: Vec<Word> = before.iter().cloned().chain(names.iter().chain(names).map(word)).collect();
        for name in names {
            let one: Vec<Word> = before.iter().cloned().chain([word(name)]).collect();
            self.inner(&one, stdin)?;
        }
        let more = More { samples: 2 * names.len(), values: names.into() };
        let outer = self.analysis.more.replace(more);
        let outcome = self.inner(&twice, stdin);
        self.analysis.more = outer;
        outcome.map(|_| ())
    }

    /// Shell text; what is not known of it is an effect that no allow of this command answers.
    pub(super) fn script(
        &mut self,
        text: &Value,
        shell: Shell,
        stdin: Stdin<'_>,
        arguments: &[Word],
        span: Span,
    ) -> Result<(), LimitReached> {
        let cwd = self.cwd.clone();
        let Some(all) = text.alternatives().map(<[Bytes]>::to_owned) else {
            let detail = format!("the script that `{}` executes is not known before it runs", self.by);
            self.unknown("dynamic-script", detail, span, false);
            self.outcome.anything |= shell != Shell::Child;
            return Ok(());
        };
        for text in &all {
            if self.analysis.depth >= super::MAX_DEPTH {
                let message = "commands start commands too many times inside each other".into();
                return Err(LimitReached { name: "command-depth", message });
            }
            self.analysis.depth += 1;
            let script = Script { text, span, shell, cwd: &cwd, stdin, arguments };
            let result = self.scripts.script(self.analysis, &script);
            self.analysis.depth -= 1;
            let outcome = result?;
            if shell == Shell::Child {
                self.outcome.executes_stdin |= outcome.executes_stdin;
            } else {
                self.outcome.merge(outcome);
            }
        }
        Ok(())
    }

    /// Words joined with blanks as one script.
    pub(super) fn joined_script(&mut self, words: &[Word], shell: Shell, stdin: Stdin<'_>) -> Result<(), LimitReached> {
        let Some(first) = words.first() else { return Ok(()) };
        let span = words.iter().fold(first.span, |all, w| all.to(w.span));
        let known: Option<Vec<&[u8]>> = words.iter().map(|w| w.value.known()).collect();
        let text = match (known, words) {
            (Some(parts), _) => Value::Known(parts.join(&b' ').into()),
            (None, [one]) => one.value.clone(),
            (None, _) => Value::ANY_WORD,
        };
        self.script(&text, shell, stdin, &[], span)
    }
}

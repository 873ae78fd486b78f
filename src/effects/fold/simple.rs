//! Simple commands.

use super::held::Held;
use super::positional::Positional;
use super::printed::Settled;
use super::state::State;
use super::{At, Body, Ends, Fold, Here, Locals, MAX_CALLS, bodies};
use crate::effect::{Certainty, Effect, Kind, Run, Span, Value, Word};
use crate::effects::LimitReached;
use crate::effects::command::{self, Analysis, Outcome, Stdin};
use crate::effects::patch;
use crate::shell::tree::{Part, Simple, Word as Written};
use crate::shell::words;
use alloc::{collections::BTreeSet, rc::Rc, string::String, vec::Vec};

impl Fold<'_> {
    /// Words, redirections, assignments, then the command itself.
    pub(super) fn simple(
        &mut self,
        at: At<'_>,
        simple: &Simple,
        span: Span,
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let mut state = state;
        // A command inside the words of another has a list of its own.
        let outer = self.environment.exchange(Vec::new());
        let start = analysis.effects.len();
        let argv = self.expand(at, &simple.words, &mut state, analysis)?;
        let names = self.names_at_the_end(at, simple, &argv, &state, analysis);
        let argv = self.placed(at, argv);
        self.pay(span, &argv);
        let mut into = self.taken_by_words(simple, start, analysis);
        let stdin = self.redirect(at, &simple.redirections, &state, analysis)?;
        self.taken_from_stdin(&mut into, &stdin, simple, analysis);
        let at = stdin.at(at);
        let expanded = self.environment.exchange(outer);
        if argv.is_empty() {
            let null = [&b"cat"[..], b"more"].iter().any(|name| state.function(name).is_some());
            if null && simple.words.is_empty() && !simple.redirections.is_empty() {
                let detail = "zsh runs `cat` or `more` for a redirection alone, and the script defines such a function";
                super::unknown(analysis, "zsh-null-command", detail.into(), span);
            }
            let mark = self.environment.mark();
            for assignment in &simple.assignments {
                self.assign(at, assignment, &mut state, analysis)?;
            }
            self.environment.assigned(mark, analysis);
            let effects = analysis.effects.get(start..).unwrap_or_default();
            return Ok(self.remember(None, effects, &state.clone(), Ends::both(state)));
        }
        self.evaluated(at, simple, &argv, &state, analysis)?;
        let written = self.literal_write(simple, &argv, at.stdin, &state);
        self.notice_parents(simple, &argv, &state);
        let frozen = state.files.is_frozen();
        if written.is_none() {
            self.settle_words(simple, &argv, analysis.effects.get(start..).unwrap_or_default(), &mut state);
        }
        let settled = if written.is_none() { analysis.effects.len() } else { start };
        let before = state.clone();
        // `IFS=, read a b`: only `read` sees it.
        let fields = is_read(&argv) && state.function(b"read").is_none();
        let (own, given): (Vec<_>, Vec<_>) =
            simple.assignments.iter().partition(|a| fields && a.name == b"IFS" && !a.append);
        for assignment in own {
            self.assigned_value(at, assignment, &mut state, analysis)?;
        }
        for assignment in &given {
            self.assign_for_command(at, assignment, &argv, &mut state, analysis)?;
        }
        let temporary: Vec<&[u8]> = given.iter().map(|a| a.name.as_slice()).collect();
        self.missed = None;
        let called = self.call_function(at, &argv, &temporary, &state, analysis)?;
        let start_of_run = analysis.effects.len();
        let ends = match called {
            Called::Only(ends) => ends,
            Called::Perhaps(ends) => {
                let program = self.run(at, &argv, span, state, analysis)?;
                Ends { ok: super::join(ends.ok, program.ok), failed: super::join(ends.failed, program.failed) }
            }
            Called::No => match &names {
                Some(names) => self.run_with(at, (&argv, names), span, &state, analysis)?,
                None => self.run_both_ways(at, &argv, span, state, analysis)?,
            },
        };
        self.failed = self.has_missed(&argv);
        let ends = self.aliased(at, &argv, (&temporary, span), &before, ends, analysis)?;
        let ends = self.arrays(at, simple, &argv, &before, start_of_run, ends, analysis)?;
        if !self.failed {
            self.environment.got(&expanded, &argv, analysis);
        }
        self.flow(&into, &argv, &before.cwd, span, analysis);
        let ends = self.remember(written, analysis.effects.get(settled..).unwrap_or_default(), &before, ends);
        let ends = Ends { ok: thawed(ends.ok, frozen), failed: thawed(ends.failed, frozen) };
        // In some shells an assignment before a special builtin or a function stays.
        let forget = |end: Option<State>| {
            end.map(|mut end| {
                for name in &temporary {
                    // What a function gave it is gone as well.
                    if end.held(name) != Some(&Held::Unknown) {
                        end.assign(name, Held::Unknown);
                    }
                }
                end
            })
        };
        Ok(Ends { ok: forget(ends.ok), failed: forget(ends.failed) })
    }

    /// The words that words become, after what runs inside of them; in order, because one may assign what the next one shows.
    pub(super) fn expand(
        &mut self,
        at: At<'_>,
        words: &[Written],
        state: &mut State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Vec<Word>, LimitReached> {
        let mut argv: Vec<Word> = Vec::with_capacity(words.len());
        for word in words {
            let first = argv.len();
            // In text alone, as in most words, nothing runs and nothing is substituted.
            if let [Part::Text { .. }] = word.parts.as_slice() {
                words::expand(word, &self.seen(state), &mut argv);
                continue;
            }
            let before = bodies::may_assign(word).then(|| state.clone());
            self.bodies(at, word, state, analysis)?;
            let settled = self.settled(at, word, state);
            let (word, within) = match &settled {
                Some(Settled { word, given }) => (word, given.as_ref().unwrap_or(&*state)),
                None => (word, &*state),
            };
            let name = self.unquoted_name(word, state, analysis);
            let is_name = name.is_some();
            match (name, before.filter(|before| before != state)) {
                (Some(value), _) => argv.push(Word { value, span: word.span }),
                // What of the word comes before the assignment is not told apart.
                (None, Some(before)) => words::expand(word, &self.seen(&before.join(state)), &mut argv),
                (None, None) => words::expand(word, &self.seen(within), &mut argv),
            }
            // The variable of a loop over files is one word, and no test does anything to it.
            let tests = first > 0 && matches!(argv.first().and_then(|w| w.value.known()), Some(b"[" | b"test"));
            if let [Word { value: value @ Value::Pattern(_), .. }] = argv.get_mut(first..).unwrap_or_default()
                && tests
                && (is_name || is_quoted(word))
            {
                *value = Value::ANY_WORD;
            }
        }
        Ok(argv)
    }

    /// The name that a variable alone and without quotes stands for (`rm $f`), where it is one word in every shell.
    fn unquoted_name(&self, word: &Written, state: &State, analysis: &mut Analysis<'_>) -> Option<Value> {
        let [Part::Parameter(one)] = word.parts.as_slice() else { return None };
        let modified = one.operation.is_some() || one.subscript.is_some() || one.indirect || one.length;
        if one.quoted || modified || state.is_touched(b"IFS") {
            return None;
        }
        let value = words::State::get(&self.seen(state), &one.name)?;
        let name = matches!(value, Value::Pattern(_) | Value::Below { .. });
        let names = core::slice::from_ref(&value);
        (name && command::stay_words(analysis, self.world, names, &state.cwd, word.span)).then_some(value)
    }

    /// Words of a script inside the script stand where that script stands.
    pub(super) fn placed(&self, at: At<'_>, words: Vec<Word>) -> Vec<Word> {
        match self.scripts.get(at.script).and_then(|script| script.place) {
            Some(span) => words.into_iter().map(|word| Word { span, ..word }).collect(),
            None => words,
        }
    }

    /// The program or builtin of that name.
    pub(super) fn run(
        &mut self,
        at: At<'_>,
        argv: &[Word],
        span: Span,
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let outer = self.here.replace(Here { before: state.clone(), after: None, forgets: false });
        let cwd = state.cwd.clone();
        command::note_directory(analysis, &cwd);
        let before = analysis.effects.len();
        let outcome = command::command(analysis, self, &cwd, at.stdin, argv, span);
        if is_patch(argv) {
            analysis.effects.truncate(before);
            apply_patch(analysis, argv, at.stdin, &cwd, span);
        }
        let here = core::mem::replace(&mut self.here, outer);
        let outcome = outcome?;
        let mut state = state;
        let written = |effect: &Effect| matches!(effect.kind, Kind::Write(_));
        let forgets = here.as_ref().is_some_and(|here| here.forgets);
        if forgets && analysis.effects.get(before..).unwrap_or_default().iter().any(written) {
            state.files.disturb();
        }
        let after = here.and_then(|here| here.after);
        let failed = after.clone().map_or_else(|| state.clone(), |after| after.join(&state));
        let ok = after.unwrap_or(state);
        let name = argv.first().and_then(|w| w.value.known()).unwrap_or_default();
        let declared = outcome.declared.clone();
        let mut ends = self.changed(outcome, span, (ok, failed), name, analysis);
        Self::declared_after(&declared, &mut ends);
        Self::builtin(name, argv.get(1..).unwrap_or_default(), &mut ends);
        Ok(ends)
    }

    /// What a command changed in the shell that ran it.
    fn changed(
        &mut self,
        outcome: Outcome,
        span: Span,
        (ok, failed): (State, State),
        name: &[u8],
        analysis: &mut Analysis<'_>,
    ) -> Ends {
        // Outside a function, bash refuses to return and goes on.
        let refused = name == b"return" && self.locals.is_none();
        if outcome.ends && !refused {
            self.leave(ok.join(&failed));
            return Ends { ok: None, failed: None };
        }
        let (mut ok, mut failed) = (ok, failed);
        let mut outcome = outcome;
        // It goes on being the number that it is by itself.
        let counts = |name: &[u8]| name == b"OPTIND" && ok.is_number(name) && !ok.is_touched(name);
        outcome.assigned.retain(|(name, value)| !(*value == Value::DIGITS && counts(name)));
        if matches!(name, b"break" | b"continue" | b"return") {
            self.leave(ok.clone().join(&failed));
        }
        // Some shells have no such command, or refuse it outside a function.
        let certain = matches!(name, b"export" | b"readonly") || (name == b"local" && self.locals.is_some());
        for (state, assigns) in [(&mut ok, true), (&mut failed, certain)] {
            let old: Vec<Option<Held>> = outcome.assigned.iter().map(|(name, _)| state.held(name).cloned()).collect();
            self.declared_before(&outcome.declared, span, state, analysis);
            Self::assigned_by_command(&outcome.assigned, span, state, analysis);
            if !assigns {
                // It has assigned some of them, or none.
                for ((name, _), old) in outcome.assigned.iter().zip(&old) {
                    let new = state.held(name).cloned();
                    let joined = old.as_ref().zip(new.as_ref()).map_or(Held::Unknown, |(old, new)| old.join(new));
                    state.assign(name, joined);
                }
            }
            for name in &outcome.elements {
                state.assign_elements(name, Held::Unknown);
            }
            for name in &outcome.unset {
                state.unset(name);
            }
            if let Some(words) = &outcome.positional {
                state.positional = Positional::certain(words);
            }
            if outcome.anything {
                state.lose();
            }
        }
        if let Some(chdir) = outcome.chdir {
            ok.go(chdir);
            match ok.cwd.alternatives() {
                Some(all) => all.iter().for_each(|known| self.directory(known)),
                // Where it is not known, an empty path says so.
                None => self.directory(b""),
            }
            for name in [&b"PWD"[..], b"OLDPWD"] {
                if ok.held(name).is_some() {
                    ok.assign(name, Held::Unknown);
                }
            }
        }
        self.loose_case |= outcome.loose_case;
        self.environment.trace(outcome.traces);
        self.literal_globs |= outcome.literal_globs;
        if outcome.extended_globs && !self.extended_globs {
            self.extended_globs = true;
            self.check_negations(span, analysis);
        }
        self.aliases.extend(outcome.aliases);
        if outcome.reading {
            let detail = "the command changes how the shell reads or expands what follows";
            super::unknown(analysis, "changed-reading", detail.into(), span);
        }
        Ends { ok: Some(ok), failed: Some(failed) }
    }

    /// Notes a directory that the script changes to.
    fn directory(&mut self, path: &[u8]) {
        if !self.directories.iter().any(|known| *known == *path) {
            self.directories.push(path.to_vec());
        }
    }

    /// Follows the function of that name, where the script defines one.
    pub(super) fn call_function(
        &mut self,
        at: At<'_>,
        argv: &[Word],
        temporary: &[&[u8]],
        state: &State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Called, LimitReached> {
        if let Some(Word { value: Value::Set(names), span }) = argv.first()
            && names.iter().any(|name| state.function(name).is_some())
        {
            let mut state = state.clone();
            state.lose();
            let detail = "one of the names that the command may have is that of a function";
            super::unknown(analysis, "dynamic-command", detail.into(), *span);
            return Ok(Called::Perhaps(Ends::both(state)));
        }
        let Some(function) = argv.first().and_then(|w| w.value.known()).and_then(|name| state.function(name)).cloned()
        else {
            return Ok(Called::No);
        };
        let mut inside = state.clone();
        let words = argv.get(1..).unwrap_or_default();
        inside.positional = Positional::certain(words);
        for name in temporary {
            inside.assign(name, Held::Unknown);
        }
        let mut after = None;
        inside.own = Rc::default();
        let outer = self.locals.replace(Locals { names: BTreeSet::new(), entry: inside.clone() });
        for body in &function.bodies {
            let ends = self.follow(at, *body, inside.clone(), analysis)?;
            after = super::join(after, ends.any());
        }
        let mut after = after.unwrap_or(inside);
        let locals = core::mem::replace(&mut self.locals, outer);
        after.leave_function(state, locals.iter().flat_map(|locals| &locals.names));
        after.positional.clone_from(&state.positional);
        let ends = Ends::both(after);
        // Some shells look for a special builtin before a function.
        let name = argv.first().and_then(|w| w.value.known()).unwrap_or_default();
        let only = function.certain && analysis.tables.program(name).is_none();
        Ok(if only { Called::Only(ends) } else { Called::Perhaps(ends) })
    }

    fn follow(
        &mut self,
        at: At<'_>,
        body: Body,
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        if self.calls.contains(&body) {
            // What its words become in the next round is not followed.
            let mut state = state;
            state.lose();
            let detail = "a function calls itself, with words that are not followed";
            super::unknown(analysis, "recursive-function", detail.into(), Span::default());
            return Ok(Ends::both(state));
        }
        if self.calls.len() >= MAX_CALLS {
            let message = String::from("functions call one another too deep; call them one by one");
            return Err(LimitReached { name: "script-calls", message });
        }
        self.calls.push(body);
        let outer = self.left.take();
        let ends =
            self.node(At { script: body.script, stdin: at.stdin.shared(), piped: false }, body.node, state, analysis);
        self.calls.pop();
        let left = core::mem::replace(&mut self.left, outer);
        // `return` ends the function, not its caller.
        ends.map(|ends| Ends { ok: super::join(ends.ok, left.clone()), failed: super::join(ends.failed, left) })
    }

    /// Notes the state in which a function or loop may be left.
    fn leave(&mut self, state: State) {
        self.left = super::join(self.left.take(), Some(state));
    }
}

/// Whether the word is one word whatever stands in it.
fn is_quoted(word: &Written) -> bool {
    word.parts.iter().all(|part| match part {
        Part::Text { quoted, .. } | Part::Command { quoted, .. } | Part::Arithmetic { quoted, .. } => *quoted,
        Part::Parameter(parameter) => {
            let whole = matches!(parameter.name.as_slice(), b"@" | b"*") || parameter.subscript.is_some();
            parameter.quoted && !whole && !parameter.indirect
        }
        _ => false,
    })
}

/// What was open while the command ran is closed again.
fn thawed(end: Option<State>, frozen: bool) -> Option<State> {
    end.map(|mut end| {
        end.files.thaw(frozen);
        end
    })
}

fn is_read(argv: &[Word]) -> bool {
    argv.first().is_some_and(|w| w.value.known() == Some(b"read"))
}

/// Whether it is the program that Codex itself replaces, under the names that it takes for it.
fn is_patch(argv: &[Word]) -> bool {
    matches!(argv.first().and_then(|w| w.value.known()), Some(b"apply_patch" | b"applypatch"))
}

/// A patch through the shell: its text is the only word, or stands on standard input.
fn apply_patch(analysis: &mut Analysis<'_>, argv: &[Word], stdin: Stdin<'_>, cwd: &Value, span: Span) {
    let id = analysis.next_command();
    let known = argv.iter().all(|w| w.value.known().is_some());
    let run = Run { argv: argv.to_vec(), more: None, canonical: None, shape: None, program: None, loads: Vec::new() };
    let certainty = if known { Certainty::Known } else { Certainty::Partial };
    analysis.effects.push(Effect { kind: Kind::Run(run.into()), certainty, span, by: None, command: Some(id) });
    let text = match (argv.get(1..).unwrap_or_default(), stdin) {
        ([one], _) => one.value.known(),
        ([], Stdin::Text(text)) => Some(text),
        _ => None,
    };
    match text.and_then(|text| core::str::from_utf8(text).ok()) {
        Some(text) => patch::add(analysis, text, cwd, Some(span), Some(id)),
        None => super::unknown(analysis, "dynamic-patch", "the patch is not known before the script runs".into(), span),
    }
}

/// Whether a command's name is a function.
pub(super) enum Called {
    /// It is, whatever came before.
    Only(Ends),
    /// It may be, or a program or builtin of the same name comes first in some shell.
    Perhaps(Ends),
    /// It is not.
    No,
}

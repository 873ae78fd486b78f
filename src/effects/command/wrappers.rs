//! Programs that start other programs: which part of argv is the inner command.

use super::{
    Command, Shell, Stdin, expression,
    options::{Parsed, split},
    placed::placed,
    roles::Manner,
    variables::{assignment_before, assignment_text},
};
use crate::{
    effect::{Bytes, Certainty, Connect, Effect, Kind, Value, Word},
    effects::LimitReached,
    path,
    tables::{
        Program,
        words::{NoCommand, Role, Runs, flags, traits},
    },
};
use alloc::{format, vec::Vec};

impl<'t> Command<'_, 't> {
    /// Goes on by what the program runs.
    pub(super) fn run_effects(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        let operands = parsed.operands.as_slice();
        // The file of an interpreter is read once, whatever its code starts then.
        let interprets = program.runs() == Runs::Interpreter;
        let written = if interprets { self.written_file(program, parsed) } else { None };
        if !program.runs().is_once() {
            self.scripts.forget_files();
        }
        match program.runs() {
            Runs::Nothing => {
                self.operand_effects(program, parsed)?;
                if program.no_command() == NoCommand::PrintEnv && operands.is_empty() {
                    self.push(Kind::ReadEnv(Value::ANY_WORD), Certainty::Unknown, self.span, true);
                }
                if let Some(builtin) = program.builtin() {
                    self.builtin(builtin, parsed);
                }
                Ok(())
            }
            // `rpm -q`
            Runs::Project if parsed.has(traits::NO_RUN) => self.operand_effects(program, parsed),
            Runs::Project => {
                self.searches = true;
                self.operand_effects(program, parsed)?;
                self.given_paths(program, parsed);
                let detail = format!("`{}` runs code of the project, of packages or of a remote place", self.by);
                self.unknown("opaque-program", detail, self.span, true);
                Ok(())
            }
            Runs::Argv | Runs::ArgvAgain => self.argv_wrapper(program, parsed),
            Runs::InstalledArgv if self.runs_installed(parsed)? => Ok(()),
            Runs::ProjectArgv | Runs::InstalledArgv => self.project_wrapper(program, parsed),
            Runs::ShellWords => {
                // the end of options; a command of that name, which does not exist, to dash
                let rest = match operands.split_first() {
                    Some((first, rest)) if first.value.known() == Some(b"--") => rest,
                    _ => operands,
                };
                self.joined_script(rest, Shell::Current, self.stdin)
            }
            Runs::ShellString if parsed.uses(&[b"-x", b"--exec"]) => self.inner(operands, self.stdin).map(|_| ()),
            Runs::ShellString => self.joined_script(operands, Shell::Child, self.stdin),
            Runs::ShellEach => {
                for word in operands {
                    self.script(&word.value, Shell::Child, self.stdin, &[], word.span)?;
                }
                Ok(())
            }
            Runs::Shell => self.shell(parsed),
            Runs::Interpreter => self.interpreter(program, parsed, written),
            Runs::Source => {
                self.searches = true;
                self.source(program, parsed)
            }
            Runs::Xargs => self.xargs(parsed),
            Runs::Parallel => self.parallel(parsed),
            Runs::Find => {
                self.operand_effects(program, parsed)?;
                expression::doubts(self, parsed);
                Ok(())
            }
            Runs::Remote => self.remote(program, parsed),
            Runs::Su => self.su(parsed),
            Runs::Flock => self.flock(program, parsed),
            Runs::Multicall => self.inner(operands, self.stdin).map(|_| ()),
            Runs::MulticallGlob => {
                let (name, rest) = operands.split_at(operands.len().min(1));
                self.inner(&[name, &Self::with_globs(rest)].concat(), self.stdin).map(|_| ())
            }
            Runs::Trap => self.trap(operands),
            Runs::Gate => self.gate(operands),
            Runs::Editor => {
                self.operand_effects(program, parsed)?;
                // `gs -dBATCH`
                if !parsed.has(traits::NO_RUN) {
                    self.reads_commands();
                }
                Ok(())
            }
            Runs::Pager => {
                self.operand_effects(program, parsed)?;
                // `lynx -dump`
                if self.stdin == Stdin::Inherited && !parsed.has(traits::NO_RUN) {
                    self.reads_commands();
                }
                Ok(())
            }
            Runs::Repl => self.repl(program, parsed),
            Runs::Session => {
                self.operand_effects(program, parsed)?;
                if !Self::has_code(parsed) {
                    self.reads_commands();
                }
                Ok(())
            }
        }
    }

    fn has_code(parsed: &Parsed<'t>) -> bool {
        let code = |r: Role| matches!(r, Role::Code | Role::Script | Role::Module | Role::ShellString);
        parsed.uses.iter().any(|u| u.spec.arguments > 0 && code(u.spec.roles[0]) && !u.arguments.is_empty())
    }

    fn argv_wrapper(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        if parsed.has(traits::NO_RUN) {
            return Ok(());
        }
        let mut words = parsed.operands.as_slice();
        if let Some(split) = parsed.uses.iter().find(|u| u.spec.roles[0] == Role::EnvSplit && u.spec.arguments > 0) {
            return self.env_split(split.arguments.first(), words);
        }
        if program.has(flags::ASSIGNMENTS) {
            let given = words.iter().take_while(|w| names_variable(&w.value)).count();
            let (assignments, rest) = words.split_at(given);
            for word in assignments {
                match word.value.known().map(|text| split(text, b'=')) {
                    Some((name, Some(value))) if !name.ends_with(b"+") => {
                        let (cwd, by) = (self.cwd.clone(), self.by.clone());
                        assignment_before(self.analysis, (name, Some(value)), rest, &cwd, (word.span, &by));
                    }
                    _ => {
                        let effects = assignment_text(&self.analysis.tables, &word.value, word.span, &self.by, true);
                        self.analysis.effects.extend(effects);
                    }
                }
            }
            words = rest;
        }
        let roles: Vec<Role> = program.operands().map(|(role, _)| role).collect();
        for n in 0..program.skip() {
            let Some((word, rest)) = words.split_first() else { break };
            match roles.get(n) {
                Some(Role::NewRoot) => self.new_root(word),
                Some(role) => self.role(*role, word, Manner::default())?,
                None => {}
            }
            if !word.value.is_one_word() {
                self.unknown("dynamic-word", "a word before the command may be several".into(), word.span, false);
            }
            words = rest;
        }
        if let Some((_, rest)) = words.split_first().filter(|(w, _)| w.value.known() == Some(b"--")) {
            words = rest;
        }
        if words.is_empty() {
            return self.without_command(program, parsed);
        }
        let outcome = self.inner(words, self.stdin)?;
        // These run builtins in the shell itself.
        if matches!(self.name, b"command" | b"builtin" | b"time") {
            self.outcome.merge(outcome);
        }
        self.outcome.ends |= self.name == b"exec";
        Ok(())
    }

    /// As any wrapper; but a command that nothing is known of is a program of the project, which this one is there to run.
    fn project_wrapper(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        let before = self.analysis.effects.len();
        self.argv_wrapper(program, parsed)?;
        let own = |e: &Effect| matches!(&e.kind, Kind::Unknown(cause) if cause.code == "unmodelled-program");
        let mut at = 0;
        self.analysis.effects.retain(|effect| {
            at += 1;
            at <= before || !own(effect)
        });
        if program.has(flags::NETWORK) {
            self.connect(Connect { scheme: None, host: Value::ANY_WORD, port: None, method: None }, self.span);
        }
        let detail = format!("`{}` runs code of the project or of packages", self.by);
        self.unknown("opaque-program", detail, self.span, true);
        Ok(())
    }

    fn without_command(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        if program.no_command() == NoCommand::PrintEnv {
            self.push(Kind::ReadEnv(Value::ANY_WORD), Certainty::Unknown, self.span, true);
        }
        if program.no_command() == NoCommand::Shell || parsed.has(traits::INTERACTIVE) {
            self.shell_on_stdin()?;
        }
        Ok(())
    }

    /// `env -S 'A=b cmd'`: the text is split into words that go before the others.
    fn env_split(&mut self, text: Option<&Word>, rest: &[Word]) -> Result<(), LimitReached> {
        let Some(word) = text else { return Ok(()) };
        let Some(text) = word.value.known() else {
            let detail = format!("the words that `{}` splits are not known", self.by);
            self.unknown("dynamic-script", detail, word.span, false);
            return Ok(());
        };
        let Some(parts) = split_words(text) else {
            let detail = format!("`{}` splits a text with escapes or variables, which are not followed", self.by);
            self.unknown("dynamic-script", detail, word.span, false);
            return Ok(());
        };
        let mut argv: Vec<Word> = self.argv.first().cloned().into_iter().collect();
        argv.extend(parts.into_iter().map(|p| Word::known(p, word.span)));
        argv.extend_from_slice(rest);
        self.inner(&argv, self.stdin).map(|_| ())
    }

    fn xargs(&mut self, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        if let Some(names) = self.names_for_xargs(parsed) {
            return self.xargs_with(parsed, &names);
        }
        let appended = Word { value: Value::ANY_WORDS, span: self.span };
        let replaced = parsed.uses.iter().rev().find(|u| matches!(u.spec.name, b"-I" | b"-i" | b"--replace"));
        let Some(replaced) = replaced else {
            let mut argv = parsed.operands.clone();
            if argv.is_empty() {
                return Ok(());
            }
            let place = place_of_names(parsed);
            _ = place.and_then(|at| argv.get_mut(at)).map(|word| *word = appended.clone());
            if place.is_none() {
                argv.push(appended);
            }
            return self.inner(&argv, Stdin::Empty).map(|_| ());
        };
        let token = match replaced.arguments.first() {
            Some(word) => word.value.known().map(<[u8]>::to_vec),
            None => Some(b"{}".to_vec()),
        };
        let argv: Vec<Word> = match token.filter(|t| !t.is_empty()) {
            Some(token) => parsed.operands.iter().map(|w| replace(w, &token, &|| Value::ANY_WORD)).collect(),
            None => parsed.operands.iter().map(|w| Word { value: Value::ANY_WORD, span: w.span }).collect(),
        };
        self.inner(&argv, Stdin::Empty).map(|_| ())
    }

    /// `find -print0 | xargs -0 COMMAND`: with no name, with one and with several.
    fn xargs_with(&mut self, parsed: &Parsed<'t>, names: &[Value]) -> Result<(), LimitReached> {
        let replaced = parsed.uses.iter().rev().find(|u| matches!(u.spec.name, b"-I" | b"-i" | b"--replace"));
        let words = parsed.operands.as_slice();
        if words.is_empty() {
            return Ok(());
        }
        let mut calls: Vec<Vec<Word>> = Vec::new();
        if let Some(replaced) = replaced {
            let token: &[u8] = match replaced.arguments.first() {
                Some(word) => word.value.known().unwrap_or_default(),
                None => b"{}",
            };
            for name in names {
                if let Some(call) = placed(self, words, token, name) {
                    calls.push(call);
                    continue;
                }
                calls.push(match token {
                    [] => words.iter().map(|w| Word { value: Value::ANY_WORD, span: w.span }).collect(),
                    token => words.iter().map(|w| replace(w, token, &|| name.clone())).collect(),
                });
            }
        } else {
            if !parsed.uses(&[b"-r", b"--no-run-if-empty"]) {
                calls.push(words.to_vec());
            }
            match place_of_names(parsed) {
                None => self.inner_with_names(words, names, Stdin::Empty)?,
                Some(at) if at + 1 == words.len() => {
                    self.inner_with_names(words.get(..at).unwrap_or_default(), names, Stdin::Empty)?;
                }
                Some(at) => {
                    let word = |value: &Value| Word { value: value.clone(), span: self.span };
                    let (before, behind) =
                        (words.get(..at).unwrap_or_default(), words.get(at + 1..).unwrap_or_default());
                    let all: Vec<Word> = names.iter().chain(names).map(word).collect();
                    calls.extend(names.iter().map(|name| [before, &[word(name)], behind].concat()));
                    calls.push([before, &all, behind].concat());
                }
            }
        }
        for argv in &calls {
            self.inner(argv, Stdin::Empty)?;
        }
        Ok(())
    }

    fn remote(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        let Some((host, rest)) = parsed.operands.split_first() else { return Ok(()) };
        let connect = match super::net::target(&host.value, true) {
            super::net::Target::Host(connect) => Connect { scheme: Some("ssh".into()), ..connect },
            super::net::Target::File(_) => return Ok(()),
        };
        self.connect(connect, host.span);
        // ssh reads options behind the host as well.
        let more = super::options::parse(program, rest, true);
        self.doubts(&more);
        self.option_effects(program, &more)?;
        if more.operands.is_empty() {
            if !parsed.has(traits::INTERACTIVE) && !more.has(traits::INTERACTIVE) {
                self.reads_commands();
            }
        } else {
            self.unknown("remote-command", format!("`{}` runs a command on another host", self.by), self.span, true);
        }
        Ok(())
    }

    fn su(&mut self, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        let operands = parsed.operands.as_slice();
        if self.name == b"runuser" && parsed.uses(&[b"-u", b"--user"]) {
            return self.inner(operands, self.stdin).map(|_| ());
        }
        let skip = usize::from(!operands.is_empty());
        if let Some(arguments) = operands.get(skip..).filter(|a| !a.is_empty()) {
            let mut argv: Vec<Word> = alloc::vec![Word::known(b"sh", self.span)];
            argv.extend_from_slice(arguments);
            return self.inner(&argv, self.stdin).map(|_| ());
        }
        if Self::has_code(parsed) { Ok(()) } else { self.shell_on_stdin() }
    }

    /// `flock FILE COMMAND...`, `flock FILE -c TEXT`, `flock NUMBER`; `sg GROUP` reads the same.
    fn flock(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        let Some((lock, rest)) = parsed.operands.split_first() else { return Ok(()) };
        let number = lock.value.known().is_some_and(|t| t.iter().all(u8::is_ascii_digit));
        if let Some((role, _)) = program.operands().next().filter(|_| !number) {
            self.role(role, lock, Manner::default())?;
        }
        match rest {
            [] => Ok(()),
            [option, text, ..] if matches!(option.value.known(), Some(b"-c" | b"--command")) => {
                self.script(&text.value, Shell::Child, self.stdin, &[], text.span)
            }
            _ if self.name == b"sg" => self.joined_script(rest, Shell::Child, self.stdin),
            _ => self.inner(rest, self.stdin).map(|_| ()),
        }
    }

    /// `prexec run REASON -- SCRIPT`. It refuses whatever else it is given, but a word that is several may make this of anything.
    fn gate(&mut self, operands: &[Word]) -> Result<(), LimitReached> {
        if let [reason, dashes, script] = operands
            && reason.value.is_one_word()
            && dashes.value.known() == Some(b"--")
            && script.value.is_one_word()
        {
            return self.script(&script.value, Shell::Child, self.stdin, &[], script.span);
        }
        let detail = format!("which word `{}` executes is not known", self.by);
        self.unknown("dynamic-script", detail, self.span, false);
        for word in operands {
            self.script(&word.value, Shell::Child, self.stdin, &[], word.span)?;
        }
        Ok(())
    }

    fn trap(&mut self, operands: &[Word]) -> Result<(), LimitReached> {
        let Some((first, rest)) = operands.split_first() else { return Ok(()) };
        let resets = first.value.known().is_some_and(|t| t == b"-" || t.iter().all(u8::is_ascii_digit));
        if resets || (rest.is_empty() && first.value.is_one_word()) {
            return Ok(());
        }
        let at_exit = |word: &Word| matches!(word.value.known(), Some(b"EXIT" | b"0"));
        let shell = if !rest.is_empty() && rest.iter().all(at_exit) { Shell::AtExit } else { Shell::Later };
        self.script(&first.value, shell, self.stdin, &[], first.span)?;
        // When it runs is open, so nothing that it changes can be relied on.
        let changes = self.outcome != super::Outcome::default();
        self.outcome = super::Outcome { anything: changes, ..super::Outcome::default() };
        Ok(())
    }
}

/// `./cmd` and the like; `example.com/x` is a module of somebody else.
pub(super) fn names_a_place(text: &[u8]) -> bool {
    matches!(text, b"." | b"..") || [&b"./"[..], b"../", b"/"].iter().any(|start| text.starts_with(start))
}

fn names_variable(value: &Value) -> bool {
    match value {
        Value::Known(text) | Value::Affix { prefix: text, .. } => text.contains(&b'='),
        _ => false,
    }
}

/// The word with `token` replaced by something that is not known.
pub(super) fn replace(word: &Word, token: &[u8], by: &dyn Fn() -> Value) -> Word {
    let Some(text) = word.value.known() else { return word.clone() };
    let first = text.windows(token.len()).position(|w| w == token);
    let last = text.windows(token.len()).rposition(|w| w == token);
    let (Some(first), Some(last)) = (first, last) else { return word.clone() };
    let prefix = text.get(..first).unwrap_or(&[]).to_vec();
    let suffix = text.get(last + token.len()..).unwrap_or(&[]).to_vec();
    let value = match by() {
        Value::Below { dir, suffix: end } if first == last && prefix.is_empty() && stays_below(&dir, &end, &suffix) => {
            Value::Below { dir, suffix: [&end, suffix.as_slice()].concat().into() }
        }
        Value::Below { dir, suffix: end } if !(first == last && prefix.is_empty() && suffix.is_empty()) => {
            let end = if first == last { end } else { Bytes::default() };
            Value::Affix {
                prefix: [prefix.as_slice(), &beginning(&dir)].concat().into(),
                suffix: [&end, suffix.as_slice()].concat().into(),
            }
        }
        _ if first != last => Value::Affix { prefix: prefix.into(), suffix: suffix.into() },
        Value::Affix { prefix: inner, suffix: end } => {
            let prefix = [prefix, inner.to_vec()].concat();
            Value::Affix { prefix: prefix.into(), suffix: [&end, suffix.as_slice()].concat().into() }
        }
        whole if prefix.is_empty() && suffix.is_empty() => whole,
        _ => Value::Affix { prefix: prefix.into(), suffix: suffix.into() },
    };
    Word { value, span: word.span }
}

/// Whether the names that are found at and below a directory, and end in `end`, stay below it with `more` behind them: what is put
/// behind the name of the directory itself stands beside it.
fn stays_below(dir: &[u8], end: &[u8], more: &[u8]) -> bool {
    let itself = if end.is_empty() { path::components(dir).next_back() == Some(b".") } else { !dir.ends_with(end) };
    itself && !more.is_empty() && !more.contains(&b'/') && more.iter().any(|b| *b != b'.')
}

/// How the names begin that are found at and below a directory.
fn beginning(dir: &[u8]) -> Vec<u8> {
    match path::components(dir).next_back() {
        _ if path::components(dir).any(|part| part == b"..") => Vec::new(),
        // What is put behind the dot itself stands in the same directory.
        Some(b".") if !dir.ends_with(b"/") => [dir, b"/"].concat(),
        _ => dir.to_vec(),
    }
}

/// Splits plain text at blanks, with simple quotes; `None` where there is more to it.
fn split_words(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut quote = None;
    for byte in text {
        match (quote, *byte) {
            (_, b'\\' | b'$' | b'#') => return None,
            (Some(q), b) if q == b => quote = None,
            (None, b'\'' | b'"') => {
                quote = Some(*byte);
                word.get_or_insert_default();
            }
            (None, b' ' | b'\t' | b'\n' | 11..=13) => words.extend(word.take()),
            (_, b) => word.get_or_insert_default().push(b),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

/// Which operand of `xargs -J WORD` is that word: the names come to stand there.
fn place_of_names(parsed: &Parsed<'_>) -> Option<usize> {
    let used = parsed.uses.iter().rev().find(|u| u.spec.name == b"-J")?;
    let token = used.arguments.first()?.value.known()?;
    parsed.operands.iter().position(|word| word.value.known() == Some(token))
}

//! Shells and interpreters: where their code comes from.

use super::builtins::{is_harmless_option, is_harmless_shopt};
use super::{Command, Shell, Stdin, code, options::Parsed, roles::Manner};
use crate::{
    effect::{Cause, Certainty, CommandId, Effect, Kind, PathValue, Run, Span, Value, Word},
    effects::LimitReached,
    tables::{
        Program,
        words::{Role, flags, traits},
    },
};
use alloc::{rc::Rc, string::String, vec::Vec};

impl<'t> Command<'_, 't> {
    /// `bash -c TEXT`, `bash FILE`, `bash`.
    pub(super) fn shell(&mut self, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        // `fish --command TEXT` is an option with an argument and has been seen.
        if parsed.uses.iter().any(|u| u.spec.arguments > 0 && u.spec.roles[0] == Role::ShellString) {
            return Ok(());
        }
        let operands = parsed.operands.as_slice();
        let changes = |name: &[u8], harmless: fn(&[u8]) -> bool| {
            let given = parsed.uses.iter().filter(|used| used.spec.name.get(1..) == Some(name));
            given.flat_map(|used| &used.arguments).any(|word| !word.value.known().is_some_and(harmless))
        };
        if changes(b"O", is_harmless_shopt) || changes(b"o", is_harmless_option) {
            let detail = "an option changes how the shell reads or expands its text".into();
            self.unknown("changed-reading", detail, self.span, false);
        }
        // Patterns may stand for themselves there.
        let noglob =
            parsed.uses.iter().flat_map(|used| &used.arguments).any(|word| word.value.known() == Some(b"noglob"));
        if noglob || parsed.uses(&[b"-f"]) {
            self.scripts.forget_files();
        }
        if parsed.has(traits::NO_RUN) && !parsed.has(traits::INTERACTIVE) && !parsed.uses(&[b"+n"]) {
            // It reads its commands and runs none.
            if let Some(file) = operands.first().filter(|_| !parsed.uses(&[b"-c"])) {
                self.read(&file.value, false, file.span);
            }
            return Ok(());
        }
        if parsed.uses(&[b"-c"]) {
            let Some((text, arguments)) = operands.split_first() else { return Ok(()) };
            if !text.value.is_one_word() {
                let detail = alloc::format!("which word `{}` executes is not known", self.by);
                self.unknown("dynamic-script", detail, text.span, false);
            }
            return self.script(&text.value, Shell::Child, self.stdin, arguments, text.span);
        }
        match operands.first() {
            Some(file) if !parsed.has(traits::STDIN_CODE) && !is_stdin(file.value.known()) => {
                if is_usual_shell(self.name) && parsed.uses.iter().all(|u| PLAIN.contains(&u.spec.name)) {
                    return self.script_file(file, operands, Shell::Child);
                }
                self.role(Role::Script, file, Manner::default())
            }
            _ => self.shell_on_stdin_with(operands),
        }
    }

    /// A file of shell text, analysed where the script has written it from literal text.
    fn script_file(&mut self, file: &Word, arguments: &[Word], shell: Shell) -> Result<(), LimitReached> {
        let text = file.value.known().and_then(|named| self.scripts.written(named, &self.cwd));
        let Some(text) = text else { return self.role(Role::Script, file, Manner::default()) };
        self.read(&file.value, false, file.span);
        self.loads(&file.value);
        self.script(&Value::Known(text.into()), shell, self.stdin, arguments, self.span)
    }

    /// `. FILE`.
    pub(super) fn source(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        if let [file] = parsed.operands.as_slice()
            && let Some(named) = file.value.known()
            // A name without a slash is looked for along PATH.
            && named.contains(&b'/')
            && let Some(text) = self.scripts.written(named, &self.cwd)
        {
            const LEAVING: [&[u8]; 4] = [b"return", b"exit", b"break", b"continue"];
            // What it leaves behind is only known where it runs to its end.
            self.outcome.anything |= LEAVING.iter().any(|word| text.windows(word.len()).any(|w| w == *word));
            return self.script_file(file, &[], Shell::Current);
        }
        self.outcome.anything = true;
        self.operand_effects(program, parsed)
    }

    /// A program that the script has written as shell text; false where it is none.
    pub(super) fn written_program(&mut self, path: &[u8]) -> Result<bool, LimitReached> {
        let Some(text) = self.scripts.written(path, &self.cwd) else { return Ok(false) };
        if !is_shell_script(&text) {
            return Ok(false);
        }
        self.script(&Value::Known(text.into()), Shell::Child, self.stdin, self.argv, self.span)?;
        Ok(true)
    }

    /// Notes a file whose code the program executes.
    pub(super) fn loads(&mut self, value: &Value) {
        let path = super::paths::standing(value, &self.cwd, false);
        let index = self.run_at;
        if let Some(Effect { kind: Kind::Run(run), .. }) = self.analysis.effects.get_mut(index) {
            run.loads.push(path);
        }
    }

    /// Code that an option loads. A known place of the code that the program is there to run (`own`) is a command by itself, without
    /// words: a rule on what may be executed answers it, and no allow of the program does.
    pub(super) fn loaded_code(&mut self, value: &Value, own: bool, span: Span) {
        self.read(value, false, span);
        let detail = alloc::format!("`{}` loads code from a place that an option names", self.by);
        if own && value.known().is_some() {
            let path = super::paths::standing(value, &self.cwd, false);
            let by = Some(self.by.clone());
            let id = self.analysis.next_command();
            self.analysis.effects.extend(code_at(id, path, detail, span, by));
        } else {
            self.unknown("opaque-code", detail, span, false);
        }
    }

    /// A shell that reads its commands from standard input.
    pub(super) fn shell_on_stdin(&mut self) -> Result<(), LimitReached> {
        self.shell_on_stdin_with(&[])
    }

    fn shell_on_stdin_with(&mut self, arguments: &[crate::effect::Word]) -> Result<(), LimitReached> {
        if let Stdin::Text(text) = self.stdin {
            let text = crate::effect::Value::Known(text.into());
            return self.script(&text, Shell::Child, Stdin::Stream, arguments, self.span);
        }
        self.reads_commands();
        Ok(())
    }

    /// `python3 -c TEXT`, `python3 -m MODULE`, `python3 FILE`, `python3`.
    /// `written`: the text of its file, where the script has certainly written that.
    pub(super) fn interpreter(
        &mut self,
        program: &Program<'t>,
        parsed: &Parsed<'t>,
        written: Option<Vec<u8>>,
    ) -> Result<(), LimitReached> {
        let code = |r: Role| matches!(r, Role::Code | Role::Module | Role::Script);
        let coded = |n: &[u8]| n != b"-M" || self.name != b"perl";
        let given = parsed
            .uses
            .iter()
            .any(|u| u.spec.arguments > 0 && code(u.spec.roles[0]) && !u.arguments.is_empty() && coded(u.spec.name));
        let operands = parsed.operands.as_slice();
        if let Some(exec) =
            parsed.uses.iter().find(|u| self.name == b"nodemon" && matches!(u.spec.name, b"-x" | b"--exec"))
        {
            // It puts the operands behind, and gives all of it to a shell.
            let words: Vec<Word> = exec.arguments.iter().chain(operands).cloned().collect();
            return self.joined_script(&words, Shell::Child, self.stdin);
        }
        let language = code::language(program.name());
        if let Some(language) = language {
            self.code_of_options(language, parsed)?;
        }
        if language == Some("python") {
            self.module_without_options(parsed);
        }
        if let Some(row) = parsed.uses.iter().find_map(|u| self.module_row(program, u.arguments.first()?)) {
            self.module(&row, parsed)?;
            if !parsed.has(traits::INTERACTIVE) {
                return Ok(());
            }
        }
        if given {
            let runs_module = |u: &super::options::Use<'_>| u.spec.roles[0] == Role::Module && u.spec.arguments > 0;
            if parsed.uses.iter().any(runs_module) {
                self.given_words(operands);
            }
            // What the code does with its operands is its own affair, but -n, -p and -i make them files.
            let manner = Manner { writes: parsed.has(traits::WRITES), ..Manner::default() };
            if program.name() == b"perl" {
                self.opens_by_text(operands);
            }
            if let Some((role, _)) = program.operands().next() {
                for word in operands {
                    self.role(role, word, manner)?;
                }
            }
            if !parsed.has(traits::INTERACTIVE) {
                return Ok(());
            }
        } else if let Some(file) = operands.first().filter(|w| !is_stdin(w.value.known())) {
            if !self.written_code(language, parsed, file, written)? {
                self.role(Role::Script, file, Manner::default())?;
            }
            self.given_words(operands.get(1..).unwrap_or_default());
            if !parsed.has(traits::INTERACTIVE) {
                return Ok(());
            }
        }
        let place = program.default_operand().or(parsed.uses(&[b"--test"]).then_some(b".".as_slice()));
        if let Some(place) = place.filter(|_| !given && operands.is_empty()) {
            // It looks for tests or for the program of the project below the directory.
            self.loads(&Value::Known(place.into()));
            let detail = alloc::format!("`{}` runs what it finds in the project", self.by);
            self.unknown("opaque-program", detail, self.span, true);
            return Ok(());
        }
        if let Some(language) = language
            && !given
            && operands.first().is_none_or(|w| is_stdin(w.value.known()))
            && self.code_on_stdin(language, parsed)?
        {
            return Ok(());
        }
        self.reads_commands();
        Ok(())
    }

    /// Notes argv as `python -m MODULE WORDS` where options that have no effect stand before (`python -X dev -m pytest`), or with
    /// the `-m` (`-Im`), for rules that speak of the module.
    fn module_without_options(&mut self, parsed: &Parsed<'t>) {
        let modules = || parsed.uses.iter().filter(|u| u.spec.name == b"-m");
        let (Some(one), Some(program)) = (modules().next(), self.argv.first()) else { return };
        let Some(module) = one.arguments.first().filter(|word| word.value.known().is_some()) else { return };
        if modules().count() > 1
            || parsed.uses(&[b"-c", b"-i"])
            || !parsed.doubts.is_empty()
            || !parsed.strange.is_empty()
            || Self::strange_option("python", parsed)
        {
            return;
        }
        let mut words = alloc::vec![program.clone(), Word::known(b"-m".as_slice(), one.span), module.clone()];
        words.extend(parsed.operands.iter().cloned());
        if words.iter().map(|w| &w.value).eq(self.argv.iter().map(|w| &w.value)) {
            return;
        }
        if let Some(Effect { kind: Kind::Run(run), .. }) = self.analysis.effects.get_mut(self.run_at) {
            run.canonical = Some(words);
        }
    }

    /// The row of a module of the interpreter (`python -m json.tool`), where the word names one.
    pub(super) fn module_row(&self, program: &Program<'t>, word: &Word) -> Option<Program<'t>> {
        if code::language(program.name()) != Some("python") {
            return None;
        }
        self.analysis.tables.program(&[b"python -m ", word.value.known()?].concat())
    }

    /// What a module of the interpreter does with its words.
    fn module(&mut self, row: &Program<'t>, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        let own = super::options::parse(row, &parsed.operands, false);
        self.imports(self.span, true, false);
        if Self::strange_option("python", parsed) {
            let detail = alloc::format!("`{}` runs a module with an option that is not known", self.by);
            self.unknown("opaque-program", detail, self.span, true);
        }
        if row.has(flags::INERT) || own.has(traits::ABOUT) {
            return Ok(());
        }
        let executes = row.operands().any(|(role, _)| role == Role::Script);
        if let Some(program) = row.name().strip_prefix(b"python -m ")
            && (executes || row.has(flags::SUBCOMMANDS))
        {
            // What stands here under the module's name comes before what is installed: it is the project's, unless the call writes it.
            for place in [program.to_vec(), [program, b".py"].concat()] {
                self.code_in_force(place, self.span);
            }
            if !executes {
                // `python -m pip list` is `pip list`.
                let mut argv = Vec::from([Word::known(program, self.span)]);
                argv.extend_from_slice(&parsed.operands);
                return self.inner(&argv, self.stdin).map(|_| ());
            }
        }
        self.doubts(&own);
        self.option_effects(row, &own)?;
        if Self::inner_module(&own) {
            self.given_words(&own.operands);
            return Ok(());
        }
        self.operand_effects(row, &own)
    }

    /// A program that takes commands of its own language from the terminal unless it gets them in argv.
    pub(super) fn repl(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        let code = |r: Role| matches!(r, Role::Code | Role::Script | Role::Unreviewed);
        let by_option = parsed.uses.iter().any(|u| u.spec.arguments > 0 && code(u.spec.roles[0]));
        let position = program.operands().position(|(role, _)| code(role));
        let by_operand = position.is_some_and(|at| parsed.operands.len() > at);
        self.operand_effects(program, parsed)?;
        if code::language(program.name()) == Some("sqlite") {
            self.stored_code(parsed);
            // Commands of an option come before those of standard input.
            return if by_operand { Ok(()) } else { self.sql_on_stdin() };
        }
        if !by_option && !by_operand {
            self.reads_commands();
        }
        Ok(())
    }
}

/// Options of shells that leave what a script means as it is.
const PLAIN: [&[u8]; 7] = [b"-e", b"-u", b"-x", b"-v", b"-l", b"--noprofile", b"--norc"];

/// Whether it is a shell of the family whose language is analysed.
pub fn is_usual_shell(name: &[u8]) -> bool {
    matches!(name, b"sh" | b"bash" | b"dash" | b"zsh" | b"ash")
}

/// Whether a text is executed by such a shell when it is started as a program.
fn is_shell_script(text: &[u8]) -> bool {
    let Some(line) = text.strip_prefix(b"#!") else {
        // Without `#!` the shell that starts it reads it itself.
        return true;
    };
    let line = line.split(|b| *b == b'\n').next().unwrap_or_default();
    let mut words = line.split(|b| matches!(b, b' ' | b'\t')).filter(|w| !w.is_empty());
    let mut program = words.next().unwrap_or_default();
    if matches!(program, b"/usr/bin/env" | b"/bin/env") {
        program = words.next().unwrap_or_default();
    } else if !program.contains(&b'/') {
        return false;
    }
    let name = program.rsplit(|b| *b == b'/').next().unwrap_or_default();
    let system = !program.contains(&b'/') || super::paths::is_system_program(program);
    let plain = |word: &[u8]| word.strip_prefix(b"-").is_some_and(|letters| letters.iter().all(|b| b"eux".contains(b)));
    system && is_usual_shell(name) && words.all(plain)
}

/// Code that stands at a path, which something loads.
pub(super) fn code_at(id: CommandId, path: PathValue, detail: String, span: Span, by: Option<Rc<str>>) -> [Effect; 2] {
    let run =
        Run { argv: Vec::new(), canonical: None, shape: None, program: None, loads: alloc::vec![path], more: None };
    let cause = Cause { code: "opaque-code", detail };
    let command = Some(id);
    [
        Effect { kind: Kind::Run(run.into()), certainty: Certainty::Known, span, by: by.clone(), command },
        Effect { kind: Kind::Unknown(cause), certainty: Certainty::Unknown, span, by, command },
    ]
}

pub(super) fn is_stdin(word: Option<&[u8]>) -> bool {
    matches!(word, Some(b"-" | b"/dev/stdin" | b"/dev/fd/0" | b"/proc/self/fd/0"))
}

#[cfg(test)]
mod tests {
    use super::is_shell_script;

    #[test]
    fn first_lines() {
        for shell in ["", "echo", "#!/bin/sh\n", "#! /bin/bash -eu\n", "#!/usr/bin/env bash\nx"] {
            assert!(is_shell_script(shell.as_bytes()), "{shell}");
        }
        for other in [
            "#!/usr/bin/python3\n",
            "#!./sh\n",
            "#!sh\n",
            "#!/tmp/bash\n",
            "#!/tmp/env bash\n",
            "#!/bin/bash -c\n",
            "#!/usr/bin/env -S bash\n",
        ] {
            assert!(!is_shell_script(other.as_bytes()), "{other}");
        }
    }
}

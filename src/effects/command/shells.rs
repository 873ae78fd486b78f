//! Shells and interpreters: where their code comes from.

use super::{Command, Shell, Stdin, options::Parsed, roles::Manner};
use crate::{
    effects::LimitReached,
    tables::{
        Program,
        words::{Role, traits},
    },
};

impl<'t> Command<'_, 't> {
    /// `bash -c TEXT`, `bash FILE`, `bash`.
    pub(super) fn shell(&mut self, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        // `fish --command TEXT` is an option with an argument and has been seen.
        if parsed.uses.iter().any(|u| u.spec.arguments > 0 && u.spec.roles[0] == Role::ShellString) {
            return Ok(());
        }
        let operands = parsed.operands.as_slice();
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
                self.role(Role::Script, file, Manner::default())
            }
            _ => self.shell_on_stdin_with(operands),
        }
    }

    /// A shell that reads its commands from standard input.
    pub(super) fn shell_on_stdin(&mut self) -> Result<(), LimitReached> {
        self.shell_on_stdin_with(&[])
    }

    fn shell_on_stdin_with(&mut self, arguments: &[crate::effect::Word]) -> Result<(), LimitReached> {
        if let Stdin::Text(text) = self.stdin {
            let text = crate::effect::Value::Known(text.to_vec());
            return self.script(&text, Shell::Child, Stdin::Stream, arguments, self.span);
        }
        self.reads_commands();
        Ok(())
    }

    /// `python3 -c TEXT`, `python3 -m MODULE`, `python3 FILE`, `python3`.
    pub(super) fn interpreter(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        let code = |r: Role| matches!(r, Role::Code | Role::Module | Role::Script);
        let coded = |n: &[u8]| n != b"-M" || self.name != b"perl";
        let given = parsed
            .uses
            .iter()
            .any(|u| u.spec.arguments > 0 && code(u.spec.roles[0]) && !u.arguments.is_empty() && coded(u.spec.name));
        let operands = parsed.operands.as_slice();
        if given {
            // What the code does with its operands is its own affair, but -n, -p and -i make them files.
            let manner = Manner { writes: parsed.has(traits::WRITES), ..Manner::default() };
            if let Some((role, _)) = program.operands().next() {
                for word in operands {
                    self.role(role, word, manner)?;
                }
            }
            if !parsed.has(traits::INTERACTIVE) {
                return Ok(());
            }
        } else if let Some(file) = operands.first().filter(|w| !is_stdin(w.value.known())) {
            self.role(Role::Script, file, Manner::default())?;
            if !parsed.has(traits::INTERACTIVE) {
                return Ok(());
            }
        }
        self.reads_commands();
        Ok(())
    }

    /// A program that takes commands of its own language from the terminal unless it gets them in argv.
    pub(super) fn repl(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        let code = |r: Role| matches!(r, Role::Code | Role::Script | Role::Unreviewed);
        let by_option = parsed.uses.iter().any(|u| u.spec.arguments > 0 && code(u.spec.roles[0]));
        let position = program.operands().position(|(role, _)| code(role));
        let by_operand = position.is_some_and(|at| parsed.operands.len() > at);
        self.operand_effects(program, parsed)?;
        if !by_option && !by_operand {
            self.reads_commands();
        }
        Ok(())
    }
}

pub(super) fn is_stdin(word: Option<&[u8]>) -> bool {
    matches!(word, Some(b"-" | b"/dev/stdin" | b"/dev/fd/0" | b"/proc/self/fd/0"))
}

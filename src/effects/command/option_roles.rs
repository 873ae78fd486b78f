//! The effects of the options that are used, and the directory that they change to.

use super::{
    Command, code, expression,
    options::{Parsed, split},
    roles::Manner,
};
use crate::{
    effect::{Connect, Span, Value, Word},
    effects::LimitReached,
    path,
    tables::{
        Program,
        words::{Role, Runs, Style, traits},
    },
};
use alloc::{format, string::ToString};

impl<'t> Command<'_, 't> {
    /// The effects of options, but for the directory and for commands that only the program's kind can place.
    pub(super) fn option_effects(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) -> Result<(), LimitReached> {
        let manner = Manner { reads_only: parsed.has(traits::READS_ONLY), ..Manner::default() };
        for one in &parsed.uses {
            for (argument, role) in one.arguments.iter().zip(one.spec.roles) {
                match role {
                    Role::Rest => {
                        expression::command_option(self, program, parsed, one)?;
                        break;
                    }
                    Role::Archive => self.archive(argument, parsed),
                    Role::ListFile if self.takes_list(program, parsed, one)? => {}
                    Role::Read if self.cookie(argument) => {}
                    Role::Method | Role::EnvSplit => {}
                    Role::ImageEnding => self.other_ending(argument, parsed),
                    Role::Suffix => self.suffixed(program, argument, parsed),
                    // It is worked out where the interpreter is.
                    Role::Code if program.runs() == Runs::Interpreter && code::language(program.name()).is_some() => {}
                    // `-o -` is standard output for a program that has such an option.
                    Role::Write if argument.value.known() == Some(b"-") => {}
                    Role::Module if self.module_row(program, argument).is_some() => {}
                    // A log or an index is written even where the files themselves are only listed.
                    Role::Write => self.role(role, argument, Manner::default())?,
                    role => self.role(role, argument, manner)?,
                }
            }
            if program.runs() == Runs::Find && one.spec.name == b"-delete" {
                expression::delete(self, parsed, one);
            }
            if one.spec.optional && one.arguments.is_empty() && one.spec.roles[0] == Role::ExecProgram {
                // The program that is run is then the pager or browser of the configuration.
                let detail = format!("`{}` starts a program that the configuration names", self.by);
                self.unknown("opaque-program", detail, one.span, true);
            }
        }
        if let Some(span) = parsed.any_option {
            self.any_option(program, span);
        }
        Ok(())
    }

    /// Any option of a program that does nothing but read or write files: which files is not known.
    fn any_option(&mut self, program: &Program<'t>, span: Span) {
        if program.runs() == Runs::Find {
            self.read(&Value::ANY_WORD, true, span);
            return self.write(&Value::ANY_WORD, true, span);
        }
        let operands = program.operands().map(|(role, _)| role).chain(program.last());
        let (mut reads, mut writes) = (false, false);
        for role in operands.chain(program.argument_roles()) {
            reads |= role.reads_files();
            writes |= role.writes_files();
        }
        if reads {
            self.read(&Value::ANY_WORD, true, span);
        }
        if writes {
            self.write(&Value::ANY_WORD, true, span);
        }
    }

    /// `curl -b NAME=VALUE` is a cookie, not a file.
    fn cookie(&self, argument: &Word) -> bool {
        self.name == b"curl" && argument.value.known().is_some_and(|v| v.contains(&b'='))
    }

    /// Options that change the directory come first, whatever the order.
    pub(super) fn change_directory(&mut self, parsed: &Parsed<'t>) {
        let old = self.cwd.clone();
        for one in &parsed.uses {
            let Some(argument) = one.arguments.first() else { continue };
            match one.spec.roles[0] {
                Role::Chdir => {
                    // Without a `..`, links on the way are followed when a path in the directory is looked at.
                    self.cwd = if matches!(&argument.value, Value::Name(name) if path::temporary::may_be_nothing(name))
                    {
                        Value::ANY_WORD
                    } else if path::spelling(&argument.value, &self.cwd).is_none() {
                        path::absolute(&argument.value, &self.cwd)
                    } else {
                        self.directory(&argument.value, true)
                    };
                    if one.spec.name == b"--work-tree" && self.cwd != old {
                        let detail = "what is added from another tree can be shown by other names".to_string();
                        self.unknown("new-root", detail, argument.span, false);
                    }
                }
                Role::NewRoot => self.new_root(argument),
                _ => {}
            }
        }
        let bundle = self.analysis.tables.program(self.name).is_some_and(|p| p.style() == Style::Bundle);
        if bundle && old != self.cwd {
            // tar changes directory between its operands: each of them may be meant in either.
            self.cwd = match (old.alternatives(), self.cwd.alternatives()) {
                (Some(a), Some(b)) => Value::Set([a, b].concat().into()),
                _ => Value::ANY_WORD,
            };
        }
    }

    pub(super) fn new_root(&mut self, argument: &Word) {
        if argument.value.known() != Some(b"/") {
            self.cwd = Value::ANY_WORD;
            let detail = format!("`{}` makes another directory the root, so that paths mean other files", self.by);
            self.unknown("new-root", detail, argument.span, false);
        }
    }

    fn archive(&mut self, argument: &Word, parsed: &Parsed<'t>) {
        let value = &argument.value;
        if value.known() == Some(b"-") {
            return;
        }
        if let Some(text) = value.known()
            && let (host, Some(_)) = split(text, b':')
            && !host.contains(&b'/')
            && !parsed.uses(&[b"--force-local"])
        {
            let host = Value::Known(host.rsplit(|b| *b == b'@').next().unwrap_or(host).into());
            self.connect(Connect { scheme: Some("ssh".into()), host, port: None, method: None }, argument.span);
            return;
        }
        let reading = parsed.has(traits::READS_ONLY) || parsed.has(traits::EXTRACTS);
        if reading {
            self.read(value, false, argument.span);
        } else {
            self.write(value, false, argument.span);
            if parsed.uses(&[
                b"-r",
                b"-u",
                b"-A",
                b"-d",
                b"--append",
                b"--update",
                b"--concatenate",
                b"--diff",
                b"--delete",
            ]) {
                self.read(value, false, argument.span);
            }
        }
    }
}

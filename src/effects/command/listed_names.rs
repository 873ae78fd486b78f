//! Names of files on standard input, where what writes them there is known: each is a word of `xargs`, or one more file of a program
//! that takes a list of them (`tar -T -`, `cpio -o`, `zip -@`).

use super::{
    Command, FoundNames, Stdin, names,
    option_doubts::may_begin,
    options::{Parsed, Use},
    roles::Manner,
};
use crate::{
    effect::{Cause, Kind, PathValue, Value, Word},
    effects::LimitReached,
    path,
    tables::{Program, words::Role},
};
use alloc::{format, vec::Vec};

impl<'t> Command<'_, 't> {
    /// The names on standard input, where each of them is one word to `xargs`.
    pub(super) fn names_for_xargs(&mut self, parsed: &Parsed<'t>) -> Option<Vec<Value>> {
        let Stdin::Names(found) = self.stdin else { return None };
        let other = parsed.uses(&[b"-a", b"--arg-file", b"-d", b"--delimiter"]);
        if other || parsed.uses(&[b"-0", b"--null"]) != found.nul || !parsed.doubts.is_empty() {
            return None;
        }
        self.single_names(found, found.nul)
    }

    /// The names, where each is one to a program that looks for a NUL or not: without, names with blanks would be several.
    fn single_names(&mut self, found: &FoundNames, nul: bool) -> Option<Vec<Value>> {
        if nul && !found.cut || found.plain {
            return Some(found.values.clone());
        }
        let world = self.scripts.world()?;
        for value in &found.values {
            let Value::Below { dir, .. } = value else { return None };
            let start = path::absolute(&Value::Known(dir.clone()), &self.cwd);
            if names::splits(dir)
                || !start
                    .known()
                    .is_some_and(|start| names::are_single_words(world, start, &mut self.analysis.names_left))
            {
                return None;
            }
            names::note_searched(self.analysis, &start);
        }
        let detail = format!("a name with a blank is several words to `{}`", self.by);
        let anywhere = |value| PathValue::made(value, true);
        let kinds = alloc::vec![
            Kind::Unknown(Cause { code: "dynamic-word", detail }),
            Kind::Read(anywhere(Value::ANY_WORD)),
            Kind::Write(anywhere(Value::ANY_WORD)),
        ];
        self.suspect(kinds, self.span, false);
        Some(found.values.clone())
    }

    /// Standard input as the list that an option names: whether all names on it have been dealt with.
    pub(super) fn takes_list(
        &mut self,
        program: &Program<'t>,
        parsed: &Parsed<'t>,
        list: &Use<'t>,
    ) -> Result<bool, LimitReached> {
        if list.arguments.first().is_none_or(|word| word.value.known() != Some(b"-")) {
            return Ok(false);
        }
        // tar reads a list as what stands before it says.
        let before = parsed.uses.iter().take_while(|one| !core::ptr::eq(*one, list));
        let nul = list.spec.name == b"--files0-from" || before.into_iter().any(|one| one.spec.name == b"--null");
        let dashes = program.operands().any(|(role, _)| role == Role::ReadTree) && !nul;
        self.takes_names(program, parsed, nul, dashes)
    }

    /// The same where another option says that there are names.
    pub(super) fn takes_names_on_stdin(
        &mut self,
        program: &Program<'t>,
        parsed: &Parsed<'t>,
    ) -> Result<bool, LimitReached> {
        // To zip `-0` is a way to pack.
        let nul = parsed.uses(&[b"--null"]) || (program.name() == b"cpio" && parsed.uses(&[b"-0"]));
        self.takes_names(program, parsed, nul, false)
    }

    /// `dashes`: a name that begins with a dash is an option.
    fn takes_names(
        &mut self,
        program: &Program<'t>,
        parsed: &Parsed<'t>,
        nul: bool,
        dashes: bool,
    ) -> Result<bool, LimitReached> {
        let Stdin::Names(found) = self.stdin else { return Ok(false) };
        let role = program.operands().last().map(|(role, _)| role);
        let role = match role {
            Some(role @ (Role::Read | Role::ReadTree | Role::List)) => role,
            Some(Role::WriteDir) => Role::Read,
            _ => return Ok(false),
        };
        let other = !parsed.doubts.is_empty() || parsed.any_option.is_some() || nul && !found.nul;
        if other || dashes && found.values.iter().any(|value| may_begin(value, b"-")) {
            return Ok(false);
        }
        let Some(names) = self.single_names(found, nul) else { return Ok(false) };
        let manner = Manner { spared: crate::effect::Spared::default(), ..Self::manner(program, parsed) };
        for value in names {
            self.role(role, &Word { value, span: self.span }, manner)?;
        }
        Ok(true)
    }
}

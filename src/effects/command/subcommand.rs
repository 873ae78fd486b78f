//! Programs with subcommands: which row goes on, and how argv stands to it.

use super::options::{self, Parsed};
use super::{Command, git, package};
use crate::{
    effect::{Effect, Kind, Shape, Value, Word},
    effects::LimitReached,
    tables::Program,
};
use alloc::{format, string::String, vec::Vec};

impl<'t> Command<'_, 't> {
    /// A subcommand that is judged by the row of its program: the options behind it are looked for in that row as well.
    pub(super) fn behind_subcommand(&mut self, program: &Program<'t>, before: &Parsed<'t>, from: usize) -> Parsed<'t> {
        let mut all = options::parse(program, self.argv.get(from..).unwrap_or(&[]), false);
        let known = before.uses.len().min(all.uses.len());
        let more = Parsed { uses: all.uses.split_off(known), ..Parsed::default() };
        self.change_directory(&more);
        let doubts = all.doubts.split_off(before.doubts.len().min(all.doubts.len()));
        self.doubts(&Parsed { doubts, ..Parsed::default() });
        all.uses.extend(more.uses);
        self.shape(program, &all);
        all
    }

    /// Goes on with the row of the subcommand; false where the program's own row has to do.
    pub(super) fn subcommand(
        &mut self,
        program: &Program<'t>,
        parsed: &Parsed<'t>,
        from: usize,
    ) -> Result<bool, LimitReached> {
        let Some(word) = parsed.operands.first() else {
            let own = program.operands().next().is_some();
            if !own {
                self.option_effects(program, parsed)?;
            }
            return Ok(!own);
        };
        let at = from + parsed.rest;
        let Some(sub) = word.value.known() else {
            self.option_effects(program, parsed)?;
            self.unknown("dynamic-word", format!("the subcommand of `{}` is not known", self.by), word.span, false);
            return Ok(true);
        };
        let name = [program.name(), b" ", sub].concat();
        let row = self.analysis.tables.program(&name);
        if row.is_some() || program.operands().next().is_none() {
            self.canonical(program, at);
        }
        let Some(row) = row else {
            if program.operands().next().is_some() {
                if matches!(program.name(), b"yarn" | b"pnpm") {
                    self.package_script(sub);
                    if self.installed_by_name(parsed, self.argv.get(at..).unwrap_or_default())? {
                        return Ok(true);
                    }
                }
                // An option before it may be one whose argument this is.
                if program.name() == b"bun" && at == 1 && package::is_script_file(sub) {
                    self.loads(&Value::Known(sub.into()));
                }
                return Ok(false);
            }
            if program.name() == b"git" && git::alias(self, sub, at)? {
                return Ok(true);
            }
            self.option_effects(program, parsed)?;
            let detail = format!("nothing is known of `{}`", String::from_utf8_lossy(&name));
            self.unknown("unmodelled-program", detail, self.span, true);
            return Ok(true);
        };
        self.option_effects(program, parsed)?;
        self.modelled(row, at + 1)?;
        if program.name() == b"git" {
            git::in_force(self, sub);
        }
        Ok(true)
    }

    /// Notes which words are options; a subcommand's row adds to what its program's row said.
    pub(super) fn shape(&mut self, program: &Program<'t>, parsed: &Parsed<'t>) {
        let span = self.span;
        let index = self.run_at;
        let Some(Effect { kind: Kind::Run(run), .. }) = self.analysis.effects.get_mut(index) else { return };
        let mut options = run.shape.take().map(|shape| shape.options).unwrap_or_default();
        options.reserve_exact(parsed.uses.len());
        options.extend(parsed.uses.iter().map(|u| u.spec.name.into()));
        let mut words: Vec<Word> = Vec::with_capacity(parsed.operands.len() + 2);
        for name in program.name().split(|b| *b == b' ') {
            // Mostly the very word that is written.
            let written = run.argv.iter().find(|word| word.value.known() == Some(name));
            words
                .push(written.map_or_else(|| Word::known(name, span), |word| Word { value: word.value.clone(), span }));
        }
        words.extend(parsed.operands.iter().cloned());
        run.shape = Some(Shape { words, options });
    }

    /// Notes argv without the options between the program and the subcommand at `at`, where there are any.
    fn canonical(&mut self, program: &Program<'t>, at: usize) {
        let depth = program.name().split(|b| *b == b' ').count();
        let index = self.run_at;
        let Some(Effect { kind: Kind::Run(run), .. }) = self.analysis.effects.get_mut(index) else { return };
        let mut words: Vec<Word> = match run.canonical.as_ref() {
            Some(before) => before.iter().take(depth).cloned().collect(),
            None => self.argv.iter().take(depth).cloned().collect(),
        };
        words.extend(self.argv.iter().skip(at).cloned());
        run.canonical = (words.as_slice() != self.argv).then_some(words);
    }
}

//! Scripts inside the script: what `bash -c`, `eval`, `trap` and their like execute, and what commands ask of the fold.

use super::positional::Positional;
use super::state::{Body, State};
use super::{Fold, Here, MAX_CALLS, expression, held, readings, unknown};
use crate::effect::Value;
use crate::effects::LimitReached;
use crate::effects::command::{Analysis, Outcome, Script, Scripts, Shell};
use crate::shell::Dialect;
use crate::world::World;
use alloc::{string::String, vec::Vec};

impl Fold<'_> {
    /// Text for a new shell: each reading of it by itself.
    fn child(&mut self, text: &str, script: &Script<'_>, analysis: &mut Analysis<'_>) -> Result<Outcome, LimitReached> {
        let outer = (self.dialect, core::mem::take(&mut self.others));
        let current = self.here.take();
        let function = self.locals.take();
        let start = analysis.effects.len();
        for dialect in Dialect::ALL {
            if dialect != Dialect::Bash && !self.others.contains(dialect) {
                continue;
            }
            self.dialect = dialect;
            let before = analysis.effects.len();
            let index = self.parse(text, Some(script.span), analysis)?;
            self.inner_script(index, child_state(script, current.as_ref()), script, analysis)?;
            readings::forget_repeated(&mut analysis.effects, start, before);
        }
        (self.dialect, self.others) = outer;
        self.here = current;
        self.locals = function;
        Ok(Outcome::default())
    }

    /// Follows a script of the script, with its arguments.
    fn inner_script(
        &mut self,
        index: usize,
        state: State,
        script: &Script<'_>,
        analysis: &mut Analysis<'_>,
    ) -> Result<Option<State>, LimitReached> {
        let mut state = state;
        if !script.arguments.is_empty() {
            // The first is `$0`.
            state.positional = Positional::of_script(script.arguments);
        }
        // Scripts are never the same one twice: the place in the list of calls only counts how deep they go.
        let root = self.scripts.get(index).and_then(|s| s.tree.root());
        self.calls.extend(root.map(|node| Body { script: index, node }));
        let after = self.root(index, state, script.stdin, analysis);
        if root.is_some() {
            self.calls.pop();
        }
        after
    }
}

impl Scripts for Fold<'_> {
    fn written(&self, named: &[u8], cwd: &Value) -> Option<Vec<u8>> {
        self.text_of(named, cwd, &self.here.as_ref()?.before)
    }

    fn forget_files(&mut self) {
        if let Some(here) = &mut self.here {
            here.before.files.disturb();
            here.forgets = true;
        }
    }

    fn world(&self) -> Option<&dyn World> {
        Some(self.world)
    }

    fn is_absent(&mut self, name: &[u8]) -> bool {
        self.no_program(name)
    }

    fn is_absent_beginning(&mut self, beginning: &[u8]) -> bool {
        self.no_program_begins(beginning)
    }

    fn is_harmless_name(&self, text: &[u8]) -> bool {
        self.here.as_ref().is_some_and(|here| expression::is_plain_name(text, &here.before))
    }

    fn expression(&self, text: &[u8]) -> Option<Vec<(Vec<u8>, bool)>> {
        let mut reading = expression::Reading::default();
        expression::read(text, &self.here.as_ref()?.before, &mut reading).ok()?;
        (!reading.odd).then(|| reading.assigned.into_iter().collect())
    }

    fn script(&mut self, analysis: &mut Analysis<'_>, script: &Script<'_>) -> Result<Outcome, LimitReached> {
        let Ok(text) = core::str::from_utf8(script.text) else {
            unknown(analysis, "script-not-utf8", "the script is not UTF-8 text".into(), script.span);
            return Ok(Outcome { anything: true, ..Outcome::default() });
        };
        if self.calls.len() >= MAX_CALLS {
            let message = String::from("scripts and functions call one another too deep; call them one by one");
            return Err(LimitReached { name: "script-calls", message });
        }
        if script.shell == Shell::Child {
            return self.child(text, script, analysis);
        }
        let index = self.parse(text, Some(script.span), analysis)?;
        let current = self.here.take();
        let state = match &current {
            Some(here) => here.after.clone().unwrap_or_else(|| here.before.clone()),
            None => child_state(script, None),
        };
        let after = self.inner_script(index, state, script, analysis)?;
        self.here = current;
        if matches!(script.shell, Shell::Later | Shell::AtExit) {
            self.trap(index, after, script.shell == Shell::AtExit);
            return Ok(Outcome::default());
        }
        if script.shell == Shell::Current
            && let Some(here) = &mut self.here
        {
            here.after = after.or_else(|| here.after.take());
        }
        Ok(Outcome::default())
    }
}

/// What a new shell starts with: nothing of this one but its directory; a HOME that the script changed is not known there.
fn child_state(script: &Script<'_>, parent: Option<&Here>) -> State {
    let mut state = State::new(script.cwd.clone());
    match parent {
        Some(here) => state.files = here.before.files.clone(),
        None => state.files.disturb(),
    }
    for name in [b"HOME".as_slice(), b"IFS"] {
        if parent.is_some_and(|here| here.before.is_touched(name)) {
            state.assign(name, held::Held::Unknown);
        }
    }
    state
}

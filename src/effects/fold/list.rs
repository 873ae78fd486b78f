//! Lists and pipelines: which state each command starts from.

use super::state::State;
use super::{At, Ends, Fold, join, written};
use super::{heard, interactive, listed};
use crate::effect::{Effect, Kind, Word as Argument};
use crate::effects::LimitReached;
use crate::effects::command::{self, Analysis, FoundNames, Stdin};
use crate::shell::tree::{
    Descriptor, ListItem, Node, NodeId, Operator, Part, Pipeline, Redirection, RedirectionKind, Simple, Tree, Word,
};
use crate::shell::words;
use alloc::vec::Vec;

/// Commands of git that leave the index as it is.
const QUIET_GIT: [&[u8]; 9] =
    [b"ls-files", b"status", b"diff", b"log", b"show", b"rev-parse", b"branch", b"grep", b"blame"];

impl Fold<'_> {
    /// `a; b && c || d &`: what follows `&&` starts from success, what follows `||` from failure, anything else from both. An
    /// element that cannot be reached is looked at all the same, from the last state that could.
    pub(super) fn list(
        &mut self,
        at: At<'_>,
        items: &[ListItem],
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let mut state = state;
        if items.iter().any(|item| item.background) {
            state.files.disturb(); // what follows runs at the same time
        }
        let mut last = state.clone();
        let mut chain_start = state.clone();
        let mut now = Ends::both(state);
        // what follows `&&` does not run after a command that does not exist
        let mut failed = false;
        for item in items {
            if failed && item.after == Operator::And && !item.background {
                self.skip(at, item.node);
                continue;
            }
            let start = match item.after {
                Operator::Always => {
                    let start = now.clone().any();
                    if let Some(start) = &start {
                        chain_start = start.clone();
                    }
                    start
                }
                Operator::And => now.ok.clone(),
                Operator::Or => now.failed.clone(),
            };
            let reachable = start.is_some();
            let start = start.unwrap_or_else(|| last.clone());
            last = start.clone();
            let before = if item.after == Operator::Always { Some(chain_start.clone()) } else { now.clone().any() };
            let ends = self.node(at, item.node, start, analysis)?;
            failed = self.failed && (failed || item.after != Operator::Or);
            let ends = if reachable {
                ends
            } else {
                last = ends.any().unwrap_or(last);
                Ends { ok: None, failed: None }
            };
            now = match item.after {
                Operator::Always => ends,
                Operator::And => Ends { ok: ends.ok, failed: join(now.failed, ends.failed) },
                Operator::Or => Ends { ok: join(now.ok, ends.ok), failed: ends.failed },
            };
            if item.background {
                // The whole chain runs in a copy of the shell; in zsh its last pipeline only.
                let after = before.map_or_else(|| chain_start.clone(), |before| before.join(&chain_start));
                now = Ends::both(after);
            }
        }
        Ok(now)
    }

    /// Each element runs in a copy of the shell; zsh runs the last one in this shell.
    pub(super) fn pipeline(
        &mut self,
        at: At<'_>,
        pipeline: &Pipeline,
        state: State,
        analysis: &mut Analysis<'_>,
    ) -> Result<Ends, LimitReached> {
        let ends = if let [single] = pipeline.elements.as_slice() {
            self.node(at, *single, state, analysis)?
        } else {
            let mut state = state;
            if self.writes_beside(at, pipeline, &state, analysis)? {
                state.files.disturb();
            }
            let undisturbed = self.lists_undisturbed(at, pipeline, &state, analysis)?;
            let start = analysis.effects.len();
            let mut written = None;
            let (outer, mut sources) = self.enter_pipeline();
            let mut after = state.clone();
            let mut text: Option<Vec<u8>> = None;
            let mut names: Option<FoundNames> = None;
            let mut passed_on = at.stdin == Stdin::Inherited;
            let tree = self.scripts.get(at.script).map(|script| script.tree.clone());
            for (index, element) in pipeline.elements.iter().enumerate() {
                let command =
                    tree.as_ref().and_then(|tree| self.writer(tree, *element, names.is_some(), &state, analysis));
                let stdin = match (&text, &names, index) {
                    (_, _, 0) => at.stdin,
                    (Some(text), _, _) => Stdin::Text(text),
                    (None, Some(names), _) if command.as_ref().is_some_and(|one| self.reads_alone(one, &state)) => {
                        Stdin::Names(names)
                    }
                    (None, Some(names), _) if tree.as_ref().is_some_and(|tree| heard::is_loop(tree, *element)) => {
                        Stdin::Names(names)
                    }
                    (None, _, _) => Stdin::Stream,
                };
                let at = At { stdin, piped: index > 0, ..at };
                let next = command.as_ref().and_then(|one| self.literal_output(at, one, &state));
                written = command.as_ref().and_then(|one| self.literal_write(one.simple, &one.argv, at.stdin, &state));
                let before = analysis.effects.len();
                let mut beside = state.clone();
                beside.files.freeze(); // another element may write the same file
                let mut ends = self.node(at, *element, beside, analysis)?;
                for end in [&mut ends.ok, &mut ends.failed].into_iter().flatten() {
                    end.files = state.files.clone();
                }
                if passed_on && index > 0 {
                    interactive::executes_what_is_typed(analysis, before);
                }
                passed_on &= interactive::passes_on(analysis, before) && !self.has_input(at, *element);
                sources.add(&self.sources(analysis, before));
                self.next_in_pipeline(&mut sources);
                if index + 1 == pipeline.elements.len()
                    && let Some(end) = ends.any()
                {
                    after = after.join(&end);
                }
                let still = undisturbed && index == 0 && state.files.is_alone();
                let found = command.and_then(|one| self.names_output(&one, names.as_ref(), (&state, still), analysis));
                // Behind others it could meet what these make.
                let first = names.is_none();
                let found = found.filter(|found| !first || !found.is_listed() || (undisturbed && index == 0));
                (text, names) = (next, found);
            }
            self.leave_pipeline(outer);
            self.remember(written, analysis.effects.get(start..).unwrap_or_default(), &state, Ends::both(after))
        };
        Ok(if pipeline.negated { Ends { ok: ends.failed, failed: ends.ok } } else { ends })
    }

    /// Whether an element reads from somewhere by a redirection of its own.
    fn has_input(&self, at: At<'_>, element: NodeId) -> bool {
        use RedirectionKind as K;
        let node = self.scripts.get(at.script).and_then(|s| s.tree.get(element)).map(|located| &located.node);
        let redirections = match node {
            Some(Node::Simple(simple)) => &simple.redirections,
            Some(Node::Group { redirections, .. } | Node::Subshell { redirections, .. }) => redirections,
            _ => return false,
        };
        let input = |one: &Redirection| {
            matches!(one.kind, K::Read | K::ReadWrite | K::DuplicateInput | K::HereDocument | K::HereString)
        };
        redirections.iter().any(input)
    }

    /// An element that is a simple command of whose output something may be known. Its words are expanded once for all that is
    /// asked about them.
    fn writer<'t>(
        &self,
        tree: &'t Tree,
        element: NodeId,
        gets_names: bool,
        state: &State,
        analysis: &Analysis<'_>,
    ) -> Option<Writer<'t>> {
        let Node::Simple(simple) = &tree.get(element)?.node else { return None };
        let named = |name: &[u8]| command::may_write_names(analysis, name);
        let asked = gets_names || written::may_be_literal(simple) || simple_name(simple).is_none_or(named);
        asked.then(|| Writer { simple, argv: words::expand_all(&simple.words, &self.seen(state)) })
    }

    /// Whether a single program gets standard input from its beginning: nothing in its words could have read of it before.
    fn reads_alone(&self, Writer { simple, argv }: &Writer<'_>, state: &State) -> bool {
        let plain = |word: &Word| word.parts.iter().all(|part| matches!(part, Part::Text { .. } | Part::Tilde(_)));
        let program = argv.first().and_then(|w| w.value.known());
        program.is_some_and(|program| !self.is_replaced(program, state))
            && simple.assignments.is_empty()
            && simple.arrays.is_empty()
            && simple.words.iter().chain(simple.redirections.iter().map(|one| &one.target)).all(plain)
    }

    /// The names of files that a command or a pipeline writes, and nothing else.
    pub(super) fn names_printed(
        &self,
        at: At<'_>,
        body: NodeId,
        state: &State,
        analysis: &Analysis<'_>,
    ) -> Option<FoundNames> {
        let tree = self.scripts.get(at.script)?.tree.clone();
        let elements = match &tree.get(body)?.node {
            Node::Simple(_) => core::slice::from_ref(&body),
            Node::Pipeline(pipeline) if !pipeline.negated => pipeline.elements.as_slice(),
            _ => return None,
        };
        let mut names = None;
        for element in elements {
            let writer = self.writer(&tree, *element, names.is_some(), state, analysis)?;
            names = Some(self.names_output(&writer, names.as_ref(), (state, state.files.is_alone()), analysis)?);
        }
        names
    }

    /// The names of files that an element writes, and nothing else; `still`: nobody changes the index of git meanwhile.
    fn names_output(
        &self,
        writer: &Writer<'_>,
        before: Option<&FoundNames>,
        (state, still): (&State, bool),
        analysis: &Analysis<'_>,
    ) -> Option<FoundNames> {
        let errors = |one: &Redirection| {
            let files = matches!(one.kind, RedirectionKind::Write | RedirectionKind::Append);
            files && matches!(one.descriptor, Some(Descriptor::Number(2)))
        };
        if !self.reads_alone(writer, state) || !writer.simple.redirections.iter().all(errors) {
            return None;
        }
        let found = match before {
            Some(names) if command::names_pass(&writer.argv, names) => {
                Some(command::narrowed(&writer.argv, names.clone()))
            }
            Some(names) if !names.nul && command::ends_with_nul(&writer.argv) => {
                Some(FoundNames { nul: true, ..names.clone() })
            }
            Some(_) => None,
            None => command::output_names(analysis, &writer.argv)
                .or_else(|| self.tracked(&writer.argv, (state, still), analysis))
                .or_else(|| self.names_of_ls(&writer.argv, state)),
        };
        found.filter(|names| !names.is_listed() || listed::makes_nothing(&writer.simple.redirections))
    }

    /// The names that git tracks, where nothing before made git track others.
    pub(super) fn tracked(
        &self,
        argv: &[Argument],
        (state, still): (&State, bool),
        analysis: &Analysis<'_>,
    ) -> Option<FoundNames> {
        if analysis.effects.iter().any(changes_index) {
            return None;
        }
        command::tracked_names(self.world, argv, &state.cwd, still)
    }

    /// What an element certainly writes, the same in every shell.
    fn literal_output(&self, at: At<'_>, Writer { simple, argv }: &Writer<'_>, state: &State) -> Option<Vec<u8>> {
        let program = argv.first()?.value.known()?;
        if !simple.assignments.is_empty() || self.is_replaced(program, state) {
            return None;
        }
        match simple.redirections.as_slice() {
            [] => written::literal_output(argv, at.stdin),
            [one] if one.descriptor.is_none() => {
                written::literal_output(argv, Stdin::Text(&self.literal_input(one, state)?))
            }
            _ => None,
        }
    }
}

/// Whether an effect may make git track other names.
pub(super) fn changes_index(effect: &Effect) -> bool {
    let quiet = |word: Option<&Argument>| {
        let name = word.and_then(|word| word.value.known());
        name.is_some_and(|name| QUIET_GIT.contains(&name))
    };
    match &effect.kind {
        Kind::Unknown(_) | Kind::SetEnv(_) => true,
        Kind::Write(_) => effect.by.as_deref() == Some("git"),
        Kind::Run(run) => effect.by.as_deref() == Some("git") && !quiet(run.argv.get(1)),
        _ => false,
    }
}

/// An element of a pipeline of whose output something may be known.
struct Writer<'t> {
    simple: &'t Simple,
    argv: Vec<Argument>,
}

/// The name of a command that is written out.
fn simple_name(simple: &Simple) -> Option<&[u8]> {
    match simple.words.first()?.parts.as_slice() {
        [Part::Text { bytes, .. }] => Some(bytes),
        _ => None,
    }
}

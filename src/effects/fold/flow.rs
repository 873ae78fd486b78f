//! Where data comes from and where it goes: through pipes, substitutions, variables and files, from files into connections and
//! from connections into what executes it.
//!
//! Everything here only adds [`Kind::Flow`] effects, so it may follow too much; what it misses is still judged by the reads,
//! connections and unknowns themselves.

use super::Fold;
use super::redirections::Input;
use crate::effect::{Cause, Certainty, Effect, Flow, FlowSink, FlowSource, Kind, PathValue, Run, Span, Value, Word};
use crate::effects::command::Analysis;
use crate::path;
use crate::shell::tree::{AssignedValue, Assignment, Parameter, Part, Simple, Word as Written};
use crate::tables::words::Role;
use alloc::{collections::BTreeMap, rc::Rc, vec::Vec};

/// Most files that one source is followed from; with more it may be any.
const MAX_FILES: usize = 32;
/// Most variables and files that data is followed through.
const MAX_PLACES: usize = 256;

/// Where data may come from.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sources {
    /// A host, and whether that is certain.
    network: Option<Certainty>,
    /// Shared until something is added, because what stands in a pipeline hands it on.
    files: Option<Rc<Vec<Rc<PathValue>>>>,
}

impl Sources {
    fn is_empty(&self) -> bool {
        self.network.is_none() && self.files().is_empty()
    }

    fn files(&self) -> &[Rc<PathValue>] {
        self.files.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Whether that brought anything new.
    pub(super) fn add(&mut self, other: &Self) -> bool {
        let before = (self.network, self.files().len());
        self.network = match (self.network, other.network) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        if self.files.is_none() {
            self.files.clone_from(&other.files);
        } else {
            other.files().iter().for_each(|file| self.add_file(file));
        }
        before != (self.network, self.files().len())
    }

    fn add_file(&mut self, file: &Rc<PathValue>) {
        let known = self.files();
        let added = match known.len() {
            _ if known.contains(file) => return,
            n if n + 1 < MAX_FILES => file.clone(),
            n if n < MAX_FILES => PathValue::file(Value::ANY_WORD).into(),
            _ => return,
        };
        Rc::make_mut(self.files.get_or_insert_default()).push(added);
    }
}

/// What is known of moving data in a call.
#[derive(Default)]
pub(super) struct Flows {
    variables: BTreeMap<Vec<u8>, Sources>,
    files: BTreeMap<Vec<u8>, Sources>,
    /// What standard input of the command at hand may carry.
    pub(super) input: Sources,
    /// What has gone into the words of commands since this was last taken.
    pub(super) carried: Sources,
    /// How often variables or files got something new.
    changes: u32,
}

/// Two of these are the same only where everything in [`Flows`] was the same.
#[derive(PartialEq)]
pub(super) struct Moment {
    input: Sources,
    carried: Sources,
    changes: u32,
}

impl Flows {
    pub(super) fn moment(&self) -> Moment {
        Moment { input: self.input.clone(), carried: self.carried.clone(), changes: self.changes }
    }
}

/// What goes into one command, and where its effects begin.
pub(super) struct Into {
    /// Where its words begin to have effects.
    pub(super) start: usize,
    /// What its words carry.
    pub(super) words: Sources,
    /// The names of words that are written `NAME=...`.
    names: Vec<Vec<u8>>,
    /// Its standard input.
    pub(super) input: Sources,
    /// Where it begins to run.
    pub(super) run: usize,
}

impl Fold<'_> {
    /// What the effects read and receive.
    pub(super) fn sources(&self, analysis: &Analysis<'_>, from: usize) -> Sources {
        let mut sources = Sources::default();
        for effect in analysis.effects.get(from..).unwrap_or_default() {
            self.add_source(&mut sources, effect, analysis);
        }
        sources
    }

    fn add_source(&self, sources: &mut Sources, effect: &Effect, analysis: &Analysis<'_>) {
        match &effect.kind {
            Kind::Read(path) => {
                if !sources.files().iter().any(|known| **known == *path) {
                    sources.add_file(&Rc::new(path.clone()));
                }
                for known in path.value.alternatives().unwrap_or_default() {
                    if let Some(before) = self.flows.files.get(&**known) {
                        sources.add(before);
                    }
                }
            }
            Kind::Connect(connect) => {
                // A program that may reach hosts in passing is not certain to give what they sent.
                let fetches = || {
                    let row = effect.by.as_ref().and_then(|by| analysis.tables.program(by.as_bytes()));
                    row.is_some_and(|row| row.operands().any(|(role, _)| role == Role::Net))
                };
                let certain = !matches!(connect.host, Value::Unknown { .. }) || fetches();
                let network = Some(if certain { Certainty::Known } else { Certainty::Partial });
                sources.add(&Sources { network, files: None });
            }
            _ => {}
        }
    }

    /// What the variables in a word hold.
    pub(super) fn held_in(&self, word: &Written) -> Sources {
        let mut sources = Sources::default();
        if !self.flows.variables.is_empty() {
            self.held_in_parts(&word.parts, &mut sources);
        }
        sources
    }

    fn held_in_parts(&self, parts: &[Part], sources: &mut Sources) {
        for part in parts {
            match part {
                Part::Parameter(parameter) => {
                    let Parameter { name, operation, .. } = &**parameter;
                    if let Some(held) = self.flows.variables.get(&**name) {
                        sources.add(held);
                    }
                    for operand in operation.iter().flat_map(|o| &o.operands) {
                        self.held_in_parts(&operand.parts, sources);
                    }
                }
                Part::Braces(alternatives) => {
                    for parts in alternatives {
                        self.held_in_parts(parts, sources);
                    }
                }
                _ => {}
            }
        }
    }

    /// A variable gets data from somewhere.
    pub(super) fn flows_into_variable(&mut self, name: &[u8], sources: &Sources) {
        if !sources.is_empty() && self.flows.variables.len() < MAX_PLACES {
            let grows = self.flows.variables.entry(name.to_vec()).or_default().add(sources);
            self.flows.changes += u32::from(grows);
        }
    }

    /// `x=$(...)`, `x=$y`.
    pub(super) fn flows_into_assignment(&mut self, assignment: &Assignment, start: usize, analysis: &Analysis<'_>) {
        let mut sources = self.sources(analysis, start);
        match &assignment.value {
            AssignedValue::Scalar(word) => {
                sources.add(&self.held_in(word));
            }
            AssignedValue::Array(items) => {
                for (_, word) in items {
                    sources.add(&self.held_in(word));
                }
            }
        }
        sources.add(&core::mem::take(&mut self.flows.carried));
        self.flows_into_variable(&assignment.name, &sources);
        self.flows.carried = sources;
    }

    /// What goes into the words of a command, after what runs inside of them.
    pub(super) fn taken_by_words(&self, simple: &Simple, start: usize, analysis: &Analysis<'_>) -> Into {
        let mut words = self.sources(analysis, start);
        for word in &simple.words {
            words.add(&self.held_in(word));
        }
        let name = |word: &Written| match word.parts.first() {
            Some(Part::Text { bytes, quoted: false }) => {
                let at = bytes.iter().position(|b| *b == b'=')?;
                bytes.get(..at).map(<[u8]>::to_vec)
            }
            _ => None,
        };
        let names = simple.words.iter().skip(1).filter_map(name).collect();
        Into { start, words, names, input: Sources::default(), run: analysis.effects.len() }
    }

    /// What goes into its standard input, after its redirections.
    pub(super) fn taken_from_stdin(&self, into: &mut Into, stdin: &Input, simple: &Simple, analysis: &Analysis<'_>) {
        into.input = match stdin {
            Input::Unchanged => self.flows.input.clone(),
            _ => self.sources(analysis, into.run),
        };
        for redirection in &simple.redirections {
            into.input.add(&self.held_in(&redirection.target));
        }
    }

    /// Begins a pipeline; what was known before it, and what its first element gets.
    pub(super) fn enter_pipeline(&mut self) -> (Flows, Sources) {
        let outer = Flows {
            variables: BTreeMap::new(),
            files: BTreeMap::new(),
            input: self.flows.input.clone(),
            carried: core::mem::take(&mut self.flows.carried),
            changes: 0,
        };
        (outer, Sources::default())
    }

    /// Gives the next element what the ones before it have.
    pub(super) fn next_in_pipeline(&mut self, sources: &mut Sources) {
        sources.add(&core::mem::take(&mut self.flows.carried));
        self.flows.input = sources.clone();
    }

    /// Goes back to what was known before a pipeline.
    pub(super) fn leave_pipeline(&mut self, outer: Flows) {
        let passed = core::mem::replace(&mut self.flows.input, outer.input);
        self.flows.carried = outer.carried;
        self.flows.carried.add(&passed);
    }

    /// Adds what flows through a command that has run, and notes what it wrote and assigned.
    pub(super) fn flow(&mut self, into: &Into, argv: &[Word], cwd: &Value, span: Span, analysis: &mut Analysis<'_>) {
        self.flows.carried.add(&into.words);
        self.flows_into_names(into, argv);
        let mut flows = Vec::new();
        let ran = analysis.effects.get(into.run..).unwrap_or_default();
        let mut given = into.words.clone();
        given.add(&into.input);
        for effect in ran {
            match &effect.kind {
                Kind::Connect(_) => {
                    let mut sent = given.clone();
                    let own = |e: &&Effect| e.command.is_some() && e.command == effect.command;
                    for read in ran.iter().filter(own).filter(|e| matches!(e.kind, Kind::Read(_))) {
                        self.add_source(&mut sent, read, analysis);
                    }
                    push(&mut flows, &sent, FlowSink::Network, span);
                }
                Kind::Unknown(Cause { code: "code-from-stdin", .. }) => {
                    push(&mut flows, &into.input, FlowSink::Interpreter, span);
                }
                Kind::Unknown(cause) if effect.command.is_none() && EXECUTING.contains(&cause.code) => {
                    push(&mut flows, &given, FlowSink::Interpreter, span);
                }
                Kind::Run(run) => {
                    for sources in self.executed(run) {
                        push(&mut flows, sources, FlowSink::Interpreter, span);
                    }
                }
                _ => {}
            }
        }
        let written = analysis.effects.get(into.start..).unwrap_or_default();
        let written: Vec<Vec<u8>> = written.iter().flat_map(|e| written_path(e, argv, cwd)).collect();
        if !written.is_empty() {
            given.add(&self.sources(analysis, into.start));
        }
        let kept = given;
        if !kept.is_empty() {
            for path in written {
                if self.flows.files.len() < MAX_PLACES {
                    let grows = self.flows.files.entry(path).or_default().add(&kept);
                    self.flows.changes += u32::from(grows);
                }
            }
        }
        for flow in flows {
            let seen = analysis.effects.get(into.start..).unwrap_or_default();
            if !seen.iter().any(|e| e.kind == flow.kind) {
                analysis.effects.push(flow);
            }
        }
    }

    /// Where the files came from that a command executes.
    fn executed<'s>(&'s self, run: &'s Run) -> impl Iterator<Item = &'s Sources> {
        let paths = run.program.iter().chain(&run.loads);
        paths.flat_map(|p| p.value.alternatives().unwrap_or_default()).filter_map(|path| self.flows.files.get(&**path))
    }

    /// `export x=...` and `read x`.
    fn flows_into_names(&mut self, into: &Into, argv: &[Word]) {
        match argv.first().and_then(|w| w.value.known()) {
            Some(b"export" | b"declare" | b"local" | b"readonly" | b"typeset") => {
                for name in &into.names {
                    self.flows_into_variable(name, &into.words);
                }
            }
            Some(b"read" | b"mapfile" | b"readarray") => {
                for name in argv.iter().skip(1).filter_map(|w| w.value.known()) {
                    self.flows_into_variable(name, &into.input);
                }
            }
            _ => {}
        }
    }
}

/// Causes that say that text which is not known is executed.
const EXECUTING: [&str; 4] = ["dynamic-script", "dynamic-command", "opaque-code", "opaque-program"];

fn push(flows: &mut Vec<Effect>, sources: &Sources, sink: FlowSink, span: Span) {
    let network = sources.network.map(|certainty| (FlowSource::Network, certainty));
    let file = |path: &Rc<PathValue>| {
        let certainty = match path.value {
            Value::Known(_) => Certainty::Known,
            Value::Unknown { .. } => Certainty::Unknown,
            _ => Certainty::Partial,
        };
        (FlowSource::File((**path).clone()), certainty)
    };
    // What a host sent may go to a host again.
    let network = network.filter(|_| sink == FlowSink::Interpreter);
    for (source, certainty) in network.into_iter().chain(sources.files().iter().map(file)) {
        let kind = Kind::Flow(Flow { source, sink });
        match flows.iter_mut().find(|flow| flow.kind == kind) {
            // The surer of two is the one that a rule may forbid.
            Some(known) => known.certainty = known.certainty.min(certainty),
            None => flows.push(Effect { kind, certainty, span, by: None, command: None }),
        }
    }
}

/// The file that an effect writes; for a directory that is filled from a URL, the name that the URL ends with.
fn written_path(effect: &Effect, argv: &[Word], cwd: &Value) -> Vec<Vec<u8>> {
    let Kind::Write(path) = &effect.kind else { return Vec::new() };
    // A copy of a file is that file under another name, or stands in a directory of that name.
    if !path.tree || path.like.is_some() || path.found.is_some() {
        return path.value.alternatives().unwrap_or_default().iter().map(|path| path.to_vec()).collect();
    }
    let names = argv.iter().filter_map(|word| {
        let text = word.value.known()?;
        text.windows(3).any(|w| w == b"://").then_some(())?;
        let text = text.split(|b| matches!(b, b'?' | b'#')).next()?;
        let name = text.rsplit(|b| *b == b'/').next().filter(|name| !name.is_empty())?;
        match path::absolute(&Value::Known(name.into()), cwd) {
            Value::Known(path) => Some(path),
            _ => None,
        }
    });
    names.map(|name| name.to_vec()).collect()
}

//! What one load of a layer has gathered: rules, findings, sources, and where in the chain of includes it stands.

use super::builtins;
use super::catalogue::RuleNote;
use super::diagnostics::{Diagnostic, Diagnostics, Problem};
use super::examples::CommandExamples;
use super::limits;
use super::source::{Identity, Source};
use crate::policy::{Account, Audience, Head, Layer, Trust};
use crate::tables::encode::ProgramRow;
use starlark::codemap::FileSpan;
use starlark::environment::{FrozenModule, Globals};
use starlark::eval::Evaluator;
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    format,
    rc::Rc,
    string::{String, ToString},
    time::Instant,
    vec::Vec,
};

/// Shared by every evaluation of one load; the builtins find it through the evaluator.
pub(super) struct Session<'a> {
    /// Told the name of each file before it is evaluated.
    pub(super) note: &'a dyn Fn(&str),
    /// What a policy can name. Making it costs more than evaluating a file, so that all files of a load share it.
    pub(super) globals: Globals,
    /// Whose calls are decided; none for the effective account.
    pub(super) account: Option<&'a Account>,
    /// Which choice of `select_policy` counts, whoever the account is; one more than there are for the fallback.
    pub(super) choice: Option<usize>,
    pub(super) state: RefCell<State>,
    started: Instant,
}

/// Why a file is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// For its rules.
    Rules,
    /// For the values that `load` takes from it.
    Values,
}

/// A file that is being evaluated.
pub(super) struct Open {
    pub(super) source: Rc<Source>,
    pub(super) purpose: Purpose,
}

pub(super) struct State {
    pub(super) layer: Layer,
    /// What it knows of programs, with the place of each call.
    pub(super) programs: Vec<(ProgramRow, String)>,
    /// The names and places of those that are described anew, not as more of what is known of them.
    pub(super) described: Vec<(String, String)>,
    /// Tiers that more trusted layers define.
    pub(super) outer_tiers: Vec<String>,
    pub(super) diagnostics: Diagnostics,
    /// Every source that was read, in order.
    pub(super) sources: Vec<Rc<Source>>,
    bytes: u64,
    /// Whom the choices of each `select_policy` are for.
    pub(super) selections: Vec<Vec<Audience>>,
    /// Files whose rules are registered.
    pub(super) registered: BTreeSet<Identity>,
    /// Files that were evaluated for their values.
    pub(super) modules: BTreeMap<Identity, FrozenModule>,
    /// The files that are being evaluated, outermost first.
    pub(super) open: Vec<Open>,
    /// Examples that wait for the end of the file that is being evaluated.
    pub(super) examples: Vec<CommandExamples>,
    /// Tiers that rules name, to be looked up when all are known.
    tier_uses: Vec<(Site, String)>,
    /// What the rules say of themselves, in order.
    pub(super) rules: Vec<RuleNote>,
    /// Where each tier of this layer is defined.
    pub(super) tier_sites: BTreeMap<String, String>,
    /// Whether the layer lets repositories have policies of their own.
    pub(super) permits_repositories: bool,
}

/// Where a builtin was called.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// `FILE:LINE:COLUMN` of the outermost call.
    pub(super) place: String,
    span: Option<FileSpan>,
}

impl Site {
    /// The place of the call that is being evaluated: the outermost one, in the file that is read and not in a function.
    pub(super) fn of(eval: &Evaluator<'_, '_, '_>) -> Self {
        let span = eval.call_stack().into_frames().into_iter().find_map(|frame| frame.location);
        let place = span.as_ref().map_or_else(String::new, |span| {
            let begin = span.resolve_span().begin;
            format!("{}:{}:{}", span.filename(), begin.line + 1, begin.column + 1)
        });
        Self { place, span }
    }

    pub(super) fn diagnostic(&self, problem: Problem) -> Diagnostic {
        match &self.span {
            Some(span) => Diagnostic::at(span, problem.message, problem.help),
            None => Diagnostic::of_file("policy", problem.message, problem.help),
        }
    }
}

impl<'a> Session<'a> {
    pub(super) fn new(
        trust: Trust,
        outer_tiers: Vec<String>,
        note: &'a dyn Fn(&str),
        account: Option<&'a Account>,
        choice: Option<usize>,
    ) -> Self {
        let state = State {
            layer: Layer::new(trust),
            programs: Vec::new(),
            described: Vec::new(),
            outer_tiers,
            diagnostics: Diagnostics::default(),
            sources: Vec::new(),
            bytes: 0,
            selections: Vec::new(),
            registered: BTreeSet::new(),
            modules: BTreeMap::new(),
            open: Vec::new(),
            examples: Vec::new(),
            tier_uses: Vec::new(),
            rules: Vec::new(),
            tier_sites: BTreeMap::new(),
            permits_repositories: false,
        };
        Self {
            note,
            globals: builtins::globals(),
            account,
            choice,
            state: RefCell::new(state),
            started: Instant::now(),
        }
    }

    /// Whether the time of the whole load is over.
    pub(super) fn late(&self) -> bool {
        self.started.elapsed() > limits::TIME
    }

    /// Ends the load: looks up what could only be looked up with everything read.
    pub(super) fn finish(self) -> State {
        let mut state = self.state.into_inner();
        for (site, name) in core::mem::take(&mut state.tier_uses) {
            let known = name == "none" || state.tier_sites.contains_key(&name) || state.outer_tiers.contains(&name);
            if !known {
                let help = format!("define it with `tier(\"{name}\", paths = [...])`, or correct the name");
                state.diagnostics.push(site.diagnostic(Problem::new(format!("unknown tier `{name}`"), help)));
            }
        }
        match builtins::table(core::mem::take(&mut state.programs)) {
            Ok(table) => state.layer.knowledge = table,
            Err(problem) => state.diagnostics.push(Diagnostic::of_file("policy", problem.message, problem.help)),
        }
        let order: Vec<String> = state.sources.iter().map(|source| source.name.clone()).collect();
        state.diagnostics.sort(&order);
        state.layer.make_index();
        state
    }
}

impl State {
    /// Counts a source that was read against the limits of the whole policy.
    pub(super) fn admit(&mut self, source: Source) -> Result<Rc<Source>, Diagnostic> {
        self.bytes = self.bytes.saturating_add(source.text.len() as u64);
        let refused = |what: String| {
            let help = "split the policy into several, or remove what is not needed";
            Err(Diagnostic::of_file(&source.name, what, Some(help.to_string())))
        };
        if self.sources.len() >= limits::FILES {
            return refused(format!("the policy has more than {} files", limits::FILES));
        }
        if self.bytes > limits::TOTAL_BYTES {
            return refused(format!("the policy is larger than {} MiB", limits::TOTAL_BYTES >> 20));
        }
        let source = Rc::new(source);
        self.sources.push(source.clone());
        Ok(source)
    }

    /// Notes the tiers that a rule names.
    pub(super) fn use_tiers(&mut self, site: &Site, head: &Head) {
        self.tier_uses.extend(head.tiers.iter().map(|name| (site.clone(), name.clone())));
    }
}

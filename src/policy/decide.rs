//! The policy decision point: effects in, verdict out.

use super::list::Question;
use super::rule::{Access, EnvAccess, FlowFrom, GlobRule, Head, Layer, Policy, PrefixRule, Trust};
use super::scene::Scene;
use super::trace::{DefaultStep, NoTrace, Trace, Trial};
use super::{commands, hosts, names, paths, tools};
use crate::decision::{Decision, EffectId, Reason, RuleRef, Verdict};
use crate::effect::{
    Certainty, CommandId, Connect, Effect, Flow, FlowSink, FlowSource, Kind, PathValue, Run, Spared, Tool, Value,
};
use crate::glob::Answer;
use crate::world::Entry;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    vec::Vec,
};

/// Most comparisons of a rule with an effect in one call; a call that needs more is denied as `limit:policy-steps`.
const MAX_STEPS: usize = 20_000_000;

/// Holds every effect against every rule; the strictest of all answers decides.
pub fn decide(policy: &Policy, effects: &[Effect], scene: &Scene<'_>) -> Verdict {
    decide_traced(policy, effects, scene, &mut NoTrace)
}

/// As [`decide`], telling every step to `trace`.
pub fn decide_traced(policy: &Policy, effects: &[Effect], scene: &Scene<'_>, trace: &mut impl Trace) -> Verdict {
    trace.scene(scene);
    let rules: usize = policy.layers.iter().map(size).sum();
    if rules.saturating_mul(effects.len()) > MAX_STEPS {
        let why = format!(
            "{} effects against {rules} rules are more than {MAX_STEPS} comparisons; split the call into smaller ones",
            effects.len()
        );
        return Verdict::deny(RuleRef::Limit("policy-steps"), why);
    }
    let matched = match_all(policy, effects, scene, trace);
    boundary!("matched");
    // What a certain allow of a command says of everything that this command does by itself.
    let mut answered: BTreeMap<CommandId, Allowed> = BTreeMap::new();
    for (effect, m) in effects.iter().zip(&matched) {
        if let (Kind::Run(_) | Kind::Tool(_), Some(id), true) = (&effect.kind, effect.command, m.allowed.by_any()) {
            answered.entry(id).or_default().add(&m.allowed);
        }
    }
    let mut reasons = Vec::new();
    let mut defaults = Vec::new();
    for (index, (effect, m)) in effects.iter().zip(matched).enumerate() {
        let own = m.allowed;
        let mut allowed = own.clone();
        if let Some(by_command) = effect.command.and_then(|id| answered.get(&id)) {
            allowed.add(by_command);
        }
        if let Some((key, decision)) =
            default_of(policy, effect, &allowed, &mut |step| trace.default_step(EffectId(index), step))
        {
            let rule = RuleRef::Default(key);
            defaults.push(Reason { decision, rule, effect: Some(EffectId(index)), justification: None });
        }
        // Of what it touches nothing is known: no allow of the command can have meant that.
        if names_nothing(effect)
            && let Some((key, decision)) = default_by(policy, Key::Unknown, &own, &mut |step| {
                trace.default_step(EffectId(index), step);
            })
        {
            let rule = RuleRef::Default(key);
            defaults.push(Reason { decision, rule, effect: Some(EffectId(index)), justification: None });
        }
        reasons.extend(m.reasons.into_iter().map(|r| Reason { effect: Some(EffectId(index)), ..r }));
    }
    reasons.append(&mut defaults);
    if !policy.is_sound() {
        let why = "the compiled policy is damaged; compile it again with `prexec compile`";
        return Verdict::deny(RuleRef::Policy("damaged"), why);
    }
    Verdict::strictest(reasons)
}

/// What the rules say of each effect. A script touches the same paths again and again, and what is only partly known of them takes
/// long to hold against globs: each is asked about once.
fn match_all<T: Trace>(policy: &Policy, effects: &[Effect], scene: &Scene<'_>, trace: &mut T) -> Vec<Matched> {
    let mut known: BTreeMap<(Touch, &PathValue), usize> = BTreeMap::new();
    let mut all: Vec<Matched> = Vec::with_capacity(effects.len());
    for (index, effect) in effects.iter().enumerate() {
        let repeated = touch(&effect.kind).filter(|_| !T::EVERY_STEP);
        let seen = repeated.map(|key| *known.entry(key).or_insert(all.len()));
        let matched = match seen.and_then(|index| all.get(index)) {
            Some(same) => same.clone(),
            None => Matched::of(policy, effect, scene, EffectId(index), trace),
        };
        all.push(matched);
    }
    all
}

/// How a path is touched.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Touch {
    Read,
    Write,
    ToNetwork,
    ToInterpreter,
}

/// All that rules look at of an effect on a path.
fn touch(kind: &Kind) -> Option<(Touch, &PathValue)> {
    match kind {
        Kind::Read(path) => Some((Touch::Read, path)),
        Kind::Write(path) => Some((Touch::Write, path)),
        Kind::Flow(Flow { source: FlowSource::File(path), sink }) => match sink {
            FlowSink::Network => Some((Touch::ToNetwork, path)),
            FlowSink::Interpreter => Some((Touch::ToInterpreter, path)),
            FlowSink::File | FlowSink::Tool => None,
        },
        _ => None,
    }
}

/// What the rules say of one effect.
#[derive(Clone, Default)]
struct Matched {
    reasons: Vec<Reason>,
    allowed: Allowed,
}

/// Whose certain allow an effect has.
#[derive(Clone, Default)]
struct Allowed {
    /// The most trusted layer, of those that may lift the defaults of others.
    by: Option<Trust>,
    /// The layers of repositories, by their position: each lifts what it wrote itself, and nothing else.
    repositories: BTreeSet<usize>,
}

impl Allowed {
    fn by_any(&self) -> bool {
        self.by.is_some() || !self.repositories.is_empty()
    }

    fn add(&mut self, other: &Self) {
        self.by = [self.by, other.by].into_iter().flatten().min();
        self.repositories.extend(&other.repositories);
    }

    /// Whether a default that a layer wrote is replaced.
    fn lifts(&self, index: usize, trust: Trust) -> bool {
        self.by.is_some_and(|by| by <= trust) || self.repositories.contains(&index)
    }
}

impl Matched {
    fn of<T: Trace>(policy: &Policy, effect: &Effect, scene: &Scene<'_>, id: EffectId, trace: &mut T) -> Self {
        let mut matched = Self::default();
        let judge = Judge { policy, scene, every_rule: T::EVERY_STEP };
        for (index, layer) in policy.layers.iter().enumerate() {
            let trust = layer.trust;
            judge.each(layer, &effect.kind, &mut |head, answer| {
                let answer = as_certain(effect, answer);
                let counts = matched.add((index, trust), head, answer, scene);
                trace.tried(id, &Trial { trust, head, answer, counts });
            });
        }
        matched
    }

    /// What the answer of a rule adds to the verdict.
    fn add(
        &mut self,
        (index, trust): (usize, Trust),
        head: &Head,
        answer: Answer,
        scene: &Scene<'_>,
    ) -> Option<Decision> {
        let decision = match (head.decision, answer) {
            (_, Answer::No) | (Decision::Allow, Answer::Maybe) => return None,
            (Decision::Deny, Answer::Maybe) => Decision::Prompt,
            (decision, _) => decision,
        };
        if !scene.in_tiers(&head.tiers, decision == Decision::Allow) {
            return None;
        }
        if decision == Decision::Allow {
            // The agent can write what stands in a repository: its allow is no reason for anything.
            if trust == Trust::Repository {
                self.allowed.repositories.insert(index);
                return None;
            }
            self.allowed.by = Some(self.allowed.by.map_or(trust, |t| t.min(trust)));
        }
        let (rule, justification) = (RuleRef::Rule(head.place.clone()), head.justification.clone());
        self.reasons.push(Reason { decision, rule, effect: None, justification });
        Some(decision)
    }
}

/// Data that may come from a host that a program reaches in passing only may be what a rule on flows speaks of.
fn as_certain(effect: &Effect, answer: Answer) -> Answer {
    match effect.kind {
        Kind::Flow(_) if effect.certainty != Certainty::Known => answer.min(Answer::Maybe),
        _ => answer,
    }
}

/// Asks the rules that speak of an effect's kind.
struct Judge<'a> {
    policy: &'a Policy,
    scene: &'a Scene<'a>,
    /// Also those that an index says cannot match.
    every_rule: bool,
}

type Say<'s> = dyn FnMut(&Head, Answer) + 's;

impl Judge<'_> {
    fn each(&self, layer: &Layer, kind: &Kind, say: &mut Say<'_>) {
        match kind {
            Kind::Run(run) => self.run(layer, run, say),
            Kind::Read(path) => self.path(layer, path, &[Access::Read], say),
            Kind::Write(path) if path.tree && path.spared == Spared::Commits => {
                self.path(layer, path, &[Access::Write, Access::WriteTree], say);
                // What is named is meant, whatever else comes out of commits; the name of a branch leads nowhere.
                let named = PathValue { tree: false, spared: Spared::Nothing, ..path.clone() };
                self.seen(layer, &paths::Views::as_written(named, self.scene), &[Access::Edit], say);
            }
            Kind::Write(path) if path.tree && path.existing => {
                self.path(layer, path, &[Access::Write, Access::WriteTree, Access::Edit], say);
            }
            Kind::Write(path) => self.path(layer, path, &[Access::Write, Access::Edit], say),
            Kind::Connect(connect) => Self::connect(layer, connect, say),
            Kind::ReadEnv(name) => Self::environment(layer, name, EnvAccess::Read, say),
            Kind::SetEnv(name) => Self::environment(layer, name, EnvAccess::Set, say),
            Kind::Tool(tool) => Self::tool(layer, tool, say),
            Kind::Flow(flow) => self.flow(layer, flow, say),
            Kind::Interactive(_) | Kind::Unknown(_) => {} // only defaults speak of these
        }
    }

    fn run(&self, layer: &Layer, run: &Run, say: &mut Say<'_>) {
        let command = commands::Command::new(self.policy, run, self.scene);
        let mut ask = |rule: &PrefixRule| say(&rule.head, command.answer(rule));
        if self.every_rule {
            layer.prefix_rules.iter().for_each(ask);
        } else {
            layer.prefix_rules.near(&command.questions(), &mut ask);
        }
        // What the call itself writes is not yet the program that an allow speaks of.
        // For a directory (a package, a place with tests) that is all that may come to stand in it, or beside it as its module.
        let free = |path: &[u8]| {
            let module = [path, b".py"].concat();
            let directory = self.scene.world.entry(path) != Entry::Other;
            !self.scene.makes(path) && !(directory && (self.scene.makes(&module) || self.scene.grows(path, true)))
        };
        let unwritten = |path: &PathValue| match &path.value {
            // Whichever file of the directory it becomes.
            Value::Pattern(pattern) => {
                paths::literal_directory(pattern).is_some_and(|(dir, _)| !self.scene.grows(dir, true) && free(dir))
            }
            value => value.alternatives().is_some_and(|all| all.iter().all(|path| free(path))),
        };
        if let Some(program) = &run.program {
            self.path(layer, program, &[Access::Execute], &mut |head, answer| {
                if head.decision != Decision::Allow || unwritten(program) {
                    say(head, answer);
                }
            });
        }
        // An allow of the script answers the command only where that is all that the command executes.
        let alone = run.program.is_none() && run.loads.len() == 1;
        for script in &run.loads {
            self.path(layer, script, &[Access::Execute], &mut |head, answer| {
                if head.decision != Decision::Allow || (alone && unwritten(script)) {
                    say(head, answer);
                }
            });
        }
    }

    fn path(&self, layer: &Layer, path: &PathValue, kinds: &[Access], say: &mut Say<'_>) {
        if layer.glob_rules.count() == 0 {
            return;
        }
        let reads = kinds.contains(&Access::Read);
        let views = if reads { paths::Views::of_read(path, self.scene) } else { paths::Views::of(path, self.scene) };
        self.seen(layer, &views, kinds, say);
    }

    fn seen(&self, layer: &Layer, views: &paths::Views, kinds: &[Access], say: &mut Say<'_>) {
        self.globs(layer, views, &mut |rule| {
            if rule.access.iter().any(|access| kinds.contains(access)) {
                say(&rule.head, views.answer(rule, self.scene));
            }
        });
    }

    /// The rules that can match one of the ways in which a path is seen.
    fn globs(&self, layer: &Layer, views: &paths::Views, take: &mut dyn FnMut(&GlobRule)) {
        if self.every_rule {
            return layer.glob_rules.iter().for_each(take);
        }
        if let Some(index) = layer.index() {
            match views.near(index, self.scene) {
                Some(near) => {
                    let rules = near.into_iter().filter_map(|n| layer.glob_rules.get(usize::try_from(n).ok()?));
                    rules.for_each(take);
                }
                None => layer.glob_rules.iter().for_each(take),
            }
            return;
        }
        match views.exact(self.scene) {
            Some(paths) => layer.glob_rules.near(&[Question::Paths(&paths)], take),
            None => layer.glob_rules.iter().for_each(take),
        }
    }

    fn connect(layer: &Layer, connect: &Connect, say: &mut Say<'_>) {
        for rule in &layer.network_rules {
            say(&rule.head, hosts::network_answer(rule, connect));
        }
        for rule in &layer.host_rules {
            say(&rule.head, hosts::host_answer(rule, connect));
        }
    }

    fn environment(layer: &Layer, name: &Value, access: EnvAccess, say: &mut Say<'_>) {
        for rule in layer.env_rules.iter().filter(|r| r.access.contains(&access)) {
            say(&rule.head, names::answer(&rule.names, name));
        }
    }

    fn tool(layer: &Layer, tool: &Tool, say: &mut Say<'_>) {
        for rule in &layer.tool_rules {
            say(&rule.head, tools::answer(rule, tool));
        }
    }

    fn flow(&self, layer: &Layer, flow: &Flow, say: &mut Say<'_>) {
        for rule in layer.flow_rules.iter().filter(|r| r.sink == flow.sink) {
            let answer = match (&rule.source, &flow.source) {
                (FlowFrom::Network, FlowSource::Network) | (FlowFrom::Credentials, FlowSource::Credential(_)) => {
                    Answer::Yes
                }
                (FlowFrom::Files(globs), FlowSource::File(path)) => {
                    paths::Views::of_read(path, self.scene).covered_by(globs, &[], rule.head.decision, self.scene)
                }
                (FlowFrom::Protected, FlowSource::File(path)) => self.protected(path),
                _ => Answer::No,
            };
            say(&rule.head, answer);
        }
    }

    /// Whether a forbidding or prompting read rule covers the path.
    fn protected(&self, path: &PathValue) -> Answer {
        let views = paths::Views::of_read(path, self.scene);
        let mut strictest = Answer::No;
        for layer in &self.policy.layers {
            self.globs(layer, &views, &mut |rule| {
                if rule.access.contains(&Access::Read) && rule.head.decision != Decision::Allow {
                    strictest = strictest.max(views.answer(rule, self.scene));
                }
            });
        }
        strictest
    }
}

fn size(layer: &Layer) -> usize {
    layer.prefix_rules.count()
        + layer.glob_rules.count()
        + layer.network_rules.len()
        + layer.host_rules.len()
        + layer.flow_rules.len()
        + layer.env_rules.len()
        + layer.tool_rules.len()
}

/// The strictest default of the effect's kind that no allow replaces. A key that no trusted layer wrote has a default of the
/// language, which the allow of a trusted layer replaces: what a repository writes only adds to it.
fn default_of(
    policy: &Policy,
    effect: &Effect,
    allowed: &Allowed,
    say: &mut impl FnMut(DefaultStep),
) -> Option<(&'static str, Decision)> {
    default_by(policy, Key::of(&effect.kind)?, allowed, say)
}

/// Whether it touches a path of which nothing is known.
fn names_nothing(effect: &Effect) -> bool {
    let (Kind::Read(path) | Kind::Write(path)) = &effect.kind else { return false };
    effect.certainty == Certainty::Unknown && path.value.alternatives().is_none()
}

fn default_by(
    policy: &Policy,
    key: Key,
    allowed: &Allowed,
    say: &mut impl FnMut(DefaultStep),
) -> Option<(&'static str, Decision)> {
    let mut strictest = None;
    let mut step = |layer: Option<Trust>, decision: Decision, lifted: bool| {
        say(DefaultStep { key: key.name(), layer, decision, lifted });
        strictest = strictest.max((!lifted).then_some(decision));
    };
    let written = || policy.layers.iter().enumerate().filter_map(|(i, l)| Some((i, l.trust, key.written_in(l)?)));
    if written().all(|(_, trust, _)| trust == Trust::Repository) {
        step(None, key.unwritten(), allowed.by.is_some());
    }
    for (index, trust, decision) in written() {
        step(Some(trust), decision, allowed.lifts(index, trust));
    }
    strictest.map(|decision| (key.name(), decision))
}

/// The keys of `default(...)`.
#[derive(Clone, Copy)]
enum Key {
    Commands,
    Reads,
    Writes,
    Network,
    Tools,
    Environment,
    Interactive,
    Unknown,
}

impl Key {
    fn of(kind: &Kind) -> Option<Self> {
        Some(match kind {
            Kind::Run(_) => Self::Commands,
            Kind::Read(_) => Self::Reads,
            Kind::Write(_) => Self::Writes,
            Kind::Connect(_) => Self::Network,
            Kind::Tool(tool) if !tool.modelled => Self::Tools,
            Kind::ReadEnv(_) | Kind::SetEnv(_) => Self::Environment,
            Kind::Interactive(_) => Self::Interactive,
            Kind::Unknown(_) => Self::Unknown,
            // What a flow carries has effects of its own, with their defaults.
            Kind::Tool(_) | Kind::Flow(_) => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Commands => "commands",
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::Network => "network",
            Self::Tools => "tools",
            Self::Environment => "environment",
            Self::Interactive => "interactive",
            Self::Unknown => "unknown",
        }
    }

    const fn written_in(self, layer: &Layer) -> Option<Decision> {
        let d = &layer.defaults;
        match self {
            Self::Commands => d.commands,
            Self::Reads => d.reads,
            Self::Writes => d.writes,
            Self::Network => d.network,
            Self::Tools => d.tools,
            Self::Environment => d.environment,
            Self::Interactive => d.interactive,
            Self::Unknown => d.unknown,
        }
    }

    /// What the policy language gives a key that no layer wrote.
    const fn unwritten(self) -> Decision {
        match self {
            Self::Commands | Self::Reads | Self::Writes | Self::Environment => Decision::Allow,
            Self::Network | Self::Tools | Self::Interactive | Self::Unknown => Decision::Prompt,
        }
    }
}

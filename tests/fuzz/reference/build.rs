//! The same policy and call, as prexec takes them: the policy as text through the loader, the call as effects.

use super::commands::FIXED;
use super::model::{Below, Case, DIRECTORY, Does, Effect, HOME, Layer, Prefix, Rule, Source, Speaks, Text, Tier};
use prexec::decision::Decision;
use prexec::effect::{
    self, Cause, Certainty, CommandId, Connect, Flow, FlowSink, FlowSource, Kind, PathValue, Run, Shape, Span, Tool,
    Value, Word,
};
use prexec::policy::{self, Policy};
use prexec::rules::Loader;
use prexec::world::memory::MemoryWorld;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const TIERS: &str = "tier('near', paths = ['/w/p'])\n";

thread_local! {
    /// Each rule as the loader reads it: most of the time would go into reading the same rules again.
    static READ: RefCell<BTreeMap<String, policy::Layer>> = const { RefCell::new(BTreeMap::new()) };
}

pub(crate) fn policy(case: &Case) -> Policy {
    let mut layers = Vec::new();
    for (index, layer) in case.layers.iter().enumerate() {
        let mut made = policy::Layer::new(layer.trust);
        // Tiers belong to whoever is trusted most; every rule is read with them.
        if index == 0 {
            made.tiers = read("").tiers;
        }
        for rule in &layer.rules {
            add(&mut made, read(&of_rule(rule)));
        }
        made.make_index();
        layers.push(made);
    }
    Policy { layers, digest: String::new() }
}

fn read(rule: &str) -> policy::Layer {
    let load = || {
        let loaded = Loader::new().load_text("case.rules", &format!("{TIERS}{rule}\n"));
        let loaded = loaded.unwrap_or_else(|found| panic!("{rule}: {found}"));
        loaded.policy.layers.into_iter().next().expect("a layer")
    };
    READ.with_borrow_mut(|read| read.entry(rule.to_owned()).or_insert_with(load).clone())
}

/// Adds what was read of one rule.
fn add(to: &mut policy::Layer, from: policy::Layer) {
    to.prefix_rules.extend(from.prefix_rules);
    to.host_executables.extend(from.host_executables);
    to.glob_rules.extend(from.glob_rules);
    to.network_rules.extend(from.network_rules);
    to.host_rules.extend(from.host_rules);
    to.flow_rules.extend(from.flow_rules);
    to.env_rules.extend(from.env_rules);
    to.tool_rules.extend(from.tool_rules);
    let (to, from) = (&mut to.defaults, from.defaults);
    for (to, from) in [
        (&mut to.commands, from.commands),
        (&mut to.reads, from.reads),
        (&mut to.writes, from.writes),
        (&mut to.network, from.network),
        (&mut to.tools, from.tools),
        (&mut to.environment, from.environment),
        (&mut to.interactive, from.interactive),
        (&mut to.unknown, from.unknown),
    ] {
        *to = (*to).max(from);
    }
}

pub(crate) fn text(case: &Case) -> String {
    let layers: Vec<String> = case.layers.iter().map(|l| format!("# {}\n{}", l.trust.as_str(), of_layer(l))).collect();
    layers.concat()
}

fn of_layer(layer: &Layer) -> String {
    let mut text = String::new();
    for rule in &layer.rules {
        let _ = writeln!(text, "{}", of_rule(rule));
    }
    text
}

const fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Allow => "allow",
        Decision::Prompt => "prompt",
        Decision::Deny => "forbidden",
    }
}

/// Rust's way to write a list of plain texts is Starlark's, too.
fn of_rule(rule: &Rule) -> String {
    match rule {
        Rule::Default { key, decision } => format!("default({key} = '{}')", word(*decision)),
        Rule::HostExecutable { name, paths } => format!("host_executable('{name}', {paths:?})"),
        Rule::Decides { speaks, decision, tier } => {
            let decision = word(*decision);
            let tiers = match tier {
                Tier::Any => "",
                Tier::Near => ", tiers = ['near']",
                Tier::None => ", tiers = ['none']",
            };
            match speaks {
                Speaks::Prefix(Prefix { pattern, canonical, anywhere, unless }) => {
                    let canonical = if *canonical { ", canonical_matching = True" } else { "" };
                    let anywhere = if *anywhere { ", options_anywhere = True" } else { "" };
                    let unless = if unless.is_empty() { String::new() } else { format!(", unless = {unless:?}") };
                    format!("prefix_rule({pattern:?}, decision = '{decision}'{canonical}{anywhere}{unless}{tiers})")
                }
                Speaks::Glob { patterns, unless, access } => format!(
                    "glob_rule({patterns:?}, access = {access:?}, decision = '{decision}', unless = {unless:?}{tiers})"
                ),
                Speaks::Network { host, protocol } => {
                    format!("network_rule('{host}', '{protocol}', '{decision}'{tiers})")
                }
                Speaks::Host { host, methods } if methods.is_empty() => {
                    format!("host_rule('{host}', '{decision}'{tiers})")
                }
                Speaks::Host { host, methods } => {
                    format!("host_rule('{host}', '{decision}', methods = {methods:?}{tiers})")
                }
                Speaks::Env { name, access } => format!("env_rule('{name}', '{access}', '{decision}'{tiers})"),
                Speaks::Tool { tool, arguments } => {
                    let of = |(name, regex): &(&str, &str)| format!("'{name}': '{regex}'");
                    let arguments: Vec<String> = arguments.iter().map(of).collect();
                    format!("tool_rule('{tool}', '{decision}', arguments = {{{}}}{tiers})", arguments.join(", "))
                }
                Speaks::Flow { source, sink } => {
                    let source = match source {
                        Source::Files(glob) => glob,
                        Source::Protected => "protected",
                        Source::Network => "network",
                    };
                    format!("flow_rule('{source}', '{sink}', '{decision}'{tiers})")
                }
            }
        }
    }
}

pub(crate) fn world(case: &Case) -> MemoryWorld {
    let mut world = MemoryWorld::new().session(DIRECTORY).home(HOME).repository(DIRECTORY, &[]);
    if !case.search.is_empty() {
        world = world.environment("PATH", case.search.join(":"));
    }
    world = FIXED.iter().fold(world, MemoryWorld::fixed);
    case.files.iter().fold(world, MemoryWorld::file)
}

pub(crate) fn effects(case: &Case) -> Vec<effect::Effect> {
    case.effects.iter().map(of_effect).collect()
}

fn value(text: &Text) -> Value {
    match text {
        Text::Is(text) => Value::from(text.as_str()),
        Text::OneOf(all) => Value::Set(all.iter().map(|one| one.as_bytes().into()).collect()),
        Text::Part(start, end) => Value::Affix { prefix: start.as_bytes().into(), suffix: end.as_bytes().into() },
        Text::Anything => Value::ANY_WORD,
    }
}

fn certainty(text: &Text) -> Certainty {
    match text {
        Text::Is(_) => Certainty::Known,
        Text::OneOf(_) | Text::Part(..) => Certainty::Partial,
        Text::Anything => Certainty::Unknown,
    }
}

fn sink(name: &str) -> FlowSink {
    if name == "network" { FlowSink::Network } else { FlowSink::Interpreter }
}

fn of_effect(from: &Effect) -> effect::Effect {
    let sure = |sure: &bool| if *sure { Certainty::Known } else { Certainty::Partial };
    let (kind, certainty) = match &from.does {
        Does::Run(words) => {
            let all = |words: &[Text]| words.iter().map(|w| Word { value: value(w), span: Span::default() }).collect();
            let shape = super::model::shape(words).map(|shape| Shape {
                words: all(&shape.words),
                options: shape.options.iter().map(|option| option.as_str().into()).collect(),
            });
            let argv: Vec<Word> = all(words);
            let program = match &words[0] {
                Text::Is(path) if path.starts_with('/') => Some(PathValue::file(value(&words[0]))),
                _ => None,
            };
            let run = Run { argv, more: None, canonical: None, shape, program, loads: Vec::new() };
            (Kind::Run(Box::new(run)), certainty(&words[0]))
        }
        Does::Read { path, tree: true } => (Kind::Read(PathValue::standing(value(path), true)), certainty(path)),
        Does::Read { path, tree: false } => (Kind::Read(PathValue::file(value(path))), certainty(path)),
        Does::Write { path, below } => {
            let made = match below {
                Below::Nothing => PathValue::made(value(path), false),
                Below::Standing => PathValue::standing(value(path), true),
                Below::New => PathValue::made(value(path), true),
            };
            (Kind::Write(made), certainty(path))
        }
        Does::Connect { scheme, host, method } => {
            let connect = Connect {
                scheme: scheme.map(String::from),
                host: value(host),
                port: None,
                method: method.map(String::from),
            };
            (Kind::Connect(connect), certainty(host))
        }
        Does::ReadEnv(name) => (Kind::ReadEnv(value(name)), certainty(name)),
        Does::SetEnv(name) => (Kind::SetEnv(value(name)), certainty(name)),
        Does::Tool { name, arguments, modelled } => {
            let arguments = arguments.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
            (Kind::Tool(Tool { name: name.clone(), arguments, modelled: *modelled }), Certainty::Known)
        }
        Does::FlowFile { path, sink: to, sure: known } => {
            let source = FlowSource::File(PathValue::file(value(path)));
            (Kind::Flow(Flow { source, sink: sink(to) }), sure(known))
        }
        Does::FlowNetwork { sink: to, sure: known } => {
            (Kind::Flow(Flow { source: FlowSource::Network, sink: sink(to) }), sure(known))
        }
        Does::Interactive => (Kind::Interactive("bash".into()), Certainty::Known),
        Does::Unknown => (Kind::Unknown(Cause { code: "unparsed", detail: "x".into() }), Certainty::Unknown),
    };
    let command = from.command.map(CommandId);
    effect::Effect { kind, certainty, span: Span::default(), by: None, command }
}

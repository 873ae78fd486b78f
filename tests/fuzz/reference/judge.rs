//! The table of decisions.

use super::model::{Below, Case, Does, Effect, Rule, Source, Speaks, Text, Tier};
use super::samples::{HOSTS, NAMES};
use super::{commands, paths};
use prexec::decision::Decision;
use prexec::policy::Trust;
use regex::Regex;

/// Whether a rule matches: no, perhaps, yes; the least and the most that is right to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) lowest: u8,
    pub(crate) highest: u8,
}

impl Range {
    pub(crate) const NO: Self = Self { lowest: 0, highest: 0 };
    pub(crate) const COULD: Self = Self { lowest: 1, highest: 2 };
    pub(crate) const YES: Self = Self { lowest: 2, highest: 2 };
    pub(crate) const ANY: Self = Self { lowest: 0, highest: 2 };

    /// From what was tried; `complete` where that is all that can be.
    pub(crate) fn of(matches: impl Iterator<Item = bool>, complete: bool) -> Self {
        let matches: Vec<bool> = matches.collect();
        let (some, all) = (matches.contains(&true), !matches.contains(&false));
        match (complete, some, all) {
            (true, true, true) => Self::YES,
            (true, false, _) => Self::NO,
            (true, true, false) => Self { lowest: 1, highest: 1 },
            (false, some, all) => Self { lowest: u8::from(some), highest: if all { 2 } else { 1 } },
        }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self { lowest: self.lowest.min(other.lowest), highest: self.highest.min(other.highest) }
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self { lowest: self.lowest.max(other.lowest), highest: self.highest.max(other.highest) }
    }
}

/// The mildest and the strictest verdict that are right.
pub(crate) fn verdict(case: &Case) -> (Decision, Decision) {
    (one_end(case, false), one_end(case, true))
}

/// The verdict where every doubt of this reference is settled to the strict side, or to the mild one.
fn one_end(case: &Case, strict: bool) -> Decision {
    let mut decision = Decision::Allow;
    // By effect: which layers have a certain allow of it.
    let mut allowed: Vec<Vec<usize>> = Vec::new();
    for effect in &case.effects {
        let mut by = Vec::new();
        for (index, layer) in case.layers.iter().enumerate() {
            for rule in &layer.rules {
                let Rule::Decides { speaks, decision: says, tier } = rule else { continue };
                if *tier == Tier::None {
                    continue; // the call is in a repository
                }
                let range = answer(case, speaks, *says, effect);
                let restricts = *says != Decision::Allow;
                let answer = if restricts == strict { range.highest } else { range.lowest };
                match (says, answer) {
                    (_, 0) | (Decision::Allow, 1) => {}
                    (Decision::Allow, _) => by.push(index),
                    (Decision::Deny, 1) => decision = decision.max(Decision::Prompt),
                    (says, _) => decision = decision.max(*says),
                }
            }
        }
        allowed.push(by);
    }
    for (at, effect) in case.effects.iter().enumerate() {
        let Some(key) = key(&effect.does) else { continue };
        // A certain allow of a command or a tool also answers what that same command does.
        let mut by = allowed[at].clone();
        for (other, its) in case.effects.iter().zip(&allowed) {
            let is_command = matches!(other.does, Does::Run(_) | Does::Tool { .. });
            if is_command && effect.command.is_some() && other.command == effect.command {
                by.extend(its);
            }
        }
        decision = decision.max(default(case, key, &by));
        // Of an unknown word nothing is known, whatever is said of its command.
        if matches!(&effect.does, Does::Read { path: Text::Anything, .. } | Does::Write { path: Text::Anything, .. }) {
            decision = decision.max(default(case, "unknown", &allowed[at]));
        }
    }
    decision
}

/// The strictest default that no allow replaces.
fn default(case: &Case, key: &str, allowed: &[usize]) -> Decision {
    let trust = |index: usize| case.layers[index].trust;
    let by_trusted = allowed.iter().map(|index| trust(*index)).filter(|trust| *trust != Trust::Repository).min();
    let mut strictest = Decision::Allow;
    let mut written = false;
    for (index, layer) in case.layers.iter().enumerate() {
        let defaults = layer.rules.iter().filter_map(|rule| match rule {
            Rule::Default { key: of, decision } if *of == key => Some(*decision),
            _ => None,
        });
        let Some(decision) = defaults.max() else { continue };
        written |= layer.trust != Trust::Repository;
        // One's own, or that of a layer that is trusted less; a repository lifts only what it wrote itself.
        let lifted = by_trusted.is_some_and(|by| by <= layer.trust)
            || (layer.trust == Trust::Repository && allowed.contains(&index));
        if !lifted {
            strictest = strictest.max(decision);
        }
    }
    if !written && by_trusted.is_none() {
        let unwritten = match key {
            "network" | "tools" | "interactive" | "unknown" => Decision::Prompt,
            _ => Decision::Allow,
        };
        strictest = strictest.max(unwritten);
    }
    strictest
}

fn key(does: &Does) -> Option<&'static str> {
    Some(match does {
        Does::Run(_) => "commands",
        Does::Read { .. } => "reads",
        Does::Write { .. } => "writes",
        Does::Connect { .. } => "network",
        Does::ReadEnv(_) | Does::SetEnv(_) => "environment",
        Does::Tool { modelled: false, .. } => "tools",
        Does::Interactive => "interactive",
        Does::Unknown => "unknown",
        Does::Tool { modelled: true, .. } | Does::FlowFile { .. } | Does::FlowNetwork { .. } => return None,
    })
}

fn answer(case: &Case, speaks: &Speaks, decision: Decision, effect: &Effect) -> Range {
    match (speaks, &effect.does) {
        (Speaks::Prefix(prefix), Does::Run(words)) => commands::range(case, prefix, decision, words),
        (Speaks::Glob { patterns, unless, access }, does) => {
            let speaks_of = |kind: &str| access.contains(&kind);
            match does {
                Does::Read { path, tree: false } if speaks_of("read") => paths::range(patterns, unless, path),
                Does::Read { path, tree: true } if speaks_of("read") => {
                    paths::tree(patterns, unless, path, false, decision, case)
                }
                Does::Write { path, below: Below::Nothing } if speaks_of("write") => {
                    paths::range(patterns, unless, path)
                }
                Does::Write { path, below } if speaks_of("write") => {
                    paths::tree(patterns, unless, path, *below == Below::New, decision, case)
                }
                Does::Run(words) if speaks_of("execute") => execute(case, patterns, unless, decision, &words[0]),
                _ => Range::NO,
            }
        }
        (Speaks::Network { host, protocol }, Does::Connect { scheme, host: to, .. }) => {
            let by = match (*scheme, *protocol) {
                (Some(scheme), protocol) if scheme == protocol => Range::YES,
                (Some("http" | "https"), _) | (Some(_), "http" | "https") => Range::NO,
                // Whether it goes through a proxy, nobody says.
                (Some(_), _) => Range { lowest: 0, highest: 1 },
                (None, _) => Range { lowest: 1, highest: 1 },
            };
            by.and(names(to, HOSTS, |name| name == host))
        }
        (Speaks::Host { host, methods }, Does::Connect { scheme, host: to, method }) => {
            let by = match (methods.is_empty(), method) {
                (true, _) => Range::YES,
                (false, Some(method)) if methods.contains(method) => Range::YES,
                (false, None) if matches!(scheme, None | Some("http" | "https")) => Range { lowest: 1, highest: 1 },
                (false, _) => Range::NO,
            };
            by.and(names(to, HOSTS, |name| is_match(host, name)))
        }
        (Speaks::Env { name, access: "read" }, Does::ReadEnv(variable))
        | (Speaks::Env { name, access: "set" }, Does::SetEnv(variable)) => {
            names(variable, NAMES, |variable| is_match(name, variable))
        }
        (Speaks::Tool { tool, arguments }, Does::Tool { name, arguments: given, .. }) => {
            let fits = |(name, regex): &(&str, &str)| {
                given.iter().any(|(n, value)| n == name && Regex::new(regex).expect("a regex").is_match(value))
            };
            if is_match(tool, name) && arguments.iter().all(fits) { Range::YES } else { Range::NO }
        }
        (Speaks::Flow { source, sink }, Does::FlowFile { path, sink: to, sure }) if sink == to => {
            let range = match source {
                Source::Files(glob) => paths::range(&[(*glob).to_owned()], &[], path),
                Source::Protected => protected(case, path),
                Source::Network => Range::NO,
            };
            if *sure { range } else { range.and(Range { lowest: 1, highest: 1 }) }
        }
        (Speaks::Flow { source: Source::Network, sink }, Does::FlowNetwork { sink: to, sure }) if sink == to => {
            if *sure { Range::YES } else { Range { lowest: 1, highest: 1 } }
        }
        _ => Range::NO,
    }
}

/// The path of a program that is run; only one that is called by a path has one.
fn execute(case: &Case, patterns: &[String], unless: &[String], decision: Decision, program: &Text) -> Range {
    let Text::Is(path) = program else { return Range::NO };
    if !path.starts_with('/') {
        return Range::NO;
    }
    let range = paths::range(patterns, unless, program);
    // What the call itself writes is not yet what an allow speaks of.
    let written = case.effects.iter().any(|effect| match &effect.does {
        Does::Write { path: to, below } => {
            let (all, complete) = paths::tried(to);
            let is_below = |top: &String| *below != Below::Nothing && path.starts_with(&format!("{top}/"));
            !complete || all.contains(path) || all.iter().any(is_below)
        }
        _ => false,
    });
    if written && decision == Decision::Allow { Range { lowest: 0, ..range } } else { range }
}

/// Whatever a rule that forbids or asks keeps from being read.
fn protected(case: &Case, path: &Text) -> Range {
    let mut range = Range::NO;
    for rule in case.layers.iter().flat_map(|layer| &layer.rules) {
        if let Rule::Decides { speaks: Speaks::Glob { patterns, unless, access }, decision, tier } = rule
            && *decision != Decision::Allow
            && access.contains(&"read")
        {
            let covers = paths::range(patterns, unless, path);
            // Whether a tier counts here, the language does not say.
            range = range.or(if *tier == Tier::None { Range { lowest: 0, ..covers } } else { covers });
        }
    }
    range
}

fn names(text: &Text, universe: &[&str], matches: impl Fn(&str) -> bool) -> Range {
    match text {
        Text::Is(one) => Range::of([matches(one)].into_iter(), true),
        Text::OneOf(all) => Range::of(all.iter().map(|name| matches(name)), true),
        Text::Part(..) | Text::Anything => {
            Range::of(universe.iter().map(|name| matches(name)).chain([matches("\u{1}")]), false)
        }
    }
}

fn is_match(glob: &str, text: &str) -> bool {
    paths::matches(glob, text)
}

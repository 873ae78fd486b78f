//! What to run instead: the same script, with options that keep a recursive reader from the files that may not be read.
//!
//! A search in a whole repository is stopped where a file in it is protected. Whoever asked for the search hardly wanted that file, so
//! the refusal says how to leave it out. What it says was decided like any other call, and is allowed.

use super::judge_call;
use crate::call::{Call, Json, ToolCall};
use crate::codex::{self, Fault, Instead};
use crate::decision::{Decision, RuleRef};
use crate::effect::{Effect, Kind, PathValue};
use crate::policy::{self, NoTrace, Policy, Scene};
use crate::report::Judged;
use crate::tables::words::{Style, flags, traits};
use crate::tables::{Program, Tables};
use crate::text::visible;
use crate::{path, world::World};
use alloc::{borrow::ToOwned, collections::BTreeMap, collections::BTreeSet, format, string::String, vec::Vec};

/// Most commands of a script that are changed.
const MOST_COMMANDS: usize = 4;
/// Most names that are left out; with more, nobody would type it.
const MOST_NAMES: usize = 8;
/// What would be let through instead: a script that does the same but for what may not be read, and that is allowed, or a smaller
/// directory; none where nothing is known.
pub fn alternative(call: &Result<Call, Fault>, judged: &Judged, policy: &Policy, world: &dyn World) -> Option<Instead> {
    let call = call.as_ref().ok()?;
    let ToolCall::Shell { script } = &call.tool else { return None };
    if judged.verdict.decision() == Decision::Allow || script.len() > codex::MAX_INSTEAD {
        return None;
    }
    let mut changed = (script.clone(), judged.clone());
    for _ in 0..MOST_COMMANDS {
        let (script, judged) = &changed;
        let scripts = match candidates(call, script, judged, policy, world)? {
            Candidates::Scripts(scripts) => scripts,
            Candidates::TooLarge(directory) => return Some(Instead::Smaller(directory)),
        };
        let mut better = None;
        for script in scripts {
            let judged = judge_call(&with_script(call, &script), policy, world, &mut NoTrace);
            if judged.verdict.decision() == Decision::Allow {
                // What is shown otherwise than it is written cannot be run as it is shown.
                let shown = script.len() <= codex::MAX_INSTEAD && visible(&script) == script;
                return shown.then_some(Instead::Script(script));
            }
            if better.is_none() && stopped(&judged) < stopped(&changed.1) {
                better = Some((script, judged));
            }
        }
        changed = better?;
    }
    None
}

/// How many reasons stop it.
fn stopped(judged: &Judged) -> usize {
    judged.verdict.reasons().iter().filter(|reason| reason.decision != Decision::Allow).count()
}

fn with_script(call: &Call, script: &str) -> Call {
    let mut changed = call.clone();
    changed.tool = ToolCall::Shell { script: script.to_owned() };
    if let Json::Object(entries) = &mut changed.arguments {
        let commands = entries.iter_mut().filter(|(name, _)| name == "command");
        commands.for_each(|(_, value)| *value = Json::String(script.to_owned()));
    }
    changed
}

/// What may be tried.
enum Candidates {
    /// Scripts, the first that is allowed counts.
    Scripts(Vec<String>),
    /// Nothing, as what the directory holds cannot be looked at.
    TooLarge(String),
}

/// The script with options for the first command that is stopped by what stands in a tree, in the places where they may stand.
fn candidates(call: &Call, script: &str, judged: &Judged, policy: &Policy, world: &dyn World) -> Option<Candidates> {
    let cwd = path::normalize(call.cwd.as_bytes());
    let (effect, tree, rules) = stopped_tree(judged)?;
    let scene = Scene::new(policy, world, &cwd, &judged.effects);
    let Some(found) = policy::standing(policy, &scene, tree, &rules) else {
        let directory = tree.value.known().map(|path| String::from_utf8_lossy(path).into_owned());
        return directory.map(Candidates::TooLarge);
    };
    let by = effect.by.as_deref()?;
    let program = Tables::built_in().program(by.as_bytes())?;
    let options = options(&program, &found)?;
    let word = judged.effects.iter().find_map(|other| match &other.kind {
        Kind::Run(run) if other.command == effect.command => run.argv.first(),
        _ => None,
    })?;
    // Only a name that is written as such stands where its place says.
    let end = usize::try_from(word.span.end).ok()?;
    if script.get(usize::try_from(word.span.start).ok()?..end)? != by {
        return None;
    }
    // Options come first but where the command's letters must (`tar czf`).
    let after_name = || Some(format!("{} {options}{}", script.get(..end)?, script.get(end..)?));
    let reads =
        judged.effects.iter().filter(|other| other.command == effect.command && matches!(other.kind, Kind::Read(_)));
    let operand = reads.filter_map(|read| usize::try_from(read.span.start).ok()).filter(|at| *at > end).min();
    let before_operand = operand.and_then(|at| Some(format!("{}{options} {}", script.get(..at)?, script.get(at..)?)));
    let letters_first = program.style() == Style::Bundle;
    let scripts = [if letters_first { None } else { after_name() }, before_operand].into_iter().flatten().collect();
    Some(Candidates::Scripts(scripts))
}

/// The first effect that is stopped, where it is the reading of a tree, with the rules that stop it.
fn stopped_tree(judged: &Judged) -> Option<(&Effect, &PathValue, Vec<&str>)> {
    let stops = || judged.verdict.reasons().iter().filter(|reason| reason.decision != Decision::Allow);
    let id = stops().next()?.effect?;
    let effect = judged.effects.get(id.0)?;
    let Kind::Read(tree) = &effect.kind else { return None };
    let rules = stops().filter(|reason| reason.effect == Some(id)).map(|reason| match &reason.rule {
        RuleRef::Rule(place) => Some(place.as_str()),
        _ => None,
    });
    let rules = rules.collect::<Option<Vec<_>>>()?;
    tree.tree.then_some((effect, tree, rules))
}

/// The options of a program that keep it from these names.
fn options(program: &Program<'_>, found: &BTreeMap<Vec<u8>, bool>) -> Option<String> {
    let mut names = BTreeSet::new();
    for (path, directory) in found {
        let name = core::str::from_utf8(path::file_name(path)?).ok()?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if !name.chars().all(plain) {
            return None;
        }
        names.insert((*directory, name));
    }
    if names.is_empty() || names.len() > MOST_NAMES {
        return None;
    }
    let negated = program.has(flags::SKIPS_HIDDEN);
    let written = names.into_iter().map(|(directory, name)| {
        let option = option(program, if directory { traits::NO_DIRECTORY } else { traits::NO_FILE })?;
        Some(match (negated, directory) {
            (true, true) => format!("{option}='!{name}/'"),
            (true, false) => format!("{option}='!{name}'"),
            (false, _) => format!("{option}={name}"),
        })
    });
    Some(written.collect::<Option<Vec<_>>>()?.join(" "))
}

/// The long option with that trait, and no opposite one.
fn option<'t>(program: &Program<'t>, wanted: u32) -> Option<&'t str> {
    let all = (0..program.option_count()).filter_map(|number| program.option_at(number));
    let says = |bits: u32| bits & wanted != 0 && bits & traits::ONLY_FILE == 0;
    let mut long = all.filter(|option| says(option.traits & traits::FILTER) && option.name.starts_with(b"--"));
    core::str::from_utf8(long.next()?.name).ok()
}

#[cfg(test)]
#[cfg(feature = "admin")]
#[path = "alternative_tests.rs"]
mod tests;

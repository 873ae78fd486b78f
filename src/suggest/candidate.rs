//! The narrowest rule for an effect that asks by a default.
//!
//! Words of recorded calls are hostile text that ends up in a policy: only words of plain characters are taken over.

use crate::call::Call;
use crate::decision::{Decision, RuleRef};
use crate::effect::{Connect, Effect, Kind, PathValue, Run, Value, Word};
use crate::report::Judged;
use crate::tables::{
    Tables,
    words::{Runs, VariableRole, flags},
};
use crate::world::{World, toplevel};
use std::{
    format,
    string::{String, ToString},
    vec::Vec,
};

/// Whether a subcommand of that name runs what its words name, or what a container, package or host holds, whichever program it is
/// of (`subcommand:` rows).
fn runs_others(tables: &Tables<'_>, word: &str) -> bool {
    tables.variable(format!("subcommand:{word}").as_bytes()) == Some(VariableRole::Executing)
}

/// A rule that could be proposed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    /// Its call without the closing bracket.
    pub(super) rule: String,
    /// What a person has to know about it.
    pub(super) note: Option<&'static str>,
}

impl Candidate {
    fn new(rule: String, note: Option<&'static str>) -> Self {
        Self { rule, note }
    }

    /// The same rule, asking: it then speaks of all that it could match.
    pub(super) fn asking(&self) -> String {
        match self.rule.split_once(", \"allow\"") {
            Some((before, after)) => format!("{before}, \"prompt\"{after}"),
            None => format!("{}, decision = \"prompt\"", self.rule),
        }
    }
}

/// What would answer everything that a call asks about.
///
/// # Errors
/// Why nothing can.
pub(super) fn all(call: &Call, judged: &Judged, world: &dyn World) -> Result<Vec<Candidate>, String> {
    let mut found = Vec::new();
    for reason in judged.verdict.reasons().iter().filter(|reason| reason.decision != Decision::Allow) {
        let effect = reason.effect.and_then(|id| judged.effects.get(id.0));
        match (&reason.rule, effect) {
            (RuleRef::Default(key), Some(effect)) => found.extend(of_default(key, effect, call, judged, world)?),
            (RuleRef::Rule(place), _) => {
                return Err(format!("a rule asks on purpose, and no other rule lifts it ({place})"));
            }
            (rule, _) => return Err(format!("{rule} is not lifted by rules")),
        }
    }
    Ok(found)
}

fn of_default(
    key: &str,
    effect: &Effect,
    call: &Call,
    judged: &Judged,
    world: &dyn World,
) -> Result<Option<Candidate>, String> {
    let candidate = match &effect.kind {
        Kind::Connect(connect) => host(connect)?,
        Kind::Tool(tool) if tool.name.starts_with("mcp__") && plain(tool.name.as_bytes()) => Candidate::new(
            format!("tool_rule(\"{0}\", \"allow\", match = [{{\"tool\": \"{0}\", \"arguments\": {{}}}}]", tool.name),
            Some("whatever its arguments are; narrow it down by `arguments` where some of them matter"),
        ),
        Kind::Run(run) => program(run, call, world)?,
        Kind::Unknown(cause) => {
            // Only the command whose own doing it is can answer for it.
            let started = judged.effects.iter().find_map(|other| match &other.kind {
                Kind::Run(run) if other.command.is_some() && other.command == effect.command => Some(run),
                _ => None,
            });
            let run = started.ok_or_else(|| format!("it could not be worked out what it does ({})", cause.code))?;
            program(run, call, world)?
        }
        Kind::Read(path) => file(path, "read", call, world)?,
        Kind::Write(path) => file(path, "write", call, world)?,
        _ => return Err(format!("default:{key} is not lifted for one call")),
    };
    Ok(Some(candidate))
}

/// Characters of words that are taken over.
fn plain(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(|b| b.is_ascii_alphanumeric() || b"._+:@/=,-".contains(b))
}

fn plain_word(word: &Word) -> Option<&str> {
    word.value.known().filter(|bytes| plain(bytes)).and_then(|bytes| core::str::from_utf8(bytes).ok())
}

fn host(connect: &Connect) -> Result<Candidate, String> {
    let name = connect.host.known().filter(|name| plain(name) && !name.contains(&b'/'));
    let name = name.and_then(|name| core::str::from_utf8(name).ok()).ok_or("the host is not known")?;
    Ok(match &connect.method {
        Some(method) if plain(method.as_bytes()) => Candidate::new(
            format!("host_rule(\"{name}\", \"allow\", methods = [\"{method}\"], match = [\"{method} {name}\"]"),
            None,
        ),
        _ => Candidate::new(
            format!("host_rule(\"{name}\", \"allow\", match = [\"{name}\"]"),
            Some("the method is not known, so that this allows to send there, too"),
        ),
    })
}

/// A command by its program and subcommand, or the script of the workspace that it runs.
fn program(run: &Run, call: &Call, world: &dyn World) -> Result<Candidate, String> {
    let script = match (&run.program, run.loads.as_slice()) {
        (Some(program), []) => Some(program),
        (None, [script]) => Some(script),
        _ => None,
    };
    if let Some(script) = script {
        return file(script, "execute", call, world);
    }
    let argv = run.canonical.as_ref().unwrap_or(&run.argv);
    let name = argv.first().and_then(plain_word).filter(|name| !name.contains('/'));
    let name = name.ok_or("it is not known which program it starts")?;
    let tables = Tables::built_in();
    let runs_anything = |row: &str| {
        let program = tables.program(row.as_bytes()).or_else(|| tables.program_by_family(row.as_bytes()));
        program.is_some_and(|program| !matches!(program.runs(), Runs::Nothing | Runs::Project))
    };
    let why = || format!("`{name}` can run other programs or code; allow a script by its path");
    if runs_anything(name) {
        return Err(why());
    }
    let known = tables.program(name.as_bytes()).is_some();
    let note = (!known)
        .then_some("prexec knows nothing of this program; find out whether it can run others before you allow it");
    let mut words = std::vec![name];
    let mut row = name.to_string();
    // The program and its subcommand, and that one's where it has some (`go mod tidy`).
    for at in 1.. {
        let word = argv.get(at).and_then(plain_word).filter(|word| !word.starts_with('-'));
        let word =
            word.ok_or_else(|| format!("a rule for all of `{row}` would be broader than what was asked about"))?;
        let has_subcommands = tables.program(row.as_bytes()).is_some_and(|program| program.has(flags::SUBCOMMANDS));
        row = format!("{row} {word}");
        words.push(word);
        // What prexec does not know may take a command in its words.
        if runs_others(&tables, word) || runs_anything(&row) || (!known && tables.program(word.as_bytes()).is_some()) {
            return Err(why());
        }
        match tables.program(row.as_bytes()) {
            None if has_subcommands => return Err(format!("nobody has looked at what `{row}` may run")),
            Some(next) if next.has(flags::SUBCOMMANDS) => {}
            _ => break,
        }
    }
    let pattern = words.join("\", \"");
    Ok(Candidate::new(format!("prefix_rule([\"{pattern}\"], match = [\"{row}\"]"), note))
}

/// One file below the workspace.
fn file(path: &PathValue, access: &str, call: &Call, world: &dyn World) -> Result<Candidate, String> {
    let outside = || "a path outside of the workspace, or one that is not known, gets no rule".to_string();
    if path.tree {
        return Err("all that stands below a directory is more than one call should open".to_string());
    }
    let Value::Known(full) = &path.value else { return Err(outside()) };
    // Rules mean the repositories of the session's directory first of all.
    let session = world.session_dir().unwrap_or(call.cwd.as_bytes());
    let below = full.strip_prefix(toplevel(world, session)).and_then(|rest| rest.strip_prefix(b"/"));
    let below =
        below.filter(|rest| plain(rest)).and_then(|rest| core::str::from_utf8(rest).ok()).ok_or_else(outside)?;
    let note = "the agent may be able to change this file";
    Ok(Candidate::new(
        format!("glob_rule(\"./{below}\", \"{access}\", \"allow\", match = [\"{below}\"]"),
        (access == "execute").then_some(note),
    ))
}

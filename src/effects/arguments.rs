//! Arguments of foreign tools that are commands, scripts or code by their name: analysed as a shell's, which can only tighten.

use super::command::Analysis;
use super::{LimitReached, fold};
use crate::call::Json;
use crate::effect::{Cause, Certainty, CommandId, Effect, Kind, Span};
use crate::path;
use crate::world::World;
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// Names of arguments that hold shell text, or the words of a command. Compared without case, `_` and `-`.
const COMMANDS: [&str; 22] = [
    "command",
    "commands",
    "cmd",
    "cmds",
    "cmdline",
    "commandline",
    "shell",
    "shellcommand",
    "bash",
    "bashcommand",
    "sh",
    "script",
    "scripts",
    "scripttext",
    "exec",
    "execute",
    "run",
    "argv",
    "powershell",
    "terminal",
    "input",
    "stdin",
];
/// Names of arguments that hold text of some language: as shell text only what it certainly names counts.
const CODE: [&str; 8] = ["code", "source", "sourcecode", "program", "snippet", "python", "javascript", "expression"];
/// Names of arguments that say where a command runs.
const DIRECTORIES: [&str; 8] =
    ["cwd", "workdir", "workingdirectory", "workingdir", "directory", "dir", "root", "projectpath"];

/// Most arguments of one call that are analysed so; with more, nothing is known of any.
const MOST: usize = 64;

/// A text, and whether it surely is for a shell.
struct Text {
    text: String,
    is_shell: bool,
}

/// Adds what the arguments would do as shell text. All of it is the tool's own doing, so that an allow of the tool answers its
/// defaults, never a rule that forbids.
pub(super) fn add(arguments: &Json, cwd: &[u8], world: &dyn World, analysis: &mut Analysis<'_>, id: CommandId) {
    let (mut texts, mut directories) = (Vec::new(), Vec::from([cwd.to_owned()]));
    collect(arguments, cwd, &mut texts, &mut directories);
    if texts.len().saturating_mul(directories.len()) > MOST {
        return unknown(analysis, id, "the tool gets more commands than are looked at");
    }
    for text in &texts {
        for directory in &directories {
            let before = analysis.effects.len();
            let result = fold::script(&text.text, directory, world, analysis);
            let mut added = analysis.effects.split_off(before);
            added.retain(|effect| {
                text.is_shell || !matches!(effect.kind, Kind::Unknown(_) | Kind::Run(_) | Kind::Interactive(_))
            });
            for effect in &mut added {
                effect.span = Span::default();
                // An allow of such a command is none of the tool.
                effect.command = if matches!(effect.kind, Kind::Run(_)) { None } else { Some(id) };
            }
            analysis.effects.append(&mut added);
            if let Err(LimitReached { message, .. }) = result {
                unknown(analysis, id, &message);
            }
        }
    }
}

fn unknown(analysis: &mut Analysis<'_>, id: CommandId, why: &str) {
    let kind = Kind::Unknown(Cause { code: "tool-command", detail: why.to_owned() });
    let effect = Effect { kind, certainty: Certainty::Unknown, span: Span::default(), by: None, command: Some(id) };
    analysis.effects.push(effect);
}

/// Looks for such arguments at any depth.
fn collect(value: &Json, cwd: &[u8], texts: &mut Vec<Text>, directories: &mut Vec<Vec<u8>>) {
    match value {
        Json::Object(entries) => {
            for (name, value) in entries {
                let plain: String =
                    name.chars().filter(|c| !matches!(c, '_' | '-')).map(|c| c.to_ascii_lowercase()).collect();
                let is = |names: &[&str]| names.contains(&plain.as_str());
                if is(&COMMANDS) || is(&CODE) {
                    commands(value, entries, is(&COMMANDS), texts);
                }
                if let (true, Some(text)) = (is(&DIRECTORIES), value.as_str()) {
                    directories.push(path::normalize(&path::join(cwd, text.as_bytes())));
                }
                collect(value, cwd, texts, directories);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| collect(item, cwd, texts, directories)),
        Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// The text of an argument, or the words that a list of texts makes; with `args` beside it, these are more words.
fn commands(value: &Json, beside: &[(String, Json)], is_shell: bool, texts: &mut Vec<Text>) {
    let mut push = |text: String| texts.push(Text { text, is_shell });
    match value {
        Json::String(text) => {
            let rest = beside.iter().find(|(name, _)| matches!(name.as_str(), "args" | "arguments"));
            if let Some((_, Json::Array(words))) = rest {
                let words: Option<Vec<&str>> = words.iter().map(Json::as_str).collect();
                if let Some(words) = words {
                    push(core::iter::once(text.as_str()).chain(words).map(quoted).collect::<Vec<_>>().join(" "));
                }
            }
            push(text.clone());
        }
        Json::Array(items) => {
            let words: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
            if let Some(words) = words {
                push(words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "));
                // Or a list of commands.
                words.iter().filter(|word| word.contains(' ')).for_each(|word| push((*word).to_owned()));
            }
        }
        _ => {}
    }
}

/// One word of shell text.
fn quoted(word: &str) -> String {
    let plain = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./=:,@+".contains(&b));
    if plain { word.to_owned() } else { alloc::format!("'{}'", word.replace('\'', "'\\''")) }
}

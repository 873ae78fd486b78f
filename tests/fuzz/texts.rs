//! Words and patches that are written in a known way are understood in that way.

use prexec::call::Call;
use prexec::codex;
use prexec::effect::{Effect, Kind, Value};
use prexec::effects;
use prexec::world::memory::MemoryWorld;
use serde_json::{Value as Json, json};
use std::fmt::Write as _;

const DIRECTORY: &str = "/home/u/w";
/// A program that no table knows.
const PROGRAM: &str = "program-of-mine";

fn effects_of(tool: &str, input: &Json) -> Option<Vec<Effect>> {
    let payload = json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "model": "m",
        "cwd": DIRECTORY, "permission_mode": "default", "tool_name": tool, "tool_input": input, "tool_use_id": "u",
    });
    let call: Call = codex::read(payload.to_string().as_bytes()).ok()?;
    let world = MemoryWorld::new().session(DIRECTORY).home("/home/u");
    effects::of(&call, DIRECTORY.as_bytes(), &world).ok()
}

/// However a list of words is quoted, the command has exactly these words.
pub(crate) fn tokens(input: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(input);
    let words: Vec<String> = text.lines().take(8).map(|line| line.replace('\u{1}', "\n").replace('\0', "")).collect();
    for style in [Quoting::Single, Quoting::Double, Quoting::Backslash, Quoting::Library] {
        let mut script = String::from(PROGRAM);
        for word in &words {
            let Some(quoted) = style.quote(word) else { return Ok(()) };
            let _ = write!(script, " {quoted}");
        }
        let Some(effects) = effects_of("Bash", &json!({ "command": script })) else { continue };
        let expected = || std::iter::once(PROGRAM).chain(words.iter().map(String::as_str));
        let mut found = false;
        for effect in &effects {
            let Kind::Run(run) = &effect.kind else { continue };
            found |= run.argv.len() == words.len() + 1
                && run.argv.iter().zip(expected()).all(|(word, text)| word.value == Value::from(text));
        }
        if !found {
            return Err(format!("{script:?} is not understood as {words:?}: {effects:?}"));
        }
    }
    Ok(())
}

enum Quoting {
    Single,
    Double,
    Backslash,
    Library,
}

impl Quoting {
    fn quote(&self, word: &str) -> Option<String> {
        Some(match self {
            Self::Single => format!("'{}'", word.replace('\'', r"'\''")),
            Self::Double => {
                let escape = |c: char| if "$`\"\\".contains(c) { format!("\\{c}") } else { c.to_string() };
                format!("\"{}\"", word.chars().map(escape).collect::<String>())
            }
            Self::Backslash if word.is_empty() => "''".into(),
            // A backslash before a newline takes it away.
            Self::Backslash => {
                word.chars().map(|c| if c == '\n' { "'\n'".to_owned() } else { format!("\\{c}") }).collect()
            }
            Self::Library => shlex::try_quote(word).ok()?.into_owned(),
        })
    }
}

/// Every file that a header of a patch names is written, or the patch is not understood and says so.
pub(crate) fn patch(input: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(input).replace('\0', "");
    let Some(effects) = effects_of("apply_patch", &json!({ "command": text })) else { return Ok(()) };
    if effects.iter().any(|effect| matches!(effect.kind, Kind::Unknown(_))) {
        return Ok(());
    }
    for line in text.lines() {
        let headers = ["*** Add File: ", "*** Update File: ", "*** Delete File: ", "*** Move to: "];
        let Some(path) = headers.iter().find_map(|header| line.strip_prefix(header)) else { continue };
        let wanted = absolute(path.trim());
        let written = effects.iter().any(|effect| match &effect.kind {
            Kind::Write(to) => to.value.alternatives().is_none_or(|all| all.iter().any(|p| **p == *wanted.as_bytes())),
            _ => false,
        });
        if !written {
            return Err(format!("nothing says that `{wanted}` is written: {effects:?}"));
        }
    }
    Ok(())
}

/// The path as a patch means it, without links.
fn absolute(path: &str) -> String {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{DIRECTORY}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

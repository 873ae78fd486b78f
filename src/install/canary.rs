//! A call that must be denied, put to a registered command line as Codex does it: `/bin/bash -c`, the call on standard input.

use super::command::{FALLBACK_SAYS, TIMEOUT};
use super::registered::Event;
use serde_json::{Value, json};
use std::io::{Read, Seek, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Commands that every shipped posture denies. They are never run: only the hook is asked about them.
pub const FORBIDDEN: &[&str] = &["cat ~/.ssh/id_ed25519", "cat .env", "rm -rf ~"];

/// A command that nobody needs to stop.
pub const HARMLESS: &str = "pwd";

/// What a command line answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The call is blocked, with these words of prexec.
    Denied(String),
    /// The call runs, or a person is asked as without a hook.
    Silent,
    /// The call runs in another form.
    Rewritten,
    /// Something that is no answer of prexec: what, and whether the call is blocked all the same.
    Broken {
        /// What came instead.
        what: String,
        /// Whether Codex does not run the call.
        blocks: bool,
    },
}

/// Who asks, and from where.
#[derive(Clone, Debug, Default)]
pub struct Launch<'l> {
    /// The session's directory.
    pub directory: Option<&'l Path>,
    /// More variables than this process has.
    pub environment: Vec<(String, String)>,
    /// The account and its group, where it is another one.
    pub account: Option<(u32, u32)>,
}

/// The session, turn and model of these calls: agents give their sessions other names, so that records of these can be told apart.
pub const SESSION: &str = "canary";

/// The JSON about a shell command that Codex sends.
pub fn call(event: Event, command: &str, directory: &Path) -> String {
    let mut call = json!({
        "session_id": SESSION, "turn_id": SESSION, "transcript_path": null, "cwd": directory,
        "hook_event_name": event.name(), "model": SESSION, "permission_mode": "default",
        "tool_name": "Bash", "tool_input": {"command": command},
    });
    if let (Event::PreToolUse, Some(call)) = (event, call.as_object_mut()) {
        call.insert("tool_use_id".into(), SESSION.into());
    }
    call.to_string()
}

/// Asks a command line.
///
/// # Errors
/// Where no shell can be started.
pub fn ask(line: &str, event: Event, call: &str, launch: &Launch<'_>) -> Result<Answer, String> {
    let failed = |e: std::io::Error| format!("`/bin/bash` cannot be started with the registered command: {e}");
    let file = || tempfile::tempfile().map_err(failed);
    let (mut input, mut out, mut err) = (file()?, file()?, file()?);
    input.write_all(call.as_bytes()).and_then(|()| input.rewind()).map_err(failed)?;
    let mut shell = Command::new("/bin/bash");
    shell.args(["-c", line]).process_group(0).stdin(input);
    shell.stdout(Stdio::from(out.try_clone().map_err(failed)?)).stderr(Stdio::from(err.try_clone().map_err(failed)?));
    shell.envs(launch.environment.iter().map(|(name, value)| (name, value)));
    if let Some(directory) = launch.directory {
        shell.current_dir(directory);
    }
    if let Some((account, group)) = launch.account {
        shell.uid(account).gid(group);
    }
    let mut child = shell.spawn().map_err(failed)?;
    let end = Instant::now() + Duration::from_secs(TIMEOUT);
    let status = loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            break status;
        }
        if Instant::now() >= end {
            // Both fail only where it has ended meanwhile.
            let _ = child.kill();
            let _ = child.wait();
            let what = format!("no answer within {TIMEOUT} seconds, after which Codex runs the call");
            return Ok(Answer::Broken { what, blocks: false });
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    Ok(answer(event, status.code(), &text(&mut out), &text(&mut err)))
}

fn text(file: &mut (impl Read + Seek)) -> String {
    let mut bytes = Vec::new();
    // What cannot be read back counts as nothing, which is no denial.
    let _ = file.rewind().and_then(|()| file.take(1 << 16).read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).trim().to_owned()
}

fn answer(event: Event, status: Option<i32>, out: &str, err: &str) -> Answer {
    match (status, out, err) {
        (Some(2), _, err) if err.contains(FALLBACK_SAYS) => {
            let what = format!("only the fallback blocks, because the executable fails: {err}");
            Answer::Broken { what, blocks: true }
        }
        (Some(2), _, err) if !err.is_empty() => Answer::Denied(err.to_owned()),
        (Some(0), "", "") => Answer::Silent,
        (Some(0), out, _) => {
            let said: Value = serde_json::from_str(out).unwrap_or_default();
            let said = said.get("hookSpecificOutput").cloned().unwrap_or_default();
            let denies = match event {
                Event::PreToolUse => said.get("permissionDecision").and_then(Value::as_str) == Some("deny"),
                Event::PermissionRequest => {
                    said.get("decision").and_then(|d| d.get("behavior")).and_then(Value::as_str) == Some("deny")
                }
                Event::PostToolUse | Event::SessionStart | Event::SessionEnd => false,
            };
            if denies {
                Answer::Denied(out.to_owned())
            } else if said.get("updatedInput").is_some() {
                Answer::Rewritten
            } else {
                Answer::Broken { what: format!("exit status 0 with other words: {out}{err}"), blocks: false }
            }
        }
        (status, _, err) => {
            let status = status.map_or("a signal".into(), |status| format!("exit status {status}"));
            Answer::Broken { what: format!("{status}, after which Codex runs the call: {err}"), blocks: false }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str) -> Answer {
        let call = call(Event::PreToolUse, "cat .env", Path::new("/"));
        ask(line, Event::PreToolUse, &call, &Launch::default()).unwrap()
    }

    #[test]
    fn only_words_of_its_own_are_a_denial() {
        assert!(matches!(asked("echo no >&2; exit 2"), Answer::Denied(why) if why == "no"));
        assert_eq!(asked("cat >/dev/null"), Answer::Silent);
        let broken = |line: &str| match asked(line) {
            Answer::Broken { blocks, .. } => Some(blocks),
            _ => None,
        };
        assert_eq!(broken("exit 2"), Some(false));
        assert_eq!(broken("kill -9 $$"), Some(false));
        assert_eq!(broken("echo x"), Some(false));
        assert_eq!(broken("exit 1"), Some(false));
        assert_eq!(broken(&format!("echo '{FALLBACK_SAYS}' >&2; exit 2")), Some(true));
    }
}

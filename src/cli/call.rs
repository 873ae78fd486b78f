//! What `check` and `explain` have in common: their options, and how a call is made of a command.

use super::values::directory;
use super::{human::Color, policy};
use crate::decision::Decision;
use crate::world::HostWorld;
use clap::Args;
use serde_json::{Value as Json, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct CallOptions {
    /// Policy file, directory of `*.rules`, or compiled policy; may be repeated [default: the installed layers]
    #[arg(long, value_name = "P")]
    pub(super) policy: Vec<PathBuf>,
    /// A `requirements.toml` of Codex whose rules count as well [default: /etc/codex/requirements.toml, where no policy is named]
    #[arg(long, value_name = "FILE")]
    requirements: Option<PathBuf>,
    /// The directory that the call would work in [default: the current one]
    #[arg(long, value_name = "DIR")]
    cwd: Option<PathBuf>,
    /// The account's home directory, instead of the one in the account database
    #[arg(long, value_name = "DIR", value_parser = directory())]
    home: Option<PathBuf>,
    /// The tool that would be called: COMMAND is then a patch for `apply_patch`, a path for `view_image`, JSON arguments for others
    #[arg(long, value_name = "NAME", default_value = "Bash")]
    tool: String,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    /// When to colour the output; `NO_COLOR` counts for `auto`
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(super) color: Color,
}

impl CallOptions {
    /// The policy that decides. What is wrong with it is said on standard error.
    pub(super) fn load_policy(&self) -> Result<policy::Ready, ()> {
        let (requirements, home) = (self.requirements.as_deref(), self.home.as_deref());
        policy::load_bounded(&policy::Request { named: &self.policy, requirements, home, ..policy::Request::default() })
            .inspect(|ready| {
                // What Codex itself does not protect is said whenever it is looked at.
                let told = |file: &str| file.ends_with("requirements.toml") || self.names(file);
                ready
                    .warnings
                    .iter()
                    .filter(|w| told(&w.file))
                    .for_each(|w| super::human::diagnostics(&w.clone().into(), self.color));
            })
            .map_err(|diagnostics| super::human::diagnostics(&diagnostics, self.color))
    }

    fn names(&self, file: &str) -> bool {
        self.requirements.as_deref().is_some_and(|requirements| requirements.as_os_str() == file)
    }

    pub(super) fn world(&self) -> HostWorld {
        HostWorld::new(self.home.as_deref())
    }

    /// The wire form of a call of `command`: what is decided goes the same way as a call of Codex, so that nothing can be decided
    /// differently.
    pub(super) fn input(&self, command: &str) -> Result<Vec<u8>, String> {
        input(self.cwd.as_deref(), &self.tool, &self.tool_input(command)?)
    }

    /// The wire form of a shell call in the directory of this process.
    pub(super) fn shell_input(command: &str) -> Result<Vec<u8>, String> {
        input(None, "Bash", &json!({ "command": command }))
    }

    /// The same in another directory, where one is named.
    pub(super) fn shell_input_in(cwd: Option<&Path>, command: &str) -> Result<Vec<u8>, String> {
        input(cwd, "Bash", &json!({ "command": command }))
    }

    fn tool_input(&self, command: &str) -> Result<Json, String> {
        match self.tool.as_str() {
            "Bash" | "apply_patch" => Ok(json!({ "command": command })),
            "view_image" => Ok(json!({ "path": command })),
            tool => serde_json::from_str(command).map_err(|e| {
                format!("the arguments of the tool `{tool}` are no JSON: {e}; write them as `{{\"key\": \"value\"}}`")
            }),
        }
    }
}

fn input(cwd: Option<&Path>, tool: &str, tool_input: &Json) -> Result<Vec<u8>, String> {
    let cwd = std::path::absolute(cwd.unwrap_or(Path::new("."))).map_err(|e| e.to_string())?;
    let cwd = cwd.to_str().ok_or_else(|| format!("the directory `{}` is not UTF-8", cwd.display()))?;
    let input = json!({
        "hook_event_name": "PreToolUse", "session_id": "check", "turn_id": "check", "transcript_path": null, "cwd": cwd,
        "model": "", "permission_mode": "default", "tool_name": tool, "tool_input": tool_input, "tool_use_id": "check",
    });
    Ok(input.to_string().into_bytes())
}

/// The exit status that says what was decided.
pub(super) fn status(decision: Decision) -> ExitCode {
    ExitCode::from(match decision {
        Decision::Allow => 0,
        Decision::Prompt => 3,
        Decision::Deny => 2,
    })
}

/// One line on standard output.
pub(super) fn write_line(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|e| unwritten(&e))
}

/// Why an answer did not get out.
pub(super) fn unwritten(error: &std::io::Error) -> String {
    format!("standard output cannot be written: {error}")
}

/// The exit status of a verb; an error of ours is said on standard error.
pub(super) fn finish(result: Result<ExitCode, String>) -> ExitCode {
    result.unwrap_or_else(|why| {
        // Nothing is left to do where nobody reads standard error.
        let _ = writeln!(std::io::stderr(), "prexec: {}", crate::text::visible(&why));
        ExitCode::from(super::INTERNAL_ERROR)
    })
}

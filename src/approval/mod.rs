//! The gate: how a `prompt` before a call becomes a question that Codex asks a person.
//!
//! Codex gives its hooks no way to ask. But a hook may rewrite a shell command, and a managed rule of Codex makes it ask about every
//! command that begins with certain words. So a script that must be approved is rewritten into
//!
//! ```text
//! /absolute/prexec run 'why' -- 'the script'
//! ```
//!
//! and `prexec run` runs the script once the person has said yes. Without the managed rule the rewritten command would run unasked,
//! so whoever rewrites must know that the rule is in force; this room only writes and reads the command.

mod stdin;
mod words;

pub use stdin::close_stdin;
pub use words::{is_plain, quote, words};

use crate::call::{Call, Event, ToolCall};
use crate::text::is_hidden;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

/// The name that the gate's executable must have: what is known of the program stands under it.
pub const NAME: &str = "prexec";
/// The verb of the gate.
pub const VERB: &str = "run";
/// The most bytes of a script that a person is asked about.
pub const MAX_SCRIPT: usize = 2048;
/// The most lines of such a script: what is cut off on a small screen is easily passed over.
pub const MAX_LINES: usize = 24;
/// The most bytes of the reason in the command.
pub const MAX_REASON: usize = 400;
/// How many gates around a script are taken off; nobody writes more by mistake.
const MOST_GATES: usize = 16;

/// The gate as it is called here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    executable: String,
    /// Options that name the policies which decide again.
    options: Vec<String>,
}

/// Why a person is not asked about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Only shell scripts can be rewritten.
    NotAScript,
    /// The script is too long to be read.
    TooLong,
    /// The script has characters that do not show, or that change how others show.
    Hidden,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAScript => f.write_str("a person can be asked about shell commands only"),
            Self::TooLong => write!(
                f,
                "a person is only asked about what can be read at a glance, which is at most {MAX_SCRIPT} bytes and {MAX_LINES} \
                 lines: split it, or put data into files by a patch"
            ),
            Self::Hidden => f.write_str(
                "a person is not asked about a text with control characters or characters that do not show: write it without them",
            ),
        }
    }
}

/// A command in the place of a script: one that makes Codex ask, or the script with its standard input closed. It can only be made of
/// a shell call that comes before the tool runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewritten(String);

impl Rewritten {
    /// The text that runs in place of the script.
    pub fn command(&self) -> &str {
        &self.0
    }
}

/// What becomes of a prompt before a call, beside a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nobody is asked.
    No,
    /// Codex asks about the command in place of the script. Only where its managed rule for that command is known to be in force:
    /// without it the command runs unasked.
    Gate(Rewritten),
    /// Nobody is asked: the call is allowed, and runs with its standard input closed.
    Closed(Rewritten),
    /// A person would be asked, but cannot be: why, as the end of a sentence.
    Impossible(String),
}

/// Whether somebody could be asked about a call: a shell script, before it runs, where a person sits.
pub fn is_askable(call: &Call) -> bool {
    matches!(call.tool, ToolCall::Shell { .. }) && call.event == Event::PreToolUse && call.permission_mode.can_ask()
}

impl Gate {
    /// The gate with this executable; `None` where its path cannot stand in a command as it is, or is not the gate's.
    pub fn new(executable: &str) -> Option<Self> {
        let (_, name) = executable.rsplit_once('/')?;
        let fits = executable.starts_with('/') && name == NAME && is_plain(executable);
        fits.then(|| Self { executable: executable.into(), options: Vec::new() })
    }

    /// With one more option and its value.
    #[must_use]
    pub fn with_option(mut self, name: &str, value: &str) -> Self {
        self.options.extend([name.to_string(), value.to_string()]);
        self
    }

    /// The path of the executable.
    pub fn executable(&self) -> &str {
        &self.executable
    }

    /// The call's script behind the gate, with `reason` in front of it. Gates that the model has written around it are taken off.
    ///
    /// # Errors
    /// Nobody could read what he is asked about.
    pub fn rewrite(&self, call: &Call, reason: &str) -> Result<Rewritten, Unfit> {
        let (ToolCall::Shell { script }, Event::PreToolUse) = (&call.tool, call.event) else {
            return Err(Unfit::NotAScript);
        };
        let inner = self.inner(script);
        let script = inner.as_deref().unwrap_or(script);
        if script.len() > MAX_SCRIPT || script.lines().count() > MAX_LINES {
            return Err(Unfit::TooLong);
        }
        if script.chars().any(|c| c != '\n' && is_hidden(c)) {
            return Err(Unfit::Hidden);
        }
        Ok(Rewritten(self.command(reason, script)))
    }

    /// The gate's command for a script, whoever reads it.
    pub fn command(&self, reason: &str, script: &str) -> String {
        let mut command = format!("{} {VERB}", self.executable);
        for option in &self.options {
            command.push(' ');
            if is_plain(option) {
                command.push_str(option);
            } else {
                command.push_str(&quote(option));
            }
        }
        let reason = crate::text::visible_up_to(reason, MAX_REASON);
        format!("{command} {} -- {}", quote(&reason), quote(script))
    }

    /// The script inside, where a script is nothing but one call of this gate, or several around one another. What is spelt in any
    /// other way stays what it is: a script that calls the gate.
    pub fn inner(&self, script: &str) -> Option<String> {
        let mut found = None;
        for _ in 0..MOST_GATES {
            match self.unwrapped(found.as_deref().unwrap_or(script)) {
                Some(inner) => found = Some(inner),
                None => break,
            }
        }
        found
    }

    fn unwrapped(&self, script: &str) -> Option<String> {
        let words = words(script)?;
        let (program, rest) = words.split_first()?;
        if program != NAME && *program != self.executable {
            return None;
        }
        let (verb, mut rest) = rest.split_first()?;
        while let [option, _, more @ ..] = rest
            && option.starts_with("--")
            && option != "--"
        {
            rest = more;
        }
        match rest {
            [_, dashes, script] if verb == VERB && dashes == "--" => Some(script.clone()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codex;
    use proptest::prelude::*;

    const GATE: &str = "/opt/prexec/prexec";

    fn gate() -> Gate {
        Gate::new(GATE).unwrap()
    }

    fn call(event: &str, tool: &str, command: &str) -> Call {
        let input = serde_json::json!({
            "hook_event_name": event, "session_id": "s", "cwd": "/w", "permission_mode": "default", "tool_name": tool,
            "tool_input": {"command": command},
        });
        codex::read(input.to_string().as_bytes()).unwrap()
    }

    fn rewritten(script: &str, reason: &str) -> Result<String, Unfit> {
        gate().rewrite(&call("PreToolUse", "Bash", script), reason).map(|r| r.command().into())
    }

    #[test]
    fn a_script_becomes_one_word() {
        let command = rewritten("git push; echo 'x'", "it's policy").unwrap();
        assert_eq!(command, r#"/opt/prexec/prexec run 'it'"'"'s policy' -- 'git push; echo '"'"'x'"'"''"#);
        let named = gate().with_option("--policy", "/p q/x.rules").with_option("--home", "/h");
        let command = named.rewrite(&call("PreToolUse", "Bash", "x"), "r").unwrap();
        assert_eq!(command.command(), "/opt/prexec/prexec run --policy '/p q/x.rules' --home /h 'r' -- 'x'");
        assert_eq!(named.inner(command.command()).as_deref(), Some("x"));
    }

    #[test]
    fn a_gate_of_the_model_gives_way_to_ours() {
        for script in [
            "prexec run 'all is well' -- 'git push'",
            "/opt/prexec/prexec run \"all is well\" -- 'git push'",
            "prexec run a -- 'prexec run b -- '\"'\"'git push'\"'\"''",
            "prexec run --policy /tmp/open.rules a -- 'git push' ",
        ] {
            assert_eq!(rewritten(script, "ours").unwrap(), "/opt/prexec/prexec run 'ours' -- 'git push'", "{script}");
        }
        for other in [
            "/tmp/prexec run a -- 'git push'",
            "env prexec run a -- 'git push'",
            "prexec run a -- 'git push' x",
            "prexec run a 'git push'",
            "prexec run a -- 'git push' ; x",
            "prexec run a -- \"$x\"",
            "prexec check a -- 'git push'",
            "git push",
        ] {
            assert_eq!(gate().inner(other), None, "{other}");
        }
    }

    #[test]
    fn what_nobody_can_read_is_not_asked_about() {
        for (script, why) in [
            ("x".repeat(MAX_SCRIPT + 1), Unfit::TooLong),
            ("\n".repeat(MAX_LINES + 1), Unfit::TooLong),
            ("a\u{202e}b".into(), Unfit::Hidden),
            ("a\rb".into(), Unfit::Hidden),
            ("a\tb".into(), Unfit::Hidden),
            ("a\u{1b}[2Kb".into(), Unfit::Hidden),
            ("a\u{200b}b".into(), Unfit::Hidden),
            ("a\u{a0}b".into(), Unfit::Hidden),
            (format!("prexec run x -- '{}'", "\u{2066}"), Unfit::Hidden),
        ] {
            assert_eq!(rewritten(&script, "r"), Err(why), "{script:?}");
        }
        assert!(rewritten(&"x".repeat(MAX_SCRIPT), "r").is_ok());
        assert!(rewritten("a\nb \u{e4} \u{6f22}", "r").is_ok());
        let hostile = rewritten("a", "b\u{202e}\n\u{1b}").unwrap();
        assert_eq!(hostile, r"/opt/prexec/prexec run 'b\u{202e}\u{a}\u{1b}' -- 'a'");
    }

    #[test]
    fn only_a_script_before_it_runs_is_rewritten() {
        let patch = "*** Begin Patch\n*** Add File: a\n+x\n*** End Patch";
        for other in [call("PermissionRequest", "Bash", "x"), call("PreToolUse", "apply_patch", patch)] {
            assert_eq!(gate().rewrite(&other, "r"), Err(Unfit::NotAScript));
        }
    }

    #[test]
    fn a_gate_has_a_plain_absolute_path() {
        for bad in ["prexec", "./prexec", "/opt/a b/prexec", "/opt/it's/prexec", "/opt/$x/prexec", "/opt/other", ""] {
            assert_eq!(Gate::new(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_script_comes_out_as_it_went_in(script in "[ -~\u{e4}\n]{1,200}", reason in "(?s).{0,80}") {
            let command = rewritten(&script, &reason);
            if script.lines().count() <= MAX_LINES && gate().inner(&script).is_none() {
                let command = command.unwrap();
                prop_assert_eq!(gate().inner(&command), Some(script));
                prop_assert!(words(&command).unwrap().len() == 5);
            }
        }
    }
}

//! Starts the executable in a directory and an environment of its own.

use serde_json::{Value, json};
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Nothing to find out about, little to load.
pub(crate) const POLICY: &str = r#"
prefix_rule(pattern = ["true"], decision = "allow")
prefix_rule(pattern = ["git", "push"], decision = "prompt", justification = "ask first")
deny_read("**/.env", justification = "secrets stay unread")
"#;

/// Commands that the policy answers in each of the three ways, and the exit status of `check` for them.
pub(crate) const THREE: [(&str, &str, i32); 3] =
    [("true", "allow", 0), ("git push", "prompt", 3), ("cat .env", "deny", 2)];

/// A directory with `policy.rules` in it, where calls take place.
pub(crate) struct Place(TempDir);

/// What came of a process.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("a directory"));
        place.write("policy.rules", POLICY);
        place
    }

    /// One below the account's home directory: nobody else may write the directories above it, as above `/tmp`.
    pub(crate) fn below_home() -> Self {
        let home = std::env::home_dir().expect("the account has a home directory");
        let place = Self(tempfile::Builder::new().prefix(".prexec-test").tempdir_in(home).expect("a directory"));
        place.write("policy.rules", POLICY);
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).expect("write a file");
        path
    }

    /// The executable with `arguments`, in this directory, with nothing in its environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_prexec"));
        command.args(arguments).current_dir(self.path()).env_clear();
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, arguments: &[&str], stdin: &[u8]) -> Ended {
        end(&mut self.command(arguments), stdin)
    }

    /// A verb with the policy of this place and then `rest`.
    pub(crate) fn with_policy(&self, verb: &str, rest: &[&str], stdin: &[u8]) -> Ended {
        self.run(&[&[verb, "--policy", "policy.rules"], rest].concat(), stdin)
    }

    /// The JSON that Codex would send about a tool call here.
    pub(crate) fn call(&self, event: &str, tool: &str, input: &Value) -> Value {
        json!({
            "hook_event_name": event, "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": self.path(),
            "model": "m", "permission_mode": "default", "tool_name": tool, "tool_input": input, "tool_use_id": "u",
        })
    }

    /// The same about a shell command before it runs.
    pub(crate) fn shell(&self, command: &str) -> Vec<u8> {
        self.call("PreToolUse", "Bash", &json!({ "command": command })).to_string().into_bytes()
    }
}

/// Runs a command to its end, with `stdin` on its standard input; it need not read it.
pub(crate) fn end(command: &mut Command, stdin: &[u8]) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("start prexec");
    let mut pipe = child.stdin.take().expect("a pipe");
    let output = std::thread::scope(|scope| {
        scope.spawn(move || pipe.write_all(stdin));
        child.wait_with_output().expect("wait")
    });
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ended {
        status: output.status.code(),
        signal: output.status.signal(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

impl Ended {
    /// A hook's deny: status 2, nothing on standard output, one line of visible text with a bounded length on standard error.
    #[track_caller]
    pub(crate) fn assert_blocks(&self, what: &str) {
        let shown: String = self.stderr.chars().take(300).collect();
        assert_eq!((self.status, self.signal), (Some(2), None), "{what}: {shown}");
        assert_eq!(self.stdout, "", "{what}");
        let line = self.stderr.strip_suffix('\n').unwrap_or(&self.stderr);
        assert!(!line.trim().is_empty(), "{what}: nothing on standard error");
        assert!(self.stderr.len() <= 4096, "{what}: {} bytes", self.stderr.len());
        assert!(!line.chars().any(prexec::text::is_hidden), "{what}: {line:?}");
    }

    #[track_caller]
    pub(crate) fn assert_silent(&self, what: &str) {
        assert_eq!((self.status, self.stdout.as_str(), self.stderr.as_str()), (Some(0), "", ""), "{what}");
    }
}

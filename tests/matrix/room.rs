//! A directory of its own, with a policy and the executables, below which nobody else may write.

use crate::hook::Hook;
use prexec::compiled::{self, Choice, Origin, Role};
use prexec::rules::Loader;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// One call that it allows, and one that it denies.
pub(crate) const POLICY: &str =
    "prefix_rule([\"true\"])\ndeny_read(\"**/.env\", justification = \"secrets stay unread\")\n";
pub(crate) const GOOD: &str = "true";
pub(crate) const BAD: &str = "cat .env";

/// In the names of all rooms, before what is random.
pub(crate) const PREFIX: &str = "prexec-matrix";

pub(crate) struct Room {
    directory: TempDir,
    hook: Hook,
    pub(crate) program: PathBuf,
}

impl Room {
    /// Below the account's home: nobody else may write the directories above, as above `/tmp`.
    pub(crate) fn new(hook: Hook) -> Self {
        let home = std::env::home_dir().expect("the account has a home directory");
        Self::at(tempfile::Builder::new().prefix(&format!(".{PREFIX}")).tempdir_in(home).expect("a directory"), hook)
    }

    pub(crate) fn at(directory: TempDir, hook: Hook) -> Self {
        let room = Self { directory, hook, program: hook.program() };
        match hook {
            Hook::Whole => room.write("policy.rules", POLICY),
            Hook::Alone => room.write("policy.bin", compiled(POLICY)),
        };
        room
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// As text; for the executable without a C library compiled, so that it decides by itself.
    pub(crate) fn policy(&self) -> PathBuf {
        match self.hook {
            Hook::Whole => self.file("policy.rules"),
            Hook::Alone => self.file("policy.bin"),
        }
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("make a directory");
        fs::write(&path, text).expect("write a file");
        path
    }

    /// The hook with this room's policy.
    pub(crate) fn hook(&self) -> Command {
        self.hook_with(&self.policy())
    }

    pub(crate) fn hook_with(&self, policy: &Path) -> Command {
        let mut command = self.start();
        command.arg("--policy").arg(policy).current_dir(self.path()).env_clear();
        command
    }

    /// The executable with its verb.
    pub(crate) fn start(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(self.verb());
        command
    }

    pub(crate) const fn verb(&self) -> &'static [&'static str] {
        self.hook.verb()
    }

    /// What Codex sends about a shell command.
    pub(crate) fn call(&self, script: &str) -> Vec<u8> {
        let call = json!({
            "session_id": "01a1f852-bfb5-76f1-8d79-61baa035241f", "turn_id": "01a1f852-bfd8-7bc1-a2be-a203606674fa",
            "transcript_path": "/home/u/.codex/sessions/2026/11/20/rollout-x.jsonl", "cwd": self.path(),
            "hook_event_name": "PreToolUse", "model": "gpt-5.5", "permission_mode": "bypassPermissions", "tool_name": "Bash",
            "tool_input": { "command": script }, "tool_use_id": "exec_all",
        });
        call.to_string().into_bytes()
    }

    /// A copy of the executable in this room, for circumstances that hide where it is.
    pub(crate) fn with_own_program(mut self) -> Self {
        self.program = self.hook.copy_to(self.path());
        self
    }
}

/// A policy that is compiled of no file, so that it never is too old.
fn compiled(text: &str) -> Vec<u8> {
    let policy = Loader::new().load_text("policy.rules", text).expect("it loads").policy;
    let origin = Origin { role: Role::Named, sources: Vec::new(), facts: Vec::new(), gate: None };
    compiled::write(&[], &Choice { policy, ..Choice::default() }, &origin).expect("a small policy")
}

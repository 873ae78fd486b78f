//! `tests/codex/truth-table.jsonl`: what a hook may do, and whether Codex then blocks the call or runs it.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Deserialize;
use serde_json::Value;

use crate::hooks::fail_closed;
use crate::session::Session;

/// What becomes of the tool call.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Fate {
    Blocks,
    Runs,
}

/// One row; `tests/codex/README.md` describes the fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) expected: Fate,
    /// What the model must be told, in part.
    #[serde(default)]
    pub(crate) told: String,
    /// Text, and JSON values that are printed compactly, one after the other.
    #[serde(default)]
    stdout: Vec<Value>,
    #[serde(default)]
    stderr: String,
    #[serde(default)]
    exit: i32,
    signal: Option<String>,
    #[serde(default)]
    ignores_stdin: bool,
    /// Seconds that a background child keeps stdout open.
    #[serde(default)]
    held: u64,
    /// Seconds that the hook goes on after it has printed.
    #[serde(default)]
    sleep: u64,
    command: Option<String>,
    #[serde(default)]
    fail_closed: bool,
    pub(crate) timeout: Option<u64>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) dotenv: String,
}

impl Row {
    /// All rows, with names that are unique and can stand in a file name.
    pub(crate) fn all() -> Vec<Self> {
        let lines = include_str!("../codex/truth-table.jsonl").lines().filter(|line| !line.trim().is_empty());
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("truth-table.jsonl: {e}: {line}"));
        let rows: Vec<Self> = lines.map(parse).collect();
        let names: std::collections::BTreeSet<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names.len(), rows.len(), "a name stands twice in truth-table.jsonl");
        let plain = |name: &&str| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        assert!(names.iter().all(plain), "a name in truth-table.jsonl is not made of a-z, 0-9 and -");
        rows
    }

    /// Whether the row is about how the hook is registered or launched: then it needs a client of its own. All others can be
    /// answered by one hook that looks at the command.
    pub(crate) fn needs_own_client(&self) -> bool {
        let launched = self.command.is_some() || self.fail_closed || self.timeout.is_some();
        launched || !self.environment.is_empty() || !self.dotenv.is_empty()
    }

    /// The shell command that the model asks for. It leaves a file of this name where it runs.
    pub(crate) fn marker(&self) -> String {
        format!("row-{}", self.name)
    }

    /// Writes the hook that does what the row says, and gives back the command line to register.
    pub(crate) fn write_hook(&self, session: &Session) -> String {
        let stdout: String =
            self.stdout.iter().map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned)).collect();
        session.write(&format!("{}.out", self.name), stdout.replace("{marker}", &self.marker()));
        session.write(&format!("{}.err", self.name), &self.stderr);
        let hook = session.write_program(&self.name, &self.script());
        let command = self.command.as_deref().unwrap_or("{hook}").replace("{hook}", &hook.to_string_lossy());
        let command = command.replace("{files}", &session.file("").to_string_lossy());
        if self.fail_closed { fail_closed(&command) } else { command }
    }

    fn script(&self) -> String {
        let mut script = String::from("#!/bin/bash\n");
        if !self.ignores_stdin {
            script += "cat >/dev/null\n";
        }
        if self.held > 0 {
            writeln!(script, "sleep {} </dev/null 2>/dev/null &", self.held).expect("writing to a string");
        }
        script += "cat \"$0.out\"\ncat \"$0.err\" >&2\n";
        if self.sleep > 0 {
            writeln!(script, "sleep {}", self.sleep).expect("writing to a string");
        }
        if let Some(signal) = &self.signal {
            // The sleep is there for the signal to arrive.
            writeln!(script, "kill -{signal} $$\nsleep 10").expect("writing to a string");
        }
        writeln!(script, "exit {}", self.exit).expect("writing to a string");
        script
    }

    /// The row's changes to the environment that Codex starts in.
    pub(crate) fn set_environment(&self, session: &mut Session) {
        for (name, value) in &self.environment {
            let value = value.replace("{files}", &session.file("").to_string_lossy());
            session.set_environment(name, &value);
        }
    }
}

//! The real engine: one process per question.

use std::path::{Path, PathBuf};
use std::process::Command;

const PIN: &str = include_str!("../codex/package.json");

/// The client's native executable (the `codex` on a PATH is a node script, which costs ten times as much to start).
fn executable() -> PathBuf {
    let version = std::env::var("CODEX_VERSION").unwrap_or_else(|_| {
        let pin: serde_json::Value = serde_json::from_str(PIN).expect("tests/codex/package.json is JSON");
        pin["dependencies"]["@openai/codex"].as_str().expect("package.json pins @openai/codex").to_owned()
    });
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/codex").join(&version).join("node_modules/@openai");
    let below = |dir: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(dir).map(|entries| entries.map(|e| e.unwrap().path()).collect()).unwrap_or_default()
    };
    let vendors = below(&place).into_iter().flat_map(|package| below(&package.join("vendor")));
    let found = vendors.map(|vendor| vendor.join("bin/codex")).find(|path| path.is_file());
    // A check that is skipped in silence checks nothing.
    found.unwrap_or_else(|| panic!("the Codex client {version} is not installed: run tests/codex/install.sh"))
}

/// A directory of its own to run in, and the client.
pub(crate) struct Codex {
    executable: PathBuf,
    directory: tempfile::TempDir,
    cwd: String,
}

impl Codex {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("cwd")).unwrap();
        let cwd = directory.path().join("cwd").canonicalize().unwrap();
        Self { executable: executable(), cwd: cwd.to_str().unwrap().to_owned(), directory }
    }

    /// Where the commands that are asked about would run.
    pub(crate) fn cwd(&self) -> &str {
        &self.cwd
    }

    /// Puts the rules in place for the questions that follow.
    pub(crate) fn write(&self, rules: &str) {
        std::fs::write(self.rules(), rules).unwrap();
    }

    fn rules(&self) -> PathBuf {
        self.directory.path().join("t.rules")
    }

    /// What the engine prints about a command; its complaint where the rules do not load.
    pub(crate) fn ask(&self, argv: &[String], resolve: bool) -> Result<serde_json::Value, String> {
        let mut command = Command::new(&self.executable);
        command.env_clear().env("HOME", self.directory.path()).env("CODEX_HOME", self.directory.path());
        command.current_dir(&self.cwd).args(["execpolicy", "check", "--rules"]).arg(self.rules());
        if resolve {
            command.arg("--resolve-host-executables");
        }
        let output = command.arg("--").args(argv).output().expect("the client starts");
        match output.status.code() {
            Some(0) => Ok(serde_json::from_slice(&output.stdout).expect("the client prints JSON")),
            Some(1) => {
                let text = String::from_utf8_lossy(&output.stderr).into_owned();
                let complaint = text.lines().map(str::trim).rfind(|line| line.starts_with("error: "));
                Err(complaint.unwrap_or(&text).to_owned())
            }
            other => panic!("{other:?} for {argv:?}: {}", String::from_utf8_lossy(&output.stderr)),
        }
    }
}

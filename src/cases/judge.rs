//! Decides a case on a machine in memory, by the same line as every call.

use super::coverage::Covered;
use super::parse::Case;
use crate::codex;
use crate::decision::Decision;
use crate::gate;
use crate::policy::Policy;
use crate::report::Derivation;
use crate::world::memory::MemoryWorld;
use serde_json::{Value as Json, json};
use std::{
    string::{String, ToString},
    vec::Vec,
};

/// The machine of a case.
#[derive(Clone, Debug)]
pub struct Place {
    /// The call's directory.
    pub cwd: String,
    /// The session's directory.
    pub session: String,
    /// More directories.
    pub directories: Vec<String>,
    /// More files.
    pub files: Vec<String>,
    /// More repositories, with their remotes.
    pub repositories: Vec<(String, Vec<String>)>,
}

const PROJECT: &str = "/work/project";
const HOME: &str = "/home/user";

impl Default for Place {
    fn default() -> Self {
        let project = || PROJECT.to_string();
        let (directories, files) = (Vec::new(), Vec::new());
        Self { cwd: project(), session: project(), directories, files, repositories: Vec::new() }
    }
}

impl Place {
    fn machine(&self) -> MemoryWorld {
        let mut world = MemoryWorld::new().session(&self.session).home(HOME).account("user", HOME);
        world = world.repository(PROJECT, &[]);
        for directory in ["/tmp", "/var/tmp", "/dev", "/etc", "/usr/bin"] {
            world = world.directory(directory);
        }
        for (root, remotes) in &self.repositories {
            world = world.repository(root, &remotes.iter().map(String::as_str).collect::<Vec<_>>());
        }
        world = self.directories.iter().fold(world, MemoryWorld::directory);
        self.files.iter().fold(world, MemoryWorld::file)
    }
}

/// What a case got.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The verdict.
    pub decision: Decision,
    /// The rule of its first reason.
    pub rule: String,
    /// Why, where the rule says it.
    pub why: Option<String>,
    /// The rules that matched or did not.
    pub covered: Covered,
}

impl Outcome {
    /// Whether that is what the case expects.
    pub fn is_as_expected(&self, case: &Case) -> bool {
        let same_rule = case.rule.as_ref().is_none_or(|rule| self.rule.starts_with(rule) || self.is_of_file(rule));
        self.decision == case.decision && same_rule
    }

    /// Whether the rule stands in a file of which `name` is the end: files are named as they were loaded.
    fn is_of_file(&self, name: &str) -> bool {
        self.rule.match_indices(name).any(|(at, _)| self.rule.get(..at).is_some_and(|before| before.ends_with('/')))
    }
}

/// Decides a case.
pub fn judge(case: &Case, policy: &Policy) -> Outcome {
    let input = match case.tool.as_str() {
        "Bash" | "apply_patch" => json!({ "command": case.input }),
        _ => serde_json::from_str(&case.input).unwrap_or(Json::Null),
    };
    let payload = json!({
        "hook_event_name": "PreToolUse", "session_id": "test", "turn_id": "test", "transcript_path": null, "cwd": case.place.cwd,
        "model": "", "permission_mode": "default", "tool_name": case.tool, "tool_input": input, "tool_use_id": "test",
    });
    let mut derivation = Derivation::new(true);
    let call = codex::read(payload.to_string().as_bytes());
    let judged = gate::judge_traced(&call, policy, &case.place.machine(), &mut derivation);
    let first = judged.verdict.reasons().first();
    Outcome {
        decision: judged.verdict.decision(),
        rule: first.map(|reason| reason.rule.to_string()).unwrap_or_default(),
        why: first.and_then(|reason| reason.justification.clone()),
        covered: Covered::of(&derivation, judged.effects.len()),
    }
}

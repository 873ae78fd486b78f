//! The same for Claude Code, as its documentation describes the files; what it does with a hook was seen with Claude Code 2.1.197.

use super::machine::{Source, Whose};
use super::{Finding, Machine, Probes, Status, break_glass, environment, files, program, registration};
use crate::install::command::{self, Ours};
use crate::install::files::read;
use crate::install::registered::{self, Event};
use std::path::{Path, PathBuf};

/// The administrator's directory.
#[cfg(not(target_vendor = "apple"))]
pub const SYSTEM: &str = "/etc/claude-code";
/// The administrator's directory.
#[cfg(target_vendor = "apple")]
pub const SYSTEM: &str = "/Library/Application Support/ClaudeCode";

const MANAGED: &str = "managed-settings.json";
const SETTINGS: &str = "settings.json";

const REGISTER: &str =
    "register `prexec hook --agent claude` for PreToolUse and PermissionRequest there, with the fallback of the README";

/// Where an account's settings are: `$CLAUDE_CONFIG_DIR`, else `.claude` in the home directory.
pub fn home(variable: Option<&Path>, home: &Path) -> PathBuf {
    variable.filter(|path| path.is_absolute()).map_or_else(|| home.join(".claude"), Path::to_path_buf)
}

/// What is read: the files, and those of the project in `directory`.
pub struct Settings {
    machine: Machine,
    /// Each file as JSON, where it is.
    values: Vec<(PathBuf, serde_json::Value)>,
}

impl Settings {
    /// Reads what is there. `machine` holds what is no file of Claude Code: the account, its home and the environment.
    pub fn look(mut machine: Machine, directory: &Path) -> Self {
        let files = [
            (machine.system.join(MANAGED), Whose::Required),
            (machine.codex.join(SETTINGS), Whose::User),
            (directory.join(".claude").join(SETTINGS), Whose::User),
            (directory.join(".claude/settings.local.json"), Whose::User),
        ];
        machine.requirements = Ok(None);
        machine.config = Ok(None);
        machine.sources.clear();
        let mut values = Vec::new();
        for (path, whose) in files {
            let text = match read(&path) {
                Ok(None) => continue,
                Ok(Some(text)) => Ok(text),
                Err(why) => Err(why),
            };
            let handlers = text.and_then(|text| {
                values.extend(serde_json::from_str(&text).ok().map(|value| (path.clone(), value)));
                registered::of_settings(&path, &text)
            });
            // The user's file may be the project's as well.
            if !machine.sources.iter().any(|source| source.path == path) {
                machine.sources.push(Source { path, whose, handlers });
            }
        }
        Self { machine, values }
    }

    /// Whether a switch is on, and where.
    fn on(&self, key: &str) -> Option<&Path> {
        let on = |(_, value): &&(PathBuf, serde_json::Value)| value.get(key) == Some(&true.into());
        self.values.iter().find(on).map(|(path, _)| path.as_path())
    }

    fn managed_on(&self, key: &str) -> bool {
        self.on(key).is_some_and(|path| path.file_name().is_some_and(|name| name == MANAGED))
    }

    fn ours(&self) -> impl Iterator<Item = (&Source, &registered::Handler, Ours)> {
        let all = self.machine.sources.iter().flat_map(|s| s.handlers.iter().flatten().map(move |h| (s, h)));
        all.filter_map(|(source, handler)| Some((source, handler, command::ours(&handler.command)?)))
    }
}

/// All checks, in the order in which a person reads them.
pub fn examine(settings: &Settings, probes: &Probes<'_>) -> Vec<Finding> {
    let machine = &settings.machine;
    let mut agent = Finding::new("agent", "it is known what this agent does with a hook");
    agent.add(
        Status::Warning,
        "what Claude Code does with a hook was seen with version 2.1.197 only, its other files are known from their documentation only",
        "see with a harmless call that it is blocked where the policy forbids it",
    );
    let mut all = Vec::from([
        agent,
        registration::configuration(machine),
        registered(settings),
        switched_on(settings),
        registration::others(machine),
        program::executable(machine),
    ]);
    all.extend(super::decided(machine, probes));
    all.extend([
        break_glass::in_force(machine),
        environment::variables(machine),
        environment::start_up_files(machine),
        files::writable(machine),
    ]);
    for finding in &mut all {
        // What is said of Codex's own installation does not hold here.
        if finding.next.as_deref() == Some(registration::INSTALL) {
            finding.next = Some(REGISTER.into());
        }
    }
    all
}

fn registered(settings: &Settings) -> Finding {
    let mut finding = registration::registered(&settings.machine);
    for (source, handler, ours) in settings.ours() {
        if command::values(&ours.arguments, "--agent").last() != Some(&"claude") {
            let what = format!(
                "{} in `{}` is registered without `--agent claude`, so it reads the calls of another agent",
                handler.event.name(),
                source.path.display()
            );
            finding.add(Status::Failure, what, REGISTER);
        }
    }
    finding
}

fn switched_on(settings: &Settings) -> Finding {
    let mut finding = Finding::new("pinned", "hooks cannot be switched off");
    let managed = settings
        .ours()
        .any(|(source, handler, _)| source.whose == Whose::Required && handler.event == Event::PreToolUse);
    if let Some(path) = settings.on("disableAllHooks") {
        let status = if managed && !settings.managed_on("disableAllHooks") { Status::Warning } else { Status::Failure };
        let next = format!("take `disableAllHooks` out of `{}`", path.display());
        finding.add(status, format!("`{}` switches hooks off", path.display()), next);
    }
    let place = Path::new(SYSTEM).join(MANAGED);
    if !managed {
        let what = "a project's settings and the account's own can switch hooks off, or register others";
        finding.add(Status::Warning, what, format!("register it in `{}` as root", place.display()));
    } else if !settings.managed_on("allowManagedHooksOnly") {
        let next = format!("set `\"allowManagedHooksOnly\": true` in `{}`", place.display());
        finding.add(Status::Warning, "users, projects and plugins may register hooks beside it", next);
    } else {
        finding.say("only managed hooks are started");
    }
    finding
}

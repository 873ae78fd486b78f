//! Whether Codex starts the hook: registered, trusted, switched on, and alone.

use super::machine::{Source, Whose};
use super::{Finding, Machine, Status};
use crate::install::command::{self, Ours, TIMEOUT};
use crate::install::registered::{Event, Handler};
use crate::install::trust::{self, Trust};

/// What to do where nothing is registered.
pub(super) const INSTALL: &str = "run `prexec install --user`, or `prexec install --managed` as root";

/// Whether hooks of this file are started at all.
fn counts(machine: &Machine, source: &Source) -> bool {
    source.whose != Whose::User || !machine.only_managed()
}

fn handlers(machine: &Machine) -> impl Iterator<Item = (&Source, &Handler)> {
    let counting = machine.sources.iter().filter(|source| counts(machine, source));
    counting.flat_map(|source| source.handlers.iter().flatten().map(move |handler| (source, handler)))
}

fn ours(machine: &Machine) -> impl Iterator<Item = (&Source, &Handler, Ours)> {
    handlers(machine).filter_map(|(source, handler)| Some((source, handler, command::ours(&handler.command)?)))
}

/// The command line that decides before a call: a managed one, where there is one.
pub(super) fn deciding(machine: &Machine) -> Option<(String, Ours)> {
    let (_, handler, ours) = ours(machine).find(|(_, handler, _)| handler.event == Event::PreToolUse)?;
    Some((handler.command.clone(), ours))
}

/// Whether what Codex reads can be read.
pub(super) fn configuration(machine: &Machine) -> Finding {
    let mut finding = Finding::new("configuration", "Codex can read its configuration");
    for source in &machine.sources {
        let Err(why) = &source.handlers else { continue };
        let json = source.path.extension().is_some_and(|e| e == "json");
        // Codex does not start with a broken TOML file; a broken JSON one is passed over, with all hooks in it.
        let status = if json { Status::Warning } else { Status::Failure };
        finding.add(status, why.clone(), format!("repair `{}`", source.path.display()));
    }
    finding
}

/// Whether both events start the hook, for every tool, so that it can block.
pub(super) fn registered(machine: &Machine) -> Finding {
    let mut finding = Finding::new("registered", "prexec is registered before calls and before approvals");
    for event in Event::DECIDING {
        let mut found = ours(machine).filter(|(_, handler, _)| handler.event == event).peekable();
        if found.peek().is_none() {
            // Without the second event a person is asked about what the policy forbids; he can still say no.
            let status = if event == Event::PreToolUse { Status::Failure } else { Status::Warning };
            finding.add(status, format!("{} starts no prexec", event.name()), INSTALL);
        }
        for (source, handler, ours) in found {
            let place = format!("{} in `{}`", event.name(), source.path.display());
            let mut wrong = |status, what: String| finding.add(status, format!("{place} {what}"), INSTALL);
            if !handler.matches_every_tool() {
                wrong(Status::Failure, "does not speak of every tool".into());
            }
            if handler.kind != "command" || handler.is_async {
                wrong(Status::Failure, "does not wait for the answer, so it cannot block".into());
            }
            if !ours.fails_closed && !ours.observes() {
                wrong(Status::Failure, "lets calls run where the executable is missing or killed".into());
            }
            if handler.timeout < TIMEOUT {
                let seconds = handler.timeout;
                wrong(Status::Warning, format!("gives up after {seconds} seconds, and then the call runs"));
            }
            if !ours.executable.is_absolute() {
                wrong(Status::Failure, "names the executable by no absolute path".into());
            }
            if ours.observes() {
                let what = format!("{place} is registered with `--observe`: NOTHING is blocked");
                finding.add(
                    Status::Failure,
                    what,
                    "install again without `--observe` where every call is to be decided",
                );
            }
            finding.say(place);
        }
    }
    let unrecorded: Vec<&str> = Event::ALL
        .into_iter()
        .filter(|event| !event.decides() && ours(machine).all(|(_, handler, _)| handler.event != *event))
        .map(Event::name)
        .collect();
    if !unrecorded.is_empty() {
        let events = unrecorded.join(", ");
        finding.say(format!("no prexec is started by {events}, so records do not say what became of calls"));
    }
    finding
}

/// Whether the user has trusted what is his; not asked where nothing of prexec is registered.
pub(super) fn trusted(machine: &Machine) -> Option<Finding> {
    ours(machine).next()?;
    let mut finding = Finding::new("trusted", "Codex starts it without asking for trust");
    let config = machine.config.as_ref().ok().and_then(Option::as_deref).unwrap_or_default();
    for (source, handler, _) in ours(machine) {
        if source.whose != Whose::User {
            finding.say(format!("{} is managed, which needs no trust", handler.event.name()));
            continue;
        }
        let by_name = trust::names(&source.path).into_iter().map(|name| trust::status(config, &name, handler));
        let what = match by_name.max_by_key(|status| *status != Trust::Trusted) {
            Some(Trust::Trusted) => {
                finding.say(format!("{} is trusted", handler.event.name()));
                continue;
            }
            Some(Trust::Disabled) => "is switched off by its `enabled = false`",
            Some(Trust::Modified) => "was changed since it was trusted, so `codex exec` passes it over silently",
            _ => "is not trusted, so `codex exec` passes it over silently",
        };
        let status = if handler.event.decides() { Status::Failure } else { Status::Warning };
        finding.add(status, format!("{} {what}", handler.event.name()), "run `prexec install --user` again");
    }
    Some(finding)
}

/// Whether hooks are on, and stay on.
pub(super) fn switched_on(machine: &Machine) -> Finding {
    let mut finding = Finding::new("pinned", "hooks cannot be switched off");
    match machine.required("features.hooks").and_then(|on| on.as_bool()) {
        Some(true) => finding.say("requirements.toml pins `features.hooks`"),
        Some(false) => finding.add(
            Status::Failure,
            "requirements.toml switches hooks off",
            "set `hooks = true` below `[features]` there",
        ),
        None => {
            if machine.configured("features.hooks").and_then(|on| on.as_bool()) == Some(false) {
                let next = "take `hooks = false` out of `[features]` in config.toml";
                finding.add(Status::Failure, "config.toml switches hooks off", next);
            }
            let managed = ours(machine).any(|(source, ..)| source.whose != Whose::User);
            let status = if managed { Status::Failure } else { Status::Warning };
            let what = "`--disable hooks` and a project's config.toml can switch hooks off";
            finding.add(status, what, "pin it with `prexec install --managed` as root");
        }
    }
    finding
}

/// Whether another hook could change a call after ours has seen it.
pub(super) fn others(machine: &Machine) -> Finding {
    let mut finding = Finding::new("only-hook", "no other hook can rewrite a call that prexec has allowed");
    let foreign = handlers(machine)
        .filter(|(_, handler)| handler.event == Event::PreToolUse && command::ours(&handler.command).is_none());
    for (source, handler) in foreign {
        let what = format!("`{}` also starts `{}` before calls", source.path.display(), handler.command);
        finding.add(Status::Warning, what, "see that it never answers with `updatedInput`, or take it out");
    }
    let twice = ours(machine).filter(|(_, handler, _)| handler.event == Event::PreToolUse).count();
    if twice > 1 {
        let next = "`prexec uninstall --user` where the machine's own registration decides";
        finding.add(Status::Warning, format!("prexec is started {twice} times for each call"), next);
    }
    if machine.only_managed() {
        finding.say("only managed hooks are started");
    } else if ours(machine).any(|(source, ..)| source.whose != Whose::User) {
        let next =
            "set `allow_managed_hooks_only = true` at the top of requirements.toml (`prexec install --managed` does)";
        finding.add(Status::Warning, "users and plugins may register hooks beside it", next);
    }
    finding
}

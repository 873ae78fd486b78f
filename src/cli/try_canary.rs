//! Whether a command line answers calls as the policy does.

use super::install::Stopped;
use super::policy::{self, Request};
use crate::codex;
use crate::decision::Decision;
use crate::gate;
use crate::hook::{CLOSE_STDIN, OBSERVE};
use crate::install::canary::{self, Answer, Launch};
use crate::install::command::{self, Ours};
use crate::install::registered::Event;
use crate::world::HostWorld;
use std::path::{Path, PathBuf};

/// Asks about calls that the policy denies, for both events, and about one that nobody needs to stop; gives back what is denied, in a
/// few words. A line that only observes has to deny nothing, and to deny it once it does not only observe.
pub(super) fn run(line: &str, request: &Request<'_>, directory: &Path) -> Result<String, Stopped> {
    let Some(observing) = command::ours(line).filter(Ours::observes) else {
        return Ok(format!("`{}` is denied", asked(line, request, directory)?));
    };
    let command = asked(&observing.enforcing()?, request, directory)?;
    let launch = Launch { directory: Some(directory), ..Launch::default() };
    for event in Event::DECIDING {
        match canary::ask(line, event, &canary::call(event, command, directory), &launch)? {
            Answer::Silent => {}
            other => {
                return Err(
                    format!("`{command}` is answered on {} with `{OBSERVE}`: {}", event.name(), told(&other)).into()
                );
            }
        }
    }
    Ok(format!("`{command}` would be denied, but is let through because of `{OBSERVE}`"))
}

/// The call that is denied.
fn asked(line: &str, request: &Request<'_>, directory: &Path) -> Result<&'static str, Stopped> {
    let ready = policy::load_bounded(request).map_err(Stopped::Policy)?;
    let world = HostWorld::new(request.home);
    let decide = |event: Event, command: &str| {
        let call = canary::call(event, command, directory);
        (gate::judge(&codex::read(call.as_bytes()), &ready.policy, &world).verdict.decision(), call)
    };
    let denied = |command: &&str| decide(Event::PreToolUse, command).0 == Decision::Deny;
    let Some(command) = canary::FORBIDDEN.iter().copied().find(denied) else {
        let all = canary::FORBIDDEN.join("`, `");
        return Err(
            format!("the policy denies none of `{all}`, so nothing shows that it is asked; let it deny one").into()
        );
    };
    let launch = Launch { directory: Some(directory), ..Launch::default() };
    for event in Event::DECIDING {
        let (_, call) = decide(event, command);
        match canary::ask(line, event, &call, &launch)? {
            Answer::Denied(_) => {}
            other => return Err(format!("`{command}` is not denied on {}: {}", event.name(), told(&other)).into()),
        }
    }
    let (decision, call) = decide(Event::PreToolUse, canary::HARMLESS);
    let closes = command::ours(line).is_some_and(|ours| ours.arguments.iter().any(|argument| argument == CLOSE_STDIN));
    match (decision, canary::ask(line, Event::PreToolUse, &call, &launch)?) {
        (Decision::Allow, Answer::Silent)
        | (Decision::Prompt | Decision::Deny, Answer::Denied(_) | Answer::Rewritten) => Ok(command),
        (Decision::Allow, Answer::Rewritten) if closes => Ok(command),
        (_, other) => {
            Err(format!("`{}` is answered otherwise than the policy does: {}", canary::HARMLESS, told(&other)).into())
        }
    }
}

/// The first executable whose command line answers as the policy does: what registering it takes, and the line. `planned` says both
/// of an executable.
pub(super) fn first<P>(
    executables: &[PathBuf],
    request: &Request<'_>,
    directory: &Path,
    planned: impl Fn(&Path) -> Result<(P, String), String>,
) -> Result<(P, String), Stopped> {
    let mut why = String::new();
    for executable in executables {
        let (plan, line) = planned(executable)?;
        match run(&line, request, directory) {
            Ok(denied) => {
                println!("a canary was put to the command line: {denied}");
                return Ok((plan, line));
            }
            Err(Stopped::Policy(found)) => return Err(Stopped::Policy(found)),
            Err(Stopped::Other(reason)) => why = reason,
        }
    }
    Err(format!("nothing is registered, because the hook does not do what it is for: {why}").into())
}

/// An answer in a few words.
pub(super) fn told(answer: &Answer) -> String {
    match answer {
        Answer::Denied(why) => why.clone(),
        Answer::Silent => "the hook says nothing, so the call runs".into(),
        Answer::Rewritten => "the hook rewrites the call".into(),
        Answer::Broken { what, .. } => what.clone(),
    }
}

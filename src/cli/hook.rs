//! `prexec hook`: one call of Codex, from standard input to the exit status. Nothing but 0 or 2 ever leaves it. What it does stands
//! in [`crate::hook`]; here is what the standard library adds, and the help.

use super::ask::{self, Registered};
use super::policy;
use super::values::directory;
use crate::agent::ALL as AGENTS;
use crate::approval::Asked;
use crate::audit::HostDisk;
use crate::break_glass::{self, Override};
use crate::call::Call;
use crate::compiled::GateFact;
use crate::hook;
use crate::policy::Policy;
use crate::report::Judged;
use crate::trail;
use crate::world::{HostWorld, Machine, World};
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The options as the help shows them. They are read by [`hook::parse`], without the parser of the other verbs.
#[derive(Debug, Args)]
#[allow(dead_code, reason = "for the help only")]
pub(super) struct Options {
    /// Policy file, directory of `*.rules`, or compiled policy; may be repeated [default: the installed layers]
    #[arg(long, value_name = "P")]
    policy: Vec<PathBuf>,
    /// What becomes of a call that a person must approve
    #[arg(long, value_enum, default_value_t = Prompt::Deny)]
    prompt: Prompt,
    /// On a permission request, approve in the person's place what explicit allow rules cover in full
    #[arg(long)]
    auto_approve: bool,
    /// Run an allowed shell command with its standard input closed, where no rule of Codex's own goes by the text of commands
    #[arg(long)]
    close_stdin: bool,
    /// Decide, but never block: every call runs, whatever the verdict, and whatever goes wrong
    #[arg(long)]
    observe: bool,
    /// What becomes of a call where a compiled policy is older than its sources
    #[arg(long, value_enum, default_value_t)]
    stale: policy::Stale,
    /// Where decisions are recorded [default: /var/log/prexec/UID, else ~/.local/state/prexec/audit, where either is set up]
    #[arg(long, value_name = "DIR|off")]
    audit: Option<PathBuf>,
    /// The account's home directory, instead of the one in the account database
    #[arg(long, value_name = "DIR", value_parser = directory())]
    home: Option<PathBuf>,
    /// Whose hook this is: what it sends, and how it is answered
    #[arg(long, value_name = "AGENT", default_value = AGENTS.first().map_or("", |agent| agent.name),
        value_parser = PossibleValuesParser::new(AGENTS.iter().map(|agent| agent.name)))]
    agent: String,
}

/// What becomes of a prompt before a call: Codex gives a hook no way to ask.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Prompt {
    /// Block it and say that a person must approve it
    Deny,
    /// Have Codex ask the person about a shell command, where its managed rule for that is in force; block everything else
    Gate,
}

/// Reads the call, decides, answers, and ends the process. `arguments` are those behind the verb.
pub(super) fn run(arguments: &[OsString]) -> ! {
    let bytes: Vec<&[u8]> = arguments.iter().map(|argument| argument.as_bytes()).collect();
    hook::run(&bytes, |options| Standard { world: HostWorld::new(options.home.as_deref().map(path)), gate: None })
}

fn path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// What the standard library brings along.
struct Standard {
    world: HostWorld,
    /// What a compiled policy says of the managed rule about the gate.
    gate: Option<GateFact>,
}

impl hook::Means for Standard {
    fn input(&mut self, most: usize) -> Result<Vec<u8>, String> {
        let mut input = Vec::new();
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        std::io::stdin().lock().take(most).read_to_end(&mut input).map(|_| input).map_err(|e| e.to_string())
    }

    fn policy(&mut self, options: &hook::Options, _: &[u8]) -> Result<Policy, String> {
        let named: Vec<PathBuf> = options.policies.iter().map(|named| path(named).into()).collect();
        let request = policy::Request {
            named: &named,
            home: options.home.as_deref().map(path),
            stale: options.stale.into(),
            ..policy::Request::default()
        };
        let ready = policy::load(&request).map_err(|diagnostics| diagnostics.told())?;
        self.gate = ready.gate;
        Ok(ready.policy)
    }

    fn world(&self) -> &dyn World {
        &self.world
    }

    fn break_glass(&self) -> Option<Override> {
        let machine = self.world.machine();
        break_glass::look(machine).for_account(machine.account())
    }

    type Disk = HostDisk;

    fn disk(&self) -> &HostDisk {
        &HostDisk
    }

    fn keep(&self, directory: &[u8], _: &[u8]) {
        // `doctor` says what stays undone.
        let _ = trail::keep(path(directory), trail::Moment::now());
    }

    fn ask(&self, call: &Call, judged: &Judged, options: &hook::Options, _: &[u8]) -> Asked {
        let policy: Vec<PathBuf> = options.policies.iter().map(|named| path(named).into()).collect();
        let home = options.home.as_deref().map(path);
        let audit = match &options.audit {
            hook::Audit::Usual => None,
            hook::Audit::Off => Some(OsStr::new("off")),
            hook::Audit::At(directory) => Some(OsStr::from_bytes(directory)),
        };
        ask::about(call, judged, Registered { policy: &policy, home, audit, gate: self.gate.as_ref() })
    }

    fn may_rewrite(&self, call: &Call, options: &hook::Options, _: &[u8]) -> bool {
        ask::may_rewrite(path(call.cwd.as_bytes()), options.home.as_deref().map(path)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_the_options_that_are_read() {
        let command = Options::augment_args(clap::Command::new("hook"));
        let shown: Vec<(&str, Option<String>)> = command
            .get_arguments()
            .map(|option| {
                let value = option.get_action().takes_values().then(|| option.get_value_names());
                (option.get_long().unwrap_or_default(), value.flatten().map(|names| names[0].to_string()))
            })
            .collect();
        let read: Vec<_> = hook::NAMES.iter().map(|(name, value)| (*name, value.map(String::from))).collect();
        assert_eq!(shown, read);
    }
}

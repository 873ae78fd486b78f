//! `prexec install` and `prexec uninstall`: from nothing to enforced, and back.

use super::call::finish;
use super::compile::Failed;
use super::human::{self, Color};
use super::values::directory;
use super::{POLICY_ERROR, install_managed, install_user};
use crate::hook::{CLOSE_STDIN, OBSERVE};
use crate::install::command;
use crate::rules::{self, Check, Diagnostics};
use clap::{ArgGroup, Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whose").required(true)))]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(super) struct Options {
    /// For this account: Codex's `config.toml`
    #[arg(long, group = "whose")]
    user: bool,
    /// For this machine: Codex's `requirements.toml` and `/etc/prexec`
    #[arg(long, group = "whose")]
    pub(super) managed: bool,
    /// The posture to start from, where no policy stands there yet
    #[arg(long, value_enum, value_name = "POSTURE")]
    pub(super) posture: Option<Posture>,
    /// What becomes of a call that a person must approve
    #[arg(long, value_enum, value_name = "HOW")]
    pub(super) prompt: Option<Prompt>,
    /// Have allowed shell commands run with their standard input closed; no rule on commands is then given to Codex
    #[arg(long)]
    pub(super) close_stdin: bool,
    /// Register the hook so that it decides, but blocks nothing: for a roll-out in stages
    #[arg(long)]
    pub(super) observe: bool,
    /// The executable to register [default: this one, or `prexec-hook` beside it]
    #[arg(long, value_name = "FILE")]
    executable: Option<PathBuf>,
    /// The account's home directory, instead of the one in the account database
    #[arg(long, value_name = "DIR", value_parser = directory(), conflicts_with = "managed")]
    pub(super) home: Option<PathBuf>,
    /// Have Codex's sandbox keep the policy's secrets unread as well: from the tools that own them, too
    #[arg(long, conflicts_with = "user")]
    pub(super) native_reads: bool,
    /// The root of an image, instead of this machine's
    #[arg(long, value_name = "DIR", conflicts_with = "user")]
    pub(super) root: Option<PathBuf>,
    /// Change nothing; print what would be registered
    #[arg(long, value_enum, value_name = "FORM", num_args = 0..=1, default_missing_value = "toml", require_equals = true, conflicts_with = "dry_run")]
    pub(super) print: Option<Print>,
    /// Change nothing; say which files would be written
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whose").required(true)))]
pub(super) struct Removal {
    /// For this account
    #[arg(long, group = "whose")]
    user: bool,
    /// For this machine
    #[arg(long, group = "whose")]
    pub(super) managed: bool,
    /// The account's home directory, instead of the one in the account database
    #[arg(long, value_name = "DIR", value_parser = directory(), conflicts_with = "managed")]
    pub(super) home: Option<PathBuf>,
    /// The root of an image, instead of this machine's
    #[arg(long, value_name = "DIR", conflicts_with = "user")]
    pub(super) root: Option<PathBuf>,
    /// Change nothing; say which files would be written
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// What becomes of a call that a person must approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Prompt {
    /// It is denied, with a message that says so
    Deny,
    /// Codex asks the person, by the rule that `install --managed` writes
    Gate,
}

impl Prompt {
    /// As the hook is given it.
    pub(super) fn arguments(self) -> [String; 2] {
        let how = match self {
            Self::Deny => "deny",
            Self::Gate => "gate",
        };
        ["--prompt", how].map(String::from)
    }
}

impl Options {
    /// What the hook is given for options that both installations have.
    pub(super) fn more_arguments(&self) -> Vec<String> {
        let mut arguments: Vec<String> = self.prompt.map(Prompt::arguments).into_iter().flatten().collect();
        if self.close_stdin {
            arguments.push(CLOSE_STDIN.into());
        }
        if self.observe {
            arguments.push(OBSERVE.into());
        }
        arguments
    }

    /// What a person has to know at the end: whether the hook blocks.
    pub(super) fn warn(&self) {
        if self.observe {
            println!(
                "warning: registered with `{OBSERVE}`: NOTHING is blocked, by any policy; install again without it to enforce"
            );
        }
    }
}

/// In which form something is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Print {
    /// As the file has it
    Toml,
    /// In base64, as device management carries it
    Mdm,
}

/// A shipped policy to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Posture {
    /// Reading and testing; nothing leaves, nothing is installed
    Lockdown,
    /// Productive inside the workspace; a person is asked about what leaves it
    Controlled,
    /// Wide; what is catastrophic, and secrets, are still stopped
    Open,
}

impl Posture {
    /// As `include` names it, without its ending.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Lockdown => "lockdown",
            Self::Controlled => "controlled",
            Self::Open => "open",
        }
    }

    /// A policy that starts from it.
    pub(super) fn text(self) -> String {
        let name = self.name();
        format!(
            "# The posture to start from. Rules of your own go below, or into other `*.rules` files beside this one.\ninclude(\"@prexec/{name}.rules\")\n"
        )
    }
}

/// Why an installation ends.
pub(super) enum Stopped {
    Policy(Diagnostics),
    Other(String),
}

impl From<String> for Stopped {
    fn from(why: String) -> Self {
        Self::Other(why)
    }
}

impl From<Failed> for Stopped {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Policy(found) => Self::Policy(found),
            Failed::Other(why) => Self::Other(why),
        }
    }
}

pub(super) fn run(options: &Options) -> ExitCode {
    ended(if options.managed { install_managed::install(options) } else { install_user::install(options) })
}

pub(super) fn remove(options: &Removal) -> ExitCode {
    ended(if options.managed { install_managed::uninstall(options) } else { install_user::uninstall(options) })
}

fn ended(result: Result<(), Stopped>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stopped::Policy(found)) => {
            human::diagnostics(&found, Color::Auto);
            ExitCode::from(POLICY_ERROR)
        }
        Err(Stopped::Other(why)) => finish(Err(why)),
    }
}

/// The executables that could be registered, the first choice first, as they are named below `root`; none that somebody else could
/// replace is among them.
pub(super) fn executables(options: &Options, root: &Path, check: &Check) -> Result<Vec<PathBuf>, String> {
    let named = match &options.executable {
        Some(named) => std::path::absolute(named).map_err(|e| format!("`{}` is no path: {e}", named.display()))?,
        None => running()?,
    };
    let below = |path: &Path| root.join(path.strip_prefix("/").unwrap_or(path));
    let vetted = |path: &Path| {
        rules::vet(&below(path), check).map_err(|why| format!("the executable cannot be registered: {why}"))
    };
    vetted(&named)?;
    let small = command::small_beside(&named);
    let mut found = Vec::from([named]);
    if options.executable.is_none() && below(&small).is_file() && vetted(&small).is_ok() {
        found.insert(0, small);
    }
    Ok(found)
}

/// This executable by the name under which it was started, where that is a path to it: package managers move what a link leads to.
fn running() -> Result<PathBuf, String> {
    let real = std::env::current_exe()
        .map_err(|e| format!("this executable cannot be found: {e}; name it with --executable"))?;
    let name = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    let absolute = |path: PathBuf| std::path::absolute(path).ok();
    let by_path = || {
        let search = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&search).filter(|d| d.is_absolute()).map(|d| d.join(&name)).find(|path| path.is_file())
    };
    let started = if name.components().count() > 1 { absolute(name) } else { by_path() };
    let same = |path: &PathBuf| path.canonicalize().ok() == real.canonicalize().ok();
    // A link out of its directory is refused as a policy is; what it leads to then stands for it.
    let usable = |path: &PathBuf| !path.is_symlink();
    Ok(started.filter(same).filter(usable).unwrap_or(real))
}

//! `prexec run`: the gate that a person has approved.
//!
//! The person has seen the reason and the whole script. Time may have passed, so it is decided once more, and what is forbidden now
//! is refused. Then a shell takes this process's place: directory, environment, streams, signals and exit status are the
//! script's own.
//!
//! The shell is never a login shell: the one that started the gate has read the profile already, what that exports is there, and
//! reading it twice would do twice what it does. Codex itself runs commands so, behind a snapshot of the login shell.

use super::call::CallOptions;
use super::gate_record::{Decided, Run};
use super::shell::{self, Shell};
use super::values::directory;
use super::{ask, policy, process};
use crate::approval::Gate;
use crate::codex;
use crate::decision::Decision;
use crate::gate;
use crate::guard;
use crate::shell::{Dialect, Limits, parse};
use crate::text::visible;
use crate::world::HostWorld;
use clap::Args;
use nix::unistd::{User, geteuid};
use std::convert::Infallible;
use std::ffi::{CString, OsString};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::process::ExitCode;

/// Exit status where the script does not run, as of a shell that cannot execute a command.
pub(super) const REFUSED: u8 = 126;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Policy file, directory of `*.rules`, or compiled policy; may be repeated [default: the installed layers]
    #[arg(long, value_name = "P")]
    policy: Vec<PathBuf>,
    /// The account's home directory, instead of the one in the account database
    #[arg(long, value_name = "DIR", value_parser = directory())]
    home: Option<PathBuf>,
    /// Where the run is recorded [default: where the hook records]
    #[arg(long, value_name = "DIR|off")]
    audit: Option<OsString>,
    /// Why a person was asked; nothing is decided by it
    reason: String,
    /// The script, as one word
    #[arg(last = true, required = true, num_args = 1)]
    script: String,
}

pub(super) fn run(options: &Options) -> ExitCode {
    let world = HostWorld::new(options.home.as_deref());
    let run = Run { audit: options.audit.as_deref(), script: &options.script, world: &world };
    let mut decided = Decided::default();
    let Err(why) = decide(options, &world, &mut decided).map_err(|why| (why, "refused")).and_then(|()| {
        run.record(&decided, "started");
        execute(options).map_err(|why| (why, "failed"))
    });
    let (why, how) = why;
    run.record(&decided, how);
    // Nothing is left to do where nobody reads standard error.
    let _ = writeln!(std::io::stderr(), "prexec: refused: {}", visible(&why));
    ExitCode::from(REFUSED)
}

/// The same call once more, by the same policies.
fn decide(options: &Options, world: &HostWorld, decided: &mut Decided) -> Result<(), String> {
    let request = policy::Request {
        named: &options.policy,
        home: options.home.as_deref(),
        stale: policy::Stale::Sources,
        sandboxed: true,
        ..policy::Request::default()
    };
    let input = CallOptions::shell_input(&options.script)?;
    let judged = policy::bounded(|| {
        // What is wrong with it quotes the file, which whoever reads this need not be allowed to read.
        let ready =
            policy::load(&request).map_err(|_| "the policy does not load; `prexec lint` says what is wrong with it")?;
        decided.recording = ready.policy.recording();
        decided.policy.clone_from(&ready.policy.digest);
        Ok::<_, &str>(gate::judge(&codex::read(&input), &ready.policy, world))
    })?;
    let judged = &*decided.judged.insert(judged);
    match judged.verdict.decision() {
        Decision::Allow | Decision::Prompt => Ok(()),
        Decision::Deny => {
            let shown = gate::for_people(judged);
            Err(codex::reasons(&shown, &|reason| gate::describe(judged, reason)))
        }
    }
}

fn execute(options: &Options) -> Result<Infallible, String> {
    let shell = find_shell(options);
    if !shell.certain && !means_the_same_everywhere(&options.script) {
        return Err(
            "which shell was to run this cannot be found out here, and bash and zsh read it differently; say which one by \
             `bash -c '...'`"
                .into(),
        );
    }
    let text = |bytes: &[u8]| CString::new(bytes).map_err(|_| String::from("the script holds a NUL"));
    let file = text(shell.file.as_os_str().as_bytes())?;
    let arguments = [text(&shell.name)?, text(b"-c")?, text(options.script.as_bytes())?];
    guard::before_exec();
    nix::unistd::execv(&file, &arguments)
        .map_err(|e| format!("`{}` cannot be executed: {}", shell::shown(&shell), e.desc()))
}

fn find_shell(options: &Options) -> Shell {
    let account = User::from_uid(geteuid()).ok().flatten();
    let called = std::env::args().next().unwrap_or_default();
    let gate = Gate::new(&called).and_then(|gate| {
        ask::with_options(gate, &options.policy, options.home.as_deref(), options.audit.as_deref()).ok()
    });
    let command = gate.map(|gate| gate.command(&options.reason, &options.script)).unwrap_or_default();
    let origin = shell::Origin {
        ancestors: &process::ancestors(),
        command: &command,
        has_old_directory: std::env::var_os("OLDPWD").is_some(),
        login_shell: account.as_ref().map(|account| account.shell.as_path()),
    };
    origin.shell()
}

/// Whether bash and zsh read the script alike.
fn means_the_same_everywhere(script: &str) -> bool {
    parse(script, &Limits::default())
        .is_ok_and(|tree| !tree.others().contains(Dialect::Zsh) && tree.differences().is_empty())
}

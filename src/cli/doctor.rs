//! `prexec doctor`: is the hook really enforced here, and what is not covered?

use super::call::{finish, unwritten, write_line};
use super::human::Color;
use super::install::Stopped;
use super::policy::{self, Request, Stale};
use super::try_canary;
use super::values::directory;
use crate::agent::ALL as AGENTS;
use crate::doctor::{self, Finding, Machine, Probes, Status, claude, render};
use crate::install::codex_home;
use crate::install::command::{self, Ours};
use crate::text::visible;
use clap::Args;
use clap::builder::PossibleValuesParser;
use nix::unistd::{User, geteuid};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Exit status where a check fails.
const FAILS: u8 = 5;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The account that is looked at; another one than this takes root
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// The account's home directory, instead of the one in the account database
    #[arg(long, value_name = "DIR", value_parser = directory())]
    home: Option<PathBuf>,
    /// The agent whose registration is looked at
    #[arg(long, value_name = "AGENT", default_value = AGENTS.first().map_or("", |agent| agent.name),
        value_parser = PossibleValuesParser::new(AGENTS.iter().map(|agent| agent.name)))]
    agent: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// When to colour the output; `NO_COLOR` counts for `auto`
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
    /// The environment is not that of a session of this account
    #[arg(long, hide = true)]
    started_for_another: bool,
}

pub(super) fn run(options: &Options) -> ExitCode {
    finish(examine(options))
}

fn examine(options: &Options) -> Result<ExitCode, String> {
    let me = User::from_uid(geteuid()).ok().flatten();
    if let Some(name) = options.user.as_deref().filter(|name| me.as_ref().is_none_or(|me| me.name != *name)) {
        return for_another(name, options);
    }
    let account = me.as_ref().map_or_else(|| geteuid().to_string(), |me| me.name.clone());
    let home = options
        .home
        .clone()
        .or(me.map(|me| me.dir))
        .ok_or("this account has no home directory; name one with --home")?;
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = if options.home.is_some() { home.clone() } else { variable("HOME").unwrap_or_else(|| home.clone()) };
    let probes = Probes { policy: &|ours| of_policy(ours, &home), canary: &|line, ours| canary(line, ours, &home) };
    let own = !options.started_for_another;
    let findings = if options.agent == "claude" {
        let settings = claude::home(variable("CLAUDE_CONFIG_DIR").as_deref(), &base);
        let machine = Machine::look(account.clone(), home.clone(), settings, claude::SYSTEM.into(), own);
        let directory = std::env::current_dir().unwrap_or_else(|_| home.clone());
        claude::examine(&claude::Settings::look(machine, &directory), &probes)
    } else {
        let codex = codex_home(variable("CODEX_HOME").as_deref(), &base);
        let system = Path::new(policy::REQUIREMENTS).parent().unwrap_or(Path::new("/")).to_path_buf();
        doctor::examine(&Machine::look(account.clone(), home.clone(), codex, system, own), &probes)
    };
    if options.json {
        write_line(&render::json(&account, &findings).to_string())?;
    } else {
        table(&account, &findings, options.color).map_err(|e| unwritten(&e))?;
    }
    let fails = doctor::worst(&findings) == Status::Failure;
    Ok(if fails { ExitCode::from(FAILS) } else { ExitCode::SUCCESS })
}

/// Everything as that account sees it: the same program, started as it.
fn for_another(name: &str, options: &Options) -> Result<ExitCode, String> {
    let user = User::from_name(name).ok().flatten().ok_or_else(|| format!("there is no account `{name}` here"))?;
    if !geteuid().is_root() {
        return Err(format!("only root can look at another account; run this as root, or as `{name}`"));
    }
    let program = std::env::current_exe().map_err(|e| format!("this executable cannot be found: {e}"))?;
    let mut command = Command::new(program);
    command.args(["doctor", "--started-for-another", "--agent", &options.agent]).env_clear().current_dir("/");
    command.env("HOME", &user.dir).env("USER", name).env("LOGNAME", name);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    if options.json {
        command.arg("--json");
    }
    if let Some(home) = &options.home {
        command.arg("--home").arg(home);
    }
    let color = options.color.paint(&std::io::stdout()).is_on();
    command.args(["--color", if color { "always" } else { "never" }]);
    command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    let status = command.status().map_err(|e| format!("this cannot be started as `{name}`: {e}"))?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::from(super::INTERNAL_ERROR), ExitCode::from))
}

/// What a registered command line decides by.
struct Named {
    policies: Vec<PathBuf>,
    home: PathBuf,
    stale: Stale,
}

impl Named {
    fn of(ours: &Ours, home: &Path) -> Self {
        let last = |option: &str| command::values(&ours.arguments, option).last().copied();
        Self {
            policies: command::values(&ours.arguments, "--policy").into_iter().map(PathBuf::from).collect(),
            home: last("--home").map_or_else(|| home.to_path_buf(), PathBuf::from),
            stale: if last("--stale") == Some("sources") { Stale::Sources } else { Stale::Deny },
        }
    }

    fn request(&self, stale: Stale) -> Request<'_> {
        Request { named: &self.policies, home: Some(&self.home), stale, ..Request::default() }
    }
}

fn canary(line: &str, ours: &Ours, home: &Path) -> Result<String, String> {
    let named = Named::of(ours, home);
    try_canary::run(line, &named.request(named.stale), &named.home).map_err(|stopped| match stopped {
        Stopped::Policy(found) => first_line(&found.to_string()),
        Stopped::Other(why) => why,
    })
}

fn of_policy(ours: &Ours, home: &Path) -> Finding {
    let mut finding = Finding::new("policy", "the policy loads, is compiled, and is as its sources are");
    let named = Named::of(ours, home);
    let next = "compile it again: `prexec install --user` for an account, `prexec compile --managed` for a machine";
    if let Err(found) = policy::load_bounded(&named.request(Stale::Deny)) {
        let status = if named.stale == Stale::Sources { Status::Warning } else { Status::Failure };
        finding.add(status, first_line(&found.to_string()), next);
    }
    match policy::load_bounded(&named.request(Stale::Sources)) {
        Ok(ready) => {
            let rules: usize = ready.policy.layers.iter().map(|l| l.prefix_rules.count() + l.glob_rules.count()).sum();
            let layers: Vec<&str> = ready.policy.layers.iter().map(|layer| layer.trust.as_str()).collect();
            let from: Vec<String> = named.policies.iter().map(|path| format!("`{}`", path.display())).collect();
            let from = if from.is_empty() { format!("the layers {}", layers.join(", ")) } else { from.join(", ") };
            finding.say(format!("{rules} rules on commands and paths from {from}; {}", ready.policy.digest));
            let unknown = ready.warnings.to_string();
            if !ready.sources.is_empty() {
                let what = "the sources decide, not a compiled policy, which takes longer for each call";
                finding.add(Status::Warning, what, next);
            }
            if !unknown.trim().is_empty() {
                finding.say(first_line(&unknown));
            }
        }
        Err(found) => {
            finding.status = Status::Ok;
            finding.found.clear();
            finding.next = None;
            let what = format!("it does not load, so every call is blocked: {}", first_line(&found.to_string()));
            finding.add(Status::Failure, what, "repair it (`prexec lint` says more)");
        }
    }
    finding
}

fn first_line(text: &str) -> String {
    text.trim().lines().next().unwrap_or_default().to_owned()
}

fn table(account: &str, findings: &[Finding], color: Color) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let paint = color.paint(&out);
    writeln!(out, "account {}", visible(account))?;
    for finding in findings {
        writeln!(out, "{}  {}", paint.status(finding.status, render::word(finding.status)), finding.title)?;
        for found in &finding.found {
            writeln!(out, "         {}", visible(found))?;
        }
        if let Some(next) = &finding.next {
            writeln!(out, "         next: {}", visible(next))?;
        }
    }
    let count = |status: Status| findings.iter().filter(|finding| finding.status == status).count();
    writeln!(
        out,
        "{} ok, {} warnings, {} failures",
        count(Status::Ok),
        count(Status::Warning),
        count(Status::Failure)
    )?;
    out.flush()
}

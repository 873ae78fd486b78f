//! `prexec inventory`: what agents load here, and what of it is not as it was or not as it may be.

use super::call::{CallOptions, finish, unwritten, write_line};
use super::human::Color;
use super::policy;
use super::values::directory;
use crate::gate;
use crate::install::codex_home;
use crate::inventory::{Against, Drift, Inventory, Kind, Places, look};
use crate::text::visible;
use crate::world::HostWorld;
use clap::Args;
use nix::unistd::{User, geteuid};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Exit status where something is otherwise.
const DRIFT: u8 = 5;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Compare with a `requirements.toml`, or with what `--json` printed before
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// The directory of the session [default: the current one]
    #[arg(long, value_name = "DIR")]
    cwd: Option<PathBuf>,
    /// The account's home directory, instead of the one in the account database
    #[arg(long, value_name = "DIR", value_parser = directory())]
    home: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// When to colour the output; `NO_COLOR` counts for `auto`
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
}

pub(super) fn run(options: &Options) -> ExitCode {
    finish(list(options))
}

fn list(options: &Options) -> Result<ExitCode, String> {
    let against = options.against.as_deref().map(Against::read).transpose()?;
    let (tiers, note) = tiers(options);
    let mut found = look(&places(options, tiers)?)?;
    if let Some(note) = note {
        found.faults.push(note);
    }
    let drift = against.map(|against| found.drift(&against));
    if options.json {
        write_line(&json(&found, drift.as_deref())?)?;
    } else {
        table(&found, drift.as_deref(), options.color).map_err(|e| unwritten(&e))?;
    }
    let any = drift.is_some_and(|drift| !drift.is_empty());
    Ok(if any { ExitCode::from(DRIFT) } else { ExitCode::SUCCESS })
}

fn places(options: &Options, tiers: Vec<String>) -> Result<Places, String> {
    let me = User::from_uid(geteuid()).ok().flatten();
    let account = me.as_ref().map_or_else(|| geteuid().to_string(), |me| me.name.clone());
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = match &options.home {
        Some(home) => std::path::absolute(home).map_err(|e| e.to_string())?,
        None => variable("HOME").or(me.map(|me| me.dir)).ok_or("this account has no home; name one with --home")?,
    };
    // Where another home is named, what this environment says is not that account's.
    let own = |name: &str| variable(name).filter(|_| options.home.is_none());
    let claude = own("CLAUDE_CONFIG_DIR");
    let cwd = options.cwd.clone().unwrap_or_else(|| PathBuf::from("."));
    let cwd = std::fs::canonicalize(&cwd).map_err(|e| format!("`{}` cannot be looked from: {e}", cwd.display()))?;
    let system = Path::new(policy::REQUIREMENTS).parent().unwrap_or(Path::new("/"));
    let search = std::env::var_os("PATH").unwrap_or_default();
    Ok(Places {
        account,
        host: nix::sys::utsname::uname().map(|name| name.nodename().to_string_lossy().into_owned()).unwrap_or_default(),
        codex: codex_home(own("CODEX_HOME").as_deref(), &home),
        codex_system: system.to_path_buf(),
        claude_json: claude.clone().unwrap_or_else(|| home.clone()),
        claude: claude.unwrap_or_else(|| home.join(".claude")),
        claude_system: PathBuf::from("/etc/claude-code"),
        path: std::env::split_paths(&search).filter(|path| path.is_absolute()).collect(),
        home,
        cwd,
        tiers,
    })
}

/// The trust tiers of the directory by the policy in force; a fault where that does not load.
fn tiers(options: &Options) -> (Vec<String>, Option<crate::inventory::Fault>) {
    let home = options.home.as_deref();
    let ready =
        policy::load_bounded(&policy::Request { home, stale: policy::Stale::Sources, ..policy::Request::default() });
    let input = CallOptions::shell_input_in(options.cwd.as_deref(), "true");
    match (ready, input) {
        (Ok(ready), Ok(input)) => {
            let call = crate::codex::read(&input);
            (gate::judge(&call, &ready.policy, &HostWorld::new(home)).tiers, None)
        }
        (Err(why), _) => {
            let first = why.to_string().trim().lines().next().unwrap_or_default().to_owned();
            let what = format!("the policy does not load, so that the trust tier is not known: {first}");
            (Vec::new(), Some(crate::inventory::Fault { file: "policy".into(), what }))
        }
        (_, Err(what)) => (Vec::new(), Some(crate::inventory::Fault { file: "cwd".into(), what })),
    }
}

fn json(found: &Inventory, drift: Option<&[Drift]>) -> Result<String, String> {
    let mut value = serde_json::to_value(found).map_err(|e| e.to_string())?;
    if let (Some(drift), Some(map)) = (drift, value.as_object_mut()) {
        map.insert("drift".into(), serde_json::to_value(drift).map_err(|e| e.to_string())?);
    }
    Ok(value.to_string())
}

fn table(found: &Inventory, drift: Option<&[Drift]>, color: Color) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let paint = color.paint(&out);
    let place = found.repository.as_deref().unwrap_or(&found.cwd);
    writeln!(out, "account {} on {}, in {}", visible(&found.account), visible(&found.host), visible(place))?;
    for kind in Kind::ALL {
        let items: Vec<_> = found.items.iter().filter(|item| item.kind == kind).collect();
        writeln!(out, "{}", paint.strong(&format!("{} ({})", kind.as_str(), items.len())))?;
        for item in items {
            let off = if item.enabled { "" } else { " (off)" };
            let line = item.origin.line.map(|line| format!(":{line}")).unwrap_or_default();
            let detail: Vec<String> = item.detail.iter().map(|(key, value)| format!("{key} {value}")).collect();
            let detail = if detail.is_empty() { String::new() } else { format!("  {}", detail.join(", ")) };
            let what = format!("  {}  {}{off}{detail}", item.agent, item.name);
            writeln!(out, "{}", visible(&what))?;
            let owner = item.owner.as_ref().map(|owner| {
                let account = owner.account.clone().unwrap_or_else(|| owner.uid.to_string());
                format!("  {account} {}", owner.mode)
            });
            let link = item.link.as_ref().map(|link| format!("  leads to {link}")).unwrap_or_default();
            let digest = item.digest.as_deref().and_then(|d| d.get(..19)).map(|d| format!("  {d}")).unwrap_or_default();
            let place = format!("      {}{line}{link}{}{digest}", item.origin.file, owner.unwrap_or_default());
            writeln!(out, "{}", paint.faint(&visible(&place)))?;
        }
    }
    writeln!(out, "{}", paint.strong("settings in force"))?;
    for setting in &found.settings {
        let origin = setting.origin.as_ref().map_or("by itself", |origin| origin.file.as_str());
        let asked = setting.asked.as_ref().map(|asked| format!(", where `{asked}` is asked for")).unwrap_or_default();
        writeln!(out, "  {} = {}  ({}{})", setting.name, visible(&setting.value), visible(origin), visible(&asked))?;
    }
    for tier in &found.floor {
        let below: Vec<String> = tier.below.iter().map(|b| format!("{} over {}", b.setting, b.floor)).collect();
        let below = if below.is_empty() { "held".to_owned() } else { format!("looser: {}", below.join(", ")) };
        let here = if tier.applies { ", this repository's" } else { "" };
        writeln!(out, "  floor of the tier {}{here}: {}", tier.name, visible(&below))?;
    }
    for fault in &found.faults {
        writeln!(out, "{}  {}: {}", paint.strong("not looked at"), visible(&fault.file), visible(&fault.what))?;
    }
    if let Some(drift) = drift {
        for drift in drift {
            let place = drift.origin.as_ref().map(|origin| format!("  {}", origin.file)).unwrap_or_default();
            let what = format!("{} {}{place}: {}", drift.kind, drift.name, drift.why);
            writeln!(out, "{}  {}", paint.strong(drift.change.as_str()), visible(&what))?;
        }
        writeln!(out, "{} things are otherwise", drift.len())?;
    }
    out.flush()
}

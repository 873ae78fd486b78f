//! Whether a person can be asked about a call that needs approval, and by which command.
//!
//! A command that is rewritten for the gate runs unasked where Codex does not have the managed rule about it. So the rule must
//! stand in the requirements, in a file that is root's alone, and must have stood there when Codex was started, as Codex reads them
//! then. What cannot be found out counts as "no".

use super::{policy, process};
use crate::approval::{Asked, Gate, NAME};
use crate::call::Call;
use crate::codex::reasons;
use crate::compiled::{Fact, GateFact};
use crate::gate;
use crate::install::command;
use crate::report::Judged;
use crate::rules::{self, Check, fact_holds, gate_rule, gate_rule_text};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// What Codex keeps of the requirements that an organisation sends, below `$CODEX_HOME`. They come before those of the machine.
const SENT: &str = "cloud-config-bundle-cache.json";
/// Most bytes of that file that are looked through.
const MOST_SENT: u64 = 8 << 20;

/// What the hook was registered with, which the gate has to decide by as well.
#[derive(Clone, Copy, Debug)]
pub(super) struct Registered<'r> {
    pub(super) policy: &'r [PathBuf],
    pub(super) home: Option<&'r Path>,
    /// Where records go, as `--audit` says it.
    pub(super) audit: Option<&'r OsStr>,
    /// What a compiled policy says of the managed rule.
    pub(super) gate: Option<&'r GateFact>,
}

/// Whether and how a person is asked about a call that needs approval.
pub(super) fn about(call: &Call, judged: &Judged, registered: Registered<'_>) -> Asked {
    let shown = &gate::for_people(judged);
    // A word in front, so that it can never be taken for an option.
    let reason = format!("needs approval: {}", reasons(shown, &|reason| gate::describe(judged, reason)));
    let asked = gate_here(registered).and_then(|gate| {
        let rewritten = gate.rewrite(call, &reason).map_err(|unfit| unfit.to_string())?;
        rule_in_force(&gate, registered)?;
        Ok(rewritten)
    });
    match asked {
        Ok(rewritten) => Asked::Gate(rewritten),
        Err(why) => Asked::Impossible(why),
    }
}

/// Whether nothing of Codex's own goes by the text of a command in this directory, so that an allowed one may run in another form.
///
/// # Errors
/// What does, as the end of a sentence.
pub(super) fn may_rewrite(directory: &Path, home: Option<&Path>) -> Result<(), String> {
    nothing_sent(home)?;
    let session = std::env::current_dir().map_err(|e| format!("the session's directory cannot be found out: {e}"))?;
    let codex = codex_homes(home).into_iter().flat_map(|codex| rules::rule_directories(&codex, &[directory, &session]));
    rules::nothing_goes_by_text(Path::new(policy::REQUIREMENTS), &codex.collect::<Vec<_>>())
}

/// The directories that Codex may have as its home.
fn codex_homes(home: Option<&Path>) -> Vec<PathBuf> {
    let request = policy::Request { home, ..policy::Request::default() };
    let own = std::env::var_os("CODEX_HOME").map(PathBuf::from);
    own.into_iter().chain(policy::home(&request).map(|home| home.join(".codex"))).collect()
}

/// The gate that this executable is, with what it needs to decide as this call was decided.
fn gate_here(registered: Registered<'_>) -> Result<Gate, String> {
    let mut executable = std::env::current_exe().map_err(|e| format!("the path of prexec cannot be found out: {e}"))?;
    // The executable for calls alone has no verbs; the gate is the one beside it.
    if executable.file_name().is_some_and(|name| name == command::SMALL) {
        executable.set_file_name(NAME);
    }
    let gate = executable.to_str().and_then(Gate::new).ok_or_else(|| {
        format!(
            "nobody can be asked, because prexec runs as `{}`: install it under the name `prexec` in a directory whose path is \
             made of letters, digits, `.`, `_` and `-`",
            executable.display()
        )
    })?;
    with_options(gate, registered.policy, registered.home, registered.audit)
}

/// The gate with what it needs to decide by the same policies.
pub(super) fn with_options(
    mut gate: Gate,
    policy: &[PathBuf],
    home: Option<&Path>,
    audit: Option<&OsStr>,
) -> Result<Gate, String> {
    let policies = policy.iter().map(|path| ("--policy", path.as_path()));
    for (option, path) in policies.chain(home.map(|home| ("--home", home))) {
        let path = std::path::absolute(path).ok().and_then(|path| path.into_os_string().into_string().ok());
        let path = path.ok_or_else(|| format!("nobody can be asked: the path after `{option}` is not text"))?;
        gate = gate.with_option(option, &path);
    }
    if let Some(audit) = audit {
        let audit = audit.to_str().ok_or("nobody can be asked: the path after `--audit` is not text")?;
        gate = gate.with_option("--audit", audit);
    }
    Ok(gate)
}

/// Whether Codex, as it runs, asks about the gate.
fn rule_in_force(gate: &Gate, registered: Registered<'_>) -> Result<(), String> {
    let requirements = Path::new(policy::REQUIREMENTS);
    let add = |what: String| {
        format!(
            "nobody can be asked: {what}; an administrator adds `{}` to `[rules] prefix_rules` in `{}`, which belongs to root \
             and which nobody else may write (or runs `prexec install --managed`), and Codex is started again",
            gate_rule_text(gate.executable()),
            policy::REQUIREMENTS
        )
    };
    let known = registered.gate.filter(|fact| {
        fact.executable == gate.executable().as_bytes()
            && fact.requirements.path == requirements.as_os_str().as_encoded_bytes()
            && fact_holds(&fact.requirements)
    });
    let fact = match known {
        Some(fact) => fact.requirements.clone(),
        None => gate_rule(requirements, &Check::managed(), gate.executable()).map_err(add)?,
    };
    older_than_agent(&fact)?;
    nothing_sent(registered.home)
}

/// Codex reads its requirements when it starts.
fn older_than_agent(requirements: &Fact) -> Result<(), String> {
    let stat = requirements.stat.ok_or("nobody can be asked: the requirements of Codex are gone")?;
    let (seconds, nanoseconds) = stat.changed;
    let changed = i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
    match process::agent_started() {
        Some(started) if changed <= started => Ok(()),
        Some(_) => Err(format!(
            "nobody can be asked: `{}` has changed since Codex was started; start Codex again",
            policy::REQUIREMENTS
        )),
        None => Err("nobody can be asked: when Codex was started cannot be found out here".into()),
    }
}

/// Requirements with rules of their own that come before those of the machine may take its rules away.
fn nothing_sent(home: Option<&Path>) -> Result<(), String> {
    for directory in codex_homes(home) {
        let path = directory.join(SENT);
        if policy::stands(&path) && !is_without_rules(&path) {
            return Err(format!(
                "nobody can be asked: the requirements that your organisation sends (`{}`) may replace the machine's rules",
                path.display()
            ));
        }
    }
    Ok(())
}

fn is_without_rules(path: &Path) -> bool {
    let small = std::fs::metadata(path).is_ok_and(|facts| facts.is_file() && facts.len() <= MOST_SENT);
    small && std::fs::read(path).is_ok_and(|bytes| !bytes.windows(5).any(|window| window == b"rules"))
}

/// What a compiled policy records of the rule, where it stands now.
pub(super) fn fact() -> Option<GateFact> {
    let executable = std::env::current_exe().ok()?;
    let gate = Gate::new(executable.to_str()?)?;
    let requirements = gate_rule(Path::new(policy::REQUIREMENTS), &Check::managed(), gate.executable()).ok()?;
    Some(GateFact { executable: OsStr::new(gate.executable()).as_encoded_bytes().to_vec(), requirements })
}

/// What a compiled policy says of the rule, where nobody but root can have written that.
pub(super) fn believed(path: &Path, fact: Option<GateFact>) -> Option<GateFact> {
    fact.filter(|_| rules::admits(path, &Check::managed()))
}

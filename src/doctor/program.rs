//! The programs: Codex, and the executable that it starts.

use super::{Finding, Machine, Status, registration};
use crate::rules::{self, Check};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The versions of Codex whose behaviour was observed.
pub const KNOWN: &[&str] = &["0.169.0"];

/// How long Codex may take to say its version.
const LIMIT: Duration = Duration::from_secs(10);

/// Which Codex is there, and whether it is known what it does with hooks.
pub(super) fn codex(machine: &Machine) -> Finding {
    let mut finding = Finding::new("codex", "it is known what this Codex does with a hook");
    let search = machine.environment.get("PATH").map(String::as_str).unwrap_or_default();
    let Some(path) = std::env::split_paths(search).map(|d| d.join("codex")).find(|path| path.is_file()) else {
        let next = "run this where `codex` is in PATH, if it is installed";
        finding.add(Status::Warning, "no `codex` is in PATH", next);
        return finding;
    };
    match version(&path) {
        Some(version) if KNOWN.contains(&version.as_str()) => finding.say(format!("codex {version}")),
        Some(version) => {
            let what = format!("codex {version}; hooks were observed in {}", KNOWN.join(", "));
            finding.add(
                Status::Warning,
                what,
                "run the tests against it (tests/codex/README.md), or stay with a known version",
            );
        }
        None => {
            let what = format!("`{}` does not say its version", path.display());
            finding.add(Status::Warning, what, "see that `codex --version` works");
        }
    }
    finding
}

fn version(path: &Path) -> Option<String> {
    let mut child = Command::new(path)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let end = Instant::now() + LIMIT;
    while child.try_wait().ok()?.is_none() {
        if Instant::now() > end {
            // Both fail only where it has ended meanwhile.
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut said = String::new();
    child.stdout.take()?.take(256).read_to_string(&mut said).ok()?;
    let version = said.trim().strip_prefix("codex-cli ")?;
    Some(version.to_owned())
}

/// Whether the executable is there, whole, and nobody else's.
pub(super) fn executable(machine: &Machine) -> Finding {
    let mut finding = Finding::new("executable", "the registered executable is there and nobody else can replace it");
    let Some((_, ours)) = registration::deciding(machine) else {
        finding.add(Status::Failure, "no executable is registered", registration::INSTALL);
        return finding;
    };
    let path: PathBuf = ours.executable;
    let name = path.display();
    let next = "install it again with `install` or a package manager, never with `cp` onto it";
    match std::fs::metadata(&path) {
        Err(e) => finding.add(Status::Failure, format!("`{name}` cannot be found: {e}"), next),
        Ok(found) if !found.is_file() => finding.add(Status::Failure, format!("`{name}` is no file"), next),
        // Bash runs an empty file as a script that does nothing, and then the call runs.
        Ok(found) if found.len() == 0 => finding.add(Status::Failure, format!("`{name}` is empty"), next),
        Ok(found) if found.permissions().mode() & 0o111 == 0 => {
            finding.add(Status::Failure, format!("`{name}` cannot be executed, so every call is blocked"), next);
        }
        Ok(_) => match rules::vet(&path, &Check::command_line()) {
            Ok(()) => finding.say(format!("`{name}`")),
            Err(why) => finding.add(Status::Failure, why, "let only root or the account itself write it"),
        },
    }
    finding
}

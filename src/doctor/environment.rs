//! What bends the launch of a hook: Codex starts it by `/bin/bash -c` with its own environment.

use super::machine::files_of;
use super::{Finding, Machine, Status};
use std::path::PathBuf;

/// Variables by which something else runs first, or in the place of what is named.
fn bends(name: &str) -> bool {
    matches!(name, "BASH_ENV" | "ENV" | "SHELLOPTS" | "BASHOPTS" | "LD_PRELOAD" | "LD_AUDIT" | "LD_LIBRARY_PATH")
        || name.starts_with("BASH_FUNC_")
        || name.starts_with("DYLD_")
}

/// How bad it is that a variable is set: `BASH_ENV` and functions can skip the hook, the rest changes what runs.
fn weight(name: &str) -> Status {
    if name == "BASH_ENV" || name.starts_with("BASH_FUNC_") { Status::Failure } else { Status::Warning }
}

/// The variables of this session.
pub(super) fn variables(machine: &Machine) -> Finding {
    let mut finding = Finding::new("environment", "no variable runs something before the hook");
    if !machine.own_environment {
        let next = "run `prexec doctor` in a session of that account as well";
        finding.add(Status::Warning, "the environment of another account's sessions is not known here", next);
    }
    // `ENV` is read by a shell that is started as `sh`, which Codex does not do.
    for name in machine.environment.keys().filter(|name| bends(name) && *name != "ENV") {
        let next = format!("take `{name}` out of what sets up the session, or start Codex by `env -u '{name}' codex`");
        finding.add(weight(name), format!("`{name}` is set"), next);
    }
    finding
}

/// The variables that Codex takes from its home.
pub(super) fn dotenv(machine: &Machine) -> Finding {
    let mut finding = Finding::new("dotenv", "no variable in Codex's `.env` runs something before the hook");
    let path = machine.codex.join(".env");
    let Ok(text) = std::fs::read_to_string(&path) else { return finding };
    for line in text.lines() {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, _)) = line.split_once('=') else { continue };
        let name = name.trim().trim_matches(['"', '\'']);
        if bends(name) || name == "PATH" || name == "HOME" {
            let what = format!("`{}` sets `{name}`", path.display());
            finding.add(weight(name), what, format!("take that line out of `{}`", path.display()));
        }
    }
    finding
}

/// Files that a session starts with, where they set such a variable for everything that follows.
pub(super) fn start_up_files(machine: &Machine) -> Finding {
    let mut finding = Finding::new("start-up-files", "no start-up file exports what runs before the hook");
    let own =
        [".profile", ".bash_profile", ".bash_login", ".bashrc", ".zshenv", ".zprofile", ".zshrc", ".pam_environment"];
    let mut files: Vec<PathBuf> = own.iter().map(|name| machine.home.join(name)).collect();
    files.extend(["/etc/environment", "/etc/profile", "/etc/bash.bashrc", "/etc/zsh/zshenv"].map(PathBuf::from));
    files.extend(files_of("/etc/profile.d".as_ref(), "sh"));
    files.extend(files_of(&machine.home.join(".config/environment.d"), "conf"));
    for path in files {
        let Ok(text) = std::fs::read(&path) else { continue };
        let text = String::from_utf8_lossy(&text);
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_start();
            let sets = !line.starts_with('#') && (line.contains("BASH_ENV") || line.contains("export -f"));
            if sets {
                let what =
                    format!("`{}` line {}: {}", path.display(), number + 1, line.chars().take(80).collect::<String>());
                finding.add(Status::Warning, what, "see that nothing of this is exported to Codex");
            }
        }
    }
    finding
}

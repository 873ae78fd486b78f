//! Who may write what decides.

use super::machine::{REQUIREMENTS, Whose};
use super::{Finding, Machine, Status};
use crate::rules::{self, Check};

/// Whether only root writes what binds everybody, and only root and the account what binds the account.
pub(super) fn writable(machine: &Machine) -> Finding {
    let mut finding = Finding::new("files", "nobody else can write what registers the hook");
    let next = "take the right to write from everybody else, with `chmod go-w` and `chown`";
    for source in &machine.sources {
        let check = if source.whose == Whose::User { Check::command_line() } else { Check::managed() };
        // A link is somebody's own way to keep his configuration; what it leads to counts.
        let path = source.path.canonicalize().unwrap_or_else(|_| source.path.clone());
        if let Err(why) = rules::vet(&path, &check) {
            finding.add(Status::Failure, why, next);
        }
    }
    let dotenv = machine.codex.join(".env");
    if dotenv.exists() {
        let path = dotenv.canonicalize().unwrap_or_else(|_| dotenv.clone());
        if let Err(why) = rules::vet(&path, &Check::command_line()) {
            finding.add(Status::Failure, why, next);
        }
    }
    // A directory that somebody else may write is as good as the file that is not there yet.
    let place = machine.system.join(REQUIREMENTS);
    if !place.exists()
        && machine.system.exists()
        && let Err(why) = rules::vet_directory(&machine.system, &Check::managed())
    {
        finding.add(Status::Failure, why, next);
    }
    finding
}

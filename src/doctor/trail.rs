//! Whether decisions are recorded, and the records are kept.

use super::{Finding, Machine, Status, registration};
use crate::audit::{MACHINE, USER};
use crate::install::command;
use crate::text::visible;
use crate::trail::{Condition, Moment, condition};
use nix::sys::statvfs::statvfs;
use nix::unistd::geteuid;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// With less room than this a busy day does not fit.
const ROOM: u64 = 128 << 20;

/// Whether there is a directory that records can go to, and what is there is as it should be.
pub(super) fn audit(machine: &Machine) -> Finding {
    let mut finding = Finding::new("audit", "decisions are recorded, and the records are kept");
    let Some(place) = place(machine, &mut finding) else { return finding };
    let name = visible(&place.to_string_lossy()).into_owned();
    let metadata = match fs::symlink_metadata(&place) {
        Ok(metadata) => metadata,
        Err(error) => {
            let next = "make it, belonging to the account and with mode 0700, or name another one with `--audit`";
            finding.add(Status::Warning, format!("`{name}` cannot be looked at: {error}"), next);
            return finding;
        }
    };
    let next = format!("give `{name}` to the account and take the rights of others, with `chown` and `chmod 700`");
    if !metadata.is_dir() {
        finding.add(Status::Warning, format!("`{name}` is no directory, so nothing is recorded"), next);
        return finding;
    }
    if metadata.uid() != geteuid().as_raw() {
        finding.add(Status::Warning, format!("`{name}` belongs to another account, so nothing is recorded"), next);
    } else if metadata.mode() & 0o022 != 0 {
        finding.add(Status::Warning, format!("others may write `{name}`, so nothing is recorded"), next);
    } else if metadata.mode() & 0o055 != 0 {
        finding.add(Status::Warning, format!("others may read `{name}`"), next);
    }
    match condition(&place, Moment::now()) {
        Ok(condition) => tell(&condition, &name, &mut finding),
        Err(why) => finding.add(Status::Warning, why, "see what `prexec audit verify` says"),
    }
    if let Ok(space) = statvfs(&place) {
        let free = space.fragment_size().saturating_mul(space.blocks_available());
        if free < ROOM {
            let what = format!("only {} MiB are free where the records are", free >> 20);
            finding.add(Status::Warning, what, "make room; records that cannot be written are lost");
        }
    }
    finding
}

/// The directory that the registered command line writes to, as the hook finds it.
fn place(machine: &Machine, finding: &mut Finding) -> Option<PathBuf> {
    let ours = registration::deciding(machine).map(|(_, ours)| ours);
    let said = ours.as_ref().and_then(|ours| command::values(&ours.arguments, "--audit").last().copied());
    match said {
        Some("off") => {
            let next = "register it without `--audit off` to have a record of what was decided";
            finding.add(Status::Warning, "it is registered with `--audit off`: nothing is recorded", next);
            return None;
        }
        Some(directory) => return Some(PathBuf::from(directory)),
        None => {}
    }
    let home = ours.as_ref().and_then(|ours| command::values(&ours.arguments, "--home").last().copied());
    let home = home.map_or(machine.home.as_path(), Path::new);
    let shared = Path::new(MACHINE).join(geteuid().to_string());
    if shared.exists() {
        return Some(shared);
    }
    if Path::new(MACHINE).exists() {
        finding.say(format!("`{MACHINE}` is there; nothing of this account has been recorded yet"));
        return None;
    }
    let own = home.join(USER);
    if own.symlink_metadata().is_err() {
        let next = "`prexec install` makes a directory for them";
        finding.add(Status::Warning, "nothing is recorded: there is no directory for records", next);
        return None;
    }
    Some(own)
}

fn tell(condition: &Condition, name: &str, finding: &mut Finding) {
    let files = condition.files;
    finding.say(format!("{files} files of records in `{name}`, {} MiB", condition.bytes >> 20));
    if condition.lost > 0 {
        let what = format!("{} records could not be written since the last one that could", condition.lost);
        finding.add(Status::Warning, what, "see whether the disk is full and whose the directory is");
    }
    if let [first, ..] = condition.overdue.as_slice() {
        let what = format!("{} files are over and not closed, from `{first}` on", condition.overdue.len());
        finding.add(Status::Warning, what, "run `prexec audit prune`");
    }
    if condition.torn > 0 {
        let what = format!("{} lines of the newest files are no records", condition.torn);
        finding.add(Status::Warning, what, "a writer was stopped; see what `prexec audit verify` says");
    }
    for fault in &condition.faults {
        finding.add(Status::Warning, fault.clone(), "see what `prexec audit verify` says");
    }
}

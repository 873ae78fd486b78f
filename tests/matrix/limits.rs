//! Limits of the system: memory in steps, a small stack, few files, no processes, nothing to write.
//!
//! Where the loader of a dynamic executable gives up before `main`, the registered command line blocks; then that is what is shown.

use crate::hook::Hook;
use crate::room::{GOOD, Room};
use crate::run::{Fate, each, judge, registered, run, whole};
use crate::table::{Row, Wanted};
use nix::sys::resource::{Resource, setrlimit};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicU32, Ordering};

/// An account that is nobody's; limits on processes do not count for root.
pub(crate) const NOBODY: u32 = 65_534;

struct Limit {
    name: String,
    /// The same for bash's `ulimit`.
    shell: String,
    resource: Resource,
    value: u64,
    nobody: bool,
}

fn limits() -> Vec<Limit> {
    let mut all = Vec::new();
    let mut add = |name: String, shell: String, resource, value, nobody| {
        all.push(Limit { name, shell, resource, value, nobody });
    };
    for mib in [1, 2, 4, 8, 12, 16, 24, 32, 40, 48, 64, 96, 128, 192, 256, 512, 1024_u64] {
        add(
            format!("{mib} MiB of addresses"),
            format!("ulimit -v {}", mib << 10),
            Resource::RLIMIT_AS,
            mib << 20,
            false,
        );
    }
    for mib in [1, 4, 16, 64_u64] {
        add(format!("{mib} MiB of data"), format!("ulimit -d {}", mib << 10), Resource::RLIMIT_DATA, mib << 20, false);
    }
    for kib in [16, 64, 128, 512_u64] {
        add(format!("{kib} KiB of stack"), format!("ulimit -s {kib}"), Resource::RLIMIT_STACK, kib << 10, false);
    }
    for files in [0, 1, 2, 3, 4, 5, 6, 8_u64] {
        add(format!("{files} files"), format!("ulimit -n {files}"), Resource::RLIMIT_NOFILE, files, false);
    }
    for processes in [0, 1_u64] {
        let shell = format!("ulimit -u {processes}");
        add(format!("{processes} processes"), shell, Resource::RLIMIT_NPROC, processes, true);
    }
    add("files of 0 bytes".into(), "ulimit -f 0".into(), Resource::RLIMIT_FSIZE, 0, false);
    add("1 s of the processor".into(), "ulimit -t 1".into(), Resource::RLIMIT_CPU, 1, false);
    add("no locked memory".into(), "ulimit -l 0".into(), Resource::RLIMIT_MEMLOCK, 0, false);
    all
}

pub(crate) fn rows(hook: Hook) -> Vec<Row> {
    let room = Room::new(hook).with_own_program();
    let nobody = nobodys_room(hook);
    let mut rows = each(limits(), 3, |limit| {
        let row = || Row::new("limits", limit.name.clone(), "the whole call");
        let (resource, value, account) = (limit.resource, limit.value, idle_account());
        let ended = match (limit.nobody, &nobody) {
            (true, None) => return row().impossible("another account takes root"),
            (true, Some(room)) => run(&mut room.hook(), whole(&room.call(GOOD)), move || {
                setrlimit(resource, value, value)?;
                become_another(account)
            }),
            (false, _) => {
                run(&mut room.hook(), whole(&room.call(GOOD)), move || Ok(setrlimit(resource, value, value)?))
            }
        };
        let started = matches!(ended.fate(), Fate::Allowed | Fate::Blocked | Fate::BlockedByJson);
        if started || limit.nobody {
            return judge(row(), &ended, Wanted::BlockedOrDecided, &Fate::Allowed);
        }
        let ended =
            run(&mut registered(&room, &format!("{}; ", limit.shell)), whole(&room.call(GOOD)), crate::run::as_it_is);
        judge(row(), &ended, Wanted::Blocked, &Fate::Allowed)
    });
    rows.push(bash_without_processes(nobody.as_ref()));
    rows
}

/// The launching bash itself cannot start anything: then nothing decides, which only Codex or the account's limit can change.
fn bash_without_processes(nobody: Option<&Room>) -> Row {
    let row = Row::new("limits", "0 processes", "the registered command line");
    let Some(room) = nobody else { return row.impossible("another account takes root") };
    let account = idle_account();
    let ended = run(&mut registered(room, ""), whole(&room.call(GOOD)), move || {
        setrlimit(Resource::RLIMIT_NPROC, 0, 0)?;
        become_another(account)
    });
    let outcome = match ended.fate() {
        Fate::Open(_) => format!("status {:?} of bash: nothing decides (documented)", ended.status.unwrap_or(-1)),
        fate => format!("{fate:?}"),
    };
    row.said(1, outcome, None)
}

/// Gives up being root; nobody's limits count from then on.
pub(crate) fn become_nobody() -> std::io::Result<()> {
    become_another(NOBODY)
}

/// An account that runs nothing: the system does not start a program at all for one that is over its limit already, and counts
/// every process of an account, those of the row beside this one too.
fn idle_account() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(62_000);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn become_another(account: u32) -> std::io::Result<()> {
    // SAFETY: system calls that take numbers.
    let done = unsafe {
        libc::setgroups(0, std::ptr::null()) == 0 && libc::setgid(account) == 0 && libc::setuid(account) == 0
    };
    if done { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

/// A room that another account can look into; none where we are not root.
pub(crate) fn nobodys_room(hook: Hook) -> Option<Room> {
    if !nix::unistd::geteuid().is_root() {
        return None;
    }
    let directory = tempfile::Builder::new().prefix(crate::room::PREFIX).tempdir_in("/var/tmp").ok()?;
    let room = Room::at(directory, hook).with_own_program();
    fs::set_permissions(room.path(), fs::Permissions::from_mode(0o755)).ok()?;
    fs::set_permissions(room.policy(), fs::Permissions::from_mode(0o644)).ok()?;
    fs::set_permissions(&room.program, fs::Permissions::from_mode(0o755)).ok()?;
    Some(room)
}

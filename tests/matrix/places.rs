//! The surroundings are gone: the directory, `/proc`, `/dev`, `/tmp`, the account database, the account itself.

use crate::hook::Hook;
use crate::limits::{become_nobody, nobodys_room};
use crate::room::{BAD, GOOD, Room};
use crate::run::{Fate, as_it_is, judge, run, whole};
use crate::table::{Row, Wanted};
use std::ffi::{CString, c_ulong};
use std::io;
use std::os::unix::fs::PermissionsExt;

/// Something that is mounted over a place, in a namespace of the process alone.
struct Mount {
    name: &'static str,
    kind: &'static str,
    from: &'static str,
    at: &'static str,
    flags: c_ulong,
    options: &'static str,
    wanted: Wanted,
}

const fn empty(name: &'static str, at: &'static str, wanted: Wanted) -> Mount {
    Mount { name, kind: "tmpfs", from: "none", at, flags: 0, options: "size=64k", wanted }
}

const MOUNTS: &[Mount] = &[
    empty("/proc missing", "/proc", Wanted::Decided),
    empty("/dev missing", "/dev", Wanted::BlockedOrDecided),
    empty("/etc missing", "/etc", Wanted::BlockedOrDecided),
    Mount { flags: libc::MS_RDONLY, ..empty("/tmp read-only", "/tmp", Wanted::Decided) },
    Mount { options: "size=4k,nr_inodes=1", ..empty("/tmp full", "/tmp", Wanted::Decided) },
    Mount {
        kind: "",
        from: "/dev/null",
        flags: libc::MS_BIND,
        options: "",
        ..empty("/etc/passwd empty", "/etc/passwd", Wanted::BlockedOrDecided)
    },
];

pub(crate) fn rows(hook: Hook) -> Vec<Row> {
    let room = Room::new(hook).with_own_program();
    let mut rows: Vec<Row> = MOUNTS.iter().flat_map(|mount| mounted(&room, mount)).collect();
    rows.push(without_directory(&room));
    rows.extend(as_another_account(hook));
    rows
}

fn mounted(room: &Room, mount: &Mount) -> Vec<Row> {
    // The policy is found without the account's home, and the executable is in it.
    if is_hidden(room, mount.at) {
        return vec![Row::new("places", mount.name, "-").impossible("the account's home is below it")];
    }
    let one = |script: &str| {
        let row = Row::new("places", mount.name, format!("`{script}`"));
        let text = |text: &str| CString::new(text).expect("no zero");
        let (from, at, kind, options) = (text(mount.from), text(mount.at), text(mount.kind), text(mount.options));
        let flags = mount.flags;
        let setup = move || {
            let root = c"/".as_ptr();
            // SAFETY: system calls on strings that live as long as this closure.
            let done = unsafe {
                libc::unshare(libc::CLONE_NEWNS) == 0
                    && libc::mount(root, root, std::ptr::null(), libc::MS_REC | libc::MS_PRIVATE, std::ptr::null()) == 0
                    && libc::mount(from.as_ptr(), at.as_ptr(), kind.as_ptr(), flags, options.as_ptr().cast()) == 0
            };
            if done { Ok(()) } else { Err(io::Error::last_os_error()) }
        };
        if !nix::unistd::geteuid().is_root() {
            return row.impossible("mounting takes root");
        }
        let ended = run(&mut room.hook(), whole(&room.call(script)), setup);
        let decided = if script == GOOD { Fate::Allowed } else { Fate::Blocked };
        let wanted = if script == GOOD { mount.wanted } else { Wanted::Blocked };
        judge(row, &ended, wanted, &decided)
    };
    vec![one(GOOD), one(BAD)]
}

fn is_hidden(room: &Room, at: &str) -> bool {
    room.path().starts_with(at)
}

fn without_directory(room: &Room) -> Row {
    let gone = room.file("gone");
    std::fs::create_dir(&gone).expect("a directory");
    let mut command = room.hook();
    command.current_dir(&gone);
    let ended = run(&mut command, whole(&room.call(GOOD)), move || std::fs::remove_dir(&gone));
    judge(Row::new("places", "directory deleted", "the session's"), &ended, Wanted::BlockedOrDecided, &Fate::Allowed)
}

fn as_another_account(hook: Hook) -> Vec<Row> {
    let row = |place: &str| Row::new("places", "another account", place);
    let Some(theirs) = nobodys_room(hook) else { return vec![row("-").impossible("another account takes root")] };
    let one = |script: &str, decided| {
        let ended = run(&mut theirs.hook(), whole(&theirs.call(script)), become_nobody);
        judge(row(&format!("`{script}`")), &ended, Wanted::Decided, &decided)
    };
    let mut rows = vec![one(GOOD, Fate::Allowed), one(BAD, Fate::Blocked)];
    // What it cannot read it does not go without.
    for (name, mode) in [("a policy it may not read", 0o600), ("a policy in a room it may not enter", 0o700)] {
        let path = if mode == 0o600 { theirs.policy() } else { theirs.file("closed/policy.rules") };
        if mode == 0o700 {
            theirs.write("closed/policy.rules", crate::room::POLICY);
        }
        let closed = if mode == 0o600 { path.clone() } else { theirs.file("closed") };
        std::fs::set_permissions(closed, std::fs::Permissions::from_mode(mode)).expect("a mode");
        let ended = run(&mut theirs.hook_with(&path), whole(&theirs.call(GOOD)), become_nobody);
        rows.push(judge(row(name), &ended, Wanted::Blocked, &Fate::Allowed));
    }
    let ended = run(&mut theirs.hook(), whole(b""), as_it_is);
    rows.push(judge(row("nothing on standard input"), &ended, Wanted::Blocked, &Fate::Allowed));
    rows
}

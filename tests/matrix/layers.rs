//! The installed layers: a user's policy that is broken never takes the administrator's away.

use crate::hook::Hook;
use crate::room::Room;
use crate::run::{Fate, judge, run, whole};
use crate::table::{Row, Wanted};
use std::ffi::CString;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

const MANAGED: &str = "prefix_rule([\"make\"], decision = \"forbidden\", justification = \"by the administrator\")\n";
/// What a user writes who would rather not have that.
const LOOSE: &str = "prefix_rule([\"make\"])\ndefault(commands = \"allow\", unknown = \"allow\")\n";

/// What the user's layer is, and whether it can be used.
type Make = fn(&Room);

const USERS: &[(&str, bool, Make)] = &[
    ("none", true, |_| ()),
    ("one that allows everything", true, |room| drop(room.write(USER, LOOSE))),
    ("a syntax error", false, |room| drop(room.write(USER, "prefix_rule(["))),
    ("a syntax error beside a good file", false, |room| {
        room.write(USER, LOOSE);
        room.write("home/.config/prexec/b.rules", "prefix_rule([");
    }),
    ("an empty file", false, |room| drop(room.write(USER, ""))),
    ("writable for everybody", false, |room| {
        let path = room.write(USER, LOOSE);
        fs::set_permissions(path, Permissions::from_mode(0o666)).expect("a mode");
    }),
    ("a link out of its directory", false, |room| {
        let target = room.write("elsewhere.rules", LOOSE);
        fs::create_dir_all(room.file("home/.config/prexec")).expect("a directory");
        symlink(target, room.file(USER)).expect("a link");
    }),
    ("a rule that costs too much", false, |room| {
        drop(room.write(USER, "x = [0] * 1000000000\n"));
    }),
    ("a directory in place of the file", false, |room| fs::create_dir_all(room.file(USER)).expect("a directory")),
    ("a file in place of the directory", false, |room| drop(room.write("home/.config/prexec", "x"))),
    ("a damaged compiled policy", false, |room| drop(room.write("home/.local/state/prexec/policy.bin", "PREXEC"))),
    ("an empty compiled policy", false, |room| drop(room.write("home/.local/state/prexec/policy.bin", ""))),
];

const USER: &str = "home/.config/prexec/a.rules";

pub(crate) fn rows(hook: Hook) -> Vec<Row> {
    let row = |fault: &str, place: &str| Row::new("layers", format!("user: {fault}"), place.to_owned());
    if !nix::unistd::geteuid().is_root() {
        return vec![row("any", "-").impossible("an /etc of its own takes root")];
    }
    let mut rows = Vec::new();
    for (fault, usable, make) in USERS {
        let room = Room::new(hook);
        etc(&room);
        make(&room);
        for (script, allowed) in [("make", false), ("true", *usable)] {
            let mut command = room.start();
            command.arg("--home").arg(room.file("home")).current_dir(room.path()).env_clear();
            let ended = run(&mut command, whole(&room.call(script)), bind(&room.file("etc")));
            let (wanted, decided) =
                if allowed { (Wanted::Decided, Fate::Allowed) } else { (Wanted::Blocked, Fate::Blocked) };
            let mut judged = judge(row(fault, &format!("`{script}`")), &ended, wanted, &decided);
            judged.outcome = judged.outcome.replace(&format!("{}/", room.path().display()), "");
            rows.push(judged);
        }
    }
    rows
}

/// An `/etc` with a managed policy.
fn etc(room: &Room) {
    room.write("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
    room.write("etc/prexec/a.rules", MANAGED);
    fs::create_dir_all(room.file("home")).expect("a directory");
}

/// Puts a directory in the place of `/etc`, for the process alone.
fn bind(directory: &std::path::Path) -> impl FnMut() -> io::Result<()> + Send + Sync + 'static {
    let from = CString::new(directory.as_os_str().as_bytes()).expect("no zero");
    move || {
        let (root, none) = (c"/".as_ptr(), std::ptr::null());
        // SAFETY: system calls on strings that live as long as this closure.
        let done = unsafe {
            libc::unshare(libc::CLONE_NEWNS) == 0
                && libc::mount(root, root, none, libc::MS_REC | libc::MS_PRIVATE, none.cast()) == 0
                && libc::mount(from.as_ptr(), c"/etc".as_ptr(), none, libc::MS_BIND, none.cast()) == 0
        };
        if done { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}

//! Policies that are not as they should be, as text and compiled: each is refused with a sentence that says what to do.

use crate::hook::Hook;
use crate::room::{GOOD, Room};
use crate::run::{Fate, as_it_is, judge, run, whole};
use crate::table::{Row, Wanted};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is done to a good policy file; in the end, the path that is named.
type Spoil = fn(&Path) -> PathBuf;

const STATES: &[(&str, Spoil)] = &[
    ("missing", |p| done(p, fs::remove_file(p))),
    ("empty", |p| done(p, fs::write(p, ""))),
    ("cut in half", |p| {
        let bytes = fs::read(p).expect("read");
        done(p, fs::write(p, &bytes[..bytes.len() / 2]))
    }),
    ("a directory", |p| {
        fs::remove_file(p).expect("delete");
        done(p, fs::create_dir(p))
    }),
    ("a fifo", |p| {
        fs::remove_file(p).expect("delete");
        assert!(Command::new("mkfifo").arg(p).status().expect("mkfifo").success());
        p.into()
    }),
    ("a device", |_| "/dev/zero".into()),
    ("a terminal", |_| "/dev/tty".into()),
    ("a socket", |p| {
        fs::remove_file(p).expect("delete");
        std::mem::forget(std::os::unix::net::UnixListener::bind(p).expect("bind"));
        p.into()
    }),
    ("a file of /proc", |_| "/proc/self/environ".into()),
    ("a link out of its directory", |p| {
        let other = p.with_file_name("elsewhere").join("other.rules");
        fs::create_dir_all(other.parent().expect("a directory")).expect("a directory");
        fs::rename(p, &other).expect("move");
        done(p, symlink(&other, p))
    }),
    ("a link to nothing", |p| {
        fs::remove_file(p).expect("delete");
        done(p, symlink("nothing", p))
    }),
    ("a link to itself", |p| {
        fs::remove_file(p).expect("delete");
        done(p, symlink(p, p))
    }),
    ("another owner", |p| done(p, chown(p, Some(crate::limits::NOBODY), None))),
    ("a directory of another owner", |p| {
        done(p, chown(p.parent().expect("a directory"), Some(crate::limits::NOBODY), None))
    }),
    ("writable for the group", |p| done(p, mode(p, 0o664))),
    ("writable for everybody", |p| done(p, mode(p, 0o646))),
    ("a directory writable for the group", |p| done(p, mode(p.parent().expect("a directory"), 0o775))),
    ("a directory writable for everybody", |p| done(p, mode(p.parent().expect("a directory"), 0o777))),
    ("8 GiB", |p| {
        let file = fs::OpenOptions::new().write(true).open(p).expect("open");
        done(p, file.set_len(8 << 30))
    }),
    ("zeros", |p| done(p, fs::write(p, [0; 512]))),
    ("not UTF-8", |p| done(p, fs::write(p, b"# \xff\xfe\n"))),
];

const TEXTS: &[(&str, &str)] = &[
    ("a syntax error", "prefix_rule([\"true\"]"),
    ("a rule that fails", "prefix_rule([\"true\"])\nprefix_rule([], decision = \"forbidden\")\n"),
    ("an error at run time", "x = 1 // 0\n"),
    (
        "a rule that costs too much",
        "def f():\n    for i in range(10000):\n        for j in range(10000):\n            pass\nf()\n",
    ),
    ("a rule that eats memory", "s = \"x\"\nfor i in range(60):\n    s = s + s\n"),
    ("endless recursion", "def f():\n    f()\nf()\n"),
    ("an unknown name", "prefix_rules([\"true\"])\n"),
    ("an example that fails", "prefix_rule([\"true\"], match = [\"false\"])\n"),
    ("what it includes is missing", "include(\"./nothing.rules\")\n"),
];

fn done(path: &Path, outcome: std::io::Result<()>) -> PathBuf {
    outcome.expect("spoil a policy");
    path.into()
}

fn mode(path: &Path, mode: u32) -> std::io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(mode))
}

pub(crate) fn rows(hook: Hook) -> Vec<Row> {
    let mut rows = Vec::new();
    for compiled in [false, true] {
        let room = Room::new(hook);
        let path = good(&room, compiled);
        let ended = run(&mut room.hook_with(&path), whole(&room.call(GOOD)), as_it_is);
        rows.push(judge(Row::new("policies", "none", kind(compiled)), &ended, Wanted::Decided, &Fate::Allowed));
        for (state, spoil) in STATES {
            if !nix::unistd::geteuid().is_root() && state.contains("another owner") {
                rows.push(Row::new("policies", *state, kind(compiled)).impossible("another account takes root"));
                continue;
            }
            let room = Room::new(hook);
            let path = spoil(&good(&room, compiled));
            rows.push(refused(&room, Row::new("policies", *state, kind(compiled)), &[&path]));
        }
    }
    for (name, text) in TEXTS {
        let room = Room::new(hook);
        let broken = room.write("p/broken.rules", text);
        rows.push(refused(&room, Row::new("policies", *name, "one file"), &[&broken]));
        // A good layer beside it changes nothing.
        rows.push(refused(&room, Row::new("policies", *name, "one of two files"), &[&room.policy(), &broken]));
        room.write("p/good.rules", crate::room::POLICY);
        rows.push(refused(&room, Row::new("policies", *name, "one file of a directory"), &[&room.file("p")]));
    }
    rows
}

const fn kind(compiled: bool) -> &'static str {
    if compiled { "compiled policy" } else { "policy" }
}

/// A policy in a directory of its own, as text or compiled.
fn good(room: &Room, compiled: bool) -> PathBuf {
    let text = room.write("p/a.rules", crate::room::POLICY);
    if !compiled {
        return text;
    }
    let file = room.file("c/a.bin");
    fs::create_dir_all(room.file("c")).expect("a directory");
    let mut command = Command::new(env!("CARGO_BIN_EXE_prexec"));
    let ended = command.args(["compile", "--policy"]).arg(text).arg("-o").arg(&file).output().expect("compile");
    assert!(ended.status.success(), "{ended:?}");
    file
}

/// Blocked, by a sentence that says what to do.
fn refused(room: &Room, row: Row, policies: &[&Path]) -> Row {
    let mut command = room.start();
    command.current_dir(room.path()).env_clear();
    for policy in policies {
        command.arg("--policy").arg(policy);
    }
    let ended = run(&mut command, whole(&room.call(GOOD)), as_it_is);
    let mut row = judge(row, &ended, Wanted::Blocked, &Fate::Allowed);
    // What the guard says of a policy that eats the machine names the file; all else says how to repair it.
    let said = ended.stderr.trim_end().trim_end_matches(" (rule policy:load)");
    let helps = said.ends_with(')') || said.contains("prexec compile") || said.contains("while loading policy `");
    // Of what stands in a file, the place is said.
    let helps = helps || said.contains(".rules:1:") || said.contains(".rules:2:") || said.contains(".rules:5:");
    if row.wrong.is_none() && !helps {
        row.wrong = Some(format!("it does not say what to do: {}", ended.stderr));
    }
    row.outcome = row.outcome.replace(&format!("{}/", room.path().display()), "");
    row
}

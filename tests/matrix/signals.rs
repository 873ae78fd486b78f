//! Signals that arrive in the middle of a real call.

use crate::hook::Hook;
use crate::room::{GOOD, Room};
use crate::run::{Ended, Fate, judge};
use crate::table::{Row, Wanted};
use std::ffi::c_int;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const SENT: [(&str, c_int); 8] = [
    ("SIGTERM", libc::SIGTERM),
    ("SIGPIPE", libc::SIGPIPE),
    ("SIGINT", libc::SIGINT),
    ("SIGHUP", libc::SIGHUP),
    ("SIGQUIT", libc::SIGQUIT),
    ("SIGUSR1", libc::SIGUSR1),
    ("SIGALRM", libc::SIGALRM),
    ("SIGTSTP", libc::SIGTSTP),
];

pub(crate) fn rows(hook: Hook) -> Vec<Row> {
    let room = Room::new(hook);
    let mut rows = Vec::new();
    for (name, number) in SENT {
        for half in [false, true] {
            let call = room.call(GOOD);
            let ended = interrupted(&room, &call, if half { call.len() / 2 } else { 0 }, |child| send(child, number));
            let place = if half { "half of the call read" } else { "before the call" };
            rows.push(judge(Row::new("signals", name, place), &ended, Wanted::Blocked, &Fate::Allowed));
        }
    }
    let call = room.call(GOOD);
    let pause = |time: u64| {
        move |child: &Child| {
            send(child, libc::SIGSTOP);
            thread::sleep(Duration::from_millis(time));
            send(child, libc::SIGCONT);
        }
    };
    let short = interrupted(&room, &call, 100, pause(50));
    rows.push(judge(
        Row::new("signals", "SIGSTOP, SIGCONT", "for 50 ms"),
        &short,
        Wanted::BlockedOrDecided,
        &Fate::Allowed,
    ));
    let long = interrupted(&room, &call, 100, pause(1500));
    rows.push(judge(Row::new("signals", "SIGSTOP, SIGCONT", "for 1.5 s"), &long, Wanted::Blocked, &Fate::Allowed));
    rows
}

/// Writes the first bytes of a call, does something, and writes the rest.
fn interrupted(room: &Room, call: &[u8], first: usize, work: impl FnOnce(&Child)) -> Ended {
    let mut command = room.hook();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("start");
    let start = Instant::now();
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(&call[..first]).expect("it reads");
    // From then on the guard stands and its clock runs.
    while !waits_guarded(&child) {
        assert!(start.elapsed() < Duration::from_secs(10), "it does not wait for the call under handlers");
        thread::sleep(Duration::from_millis(1));
    }
    let since = Instant::now();
    work(&child);
    // It may be gone.
    let _ = stdin.write_all(&call[first..]);
    drop(stdin);
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child.stdout.take().expect("a pipe").read_to_string(&mut stdout).expect("read");
    child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("read");
    let status = child.wait().expect("wait");
    Ended { status: status.code(), signal: status.signal(), stdout, stderr, time: since.elapsed() }
}

/// Whether it catches signals and waits for more of the call. Handlers alone are not enough: one that is stopped after they
/// are installed and before its timer is set has its whole time when it goes on.
fn waits_guarded(child: &Child) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let mask = |name: &str| {
        let set = status.lines().find_map(|line| line.strip_prefix(name));
        set.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    };
    // Without a C library most of them are made to wait. The last that is set up is the alarm.
    let held = mask("SigCgt:") | mask("SigBlk:");
    let bit = |number: c_int| 1 << (number - 1);
    let all =
        [libc::SIGTERM, libc::SIGPIPE, libc::SIGALRM, libc::SIGUSR1].iter().all(|number| held & bit(*number) != 0);
    let waits = status.lines().any(|line| line.starts_with("State:\tS"));
    all && mask("SigCgt:") & bit(libc::SIGALRM) != 0 && waits
}

fn send(child: &Child, number: c_int) {
    // SAFETY: a process of ours that has not been waited for.
    assert_eq!(unsafe { libc::kill(libc::pid_t::try_from(child.id()).expect("pid"), number) }, 0);
}

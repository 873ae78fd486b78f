//! Hostile environments: a verdict is the same as without them, or stricter.

use crate::hook::Hook;
use crate::room::{BAD, GOOD, Room};
use crate::run::{Ended, as_it_is, each, run, whole};
use crate::table::Row;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::process::Command;

/// How many environments are tried, unless `PREXEC_ENVIRONMENTS` says otherwise: ten thousand together, most of them with the executable
/// that Codex starts for each call, which also takes the least time for one.
const fn usual(hook: Hook) -> usize {
    match hook {
        Hook::Alone => 9000,
        Hook::Whole => 1000,
    }
}

const NAMES: &[&str] = &[
    "HOME",
    "PATH",
    "PWD",
    "OLDPWD",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "TERM",
    "COLUMNS",
    "LINES",
    "NO_COLOR",
    "CLICOLOR_FORCE",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_DIRS",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LANGUAGE",
    "LOCPATH",
    "NLSPATH",
    "TZ",
    "TZDIR",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "LD_AUDIT",
    "LD_BIND_NOW",
    "LD_BIND_NOT",
    "LD_ORIGIN_PATH",
    "LD_PROFILE",
    "LD_PROFILE_OUTPUT",
    "LD_WARN",
    "LD_VERBOSE",
    "LD_HWCAP_MASK",
    "GLIBC_TUNABLES",
    "MALLOC_ARENA_MAX",
    "MALLOC_PERTURB_",
    "MALLOC_TOP_PAD_",
    "RUST_BACKTRACE",
    "RUST_LIB_BACKTRACE",
    "RUST_MIN_STACK",
    "RUST_LOG",
    "RUST_TEST_THREADS",
    "CODEX_HOME",
    "PREXEC_POLICY",
    "PREXEC_OBSERVE",
    "PREXEC_HOME",
    "PREXEC_DEADLINE",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_CONFIG_GLOBAL",
    "BASH_ENV",
    "ENV",
    "IFS",
    "PS4",
    "SHELLOPTS",
    "BASHOPTS",
    "CDPATH",
    "GLOBIGNORE",
    "POSIXLY_CORRECT",
    "BASH_FUNC_exit%%",
    "A\nB",
];

const VALUES: &[&str] = &[
    "",
    "/",
    ".",
    "..",
    ":",
    "relative/path",
    "/nonexistent",
    "/tmp",
    "/etc:/tmp:.",
    "/dev/zero",
    "/dev/null",
    "/proc/self/fd/0",
    "0",
    "1",
    "-1",
    "full",
    "99999999999999999999",
    "4096",
    "allow",
    "true",
    "C",
    "tr_TR.UTF-8",
    "POSIX",
    "UTC",
    "../../etc/passwd",
    "%s%s%s%n",
    "$(touch /tmp/x)",
    "() { :; }; exit 0",
    "a\nb",
    "\u{1b}[2J",
    "\u{202e}",
    "glibc.malloc.check=3",
    "\u{0130}",
    "prefix_rule(['cat'], 'allow')",
    "all",
    "verbose",
];

/// What is decided in each of them; the last two hang on the environment.
const SCRIPTS: &[&str] = &[GOOD, BAD, "cat ~/.env", "cat \"$HOME/x/.env\"", "ls $PWD"];

pub(crate) fn rows(hook: Hook) -> Vec<Row> {
    let room = Room::new(hook);
    let count = std::env::var("PREXEC_ENVIRONMENTS").map_or(usual(hook), |n| n.parse().expect("a number"));
    let plain: Vec<u8> =
        SCRIPTS.iter().map(|script| strictness(&decide(&room, script, &[])).expect("a verdict")).collect();
    assert!(plain.contains(&0) && plain.contains(&1), "{plain:?}");
    let stricter = std::sync::atomic::AtomicUsize::new(0);
    let wrong: Vec<String> = each((0..count).collect(), 4, |seed| {
        let environment = random(seed);
        let at = seed % SCRIPTS.len();
        let ended = decide(&room, SCRIPTS[at], &environment);
        match strictness(&ended) {
            Some(found) if found >= plain[at] => {
                stricter.fetch_add(usize::from(found > plain[at]), std::sync::atomic::Ordering::Relaxed);
                None
            }
            found => {
                let (out, err) = (&ended.stdout, &ended.stderr);
                Some(format!("{found:?} for `{}` in {environment:?}: {:?} {out:?} {err:?}", SCRIPTS[at], ended.status))
            }
        }
    })
    .into_iter()
    .flatten()
    .take(3)
    .collect();
    let outcome = format!("as without, {} of them stricter", stricter.into_inner());
    let row = Row::new("environment", "random environments", "HOME PATH XDG LANG TZ LD_* RUST_* ...");
    let mut rows = vec![row.said(count, outcome, (!wrong.is_empty()).then(|| wrong.join("\n")))];
    if hook == Hook::Alone {
        return rows; // the rest is about bash
    }
    rows.extend(["LD_TRACE_LOADED_OBJECTS=1", "LD_DEBUG=help", "LD_SHOW_AUXV=1"].map(before_bash));
    rows
}

/// What runs before any program of Codex's: the loader of the launching bash itself.
fn before_bash(variable: &str) -> Row {
    let (name, value) = variable.split_once('=').expect("a variable");
    let mut command = Command::new("/bin/bash");
    command.args(["-c", "echo blocked >&2; exit 2"]).env_clear().env(name, value);
    let ended = run(&mut command, whole(b""), as_it_is);
    let outcome =
        if ended.status == Some(2) { "exit 2" } else { "the launching bash itself does nothing (documented)" };
    Row::new("environment", variable, "the registered command line").said(1, outcome, None)
}

fn decide(room: &Room, script: &str, environment: &[(OsString, OsString)]) -> Ended {
    let mut command = room.hook();
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    run(&mut command, whole(&room.call(script)), as_it_is)
}

/// 1 for a deny; the loader may have complained on standard error of what is allowed.
fn strictness(ended: &Ended) -> Option<u8> {
    match (ended.status, ended.stdout.as_str(), ended.stderr.trim()) {
        (Some(0), "", _) => Some(0),
        (Some(2), "", why) if why.contains("prexec: ") => Some(1),
        _ => None,
    }
}

/// A number below `bound` and the next state, by xorshift.
fn next(state: &mut u64, bound: usize) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 33).unwrap_or(0) % bound.max(1)
}

fn random(seed: usize) -> Vec<(OsString, OsString)> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ (seed as u64 + 1).wrapping_mul(0x0100_0000_01b3);
    let mut all = Vec::new();
    for _ in 0..=next(&mut state, 12) {
        let name = NAMES[next(&mut state, NAMES.len())];
        let value = match next(&mut state, 8) {
            0 => OsString::from_vec(
                (0..next(&mut state, 40)).map(|_| 1 + u8::try_from(next(&mut state, 255)).unwrap_or(0)).collect(),
            ),
            1 => OsStr::from_bytes(&b"/x".repeat(next(&mut state, 30_000))).to_owned(),
            _ => VALUES[next(&mut state, VALUES.len())].into(),
        };
        all.push((name.into(), value));
    }
    all
}

//! A policy file that somebody swaps while it is read: what is read is one of the files that may be read, whole, or it is refused.

use crate::hook::Hook;
use crate::room::Room;
use crate::run::{Fate, as_it_is, run, whole};
use crate::table::Row;
use prexec::policy::Policy;
use prexec::rules::{Found, Loader};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// How many times it is read, unless `PREXEC_SWAPS` says otherwise: a hundred thousand times together within this process.
const WITHIN: usize = 50_000;
/// Each of these is a process of its own.
const ALONE: usize = 3000;
const STRICT: &str = "prefix_rule([\"make\"], decision = \"forbidden\")\n";
const LOOSE: &str = "prefix_rule([\"make\"])\n";

pub(crate) fn rows(hook: Hook) -> Vec<Row> {
    let usual = if hook == Hook::Alone { ALONE } else { WITHIN };
    let count = std::env::var("PREXEC_SWAPS").map_or(usual, |n| n.parse().expect("a number"));
    let compiled = |room: &Room, text: &str, name: &str| {
        let source = room.write(&format!("{name}.rules"), text);
        let file = room.file(&format!("{name}.bin"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_prexec"));
        let ended = command.args(["compile", "--policy"]).arg(source).arg("-o").arg(&file).output().expect("compile");
        assert!(ended.status.success(), "{ended:?}");
        fs::read(file).expect("read")
    };
    let room = Room::new(hook);
    let (strict, loose) = (compiled(&room, STRICT, "strict"), compiled(&room, LOOSE, "loose"));
    if hook == Hook::Alone {
        let room = room.with_own_program();
        fs::remove_file(room.file("prexec")).expect("delete");
        return vec![swapped(count, "compiled policy", &strict, &loose, &|path| by_itself(&room, path))];
    }
    let text = swapped(count, "policy", STRICT.as_bytes(), LOOSE.as_bytes(), &|path| {
        Loader::new().load(&[path]).map(|loaded| forbids(&loaded.policy)).map_err(|found| found.to_string())
    });
    let file = swapped(count, "compiled policy", &strict, &loose, &|path| match prexec::rules::open_compiled(
        path,
        &prexec::rules::Check::command_line(),
    ) {
        Ok(Found::Fresh(found)) => Ok(forbids(&found.policy)),
        Ok(_) => Err("no compiled policy that is fresh".into()),
        Err(found) => Err(found.to_string()),
    });
    vec![text, file]
}

/// A whole call for each read, with nobody beside the executable who could read the policy in its place.
fn by_itself(room: &Room, path: &Path) -> Result<bool, String> {
    let mut command = room.hook_with(path);
    let ended = run(&mut command, whole(&room.call("make")), as_it_is);
    match ended.fate() {
        Fate::Blocked if ended.stderr.contains("strict.rules:1:1") => Ok(true),
        Fate::Blocked => Err(ended.stderr),
        _ => Ok(false),
    }
}

/// Reads again and again while a writer puts one thing after the other in the place of the file: the strict policy, and what must
/// not be taken for it. `load` says whether what it read forbids, where it read anything.
fn swapped(
    count: usize,
    place: &'static str,
    strict: &[u8],
    loose: &[u8],
    load: &dyn Fn(&Path) -> Result<bool, String>,
) -> Row {
    let room = Room::new(Hook::Whole);
    let path = room.write("p/policy", strict);
    room.write("q/loose", loose);
    let stop = AtomicBool::new(false);
    let (mut read, mut refused, mut wrong) = (0, 0, None);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut turn = 0_usize;
            while !stop.load(Ordering::Relaxed) {
                swap(&room, turn, strict, loose);
                turn += 1;
            }
        });
        for _ in 0..count {
            match load(&path) {
                Ok(true) => read += 1,
                Ok(false) => wrong = Some("what others may write is taken for the policy".into()),
                Err(_) => refused += 1,
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    if read == 0 || refused == 0 {
        wrong = Some(format!("the writer and the reader never met: {read} read, {refused} refused"));
    }
    let outcome = format!("{read} read whole, {refused} refused");
    Row::new("swaps", "swapped while it is read", place).said(count, outcome, wrong)
}

/// Every second time the policy stands there as it should.
fn swap(room: &Room, turn: usize, strict: &[u8], loose: &[u8]) {
    let (path, new) = (room.file("p/policy"), room.file("new"));
    let made = match if turn.is_multiple_of(2) { 0 } else { turn / 2 % 6 } {
        0 => fs::write(&new, strict),
        // What everybody may write may say anything.
        1 => fs::write(&new, loose).and_then(|()| fs::set_permissions(&new, Permissions::from_mode(0o666))),
        2 => symlink(room.file("q/loose"), &new),
        3 => {
            assert!(nix::unistd::mkfifo(&new, nix::sys::stat::Mode::S_IRWXU).is_ok());
            Ok(())
        }
        4 => fs::write(&new, b""),
        _ => symlink("/dev/zero", &new),
    };
    made.expect("make what is swapped in");
    fs::rename(new, path).expect("swap");
}

fn forbids(policy: &Policy) -> bool {
    let mut rules = policy.layers.iter().flat_map(|layer| layer.prefix_rules.iter());
    rules.any(|rule| rule.head.decision == prexec::decision::Decision::Deny)
}

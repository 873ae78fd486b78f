//! Faults inside prexec, at every boundary between two stages of a real call.

use crate::hook::{self, Hook};
use crate::room::{GOOD, Room};
use crate::run::{Fate, as_it_is, each, judge, run, whole};
use crate::table::{Row, Wanted};
use prexec::guard::BOUNDARIES;
use std::process::Command;

const FAULTS: [&str; 9] = ["panic", "overflow", "abort", "null", "big", "leak", "exit-0", "loop", "blocked"];
/// Where Starlark is read: the executable without a C library has none.
const READING: [&str; 2] = ["evaluating", "file"];

pub(crate) fn rows(hook: Hook) -> Vec<Row> {
    let room = Room::new(hook);
    // The boundaries are really there: without a fault the call is decided.
    let mut work = vec![("none", "none")];
    work.extend(FAULTS.iter().flat_map(|fault| BOUNDARIES.iter().map(move |boundary| (*fault, *boundary))));
    if hook == Hook::Alone {
        // Nothing ends it but its answer, which is at no boundary: there is no library with an `exit` of its own.
        work.retain(|(fault, boundary)| *fault != "exit-0" && !READING.contains(boundary));
    }
    each(work, 4, |(fault, boundary)| {
        let ended = run(&mut faulty(&room, hook, boundary, fault), whole(&room.call(GOOD)), as_it_is);
        let wanted = if fault == "none" { Wanted::Decided } else { Wanted::Blocked };
        judge(Row::new("inside", fault, boundary), &ended, wanted, &Fate::Allowed)
    })
}

fn faulty(room: &Room, hook: Hook, boundary: &str, fault: &str) -> Command {
    let mut command = match hook {
        Hook::Whole => {
            let mut command = Command::new(env!("CARGO_BIN_EXE_prexec-faulty"));
            command.args(["hook", &format!("at={boundary}:{fault}"), "run", "hook"]);
            command
        }
        Hook::Alone => Command::new(hook::faulty()),
    };
    command.arg("--policy").arg(room.policy()).current_dir(room.path()).env_clear();
    if hook == Hook::Alone {
        command.env("PREXEC_FAULT", format!("{boundary}:{fault}"));
    }
    command
}

//! Faults inside prexec, at every boundary between two stages of a real call.

use crate::room::{GOOD, Room};
use crate::run::{Fate, as_it_is, each, judge, run, whole};
use crate::table::{Row, Wanted};
use prexec::guard::BOUNDARIES;
use std::process::Command;

const FAULTS: [&str; 9] = ["panic", "overflow", "abort", "null", "big", "leak", "exit-0", "loop", "blocked"];

pub(crate) fn rows() -> Vec<Row> {
    let room = Room::new();
    // The boundaries are really there: without a fault the call is decided.
    let mut work = vec![("none", "none")];
    work.extend(FAULTS.iter().flat_map(|fault| BOUNDARIES.iter().map(move |boundary| (*fault, *boundary))));
    each(work, 4, |(fault, boundary)| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_prexec-faulty"));
        command.args(["hook", &format!("at={boundary}:{fault}"), "run", "hook", "--policy"]).arg(room.policy());
        command.current_dir(room.path()).env_clear();
        let ended = run(&mut command, whole(&room.call(GOOD)), as_it_is);
        let wanted = if fault == "none" { Wanted::Decided } else { Wanted::Blocked };
        judge(Row::new("inside", fault, boundary), &ended, wanted, &Fate::Allowed)
    })
}

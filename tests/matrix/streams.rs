//! Standard streams that are closed, in every combination.

use crate::hook::Hook;
use crate::room::{BAD, GOOD, Room};
use crate::run::{Fate, judge, run, whole};
use crate::table::{Row, Wanted};

pub(crate) fn rows(hook: Hook) -> Vec<Row> {
    let room = Room::new(hook);
    let mut rows = Vec::new();
    for closed in 0..8_u8 {
        let is_closed = |file: u8| closed & 1 << file != 0;
        let names = ["stdin", "stdout", "stderr"];
        let named: Vec<&str> = (0..3).filter(|file| is_closed(*file)).map(|file| names[usize::from(file)]).collect();
        let named = if named.is_empty() { "none".into() } else { format!("{} closed", named.join(" and ")) };
        for script in [GOOD, BAD] {
            let close = move || {
                for file in (0..3).filter(|file| closed & 1 << file != 0) {
                    // SAFETY: of this process only, which is about to be replaced.
                    unsafe { libc::close(file) };
                }
                Ok(())
            };
            let ended = run(&mut room.hook(), whole(&room.call(script)), close);
            let good = script == GOOD && !is_closed(0);
            let decided = match (good, is_closed(1), is_closed(2)) {
                (true, _, _) => Fate::Allowed,
                (false, _, false) => Fate::Blocked,
                (false, false, true) => Fate::BlockedByJson,
                // Nobody can be told.
                (false, true, true) => Fate::Open("status Some(2), stdout \"\", stderr \"\"".into()),
            };
            let wanted = Wanted::Decided;
            let mut row = judge(Row::new("streams", named.clone(), format!("`{script}`")), &ended, wanted, &decided);
            if matches!(decided, Fate::Open(_)) {
                row.outcome = "exit 2 in silence: nothing blocks (documented)".into();
            }
            rows.push(row);
        }
    }
    rows
}

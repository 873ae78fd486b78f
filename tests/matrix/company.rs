//! Other processes: many calls at once, and an executable that is replaced while it runs.

use crate::hook::Hook;
use crate::room::{BAD, GOOD, Room};
use crate::run::{Fate, Feed, as_it_is, each, judge, run, whole};
use crate::table::{Row, Wanted};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

/// Something that happens to an executable.
type Way = fn(&Path);

/// Calls that run at the same time.
const AT_ONCE: usize = 64;

pub(crate) fn rows(hook: Hook) -> Vec<Row> {
    let mut rows = vec![concurrent(hook)];
    let ways: [(&str, Way); 4] = [
        ("renamed over", |program| {
            fs::write(program.with_extension("new"), "#!/bin/sh\nexit 0\n").expect("a file");
            fs::rename(program.with_extension("new"), program).expect("rename");
        }),
        ("deleted", |program| fs::remove_file(program).expect("delete")),
        ("made unreadable", |program| {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(program, fs::Permissions::from_mode(0o000)).expect("a mode");
        }),
        // The kernel refuses to write what is being executed.
        ("written over", |program| assert!(fs::write(program, "").is_err())),
    ];
    for (name, way) in ways {
        for (script, decided) in [(GOOD, Fate::Allowed), (BAD, Fate::Blocked)] {
            let room = Room::new(hook).with_own_program();
            let (call, program) = (room.call(script), room.program.clone());
            let feed: Feed = Box::new(move |mut stdin| {
                stdin.write_all(&call[..40]).expect("it reads");
                std::thread::sleep(Duration::from_millis(100));
                way(&program);
                stdin.write_all(&call[40..]).expect("it reads");
            });
            let ended = run(&mut room.hook(), feed, as_it_is);
            let row = Row::new("company", format!("executable {name} while it runs"), format!("`{script}`"));
            rows.push(judge(row, &ended, Wanted::Decided, &decided));
        }
    }
    rows
}

fn concurrent(hook: Hook) -> Row {
    let room = Room::new(hook);
    let scripts = (0..AT_ONCE).map(|n| if n % 2 == 0 { GOOD } else { BAD }).collect();
    let fates: Vec<(&str, Fate)> =
        each(scripts, AT_ONCE, |script| (script, run(&mut room.hook(), whole(&room.call(script)), as_it_is).fate()));
    // A busy machine may take longer than the deadline: then a call is blocked, never let through.
    let allowed = fates.iter().filter(|(_, fate)| *fate == Fate::Allowed).count();
    let wrong: Vec<String> = fates
        .iter()
        .filter(|(script, fate)| !matches!((*script, fate), (_, Fate::Blocked) | (GOOD, Fate::Allowed)))
        .map(|(script, fate)| format!("{script}: {fate:?}"))
        .collect();
    let outcome = format!("{allowed} of {} allowed, all others blocked", AT_ONCE / 2);
    let row = Row::new("company", format!("{AT_ONCE} calls at once"), "half of them to deny");
    row.said(AT_ONCE, outcome, (!wrong.is_empty()).then(|| wrong.join("; ")))
}

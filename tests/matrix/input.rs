//! What comes on standard input: nothing, a part, too slowly, without an end, too much.

use crate::hook::Hook;
use crate::room::{GOOD, Room};
use crate::run::{Fate, Feed, as_it_is, each, judge, run, whole};
use crate::table::{Row, Wanted};
use std::io::Write;
use std::process::ChildStdin;
use std::thread;
use std::time::{Duration, Instant};

pub(crate) fn rows(hook: Hook) -> Vec<Row> {
    let room = Room::new(hook);
    let call = room.call(GOOD);
    let row = |fault: &str| Row::new("input", fault, "standard input");
    let one = |fault: &str, feed: Feed, wanted| {
        judge(row(fault), &run(&mut room.hook(), feed, as_it_is), wanted, &Fate::Allowed)
    };
    let held = call.clone();
    let slow = call.clone();
    vec![
        one("none", whole(&call), Wanted::Decided),
        one("empty", whole(b""), Wanted::Blocked),
        one("a blank", whole(b"\n"), Wanted::Blocked),
        truncated(&room, &call, row("truncated at every byte")),
        one("something after it", whole(&[call.as_slice(), b"{}"].concat()), Wanted::Blocked),
        one("the call twice", whole(&call.repeat(2)), Wanted::Blocked),
        one("one byte each second", Box::new(move |stdin| slowly(stdin, &slow)), Wanted::Blocked),
        one("never closed", Box::new(|stdin| hold(stdin, b"")), Wanted::Blocked),
        one("never closed after the call", Box::new(move |stdin| hold(stdin, &held)), Wanted::Blocked),
        one("1 GiB of blanks", Box::new(|stdin| flood(stdin, b' ')), Wanted::Blocked),
        one("1 GiB of zeros", Box::new(|stdin| flood(stdin, 0)), Wanted::Blocked),
        one("1 GiB of brackets", Box::new(|stdin| flood(stdin, b'[')), Wanted::Blocked),
        one("1 GiB in one script", Box::new(flood_script), Wanted::Blocked),
    ]
}

fn truncated(room: &Room, call: &[u8], row: Row) -> Row {
    let lengths: Vec<usize> = (0..call.len()).collect();
    let open: Vec<String> = each(lengths, 4, |length| {
        let ended = run(&mut room.hook(), whole(&call[..length]), as_it_is);
        (ended.fate() != Fate::Blocked).then(|| format!("{length} bytes: {:?}", ended.fate()))
    })
    .into_iter()
    .flatten()
    .collect();
    let wrong = (!open.is_empty()).then(|| open.join("; "));
    row.said(call.len(), "exit 2 each time", wrong)
}

/// Until the hook is gone.
fn slowly(mut stdin: impl Write, bytes: &[u8]) {
    for byte in bytes {
        if stdin.write_all(&[*byte]).is_err() {
            return;
        }
        thread::sleep(Duration::from_secs(1));
    }
}

/// Writes and holds it open, until the hook is gone for sure.
fn hold(mut stdin: impl Write, bytes: &[u8]) {
    let _ = stdin.write_all(bytes);
    thread::sleep(Duration::from_secs(3));
}

fn flood(mut stdin: impl Write, byte: u8) {
    let block = vec![byte; 1 << 20];
    let start = Instant::now();
    for _ in 0..1024 {
        if stdin.write_all(&block).is_err() || start.elapsed() > Duration::from_secs(20) {
            return;
        }
    }
}

fn flood_script(mut stdin: ChildStdin) {
    let _ = stdin.write_all(br#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"true "#);
    flood(stdin, b'a');
}

//! The last resort itself: one line, one exit status. Everything here may run in a signal handler, on a small stack, while
//! the rest of the process is broken: no allocation, no lock, no panic.

use super::line::Line;
use super::stage::{self, Stage};
use super::sys;
use super::{Event, Profile};
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, Ordering};

/// Status for "do not run the tool"; the only one but 0 that leaves `hook`.
pub(super) const BLOCK: u8 = 2;
/// Status of a tool whose policy does not load.
const NO_POLICY: u8 = 4;
/// Enough for the longest message: what happened (under 400 bytes), the stage (under 200).
const MESSAGE: usize = 768;
/// A write of this many bytes to a pipe with room is never split or blocked (Linux: a page).
const ANSWER: usize = 4096;

/// Where a message goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

/// How much of it arrived.
pub(super) enum Sent {
    All,
    Part,
    Nothing,
}

/// Who ends the process; `Again`, the same thread a second time, is found out on Unix only.
pub(super) enum Claim {
    First,
    Again,
    #[cfg_attr(bare, allow(dead_code, reason = "there is one thread"))]
    Elsewhere,
}

/// Why the process cannot go on.
#[cfg_attr(
    any(not(unix), bare),
    allow(dead_code, reason = "signals are caught on Unix only, exits by the C library only")
)]
pub(super) enum Cause<'a> {
    Panic { literal: &'a str, file: &'a str, line: u32 },
    Signal { name: Option<&'a str>, number: u64, fault: bool },
    Deadline { ms: u64 },
    Memory { limit: usize },
    NoMemory { wanted: usize },
    NoAnswer,
    NotAnswered,
    NotInstalled,
}

/// Not installed; then the hook; then tools, by status.
static PROFILE: AtomicU16 = AtomicU16::new(UNSET);
const UNSET: u16 = 0;
const HOOK: u16 = 1;
const TOOL: u16 = 0x100;

static EVENT: AtomicU8 = AtomicU8::new(0);
static STDOUT_USED: AtomicBool = AtomicBool::new(false);
static OBSERVING: AtomicBool = AtomicBool::new(false);

/// Whether that is news: the hook stays what it is. Writes before it reads, as a page that is read first is made twice.
pub(super) fn set_profile(profile: Profile) -> bool {
    match profile {
        Profile::Hook => PROFILE.swap(HOOK, Ordering::SeqCst) != HOOK,
        Profile::Tool { .. } if is_hook() => false,
        Profile::Tool { status } => {
            PROFILE.store(TOOL | u16::from(status), Ordering::SeqCst);
            true
        }
    }
}

/// Whether the guard stands.
pub(super) fn installed() -> bool {
    PROFILE.load(Ordering::SeqCst) != UNSET
}

/// Whether it stands for the hook.
pub(super) fn is_hook() -> bool {
    PROFILE.load(Ordering::SeqCst) == HOOK
}

/// From now on every ending of the hook lets the call run, and says nothing.
pub(super) fn observe() {
    OBSERVING.store(true, Ordering::SeqCst);
}

/// Whether nothing blocks.
pub(super) fn observes() -> bool {
    is_hook() && OBSERVING.load(Ordering::SeqCst)
}

/// Names the event that the JSON form of a deny must be made for.
pub(super) fn set_event(event: Event) {
    EVENT.store(u8::from(event == Event::PermissionRequest), Ordering::SeqCst);
}

/// From now on standard output may hold something, so that a deny there would be one object too many.
pub(super) fn stdout_used() {
    STDOUT_USED.store(true, Ordering::SeqCst);
}

/// Ends the process: says why, and exits with the status of the profile. Without a profile it is taken for the hook.
pub(super) fn end(cause: &Cause<'_>) -> ! {
    claim();
    end_claimed(cause)
}

/// The same, by the thread that has already made the ending its own.
pub(super) fn end_claimed(cause: &Cause<'_>) -> ! {
    if observes() {
        sys::exit(0);
    }
    let [tool, status] = PROFILE.load(Ordering::SeqCst).to_be_bytes();
    let mut room = [0; MESSAGE];
    let mut line = Line::new(&mut room);
    compose(cause, &mut line);
    if tool == 0 {
        line.add("; blocked");
        deny(line.text());
    }
    line.add("\n");
    let _ = sys::send(Stream::Stderr, line.bytes());
    sys::exit(if stage::current() == Stage::LoadingPolicy { NO_POLICY } else { status });
}

/// Makes this the one ending of the process. Another thread that is already at it will finish; the same thread again means
/// that the last resort itself failed.
pub(super) fn claim() {
    match sys::claim() {
        Claim::First => {}
        Claim::Elsewhere => sys::wait_for_exit(),
        Claim::Again if observes() => sys::exit(0),
        Claim::Again => {
            let _ = sys::send(Stream::Stderr, b"prexec: failed while reporting a failure; blocked\n");
            sys::exit(BLOCK);
        }
    }
}

/// Blocks the call: `why` and a newline on standard error and status 2, or, where nobody reads standard error, JSON on
/// standard output and status 0. Where nobody reads either of them nothing can block, and the status is 2.
///
/// `why` is not blank.
pub(super) fn deny(why: &str) -> ! {
    match sys::send(Stream::Stderr, why.as_bytes()) {
        // A single byte of a message that begins with a letter makes standard error non-blank.
        Sent::All | Sent::Part => {
            let _ = sys::send(Stream::Stderr, b"\n");
            sys::exit(BLOCK);
        }
        Sent::Nothing if STDOUT_USED.load(Ordering::SeqCst) => sys::exit(BLOCK),
        Sent::Nothing => {}
    }
    let mut room = [0; ANSWER];
    let mut line = Line::new(&mut room);
    as_json(why, EVENT.load(Ordering::SeqCst) != 0, &mut line);
    match sys::send(Stream::Stdout, line.bytes()) {
        Sent::All => sys::exit(0),
        Sent::Part | Sent::Nothing => sys::exit(BLOCK),
    }
}

/// The exact JSON with which Codex blocks; one key more and it would run the tool.
fn as_json(why: &str, permission_request: bool, line: &mut Line<'_>) {
    let (head, tail) = if permission_request {
        (
            r#"{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"deny","message":""#,
            r#""}}}"#,
        )
    } else {
        (
            r#"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":""#,
            r#""}}"#,
        )
    };
    line.add(head);
    line.add_json(why, tail.len());
    line.add(tail);
}

/// `prexec: WHAT while STAGE`, in printable ASCII.
fn compose(cause: &Cause<'_>, line: &mut Line<'_>) {
    line.add("prexec: ");
    match *cause {
        Cause::Panic { literal, file, line: number } => {
            line.add("internal error");
            if !file.is_empty() {
                line.add(" at ");
                line.add_foreign(file.bytes().skip(file.len().saturating_sub(120)));
                line.add(":");
                line.add_number(number.into());
            }
            if !literal.is_empty() {
                line.add(" (");
                line.add_foreign(literal.bytes().take(160));
                line.add(")");
            }
        }
        Cause::Signal { name, number, fault } => {
            line.add(if fault { "crashed (" } else { "stopped (" });
            if let Some(name) = name {
                line.add(name);
            } else {
                line.add("signal ");
                line.add_number(number);
            }
            line.add(")");
        }
        Cause::Deadline { ms } => {
            line.add("no decision within ");
            line.add_number(ms);
            line.add(" ms");
        }
        Cause::Memory { limit } => {
            line.add("out of memory (limit ");
            line.add_number(mebibytes(limit));
            line.add(" MiB)");
        }
        Cause::NoMemory { wanted } => {
            line.add("out of memory (the system refused ");
            line.add_number(wanted as u64);
            line.add(" bytes)");
        }
        Cause::NoAnswer => line.add("ended without an answer"),
        Cause::NotAnswered => line.add("cannot write the answer"),
        Cause::NotInstalled => line.add("cannot set up signal handlers"),
    }
    stage::describe(line);
}

const fn mebibytes(bytes: usize) -> u64 {
    (bytes >> 20) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn composed(cause: &Cause<'_>) -> String {
        let mut room = [0; MESSAGE];
        let mut line = Line::new(&mut room);
        compose(cause, &mut line);
        line.text().into()
    }

    #[test]
    fn messages_name_the_cause() {
        for (cause, expected) in [
            (Cause::Panic { literal: "odd\n", file: "src/a.rs", line: 7 }, "internal error at src/a.rs:7 (odd?)"),
            (Cause::Panic { literal: "", file: "", line: 0 }, "internal error"),
            (Cause::Signal { name: Some("SIGSEGV"), number: 11, fault: true }, "crashed (SIGSEGV)"),
            (Cause::Signal { name: None, number: 40, fault: false }, "stopped (signal 40)"),
            (Cause::Deadline { ms: 1000 }, "no decision within 1000 ms"),
            (Cause::Memory { limit: 512 << 20 }, "out of memory (limit 512 MiB)"),
            (Cause::NoMemory { wanted: 65536 }, "out of memory (the system refused 65536 bytes)"),
            (Cause::NoAnswer, "ended without an answer"),
            (Cause::NotAnswered, "cannot write the answer"),
            (Cause::NotInstalled, "cannot set up signal handlers"),
        ] {
            let text = composed(&cause);
            assert!(text.starts_with(&std::format!("prexec: {expected} while ")), "{text}");
        }
    }

    #[test]
    fn the_longest_message_has_room() {
        let long = "x".repeat(5000);
        let text = composed(&Cause::Panic { literal: &long, file: &long, line: u32::MAX });
        // The stage takes up to 200 bytes more than here, the ending 10.
        assert!(text.len() + 200 + 10 < MESSAGE, "{}", text.len());
    }

    #[test]
    fn json_has_exactly_the_keys_that_block() {
        for (permission_request, expected) in [
            (
                false,
                serde_json::json!({"hookSpecificOutput": {"hookEventName": "PreToolUse",
                    "permissionDecision": "deny", "permissionDecisionReason": "a \"b\"\n"}}),
            ),
            (
                true,
                serde_json::json!({"hookSpecificOutput": {"hookEventName": "PermissionRequest",
                    "decision": {"behavior": "deny", "message": "a \"b\"\n"}}}),
            ),
        ] {
            let mut room = [0; ANSWER];
            let mut line = Line::new(&mut room);
            as_json("a \"b\"\n", permission_request, &mut line);
            let read: serde_json::Value = serde_json::from_slice(line.bytes()).unwrap();
            assert_eq!(read, expected);
        }
    }

    #[test]
    fn json_of_a_long_reason_is_cut_but_whole() {
        let why = "\u{1}é".repeat(5000);
        let mut room = [0; ANSWER];
        let mut line = Line::new(&mut room);
        as_json(&why, false, &mut line);
        let read: serde_json::Value = serde_json::from_slice(line.bytes()).unwrap();
        let reason = read["hookSpecificOutput"]["permissionDecisionReason"].as_str().unwrap();
        assert!(why.starts_with(reason) && reason.len() > 1000);
    }
}

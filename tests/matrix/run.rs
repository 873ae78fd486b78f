//! Starts the hook under a circumstance and says what Codex would make of its end.

use crate::room::Room;
use crate::table::{Row, Wanted};
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// What the registered command line says after `||`.
const FALLBACK: &str = "policy hook failed; blocking";
/// A deadline of one second, a busy machine, and a build without optimisation.
const SOON: Duration = Duration::from_secs(4);

/// What gives the hook its input.
pub(crate) type Feed = Box<dyn FnOnce(ChildStdin) + Send>;

/// Writes these bytes and closes.
pub(crate) fn whole(bytes: &[u8]) -> Feed {
    let bytes = bytes.to_vec();
    // It need not be read.
    Box::new(move |mut stdin| drop(stdin.write_all(&bytes)))
}

pub(crate) struct Ended {
    pub(crate) status: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) time: Duration,
}

/// What Codex does then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Allowed,
    /// By status 2 and a sentence.
    Blocked,
    /// By JSON.
    BlockedByJson,
    /// The tool runs, although nobody said so.
    Open(String),
}

impl Ended {
    pub(crate) fn fate(&self) -> Fate {
        let blank = self.stderr.trim().is_empty();
        match (self.status, self.stdout.as_str()) {
            (Some(0), "") if blank => Fate::Allowed,
            (Some(2), "") if !blank => Fate::Blocked,
            (Some(0), json) if is_deny(json) => Fate::BlockedByJson,
            _ => {
                let how = self.signal.map_or_else(|| format!("status {:?}", self.status), |n| format!("signal {n}"));
                let start = |text: &str| text.chars().take(300).collect::<String>();
                Fate::Open(format!("{how}, stdout {:?}, stderr {:?}", start(&self.stdout), start(&self.stderr)))
            }
        }
    }
}

/// Exactly the object that blocks.
fn is_deny(text: &str) -> bool {
    let Ok(json) = serde_json::from_str::<serde_json::Value>(text) else { return false };
    let reason = json["hookSpecificOutput"]["permissionDecisionReason"].as_str().unwrap_or_default();
    let expected = serde_json::json!({"hookSpecificOutput": {
        "hookEventName": "PreToolUse", "permissionDecision": "deny", "permissionDecisionReason": reason}});
    !reason.trim().is_empty() && json == expected
}

/// Runs a command whose standard input `feed` writes; `setup` is called in the child.
pub(crate) fn run(
    command: &mut Command,
    feed: Feed,
    setup: impl FnMut() -> std::io::Result<()> + Send + Sync + 'static,
) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // SAFETY: the setups make system calls only.
    unsafe { command.pre_exec(setup) };
    let start = Instant::now();
    let mut child = command.spawn().unwrap_or_else(|e| panic!("start {command:?}: {e}"));
    let stdin = child.stdin.take().expect("a pipe");
    let (mut out, mut err) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
    thread::scope(|scope| {
        scope.spawn(|| feed(stdin));
        let stdout = scope.spawn(move || text(&mut out));
        let stderr = scope.spawn(move || text(&mut err));
        let status = child.wait().expect("wait");
        let time = start.elapsed();
        let (stdout, stderr) = (stdout.join().expect("read"), stderr.join().expect("read"));
        Ended { status: status.code(), signal: status.signal(), stdout, stderr, time }
    })
}

fn text(from: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes).expect("read");
    String::from_utf8_lossy(&bytes).into_owned()
}

#[allow(clippy::unnecessary_wraps, reason = "as every setup")]
pub(crate) fn as_it_is() -> std::io::Result<()> {
    Ok(())
}

/// A row from one run.
pub(crate) fn judge(row: Row, ended: &Ended, wanted: Wanted, decided: &Fate) -> Row {
    let fate = ended.fate();
    let blocked = matches!(fate, Fate::Blocked | Fate::BlockedByJson);
    let mut outcome = match &fate {
        Fate::Allowed => "allowed".to_owned(),
        Fate::Blocked => format!("exit 2: {}", one_line(&ended.stderr)),
        Fate::BlockedByJson => "exit 0 with the JSON that denies".into(),
        Fate::Open(how) => how.clone(),
    };
    let fits = match wanted {
        Wanted::Blocked => blocked,
        Wanted::BlockedOrDecided => blocked || fate == *decided,
        Wanted::Decided => fate == *decided,
    };
    let mut wrong = (!fits).then(|| format!("{outcome} {:?}", ended.stderr));
    if wrong.is_none() && ended.time > SOON {
        wrong = Some(format!("it took {:?}", ended.time));
    }
    if ended.stderr.contains(FALLBACK) {
        outcome = "blocked by the registered command line".into();
    }
    row.said(1, outcome, wrong)
}

fn one_line(text: &str) -> String {
    let line = without_room(text.lines().next().unwrap_or_default());
    line.replace("denied: the policy does not load, so every call is blocked until it is repaired", "...")
}

/// Without the names of the rooms, which are random.
fn without_room(text: &str) -> String {
    let mut parts = text.split(crate::room::PREFIX);
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // The directory above it stands at the end of what is there.
        let start = all.rfind(|c: char| !(c.is_alphanumeric() || "/._-".contains(c))).map_or(0, |at| at + 1);
        all.truncate(start);
        let rest = part.trim_start_matches(char::is_alphanumeric);
        all.push_str(rest.strip_prefix('/').unwrap_or(rest));
    }
    all
}

/// The registered command line of a hook, prepared by `before` (`ulimit -n 3; `), as Codex starts it.
pub(crate) fn registered(room: &Room, before: &str) -> Command {
    let verb = room.verb().join(" ");
    let hook = format!("({before}exec {} {verb} --policy {})", room.program.display(), room.policy().display());
    let line = format!("{hook} || /bin/bash -pc '[ \"$1\" = 2 ] || echo \"{FALLBACK}\" >&2; exit 2' - $?");
    let mut command = Command::new("/bin/bash");
    command.args(["-c", &line]).current_dir(room.path()).env_clear().env("PATH", "/usr/bin:/bin");
    command
}

/// Does the work for each item, a few at a time, and keeps the order.
pub(crate) fn each<I: Send, O: Send>(items: Vec<I>, at_once: usize, work: impl Fn(I) -> O + Sync) -> Vec<O> {
    let count = items.len();
    let queue = Mutex::new(items.into_iter().enumerate());
    let done = Mutex::new(Vec::with_capacity(count));
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("the queue").next();
                    let Some((index, item)) = next else { return };
                    let made = work(item);
                    done.lock().expect("the list").push((index, made));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("the list");
    assert_eq!(done.len(), count, "a worker ended in a panic");
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, made)| made).collect()
}

//! What the system tells of processes: this one's ancestors, and when the agent was started. Linux alone tells it in files.

use nix::sys::time::TimeValLike;
use nix::time::{ClockId, clock_gettime};
use nix::unistd::{Pid, SysconfVar, getppid, getsid, sysconf};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// How far up ancestors are looked at.
const MOST_ANCESTORS: usize = 8;

/// When the process was started that started this one's session, in nanoseconds since 1970, rounded down. Codex gives each hook a
/// session of its own, so that is Codex. `None` where it cannot be found out.
pub(super) fn agent_started() -> Option<i128> {
    let leader = getsid(None).ok()?;
    let agent = stat(leader)?.parent;
    let ticks = sysconf(SysconfVar::CLK_TCK).ok().flatten().filter(|ticks| *ticks > 0)?;
    let since_boot = i128::from(stat(agent)?.started).checked_mul(1_000_000_000)? / i128::from(ticks);
    let nanoseconds = |clock| clock_gettime(clock).ok().map(|time| i128::from(time.num_nanoseconds()));
    let booted = nanoseconds(ClockId::CLOCK_REALTIME)? - nanoseconds(ClockId::CLOCK_BOOTTIME)?;
    booted.checked_add(since_boot)
}

/// Whom the files of root seem to belong to inside a user namespace that has no name for root; `None` where it has one.
pub(super) fn owner_in_place_of_root() -> Option<u32> {
    /// What the kernel takes unless it is told otherwise.
    const NOBODY: u32 = 65534;
    let map = std::fs::read_to_string("/proc/self/uid_map").ok()?;
    let first = |line: &str| line.split_whitespace().next().map(str::to_owned);
    if map.lines().any(|line| first(line).as_deref() == Some("0")) {
        return None;
    }
    let said = std::fs::read_to_string("/proc/sys/kernel/overflowuid");
    Some(said.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(NOBODY))
}

/// A process above this one.
#[derive(Debug)]
pub(super) struct Ancestor {
    /// The file that it executes, where that can be seen.
    pub(super) executable: Option<PathBuf>,
    pub(super) arguments: Vec<Vec<u8>>,
}

/// The processes above this one, the parent first, as far as they can be seen.
pub(super) fn ancestors() -> Vec<Ancestor> {
    let mut found = Vec::new();
    let mut next = Some(getppid());
    while let Some(pid) = next.filter(|pid| pid.as_raw() > 0 && found.len() < MOST_ANCESTORS) {
        let Ok(line) = std::fs::read(format!("/proc/{pid}/cmdline")) else { break };
        let mut arguments: Vec<Vec<u8>> = line.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect();
        // Each one ends in a NUL.
        arguments.pop();
        let executable = std::fs::read_link(format!("/proc/{pid}/exe")).ok();
        found.push(Ancestor { executable, arguments });
        next = stat(pid).map(|stat| stat.parent);
    }
    found
}

/// Of `/proc/PID/stat`.
struct Stat {
    parent: Pid,
    /// In ticks since the machine was booted.
    started: u64,
}

fn stat(pid: Pid) -> Option<Stat> {
    read_stat(&std::fs::read(format!("/proc/{pid}/stat")).ok()?)
}

fn read_stat(line: &[u8]) -> Option<Stat> {
    let line = OsString::from_vec(line.to_vec()).into_string().ok()?;
    // The second field is a name in parentheses, which may hold anything.
    let (_, fields) = line.rsplit_once(") ")?;
    let field = |number: usize| fields.split(' ').nth(number.checked_sub(3)?);
    Some(Stat { parent: Pid::from_raw(field(4)?.parse().ok()?), started: field(22)?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_processes_may_hold_anything() {
        let line = b"7 (a) S 1 (b) S 5 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 4242 99 1\n";
        let stat = read_stat(line).unwrap();
        assert_eq!((stat.parent.as_raw(), stat.started), (5, 4242));
        assert!(read_stat(b"7 (a").is_none());
    }

    #[test]
    fn this_test_has_a_parent_and_an_agent() {
        assert!(!ancestors().is_empty());
        let now = i128::from(clock_gettime(ClockId::CLOCK_REALTIME).unwrap().num_nanoseconds());
        if let Some(started) = agent_started() {
            assert!(started < now && started > 0);
        }
    }
}

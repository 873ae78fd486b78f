//! Child processes with a bounded life.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

/// What a process that ended by itself left behind.
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A child that does not outlive its owner.
pub(crate) struct Leash(pub(crate) Child);

impl Drop for Leash {
    fn drop(&mut self) {
        // Both fail only where the child is gone already, which is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Leash {
    /// The exit status, waited for no longer than `limit`.
    pub(crate) fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.0.try_wait().expect("the child can be waited for") {
                return Some(status);
            }
            if Instant::now() >= deadline {
                return None;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Runs `command`, whose stdin is the caller's to set, to its end; panics, with what it had printed, after `limit`. Output goes through files below `scratch`: a
/// grandchild that keeps a pipe open would otherwise hold the reader for as long as it likes.
pub(crate) fn run(command: &mut Command, scratch: &Path, limit: Duration) -> Finished {
    let (out, err) = (scratch.join("stdout"), scratch.join("stderr"));
    command.stdout(File::create(&out).expect("stdout file"));
    command.stderr(File::create(&err).expect("stderr file"));
    let mut leash = Leash(command.spawn().unwrap_or_else(|e| panic!("cannot start {command:?}: {e}")));
    let status = leash.wait(limit);
    drop(leash);
    let text = |path| String::from_utf8_lossy(&std::fs::read(path).expect("output file")).into_owned();
    let (stdout, stderr) = (text(&out), text(&err));
    let status = status.unwrap_or_else(|| panic!("still running after {limit:?}: {command:?}\n{stdout}\n{stderr}"));
    Finished { status, stdout, stderr }
}

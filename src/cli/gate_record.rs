//! The record of a gate run. Codex says which call a command belongs to in its environment, which joins the record to the decision by
//! which a person was asked. The environment is the agent's to change, so that nothing follows from it but where the record is found.
//!
//! Under Codex's sandbox the gate may not write where records are kept: then there is none of it, and none is counted as lost. That a
//! person was asked stands in the record of the decision, how it ended in that of the outcome, which the hook writes outside of the
//! sandbox. So a policy that demands records demands none of the gate.

use crate::audit::{self, Asker, Disk, Entry, HostDisk, Kind, Place, Said};
use crate::policy::Recording;
use crate::report::Judged;
use crate::world::{HostWorld, World, repository};
use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// Variables by which Codex names the session and the call to what it starts.
const SESSION: &str = "CODEX_SESSION_ID";
const CALL: &str = "CODEX_TOOL_CALL_ID";

/// A gate run.
pub(super) struct Run<'r> {
    /// Where records go; none for the usual places.
    pub(super) audit: Option<&'r OsStr>,
    pub(super) script: &'r str,
    pub(super) world: &'r HostWorld,
}

/// What was decided about it, and by what.
#[derive(Default)]
pub(super) struct Decided {
    pub(super) judged: Option<Judged>,
    pub(super) policy: String,
    pub(super) recording: Recording,
}

impl Run<'_> {
    /// Records how far it came.
    pub(super) fn record(&self, decided: &Decided, detail: &str) {
        let place = match self.audit.map(OsStr::as_bytes) {
            None => Place::Usual { home: self.world.home() },
            Some(b"off") => return,
            Some(directory) => Place::At(directory),
        };
        let variable = |name| std::env::var(name).ok();
        let time = HostDisk.now();
        let (session, call, host) = (variable(SESSION), variable(CALL), HostDisk.host());
        let cwd = self.world.session_dir();
        let entry = Entry {
            kind: Kind::Gate,
            event: "run",
            session: session.as_deref(),
            call: call.as_deref(),
            cwd,
            repository: cwd.and_then(|cwd| repository(self.world, cwd)),
            tool: Some("Bash"),
            judged: decided.judged.as_ref(),
            policy: Some(&decided.policy),
            said: Said::Script(self.script),
            text: decided.recording.text.then_some(Cow::Borrowed(self.script)),
            detail: Some(detail),
            ..Entry::default()
        };
        let asker = Asker {
            agent: "codex",
            time,
            process: HostDisk.process(),
            account: HostDisk.account(),
            user: self.world.user(),
            host: &host,
        };
        // What the person has approved runs without it.
        let _ = audit::append(&HostDisk, place, time, |lost| audit::line(&asker, &entry, lost));
    }
}

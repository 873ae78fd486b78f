//! The record of a call: made when everything else is done, and before the answer counts.

use super::{Audit, Means, Options};
use crate::audit::{self, Asker, Disk, Entry, Failed, Kind, Place, Time};
use crate::call::Call;
use crate::codex::{Answer, Fault, Notice, Question};
use crate::decision::{RuleRef, Verdict};
use crate::report::Judged;
use crate::world::{World, repository};
use crate::{approval::Asked, path};
use alloc::{format, string::String, vec::Vec};

/// What stands for the event of a call that could not be read.
const UNREAD: &str = "unread";

/// What is recorded of calls, where anything is.
pub(super) struct Recorder<'o> {
    options: &'o Options,
    started: Time,
}

/// What came of a call.
pub(super) struct Decided<'d> {
    pub(super) call: &'d Result<Call, Fault>,
    pub(super) judged: &'d Judged,
    pub(super) policy: &'d str,
    /// Whether the policy wants the command recorded.
    pub(super) text: bool,
}

impl<'o> Recorder<'o> {
    /// From now on time is taken.
    pub(super) fn start<M: Means>(options: &'o Options, means: &M) -> Self {
        let started = if options.audit == Audit::Off { Time::default() } else { means.disk().now() };
        Self { options, started }
    }

    /// Looks up whose call it is. To be done before somebody else may have to answer.
    pub(super) fn look<M: Means>(&self, means: &M) {
        if self.options.audit != Audit::Off {
            let _ = means.world().user();
        }
    }

    /// Records a call that did not come as far as to be judged.
    pub(super) fn refused<M: Means>(&self, means: &M, code: &'static str, why: &str) {
        let verdict = Verdict::deny(RuleRef::Input(code), why);
        let judged = Judged { tool: String::new(), verdict, effects: Vec::new(), tiers: Vec::new(), lifted: None };
        let entry = Entry { event: UNREAD, judged: Some(&judged), answer: Some("deny"), ..Entry::default() };
        // The call is denied either way.
        let _ = self.write(means, entry);
    }

    /// Records what was told without asking anything.
    pub(super) fn noticed<M: Means>(&self, means: &M, notice: &Notice) {
        let cwd = notice.cwd.as_ref().map(|cwd| path::normalize(cwd.as_bytes())).filter(|cwd| path::is_absolute(cwd));
        let entry = Entry {
            kind: if notice.event.is_of_a_tool() { Kind::Outcome } else { Kind::Session },
            event: notice.event.as_str(),
            session: notice.session.as_deref(),
            turn: notice.turn.as_deref(),
            subagent: notice.agent.as_deref().map(|id| (id, notice.agent_kind.as_deref())),
            model: notice.model.as_deref(),
            mode: notice.mode.as_deref(),
            call: notice.call.as_deref(),
            cwd: cwd.as_deref(),
            tool: notice.tool.as_deref(),
            status: notice.status,
            detail: notice.detail.as_deref(),
            ..Entry::default()
        };
        // The next record that can be written says that one was lost.
        let _ = self.write(means, entry);
    }

    /// Records a decision and its answer.
    ///
    /// # Errors
    /// Why it could not be.
    pub(super) fn decided<M: Means>(&self, means: &M, decided: &Decided<'_>, answer: &Answer) -> Result<(), Failed> {
        let Decided { call, judged, policy, text } = *decided;
        let cwd = call.as_ref().map(|call| path::normalize(call.cwd.as_bytes())).unwrap_or_default();
        let entry = match call {
            Ok(call) => Entry::of_call(call, &cwd, judged, text),
            Err(_) => Entry { event: UNREAD, judged: Some(judged), ..Entry::default() },
        };
        let entry = Entry { answer: Some(answer.word()), policy: Some(policy), ..entry };
        self.write(means, entry)
    }

    /// The directory of the records, where there is one in order.
    pub(super) fn directory<M: Means>(&self, means: &M) -> Option<Vec<u8>> {
        self.place(means.world())?.directory(means.disk())
    }

    fn place<'p>(&'p self, world: &'p dyn World) -> Option<Place<'p>> {
        match &self.options.audit {
            Audit::Off => None,
            Audit::At(directory) => Some(Place::At(directory)),
            Audit::Usual => Some(Place::Usual { home: world.home() }),
        }
    }

    fn write<M: Means>(&self, means: &M, entry: Entry<'_>) -> Result<(), Failed> {
        let (disk, world) = (means.disk(), means.world());
        let Some(place) = self.place(world) else {
            return Err(Failed::nowhere("it is registered with `--audit off`"));
        };
        // Looked up only once there is somewhere to write it to.
        let line = |lost| {
            let host = disk.host();
            let asker = Asker {
                agent: self.options.agent.name,
                time: self.started,
                process: disk.process(),
                account: disk.account(),
                user: world.user(),
                host: &host,
            };
            let micros = || disk.now().micros_since(self.started);
            let entry = Entry {
                repository: entry.cwd.and_then(|cwd| repository(world, cwd)),
                observed: self.options.observe,
                micros: (entry.kind == Kind::Decision).then(micros),
                ..entry
            };
            audit::line(&asker, &entry, lost)
        };
        if audit::append(disk, place, self.started, line)? {
            return Ok(());
        }
        Err(Failed::nowhere(format!("there is no directory for records ({})", place.shown())))
    }
}

/// The answer where a policy demands a record and there is none: nothing is let through.
pub(super) fn unrecorded(options: &Options, question: &Question<'_>, why: &Failed) -> Answer {
    let why = format!(
        "the policy demands a record of every call (`recording(audit = \"required\")`), and none can be written: {why}; tell the \
         person to repair that (`prexec doctor`), and do nothing else until then"
    );
    let verdict = Verdict::deny(RuleRef::Audit("required"), why);
    let question = Question { verdict: &verdict, describe: &|_| None, instead: None, auto_approve: false, ..*question };
    (options.agent.answer)(&question, &Asked::No)
}

//! One call of Codex, from the arguments and standard input to the exit status: what `prexec hook` and `prexec-hook` do, once.
//!
//! ```text
//! arguments -> options | standard input -> call | policies -> policy | call + policy -> verdict -> answer
//! ```
//!
//! Where bytes come from and how policies are found is up to the executable ([`Means`]); everything that is said is said here.

#[cfg(bare)]
pub mod alone;
mod options;
mod recording;
#[cfg(kernel)]
mod trusted;

#[cfg(all(feature = "admin", test))]
pub(crate) use options::NAMES;
pub use options::{Audit, CLOSE_STDIN, OBSERVE, Options, Prompt, Stale, parse};
#[cfg(kernel)]
pub use trusted::{Beyond, Trusted};

use crate::approval::{Asked, close_stdin, is_askable};
use crate::audit::Disk;
use crate::break_glass::{self, Override};
use crate::call::Call;
use crate::codex::{self, Answer, Exit, Notice, Occasion, Question};
use crate::decision::{Decision, RuleRef, Verdict};
use crate::gate;
use crate::guard::{self, Stage, stage};
use crate::policy::{Policy, Recording};
use crate::report::Judged;
use crate::world::World;
use alloc::{format, string::String, vec::Vec};
use recording::{Decided, Recorder};

/// Where an administrator's policy stands.
pub const MANAGED: &str = "/etc/prexec";
/// Where a user's policy stands, below the home directory.
pub const USER: &str = ".config/prexec";
/// Where what is made for a user stands, below the home directory.
pub const USER_STATE: &str = ".local/state/prexec";
/// The name of an installed compiled policy.
pub const COMPILED: &str = "policy.bin";

/// What an executable brings along.
pub trait Means {
    /// All of standard input, up to `most` bytes.
    ///
    /// # Errors
    /// What the system says.
    fn input(&mut self, most: usize) -> Result<Vec<u8>, String>;

    /// The policy that decides.
    ///
    /// # Errors
    /// Why it cannot be used.
    fn policy(&mut self, options: &Options, input: &[u8]) -> Result<Policy, String>;

    /// The machine.
    fn world(&self) -> &dyn World;

    /// The administrator's override, where one is in force for this account.
    fn break_glass(&self) -> Option<Override>;

    /// What keeps records.
    type Disk: Disk;

    /// The same machine, as records are kept.
    fn disk(&self) -> &Self::Disk;

    /// Looks after the records when a session begins or ends: closes what is over, removes what is old. May not come back where
    /// somebody else does it, and answers.
    fn keep(&self, directory: &[u8], input: &[u8]);

    /// Whether and how a person is asked about a call that was judged to need approval.
    fn ask(&self, call: &Call, judged: &Judged, options: &Options, input: &[u8]) -> Asked;

    /// Whether nothing of Codex's own goes by the text of a command, so that an allowed one may run in another form.
    fn may_rewrite(&self, call: &Call, options: &Options, input: &[u8]) -> bool;

    /// Called before an answer counts, told whether regexes had a say in it; does not come back where somebody else is to answer.
    fn settle(&self, _regexes: bool, _input: &[u8]) {}
}

/// Reads the call, decides, answers, and ends the process. `arguments` are those behind the verb.
pub fn run<M: Means>(arguments: &[&[u8]], means: impl FnOnce(&Options) -> M) -> ! {
    // Before anything can go wrong, wrong options included.
    if options::observes(arguments) {
        guard::observe();
    }
    boundary!("started");
    let (options, wrong) = parse(arguments);
    let mut means = means(&options);
    let recorder = Recorder::start(&options, &means);
    if let Some(why) = wrong {
        recorder.refused(&means, "options", &why);
        guard::leave(guard::Answer::Deny(&why));
    }
    boundary!("options");

    let reading = stage(Stage::ReadingCall, None);
    let input = match means.input(codex::MAX_INPUT.saturating_add(1)) {
        Ok(input) => input,
        Err(e) => {
            let why =
                format!("prexec: denied: the call cannot be read from standard input: {e} (rule input:unreadable)");
            recorder.refused(&means, "unreadable", &why);
            guard::leave(guard::Answer::Deny(&why))
        }
    };
    boundary!("read");
    let call = (options.agent.read)(&input);
    boundary!("understood");
    if call.is_err()
        && let Some(notice) = codex::notice(&input)
    {
        told(&means, &recorder, &notice, &input)
    }
    if let Ok(call) = &call {
        guard::event(call.event.into());
    }
    drop(reading);

    let loading = stage(Stage::LoadingPolicy, None);
    let policy = means.policy(&options, &input);
    drop(loading);
    let mut recording = Recording::default();
    let mut digest = String::new();
    let mut regexes = false;
    let (judged, instead, auto_approve) = match policy {
        Ok(policy) => {
            let _deciding = stage(Stage::Deciding, None);
            boundary!("loaded");
            let mut judged = gate::judge(&call, &policy, means.world());
            // Only the installed layers: a policy that is named is somebody's own.
            if options.policies.is_empty()
                && break_glass::could_lift(&judged.verdict)
                && let Some(by) = means.break_glass()
            {
                break_glass::lift(&mut judged, &by);
            }
            boundary!("decided");
            let instead = gate::alternative(&call, &judged, &policy, means.world());
            recording = policy.recording();
            regexes = policy.needs_regexes(&judged.effects);
            digest.clone_from(&policy.digest);
            // Its destructors have nothing to do that the end of the process does not.
            core::mem::forget(policy);
            (judged, instead, options.auto_approve)
        }
        Err(why) => (unusable_policy(&why), None, false),
    };
    recorder.look(&means);
    means.settle(regexes, &input);

    let answering = stage(Stage::Answering, None);
    let shown = gate::for_people(&judged);
    let asked = match (options.prompt, &call) {
        (Prompt::Gate, Ok(call))
            if options.agent.needs_gate && shown.decision() == Decision::Prompt && is_askable(call) =>
        {
            means.ask(call, &judged, &options, &input)
        }
        (_, Ok(call)) if options.close_stdin && options.agent.needs_gate && shown.decision() == Decision::Allow => {
            match close_stdin(call) {
                Some(closed) if means.may_rewrite(call, &options, &input) => Asked::Closed(closed),
                _ => Asked::No,
            }
        }
        _ => Asked::No,
    };
    let question = Question {
        occasion: call.as_ref().map_or(Occasion::Unread, Occasion::from),
        verdict: &shown,
        auto_approve,
        covered_by_allow_rules: gate::covered_by_allow_rules(&judged),
        describe: &|reason| gate::describe(&judged, reason),
        instead: instead.as_ref(),
    };
    let answer = (options.agent.answer)(&question, &asked);
    boundary!("answered");
    drop(answering);
    let _recording = stage(Stage::Recording, None);
    let decided = Decided { call: &call, judged: &judged, policy: &digest, text: recording.text };
    let recorded = recorder.decided(&means, &decided, &answer);
    boundary!("recorded");
    match recorded {
        Err(why) if recording.required && answer.exit() == Exit::Zero => {
            leave(&recording::unrecorded(&options, &question, &why))
        }
        Ok(()) | Err(_) => leave(&answer),
    }
}

/// Records what is told without asking anything.
fn told<M: Means>(means: &M, recorder: &Recorder<'_>, notice: &Notice, input: &[u8]) -> ! {
    // Nothing may stand in the agent's way.
    guard::observe();
    let _recording = stage(Stage::Recording, None);
    if !notice.event.is_of_a_tool()
        && let Some(directory) = recorder.directory(means)
    {
        means.keep(&directory, input);
    }
    recorder.noticed(means, notice);
    guard::leave(guard::Answer::Silence)
}

fn unusable_policy(diagnostics: &str) -> Judged {
    let why =
        format!("the policy does not load, so every call is blocked until it is repaired: {}", diagnostics.trim());
    let verdict = Verdict::deny(RuleRef::Policy("load"), why);
    Judged { tool: String::new(), verdict, effects: Vec::new(), tiers: Vec::new(), lifted: None }
}

fn leave(answer: &Answer) -> ! {
    match (answer.stdout(), answer.stderr()) {
        ([], []) => guard::leave(guard::Answer::Silence),
        (stdout, []) => guard::leave(guard::Answer::Json(stdout)),
        (_, stderr) => guard::leave(guard::Answer::Deny(&String::from_utf8_lossy(stderr))),
    }
}

impl From<crate::call::Event> for guard::Event {
    fn from(event: crate::call::Event) -> Self {
        match event {
            crate::call::Event::PreToolUse => Self::PreToolUse,
            crate::call::Event::PermissionRequest => Self::PermissionRequest,
        }
    }
}

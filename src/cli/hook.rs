//! `prexec hook`: one call of Codex, from standard input to the exit status. Nothing but 0 or 2 ever leaves it.

use super::policy;
use crate::codex::{self, Answer, Occasion, Question};
use crate::decision::{RuleRef, Verdict};
use crate::gate;
use crate::guard::{self, Stage, stage};
use crate::report::Judged;
use crate::world::HostWorld;
use clap::{Args, FromArgMatches, ValueEnum};
use std::ffi::OsString;
use std::io::Read;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Policy file, directory of `*.rules`, or compiled policy; may be repeated [default: the installed layers]
    #[arg(long, value_name = "P")]
    policy: Vec<PathBuf>,
    /// What becomes of a call that a person must approve
    #[arg(long, value_enum, default_value_t = Prompt::Deny)]
    prompt: Prompt,
    /// On a permission request, approve in the person's place what explicit allow rules cover in full
    #[arg(long)]
    auto_approve: bool,
    /// What becomes of a call where a compiled policy is older than its sources
    #[arg(long, value_enum, default_value_t)]
    stale: policy::Stale,
    /// Where decisions are recorded; this version records none
    #[arg(long, value_enum, default_value_t = Audit::Off)]
    audit: Audit,
    /// The account's home directory, instead of the one in the account database
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
}

/// What becomes of a prompt before a call: Codex gives a hook no way to ask.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Prompt {
    /// Block it and say that a person must approve it
    Deny,
}

/// Where decisions are recorded.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Audit {
    /// Nowhere
    Off,
}

/// Reads the call, decides, answers, and ends the process.
pub(super) fn run(arguments: &[OsString]) -> ! {
    let options = match parse(arguments) {
        Ok(options) => options,
        Err(why) => guard::leave(guard::Answer::Deny(&why)),
    };
    let (Prompt::Deny, Audit::Off) = (options.prompt, options.audit);

    let reading = stage(Stage::ReadingCall, None);
    let input = match read_input() {
        Ok(input) => input,
        Err(why) => guard::leave(guard::Answer::Deny(&why)),
    };
    let call = codex::read(&input);
    if let Ok(call) = &call {
        guard::event(call.event.into());
    }
    drop(reading);

    let world = HostWorld::new(options.home.as_deref());
    let request = policy::Request {
        named: &options.policy,
        home: options.home.as_deref(),
        stale: options.stale,
        ..policy::Request::default()
    };
    let (judged, instead, auto_approve) = match policy::load(&request) {
        Ok(ready) => {
            let _deciding = stage(Stage::Deciding, None);
            let judged = gate::judge(&call, &ready.policy, &world);
            let instead = gate::alternative(&call, &judged, &ready.policy, &world);
            (judged, instead, options.auto_approve)
        }
        Err(diagnostics) => (unusable_policy(&diagnostics.to_string()), None, false),
    };

    let _answering = stage(Stage::Answering, None);
    let shown = gate::for_people(&judged);
    let answer = codex::answer(&Question {
        occasion: call.as_ref().map_or(Occasion::Unread, Occasion::from),
        verdict: &shown,
        auto_approve,
        covered_by_allow_rules: gate::covered_by_allow_rules(&judged),
        describe: &|reason| gate::describe(&judged, reason),
        instead: instead.as_ref(),
    });
    leave(&answer)
}

/// Options as `clap` reads them; the sentence of its refusal otherwise. `--help` is a refusal too: a hook that prints its help
/// instead of deciding would let every call run.
fn parse(arguments: &[OsString]) -> Result<Options, String> {
    let command =
        Options::augment_args(clap::Command::new("prexec hook").disable_help_flag(true).disable_version_flag(true));
    let matches = command.try_get_matches_from(arguments.get(1..).unwrap_or_default());
    matches.and_then(|m| Options::from_arg_matches(&m)).map_err(|e| {
        let text = e.to_string();
        let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        format!("prexec: denied: the hook is registered with wrong options: {first} (see `prexec help hook`)")
    })
}

/// All of standard input, up to one byte more than a call may have.
fn read_input() -> Result<Vec<u8>, String> {
    let mut input = Vec::new();
    let most = u64::try_from(codex::MAX_INPUT).unwrap_or(u64::MAX).saturating_add(1);
    match std::io::stdin().lock().take(most).read_to_end(&mut input) {
        Ok(_) => Ok(input),
        Err(e) => {
            Err(format!("prexec: denied: the call cannot be read from standard input: {e} (rule input:unreadable)"))
        }
    }
}

fn unusable_policy(diagnostics: &str) -> Judged {
    let why =
        format!("the policy does not load, so every call is blocked until it is repaired: {}", diagnostics.trim());
    let verdict = Verdict::deny(RuleRef::Policy("load"), why);
    Judged { tool: String::new(), verdict, effects: Vec::new(), tiers: Vec::new() }
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

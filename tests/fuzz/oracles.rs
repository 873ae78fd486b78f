//! What must hold for every input.

use prexec::codex::{self, Answer, Exit, Occasion, Question};
use prexec::decision::{Decision, RuleRef, Verdict};
use prexec::gate;
use prexec::policy::Policy;
use prexec::report::{Judged, verdict_json};
use prexec::rules::Loader;
use prexec::shell::{self as sh, Limits};
use prexec::world::memory::MemoryWorld;
use std::borrow::Cow;

/// Every input of the hook is a call or a fault, and every fault blocks.
pub(crate) fn wire(input: &[u8]) -> Result<(), String> {
    match codex::read(input) {
        Ok(call) if call.cwd.as_bytes().first() != Some(&b'/') => Err("the directory of a call is not absolute".into()),
        Ok(_) => Ok(()),
        Err(fault) if fault.message.trim().is_empty() => Err("a fault without a message".into()),
        Err(fault) => {
            let verdict = Verdict::deny(RuleRef::Input(fault.code), &fault.message);
            let answer = codex::answer(&Question {
                occasion: Occasion::Unread,
                verdict: &verdict,
                auto_approve: true,
                covered_by_allow_rules: true,
                describe: &|_| None,
                instead: None,
            });
            well_formed(&answer)?;
            if answer.exit() == Exit::Two { Ok(()) } else { Err("a fault does not block".into()) }
        }
    }
}

/// Every text is read within the limits, the same each time, with places inside the text.
pub(crate) fn shell(input: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(input);
    let Ok(tree) = sh::parse(&text, &Limits::default()) else { return Ok(()) };
    for (_, located) in tree.iter() {
        let (start, end) = (located.span.start as usize, located.span.end as usize);
        if start > end || end > text.len() {
            return Err(format!("the place {start}..{end} of a node is not in {} bytes", text.len()));
        }
    }
    let again =
        sh::parse(&text, &Limits::default()).map_err(|limit| format!("a limit the second time: {}", limit.name))?;
    if sh::dump(&tree) == sh::dump(&again) { Ok(()) } else { Err("the tree is another the second time".into()) }
}

/// The whole line under the embedded posture.
pub(crate) struct Line {
    policy: Policy,
    world: MemoryWorld,
}

impl Line {
    pub(crate) fn new() -> Self {
        let policy = Loader::new().embedded("controlled.rules").expect("the embedded posture loads").policy;
        let world = MemoryWorld::new().session("/home/u/w").home("/home/u").repository("/home/u/w", &[]);
        Self { policy, world: world.file("/home/u/w/.env").directory("/home/u/w/sub") }
    }

    fn judge(&self, script: &str) -> Judged {
        let input = serde_json::json!({
            "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "model": "m",
            "cwd": "/home/u/w", "permission_mode": "default", "tool_name": "Bash", "tool_input": { "command": script },
            "tool_use_id": "u",
        });
        gate::judge(&codex::read(input.to_string().as_bytes()), &self.policy, &self.world)
    }

    /// The verdict and the answer are well-formed; more of a script is never looser, and a comment changes nothing.
    pub(crate) fn holds(&self, input: &[u8]) -> Result<(), String> {
        let script = String::from_utf8_lossy(input);
        let judged = self.judge(&script);
        let decision = judged.verdict.decision();
        self.verdict(&judged)?;
        if !stands_alone(&script) {
            return Ok(());
        }
        for after in ["\ntrue", "\ncat .env", "\ncd sub; f() { :; }", "\nx=1; exit"] {
            let more = self.judge(&[script.as_ref(), after].concat()).verdict.decision();
            if more < decision {
                return Err(format!("{} becomes {} with {after:?}", decision.as_str(), more.as_str()));
            }
        }
        for comment in ["\n# cat .env ' \" $(", "\n\n"] {
            let other = self.judge(&[script.as_ref(), comment].concat()).verdict.decision();
            if other != decision {
                return Err(format!("{} becomes {} with {comment:?}", decision.as_str(), other.as_str()));
            }
        }
        Ok(())
    }

    fn verdict(&self, judged: &Judged) -> Result<(), String> {
        let decision = judged.verdict.decision();
        if judged.verdict.reasons().is_empty() {
            return Err("a verdict without a reason".into());
        }
        let text = verdict_json(judged, &self.policy.digest);
        let json: serde_json::Value =
            serde_json::from_str(&text).map_err(|e| format!("the verdict is not JSON: {e}"))?;
        if json.get("decision").and_then(|d| d.as_str()) != Some(decision.as_str()) || text.contains('\n') {
            return Err("the JSON says something else, or is more than a line".into());
        }
        for auto_approve in [false, true] {
            let answer = codex::answer(&Question {
                occasion: Occasion::Unread,
                verdict: &judged.verdict,
                auto_approve,
                covered_by_allow_rules: gate::covered_by_allow_rules(judged),
                describe: &|reason| gate::describe(judged, reason),
                instead: None,
            });
            well_formed(&answer)?;
            if decision != Decision::Allow && answer.exit() != Exit::Two {
                return Err(format!("{} does not block", decision.as_str()));
            }
        }
        Ok(())
    }
}

/// Whether what follows on the next line cannot become a part of it: it is read to its end, and has no here-document whose end
/// may be missing.
fn stands_alone(script: &str) -> bool {
    let tree = sh::parse(script, &Limits::default());
    let whole = tree.is_ok_and(|tree| !sh::dump(&tree).contains("unread") && tree.differences().is_empty());
    whole && !script.ends_with('\\') && !script.contains("<<")
}

/// Exit 2 has a text on standard error and nothing else; exit 0 has none.
fn well_formed(answer: &Answer) -> Result<(), String> {
    let stderr: Cow<'_, str> = String::from_utf8_lossy(answer.stderr());
    match answer.exit() {
        Exit::Two if stderr.trim().is_empty() => Err("a refusal without a sentence, which would run the call".into()),
        Exit::Two if !answer.stdout().is_empty() => Err("a refusal with standard output".into()),
        Exit::Two if stderr.len() > codex::MAX_MESSAGE => Err(format!("a refusal of {} bytes", stderr.len())),
        Exit::Zero if !stderr.is_empty() => Err("an approval with standard error".into()),
        _ => Ok(()),
    }
}

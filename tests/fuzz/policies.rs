//! Globs mean what `globset` says; policy text and compiled policies are read whole or refused in a sentence.

use globset::GlobBuilder;
use prexec::codex;
use prexec::compiled::{self, Choice, Origin, Role};
use prexec::decision::{Decision, RuleRef};
use prexec::gate;
use prexec::glob::Glob;
use prexec::policy::Policy;
use prexec::report::verdict_json;
use prexec::rules::Loader;
use prexec::world::memory::MemoryWorld;

/// The first line is a glob, each other a text to hold against it.
pub(crate) fn globs(input: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(input);
    let mut lines = text.split('\n');
    let pattern = lines.next().unwrap_or_default();
    let Ok(ours) = Glob::parse(pattern) else { return Ok(()) };
    let theirs = GlobBuilder::new(pattern).literal_separator(true).build();
    let theirs = theirs.map_err(|e| format!("globset refuses {pattern:?}: {e}"))?.compile_matcher();
    for text in lines {
        let (here, there) = (ours.matches(text.as_bytes(), false), theirs.is_match(text));
        if here != there {
            return Err(format!("{pattern:?} and {text:?}: {here}, by globset {there}"));
        }
    }
    Ok(())
}

pub(crate) fn compile(policy: &Policy) -> Result<Vec<u8>, String> {
    let origin = Origin { role: Role::Named, sources: Vec::new(), facts: Vec::new(), gate: None };
    let everybody = Choice { policy: policy.clone(), ..Choice::default() };
    compiled::write(&[], &everybody, &origin).ok_or_else(|| "a policy of over four gibibytes".into())
}

/// A text loads, always as the same policy, or is refused in sentences that can be shown to a person.
pub(crate) fn starlark(input: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(input);
    let load = || Loader::new().load_text("fuzz.rules", &text);
    match load() {
        Ok(loaded) => {
            let bytes = compile(&loaded.policy)?;
            let opened =
                compiled::open(bytes.clone()).map_err(|e| format!("what was just compiled is refused: {e}"))?;
            let again = load().map_err(|_| "it is refused the second time")?;
            if compile(&opened.policy)? != bytes || compile(&again.policy)? != bytes {
                return Err("it is another policy the second time".into());
            }
            if loaded.policy.digest == again.policy.digest { Ok(()) } else { Err("another digest".into()) }
        }
        Err(found) => {
            let told = found.told();
            if told.contains("in an unexpected way") {
                return Err("the interpreter panics".into());
            }
            for line in told.split('\n') {
                if line.trim().is_empty() || line.chars().any(char::is_control) {
                    return Err(format!("it is refused with {line:?}"));
                }
            }
            if found.has_errors() { Ok(()) } else { Err("it is refused without an error".into()) }
        }
    }
}

/// A compiled policy whose bytes change.
pub(crate) struct Compiled {
    bytes: Vec<u8>,
    expected: Vec<String>,
}

const CALLS: [&str; 5] = ["git push", "git status", "cat .env", "cat README.md", "curl https://example.com"];

impl Compiled {
    pub(crate) fn new() -> Self {
        let text = include_str!("corpus/starlark/all-kinds.rules");
        let policy = Loader::new().load_text("fuzz.rules", text).expect("a policy that loads").policy;
        let bytes = compile(&policy).expect("it compiles");
        Self { bytes, expected: CALLS.iter().map(|script| judge(&policy, script).0).collect() }
    }

    pub(crate) fn seeds(&self) -> Vec<Vec<u8>> {
        vec![self.bytes.clone()]
    }

    /// Refused, or denied as damaged, or the same as ever.
    pub(crate) fn holds(&self, input: &[u8]) -> Result<(), String> {
        let Ok(opened) = compiled::open(input.to_vec()) else { return Ok(()) };
        for (script, expected) in CALLS.iter().zip(&self.expected) {
            let (verdict, damaged) = judge(&opened.policy, script);
            if verdict != *expected && !damaged {
                return Err(format!("`{script}` gets {verdict}, not {expected}"));
            }
        }
        Ok(())
    }
}

fn judge(policy: &Policy, script: &str) -> (String, bool) {
    let input = serde_json::json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "model": "m",
        "cwd": "/home/u/w", "permission_mode": "default", "tool_name": "Bash", "tool_input": { "command": script },
        "tool_use_id": "u",
    });
    let world = MemoryWorld::new().session("/home/u/w").home("/home/u").repository("/home/u/w", &[]);
    let judged = gate::judge(&codex::read(input.to_string().as_bytes()), policy, &world);
    let damaged = judged.verdict.reasons().iter().any(|reason| reason.rule == RuleRef::Policy("damaged"));
    // The digest is of the sources; what decides is what counts.
    (verdict_json(&judged, ""), damaged && judged.verdict.decision() == Decision::Deny)
}

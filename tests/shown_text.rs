//! Whatever a call is made of: what a person or a log is shown has no control characters and nothing that reorders text.

#![cfg(feature = "admin")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "all of this is a test, and clippy.toml's exceptions do not reach the functions that the tests share"
)]

#[path = "shown/verbs.rs"]
mod verbs;

use prexec::codex::{self, Occasion, Question};
use prexec::decision::Decision;
use prexec::gate;
use prexec::policy::Policy;
use prexec::report::{Judged, verdict_json};
use prexec::rules::Loader;
use prexec::text::is_hidden;
use prexec::world::memory::MemoryWorld;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let text = "default(reads = 'prompt', writes = 'forbidden', commands = 'prompt', tools = 'forbidden')\n\
                deny_read('**/.env', justification = 'no \u{202e}\u{7} secrets')\n";
    Loader::new().load_text("shown.rules", text).unwrap_or_else(|found| panic!("{found}")).policy
});

fn judge(tool: &str, input: &Value) -> Judged {
    let call = json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": "/w/p",
        "model": "m", "permission_mode": "default", "tool_name": tool, "tool_input": input, "tool_use_id": "u",
    });
    let world = MemoryWorld::new().session("/w/p").home("/home/u");
    gate::judge(&codex::read(call.to_string().as_bytes()), &POLICY, &world)
}

/// What Codex and the model get to read, and what stands in a log.
fn shown(judged: &Judged) -> Vec<String> {
    let answer = codex::answer(&Question {
        occasion: Occasion::Unread,
        verdict: &gate::for_people(judged),
        auto_approve: false,
        covered_by_allow_rules: false,
        describe: &|reason| gate::describe(judged, reason),
        instead: None,
    });
    let message = String::from_utf8(answer.stderr().to_vec()).expect("UTF-8");
    vec![message, verdict_json(judged, "")]
}

/// Characters that a terminal obeys, that reorder text or that cannot be seen, among others.
fn hostile() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        '\u{0}',
        '\u{7}',
        '\u{8}',
        '\t',
        '\n',
        '\r',
        '\u{1b}',
        '\u{7f}',
        '\u{85}',
        '\u{9b}',
        '\u{a0}',
        '\u{ad}',
        '\u{200b}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{2028}',
        '\u{2029}',
        '\u{202a}',
        '\u{202e}',
        '\u{2066}',
        '\u{2069}',
        '\u{feff}',
        '\u{e0001}',
        '\u{fff9}',
        '\u{61c}',
        '\u{180e}',
        '\u{3164}',
    ]);
    prop::collection::vec(prop_oneof![odd, any::<char>(), prop::char::range(' ', '~')], 0..40)
        .prop_map(|chars| chars.into_iter().collect())
}

fn check(judged: &Judged) -> Result<(), TestCaseError> {
    for text in shown(judged) {
        // The message ends its line by itself.
        let hidden = text.strip_suffix('\n').unwrap_or(&text).chars().find(|c| c.is_control() || is_hidden(*c));
        prop_assert!(hidden.is_none(), "{hidden:?} in {text:?}");
    }
    Ok(())
}

/// How many there are, unless `PREXEC_CASES` says otherwise.
fn cases(usual: u32) -> u32 {
    std::env::var("PREXEC_CASES").map_or(usual, |n| n.parse().expect("a number"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(400), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_a_script(name in hostile(), path in hostile()) {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', ""));
        for script in [
            name.clone(),
            format!("cat {}/.env > {}", quoted(&path), quoted(&name)),
            format!("{} {}", quoted(&name), quoted(&path)),
            format!("curl https://{name}/{path}"),
            format!("{name}={path} printenv {name}"),
        ] {
            check(&judge("Bash", &json!({ "command": script })))?;
        }
    }

    #[test]
    fn of_other_tools(name in hostile(), text in hostile()) {
        check(&judge("apply_patch", &json!({ "command": format!("*** Begin Patch\n*** Add File: {text}\n+x\n*** End Patch") })))?;
        check(&judge("view_image", &json!({ "path": text })))?;
        check(&judge(&format!("mcp__{name}"), &json!({ &name: &text })))?;
        check(&judge(&name, &json!({ "path": text, "url": name })))?;
    }
}

/// The property speaks of messages that there are.
#[test]
fn some_of_them_are_denied() {
    assert_eq!(judge("Bash", &json!({ "command": "cat '\u{202e}\n/.env'" })).verdict.decision(), Decision::Deny);
}

/// The verbs that people run show the same texts in their own lines.
#[test]
fn of_what_verbs_print() {
    let scripts = [
        "cat '\u{202e}vne.\u{1b}[2J/.env'",
        "\u{7}\u{8}\u{9b}31m x; git push \u{2066}",
        "echo a\rrm -rf /; cat \u{feff}.env",
        "x='\u{85}\u{2028}'; curl https://\u{200b}example.com/$x",
        "ls \u{e0001}\u{ad} | tee '\u{3164}'",
    ];
    for script in scripts {
        for verb in ["check", "explain"] {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_prexec"));
            let output = command.args([verb, "--", script]).env_clear().output().expect("prexec starts");
            let text = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
            assert!(text.lines().count() > 1, "{verb} prints {text:?}");
            let hidden = text.chars().find(|c| *c != '\n' && (c.is_control() || is_hidden(*c)));
            assert!(hidden.is_none(), "{verb} {script:?} prints {hidden:?}: {text}");
        }
    }
}

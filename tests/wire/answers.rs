//! What Codex gets to see of a verdict.

use super::{APPROVAL, answer, assert_refused};
use prexec::call::{Event, PermissionMode};
use prexec::codex::{self, Exit, Occasion, Question};
use prexec::decision::{Decision, Reason, RuleRef, Verdict};

fn reason(decision: Decision, rule: &str, justification: Option<&str>) -> Reason {
    Reason { decision, rule: RuleRef::Rule(rule.into()), effect: None, justification: justification.map(Into::into) }
}

#[test]
fn each_verdict_gets_the_answer_of_its_occasion() {
    use Decision::{Allow, Deny, Prompt};
    use Event::{PermissionRequest, PreToolUse};
    let modes = ["default", "bypassPermissions", "plan"].map(PermissionMode::from_name);
    for event in [PreToolUse, PermissionRequest] {
        for mode in &modes {
            for decision in [Allow, Prompt, Deny] {
                for (auto_approve, covered) in [(false, false), (false, true), (true, false), (true, true)] {
                    let verdict = Verdict::of(reason(decision, "p.rules:1:1", None));
                    let answer = answer(Occasion::Asked { event, mode }, &verdict, auto_approve, covered);
                    let case = format!("{event:?} {mode:?} {decision:?} {auto_approve} {covered}");
                    let approve = event == PermissionRequest && decision == Allow && auto_approve && covered;
                    let ask = event == PermissionRequest && decision == Prompt && mode.as_str() == "default";
                    if approve {
                        assert_eq!(answer.exit(), Exit::Zero, "{case}");
                        assert_eq!((answer.word(), answer.stdout()), ("approve", APPROVAL.as_bytes()), "{case}");
                        assert_eq!(answer.stderr(), b"", "{case}");
                    } else if decision == Allow || ask {
                        let output = (answer.exit().code(), answer.stdout(), answer.stderr());
                        assert_eq!(output, (0, &b""[..], &b""[..]), "{case}");
                        assert_eq!(answer.word(), "silence", "{case}");
                    } else {
                        assert_refused(&answer);
                        assert_eq!(answer.word(), "deny", "{case}");
                        let says = if decision == Prompt { "this call must be approved" } else { "the policy forbids" };
                        let message = String::from_utf8_lossy(answer.stderr()).into_owned();
                        assert!(message.contains(says), "{case}: {message}");
                    }
                }
            }
        }
    }
}

#[test]
fn an_input_that_was_not_read_is_never_let_through() {
    for decision in [Decision::Allow, Decision::Prompt, Decision::Deny] {
        let verdict = Verdict::of(reason(decision, "p.rules:1:1", None));
        assert_refused(&answer(Occasion::Unread, &verdict, true, true));
    }
}

#[test]
fn messages_name_the_thing_the_rule_and_what_to_do() {
    use Decision::{Allow, Deny, Prompt};
    let what = "cat reads /home/u/.env";
    let person = "; only a person can approve this and a hook cannot ask: tell them what you want to do and why, so that \
                  they do it themselves or allow it in the policy";
    let nobody = "; nobody can be asked in permission mode `bypassPermissions`: do without it, or name it at the end, so that \
                  a person can do it or allow it in the policy";
    let change = "; do it another way, or ask the person to change the policy";
    let rows: Vec<(&str, Vec<Reason>, bool, String)> = vec![
        (
            "default",
            vec![reason(Deny, "p.rules:1:1", Some("use .env.example")), reason(Prompt, "q.rules:2:1", Some("other"))],
            true,
            format!("prexec: denied: {what}: use .env.example (rule p.rules:1:1)"),
        ),
        (
            "default",
            vec![reason(Deny, "p.rules:1:1", Some("use .env.example"))],
            false,
            "prexec: denied: use .env.example (rule p.rules:1:1)".into(),
        ),
        (
            "default",
            vec![reason(Deny, "p.rules:1:1", None)],
            true,
            format!("prexec: denied: {what} (rule p.rules:1:1){change}"),
        ),
        (
            "default",
            vec![reason(Deny, "p.rules:1:1", Some(" \n "))],
            false,
            format!("prexec: denied: the policy forbids this call (rule p.rules:1:1){change}"),
        ),
        (
            "default",
            vec![reason(Prompt, "p.rules:1:1", None), reason(Allow, "a", Some("fine"))],
            true,
            format!("prexec: needs approval: {what} (rule p.rules:1:1){person}"),
        ),
        (
            "bypassPermissions",
            vec![reason(Prompt, "p.rules:1:1", Some("asks the owner"))],
            false,
            format!("prexec: needs approval: asks the owner (rule p.rules:1:1){nobody}"),
        ),
        (
            "default",
            vec![
                reason(Deny, "a:1:1", Some("one")),
                reason(Deny, "a:1:1", Some("one")),
                reason(Deny, "a:2:1", Some("two")),
                reason(Deny, "a:3:1", Some("three")),
                reason(Deny, "a:4:1", Some("four")),
                reason(Deny, "a:5:1", Some("five")),
            ],
            false,
            "prexec: denied: one (rule a:1:1); two (rule a:2:1); three (rule a:3:1); and 2 more".into(),
        ),
        (
            "default",
            vec![reason(Deny, "e\u{202e}vil\n.rules:1:1", Some("a\u{1b}[2Kb\nc"))],
            false,
            "prexec: denied: a\\u{1b}[2Kb\\u{a}c (rule e\\u{202e}vil\\u{a}.rules:1:1)".into(),
        ),
    ];
    for (mode, reasons, described, expected) in rows {
        let mode = PermissionMode::from_name(mode);
        let verdict = Verdict::strictest(reasons);
        let describe = |_: &Reason| described.then(|| what.to_owned());
        let answer = codex::answer(&Question {
            occasion: Occasion::Asked { event: Event::PreToolUse, mode: &mode },
            verdict: &verdict,
            auto_approve: false,
            covered_by_allow_rules: false,
            describe: &describe,
            instead: None,
        });
        assert_refused(&answer);
        assert_eq!(std::str::from_utf8(answer.stderr()).unwrap(), expected);
    }
}

#[test]
fn the_rule_and_the_advice_survive_a_flood_of_text() {
    let flood = "\u{202e}".repeat(1 << 20);
    let mode = PermissionMode::from_name(&flood);
    let reasons = (0..3).map(|n| reason(Decision::Prompt, &format!("{n}{flood}"), Some(&format!("{n}{flood}"))));
    let verdict = Verdict::strictest(reasons.collect());
    let describe = |_: &Reason| Some(flood.clone());
    let answer = codex::answer(&Question {
        occasion: Occasion::Asked { event: Event::PreToolUse, mode: &mode },
        verdict: &verdict,
        auto_approve: false,
        covered_by_allow_rules: false,
        describe: &describe,
        instead: None,
    });
    assert_refused(&answer);
    let message = std::str::from_utf8(answer.stderr()).unwrap();
    assert_eq!(message.matches(" (rule ").count(), 3, "{message}");
    assert!(message.contains("[cut]") && message.ends_with("allow it in the policy"), "{message}");
}

#[test]
fn what_is_allowed_instead_stands_at_the_end_and_is_never_cut() {
    let script = format!("grep --exclude=.env {} .", "x".repeat(codex::MAX_INSTEAD - 22));
    assert_eq!(script.len(), codex::MAX_INSTEAD);
    let flood = "y".repeat(1 << 16);
    for decision in [Decision::Deny, Decision::Prompt] {
        for event in Event::ALL {
            let reasons = (0..3).map(|n| reason(decision, &format!("{n}{flood}"), Some(&format!("{n}{flood}"))));
            let verdict = Verdict::strictest(reasons.collect());
            let mode = PermissionMode::BypassPermissions;
            let answer = codex::answer(&Question {
                occasion: Occasion::Asked { event, mode: &mode },
                verdict: &verdict,
                auto_approve: true,
                covered_by_allow_rules: true,
                describe: &|_| Some(flood.clone()),
                instead: Some(&codex::Instead::Script(script.clone())),
            });
            assert_refused(&answer);
            let message = std::str::from_utf8(answer.stderr()).unwrap();
            assert!(message.ends_with(&format!("; allowed instead: {script}")), "{message}");
        }
    }
}

#[test]
fn a_prompt_before_a_call_becomes_the_exact_rewriting_and_nothing_else_does() {
    use Decision::{Allow, Deny, Prompt};
    use prexec::approval::{Asked, Gate};
    use prexec::codex::answer_asking;
    let input = serde_json::json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "cwd": "/w", "permission_mode": "default", "tool_name": "Bash",
        "tool_input": {"command": "it's \"a\" \\ script\n"},
    });
    let call = codex::read(input.to_string().as_bytes()).unwrap();
    let rewritten = Gate::new("/opt/prexec/prexec").unwrap().rewrite(&call, "why").unwrap();
    let json = r#"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow","updatedInput":{"command":"/opt/prexec/prexec run 'why' -- 'it'\"'\"'s \"a\" \\ script\n'"}}}"#;
    let modes = ["default", "bypassPermissions", "plan", "acceptEdits", "dontAsk"].map(PermissionMode::from_name);
    for event in [Event::PreToolUse, Event::PermissionRequest] {
        for (mode, decision) in modes.iter().flat_map(|mode| [Allow, Prompt, Deny].map(|decision| (mode, decision))) {
            let verdict = Verdict::of(reason(decision, "p.rules:1:1", None));
            for occasion in [Occasion::Asked { event, mode }, Occasion::Unread] {
                let question = Question {
                    occasion,
                    verdict: &verdict,
                    auto_approve: true,
                    covered_by_allow_rules: false,
                    describe: &|_| None,
                    instead: None,
                };
                let plain = codex::answer(&question);
                let asked = answer_asking(&question, &Asked::Gate(rewritten.clone()));
                let impossible = answer_asking(&question, &Asked::Impossible("because of the moon".into()));
                let case = format!("{occasion:?} {decision:?}");
                let asks = event == Event::PreToolUse && mode.can_ask() && decision == Prompt;
                if asks && occasion != Occasion::Unread {
                    assert_eq!((asked.exit(), asked.stderr()), (Exit::Zero, &b""[..]), "{case}");
                    assert_eq!(asked.stdout(), json.as_bytes(), "{case}");
                    assert_refused(&impossible);
                    assert!(String::from_utf8_lossy(impossible.stderr()).ends_with("; because of the moon"), "{case}");
                } else {
                    assert_eq!((&asked, &impossible), (&plain, &plain), "{case}");
                }
            }
        }
    }
}

//! What holds for every input and every verdict.

use super::{APPROVAL, answer_to_fault, assert_refused, payloads};
use prexec::call::{Event, Json, PermissionMode};
use prexec::codex::{self, Exit, Occasion, Question};
use prexec::decision::{Decision, EffectId, Reason, RuleRef, Verdict};
use proptest::prelude::*;
use serde_json::Value;

/// JSON text that is right or nearly so, with the pieces that parsers trip over.
fn nearly_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("fals".to_owned()),
        "-?[0-9]{1,3}(\\.[0-9]{0,2})?([eE][+-]?[0-9]{0,4})?",
        "\"[a-c\\\\u0d8e\u{7f}é\u{1}\"]{0,8}\"",
        Just(r#""\ud83d\ude00""#.to_owned()),
        Just(r#""\ude00""#.to_owned()),
        Just(r#""\u0000""#.to_owned()),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    let value = leaf.prop_recursive(5, 40, 6, |inner| {
        let key = prop_oneof![Just("\"a\"".to_owned()), Just(r#""\u0061""#.to_owned()), "\"[a-d]{0,2}\""];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|all| format!("[{}]", all.join(","))),
            prop::collection::vec((key, inner), 0..6).prop_map(|all| {
                let entries: Vec<_> = all.iter().map(|(key, value)| format!("{key} :{value}")).collect();
                format!("{{{}}}", entries.join(" ,"))
            }),
        ]
    });
    (value, "[ \n]{0,2}", "[\\]} ,0x]{0,1}").prop_map(|(value, space, tail)| format!("{{\"v\":{value}}}{space}{tail}"))
}

/// Whether `serde_json` reads the text to the value that the strict pass read.
fn same(ours: &Json, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(a), Value::Bool(b)) => a == b,
        (Json::Number(text), Value::Number(_)) => serde_json::from_str::<Value>(text).is_ok_and(|n| n == *theirs),
        (Json::String(a), Value::String(b)) => a == b,
        (Json::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => false,
    }
}

/// What is refused although `serde_json` reads it. It reads any number where another package in the build asks it for arbitrary
/// precision.
const STRICTER: &[&str] = &[
    "bom",
    "duplicate-key",
    "nul",
    "too-deep",
    "too-large",
    "too-many-values",
    "not-an-object",
    #[cfg(feature = "admin")]
    "number-out-of-range",
];

fn agrees_with_serde_json(input: &[u8]) -> Result<(), TestCaseError> {
    let theirs: Result<Value, _> = serde_json::from_slice(input);
    match codex::read_json(input) {
        Ok(ours) => {
            let theirs = theirs.map_err(|error| TestCaseError::fail(format!("only serde_json refuses: {error}")))?;
            prop_assert!(same(&ours, &theirs), "{ours:?} is not {theirs:?}");
            let again = codex::read_json(ours.to_compact().as_bytes());
            prop_assert_eq!(again.as_ref(), Ok(&ours));
        }
        Err(fault) => {
            prop_assert!(theirs.is_err() || STRICTER.contains(&fault.code), "serde_json reads it, we say {fault:?}");
        }
    }
    Ok(())
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just(" \t\u{3164}".to_owned()),
        any::<String>(),
        "[\u{0}-\u{1f}\u{7f}-\u{9f}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2066}-\u{2069}\u{e0000}-\u{e007f}a ]{0,2000}",
        "x{0,6000}",
    ]
}

/// How many there are, unless `PREXEC_CASES` says otherwise.
fn cases(usual: u32) -> u32 {
    std::env::var("PREXEC_CASES").map_or(usual, |n| n.parse().expect("a number"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(2000)))]

    #[test]
    fn what_is_nearly_json_is_read_as_serde_json_reads_it(text in nearly_json()) {
        agrees_with_serde_json(text.as_bytes())?;
    }

    #[test]
    fn a_changed_payload_is_read_as_serde_json_reads_it(
        which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(), insert in any::<bool>(),
    ) {
        let payloads = payloads();
        let mut bytes = which.get(&payloads).1.as_bytes().to_vec();
        let at = at.index(bytes.len());
        if insert { bytes.insert(at, byte) } else { bytes[at] = byte }
        agrees_with_serde_json(&bytes)?;
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_are_never_let_through(bytes in any::<Vec<u8>>()) {
        agrees_with_serde_json(&bytes)?;
        if let Err(fault) = codex::read(&bytes) {
            assert_refused(&answer_to_fault(fault));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(300)))]

    #[test]
    fn answers_keep_their_promises_whatever_the_texts(
        reasons in prop::collection::vec((0..3_usize, hostile(), prop::option::of(hostile())), 0..8),
        mode in hostile(),
        what in prop::option::of(hostile()),
        event in 0..3_usize,
        auto_approve in any::<bool>(),
        covered in any::<bool>(),
    ) {
        let decisions = [Decision::Allow, Decision::Prompt, Decision::Deny];
        let verdict = Verdict::strictest(reasons.iter().enumerate().map(|(at, (decision, rule, why))| Reason {
            decision: decisions[*decision],
            rule: RuleRef::Rule(rule.clone()),
            effect: Some(EffectId(at)),
            justification: why.clone(),
        }).collect());
        let mode = PermissionMode::from_name(&mode);
        let occasion = match event {
            0 => Occasion::Asked { event: Event::PreToolUse, mode: &mode },
            1 => Occasion::Asked { event: Event::PermissionRequest, mode: &mode },
            _ => Occasion::Unread,
        };
        let describe = |_: &Reason| what.clone();
        let answer = codex::answer(&Question {
            occasion, verdict: &verdict, auto_approve, covered_by_allow_rules: covered, describe: &describe, instead: None });
        match answer.exit() {
            Exit::Two => assert_refused(&answer),
            Exit::Zero => {
                prop_assert_eq!(answer.stderr(), b"");
                prop_assert!(answer.stdout().is_empty() || answer.stdout() == APPROVAL.as_bytes());
                prop_assert!(verdict.decision() != Decision::Deny && occasion != Occasion::Unread);
                // No hostile mode is the default one, so nobody can be asked and a prompt never passes.
                prop_assert_eq!(verdict.decision(), Decision::Allow);
            }
        }
    }
}

//! `check --jsonl`: one line in, one verdict out, whatever the line is.

use crate::harness::Place;
use serde_json::Value;

/// Decision and rule of the first reason of each line.
fn verdicts(stdout: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let line = |line: &str| serde_json::from_str::<Value>(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    stdout.lines().map(line).map(|v| (text(&v["decision"]), text(&v["reasons"][0]["rule"]))).collect()
}

#[track_caller]
fn check(input: &[u8], expected: &[(&str, &str)]) {
    let ended = Place::new().with_policy("check", &["--jsonl"], input);
    assert_eq!((ended.status, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    assert_eq!(verdicts(&ended.stdout), expected.iter().map(|(d, r)| ((*d).into(), (*r).into())).collect::<Vec<_>>());
}

const ALLOWED: (&str, &str) = ("allow", "policy.rules:2:1");
const ASKED: (&str, &str) = ("prompt", "policy.rules:3:1");

#[test]
fn lines_end_as_lines_do() {
    let place = Place::new();
    let (allowed, asked) = (place.shell("true"), place.shell("git push"));
    let joined = |parts: &[&[u8]]| parts.concat();
    check(b"", &[]);
    check(&joined(&[&allowed, b"\n", &asked, b"\n"]), &[ALLOWED, ASKED]);
    check(&joined(&[&allowed, b"\n", &asked]), &[ALLOWED, ASKED]);
    check(&joined(&[&allowed, b"\r\n", &asked, b"\r\n"]), &[ALLOWED, ASKED]);
    check(
        &joined(&[b"\n", &allowed, b"\n\r\n \n", &asked]),
        &[("deny", "input:empty"), ALLOWED, ("deny", "input:empty"), ("deny", "input:empty"), ASKED],
    );
}

#[test]
fn a_line_that_is_no_call_is_denied_and_the_next_one_is_judged() {
    let place = Place::new();
    let allowed = String::from_utf8(place.shell("true")).expect("UTF-8");
    for (line, rule) in [
        (&b"{"[..], "input:truncated"),
        (b"[]", "input:not-an-object"),
        (b"{} {}", "input:trailing-data"),
        (b"{\"a\":1,\"a\":2}", "input:duplicate-key"),
        (b"\xff\xfe", "input:bom"),
        (b"{\"a\":\"\xff\"}", "input:invalid-utf8"),
        (b"nonsense", "input:not-an-object"),
        (b"{nonsense}", "input:syntax"),
        (b"{\"a\":\"\\u0000\"}", "input:nul"),
    ] {
        let input = [line, b"\n", allowed.as_bytes()].concat();
        check(&input, &[("deny", rule), ALLOWED]);
    }
}

/// Of a line that is too long no more is held than shows that, and nothing of it is taken for the next.
#[test]
fn a_line_of_9_mib_is_denied() {
    let place = Place::new();
    let allowed = place.shell("true");
    let script = |length| place.shell(&"x".repeat(length));
    let long = script(9 << 20);
    check(&[&long[..], b"\n", &allowed].concat(), &[("deny", "input:too-large"), ALLOWED]);
    check(&[&allowed[..], b"\n", &long].concat(), &[ALLOWED, ("deny", "input:too-large")]);
    // Exactly as long as a call may be, and one byte more.
    let most = prexec::codex::MAX_INPUT;
    let around = place.shell("").len();
    let (fits, over) = (script(most - around), script(most - around + 1));
    assert_eq!((fits.len(), over.len()), (most, most + 1));
    check(
        &[&fits[..], b"\n", &over, b"\n", &allowed].concat(),
        &[("deny", "limit:script-bytes"), ("deny", "input:too-large"), ALLOWED],
    );
}

#[test]
fn every_fault_of_the_wire_gets_its_verdict() {
    let place = Place::new();
    let rows = crate::hook::faults();
    let rows: Vec<_> = rows.iter().filter(|row| !row.input.contains(&b'\n')).collect();
    assert!(rows.len() > 80, "{} rows", rows.len());
    let input: Vec<u8> = rows.iter().flat_map(|row| [&row.input[..], b"\n"].concat()).collect();
    let ended = place.with_policy("check", &["--jsonl"], &input);
    assert_eq!((ended.status, ended.stderr.as_str()), (Some(0), ""));
    let verdicts = verdicts(&ended.stdout);
    assert_eq!(verdicts.len(), rows.len());
    for (row, (decision, rule)) in rows.iter().zip(verdicts) {
        match &row.code {
            Some(code) => assert_eq!((decision.as_str(), rule), ("deny", format!("input:{code}")), "{}", row.name),
            None => assert!(!rule.starts_with("input:"), "{}: {rule}", row.name),
        }
    }
}

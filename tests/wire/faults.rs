//! The table of faults, and payloads that are cut.

use super::{answer_to_fault, assert_refused, payloads};
use prexec::codex;
use prexec::text::is_hidden;
use serde_json::Value;
use std::collections::BTreeSet;

/// The bytes of a row of the table of faults.
fn input(row: &Value) -> Vec<u8> {
    if let Some(text) = row["input"].as_str() {
        return text.as_bytes().to_vec();
    }
    if let Some(hex) = row["hex"].as_str() {
        let byte = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap();
        return hex.as_bytes().chunks(2).map(byte).collect();
    }
    let parts = row["parts"].as_array().unwrap_or_else(|| panic!("{row} has no input"));
    let text =
        parts.iter().map(|part| part[0].as_str().unwrap().repeat(usize::try_from(part[1].as_u64().unwrap()).unwrap()));
    text.collect::<String>().into_bytes()
}

#[test]
fn every_fault_has_its_code_and_says_where() {
    let mut seen = BTreeSet::new();
    let rows = include_str!("faults.jsonl").lines().filter(|line| !line.starts_with('#'));
    for row in rows.map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let (name, read) = (row["name"].as_str().unwrap(), codex::read(&input(&row)));
        let Some(code) = row["code"].as_str() else {
            assert!(read.is_ok(), "{name}: {:?}", read.err());
            continue;
        };
        let fault = read.expect_err(name);
        assert_eq!(fault.code, code, "{name}: {fault}");
        assert_eq!(fault.to_string(), fault.message, "{name}");
        for part in row["has"].as_array().into_iter().flatten() {
            let part = part.as_str().unwrap();
            assert!(fault.message.contains(part), "{name}: no {part} in `{fault}`");
        }
        assert!(!fault.message.chars().any(is_hidden), "{name}: {fault:?}");
        assert!(fault.message.len() < 500, "{name}: {} bytes", fault.message.len());
        seen.insert(fault.code);
        let answer = answer_to_fault(fault);
        assert_refused(&answer);
        let message = String::from_utf8(answer.stderr().to_vec()).unwrap();
        assert!(message.ends_with(&format!("(rule input:{code})")), "{message}");
    }
    let all: BTreeSet<_> = codex::codes::ALL.iter().map(|code| code.name).collect();
    assert_eq!(seen, all, "every code has a row, and every row's code is listed");
}

#[test]
fn a_payload_cut_anywhere_is_a_fault() {
    for (name, payload, _) in payloads() {
        for length in 0..payload.len() {
            let fault = codex::read(&payload.as_bytes()[..length]).expect_err(name);
            let expected = if length == 0 { "empty" } else { "truncated" };
            assert_eq!(fault.code, expected, "{name} cut after {length} bytes");
            assert_refused(&answer_to_fault(fault));
        }
    }
}

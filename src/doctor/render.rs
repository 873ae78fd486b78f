//! Findings for people and for programs.

use super::{Finding, Status, worst};
use serde_json::{Value, json};

/// One JSON object; its schema is `prexec/doctor/1`.
pub fn json(account: &str, findings: &[Finding]) -> Value {
    let checks: Vec<Value> = findings
        .iter()
        .map(|finding| {
            json!({
                "id": finding.id, "title": finding.title, "status": finding.status.as_str(), "found": finding.found,
                "next": finding.next,
            })
        })
        .collect();
    json!({"schema": "prexec/doctor/1", "account": account, "status": worst(findings).as_str(), "checks": checks})
}

/// A word of a fixed width for the table.
pub fn word(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok     ",
        Status::Warning => "warning",
        Status::Failure => "FAILURE",
    }
}

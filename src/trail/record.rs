//! One line of the trail. Its schema is committed as `tests/schema/record-1.json`; [`SCHEMA`] changes with it.

use serde::{Deserialize, Serialize};
use std::string::String;
use std::vec::Vec;

/// Names the form of a line.
pub const SCHEMA: &str = "prexec/record/1";

/// What a line tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A call was decided.
    Decision,
    /// A call came to its end.
    Outcome,
    /// A session began or ended.
    Session,
    /// The gate ran, or refused, what a person had approved.
    Gate,
}

/// A sub-agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Its name within the session.
    pub id: String,
    /// Its kind, such as `default`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// One record. What a kind of record does not have is not there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`SCHEMA`].
    pub schema: String,
    /// What the line tells of.
    pub kind: Kind,
    /// When: RFC 3339 in UTC with microseconds, always 27 characters.
    pub time: String,
    /// Names the record: nanoseconds since 1970 and the process, 24 hexadecimal digits. Sorts by time.
    pub id: String,
    /// Whose call: `codex` or `claude`.
    pub agent: String,
    /// The hook event; `run` for the gate.
    pub event: String,
    /// The session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The turn within the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<String>,
    /// The sub-agent that made the call; none for the main agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subagent: Option<Agent>,
    /// The model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The permission mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Names the call (`tool_use_id`): what joins a decision and its outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// The account's number.
    pub uid: u32,
    /// The account's name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The machine.
    pub host: String,
    /// The directory of the call or the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// The root of the repository that the directory is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The trust tiers of the call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<String>,
    /// The tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// `allow`, `prompt` or `deny`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// What the hook answered: `silence` (the call goes on), `deny`, `ask` (a person is asked), `approve`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// The hook only observes: it blocked nothing.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub observed: bool,
    /// Why an administrator's override let the call run.
    #[serde(default, rename = "override", skip_serializing_if = "Option::is_none")]
    pub lifted: Option<String>,
    /// Every rule that matched, strictest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// What the call would do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
    /// Effects and reasons were left out, so that the line stays short.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub cut: bool,
    /// The digest of the policy that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The version of prexec.
    pub version: String,
    /// How long the decision took, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub micros: Option<u64>,
    /// The command, or the tool's arguments as JSON, with secrets taken out; only where a policy wants texts recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// How many values were taken out of this record as secrets.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub redacted: u32,
    /// At least so many records before this one could not be written.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lost: u32,
    /// The exit status of what ran, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<i32>,
    /// How a session began (`startup`, `resume`, ...) or ended, or what became of a gate run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A rule that matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// `allow`, `prompt` or `deny`.
    pub decision: String,
    /// `FILE:LINE:COLUMN`, or what else decided, as in a verdict.
    pub rule: String,
    /// The place of the effect that it speaks of in the record's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<usize>,
    /// Why the rule is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub justification: Option<String>,
}

/// An effect of a call, as in a verdict but for the words of a command: those are there only where a policy wants texts recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// `run`, `read`, `write`, `connect`, `readenv`, `setenv`, `tool`, `flow`, `interactive` or `unknown`.
    pub kind: String,
    /// `known`, `partial` or `unknown`.
    pub certainty: String,
    /// Of `run` and `interactive`: the program as it is called, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// Of `run`: the program's sub-command, where its table says that it has such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verb: Option<String>,
    /// Of `run`: all words, with secrets taken out; `null` for one that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub argv: Option<Vec<Option<String>>>,
    /// Of `read` and `write`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Of `read` and `write`: whatever is below, too.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub tree: bool,
    /// Of `connect`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// Of `connect`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Of `connect`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Of `connect`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Of `readenv`, `setenv` and `tool`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Of `flow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Of `flow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sink: Option<String>,
    /// Of `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The program or construct that does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// Reads a line; none where it is no whole record of this form, as after a process was killed while it wrote.
pub fn read_line(line: &[u8]) -> Option<Record> {
    let record: Record = serde_json::from_slice(line).ok()?;
    (record.schema == SCHEMA).then_some(record)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_back() {
        let line = r#"{"schema":"prexec/record/1","kind":"decision","time":"2026-11-21T00:45:12.123456Z","id":"1879e5b0c6d4f10000001f2a","agent":"codex","event":"PreToolUse","session":"s","call":"c","uid":1000,"user":"ann","host":"h","cwd":"/w","tool":"Bash","decision":"deny","answer":"deny","reasons":[{"decision":"deny","rule":"packs/secrets.rules:12:1","effect":1}],"effects":[{"kind":"run","certainty":"known","program":"cat"},{"kind":"read","certainty":"known","path":"/w/.env"}],"policy":"blake3:00","version":"0.1.0","micros":93}"#;
        let record = read_line(line.as_bytes()).expect("a record");
        assert_eq!(serde_json::to_string(&record).expect("JSON"), line);
        for cut in 0..line.len() {
            assert_eq!(read_line(&line.as_bytes()[..cut]), None);
        }
        assert_eq!(read_line(line.replace("record/1", "record/2").as_bytes()), None);
    }
}

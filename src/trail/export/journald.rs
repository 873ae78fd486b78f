//! Entries of the journal in its own protocol: fields one after the other in a datagram.

use super::chain::Head;
use super::facts::{Fate, decisive, fate, kind, program, summary};
use super::{Form, json};
use crate::trail::Record;
use std::string::ToString;
use std::vec::Vec;

/// A record as an entry.
pub(super) fn entry(record: &Record, head: Option<&Head>, form: Form) -> Vec<u8> {
    let priority = match fate(record) {
        Fate::Passed => "6",
        Fate::Asked => "5",
        Fate::Lifted | Fate::Blocked => "4",
    };
    let uid = record.uid.to_string();
    let rule = decisive(record).map(|reason| reason.rule.as_str());
    let whole = json(form, record).to_string();
    let message = summary(record);
    let mut bytes = Vec::new();
    for (name, value) in [
        ("MESSAGE", Some(message.as_str())),
        ("PRIORITY", Some(priority)),
        ("SYSLOG_IDENTIFIER", Some("prexec")),
        ("SYSLOG_FACILITY", Some("10")),
        ("PREXEC_ID", Some(record.id.as_str())),
        ("PREXEC_KIND", Some(kind(record))),
        ("PREXEC_TIME", Some(record.time.as_str())),
        ("PREXEC_AGENT", Some(record.agent.as_str())),
        ("PREXEC_EVENT", Some(record.event.as_str())),
        ("PREXEC_UID", Some(uid.as_str())),
        ("PREXEC_USER", record.user.as_deref()),
        ("PREXEC_HOST", Some(record.host.as_str())),
        ("PREXEC_SESSION", record.session.as_deref()),
        ("PREXEC_CALL", record.call.as_deref()),
        ("PREXEC_TOOL", record.tool.as_deref()),
        ("PREXEC_PROGRAM", program(record)),
        ("PREXEC_DECISION", record.decision.as_deref()),
        ("PREXEC_ANSWER", record.answer.as_deref()),
        ("PREXEC_RULE", rule),
        ("PREXEC_REPOSITORY", record.repository.as_deref()),
        ("PREXEC_CWD", record.cwd.as_deref()),
        ("PREXEC_POLICY", record.policy.as_deref()),
        ("PREXEC_CHAIN", head.map(|head| head.link.as_str())),
        ("PREXEC_RECORD", Some(whole.as_str())),
    ] {
        if let Some(value) = value {
            field(&mut bytes, name, value);
        }
    }
    bytes
}

/// `NAME=value` and a line end; where the value has one itself: the name, a line end, the length in 64 bits, the value.
fn field(bytes: &mut Vec<u8>, name: &str, value: &str) {
    bytes.extend(name.bytes());
    if value.contains('\n') {
        bytes.push(b'\n');
        bytes.extend((value.len() as u64).to_le_bytes());
    } else {
        bytes.push(b'=');
    }
    bytes.extend(value.bytes());
    bytes.push(b'\n');
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_line_end_does_not_make_a_field() {
        let mut bytes = Vec::new();
        super::field(&mut bytes, "A", "plain");
        super::field(&mut bytes, "B", "x\nPRIORITY=0");
        assert_eq!(bytes, b"A=plain\nB\n\x0c\0\0\0\0\0\0\0x\nPRIORITY=0\n");
    }
}

//! Sessions that were denied something, and those among them that tried it again.

use super::count::{Counts, cut};
use crate::trail::Record;
use std::string::{String, ToString};
use std::vec::Vec;

/// So often the same rule has to deny again before a session is said to have kept trying.
pub(super) const STUBBORN: u64 = 2;
/// More rules of a session are not told apart.
const MOST_RULES: usize = 16;

/// A session that was denied something.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// Calls that were denied.
    pub(super) denied: u64,
    /// Denials by a rule that had denied in this session before.
    pub(super) again: u64,
    pub(super) agent: String,
    pub(super) user: String,
    pub(super) host: String,
    pub(super) first: String,
    pub(super) last: String,
    /// Rules that denied, and how often.
    pub(super) rules: Vec<(String, u64)>,
}

impl Session {
    /// The rule that denied most often.
    pub(super) fn rule(&self) -> &str {
        let most = self.rules.iter().rev().max_by_key(|(_, count)| *count);
        most.map_or("", |(rule, _)| rule.as_str())
    }
}

/// A call of a session was denied by that rule.
pub(super) fn denied(sessions: &mut Counts<Session>, record: &Record, rule: &str) {
    let Some(session) = record.session.as_deref().and_then(|name| sessions.of(name)) else { return };
    if session.denied == 0 {
        session.agent.clone_from(&record.agent);
        session.user = record.user.clone().unwrap_or_else(|| record.uid.to_string());
        session.host.clone_from(&record.host);
        session.first.clone_from(&record.time);
        session.last.clone_from(&record.time);
    }
    session.denied += 1;
    if record.time < session.first {
        session.first.clone_from(&record.time);
    }
    if record.time > session.last {
        session.last.clone_from(&record.time);
    }
    let rule = cut(rule);
    if let Some((_, count)) = session.rules.iter_mut().find(|(known, _)| known == rule) {
        *count += 1;
        session.again += 1;
    } else if session.rules.len() < MOST_RULES {
        session.rules.push((rule.to_string(), 1));
    }
}

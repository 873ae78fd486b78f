//! A second hook that only writes down what it was given. Where it has written nothing, hooks did not run at all, and that a
//! call was not blocked says nothing.

use serde_json::Value;

use crate::hooks::Hook;
use crate::session::Session;

/// The hook. It answers nothing, so it changes nothing.
pub(crate) fn witness(session: &Session) -> Hook {
    let log = session.file("payloads").to_string_lossy().into_owned();
    Hook::new(format!("cat >> '{log}'; echo >> '{log}'"))
}

/// Everything that the witness was given, one JSON object per line.
pub(crate) fn payloads(session: &Session) -> String {
    std::fs::read_to_string(session.file("payloads")).unwrap_or_default()
}

/// What hooks were given for the call with the id `id`, byte for byte.
pub(crate) fn payload_of(session: &Session, id: &str) -> Option<String> {
    let of = |line: &&str| serde_json::from_str::<Value>(line).is_ok_and(|payload| payload["tool_use_id"] == id);
    payloads(session).lines().find(of).map(str::to_owned)
}

//! Attacks of every class that is known, to be held against one's own policy now and then.

use std::{borrow::ToOwned, string::String, vec::Vec};

/// The project's own labelled commands; those that must be stopped are the attacks.
const COMMANDS: &str = include_str!("../../tests/corpus/commands.jsonl");

/// A command that must not be allowed.
#[derive(Clone, Debug)]
pub struct Attack {
    /// Its class.
    pub kind: String,
    /// The script.
    pub command: String,
}

/// Every attack.
pub fn attacks() -> Vec<Attack> {
    let attack = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).ok()?;
        let text = |key: &str| row.get(key).and_then(|v| v.as_str()).map(ToOwned::to_owned);
        if text("expected")? == "deny" { Some(Attack { kind: text("kind")?, command: text("command")? }) } else { None }
    };
    COMMANDS.lines().filter_map(attack).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn there_are_attacks_of_many_classes() {
        let attacks = super::attacks();
        let kinds: std::collections::BTreeSet<_> = attacks.iter().map(|a| a.kind.as_str()).collect();
        assert!(attacks.len() > 200 && kinds.len() > 10, "{} of {kinds:?}", attacks.len());
    }
}

//! Attacks of every class that is known, to be held against one's own policy now and then.

use super::parse::{Case, Expected, parse};
use super::place::Place;
use serde_json::json;
use std::{format, string::String, vec::Vec};

/// One attack a line, each class named after the advisory or the kind of attack.
const ATTACKS: &str = include_str!("../../policies/redteam.cases");
/// The project's own labelled commands; those that must be stopped are attacks, too.
const COMMANDS: &str = include_str!("../../tests/corpus/commands.jsonl");

/// Every attack, each with its class: a call that a policy must not allow.
pub fn attacks() -> Vec<Case> {
    // The file is read by a test; a line that is none would be missing there.
    let mut all = parse(ATTACKS).unwrap_or_default();
    all.extend(long());
    all.extend(COMMANDS.lines().filter_map(labelled));
    all
}

fn labelled(line: &str) -> Option<Case> {
    let row: serde_json::Value = serde_json::from_str(line).ok()?;
    let text = |key: &str| row.get(key).and_then(|v| v.as_str());
    (text("expected")? == "deny").then_some(())?;
    Some(script(text("kind")?, text("command")?.into()))
}

/// What is too long to be written down: a limit that is reached must not let through what comes after it.
fn long() -> [Case; 5] {
    [
        format!("{}cat .env", "true; ".repeat(60)),
        format!("{}cat .env", "cat | ".repeat(100)),
        format!("echo {}; cat .env", "a".repeat(10_500)),
        format!("# {}\ncat .env", "x".repeat(12_000)),
        format!("{}cat .env{}", "( ".repeat(5000), " )".repeat(5000)),
    ]
    .map(|text| script("analysis cap", text))
}

fn script(class: &str, text: String) -> Case {
    Case {
        line: 0,
        policy: None,
        class: Some(class.into()),
        tool: "Bash".into(),
        arguments: json!({ "command": text }),
        shown: text,
        expected: Expected::Stopped,
        rule: None,
        place: Place::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const ADVISORIES: &str = "cve-2025-66032 cve-2025-54795 cve-2025-58764 cve-2025-64755 cve-2026-24887 cve-2025-54794 \
        cve-2026-25724 cve-2026-39861 cve-2026-25722 cve-2026-50548 cve-2026-25725 cve-2025-59536 cve-2025-65099 cve-2025-61260 \
        cve-2026-21852 cve-2025-54136 cve-2026-22708 cve-2026-26268 gemini-cli-11510 gemini-cli-11766 gemini-cli-5495 codex-10920 \
        codex-13175 codex-20113 codex-31753 codex-37079 codex-22179 codewhale-6098 dcg-277 dcg-393 dcg-420 autonomous-dev-1620 \
        tracebit-gemini promptarmor-copilot polkit-cve-2021-3560 cedar";

    #[test]
    fn there_are_attacks_of_many_classes() {
        assert!(parse(ATTACKS).is_ok());
        let attacks = attacks();
        let classes: BTreeSet<_> = attacks.iter().filter_map(|a| a.class.as_deref()).collect();
        assert!(attacks.iter().all(|a| a.class.is_some()));
        assert!(attacks.len() > 350 && classes.len() > 40, "{} of {classes:?}", attacks.len());
        // One at least of each advisory and issue that is known.
        for class in ADVISORIES.split_whitespace() {
            assert!(classes.contains(class), "{class}");
        }
        let tools: BTreeSet<_> = attacks.iter().map(|a| a.tool.as_str()).collect();
        for tool in ["Bash", "apply_patch", "view_image", "request_permissions"] {
            assert!(tools.contains(tool), "{tool}");
        }
        assert!(tools.iter().any(|tool| tool.starts_with("mcp__")));
    }
}

//! The two answers in one form.

use prexec::decision::Decision;
use prexec::policy::PrefixMatch;
use serde_json::Value;

/// One rule that matched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Match {
    pub(crate) prefix: Vec<String>,
    pub(crate) decision: String,
    pub(crate) program: Option<String>,
    pub(crate) justification: Option<String>,
}

/// What a policy says of a command. The order of the matches means nothing: they are sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) matches: Vec<Match>,
    pub(crate) decision: Option<String>,
}

impl Answer {
    /// As Codex prints it; a key that is not known fails the test.
    pub(crate) fn theirs(json: &Value) -> Self {
        let text = |v: &Value| v.as_str().expect("a string").to_owned();
        let keys = |v: &Value, known: &[&str]| {
            let unknown: Vec<_> = v.as_object().unwrap().keys().filter(|k| !known.contains(&k.as_str())).collect();
            assert!(unknown.is_empty(), "Codex prints keys that this test does not know: {json}");
        };
        keys(json, &["matchedRules", "decision"]);
        let one = |rule: &Value| {
            keys(rule, &["prefixRuleMatch"]);
            let rule = &rule["prefixRuleMatch"];
            keys(rule, &["matchedPrefix", "decision", "resolvedProgram", "justification"]);
            Match {
                prefix: rule["matchedPrefix"].as_array().unwrap().iter().map(text).collect(),
                decision: text(&rule["decision"]),
                program: rule.get("resolvedProgram").map(text),
                justification: rule.get("justification").map(text),
            }
        };
        let mut matches: Vec<_> = json["matchedRules"].as_array().unwrap().iter().map(one).collect();
        matches.sort();
        Self { matches, decision: json.get("decision").map(text) }
    }

    /// From our matches.
    pub(crate) fn ours<'a>(found: impl Iterator<Item = &'a PrefixMatch>) -> Self {
        let mut strictest: Option<Decision> = None;
        let mut matches = Vec::new();
        for m in found {
            strictest = strictest.max(Some(m.decision));
            matches.push(one(m));
        }
        matches.sort();
        Self { matches, decision: strictest.map(|d| d.as_rule_word().to_owned()) }
    }
}

/// One of our matches as Codex would print it.
pub(crate) fn one(m: &PrefixMatch) -> Match {
    Match {
        prefix: m.matched_prefix.clone(),
        decision: m.decision.as_rule_word().to_owned(),
        program: m.resolved_program.clone(),
        justification: m.justification.clone(),
    }
}

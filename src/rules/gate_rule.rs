//! The managed rule of Codex that makes it ask a person about the gate: whether it stands in a `requirements.toml`, in full.
//!
//! Where it does not, a command that was rewritten for the gate would run unasked, so anything that is not exactly as expected counts
//! as "it is not in force".

use super::diagnostics::{Problem, sentence};
use super::facts;
use super::files::{self, Check};
use super::limits;
use crate::approval::{NAME, VERB};
use crate::compiled::Fact;
use std::{
    borrow::ToOwned,
    format,
    path::Path,
    string::{String, ToString},
    vec::Vec,
};
use toml_edit::{Document, Item, TableLike, Value};

/// The decision that no hook, session or user rule of Codex can waive.
const DECISION: &str = "prompt-user";
/// What such a rule may say.
const KEYS: &[&str] = &["decision", "justification", "pattern"];

/// The rule as it is written in `requirements.toml`.
pub fn gate_rule_text(executable: &str) -> String {
    format!("{{pattern=[{{token=\"{executable}\"}},{{token=\"{VERB}\"}}], decision=\"{DECISION}\"}}")
}

/// Whether the file has the rule for this executable, and nothing that could take it away; the file as it was read.
///
/// # Errors
/// Why the rule cannot be relied on, as the end of a sentence.
pub fn gate_rule(requirements: &Path, check: &Check, executable: &str) -> Result<Fact, String> {
    let said = |problem: Problem| problem.message;
    let opened = files::read(requirements, check, limits::FILE_BYTES).map_err(said)?;
    let fact = facts::of_file(requirements, &opened);
    let text = opened.text(requirements).map_err(said)?;
    stands_in(&text, executable).map_err(|what| format!("`{}` {what}", requirements.display()))?;
    Ok(fact)
}

/// Whether what a fact speaks of is as it was.
pub fn fact_holds(fact: &Fact) -> bool {
    facts::change(fact).is_none()
}

fn stands_in(toml: &str, executable: &str) -> Result<(), String> {
    let document = Document::parse(toml).map_err(|e| format!("is no valid TOML: {}", sentence(e.message())))?;
    let lacks = || format!("lacks the rule `{}` under `[rules] prefix_rules`", gate_rule_text(executable));
    let rules = document.as_table().get("rules").and_then(Item::as_table_like).ok_or_else(lacks)?;
    if let Some((key, _)) = rules.iter().find(|(key, _)| *key != "prefix_rules") {
        return Err(format!("has `rules.{key}`, of which it is not known what it does to the rules"));
    }
    let all = tables(rules.get("prefix_rules").ok_or_else(lacks)?).ok_or("has `prefix_rules` that cannot be read")?;
    let mut found = false;
    for rule in all {
        let (pattern, decision) = read(rule).ok_or("has a rule that cannot be read")?;
        let decision_of_ours = decision == DECISION;
        if decision_of_ours && is_exactly(&pattern, executable) && only_known_keys(rule) {
            found = true;
        } else if !decision_of_ours && could_match(&pattern, executable) {
            return Err(format!("has another rule for `{executable} {VERB}`, which says `{decision}`"));
        }
    }
    if found { Ok(()) } else { Err(lacks()) }
}

/// Whether a rule of requirements is the one of a gate, whichever executable it names.
pub(super) fn is_gate(rule: &dyn TableLike) -> bool {
    let Some((pattern, decision)) = read(rule) else { return false };
    let [first, second] = pattern.as_slice() else { return false };
    let (Position::Token(program), Position::Token(verb)) = (first, second) else { return false };
    decision == DECISION && verb == VERB && program.starts_with('/') && basename(program) == NAME
}

/// One position of a pattern.
enum Position {
    Token(String),
    AnyOf(Vec<String>),
}

impl Position {
    fn admits(&self, wanted: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Token(token) => wanted(token),
            Self::AnyOf(tokens) => tokens.iter().any(|token| wanted(token)),
        }
    }
}

fn is_exactly(pattern: &[Position], executable: &str) -> bool {
    matches!(pattern, [Position::Token(program), Position::Token(verb)] if program == executable && verb == VERB)
}

/// Whether a rule may speak of the gate: Codex also holds rules for a basename against a path.
fn could_match(pattern: &[Position], executable: &str) -> bool {
    let program = |token: &str| token.eq_ignore_ascii_case(executable) || token.eq_ignore_ascii_case(NAME);
    match pattern {
        [] => true,
        [first] => first.admits(program),
        [first, second, ..] => first.admits(program) && second.admits(|token| token.eq_ignore_ascii_case(VERB)),
    }
}

fn only_known_keys(rule: &dyn TableLike) -> bool {
    rule.iter().all(|(key, _)| KEYS.contains(&key))
}

fn read(rule: &dyn TableLike) -> Option<(Vec<Position>, String)> {
    let mut pattern = Vec::new();
    for position in rule.get("pattern")?.as_array()? {
        let position = position.as_inline_table()?;
        let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
        pattern.push(match (position.get("token"), position.get("any_of"), position.len()) {
            (Some(token), None, 1) => Position::Token(text(token)?),
            (None, Some(all), 1) => Position::AnyOf(all.as_array()?.iter().map(text).collect::<Option<_>>()?),
            _ => return None,
        });
    }
    Some((pattern, rule.get("decision")?.as_str()?.to_string()))
}

pub(super) fn tables(list: &Item) -> Option<Vec<&dyn TableLike>> {
    if let Some(tables) = list.as_array_of_tables() {
        return Some(tables.iter().map(|table| -> &dyn TableLike { table }).collect());
    }
    list.as_array()?.iter().map(|value| Some(value.as_inline_table()? as &dyn TableLike)).collect()
}

fn basename(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GATE: &str = "/opt/prexec/prexec";

    fn rules(rules: &str) -> String {
        format!("allow_managed_hooks_only = true\n[features]\nhooks = true\n[rules]\nprefix_rules = [{rules}]\n")
    }

    #[test]
    fn the_rule_stands() {
        let ours = gate_rule_text(GATE);
        for toml in [
            rules(&ours),
            rules(&format!("{{pattern=[{{token=\"git\"}},{{any_of=[\"push\"]}}], decision=\"prompt\"}},{ours}")),
            rules(&format!("{ours},{{pattern=[{{token=\"{GATE}\"}},{{token=\"hook\"}}], decision=\"forbidden\"}}")),
            format!(
                "[[rules.prefix_rules]]\npattern = [{{token = \"{GATE}\"}}, {{token = \"run\"}}]\ndecision = \"prompt-user\"\n\
                 justification = \"the policy asks\"\n"
            ),
        ] {
            assert_eq!(stands_in(&toml, GATE), Ok(()), "{toml}");
        }
    }

    #[test]
    fn anything_else_is_no_rule() {
        let ours = gate_rule_text(GATE);
        for toml in [
            String::new(),
            "[rules]\n".into(),
            "rules = 1\n".into(),
            "[rules]\nprefix_rules = 1\n".into(),
            "[rules]\nprefix_rules = [1]\n".into(),
            rules(""),
            rules(&ours).replace("prompt-user", "prompt"),
            rules(&ours).replace("prompt-user", "forbidden"),
            rules(&ours).replace(GATE, "/usr/local/bin/prexec"),
            rules(&ours).replace(GATE, "prexec"),
            rules(&ours).replace("\"run\"", "\"check\""),
            rules(&ours).replace(",{token=\"run\"}", ""),
            rules(&ours).replace(",{token=\"run\"}", ",{token=\"run\"},{token=\"x\"}"),
            rules(&ours).replace("{token=\"run\"}", "{any_of=[\"run\"]}"),
            rules(&ours).replace("decision=", "unless=[\"x\"], decision="),
            rules(&ours) + "other = true\n",
            rules(&format!("{ours},{{pattern=[{{token=\"{GATE}\"}}], decision=\"prompt\"}}")),
            rules(&format!("{ours},{{pattern=[{{any_of=[\"x\",\"prexec\"]}}], decision=\"forbidden\"}}")),
            rules(&format!(
                "{ours},{{pattern=[{{token=\"{GATE}\"}},{{token=\"run\"}},{{token=\"x\"}}], decision=\"allow\"}}"
            )),
            rules(&ours) + "[",
            format!("# {ours}\n"),
            format!("x = '''\n{}'''\n", rules(&ours)),
        ] {
            assert!(stands_in(&toml, GATE).is_err(), "{toml}");
        }
    }

    #[test]
    fn gates_are_told_from_other_rules() {
        let is_gate = |toml: &str| {
            let document = Document::parse(rules(toml)).unwrap();
            let list = document.as_table()["rules"]["prefix_rules"].clone();
            tables(&list).unwrap().into_iter().all(is_gate)
        };
        assert!(is_gate(&gate_rule_text(GATE)) && is_gate(&gate_rule_text("/usr/bin/prexec")));
        for other in ["/opt/other", "prexec", "git"] {
            assert!(!is_gate(&gate_rule_text(other)), "{other}");
        }
    }
}

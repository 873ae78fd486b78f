//! The rules of a policy that Codex's own controls can enforce as well, in its words.
//!
//! A native rule is written only where it never stops what the policy allows: it speaks of the same commands or files, or of fewer.
//! What is limited to tiers, or carves something out, is left to prexec.

use crate::decision::Decision;
use crate::glob::PathGlob;
use crate::policy::{Access, GlobRule, Policy, PrefixRule};
use std::collections::BTreeSet;
use toml_edit::{Array, InlineTable, Value};

/// With what the justification of a rule of ours begins: how it is known again.
pub const MARK: &str = "prexec: ";

/// The rules on commands, as `prefix_rules` has them.
pub fn prefix_rules(policy: &Policy) -> Vec<InlineTable> {
    let rules = policy.layers.iter().flat_map(|layer| layer.prefix_rules.iter());
    rules.filter_map(prefix_rule).collect()
}

fn prefix_rule(rule: &PrefixRule) -> Option<InlineTable> {
    let decision = match rule.head.decision {
        Decision::Deny => "forbidden",
        Decision::Prompt => "prompt",
        // Codex runs what is allowed natively outside its sandbox, and refuses an allow in requirements.
        Decision::Allow => return None,
    };
    if !rule.head.tiers.is_empty() || !rule.unless.is_empty() || rule.ignore_case || speaks_of_the_gate(rule) {
        return None;
    }
    let pattern: Array = rule.pattern.iter().map(|words| position(words)).collect();
    let why = rule.head.justification.as_deref().unwrap_or("the policy asks for this");
    Some(table(pattern, decision, &format!("{MARK}{why}")))
}

/// Whether a rule could match the gate, about which only the rule of [`gate_rule`] may speak.
fn speaks_of_the_gate(rule: &PrefixRule) -> bool {
    let mut words = rule.pattern.iter();
    let has = |words: &Vec<String>, wanted: &str| words.iter().any(|word| word.rsplit('/').next() == Some(wanted));
    words.next().is_none_or(|words| has(words, "prexec")) && words.next().is_none_or(|words| has(words, "run"))
}

fn position(words: &[String]) -> Value {
    let mut position = InlineTable::new();
    match words {
        [word] => position.insert("token", word.as_str().into()),
        words => position.insert("any_of", Value::Array(words.iter().map(String::as_str).collect())),
    };
    Value::InlineTable(position)
}

/// The rule that makes Codex ask a person about every call of the gate, which nothing can waive.
pub fn gate_rule(executable: &str) -> InlineTable {
    let pattern: Array = [executable, "run"].iter().map(|word| position(&[(*word).to_owned()])).collect();
    table(pattern, "prompt-user", &format!("{MARK}the policy asks for a person's approval"))
}

fn table(pattern: Array, decision: &str, why: &str) -> InlineTable {
    let mut table = InlineTable::new();
    table.insert("pattern", Value::Array(pattern));
    table.insert("decision", decision.into());
    table.insert("justification", why.into());
    table
}

/// The files that nobody may read, as `deny_read` has them. Codex refuses to start with braces, or with a glob that begins at the
/// root, and a relative entry protects nothing.
pub fn deny_read(policy: &Policy) -> Vec<String> {
    let rules = policy.layers.iter().flat_map(|layer| layer.glob_rules.iter());
    let found: BTreeSet<String> =
        rules.filter(|rule| exact(rule)).flat_map(|rule| rule.patterns.iter()).flat_map(entries).collect();
    // Codex does not start with an entry below another one where neither is there.
    let below_another = |entry: &String| {
        found.iter().any(|other| entry.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with('/')))
    };
    found.iter().filter(|entry| !below_another(entry)).flat_map(|entry| in_codex(entry)).collect()
}

fn exact(rule: &GlobRule) -> bool {
    let head = &rule.head;
    head.decision == Decision::Deny
        && head.tiers.is_empty()
        && rule.unless.is_empty()
        && rule.access.contains(&Access::Read)
}

fn entries(glob: &PathGlob) -> Vec<String> {
    let text = glob.as_str();
    let anchored = text.starts_with("~/") || text.strip_prefix('/').is_some_and(has_plain_start);
    // Codex looks through all that stands there, and does not start where a process ends meanwhile (0.169.0).
    if text.starts_with("/proc/") {
        return Vec::new();
    }
    // Classes and escapes are not read in quite the same way.
    if !anchored || text.contains(['[', ']', '\\', '!']) {
        return Vec::new();
    }
    let mut found = Vec::new();
    spread(text, &mut found);
    found.retain(|entry| has_plain_start(entry.trim_start_matches("~/").trim_start_matches('/')));
    found
}

/// An entry as Codex takes it. Where the directory of a plain path is missing, Codex does not start; a glob finds nothing there. So
/// what stands deeper becomes a glob of the same meaning: of the file itself, and of everything below, which a glob does not cover.
fn in_codex(entry: &str) -> Vec<String> {
    let below = entry.strip_prefix("~/").or(entry.strip_prefix('/')).unwrap_or(entry);
    if !below.contains('/') {
        return Vec::from([entry.to_owned()]);
    }
    let tree = format!("{entry}/**");
    match entry.char_indices().next_back() {
        Some((at, last)) if !entry.contains(['*', '?']) => {
            let itself = entry.get(..at).map(|start| format!("{start}[{last}]"));
            itself.into_iter().chain([tree]).collect()
        }
        _ => Vec::from([entry.to_owned(), tree]),
    }
}

/// Whether the first part is no glob: Codex looks through everything below what comes before one.
fn has_plain_start(path: &str) -> bool {
    path.split('/').next().is_some_and(|part| !part.is_empty() && !part.contains(['*', '?', '{']))
}

/// Every alternative of braces as a text of its own. Braces do not nest in what is taken; a text in which they do is left out.
fn spread(text: &str, found: &mut Vec<String>) {
    let Some((before, rest)) = text.split_once('{') else {
        found.push(text.to_owned());
        return;
    };
    let Some((inside, after)) = rest.split_once('}') else { return };
    if inside.contains('{') {
        return;
    }
    for alternative in inside.split(',') {
        spread(&format!("{before}{alternative}{after}"), found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Loader;

    fn policy(text: &str) -> Policy {
        Loader::new().load_text("p.rules", text).unwrap().policy
    }

    #[test]
    fn reads_are_exported_where_codex_means_the_same() {
        let found = deny_read(&policy(
            "deny_read(['~/.aws/{credentials,sso}', '~/.k', '~/.k/x', '/srv/*.key', '~/.x/**/{a b,c}'])\n\
             deny_read(['**/.env', './x', '/*/y', '~/[a-c]', '~/{a,b}*', '/proc/*/environ'])\n\
             deny_read('~/.ssh', unless = ['~/.ssh/config'])\n\
             glob_rule('~/.w', access = 'write')\n",
        ));
        let aws = ["~/.aws/credential[s]", "~/.aws/credentials/**", "~/.aws/ss[o]", "~/.aws/sso/**"];
        let x = ["~/.k", "~/.x/**/a b", "~/.x/**/a b/**", "~/.x/**/c", "~/.x/**/c/**"];
        assert_eq!(found, [["/srv/*.key", "/srv/*.key/**"].as_slice(), &aws, &x].concat());
    }

    #[test]
    fn commands_are_exported_where_codex_means_the_same() {
        let found = prefix_rules(&policy(
            "tier('t', paths = ['/t'])\n\
             prefix_rule(['git', ['push', 'pull']], decision = 'prompt', justification = 'ask')\n\
             prefix_rule([['a', 'b']], decision = 'forbidden')\n\
             prefix_rule(['x'])\nprefix_rule(['y'], decision = 'forbidden', tiers = ['t'])\n\
             prefix_rule(['z'], decision = 'forbidden', unless = ['-n'])\n\
             prefix_rule(['prexec', ['run', 'compile']], decision = 'prompt')\nprefix_rule(['prexec'], decision = 'prompt')\n",
        ));
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].contains("{ token = \"git\" }") && found[0].contains("any_of = [\"push\", \"pull\"]"),
            "{}",
            found[0]
        );
        assert!(found[0].contains("\"prexec: ask\"") && found[1].contains("forbidden"), "{found:?}");
    }
}

//! What `codex execpolicy check` would print for one command, from the very lookup that [`decide`](super::decide) makes: for
//! holding it against the real one, and for checking the examples of rules.

use super::commands::{Difference, Lookup};
use super::rule::{Policy, PrefixRule};
use crate::decision::Decision;
use crate::effect::{Span, Word};
use crate::glob::Answer;
use crate::path;
use alloc::{string::String, vec::Vec};

/// A rule that matches a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrefixMatch {
    /// The words of the command that the pattern speaks of; the first is the basename where that is what was matched.
    pub matched_prefix: Vec<String>,
    /// What the rule asks for.
    pub decision: Decision,
    /// The program's absolute path, where the rule was reached by its basename.
    pub resolved_program: Option<String>,
    /// Why, as the rule says it.
    pub justification: Option<String>,
    /// Where prexec and Codex are meant to differ: whether this match counts in only one of the two.
    pub difference: Option<Difference>,
}

impl PrefixMatch {
    /// Whether Codex's engine reports the match.
    pub fn in_codex(&self) -> bool {
        self.difference != Some(Difference::StrictBasename)
    }

    /// Whether the match counts when a call is decided.
    pub fn counts(&self) -> bool {
        self.difference != Some(Difference::ParentSteps)
    }
}

/// The prefix rules that match `argv` when it is run in `cwd` (absolute): one for each alternative of a rule's first place, in
/// the order of the rules.
pub fn matched_prefix_rules(policy: &Policy, argv: &[&str], cwd: &str) -> Vec<PrefixMatch> {
    let words: Vec<Word> = argv.iter().map(|word| Word::known(*word, Span::default())).collect();
    let program = argv.first().map(|word| path::normalize(&path::join(cwd.as_bytes(), word.as_bytes())));
    let lookup = Lookup::new(policy, &words, None, program.as_deref());
    let rules = policy.layers.iter().flat_map(|l| &l.prefix_rules);
    let alternatives = rules.flat_map(|rule| rule.pattern.first().into_iter().flatten().map(move |word| (rule, word)));
    alternatives.filter_map(|(rule, word)| one(&lookup, rule, word, argv)).collect()
}

fn one(lookup: &Lookup<'_>, rule: &PrefixRule, first: &String, argv: &[&str]) -> Option<PrefixMatch> {
    let found = lookup.find(rule, core::slice::from_ref(first));
    if found.here.max(found.codex) != Answer::Yes {
        return None;
    }
    let mut matched_prefix: Vec<String> = argv.iter().take(rule.pattern.len()).map(|word| (*word).into()).collect();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let by_path = lookup.by_path().filter(|_| found.by_name);
    if let (Some(by_path), Some(program)) = (by_path, matched_prefix.first_mut()) {
        *program = text(&by_path.name);
    }
    Some(PrefixMatch {
        matched_prefix,
        decision: rule.head.decision,
        resolved_program: by_path.and_then(|p| p.path.as_deref()).map(text),
        justification: rule.head.justification.clone(),
        difference: found.difference,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Head, HostExecutable, Layer, Trust};
    use alloc::{string::ToString, vec};

    fn policy(rules: &[(&[&str], Decision)], registered: &[&str]) -> Policy {
        let mut layer = Layer::new(Trust::Managed);
        for (words, decision) in rules {
            let head = Head { place: "t:1:1".into(), decision: *decision, justification: None, tiers: vec![] };
            let pattern = words.iter().map(|w| vec![w.to_string()]).collect();
            layer.prefix_rules.push(PrefixRule {
                head,
                pattern,
                ignore_case: false,
                options_anywhere: false,
                unless: vec![],
            });
        }
        if !registered.is_empty() {
            let paths = registered.iter().map(ToString::to_string).collect();
            layer.host_executables.push(HostExecutable { name: "git".into(), paths });
        }
        Policy { layers: vec![layer], digest: String::new() }
    }

    fn found(policy: &Policy, argv: &[&str]) -> Vec<(String, Option<Difference>)> {
        let found = matched_prefix_rules(policy, argv, "/w");
        found.into_iter().map(|m| (m.matched_prefix.join(" "), m.difference)).collect()
    }

    #[test]
    fn words_are_literal_and_in_order() {
        let push = policy(&[(&["git", "push"], Decision::Allow)], &[]);
        for (argv, expected) in [
            (&["git", "push"][..], true),
            (&["git", "push", "x"], true),
            (&["git"], false),
            (&["git", "Push"], false),
            (&["git", "-C", "push"], false),
            (&["hg", "push"], false),
            (&[], false),
        ] {
            assert_eq!(!found(&push, argv).is_empty(), expected, "{argv:?}");
        }
        assert_eq!(found(&policy(&[(&[], Decision::Deny)], &[]), &["git"]), vec![], "an empty pattern");
    }

    #[test]
    fn a_basename_stands_for_the_registered_paths() {
        let allows = policy(&[(&["git"], Decision::Allow)], &["/usr/bin/git"]);
        let yes = vec![("git".to_string(), None)];
        for (program, expected) in [
            ("git", yes.clone()),
            ("/usr/bin/git", yes.clone()),
            ("/usr//bin/./git", yes.clone()),
            ("/opt/git", vec![]),
            ("./git", vec![]),
            ("/usr/x/../bin/git", vec![("git".into(), Some(Difference::ParentSteps))]),
        ] {
            assert_eq!(found(&allows, &[program]), expected, "{program}");
        }
        let forbids = policy(&[(&["git"], Decision::Deny)], &["/usr/bin/git"]);
        for (program, difference) in [
            ("git", None),
            ("/usr/bin/git", None),
            ("/usr/x/../bin/git", None),
            ("/opt/git", Some(Difference::StrictBasename)),
            ("./git", Some(Difference::StrictBasename)),
        ] {
            assert_eq!(found(&forbids, &[program]), vec![("git".into(), difference)], "{program}");
        }
    }

    #[test]
    fn a_difference_says_in_which_of_the_two_a_match_counts() {
        let matched = |decision: Decision, program: &str| {
            let policy = policy(&[(&["git"], decision)], &["/usr/bin/git"]);
            let found = matched_prefix_rules(&policy, &[program], "/w");
            found.iter().map(|m| (m.in_codex(), m.counts())).collect::<Vec<_>>()
        };
        assert_eq!(matched(Decision::Allow, "git"), vec![(true, true)]);
        assert_eq!(matched(Decision::Allow, "/usr/x/../bin/git"), vec![(true, false)]);
        assert_eq!(matched(Decision::Deny, "/opt/git"), vec![(false, true)]);
    }

    #[test]
    fn a_rule_on_the_path_stands_before_one_on_the_basename() {
        let both = policy(&[(&["/bin/git"], Decision::Allow), (&["git"], Decision::Allow)], &[]);
        assert_eq!(found(&both, &["/bin/git"]), vec![("/bin/git".to_string(), None)]);
        let strict = policy(&[(&["/bin/git"], Decision::Allow), (&["git"], Decision::Deny)], &[]);
        let expected = vec![("/bin/git".to_string(), None), ("git".into(), Some(Difference::StrictBasename))];
        assert_eq!(found(&strict, &["/bin/git"]), expected);
    }
}

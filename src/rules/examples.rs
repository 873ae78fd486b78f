//! The examples that a rule carries, held against the rule when the policy is loaded.

use super::diagnostics::{Diagnostic, Problem};
use super::session::Site;
use crate::glob::{Glob, PathGlob, Places};
use crate::path;
use crate::policy::{HostExecutable, Layer, Policy, PrefixMatch, PrefixRule, Trust, matched_prefix_rules};
use std::{borrow::ToOwned, format, string::String, vec::Vec};

/// The problem of an example that a rule should match and does not, or the other way round; none where it is as it should be.
pub(super) fn verdict(shown: &str, wanted: bool, matched: bool) -> Result<(), Problem> {
    match (wanted, matched) {
        (true, false) => Err(Problem::new(
            format!("the rule does not match its example `{shown}`"),
            "correct the rule or its `match`",
        )),
        (false, true) => {
            Err(Problem::new(format!("the rule matches `{shown}`, which it says it does not"), NOT_MATCH_HELP))
        }
        _ => Ok(()),
    }
}

const NOT_MATCH_HELP: &str = "correct the rule or its `not_match`";

/// The examples of a `prefix_rule`, checked at the end of the file: `host_executable` may come later in it.
pub(super) struct CommandExamples {
    pub(super) site: Site,
    pub(super) rule: PrefixRule,
    pub(super) matches: Vec<Vec<String>>,
    pub(super) not_matches: Vec<Vec<String>>,
}

impl CommandExamples {
    /// What is wrong with them.
    pub(super) fn check(&self, executables: &[HostExecutable]) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (wanted, examples) in [(true, &self.matches), (false, &self.not_matches)] {
            for words in examples {
                let (codex, here) = command_matches(&self.rule, executables, words);
                if let Err(problem) = verdict(&shown(words), wanted, codex) {
                    found.push(self.site.diagnostic(problem));
                } else if here && !wanted {
                    found.push(self.matched_by_name(words));
                }
            }
        }
        found
    }

    /// The one difference from Codex that is meant: a forbidding or prompting rule matches every path that ends in its program,
    /// whatever `host_executable` registers. A file that relies on the contrary loads, with a warning.
    fn matched_by_name(&self, words: &[String]) -> Diagnostic {
        let message = format!("the rule matches `{}` here all the same, although Codex would not", shown(words));
        let help = "`host_executable` cannot free a path from a rule that forbids or prompts";
        self.site.diagnostic(Problem::new(message, help)).into_warning()
    }
}

fn shown(words: &[String]) -> String {
    shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "))
}

/// Whether a rule by itself matches a command: for Codex's engine when it checks examples, and here.
fn command_matches(rule: &PrefixRule, executables: &[HostExecutable], words: &[String]) -> (bool, bool) {
    let mut layer = Layer::new(Trust::Managed);
    layer.prefix_rules.push(rule.clone());
    layer.host_executables.extend_from_slice(executables);
    let policy = Policy { layers: Vec::from([layer]), digest: String::new() };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let matches = matched_prefix_rules(&policy, &words, WORKSPACE);
    (matches.iter().any(PrefixMatch::in_codex), matches.iter().any(PrefixMatch::counts))
}

/// Where `~` is for an example path.
const HOME: &str = "/home/user";
/// Where a relative example path is: in a workspace like any other.
const WORKSPACE: &str = "/home/user/project";

/// An example path in full: `~/` is a home, what is relative stands in a workspace.
fn full_path(path: &str) -> String {
    if let Some(rest) = path.strip_prefix("~/") {
        return format!("{HOME}/{rest}");
    }
    if path.starts_with('/') {
        return path.to_owned();
    }
    format!("{WORKSPACE}/{path}")
}

/// Whether one of the globs covers an example path, by the matcher that decides.
pub(super) fn path_example_matches(globs: &[PathGlob], example: &str) -> bool {
    let places = Places { homes: &[HOME.as_bytes()], roots: &[WORKSPACE.as_bytes()] };
    let full = path::normalize(full_path(example).as_bytes());
    globs.iter().any(|glob| glob.covers(&full, &places, false))
}

/// Whether one of the globs matches an example name.
pub(super) fn name_example_matches(globs: &[Glob], name: &str) -> bool {
    globs.iter().any(|glob| glob.matches(name.as_bytes(), false))
}

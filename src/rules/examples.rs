//! The examples that a rule carries, held against the rule when the policy is loaded.

use super::diagnostics::{Diagnostic, Problem};
use super::session::Site;
use crate::decision::Decision;
use crate::glob::{Glob, PathGlob, Places};
use crate::policy::prefix::{tokens_match, word_matches};
use crate::policy::{HostExecutable, PrefixRule};
use std::{
    borrow::{Cow, ToOwned},
    format,
    string::String,
    vec::Vec,
};

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
                let matched = command_matches(&self.rule, executables, words);
                if let Err(problem) = verdict(&shown(words), wanted, matched) {
                    found.push(self.site.diagnostic(problem));
                } else if !wanted {
                    found.extend(self.matched_by_name(words));
                }
            }
        }
        found
    }

    /// The one difference from Codex that is meant: a forbidding or prompting rule matches every path that ends in its program,
    /// whatever `host_executable` registers. A file that relies on the contrary loads, with a warning.
    fn matched_by_name(&self, words: &[String]) -> Option<Diagnostic> {
        if self.rule.head.decision == Decision::Allow || !command_matches(&self.rule, &[], words) {
            return None;
        }
        let message = format!("the rule matches `{}` here all the same, although Codex would not", shown(words));
        let help = "`host_executable` cannot free a path from a rule that forbids or prompts";
        Some(self.site.diagnostic(Problem::new(message, help)).into_warning())
    }
}

fn shown(words: &[String]) -> String {
    shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "))
}

/// Whether a rule matches a command, as Codex's engine says when it checks examples: word for word, or else by the basename of
/// the program's path, where no `host_executable` registers that name (or the rule's spelling of it) with other paths.
fn command_matches(rule: &PrefixRule, executables: &[HostExecutable], words: &[String]) -> bool {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (Some((program, rest)), Some(first)) = (words.split_first(), rule.pattern.first()) else { return false };
    // A rule on this very path is taken alone, before any rule on the basename.
    if first.iter().any(|w| word_matches(rule, w, program)) || !program.contains('/') {
        return tokens_match(rule, &words);
    }
    let path = normalize(&if program.starts_with('/') {
        Cow::Borrowed(*program)
    } else {
        format!("{WORKSPACE}/{program}").into()
    });
    let Some(name) = path.rsplit('/').next() else { return false };
    let free = |name: &str| {
        let registered = executables.iter().find(|e| e.name == name);
        registered.is_none_or(|e| e.paths.contains(&path))
    };
    let mut named: Vec<&str> = Vec::from([name]);
    named.extend(rest);
    free(name) && first.iter().any(|w| word_matches(rule, w, name) && free(w)) && tokens_match(rule, &named)
}

/// An absolute path without empty parts, `.` and `..`.
pub(super) fn normalize(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
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
pub(super) fn path_example_matches(globs: &[PathGlob], path: &str) -> bool {
    let places = Places { homes: &[HOME.as_bytes()], roots: &[WORKSPACE.as_bytes()] };
    let full = normalize(&full_path(path));
    globs.iter().any(|glob| glob.covers(full.as_bytes(), &places, false))
}

/// Whether one of the globs matches an example name.
pub(super) fn name_example_matches(globs: &[Glob], name: &str) -> bool {
    globs.iter().any(|glob| glob.matches(name.as_bytes(), false))
}

//! The command line that Codex is given, and how it is known again.

use crate::hook::OBSERVE;
use std::path::{Path, PathBuf};

/// Seconds after which Codex gives up on the hook and runs the tool. prexec's own limits end every call long before.
pub const TIMEOUT: u64 = 10;

/// What follows `||` blocks the call where the executable is missing, not executable, crashes or is killed: Codex runs the tool
/// after any status but 2. `-p` keeps exported functions and `BASH_ENV` out of that shell.
const FALLBACK: &str = r#"/bin/bash -pc '[ "$1" = 2 ] || echo "policy hook failed; blocking" >&2; exit 2' - $?"#;

/// The same where the hook only observes: nothing may block, and Codex shows nothing of a failure.
const FALLBACK_OBSERVING: &str = "true";

/// What the fallback says: an answer with these words is not prexec's own.
pub const FALLBACK_SAYS: &str = "policy hook failed; blocking";

/// The name of the small executable that decides calls and does nothing else.
pub const SMALL: &str = "prexec-hook";

/// The command line of a hook that fails closed.
///
/// # Errors
/// A path or an argument that no shell can be given.
pub fn line(executable: &Path, arguments: &[String]) -> Result<String, String> {
    let name = executable.to_str().ok_or("the path of the executable is not UTF-8, so it cannot be registered")?;
    if !executable.is_absolute() {
        return Err(format!("`{name}` is no absolute path; Codex starts hooks in the session's directory"));
    }
    let verb = (!is_small(executable)).then_some("hook");
    let words = [name].into_iter().chain(verb).chain(arguments.iter().map(String::as_str));
    let words = shlex::try_join(words).map_err(|_| "a NUL byte cannot stand in a command line".to_owned())?;
    let fallback = if observes(arguments) { FALLBACK_OBSERVING } else { FALLBACK };
    Ok(format!("{words} || {fallback}"))
}

/// The command line for an event in which nothing is decided: where it fails, nothing is to be blocked.
pub fn recording(line: &str) -> &str {
    line.split_once(" || ").map_or(line, |(program, _)| program)
}

fn observes(arguments: &[String]) -> bool {
    arguments.iter().any(|argument| argument == OBSERVE)
}

fn is_small(executable: &Path) -> bool {
    executable.file_name().is_some_and(|name| name == SMALL)
}

/// The small executable beside this one.
pub fn small_beside(executable: &Path) -> PathBuf {
    executable.with_file_name(SMALL)
}

/// A registered command line that starts prexec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ours {
    /// The executable that it names.
    pub executable: PathBuf,
    /// What it is given after the verb.
    pub arguments: Vec<String>,
    /// Whether every failure of the executable blocks the call.
    pub fails_closed: bool,
}

impl Ours {
    /// Whether it blocks nothing.
    pub fn observes(&self) -> bool {
        observes(&self.arguments)
    }

    /// The command line that it would be if it blocked.
    ///
    /// # Errors
    /// As [`line`].
    pub fn enforcing(&self) -> Result<String, String> {
        let arguments: Vec<String> = self.arguments.iter().filter(|argument| *argument != OBSERVE).cloned().collect();
        line(&self.executable, &arguments)
    }
}

/// Whether a command line starts prexec as a hook.
pub fn ours(command: &str) -> Option<Ours> {
    let (program, fallback) = command.split_once(" || ").map_or((command, ""), |(program, rest)| (program, rest));
    let mut words = shlex::split(program)?.into_iter();
    let executable = PathBuf::from(words.next()?);
    let is_hook = match executable.file_name()?.to_str()? {
        SMALL => true,
        "prexec" => words.next()? == "hook",
        _ => false,
    };
    is_hook.then(|| Ours { executable, arguments: words.collect(), fails_closed: fallback.trim() == FALLBACK })
}

/// An option's value in the arguments of a hook, as `--name VALUE` or `--name=VALUE`; every one of them.
pub fn values<'a>(arguments: &'a [String], option: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == option {
            found.extend(words.next().map(String::as_str));
        } else if let Some(value) = word.strip_prefix(option).and_then(|rest| rest.strip_prefix('=')) {
            found.push(value);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_known_again() {
        for (executable, arguments) in [
            ("/opt/a b/prexec", vec!["--home", "/x'y"]),
            ("/usr/bin/prexec-hook", vec![]),
            ("/o/prexec", vec!["--stale=deny"]),
        ] {
            let arguments: Vec<String> = arguments.into_iter().map(String::from).collect();
            let line = line(Path::new(executable), &arguments).unwrap();
            let found = ours(&line).unwrap();
            assert_eq!(found, Ours { executable: executable.into(), arguments, fails_closed: true }, "{line}");
        }
    }

    #[test]
    fn one_that_observes_fails_open_and_has_one_that_blocks() {
        let line = line(Path::new("/o/prexec"), &["--observe", "--stale", "deny"].map(String::from)).unwrap();
        assert_eq!(line, "/o/prexec hook --observe --stale deny || true");
        let ours = ours(&line).unwrap();
        assert!(ours.observes() && !ours.fails_closed);
        let blocking = super::ours(&ours.enforcing().unwrap()).unwrap();
        assert!(!blocking.observes() && blocking.fails_closed && blocking.arguments == ["--stale", "deny"]);
    }

    #[test]
    fn what_is_not_ours_is_not() {
        for other in ["", "true", "/opt/x/hook", "prexec check ls", "echo /opt/prexec/prexec hook", "'"] {
            assert_eq!(ours(other), None, "{other}");
        }
        assert!(ours("/x/prexec hook || true").is_some_and(|ours| !ours.fails_closed));
        assert!(line(Path::new("prexec"), &[]).is_err());
    }

    #[test]
    fn options_are_found_in_both_spellings() {
        let arguments = ["--policy", "/a", "--home=/h", "--policy=/b"].map(String::from);
        assert_eq!(values(&arguments, "--policy"), ["/a", "/b"]);
        assert_eq!(values(&arguments, "--home"), ["/h"]);
    }
}

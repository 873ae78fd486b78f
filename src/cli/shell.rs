//! Which shell was told to run a gate's command, so that the script behind the gate runs in the same one.
//!
//! Codex starts `/bin/bash -lc 'prexec run ...'`, or sh or zsh where the model names them, by itself or inside its sandbox. What can
//! be known of that here:
//!
//! - A shell that waits for the gate is its parent: dash does, and any shell with a trap to run.
//! - bash and zsh put the gate in their own place. Inside the sandbox an ancestor still holds the command line by which they were
//!   started.
//! - Outside nothing of that is left but what they do to the environment: zsh always exports `OLDPWD`.
//!
//! Where that leaves two shells, it is the account's login shell, which is what Codex takes unless the model names another.
//! Then the script must mean the same to both.

use super::process::Ancestor;
use crate::approval::{is_plain, quote};
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// Names of shells that the model may ask for.
const USUAL: &[&[u8]] = &[b"bash", b"zsh", b"sh", b"dash", b"ash"];

/// A shell to run a script in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shell {
    /// The file to execute.
    pub(super) file: PathBuf,
    /// What it is called: it looks at its own name (bash as `sh`).
    pub(super) name: Vec<u8>,
    /// Whether it certainly is the one that was told to run the command.
    pub(super) certain: bool,
}

impl Shell {
    fn at(path: &str, certain: bool) -> Self {
        Self { file: path.into(), name: path.as_bytes().to_vec(), certain }
    }
}

/// What is known of where the gate was started.
#[derive(Debug)]
pub(super) struct Origin<'o> {
    /// The parent first.
    pub(super) ancestors: &'o [Ancestor],
    /// The gate's command, as the hook writes it.
    pub(super) command: &'o str,
    /// Whether the environment has `OLDPWD`.
    pub(super) has_old_directory: bool,
    /// The account's login shell.
    pub(super) login_shell: Option<&'o Path>,
}

impl Origin<'_> {
    /// The shell.
    pub(super) fn shell(&self) -> Shell {
        if let Some(shell) = self.ancestors.first().and_then(waiting) {
            return shell;
        }
        if let Some(shell) = self.ancestors.iter().find_map(|ancestor| self.started_by(ancestor)) {
            return shell;
        }
        if !self.has_old_directory {
            return Shell::at("/bin/bash", true);
        }
        let login = self.login_shell.and_then(Path::to_str).filter(|shell| is_usual(shell));
        Shell::at(login.unwrap_or("/bin/bash"), false)
    }

    /// The shell that a command line of the sandbox starts: at its end stand the shell, `-c` and the command, or a script that ends
    /// in `exec 'SHELL' -c 'COMMAND'`.
    fn started_by(&self, ancestor: &Ancestor) -> Option<Shell> {
        let [.., shell, option, text] = ancestor.arguments.as_slice() else { return None };
        if text == self.command.as_bytes() && matches!(option.as_slice(), b"-c" | b"-lc") {
            let shell = core::str::from_utf8(shell).ok()?;
            return is_usual(shell).then(|| Shell::at(shell, true));
        }
        let text = core::str::from_utf8(text).ok()?.trim_end();
        let before = text.strip_suffix(&quote(self.command))?.strip_suffix("' -c ")?;
        let (_, shell) = before.rsplit_once("exec '")?;
        is_usual(shell).then(|| Shell::at(shell, true))
    }
}

/// The parent, where it is a shell.
fn waiting(parent: &Ancestor) -> Option<Shell> {
    let file = parent.executable.clone()?;
    let name = parent.arguments.first()?;
    // A dash in front would make it a login shell.
    let name = name.strip_prefix(b"-").unwrap_or(name).to_vec();
    let usual = |path: &[u8]| USUAL.contains(&basename(path));
    (usual(file.as_os_str().as_bytes()) && usual(&name)).then_some(Shell { file, name, certain: true })
}

fn is_usual(path: &str) -> bool {
    path.starts_with('/') && is_plain(path) && USUAL.contains(&basename(path.as_bytes()))
}

fn basename(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or(path)
}

/// The shell's name for messages.
pub(super) fn shown(shell: &Shell) -> String {
    OsString::from_vec(shell.name.clone()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMAND: &str = r#"/opt/prexec/prexec run 'why' -- 'echo it'"'"'s'"#;

    fn ancestor(executable: &str, arguments: &[&str]) -> Ancestor {
        let arguments = arguments.iter().map(|argument| argument.as_bytes().to_vec()).collect();
        Ancestor { executable: Some(executable.into()), arguments }
    }

    fn found(ancestors: &[Ancestor], has_old_directory: bool, login: &str) -> (String, bool) {
        let origin = Origin { ancestors, command: COMMAND, has_old_directory, login_shell: Some(Path::new(login)) };
        let shell = origin.shell();
        (shown(&shell), shell.certain)
    }

    #[test]
    fn a_shell_that_waits_is_the_parent() {
        let parent = [ancestor("/usr/bin/dash", &["/usr/bin/sh", "-c", COMMAND])];
        let origin = Origin { ancestors: &parent, command: COMMAND, has_old_directory: true, login_shell: None };
        let wanted = Shell { file: "/usr/bin/dash".into(), name: b"/usr/bin/sh".to_vec(), certain: true };
        assert_eq!(origin.shell(), wanted);
        assert_eq!(found(&[ancestor("/usr/bin/bash", &["-bash"])], true, ""), ("bash".into(), true));
    }

    #[test]
    fn inside_the_sandbox_its_command_line_tells() {
        fn helper<'a>(rest: &[&'a str]) -> Vec<&'a str> {
            [&["/x/codex-linux-sandbox", "--", "/x/helper", "--"], rest].concat()
        }
        let snapshot = format!("if . '/s'; then :; fi\n\nexec '/usr/bin/zsh' -c {}", quote(COMMAND));
        for (rest, shell) in [
            (vec!["/bin/bash", "-lc", COMMAND], "/bin/bash"),
            (vec!["/usr/bin/zsh", "-c", COMMAND], "/usr/bin/zsh"),
            (vec!["/bin/bash", "-c", snapshot.as_str()], "/usr/bin/zsh"),
        ] {
            let ancestors = [ancestor("/x/codex", &["codex"]), ancestor("/x/helper", &helper(&rest))];
            assert_eq!(found(&ancestors, true, "/bin/sh"), (shell.into(), true), "{rest:?}");
        }
        // Of another command, or of a program that is no shell, nothing follows.
        for rest in [
            vec!["/usr/bin/zsh", "-c", "other"],
            vec!["/usr/bin/python3", "-c", COMMAND],
            vec!["./zsh", "-c", COMMAND],
            vec!["/usr/bin/zsh", "-x", COMMAND],
            vec!["/usr/bin/zsh", "-c", "exec 'zsh' -c 'x'"],
        ] {
            assert_eq!(found(&[ancestor("/x/helper", &helper(&rest))], true, "/bin/bash"), ("/bin/bash".into(), false));
        }
    }

    #[test]
    fn outside_the_environment_or_the_account_tells() {
        let codex = [ancestor("/x/codex", &["codex"])];
        assert_eq!(found(&codex, false, "/usr/bin/zsh"), ("/bin/bash".into(), true));
        assert_eq!(found(&codex, true, "/usr/bin/zsh"), ("/usr/bin/zsh".into(), false));
        for odd in ["/usr/bin/fish", "/bin/false", "zsh", ""] {
            assert_eq!(found(&codex, true, odd), ("/bin/bash".into(), false), "{odd}");
        }
    }
}

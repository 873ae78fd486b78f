//! prexec as the tests register it.

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::hooks::{Event, Hook};
use crate::process::{Finished, run};
use crate::session::Session;

/// What is not forbidden below runs, so that a block is the doing of the one rule that a test is about.
const OPEN: &str = r#"default(commands = "allow", reads = "allow", writes = "allow", network = "allow", tools = "allow",
        environment = "allow", interactive = "allow", unknown = "allow")
"#;

/// The executable under test: cargo's, or the one that `PREXEC_BIN` names (a release build, say).
pub(crate) fn executable() -> String {
    std::env::var("PREXEC_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_prexec").to_owned())
}

/// `program` as a hook on the policy `rules`, which is open but for what it says.
pub(crate) fn command_line(program: &str, session: &Session, rules: &str) -> String {
    let policy = session.write("policy.rules", format!("{OPEN}{rules}"));
    format!("'{program}' hook --policy '{}' --audit off", policy.display())
}

/// prexec on `event` with the policy `rules`. No fallback: what blocks is prexec's own answer.
pub(crate) fn hook(event: Event, session: &Session, rules: &str) -> Hook {
    Hook { event, ..Hook::new(command_line(&executable(), session, rules)) }
}

/// What the hook answers to `payload`, asked without Codex, in the session's workspace.
pub(crate) fn answer(hook: &Hook, session: &Session, payload: &str) -> Finished {
    let input = File::open(session.write("payload", payload)).expect("the payload just written");
    let mut shell = Command::new("/bin/bash");
    shell.args(["-c", &hook.command]).current_dir(session.work()).stdin(input);
    run(&mut shell, Path::new(&session.file("")), Duration::from_secs(30))
}

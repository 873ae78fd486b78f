//! A record for people of what the model asked for, what the hook answered and what the model was told.

use std::fs::File;
use std::io::Write;

use serde_json::Value;

use crate::calls::Call;
use crate::client;
use crate::prexec;
use crate::process::Finished;

/// A file in `target/codex`, written as the calls come so that a test that fails leaves it too.
pub(crate) struct Transcript(File);

impl Transcript {
    pub(crate) fn new(name: &str) -> Self {
        let path = client::place().join(name);
        let mut file =
            File::create(&path).unwrap_or_else(|e| panic!("{}: {e}; {}", path.display(), client::HOW_TO_INSTALL));
        let (codex, hook) = (client::version(), prexec::executable());
        writeln!(file, "Codex {codex} with {hook} as its PreToolUse hook\n").expect("the transcript");
        Self(file)
    }

    /// One call. `answer` is what the hook says to the recorded `payload` when it is given it once more: Codex itself shows
    /// nobody what a hook answered.
    pub(crate) fn call(&mut self, call: &Call, payload: &str, answer: &Finished, told: &str) {
        let payload: Value = serde_json::from_str(payload).expect("a payload in JSON");
        let Finished { status, stdout, stderr } = answer;
        let said = format!("{status}\n    stdout: {}\n    stderr: {}", shown(stdout), shown(stderr));
        let text = format!(
            "== {}\nthe model asks for\n    {}\nthe hook is given\n    {} {}\nand answers\n    {said}\nthe model is told\n    {}\n\n",
            call.id,
            call.item,
            payload["tool_name"],
            payload["tool_input"],
            shown(told),
        );
        self.0.write_all(text.as_bytes()).expect("the transcript");
    }
}

/// `text` as an indented block.
fn shown(text: &str) -> String {
    if text.is_empty() { "(nothing)".to_owned() } else { text.trim_end().replace('\n', "\n    ") }
}

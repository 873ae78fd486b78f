//! The client as a person sees it: its terminal interface, in a terminal that `tmux` draws.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::session::Session;

/// How long a screen may take to come.
const LIMIT: Duration = Duration::from_secs(60);

/// A terminal with one client in it. It has a server of its own, which ends with it.
pub(crate) struct Terminal {
    socket: PathBuf,
}

impl Terminal {
    /// Starts the session's client with `arguments` in a terminal of `rows` lines.
    pub(crate) fn start(session: &Session, arguments: &[&str], rows: u16) -> Self {
        let client = session.client();
        let terminal = Self { socket: session.file("tmux") };
        let mut tmux = terminal.command(&["new-session", "-d", "-x", "100", "-y", &rows.to_string(), "--"]);
        tmux.arg(client.get_program()).args(client.get_args()).args(arguments);
        tmux.current_dir(session.work()).env_clear();
        tmux.envs(client.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let out = tmux.output().expect("tmux is installed (`.ci/run` does that)");
        assert!(out.status.success(), "tmux does not start: {}", String::from_utf8_lossy(&out.stderr));
        terminal
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut tmux = Command::new("tmux");
        tmux.arg("-S").arg(&self.socket).args(["-f", "/dev/null", "-u"]).args(arguments).stdin(Stdio::null());
        tmux
    }

    /// What stands on the screen, lines that were broken at its edge in one piece.
    pub(crate) fn screen(&self) -> String {
        let out = self.command(&["capture-pane", "-p", "-J"]).output().expect("tmux runs");
        String::from_utf8_lossy(&out.stdout).into_owned()
    }

    /// Presses a key, by the name that tmux has for it.
    fn press(&self, key: &str) {
        let pressed = self.command(&["send-keys", key]).status().expect("tmux runs");
        assert!(pressed.success(), "the key {key} cannot be pressed");
    }

    /// Presses a key until the screen has `text`: keys are not heeded in the first moments of a question, so that nobody answers
    /// one by mistake.
    pub(crate) fn press_until(&self, key: &str, text: &str) {
        let deadline = Instant::now() + LIMIT;
        while !self.screen().contains(text) {
            assert!(Instant::now() < deadline, "the key {key} does not lead to `{text}`:\n{}", self.screen());
            self.press(key);
            std::thread::sleep(Duration::from_millis(700));
        }
    }

    /// The first screen that has one of the texts.
    pub(crate) fn wait_for(&self, texts: &[&str]) -> String {
        let deadline = Instant::now() + LIMIT;
        loop {
            let screen = self.screen();
            if texts.iter().any(|text| screen.contains(text)) {
                return screen;
            }
            assert!(Instant::now() < deadline, "none of {texts:?} on the screen:\n{screen}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Where the server is gone already, that is what is wanted.
        let _ = self.command(&["kill-server"]).stderr(Stdio::null()).status();
    }
}

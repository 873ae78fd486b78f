//! What a person at the terminal sees and does when the gate asks.

use std::fs;

use crate::calls::shell;
use crate::hooks::toml_string;
use crate::model::ScriptedModel;
use crate::prexec;
use crate::prexec_gate::gated;
use crate::session::{Registration, Session, exists};
use crate::terminal::Terminal;

const SCRIPT: &str = "mkdir made; echo \"it's $PWD $MARK\" >> log; exit 7";
const QUESTION: &str = "Would you like to run the following command?";

/// Lets a model ask for `script`, and gives the terminal with the question on it to `person`; what the model was told at the end.
fn asked(script: &str, rows: u16, person: impl FnOnce(&Terminal)) -> (Session, String) {
    let (mut session, hooks) = gated("workspace-write");
    session.set_environment("MARK", "from outside");
    // Neither the folder nor another model is asked about.
    let work = toml_string(&session.work().to_string_lossy());
    session.more_config = format!("[projects.{work}]\ntrust_level = \"trusted\"\n");
    let model = ScriptedModel::start(vec![vec![shell("a", script)]]);
    session.configure(&model, Registration::Managed, &hooks);
    let arguments = ["--ask-for-approval", "on-request", "--sandbox", "workspace-write", "go"];
    let terminal = Terminal::start(&session, &arguments, rows);
    if terminal.wait_for(&[QUESTION, "Use existing model"]).contains("Use existing model") {
        terminal.press_until("Down", "› 2. Use existing model");
        terminal.press_until("Enter", "› go");
    }
    let screen = terminal.wait_for(&[QUESTION, "• done"]);
    assert!(screen.contains(QUESTION), "nobody was asked: {:?}", model.told());
    person(&terminal);
    let told = model.told().remove("a").unwrap_or_default();
    (session, told)
}

/// A screen without its layout: what stands on it in one line, words apart by one blank.
fn in_one_line(screen: &str) -> String {
    screen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a person must see: why he is asked, and the whole command.
fn assert_shown(terminal: &Terminal) {
    let screen = in_one_line(&terminal.screen());
    let whole = r#"-- 'mkdir made; echo "it'"'"'s $PWD $MARK" >> log; exit 7' › 1. Yes"#;
    for part in [&format!("$ {} run ", prexec::executable()), "a person decides about directories", whole] {
        assert!(screen.contains(part), "`{part}` is not on the screen: {screen}");
    }
}

#[test]
fn yes_runs_it_once_in_its_place() {
    let (session, told) = asked(SCRIPT, 50, |terminal| {
        assert_shown(terminal);
        terminal.press_until("y", "✔ You approved");
        terminal.wait_for(&["• done"]);
    });
    assert!(told.contains("exited with code 7"), "{told}");
    let log = fs::read_to_string(session.work().join("log")).unwrap_or_default();
    assert_eq!(log, format!("it's {} from outside\n", session.work().display()));
    assert!(exists(&session.work(), "made"));
}

#[test]
fn no_does_not_run_it() {
    let (session, told) = asked(SCRIPT, 50, |terminal| {
        assert_shown(terminal);
        terminal.press_until("d", "✗ You");
        terminal.wait_for(&["• done"]);
    });
    assert!(!told.contains("exited with code") && !told.is_empty(), "{told}");
    assert!(!exists(&session.work(), "made") && !exists(&session.work(), "log"));
}

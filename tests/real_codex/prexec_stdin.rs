//! `write_stdin`: what is typed into a running command is shown to no hook. What prexec does about it.

use std::fs;

use crate::calls::{Call, shell, terminal, write_stdin};
use crate::hooks::Hook;
use crate::prexec;
use crate::session::{Registration, Session, exists};

/// A program that runs what it is fed, and what it is fed.
fn feed() -> Vec<Vec<Call>> {
    vec![vec![terminal("start", "cat | sh")], vec![write_stdin("feed", "echo x > fed\n\u{4}")]]
}

/// Whether the text that was typed was run, and what the model was told of the start.
fn fed(session: &Session, registration: Registration, hooks: &[Hook]) -> (bool, String) {
    let mut turns = feed();
    turns.push(vec![shell("wait", "sleep 1")]);
    let outcome = session.exec(registration, hooks, turns);
    (exists(&session.work(), "fed"), format!("{:?}", outcome.told))
}

fn hook(session: &Session, rules: &str, options: &str) -> Hook {
    Hook::new(format!("{} {options}", prexec::command_line(&prexec::executable(), session, rules)))
}

#[test]
fn without_prexec_it_runs_what_it_is_fed() {
    let session = Session::new();
    let (ran, told) = fed(&session, Registration::User, &[]);
    assert!(ran, "{told}");
}

#[test]
fn the_posture_does_not_let_it_start() {
    let session = Session::new();
    let policy = session.write("posture.rules", "include(\"@prexec/controlled.rules\")\n");
    let line = format!("'{}' hook --policy '{}'", prexec::executable(), policy.display());
    let (ran, told) = fed(&session, Registration::Managed, &[Hook::new(line)]);
    assert!(!ran && told.contains("blocked by PreToolUse hook: prexec"), "{told}");
}

/// Where the policy allows it, closing its standard input leaves it nothing to read.
#[test]
fn with_standard_input_closed_what_is_typed_goes_nowhere() {
    for (options, runs) in [("", true), ("--close-stdin", false)] {
        let session = Session::new();
        let (ran, told) = fed(&session, Registration::Managed, &[hook(&session, "", options)]);
        assert!(!told.contains("blocked"), "{told}");
        assert_eq!(ran, runs, "{options}: {told}");
    }
}

#[test]
fn a_script_does_what_it_does_without_it() {
    let session = Session::new();
    let scripts = [
        "# first\nset -e; echo \"$LINENO $0\" > one; cat > two <<'EOF'\n$x\nEOF\nfalse; echo never > three",
        "echo a | cat > four; exit 7",
        "cat > five; echo \"$?\" >> five",
    ];
    let turns = scripts.iter().enumerate().map(|(n, script)| vec![shell(&n.to_string(), script)]).collect();
    let outcome = session.exec(Registration::Managed, &[hook(&session, "", "--close-stdin")], turns);
    let text = |name: &str| {
        fs::read_to_string(session.work().join(name)).unwrap_or_else(|e| panic!("{name}: {e}: {:?}", outcome.told))
    };
    assert!(
        text("one").starts_with("2 ") && text("two") == "$x\n" && !exists(&session.work(), "three"),
        "{}",
        text("one")
    );
    assert_eq!((text("four").as_str(), text("five").as_str()), ("a\n", "0\n"));
    assert!(outcome.told["1"].contains("exited with code 7"), "{:?}", outcome.told);
}

/// A rule of Codex's own is held against the text: what is rewritten would escape it, so nothing is.
#[test]
fn nothing_is_rewritten_where_a_rule_goes_by_the_text() {
    let mut session = Session::new();
    session.more_requirements =
        "[rules]\nprefix_rules = [{pattern=[{token=\"mkdir\"}], decision=\"forbidden\", justification=\"natively\"}]\n"
            .into();
    let hooks = [hook(&session, "", "--close-stdin")];
    let outcome = session.exec(Registration::Managed, &hooks, vec![vec![shell("a", "mkdir made")]]);
    assert!(!exists(&session.work(), "made"), "{:?}", outcome.told);
}

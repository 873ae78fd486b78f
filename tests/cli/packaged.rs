//! What packages carry beside the executable: completions and the manual.

use crate::harness::{Place, end};
use std::process::Command;

/// The verbs that the help lists.
fn verbs(place: &Place) -> Vec<String> {
    let help = place.run(&["help"], b"").stdout;
    let list = help.split("Commands:\n").nth(1).expect("a list of verbs").split("\n\n").next().unwrap_or_default();
    let first =
        |line: &str| line.strip_prefix("  ")?.split(' ').next().filter(|word| !word.is_empty()).map(String::from);
    list.lines().filter_map(first).filter(|verb| verb != "help").collect()
}

#[test]
fn completions_know_every_verb_and_are_read_by_their_shell() {
    let place = Place::new();
    let verbs = verbs(&place);
    assert!(verbs.len() > 10 && verbs.contains(&"break-glass".into()), "{verbs:?}");
    for shell in ["bash", "zsh", "fish"] {
        let ended = place.run(&["completions", shell], b"");
        assert_eq!((ended.status, ended.stderr.as_str()), (Some(0), ""), "{shell}");
        let missing: Vec<&String> = verbs.iter().filter(|verb| !ended.stdout.contains(verb.as_str())).collect();
        assert!(missing.is_empty() && ended.stdout.contains("observe"), "{shell}: {missing:?}");
        if Command::new(shell).args(["-c", ":"]).status().is_ok() {
            let read = end(Command::new(shell).arg("-n"), ended.stdout.as_bytes());
            assert_eq!((read.status, read.stderr.as_str()), (Some(0), ""), "{shell}");
        }
    }
    assert_eq!(place.run(&["completions", "tcsh"], b"").status, Some(1));
}

#[test]
fn every_verb_has_its_page_with_examples() {
    let place = Place::new();
    let one = place.run(&["man"], b"");
    assert!(one.status == Some(0) && one.stdout.contains(".TH prexec 1"), "{one:?}");
    assert_eq!(place.run(&["man", "--dir", "pages/man1"], b"").status, Some(0));
    let page = |name: &str| std::fs::read_to_string(place.path().join("pages/man1").join(name)).expect(name);
    assert!(page("prexec.1").contains("break"), "{}", page("prexec.1"));
    for verb in verbs(&place) {
        let text = page(&format!("prexec-{verb}.1"));
        assert!(text.contains("Examples:"), "{verb}: {text}");
    }
    place.write("file", "");
    let ended = place.run(&["man", "--dir", "file/x"], b"");
    assert!(ended.status == Some(1) && ended.stderr.contains("cannot be written"), "{ended:?}");
}

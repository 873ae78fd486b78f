//! `inventory`: its exit status, its table and its JSON, in a home directory of its own.

use crate::harness::{Ended, Place, end};
use serde_json::Value;
use std::fs;

fn run(place: &Place, arguments: &[&str]) -> Ended {
    let home = place.path().display().to_string();
    let mut command = place.command(&["inventory"]);
    command.args(["--home", &home]).args(arguments).env("PATH", place.path().join("bin"));
    end(&mut command, b"")
}

fn filled() -> Place {
    let place = Place::new();
    fs::create_dir_all(place.path().join(".codex")).expect("a directory");
    place.write(
        ".codex/config.toml",
        "web_search = 'disabled'\n[mcp_servers.a]\ncommand = 'one'\nenv = { KEY = 'hunter2' }\n",
    );
    place.write(".netrc", "password hunter2\n");
    place
}

#[test]
fn a_list_is_compared_with_one_that_was_made_before() {
    let place = filled();
    let before = run(&place, &["--json"]);
    assert_eq!(before.status, Some(0), "{before:?}");
    assert!(!before.stdout.contains("hunter2"), "{before:?}");
    place.write("before.json", &before.stdout);
    let same = run(&place, &["--against", "before.json"]);
    assert!(same.status == Some(0) && same.stdout.ends_with("0 things are otherwise\n"), "{same:?}");
    place.write(".codex/config.toml", "web_search = 'live'\n[mcp_servers.a]\ncommand = 'two'\n");
    let changed = run(&place, &["--against", "before.json"]);
    assert!(changed.status == Some(5) && changed.stdout.contains("changed  mcp a"), "{changed:?}");
    assert!(changed.stdout.contains("below-floor  setting web_search"), "{changed:?}");
    let changed = run(&place, &["--against", "before.json", "--json"]);
    let value: Value = serde_json::from_str(&changed.stdout).expect("JSON");
    assert!(changed.status == Some(5) && value["drift"][0]["change"] == "changed", "{value:#}");
}

#[test]
fn what_requirements_forbid_has_its_exit_status() {
    let place = filled();
    let requirements = place.write("requirements.toml", "[mcp_servers.a.identity]\ncommand = 'one'\n");
    let against = requirements.display().to_string();
    assert_eq!(run(&place, &["--against", &against]).status, Some(0));
    place.write("requirements.toml", "[mcp_servers]\n");
    let forbidden = run(&place, &["--against", &against]);
    assert!(forbidden.status == Some(5) && forbidden.stdout.contains("not-allowed  mcp a"), "{forbidden:?}");
}

#[test]
fn what_is_no_baseline_is_an_error_of_the_caller() {
    let place = filled();
    for text in ["", "{}", "[]", "{\"schema\":\"prexec/inventory/2\"}"] {
        place.write("before.json", text);
        let ended = run(&place, &["--against", "before.json"]);
        assert!(ended.status == Some(1) && ended.stderr.contains("is no baseline"), "{text}: {ended:?}");
    }
    let missing = run(&place, &["--against", "nowhere"]);
    assert!(missing.status == Some(1) && missing.stderr.contains("cannot be read"), "{missing:?}");
}

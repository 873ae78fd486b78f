//! `--close-stdin`: what is allowed runs in another form, and nothing else changes.

use crate::harness::{Ended, Place, THREE, end};
use serde_json::{Value, json};

/// The hook in a home of its own, so that no rule of Codex's own is there.
fn hook(place: &Place, options: &[&str], call: &[u8]) -> Ended {
    let home = place.path().display().to_string();
    let all = [&["hook", "--policy", "policy.rules", "--home", &home], options].concat();
    end(place.command(&all).env("CODEX_HOME", place.path().join(".codex")), call)
}

#[test]
fn only_what_is_allowed_is_rewritten() {
    if std::path::Path::new("/etc/codex").exists() {
        return;
    }
    let place = Place::new();
    for (command, decision, _) in THREE {
        let call = place.shell(command);
        let (plain, closing) = (hook(&place, &[], &call), hook(&place, &["--close-stdin"], &call));
        if decision == "allow" {
            plain.assert_silent(command);
            let said: Value = serde_json::from_str(&closing.stdout).expect("JSON");
            let expected = json!({"hookSpecificOutput": {"hookEventName": "PreToolUse", "permissionDecision": "allow",
                "updatedInput": {"command": format!("exec </dev/null || exit 1; {command}")}}});
            assert_eq!((closing.status, said), (Some(0), expected));
        } else {
            assert_eq!((closing.status, closing.stderr), (plain.status, plain.stderr), "{command}");
        }
    }
    // Another event, another tool, another agent.
    let request = place.call("PermissionRequest", "Bash", &json!({"command": "true"}));
    hook(&place, &["--close-stdin"], request.to_string().as_bytes()).assert_silent("a permission request");
    let image = place.call("PreToolUse", "view_image", &json!({"path": "i.png"}));
    hook(&place, &["--close-stdin"], image.to_string().as_bytes()).assert_silent("an image");
    hook(&place, &["--close-stdin", "--agent", "claude"], &place.shell("true")).assert_silent("another agent");
    hook(&place, &["--close-stdin", "--observe"], &place.shell("true")).assert_silent("where it only observes");
}

#[test]
fn nothing_is_rewritten_where_codex_has_rules_of_its_own() {
    let place = Place::new();
    for directory in [".codex/rules", "repository/.codex/rules"] {
        std::fs::create_dir_all(place.path().join(directory)).expect("a directory");
        let rules =
            place.write(&format!("{directory}/default.rules"), "prefix_rule([\"rm\"], decision = \"prompt\")\n");
        let mut call = place.call("PreToolUse", "Bash", &json!({"command": "true"}));
        call["cwd"] = place.path().join("repository").display().to_string().into();
        hook(&place, &["--close-stdin"], call.to_string().as_bytes()).assert_silent(directory);
        std::fs::remove_file(rules).expect("removed");
    }
}

#[test]
fn it_is_installed_and_doctor_says_whether_it_holds() {
    let place = Place::new();
    let home = place.path().display().to_string();
    let run = |arguments: &[&str]| {
        end(place.command(arguments).args(["--home", &home]).env("HOME", &home).env("PATH", "/usr/bin:/bin"), b"")
    };
    let ended = run(&["install", "--user", "--close-stdin"]);
    assert!(ended.status == Some(0) && ended.stdout.contains("--close-stdin"), "{ended:?}");
    let doctor = run(&["doctor"]);
    assert!(doctor.stdout.contains("allowed commands run with their standard input closed"), "{doctor:?}");
    std::fs::create_dir_all(place.path().join(".codex/rules")).expect("a directory");
    place.write(".codex/rules/default.rules", "prefix_rule([\"ls\"])\n");
    let doctor = run(&["doctor"]);
    assert!(doctor.stdout.contains("standard input is not closed, because"), "{doctor:?}");
}

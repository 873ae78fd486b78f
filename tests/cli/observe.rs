//! `--observe`: whatever the verdict is and whatever goes wrong, the call runs and nothing is said; and that is said everywhere else.

use crate::harness::{Ended, Place, THREE, end};
use crate::hook::faults;
use prexec::install::registered::{self, Event};
use serde_json::{Value, json};
use std::process::Command;

#[test]
fn no_verdict_blocks_or_says_anything() {
    let place = Place::new();
    for (command, ..) in THREE {
        for options in [&["--observe"][..], &["--observe", "--auto-approve"], &["--prompt", "gate", "--observe"]] {
            let what = format!("{command} {options:?}");
            place.with_policy("hook", options, &place.shell(command)).assert_silent(&what);
            // An approval in the person's place would be a decision, too.
            let mut call = place.call("PermissionRequest", "Bash", &json!({"command": command}));
            call.as_object_mut().expect("an object").remove("tool_use_id");
            place.with_policy("hook", options, call.to_string().as_bytes()).assert_silent(&what);
        }
    }
    for agent in ["codex", "claude"] {
        let ended = place.with_policy("hook", &["--observe", "--agent", agent], &place.shell("git push"));
        ended.assert_silent(agent);
    }
}

#[test]
fn no_fault_of_the_input_the_options_or_the_policy_blocks() {
    let place = Place::new();
    for row in faults().into_iter().filter(|row| row.code.is_some()) {
        place.with_policy("hook", &["--observe"], &row.input).assert_silent(&row.name);
    }
    let call = place.shell("cat .env");
    for wrong in [&["hook", "--policy", "missing.rules", "--observe"][..], &["hook", "--observe", "--wrong"]] {
        place.run(wrong, &call).assert_silent(&format!("{wrong:?}"));
    }
    place.run(&["--wrong", "hook", "--observe"], &call).assert_silent("an option before the verb");
    place.write("policy.rules", "prefix_rule([]\n");
    place.with_policy("hook", &["--observe"], &call).assert_silent("a policy that does not load");
    place.with_policy("hook", &["--observe="], &call).assert_blocks("another spelling is no such option");
}

#[cfg(feature = "fault-injection")]
#[test]
fn no_fault_of_its_own_blocks() {
    let place = Place::new();
    for boundary in prexec::guard::BOUNDARIES {
        for fault in ["panic", "overflow", "abort", "null", "big", "exit-101", "raise-15", "exit-0"] {
            let mut faulty = Command::new(env!("CARGO_BIN_EXE_prexec-faulty"));
            faulty.args(["hook", &format!("at={boundary}:{fault}"), "run", "hook", "--policy", "policy.rules"]);
            faulty.arg("--observe").current_dir(place.path()).env_clear();
            end(&mut faulty, &place.shell("cat .env")).assert_silent(&format!("{boundary}: {fault}"));
        }
    }
    let mut faulty = Command::new(env!("CARGO_BIN_EXE_prexec-faulty"));
    faulty.args(["hook", "at=decided:loop", "run", "hook", "--policy", "policy.rules", "--observe"]);
    end(faulty.current_dir(place.path()).env_clear(), &place.shell("cat .env")).assert_silent("the deadline");
}

fn run(place: &Place, arguments: &[&str]) -> Ended {
    let home = place.path().display().to_string();
    end(place.command(arguments).args(["--home", &home]).env("HOME", &home).env("PATH", "/usr/bin:/bin"), b"")
}

fn registered(place: &Place) -> String {
    let path = place.path().join(".codex/config.toml");
    let text = std::fs::read_to_string(&path).expect("a configuration");
    let found = registered::of_toml(&path, &text).expect("a configuration");
    found.iter().find(|handler| handler.event == Event::PreToolUse).expect("a handler").command.clone()
}

fn through(place: &Place, line: &str, command: &str) -> Ended {
    end(Command::new("/bin/bash").args(["-c", line]).current_dir(place.path()), &place.shell(command))
}

#[test]
fn it_is_installed_loudly_and_taken_back_by_installing_again() {
    let place = Place::new();
    let said = run(&place, &["install", "--user", "--observe"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    assert!(said.stdout.contains("would be denied, but is let through"), "{}", said.stdout);
    assert!(said.stdout.contains("warning: registered with `--observe`: NOTHING is blocked"), "{}", said.stdout);
    let line = registered(&place);
    through(&place, &line, "cat .env").assert_silent("registered");
    let missing = line.replacen("prexec", "gone/prexec", 1);
    assert_eq!(through(&place, &missing, "cat .env").status, Some(0), "{missing}");

    let doctor = run(&place, &["doctor", "--json"]);
    let found: Value = serde_json::from_str(&doctor.stdout).expect("JSON");
    let check = |id: &str| {
        let checks = found["checks"].as_array().expect("checks");
        checks.iter().find(|check| check["id"] == id).expect(id).clone()
    };
    assert_eq!((doctor.status, check("registered")["status"].as_str()), (Some(5), Some("failure")));
    let told = check("registered")["found"].to_string();
    assert!(told.contains("NOTHING is blocked") && !told.contains("missing or killed"), "{told}");
    assert!(check("canary")["status"] == "ok" && check("canary")["found"].to_string().contains("would be denied"));

    assert_eq!(run(&place, &["install", "--user"]).status, Some(0));
    assert_eq!(through(&place, &registered(&place), "cat .env").status, Some(2));
}

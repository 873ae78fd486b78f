//! `install --user` and `uninstall --user`: what stands in Codex's home before, between and after.

use crate::harness::{Ended, Place, end};
use prexec::install::registered::{self, Event};
use prexec::install::trust::{self, Trust};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const CONFIG: &str = "# mine\nmodel = \"m\" # this one\n\n[projects.\"/p\"]\ntrust_level = \"trusted\"\n";

fn run(place: &Place, arguments: &[&str]) -> Ended {
    let home = place.path().display().to_string();
    end(place.command(arguments).args(["--home", &home]).env("HOME", &home).env("PATH", "/usr/bin:/bin"), b"")
}

#[track_caller]
fn installed(place: &Place, more: &[&str]) -> String {
    let ended = run(place, &[&["install", "--user"], more].concat());
    assert_eq!(ended.status, Some(0), "{ended:?}");
    ended.stdout
}

fn config(place: &Place) -> PathBuf {
    place.path().join(".codex/config.toml")
}

fn with_config(text: &str) -> Place {
    let place = Place::new();
    fs::create_dir(place.path().join(".codex")).expect("a directory");
    fs::write(config(&place), text).expect("a configuration");
    place
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("a file")
}

/// Whether all events are registered once and trusted; a file in between is no TOML.
fn enforced(place: &Place) -> bool {
    let path = config(place);
    let Ok(text) = fs::read_to_string(&path) else { return false };
    let found = registered::of_toml(&path, &text).expect("Codex starts with it");
    let ours = |event: Event| found.iter().filter(|h| h.event == event && is_hook(&h.command)).count();
    let trusted = found.iter().all(|handler| trust::status(&text, &path, handler) == Trust::Trusted);
    assert!(trusted, "{text}");
    match Event::ALL.map(ours) {
        [1, 1, 1, 1, 1] => true,
        [0, 0, 0, 0, 0] => false,
        other => panic!("{other:?}: {text}"),
    }
}

/// Either executable of the hook.
fn is_hook(command: &str) -> bool {
    command.contains("prexec hook") || command.contains("prexec-hook")
}

/// Everything below a directory but what the harness put there, with its content.
fn tree(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(tree(&path));
            found.push((path, Vec::new()));
        } else {
            found.push((path.clone(), fs::read(&path).expect("a file")));
        }
    }
    found.sort();
    found
}

#[test]
fn an_empty_home_is_enforced_and_then_empty_again() {
    let place = Place::new();
    let before = tree(place.path());
    let said = installed(&place, &[]);
    assert!(said.contains("a canary was put to the command line") && said.contains("registered and trusted"), "{said}");
    assert!(enforced(&place));
    assert_eq!(fs::metadata(config(&place)).expect("it is there").permissions().mode() & 0o777, 0o600);
    let once = text(&config(&place));
    assert!(installed(&place, &[]).contains("already registered"));
    assert_eq!(text(&config(&place)), once);
    // The canary of the second installation is recorded, and records stay.
    let ended = run(&place, &["uninstall", "--user"]);
    let records = place.path().join(".local/state/prexec/audit");
    assert_eq!(ended.status, Some(0));
    assert!(ended.stdout.contains(&format!("records of calls stay in `{}`", records.display())), "{}", ended.stdout);
    fs::remove_dir_all(place.path().join(".local")).expect("removed");
    assert_eq!(tree(place.path()), before);
    assert_eq!(run(&place, &["uninstall", "--user"]).status, Some(0));
    assert_eq!(tree(place.path()), before);
}

#[test]
fn a_configuration_is_byte_for_byte_what_it_was() {
    let place = with_config(CONFIG);
    installed(&place, &[]);
    assert!(enforced(&place) && text(&config(&place)).starts_with(CONFIG));
    // Another executable takes the place of the first; what stood there at first is still known.
    let copy = place.path().join("prexec");
    fs::copy(env!("CARGO_BIN_EXE_prexec"), &copy).expect("a copy");
    installed(&place, &["--executable", copy.to_str().expect("UTF-8")]);
    assert!(enforced(&place) && text(&config(&place)).contains(copy.to_str().expect("UTF-8")));
    assert_eq!(run(&place, &["uninstall", "--user"]).status, Some(0));
    assert_eq!(text(&config(&place)), CONFIG);
}

#[test]
fn where_somebody_changed_it_since_only_ours_is_taken_out() {
    let place = with_config(CONFIG);
    installed(&place, &[]);
    let changed = text(&config(&place)).replace("\"m\"", "\"other\"") + "[more]\nx = 1 # mine too\n";
    fs::write(config(&place), changed).expect("a configuration");
    assert_eq!(run(&place, &["uninstall", "--user"]).status, Some(0));
    assert_eq!(text(&config(&place)), CONFIG.replace("\"m\"", "\"other\"") + "[more]\nx = 1 # mine too\n");
}

#[test]
fn a_link_to_the_configuration_stays_one() {
    let place = Place::new();
    fs::create_dir(place.path().join(".codex")).expect("a directory");
    place.write("dotfile.toml", CONFIG);
    std::os::unix::fs::symlink("../dotfile.toml", config(&place)).expect("a link");
    installed(&place, &[]);
    assert!(enforced(&place) && config(&place).is_symlink());
    assert_eq!(run(&place, &["uninstall", "--user"]).status, Some(0));
    assert_eq!((text(&config(&place)).as_str(), config(&place).is_symlink()), (CONFIG, true));
}

#[test]
fn nothing_changes_where_only_looking_is_asked_for() {
    let place = with_config(CONFIG);
    let before = tree(place.path());
    let print = installed(&place, &["--print"]);
    assert!(print.contains("[[hooks.PermissionRequest]]") && print.contains("trusted_hash"), "{print}");
    let dry = installed(&place, &["--dry-run"]);
    assert!(dry.contains("would write") && dry.contains("would register"), "{dry}");
    assert_eq!(tree(place.path()), before);
}

#[test]
fn what_could_not_take_effect_is_refused_and_nothing_changes() {
    let ours = r#"{"hooks":{"PreToolUse":[{"matcher":"*","hooks":[{"type":"command","command":"/x/prexec hook"}]}]}}"#;
    for (config, json, why) in [
        ("[features]\nhooks = false\n", None, "switches hooks off"),
        ("x = \n", None, "no valid TOML"),
        ("hooks = 1\n", None, "is not a table"),
        ("", Some(ours), "already starts prexec"),
    ] {
        let place = with_config(config);
        json.inspect(|json| drop(place.write(".codex/hooks.json", json)));
        let before = tree(place.path());
        let ended = run(&place, &["install", "--user"]);
        assert!(ended.status == Some(1) && ended.stderr.contains(why), "{ended:?}");
        assert_eq!(tree(place.path()), before, "{why}");
    }
    let place = with_config("");
    let copy = place.path().join("prexec");
    fs::copy(env!("CARGO_BIN_EXE_prexec"), &copy).expect("a copy");
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o777)).expect("a mode");
    let before = tree(place.path());
    let ended = run(&place, &["install", "--user", "--executable", copy.to_str().expect("UTF-8")]);
    assert!(ended.status == Some(1) && ended.stderr.contains("others may write"), "{ended:?}");
    // What decides nothing is not registered.
    fs::write(&copy, "#!/bin/sh\nexit 0\n").expect("a program");
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).expect("a mode");
    let ended = run(&place, &["install", "--user", "--executable", copy.to_str().expect("UTF-8")]);
    assert!(ended.status == Some(1) && ended.stderr.contains("so the call runs"), "{ended:?}");
    assert!(!enforced(&place));
    assert_eq!(run(&place, &["uninstall", "--user"]).status, Some(0));
    fs::remove_file(&copy).expect("the program");
    let after: Vec<_> = before.into_iter().filter(|(path, _)| *path != copy).collect();
    assert_eq!(tree(place.path()), after);
}

fn hook(place: &Place, command: &str) -> Option<i32> {
    let found = registered::of_toml(&config(place), &text(&config(place))).expect("a configuration");
    let mut shell = std::process::Command::new("/bin/bash");
    shell.args(["-c", &found[0].command]).current_dir(place.path());
    end(&mut shell, &place.shell(command)).status
}

#[test]
fn a_posture_is_chosen_and_rules_of_ones_own_count_at_once() {
    let place = Place::new();
    installed(&place, &["--posture", "open"]);
    let rules = place.path().join(".config/prexec/posture.rules");
    assert!(text(&rules).contains("@prexec/open.rules"));
    assert_eq!((hook(&place, "make"), hook(&place, "cat .env")), (Some(0), Some(2)));
    let mine = place.path().join(".config/prexec/mine.rules");
    fs::write(&mine, "prefix_rule([\"make\"], decision = \"forbidden\")\n").expect("a policy");
    assert_eq!((hook(&place, "make"), hook(&place, "true")), (Some(2), Some(0)));
    installed(&place, &[]);
    assert_eq!(hook(&place, "make"), Some(2));
    let other = run(&place, &["install", "--user", "--posture", "lockdown"]);
    assert!(other.status == Some(1) && other.stderr.contains("includes the posture `open`"), "{other:?}");
    // A policy that does not load is registered nowhere, and one that broke later denies.
    fs::write(&mine, "prefix_rule([]\n").expect("a policy");
    assert_eq!(run(&place, &["install", "--user"]).status, Some(4));
    assert_eq!(hook(&place, "true"), Some(2));
    // Uninstalling leaves what the person wrote.
    assert_eq!(run(&place, &["uninstall", "--user"]).status, Some(0));
    assert!(mine.exists() && !rules.exists() && !config(&place).exists());
}

#[test]
fn rules_without_a_posture_get_one() {
    let place = Place::new();
    fs::create_dir_all(place.path().join(".config/prexec")).expect("a directory");
    place.write(".config/prexec/mine.rules", "prefix_rule([\"make\"], decision = \"forbidden\")\n");
    installed(&place, &[]);
    assert_eq!((hook(&place, "make"), hook(&place, "cat .env"), hook(&place, "pwd")), (Some(2), Some(2), Some(0)));
}

/// Whatever step is the last, Codex starts, and either asks prexec or is as it was; installing again completes, and uninstalling
/// takes everything back.
#[cfg(feature = "fault-injection")]
#[test]
fn ended_at_any_step_nothing_is_left_broken() {
    for verb in ["install", "uninstall"] {
        for step in 0.. {
            let place = with_config(CONFIG);
            let before = tree(place.path());
            if verb == "uninstall" {
                installed(&place, &[]);
            }
            let home = place.path().display().to_string();
            let mut command = place.command(&[verb, "--user", "--home", &home]);
            command.env("HOME", &home).env("PATH", "/usr/bin:/bin").env("PREXEC_TEST_DIES_AT_STEP", step.to_string());
            let ended = end(&mut command, b"");
            let completed = ended.status == Some(0);
            if enforced(&place) {
                assert_eq!((hook(&place, "cat .env"), hook(&place, "pwd")), (Some(2), Some(0)), "{verb}, step {step}");
            } else {
                assert_eq!(text(&config(&place)), CONFIG, "{verb}, step {step}");
            }
            installed(&place, &[]);
            assert!(enforced(&place), "{verb}, step {step}");
            assert_eq!(run(&place, &["uninstall", "--user"]).status, Some(0));
            // A directory that was made in the moment of the end is not in the record; nothing but that may stay.
            let files = |tree: &[(PathBuf, Vec<u8>)]| {
                let records = place.path().join(".local/state/prexec/audit");
                let is_one = |path: &Path| path.is_file() && !path.starts_with(&records);
                tree.iter().filter(|(path, _)| is_one(path)).cloned().collect::<Vec<_>>()
            };
            assert_eq!(files(&tree(place.path())), files(&before), "{verb}, step {step}");
            if completed {
                assert!(step > 2, "{verb} has only {step} steps");
                break;
            }
        }
    }
}

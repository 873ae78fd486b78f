//! What `prexec-hook` cannot do by itself it hands on, whole; where nobody can take it the call is denied.

use crate::built::{Ended, Installed, decided, end};
use serde_json::json;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

const POLICY: &str = "prefix_rule([\"true\"])\nprefix_rule([\"git\", \"push\"], decision = \"prompt\")\ndeny_read(\"**/.env\", justification = \"no secrets\")\n";
/// In every refusal of a call that nobody took over.
const NOBODY: &str = "(rule internal:hand-over)\n";

fn call(command: &str) -> Vec<u8> {
    json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": "/tmp",
        "model": "m", "permission_mode": "default", "tool_name": "Bash", "tool_input": {"command": command}, "tool_use_id": "u",
    })
    .to_string()
    .into_bytes()
}

/// A directory with `p.rules` and `p.bin` of it, beside the executables.
struct Place {
    installed: Installed,
}

impl Place {
    fn new() -> Self {
        let place = Self { installed: Installed::new() };
        place.write("p.rules", POLICY);
        place.compile(&["--policy", "p.rules", "-o", "p.bin"]);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.installed.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.path(name).parent().expect("a directory")).expect("a directory");
        std::fs::write(self.path(name), text).expect("a file");
    }

    fn compile(&self, arguments: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_prexec"));
        let ended = end(command.arg("compile").args(arguments).current_dir(self.installed.path()), b"");
        assert_eq!(ended.status, (Some(0), None), "{ended:?}");
    }

    fn run(&self, options: &[&str], input: &[u8]) -> [Ended; 2] {
        self.installed.both(options).map(|mut command| decided(command.current_dir(self.installed.path()), input))
    }

    /// Whether it answers by itself: without the other executable beside it.
    fn alone(&self, options: &[&str], input: &[u8]) -> Ended {
        let hidden = self.path("hidden");
        std::fs::rename(self.path("prexec"), &hidden).expect("renamed");
        let [alone, _] = self.installed.both(options);
        let ended = end({ alone }.current_dir(self.installed.path()), input);
        std::fs::rename(&hidden, self.path("prexec")).expect("renamed");
        ended
    }

    #[track_caller]
    fn answers_itself(&self, options: &[&str]) {
        for (command, status) in [("true", 0), ("cat .env", 2)] {
            let [both, whole] = self.run(options, &call(command));
            let alone = self.alone(options, &call(command));
            assert_eq!((&both, &alone), (&whole, &whole), "{options:?} {command}");
            assert_eq!(alone.status, (Some(status), None), "{options:?} {command}");
        }
    }

    #[track_caller]
    fn hands_over(&self, options: &[&str]) {
        for command in ["true", "cat .env"] {
            let [both, whole] = self.run(options, &call(command));
            assert_eq!(both, whole, "{options:?} {command}");
            let alone = self.alone(options, &call(command));
            assert_eq!((alone.status, alone.stdout.as_str()), ((Some(2), None), ""), "{options:?} {command}");
            assert!(alone.stderr.starts_with("prexec: denied: ") && alone.stderr.ends_with(NOBODY), "{}", alone.stderr);
        }
    }
}

#[test]
fn a_compiled_policy_in_order_is_enough() {
    let place = Place::new();
    let whole = place.path("p.bin").display().to_string();
    place.answers_itself(&["--policy", "p.bin"]);
    place.answers_itself(&["--policy", &whole, "--policy=p.bin", "--stale", "sources"]);
    place.answers_itself(&["--policy", &whole, "--home", "/home/x"]);
}

#[test]
fn everything_else_is_handed_over() {
    let place = Place::new();
    place.hands_over(&["--policy", "p.rules"]);
    place.hands_over(&["--policy", "p.bin", "--policy", "p.rules"]);
    place.hands_over(&["--policy", "missing.bin"]);
    place.hands_over(&["--policy", "."]);
    place.hands_over(&["--policy", "./p.bin"]);
    place.hands_over(&["--policy", "/dev/null"]);
    symlink("p.bin", place.path("link.bin")).expect("a link");
    place.hands_over(&["--policy", "link.bin"]);
    let beside = tempfile::tempdir().expect("a directory");
    symlink(place.installed.path(), beside.path().join("dir")).expect("a link");
    place.hands_over(&["--policy", &beside.path().join("dir/p.bin").display().to_string()]);
    place.write("torn.bin", "PXPOLICY");
    place.hands_over(&["--policy", "torn.bin"]);
    let mut bytes = std::fs::read(place.path("p.bin")).expect("bytes");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(place.path("damaged.bin"), &bytes).expect("a file");
    let [both, whole] = place.run(&["--policy", "damaged.bin"], &call("true"));
    assert_eq!(both, whole);
    assert_eq!(both.status, (Some(2), None));
    std::fs::set_permissions(place.path("p.bin"), PermissionsExt::from_mode(0o666)).expect("permissions");
    place.hands_over(&["--policy", "p.bin"]);
    std::fs::set_permissions(place.path("p.bin"), PermissionsExt::from_mode(0o644)).expect("permissions");
    std::fs::set_permissions(place.installed.path(), PermissionsExt::from_mode(0o777)).expect("permissions");
    place.hands_over(&["--policy", "p.bin"]);
    std::fs::set_permissions(place.installed.path(), PermissionsExt::from_mode(0o755)).expect("permissions");
    place.answers_itself(&["--policy", "p.bin"]);
}

#[test]
fn a_stale_policy_is_handed_over() {
    for change in ["other content", "other time", "gone"] {
        let place = Place::new();
        place.answers_itself(&["--policy", "p.bin"]);
        match change {
            "other content" => place.write("p.rules", "prefix_rule([\"false\"])\n"),
            "other time" => {
                let file = std::fs::File::options().append(true).open(place.path("p.rules")).expect("a file");
                file.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("a time");
            }
            _ => std::fs::remove_file(place.path("p.rules")).expect("removed"),
        }
        place.hands_over(&["--policy", "p.bin"]);
        place.hands_over(&["--policy", "p.bin", "--stale", "sources"]);
    }
}

/// Whether a person can be asked stands in files of Codex, and nothing else needs them.
#[test]
fn asking_a_person_is_handed_over() {
    let place = Place::new();
    let options = ["--policy", "p.bin", "--prompt", "gate"];
    place.answers_itself(&options);
    let [both, whole] = place.run(&options, &call("git push"));
    assert_eq!(both, whole);
    let alone = place.alone(&options, &call("git push"));
    assert!(alone.status.0 == Some(2) && alone.stderr.ends_with(NOBODY), "{alone:?}");
    // Without the gate there is nothing to ask.
    let [both, whole] = place.run(&["--policy", "p.bin"], &call("git push"));
    assert_eq!((&both, &place.alone(&["--policy", "p.bin"], &call("git push"))), (&whole, &whole));
}

/// Whether Codex has rules of its own stands in its files, too.
#[test]
fn what_may_run_in_another_form_is_handed_over() {
    let place = Place::new();
    let options = ["--policy", "p.bin", "--close-stdin"];
    let [both, whole] = place.run(&options, &call("true"));
    assert_eq!(both, whole);
    let alone = place.alone(&options, &call("true"));
    assert!(alone.status.0 == Some(2) && alone.stderr.ends_with(NOBODY), "{alone:?}");
    // What is refused runs in no form.
    let [both, whole] = place.run(&options, &call("cat .env"));
    assert_eq!((&both, &place.alone(&options, &call("cat .env"))), (&whole, &whole));
}

/// Without a managed policy (and nobody can install one for a test) the layers are not all compiled.
#[test]
fn installed_layers_that_are_not_compiled_are_handed_over() {
    if Path::new("/etc/prexec").exists() {
        return;
    }
    let place = Place::new();
    let home = place.path("home").display().to_string();
    std::fs::create_dir(&home).expect("a directory");
    place.hands_over(&["--home", &home]);
    place.hands_over(&["--home", "relative"]);
}

#[test]
fn the_call_arrives_whole_and_the_answer_is_its_own() {
    let place = Place::new();
    for length in [0, 10_000, 100_000, 1 << 20, (8 << 20) + 100] {
        let input = call(&format!("cat .env # {}", "x".repeat(length)));
        let [both, whole] = place.run(&["--policy", "p.rules"], &input);
        assert_eq!(both, whole, "{length}");
    }
    // What stands beside it gets the arguments, the environment and the input, and its end is the hook's.
    std::fs::remove_file(place.path("prexec")).expect("removed");
    let script = "#!/bin/sh\nprintf '%s|' \"$@\" \"$MARK\"; cat; exit 2\n";
    place.write("prexec", script);
    std::fs::set_permissions(place.path("prexec"), PermissionsExt::from_mode(0o755)).expect("permissions");
    let [mut alone, _] = place.installed.both(&["--policy", "p.rules", "--home=/h"]);
    let ended = end(alone.env("MARK", "mark").current_dir(place.installed.path()), b"not { JSON");
    assert_eq!(ended.status, (Some(2), None));
    assert_eq!(ended.stdout, "hook|--policy|p.rules|--home=/h|mark|not { JSON");
}

/// The timer of the one must not end the other.
#[test]
fn the_deadline_begins_anew() {
    let place = Place::new();
    std::fs::remove_file(place.path("prexec")).expect("removed");
    place.write("prexec", "#!/bin/sh\nsleep 1.3; echo late >&2; exit 2\n");
    std::fs::set_permissions(place.path("prexec"), PermissionsExt::from_mode(0o755)).expect("permissions");
    let [mut alone, _] = place.installed.both(&["--policy", "p.rules"]);
    let ended = end(alone.current_dir(place.installed.path()), &call("true"));
    assert_eq!((ended.status, ended.stderr.as_str()), ((Some(2), None), "late\n"));
}

#[test]
fn where_nobody_can_take_it_the_call_is_denied() {
    let place = Place::new();
    std::fs::remove_file(place.path("prexec")).expect("removed");
    let run = || {
        let [mut alone, _] = place.installed.both(&["--policy", "p.rules"]);
        end(alone.current_dir(place.installed.path()), &call("true"))
    };
    let denied = |what: &str| {
        let ended = run();
        assert_eq!((ended.status, ended.stdout.as_str()), ((Some(2), None), ""), "{what}");
        assert!(
            ended.stderr.contains("cannot be started") && ended.stderr.ends_with(NOBODY),
            "{what}: {}",
            ended.stderr
        );
    };
    denied("nothing there");
    place.write("prexec", "#!/bin/sh\nexit 0\n");
    denied("not executable");
    std::fs::remove_file(place.path("prexec")).expect("removed");
    std::fs::create_dir(place.path("prexec")).expect("a directory");
    denied("a directory");
    std::fs::remove_dir(place.path("prexec")).expect("removed");
    symlink("prexec", place.path("prexec")).expect("a link");
    denied("a loop");
    std::fs::remove_file(place.path("prexec")).expect("removed");
    place.write("prexec", "no program");
    std::fs::set_permissions(place.path("prexec"), PermissionsExt::from_mode(0o755)).expect("permissions");
    denied("no program");
}

/// One that only observes blocks nothing, whoever decides, and where nobody can.
#[test]
fn nothing_is_blocked_where_it_only_observes() {
    let place = Place::new();
    let silent = |ended: &Ended, what: &str| {
        assert_eq!((ended.status, ended.stdout.as_str(), ended.stderr.as_str()), ((Some(0), None), "", ""), "{what}");
    };
    for policy in ["p.bin", "p.rules", "missing.bin"] {
        let options = ["--policy", policy, "--observe"];
        for input in [call("cat .env"), call("git push"), b"not JSON".to_vec()] {
            for ended in place.run(&options, &input) {
                silent(&ended, policy);
            }
            silent(&place.alone(&options, &input), policy);
        }
    }
    silent(&place.alone(&["--observe", "--wrong"], &call("cat .env")), "wrong options");
}

//! Real directories with links, loops, odd names, and what another account may not look at.

use crate::harness::{Ended, Place, end};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;

const RULES: &str = r#"
deny_read(["**/secrets", "**/.env"], unless = ["**/*.pub"])
default(unknown = "prompt", network = "prompt")
"#;

fn tree() -> Place {
    let place = Place::new();
    place.write("r.rules", RULES);
    let at = |name: &str| place.path().join(name);
    for dir in ["secrets/deep", "open/sub", "conf"] {
        fs::create_dir_all(at(dir)).expect("a tree in a directory of our own");
    }
    for file in ["secrets/key", "secrets/key.pub", ".env", "open/a.txt", "conf/b.txt"] {
        fs::write(at(file), "x").expect("a tree in a directory of our own");
    }
    fs::write(at("open").join(OsStr::from_bytes(b"odd\xff name\n")), "x").expect("a tree in a directory of our own");
    for (target, link) in [
        ("../secrets", "open/in"),
        ("loop", "loop"),
        ("ring2", "ring1"),
        ("ring1", "ring2"),
        ("open/sub", "short"),
        ("/proc/self/cwd", "here"),
        ("/proc/self/root", "top"),
        ("../open/in/key", "conf/c"),
        ("nowhere", "gone"),
    ] {
        symlink(target, at(link)).expect("a tree in a directory of our own");
    }
    place
}

fn check(place: &Place, script: &str) -> Ended {
    place.run(&["check", "--policy", "r.rules", "--home", "/nonexistent", script], b"")
}

#[test]
fn links_of_every_kind_are_followed() {
    let place = tree();
    let here = place.path().to_str().unwrap().to_owned();
    let long = format!("cat {}{here}/.env", "/.".repeat(2100));
    let doubled = format!("cat /{}/.env", here.replace('/', "//"));
    let rooted = format!("cat top{here}/.env");
    for (script, want) in [
        ("cat secrets/key", &[2][..]),
        ("cat open/in/key", &[2]),
        ("cat open/in/key.pub", &[0]),
        ("cat open/i*/key", &[2, 3]),
        ("cat open/*/k*", &[2, 3]),
        ("for d in open/*/; do cat \"$d\"key; done", &[2, 3]),
        ("cat conf/c", &[2]),
        ("cat conf/*", &[2, 3]),
        ("grep -r x conf", &[2, 3]),
        ("cat here/.env", &[2]),
        ("cat here/open/in/key", &[2]),
        (&rooted, &[2]),
        ("cat short/../in/key", &[2]),
        ("cat short/../../.env", &[2]),
        ("cat short/../a.txt", &[0]),
        ("cat loop", &[3]),
        ("cat ring1/x", &[3]),
        ("cat gone", &[0]),
        ("cat open/a.txt", &[0]),
        ("cat $'open/odd\\xff name\\n'", &[0]),
        ("cat $'secrets/odd\\xff'", &[2]),
        ("cat .env/", &[2]),
        ("cat ./.env/.", &[2]),
        (&doubled, &[2]),
        (&long, &[2, 3]),
        ("mv open/in x; cat x/key", &[2, 3]),
        ("ln -s open/sub y; cat y/../in/key", &[2, 3]),
        ("cp -P open/in conf/deep; cat conf/deep/key", &[2, 3]),
    ] {
        let ended = check(&place, script);
        assert!(want.iter().any(|status| ended.status == Some(*status)), "{script}: want {want:?}: {ended:?}");
    }
}

/// Without a word on what it would hold, nothing in it is certain.
#[test]
fn what_another_account_cannot_look_at_is_not_certain() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let place = tree();
    let closed = place.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::write(closed.join("f"), "x").unwrap();
    symlink("../secrets", closed.join("l")).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for (script, want) in [
        ("cat closed/l/key", 3),
        ("cat closed/f", 3),
        ("grep -r x closed", 3),
        ("cat closed/*", 3),
        ("cat open/a.txt", 0),
        ("cat open/in/key", 2),
    ] {
        let mut command = place.command(&["check", "--policy", "r.rules", "--home", "/nonexistent", script]);
        command.uid(65_534).gid(65_534);
        let ended = end(&mut command, b"");
        assert_eq!(ended.status, Some(want), "{script}: {ended:?}");
    }
}

#[test]
fn a_directory_that_was_deleted_hides_nothing() {
    let place = tree();
    let gone = place.path().join("deleted");
    let payload = |script: &str| {
        serde_json::json!({
            "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": gone, "model": "",
            "permission_mode": "default", "tool_name": "Bash", "tool_input": { "command": script }, "tool_use_id": "u",
        })
        .to_string()
    };
    for (script, want) in [("cat .env", 2), ("cat ../.env", 2), ("cat ../open/in/key", 2), ("cat ../open/a.txt", 0)] {
        fs::create_dir(&gone).unwrap();
        let hook = format!(
            "cd deleted && rmdir ../deleted && exec {} hook --policy {}/r.rules --home /nonexistent",
            env!("CARGO_BIN_EXE_prexec"),
            place.path().display()
        );
        let mut command = std::process::Command::new("/bin/sh");
        command.args(["-c", &hook]).current_dir(place.path());
        let ended = end(&mut command, payload(script).as_bytes());
        assert_eq!(ended.status, Some(want), "{script}: {ended:?}");
    }
}

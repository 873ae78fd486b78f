//! `doctor`: what it says of a home in which nothing, everything, or something wrong stands.

use crate::harness::{Ended, Place, end};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;

fn run(place: &Place, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
    let home = place.path().display().to_string();
    let mut command = place.command(arguments);
    command.args(["--home", &home]).env("HOME", &home).env("PATH", place.path().join("bin"));
    end(command.envs(environment.iter().copied()), b"")
}

/// The findings; the form is checked each time, and that the exit status agrees.
fn examined(place: &Place, environment: &[(&str, &str)]) -> Value {
    checked(&run(place, &["doctor", "--json"], environment))
}

fn checked(ended: &Ended) -> Value {
    let value: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|e| panic!("{e}: {ended:?}"));
    let schema: Value = serde_json::from_str(include_str!("../schema/doctor-1.json")).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let faults: Vec<String> = validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:?}\n{value:#}");
    let expected = if value["status"] == "failure" { 5 } else { 0 };
    assert_eq!(ended.status, Some(expected), "{value:#}");
    value
}

#[track_caller]
fn assert_finds(found: &Value, id: &str, status: &str, what: &str) {
    let check = found["checks"].as_array().into_iter().flatten().find(|check| check["id"] == id);
    let check = check.unwrap_or_else(|| panic!("no check `{id}`: {found:#}"));
    assert!(check["status"] == status && check["found"].to_string().contains(what), "{id}, {what}: {check:#}");
}

fn enforced() -> Place {
    let place = Place::new();
    fs::create_dir(place.path().join("bin")).expect("a directory");
    let codex = place.write("bin/codex", "#!/bin/sh\necho codex-cli 0.169.0\n");
    fs::set_permissions(codex, fs::Permissions::from_mode(0o755)).expect("a mode");
    let ended = run(&place, &["install", "--user"], &[]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    place
}

#[test]
fn before_and_after_install() {
    let place = Place::new();
    let found = examined(&place, &[]);
    assert_finds(&found, "registered", "failure", "PreToolUse starts no prexec");
    assert_finds(&found, "canary", "failure", "no command line");
    assert_finds(&found, "codex", "warning", "no `codex`");
    let named = found["checks"].to_string();
    assert!(!named.contains("trusted"), "what is not registered is neither trusted nor not: {named}");
    let place = enforced();
    let found = examined(&place, &[]);
    assert_eq!(found["status"], "warning", "{found:#}");
    for (id, what) in [
        ("registered", "PermissionRequest in"),
        ("trusted", "is trusted"),
        ("canary", "is denied"),
        ("codex", "0.169.0"),
        ("policy", "rules on"),
    ] {
        assert_finds(&found, id, "ok", what);
    }
    let table = run(&place, &["doctor"], &[]);
    assert!(table.status == Some(0) && table.stdout.contains("0 failures"), "{table:?}");
}

/// Something that goes wrong with an enforced home, and the check that finds it.
type Fault = (&'static str, &'static str, &'static str, fn(&Place));

fn change(place: &Place, file: &str, edit: impl Fn(&str) -> String) {
    let path = place.path().join(file);
    let text = fs::read_to_string(&path).unwrap_or_default();
    fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
    fs::write(path, edit(&text)).expect("a file");
}

const CONFIG: &str = ".codex/config.toml";

#[test]
fn what_is_wrong_is_found() {
    let faults: [Fault; 15] = [
        ("registered", "failure", "PreToolUse starts no prexec", |p| {
            change(p, CONFIG, |t| t.replace("PreToolUse", "PostToolUse"));
        }),
        ("registered", "warning", "PermissionRequest starts no", |p| {
            change(p, CONFIG, |t| t.replace("hooks.PermissionRequest", "hooks.Stop"));
        }),
        ("registered", "failure", "every tool", |p| {
            change(p, CONFIG, |t| t.replace("matcher = \"*\"", "matcher = \"Bash\""));
        }),
        ("registered", "failure", "cannot block", |p| {
            change(p, CONFIG, |t| t.replace("timeout = 10", "timeout = 10\nasync = true"));
        }),
        ("registered", "failure", "missing or killed", |p| change(p, CONFIG, |t| t.replace("exit 2", "exit 0"))),
        ("trusted", "failure", "was changed since", |p| {
            change(p, CONFIG, |t| t.replace("timeout = 10", "timeout = 11"));
        }),
        ("trusted", "failure", "switched off", |p| {
            change(p, CONFIG, |t| t.replace("trusted_hash", "enabled = false\ntrusted_hash"));
        }),
        ("pinned", "failure", "switches hooks off", |p| {
            change(p, CONFIG, |t| format!("[features]\nhooks = false\n{t}"));
        }),
        ("configuration", "failure", "no valid TOML", |p| change(p, CONFIG, |t| format!("x = \n{t}"))),
        ("configuration", "warning", "knows no key", |p| change(p, ".codex/hooks.json", |_| "{\"x\": 1}".into())),
        ("dotenv", "failure", "sets `BASH_ENV`", |p| change(p, ".codex/.env", |_| "A=1\nexport BASH_ENV=/x\n".into())),
        ("start-up-files", "warning", "line 2", |p| {
            change(p, ".profile", |_| "# BASH_ENV\nexport BASH_ENV=~/x\n".into());
        }),
        ("allow-rules", "failure", "allows `prexec run|check`", |p| {
            change(p, ".codex/rules/mine.rules", |_| {
                "prefix_rule([\"prexec\", [\"run\", \"check\"]], decision = \"allow\")\n".into()
            });
        }),
        ("only-hook", "warning", "also starts `true`", |p| {
            let hooks = r#"{"hooks":{"PreToolUse":[{"hooks":[{"type":"command","command":"true"}]}]}}"#;
            change(p, ".codex/hooks.json", |_| hooks.into());
        }),
        ("policy", "failure", "does not load", |p| {
            change(p, ".config/prexec/posture.rules", |_| "prefix_rule([]\n".into());
        }),
    ];
    let place = enforced();
    let kept =
        [CONFIG, ".config/prexec/posture.rules"].map(|file| (file, fs::read(place.path().join(file)).expect("a file")));
    for (id, status, what, fault) in faults {
        fault(&place);
        assert_finds(&examined(&place, &[]), id, status, what);
        for (file, bytes) in &kept {
            fs::write(place.path().join(file), bytes).expect("a file");
        }
        for file in [".codex/hooks.json", ".codex/.env", ".codex/rules/mine.rules", ".profile"] {
            let _ = fs::remove_file(place.path().join(file));
        }
    }
}

#[test]
fn a_bent_environment_is_found() {
    let place = enforced();
    for name in ["BASH_ENV", "BASH_FUNC_exit%%"] {
        assert_finds(&examined(&place, &[(name, "() { :; }")]), "environment", "failure", name);
    }
    assert_finds(&examined(&place, &[("LD_PRELOAD", "")]), "environment", "warning", "LD_PRELOAD");
    // What is sourced first ends the shell before the hook is started.
    let skip = place.write("skip.bash", "exit 0\n");
    let found = examined(&place, &[("BASH_ENV", skip.to_str().expect("UTF-8"))]);
    assert_finds(&found, "canary", "failure", "so the call runs");
}

#[test]
fn an_executable_that_is_not_what_it_was_is_found() {
    let place = enforced();
    let copy = place.path().join("prexec");
    fs::copy(env!("CARGO_BIN_EXE_prexec"), &copy).expect("a copy");
    let ended = run(&place, &["install", "--user", "--executable", copy.to_str().expect("UTF-8")], &[]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert_finds(&examined(&place, &[]), "executable", "ok", "/prexec");
    let mode = |mode| fs::set_permissions(&copy, fs::Permissions::from_mode(mode)).expect("a mode");
    mode(0o777);
    assert_finds(&examined(&place, &[]), "executable", "failure", "others may write");
    mode(0o644);
    assert_finds(&examined(&place, &[]), "executable", "failure", "cannot be executed");
    mode(0o755);
    fs::write(&copy, "").expect("an empty file");
    assert_finds(&examined(&place, &[]), "executable", "failure", "is empty");
    fs::remove_file(&copy).expect("it is there");
    let found = examined(&place, &[]);
    assert_finds(&found, "executable", "failure", "cannot be found");
    assert_finds(&found, "canary", "failure", "only the fallback blocks");
}

#[test]
fn another_account_is_looked_at_by_root_only() {
    let place = Place::new();
    let ended = place.run(&["doctor", "--user", "nobody-of-this-name"], b"");
    assert!(ended.status == Some(1) && ended.stderr.contains("no account"), "{ended:?}");
    if nix::unistd::geteuid().is_root() {
        let ended = place.run(&["doctor", "--user", "nobody", "--json"], b"");
        let value: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|e| panic!("{e}: {ended:?}"));
        assert_eq!(value["account"], "nobody");
        assert_finds(&value, "environment", "warning", "not known");
    }
}

#[test]
fn what_is_wrong_with_the_records_is_found() {
    let records = ".local/state/prexec/audit";
    let place = enforced();
    if !std::path::Path::new("/var/log/prexec").exists() {
        let _ = fs::remove_dir_all(place.path().join(records));
        assert_finds(&examined(&place, &[]), "audit", "warning", "no directory for records");
    }
    let place = enforced();
    change(&place, CONFIG, |t| {
        t.replace("/prexec hook", "/prexec hook --audit off").replace("prexec-hook ", "prexec-hook --audit off ")
    });
    assert_finds(&examined(&place, &[]), "audit", "warning", "--audit off");
    // From here on it writes to a directory of its own.
    let place = enforced();
    let directory = place.path().join("records");
    let option = format!("--audit {}", directory.display());
    change(&place, CONFIG, |t| {
        t.replace("/prexec hook", &format!("/prexec hook {option}"))
            .replace("prexec-hook ", &format!("prexec-hook {option} "))
    });
    assert_finds(&examined(&place, &[]), "audit", "warning", "cannot be looked at");
    // The canary made it.
    fs::remove_dir_all(&directory).expect("the canary's record");
    fs::create_dir(&directory).expect("a directory");
    let mode = |mode| fs::set_permissions(&directory, fs::Permissions::from_mode(mode)).expect("a mode");
    mode(0o700);
    assert_finds(&examined(&place, &[]), "audit", "ok", "0 files of records");
    mode(0o770);
    assert_finds(&examined(&place, &[]), "audit", "warning", "others may write");
    mode(0o755);
    assert_finds(&examined(&place, &[]), "audit", "warning", "others may read");
    mode(0o700);
    place.write("records/2020-01-01.jsonl", "\n{\"schema\":\"prexec/record/1\",\"x\":1}\n\n{\"schema\":\"prex\n");
    fs::File::create(directory.join("lost")).and_then(|file| file.set_len(3)).expect("a counter");
    let found = examined(&place, &[]);
    for what in ["3 records could not be written", "1 files are over and not closed", "1 lines of the newest"] {
        assert_finds(&found, "audit", "warning", what);
    }
    let name = directory.display().to_string();
    assert_eq!(run(&place, &["audit", "prune", "--keep", "36500d", "--audit", &name], &[]).status, Some(0));
    fs::remove_file(directory.join("lost")).expect("a counter");
    place.write("records/2020-01-01.jsonl", "");
    fs::remove_file(directory.join("2020-01-01.jsonl")).expect("a file");
    assert_finds(&examined(&place, &[]), "audit", "warning", "is gone, and was not pruned");
    change(&place, "records/chain.jsonl", |t| t.replace("2020-01-01", "2020-01-02"));
    assert_finds(&examined(&place, &[]), "audit", "warning", "the chain was changed");
}

/// The settings of Claude Code, of which the documentation alone is known.
#[test]
fn the_registration_with_claude_code_is_looked_at() {
    let place = Place::new();
    fs::create_dir_all(place.path().join(".claude")).expect("a directory");
    let rules = place.write("mine.rules", "include(\"@prexec/controlled.rules\")\n");
    // Evaluating the sources takes long on a busy machine.
    let binary = place.path().join("mine.bin").display().to_string();
    let made = place.run(&["compile", "--policy", rules.to_str().expect("UTF-8"), "-o", &binary], b"");
    assert_eq!(made.status, Some(0), "{made:?}");
    let settings = |edit: &dyn Fn(&str) -> String| {
        let options = ["--agent", "claude", "--policy", &binary].map(String::from);
        let line = prexec::install::command::line(env!("CARGO_BIN_EXE_prexec").as_ref(), &options).expect("a line");
        let group =
            serde_json::json!([{"matcher": "*", "hooks": [{"type": "command", "command": line, "timeout": 10}]}]);
        let all = serde_json::json!({"model": "m", "hooks": {"PreToolUse": group, "PermissionRequest": group}});
        place.write(".claude/settings.json", &edit(&all.to_string()));
        checked(&run(&place, &["doctor", "--agent", "claude", "--json"], &[]))
    };
    let nothing = checked(&run(&place, &["doctor", "--agent", "claude", "--json"], &[]));
    assert_finds(&nothing, "registered", "failure", "PreToolUse starts no prexec");
    assert!(!nothing.to_string().contains("install --user"), "{nothing:#}");
    let found = settings(&|text| text.into());
    assert_eq!(found["status"], "warning", "{found:#}");
    for (id, status, what) in [
        ("agent", "warning", "documentation only"),
        ("registered", "ok", "PermissionRequest in"),
        ("canary", "ok", "is denied"),
        ("executable", "ok", "prexec"),
        ("pinned", "warning", "can switch hooks off"),
    ] {
        assert_finds(&found, id, status, what);
    }
    for (id, status, what, edit) in [
        (
            "registered",
            "failure",
            "without `--agent claude`",
            (|t| t.replace("--agent claude ", "")) as fn(&str) -> String,
        ),
        ("registered", "failure", "every tool", |t| t.replace("\"*\"", "\"Bash\"")),
        ("registered", "failure", "missing or killed", |t| t.replace("exit 2", "exit 0")),
        ("pinned", "failure", "switches hooks off", |t| t.replace("\"model\"", "\"disableAllHooks\":true,\"model\"")),
        ("configuration", "warning", "no valid JSON", |t| t.replace('{', "")),
        ("only-hook", "warning", "also starts `true`", |t| {
            t.replace("[{\"hooks\":", "[{\"hooks\":[{\"type\":\"command\",\"command\":\"true\"}]},{\"hooks\":")
        }),
    ] {
        assert_finds(&settings(&edit), id, status, what);
    }
}

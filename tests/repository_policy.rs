//! A repository tightens by `.prexec/*.rules` where the administrator permits it, and does nothing else; a user's own policy
//! loosens nothing either. Through the executable: what it decides about every line of the corpora with and without them.

#![cfg(all(feature = "admin", target_os = "linux"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const PERMITS: &str = "permit_repository_policy()\n";

/// Everything that a policy can say to let calls through.
const LOOSE: &str = r#"
include("@prexec/open.rules")
default(commands = "allow", reads = "allow", writes = "allow", network = "allow", tools = "allow", environment = "allow",
        interactive = "allow", unknown = "allow")
prefix_rule([["git", "sh", "bash", "sudo", "curl", "rm", "cat", "env", "npm", "python3", "docker", "kubectl", "psql"]])
host_executable("git", ["/tmp/git"])
glob_rule(["/**", "~/**", "./**"], ["read", "write", "write-tree", "execute"], "allow")
host_rule(["*", "**.*"], "allow")
tool_rule("*", "allow")
env_rule("*", ["read", "set"], "allow")
tier("mine", paths = ["/**"])
prefix_rule([["make", "node", "ssh", "xargs"]], tiers = ["mine"])
"#;

/// A repository below a directory of its own, and a policy beside it.
struct Place(tempfile::TempDir);

impl Place {
    fn new(managed: &str) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for dir in ["w/.git", "w/.prexec", "w/inner/.git", "w/inner/.prexec", "w/inner/src"] {
            std::fs::create_dir_all(place.0.path().join(dir)).unwrap();
        }
        place.write("managed.rules", managed);
        place
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// Starts the executable in a directory of this place, with the managed policy.
    fn run(&self, dir: &str, verb: &str, rest: &[&str], stdin: &[u8]) -> Output {
        let managed = self.path("managed.rules");
        let arguments = [&[verb, "--policy", &managed], rest].concat();
        prexec(&arguments, &self.0.path().join(dir), stdin)
    }

    /// The status of `check`, and what it writes.
    fn check(&self, dir: &str, command: &str) -> (i32, String) {
        let out = self.run(dir, "check", &[command], b"");
        (out.status.code().unwrap(), text(&out.stdout) + &text(&out.stderr))
    }

    fn call(&self, dir: &str, command: &str) -> Vec<u8> {
        call(&self.path(dir), command)
    }
}

fn prexec(arguments: &[&str], dir: &Path, stdin: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prexec"));
    command.args(arguments).current_dir(dir).env_clear();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || pipe.write_all(stdin));
        child.wait_with_output().unwrap()
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn call(cwd: &str, command: &str) -> Vec<u8> {
    let call = serde_json::json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": cwd, "model": "m",
        "permission_mode": "default", "tool_name": "Bash", "tool_input": {"command": command}, "tool_use_id": "u",
    });
    (call.to_string() + "\n").into_bytes()
}

#[test]
fn a_repository_tightens_where_it_is_permitted() {
    let forbids = "prefix_rule([\"make\", \"release\"], decision = \"forbidden\", justification = \"releases are the pipeline's; push a tag\")\n";
    let place = Place::new(&format!("include(\"@prexec/controlled.rules\")\n{PERMITS}"));
    assert_eq!(place.check("w", "make release").0, 0);
    place.write("w/.prexec/team.rules", forbids);
    let (status, out) = place.check("w", "make release");
    assert!(status == 2 && out.contains("w/.prexec/team.rules:1:1") && out.contains("push a tag"), "{out}");
    assert_eq!(place.check("w", "make test").0, 0);
    // From a directory below, from a repository inside of it, and not from elsewhere.
    assert_eq!(place.check("w/inner/src", "make release").0, 2);
    assert_eq!(place.check(".", "make release").0, 0);
    let hook = place.run("w", "hook", &[], &place.call("w", "make release"));
    assert_eq!((hook.status.code(), text(&hook.stdout)), (Some(2), String::new()));
    assert!(text(&hook.stderr).contains("push a tag"), "{}", text(&hook.stderr));
    let explained = text(&place.run("w", "explain", &["make release"], b"").stdout);
    assert!(explained.contains("(forbidden, repository)"), "{explained}");
}

#[test]
fn without_permission_it_is_not_even_read() {
    for managed in ["include(\"@prexec/controlled.rules\")\n", "default(unknown = \"allow\")\n"] {
        let place = Place::new(managed);
        place.write("w/.prexec/team.rules", "this is no policy (");
        assert_eq!(place.check("w", "make release").0, 0, "{managed}");
    }
}

#[test]
fn only_the_administrator_permits_it() {
    let place = Place::new(PERMITS);
    place.write("w/.prexec/a.rules", PERMITS);
    let (status, out) = place.check("w", "true");
    assert!(status == 4 && out.contains("only the administrator's layer lets repositories have policies"), "{out}");
}

#[test]
fn a_broken_one_blocks_with_a_sentence_that_names_it() {
    let tiers = format!("{PERMITS}tier(\"x\", paths = [\"/x\"])\n");
    for (text_of, says) in [
        ("prefix_rule(", "w/.prexec/a.rules"),
        ("prefix_rule([])\n", "the pattern is empty"),
        ("select_policy([], fallback = \"@prexec/open.rules\")", "only the administrator's layer selects"),
        ("include(\"../../../etc/x.rules\")", "does not start with `./`"),
        ("tier(\"x\", paths = [\"/**\"])", "is defined by a more trusted layer"),
        ("[x for x in range(10000000) for y in range(10000000)]", "w/.prexec/a.rules"),
    ] {
        let place = Place::new(&tiers);
        place.write("w/.prexec/a.rules", text_of);
        let hook = place.run("w", "hook", &[], &place.call("w", "true"));
        assert_eq!((hook.status.code(), text(&hook.stdout)), (Some(2), String::new()), "{text_of}");
        assert!(text(&hook.stderr).contains(says), "{text_of}: {}", text(&hook.stderr));
    }
}

#[test]
fn what_leads_elsewhere_is_not_read() {
    let place = Place::new(PERMITS);
    std::fs::create_dir(place.0.path().join("private")).unwrap();
    place.write("private/key.rules", "BEGIN-PRIVATE-KEY (\n");
    let below = place.0.path().join("w/.prexec");
    symlink(place.0.path().join("private/key.rules"), below.join("key.rules")).unwrap();
    let as_file = place.check("w", "true");
    std::fs::remove_file(below.join("key.rules")).unwrap();
    symlink(place.0.path().join("private"), below.join("sub")).unwrap();
    place.write("w/.prexec/a.rules", "include(\"./sub/key.rules\")\n");
    let as_part = place.check("w", "true");
    std::fs::remove_dir_all(&below).unwrap();
    symlink(place.0.path().join("private"), &below).unwrap();
    for (status, out) in [as_file, as_part, place.check("w", "true")] {
        assert!(status == 4 && !out.contains("BEGIN-PRIVATE"), "{out}");
    }
}

#[test]
fn an_allow_lifts_the_defaults_of_its_own_repository_only() {
    let place = Place::new(PERMITS);
    place.write("w/.prexec/a.rules", "default(commands = \"prompt\")\nprefix_rule([\"ls\"])\n");
    assert_eq!((place.check("w", "ls").0, place.check("w", "pwd").0), (0, 3));
    // The inner repository can neither free what the outer one asks about nor the other way round.
    place.write("w/inner/.prexec/a.rules", "default(commands = \"prompt\")\nprefix_rule([\"pwd\"])\n");
    for command in ["ls", "pwd"] {
        assert_eq!(place.check("w/inner", command).0, 3, "{command}");
    }
    // What the language asks about where nobody wrote a default stays.
    place.write("w/.prexec/a.rules", LOOSE);
    assert_eq!(place.check("w", "curl https://example.com").0, 3);
    // An allow of a repository is none that a person's approval may rest on.
    let mut request = place.call("w", "true");
    request = text(&request).replace("\"PreToolUse\"", "\"PermissionRequest\"").into_bytes();
    let out = place.run("w", "hook", &["--auto-approve"], &request);
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(0), String::new()));
}

/// Calls of the corpora, as recorded calls in a directory.
fn calls(cwd: &str) -> Vec<u8> {
    let mut all = Vec::new();
    for file in ["benign", "hostile", "commands"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/corpus/{file}.jsonl"));
        for line in std::fs::read_to_string(path).unwrap().lines().step_by(3) {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            all.extend(call(cwd, row["command"].as_str().unwrap()));
        }
    }
    all
}

/// The decision about each call: 0 for allow, 1 for prompt, 2 for deny.
fn decisions(out: &Output) -> Vec<u8> {
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let of = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        match line["decision"].as_str() {
            Some("allow") => 0,
            Some("prompt") => 1,
            Some("deny") => 2,
            other => panic!("{other:?}"),
        }
    };
    text(&out.stdout).lines().map(of).collect()
}

/// That every decision is at least as strict; how many are stricter.
#[track_caller]
fn no_looser(calls: &[u8], without: &[u8], with: &[u8]) -> usize {
    assert_eq!(without.len(), with.len());
    for (line, (without, with)) in text(calls).lines().zip(without.iter().zip(with)) {
        assert!(without <= with, "{line} was {without} and is {with}");
    }
    without.iter().zip(with).filter(|(without, with)| without < with).count()
}

#[test]
fn no_repository_loosens_any_decision() {
    for managed in [PERMITS.to_owned(), format!("include(\"@prexec/controlled.rules\")\n{PERMITS}")] {
        let place = Place::new(&managed);
        let calls = calls(&place.path("w"));
        let decide = || decisions(&place.run("w", "check", &["--jsonl"], &calls));
        let without = decide();
        place.write("w/.prexec/a.rules", LOOSE);
        no_looser(&calls, &without, &decide());
        place.write("w/.prexec/a.rules", "include(\"@prexec/lockdown.rules\")\n");
        let stricter = no_looser(&calls, &without, &decide());
        assert!(stricter > 100, "{stricter}");
    }
}

#[test]
fn no_user_loosens_what_the_posture_says() {
    // A user's directory must not stand where others may write.
    let home = std::env::home_dir().and_then(|home| tempfile::tempdir_in(home).ok()).unwrap();
    let config = home.path().join(".config/prexec");
    std::fs::create_dir_all(&config).unwrap();
    let calls = calls("/srv/project");
    let arguments = ["check", "--home", home.path().to_str().unwrap(), "--jsonl"];
    let decide = || decisions(&prexec(&arguments, home.path(), &calls));
    let without = decide();
    std::fs::write(config.join("a.rules"), LOOSE).unwrap();
    no_looser(&calls, &without, &decide());
    std::fs::write(config.join("a.rules"), "include(\"@prexec/lockdown.rules\")\n").unwrap();
    let stricter = no_looser(&calls, &without, &decide());
    assert!(stricter > 100, "{stricter}");
}

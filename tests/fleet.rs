//! What `examples/fleet/README.md` says is run, as root on a machine whose `/etc` is the test's own; the packages are built and opened.

#![cfg(all(feature = "admin", target_os = "linux"))]
#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

use nix::unistd::geteuid;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path)
}

/// The commands of the shell blocks.
fn commands(document: &str) -> Vec<String> {
    let text = read(document);
    let blocks = text.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("sh\n"));
    blocks.flat_map(str::lines).map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// Runs a script in the checkout as root of a namespace: `/etc` is covered, and prexec stands in `/opt/prexec`, as the only one in PATH.
fn as_root(script: &str, scratch: &Path) -> Output {
    let setup = format!(
        "set -e\nmount -t tmpfs tmpfs '{0}'\nmkdir '{0}/upper' '{0}/work'\n\
         mount -t overlay overlay -o 'lowerdir=/etc,upperdir={0}/upper,workdir={0}/work' /etc\nrm -rf /etc/prexec /etc/codex\n\
         mount -t tmpfs -o mode=755 tmpfs /var/log\n\
         mount -t tmpfs -o mode=755 tmpfs /opt\nmkdir /opt/prexec\ninstall -m 755 '{1}' '{2}' /opt/prexec\n\
         export PATH=/opt/prexec:/usr/bin:/bin HOME=/opt\n{script}",
        scratch.display(),
        env!("CARGO_BIN_EXE_prexec"),
        env!("CARGO_BIN_EXE_prexec-hook"),
    );
    let mut command = Command::new("unshare");
    command.args(["--mount", "--fork", "/bin/bash", "-c", &setup]).current_dir(root()).env_remove("CODEX_HOME");
    command.output().expect("unshare starts")
}

fn is_root() -> bool {
    let is = geteuid().is_root();
    if !is {
        eprintln!("files of root's can only be made by root: not tested");
    }
    is
}

#[test]
fn every_command_of_the_document_runs() {
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let packages = tempfile::tempdir().expect("a directory");
    let mut script = String::new();
    let mut own = 0;
    for line in commands("examples/fleet/README.md") {
        let line = line.replace("target/packages", &packages.path().display().to_string());
        let run = match line.as_str() {
            // CI builds it.
            "cargo build --release" | "cargo build --profile hook --no-default-features --bin prexec-hook" => continue,
            line if line.starts_with("examples/fleet/package") => {
                format!("{line} '{}'", stand_in(packages.path()).display())
            }
            // It ends with 5 where something would be decided otherwise.
            line if line.starts_with("prexec diff") => format!("{line} || [ $? = 5 ]"),
            // So do those that show an override.
            "prexec break-glass" => format!("{line} || [ $? = 5 ]"),
            line => line.to_owned(),
        };
        script.extend([run.as_str(), "\n"]);
        own += usize::from(line.starts_with("prexec "));
    }
    assert!(own >= 8, "the document shows fewer commands than it should: {own}");
    for told in read("examples/fleet/ansible.yml").lines().filter_map(|line| line.trim().strip_prefix("cmd: ")) {
        assert!(script.contains(&format!("{told}\n")), "no test runs `{told}` of the Ansible example");
    }
    if !is_root() {
        return;
    }
    let out = as_root(&format!("{script}[ ! -e /etc/codex/requirements.toml ]\n"), scratch.path());
    assert!(out.status.success(), "{out:?}");
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(said.contains("already registered") && said.contains("prexec/doctor/1"), "{said}");
}

/// Neither the hook nor what Codex itself enforces may stop anything then.
#[test]
fn what_only_observes_leaves_no_rule_that_blocks() {
    if !is_root() {
        return;
    }
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let script = r"prexec install --managed > /dev/null
grep -q forbidden /etc/codex/requirements.toml
prexec install --managed --native-reads --observe
! grep -E 'forbidden|deny_read' /etc/codex/requirements.toml
status=0
prexec doctor --json > /opt/doctor || status=$?
[ $status = 5 ] && grep -q 'NOTHING is blocked' /opt/doctor
prexec install --managed > /dev/null
grep -q forbidden /etc/codex/requirements.toml
prexec doctor --json > /opt/doctor
";
    let out = as_root(script, scratch.path());
    assert!(out.status.success(), "{out:?}");
    assert!(String::from_utf8_lossy(&out.stdout).contains("NOTHING is blocked"), "{out:?}");
}

/// In an emergency calls run that the policy stops: for a while, by root only, and `doctor` says so.
#[test]
fn an_override_is_made_shown_and_ended_by_root() {
    if !is_root() {
        return;
    }
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let script = r#"call='{"session_id":"s","turn_id":"t","transcript_path":null,"cwd":"/opt","hook_event_name":"PreToolUse","model":"m",
"permission_mode":"default","tool_name":"Bash","tool_input":{"command":"cat .env"},"tool_use_id":"u"}'
hook() { local status=0; printf %s "$call" | prexec hook > /opt/out 2>&1 || status=$?; echo "hook $status"; }
fails() { local status=0; "$@" > /opt/out 2>&1 || status=$?; echo "status $status: $(tr '\n' ' ' < /opt/out)"; }
check() { prexec doctor --json > /opt/doctor || true; python3 -c '
import json
print("doctor", [c["status"] for c in json.load(open("/opt/doctor"))["checks"] if c["id"] == "break-glass"][0])'; }
fails prexec break-glass --for 1h --reason x
prexec install --managed > /dev/null
prexec break-glass
check
hook
fails prexec break-glass --for 1h --reason 'INC-42: the pipeline is down'
stat -c 'mode %a %U' /etc/prexec/override
hook
check
fails prexec break-glass
fails prexec break-glass --for 1h --reason INC --account nobody
hook
check
fails setpriv --reuid=65534 --clear-groups prexec break-glass --end
sed -i 's/^until .*/until 99999999999/' /etc/prexec/override
fails prexec break-glass
hook
check
prexec break-glass --end
[ ! -e /etc/prexec/override ]
ln -s /opt/elsewhere /etc/prexec/override
fails prexec break-glass --for 1m --reason INC
[ ! -e /opt/elsewhere ] && [ ! -L /etc/prexec/override ]
fails prexec break-glass --for 25h --reason INC
fails prexec break-glass --for 1h
prexec break-glass --end
hook
"#;
    let out = as_root(script, scratch.path());
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success(), "{out:?}");
    let expected = [
        "status 1: prexec: there is no managed policy",
        "no override is in force",
        "doctor ok",
        "hook 2",
        "status 0: an override is in force until ",
        "mode 644 root",
        "hook 0",
        "doctor failure",
        "status 5: an override is in force until ",
        "status 0: an override is in force until ",
        "hook 2",
        "doctor warning",
        "status 1: prexec: an override is made and ended by root only",
        "status 0: no override is in force; `/etc/prexec/override` counts for nothing: it is for longer than 24 hours",
        "hook 2",
        "doctor warning",
        "no override is in force",
        "status 0: an override is in force until ",
        "status 1: error: invalid value '25h'",
        "status 1: error: the following required arguments were not provided",
        "no override is in force",
        "hook 2",
    ];
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{said}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}: expected {expected}\n{said}");
    }
    assert!(
        said.contains("for every account")
            && said.contains("for nobody")
            && said.contains("INC-42: the pipeline is down"),
        "{said}"
    );
}

/// Whoever is in no group gets lockdown, and a compiled policy beside its sources is fresh.
#[test]
fn the_example_decides_by_group_once_it_is_installed() {
    if !is_root() {
        return;
    }
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let script = "install -d /etc/prexec/groups
install -m 644 examples/fleet/policy.rules /etc/prexec/policy.rules
install -m 644 examples/fleet/groups/*.rules /etc/prexec/groups
prexec install --managed > /dev/null
prexec doctor --json > /opt/doctor || true
cat /opt/doctor
echo
prexec check 'npm install' > /dev/null || echo \"npm $?\"
! grep -q npm /etc/codex/requirements.toml
for i in 1 2 3; do prexec compile --managed > /dev/null; prexec hook < /dev/null 2>&1 | grep -q 'older than' && echo stale; done
exit 0
";
    let out = as_root(script, scratch.path());
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success(), "{out:?}");
    assert!(said.contains("npm 2") && !said.contains("stale"), "{said}");
    let doctor: serde_json::Value = serde_json::from_str(said.lines().next().unwrap_or_default()).expect("JSON");
    let policy = doctor["checks"].as_array().into_iter().flatten().find(|check| check["id"] == "policy");
    assert!(policy.is_some_and(|policy| policy["status"] == "ok"), "{doctor:#}");
}

/// A small program that starts the executable: one with all its debug information takes minutes to pack.
fn stand_in(directory: &Path) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = directory.join("prexec");
    fs::write(&path, format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_prexec"))).expect("a program");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
    path
}

/// Whatever step is the last, `requirements.toml` is as it was, or registers a hook that denies; and everything can be taken back.
#[cfg(feature = "fault-injection")]
#[test]
fn ended_at_any_step_no_machine_is_left_broken() {
    if !is_root() {
        return;
    }
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let script = r#"ulimit -c 0
mkdir -p /etc/codex
echo '# ours' > /etc/codex/requirements.toml
cp /etc/codex/requirements.toml /opt/was
for verb in install uninstall; do
    step=0
    while :; do
        [ $verb = install ] || prexec install --managed > /dev/null
        status=0
        PREXEC_TEST_DIES_AT_STEP=$step prexec $verb --managed > /dev/null 2>&1 || status=$?
        if ! cmp -s /opt/was /etc/codex/requirements.toml; then
            prexec doctor --json > /opt/doctor || { cat /opt/doctor; exit 1; }
        fi
        prexec install --managed > /dev/null
        prexec uninstall --managed > /dev/null
        cmp /opt/was /etc/codex/requirements.toml
        [ ! -e /etc/prexec/policy.rules ]
        [ $status != 0 ] || break
        step=$((step + 1))
    done
    [ $step -gt 3 ]
    echo "$verb: $step steps"
done
"#;
    let out = as_root(script, scratch.path());
    assert!(out.status.success(), "{out:?}");
}

fn built(packages: &Path) -> String {
    let mut command = Command::new(root().join("examples/fleet/package"));
    let out = command.arg(packages).arg(stand_in(packages)).output().expect("bash");
    assert!(out.status.success(), "{out:?}");
    fs::read_to_string(packages.join("SHA256SUMS")).expect("checksums")
}

#[test]
fn packages_hold_the_executable_and_are_the_same_each_time() {
    let (one, other) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    let sums = built(one.path());
    assert_eq!(sums, built(other.path()));
    let find = |ending: &str| -> Option<PathBuf> {
        let name = sums
            .lines()
            .filter_map(|line| line.split_once("  "))
            .map(|(_, name)| name)
            .find(|n| n.ends_with(ending))?;
        Some(one.path().join(name))
    };
    let tarball = find(".tar.gz").expect("a tarball");
    let run = |program: &str, arguments: &[&str]| {
        let out = Command::new(program).args(arguments).output().expect("it starts");
        assert!(out.status.success(), "{program} {arguments:?}: {out:?}");
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    let into = other.path().to_str().expect("UTF-8");
    run("tar", &["-xzf", tarball.to_str().expect("UTF-8"), "-C", into, "--strip-components=1"]);
    let version = run(&format!("{into}/prexec"), &["--version"]);
    if let Some(deb) = find(".deb") {
        let deb = deb.to_str().expect("UTF-8");
        assert_eq!(format!("prexec {}", run("dpkg-deb", &["-f", deb, "Version"])), version);
        run("dpkg-deb", &["-x", deb, into]);
        assert_eq!(run(&format!("{into}/usr/bin/prexec"), &["--version"]), version);
        run(&format!("{into}/usr/bin/prexec"), &["test", &format!("{into}/usr/share/doc/prexec/examples")]);
        // What a shell and `man` find by themselves.
        for carried in [
            "bash-completion/completions/prexec",
            "zsh/vendor-completions/_prexec",
            "fish/vendor_completions.d/prexec.fish",
            "man/man1/prexec.1.gz",
            "man/man1/prexec-break-glass.1.gz",
        ] {
            assert!(Path::new(into).join("usr/share").join(carried).is_file(), "{carried}");
        }
    }
    if let Some(rpm) = find(".rpm") {
        let rpm = rpm.to_str().expect("UTF-8");
        let facts = run("rpm", &["-qp", "--queryformat", "%{NAME} %{VERSION}\n%{LICENSE}\n", rpm]);
        assert_eq!(facts, format!("{version}MIT OR Apache-2.0\n"));
        let files = run("rpm", &["-qp", "--queryformat", "[%{FILEMODES:perms} %{FILEUSERNAME} %{FILENAMES}\n]", rpm]);
        for file in [
            "-rwxr-xr-x root /usr/bin/prexec\n",
            "-rw-r--r-- root /usr/share/zsh/site-functions/_prexec\n",
            "-rw-r--r-- root /usr/share/man/man1/prexec-doctor.1.gz\n",
            "-rw-r--r-- root /usr/share/doc/prexec/examples/requirements.toml\n",
        ] {
            assert!(files.contains(file), "{file}{files}");
        }
        assert!(!files.contains("/etc/"), "a package registers nothing: {files}");
        let scripts = run("rpm", &["-qp", "--scripts", rpm]);
        assert!(scripts.contains("compile --managed") && scripts.contains("uninstall --managed"), "{scripts}");
    } else {
        println!("no RPM package is tested: `rpmbuild` is not here");
    }
}

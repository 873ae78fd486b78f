//! `prexec run`: the script takes its place, unless it is forbidden now.

use crate::harness::Place;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// What `prexec run` prints and ends with for a script, started by `bash -c`, which waits for it.
fn run_by(shell: &[&str], place: &Place, rest: &str) -> (Option<i32>, String, String) {
    let command = format!("{} run --policy policy.rules {rest}; exit $?", env!("CARGO_BIN_EXE_prexec"));
    let (program, options) = shell.split_first().expect("a shell");
    let mut shell = Command::new(program);
    shell.args(options).arg(command).current_dir(place.path()).env("MARK", "from outside").stdin(Stdio::null());
    let out = shell.output().expect("the shell runs");
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    (out.status.code(), text(&out.stdout), text(&out.stderr))
}

fn run(place: &Place, rest: &str) -> (Option<i32>, String, String) {
    run_by(&["/bin/bash", "-c"], place, rest)
}

#[test]
fn the_script_has_directory_environment_and_status() {
    let place = Place::new();
    let (status, out, err) = run(&place, "why -- 'pwd; echo \"$MARK\"; git push 2>/dev/null; exit 7'");
    assert_eq!((status, err.as_str()), (Some(7), ""));
    let lines: Vec<&str> = out.lines().collect();
    let here = fs::canonicalize(place.path()).unwrap();
    assert_eq!(lines, [&*here.to_string_lossy(), "from outside"]);
}

#[test]
fn standard_streams_are_its_own() {
    let place = Place::new();
    let ended = place.run(&["run", "--policy", "policy.rules", "why", "--", "cat; echo err >&2"], b"some input");
    assert_eq!((ended.status, &*ended.stdout, &*ended.stderr), (Some(0), "some input", "err\n"));
}

#[test]
fn nothing_stays_in_between() {
    let place = Place::new();
    let mut command = place.command(&["run", "--policy", "policy.rules", "why", "--", "echo $$; kill -TERM $$"]);
    let child = command.stdout(Stdio::piped()).spawn().unwrap();
    let id = child.id();
    let out = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&out.stdout).trim(), id.to_string());
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&out.status), Some(15));
}

#[test]
#[cfg(target_os = "linux")]
fn signals_are_as_they_were() {
    let place = Place::new();
    let script = "grep -E '^Sig(Ign|Blk)' /proc/self/status";
    for ignored in [false, true] {
        let set = if ignored { nix::sys::signal::SigHandler::SigIgn } else { nix::sys::signal::SigHandler::SigDfl };
        let through = |arguments: &[&str]| {
            let mut command = Command::new(arguments[0]);
            command.args(&arguments[1..]).current_dir(place.path()).env_clear();
            #[allow(unsafe_code, reason = "sets a signal's action in a new process")]
            // SAFETY: `signal` may be called between fork and exec.
            unsafe {
                command.pre_exec(move || {
                    nix::sys::signal::signal(nix::sys::signal::Signal::SIGPIPE, set)?;
                    Ok(())
                });
            }
            String::from_utf8(command.output().unwrap().stdout).unwrap()
        };
        let gate = env!("CARGO_BIN_EXE_prexec");
        let found = through(&[gate, "run", "--policy", "policy.rules", "why", "--", script]);
        assert!(found.contains("SigIgn"), "{found}");
        assert_eq!(found, through(&["/bin/bash", "-c", script]), "ignored: {ignored}");
    }
}

#[test]
fn the_shell_that_waits_runs_it() {
    let place = Place::new();
    let which = "why -- 'readlink /proc/$$/exe; echo $0'";
    for name in ["/bin/bash", "/bin/sh", "/usr/bin/dash", "/usr/bin/zsh"].iter().filter(|name| Path::new(name).exists())
    {
        for options in ["-c", "-lc"] {
            let (status, out, err) = run_by(&[name, options], &place, which);
            assert_eq!(status, Some(0), "{name}: {err}");
            let file = fs::canonicalize(name).unwrap();
            assert_eq!(out, format!("{}\n{name}\n", file.display()), "{name} {options}");
        }
    }
}

#[test]
fn what_is_forbidden_now_is_refused() {
    let place = Place::new();
    for script in ["cat .env", "true && cat ./.e\"\"nv > made", "git push; cat .env"] {
        let ended = place.run(&["run", "--policy", "policy.rules", "why", "--", script], b"");
        assert_eq!((ended.status, &*ended.stdout), (Some(126), ""), "{script}");
        assert!(ended.stderr.starts_with("prexec: refused: ") && ended.stderr.contains("secrets stay unread"));
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    }
    assert!(!place.path().join("made").exists());
}

#[test]
fn what_cannot_be_done_is_refused() {
    let place = Place::new();
    place.write("broken.rules", "prefix_rule([]\nSECRET = 1\n");
    for arguments in [
        vec!["run"],
        vec!["run", "why"],
        vec!["run", "why", "touch made"],
        vec!["run", "why", "--"],
        vec!["run", "why", "--", "touch made", "x"],
        vec!["run", "why", "more", "--", "touch made"],
        vec!["run", "--shell", "zsh", "why", "--", "touch made"],
        vec!["run", "--policy", "missing.rules", "why", "--", "touch made"],
        vec!["run", "--policy", "broken.rules", "why", "--", "touch made"],
    ] {
        let ended = place.run(&arguments, b"");
        assert_eq!((ended.status, &*ended.stdout), (Some(126), ""), "{arguments:?}: {ended:?}");
        assert!(!ended.stderr.is_empty() && !ended.stderr.contains("SECRET"), "{arguments:?}: {}", ended.stderr);
    }
    assert!(!place.path().join("made").exists());
}

#[test]
fn where_the_shell_is_not_known_only_what_all_read_alike_runs() {
    let place = Place::new();
    let run = |script: &str| {
        let mut command = place.command(&["run", "--policy", "policy.rules", "why", "--", script]);
        command.env("OLDPWD", "/").output().unwrap()
    };
    let out = run("echo =ls");
    assert_eq!(out.status.code(), Some(126), "{out:?}");
    assert!(String::from_utf8_lossy(&out.stderr).contains("which shell was to run this"), "{out:?}");
    let out = run("echo '=ls'");
    assert_eq!(String::from_utf8_lossy(&out.stdout), "=ls\n");
}

#[test]
fn quoting_is_the_same_to_prexec_and_to_shells() {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};
    let dir = tempfile::tempdir().unwrap();
    let shells: Vec<&str> =
        ["/bin/bash", "/bin/sh", "/usr/bin/zsh"].into_iter().filter(|s| Path::new(s).exists()).collect();
    let gate = prexec::approval::Gate::new("/opt/prexec/prexec").unwrap();
    // The words of the outermost command, as the analysis sees them.
    let argv_of = |command: &str| {
        let input = serde_json::json!({
            "hook_event_name": "PreToolUse", "session_id": "s", "cwd": "/w", "permission_mode": "default",
            "tool_name": "Bash", "tool_input": {"command": command},
        });
        let call = prexec::codex::read(input.to_string().as_bytes()).unwrap();
        let effects = prexec::effects::of(&call, b"/w", &prexec::world::memory::MemoryWorld::new()).unwrap();
        let Some(prexec::effect::Kind::Run(run)) = effects.first().map(|effect| &effect.kind) else {
            panic!("no command in {command:?}")
        };
        let text = |word: &prexec::effect::Word| String::from_utf8(word.value.known().unwrap().to_vec()).unwrap();
        run.argv.iter().map(text).collect::<Vec<_>>()
    };
    let strategy = proptest::collection::vec("(?s)[^\0]{0,60}|['\"\\\\$`!#~ \n]{0,12}", 1..4);
    let config = Config { cases: 60, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&strategy, |texts| {
        // Only `printf` is ever run, on words that are quoted as the gate's are.
        let words: Vec<String> = texts.iter().map(|text| prexec::approval::quote(text)).collect();
        let line = format!("printf '%s\\0' {}", words.join(" "));
        let wanted: Vec<u8> = texts.iter().flat_map(|text| [text.as_bytes(), b"\0"].concat()).collect();
        for shell in &shells {
            let out = Command::new(shell).args(["-c", &line]).current_dir(dir.path()).env_clear().output().unwrap();
            prop_assert_eq!(&out.stdout, &wanted, "{} {:?}", shell, line);
        }
        // The parser of prexec reads the gate's command back as the same words.
        let command = gate.command("why", &texts[0]);
        let words = argv_of(&command);
        prop_assert_eq!(words, ["/opt/prexec/prexec", "run", "why", "--", &texts[0]]);
        Ok(())
    });
    outcome.unwrap();
}

//! Records: one whole line for each call that is answered, whatever else the machine does; and never another verdict because of one,
//! unless a policy demands it.

use crate::harness::{Ended, POLICY, Place, THREE, end};
use nix::sys::stat::Mode;
use nix::unistd::{geteuid, mkfifo};
use prexec::trail::{Record, day_files, read_line};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const REQUIRED: &str = "recording(audit = \"required\")\nprefix_rule([\"true\"])\nprefix_rule([\"git\", \"push\"], decision = \"prompt\")\ndeny_read(\"**/.env\")\n";

/// A place with a directory for records.
struct Kept {
    place: Place,
    records: PathBuf,
}

impl Kept {
    fn new() -> Self {
        let place = Place::new();
        let records = place.path().join("records");
        let kept = Self { place, records };
        kept.policy(POLICY);
        kept
    }

    /// Another policy. A compiled one takes the hook no time, whatever else the machine does.
    fn policy(&self, text: &str) {
        self.compile("policy", text);
    }

    fn compile(&self, name: &str, text: &str) {
        let (rules, compiled) = (format!("{name}.rules"), format!("{name}.bin"));
        self.place.write(&rules, text);
        let made = self.place.run(&["compile", "--policy", &rules, "-o", &compiled], b"");
        assert_eq!(made.status, Some(0), "{}", made.stderr);
    }

    fn hook(&self, rest: &[&str], input: &[u8]) -> Ended {
        let records = self.records.display().to_string();
        self.with(&[&["--audit", &records], rest].concat(), input)
    }

    /// With nothing but the policy and these options; again where only the limit on time ended it.
    fn with(&self, rest: &[&str], input: &[u8]) -> Ended {
        let run = || self.place.run(&[&["hook", "--policy", "policy.bin"], rest].concat(), input);
        (0..10).map(|_| run()).find(|ended| !ended.stderr.contains("no decision within")).unwrap_or_else(run)
    }

    /// Every line that is not empty, and what is none of a record.
    fn lines(&self) -> (Vec<Record>, Vec<String>) {
        let (mut records, mut torn) = (Vec::new(), Vec::new());
        // Reading a fifo would wait for somebody who writes.
        let files = day_files(&self.records).unwrap_or_default().into_iter().filter(|file| file.path.is_file());
        for file in files {
            let bytes = std::fs::read(file.path).expect("a file");
            for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                match read_line(line) {
                    Some(record) => records.push(record),
                    None => torn.push(String::from_utf8_lossy(line).into_owned()),
                }
            }
        }
        (records, torn)
    }

    #[track_caller]
    fn records(&self) -> Vec<Record> {
        let (records, torn) = self.lines();
        assert_eq!(torn, Vec::<String>::new());
        records
    }

    fn call(&self, id: &str, command: &str) -> Vec<u8> {
        let mut call = self.place.call("PreToolUse", "Bash", &json!({ "command": command }));
        call["tool_use_id"] = id.into();
        call.to_string().into_bytes()
    }

    /// What the three usual calls are answered with.
    fn three(&self, rest: &[&str]) -> Vec<(Option<i32>, String)> {
        let ended = THREE.map(|(command, ..)| self.hook(rest, &self.place.shell(command)));
        let here = self.place.path().display().to_string();
        ended.into_iter().map(|ended| (ended.status, ended.stderr.replace(&here, "HERE"))).collect()
    }
}

#[test]
fn a_decision_is_recorded_with_everything_but_the_command() {
    let kept = Kept::new();
    std::fs::create_dir_all(kept.place.path().join("p/.git")).expect("directories");
    let mut call = kept.place.call("PreToolUse", "Bash", &json!({"command": "git push origin 'a-word' ; cat .env"}));
    for (key, value) in [("agent_id", "a1"), ("agent_type", "default"), ("model", "m-1")] {
        call[key] = value.into();
    }
    call["cwd"] = kept.place.path().join("p").display().to_string().into();
    kept.hook(&[], call.to_string().as_bytes()).assert_blocks("a denied call");
    let [record] = kept.records().try_into().expect("one record");
    let path = |name: &str| Some(kept.place.path().join(name).display().to_string());
    assert_eq!((record.kind, record.event.as_str()), (prexec::trail::Kind::Decision, "PreToolUse"));
    assert_eq!(
        (record.session.as_deref(), record.turn.as_deref(), record.call.as_deref()),
        (Some("s"), Some("t"), Some("u"))
    );
    assert_eq!((record.cwd, record.repository), (path("p"), path("p")));
    assert_eq!((record.model.as_deref(), record.mode.as_deref()), (Some("m-1"), Some("default")));
    assert_eq!((record.tool.as_deref(), record.agent.as_str()), (Some("Bash"), "codex"));
    assert_eq!((record.decision.as_deref(), record.answer.as_deref()), (Some("deny"), Some("deny")));
    assert_eq!((record.uid, record.version.as_str()), (geteuid().as_raw(), env!("CARGO_PKG_VERSION")));
    assert_eq!(record.subagent.map(|agent| (agent.id, agent.kind)), Some(("a1".into(), Some("default".into()))));
    assert!(record.user.is_some() && !record.host.is_empty() && record.micros.is_some() && record.policy.is_some());
    assert_eq!((record.time.len(), record.id.len()), (27, 24));
    assert_eq!(record.reasons[0].rule, "policy.rules:4:1");
    assert_eq!(record.effects[record.reasons[0].effect.expect("an effect")].path, path("p/.env"));
    let run = &record.effects[0];
    assert_eq!((run.program.as_deref(), run.verb.as_deref(), &run.argv), (Some("git"), Some("push"), &None));
    let written = std::fs::read_to_string(&day_files(&kept.records).expect("files")[0].path).expect("a file");
    assert!(!written.contains("a-word") && !written.contains("cat .env"), "{written}");
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").mode() & 0o777;
    assert_eq!((mode(&kept.records), mode(&day_files(&kept.records).expect("files")[0].path)), (0o700, 0o600));
}

#[test]
fn the_command_is_recorded_where_a_policy_wants_it() {
    let kept = Kept::new();
    kept.policy("recording(text = True)\nprefix_rule([\"true\"])\n");
    kept.hook(&[], &kept.place.shell("true 'a-word'")).assert_silent("an allowed call");
    let tool = kept.place.call("PreToolUse", "mcp__a__b", &json!({"x": 1}));
    kept.hook(&[], tool.to_string().as_bytes()).assert_blocks("a tool");
    let [shell, tool] = kept.records().try_into().expect("two records");
    assert_eq!(shell.text.as_deref(), Some("true 'a-word'"));
    assert_eq!(shell.effects[0].argv, Some(vec![Some("true".into()), Some("a-word".into())]));
    assert_eq!((shell.answer.as_deref(), tool.text.as_deref()), (Some("silence"), Some("{\"x\":1}")));
}

#[test]
fn what_goes_wrong_before_a_call_is_judged_is_recorded() {
    let kept = Kept::new();
    kept.hook(&["--wrong"], &kept.place.shell("true")).assert_blocks("wrong options");
    kept.hook(&[], b"{\"hook_event_name\":").assert_blocks("half a call");
    kept.place.write("broken.rules", "prefix_rule([]\n");
    kept.hook(&["--policy", "broken.rules"], &kept.place.shell("true")).assert_blocks("a policy that does not load");
    let rules: Vec<(String, String)> =
        kept.records().into_iter().map(|record| (record.event, record.reasons[0].rule.clone())).collect();
    let expected = [("unread", "input:options"), ("unread", "input:truncated"), ("PreToolUse", "policy:load")];
    assert_eq!(rules, expected.map(|(event, rule)| (event.to_owned(), rule.to_owned())));
}

#[test]
fn what_an_agent_only_tells_is_never_stopped() {
    let kept = Kept::new();
    let mut ended = kept.place.call("PostToolUse", "apply_patch", &json!({"command": "x"}));
    ended["tool_response"] = "Exit code: 3\nsecret output".into();
    kept.hook(&[], ended.to_string().as_bytes()).assert_silent("the end of a tool");
    ended["tool_response"] = "nul \0 and more".into();
    kept.hook(&[], ended.to_string().as_bytes()).assert_silent("output that no call may hold");
    let large = ended.to_string().replace("nul", &"x".repeat(9 << 20));
    kept.hook(&[], large.as_bytes()).assert_silent("more than is read");
    let start = json!({"session_id": "s", "transcript_path": null, "cwd": "/", "hook_event_name": "SessionStart", "model": "m", "permission_mode": "default", "source": "startup"});
    kept.hook(&["--policy", "missing"], start.to_string().as_bytes()).assert_silent("a session");
    let end = json!({"session_id": "s", "transcript_path": null, "cwd": "/", "hook_event_name": "SessionEnd", "reason": "other"});
    kept.hook(&[], end.to_string().as_bytes()).assert_silent("its end");
    let told: Vec<_> = kept.records().into_iter().map(|r| (r.event, r.call, r.status, r.detail)).collect();
    let text = |text: &str| Some(text.to_owned());
    let expected = vec![
        ("PostToolUse".to_owned(), text("u"), Some(3), None),
        ("PostToolUse".to_owned(), text("u"), None, None),
        ("PostToolUse".to_owned(), None, None, None),
        ("SessionStart".to_owned(), None, None, text("startup")),
        ("SessionEnd".to_owned(), None, None, text("other")),
    ];
    assert_eq!(told, expected);
    let written = std::fs::read_to_string(&day_files(&kept.records).expect("files")[0].path).expect("a file");
    assert!(!written.contains("secret output"), "{written}");
    // Nothing is there to be written to, and nothing to be read.
    let nowhere = ["hook", "--audit", "/proc/nowhere", "--policy", "missing"];
    kept.place.run(&nowhere, ended.to_string().as_bytes()).assert_silent("no place");
}

#[test]
fn a_gate_run_is_joined_to_the_call_that_asked() {
    let kept = Kept::new();
    let records = kept.records.display().to_string();
    let run = |script: &str| {
        let arguments = ["run", "--policy", "policy.rules", "--audit", &records, "why", "--", script];
        let mut command = kept.place.command(&arguments);
        end(command.env("CODEX_SESSION_ID", "s9").env("CODEX_TOOL_CALL_ID", "call_9"), b"").status
    };
    assert_eq!((run("exit 3"), run("cat .env")), (Some(3), Some(126)));
    let told: Vec<_> = kept.records().into_iter().map(|r| (r.event, r.session, r.call, r.decision, r.detail)).collect();
    let text = |text: &str| Some(text.to_owned());
    let expected = |decision, detail| ("run".to_owned(), text("s9"), text("call_9"), text(decision), text(detail));
    assert_eq!(told, [expected("allow", "started"), expected("deny", "refused")]);
}

/// Each call that is answered has exactly one line, whole, however many write at once and whoever is killed.
#[test]
fn many_at_once_and_some_killed_lose_nothing_that_was_answered() {
    const AT_ONCE: usize = 64;
    const ROUNDS: usize = 3;
    let kept = Kept::new();
    let (mut answered, mut killed) = (Vec::new(), 0);
    for round in 0..ROUNDS {
        let mut running = Vec::new();
        for number in 0..AT_ONCE {
            let id = format!("{round}-{number}");
            // Of different lengths, so that lines of others end where pages do not.
            let command = format!("true {}", "x/".repeat(number * 40));
            let mut hook = kept.place.command(&["hook", "--policy", "policy.bin", "--audit"]);
            hook.arg(&kept.records);
            hook.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = hook.spawn().expect("it starts");
            let mut input = child.stdin.take().expect("a pipe");
            std::io::Write::write_all(&mut input, &kept.call(&id, &command)).expect("a pipe with room");
            drop(input);
            running.push((id, child));
        }
        let start = Instant::now();
        for (number, (id, mut child)) in running.into_iter().enumerate() {
            if number % 3 == 0 {
                while start.elapsed() < Duration::from_millis((number * 3) as u64) {
                    std::thread::sleep(Duration::from_micros(200));
                }
                // It may have ended already.
                let _ = child.kill();
            }
            match child.wait().expect("it ends").code() {
                Some(_) => answered.push(id),
                None => killed += 1,
            }
        }
    }
    println!("{} answered, {killed} killed", answered.len());
    let (records, torn) = kept.lines();
    assert!(torn.len() <= killed, "{torn:?}");
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for record in records {
        *found.entry(record.call.expect("a call")).or_default() += 1;
    }
    for id in &answered {
        assert_eq!(found.get(id), Some(&1), "{id}");
    }
    assert!(found.values().all(|lines| *lines == 1) && found.len() <= AT_ONCE * ROUNDS);
    assert!(!answered.is_empty());
}

/// A line that was torn hides no other.
#[test]
fn what_a_killed_writer_left_stays_by_itself() {
    let kept = Kept::new();
    kept.hook(&[], &kept.place.shell("true")).assert_silent("allowed");
    let file = day_files(&kept.records).expect("files")[0].path.clone();
    let mut bytes = std::fs::read(&file).expect("a file");
    bytes.extend_from_slice(b"\n{\"schema\":\"prexec/record/1\",\"kind\":\"deci");
    std::fs::write(&file, bytes).expect("a file");
    kept.hook(&[], &kept.place.shell("true")).assert_silent("allowed");
    let (records, torn) = kept.lines();
    assert_eq!((records.len(), torn.len()), (2, 1));
}

type Spoil<'s> = (&'s str, Box<dyn Fn(&Path) + 's>);

/// What can be wrong with a place for records. Made anew for each.
fn spoilt<'s>() -> Vec<Spoil<'s>> {
    let mode = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("a mode");
    let today = || {
        let day = std::process::Command::new("date").args(["-u", "+%F"]).output().expect("date").stdout;
        format!("{}.jsonl", String::from_utf8_lossy(&day).trim())
    };
    let directory = |path: &Path| std::fs::create_dir(path).expect("a directory");
    let mut all: Vec<Spoil<'s>> = vec![
        ("a directory that is missing, and the one above it", Box::new(|_| {})),
        ("a file", Box::new(|path| std::fs::write(path, "").expect("a file"))),
        (
            "a link",
            Box::new(move |path| {
                let target = path.with_file_name("target");
                std::fs::create_dir_all(&target).expect("a directory");
                symlink(target, path).expect("a link");
            }),
        ),
        (
            "others may write",
            Box::new(move |path| {
                directory(path);
                mode(path, 0o777);
            }),
        ),
        (
            "a fifo for a file",
            Box::new(move |path| {
                directory(path);
                mkfifo(&path.join(today()), Mode::S_IRWXU).expect("a fifo");
            }),
        ),
        (
            "a link for a file",
            Box::new(move |path| {
                directory(path);
                symlink("/dev/null", path.join(today())).expect("a link");
            }),
        ),
        (
            "a directory for a file",
            Box::new(move |path| {
                directory(path);
                directory(&path.join(today()));
            }),
        ),
        (
            "a file that others may write",
            Box::new(move |path| {
                directory(path);
                std::fs::write(path.join(today()), "").expect("a file");
                mode(&path.join(today()), 0o622);
            }),
        ),
    ];
    if geteuid().is_root() {
        all.push((
            "another owner",
            Box::new(move |path| {
                directory(path);
                std::os::unix::fs::chown(path, Some(4321), None).expect("an owner");
            }),
        ));
        all.push((
            "another owner of a file",
            Box::new(move |path| {
                directory(path);
                std::fs::write(path.join(today()), "").expect("a file");
                std::os::unix::fs::chown(path.join(today()), Some(4321), None).expect("an owner");
            }),
        ));
    }
    all
}

#[test]
fn no_place_for_records_changes_a_verdict_unless_one_is_demanded() {
    let mut kept = Kept::new();
    let expected = kept.three(&[]);
    assert_eq!(expected.iter().map(|(status, _)| *status).collect::<Vec<_>>(), [Some(0), Some(2), Some(2)]);
    kept.compile("required", REQUIRED);
    for (number, (what, spoil)) in spoilt().into_iter().enumerate() {
        std::fs::create_dir(kept.place.path().join(number.to_string())).expect("a directory");
        let missing = if what.starts_with("a directory that is missing") { "no/records" } else { "records" };
        kept.records = kept.place.path().join(number.to_string()).join(missing);
        spoil(&kept.records);
        assert_eq!(kept.three(&[]), expected, "{what}");
        assert_eq!(kept.lines().0.len(), 0, "{what}");
        for (command, decision, _) in THREE {
            let records = kept.records.display().to_string();
            let options = ["hook", "--policy", "required.bin", "--audit", &records];
            let ended = kept.place.run(&options, &kept.place.shell(command));
            assert_eq!(ended.status, Some(2), "{what}: {command}");
            let said = &ended.stderr;
            let told = decision != "allow" || said.contains("(rule audit:required)") && said.contains("prexec doctor");
            assert!(told, "{what}: {said}");
        }
    }
}

#[test]
fn what_is_demanded_is_demanded_of_a_question_too() {
    let kept = Kept::new();
    kept.policy(REQUIRED);
    kept.hook(&[], &kept.place.shell("true")).assert_silent("recorded");
    let mut request = kept.place.call("PermissionRequest", "Bash", &json!({"command": "git push"}));
    request.as_object_mut().expect("an object").remove("tool_use_id");
    let request = request.to_string();
    kept.hook(&[], request.as_bytes()).assert_silent("a person is asked");
    let answers: Vec<_> = kept.records().into_iter().map(|record| record.answer.expect("an answer")).collect();
    assert_eq!(answers, ["silence", "silence"]);
    let off = |input: &[u8]| kept.with(&["--audit", "off"], input);
    for input in [request.as_bytes(), &kept.place.shell("true")] {
        let ended = off(input);
        ended.assert_blocks("nothing is recorded");
        assert!(
            ended.stderr.contains("(rule audit:required)") && ended.stderr.contains("--audit off"),
            "{}",
            ended.stderr
        );
    }
    kept.policy("recording(audit = \"wanted\")\nprefix_rule([\"true\"])\n");
    off(&kept.place.shell("true")).assert_silent("wanted is not demanded");
}

/// Where a limit on the size of files holds, writing raises a signal that the guard would take for an end.
#[test]
fn a_limit_on_the_size_of_files_is_no_signal() {
    let kept = Kept::new();
    let limited = |command: &str| {
        let mut shell = Command::new("/bin/bash");
        let hook = format!(
            "ulimit -f 0; exec {} hook --policy policy.bin --audit {}",
            env!("CARGO_BIN_EXE_prexec"),
            kept.records.display()
        );
        end(shell.args(["-c", &hook]).current_dir(kept.place.path()), &kept.place.shell(command))
    };
    limited("true").assert_silent("allowed");
    let denied = limited("cat .env");
    assert!(denied.stderr.contains("secrets stay unread"), "{}", denied.stderr);
    kept.policy(REQUIRED);
    let denied = limited("true");
    assert!(denied.stderr.contains("a limit on the size of files is reached"), "{}", denied.stderr);
    assert_eq!(kept.records().len(), 0);
}

/// A small file system of our own, where root may make one: what is done there, and what comes of it.
fn on_a_small_disk(kept: &Kept, script: &str) -> Option<String> {
    if !geteuid().is_root() {
        println!("a full disk is not tested: this takes root");
        return None;
    }
    std::fs::create_dir_all(&kept.records).expect("a directory");
    let hook =
        format!("{} hook --policy policy.bin --audit {}/r", env!("CARGO_BIN_EXE_prexec"), kept.records.display());
    std::fs::write(kept.place.path().join("allowed.json"), kept.place.shell("true")).expect("a file");
    std::fs::write(kept.place.path().join("denied.json"), kept.place.shell("cat .env")).expect("a file");
    let whole = format!(
        "mount -t tmpfs -o size=64k,mode=0700 none {0} && cd {1} || exit 77\nR={0}\nhook() {{ {hook} < \"$1.json\" 2>\"err$2\"; echo \"$1 $?\"; }}\n{script}",
        kept.records.display(),
        kept.place.path().display()
    );
    let mut room = Command::new("unshare");
    room.args(["--mount", "--propagation", "private", "/bin/bash", "-c", &whole]);
    let ended = end(&mut room, b"");
    if ended.status == Some(77) {
        println!("a full disk is not tested: nothing can be mounted here: {}", ended.stderr);
        return None;
    }
    Some(ended.stdout + &ended.stderr)
}

#[test]
fn a_full_disk_changes_no_verdict_and_is_told_of_by_the_next_record() {
    let kept = Kept::new();
    let script = "hook allowed; head -c 70000 /dev/zero > $R/filler 2>/dev/null; for n in 1 2 3 4 5 6 7 8 9; do hook allowed; done\n\
        hook denied; stat -c %s $R/r/lost; rm $R/filler; hook denied; hook allowed; stat -c %s $R/r/lost; cat $R/r/*.jsonl";
    let Some(out) = on_a_small_disk(&kept, script) else { return };
    let mut lines = out.lines();
    let said: Vec<&str> = lines.by_ref().take(15).collect();
    assert!(said[..10].iter().all(|line| *line == "allowed 0") && said[10] == "denied 2", "{out}");
    // What began a page before has room in it.
    let lost: u32 = said[11].parse().unwrap_or_else(|_| panic!("{out}"));
    assert!((2..=10).contains(&lost), "{out}");
    assert_eq!(said[12..], ["denied 2", "allowed 0", "0"], "{out}");
    let records: Vec<Record> = lines.filter_map(|line| read_line(line.as_bytes())).collect();
    let told: Vec<u32> = records.iter().map(|record| record.lost).filter(|lost| *lost > 0).collect();
    assert_eq!((told, records.len()), (vec![lost], 13 - usize::try_from(lost).unwrap_or_default()), "{out}");
}

#[test]
fn a_disk_that_is_read_only_changes_no_verdict() {
    let kept = Kept::new();
    let script = "mkdir -m 700 $R/r; mount -o remount,ro $R; hook allowed; hook denied";
    let Some(out) = on_a_small_disk(&kept, script) else { return };
    assert_eq!(out, "allowed 0\ndenied 2\n");
}

/// Many that cannot write count without losing count of one another.
#[test]
fn everything_that_is_lost_is_counted() {
    let kept = Kept::new();
    let script = "hook allowed; head -c 70000 /dev/zero > $R/filler 2>/dev/null\n\
        for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do hook denied $n >/dev/null & done; wait; stat -c %s $R/r/lost; cat $R/r/*.jsonl";
    let Some(out) = on_a_small_disk(&kept, script) else { return };
    let lost: usize = out.lines().nth(1).and_then(|line| line.parse().ok()).unwrap_or_else(|| panic!("{out}"));
    let records = out.lines().filter(|line| read_line(line.as_bytes()).is_some()).count();
    // Who waits for too long for others that count gives up.
    assert!(lost > 0 && (15..=17).contains(&(lost + records)), "{lost} lost: {out}");
}

#[test]
fn a_day_goes_on_in_another_file() {
    let kept = Kept::new();
    kept.hook(&[], &kept.place.shell("true")).assert_silent("allowed");
    let file = day_files(&kept.records).expect("files")[0].path.clone();
    std::fs::File::options().write(true).open(&file).and_then(|file| file.set_len(64 << 20)).expect("a long file");
    kept.hook(&[], &kept.place.shell("true")).assert_silent("allowed");
    let parts: Vec<u32> = day_files(&kept.records).expect("files").into_iter().map(|file| file.part).collect();
    assert_eq!(parts, [0, 1]);
}

#[test]
fn nothing_is_made_where_nobody_has_set_up_a_place() {
    let kept = Kept::new();
    let home = kept.place.path().join("home");
    std::fs::create_dir(&home).expect("a directory");
    let hook = |input: &[u8]| kept.with(&["--home", &home.display().to_string()], input);
    hook(&kept.place.shell("true")).assert_silent("allowed");
    assert_eq!(std::fs::read_dir(&home).expect("a directory").count(), 0);
    if Path::new(prexec::audit::MACHINE).exists() {
        println!("this machine keeps records, so an account's own are not tested");
        return;
    }
    let own = home.join(prexec::audit::USER);
    std::fs::create_dir_all(&own).expect("directories");
    hook(&kept.place.shell("true")).assert_silent("allowed");
    assert_eq!(day_files(&own).expect("a directory").len(), 1);
}

#[test]
fn every_line_has_the_committed_form() {
    let kept = Kept::new();
    let schema: Value = serde_json::from_str(include_str!("../schema/record-1.json")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    kept.three(&[]);
    kept.hook(&["--observe"], &kept.place.shell("cat .env")).assert_silent("observed");
    kept.hook(&["--wrong"], b"").assert_blocks("wrong options");
    kept.hook(&["--agent", "claude"], &kept.place.shell("git push"));
    let end = json!({"session_id": "s", "cwd": "/", "hook_event_name": "SessionEnd", "reason": "other"});
    kept.hook(&[], end.to_string().as_bytes()).assert_silent("told");
    let text = std::fs::read_to_string(&day_files(&kept.records).expect("files")[0].path).expect("a file");
    let lines: Vec<Value> =
        text.lines().filter(|l| !l.is_empty()).map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(lines.len(), 7, "{text}");
    for line in &lines {
        let faults: Vec<String> = validator.iter_errors(line).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert_eq!(faults, Vec::<String>::new(), "{line}");
    }
    assert_eq!((&lines[3]["observed"], &lines[3]["answer"]), (&json!(true), &json!("deny")));
    assert_eq!(lines[5]["answer"], "ask");
}

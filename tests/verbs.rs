//! The verbs for those who write policies: `test`, `lint`, `diff`; the shipped policies and every example through them; and which
//! policy an account gets.

#![cfg(feature = "admin")]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use prexec::policy::Account;
use prexec::policy::{Layer, Trust};
use prexec::rules::{Check, Loader};
use std::path::Path;
use std::process::{Command, Output};

fn prexec(args: &[&str], directory: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_prexec")).args(args).current_dir(directory).output().unwrap()
}

/// Exit status and standard output.
fn run(args: &[&str], directory: &Path) -> (Option<i32>, String) {
    let out = prexec(args, directory);
    (out.status.code(), String::from_utf8(out.stdout).unwrap())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_shipped_rule_is_covered() {
    let (status, out) = run(&["test", "policies", "--coverage"], root());
    assert_eq!(status, Some(0), "{out}");
    assert!(out.contains(" passed, 0 failed; ") && !out.contains("not covered"), "{out}");
}

#[test]
fn every_example_passes() {
    let (status, out) = run(&["test", "examples"], root());
    assert_eq!(status, Some(0), "{out}");
    let (status, out) = run(&["lint", "examples"], root());
    assert_eq!(status, Some(0), "{out}");
}

#[test]
fn the_shipped_postures_hold_against_the_shipped_attacks() {
    let (_, out) = run(&["test", "--redteam", "policies/controlled.rules"], root());
    assert!(out.contains("policies/controlled.rules: secrets_read: 35 of 35 stopped"), "{out}");
    assert!(out.contains("policies/controlled.rules: cve-2025-66032: 19 of 19 stopped"), "{out}");
    // A program of the workspace may run there, whoever starts it: a judgement of this posture.
    let failed: Vec<&str> = out.lines().filter(|line| line.starts_with("failed ")).collect();
    assert!(failed.iter().all(|line| line.contains(": bypass: 61 of 62 stopped")), "{out}");
    let (status, out) = run(&["test", "--redteam", "policies/lockdown.rules"], root());
    assert_eq!(status, Some(0), "{out}");
}

#[test]
fn what_fails_is_named() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("a.rules"),
        "prefix_rule([\"ls\"], decision = \"forbidden\", justification = \"x<y; z\")\n",
    )
    .unwrap();
    std::fs::write(dir.path().join("a.cases"), "ls => allow\ntrue => allow\n").unwrap();
    std::fs::write(dir.path().join("b.rules"), "prefix_rule([\"ls\"], match = [\"cat\"])\n").unwrap();
    let (status, out) = run(&["test"], dir.path());
    assert_eq!(status, Some(5), "{out}");
    assert!(
        out.contains("failed  ./a.cases: 1: ls\n        expected allow, got deny by ./a.rules:1:1 (x<y; z)"),
        "{out}"
    );
    assert!(
        out.contains("failed  ./b.rules: loads") && out.contains("the rule does not match its example `cat`"),
        "{out}"
    );
    let (status, xml) = run(&["test", "--format", "junit"], dir.path());
    assert_eq!(status, Some(5), "{xml}");
    assert!(xml.contains("failures=\"2\"") && xml.contains("x&lt;y; z"), "{xml}");
    assert_eq!(run(&["test", "nothing"], dir.path()).0, Some(1));
}

const WEAK: &str = "default(unknown = \"allow\")
prefix_rule([\"env\"])
prefix_rule([\"git\", \"push\"], decision = \"forbidden\")
prefix_rule([\"git\", \"push\", \"origin\"])
prefix_rule([\"rm\"], decision = \"prompt\", justification = \"a\", match = [\"rm x\"], not_match = [\"ls\"])
prefix_rule([\"rm\"], decision = \"prompt\", justification = \"b\", match = [\"rm x\"], not_match = [\"ls\"])
deny_read(\"/a/b\", unless = [\"/a\"], justification = \"c\", owner = \"team\", review = \"2026-01-01\")
program(\"acme\")
program(\"cat\", inert = True)
program(\"grep\", same_as = \"grep\", options = {\"--vault\": \"read\"})
wrapper(\"acme-run\")
prefix_rule([\"acme-run\"])
deny_read(\"/opt/tool{,-helper}\", justification = \"d\")
";

#[test]
fn weak_policies_are_found_out() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.rules"), WEAK).unwrap();
    let found = |args: &[&str]| run(&[&["lint", "a.rules", "--today", "2026-11-20"], args].concat(), dir.path());
    let (status, json) = found(&["--format", "json"]);
    assert_eq!(status, Some(5), "{json}");
    let codes: Vec<(String, u64)> = json
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|f| (f["code"].as_str().unwrap().to_owned(), f["line"].as_u64().unwrap()))
        .filter(|(code, _)| code != "no-example")
        .collect();
    let wanted = [
        ("unknown-allow", 1),
        ("runs-others", 2),
        ("no-justification", 3),
        ("unreachable", 4),
        ("duplicate", 6),
        ("matches-nothing", 7),
        ("overdue", 7),
        ("known-program", 9),
        ("runs-others", 12),
        ("empty-alternative", 13),
    ];
    assert_eq!(codes, wanted.map(|(code, line)| (code.to_owned(), line)), "{json}");
    let (_, human) = found(&[]);
    for part in
        ["warning[runs-others]: `env` can run any other program", "a.rules:2:1", "^^^^", "help: name what may be run"]
    {
        assert!(human.contains(part), "{part} is missing in\n{human}");
    }
    let (_, github) = found(&["--format", "github"]);
    assert!(github.contains("::warning file=a.rules,line=1,col=1,title=unknown-allow::"), "{github}");
    let (_, sarif) = found(&["--format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "unknown-allow");
    // On the day itself a review is not over yet.
    let (_, json) = run(&["lint", "a.rules", "--today", "2026-01-01", "--format", "json"], dir.path());
    assert!(!json.contains("overdue"), "{json}");
}

#[test]
fn what_has_one_way_out_is_put_right() {
    const BEFORE: &str = "# kept\ndefault(commands = \"allow\", unknown = \"allow\") # x\n\
        prefix_rule([\"git push\"], decision = \"prompt\", justification = \"a\")\n\
        deny_read(\"**/.env\", justification = \"b\")\n\
        deny_read(\"**/.env\", justification = \"c\")\n\
        glob_rule([\"**/.env\"], decision = \"allow\")\n\
        tool_rule(\"mcp__mail\", \"forbidden\", justification = \"d\")\n\
        tool_rule(\"mcp__docs__*\", \"allow\")\n\
        default(commands = \"prompt\")\n\
        prefix_rule([\"ls\", \"|\", \"sh\"], decision = \"forbidden\", justification = \"e\")\n";
    const AFTER: &str = "# kept\ndefault(commands = \"allow\", unknown = \"prompt\") # x\n\
        prefix_rule([\"git\", \"push\"], decision = \"prompt\", justification = \"a\")\n\
        deny_read(\"**/.env\", justification = \"b\")\n\
        glob_rule([\"**/.env\"], decision = \"allow\")\n\
        tool_rule(\"mcp__mail__*\", \"forbidden\", justification = \"d\")\n\
        tool_rule(\"mcp__docs__*\", \"allow\")\n\
        default(commands = \"prompt\")\n\
        prefix_rule([\"ls\", \"|\", \"sh\"], decision = \"forbidden\", justification = \"e\")\n";
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.rules");
    std::fs::write(&file, BEFORE).unwrap();
    let lint = |args: &[&str]| run(&[&["lint", "a.rules"], args].concat(), dir.path());
    let (_, json) = lint(&["--format", "json"]);
    let found: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let code = |f: &serde_json::Value| {
        (f["code"].as_str().unwrap().to_owned(), f["line"].as_u64().unwrap(), f.get("fix").is_some())
    };
    let mut codes: Vec<_> = found.iter().map(code).filter(|(code, ..)| code != "no-example").collect();
    codes.sort();
    let wanted = [
        ("any-tool", 8, false),
        ("contradiction", 9, false),
        ("duplicate", 5, true),
        ("matches-nothing", 3, true),
        ("matches-nothing", 7, true),
        ("matches-nothing", 10, false),
        ("unknown-allow", 2, true),
        ("unreachable", 6, false),
    ];
    assert_eq!(codes, wanted.map(|(code, line, fix)| (code.to_owned(), line, fix)), "{json}");
    let fix = found.iter().find(|f| f["code"] == "unknown-allow").unwrap();
    assert_eq!(fix["fix"]["start"], serde_json::json!({"line": 2, "column": 39}), "{fix}");
    assert_eq!(fix["fix"]["text"], "\"prompt\"");
    let (_, sarif) = lint(&["--format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let removes = results.iter().find(|r| r["ruleId"] == "duplicate").unwrap();
    let region = &removes["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"];
    assert_eq!(*region, serde_json::json!({"startLine": 5, "startColumn": 1, "endLine": 6, "endColumn": 1}));
    let (status, left) = lint(&["--fix", "--format", "json"]);
    assert_eq!(status, Some(5), "{left}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), AFTER);
    assert!(!left.contains("\"fix\""), "{left}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn policies_are_written_in_one_way() {
    const BEFORE: &str = "# kept\nprefix_rule( ['ls'],decision='prompt' ) # too\n";
    const AFTER: &str = "# kept\nprefix_rule(['ls'], decision = 'prompt')  # too\n";
    let dir = tempfile::tempdir().unwrap();
    let (file, other) = (dir.path().join("a.rules"), dir.path().join("b.rules"));
    std::fs::write(&file, BEFORE).unwrap();
    std::fs::write(&other, AFTER).unwrap();
    let (status, out) = run(&["fmt", "--check"], dir.path());
    assert_eq!(status, Some(5), "{out}");
    assert!(out.contains("a.rules would be") && out.ends_with("1 of 2 files would be written otherwise\n"), "{out}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), BEFORE);
    let (status, out) = run(&["fmt"], dir.path());
    assert_eq!((status, out.contains("1 of 2 files written anew")), (Some(0), true), "{out}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), AFTER);
    assert_eq!(run(&["fmt", "--check"], dir.path()).0, Some(0));
    // As a filter.
    let filter = |args: &[&str], text: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_prexec"));
        command.args(args).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = command.stderr(std::process::Stdio::null()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
        let out = child.wait_with_output().unwrap();
        (out.status.code(), String::from_utf8(out.stdout).unwrap())
    };
    assert_eq!(filter(&["fmt", "-"], BEFORE), (Some(0), AFTER.to_owned()));
    assert_eq!(filter(&["fmt", "--check", "-"], BEFORE), (Some(5), String::new()));
    assert_eq!(filter(&["fmt", "-"], "prefix_rule("), (Some(4), String::new()));
    // What is broken stays as it is, and the others are still written.
    std::fs::write(&other, "prefix_rule(").unwrap();
    std::fs::write(&file, BEFORE).unwrap();
    assert_eq!(run(&["fmt"], dir.path()).0, Some(4));
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "prefix_rule(");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), AFTER);
}

#[test]
fn every_code_is_explained() {
    let (status, all) = run(&["lint", "--explain", "all"], root());
    assert_eq!(status, Some(0), "{all}");
    for code in prexec::lint::CODES {
        let (status, one) = run(&["lint", "--explain", code.name], root());
        assert_eq!(status, Some(0), "{one}");
        assert!(one.starts_with(code.name) && all.contains(&one), "{one}");
    }
    assert_eq!(run(&["lint", "--explain", "nothing"], root()).0, Some(1));
}

#[test]
fn the_shipped_policies_have_no_weakness_but_the_one_of_open() {
    let (status, json) = run(&["lint", "policies", "--format", "json"], root());
    assert_eq!(status, Some(5), "{json}");
    assert_eq!(json.lines().count(), 1, "{json}");
    assert!(json.contains("unknown-allow") && json.contains("open.rules"), "{json}");
}

#[test]
fn a_change_of_policy_is_told_call_by_call() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.rules"), "default(commands = \"allow\")\n").unwrap();
    std::fs::write(dir.path().join("b.rules"), "prefix_rule([\"ls\"], decision = \"prompt\")\n").unwrap();
    std::fs::write(dir.path().join("bad.rules"), "prefix_rule(\n").unwrap();
    let call = |command: &str| {
        format!(
            "{{\"hook_event_name\":\"PreToolUse\",\"session_id\":\"s\",\"turn_id\":\"t\",\"transcript_path\":null,\"cwd\":\"/\",\
             \"model\":\"m\",\"permission_mode\":\"default\",\"tool_name\":\"Bash\",\"tool_input\":{{\"command\":\"{command}\"}},\
             \"tool_use_id\":\"u\"}}\n"
        )
    };
    std::fs::write(dir.path().join("calls"), call("ls") + &call("pwd") + "x\n").unwrap();
    let (status, out) = run(&["diff", "a.rules", "b.rules", "--calls", "calls"], dir.path());
    assert_eq!(status, Some(5), "{out}");
    assert!(out.contains("allow -> prompt  line 1: Bash") && out.contains("is  b.rules:1:1"), "{out}");
    assert!(out.ends_with("1 calls change from allow to prompt\n1 of 3 calls are decided otherwise\n"), "{out}");
    let (status, out) = run(&["diff", "a.rules", "a.rules", "--calls", "calls"], dir.path());
    assert_eq!((status, out.as_str()), (Some(0), "0 of 3 calls are decided otherwise\n"));
    assert_eq!(run(&["diff", "a.rules", "bad.rules", "--calls", "calls"], dir.path()).0, Some(4));
    assert_eq!(run(&["diff", "a.rules", "b.rules", "--calls", "nothing"], dir.path()).0, Some(1));
}

/// A recorded call in a directory.
fn recorded(cwd: &Path, tool: &str, input: &serde_json::Value, mode: &str) -> String {
    let call = serde_json::json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": cwd, "model": "m",
        "permission_mode": mode, "tool_name": tool, "tool_input": input, "tool_use_id": "u",
    });
    call.to_string() + "\n"
}

#[test]
fn what_is_suggested_helps_and_is_no_broader() {
    let dir = tempfile::tempdir().unwrap();
    let bash =
        |command: &str, mode: &str| recorded(dir.path(), "Bash", &serde_json::json!({ "command": command }), mode);
    let helped = bash("curl -s https://docs.example.com/x", "default");
    let others = [
        bash("git push", "default"),
        bash("cat .env", "default"),
        bash("curl -s https://other.example.com/", "bypassPermissions"),
        bash("curl -s https://other.example.com/", "default"),
        bash("curl -s -X POST https://docs.example.com/x", "default"),
    ];
    std::fs::write(dir.path().join("calls"), helped.clone() + &others.concat() + "no call\n").unwrap();
    std::fs::write(dir.path().join("a.rules"), "include(\"@prexec/controlled.rules\")\n").unwrap();
    let (status, text) = run(&["suggest", "--policy", "a.rules", "--from", "calls"], dir.path());
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("host_rule(\"docs.example.com\", \"allow\", methods = [\"GET\"]"), "{text}");
    assert!(!text.contains("rule(\"other.example.com\"") && text.contains("asks on purpose"), "{text}");
    // Taken over as it is, it loads, is reported until somebody writes why, and frees that call only.
    let get = text.lines().find(|line| line.contains("[\"GET\"]")).unwrap();
    std::fs::write(dir.path().join("b.rules"), format!("include(\"@prexec/controlled.rules\")\n{get}\n")).unwrap();
    let (_, found) = run(&["lint", "b.rules", "--format", "json"], dir.path());
    assert!(found.contains("\"unwritten\""), "{found}");
    let (_, changed) = run(&["diff", "a.rules", "b.rules", "--calls", "calls"], dir.path());
    assert!(changed.contains("prompt -> allow  line 1: Bash"), "{changed}");
    assert!(changed.ends_with("1 of 7 calls are decided otherwise\n"), "{changed}");
    assert_eq!(run(&["suggest", "--policy", "a.rules", "--from", "nothing"], dir.path()).0, Some(1));
    assert_eq!(run(&["suggest", "--policy", "nothing.rules", "--from", "calls"], dir.path()).0, Some(4));
}

/// Whether the rules of the posture lockdown are there.
fn is_lockdown(layer: &Layer) -> bool {
    layer.prefix_rules.iter().any(|rule| rule.head.place.starts_with("packs/lockdown.rules"))
}

#[test]
fn an_account_gets_the_policy_of_its_group_or_the_fallback() {
    let policy = root().join("examples/fleet/policy.rules");
    for (name, groups, lockdown) in [
        ("ann", &["users", "sre"][..], false),
        ("bob", &["interns", "platform"], false),
        ("cid", &["interns"], true),
        ("build", &[], false),
        ("eve", &[], true),
        ("sre", &["users"], true),
    ] {
        let groups = groups.iter().map(ToString::to_string).collect();
        let account = Account { name: Some(name.into()), groups };
        let loaded = Loader::new().with_account(account).load(&[&policy]).unwrap();
        assert_eq!(is_lockdown(&loaded.policy.layers[0]), lockdown, "{name}");
    }
    let nobody = Loader::new().with_account(Account::default()).load(&[&policy]).unwrap();
    assert!(is_lockdown(&nobody.policy.layers[0]));
}

#[test]
fn a_selection_without_fallback_or_with_a_mistake_does_not_load() {
    for (text, reason) in [
        ("select_policy([])", "`select_policy` needs `fallback`"),
        ("select_policy([], fallback = \"\")", "`fallback` is blank"),
        ("select_policy([{\"path\": \"@prexec/open.rules\"}], fallback = \"@prexec/lockdown.rules\")", "is for nobody"),
        ("select_policy([{\"groups\": [\"a\"]}], fallback = \"@prexec/lockdown.rules\")", "names no policy"),
        (
            "select_policy([{\"groups\": [\"a\"], \"path\": \"@prexec/x.rules\"}], fallback = \"@prexec/open.rules\")",
            "no policy `@prexec/x.rules`",
        ),
        (
            "select_policy([{\"group\": [\"a\"], \"path\": \"@prexec/open.rules\"}], fallback = \"@prexec/open.rules\")",
            "unknown key `group`",
        ),
        ("prefix_rule([\"a\"], review = \"soon\")", "`review` is `soon`, which is no day"),
        ("prefix_rule([\"a\"], owner = \" \")", "`owner` is blank"),
    ] {
        let found = Loader::new().load_text("a.rules", text).unwrap_err().to_string();
        assert!(found.contains(reason), "`{text}`: {found}");
    }
}

#[test]
fn a_user_does_not_select_and_does_not_loosen() {
    let dir = tempfile::tempdir().unwrap();
    let top = dir.path().canonicalize().unwrap();
    let (managed, user) = (top.join("managed"), top.join("user"));
    for directory in [&managed, &user] {
        std::fs::create_dir(directory).unwrap();
    }
    let check = Check { owners: vec![0, nix::unistd::geteuid().as_raw()], sticky: false, top };
    let loader = Loader::new().with_checks(check.clone(), check.clone(), check);
    std::fs::write(managed.join("a.rules"), "include(\"@prexec/controlled.rules\")\n").unwrap();
    std::fs::write(user.join("a.rules"), "select_policy([], fallback = \"@prexec/open.rules\")\n").unwrap();
    let installed = loader.load_installed(&managed, Some(&user));
    assert!(
        installed.diagnostics.to_string().contains("only the administrator's layer selects"),
        "{}",
        installed.diagnostics
    );
    // The whole of another posture in the user's layer takes nothing away.
    std::fs::write(user.join("a.rules"), "include(\"@prexec/open.rules\")\n").unwrap();
    let installed = loader.load_installed(&managed, Some(&user));
    assert!(!installed.diagnostics.has_errors(), "{}", installed.diagnostics);
    let trusts: Vec<Trust> = installed.policy.layers.iter().map(|layer| layer.trust).collect();
    assert_eq!(trusts, [Trust::Managed, Trust::User]);
}

//! `prexec hook --prompt gate`: a person is really asked, sees why and what, and decides.

use std::fs;

use serde_json::{Value, json};

use crate::app_server::{Conversation, Person, converse};
use crate::bridge::ask_about;
use crate::calls::{Call, add_file, escalated_shell, mcp, patch, shell, shell_in};
use crate::hooks::{Event, Hook};
use crate::prexec;
use crate::session::{Registration, Session, exists};

pub(crate) const RULES: &str = r#"
prefix_rule(["mkdir"], decision = "prompt", justification = "a person decides about directories")
prefix_rule(["touch"], decision = "forbidden", justification = "nothing is touched here")
"#;

/// A session whose requirements have the rule about prexec, and prexec as the hook of both events.
pub(crate) fn gated(sandbox: &'static str) -> (Session, Vec<Hook>) {
    let mut session = Session::new();
    session.sandbox = sandbox;
    session.more_requirements = ask_about(&prexec::executable());
    let command = format!("{} --prompt gate", prexec::command_line(&prexec::executable(), &session, RULES));
    let hooks = [Event::PreToolUse, Event::PermissionRequest].map(|event| Hook { event, ..Hook::new(command.clone()) });
    (session, hooks.into())
}

fn ask(session: &Session, hooks: &[Hook], calls: Vec<Call>, person: Person) -> Conversation {
    let turns = calls.into_iter().map(|call| vec![call]).collect();
    converse(session, Registration::Managed, hooks, turns, person)
}

/// The commands that the person was asked about.
fn asked(conversation: &Conversation) -> Vec<&str> {
    conversation.questions.iter().map(|(_, question)| question["command"].as_str().unwrap_or_default()).collect()
}

#[test]
fn yes_runs_it_once_and_no_does_not() {
    for (person, runs) in [(Person::Accepts, true), (Person::Declines, false)] {
        let (session, hooks) = gated("workspace-write");
        let script = "mkdir made; echo \"it's $PWD\" >> log; exit 7";
        let conversation = ask(&session, &hooks, vec![shell("a", script)], person);
        let told = &conversation.told["a"];
        let [question] = asked(&conversation)[..] else { panic!("the model was told {told:?}") };
        assert!(question.contains("needs approval") && question.contains("a person decides about directories"));
        for part in ["mkdir made; echo", "$PWD", ">> log; exit 7"] {
            assert!(question.contains(part), "{question}");
        }
        assert_eq!(exists(&session.work(), "made"), runs, "the model was told {told:?}");
        let log = fs::read_to_string(session.work().join("log")).unwrap_or_default();
        assert_eq!(log, if runs { format!("it's {}\n", session.work().display()) } else { String::new() });
        assert_eq!(told.contains("exited with code 7"), runs, "{told}");
    }
}

#[test]
fn what_needs_no_question_is_not_rewritten() {
    let (session, hooks) = gated("workspace-write");
    let calls = vec![shell("allowed", "echo one > written"), shell("denied", "touch touched; mkdir made")];
    let conversation = ask(&session, &hooks, calls, Person::Accepts);
    assert_eq!(conversation.questions, []);
    assert!(exists(&session.work(), "written") && !exists(&session.work(), "made"));
    assert!(conversation.told["denied"].contains("nothing is touched here"), "{:?}", conversation.told);
}

#[test]
fn any_script_that_can_be_read_goes_through_as_it_is() {
    let (session, hooks) = gated("workspace-write");
    let printable: String = (' '..='~').collect();
    let texts =
        [printable, "''\"'\"'\\''\"\\\"$x`y`!#".into(), "two\n\n  lines\n".into(), "\u{e4} \u{6f22} \\ % ~".into()];
    let scripts: Vec<String> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| format!("mkdir made-{n}; cat > text-{n} <<'END OF IT'\n{text}\nEND OF IT\n"))
        .collect();
    let calls = scripts.iter().enumerate().map(|(n, script)| shell(&n.to_string(), script)).collect();
    let conversation = ask(&session, &hooks, calls, Person::Accepts);
    assert_eq!(conversation.questions.len(), texts.len(), "{:?}", conversation.told);
    for (n, text) in texts.iter().enumerate() {
        let found = fs::read_to_string(session.work().join(format!("text-{n}"))).unwrap_or_default();
        assert_eq!(found, format!("{text}\n"), "{:?}", conversation.told);
    }
}

#[test]
fn what_nobody_can_read_is_denied() {
    let (session, hooks) = gated("workspace-write");
    let long = format!("mkdir made; : {}", "x".repeat(2048));
    let scripts = [
        "mkdir made # \u{202e}",
        "mkdir made\r",
        "mkdir\tmade",
        "mkdir made\u{200b}",
        &long,
        &"mkdir made\n".repeat(60),
    ];
    let calls = scripts.iter().enumerate().map(|(n, script)| shell(&n.to_string(), script)).collect();
    let conversation = ask(&session, &hooks, calls, Person::Accepts);
    assert_eq!(conversation.questions, []);
    for n in 0..scripts.len() {
        let told = &conversation.told[&n.to_string()];
        assert!(told.contains("a person is") && told.contains("blocked by PreToolUse hook"), "{told}");
    }
    assert!(!exists(&session.work(), "made"));
}

#[test]
fn where_nobody_can_be_asked_it_is_denied() {
    let (session, hooks) = gated("workspace-write");
    let outcome = session.exec(Registration::Managed, &hooks, vec![vec![shell("a", "mkdir made")]]);
    assert!(outcome.told["a"].contains("nobody can be asked in permission mode"), "{:?}", outcome.told);
    let (absent, hooks) = gated("workspace-write");
    let conversation = ask(&absent, &hooks, vec![shell("a", "mkdir made")], Person::Absent);
    assert!(conversation.told["a"].contains("approval request failed"), "{:?}", conversation.told);
    assert!(!exists(&session.work(), "made") && !exists(&absent.work(), "made"));
}

#[test]
fn an_approved_command_stays_in_its_sandbox() {
    let (session, hooks) = gated("workspace-write");
    // `/etc` is the session's own.
    let write = |name: &str| format!("mkdir {name}; echo x > /etc/outside-{name} && echo wrote it");
    let calls = vec![shell("inside", &write("a")), escalated_shell("escalated", &write("b"), "because")];
    let conversation = ask(&session, &hooks, calls, Person::Accepts);
    assert_eq!(conversation.questions.len(), 2, "{:?}", conversation.told);
    assert!(exists(&session.work(), "a") && exists(&session.work(), "b"), "{:?}", conversation.told);
    assert!(!conversation.told["inside"].contains("wrote it"), "{:?}", conversation.told);
    assert!(conversation.told["escalated"].contains("wrote it"), "{:?}", conversation.told);
}

#[test]
fn the_shell_that_was_asked_for_runs_it() {
    for sandbox in ["workspace-write", "danger-full-access"] {
        let (session, hooks) = gated(sandbox);
        let shells = ["bash", "sh", "zsh"];
        let call = |name: &&str| shell_in(name, name, &format!("mkdir {name}; readlink /proc/$$/exe; echo $0"));
        let conversation = ask(&session, &hooks, shells.iter().map(call).collect(), Person::Accepts);
        assert_eq!(conversation.questions.len(), shells.len(), "{:?}", conversation.told);
        for name in shells {
            let told = &conversation.told[name];
            // Outside the sandbox nothing is left of a zsh that has put the gate in its place, and the account has bash.
            let wanted = if (sandbox, name) == ("danger-full-access", "zsh") { "bash" } else { name };
            assert!(told.trim_end().ends_with(&format!("/{wanted}")), "{sandbox}: {name}: {told}");
        }
    }
}

#[test]
fn a_gate_of_the_model_is_what_stands_inside() {
    let gate = prexec::executable();
    let (session, hooks) = gated("workspace-write");
    let calls = vec![
        shell("prompt", &format!("{gate} run 'approved by security' -- 'mkdir one'")),
        shell("twice", &format!("{gate} run x -- \"{gate} run y -- 'mkdir two'\"")),
        shell("denied", &format!("{gate} run 'approved by security' -- 'touch touched'")),
        shell("hidden", &format!("env A=b bash -c \"{gate} run x -- 'touch touched'\"")),
        shell("list", &format!("cd . && {gate} run x -- 'mkdir three'")),
        shell("allowed", &format!("{gate} run 'approved by security' -- 'echo four > four'")),
    ];
    let conversation = ask(&session, &hooks, calls, Person::Accepts);
    let asked = asked(&conversation);
    assert_eq!(asked.len(), 4, "{asked:?}");
    for question in &asked[..2] {
        assert!(question.contains("a person decides about directories"), "{question}");
        assert!(!question.contains("approved by security") && question.matches(&*gate).count() == 1, "{question}");
    }
    for id in ["denied", "hidden"] {
        assert!(conversation.told[id].contains("nothing is touched here"), "{:?}", conversation.told);
    }
    for name in ["one", "two", "three", "four"] {
        assert!(exists(&session.work(), name), "{name}: {:?}", conversation.told);
    }
    assert!(!exists(&session.work(), "touched"));
}

/// What the model is told where the rule is not in force as `requirements` has it.
fn told_without(prepare: impl FnOnce(&mut Session)) -> String {
    let (mut session, hooks) = gated("workspace-write");
    prepare(&mut session);
    let conversation = ask(&session, &hooks, vec![shell("a", "mkdir made")], Person::Accepts);
    assert_eq!(conversation.questions, []);
    assert!(!exists(&session.work(), "made"), "{:?}", conversation.told);
    conversation.told["a"].clone()
}

#[test]
fn without_the_rule_it_is_denied_with_what_to_do() {
    let other = ask_about("/opt/other/prexec");
    let weaker = ask_about(&prexec::executable()).replace("prompt-user", "prompt");
    let missing = [told_without(|s| s.more_requirements.clear()), told_without(|s| s.more_requirements = other)];
    for told in missing.iter().chain([&told_without(|s| s.more_requirements = weaker)]) {
        assert!(told.contains("nobody can be asked: `/etc/codex/requirements.toml` "), "{told}");
        assert!(told.contains("decision=\"prompt-user\"") && told.contains("prexec install --managed"), "{told}");
    }
    let told = told_without(|s| s.requirements_mode = 0o666);
    assert!(told.contains("others may write `/etc/codex/requirements.toml`"), "{told}");
}

#[test]
fn a_rule_that_came_after_codex_is_not_relied_on() {
    let (session, hooks) = gated("danger-full-access");
    let calls = vec![
        shell("change", "cp -r /etc/codex /etc/x; mv /etc/x/requirements.toml /etc/codex/"),
        shell("a", "mkdir made"),
    ];
    let conversation = ask(&session, &hooks, calls, Person::Accepts);
    assert_eq!(conversation.questions, []);
    let told = &conversation.told["a"];
    assert!(told.contains("has changed since Codex was started") && !exists(&session.work(), "made"), "{told}");
}

#[test]
fn the_hook_of_permission_requests_is_given_the_command_as_rewritten() {
    let (session, mut hooks) = gated("workspace-write");
    let log = session.file("requests").to_string_lossy().into_owned();
    hooks.push(Hook { event: Event::PermissionRequest, ..Hook::new(format!("cat >> '{log}'; echo >> '{log}'")) });
    let conversation = ask(&session, &hooks, vec![shell("a", "mkdir made")], Person::Accepts);
    assert_eq!(conversation.questions.len(), 1, "{:?}", conversation.told);
    let requests = fs::read_to_string(&log).expect("the hook ran");
    let request: Value = serde_json::from_str(requests.lines().next().unwrap_or_default()).expect("a payload");
    let command = request["tool_input"]["command"].as_str().unwrap_or_default();
    assert!(command.starts_with(&format!("{} run ", prexec::executable())), "{request}");
    assert!(command.ends_with(" -- 'mkdir made'"), "{request}");
}

#[test]
fn a_compiled_policy_knows_of_the_rule() {
    let (session, _) = gated("workspace-write");
    let (prexec, source) = (prexec::executable(), session.file("policy.rules"));
    // `/etc/codex` is the session's own and root's alone, so what a file there says is believed.
    let compile = format!("'{prexec}' compile --policy '{}' -o /etc/codex/policy.bin >&2", source.display());
    let command = format!(
        "{{ [ -e /etc/codex/policy.bin ] || {compile}; }} && '{prexec}' hook --policy /etc/codex/policy.bin --prompt gate"
    );
    let calls = vec![shell("a", "mkdir one"), shell("b", "mkdir two"), shell("c", "touch three")];
    let conversation = ask(&session, &[Hook::new(command)], calls, Person::Accepts);
    assert_eq!(asked(&conversation).len(), 2, "{:?}", conversation.told);
    assert!(exists(&session.work(), "one") && exists(&session.work(), "two"), "{:?}", conversation.told);
    assert!(conversation.told["c"].contains("nothing is touched here"), "{:?}", conversation.told);
}

#[test]
fn patches_and_tools_of_servers_are_asked_about_by_codex_itself_or_denied() {
    const RULES: &str = r#"
glob_rule(["**/made*"], access = "write", decision = "prompt", justification = "a person decides about this file")
tool_rule("mcp__tiny__*", "prompt", justification = "a person decides about this tool")
"#;
    let calls = || vec![patch("patch", &add_file("made")), mcp("mcp", "tiny", "echo", &json!({"text": "hello"}))];
    let session = Session::new();
    let command = format!("{} --prompt gate", prexec::command_line(&prexec::executable(), &session, RULES));
    let before = Hook::new(command.clone());
    let conversation = ask(&session, std::slice::from_ref(&before), calls(), Person::Accepts);
    assert_eq!(conversation.questions, []);
    for id in ["patch", "mcp"] {
        assert!(conversation.told[id].contains("a person decides about this"), "{:?}", conversation.told);
    }
    assert!(!exists(&session.work(), "made") && session.mcp_log().is_empty());
    // Where Codex asks by itself, silence leaves it to the person.
    let request = Hook { event: Event::PermissionRequest, ..before };
    let conversation = ask(&session, &[request], calls(), Person::Accepts);
    assert_eq!(conversation.questions.len(), 2, "{:?}", conversation.told);
    assert!(exists(&session.work(), "made") && session.mcp_log().contains("hello"), "{:?}", conversation.told);
}

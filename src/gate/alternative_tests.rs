use super::*;
use crate::gate::judge;
use crate::rules::Loader;
use crate::world::memory::MemoryWorld;
use std::string::ToString;

const RULES: &str = "deny_read(['**/.env', '**/id_rsa', '**/keys', '**/k*.pem'])\n";

/// What is proposed instead of a script in a repository with these files.
fn proposed(rules: &str, files: &[&str], script: &str) -> Option<Instead> {
    let world = MemoryWorld::new().session("/w").home("/home/u").repository("/w", &[]).file("/w/src/a.c");
    let world = files.iter().fold(world, |world, file| match file.strip_suffix('!') {
        Some(file) => world.unreadable(std::format!("/w/{file}")),
        None => world.file(std::format!("/w/{file}")),
    });
    let policy = Loader::new().load_text("t.rules", rules).unwrap().policy;
    let payload = serde_json::json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": "/w", "model": "m",
        "permission_mode": "default", "tool_name": "Bash", "tool_input": { "command": script }, "tool_use_id": "u",
    });
    let call = codex::read(payload.to_string().as_bytes());
    let judged = judge(&call, &policy, &world);
    alternative(&call, &judged, &policy, &world)
}

#[test]
fn the_options_stand_where_they_count() {
    for (files, script, expected) in [
        (&[".env"][..], "grep -r x .", Some("grep --exclude=.env -r x .")),
        (&[".env"], "cd src; ls; grep -r x ..", Some("cd src; ls; grep --exclude=.env -r x ..")),
        (&[".env", "id_rsa", "a/id_rsa"], "grep -r x .", Some("grep --exclude=.env --exclude=id_rsa -r x .")),
        (&["keys/a"], "grep -r x .", Some("grep --exclude-dir=keys -r x .")),
        (&[".env", "keys/a"], "grep -r x .", Some("grep --exclude=.env --exclude-dir=keys -r x .")),
        (&["id_rsa"], "rg x", Some("rg --glob='!id_rsa' x")),
        (&["keys/a"], "rg x", Some("rg --glob='!keys/' x")),
        (&["id_rsa"], "tar czf /tmp/x.tgz src .", Some("tar czf /tmp/x.tgz --exclude=id_rsa src .")),
        // What stands at the name without a space is no operand.
        (&["id_rsa", "x"], "tar<x czf /tmp/x.tgz src .", Some("tar<x czf /tmp/x.tgz --exclude=id_rsa src .")),
        // Each command by itself, and only where all are let through in the end.
        (&[".env"], "grep -r x .; grep -rl y .", Some("grep --exclude=.env -r x .; grep --exclude=.env -rl y .")),
        (&[".env"], "grep -r x .; cat .env", None),
        (&[".env"], "cat .env; grep -r x .", None),
        (&[".env"], "cat .e*", None),
        (&[".env"], "cp -r . /tmp/elsewhere", None),
        (&[".env"], "\\grep -r x .", None),
        // What is let through needs nothing else, and what cannot be shown as it is cannot be run as it is shown.
        (&["a"], "grep -r x .", None),
        (&[".env"], "grep -r x .\ntrue", None),
        // Names that would have to be quoted, and more than anybody would type.
        (&["k .pem"], "grep -r x .", None),
        (
            &["k1.pem", "k2.pem", "k3.pem", "k4.pem", "k5.pem", "k6.pem", "k7.pem", "k8.pem", "k9.pem"],
            "grep -r x .",
            None,
        ),
    ] {
        let expected = expected.map(|script| Instead::Script(script.into()));
        assert_eq!(proposed(RULES, files, script), expected, "{files:?} {script}");
    }
    let eight = ["k1.pem", "k2.pem", "k3.pem", "k4.pem", "k5.pem", "k6.pem", "k7.pem", "k8.pem"];
    assert!(matches!(proposed(RULES, &eight, "grep -r x ."), Some(Instead::Script(_))));
}

#[test]
fn only_what_fits_is_proposed() {
    let added = "--exclude=.env ".len();
    let script = |length: usize| std::format!("grep -r {} .", "x".repeat(length - "grep -r  .".len()));
    let of = |length: usize| proposed(RULES, &[".env"], &script(length));
    assert!(
        matches!(of(codex::MAX_INSTEAD - added), Some(Instead::Script(script)) if script.len() == codex::MAX_INSTEAD)
    );
    assert_eq!(of(codex::MAX_INSTEAD - added + 1), None);
    // What cannot be looked at is said however long the script is, up to the same length.
    let large = |length: usize| proposed(RULES, &["bad!"], &script(length));
    assert_eq!(large(20), Some(Instead::Smaller("/w".into())));
    assert_eq!(large(codex::MAX_INSTEAD), Some(Instead::Smaller("/w".into())));
    assert_eq!(large(codex::MAX_INSTEAD + 1), None);
}

#[test]
fn what_is_proposed_is_judged_as_a_call_of_its_own() {
    let rules = std::format!("{RULES}tool_rule('Bash', 'forbidden', arguments = {{'command': 'exclude'}})\n");
    assert_eq!(proposed(&rules, &[".env"], "grep -r x ."), None);
    let rules = std::format!("{RULES}default(reads = 'prompt')\n");
    assert_eq!(proposed(&rules, &[".env"], "grep -r x ."), None);
    let rules = std::format!("{RULES}prefix_rule(['grep', '-r'], decision = 'prompt')\n");
    assert_eq!(proposed(&rules, &[".env"], "grep -r x ."), None);
}

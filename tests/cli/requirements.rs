//! `--requirements`: one list of what may not be read, for Codex's sandbox and for us.

use crate::harness::Place;

const REQUIREMENTS: &str = r#"allow_managed_hooks_only = true
[permissions.filesystem]
deny_read = ["/srv/keys", "/srv/**/*.pem",
  "private/x",
]
[rules]
prefix_rules = [
  {pattern=[{token="git"},{any_of=["log","blame"]}], decision="prompt-user", justification="ask"},
  {pattern=[{token="foo"}], decision="forbidden"},
]
"#;

#[test]
fn its_rules_count_and_what_codex_ignores_is_told() {
    let place = Place::new();
    place.write("requirements.toml", REQUIREMENTS);
    for (command, status, rule) in [
        ("cat /srv/keys/a", 2, "requirements.toml:3:1"),
        ("cat /srv/x/b.pem", 2, "requirements.toml:3:"),
        ("cat private/x", 2, "requirements.toml:4:1"),
        ("git blame a", 3, "requirements.toml:8:1"),
        ("foo", 2, "requirements.toml:9:1"),
        // The policy that is named beside it.
        ("cat .env", 2, "policy.rules"),
        ("true", 0, ""),
    ] {
        let arguments = ["check", "--policy", "policy.rules", "--requirements", "requirements.toml", "--json", command];
        let ended = place.run(&arguments, b"");
        assert_eq!(ended.status, Some(status), "{command}: {ended:?}");
        assert!(ended.stdout.contains(rule), "{command}: {}", ended.stdout);
        assert!(ended.stderr.contains("`private/x` protects nothing in Codex"), "{command}: {}", ended.stderr);
    }
}

#[test]
fn what_codex_would_not_start_with_does_not_load() {
    let place = Place::new();
    for text in
        ["x = ", "[permissions.filesystem]\ndeny_read = [\"/{a,b}\"]\n", "[permissions.filesystem]\ndeny_read = 1\n"]
    {
        place.write("requirements.toml", text);
        let ended =
            place.run(&["check", "--policy", "policy.rules", "--requirements", "requirements.toml", "true"], b"");
        assert_eq!((ended.status, ended.stdout.as_str()), (Some(4), ""), "{text}: {ended:?}");
        assert!(ended.stderr.contains("Codex does not start"), "{text}: {}", ended.stderr);
    }
    let missing = place.run(&["check", "--policy", "policy.rules", "--requirements", "nothing.toml", "true"], b"");
    assert_eq!(missing.status, Some(4), "{missing:?}");
}

//! Wrong usage, help, and policies that do not load.

use crate::harness::{Place, THREE};

/// Arguments, the status of a verb that people use, and what it says on standard error.
#[test]
fn usage_errors_of_verbs_for_people_are_1() {
    let place = Place::new();
    for (arguments, said) in [
        (&["nonsense"][..], "unrecognized subcommand 'nonsense'"),
        (&["--nonsense"], "unexpected argument '--nonsense'"),
        (&[], "Usage:"),
        (&["check"], "required arguments were not provided"),
        (&["explain"], "required arguments were not provided"),
        (&["check", "a", "b"], "unexpected argument 'b'"),
        (&["check", "--nonsense", "a"], "unexpected argument '--nonsense'"),
        (&["check", "--jsonl", "a"], "cannot be used with"),
        (&["check", "--jsonl", "--json"], "cannot be used with"),
        (&["check", "--jsonl", "--cwd", "/"], "cannot be used with"),
        (&["check", "--jsonl", "--tool", "x"], "cannot be used with"),
        (&["check", "--color", "perhaps", "a"], "invalid value 'perhaps'"),
        (&["check", "--policy"], "a value is required"),
        (&["explain", "--jsonl", "a"], "unexpected argument '--jsonl'"),
        (&["check", "--policy", "policy.rules", "--tool", "mcp__a__b", "not json"], "are no JSON"),
        (&["explain", "--policy", "policy.rules", "--tool", "mcp__a__b", "{"], "are no JSON"),
    ] {
        let ended = place.run(arguments, b"");
        assert_eq!((ended.status, ended.stdout.as_str()), (Some(1), ""), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(said), "{arguments:?}: {}", ended.stderr);
    }
}

#[test]
fn usage_errors_of_the_hook_block() {
    let place = Place::new();
    let call = place.shell("true");
    for (arguments, said) in [
        (&["hook", "--nonsense"][..], "unexpected argument '--nonsense'"),
        (&["hook", "word"], "unexpected argument 'word'"),
        (&["hook", "--policy"], "a value is required"),
        (&["hook", "--prompt", "ask"], "invalid value 'ask'"),
        (&["hook", "--help"], "unexpected argument '--help'"),
        (&["hook", "-h"], "unexpected argument '-h'"),
        (&["hook", "--version"], "unexpected argument '--version'"),
        (&["hook", "--auto-approve=yes"], "unexpected value 'yes'"),
        (&["hook", "--color", "always"], "unexpected argument '--color'"),
    ] {
        let ended = place.run(arguments, &call);
        ended.assert_blocks(&format!("{arguments:?}"));
        assert!(ended.stderr.contains(said), "{arguments:?}: {}", ended.stderr);
    }
}

#[test]
fn help_and_version_are_answers() {
    let place = Place::new();
    let version = concat!("prexec ", env!("CARGO_PKG_VERSION"), "\n");
    for (arguments, said) in [
        (&["--version"][..], version),
        (&["-V"], version),
        (&["--help"], "Examples:"),
        (&["help"], "explain"),
        (&["help", "hook"], "--auto-approve"),
        (&["help", "check"], "--jsonl"),
        (&["help", "explain"], "--all"),
        (&["check", "--help"], "--color"),
    ] {
        let ended = place.run(arguments, b"");
        assert_eq!((ended.status, ended.stderr.as_str()), (Some(0), ""), "{arguments:?}: {ended:?}");
        assert!(ended.stdout.contains(said), "{arguments:?}: {}", ended.stdout);
    }
}

#[test]
fn exit_statuses_say_what_is_decided() {
    let place = Place::new();
    for (command, decision, status) in THREE {
        for (arguments, begins) in [
            (&["check"][..], format!("{decision}\n")),
            (&["check", "--json"], format!("{{\"schema\":\"prexec/verdict/1\",\"decision\":\"{decision}\"")),
            (&["explain"], "call\n  tool       Bash\n".into()),
            (&["explain", "--json"], "{\"schema\":\"prexec/explain/1\",\"call\":{".into()),
            (&["explain", "--all", "--json"], "{\"schema\":\"prexec/explain/1\",\"call\":{".into()),
        ] {
            let ended = place.with_policy(arguments[0], &[&arguments[1..], &[command]].concat(), b"");
            assert_eq!((ended.status, ended.stderr.as_str()), (Some(status), ""), "{arguments:?} {command}: {ended:?}");
            assert!(ended.stdout.starts_with(&begins), "{arguments:?} {command}: {}", ended.stdout);
        }
    }
}

/// A policy's text and what is wrong with it: place, sentence, source line, help.
#[test]
fn a_policy_that_does_not_load() {
    let place = Place::new();
    place.write(
        "broken.rules",
        "# first\n  \nprefix_rule(pattern = [\"git\"], decision = \"maybe\")\ndeny_read(\".env\")\n",
    );
    place.write("syntax.rules", "prefix_rule(\n");
    place.write("latin.rules", "ok");
    std::fs::write(place.path().join("latin.rules"), b"# \xff\n").expect("write");
    let broken = ["broken.rules:3:1", "broken.rules:4:1", "decision = \"maybe\"", "deny_read(\".env\")", "help: "];
    for (policy, said) in [
        ("broken.rules", &broken[..]),
        ("syntax.rules", &["syntax.rules:"]),
        ("latin.rules", &["latin.rules", "is not UTF-8"]),
        ("missing.rules", &["missing.rules", "does not exist"]),
        (".", &["broken.rules:3:1", "syntax.rules:", "latin.rules"]),
        ("/dev/null", &["/dev/null", "is not a regular file"]),
    ] {
        for verb in ["check", "explain"] {
            let ended = place.run(&[verb, "--policy", policy, "true"], b"");
            assert_eq!((ended.status, ended.stdout.as_str()), (Some(4), ""), "{verb} {policy}: {ended:?}");
            for part in said {
                assert!(ended.stderr.contains(part), "{verb} {policy}: no `{part}` in {}", ended.stderr);
            }
            assert!(!ended.stderr.contains('\u{1b}'), "{verb} {policy}: colours");
        }
        let ended = place.run(&["check", "--policy", policy, "--jsonl"], b"{}\n");
        assert_eq!((ended.status, ended.stdout.as_str()), (Some(4), ""), "--jsonl {policy}: {ended:?}");
        let ended = place.run(&["hook", "--policy", policy], &place.shell("true"));
        ended.assert_blocks(policy);
        let where_ = said[0];
        assert!(ended.stderr.contains("the policy does not load"), "{policy}: {}", ended.stderr);
        assert!(ended.stderr.contains(where_), "{policy}: {}", ended.stderr);
    }
}

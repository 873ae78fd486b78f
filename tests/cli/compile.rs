//! `compile`, and what becomes of calls when the sources or the compiled policy change.

use crate::harness::Place;
use prexec::compiled::{self, Choice, Origin, Role};
use prexec::policy::Trust;
use prexec::rules::Loader;
use std::sync::atomic::{AtomicBool, Ordering};

const POLICY: &str = "deny_read(\"**/secret\")\nprefix_rule([\"git\", \"push\"], decision = \"prompt\")\n";

/// A directory of policies, compiled.
fn compiled() -> Place {
    let place = Place::new();
    std::fs::create_dir(place.path().join("rules")).expect("a directory");
    place.write("rules/a.rules", POLICY);
    compile(&place);
    place
}

fn compile(place: &Place) {
    let ended = place.run(&["compile", "--policy", "rules", "-o", "p.bin"], b"");
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(ended.stdout.starts_with("compiled 2 rules on commands and paths to `p.bin`"), "{}", ended.stdout);
}

fn hook(place: &Place, command: &str, more: &[&str]) -> (Option<i32>, String) {
    let arguments = [&["hook", "--policy", "p.bin"], more].concat();
    let ended = place.run(&arguments, &place.shell(command));
    (ended.status, ended.stderr)
}

#[test]
fn a_compiled_policy_decides_as_its_sources() {
    let place = compiled();
    for command in ["cat secret", "cat README.md", "git push", "git status", "grep -r x .", "cat s*"] {
        let of = |policy: &str| place.run(&["check", "--policy", policy, "--json", command], b"");
        let (sources, compiled) = (of("rules"), of("p.bin"));
        assert_eq!((sources.status, sources.stdout), (compiled.status, compiled.stdout), "{command}");
        let explain = |policy: &str| place.run(&["explain", "--policy", policy, "--json", command], b"").stdout;
        assert_eq!(without_sources(&explain("rules")), without_sources(&explain("p.bin")), "{command}");
    }
    assert_eq!(hook(&place, "cat secret", &[]).0, Some(2));
    assert_eq!(hook(&place, "cat README.md", &[]), (Some(0), String::new()));
}

/// An explanation without the text of the rules, which a compiled policy does not hold.
fn without_sources(explanation: &str) -> String {
    let mut value: serde_json::Value = serde_json::from_str(explanation).expect("an explanation is JSON");
    remove(&mut value, "source");
    value.to_string()
}

fn remove(value: &mut serde_json::Value, key: &str) {
    match value {
        serde_json::Value::Object(map) => {
            map.remove(key);
            map.values_mut().for_each(|inner| remove(inner, key));
        }
        serde_json::Value::Array(list) => list.iter_mut().for_each(|inner| remove(inner, key)),
        _ => {}
    }
}

/// Something that happens to the sources.
type Change = fn(&Place);

#[test]
fn a_change_of_the_sources_denies_until_it_is_compiled_again() {
    let changes: [(&str, Change); 5] = [
        ("has changed", |p| drop(p.write("rules/a.rules", "prefix_rule([\"true\"], decision = \"forbidden\")\n"))),
        ("added to", |p| drop(p.write("rules/b.rules", "prefix_rule([\"true\"], decision = \"forbidden\")\n"))),
        ("taken away", |p| std::fs::remove_file(p.path().join("rules/a.rules")).expect("it is there")),
        ("rules` cannot be looked at", |p| std::fs::remove_dir_all(p.path().join("rules")).expect("it is there")),
        ("taken away", |p| {
            // The same bytes in another file.
            std::fs::remove_file(p.path().join("rules/a.rules")).expect("it is there");
            p.write("rules/a.rules", POLICY);
        }),
    ];
    for (what, change) in changes {
        let place = compiled();
        assert_eq!(hook(&place, "true", &[]), (Some(0), String::new()));
        change(&place);
        let (status, stderr) = hook(&place, "true", &[]);
        assert_eq!(status, Some(2), "{what}: {stderr}");
        assert!(stderr.contains("older than its sources") && stderr.contains(what), "{what}: {stderr}");
        assert!(stderr.contains("prexec compile"), "{what}: {stderr}");
        let checked = place.run(&["check", "--policy", "p.bin", "true"], b"");
        assert_eq!(checked.status, Some(4), "{checked:?}");
    }
}

#[test]
fn stale_sources_decide_where_that_is_asked_for() {
    let place = compiled();
    place.write("rules/b.rules", "prefix_rule([\"true\"], decision = \"forbidden\")\n");
    let (status, stderr) = hook(&place, "true", &["--stale", "sources"]);
    assert!(status == Some(2) && stderr.contains("rules/b.rules:1:1"), "{stderr}");
    assert_eq!(hook(&place, "false", &["--stale", "sources"]), (Some(0), String::new()));
    // Sources that are gone decide nothing.
    std::fs::remove_dir_all(place.path().join("rules")).expect("it is there");
    assert_eq!(hook(&place, "false", &["--stale", "sources"]).0, Some(2));
}

#[test]
fn what_is_damaged_denies_in_a_sentence() {
    let place = compiled();
    let bytes = std::fs::read(place.path().join("p.bin")).expect("it was written");
    for (bytes, why) in [
        (bytes[..bytes.len() / 2].to_vec(), "it is damaged"),
        (bytes[..12].to_vec(), "it is damaged"),
        ([&bytes[..8], &[9], &bytes[9..]].concat(), "version 9"),
        ([&bytes[..20], &[bytes[20] ^ 1], &bytes[21..]].concat(), "it is damaged"),
        (bytes[..4].to_vec(), "neither"),
        (Vec::new(), "neither"),
    ] {
        std::fs::write(place.path().join("p.bin"), &bytes).expect("it can be written");
        let (status, stderr) = hook(&place, "cat secret", &["--stale", "sources"]);
        assert_eq!(status, Some(2), "{why}: {stderr}");
        assert!(stderr.contains(why) && stderr.contains("prexec compile"), "{why}: {stderr}");
    }
}

#[test]
fn a_users_layer_is_compiled_where_the_hook_finds_it() {
    let place = Place::below_home();
    std::fs::create_dir_all(place.path().join("home/.config/prexec")).expect("directories");
    place.write("home/.config/prexec/mine.rules", "prefix_rule([\"make\"], decision = \"forbidden\")\n");
    let home = place.path().join("home").display().to_string();
    let decide = |command: &str| {
        let ended = place.run(&["hook", "--home", &home], &place.shell(command));
        (ended.status, ended.stderr)
    };
    let before = decide("make");
    assert!(before.0 == Some(2) && before.1.contains("mine.rules:1:1"), "{before:?}");
    let ended = place.run(&["compile", "--user", "--home", &home], b"");
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(place.path().join("home/.local/state/prexec/policy.bin").exists());
    assert_eq!(decide("make"), before);
    assert_eq!(decide("true"), (Some(0), String::new()));
    place.write("home/.config/prexec/mine.rules", "prefix_rule([\"true\"], decision = \"forbidden\")\n");
    let stale = decide("true");
    assert!(stale.0 == Some(2) && stale.1.contains("older than its sources"), "{stale:?}");
    // A policy that was compiled from something else is not the user's layer.
    place.write("other.rules", "prefix_rule([\"true\"])\n");
    let ended = place.run(&["compile", "--policy", "other.rules", "-o", "home/.local/state/prexec/policy.bin"], b"");
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert_eq!(decide("true").0, Some(2));
}

#[test]
fn replacing_it_while_calls_run_never_fails_one() {
    let place = compiled();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                compile(&place);
            }
        });
        for _ in 0..60 {
            assert_eq!(hook(&place, "cat README.md", &[]), (Some(0), String::new()));
            assert_eq!(hook(&place, "cat secret", &[]).0, Some(2));
        }
        done.store(true, Ordering::Relaxed);
    });
}

/// Three files of rules, and a policy that chooses from them; `mine` is who gets the first.
fn by_account(mine: &str) -> Place {
    let place = Place::new();
    for (name, word) in [("mine", "mine"), ("theirs", "theirs"), ("fallback", "fallback")] {
        place.write(&format!("{name}.rules"), &format!("prefix_rule([\"{word}\"], decision = \"forbidden\")\n"));
    }
    let choices = format!(
        "[{{\"accounts\": [\"nobody-of-that-name\"], \"path\": \"./theirs.rules\"}}, {{{mine}, \"path\": \"./mine.rules\"}}]"
    );
    place.write("by.rules", &format!("select_policy({choices}, fallback = \"./fallback.rules\")\n"));
    place
}

#[test]
fn a_policy_by_account_is_chosen_when_a_call_is_decided() {
    let user = nix::unistd::User::from_uid(nix::unistd::geteuid()).expect("accounts").expect("an account");
    let group = nix::unistd::Group::from_gid(user.gid).expect("groups").expect("a group");
    for (mine, chosen) in [
        (format!("\"accounts\": [\"{}\"]", user.name), "mine"),
        (format!("\"groups\": [\"{}\"]", group.name), "mine"),
        ("\"groups\": [\"no-group-of-that-name\"]".to_owned(), "fallback"),
    ] {
        let place = by_account(&mine);
        let ended = place.run(&["compile", "--policy", "by.rules", "-o", "p.bin"], b"");
        assert_eq!(ended.status, Some(0), "{ended:?}");
        assert!(ended.stdout.starts_with("compiled 3 rules on commands and paths for 3 choices"), "{}", ended.stdout);
        for command in ["mine", "theirs", "fallback"] {
            let of = |policy: &str| place.run(&["check", "--policy", policy, "--json", command], b"");
            let (sources, compiled) = (of("by.rules"), of("p.bin"));
            assert_eq!((sources.status, &sources.stdout), (compiled.status, &compiled.stdout), "{command}");
            let denied = compiled.stdout.contains(&format!("{command}.rules:1:1"));
            assert_eq!(denied, command == chosen, "{mine}: {}", compiled.stdout);
        }
        // A change of what others get makes it stale, too.
        place.write("theirs.rules", "prefix_rule([\"other\"])\n");
        let (status, stderr) = hook(&place, "true", &[]);
        assert!(status == Some(2) && stderr.contains("older than its sources"), "{stderr}");
    }
}

#[test]
fn a_policy_that_chooses_twice_is_not_compiled() {
    let place = by_account("\"accounts\": [\"x\"]");
    place.write("twice.rules", "include(\"./by.rules\")\nselect_policy([{\"groups\": [\"g\"], \"path\": \"./mine.rules\"}], fallback = \"./theirs.rules\")\n");
    let ended = place.run(&["compile", "--policy", "twice.rules", "-o", "p.bin"], b"");
    assert_eq!(ended.status, Some(4), "{ended:?}");
    assert!(ended.stderr.contains("selects twice") && !place.path().join("p.bin").exists(), "{}", ended.stderr);
}

/// The account that the agent runs as can write it: what it says in the administrator's name must not count.
#[test]
fn a_users_file_says_nothing_in_the_administrators_name() {
    let place = Place::below_home();
    let state = place.path().join("home/.local/state/prexec");
    std::fs::create_dir_all(&state).expect("directories");
    let home = place.path().join("home").display().to_string();
    let loaded = Loader::new().load_text("x.rules", "prefix_rule([\"git\", \"push\"])\ndefault(network = \"allow\")\n");
    let mut policy = loaded.unwrap_or_else(|found| panic!("{found}")).policy;
    let mut forged = |trust: Trust, permits_repositories: bool| {
        policy.layers.iter_mut().for_each(|layer| layer.trust = trust);
        let origin = Origin { role: Role::User, sources: Vec::new(), facts: Vec::new(), gate: None };
        let all = Choice { policy: policy.clone(), permits_repositories, ..Choice::default() };
        std::fs::write(state.join("policy.bin"), compiled::write(&[], &all, &origin).expect("bytes")).expect("a file");
        let ended = place.run(&["hook", "--home", &home], &place.shell("git push"));
        ended.assert_blocks("a push");
        ended.stderr
    };
    for (trust, permits) in [(Trust::Managed, false), (Trust::User, true)] {
        let stderr = forged(trust, permits);
        assert!(stderr.contains("compiled from something else"), "{stderr}");
    }
    // As the user's it counts, and lifts nothing of the administrator's.
    assert!(forged(Trust::User, false).contains("git.rules"));
}

//! What `explain` shows a person. The files in `explained/` are whole outputs: the command line after `$`, then every line.

use crate::harness::Place;

const RULES: &str = r#"# what is known here
tier("near", paths = ["/nowhere"])
default(commands = "prompt", unknown = "forbidden")
prefix_rule(pattern = ["cargo", ["test", "build"]], decision = "allow", justification = "everyday work")
prefix_rule(pattern = ["git", "push"], decision = "prompt", justification = "ask first")
prefix_rule(pattern = ["cat"], decision = "allow")
prefix_rule(pattern = ["cat", "a"], decision = "forbidden", tiers = ["near"])
glob_rule("**/*.md", access = "read", decision = "allow")
deny_read(
    ["**/.env", "**/.env.*"],
    unless = ["**/.env.example"],
    justification = "secrets stay unread",
)
"#;

/// Every output is as it is written down; `UPDATE_GOLDEN=1 cargo test --test cli` writes it down anew, to be read before it is kept.
#[test]
fn outputs_are_as_written_down() {
    let place = Place::new();
    place.write("rules.rules", RULES);
    let golden = include_str!("explained/outputs.txt");
    let sections: Vec<&str> = golden.split("\n$ ").map(|s| s.trim_start_matches("$ ")).collect();
    assert!(sections.len() >= 6, "{} sections", sections.len());
    let mut anew = String::new();
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    for section in sections {
        let (line, expected) = section.split_once('\n').expect("a command and its output");
        let mut words = shlex::split(line).expect("a command line");
        let status: i32 = words.pop().and_then(|w| w.parse().ok()).expect("the exit status stands last");
        let mut arguments = vec!["explain", "--policy", "rules.rules", "--home", "/home/u"];
        arguments.extend(words.iter().map(String::as_str));
        let ended = place.run(&arguments, b"");
        let here = place.path().to_str().expect("UTF-8");
        let shown = ended.stdout.replace(here, "HERE");
        let shown: Vec<&str> = shown.lines().filter(|line| !line.starts_with("  policy     blake3:")).collect();
        if update {
            let (words, _) = line.rsplit_once(' ').expect("the exit status stands last");
            let status = ended.status.expect("an exit status").to_string();
            anew.extend(["$ ", words, " ", &status, "\n", &shown.join("\n"), "\n\n"]);
            continue;
        }
        assert_eq!(shown, expected.trim_end().lines().collect::<Vec<_>>(), "{line}:\n{}\n", shown.join("\n"));
        assert_eq!((ended.status, ended.stderr.as_str()), (Some(status), ""), "{line}");
    }
    if update {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/explained/outputs.txt");
        std::fs::write(file, anew.trim_end().to_owned() + "\n").expect("the golden file can be written");
    }
}

/// What the default output leaves out is counted there and shown with `--all`.
#[test]
fn all_shows_the_rules_that_do_not_match() {
    let place = Place::new();
    let lines = |arguments: &[&str]| {
        let ended = place.with_policy("explain", arguments, b"");
        let no = ended.stdout.lines().filter(|line| line.trim_start().starts_with("no    policy.rules:")).count();
        (no, ended.stdout.contains("rules tried: 2; 0 match, 0 could match, 2 do not match"))
    };
    assert_eq!(lines(&["ls"]), (0, true));
    assert_eq!(lines(&["--all", "ls"]), (2, true));
}

/// A call that cannot be read, and limits before and after the analysis.
#[test]
fn what_was_not_judged_is_not_explained_away() {
    let place = Place::new();
    let deep = "( ".repeat(60) + "true" + &")".repeat(60);
    let many = format!("echo {}", "a; echo ".repeat(14_000));
    let rules = (0..1500).map(|i| format!("prefix_rule(pattern = [\"p{i}\"])\n")).collect::<Vec<_>>().concat();
    place.write("many.rules", &rules);
    for (arguments, said) in [
        (&["--tool", "mcp__a__b", "[]"][..], "decided by input:"),
        (&[deep.as_str()], "decided by limit:script-depth"),
        (&["--policy", "many.rules", many.as_str()], "decided by limit:policy-steps"),
    ] {
        let ended = place.with_policy("explain", arguments, b"");
        assert_eq!(ended.status, Some(2), "{said}: {}", ended.stderr);
        assert!(ended.stdout.contains(said), "{said}: {}", ended.stdout.chars().take(3000).collect::<String>());
        assert!(!ended.stdout.contains("no rule and no default"), "{said}");
        let json = place.with_policy("explain", &[&["--json"], arguments].concat(), b"");
        assert_eq!(json.status, Some(2), "{said}");
        assert!(serde_json::from_str::<serde_json::Value>(&json.stdout).is_ok(), "{said}");
    }
}

use super::*;
use crate::world::memory::MemoryWorld;
use alloc::string::ToString;

/// A machine with a repository in `/w`, and what commands in it find.
fn findings(world: &MemoryWorld, subcommand: &str, options: &[&str]) -> Vec<String> {
    let options: Vec<Bytes> = options.iter().map(|o| o.as_bytes().into()).collect();
    let in_force = InForce::new(world, &Value::from("/w"), &mut Seen::default());
    let found = in_force.findings(world, subcommand.as_bytes(), &options, &[]);
    found
        .into_iter()
        .map(|finding| match finding {
            Finding::Setting(detail) => detail,
            Finding::Hook(path) => format!("hook {}", String::from_utf8_lossy(&path)),
        })
        .collect()
}

fn repository(config: &str) -> MemoryWorld {
    MemoryWorld::new().home("/home/u").text("/w/.git/config", config).text("/w/.git/HEAD", "ref: refs/heads/main\n")
}

#[test]
fn settings_are_heeded_by_their_subcommands() {
    // Setting, subcommand, options, whether it counts.
    let table: &[(&str, &str, &[&str], bool)] = &[
        ("[core]\n\tfsmonitor = true", "status", &[], false),
        ("[core]\n\tfsmonitor = ./x", "status", &[], true),
        ("[CORE]\n\tFsMonitor = \"./x\"", "status", &[], true),
        ("[core] fsmonitor = ./x", "log", &[], true),
        ("[core]\n\tfsmonitor", "status", &[], false),
        ("[core]\n\tsshCommand = evil", "status", &[], false),
        ("[core]\n\tsshCommand = evil", "fetch", &[], true),
        ("[core]\n\tsshCommand = evil\n[extensions]\n\tpartialClone = origin", "log", &[], true),
        ("[core]\n\tpager = evil\n[pager]\n\tlog = evil", "log", &[], false),
        ("[diff]\n\texternal = evil", "diff", &[], true),
        ("[diff]\n\texternal = evil", "diff", &["--no-ext-diff"], false),
        ("[diff]\n\texternal = evil", "log", &[], false),
        ("[diff]\n\texternal = evil", "log", &["--ext-diff"], true),
        ("[diff \"a b\"]\n\ttextconv = evil", "show", &[], true),
        ("[diff \"a\"]\n\txfuncname = x", "diff", &[], false),
        ("[filter \"lfs\"]\n\tclean = git-lfs clean -- %f\n\tprocess = git-lfs filter-process", "add", &[], false),
        ("[filter \"lfs\"]\n\tclean = \"git-lfs clean -- %f; evil\"", "add", &[], true),
        ("[filter \"x\"]\n\tsmudge = evil", "checkout", &[], true),
        ("[filter \"x\"]\n\tsmudge = evil", "log", &[], false),
        ("[merge \"x\"]\n\tdriver = evil", "merge", &[], true),
        ("[credential]\n\thelper = store", "fetch", &[], false),
        ("[credential]\n\thelper = !evil", "fetch", &[], true),
        ("[credential \"https://x\"]\n\thelper = !evil", "push", &[], true),
        ("[core]\n\teditor = vim", "commit", &[], false),
        ("[core]\n\teditor = evil", "commit", &[], true),
        ("[core]\n\teditor = evil", "commit", &["-m"], false),
        ("[core]\n\teditor = evil", "commit", &["-m", "-e"], true),
        ("[sequence]\n\teditor = evil", "rebase", &[], false),
        ("[sequence]\n\teditor = evil", "rebase", &["-i"], true),
        ("[gpg]\n\tprogram = gpg2", "commit", &[], false),
        ("[gpg \"ssh\"]\n\tprogram = evil", "commit", &[], true),
        ("[remote \"origin\"]\n\turl = https://x/y", "fetch", &[], false),
        ("[remote \"origin\"]\n\turl = ext::evil", "fetch", &[], true),
        ("[url \"ext::evil\"]\n\tinsteadOf = https://x", "fetch", &[], true),
        ("[url \"git@x:\"]\n\tinsteadOf = https://x", "fetch", &[], false),
        ("[protocol \"ext\"]\n\tallow = always", "clone", &[], true),
        ("[protocol \"https\"]\n\tallow = always", "clone", &[], false),
        ("[core]\n\tworktree = /home/u", "status", &[], true),
        ("[alias]\n\tst = !evil", "status", &[], false),
        ("[user]\n\tname = A\n[branch \"main\"]\n\tremote = origin\n", "commit", &["-m"], false),
        ("[core\n", "status", &[], true),
    ];
    for (config, subcommand, options, counts) in table {
        let found = findings(&repository(config), subcommand, options);
        assert_eq!(!found.is_empty(), *counts, "{config:?} {subcommand} {options:?}: {found:?}");
    }
}

#[test]
fn every_file_that_git_reads() {
    let evil = "[core]\n\tfsmonitor = evil\n";
    let plain = || repository("[core]\n\tbare = false\n");
    let include = |path: &str| repository(&format!("[include]\n\tpath = {path}\n"));
    for (what, world, counts) in [
        ("nothing", plain(), false),
        ("the system's", plain().text("/etc/gitconfig", evil), true),
        ("the account's", plain().text("/home/u/.gitconfig", evil), true),
        ("the account's other", plain().text("/home/u/.config/git/config", evil), true),
        ("of XDG", plain().environment("XDG_CONFIG_HOME", "/x").text("/x/git/config", evil), true),
        ("named", plain().environment("GIT_CONFIG_GLOBAL", "/x").text("/x", evil), true),
        ("named instead", plain().environment("GIT_CONFIG_GLOBAL", "/x").text("/home/u/.gitconfig", evil), false),
        ("of the working tree", plain().text("/w/.git/config.worktree", evil), true),
        ("included", include("x").text("/w/.git/x", evil), true),
        ("included from home", include("~/x").text("/home/u/x", evil), true),
        ("included but missing", include("x"), false),
        ("included but unreadable", include("x").unreadable("/w/.git/x"), true),
        ("included from anywhere", include("~other/x"), true),
        ("of a submodule", plain().text("/w/.git/modules/m/config", evil).file("/w/.git/modules/m/HEAD"), true),
        (
            "of a deep submodule",
            plain().text("/w/.git/modules/a/b/config", evil).file("/w/.git/modules/a/b/HEAD"),
            true,
        ),
        ("of an outer directory", plain().text("/.git/config", evil), false),
        ("unreadable", plain().unreadable("/home/u/.gitconfig"), true),
        ("a circle", include("config").text("/w/.git/x", evil), false),
    ] {
        let found = findings(&world, "status", &[]);
        assert_eq!(!found.is_empty(), counts, "{what}: {found:?}");
    }
}

#[test]
fn repositories_of_other_shapes() {
    let evil = "[core]\n\tfsmonitor = evil\n";
    let home = || MemoryWorld::new().home("/home/u");
    let linked = |config: &str| {
        home()
            .text("/w/.git", "gitdir: /r/.git/worktrees/w\n")
            .text("/r/.git/worktrees/w/commondir", "../..\n")
            .text("/r/.git/config", config)
    };
    let bare = |dir: &str| {
        home().file(format!("{dir}/HEAD")).directory(format!("{dir}/objects")).directory(format!("{dir}/refs"))
    };
    for (what, world, counts) in [
        ("none", home().directory("/w"), false),
        ("a linked working tree", linked(""), false),
        ("a linked working tree with a setting", linked(evil), true),
        ("a link", home().link("/w/.git", "/r").text("/r/config", evil), true),
        ("a file that says nothing", home().text("/w/.git", "x"), true),
        ("a bare one here", bare("/w"), true),
        ("a bare one above", bare("").directory("/w"), true),
        ("a bare one below", bare("/w/x"), false),
        (
            "a submodule",
            home()
                .text("/w/.git", "gitdir: ../s/.git/modules/w")
                .text("/s/.git/modules/w/config", "[core]\n\tworktree = ../../../../w\n"),
            false,
        ),
        ("not to be looked at", home().unreadable("/w/.git"), true),
    ] {
        let found = findings(&world, "status", &[]);
        assert_eq!(!found.is_empty(), counts, "{what}: {found:?}");
    }
    let unknown = InForce::new(&home(), &Value::ANY_WORD, &mut Seen::default());
    assert_eq!(unknown.findings(&home(), b"status", &[], &[]).len(), 1);
}

#[test]
fn hooks_that_run() {
    let lfs = "#!/bin/sh\ncommand -v git-lfs >/dev/null 2>&1 || { printf >&2 \"\\n%s\\n\\n\" \"no 'git-lfs' (set by 'core.hookspath')\"; exit 2; }\ngit lfs pre-push \"$@\"\n";
    let hook = |name: &str| repository("").program(format!("/w/.git/hooks/{name}"));
    let with_text = |text: &str| hook("pre-push").text("/w/.git/hooks/pre-push", text);
    let husky = || repository("[core]\n\thooksPath = .husky/_").program("/w/.husky/_/pre-commit");
    for (world, subcommand, expected) in [
        (hook("pre-commit"), "commit", Some("hook /w/.git/hooks/pre-commit")),
        (hook("pre-commit"), "status", None),
        (hook("pre-commit.sample"), "commit", None),
        (repository("").file("/w/.git/hooks/pre-commit"), "commit", None),
        (hook("post-index-change"), "status", Some("hook /w/.git/hooks/post-index-change")),
        (hook("reference-transaction"), "branch", Some("hook /w/.git/hooks/reference-transaction")),
        (husky(), "commit", Some("hook /w/.husky/_/pre-commit")),
        (husky(), "log", None),
        (with_text(lfs), "push", None),
        (with_text("#!/bin/sh\ngit lfs pre-push \"$@\"\n"), "push", None),
        (with_text("#!/bin/sh\nevil\ngit lfs pre-push \"$@\"\n"), "push", Some("hook /w/.git/hooks/pre-push")),
        (with_text(&lfs.replace("no ", "$(evil)")), "push", Some("hook /w/.git/hooks/pre-push")),
        (with_text(&lfs.replace("exit 2", "evil; exit 2")), "push", Some("hook /w/.git/hooks/pre-push")),
    ] {
        let found = findings(&world, subcommand, &[]);
        assert_eq!(found.first().map(String::as_str), expected, "{subcommand}: {found:?}");
    }
}

#[test]
fn aliases_of_unknown_names() {
    let world = repository("[alias]\n\tCi = commit\n\tx = !evil\n[alias \"new\"]\n\tcommand = log\n");
    let values = |name: &str| -> Vec<String> {
        let found = InForce::new(&world, &Value::from("/w"), &mut Seen::default()).aliases(&world, name.as_bytes());
        found.into_iter().map(|alias| String::from_utf8_lossy(&alias.value).to_string()).collect()
    };
    assert_eq!(values("ci"), ["commit"]);
    assert_eq!(values("x"), ["!evil"]);
    assert_eq!(values("new"), ["log"]);
    assert!(values("y").is_empty());
    let world = world.environment("PATH", "/p").program("/p/git-x");
    assert!(InForce::new(&world, &Value::from("/w"), &mut Seen::default()).aliases(&world, b"x").is_empty());
}

#[test]
fn files_as_git_reads_them() {
    let all = |text: &str| -> Option<Vec<String>> {
        let entries = parse(text.as_bytes()).ok()?;
        let shown = |e: &Entry| match &e.value {
            Some(value) => format!("{}={}", e.shown(), String::from_utf8_lossy(value)),
            None => e.shown(),
        };
        Some(entries.iter().map(shown).collect())
    };
    for (text, expected) in [
        ("[a]\nb = c", Some(&["a.b=c"][..])),
        ("[A \"B\"]\nC=d", Some(&["a.B.c=d"])),
        ("[A.B]\nC=d", Some(&["a.b.c=d"])),
        ("[a]b=c", Some(&["a.b=c"])),
        ("[a]\nb", Some(&["a.b"])),
        ("[a]\nb = \"c ; d\" ; e", Some(&["a.b=c ; d"])),
        ("[a]\nb = c\\\nd", Some(&["a.b=cd"])),
        ("[a]\nb = c \\\n  d", Some(&["a.b=c   d"])),
        ("[a]\nb = c\\n\\t\\\"\\\\", Some(&["a.b=c\n\t\"\\"])),
        ("[a \"b\\\"c\"]\nd=e", Some(&["a.b\"c.d=e"])),
        ("# x\n; y\n[a] ; z\nb=c # d\n", Some(&["a.b=c"])),
        ("[a]\r\nb=c\r\n", Some(&["a.b=c"])),
        ("\u{feff}[a]\nb=c", Some(&["a.b=c"])),
        ("[a]\nb=\"c", None),
        ("[a]\nb=\\x", None),
        ("[a]\nb c", None),
        ("[a b]\nc=d", None),
        ("[a\n", None),
        ("]", None),
        ("b=c", None),
    ] {
        let expected = expected.map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(all(text), expected, "{text:?}");
    }
}

/// Texts that are made of the pieces that matter, held against the git of this machine.
#[test]
fn reads_what_git_reads() {
    const PIECES: &[&str] = &[
        "[core]",
        "[Core \"Sub\"]",
        "[a.B]",
        "[x \"y\\\"z\\\\\"]",
        "\n",
        "\n",
        "\n",
        "\r\n",
        " ",
        "\t",
        "name",
        "Key",
        "=",
        " = ",
        "\"",
        "\\",
        "\\\n",
        "\\n",
        "\\t",
        "#",
        ";",
        "value",
        "a b",
        "  ",
        "!cmd",
        "]",
        "[",
        "true",
        "é",
        ".",
        "-x",
    ];
    let Ok(version) = std::process::Command::new("git").arg("--version").output() else {
        std::eprintln!("there is no git on this machine: nothing was compared");
        return;
    };
    assert!(version.status.success(), "git does not start");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config");
    let (mut seed, mut read, mut refused) = (0x2545_f491_4f6c_dd1d_u64, 0, 0);
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % u64::try_from(below).unwrap()).unwrap()
    };
    for _ in 0..600 {
        let mut text = String::from("[core]\n");
        for _ in 0..next(14) {
            text.push_str(PIECES[next(PIECES.len())]);
        }
        std::fs::write(&file, &text).unwrap();
        let git = std::process::Command::new("git")
            .args(["config", "--null", "--list", "--file"])
            .arg(&file)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        let ours = parse(text.as_bytes());
        if !git.status.success() {
            // Being stricter than git is no harm, being laxer neither where git stops: but it would be a difference.
            assert_eq!(ours, Err(Malformed), "git refuses {text:?}: {}", String::from_utf8_lossy(&git.stderr));
            refused += 1;
            continue;
        }
        let ours = ours.unwrap_or_else(|_| panic!("git reads {text:?}"));
        let ours: Vec<u8> = ours
            .iter()
            .flat_map(|e| {
                let mut line = e.section.to_vec();
                for part in e.subsection.as_deref().into_iter().chain([e.name.as_slice()]) {
                    line.push(b'.');
                    line.extend_from_slice(part);
                }
                if let Some(value) = &e.value {
                    line.push(b'\n');
                    line.extend_from_slice(value);
                }
                line.push(0);
                line
            })
            .collect();
        assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(&git.stdout), "{text:?}");
        read += 1;
    }
    assert!(read > 100 && refused > 100, "{read} read, {refused} refused");
}

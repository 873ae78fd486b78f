//! Names that options keep a recursive reader from, held against the programs themselves: what they read in a random tree is never
//! taken for passed over.

#![cfg(all(feature = "admin", unix))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot make its tree has no other way to say so")]

use prexec::codex;
use prexec::decision::Decision;
use prexec::gate;
use prexec::rules::Loader;
use prexec::world::HostWorld;
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::json;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

const NAMES: &[&str] = &["a.rs", "b.key", ".env", "secrets", "a", ".x.rs", "a.rs.key", "+b"];
const PATTERNS: &[&str] = &[
    "*.rs",
    "*.key",
    ".env",
    "secrets",
    "a*",
    "*",
    "?",
    ".*",
    "a.rs",
    "*.{rs,key}",
    "secrets/",
    "./a",
    "!a",
    "+ a",
    "- a",
    "!",
    "!*.rs",
    "[ab]*",
    "a.rs*",
    "*env",
    "!.env",
    "!secrets",
    "!secrets/",
    "**/a",
    "!*.{rs,key}",
    "/a",
    "*/a",
    "a\\*",
];

/// A program with its options, and how it says which files it reads below `.`.
struct Reader {
    program: &'static str,
    options: &'static [&'static str],
    before: &'static [&'static str],
    after: &'static [&'static str],
    /// What makes the same run list the files that it reads.
    listing: &'static [&'static str],
}

const READERS: &[Reader] = &[
    Reader {
        program: "grep",
        options: &["--include=", "--exclude=", "--exclude-dir="],
        before: &["-r"],
        after: &["content", "."],
        listing: &["-l"],
    },
    Reader {
        program: "grep",
        options: &["--include=", "--exclude=", "--exclude-dir="],
        before: &["-R"],
        after: &["content", "."],
        listing: &["-l"],
    },
    Reader { program: "tar", options: &["--exclude="], before: &["-cf", "/dev/null"], after: &["."], listing: &["-v"] },
    Reader {
        program: "rsync",
        options: &["--include=", "--exclude="],
        before: &["-rlL"],
        after: &[".", "/nonexistent/x"],
        listing: &["-n", "--out-format=%n"],
    },
    Reader {
        program: "rg",
        options: &["--glob="],
        before: &["--no-config"],
        after: &["content", "."],
        listing: &["-l"],
    },
    Reader {
        program: "rg",
        options: &["--glob="],
        before: &["--no-config", "--hidden"],
        after: &["content", "."],
        listing: &["-l"],
    },
    Reader {
        program: "rg",
        options: &["--glob="],
        before: &["--no-config", "--hidden", "-L"],
        after: &["content", "."],
        listing: &["-l"],
    },
];

fn exists(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|out| out.status.success())
}

fn plant(root: &Path, paths: &[Vec<&str>], links: &[(Vec<&str>, Vec<&str>)]) {
    for names in paths {
        let file: PathBuf = names.iter().collect();
        let file = root.join(file);
        if fs::create_dir_all(file.parent().unwrap()).is_ok() && !file.exists() {
            let _ = fs::write(&file, "content\n");
        }
    }
    for (place, target) in links {
        let place = root.join(place.iter().collect::<PathBuf>());
        if place.parent().is_some_and(Path::is_dir) {
            let _ = symlink(root.join(target.iter().collect::<PathBuf>()), place);
        }
    }
}

/// The files that a run reads, by where they really are.
fn read_by(root: &Path, reader: &Reader, options: &[String]) -> BTreeSet<PathBuf> {
    let out = Command::new(reader.program)
        .args(reader.listing)
        .args(reader.before)
        .args(options)
        .args(reader.after)
        .current_dir(root)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    let files = text.lines().filter_map(|line| fs::canonicalize(root.join(line)).ok()).filter(|path| path.is_file());
    files.filter(|path| path.starts_with(root)).collect()
}

fn asked(root: &Path, command: &str, secret: &Path) -> bool {
    let rules = format!("default(unknown = \"allow\", network = \"allow\")\ndeny_read(\"{}\")\n", secret.display());
    let policy = Loader::new().load_text("one.rules", &rules).map_err(|d| d.to_string()).unwrap().policy;
    let payload = json!({
        "hook_event_name": "PreToolUse", "session_id": "s", "turn_id": "t", "transcript_path": null, "cwd": root, "model": "m",
        "permission_mode": "default", "tool_name": "Bash", "tool_input": { "command": command }, "tool_use_id": "u",
    });
    let judged = gate::judge(&codex::read(payload.to_string().as_bytes()), &policy, &HostWorld::new(None));
    judged.verdict.decision() != Decision::Allow
}

#[test]
fn what_a_program_reads_is_not_passed_over() {
    let readers: Vec<&Reader> = READERS.iter().filter(|reader| exists(reader.program)).collect();
    let path = || prop::collection::vec(prop::sample::select(NAMES), 1..4);
    let strategy = (
        prop::collection::vec(path(), 3..10),
        prop::collection::vec((path(), path()), 0..2),
        prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(PATTERNS)), 0..4),
        prop::sample::select((0..readers.len()).collect::<Vec<_>>()),
    );
    let cases = std::env::var("FILTER_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    let mut runner = TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
    let counts = Cell::new((0_u32, 0_u32, 0_u32));
    let result = runner.run(&strategy, |(paths, links, options, reader)| {
        let reader = readers.get(reader).unwrap();
        let tree = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(tree.path()).unwrap();
        plant(&root, &paths, &links);
        let options: Vec<String> =
            options.iter().map(|(option, pattern)| format!("{}{pattern}", option.get(reader.options))).collect();
        let quoted: Vec<String> = options.iter().map(|option| format!("'{option}'")).collect();
        let command =
            [&[reader.program], reader.before, &quoted.iter().map(String::as_str).collect::<Vec<_>>(), reader.after]
                .concat()
                .join(" ");
        let read = read_by(&root, reader, &options);
        let (mut hits, mut free, mut more) = counts.get();
        let files: BTreeSet<PathBuf> = paths.iter().map(|names| root.join(names.iter().collect::<PathBuf>())).collect();
        for file in files.iter().filter(|file| file.is_file()) {
            let asked = asked(&root, &command, file);
            if read.contains(file) {
                hits += 1;
                prop_assert!(asked, "`{}` reads {}, links {:?}", command, file.display(), links);
            } else if asked {
                more += 1;
            } else {
                free += 1;
            }
        }
        counts.set((hits, free, more));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let (hits, free, more) = counts.get();
    eprintln!("{hits} files read and asked about; of those passed over {free} are free and {more} asked about");
    assert!(hits > 200 && free > 40, "{hits}, {free}: too few to mean something");
}

//! The site below `docs`: its pages are listed, its links lead somewhere, its reference is current, and its commands run. With mdBook
//! at hand (`PREXEC_MDBOOK`, or in PATH) it is built as well.

#![cfg(all(feature = "admin", target_os = "linux"))]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use nix::unistd::geteuid;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Pages whose commands are run here. Those of an included file are run where that file is tested.
const PAGES: [&str; 5] = ["introduction.md", "quick-start.md", "policies.md", "faq.md", "reference.md"];
const INCLUDED: [&str; 4] = ["fleet.md", "tables.md", "shipped.md", "threat-model.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join("docs/src").join(name)).expect(name)
}

/// The text of a page, of an included one the file itself.
fn whole(name: &str) -> String {
    let text = page(name);
    match text.trim().strip_prefix("{{#include ").and_then(|rest| rest.strip_suffix("}}")) {
        Some(path) => fs::read_to_string(root().join("docs/src").join(path)).expect(path),
        None => text,
    }
}

fn blocks(name: &str, language: &str) -> Vec<String> {
    let text = whole(name);
    let blocks = text.split("```").skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).map(String::from).collect()
}

#[test]
fn every_page_is_listed_and_is_there() {
    let summary = page("SUMMARY.md");
    let listed: BTreeSet<&str> = summary.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let expected: BTreeSet<&str> = PAGES.into_iter().chain(INCLUDED).collect();
    assert_eq!(listed, expected);
    let files = fs::read_dir(root().join("docs/src")).expect("pages").map(|entry| entry.expect("a page").file_name());
    let files: BTreeSet<String> = files.filter_map(|name| name.into_string().ok()).collect();
    let wanted: BTreeSet<String> = expected.into_iter().chain(["SUMMARY.md"]).map(String::from).collect();
    assert_eq!(files, wanted);
    for name in INCLUDED {
        assert!(whole(name).lines().count() > 20, "{name} includes nothing");
    }
}

/// The name that mdBook gives a heading.
fn anchor(heading: &str) -> String {
    let kept =
        heading.trim().to_lowercase().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>();
    kept.replace(' ', "-")
}

#[test]
fn every_link_leads_somewhere() {
    for name in PAGES.into_iter().chain(INCLUDED).chain(["SUMMARY.md"]) {
        let text = whole(name);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("https://") {
                continue;
            }
            let (file, part) = link.split_once('#').unwrap_or((link, ""));
            let file = if file.is_empty() { name } else { file };
            assert!(root().join("docs/src").join(file).is_file(), "{name}: {link}");
            let target = whole(file);
            let mut headings = target
                .lines()
                .filter_map(|line| line.strip_prefix('#'))
                .map(|line| anchor(line.trim_start_matches('#')));
            assert!(part.is_empty() || headings.any(|found| found == part), "{name}: {link}");
        }
    }
}

#[test]
fn the_reference_is_current() {
    let path = root().join("docs/src/reference.md");
    let wanted = prexec::rules::reference();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, wanted).expect("a reference");
    } else {
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == wanted, "docs/src/reference.md is stale; run `UPDATE_GOLDEN=1 cargo test --test docs`");
    }
}

#[test]
fn every_policy_of_the_guides_loads() {
    for name in ["quick-start.md", "policies.md"] {
        for text in blocks(name, "python") {
            if let Err(found) = prexec::rules::Loader::new().load_text(name, &text) {
                panic!("{name}: {found}");
            }
        }
    }
}

/// As the fleet's guide is: by root on a machine whose `/etc` is the test's own.
#[test]
fn every_command_runs() {
    let lines =
        |name: &&str| blocks(name, "sh").iter().flat_map(|block| block.lines()).map(String::from).collect::<Vec<_>>();
    let all: Vec<Vec<String>> = PAGES.iter().map(lines).collect();
    assert!(all.iter().flatten().count() > 25, "the pages show fewer commands than they should");
    if !geteuid().is_root() {
        eprintln!("files of root's can only be made by root: the commands are not run");
        return;
    }
    for (name, lines) in PAGES.iter().zip(all).filter(|(_, lines)| !lines.is_empty()) {
        run(name, &lines);
    }
}

/// Runs the lines of a page one after the other.
fn run(name: &str, lines: &[String]) {
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let mut script = format!(
        "set -e\nmount -t tmpfs tmpfs '{0}'\nmkdir '{0}/upper' '{0}/work'\n\
         mount -t overlay overlay -o 'lowerdir=/etc,upperdir={0}/upper,workdir={0}/work' /etc\nrm -rf /etc/prexec /etc/codex\n\
         mount -t tmpfs -o mode=755 tmpfs /var/log\nmount -t tmpfs -o mode=755 tmpfs /opt\nmkdir -p /opt/home/.local/bin\n\
         sed -i 's|^root:\\(.*\\):/root:|root:\\1:/opt/home:|' /etc/passwd\n\
         export PATH=/opt/home/.local/bin:/usr/bin:/bin HOME=/opt/home\ninstall '{1}' /opt/home/.local/bin/prexec\nset +e\n",
        scratch.path().display(),
        env!("CARGO_BIN_EXE_prexec"),
    );
    // CI builds it.
    let lines: Vec<&String> = lines.iter().filter(|line| *line != "cargo build --release").collect();
    for line in &lines {
        let line = line.replace("target/release/prexec", env!("CARGO_BIN_EXE_prexec"));
        let line = line.replace("target/book.bin", "/opt/book.bin");
        script.extend([line.as_str(), " > /opt/out 2> /opt/err\necho $?\ncat /opt/err >&2\n"]);
    }
    let mut command = Command::new("unshare");
    command.args(["--mount", "--fork", "/bin/bash", "-c", &script]).current_dir(root()).env_remove("CODEX_HOME");
    let out = command.output().expect("unshare starts");
    let said = String::from_utf8_lossy(&out.stdout);
    assert_eq!(said.lines().count(), lines.len(), "{name}: {out:?}");
    for (status, line) in said.lines().zip(lines) {
        // A verdict, what `doctor` found, or what `diff` found is no error.
        let fine: &[&str] = match line.split(' ').nth(1) {
            Some("check" | "explain") => &["0", "2", "3"],
            Some("doctor" | "diff") => &["0", "5"],
            _ => &["0"],
        };
        assert!(fine.contains(&status), "{name}: `{line}` ended with {status}: {out:?}");
    }
}

/// mdBook itself, where it is installed.
#[test]
fn mdbook_builds_it() {
    let program = std::env::var_os("PREXEC_MDBOOK").map_or_else(|| PathBuf::from("mdbook"), PathBuf::from);
    let into = tempfile::tempdir().expect("a directory");
    let mut command = Command::new(program);
    let Ok(out) = command.arg("build").arg("--dest-dir").arg(into.path()).arg(root().join("docs")).output() else {
        println!("mdBook is not here: the site is not built");
        return;
    };
    assert!(out.status.success() && !String::from_utf8_lossy(&out.stderr).contains("WARN"), "{out:?}");
    for (page, text) in
        [("reference.html", "glob_rule"), ("fleet.html", "break-glass"), ("threat-model.html", "What is promised")]
    {
        let html = fs::read_to_string(into.path().join(page)).expect(page);
        assert!(html.contains(text), "{page}");
    }
}

//! Which files are opened as policies, and what `include` and `load` reach.

use crate::{dump, with_help};
use prexec::rules::{Check, Loader};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A directory of policies that is as it should be: ours alone.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.mode("", 0o755);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().canonicalize().unwrap().join(name)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        self.directory(Path::new(name).parent().unwrap().to_str().unwrap());
        fs::write(&path, text).unwrap();
        self.mode(name, 0o644);
        path
    }

    fn directory(&self, name: &str) {
        let path = self.path(name);
        if !path.exists() {
            fs::create_dir_all(&path).unwrap();
            self.mode(name, 0o755);
        }
    }

    fn mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), Permissions::from_mode(mode)).unwrap();
    }

    /// Nothing above the place is looked at; its owner is whoever runs the test.
    fn check(&self) -> Check {
        Check { top: self.path("").components().collect(), sticky: false, owners: vec![me()] }
    }

    fn load_as(&self, check: Check, path: &Path) -> Result<String, String> {
        let loader = Loader::new().with_checks(check.clone(), check.clone(), check);
        match loader.load(&[path]) {
            Ok(found) => Ok(self.short(&dump::policy(&found.policy))),
            Err(diagnostics) => Err(self.short(&with_help(&diagnostics))),
        }
    }

    fn load(&self, name: &str) -> Result<String, String> {
        self.load_as(self.check(), &self.path(name))
    }

    /// Paths of this place begin with `P`.
    fn short(&self, text: &str) -> String {
        text.replace(self.path("").to_str().unwrap().trim_end_matches('/'), "P")
    }
}

fn me() -> u32 {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").unwrap().uid()
}

const RULE: &str = "prefix_rule(pattern = [\"ls\"])\n";

#[track_caller]
fn refused(outcome: Result<String, String>, message: &str, help: &str) {
    let found = outcome.expect_err("it loads");
    assert_eq!(found, format!("{message}\n    help: {help}\n"));
}

#[test]
fn a_file_that_is_ours_alone_is_read() {
    let place = Place::new();
    place.file("a.rules", RULE);
    assert_eq!(place.load("a.rules").unwrap(), "prefix P/a.rules:1:1 allow [[\"ls\"]]\n");
}

#[test]
fn a_file_that_others_may_write_is_refused() {
    let place = Place::new();
    place.file("a.rules", RULE);
    for mode in [0o664, 0o646, 0o666] {
        place.mode("a.rules", mode);
        refused(place.load("a.rules"), "P/a.rules: others may write `P/a.rules`", "`chmod go-w P/a.rules`");
    }
}

#[test]
fn a_file_of_another_owner_is_refused() {
    let place = Place::new();
    let path = place.file("a.rules", RULE);
    let check = Check { owners: vec![me() + 1], ..place.check() };
    let found = place.load_as(check, &path).unwrap_err();
    assert!(found.starts_with(&format!("P/a.rules: the directory `P` belongs to account {}\n", me())), "{found}");
}

#[test]
fn a_directory_that_others_may_write_is_refused() {
    let place = Place::new();
    let path = place.file("open/sub/a.rules", RULE);
    place.mode("open/sub", 0o755);
    for mode in [0o775, 0o757, 0o1777] {
        place.mode("open", mode);
        refused(
            place.load("open/sub/a.rules"),
            "P/open/sub/a.rules: others may write the directory `P/open`, so they may replace what is in it",
            "`chmod go-w P/open`, or keep it elsewhere",
        );
    }
    // Named on the command line, one's own file in a sticky directory will do; in another it will not.
    let sticky = Check { sticky: true, ..place.check() };
    assert!(place.load_as(sticky.clone(), &path).is_ok());
    place.mode("open", 0o777);
    assert!(place.load_as(sticky, &path).is_err());
}

#[test]
fn the_managed_layer_is_not_taken_from_a_sticky_directory() {
    assert!(!Check::managed().sticky && Check::managed().owners == [0]);
    assert!(!Check::user().sticky);
    assert!(Check::command_line().sticky && Check::command_line().owners.contains(&me()));
    for check in [Check::managed(), Check::user(), Check::command_line()] {
        assert_eq!(check.top, Path::new("/"));
    }
}

#[test]
fn links_are_followed_within_their_directory_only() {
    let place = Place::new();
    place.file("a.rules", RULE);
    place.file("sub/b.rules", RULE);
    symlink("a.rules", place.path("here.rules")).unwrap();
    symlink("sub/b.rules", place.path("out.rules")).unwrap();
    symlink("nowhere", place.path("dangling.rules")).unwrap();
    symlink("loop.rules", place.path("loop.rules")).unwrap();
    assert_eq!(place.load("here.rules").unwrap(), "prefix P/here.rules:1:1 allow [[\"ls\"]]\n");
    refused(
        place.load("out.rules"),
        "P/out.rules: `P/out.rules` is a symbolic link that leads out of its directory",
        "name `P/sub/b.rules` itself, or copy it",
    );
    refused(
        place.load("dangling.rules"),
        "P/dangling.rules: cannot open `P/dangling.rules`: it does not exist",
        "correct the name, or create it",
    );
    assert!(place.load("loop.rules").unwrap_err().contains("cannot open `P/loop.rules`"));
}

#[test]
fn what_is_not_a_file_is_refused_without_blocking() {
    let place = Place::new();
    let made = std::process::Command::new("mkfifo").arg(place.path("fifo.rules")).status().unwrap();
    assert!(made.success());
    refused(
        place.load("fifo.rules"),
        "P/fifo.rules: `P/fifo.rules` is not a regular file",
        "name a `*.rules` file, or a directory of them",
    );
    let socket = std::os::unix::net::UnixListener::bind(place.path("socket.rules")).unwrap();
    assert!(place.load("socket.rules").unwrap_err().contains("is not a regular file"));
    drop(socket);
    let device = Check { owners: vec![0, me()], sticky: true, top: "/dev".into() };
    assert!(place.load_as(device, Path::new("/dev/zero")).unwrap_err().contains("`/dev/zero` is not a regular file"));
    refused(
        place.load("missing.rules"),
        "P/missing.rules: cannot open `P/missing.rules`: it does not exist",
        "correct the name, or create it",
    );
    assert!(place.load("fifo.rules/x").unwrap_err().contains("is not a directory"));
}

#[test]
fn large_files_and_other_encodings_are_refused() {
    let place = Place::new();
    place.file("large.rules", &"#".repeat((1 << 20) + 1));
    refused(
        place.load("large.rules"),
        "P/large.rules: `P/large.rules` is larger than 1024 KiB",
        "split it into several files",
    );
    fs::write(place.file("latin.rules", ""), b"# caf\xe9\n").unwrap();
    refused(place.load("latin.rules"), "P/latin.rules: `P/latin.rules` is not UTF-8 at byte 5", "save it as UTF-8");
}

/// What is left of a file where the disk was full, or a copy has just begun; a comment is a policy without rules.
#[test]
fn an_empty_file_is_no_policy_without_rules() {
    let place = Place::new();
    place.file("empty.rules", "");
    place.file("a.rules", "include(\"./empty.rules\")\n");
    place.file("comment.rules", "# nothing yet\n");
    refused(
        place.load("empty.rules"),
        "P/empty.rules: `P/empty.rules` is empty",
        "write its rules again; a comment is enough where there are to be none",
    );
    assert!(place.load("a.rules").unwrap_err().starts_with("P/a.rules:1:1: `P/empty.rules` is empty\n"));
    assert_eq!(place.load("comment.rules").unwrap(), "");
}

#[test]
fn a_directory_is_read_in_name_order() {
    let place = Place::new();
    place.file("d/b.rules", "prefix_rule(pattern = [\"b\"])\n");
    place.file("d/a.rules", "prefix_rule(pattern = [\"a\"])\n");
    place.file("d/.hidden.rules", "prefix_rule(pattern = [\"hidden\"])\n");
    place.file("d/notes.txt", "not a policy");
    let expected = "prefix P/d/a.rules:1:1 allow [[\"a\"]]\nprefix P/d/b.rules:1:1 allow [[\"b\"]]\n";
    assert_eq!(place.load("d").unwrap(), expected);
    fs::create_dir(place.path("d/sub.rules")).unwrap();
    assert!(place.load("d").unwrap_err().contains("`P/d/sub.rules` is not a regular file"));
    place.directory("empty");
    refused(
        place.load("empty"),
        "P/empty: there is no `*.rules` file in `P/empty`",
        "put a policy there, or name another place",
    );
}

#[test]
fn every_named_file_is_looked_at() {
    let place = Place::new();
    let paths = [place.file("a.rules", "prefix_rule()\n"), place.file("b.rules", "prefix_rule()\n"), place.path("c")];
    let check = place.check();
    let loader = Loader::new().with_checks(check.clone(), check.clone(), check);
    assert_eq!(loader.load(&paths).unwrap_err().len(), 3);
    let none: [PathBuf; 0] = [];
    assert_eq!(loader.load(&none).unwrap_err().to_string(), "policy: no policy is named");
}

#[test]
fn includes_register_rules_once_and_name_their_own_file() {
    let place = Place::new();
    place.file("a.rules", "include(\"./sub/b.rules\")\ninclude(\"./c.rules\")\nprefix_rule(pattern = [\"a\"])\n");
    place.file("sub/b.rules", "include(\"./d.rules\")\nprefix_rule(pattern = [\"b\"])\n");
    place.file("c.rules", "include(\"./sub/d.rules\")\nprefix_rule(pattern = [\"c\"])\n");
    place.file("sub/d.rules", "prefix_rule(pattern = [\"d\"])\n");
    let expected = "prefix P/sub/d.rules:1:1 allow [[\"d\"]]\nprefix P/sub/b.rules:2:1 allow [[\"b\"]]\n\
                    prefix P/c.rules:2:1 allow [[\"c\"]]\nprefix P/a.rules:3:1 allow [[\"a\"]]\n";
    assert_eq!(place.load("a.rules").unwrap(), expected);
    // The same as a directory: what is included already is not registered again.
    let mut lines: Vec<_> = expected.lines().collect();
    let whole = place.load("").unwrap();
    let mut found: Vec<_> = whole.lines().collect();
    lines.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, lines);
}

#[test]
fn includes_stay_below_their_directory() {
    let place = Place::new();
    place.file("x.rules", RULE);
    place.file("d/x.rules", RULE);
    symlink("../x.rules", place.path("d/link.rules")).unwrap();
    symlink("..", place.path("d/up")).unwrap();
    for (name, message) in [
        ("./link.rules", "`P/d/link.rules` is a symbolic link that leads out of its directory"),
        ("./up/x.rules", "`P/d/up` is not a directory"),
        ("./missing.rules", "cannot open `P/d/missing.rules`: it does not exist"),
        ("./x.rules/y.rules", "`P/d/x.rules` is not a directory"),
        ("../x.rules", "`../x.rules` does not start with `./`"),
    ] {
        place.file("d/a.rules", &format!("\ninclude(\"{name}\")\n"));
        let found = place.load("d/a.rules").unwrap_err();
        assert!(found.starts_with(&format!("P/d/a.rules:2:1: {message}\n")), "{name}: {found}");
    }
    place.file("d/open.rules", RULE);
    place.mode("d/open.rules", 0o666);
    place.file("d/a.rules", "include(\"./open.rules\")\n");
    assert!(place.load("d/a.rules").unwrap_err().contains("others may write `P/d/open.rules`"));
}

#[test]
fn circles_and_long_chains_are_refused() {
    let place = Place::new();
    place.file("a.rules", "include(\"./b.rules\")\n");
    place.file("b.rules", "include(\"./a.rules\")\n");
    refused(
        place.load("a.rules"),
        "P/b.rules:1:1: `P/a.rules` would include itself: P/a.rules -> P/b.rules -> P/a.rules",
        "break the circle: move what both need into a third file",
    );
    place.file("self.rules", "load(\"./self.rules\", \"x\")\nx = 1\n");
    assert!(place.load("self.rules").unwrap_err().contains("P/self.rules -> P/self.rules"));
    for i in 0..20 {
        place.file(&format!("c{i}.rules"), &format!("include(\"./c{}.rules\")\n", i + 1));
    }
    let found = place.load("c0.rules").unwrap_err();
    assert!(found.starts_with("P/c15.rules:1:1: more than 16 files include one another in a chain\n"), "{found}");
}

#[test]
fn load_takes_values_and_functions_but_no_rules() {
    let place = Place::new();
    place.file(
        "lib/constants.rules",
        "VERBS = [\"push\"]\ndef forbid(*words):\n    prefix_rule(list(words), \"forbidden\")\n",
    );
    place.file(
        "a.rules",
        "load(\"./lib/constants.rules\", \"VERBS\", f = \"forbid\")\nload(\"./lib/constants.rules\", \"forbid\")\n\
         prefix_rule(pattern = [\"git\", VERBS])\nf(\"rm\")\nforbid(\"dd\")\n",
    );
    let expected = "prefix P/a.rules:3:1 allow [[\"git\"], [\"push\"]]\nprefix P/a.rules:4:1 forbidden [[\"rm\"]]\n\
                    prefix P/a.rules:5:1 forbidden [[\"dd\"]]\n";
    assert_eq!(place.load("a.rules").unwrap(), expected);

    place.file("rules.rules", "x = 1\nprefix_rule(pattern = [\"ls\"])\ninclude(\"./a.rules\")\n");
    place.file("b.rules", "load(\"./rules.rules\", \"x\")\n");
    let found = place.load("b.rules").unwrap_err();
    let lost = "is called in a file that is loaded for its values\n    help: use `include` for a file with rules\n";
    assert_eq!(found, format!("P/rules.rules:2:1: `prefix_rule` {lost}P/rules.rules:3:1: `include` {lost}"));

    place.file("c.rules", "load(\"./lib/constants.rules\", \"NOTHING\")\n");
    assert!(place.load("c.rules").unwrap_err().starts_with("P/c.rules:1:"));
    place.file("d.rules", "load(\"./broken.rules\", \"x\")\n");
    place.file("broken.rules", "x = 1 +\n");
    let found = place.load("d.rules").unwrap_err();
    assert!(found.contains("P/d.rules:1:1: `./broken.rules` cannot be loaded"), "{found}");
    assert!(found.contains("P/broken.rules:1:8: "), "{found}");
}

#[test]
fn all_files_together_are_bounded() {
    let place = Place::new();
    let text = format!("#{}\n", "x".repeat(1_000_000));
    for i in 0..11 {
        place.file(&format!("big/{i:02}.rules"), &text);
    }
    let found = place.load("big").unwrap_err();
    assert!(found.starts_with("P/big/10.rules: the policy is larger than 10 MiB\n"), "{found}");
    for i in 0..=1000 {
        place.file(&format!("many/{i:04}.rules"), "");
    }
    assert!(place.load("many").unwrap_err().contains("`P/many` holds more than 1000 policies"));
}

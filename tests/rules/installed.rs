//! The installed layers.

use crate::dump;
use prexec::policy::Trust;
use prexec::rules::{Check, Installed, Loader};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use tempfile::TempDir;

struct Machine(TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        for directory in ["etc", "home"] {
            fs::create_dir(machine.0.path().join(directory)).unwrap();
            machine.mode(directory, 0o755);
        }
        machine
    }

    fn mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.0.path().join(name), Permissions::from_mode(mode)).unwrap();
    }

    fn file(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
        self.mode(name, 0o644);
    }

    fn load(&self) -> Installed {
        let top = self.0.path().canonicalize().unwrap();
        let check = Check { owners: vec![fs::metadata(&top).unwrap().uid()], sticky: false, top: top.clone() };
        let loader = Loader::new().with_checks(check.clone(), check.clone(), check);
        loader.load_installed(&top.join("etc"), Some(&top.join("home")))
    }
}

fn trusts(installed: &Installed) -> Vec<Trust> {
    installed.policy.layers.iter().map(|layer| layer.trust).collect()
}

#[test]
fn the_shipped_posture_is_the_base_where_nothing_is_managed() {
    let machine = Machine::new();
    let installed = machine.load();
    assert!(installed.diagnostics.is_empty());
    assert_eq!(trusts(&installed), [Trust::Managed]);
    assert_eq!(installed.sources[0].name, "controlled.rules");
    let missing = Loader::new().load_installed(Path::new("/nonexistent/etc"), None);
    assert!(missing.diagnostics.is_empty() && missing.policy.digest == installed.policy.digest);
    // The user's layer comes on top of it.
    machine.file("home/a.rules", "prefix_rule([\"ls\"])\n");
    let installed = machine.load();
    assert_eq!(trusts(&installed), [Trust::Managed, Trust::User]);
    assert_eq!(installed.policy.layers[1].prefix_rules.len(), 1);
}

#[test]
fn managed_policies_take_the_place_of_the_base() {
    let machine = Machine::new();
    machine.file("etc/b.rules", "tier(\"sensitive\", paths = [\"/srv/**\"])\n");
    machine.file("etc/a.rules", "prefix_rule([\"ls\"], tiers = [\"sensitive\"])\n");
    machine.file("home/a.rules", "prefix_rule([\"rm\"], \"forbidden\", tiers = [\"sensitive\"])\n");
    let installed = machine.load();
    assert!(installed.diagnostics.is_empty(), "{}", installed.diagnostics);
    let shown = dump::policy(&installed.policy);
    assert_eq!(shown.lines().filter(|l| l.contains("tiers=[\"sensitive\"]")).count(), 2, "{shown}");
    let names: Vec<_> = installed.sources.iter().map(|s| s.name.rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["a.rules", "b.rules", "a.rules"]);
    machine.file("home/a.rules", "tier(\"sensitive\", paths = [\"/**\"])\n");
    let installed = machine.load();
    assert!(installed.diagnostics.to_string().ends_with("the tier `sensitive` is defined by a more trusted layer"));
}

#[test]
fn a_broken_layer_is_an_error_and_takes_no_other_with_it() {
    let machine = Machine::new();
    machine.file("etc/a.rules", "prefix_rule([\"ls\"])\n");
    machine.file("home/a.rules", "prefix_rule()\n");
    let installed = machine.load();
    assert!(installed.diagnostics.has_errors());
    assert_eq!(trusts(&installed), [Trust::Managed]);
    machine.file("etc/a.rules", "prefix_rule()\n");
    machine.file("home/a.rules", "prefix_rule([\"ls\"])\n");
    let installed = machine.load();
    assert!(installed.diagnostics.has_errors());
    assert_eq!(trusts(&installed), [Trust::User]);
}

#[test]
fn a_policy_that_others_may_write_is_an_error_not_an_absence() {
    let machine = Machine::new();
    machine.file("home/a.rules", "prefix_rule([\"ls\"])\n");
    machine.mode("home", 0o777);
    assert!(machine.load().diagnostics.has_errors());
    machine.mode("home", 0o755);
    assert!(!machine.load().diagnostics.has_errors());
    fs::remove_dir_all(machine.0.path().join("etc")).unwrap();
    machine.file("etc", "a file where the directory should be");
    assert!(machine.load().diagnostics.has_errors());
}

#[test]
fn warnings_do_not_break_a_layer() {
    let machine = Machine::new();
    let text =
        "host_executable(\"git\", [\"/bin/git\"])\nprefix_rule([\"git\"], \"prompt\", not_match = [\"/opt/git\"])\n";
    machine.file("etc/a.rules", text);
    let installed = machine.load();
    assert!(!installed.diagnostics.has_errors() && installed.diagnostics.len() == 1);
    assert_eq!(trusts(&installed), [Trust::Managed]);
}

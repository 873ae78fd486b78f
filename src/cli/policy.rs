//! Which policy decides: what the command line names, else what is installed.

use crate::guard::{self, Stage};
use crate::policy::Policy;
use crate::rules::{Diagnostics, Loader};
use nix::unistd::{User, geteuid};
use std::path::{Path, PathBuf};

/// Where an administrator's policy stands.
const MANAGED: &str = "/etc/prexec";

/// Loads the policy; every finding where it cannot be used. While it works the guard can name the file that is read.
///
/// `home` overrides the account's home directory, below which the user's layer stands.
pub(super) fn load(named: &[PathBuf], home: Option<&Path>) -> Result<Policy, Diagnostics> {
    let _loading = guard::stage(Stage::LoadingPolicy, None);
    // The note on a file lasts until the next one; what was noted before all of them comes back when this function ends.
    let note = |file: &str| core::mem::forget(guard::stage(Stage::LoadingPolicy, Some(file.as_bytes())));
    let loader = Loader::new().with_note(&note);
    if !named.is_empty() {
        return loader.load(named).map(|loaded| loaded.policy);
    }
    let account = || User::from_uid(geteuid()).ok().flatten().map(|user| user.dir);
    let user = home.map(Path::to_path_buf).or_else(account).map(|home| home.join(".config/prexec"));
    let installed = loader.load_installed(Path::new(MANAGED), user.as_deref());
    if installed.diagnostics.has_errors() { Err(installed.diagnostics) } else { Ok(installed.policy) }
}

//! Which policy decides: what the command line names, else what is installed.

use crate::guard::{self, Stage};
use crate::policy::Policy;
use crate::rules::{Diagnostics, Loader, SourceFile, repository_roots};
use nix::unistd::{User, geteuid};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What Codex itself takes requirements from.
const REQUIREMENTS: &str = "/etc/codex/requirements.toml";

/// Where an administrator's policy stands.
const MANAGED: &str = "/etc/prexec";

/// How long a verb that a person runs may take to load a policy, in milliseconds. The loader's own limits end an evaluation
/// before; what they cannot end is one long step of the interpreter. Without optimisation everything takes some ten times longer.
const LOAD_DEADLINE_MS: u32 = if cfg!(debug_assertions) { 5_000 } else { 2_000 };

/// A policy that is ready to decide.
pub(super) struct Ready {
    pub(super) policy: Policy,
    /// What it was made of.
    pub(super) sources: Vec<SourceFile>,
    /// What does not keep it from loading.
    pub(super) warnings: Diagnostics,
}

/// As [`load`], within the hook's limit on memory and a limit on time, which both end with the loading: a policy that eats the
/// machine ends the process with a message that names it.
pub(super) fn load_bounded(
    named: &[PathBuf],
    requirements: Option<&Path>,
    home: Option<&Path>,
) -> Result<Ready, Diagnostics> {
    guard::set_memory_limit(guard::HOOK_MEMORY);
    guard::set_deadline(LOAD_DEADLINE_MS);
    let loaded = load(named, requirements, home);
    guard::deadline_off();
    guard::set_memory_limit(usize::MAX);
    loaded
}

/// Loads the policy; every finding where it cannot be used. While it works the guard can name the file that is read.
///
/// `requirements` is a `requirements.toml` that counts beside them; without it, and where no policy is named, Codex's own does.
/// `home` overrides the account's home directory, below which the user's layer stands.
pub(super) fn load(named: &[PathBuf], requirements: Option<&Path>, home: Option<&Path>) -> Result<Ready, Diagnostics> {
    let _loading = guard::stage(Stage::LoadingPolicy, None);
    // The note on a file lasts until the next one; what was noted before all of them comes back when this function ends.
    let note = |file: &str| core::mem::forget(guard::stage(Stage::LoadingPolicy, Some(file.as_bytes())));
    let mut loader = Loader::new().with_note(&note).with_begin(&guard::cover_thread);
    let session = std::env::current_dir().ok();
    loader = loader.with_repositories(session.map(|session| repository_roots(&session)));
    let codex = Path::new(REQUIREMENTS);
    if let Some(file) = requirements {
        loader = loader.with_requirements(file, false);
    } else if named.is_empty() && !matches!(codex.symlink_metadata(), Err(e) if e.kind() == ErrorKind::NotFound) {
        loader = loader.with_requirements(codex, true);
    }
    if !named.is_empty() {
        let loaded = loader.load(named)?;
        return Ok(Ready { policy: loaded.policy, sources: loaded.sources, warnings: loaded.warnings });
    }
    let account = || User::from_uid(geteuid()).ok().flatten().map(|user| user.dir);
    let user = home.map(Path::to_path_buf).or_else(account).map(|home| home.join(".config/prexec"));
    let installed = loader.load_installed(Path::new(MANAGED), user.as_deref());
    if installed.diagnostics.has_errors() {
        return Err(installed.diagnostics);
    }
    Ok(Ready { policy: installed.policy, sources: installed.sources, warnings: installed.diagnostics })
}

/// Deepest directory that is looked into.
const DEPTH: usize = 16;

/// The files at or below `path` with one of these extensions, in name order; hidden ones are passed over, links are not followed.
pub(super) fn find_files(path: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) -> Result<(), String> {
    find(path, extensions, found, DEPTH)
}

fn find(path: &Path, extensions: &[&str], found: &mut Vec<PathBuf>, depth: usize) -> Result<(), String> {
    if !path.is_dir() {
        if !path.exists() {
            return Err(format!("`{}` does not exist", path.display()));
        }
        found.push(path.to_owned());
        return Ok(());
    }
    let entries = std::fs::read_dir(path).map_err(|e| format!("`{}` cannot be read: {e}", path.display()))?;
    let mut below: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    below.sort();
    for path in below {
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        let wanted = || path.extension().is_some_and(|e| extensions.iter().any(|x| e == *x));
        if hidden || path.is_symlink() {
        } else if path.is_dir() {
            if depth > 0 {
                find(&path, extensions, found, depth - 1)?;
            }
        } else if wanted() {
            found.push(path);
        }
    }
    Ok(())
}

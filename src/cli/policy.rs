//! Which policy decides: what the command line names, else what is installed.

use super::{ask, process};
use crate::compiled::{Compiled, GateFact, Role};
use crate::guard::{self, Stage};
use crate::hook;
pub(super) use crate::hook::{COMPILED, MANAGED, USER, USER_STATE};
use crate::policy::{Layer, Policy, Trust};
use crate::rules::{self, Check, Diagnostic, Diagnostics, Found, Installed, Loader, SourceFile, repository_roots};
use clap::ValueEnum;
use nix::unistd::{User, geteuid};
use std::ffi::OsString;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// What Codex itself takes requirements from.
pub(super) const REQUIREMENTS: &str = "/etc/codex/requirements.toml";

/// What helps against a compiled policy that cannot be used.
const AGAIN: &str = "compile it again with `prexec compile`, or remove it";

/// How long a verb that a person runs may take to load a policy, in milliseconds. The loader's own limits end an evaluation
/// before; what they cannot end is one long step of the interpreter. Without optimisation everything takes some ten times longer.
const LOAD_DEADLINE_MS: u32 = if cfg!(debug_assertions) { 5_000 } else { 2_000 };

/// A policy that is ready to decide.
#[derive(Default)]
pub(super) struct Ready {
    pub(super) policy: Policy,
    /// What it was made of.
    pub(super) sources: Vec<SourceFile>,
    /// What does not keep it from loading.
    pub(super) warnings: Diagnostics,
    /// What a compiled policy that is root's says of the managed rule about the gate.
    pub(super) gate: Option<GateFact>,
}

/// What becomes of a call where a compiled policy is older than its sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Stale {
    /// It is denied
    #[default]
    Deny,
    /// The sources decide, which takes longer
    Sources,
}

impl From<hook::Stale> for Stale {
    fn from(stale: hook::Stale) -> Self {
        match stale {
            hook::Stale::Deny => Self::Deny,
            hook::Stale::Sources => Self::Sources,
        }
    }
}

/// Which policy is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Request<'r> {
    /// What the command line names; else the installed layers.
    pub(super) named: &'r [PathBuf],
    /// A `requirements.toml` that counts beside them; without it, and where no policy is named, Codex's own does.
    pub(super) requirements: Option<&'r Path>,
    /// The account's home directory instead of the one in the account database: the user's layer stands below it.
    pub(super) home: Option<&'r Path>,
    /// What becomes of a stale one.
    pub(super) stale: Stale,
    /// This process may be inside a sandbox that has no name for root: what belongs to nobody it knows is taken for root's. Only
    /// for what could as well be run without prexec.
    pub(super) sandboxed: bool,
}

impl Request<'_> {
    /// Who may have written a policy.
    fn check(&self, mut check: Check) -> Check {
        if self.sandboxed
            && let Some(unknown) = process::owner_in_place_of_root()
        {
            check.owners.push(unknown);
        }
        check
    }
}

/// As [`load`], within the hook's limit on memory and a limit on time, which both end with the loading: a policy that eats the
/// machine ends the process with a message that names it.
pub(super) fn load_bounded(request: &Request<'_>) -> Result<Ready, Diagnostics> {
    bounded(|| load(request))
}

/// Does something with policies within the limits of [`load_bounded`].
pub(super) fn bounded<R>(work: impl FnOnce() -> R) -> R {
    guard::set_memory_limit(guard::HOOK_MEMORY);
    guard::set_deadline(LOAD_DEADLINE_MS);
    let result = work();
    guard::deadline_off();
    guard::set_memory_limit(usize::MAX);
    result
}

/// Loads the policy; every finding where it cannot be used. While it works the guard can name the file that is read.
pub(super) fn load(request: &Request<'_>) -> Result<Ready, Diagnostics> {
    let _loading = guard::stage(Stage::LoadingPolicy, None);
    if request.named.is_empty() { load_installed(request) } else { load_named(request) }
}

/// What becomes of policies that repositories have, where the administrator permits them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Repositories {
    Read,
    Ignore,
}

/// A loader that tells the guard what it reads. The note on a file lasts until the next one; what was noted before all of them
/// comes back when [`load`] ends.
pub(super) fn loader(request: &Request<'_>, repositories: Repositories) -> Loader<'static> {
    let mut loader = Loader::new().with_note(&note).with_begin(&begin).with_checks(
        request.check(Check::command_line()),
        request.check(Check::managed()),
        request.check(Check::user()),
    );
    if repositories == Repositories::Read {
        let session = std::env::current_dir().ok();
        loader = loader.with_repositories(session.map(|session| repository_roots(&session)));
    }
    let codex = Path::new(REQUIREMENTS);
    match request.requirements {
        Some(file) => loader.with_requirements(file, false),
        None if request.named.is_empty() && stands(codex) => loader.with_requirements(codex, true),
        None => loader,
    }
}

/// The beginning of the thread on which policies are read.
fn begin() {
    guard::cover_thread();
    boundary!("evaluating");
}

fn note(file: &str) {
    core::mem::forget(guard::stage(Stage::LoadingPolicy, Some(file.as_bytes())));
    boundary!("file");
}

/// Whether something is there; what cannot be looked at counts as there.
pub(super) fn stands(path: &Path) -> bool {
    !matches!(path.symlink_metadata(), Err(e) if e.kind() == ErrorKind::NotFound)
}

fn load_named(request: &Request<'_>) -> Result<Ready, Diagnostics> {
    let (mut sources, mut layers) = (Vec::new(), Layers::default());
    for path in request.named {
        note(&path.to_string_lossy());
        match rules::open_compiled(path, &request.check(Check::command_line()))? {
            Found::Sources => sources.push(path.clone()),
            Found::Fresh(mut found) => {
                let gate = ask::believed(path, found.origin.gate.take());
                layers.ready.gate = layers.ready.gate.take().or(gate);
                layers.add_compiled(found);
            }
            Found::Stale(_, found) if request.stale == Stale::Sources && !found.origin.sources.is_empty() => {
                sources.extend(found.origin.sources.into_iter().map(|path| PathBuf::from(OsString::from_vec(path))));
            }
            Found::Stale(why, _) => return Err(why.into()),
        }
    }
    if !sources.is_empty() || request.requirements.is_some() {
        let loader = loader(request, Repositories::Read);
        let loaded = if sources.is_empty() { loader.load_text("policy", "") } else { loader.load(&sources) }?;
        layers.add(loaded.policy, loaded.sources, loaded.warnings);
    }
    layers.ready(request)
}

fn load_installed(request: &Request<'_>) -> Result<Ready, Diagnostics> {
    let home = home(request);
    let (managed, user) = (Path::new(MANAGED), home.as_deref().map(|home| home.join(USER)));
    let managed_file =
        installed(&managed.join(COMPILED), &request.check(Check::managed()), Role::Managed, request.stale)?;
    let user_file = home.as_deref().map(|home| home.join(USER_STATE).join(COMPILED));
    let user_file =
        user_file.map(|file| installed(&file, &request.check(Check::user()), Role::User, request.stale)).transpose()?;
    let user_file = user_file.flatten();
    let user = user.filter(|_| user_file.is_none());
    let mut layers = Layers::default();
    // What is compiled is not read again.
    match managed_file {
        None => {
            let found = loader(request, Repositories::Read).load_installed(managed, user.as_deref());
            layers.add_installed(found)?;
        }
        Some(mut file) => {
            layers.ready.gate = file.origin.gate.take();
            layers.add_compiled(file);
            if let Some(user) = user.filter(|user| rules::holds_policies(user)) {
                layers.add_installed(loader(request, Repositories::Ignore).load_user(layers.tiers(), &user))?;
            }
        }
    }
    if let Some(file) = user_file {
        layers.add_compiled(file);
    }
    layers.ready(request)
}

/// What was found of a policy so far.
#[derive(Default)]
struct Layers {
    policies: Vec<Policy>,
    ready: Ready,
    /// A compiled layer lets repositories have policies, which are not in it.
    permits_repositories: bool,
}

impl Layers {
    fn add(&mut self, policy: Policy, sources: Vec<SourceFile>, warnings: Diagnostics) {
        self.policies.push(policy);
        self.ready.sources.extend(sources);
        self.ready.warnings.append(warnings);
    }

    fn add_installed(&mut self, found: Installed) -> Result<(), Diagnostics> {
        if found.diagnostics.has_errors() {
            return Err(found.diagnostics);
        }
        if !found.policy.layers.is_empty() {
            self.add(found.policy, found.sources, found.diagnostics);
        }
        Ok(())
    }

    fn add_compiled(&mut self, found: Compiled) {
        self.permits_repositories |= found.permits_repositories;
        self.policies.push(found.policy);
    }

    fn tiers(&self) -> Vec<String> {
        let layers = self.policies.iter().flat_map(|policy| &policy.layers);
        layers.flat_map(|layer| &layer.tiers).map(|tier| tier.name.clone()).collect()
    }

    fn ready(mut self, request: &Request<'_>) -> Result<Ready, Diagnostics> {
        let read = self.policies.iter().flat_map(|policy| &policy.layers).any(|layer| layer.trust == Trust::Repository);
        if self.permits_repositories && !read {
            let found = loader(request, Repositories::Read).load_repositories(self.tiers());
            self.add_installed(found)?;
        }
        let digest = rules::combined_digest(self.policies.iter().map(|policy| policy.digest.as_str()));
        let mut layers: Vec<Layer> = self.policies.into_iter().flat_map(|policy| policy.layers).collect();
        // Most trusted first, however they were found.
        layers.sort_by_key(|layer| layer.trust);
        Ok(Ready { policy: Policy { layers, digest }, ..self.ready })
    }
}

/// The account's home directory.
pub(super) fn home(request: &Request<'_>) -> Option<PathBuf> {
    let account = || User::from_uid(geteuid()).ok().flatten().map(|user| user.dir);
    request.home.map(Path::to_path_buf).or_else(account)
}

/// An installed compiled policy; none where there is none, or where its sources are to decide.
fn installed(path: &Path, check: &Check, role: Role, stale: Stale) -> Result<Option<Compiled>, Diagnostics> {
    if !stands(path) {
        return Ok(None);
    }
    note(&path.to_string_lossy());
    let of_file = |what: &str| Diagnostic::of_file(&path.to_string_lossy(), what, Some(AGAIN.into()));
    match rules::open_compiled(path, check)? {
        // Whoever may write a user's file says nothing in an administrator's name.
        Found::Fresh(found) if found.is_a(role) => Ok(Some(found)),
        Found::Fresh(_) => {
            Err(of_file("it is compiled from something else than the layer that is installed here").into())
        }
        Found::Stale(_, _) if stale == Stale::Sources => Ok(None),
        Found::Stale(why, _) => Err(why.into()),
        Found::Sources => Err(of_file("this is no compiled policy").into()),
    }
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

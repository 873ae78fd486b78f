//! Loads policies: from the command line, from their installed places, from memory.

use super::catalogue::RuleNote;
use super::diagnostics::{Diagnostic, Diagnostics, Problem};
use super::embedded;
use super::evaluate;
use super::facts;
use super::files::{self, Check};
use super::repository;
use super::requirements;
use super::session::{Session, State};
use super::source::Source;
use crate::compiled::Fact;
use crate::policy::{Account, Audience, Policy, Trust};
use std::{
    borrow::ToOwned,
    collections::VecDeque,
    format,
    path::{Path, PathBuf},
    rc::Rc,
    string::String,
    thread,
    vec::Vec,
};

/// A source that a policy was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// As places give it.
    pub name: String,
    /// The file, where it is one on disk.
    pub path: Option<PathBuf>,
    /// What was read.
    pub text: String,
}

/// What is known of one layer besides its rules: what compiling it takes.
#[derive(Clone, Debug)]
pub struct Part {
    /// Whose it is.
    pub trust: Trust,
    /// Identifies its text, as [`Policy::digest`].
    pub digest: String,
    /// Its files and directories, as they were when they were read.
    pub facts: Vec<Fact>,
    /// Whom the choices of `select_policy` are for; none where every account gets the same rules.
    pub audiences: Vec<Audience>,
    /// Whether it lets repositories have policies of their own.
    pub permits_repositories: bool,
}

/// A policy that loaded.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The rules.
    pub policy: Policy,
    /// What does not keep it from loading.
    pub warnings: Diagnostics,
    /// What it was made of, in the order of reading.
    pub sources: Vec<SourceFile>,
    /// What its rules say of themselves, in the order of reading.
    pub rules: Vec<RuleNote>,
    /// The programs that it describes anew, each with the place of its description.
    pub programs: Vec<(String, String)>,
    /// What else is known of its layers.
    pub parts: Vec<Part>,
}

/// What is installed.
#[derive(Clone, Debug, Default)]
pub struct Installed {
    /// The layers that loaded, most trusted first. A broken layer takes no other with it.
    pub policy: Policy,
    /// Warnings, and the errors of layers that did not load: where [`Diagnostics::has_errors`] every call must be denied.
    pub diagnostics: Diagnostics,
    /// What the layers were made of, those that did not load included.
    pub sources: Vec<SourceFile>,
    /// What else is known of the layers that loaded.
    pub parts: Vec<Part>,
}

/// Loads policies; carries what all loads have in common.
pub struct Loader<'a> {
    note: &'a (dyn Fn(&str) + Sync),
    begin: &'a (dyn Fn() + Sync),
    named: Check,
    managed: Check,
    user: Check,
    requirements: Vec<(PathBuf, Check)>,
    account: Option<Account>,
    choice: Option<usize>,
    repositories: Repositories,
}

/// A layer that is to be evaluated.
struct Given {
    trust: Trust,
    sources: Vec<Result<Source, Diagnostic>>,
    /// Of the directory that they stand in.
    facts: Vec<Fact>,
}

/// What layers say of themselves.
#[derive(Default)]
struct Notes {
    rules: Vec<RuleNote>,
    /// Names of programs, with the places of their descriptions.
    programs: Vec<(String, String)>,
}

/// Where repositories may keep policies.
enum Repositories {
    /// Nobody asked for them.
    Unasked,
    /// Nobody can say.
    Unknown,
    At(Vec<PathBuf>),
}

impl Default for Loader<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> Loader<'a> {
    /// Expects files to belong to root (managed) or to root and the effective user (others).
    pub fn new() -> Self {
        let (named, managed, user) = (Check::command_line(), Check::managed(), Check::user());
        Self {
            note: &|_| {},
            begin: &|| {},
            named,
            managed,
            user,
            requirements: Vec::new(),
            account: None,
            choice: None,
            repositories: Repositories::Unasked,
        }
    }

    /// Loads the policies of repositories beside the others, where the administrator's layer permits it. `roots` are the session's
    /// directory and the roots of the repositories around it ([`repository_roots`](super::repository_roots)); `None` where that
    /// directory cannot be found out, so that nobody knows what they say.
    #[must_use]
    pub fn with_repositories(mut self, roots: Option<Vec<PathBuf>>) -> Self {
        self.repositories = roots.map_or(Repositories::Unknown, Repositories::At);
        self
    }

    /// Selects policies for another account than the effective one. For tests.
    #[must_use]
    pub fn with_account(mut self, account: Account) -> Self {
        self.account = Some(account);
        self
    }

    /// Takes the choice of `select_policy` with this number, or the fallback where there is none, whoever the account is.
    #[must_use]
    pub fn with_choice(mut self, number: usize) -> Self {
        self.choice = Some(number);
        self
    }

    /// Calls `note` with the name of each file before it is evaluated, so that whoever ends the process can say which.
    #[must_use]
    pub fn with_note(mut self, note: &'a (dyn Fn(&str) + Sync)) -> Self {
        self.note = note;
        self
    }

    /// Calls `begin` first in the thread that evaluates, so that whoever guards the process can cover it.
    #[must_use]
    pub fn with_begin(mut self, begin: &'a (dyn Fn() + Sync)) -> Self {
        self.begin = begin;
        self
    }

    /// Expects other owners: of what the command line names, of the managed layer and of the user's. For tests.
    #[must_use]
    pub fn with_checks(mut self, named: Check, managed: Check, user: Check) -> Self {
        (self.named, self.managed, self.user) = (named, managed, user);
        self
    }

    /// Reads a `requirements.toml` of Codex into the managed layer, too. `installed`: nobody but root may have written it.
    #[must_use]
    pub fn with_requirements(mut self, path: &Path, installed: bool) -> Self {
        let check = if installed { self.managed.clone() } else { self.named.clone() };
        self.requirements.push((path.to_owned(), check));
        self
    }

    /// Loads files and directories of files that the command line names, all as one managed layer.
    ///
    /// # Errors
    /// Every finding, where one of them is an error.
    pub fn load<P: AsRef<Path> + Sync>(&self, paths: &[P]) -> Result<Loaded, Diagnostics> {
        if paths.is_empty() {
            let help = "name a `*.rules` file, or a directory of them";
            return Err(Diagnostic::of_file("policy", "no policy is named", Some(help.into())).into());
        }
        let directories = paths.iter().map(AsRef::as_ref).filter(|path| path.is_dir()).map(facts::of).collect();
        self.one_layer(directories, || paths.iter().flat_map(|path| named(path.as_ref(), &self.named)).collect())
    }

    /// Loads a text as a managed layer; `name` is its file in places. Only shipped policies can be included from it.
    ///
    /// # Errors
    /// Every finding, where one of them is an error.
    pub fn load_text(&self, name: &str, text: &str) -> Result<Loaded, Diagnostics> {
        self.one_layer(Vec::new(), || Vec::from([Ok(Source::memory(name, text))]))
    }

    /// Loads a shipped policy such as `controlled.rules` as a managed layer.
    ///
    /// # Errors
    /// An unknown name; every finding, where one of them is an error.
    pub fn embedded(&self, name: &str) -> Result<Loaded, Diagnostics> {
        self.one_layer(Vec::new(), || Vec::from([Source::shipped(name).map_err(|p| of_file(name, p))]))
    }

    /// Loads what is installed: `*.rules` in `managed` (or else the shipped base posture), then `*.rules` in `user`, where there
    /// are any.
    pub fn load_installed(&self, managed: &Path, user: Option<&Path>) -> Installed {
        self.installed(|| self.installed_layers(Some(managed), Vec::new(), user))
    }

    /// Loads the user's layer alone, beside a managed one with these tiers.
    pub fn load_user(&self, tiers: Vec<String>, user: &Path) -> Installed {
        self.installed(|| self.installed_layers(None, tiers, Some(user)))
    }

    /// Loads what repositories say, beside a managed layer that permits it and has these tiers.
    pub fn load_repositories(&self, tiers: Vec<String>) -> Installed {
        self.installed(|| self.gather(self.repositories(), tiers).0)
    }

    fn installed(&self, work: impl FnOnce() -> Installed + Send) -> Installed {
        self.on_own_stack(work)
            .unwrap_or_else(|diagnostic| Installed { diagnostics: diagnostic.into(), ..Installed::default() })
    }

    /// Does the work on a stack whose size does not depend on the caller's limits.
    fn on_own_stack<R: Send>(&self, work: impl FnOnce() -> R + Send) -> Result<R, Diagnostic> {
        let failed = |what: String| Diagnostic::of_file("policy", what, Some("report this, with the policy".into()));
        let begin = self.begin;
        let work = move || {
            begin();
            work()
        };
        thread::scope(|scope| {
            let thread = thread::Builder::new().name("policy".into()).stack_size(STACK).spawn_scoped(scope, work);
            let thread = thread.map_err(|e| failed(format!("no thread can be started to read the policy: {e}")))?;
            thread.join().map_err(|_| failed("the interpreter failed in an unexpected way".into()))
        })
    }

    /// The layers that stand in these directories, or the shipped base posture where there is no managed one.
    fn installed_layers(&self, managed: Option<&Path>, tiers: Vec<String>, user: Option<&Path>) -> Installed {
        let base = || Vec::from([Source::shipped(embedded::BASE).map_err(|p| of_file(embedded::BASE, p))]);
        let mut given = VecDeque::new();
        for (trust, directory, check) in [(Trust::Managed, managed, &self.managed), (Trust::User, user, &self.user)] {
            let Some(directory) = directory else { continue };
            let facts = Vec::from([facts::of(directory)]);
            let sources = installed(directory, check).or_else(|| (trust == Trust::Managed).then(base));
            given.extend(sources.map(|sources| Given { trust, sources, facts }));
        }
        self.gather(given, tiers).0
    }

    fn one_layer(
        &self,
        facts: Vec<Fact>,
        sources: impl FnOnce() -> Vec<Result<Source, Diagnostic>> + Send,
    ) -> Result<Loaded, Diagnostics> {
        let work =
            || self.gather(VecDeque::from([Given { trust: Trust::Managed, sources: sources(), facts }]), Vec::new());
        let (found, Notes { rules, programs }) = self.on_own_stack(work)?;
        if found.diagnostics.has_errors() {
            return Err(found.diagnostics);
        }
        let Installed { policy, diagnostics: warnings, sources, parts } = found;
        Ok(Loaded { policy, warnings, sources, rules, programs, parts })
    }

    /// Evaluates layers, and those of repositories after the first that permits them.
    fn gather(&self, mut given: VecDeque<Given>, mut tiers: Vec<String>) -> (Installed, Notes) {
        let (mut result, mut notes) = (Installed::default(), Notes::default());
        while let Some(Given { trust, sources, facts }) = given.pop_front() {
            let state = self.layer(trust, tiers.clone(), sources);
            result.sources.extend(state.sources.iter().map(|source| source_file(source)));
            tiers.extend(state.layer.tiers.iter().map(|tier| tier.name.clone()));
            if state.permits_repositories {
                given.extend(self.repositories());
            }
            let part = part_of(&state, facts);
            let broken = state.diagnostics.has_errors();
            result.diagnostics.append(state.diagnostics);
            notes.rules.extend(state.rules);
            notes.programs.extend(state.described);
            if !broken {
                result.policy.layers.push(state.layer);
                result.parts.push(part);
            }
        }
        result.policy.digest = combined_digest(result.parts.iter().map(|part| part.digest.as_str()));
        (result, notes)
    }

    /// What repositories say, each on its own: one cannot loosen what another says.
    fn repositories(&self) -> VecDeque<Given> {
        let sources: Vec<_> = match &self.repositories {
            Repositories::Unasked => Vec::new(),
            Repositories::Unknown => Vec::from([Vec::from([Err(repository::unknown())])]),
            Repositories::At(roots) => roots.iter().filter_map(|root| repository::sources(root)).collect(),
        };
        sources.into_iter().map(|sources| Given { trust: Trust::Repository, sources, facts: Vec::new() }).collect()
    }

    fn layer(&self, trust: Trust, outer_tiers: Vec<String>, sources: Vec<Result<Source, Diagnostic>>) -> State {
        let session = Session::new(trust, outer_tiers, self.note, self.account.as_ref(), self.choice);
        let mut sources = sources;
        let requirements = if trust == Trust::Managed { self.requirements.as_slice() } else { &[] };
        for (path, check) in requirements {
            match requirements::read(path, check) {
                Ok(read) => {
                    sources.push(Ok(read.source));
                    read.warnings.into_iter().for_each(|warning| session.state.borrow_mut().diagnostics.push(warning));
                }
                Err(problem) => sources.push(Err(of_file(&format!("{}", path.display()), problem))),
            }
        }
        for source in sources {
            let outcome = source.and_then(|source| {
                let name = source.name.clone();
                evaluate::register(&session, source).map_err(|problem| of_file(&name, problem))
            });
            if let Err(diagnostic) = outcome {
                session.state.borrow_mut().diagnostics.push(diagnostic);
            }
        }
        session.finish()
    }
}

/// Stack of an evaluation, in bytes of address space. The depth of text is bounded so that it takes a small part of this in any
/// build; what is left is for values that nest deeper than any text.
const STACK: usize = 256 << 20;

pub(super) fn of_file(name: &str, problem: Problem) -> Diagnostic {
    Diagnostic::of_file(name, problem.message, problem.help)
}

fn source_file(source: &Source) -> SourceFile {
    SourceFile { name: source.name.clone(), path: source.path().map(ToOwned::to_owned), text: source.text.clone() }
}

/// The sources of a path that the command line names.
fn named(path: &Path, check: &Check) -> Vec<Result<Source, Diagnostic>> {
    if path.is_dir() { directory(path, check) } else { Vec::from([one(path, check)]) }
}

fn one(path: &Path, check: &Check) -> Result<Source, Diagnostic> {
    Source::disk(path, check).map_err(|problem| of_file(&format!("{}", path.display()), problem))
}

pub(super) fn directory(path: &Path, check: &Check) -> Vec<Result<Source, Diagnostic>> {
    match files::list(path, check) {
        Ok(paths) => paths.iter().map(|path| one(path, check)).collect(),
        Err(problem) => Vec::from([Err(of_file(&format!("{}", path.display()), problem))]),
    }
}

/// The sources of an installed directory; none where it does not exist or holds no policy.
fn installed(path: &Path, check: &Check) -> Option<Vec<Result<Source, Diagnostic>>> {
    match files::presence(path) {
        files::Presence::Nothing => None,
        files::Presence::Policies => Some(directory(path, check)),
    }
}

/// Identifies the text of a layer: names and bytes of all sources in order, each with its length.
fn digest(sources: &[Rc<Source>]) -> String {
    let mut hasher = blake3::Hasher::new();
    for source in sources {
        for part in [&source.name, &source.text] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    format!("blake3:{}", hasher.finalize().to_hex())
}

/// Identifies a policy of several layers or files by theirs; that of one is its own.
pub fn combined_digest<'d>(digests: impl IntoIterator<Item = &'d str>) -> String {
    let all: Vec<&str> = digests.into_iter().collect();
    match all.as_slice() {
        [one] => (*one).to_owned(),
        _ => format!("blake3:{}", blake3::hash(all.join("\n").as_bytes()).to_hex()),
    }
}

fn part_of(state: &State, directories: Vec<Fact>) -> Part {
    let mut facts = directories;
    facts.extend(state.sources.iter().filter_map(|source| source.fact.clone()));
    Part {
        trust: state.layer.trust,
        digest: digest(&state.sources),
        facts,
        audiences: state.selections.concat(),
        permits_repositories: state.permits_repositories,
    }
}

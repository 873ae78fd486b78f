//! Makes a policy of the bytes of a compiled one: nothing is read but the directory until a call asks.

use super::directory::{Directory, Origin, Role, Rules, Section, StoredLayer};
use super::image::{Image, Source};
use super::{BUILD, Refused, index, keys};
use crate::policy::{Account, GlobRule, Layer, List, Policy, PrefixRule, Question, Stored, Trust};
use crate::record::Record;
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::fmt;

/// A compiled policy that can be used once its facts are seen to hold.
#[derive(Debug)]
pub struct Compiled {
    /// Where it comes from.
    pub origin: Origin,
    /// The rules.
    pub policy: Policy,
    /// Whether it lets repositories have policies of their own, which are not in it.
    pub permits_repositories: bool,
}

impl Compiled {
    /// Whether it is what may stand where this role is installed: layers of another trust, and a permission that only the
    /// administrator can give, are in no file that was compiled so.
    pub fn is_a(&self, role: Role) -> bool {
        let trust = match role {
            Role::Named | Role::Managed => Trust::Managed,
            Role::User => Trust::User,
        };
        let permitted = trust == Trust::Managed || !self.permits_repositories;
        self.origin.role == role && permitted && self.policy.layers.iter().all(|layer| layer.trust == trust)
    }
}

/// Opens a compiled policy.
///
/// # Errors
/// What it is not: of this version, made by this very prexec, whole.
pub fn open(bytes: Vec<u8>) -> Result<Compiled, Refused> {
    open_from(Box::new(bytes), || Some(Account::default()))
}

/// Opens a compiled policy of which only what is needed is read, when it is needed. Who the `account` is, is asked where the policy
/// differs by account; none where that cannot be said.
///
/// # Errors
/// As for [`open`].
pub fn open_from(source: Box<dyn Source>, account: impl FnOnce() -> Option<Account>) -> Result<Compiled, Refused> {
    let image = Arc::new(Image::open(source)?);
    if image.header.build != BUILD {
        return Err(Refused::OtherBuild);
    }
    let number = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let (at, length) = (number(image.header.directory), number(image.header.directory_length));
    let directory: Directory = image.record(at, length).ok_or(Refused::Damaged)?;
    let Directory { origin, choices } = directory;
    let (everybody, named) = choices.split_last().ok_or(Refused::Damaged)?;
    let account = if named.is_empty() { Account::default() } else { account().ok_or(Refused::Account)? };
    let chosen = named.iter().find(|choice| choice.audience.has(&account)).unwrap_or(everybody);
    let rules: Rules = image.record(number(chosen.at), number(chosen.length)).ok_or(Refused::Damaged)?;
    let layers = rules.layers.into_iter().map(|layer| layer_of(layer, &image)).collect();
    let policy = Policy { layers, digest: rules.digest };
    Ok(Compiled { origin, policy, permits_repositories: rules.permits_repositories })
}

fn layer_of(stored: StoredLayer, image: &Arc<Image>) -> Layer {
    let prefix = Table { image: image.clone(), section: stored.prefix_rules, ask: ask_prefix };
    let globs = Table { image: image.clone(), section: stored.glob_rules, ask: ask_globs };
    Layer {
        trust: stored.trust,
        prefix_rules: List::<PrefixRule>::stored(Arc::new(prefix)),
        host_executables: stored.host_executables,
        glob_rules: List::<GlobRule>::stored(Arc::new(globs)),
        network_rules: stored.network_rules,
        host_rules: stored.host_rules,
        flow_rules: stored.flow_rules,
        env_rules: stored.env_rules,
        tool_rules: stored.tool_rules,
        knowledge: stored.knowledge,
        defaults: stored.defaults,
        tiers: stored.tiers,
        recording: stored.recording,
        index: None,
    }
}

fn ask_prefix(question: &Question<'_>) -> Option<Vec<keys::Key>> {
    match question {
        Question::Command(words) => keys::for_command(words),
        Question::Paths(_) => None,
    }
}

fn ask_globs(question: &Question<'_>) -> Option<Vec<keys::Key>> {
    match question {
        Question::Command(_) => None,
        Question::Paths(paths) => {
            let mut keys = Vec::new();
            paths.iter().for_each(|path| keys::for_path(path, &mut keys));
            Some(keys)
        }
    }
}

/// The rules of a section.
struct Table {
    image: Arc<Image>,
    section: Section,
    ask: fn(&Question<'_>) -> Option<Vec<keys::Key>>,
}

impl<T: Record> Stored<T> for Table {
    fn count(&self) -> usize {
        usize::try_from(self.section.count).unwrap_or(usize::MAX)
    }

    fn get(&self, number: u32) -> Option<T> {
        let places = usize::try_from(self.section.places).ok()?;
        let at = places.checked_add(usize::try_from(number).ok()?.checked_mul(2 * size_of::<u32>())?)?;
        self.image.record(self.image.number(at)?, self.image.number(at.checked_add(size_of::<u32>())?)?)
    }

    fn is_sound(&self) -> bool {
        !self.image.is_damaged()
    }

    fn near(&self, question: &Question<'_>) -> Option<Vec<u32>> {
        let keys = (self.ask)(question)?;
        index::numbers(&self.image, usize::try_from(self.section.index).ok()?, &keys)
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Table").field(&self.section).finish()
    }
}

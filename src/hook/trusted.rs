//! Compiled policies without the standard library: only what is in order in every respect is used here. Whatever is not (a source
//! instead of a compiled policy, one that is stale or that others may write, a link on the way, a layer that is not compiled) is
//! beyond this executable, and left to `prexec hook`, which knows the exceptions and says what is wrong.

use super::{COMPILED, MANAGED, Options, USER, USER_STATE};
use crate::compiled::{self, Compiled, Role, Source, Writers};
use crate::guard::{Stage, stage};
use crate::kernel::{self, File};
use crate::path;
use crate::policy::{Layer, Policy, combined_digest};
use crate::world::{Errno, Links, World};
use alloc::{boxed::Box, vec::Vec};

/// Something that only `prexec hook` can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beyond;

/// Bytes of a compiled policy.
const MOST: u64 = 64 << 20;

/// Finds compiled policies that can be trusted.
pub struct Trusted<'w> {
    world: &'w dyn World,
    /// Root, and the account that this process acts for.
    owners: [u32; 2],
    /// Directories that were found to be in order, and how strictly they were looked at.
    seen: Vec<(Vec<u8>, Strictness)>,
}

/// Who may have written a policy: the administrator; the account, too; and also in a directory such as `/tmp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Strictness {
    Named,
    User,
    Managed,
}

impl<'w> Trusted<'w> {
    /// As seen by an account.
    pub fn new(world: &'w dyn World, account: u32) -> Self {
        Self { world, owners: [0, account], seen: Vec::new() }
    }

    /// The policy that decides, where all of it is compiled and in order.
    ///
    /// # Errors
    /// It is not.
    pub fn load(&mut self, options: &Options) -> Result<Policy, Beyond> {
        let found = if options.policies.is_empty() { self.installed()? } else { self.named(&options.policies)? };
        // What repositories say is in no compiled policy.
        if found.iter().any(|one| one.permits_repositories) {
            return Err(Beyond);
        }
        let digests: Vec<&str> = found.iter().map(|one| one.policy.digest.as_str()).collect();
        let digest = combined_digest(&digests).unwrap_or_default();
        let mut layers: Vec<Layer> = found.into_iter().flat_map(|one| one.policy.layers).collect();
        // Most trusted first, however they were found.
        layers.sort_by_key(|layer| layer.trust);
        Ok(Policy { layers, digest })
    }

    fn named(&mut self, paths: &[Vec<u8>]) -> Result<Vec<Compiled>, Beyond> {
        let mut found = Vec::new();
        for written in paths {
            let whole = match (path::is_absolute(written), self.world.session_dir()) {
                (true, _) => written.clone(),
                (false, Some(session)) => path::join(session, written),
                (false, None) => return Err(Beyond),
            };
            found.push(self.open(&whole, Strictness::Named)?.ok_or(Beyond)?);
        }
        Ok(found)
    }

    /// The managed policy and, where there is one, the user's. One that is not compiled is beyond.
    fn installed(&mut self) -> Result<Vec<Compiled>, Beyond> {
        let managed = self.open(&path::join(MANAGED.as_bytes(), COMPILED.as_bytes()), Strictness::Managed)?;
        let managed = managed.filter(|one| one.is_a(Role::Managed)).ok_or(Beyond)?;
        let home = self.world.home().ok_or(Beyond)?;
        let file = path::join(&path::join(home, USER_STATE.as_bytes()), COMPILED.as_bytes());
        match self.open(&file, Strictness::User)? {
            Some(user) if user.is_a(Role::User) => Ok(Vec::from([managed, user])),
            Some(_) => Err(Beyond),
            None if holds_policies(&path::join(home, USER.as_bytes()))? => Err(Beyond),
            None => Ok(Vec::from([managed])),
        }
    }

    /// A compiled policy that nobody else can have written, and whose sources are as they were; none where nothing stands there.
    fn open(&mut self, file: &[u8], strictness: Strictness) -> Result<Option<Compiled>, Beyond> {
        core::mem::forget(stage(Stage::LoadingPolicy, Some(file)));
        // By its text the real path, which `open_without_links` makes sure of.
        if !path::is_normal(file) {
            return Err(Beyond);
        }
        match kernel::facts(file, Links::Keep) {
            Ok(facts) if facts.is_file() => {}
            Err(Errno::MISSING) => return Ok(None),
            // Merely opening a device can do something.
            Ok(_) | Err(_) => return Err(Beyond),
        }
        self.directories_above(file, strictness)?;
        let opened = File::open_without_links(file).map_err(|_| Beyond)?;
        let facts = opened.facts().map_err(|_| Beyond)?;
        let in_order = self.writers(strictness).file(facts.owner, facts.mode).is_ok();
        if !facts.is_file() || !in_order || facts.size > MOST {
            return Err(Beyond);
        }
        // Which groups an account is in is for the C library to say.
        let source = Opened { file: opened, length: facts.size };
        let compiled = compiled::open_from(Box::new(source), || None).map_err(|_| Beyond)?;
        let fresh = compiled
            .origin
            .facts
            .iter()
            .all(|fact| fact.holds(kernel::facts(&fact.path, Links::Follow), || names(&fact.path)));
        if fresh { Ok(Some(compiled)) } else { Err(Beyond) }
    }

    fn writers(&self, strictness: Strictness) -> Writers<'_> {
        let [root, _] = &self.owners;
        let owners = match strictness {
            Strictness::Managed => core::slice::from_ref(root),
            Strictness::User | Strictness::Named => &self.owners,
        };
        Writers { owners, sticky: strictness == Strictness::Named }
    }

    fn directories_above(&mut self, file: &[u8], strictness: Strictness) -> Result<(), Beyond> {
        let mut at = path::parent(file);
        while let Some(directory) = at {
            // A stricter look covers this one, and whatever is above.
            if self.seen.iter().any(|(seen, how)| seen == directory && *how >= strictness) {
                return Ok(());
            }
            let facts = kernel::facts(directory, Links::Keep).map_err(|_| Beyond)?;
            let in_order = self.writers(strictness).directory(facts.owner, facts.mode).is_ok();
            if !facts.is_directory() || !in_order {
                return Err(Beyond);
            }
            self.seen.push((directory.to_vec(), strictness));
            at = path::parent(directory);
        }
        Ok(())
    }
}

/// Whether a directory holds `*.rules` files, which are not read here.
fn holds_policies(directory: &[u8]) -> Result<bool, Beyond> {
    let mut names = match kernel::Directory::open(directory) {
        Ok(names) => names,
        Err(Errno::MISSING) => {
            // A link that leads nowhere is something, too.
            let there = kernel::facts(directory, Links::Keep);
            return if there == Err(Errno::MISSING) { Ok(false) } else { Err(Beyond) };
        }
        Err(_) => return Err(Beyond),
    };
    while let Some((name, _)) = names.next_name().map_err(|_| Beyond)? {
        if compiled::is_policy(name) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Everything in a directory; none where it cannot be read.
fn names(directory: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (mut directory, mut names) = (kernel::Directory::open(directory).ok()?, Vec::new());
    while let Some((name, _)) = directory.next_name().ok()? {
        names.push(name.to_vec());
    }
    Some(names)
}

/// An open file, of which a call reads what it asks about.
#[derive(Debug)]
struct Opened {
    file: File,
    length: u64,
}

impl Source for Opened {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> bool {
        self.file.read_exactly_at(at, into)
    }
}

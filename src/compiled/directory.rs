//! What is read of every compiled policy: where it came from, and all rules but those of which there may be thousands.

use crate::policy::{
    Audience, Defaults, EnvRule, FlowRule, HostExecutable, HostRule, NetworkRule, Policy, Recording, Tier, ToolRule,
    Trust,
};
use crate::record::{codes, fields};
use crate::world::Errno;
use alloc::{format, string::String, vec::Vec};
use xxhash_rust::xxh3::xxh3_128;

pub use crate::world::Facts as Stat;

/// A source, or a directory of sources, as it was when the policy was compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its path, absolute.
    pub path: Vec<u8>,
    /// What was there; none where nothing was.
    pub stat: Option<Stat>,
    /// `blake3:` and the hash of a file's content; empty for a directory.
    pub digest: String,
}

impl Fact {
    /// Whether it is still so, by what stands there now, links followed, and by all `names` in a directory. What cannot be looked at is
    /// not what it was.
    pub fn holds(&self, now: Result<Stat, Errno>, names: impl FnOnce() -> Option<Vec<Vec<u8>>>) -> bool {
        match (&self.stat, now) {
            (None, Err(error)) => error == Errno::MISSING,
            (Some(then), Ok(now)) if self.digest.starts_with(NAMES) => {
                *then == of_names(now) && names().is_some_and(|names| self.digest == digest_of_names(names))
            }
            (Some(then), Ok(now)) => *then == now,
            (None, Ok(_)) | (Some(_), Err(_)) => false,
        }
    }
}

/// How the digest of a directory begins of which only the policies in it count.
const NAMES: &str = "names:";

/// What is known of a directory into which the compiled policy itself is written, so that its times change with every compilation.
pub fn of_names(facts: Stat) -> Stat {
    Stat { size: 0, modified: (0, 0), changed: (0, 0), ..facts }
}

/// Identifies the policies among the names of a directory. It tells what happened by accident, not what was done by whoever may
/// write the directory: they may write policies, too.
pub fn digest_of_names(mut names: Vec<Vec<u8>>) -> String {
    names.retain(|name| is_policy(name));
    names.sort_unstable();
    let text: Vec<u8> = names.into_iter().flat_map(|name| name.into_iter().chain([0])).collect();
    format!("{NAMES}{:032x}", xxh3_128(&text))
}

/// Whether a shell's `*.rules` would name it.
pub fn is_policy(name: &[u8]) -> bool {
    !name.starts_with(b".") && name.ends_with(b".rules")
}

fields!(Fact { path, stat, digest });
fields!(Stat { device, inode, size, modified, changed, owner, mode });

/// Which rules a compiled policy stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// All that `--policy` named.
    Named,
    /// The managed layer, alone.
    Managed,
    /// The user's layer, alone.
    User,
}

codes!(Role { Named = 0, Managed = 1, User = 2 });

/// Rules of which there may be thousands: read one by one, found by an index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section {
    /// How many.
    pub(super) count: u32,
    /// Where a pair of numbers for each rule begins: where it stands, and its bytes.
    pub(super) places: u32,
    /// Where the index begins.
    pub(super) index: u32,
}

fields!(Section { count, places, index });

/// One layer.
#[derive(Clone, Debug)]
pub(super) struct StoredLayer {
    pub(super) trust: Trust,
    pub(super) defaults: Defaults,
    pub(super) tiers: Vec<Tier>,
    pub(super) recording: Recording,
    pub(super) host_executables: Vec<HostExecutable>,
    pub(super) network_rules: Vec<NetworkRule>,
    pub(super) host_rules: Vec<HostRule>,
    pub(super) flow_rules: Vec<FlowRule>,
    pub(super) env_rules: Vec<EnvRule>,
    pub(super) tool_rules: Vec<ToolRule>,
    pub(super) knowledge: Vec<u8>,
    pub(super) prefix_rules: Section,
    pub(super) glob_rules: Section,
}

fields!(StoredLayer {
    trust,
    defaults,
    tiers,
    recording,
    host_executables,
    network_rules,
    host_rules,
    flow_rules,
    env_rules,
    tool_rules,
    knowledge,
    prefix_rules,
    glob_rules,
});

/// Where a compiled policy comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// What it stands for.
    pub role: Role,
    /// The paths that were named, absolute; none for an installed layer.
    pub sources: Vec<Vec<u8>>,
    /// All files and directories that it was made of.
    pub facts: Vec<Fact>,
    /// The gate whose rule was in force.
    pub gate: Option<GateFact>,
}

fields!(Origin { role, sources, facts, gate });

/// That Codex's requirements had the rule which makes it ask about the gate: a call need not read them again while they are as they
/// were. It is as good as the file that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateFact {
    /// The executable that the rule names.
    pub executable: Vec<u8>,
    /// The requirements.
    pub requirements: Fact,
}

fields!(GateFact { executable, requirements });

/// The rules of those whom `select_policy` names together.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// For whom they are.
    pub audience: Audience,
    /// The rules.
    pub policy: Policy,
    /// Whether they let repositories have policies of their own, which are not in the file.
    pub permits_repositories: bool,
}

/// Where the rules for some accounts stand.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    /// For whom; what is for nobody in particular is for everybody who is not named before.
    pub(super) audience: Audience,
    /// Where its [`Rules`] begin.
    pub(super) at: u32,
    /// Bytes of them.
    pub(super) length: u32,
}

fields!(Chosen { audience, at, length });
fields!(Audience { accounts, groups });

/// The rules of an account, but for the sections.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) digest: String,
    pub(super) permits_repositories: bool,
    pub(super) layers: Vec<StoredLayer>,
}

fields!(Rules { digest, permits_repositories, layers });

/// What is read first.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    pub(super) origin: Origin,
    /// First match first, the last one for everybody.
    pub(super) choices: Vec<Chosen>,
}

fields!(Directory { origin, choices });

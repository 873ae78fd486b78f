//! Rules and what they say of effects: the policy decision point.

mod account;
mod commands;
mod contents;
mod copies;
mod decide;
mod digest;
mod execpolicy;
mod expansion;
mod filtered;
mod hosts;
mod lazy_regex;
mod links;
mod list;
mod made;
mod names;
mod paths;
mod places;
pub mod prefix;
mod rule;
mod scene;
mod shadow;
mod sieve;
mod staged;
mod standing;
mod stored;
mod tiers;
mod tools;
mod trace;

pub use account::{Account, Audience};
pub use commands::Difference;
pub use decide::{decide, decide_traced};
pub use digest::combined as combined_digest;
pub use execpolicy::{PrefixMatch, matched_prefix_rules};
pub use lazy_regex::LazyRegex;
pub use list::{List, Question, Stored};
pub use rule::{
    Access, Alternatives, Defaults, EnvAccess, EnvRule, FlowFrom, FlowRule, GlobRule, Head, HostExecutable, HostRule,
    Layer, NetworkRule, Policy, PrefixRule, Protocol, Recording, Tier, ToolRule, Trust,
};
pub use scene::{NO_REPOSITORY, Scene};
pub use standing::standing;
pub use trace::{DefaultStep, NoTrace, Trace, Trial};

#[cfg(test)]
#[cfg(feature = "admin")]
mod tests;

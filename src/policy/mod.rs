//! Rules and what they say of effects: the policy decision point.

mod lazy_regex;
pub mod prefix;
mod rule;

pub use lazy_regex::LazyRegex;
pub use rule::{
    Access, Alternatives, Defaults, EnvAccess, EnvRule, FlowFrom, FlowRule, GlobRule, Head, HostExecutable, HostRule,
    Layer, NetworkRule, Policy, PrefixRule, Protocol, Tier, ToolRule, Trust,
};

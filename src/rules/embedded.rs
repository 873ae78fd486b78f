//! The policies that are shipped inside the executable, for `include("@prexec/NAME.rules")`.

/// Every shipped policy: its name as places and `include` give it, and its text.
pub const POLICIES: &[(&str, &str)] = &[("controlled.rules", include_str!("../../policies/controlled.rules"))];

/// The posture that is the base where an administrator has installed nothing.
pub const BASE: &str = "controlled.rules";

/// The text of a shipped policy.
pub fn text(name: &str) -> Option<&'static str> {
    POLICIES.iter().find(|(n, _)| *n == name).map(|(_, text)| *text)
}

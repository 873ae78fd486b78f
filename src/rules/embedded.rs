//! The policies that are shipped inside the executable, for `include("@prexec/NAME.rules")`.

/// Every shipped policy: its name as places and `include` give it, and its text.
pub const POLICIES: &[(&str, &str)] = &[
    ("controlled.rules", include_str!("../../policies/controlled.rules")),
    ("packs/agent-config.rules", include_str!("../../policies/packs/agent-config.rules")),
    ("packs/build-and-test.rules", include_str!("../../policies/packs/build-and-test.rules")),
    ("packs/destructive.rules", include_str!("../../policies/packs/destructive.rules")),
    ("packs/exfiltration.rules", include_str!("../../policies/packs/exfiltration.rules")),
    ("packs/git.rules", include_str!("../../policies/packs/git.rules")),
    ("packs/network.rules", include_str!("../../policies/packs/network.rules")),
    ("packs/packages.rules", include_str!("../../policies/packs/packages.rules")),
    ("packs/privilege.rules", include_str!("../../policies/packs/privilege.rules")),
    ("packs/registries.rules", include_str!("../../policies/packs/registries.rules")),
    ("packs/secrets.rules", include_str!("../../policies/packs/secrets.rules")),
    ("packs/tools.rules", include_str!("../../policies/packs/tools.rules")),
    ("packs/workspace.rules", include_str!("../../policies/packs/workspace.rules")),
];

/// The posture that is the base where an administrator has installed nothing.
pub const BASE: &str = "controlled.rules";

/// The text of a shipped policy.
pub fn text(name: &str) -> Option<&'static str> {
    POLICIES.iter().find(|(n, _)| *n == name).map(|(_, text)| *text)
}

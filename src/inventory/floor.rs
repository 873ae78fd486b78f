//! `policies/tables/floor.jsonl`: how loose a setting may be in each trust tier.

use super::Setting;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const TEXT: &str = include_str!("../../policies/tables/floor.jsonl");

/// Where the policy names no tier.
const ORDINARY: &str = "standard";

/// A tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Its name.
    pub name: String,
    /// Whether this repository is in it.
    pub applies: bool,
    /// The settings that are looser than its floor.
    pub below: Vec<Standing>,
}

/// A setting beside a floor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The setting.
    pub setting: String,
    /// What is in force.
    pub value: String,
    /// The loosest that the tier permits.
    pub floor: String,
}

#[derive(Debug, Deserialize)]
struct Row {
    setting: String,
    strictest_first: Vec<String>,
    #[serde(flatten)]
    floors: BTreeMap<String, String>,
}

impl Row {
    /// A value that is not known is looser than any.
    fn rank(&self, value: &str) -> usize {
        self.strictest_first.iter().position(|known| known == value).unwrap_or(usize::MAX)
    }
}

/// The settings beside the floor of every tier.
pub(super) fn of(settings: &[Setting], tiers: &[String]) -> Result<Vec<Tier>, String> {
    let rows = TEXT.lines().map(serde_json::from_str).collect::<Result<Vec<Row>, _>>();
    let rows = rows.map_err(|e| format!("policies/tables/floor.jsonl: {e}"))?;
    let mut found: BTreeMap<&str, Tier> = BTreeMap::new();
    let known: Vec<&String> = rows.iter().flat_map(|row| row.floors.keys()).collect();
    let ordinary = !tiers.iter().any(|tier| known.contains(&tier));
    for row in &rows {
        let Some(setting) = settings.iter().find(|setting| setting.name == row.setting) else { continue };
        for (name, floor) in &row.floors {
            let applies = tiers.contains(name) || (ordinary && name == ORDINARY);
            let tier = found.entry(name).or_insert_with(|| Tier { name: name.clone(), applies, below: Vec::new() });
            if row.rank(&setting.value) > row.rank(floor) {
                let (setting, value) = (setting.name.clone(), setting.value.clone());
                tier.below.push(Standing { setting, value, floor: floor.clone() });
            }
        }
    }
    Ok(found.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looser_than_a_floor_is_below_it() {
        let setting =
            |name: &str, value: &str| Setting { name: name.into(), value: value.into(), origin: None, asked: None };
        let settings = [setting("sandbox_mode", "workspace-write"), setting("web_search", "something new")];
        let tiers = of(&settings, &[]).expect("tiers");
        let below = |name: &str| {
            let tier = tiers.iter().find(|tier| tier.name == name).expect("a tier");
            (tier.applies, tier.below.iter().map(|standing| standing.setting.as_str()).collect::<Vec<_>>())
        };
        assert_eq!(below("standard"), (true, Vec::from(["web_search"])));
        assert_eq!(below("sensitive"), (false, Vec::from(["sandbox_mode", "web_search"])));
        let tiers = of(&settings, &["sensitive".into(), "mine".into()]).expect("tiers");
        assert!(tiers.iter().all(|tier| tier.applies == (tier.name == "sensitive")));
    }
}

//! Which names in a tree are the reason that reading it is stopped.

use super::contents::Contents;
use super::rule::{Access, GlobRule, Policy};
use super::scene::Scene;
use crate::decision::Decision;
use crate::effect::{PathValue, Value};
use crate::glob::{Answer, PathRule, Reading, Subject, applies_within};
use crate::path::{self, Last, Resolution};
use alloc::{collections::BTreeMap, vec::Vec};

/// The absolute paths of what stands in a tree that is read and that one of the rules with these places covers, each with whether it
/// is a directory; what is below a covered directory is left out. None where the tree cannot be looked at.
pub fn standing(
    policy: &Policy,
    scene: &Scene<'_>,
    tree: &PathValue,
    places: &[&str],
) -> Option<BTreeMap<Vec<u8>, bool>> {
    let wanted = |rule: &&GlobRule| {
        rule.access.contains(&Access::Read)
            && rule.head.decision != Decision::Allow
            && places.contains(&rule.head.place.as_str())
    };
    let rules: Vec<&GlobRule> = policy.layers.iter().flat_map(|layer| layer.glob_rules.iter()).filter(wanted).collect();
    let mut found = BTreeMap::new();
    for top in tree.value.alternatives()? {
        let Resolution::At { path: leads, exists: true } =
            path::resolve(scene.world, top, Some(scene.cwd), Last::Follow)
        else {
            return None;
        };
        let ignore_case = scene.world.ignores_case(top);
        let contents = Contents::below(scene.world, &leads, scene.cwd)?.seen_from(&leads, top);
        for (path, directory) in contents.paths.iter().zip(&contents.directories) {
            if rules.iter().any(|rule| covers(rule, path, scene, ignore_case)) {
                found.insert(path.clone(), *directory);
            }
        }
    }
    let directories: Vec<Vec<u8>> = found.iter().filter(|(_, is)| **is).map(|(path, _)| path.clone()).collect();
    found.retain(|path, _| !directories.iter().any(|dir| dir != path && path::starts_with(path, dir)));
    Some(found)
}

fn covers(rule: &GlobRule, path: &[u8], scene: &Scene<'_>, ignore_case: bool) -> bool {
    let places = scene.places(false);
    let covered = rule.patterns.iter().any(|glob| glob.covers(path, &places, ignore_case));
    if !covered || rule.unless.is_empty() {
        return covered;
    }
    let whole = PathRule {
        patterns: &rule.patterns,
        unless: &rule.unless,
        places,
        unless_places: scene.places(true),
        reading: Reading::Restrict,
        ignore_case,
    };
    applies_within(&whole, &Subject::new(&PathValue::file(Value::Known(path.into()))), &scene.budget) != Answer::No
}

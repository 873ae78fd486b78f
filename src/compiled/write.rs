//! Writes a policy as one file. The same policy and facts give the same bytes.

use super::directory::{Choice, Chosen, Directory, Origin, Rules, Section, StoredLayer};
use super::index::{Builder, place};
use super::{BUILD, image, keys};
use crate::policy::{Audience, GlobRule, Layer};
use crate::record::Record;
use alloc::vec::Vec;

/// The bytes of a compiled policy; none where it would be larger than four gibibytes. The first of `choices` that is for an account
/// counts, or else `fallback`, which is for everybody.
pub fn write(choices: &[Choice], fallback: &Choice, origin: &Origin) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    let everybody = Choice { audience: Audience::default(), ..fallback.clone() };
    let all = choices.iter().chain([&everybody]);
    let choices = all.map(|choice| chosen(choice, &mut content)).collect::<Option<Vec<_>>>()?;
    let directory = content.len();
    Directory { origin: origin.clone(), choices: choices.iter().map(|(chosen, _)| chosen.clone()).collect() }
        .put(&mut content);
    // What is asked of the rules for everybody stands last.
    let early = choices.last().map_or(directory, |(_, early)| *early);
    image::seal(&content, early, directory, BUILD)
}

/// Writes a choice; gives where it is, and where in `content` begins what every call asks of it.
fn chosen(choice: &Choice, content: &mut Vec<u8>) -> Option<(Chosen, usize)> {
    let Choice { audience, policy, permits_repositories } = choice;
    let written = policy.layers.iter().map(|layer| stored(layer, content)).collect::<Option<Vec<_>>>()?;
    let early = content.len();
    let mut layers = Vec::new();
    for (mut layer, prefix, globs) in written {
        layer.prefix_rules.index = place(content);
        content.extend(prefix);
        layer.glob_rules.index = place(content);
        content.extend(globs);
        layers.push(layer);
    }
    let (at, before) = (place(content), content.len());
    Rules { digest: policy.digest.clone(), permits_repositories: *permits_repositories, layers }.put(content);
    let chosen = Chosen { audience: audience.clone(), at, length: u32::try_from(content.len() - before).ok()? };
    Some((chosen, early))
}

/// A layer, and what a call asks first of its prefix rules and of its globs, which is to be written still.
fn stored(layer: &Layer, content: &mut Vec<u8>) -> Option<(StoredLayer, Vec<u8>, Vec<u8>)> {
    let (prefix_rules, prefix) = section(&layer.prefix_rules, keys::of_prefix, content)?;
    let (glob_rules, globs) = section(&layer.glob_rules, of_glob_rule, content)?;
    let stored = StoredLayer {
        trust: layer.trust,
        defaults: layer.defaults.clone(),
        tiers: layer.tiers.clone(),
        recording: layer.recording,
        host_executables: layer.host_executables.clone(),
        network_rules: layer.network_rules.clone(),
        host_rules: layer.host_rules.clone(),
        flow_rules: layer.flow_rules.clone(),
        env_rules: layer.env_rules.clone(),
        tool_rules: layer.tool_rules.clone(),
        knowledge: layer.knowledge.clone(),
        prefix_rules,
        glob_rules,
    };
    Some((stored, prefix, globs))
}

/// A rule is filed under the keys of all its globs; its carve-outs only take something away.
fn of_glob_rule(rule: &GlobRule) -> Option<Vec<keys::Key>> {
    let keys = rule.patterns.iter().map(keys::of_glob).collect::<Option<Vec<_>>>()?;
    Some(keys.concat())
}

/// Rules and the slots of their index; where the rest of the index stands is still to be said.
fn section<T: Record>(
    rules: &[T],
    keys: fn(&T) -> Option<Vec<keys::Key>>,
    content: &mut Vec<u8>,
) -> Option<(Section, Vec<u8>)> {
    let mut places = Vec::new();
    let mut index = Builder::default();
    for (number, rule) in rules.iter().enumerate() {
        let (start, before) = (place(content), content.len());
        rule.put(content);
        places.extend([start, u32::try_from(content.len() - before).ok()?]);
        index.add(u32::try_from(number).ok()?, keys(rule));
    }
    let start = place(content);
    for number in &places {
        number.put(content);
    }
    let first = index.write(content);
    Some((Section { count: u32::try_from(rules.len()).ok()?, places: start, index: 0 }, first))
}

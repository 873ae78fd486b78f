//! `default` and `tier`: what effects get that no rule speaks of, and classes of repositories.

use super::super::arguments::{Call, Signature};
use super::super::diagnostics::Problem;
use super::super::globs;
use super::super::session::{Site, State};
use crate::decision::Decision;
use crate::policy::{Defaults, Tier, Trust};
use std::{borrow::ToOwned, format, vec::Vec};

pub(super) const DEFAULT: Signature = Signature { function: "default", parameters: KEYS, required: 0 };
pub(super) const TIER: Signature =
    Signature { function: "tier", parameters: &["name", "paths", "remotes"], required: 1 };

pub(super) const PERMIT_REPOSITORY_POLICY: Signature =
    Signature { function: "permit_repository_policy", parameters: &[], required: 0 };

pub(super) const RECORDING: Signature =
    Signature { function: "recording", parameters: &["audit", "text"], required: 0 };

const KEYS: &[&str] = &["commands", "reads", "writes", "network", "tools", "environment", "interactive", "unknown"];

/// The place of a key in the defaults.
fn slot<'d>(defaults: &'d mut Defaults, key: &str) -> Option<&'d mut Option<Decision>> {
    Some(match key {
        "commands" => &mut defaults.commands,
        "reads" => &mut defaults.reads,
        "writes" => &mut defaults.writes,
        "network" => &mut defaults.network,
        "tools" => &mut defaults.tools,
        "environment" => &mut defaults.environment,
        "interactive" => &mut defaults.interactive,
        "unknown" => &mut defaults.unknown,
        _ => return None,
    })
}

pub(super) fn default(call: &Call<'_>, _: &Site, state: &mut State) -> Result<(), Problem> {
    let mut written = Vec::new();
    for key in KEYS {
        if let Some(decision) = call.decision(key)? {
            written.push((*key, decision));
        }
    }
    if written.is_empty() {
        return Err(Problem::new("`default` sets nothing", format!("name one of {}", KEYS.join(", "))));
    }
    for (key, decision) in written {
        if let Some(slot) = slot(&mut state.layer.defaults, key) {
            // Of two defaults for a key the strictest counts: `None` is less than any.
            *slot = (*slot).max(Some(decision));
        }
    }
    Ok(())
}

pub(super) fn tier(call: &Call<'_>, site: &Site, state: &mut State) -> Result<(), Problem> {
    let name = call.needed_text("name")?;
    if name == "none" {
        return Err(Problem::new(
            "the tier `none` is reserved for what is outside version control",
            "name it otherwise",
        ));
    }
    if let Some(first) = state.tier_sites.get(name) {
        return Err(Problem::new(format!("the tier `{name}` is defined twice"), format!("the first is at {first}")));
    }
    if state.outer_tiers.iter().any(|outer| outer == name) {
        let message = format!("the tier `{name}` is defined by a more trusted layer");
        return Err(Problem::new(message, "name it otherwise"));
    }
    let paths = globs::paths(&call.texts("paths")?)?;
    let remotes = call.texts("remotes")?.into_iter().map(globs::name).collect::<Result<Vec<_>, _>>()?;
    if paths.is_empty() && remotes.is_empty() {
        return Err(Problem::new(format!("the tier `{name}` is empty"), "give it `paths` or `remotes`"));
    }
    state.tier_sites.insert(name.to_owned(), site.place.clone());
    state.layer.tiers.push(Tier { name: name.to_owned(), paths, remotes });
    Ok(())
}

/// What is asked of the audit trail; what one call demands, no other takes back.
pub(super) fn recording(call: &Call<'_>, _: &Site, state: &mut State) -> Result<(), Problem> {
    let audit = call.text("audit")?;
    if audit.is_none() && call.value("text").is_none() {
        return Err(Problem::new("`recording` asks for nothing", "give it `audit` or `text`"));
    }
    if state.layer.trust == Trust::Repository {
        let help = "remove it; what is recorded of calls is not for what is worked on to say";
        return Err(Problem::new("a repository says nothing about records", help));
    }
    let required = match audit {
        None | Some("wanted") => false,
        Some("required") => true,
        Some(other) => {
            let message = format!("unknown value `{other}` of `audit`");
            return Err(Problem::new(message, "write \"wanted\" or \"required\""));
        }
    };
    let recording = &mut state.layer.recording;
    recording.required |= required;
    recording.text |= call.flag("text")?;
    Ok(())
}

/// Lets repositories tighten by policies of their own.
pub(super) fn permit_repository_policy(_: &Call<'_>, _: &Site, state: &mut State) -> Result<(), Problem> {
    if state.layer.trust != Trust::Managed {
        let help = "remove it; who may is for the administrator to say";
        return Err(Problem::new("only the administrator's layer lets repositories have policies", help));
    }
    state.permits_repositories = true;
    Ok(())
}
